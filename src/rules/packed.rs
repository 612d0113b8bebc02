//! Reads rules and functions from the bytes that [`super::pack`] wrote when the program was built, in the same order.

use std::fmt::{self, Debug, Formatter};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::clauses::{self, Join, Parts};
use super::decl::FunctionDecl;
use super::embedded::EmbeddedFile;
use super::reads::{Calls, Lasts, Sum};
use super::rule::{Also, Clause, FixTemplate, Local};
use super::said::{Said, Setting};
use super::words::Word;
use crate::eval::{Evaluation, NoScope, Value};
use crate::source::FileId;
use crate::syntax::packed::Reader;
use crate::syntax::{Attribute, Expr, ExprKind, Ident, Text};

/// An embedded file, and what it is called in the source map.
#[derive(Clone, Copy)]
pub struct PackedFile {
    /// The file.
    pub file: &'static EmbeddedFile,
    /// Its id.
    pub id: FileId,
}

/// An expression of a rule, shared.
#[derive(Clone)]
pub enum Formula {
    /// It was read.
    Read(Arc<Expr>),
    /// It is embedded, and read when it is asked for: most rules are settled by their first few.
    Later(Arc<Later>),
}

/// An embedded expression.
pub struct Later {
    file: PackedFile,
    begin: usize,
    expr: OnceLock<Expr>,
}

impl Deref for Formula {
    type Target = Expr;

    fn deref(&self) -> &Expr {
        match self {
            Formula::Read(expr) => expr,
            Formula::Later(later) => later.expr.get_or_init(|| later.file.reader(later.begin).expr()),
        }
    }
}

impl From<Arc<Expr>> for Formula {
    fn from(expr: Arc<Expr>) -> Formula {
        Formula::Read(expr)
    }
}

impl Debug for Formula {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Expr::fmt(self, f)
    }
}

impl PackedFile {
    fn reader(self, begin: usize) -> Reader<'static> {
        Reader::new(self.file.bytes, begin, self.file.text, self.id)
    }

    /// What a rule says that begins there; its words too, where it is told where they begin.
    pub fn rule(self, logic: usize, words: Option<usize>) -> Said {
        let mut r = self.reader(logic);
        let (span, first) = (r.span(), r.flag());
        let (settings, supersedes) = (r.list(setting), r.list(text));
        let locals: Vec<Local> = r.list(|r| self.local(r, true));
        let mut parts = self.asked(&mut r);
        let wordless = words.is_none();
        let mut own: Vec<(Join, Parts)> = r.list(|r| {
            let (name, header) = (r.ident().text, r.span());
            let locals = locals.iter().cloned().chain(r.list::<_, Vec<_>>(|r| self.local(r, false))).collect();
            (Join { header, name, locals, wordless }, self.asked(r))
        });
        // Without words nobody asks for its title.
        let (mut title, mut default) = (Some(Text::new()), None);
        let (mut exceptions, mut sources, mut peers) = Default::default();
        if let Some(words) = words {
            let mut r = self.reader(words);
            (title, default) = (r.option(text), r.option(text));
            (exceptions, sources, peers) = (r.list(text), r.list(text), r.list(text));
            message(&mut r, &mut parts);
            own.iter_mut().for_each(|(_, parts)| message(&mut r, parts));
        }
        if own.is_empty() {
            own.push((Join { header: span, name: Text::new(), locals, wordless }, Parts::default()));
        }
        let check = |(join, own)| clauses::join(&parts, &own, join, &mut Vec::new());
        let checks = own.into_iter().filter_map(check).collect();
        Said { span, first, settings, supersedes, title, default, exceptions, sources, peers, parts, checks }
    }

    fn clause(self, r: &mut Reader<'_>) -> Clause {
        let sum = sum(r);
        let begin = self.file.bytes.len() - r.later();
        Clause::new(Formula::Later(Arc::new(Later { file: self, begin, expr: OnceLock::new() })), sum)
    }

    fn local(self, r: &mut Reader<'_>, shared: bool) -> Local {
        Local { name: r.ident().text, clause: self.clause(r), shared }
    }

    /// The clauses that a rule or a check asks by.
    fn asked(self, r: &mut Reader<'_>) -> Parts {
        Parts {
            severity: word(r),
            scenario: r.option(text),
            production_only: r.option(Reader::flag),
            skips: r.list(|r| self.clause(r)),
            require: r.option(|r| self.clause(r)),
            for_each: r.option(|r| self.clause(r)),
            ..Parts::default()
        }
    }

    /// The function that begins there.
    pub fn function(self, begin: usize) -> FunctionDecl {
        let mut r = self.reader(begin);
        let (header, name) = (r.span(), r.ident());
        let params: Vec<Option<Ident>> = r.list(|r| match r.expr() {
            Expr { kind: ExprKind::Variable(text), span } => Some(Ident { text, span }),
            _ => None,
        });
        FunctionDecl {
            name,
            header,
            params: params.into_iter().flatten().collect(),
            description: r.option(attribute),
            value: Some(attribute(&mut r)),
            calls: Calls { functions: r.list(|r| r.text(header)), environment: r.flag() },
        }
    }
}

fn text(r: &mut Reader<'_>) -> Text {
    let span = r.span();
    r.text(span)
}

fn word<W: Word>(r: &mut Reader<'_>) -> Option<W> {
    r.option(text).and_then(|text| W::parse(&text))
}

fn attribute(r: &mut Reader<'_>) -> Attribute {
    Attribute { name: r.ident(), expr: r.shared() }
}

fn setting(r: &mut Reader<'_>) -> Setting {
    let (name, default) = (r.ident().text, r.expr());
    let value = Evaluation::new(&NoScope::default()).eval(&default).unwrap_or(Value::NULL);
    Setting { name, value, description: r.option(text).unwrap_or_default() }
}

fn sum(r: &mut Reader<'_>) -> Sum {
    let lasts = match r.number() {
        0 => Lasts::Element,
        1 => Lasts::Instance,
        _ => Lasts::Run,
    };
    Sum { lasts, cost: r.number() }
}

/// An expression that is evaluated for each finding, however long it is worth the same.
fn place_or_message(r: &mut Reader<'_>) -> Clause {
    Clause::new(r.shared(), Sum { lasts: Lasts::Instance, cost: 0 })
}

/// What a finding says of a rule or a check.
fn message(r: &mut Reader<'_>, parts: &mut Parts) {
    parts.why = r.option(text);
    parts.at = r.option(place_or_message);
    parts.message = r.option(place_or_message);
    parts.fix = r.option(|r| {
        let set: Vec<(Expr, Expr)> = r.list(|r| (r.expr(), r.expr()));
        let path = |(key, value): (Expr, Expr)| match key.kind {
            ExprKind::String(path) => Some((path, value)),
            _ => None,
        };
        FixTemplate {
            set: set.into_iter().filter_map(path).collect(),
            text: r.option(Reader::shared).map(|words| clauses::trimmed(&words)),
            note: r.option(Reader::shared).map(|words| clauses::trimmed(&words)),
            safety: word(r),
            impact: word(r),
            ..FixTemplate::default()
        }
    });
    parts.also = r.list(|r| Also { at: r.shared(), note: r.shared() });
}
