//! Writes what a rule file declares as bytes, in the order in which [`super::packed`] reads it. Runs in the build script,
//! so that a run parses no embedded rule and works out nothing about its expressions.
//!
//! Of what is written wrongly it writes what it understands: tests compile the same files and tell every mistake. Knows
//! the syntax tree and what expressions read, nothing else of the crate.

use super::reads::{Calls, Lasts, Reads, Sum, Summary, reads};
use super::weight;
use crate::source::Span;
use crate::syntax::packed::Writer;
use crate::syntax::{Attribute, Block, Body, Expr, ExprKind, ObjectItem};

/// The arguments that say what a rule looks at.
pub const SUBJECTS: &[&str] = &["resource", "data", "module", "provider", "block", "variable", "output"];

/// What a rule file declares.
pub struct Packed {
    /// Its rules in the order of the text.
    pub rules: Vec<RuleOutline>,
    /// Its functions in the order of the text.
    pub functions: Vec<FunctionOutline>,
    /// What the outlines leave out.
    pub bytes: Vec<u8>,
}

/// What is known of a rule before it is read.
pub struct RuleOutline {
    /// Its id.
    pub id: String,
    /// Its category, as written.
    pub category: String,
    /// What it looks at: the argument's name (`resource`, `data`, …) and one pattern.
    pub subjects: Vec<(String, String)>,
    /// The modules that it looks into, as written; empty where it looks into all.
    pub only: String,
    /// Where what it asks begins among the bytes.
    pub logic: usize,
    /// Where what only a finding needs begins.
    pub words: usize,
}

/// What is known of a function before it is read.
pub struct FunctionOutline {
    /// Its name.
    pub name: String,
    /// How many parameters it has.
    pub params: usize,
    /// What computing it takes.
    pub cost: usize,
    /// Where it begins among the bytes.
    pub begin: usize,
}

/// What computing the functions of a file takes, by their names.
pub fn costs(source: &str, body: &Body) -> Vec<(String, usize)> {
    let cost = |block: &Block| {
        let value = block.body.attribute("value").and_then(|value| source.get(value.expr.span.range()));
        Some((name(block)?, weight::of_text(value.unwrap_or_default())))
    };
    body.blocks("function").filter_map(cost).collect()
}

/// What a file declares. `cost` says what computing a function of any file takes.
pub fn pack(source: &str, body: &Body, cost: &dyn Fn(&str) -> Option<usize>) -> Packed {
    let mut packer = Packer { writer: Writer::new(source), cost };
    let rules = body.blocks("rule").filter_map(|block| packer.rule(block)).collect();
    let functions = body.blocks("function").filter_map(|block| packer.function(block)).collect();
    Packed { rules, functions, bytes: packer.writer.into_bytes() }
}

fn name(block: &Block) -> Option<String> {
    block.labels.first().map(|label| label.text.to_string())
}

/// The plain texts of an argument: one, or those of a list.
fn texts<'b>(body: &'b Body, name: &str) -> Vec<(&'b str, Span)> {
    let Some(attribute) = body.attribute(name) else { return Vec::new() };
    let items = match &attribute.expr.kind {
        ExprKind::Tuple(items) => items,
        _ => std::slice::from_ref(&*attribute.expr),
    };
    let text = |item: &'b Expr| match &item.kind {
        ExprKind::String(text) => Some((text.trim_end_matches('\n'), item.span)),
        _ => None,
    };
    items.iter().filter_map(text).collect()
}

fn text<'b>(body: &'b Body, name: &str) -> Option<(&'b str, Span)> {
    texts(body, name).into_iter().next()
}

fn boolean(body: &Body, name: &str) -> Option<bool> {
    match body.attribute(name)?.expr.kind {
        ExprKind::Bool(value) => Some(value),
        _ => None,
    }
}

struct Packer<'s> {
    writer: Writer<'s>,
    cost: &'s dyn Fn(&str) -> Option<usize>,
}

/// A local and what it reads.
type Local<'b> = (&'b Attribute, Reads);

impl Packer<'_> {
    fn rule(&mut self, block: &Block) -> Option<RuleOutline> {
        let body = &block.body;
        let checks: Vec<&Block> = body.blocks("check").filter(|check| !check.labels.is_empty()).collect();
        let logic = self.writer.begin();
        self.logic(block, &checks);
        let words = self.writer.begin();
        self.words(body, &checks);
        let subjects =
            SUBJECTS.iter().flat_map(|kind| texts(body, kind).into_iter().map(move |subject| (kind, subject.0)));
        let owned = |name: &str| text(body, name).map(|(text, _)| text.to_owned()).unwrap_or_default();
        Some(RuleOutline {
            id: name(block)?,
            category: owned("category"),
            subjects: subjects.map(|(kind, pattern)| ((*kind).to_owned(), pattern.to_owned())).collect(),
            only: owned("only"),
            logic,
            words,
        })
    }

    /// What a rule asks.
    fn logic(&mut self, block: &Block, checks: &[&Block]) {
        let body = &block.body;
        self.writer.span(block.header);
        self.writer.flag(boolean(body, "first").unwrap_or(false));
        self.settings(body);
        self.texts(&texts(body, "supersedes"));
        let locals = self.locals(body);
        let shared = self.clauses(body, &locals, 0);
        self.writer.number(checks.len());
        for check in checks {
            self.writer.ident(&check.labels[0]);
            self.writer.span(check.header);
            let all: Vec<Local<'_>> = locals.iter().cloned().chain(self.locals(&check.body)).collect();
            self.clauses(&check.body, &all, shared);
        }
    }

    fn settings(&mut self, body: &Body) {
        let setting = |block| {
            let Block { labels, body, .. }: &Block = block;
            Some((labels.first()?, &body.attribute("default")?.expr, text(body, "description")))
        };
        let settings: Vec<_> = body.blocks("setting").filter_map(setting).collect();
        self.writer.list(settings, |w, (name, default, description)| {
            w.ident(name);
            w.expr(default);
            w.option(description, said);
        });
    }

    fn texts(&mut self, texts: &[(&str, Span)]) {
        self.writer.list(texts, |w, text| said(w, *text));
    }

    fn locals<'b>(&self, body: &'b Body) -> Vec<Local<'b>> {
        let attributes = body.blocks("locals").flat_map(|block| &block.body.attributes);
        attributes.map(|attribute| (attribute, reads(&attribute.expr, self.cost))).collect()
    }

    /// The clauses of a rule or a check that it asks by. `locals` are all that it sees, of which the first are `shared` with
    /// the rule; how many it sees.
    fn clauses(&mut self, body: &Body, locals: &[Local<'_>], shared: usize) -> usize {
        let named: Vec<_> = locals.iter().map(|(attribute, reads)| (&attribute.name.text, reads)).collect();
        let summary = Summary::new(&named);
        let own: Vec<_> = locals.iter().zip(summary.locals()).skip(shared).collect();
        self.writer.list(own, |w, ((attribute, _), local)| {
            w.ident(&attribute.name);
            sum(w, local);
            w.later(|w| w.expr(&attribute.expr));
        });
        let cost = self.cost;
        let clause = |w: &mut Writer<'_>, expr: &Expr| {
            sum(w, summary.of(&reads(expr, cost)));
            w.later(|w| w.expr(expr));
        };
        let w = &mut self.writer;
        w.option(text(body, "severity"), said);
        w.option(text(body, "scenario"), said);
        w.option(boolean(body, "production_only"), Writer::flag);
        let skips = body.attribute("skip").map(|skip| match &skip.expr.kind {
            ExprKind::Tuple(items) => &**items,
            _ => std::slice::from_ref(&*skip.expr),
        });
        w.list(skips.unwrap_or_default(), clause);
        for name in ["require", "for_each"] {
            w.option(body.attribute(name), |w, attribute| clause(w, &attribute.expr));
        }
        locals.len()
    }

    /// What only a finding of a rule needs.
    fn words(&mut self, body: &Body, checks: &[&Block]) {
        for name in ["title", "default"] {
            self.writer.option(text(body, name), said);
        }
        for name in ["exceptions", "sources", "peers"] {
            self.texts(&texts(body, name));
        }
        for body in [body].into_iter().chain(checks.iter().map(|check| &*check.body)) {
            self.message(body);
        }
    }

    fn message(&mut self, body: &Body) {
        let w = &mut self.writer;
        w.option(text(body, "why"), said);
        for name in ["at", "message"] {
            argument(w, body, name);
        }
        w.option(body.blocks("fix").next(), |w, fix| {
            let set = fix.body.attribute("set").and_then(|set| match &set.expr.kind {
                ExprKind::Object(items) => Some(&**items),
                _ => None,
            });
            w.list(set.unwrap_or_default(), |w, ObjectItem { key, value }| {
                w.expr(key);
                w.expr(value);
            });
            for name in ["text", "note"] {
                argument(w, &fix.body, name);
            }
            for name in ["safety", "impact"] {
                w.option(text(&fix.body, name), said);
            }
        });
        let also = |also| {
            let Block { body, .. }: &Block = also;
            Some([&body.attribute("at")?.expr, &body.attribute("note")?.expr])
        };
        let also: Vec<_> = body.blocks("also").filter_map(also).collect();
        w.list(also, |w, places| places.into_iter().for_each(|expr| w.expr(expr)));
    }

    fn function(&mut self, block: &Block) -> Option<FunctionOutline> {
        let name = block.labels.first()?;
        let value = block.body.attribute("value")?;
        let params = match block.body.attribute("params").map(|params| &params.expr.kind) {
            Some(ExprKind::Tuple(params)) => &**params,
            _ => &[],
        };
        let w = &mut self.writer;
        let begin = w.begin();
        w.span(block.header);
        w.ident(name);
        w.list(params, Writer::expr);
        w.option(block.body.attribute("description"), |w, description| {
            w.ident(&description.name);
            w.expr(&description.expr);
        });
        w.ident(&value.name);
        w.expr(&value.expr);
        let Calls { functions, environment } = reads(&value.expr, self.cost).calls;
        w.list(&functions, |w, function| w.text(function, block.header));
        w.flag(environment);
        let cost = (self.cost)(&name.text).unwrap_or(weight::CALL);
        Some(FunctionOutline { name: name.text.to_string(), params: params.len(), cost, begin })
    }
}

fn argument(writer: &mut Writer<'_>, body: &Body, name: &str) {
    writer.option(body.attribute(name), |w, attribute| w.expr(&attribute.expr));
}

/// A text and where it stands.
fn said(writer: &mut Writer<'_>, (text, span): (&str, Span)) {
    writer.span(span);
    writer.text(text, span);
}

fn sum(writer: &mut Writer<'_>, Sum { lasts, cost }: Sum) {
    writer.number(match lasts {
        Lasts::Element => 0,
        Lasts::Instance => 1,
        Lasts::Run => 2,
    });
    writer.number(cost);
}
