//! Checks the names in a rule's expressions when the rule is loaded: roots, locals, settings, functions and how many
//! arguments they take. Also says what an expression reads, so that values are kept as long as they hold.

use super::decl::wrong;
use super::functions::{self as own, OwnFunction};
use super::weight::{self, ELEMENTS};
use crate::eval::{functions as terraform, nearest};
use crate::source::{Problem, Span};
use crate::syntax::{CallExpr, ConditionalExpr, Expr, ExprKind, ForExpr, ForPart, Ident, IfPart, TemplatePart, Text};

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
    /// What computing it takes, as [`weight::of_text`] tells it.
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

/// What an expression reads.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    /// It reads `self` itself.
    pub subject: bool,
    /// It reads `each` itself.
    pub each: bool,
    /// The locals it reads itself.
    pub locals: Vec<Text>,
    /// The declared functions that it calls itself.
    pub functions: Vec<Text>,
    /// What evaluating it roughly takes, the locals aside, in plain expressions such as `self.engine`.
    pub cost: usize,
}

/// Functions that the evaluator handles itself: name, least and greatest number of arguments.
const SPECIAL: &[(&str, usize, usize)] =
    &[("try", 1, usize::MAX), ("can", 1, 1), ("convert", 2, 2), ("templatefile", 2, 2), ("templatestring", 2, 2)];

/// Checks an expression; mistakes are added to `problems`.
pub fn check(expr: &Expr, names: &Names<'_>, problems: &mut Vec<Problem>) -> Reads {
    let mut walk = Walk { names, problems, reads: Reads::default(), bound: Vec::new() };
    let cost = walk.expr(expr);
    Reads { cost, ..walk.reads }
}

/// How a function is called.
struct Callee {
    /// The least and the greatest number of arguments.
    least: usize,
    most: usize,
    /// What calling it takes.
    cost: usize,
    /// Whether the elements of a list may be its last arguments.
    spreads: bool,
}

struct Walk<'a, 'p> {
    names: &'a Names<'a>,
    problems: &'p mut Vec<Problem>,
    reads: Reads,
    bound: Vec<Text>,
}

/// What parts take together.
fn sum(costs: impl IntoIterator<Item = usize>) -> usize {
    costs.into_iter().fold(0, usize::saturating_add)
}

impl Walk<'_, '_> {
    /// Checks an expression and says what evaluating it takes.
    fn expr(&mut self, expr: &Expr) -> usize {
        let parts = match &expr.kind {
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::SplatElement
            | ExprKind::Invalid => 0,
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Tuple(items) => self.all(items),
            ExprKind::Object(items) => sum(items.iter().map(|item| self.all([&item.key, &item.value]))),
            ExprKind::Variable(name) => {
                self.root(name, None, expr.span);
                0
            }
            ExprKind::Attr(of) => match &of.base.kind {
                ExprKind::Variable(root) => {
                    self.root(root, Some(&of.name), of.base.span);
                    1
                }
                _ => self.expr(&of.base),
            },
            ExprKind::Index(base, key) => self.all([&**base, &**key]),
            ExprKind::Splat { base, each } => return self.all([&**base, &**each]).saturating_mul(ELEMENTS),
            ExprKind::Call(call) => {
                let CallExpr { name, args, expand_final } = &**call;
                return self.call(name, args.len(), *expand_final).saturating_add(self.all(args));
            }
            ExprKind::Unary(_, operand) => self.expr(operand),
            ExprKind::Binary(_, of) => self.all([&of.left, &of.right]),
            ExprKind::Conditional(of) => {
                let ConditionalExpr { condition, then, otherwise } = &**of;
                self.all([condition, then, otherwise])
            }
            ExprKind::For(f) => return self.for_expr(f).saturating_mul(ELEMENTS),
            ExprKind::Paren(inner) => self.expr(inner),
        };
        parts.saturating_add(1)
    }

    fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) -> usize {
        sum(exprs.into_iter().map(|expr| self.expr(expr)))
    }

    fn for_expr(&mut self, f: &ForExpr) -> usize {
        let collection = self.expr(&f.collection);
        let depth = self.bound.len();
        self.bind(f.key_var.as_ref(), &f.value_var);
        let turn = self.all(f.key.iter().chain([&f.value]).chain(&f.condition));
        self.bound.truncate(depth);
        collection.saturating_add(turn)
    }

    fn bind(&mut self, key: Option<&Ident>, value: &Ident) {
        self.bound.extend(key.into_iter().chain([value]).map(|ident| ident.text.clone()));
    }

    fn template(&mut self, parts: &[TemplatePart]) -> usize {
        let part = |part: &TemplatePart| match part {
            TemplatePart::Literal(..) => 0,
            TemplatePart::Interpolation(expr) => self.expr(expr),
            TemplatePart::If(part) => {
                let IfPart { condition, then, otherwise, .. } = &**part;
                sum([self.expr(condition), self.template(then), self.template(otherwise)])
            }
            TemplatePart::For(part) => {
                let ForPart { key_var, value_var, collection, body, .. } = &**part;
                let collection = self.expr(collection);
                let depth = self.bound.len();
                self.bind(key_var.as_ref(), value_var);
                let turn = self.template(body);
                self.bound.truncate(depth);
                collection.saturating_add(turn).saturating_mul(ELEMENTS)
            }
        };
        sum(parts.iter().map(part))
    }

    /// A name that begins a reference, and the name behind its dot.
    fn root(&mut self, root: &Text, step: Option<&Ident>, span: Span) {
        if self.bound.contains(root) || self.names.params.contains(root) {
            return;
        }
        let names = self.names;
        match &**root {
            "environment" => {}
            "self" if names.in_rule => self.reads.subject = true,
            "each" if names.each => {
                self.reads.each = true;
                self.member("each", step, span, &["key".into(), "value".into()]);
            }
            "each" if names.in_rule => {
                let problem = wrong(span, "there is no `each` without `for_each`", "nothing is iterated here");
                self.problems.push(problem.with_help("add `for_each` to the rule or the check"));
            }
            "local" if names.in_rule => {
                if let Some(step) = step.filter(|step| !self.reads.locals.contains(&step.text)) {
                    self.reads.locals.push(step.text.clone());
                }
                self.member("local", step, span, names.locals);
            }
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
        problem.help = nearest(&step.text, known.iter().map(|k| &**k)).map(|n| format!("did you mean `{root}.{n}`?"));
        self.problems.push(problem);
    }

    fn unknown_root(&mut self, root: &Text, span: Span) {
        let of_rule = ["self", "local", "setting", "each"];
        let roots = if self.names.in_rule { of_rule.as_slice() } else { &[] };
        let known = self.bound.iter().chain(self.names.params).map(|n| &**n).chain(roots.iter().copied());
        let near = nearest(root, known.chain(["environment"])).map(|n| format!("did you mean `{n}`?"));
        let mut problem = wrong(span, format!("there is no `{root}` here"), "not declared");
        problem.help = near.or_else(|| {
            let in_function = !self.names.in_rule && of_rule.contains(&&**root);
            in_function.then(|| "a function sees its parameters only: pass it in".to_owned())
        });
        self.problems.push(problem);
    }

    /// Checks how a function is called, and says what that takes, the arguments aside.
    fn call(&mut self, name: &Ident, count: usize, expand: bool) -> usize {
        let Some(Callee { least, most, cost, spreads }) = self.callee(&name.text) else {
            self.unknown_function(name);
            return weight::CALL;
        };
        if expand && !spreads {
            let problem =
                wrong(name.span, format!("`{}` takes no spread arguments", name.text), "`...` is not possible");
            self.problems.push(problem.with_help("pass the list itself where several texts are allowed"));
            return cost;
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
        cost
    }

    fn callee(&mut self, name: &Text) -> Option<Callee> {
        let cost = || weight::of_call(name);
        if let Some(OwnFunction { arity: (least, most), .. }) = own::lookup(name) {
            return Some(Callee { least: *least, most: *most, cost: cost(), spreads: false });
        }
        if let Some(Signature { params, cost }) = self.names.functions.signature(name) {
            self.reads.functions.push(name.clone());
            return Some(Callee { least: params, most: params, cost, spreads: false });
        }
        if let Some((_, least, most)) = SPECIAL.iter().find(|(special, ..)| *special == &**name) {
            return Some(Callee { least: *least, most: *most, cost: cost(), spreads: true });
        }
        let function = terraform::lookup(name)?;
        let most = if function.variadic.is_some() { usize::MAX } else { function.params.len() };
        Some(Callee { least: function.params.len() - function.optional, most, cost: cost(), spreads: true })
    }

    fn unknown_function(&mut self, name: &Ident) {
        let mut known = self.names.functions.names();
        own::names().for_each(|name| known.push(name));
        SPECIAL.iter().for_each(|(name, ..)| known.push(name));
        terraform::names().for_each(|name| known.push(name));
        let mut problem = wrong(name.span, format!("there is no function `{}`", name.text), "unknown function");
        problem.help = nearest(&name.text, known).map(|n| format!("did you mean `{n}`?"));
        self.problems.push(problem);
    }
}
