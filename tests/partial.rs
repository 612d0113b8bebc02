//! What tfcheck says of partly unknown values must hold for every value they can turn out to have.
//!
//! Each literal in each expression of `fixtures/semantics/conformance.tsv` is replaced by something unknown. Whatever
//! the evaluator still claims to know of the result must agree with the result of the literal.

use std::fmt::Write as _;

use tfcheck::eval::functions::{FileAnswer, Host};
use tfcheck::eval::union::one_of;
use tfcheck::eval::{
    Cause, EvalError, Evaluation, Fields, Hint, Hop, Kind, Reference, ReferenceKind, Resolved, Scope, Seq, Type, Value,
    convert, equality, json,
};
use tfcheck::source::{FileId, Span};
use tfcheck::syntax::{Expr, ExprKind, ForPart, IfPart, TemplatePart, Text, parse_expression};

const TABLE: &str = include_str!("../fixtures/semantics/conformance.tsv");

/// The name that replaces a literal.
const NAME: &str = "unknown";

/// A scope with one name.
struct One(Value);

impl Scope for One {
    fn resolve(&self, root: &Text, _: Span, _: &[Hop<'_>], _: &Evaluation<'_>) -> Result<Resolved, EvalError> {
        match &**root == NAME {
            true => Ok(Resolved { value: self.0.clone(), consumed: 0 }),
            false => Err(EvalError::new(format!("`{root}` is not declared"))),
        }
    }

    fn handle_attribute(&self, _: u32, name: &str) -> Result<Value, EvalError> {
        Err(EvalError::new(format!("there is no attribute `{name}`")))
    }

    fn host(&self) -> &dyn Host {
        &EmptyFolder
    }
}

struct EmptyFolder;

impl Host for EmptyFolder {
    fn read_file(&self, _: &str) -> FileAnswer {
        FileAnswer::Missing
    }

    fn file_set(&self, _: &str, _: &str) -> Option<Vec<String>> {
        Some(Vec::new())
    }
}

/// What stands in for a literal: unknown of its type, unknown of unknown type, and one of two values.
fn stand_ins(literal: &Value) -> [Value; 3] {
    let reference = Reference::to(ReferenceKind::Resource, NAME);
    let unknown =
        |ty, not_null| Value::unknown_reference(reference.clone(), ty, not_null, Cause::Attribute(reference.clone()));
    [
        unknown(literal.type_of(), true),
        unknown(Type::Any, false),
        one_of(vec![literal.clone(), Value::from("7")], Cause::Attribute(reference.clone()), []),
    ]
}

#[test]
fn what_is_known_of_partly_unknown_results_is_true() {
    let mut failures = String::new();
    let (mut runs, mut count) = (0, 0);
    for line in TABLE.lines() {
        let expression = line.split('\t').next().unwrap_or_default();
        // How YAML writes a text depends on the text.
        if expression.starts_with("yamlencode") {
            continue;
        }
        let (parsed, problems) = parse_expression(FileId(0), expression, 0);
        let Ok(exact) = Evaluation::new(&One(Value::NULL)).eval(&parsed) else { continue };
        if !problems.is_empty() {
            continue;
        }
        for position in 0.. {
            let mut replaced = parsed.clone();
            let Some(literal) = replace_literal(&mut replaced, &mut { position }) else { break };
            for stand_in in stand_ins(&literal) {
                runs += 1;
                let partial = Evaluation::new(&One(stand_in.clone())).eval(&replaced);
                if partial.as_ref().is_ok_and(|partial| covers(partial, &exact)) {
                    continue;
                }
                count += 1;
                let found =
                    partial.map_or_else(|e| format!("error ({})", e.message), |v| json::display(&v).to_string());
                let (literal, stand_in) = (json::display(&literal), json::display(&stand_in));
                let exact = json::display(&exact);
                _ = writeln!(failures, "{expression}\n  {literal} as {stand_in}\n  exact {exact}\n  found {found}");
            }
        }
    }
    assert!(runs > 4000, "only {runs} runs");
    assert!(count == 0, "{count} of {runs} runs fail:\n{failures}");
}

/// Replaces the literal at a position by a name and gives its value; `None` where there is no such position.
fn replace_literal(expr: &mut Expr, position: &mut usize) -> Option<Value> {
    let literal = match &expr.kind {
        ExprKind::String(text) => Some(Value::from(text.clone())),
        ExprKind::Bool(b) => Some(Value::from(*b)),
        ExprKind::Number(text) => Some(Value::from(tfcheck::eval::Number::parse(text)?)),
        _ => None,
    };
    if let Some(literal) = literal {
        if *position == 0 {
            expr.kind = ExprKind::Variable(Text::from(NAME));
            return Some(literal);
        }
        *position -= 1;
        return None;
    }
    children(expr).into_iter().find_map(|child| replace_literal(child, position))
}

fn children(expr: &mut Expr) -> Vec<&mut Expr> {
    match &mut expr.kind {
        ExprKind::Template(parts) => template_children(parts),
        ExprKind::Tuple(items) => items.iter_mut().collect(),
        ExprKind::Object(items) => items.iter_mut().flat_map(|item| [&mut item.key, &mut item.value]).collect(),
        ExprKind::Attr(of) => vec![&mut of.base],
        ExprKind::Unary(_, base) | ExprKind::Paren(base) => vec![base],
        ExprKind::Index(a, b) => vec![a, b],
        ExprKind::Binary(_, of) => vec![&mut of.left, &mut of.right],
        ExprKind::Splat { base, each } => vec![base, each],
        ExprKind::Call(call) => call.args.iter_mut().collect(),
        ExprKind::Conditional(of) => vec![&mut of.condition, &mut of.then, &mut of.otherwise],
        ExprKind::For(f) => {
            let optional = [f.key.as_mut(), f.condition.as_mut()].into_iter().flatten();
            [&mut f.collection, &mut f.value].into_iter().chain(optional).collect()
        }
        _ => Vec::new(),
    }
}

fn template_children(parts: &mut [TemplatePart]) -> Vec<&mut Expr> {
    let mut found = Vec::new();
    for part in parts {
        match part {
            TemplatePart::Literal(..) => {}
            TemplatePart::Interpolation(expr) => found.push(expr),
            TemplatePart::If(part) => {
                let IfPart { condition, then, otherwise, .. } = &mut **part;
                found.push(condition);
                found.extend(template_children(then));
                found.extend(template_children(otherwise));
            }
            TemplatePart::For(part) => {
                let ForPart { collection, body, .. } = &mut **part;
                found.push(collection);
                found.extend(template_children(body));
            }
        }
    }
    found
}

/// Whether a partly known value can turn out to be the exact one.
fn covers(partial: &Value, exact: &Value) -> bool {
    match (&partial.kind, &exact.kind) {
        (Kind::Unknown(_), _) => unknown_covers(partial, exact),
        (Kind::Set(p), Kind::Set(e)) => {
            let found = |e: &Value| p.items.iter().chain(&p.rest).any(|p| covers(p, e));
            let certain = |p: &&Value| p.is_wholly_known();
            e.items.iter().all(found) && p.items.iter().filter(certain).all(|p| e.items.iter().any(|e| covers(p, e)))
        }
        // Beside something of unknown type, tuples and objects stay what they are, and so do numbers and bools.
        (Kind::List(p) | Kind::Tuple(p), Kind::List(e) | Kind::Tuple(e) | Kind::Set(e)) => items_cover(p, e),
        (Kind::Map(p) | Kind::Object(p), Kind::Map(e) | Kind::Object(e)) => fields_cover(p, e),
        (Kind::Number(_) | Kind::Bool(_), Kind::String(_)) | (Kind::String(_), Kind::Number(_) | Kind::Bool(_)) => {
            convert(partial, &Type::String) == convert(exact, &Type::String)
        }
        _ => equality::equal(partial, exact) == Some(true),
    }
}

fn items_cover(partial: &Seq, exact: &Seq) -> bool {
    let (fixed, open) = (partial.fixed(), partial.rest.is_some());
    if exact.items.len() < partial.items.len() || (!open && exact.items.len() != partial.items.len()) {
        return false;
    }
    let behind = &exact.items[fixed.len()..];
    fixed.iter().zip(&exact.items).all(|(p, e)| covers(p, e))
        && behind.iter().all(|e| partial.unfixed().any(|p| covers(p, e)))
        && partial.items[fixed.len()..].iter().all(|p| behind.iter().any(|e| covers(p, e)))
}

fn fields_cover(partial: &Fields, exact: &Fields) -> bool {
    let shown = |name| partial.entries.get(name).or(partial.rest.as_ref());
    partial.entries.keys().all(|name| exact.entries.contains_key(name))
        && exact.entries.iter().all(|(name, e)| shown(name).is_some_and(|p| covers(p, e)))
}

fn unknown_covers(partial: &Value, exact: &Value) -> bool {
    let Some(unknown) = partial.as_unknown() else { return false };
    if exact.is_null() {
        return !unknown.not_null;
    }
    let length = || match (exact.as_seq(), exact.as_fields()) {
        (Some(seq), _) => seq.items.len() as u64,
        (_, fields) => fields.map_or(0, |f| f.entries.len() as u64),
    };
    let fits = match &unknown.hint {
        Hint::None => true,
        Hint::OneOf(values) => values.iter().any(|value| covers(value, exact)),
        Hint::Text(parts) => exact.as_str().is_some_and(|text| equality::matches(parts, text)),
        Hint::Range(min, max) => {
            let Kind::Number(n) = &exact.kind else { return false };
            min.as_ref().is_none_or(|min| min <= n) && max.as_ref().is_none_or(|max| n <= max)
        }
        Hint::Length(min, max) => *min <= length() && max.is_none_or(|max| length() <= max),
    };
    fits && type_fits(&unknown.ty, &exact.type_of())
}

fn type_fits(shown: &Type, exact: &Type) -> bool {
    match (shown, exact) {
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => type_fits(a, b),
        (Type::Tuple(a), Type::Tuple(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| type_fits(a, b)),
        (Type::Object(a), Type::Object(b)) => {
            let types = a.attributes.values().zip(b.attributes.values());
            a.attributes.keys().eq(b.attributes.keys()) && types.into_iter().all(|(a, b)| type_fits(&a.ty, &b.ty))
        }
        // The same kinds of exception as in `covers`.
        (Type::Number | Type::Bool, Type::String) | (Type::Object(_), Type::Map(_)) => true,
        (Type::Tuple(_), Type::List(_) | Type::Set(_)) | (Type::List(_), Type::Tuple(_) | Type::Set(_)) => true,
        _ => *shown == Type::Any || *exact == Type::Any || shown == exact,
    }
}
