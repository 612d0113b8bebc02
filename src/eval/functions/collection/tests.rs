//! What collection functions keep of partly known arguments, as expressions over names that are unknown.

use super::super::super::{Cause, Evaluation, Hop, Reference, ReferenceKind, Resolved, Scope, Step, json};
use super::super::NoFiles;
use super::*;
use crate::source::{FileId, Span};
use crate::syntax::{Text, parse_expression};

/// `a.id` to `c.id` are ids of resources; `s`, `n`, `flag` unknown primitives, `l`, `m`, `x` an unknown list, map and
/// something unknown; `some` a list with a known head.
struct Unknowns;

impl Scope for Unknowns {
    fn resolve(&self, root: &Text, _: Span, _: &[Hop<'_>], _: &Evaluation<'_>) -> Result<Resolved, EvalError> {
        let unknown = |ty| Value::unknown(ty, Cause::Variable(root.clone()));
        let resource = |ty| {
            let reference = Reference::to(ReferenceKind::Resource, root.clone());
            Value::unknown_reference(reference.clone(), ty, true, Cause::Attribute(reference))
        };
        let value = match &**root {
            "a" | "b" | "c" => {
                let id = Reference::to(ReferenceKind::Resource, root.clone()).child(Step::Name("id".into()));
                let id = Value::unknown_reference(id.clone(), Type::String, true, Cause::Attribute(id));
                Value::object([("id".into(), id)].into())
            }
            "s" => unknown(Type::String),
            "n" => unknown(Type::Number),
            "flag" => unknown(Type::Bool),
            "l" => resource(Type::list(Type::String)),
            "m" => resource(Type::map(Type::String)),
            "x" => resource(Type::Any),
            _ => return Err(EvalError::new(format!("`{root}` is not declared"))),
        };
        Ok(Resolved { value, consumed: 0 })
    }

    fn handle_attribute(&self, _: u32, name: &str) -> Result<Value, EvalError> {
        Err(EvalError::new(name.to_owned()))
    }

    fn host(&self) -> &dyn Host {
        &NoFiles
    }
}

fn eval(expression: &str) -> Result<Value, EvalError> {
    let (parsed, problems) = parse_expression(FileId(0), expression, 0);
    assert!(problems.is_empty(), "{expression}: {problems:?}");
    Evaluation::new(&Unknowns).eval(&parsed)
}

/// What an expression gives, with unknown parts as `<what they stand for>` and further elements as `…`.
fn shown(expression: &str) -> String {
    match eval(expression) {
        Ok(value) => {
            let text = json::display(&value).to_string();
            text.replace(r#"{"$unknown":""#, "<").replace(r#""}"#, ">").replace(r#"{"$more":"#, "…")
        }
        Err(error) => format!("error: {}", error.message),
    }
}

fn check(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(shown(expression), *expected, "{expression}");
    }
}

fn refs(expression: &str) -> String {
    let value = eval(expression).unwrap();
    value.deep_refs().iter().map(|r| r.to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn sequences_keep_their_certain_part() {
    check(&[
        ("concat([a.id], l)", "[<a.id>,…<l[*]>}]"),
        ("concat([a.id], l)[0]", "<a.id>"),
        ("concat([a.id], l, [b.id])[0]", "<a.id>"),
        ("length(concat([a.id], l)) >= 1", "true"),
        ("length([a.id, b.id])", "2"),
        ("length(concat([a.id], l)) == 0", "false"),
        ("flatten([[a.id], [[b.id], 1]])", "[<a.id>,<b.id>,1]"),
        ("flatten([[a.id], x])[0]", "<a.id>"),
        ("reverse([a.id, 1])", "[1,<a.id>]"),
        ("slice([a.id, b.id, 3], 1, 2)", "[<b.id>]"),
        ("slice(l, 0, 2)", "[<l[0]>,<l[1]>]"),
        ("slice(concat([1], x), 0, 1)", "[1]"),
        ("chunklist([a.id, b.id, \"x\"], 2)", "[[<a.id>,<b.id>],[\"x\"]]"),
        ("compact([a.id, \"\", null, \"x\"])", "[<a.id>,\"x\"]"),
        ("compact([\"x\", s, \"y\"])[0]", "\"x\""),
        ("length(compact([\"x\", s])) > 0", "true"),
        ("distinct([a.id, a.id, \"x\"])[0]", "<a.id>"),
        ("distinct([\"x\", \"y\", \"x\", s])[1]", "\"y\""),
        ("length(sort([a.id, \"x\"]))", "2"),
        ("contains(sort([a.id, \"x\"]), 1)", "false"),
        ("matchkeys([a.id, b.id], [\"x\", \"y\"], [\"y\"])", "[<b.id>]"),
    ]);
}

#[test]
fn choices_are_made_where_they_are_certain() {
    check(&[
        ("contains([a.id, \"x\"], \"x\")", "true"),
        ("contains([a.id], a.id)", "true"),
        ("contains([\"${a.id}/x\"], \"y\")", "false"),
        ("contains([a.id], 1)", "false"),
        ("alltrue([flag, false])", "false"),
        ("anytrue([flag, true])", "true"),
        ("index([\"x\", a.id], \"x\")", "0"),
        ("index([\"x\", a.id], \"y\") >= 1", "true"),
        ("element([a.id, b.id], 3)", "<b.id>"),
        ("element(l, 1)", "<l[1]>"),
        ("element(concat([a.id], l), 0)", "<a.id>"),
        ("one([a.id])", "<a.id>"),
        ("one([])", "null"),
        ("one([a.id, b.id])", "error: `one` takes at most one element, and there are at least 2"),
        ("coalesce(null, \"\", a.id)", "<a.id>"),
        ("coalesce(a.id, \"x\")", "<a.id>"),
        ("coalesce(s, \"x\") == null", "false"),
        ("coalesce(\"x\", s)", "\"x\""),
        ("coalesce(\"\", s)", "<s has no value>"),
        ("coalescelist([], [a.id])", "[<a.id>]"),
        ("coalescelist(concat([a.id], l), [1])[0]", "<a.id>"),
    ]);
    assert_eq!(refs("coalesce(s, a.id, b.id)"), "a.id");
    assert_eq!(refs("one(l)"), "l[0]");
    assert_eq!(refs("element([a.id, b.id], n)"), "a.id b.id");
}

#[test]
fn maps_keep_their_certain_entries() {
    check(&[
        ("merge({ p = 1 }, m).p == 1", "<m[*]>"),
        ("merge(m, { p = 1 }).p", "1"),
        ("merge({ p = a.id }, { q = 2 })", r#"{"p":<a.id>,"q":2}"#),
        ("keys({ p = a.id })", "[\"p\"]"),
        ("values({ p = a.id, q = 2 })", "[<a.id>,2]"),
        ("lookup({ p = a.id }, \"p\", \"d\")", "<a.id>"),
        ("lookup({ p = a.id }, \"q\", \"d\")", "\"d\""),
        ("lookup(m, \"p\")", "<m.p>"),
        ("lookup(m, \"p\", \"d\") == null", "<m.p>"),
        ("zipmap([\"p\"], [a.id])", r#"{"p":<a.id>}"#),
        ("zipmap([\"p\", s], [a.id, \"x\"]).p == 1", "false"),
        ("length({ p = a.id })", "1"),
        ("length(merge({ p = 1 }, m)) > 0", "true"),
        ("contains(keys(merge({ p = 1 }, { q = a.id })), \"p\")", "true"),
    ]);
    assert_eq!(refs("lookup(m, \"p\", a.id)"), "a.id m.p");
    assert_eq!(refs("keys({ p = a.id })"), "");
}

#[test]
fn sets_keep_their_certain_members() {
    check(&[
        ("setunion([\"x\"], [a.id])", "[\"x\",<a.id>]"),
        ("contains(setunion([\"x\"], [a.id]), \"x\")", "true"),
        ("setintersection([\"x\", \"y\"], [\"y\", a.id])", "[\"y\",…<a.id is known only after apply>}]"),
        ("setsubtract([\"x\", \"y\"], [\"y\", 1])", "[\"x\"]"),
        ("contains(setsubtract([\"x\"], [a.id]), \"z\")", "false"),
        ("setproduct([a.id], [\"x\", \"y\"])", "[[<a.id>,\"x\"],[<a.id>,\"y\"]]"),
        ("length(toset([\"x\", a.id])) > 0", "true"),
        ("length(toset([a.id, a.id]))", "1"),
    ]);
    assert_eq!(refs("setproduct(l, [a.id])"), "a.id l[*]");
    assert_eq!(refs("toset([a.id, b.id])"), "a.id b.id");
}

#[test]
fn references_stay_on_the_elements() {
    for (expression, expected) in [
        ("concat([a.id], [b.id])[1]", "b.id"),
        ("flatten([[a.id], [b.id]])[0]", "a.id"),
        ("reverse([a.id, b.id])[0]", "b.id"),
        ("merge({ p = a.id }, { q = b.id }).q", "b.id"),
        ("values({ p = a.id, q = b.id })[0]", "a.id"),
        ("chunklist([a.id, b.id], 1)[1][0]", "b.id"),
        ("tolist([a.id, b.id])[1]", "b.id"),
        ("setproduct([a.id], [b.id])[0][1]", "b.id"),
        ("length([a.id])", ""),
    ] {
        assert_eq!(refs(expression), expected, "{expression}");
    }
}

#[test]
fn results_are_bounded() {
    for expression in [
        "setproduct(range(1000), range(1000))",
        "setproduct(range(1000), range(1000), range(1000), range(1000), range(1000), range(1000), range(1000))",
        "slice(concat([1], x), 0, 100000000)",
        "concat([for x in range(400) : setproduct(range(20), range(20))]...)",
    ] {
        assert_eq!(eval(expression).map_err(|e| e.kind), Err(ProblemKind::Limit), "{expression}");
    }
}

#[test]
fn unions_are_tried_one_by_one() {
    check(&[
        ("length(flag ? [1] : [2, 3]) > 0", "true"),
        ("contains(flag ? [\"x\"] : [\"x\", \"y\"], \"x\")", "true"),
        ("lookup({ p = 1, q = 1 }, flag ? \"p\" : \"q\", 2)", "1"),
        ("merge(flag ? { p = 1 } : {}, { q = 2 }).q", "2"),
        ("tolist(flag ? [1] : [2])[0] > 0", "true"),
    ]);
}

#[test]
fn certain_elements_stay_certain_wherever_they_are() {
    check(&[
        ("contains(concat(l, [\"x\"]), \"x\")", "true"),
        ("length(concat(l, [\"x\", \"y\"])) >= 2", "true"),
        ("alltrue([for v in concat(l, [\"x\"]) : v != \"x\"])", "false"),
        ("contains(keys(merge({ p = 1 }, m)), \"p\")", "true"),
        ("contains(sort([a.id, \"x\"]), \"x\")", "true"),
        ("contains(tolist(toset([a.id, \"x\"])), \"x\")", "true"),
        ("contains(reverse(concat([\"x\"], l)), \"x\")", "true"),
        ("contains(flatten([x, [\"x\"]]), \"x\")", "true"),
        ("contains([for v in toset([a.id, \"x\"]) : v], \"x\")", "true"),
        ("contains([for k, v in merge({ p = 1 }, m) : k], \"p\")", "true"),
        ("contains(jsondecode(jsonencode(concat(l, [\"x\"]))), \"x\")", "true"),
        ("contains(compact(concat(l, [\"x\"])), \"x\")", "true"),
        ("contains(distinct(concat(l, [\"x\"])), \"x\")", "true"),
        ("contains([for v in concat(l, [\"x\"]) : v if v != \"y\"], \"x\")", "true"),
        ("sort([a.id, \"x\"])[0] == 1", "false"),
        ("concat([\"x\"], l, [\"y\"])[0]", "\"x\""),
        ("one([for v in concat(l, [\"x\"]) : v])", "\"x\""),
    ]);
    assert_eq!(refs("concat(l, [a.id])[0]"), "a.id l[*]");
    assert_eq!(refs("sort([a.id, b.id])[1]"), "a.id b.id");
    assert_eq!(refs("join(\",\", concat(l, [a.id]))"), "a.id l[*]");
}
