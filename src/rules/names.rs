//! Checks the names in a rule's expressions when the rule is loaded: roots, locals, settings, functions and how many
//! arguments they take.

use super::decl::wrong;
use super::functions::{self as own, OwnFunction};
use super::reads::{Lasts, Reads, reads};
use crate::eval::{functions as terraform, nearest};
use crate::source::{Problem, Span};
use crate::syntax::{CallExpr, Expr, ExprKind, ForPart, Ident, IfPart, TemplatePart, Text};

/// Finds functions that rule files declare.
pub trait Functions {
    /// How the function of that name is called.
    fn signature(&self, name: &str) -> Option<Signature>;
    /// The names of all.
    fn names(&self) -> Vec<&str>;
}

/// How a function that a rule file declares is called; known before it is parsed.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// How many parameters it has.
    pub params: usize,
    /// What computing it takes, as [`weight::of_text`](super::weight::of_text) tells it.
    pub cost: usize,
}

/// What may be named where an expression stands.
pub struct Names<'a> {
    /// Whether there is a subject: `self`, `setting`, `local`.
    pub in_rule: bool,
    /// Whether there is an element: `each`.
    pub each: bool,
    /// The names behind `local.`.
    pub locals: &'a [Text],
    /// The names behind `setting.`.
    pub settings: &'a [Text],
    /// The parameters of the function.
    pub params: &'a [Text],
    /// Functions of rule files.
    pub functions: &'a dyn Functions,
}

/// Functions that the evaluator handles itself: name, least and greatest number of arguments.
const SPECIAL: &[(&str, usize, usize)] =
    &[("try", 1, usize::MAX), ("can", 1, 1), ("convert", 2, 2), ("templatefile", 2, 2), ("templatestring", 2, 2)];

/// Where there are so many mistakes already, it is not looked for what is meant.
const MANY_PROBLEMS: usize = 1_000;

/// Checks an expression and says what it reads; mistakes are added to `problems`.
pub fn check(expr: &Expr, names: &Names<'_>, problems: &mut Vec<Problem>) -> Reads {
    Walk { names, problems, bound: Vec::new() }.expr(expr);
    let mut reads = reads(expr, &|name| names.functions.signature(name).map(|signature| signature.cost));
    if !names.each {
        // There is no element. Where it is read all the same, that has been said.
        reads.own.lasts = reads.own.lasts.max(Lasts::Instance);
    }
    reads
}

/// How a function is called.
struct Callee {
    /// The least and the greatest number of arguments.
    least: usize,
    most: usize,
    /// Whether the elements of a list may be its last arguments.
    spreads: bool,
}

struct Walk<'a, 'p> {
    names: &'a Names<'a>,
    problems: &'p mut Vec<Problem>,
    bound: Vec<Text>,
}

impl Walk<'_, '_> {
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Variable(name) => self.root(name, None, expr.span),
            ExprKind::Attr(of) => match &of.base.kind {
                ExprKind::Variable(root) => self.root(root, Some(&of.name), of.base.span),
                _ => self.expr(&of.base),
            },
            ExprKind::Call(call) => {
                let CallExpr { name, args, expand_final } = &**call;
                self.call(name, args.len(), *expand_final);
                self.all(args);
            }
            ExprKind::For(f) => {
                self.expr(&f.collection);
                self.bound(f.key_var.as_ref(), &f.value_var, |walk| {
                    walk.all(f.key.iter().chain([&f.value]).chain(&f.condition));
                });
            }
            _ => expr.for_each_child(&mut |child| self.expr(child)),
        }
    }

    fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    /// Looks at what these names are bound in.
    fn bound(&mut self, key: Option<&Ident>, value: &Ident, look: impl FnOnce(&mut Self)) {
        let depth = self.bound.len();
        self.bound.extend(key.into_iter().chain([value]).map(|ident| ident.text.clone()));
        look(self);
        self.bound.truncate(depth);
    }

    fn template(&mut self, parts: &[TemplatePart]) {
        for part in parts {
            match part {
                TemplatePart::Literal(..) => {}
                TemplatePart::Interpolation(expr) => self.expr(expr),
                TemplatePart::If(part) => {
                    let IfPart { condition, then, otherwise, .. } = &**part;
                    self.expr(condition);
                    self.template(then);
                    self.template(otherwise);
                }
                TemplatePart::For(part) => {
                    let ForPart { key_var, value_var, collection, body, .. } = &**part;
                    self.expr(collection);
                    self.bound(key_var.as_ref(), value_var, |walk| walk.template(body));
                }
            }
        }
    }

    /// A name that begins a reference, and the name behind its dot.
    fn root(&mut self, root: &Text, step: Option<&Ident>, span: Span) {
        if self.bound.contains(root) || self.names.params.contains(root) {
            return;
        }
        let names = self.names;
        match &**root {
            "environment" => {}
            "self" if names.in_rule => {}
            "each" if names.each => self.member("each", step, span, &["key".into(), "value".into()]),
            "each" if names.in_rule => {
                let problem = wrong(span, "there is no `each` without `for_each`", "nothing is iterated here");
                self.problems.push(problem.with_help("add `for_each` to the rule or the check"));
            }
            "local" if names.in_rule => self.member("local", step, span, names.locals),
            "setting" if names.in_rule => self.member("setting", step, span, names.settings),
            _ => self.unknown_root(root, span),
        }
    }

    fn member(&mut self, root: &str, step: Option<&Ident>, span: Span, known: &[Text]) {
        let Some(step) = step else {
            let message = format!("`{root}` needs a name behind it");
            self.problems.push(wrong(span, message, format!("write `{root}.name`")));
            return;
        };
        if known.contains(&step.text) {
            return;
        }
        let message = format!("there is no `{root}.{}`", step.text);
        let mut problem = wrong(step.span, message, "not declared");
        let near = self.near(&step.text, || known.iter().map(|k| &**k));
        problem.help = near.map(|n| format!("did you mean `{root}.{n}`?"));
        self.problems.push(problem);
    }

    fn unknown_root(&mut self, root: &Text, span: Span) {
        let of_rule = ["self", "local", "setting", "each"];
        let roots = if self.names.in_rule { of_rule.as_slice() } else { &[] };
        let known = || self.bound.iter().chain(self.names.params).map(|n| &**n).chain(roots.iter().copied());
        let near = self.near(root, || known().chain(["environment"])).map(|n| format!("did you mean `{n}`?"));
        let mut problem = wrong(span, format!("there is no `{root}` here"), "not declared");
        problem.help = near.or_else(|| {
            let in_function = !self.names.in_rule && of_rule.contains(&&**root);
            in_function.then(|| "a function sees its parameters only: pass it in".to_owned())
        });
        self.problems.push(problem);
    }

    /// Checks how a function is called.
    fn call(&mut self, name: &Ident, count: usize, expand: bool) {
        let Some(Callee { least, most, spreads }) = self.callee(&name.text) else {
            return self.unknown_function(name);
        };
        if expand && !spreads {
            let problem =
                wrong(name.span, format!("`{}` takes no spread arguments", name.text), "`...` is not possible");
            self.problems.push(problem.with_help("pass the list itself where several texts are allowed"));
            return;
        }
        let fits = if expand { count <= most } else { (least..=most).contains(&count) };
        if !fits {
            let wants = match (least, most) {
                (least, most) if least == most => format!("{least}"),
                (least, usize::MAX) => format!("at least {least}"),
                (least, most) => format!("{least} to {most}"),
            };
            let ending = if wants == "1" { "" } else { "s" };
            let message = format!("`{}` takes {wants} argument{ending}, not {count}", name.text);
            self.problems.push(wrong(name.span, message, "wrong number of arguments"));
        }
    }

    fn callee(&self, name: &str) -> Option<Callee> {
        if let Some(OwnFunction { arity: (least, most), .. }) = own::lookup(name) {
            return Some(Callee { least: *least, most: *most, spreads: false });
        }
        if let Some(Signature { params, .. }) = self.names.functions.signature(name) {
            return Some(Callee { least: params, most: params, spreads: false });
        }
        if let Some((_, least, most)) = SPECIAL.iter().find(|(special, ..)| *special == name) {
            return Some(Callee { least: *least, most: *most, spreads: true });
        }
        let function = terraform::lookup(name)?;
        let most = if function.variadic.is_some() { usize::MAX } else { function.params.len() };
        Some(Callee { least: function.params.len() - function.optional, most, spreads: true })
    }

    fn unknown_function(&mut self, name: &Ident) {
        let known = || {
            let mut known = self.names.functions.names();
            own::names().for_each(|name| known.push(name));
            SPECIAL.iter().for_each(|(name, ..)| known.push(name));
            terraform::names().for_each(|name| known.push(name));
            known
        };
        let mut problem = wrong(name.span, format!("there is no function `{}`", name.text), "unknown function");
        problem.help = self.near(&name.text, known).map(|n| format!("did you mean `{n}`?"));
        self.problems.push(problem);
    }

    /// The name that is meant, as far as that can be told; of very many mistakes nobody reads all.
    fn near<'n, N: IntoIterator<Item = &'n str>>(&self, name: &str, known: impl FnOnce() -> N) -> Option<&'n str> {
        if self.problems.len() < MANY_PROBLEMS { nearest(name, known()) } else { None }
    }
}
