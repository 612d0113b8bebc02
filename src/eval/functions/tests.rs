use super::super::{Cause, Hint, Kind, Type, Value};
use super::*;

fn n(text: &str) -> Value {
    convert(&Value::from(text), &Type::Number).unwrap()
}

fn run(name: &str, args: &[Value]) -> Result<Value, EvalError> {
    call(lookup(name).unwrap_or_else(|| panic!("{name} exists")), &NoFiles, args)
}

fn check(name: &str, args: &[Value], expected: Value) {
    assert_eq!(run(name, args), Ok(expected), "{name}");
}

fn check_fails(name: &str, args: &[Value], expected: &str) {
    let message = run(name, args).map_err(|e| e.message.to_string());
    assert_eq!(message, Err(expected.into()), "{name}");
}

#[test]
fn names_are_unique_and_found_with_their_prefix() {
    assert_eq!(names().count(), BY_NAME.len());
    assert!(lookup("core::max").is_some());
    assert!(lookup("core::core::max").is_none());
}

#[test]
fn arguments_are_counted_and_converted() {
    check("max", &[Value::from("3"), Value::from(2)], Value::from(3));
    check_fails("max", &[], "`max` takes at least 1 argument, not 0");
    check_fails("abs", &[Value::from(1), Value::from(2)], "`abs` takes 1 argument, not 2");
    check_fails("range", &[], "`range` takes 1 to 3 arguments, not 0");
    check_fails("abs", &[Value::NULL], "argument 1 of `abs`: must not be null");
    check_fails("abs", &[Value::tuple(vec![])], "argument 1 of `abs`: a number is required, not a tuple");
}

#[test]
fn powers_are_those_of_64_bit_floats() {
    for (x, y, expected) in [
        ("2", "10", "1024"),
        ("2", "0.5", "1.4142135623730951"),
        ("10", "23", "100000000000000000000000"),
        ("2", "-1", "0.5"),
        ("0", "0", "1"),
        ("-2", "3", "-8"),
        ("1.1", "10", "2.593742460100002"),
    ] {
        let result = run("pow", &[n(x), n(y)]).unwrap();
        let Kind::Number(result) = result.kind else { panic!("a number") };
        assert_eq!(result.to_string(), expected, "{x} to the {y}");
    }
    assert!(run("pow", &[n("-2"), n("0.3")]).is_err());
}

#[test]
fn unknown_arguments_make_unknown_results() {
    let unknown = Value::unknown(Type::Number, Cause::Limit);
    let result = run("max", &[unknown.clone(), Value::from(1)]).unwrap();
    assert!(result.as_unknown().is_some_and(|u| u.ty == Type::Number && u.not_null && u.cause == Cause::Limit));
    let result = run("abs", &[unknown]).unwrap();
    assert!(result.as_unknown().is_some_and(|u| u.hint == Hint::Range(Some(0.into()), None)));
}

#[test]
fn functions_run_on_each_alternative() {
    let union = super::super::union::one_of(vec![Value::from(-2), Value::from(2)], Cause::Limit, []);
    check("abs", std::slice::from_ref(&union), Value::from(2));
    let result = run("max", &[union, Value::from(0)]).unwrap();
    assert!(result.as_unknown().is_some_and(|u| matches!(&u.hint, Hint::OneOf(values) if values.len() == 2)));
}
