//! A rule file as written: rules and functions with the span of everything in them.
//!
//! Reading finds what stands in the wrong place; what the values mean is found by [`super::compile`]. Entry point:
//! [`read`].

use std::sync::Arc;

use super::reads::{Calls, reads};
use super::words::Word;
use crate::eval::nearest;
use crate::infra::InstanceKind;
use crate::source::{Problem, ProblemKind, Span};
use crate::syntax::{Attribute, Block, Body, Document, Ident, Text};

/// A file of rules.
#[derive(Clone, Debug)]
pub struct FileDecl {
    /// Its rules in the order of the text.
    pub rules: Vec<RuleDecl>,
    /// Its functions in the order of the text.
    pub functions: Vec<Arc<FunctionDecl>>,
    /// What is written wrongly, syntax errors included.
    pub problems: Vec<Problem>,
}

/// `rule "id" { … }`
#[derive(Clone, Debug)]
pub struct RuleDecl {
    /// The id.
    pub id: Ident,
    /// The block's type and label.
    pub header: Span,
    /// What it looks at.
    pub subjects: Vec<(InstanceKind, Attribute)>,
    /// What single checks may say otherwise.
    pub clauses: Clauses,
    /// Its arguments that checks cannot have, by name.
    pub arguments: Vec<Attribute>,
    /// Its thresholds.
    pub settings: Vec<SettingDecl>,
    /// Its ways to be broken; empty where the rule itself is the only one.
    pub checks: Vec<CheckDecl>,
}

/// What both a rule and a check may say.
#[derive(Clone, Debug, Default)]
pub struct Clauses {
    /// Plain arguments by name: one of [`CLAUSES`].
    pub arguments: Vec<Attribute>,
    /// Names for expressions.
    pub locals: Vec<Attribute>,
    /// What to write instead.
    pub fix: Option<BodyDecl>,
    /// Further places to show.
    pub also: Vec<BodyDecl>,
}

/// `check "name" { … }`
#[derive(Clone, Debug)]
pub struct CheckDecl {
    /// Its name, for authors.
    pub name: Ident,
    /// The block's type and label.
    pub header: Span,
    /// What it says.
    pub clauses: Clauses,
}

/// `setting "name" { … }`
#[derive(Clone, Debug)]
pub struct SettingDecl {
    /// Its name.
    pub name: Ident,
    /// What it says.
    pub body: BodyDecl,
}

/// A block of arguments only.
#[derive(Clone, Debug)]
pub struct BodyDecl {
    /// Its type and labels.
    pub header: Span,
    /// Its arguments.
    pub arguments: Vec<Attribute>,
}

/// `function "name" { … }`
#[derive(Clone, Debug)]
pub struct FunctionDecl {
    /// Its name.
    pub name: Ident,
    /// The block's type and label.
    pub header: Span,
    /// Its parameters.
    pub params: Vec<Ident>,
    /// What it computes, in words.
    pub description: Option<Attribute>,
    /// What it computes.
    pub value: Option<Attribute>,
    /// What that asks for by name.
    pub calls: Calls,
}

/// The arguments that rules and checks share.
pub const CLAUSES: &[&str] =
    &["severity", "scenario", "production_only", "skip", "require", "at", "message", "why", "for_each"];
/// The arguments that only rules have, subjects aside.
pub const RULE_ARGUMENTS: &[&str] =
    &["title", "category", "default", "first", "only", "exceptions", "sources", "peers", "supersedes"];
const CLAUSE_BLOCKS: &[&str] = &["fix", "also", "locals"];
const RULE_BLOCKS: &[&str] = &["fix", "also", "locals", "setting", "check"];
const FIX_ARGUMENTS: &[&str] = &["set", "text", "safety", "impact", "note"];
const ALSO_ARGUMENTS: &[&str] = &["at", "note"];
const SETTING_ARGUMENTS: &[&str] = &["default", "description"];
const FUNCTION_ARGUMENTS: &[&str] = &["params", "description", "value"];

/// A function has no more parameters: they are looked for one by one.
const MOST_PARAMS: usize = 100;

/// Reads a parsed rule file.
pub fn read(document: &Document) -> FileDecl {
    let mut reader = Reader { problems: document.problems.clone() };
    reader.names(&document.body, "a rule file", &[], &["rule", "function"]);
    let rules = document.body.blocks("rule").filter_map(|block| reader.rule(block)).collect();
    let functions = document.body.blocks("function").filter_map(|block| reader.function(block)).map(Arc::new);
    let functions = functions.collect();
    FileDecl { rules, functions, problems: reader.problems }
}

/// The argument of that name.
pub fn argument<'a>(arguments: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    arguments.iter().find(|a| &*a.name.text == name)
}

struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn rule(&mut self, block: &Block) -> Option<RuleDecl> {
        let id = self.label(block)?;
        let subjects = || InstanceKind::WORDS.iter().map(|(word, _)| *word);
        let arguments: Vec<&str> = RULE_ARGUMENTS.iter().chain(CLAUSES).copied().chain(subjects()).collect();
        self.names(&block.body, "a rule", &arguments, RULE_BLOCKS);
        let of = |names: &[&str]| picked(&block.body, names);
        let named = |a: &Attribute| Some((InstanceKind::parse(&a.name.text)?, a.clone()));
        let settings = block.body.blocks("setting").filter_map(|b| self.setting(b)).collect();
        let checks = block.body.blocks("check").filter_map(|b| self.check(b)).collect();
        Some(RuleDecl {
            id,
            header: block.header,
            subjects: block.body.attributes.iter().filter_map(named).collect(),
            clauses: self.clauses(&block.body),
            arguments: of(RULE_ARGUMENTS),
            settings,
            checks,
        })
    }

    fn check(&mut self, block: &Block) -> Option<CheckDecl> {
        let name = self.label(block)?;
        self.names(&block.body, "a check", CLAUSES, CLAUSE_BLOCKS);
        Some(CheckDecl { name, header: block.header, clauses: self.clauses(&block.body) })
    }

    fn clauses(&mut self, body: &Body) -> Clauses {
        let mut locals = Vec::new();
        for block in body.blocks("locals") {
            self.unlabelled(block);
            self.blocks(&block.body, "`locals`", &[], &[]);
            locals.extend(block.body.attributes.iter().cloned());
        }
        let mut fixes = body.blocks("fix").map(|b| self.plain(b, "`fix`", FIX_ARGUMENTS)).collect::<Vec<_>>();
        if fixes.len() > 1 {
            let again = fixes[1].header;
            self.problems.push(wrong(again, "there is a second `fix`", "one is enough"));
        }
        let also = body.blocks("also").map(|b| self.plain(b, "`also`", ALSO_ARGUMENTS)).collect();
        let fix = if fixes.is_empty() { None } else { Some(fixes.swap_remove(0)) };
        Clauses { arguments: picked(body, CLAUSES), locals, fix, also }
    }

    fn plain(&mut self, block: &Block, what: &str, arguments: &[&str]) -> BodyDecl {
        self.unlabelled(block);
        self.names(&block.body, what, arguments, &[]);
        BodyDecl { header: block.header, arguments: picked(&block.body, arguments) }
    }

    fn setting(&mut self, block: &Block) -> Option<SettingDecl> {
        let name = self.label(block)?;
        self.names(&block.body, "a setting", SETTING_ARGUMENTS, &[]);
        let arguments = picked(&block.body, SETTING_ARGUMENTS);
        if argument(&arguments, "default").is_none() {
            self.problems.push(wrong(
                block.header,
                format!("setting `{}` has no `default`", name.text),
                "no `default`",
            ));
        }
        Some(SettingDecl { name, body: BodyDecl { header: block.header, arguments } })
    }

    fn function(&mut self, block: &Block) -> Option<FunctionDecl> {
        let name = self.label(block)?;
        self.names(&block.body, "a function", FUNCTION_ARGUMENTS, &[]);
        let value = block.body.attribute("value").cloned();
        if value.is_none() {
            let message = format!("function `{}` has no `value`", name.text);
            self.problems.push(wrong(block.header, message, "no `value`"));
        }
        let calls = value.as_ref().map(|value| reads(&value.expr, &|_| None).calls).unwrap_or_default();
        Some(FunctionDecl {
            params: block.body.attribute("params").map(|a| self.params(a)).unwrap_or_default(),
            name,
            header: block.header,
            description: block.body.attribute("description").cloned(),
            value,
            calls,
        })
    }

    /// `params = [a, b]`: bare names.
    fn params(&mut self, attribute: &Attribute) -> Vec<Ident> {
        use crate::syntax::ExprKind;
        let ExprKind::Tuple(items) = &attribute.expr.kind else {
            let message = "`params` is a list of names";
            self.problems.push(wrong(attribute.expr.span, message, "not a list").with_help("write `params = [a, b]`"));
            return Vec::new();
        };
        let mut params: Vec<Ident> = Vec::new();
        for item in items {
            if params.len() == MOST_PARAMS {
                let message = format!("more than {MOST_PARAMS} parameters are not taken");
                self.problems.push(wrong(item.span, message, "the first of the rest"));
                break;
            }
            match &item.kind {
                ExprKind::Variable(text) if params.iter().any(|p| p.text == *text) => {
                    self.problems.push(wrong(item.span, format!("there are two parameters `{text}`"), "the second"));
                }
                ExprKind::Variable(text) => params.push(Ident { text: text.clone(), span: item.span }),
                _ => self.problems.push(wrong(item.span, "a parameter is a bare name", "not a name")),
            }
        }
        params
    }

    /// The only label of a block.
    fn label(&mut self, block: &Block) -> Option<Ident> {
        let kind = &block.kind.text;
        match &*block.labels {
            [label] => return Some(label.clone()),
            [] => {
                let help = format!("write `{kind} \"name\" {{`");
                let message = format!("this `{kind}` has no name");
                self.problems.push(wrong(block.header, message, "no name").with_help(help));
            }
            [_, second, ..] => {
                let message = format!("a `{kind}` has one name");
                self.problems.push(wrong(second.span, message, "one too many"));
            }
        }
        None
    }

    fn unlabelled(&mut self, block: &Block) {
        if let Some(label) = block.labels.first() {
            let message = format!("`{}` has no name", block.kind.text);
            self.problems.push(wrong(label.span, message, "remove this"));
        }
    }

    /// Reports arguments and blocks that do not belong into a body.
    fn names(&mut self, body: &Body, what: &str, arguments: &[&str], blocks: &[&str]) {
        for Attribute { name, .. } in body.attributes.iter().filter(|a| !arguments.contains(&&*a.name.text)) {
            let mut problem = wrong(name.span, format!("{what} has no argument `{}`", name.text), "unknown argument");
            problem.help = match blocks.contains(&&*name.text) {
                true => Some(format!("`{}` is a block: write it without `=`", name.text)),
                false => nearest(&name.text, arguments.iter().copied()).map(|n| format!("did you mean `{n}`?")),
            };
            self.problems.push(problem);
        }
        self.blocks(body, what, arguments, blocks);
    }

    fn blocks(&mut self, body: &Body, what: &str, arguments: &[&str], blocks: &[&str]) {
        for Block { kind, .. } in body.blocks.iter().filter(|b| !blocks.contains(&&*b.kind.text)) {
            let mut problem = wrong(kind.span, format!("{what} has no block `{}`", kind.text), "unknown block");
            problem.help = match arguments.contains(&&*kind.text) {
                true => Some(format!("`{}` is an argument: write it with `=`", kind.text)),
                false => nearest(&kind.text, blocks.iter().copied()).map(|n| format!("did you mean `{n}`?")),
            };
            self.problems.push(problem);
        }
    }
}

fn picked(body: &Body, names: &[&str]) -> Vec<Attribute> {
    body.attributes.iter().filter(|a| names.contains(&&*a.name.text)).cloned().collect()
}

/// A mistake in a rule file.
pub fn wrong(span: Span, message: impl Into<String>, label: impl Into<String>) -> Problem {
    Problem::error(ProblemKind::Rule, span, message, label)
}

impl FunctionDecl {
    /// Its parameters as text.
    pub fn param_names(&self) -> impl Iterator<Item = &Text> {
        self.params.iter().map(|p| &p.text)
    }
}
