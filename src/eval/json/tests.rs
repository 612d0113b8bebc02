use super::super::text::{from_segments, segments};
use super::super::{Cause, Hint, Marks, Number, Reference, ReferenceKind, Segment, Seq, Type, attribute, index};
use super::*;

fn arn() -> Value {
    let reference = Reference::to(ReferenceKind::Resource, "aws_s3_bucket.a");
    Value::unknown_reference(reference, Type::String, true, Cause::attribute("aws_s3_bucket.a", "arn"))
}

fn check(text: &str, expected: &str) {
    let written = read(text).and_then(|value| write(&value));
    assert_eq!(written.as_deref(), Ok(expected), "{text}");
}

#[test]
fn text_reads_back_in_terraforms_form() {
    check(r#" {"b": [1, 2.50, null, true], "a": {}} "#, r#"{"a":{},"b":[1,2.5,null,true]}"#);
    check(r#""\ud83d\ude00\u00e9\/\n\u0001""#, r#""😀é/\n\u0001""#);
    check(r#""<a&b>\u2028""#, r#""\u003ca\u0026b\u003e\u2028""#);
    check(r#""\ud83d""#, "\"\u{fffd}\"");
    check(r#"{"a":1,"a":2}"#, r#"{"a":2}"#);
    check("-0", "-0");
    check("1e21", "1000000000000000000000");
    check("12345678901234567890123", "12345678901234567890123");
    check("\"e\u{301}\"", "\"\u{e9}\"");
}

#[test]
fn what_is_no_json_is_an_error() {
    for text in ["", " ", "[1,]", "{\"a\":1} x", "'a'", "01", "1.", "-", "[1 2]", "{a:1}", "\"\n\"", "\"\\x\"", "nul"] {
        assert!(read(text).is_err(), "{text}");
    }
    let deep = "[".repeat(10_000);
    assert_eq!(read(&deep).map_err(|e| e.kind), Err(crate::source::ProblemKind::Limit));
}

#[test]
fn infinity_has_no_form() {
    assert!(write(&Value::from(Number::INFINITY)).is_err());
}

#[test]
fn unknown_parts_survive_writing_and_reading() {
    let document = Value::object([("Resource".into(), Value::tuple(vec!["x".into(), arn()]))].into());
    let text = write_value(&document).unwrap();
    let parts = segments(&text).unwrap();
    assert_eq!(parts[0], Segment::Text(r#"{"Resource":["x",""#.into()));
    assert_eq!(parts[1], Segment::Unknown(arn()));
    assert_eq!(read_value(&text), Ok(document));
    assert!(write(&arn()).is_err());
}

#[test]
fn documents_around_unknown_parts_keep_their_structure() {
    let text = |s: &str| Segment::Text(s.into());
    let port = Value::unknown(Type::Number, Cause::Limit);
    let parts = [
        text(r#"{"arn": ""#),
        Segment::Unknown(arn()),
        text(r#"/*", "port": "#),
        Segment::Unknown(port.clone()),
        text(r#", "x": [1]}"#),
    ];
    let value = read_value(&from_segments(parts.into())).unwrap();
    assert_eq!(attribute(&value, "port"), Ok(port));
    assert_eq!(attribute(&value, "x").and_then(|x| index(&x, &Value::from(0))), Ok(Value::from(1)));
    let resource = attribute(&value, "arn").unwrap();
    assert!(resource.as_unknown().is_some_and(|u| matches!(&u.hint, Hint::Text(parts) if parts.len() == 2)));
    let broken = read_value(&from_segments(vec![text("{"), Segment::Unknown(arn()), text("]")])).unwrap();
    assert!(broken.is_unknown());
}

#[test]
fn open_collections_stay_open() {
    let seq = Seq { items: vec![Value::from(1)], element: Type::Any, rest: arn().into(), loose: 0 };
    let open = Value::from(Kind::Tuple(seq.into()));
    let read = read_value(&write_value(&open).unwrap()).unwrap();
    let seq = read.as_seq().unwrap();
    assert_eq!((seq.items.as_slice(), seq.rest.is_some()), ([Value::from(1)].as_slice(), true));
}

#[test]
fn display_shows_what_is_not_known_and_hides_what_is_sensitive() {
    let secret = Value::from("x").with_marks(Marks::SENSITIVE);
    let value = Value::object([("a".into(), arn()), ("b".into(), secret), ("c".into(), 1.into())].into());
    let expected = r#"{"a":{"$unknown":"aws_s3_bucket.a"},"b":{"$sensitive":true},"c":1}"#;
    assert_eq!(display(&value).to_string(), expected);
    let variable = Value::unknown(Type::Any, Cause::Variable("var.env".into()));
    assert_eq!(display(&variable).to_string(), r#"{"$unknown":"var.env has no value"}"#);
}
