use super::super::convert::apply_defaults;
use super::super::set::{length_range, make_set, sequence};
use super::super::text::from_segments;
use super::super::union::one_of;
use super::super::{AttributeType, Fields, ObjectType, Reference, ReferenceKind, Segment, Seq, attribute, index};
use super::*;

fn id(name: &str) -> Value {
    let reference = Reference::to(ReferenceKind::Resource, name).child(super::super::Step::Name("id".into()));
    Value::unknown_reference(reference, Type::String, true, Cause::attribute(name, "id"))
}

fn variable(ty: Type) -> Value {
    Value::unknown(ty, Cause::Variable("var.x".into()))
}

fn union(values: &[Value]) -> Value {
    one_of(values.to_vec(), Cause::Limit, [])
}

fn object(entries: &[(&str, Value)]) -> Value {
    Value::object(entries.iter().map(|(n, v)| ((*n).into(), v.clone())).collect())
}

fn open_list(items: Vec<Value>, rest: Value) -> Value {
    Kind::List(Node::new(Seq { items, element: rest.type_of(), rest: rest.into(), loose: 0 })).into()
}

/// The result as JSON for people.
fn shown(value: &Result<Value, EvalError>) -> String {
    match value {
        Ok(value) => super::super::json::display(value).to_string(),
        Err(error) => format!("error: {}", error.message),
    }
}

fn check(value: Result<Value, EvalError>, expected: &str) {
    assert_eq!(shown(&value), expected);
}

fn check_equal(a: &Value, b: &Value, expected: Option<bool>) {
    assert_eq!((equal(a, b), equal(b, a)), (expected, expected), "{a:?} == {b:?}");
}

#[test]
fn equality_is_decided_where_it_can_be() {
    let (a, b) = (id("aws_vpc.a"), id("aws_vpc.b"));
    check_equal(&a, &a.clone(), Some(true));
    check_equal(&a, &b, None);
    check_equal(&a, &Value::NULL, Some(false));
    check_equal(&variable(Type::String), &Value::NULL, None);
    check_equal(&Value::tuple(vec![a.clone()]), &Value::tuple(vec!["a".into(), "b".into()]), Some(false));
    check_equal(&Value::tuple(vec![a.clone(), 1.into()]), &Value::tuple(vec![b.clone(), 2.into()]), Some(false));
    check_equal(&a, &Value::from(1), Some(false));
    check_equal(&Value::from(1), &Value::from("1"), Some(false));
    check_equal(&union(&["x".into(), "y".into()]), &Value::from("z"), Some(false));
    check_equal(&union(&["x".into(), "y".into()]), &Value::from("x"), None);
    check_equal(&Value::from(Kind::Handle(1)), &Value::from(Kind::Handle(1)), Some(true));
    check_equal(&Value::from(Kind::Handle(1)), &Value::from(Kind::Handle(2)), Some(false));
}

#[test]
fn elements_of_many_are_not_the_same_element() {
    let any = Reference::to(ReferenceKind::Resource, "aws_subnet.x[*]");
    let any = Value::unknown_reference(any, Type::String, true, Cause::Limit);
    check_equal(&any, &any.clone(), None);
}

#[test]
fn known_parts_of_texts_rule_out_others() {
    let text = |parts: &[&str]| {
        let parts = parts.iter().map(|p| match *p {
            "?" => Segment::Unknown(id("aws_vpc.a")),
            p => Segment::Text(p.into()),
        });
        from_segments(parts.collect())
    };
    check_equal(&text(&["a-", "?"]), &Value::from("b-1"), Some(false));
    check_equal(&text(&["a-", "?"]), &Value::from("a-1"), None);
    check_equal(&text(&["a-", "?", "-z"]), &Value::from("a-1"), Some(false));
    check_equal(&text(&["?", ":x:", "?"]), &Value::from("a:y:b"), Some(false));
    check_equal(&text(&["?", ":x:", "?"]), &Value::from("a:x:b"), None);
    check_equal(&text(&["a", "?"]), &text(&["b", "?"]), Some(false));
    check_equal(&text(&["a", "?"]), &text(&["a", "?"]), Some(true));
}

#[test]
fn a_decided_side_decides() {
    let unknown = variable(Type::Bool);
    let failed = || Err(EvalError::new("failed"));
    check(binary(BinaryOp::And, &unknown, &false.into()), "false");
    check(binary(BinaryOp::Or, &unknown, &"true".into()), "true");
    check(logical(BinaryOp::And, Ok(false.into()), failed()), "false");
    check(logical(BinaryOp::Or, failed(), Ok(true.into())), "true");
    check(logical(BinaryOp::And, Ok(true.into()), failed()), "error: failed");
    check(binary(BinaryOp::And, &unknown, &true.into()), r#"{"$unknown":"var.x has no value"}"#);
    check(binary(BinaryOp::And, &true.into(), &Value::NULL), "error: a bool is required, not null");
    check(binary(BinaryOp::And, &true.into(), &1.into()), "error: a bool is required, not a number");
}

#[test]
fn operators_convert_and_carry_over_unions() {
    check(binary(BinaryOp::Add, &"5".into(), &3.into()), "8");
    check(binary(BinaryOp::Less, &"a".into(), &3.into()), "error: a number is required, and this string is not one");
    check(
        binary(BinaryOp::Multiply, &union(&[2.into(), (-2).into()]), &0.into()).map(|v| equals(&v, &0.into())),
        "true",
    );
    check(binary(BinaryOp::Greater, &union(&[3.into(), 5.into()]), &2.into()), "true");
    check(unary(UnaryOp::Not, &"false".into()), "true");
    check(unary(UnaryOp::Negate, &union(&[1.into(), "x".into()])), "-1");
}

#[test]
fn bounds_decide_comparisons() {
    let counted = with_hint(Value::unknown_not_null(Type::Number, Cause::Limit), Hint::Range(Some(1.into()), None));
    check(binary(BinaryOp::Greater, &counted, &0.into()), "true");
    check(binary(BinaryOp::Equal, &counted, &0.into()), "false");
    let more = binary(BinaryOp::Add, &counted, &1.into()).unwrap();
    check(binary(BinaryOp::GreaterEqual, &more, &2.into()), "true");
    check(binary(BinaryOp::Less, &unary(UnaryOp::Negate, &more).unwrap(), &0.into()), "true");
    assert!(binary(BinaryOp::Greater, &counted, &1.into()).unwrap().is_unknown());
}

#[test]
fn conditionals_take_an_arm_or_keep_both() {
    let unknown = variable(Type::Bool);
    let arms = |a: Value, b: Value| conditional(&unknown, Ok(a), Ok(b));
    check(conditional(&true.into(), Ok(1.into()), Ok("2".into())), "\"1\"");
    check(conditional(&false.into(), Err(EvalError::new("failed")), Ok(1.into())), "1");
    check(conditional(&Value::NULL, Ok(1.into()), Ok(2.into())), "error: a bool is required, not null");
    check(arms("a".into(), "a".into()), "\"a\"");
    check(arms("a".into(), "b".into()).map(|v| equals(&v, &"c".into())), "false");
    check(arms(Value::NULL, Value::NULL), "null");
    let (x, y) = (object(&[("a", 1.into()), ("b", 2.into())]), object(&[("a", 1.into()), ("b", 3.into())]));
    check(arms(x, y).and_then(|v| attribute(&v, "a")), "1");
    let error = "error: the arms of this conditional have no common type: a number and a bool";
    check(arms(1.into(), true.into()), error);
    let chosen = arms("a".into(), id("aws_vpc.a")).unwrap();
    assert!(chosen.deep_refs().iter().any(|r| &*r.target == "aws_vpc.a"));
    assert_eq!(chosen.cause(), Some(Cause::Variable("var.x".into())));
}

#[test]
fn sensitive_arms_make_sensitive_results() {
    let secret = Value::from("b").with_marks(Marks::SENSITIVE);
    let result = conditional(&true.into(), Ok("a".into()), Ok(secret)).unwrap();
    assert_eq!(result.marks, Marks::SENSITIVE);
}

#[test]
fn elements_of_open_and_unknown_collections() {
    let list = open_list(vec!["a".into()], id("aws_vpc.a"));
    check(index(&list, &0.into()), "\"a\"");
    check(index(&list, &7.into()), r#"{"$unknown":"aws_vpc.a.id"}"#);
    check(index(&Value::tuple(vec![1.into()]), &1.into()), "error: index 1 is out of range: there is 1 element");
    check(index(&Value::tuple(vec![1.into()]), &(-1).into()), "error: an index must not be negative: -1");
    check(index(&Value::tuple(vec![1.into(), 1.into()]), &variable(Type::Number)), "1");
    let vpc = Reference::to(ReferenceKind::Resource, "aws_vpc.a");
    let vpc = Value::unknown_reference(vpc.clone(), Type::Any, true, Cause::Attribute(vpc));
    let child = attribute(&vpc, "tags").and_then(|tags| index(&tags, &"Name".into()));
    check(child.clone(), r#"{"$unknown":"aws_vpc.a.tags.Name"}"#);
    assert_eq!(child.unwrap().refs.iter().count(), 1);
    check(attribute(&object(&[("name", 1.into())]), "nmae"), "error: there is no attribute `nmae`");
    check(attribute(&union(&[object(&[("a", 1.into())]), Value::NULL]), "a"), "1");
}

#[test]
fn sets_are_ordered_and_hold_each_element_once() {
    let set = |items: Vec<Value>| make_set(Seq { items, ..Seq::default() });
    check(Ok(set(vec!["b".into(), "10".into(), "9".into(), "B".into(), "b".into()])), r#"["10","9","B","b"]"#);
    check(Ok(set(vec![10.into(), 9.into(), Value::NULL, 9.into()])), "[9,10,null]");
    let objects = [10, 9, 1_234_567_890_123].map(|n| object(&[("a", n.into())]));
    check(Ok(set(objects.to_vec())), r#"[{"a":1234567890123},{"a":10},{"a":9}]"#);
    let (a, b) = (id("aws_vpc.a"), id("aws_vpc.b"));
    let unsettled = set(vec![a.clone(), b, "x".into(), a.clone()]);
    assert_eq!(length_range(&unsettled), Some((1, Some(3))));
    let seq = sequence(&unsettled).unwrap();
    assert_eq!((seq.items.len(), seq.rest.is_some()), (1, true));
    let secret = set(vec![a.with_marks(Marks::SENSITIVE)]);
    assert_eq!(secret.marks, Marks::SENSITIVE);
}

#[test]
fn conversion_keeps_what_is_known() {
    let mixed = Value::tuple(vec![id("aws_vpc.a"), 1.into()]);
    check(convert(&mixed, &Type::list(Type::String)), r#"[{"$unknown":"aws_vpc.a.id"},"1"]"#);
    check(convert(&mixed, &Type::list(Type::Any)), r#"[{"$unknown":"aws_vpc.a.id"},"1"]"#);
    check(
        convert(&Value::tuple(vec![1.into(), true.into()]), &Type::list(Type::Any)),
        "error: there is no type that all of these convert to: number, bool",
    );
    let nested = Value::tuple(vec![Value::tuple(vec![1.into()]), Value::tuple(vec!["a".into()])]);
    check(convert(&nested, &Type::list(Type::list(Type::Any))), r#"[["1"],["a"]]"#);
    check(
        convert(&object(&[("a", Value::tuple(vec![]))]), &Type::map(Type::String)),
        "error: element `a`: a string is required, not a tuple",
    );
    check(convert(&object(&[]), &Type::object([("a".into(), Type::Bool)])), "error: attribute `a` is required");
    let list = convert(&variable(Type::Any), &Type::list(Type::String)).unwrap();
    assert_eq!(list.type_of(), Type::list(Type::String));
    assert!(convert(&variable(Type::String), &Type::list(Type::String)).is_err());
    check(
        convert(&open_list(vec![1.into()], variable(Type::Number)), &Type::list(Type::String)),
        r#"["1",{"$more":{"$unknown":"var.x has no value"}}]"#,
    );
}

#[test]
fn defaults_fill_missing_and_null_attributes() {
    let attribute = |ty, default: Option<Value>| AttributeType { ty, optional: true, default };
    let inner = ObjectType { attributes: [("n".into(), attribute(Type::Number, Some(5.into())))].into() };
    let inner = Type::Object(std::sync::Arc::new(inner));
    let attributes = [
        ("a".into(), attribute(Type::String, Some("x".into()))),
        ("b".into(), attribute(inner.clone(), Some(object(&[])))),
        ("c".into(), attribute(inner, None)),
    ];
    let ty = Type::list(Type::Object(std::sync::Arc::new(ObjectType { attributes: attributes.into() })));
    let given = Value::tuple(vec![object(&[("a", Value::NULL)]), object(&[("c", object(&[]))])]);
    check(
        convert(&apply_defaults(&given, &ty), &ty),
        r#"[{"a":"x","b":{"n":5},"c":null},{"a":"x","b":{"n":5},"c":{"n":5}}]"#,
    );
    check(Ok(apply_defaults(&Value::NULL, &ty)), "null");
}

#[test]
fn open_objects_may_have_further_attributes() {
    let fields = Fields { entries: [("a".into(), 1.into())].into(), rest: id("aws_vpc.a").into(), ..Fields::default() };
    let open: Value = Kind::Object(Node::new(fields)).into();
    check(attribute(&open, "a"), "1");
    check(attribute(&open, "b"), r#"{"$unknown":"aws_vpc.a.id"}"#);
    check_equal(&open, &object(&[]), Some(false));
    check_equal(&open, &object(&[("a", 1.into()), ("b", "x".into())]), None);
}
