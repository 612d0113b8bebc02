//! Names in rules that the provider's schema does not have: resource types, arguments, tables of facts.
//!
//! This is for authors: a rule with such a name runs, and is silent for ever. Entry point: [`lint`].

use std::sync::Arc;

use super::catalog::Catalog;
use super::decl::wrong;
use super::rule::{Check, Pattern, Rule};
use crate::eval::nearest;
use crate::facts::{self, Schema};
use crate::infra::InstanceKind;
use crate::source::{Problem, Span};
use crate::syntax::{ConditionalExpr, Expr, ExprKind, ForExpr, ForPart, Ident, IfPart, TemplatePart, Text};

/// The doubtful names in all rules. Each problem's first related place says which rule it is in.
pub fn lint(catalog: &Catalog<'_>) -> Vec<Problem> {
    catalog.rules().iter().flat_map(rule).collect()
}

fn rule(rule: &Arc<Rule>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut types = Vec::new();
    for subject in rule.subjects.iter().filter(|s| s.kind == InstanceKind::Resource) {
        match &subject.pattern {
            Pattern::Exact(name) => types.push(name.clone()),
            Pattern::Glob(..) | Pattern::Any(_) => return problems,
        }
    }
    let mixed = rule.subjects.len() > types.len();
    types.iter().for_each(|ty| known_type(ty, rule.span, &mut problems));
    let subject = if mixed { Shape::Any } else { Shape::Instances(types) };
    for check in &rule.checks {
        let mut walk =
            Walk { check, subject: &subject, bound: Vec::new(), problems: &mut problems, locals: Vec::new() };
        walk.check();
    }
    // What checks share is looked at with each of them.
    problems.sort_by_key(|p| p.label.as_ref().map(|l| l.span));
    problems.dedup();
    problems.into_iter().map(|p| p.with_related(rule.span, rule.info.id.to_string())).collect()
}

/// What is known of the schema of a value.
#[derive(Clone, Debug)]
enum Shape {
    /// Nothing.
    Any,
    /// Instances of one of these resource types, one or many.
    Instances(Vec<Text>),
    /// Blocks or objects of one of these schemas, one or many.
    Bodies(Vec<&'static Schema>),
}

/// What can be read of an instance beside its arguments.
const OF_INSTANCES: &[&str] = &[
    "address",
    "block_address",
    "type",
    "name",
    "key",
    "module",
    "kind",
    "file",
    "lifecycle",
    "depends_on",
    "provider",
    "id",
    "arn",
    "resource_type",
    "resource_name",
    "instance_key",
    "timeouts",
];

struct Walk<'a, 'p> {
    check: &'a Check,
    subject: &'a Shape,
    bound: Vec<(Text, Shape)>,
    locals: Vec<(Text, Shape)>,
    problems: &'p mut Vec<Problem>,
}

impl Walk<'_, '_> {
    fn check(&mut self) {
        let check = self.check;
        for local in &check.locals {
            self.local(&local.name);
        }
        let exprs = check.skips.iter().map(|c| &*c.expr).chain([&*check.require.expr, &*check.message]);
        let exprs = exprs.chain(check.at.as_deref()).chain(check.for_each.iter().map(|c| &*c.expr));
        exprs.chain(check.also.iter().flat_map(|a| [&*a.at, &*a.note])).for_each(|e| drop(self.shape(e)));
        let Some(fix) = &check.fix else { return };
        fix.text.iter().chain(&fix.note).for_each(|e| drop(self.shape(e)));
        for (path, value) in &fix.set {
            self.shape(value);
            if let Shape::Instances(types) = self.subject {
                self.path(path, types, value.span);
            }
        }
    }

    /// The shape of a local; a circle was found when the rule was compiled.
    fn local(&mut self, name: &Text) -> Shape {
        if let Some((_, shape)) = self.locals.iter().find(|(known, _)| known == name) {
            return shape.clone();
        }
        let Some(local) = self.check.locals.iter().find(|l| l.name == *name) else { return Shape::Any };
        let outer = std::mem::take(&mut self.bound);
        let shape = self.shape(&local.clause.expr);
        self.bound = outer;
        self.locals.push((name.clone(), shape.clone()));
        shape
    }

    fn shape(&mut self, expr: &Expr) -> Shape {
        match &expr.kind {
            ExprKind::Variable(name) => self.root(name),
            ExprKind::Attr(of) => match &of.base.kind {
                ExprKind::Variable(root) if &**root == "local" => self.local(&of.name.text),
                ExprKind::Variable(root) if &**root == "each" => self.each(&of.name.text),
                _ => {
                    let base = self.shape(&of.base);
                    self.member(&base, &of.name)
                }
            },
            ExprKind::Index(base, key) => {
                self.shape(key);
                let base = self.shape(base);
                match &key.kind {
                    ExprKind::String(name) => self.member(&base, &Ident { text: name.clone(), span: key.span }),
                    _ => base,
                }
            }
            ExprKind::Splat { base, each } => {
                let base = self.shape(base);
                self.with(&[(Text::from(""), base)], |walk| walk.shape(each))
            }
            ExprKind::SplatElement => self.root(&Text::from("")),
            ExprKind::Paren(inner) => self.shape(inner),
            ExprKind::Call(call) => self.call(&call.name, &call.args),
            ExprKind::Conditional(of) => {
                let ConditionalExpr { condition, then, otherwise } = &**of;
                self.shape(condition);
                let (then, otherwise) = (self.shape(then), self.shape(otherwise));
                joined([then, otherwise])
            }
            ExprKind::For(f) => self.for_expr(f),
            ExprKind::Tuple(items) => joined(items.iter().map(|item| self.shape(item)).collect::<Vec<_>>()),
            ExprKind::Object(items) => {
                items.iter().for_each(|item| drop((self.shape(&item.key), self.shape(&item.value))));
                Shape::Any
            }
            ExprKind::Template(parts) => {
                self.template(parts);
                Shape::Any
            }
            ExprKind::Unary(_, operand) => {
                self.shape(operand);
                Shape::Any
            }
            ExprKind::Binary(_, of) => {
                self.shape(&of.left);
                self.shape(&of.right);
                Shape::Any
            }
            _ => Shape::Any,
        }
    }

    fn with(&mut self, names: &[(Text, Shape)], run: impl FnOnce(&mut Self) -> Shape) -> Shape {
        let depth = self.bound.len();
        self.bound.extend(names.iter().cloned());
        let shape = run(self);
        self.bound.truncate(depth);
        shape
    }

    fn root(&self, name: &Text) -> Shape {
        match self.bound.iter().rev().find(|(bound, _)| bound == name) {
            Some((_, shape)) => shape.clone(),
            None if &**name == "self" => self.subject.clone(),
            None => Shape::Any,
        }
    }

    fn each(&mut self, name: &str) -> Shape {
        match (&self.check.for_each, name) {
            (Some(collection), "value") => {
                let outer = std::mem::take(&mut self.bound);
                let shape = self.shape(&collection.expr);
                self.bound = outer;
                shape
            }
            _ => Shape::Any,
        }
    }

    fn for_expr(&mut self, f: &ForExpr) -> Shape {
        let collection = self.shape(&f.collection);
        let names = [(f.value_var.text.clone(), collection)];
        let key = f.key_var.iter().map(|k| (k.text.clone(), Shape::Any));
        let names: Vec<_> = key.chain(names).collect();
        self.with(&names, |walk| {
            f.key.iter().chain(&f.condition).for_each(|e| drop(walk.shape(e)));
            walk.shape(&f.value)
        })
    }

    fn template(&mut self, parts: &[TemplatePart]) {
        for part in parts {
            match part {
                TemplatePart::Literal(..) => {}
                TemplatePart::Interpolation(expr) => drop(self.shape(expr)),
                TemplatePart::If(part) => {
                    let IfPart { condition, then, otherwise, .. } = &**part;
                    self.shape(condition);
                    self.template(then);
                    self.template(otherwise);
                }
                TemplatePart::For(part) => {
                    let ForPart { value_var, collection, body, .. } = &**part;
                    let collection = self.shape(collection);
                    self.with(&[(value_var.text.clone(), collection)], |walk| {
                        walk.template(body);
                        Shape::Any
                    });
                }
            }
        }
    }

    fn call(&mut self, name: &Ident, args: &[Expr]) -> Shape {
        let shapes: Vec<Shape> = args.iter().map(|arg| self.shape(arg)).collect();
        match &*name.text {
            "resources" => self.types(args),
            "referenced" if args.len() > 1 => self.types(&args[1..]),
            "referrers" => {
                let types = self.types(args.get(1..2).unwrap_or_default());
                if let (Shape::Instances(types), Some(paths)) = (&types, args.get(2)) {
                    literals(paths).for_each(|(path, span)| self.path(&path, types, span));
                }
                types
            }
            "fact" | "fact_rows" => {
                for (table, span) in args.iter().take(1).flat_map(literals) {
                    if facts::table(&table).is_none() {
                        let mut problem = wrong(span, format!("there is no table `{table}`"), "unknown table");
                        problem.help = nearest(&table, facts::table_names()).map(|n| format!("did you mean `{n}`?"));
                        self.problems.push(problem);
                    }
                }
                Shape::Any
            }
            "concat" | "coalesce" | "coalescelist" | "try" | "setunion" | "setintersection" => joined(shapes),
            "one" | "flatten" | "tolist" | "toset" | "distinct" | "element" | "reverse" | "slice" | "compact"
            | "setsubtract" | "sort" => shapes.into_iter().next().unwrap_or(Shape::Any),
            _ => Shape::Any,
        }
    }

    /// Instances of the types that are named literally.
    fn types(&mut self, args: &[Expr]) -> Shape {
        let named: Vec<(Text, Span)> = args.iter().flat_map(literals).collect();
        let literal = args.iter().all(|a| matches!(a.kind, ExprKind::String(_) | ExprKind::Tuple(_)));
        for (ty, span) in &named {
            known_type(ty, *span, self.problems);
        }
        if literal { Shape::Instances(named.into_iter().map(|(ty, _)| ty).collect()) } else { Shape::Any }
    }

    /// What a name behind a dot leads to; a name that nothing has is a problem.
    fn member(&mut self, base: &Shape, name: &Ident) -> Shape {
        let schemas: Vec<&'static Schema> = match base {
            Shape::Any => return Shape::Any,
            Shape::Instances(_) if OF_INSTANCES.contains(&&*name.text) => return Shape::Any,
            Shape::Instances(types) => {
                let schemas: Vec<_> = types.iter().filter_map(|ty| facts::schema(ty)).collect();
                if schemas.len() < types.len() {
                    return Shape::Any;
                }
                schemas
            }
            Shape::Bodies(bodies) => bodies.clone(),
        };
        if schemas.is_empty() || schemas.iter().any(|s| s.open) {
            return Shape::Any;
        }
        let has =
            |schema: &&&'static Schema| schema.attribute(&name.text).is_some() || schema.block(&name.text).is_some();
        if schemas.iter().any(|schema| has(&schema)) {
            let bodies: Vec<_> = schemas.iter().filter_map(|schema| schema.body(&name.text)).collect();
            return if bodies.is_empty() { Shape::Any } else { Shape::Bodies(bodies) };
        }
        let names =
            schemas.iter().flat_map(|s| s.arguments.iter().map(|a| a.name).chain(s.blocks.iter().map(|b| b.name)));
        let mut problem = wrong(name.span, format!("the provider has no `{}` here", name.text), "unknown argument");
        problem.help = nearest(&name.text, names).map(|n| format!("did you mean `{n}`?"));
        self.problems.push(problem);
        Shape::Any
    }

    /// A path written as text: `vpc_config.subnet_ids`.
    fn path(&mut self, path: &Text, types: &[Text], span: Span) {
        let mut shape = Shape::Instances(types.to_vec());
        for step in path.split('.') {
            shape = self.member(&shape, &Ident { text: step.into(), span });
        }
    }
}

/// What either of several values is.
fn joined(shapes: impl IntoIterator<Item = Shape>) -> Shape {
    let mut shapes = shapes.into_iter();
    let Some(first) = shapes.next() else { return Shape::Any };
    shapes.fold(first, |joined, shape| match (joined, shape) {
        (Shape::Instances(mut a), Shape::Instances(b)) => {
            a.extend(b);
            Shape::Instances(a)
        }
        (Shape::Bodies(mut a), Shape::Bodies(b)) => {
            a.extend(b);
            Shape::Bodies(a)
        }
        _ => Shape::Any,
    })
}

/// The texts written literally in an argument: itself, or the items of a list.
fn literals(arg: &Expr) -> impl Iterator<Item = (Text, Span)> + '_ {
    let items = match &arg.kind {
        ExprKind::Tuple(items) => items,
        _ => std::slice::from_ref(arg),
    };
    items.iter().filter_map(|item| match &item.kind {
        ExprKind::String(text) => Some((text.clone(), item.span)),
        _ => None,
    })
}

fn known_type(ty: &str, span: Span, problems: &mut Vec<Problem>) {
    if ty.starts_with("aws_") && facts::schema(ty).is_none() {
        let mut problem = wrong(span, format!("the provider has no resource type `{ty}`"), "unknown type");
        // Of more than a thousand types only those of about its length are compared.
        let alike = facts::resource_types().filter(|known| known.len().abs_diff(ty.len()) <= 1);
        problem.help = nearest(ty, alike).map(|n| format!("did you mean `{n}`?"));
        problems.push(problem);
    }
}
