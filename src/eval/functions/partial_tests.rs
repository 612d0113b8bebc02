//! What string functions know of texts with unknown parts.

use crate::eval::functions::{NoFiles, call, lookup};
use crate::eval::text::{from_segments, segments};
use crate::eval::{
    Cause, EvalError, Hint, Kind, Node, Reference, ReferenceKind, Segment, Type, Value, attribute, index,
};

fn arn() -> Value {
    let reference = Reference::to(ReferenceKind::Resource, "aws_s3_bucket.a");
    Value::unknown_reference(reference, Type::String, true, Cause::attribute("aws_s3_bucket.a", "arn"))
}

/// Text in which `@` stands for the unknown.
fn text(text: &str) -> Value {
    let mut parts = Vec::new();
    for (i, known) in text.split('@').enumerate() {
        if i > 0 {
            parts.push(Segment::Unknown(arn()));
        }
        parts.push(Segment::Text(known.into()));
    }
    from_segments(parts)
}

/// The value with `@` for each part that is the unknown itself and `?` for anything else that is unknown.
fn show(value: &Value) -> String {
    match &value.kind {
        Kind::Bool(b) => b.to_string(),
        Kind::Null => "null".into(),
        Kind::Number(n) => n.to_string(),
        Kind::Unknown(u) if u.ty != Type::String => "?".into(),
        Kind::String(_) | Kind::Unknown(_) => {
            let parts = segments(value).unwrap_or_default();
            let show = |part: &Segment| match part {
                Segment::Text(text) => text.to_string(),
                Segment::Unknown(value) if value.kind == arn().kind => "@".into(),
                Segment::Unknown(value) => {
                    assert_eq!(value.refs, arn().refs, "what was made from an unknown refers to the same");
                    "?".into()
                }
            };
            parts.iter().map(show).collect()
        }
        Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => {
            let items: Vec<String> = s.items.iter().chain(&s.rest).map(show).collect();
            format!("[{}{}]", items.join(" "), if s.rest.is_some() { ".." } else { "" })
        }
        Kind::Map(f) | Kind::Object(f) => {
            let entries = f.entries.iter().map(|(name, value)| format!("{name}={}", show(value)));
            let rest = f.rest.iter().map(|value| format!("*={}", show(value)));
            format!("{{{}}}", entries.chain(rest).collect::<Vec<_>>().join(" "))
        }
        Kind::Handle(_) => "handle".into(),
    }
}

fn run(name: &str, args: &[Value]) -> Result<Value, EvalError> {
    call(lookup(name).unwrap_or_else(|| panic!("{name} exists")), &NoFiles, args)
}

fn check(name: &str, args: &[&str], expected: &str) {
    let values: Vec<Value> = args.iter().map(|arg| arg.parse().map_or_else(|_| text(arg), |n: i64| n.into())).collect();
    let shown = run(name, &values).map_or_else(|e| e.message.to_string(), |value| show(&value));
    assert_eq!(shown, expected, "{name}({args:?})");
}

#[test]
fn questions_are_answered_where_the_known_parts_decide() {
    check("startswith", &["ab@c", "a"], "true");
    check("startswith", &["ab@c", "b"], "false");
    check("startswith", &["ab@c", "abc"], "?");
    check("startswith", &["ab@c", "ab@"], "true");
    check("startswith", &["ab@c", "b@"], "false");
    check("startswith", &["@c", "a"], "?");
    check("startswith", &["a", "ab@"], "false");
    check("startswith", &["ab", "a@"], "?");
    check("endswith", &["a@bc", "c"], "true");
    check("endswith", &["a@bc", "b"], "false");
    check("endswith", &["a@bc", "abc"], "?");
    check("endswith", &["a@", "c"], "?");
    check("endswith", &["c", "@bc"], "false");
    check("strcontains", &["ab@cd", "b"], "true");
    check("strcontains", &["ab@cd", "bc"], "?");
    check("strcontains", &["ab@cd", "b@c"], "?");
    check("strcontains", &["x@y@z", "@y@"], "true");
    check("strcontains", &["abc", "x@"], "false");
    check("strcontains", &["@", ""], "true");
}

#[test]
fn maps_keep_what_is_around_unknown_parts() {
    check("upper", &["arn:@/*"], "ARN:?/*");
    check("strrev", &["ab@c"], "c?ba");
    check("indent", &["2", "a\nb@\nc"], "a\n  b?\n  c");
    check("title", &["a@"], "?");
    check("format", &["%s/*", "@"], "@/*");
    check("format", &["%v-%q-%5s-%d", "@", "@", "@", "@"], "@-\"@\"-?-?");
    check("urlencode", &["a b@"], "a+b?");
    check("base64encode", &["abcd@"], "YWJj?");
    check("base64decode", &["YWJjZ@"], "abc?");
    check("format", &["%s %d", "@"], "not enough arguments for `%d`: it needs number 2 of 1");
}

#[test]
fn trimming_stops_at_unknown_parts() {
    check("trimspace", &["  a@ "], "a?");
    check("trimspace", &[" @a "], "?a");
    check("trim", &["xax@x", "x"], "a?");
    check("chomp", &["a@\n"], "a?");
    check("chomp", &["@a\n\n"], "@a");
    check("trimprefix", &["ab@c", "a"], "b@c");
    check("trimprefix", &["ab@c", "x"], "ab@c");
    check("trimprefix", &["ab@c", "abc"], "?");
    check("trimprefix", &["ab@x", "abc"], "?x");
    check("trimprefix", &["ab@c", "ab@"], "c");
    check("trimsuffix", &["a@bc", "c"], "a@b");
    check("trimsuffix", &["a@bc", "x"], "a@bc");
    check("trimsuffix", &["a@bc", "abc"], "?");
    check("trimsuffix", &["x@bc", "abc"], "x?");
    check("substr", &["abcd@", "1", "2"], "bc");
    check("substr", &["abcd@", "1", "-1"], "bcd@");
    check("substr", &["abcd@", "2", "4"], "?");
    check("substr", &["@abcd", "-2", "1"], "c");
}

#[test]
fn replacing_is_careful_at_the_borders() {
    check("replace", &["a.b@c.d", ".", "-"], "a-b?c-d");
    check("replace", &["xaby@", "ab", "-"], "x-y?");
    check("replace", &["xa@by", "ab", "-"], "x?y");
    check("replace", &["xaa@", "aa", "-"], "?");
    check("replace", &["a@", "/a/", "-"], "?");
    check("replace", &["a-ID-b", "ID", "@"], "a-@-b");
    check("replace", &["xababa@", "ababac", "-"], "x?");
    check("replace", &["xab-aba@", "ab-abc", "-"], "xab-ab?");
    check("replace", &["@ücb", "aücb", "-"], "?");
    // However long the text is that is sought.
    let long = "a".repeat(20_000);
    check("replace", &[&format!("{long}{long}xaa@"), &format!("a{long}b"), "-"], &format!("{long}{long}x?"));
}

#[test]
fn splitting_keeps_the_pieces_before_an_unknown_part() {
    check("split", &["/", "a/b/c@d/e"], "[a b c? ?..]");
    check("split", &["::", "a::b:@"], "[a b? ?..]");
    check("split", &["", "ab@"], "[a b ?..]");
    check("split", &["/", "a/b"], "[a b]");
    check("split", &["@", "a/b"], "[?..]");
}

#[test]
fn joining_keeps_known_elements() {
    let open = run("split", &["/".into(), text("a/@")]).unwrap();
    let joined = |lists: &[Value]| {
        let args: Vec<Value> = std::iter::once(Value::from(",")).chain(lists.iter().cloned()).collect();
        run("join", &args).map_or_else(|e| e.message.to_string(), |value| show(&value))
    };
    assert_eq!(joined(&[Value::tuple(vec!["a".into(), arn(), 5.into()])]), "a,@,5");
    assert_eq!(joined(&[Value::tuple(vec!["a".into()]), Value::tuple(vec![]), Value::tuple(vec![arn()])]), "a,@");
    assert_eq!(joined(&[open, Value::tuple(vec!["b".into()])]), "a,?b");
    assert_eq!(joined(&[Value::unknown_from([&arn()], Type::list(Type::String), true)]), "?");
    assert_eq!(joined(&[Value::tuple(vec![Value::NULL])]), "an element is null, which has no text");
}

#[test]
fn formatting_lists_goes_element_by_element() {
    let list = Value::tuple(vec!["a".into(), arn()]);
    let shown = |args: &[Value]| run("formatlist", args).map_or_else(|e| e.message.to_string(), |value| show(&value));
    assert_eq!(shown(&["%s/*".into(), list.clone()]), "[a/* @/*]");
    let unknown = Value::unknown_from([&arn()], Type::list(Type::String), true);
    assert_eq!(shown(&["%s/*".into(), unknown.clone()]), "[?/*..]");
    assert_eq!(shown(&["%s-%s".into(), unknown, list]), "[?-a ?-@]");
}

#[test]
fn json_keeps_unknown_parts_where_they_stand() {
    let policy = Value::object([("Resource".into(), text("@/*")), ("Effect".into(), "Allow".into())].into());
    let json = run("jsonencode", std::slice::from_ref(&policy)).unwrap();
    assert_eq!(show(&json), r#"{"Effect":"Allow","Resource":"@/*"}"#);
    let decoded = run("jsondecode", &[json]).unwrap();
    assert_eq!(decoded.kind, policy.kind);
    assert!(attribute(&decoded, "Effect").unwrap().refs.is_empty());
    assert_eq!(attribute(&decoded, "Resource").unwrap().refs, arn().refs);

    let any = Value::unknown(Type::Any, Cause::Limit);
    let tuple = Value::tuple(vec![1.into(), any.clone()]);
    let decoded = run("jsondecode", &[run("jsonencode", &[tuple]).unwrap()]).unwrap();
    assert_eq!(index(&decoded, &1.into()).unwrap().kind, any.kind);
    let decoded = run("jsondecode", &[run("jsonencode", std::slice::from_ref(&any)).unwrap()]).unwrap();
    assert_eq!(decoded.kind, any.kind);
}

#[test]
fn json_of_templates_is_read_around_the_holes() {
    check("jsondecode", &[r#"{"a": ["@", "x@"], "b": 1}"#], "{a=[@ x@] b=1}");
    check("jsondecode", &[r#"{"a": @}"#], "{a=?}");
    check("jsondecode", &[r#"["a", @]"#], "[a ?..]");
    check("jsondecode", &["[@]"], "[?..]");
    check("jsondecode", &[r#"{"@:sub": "x", "b": 1}"#], "{b=1 *=x}");
    check("jsondecode", &["@"], "?");
    check("jsondecode", &[r#"{"a": 1@}"#], "?");
    let open = run("split", &["/".into(), text("a/@")]).unwrap();
    let decoded = run("jsondecode", &[run("jsonencode", &[open]).unwrap()]).unwrap();
    assert_eq!(show(&decoded), "[a ? ?..]");
}

#[test]
fn yaml_keeps_unknown_parts_where_they_stand() {
    let policy = Value::object([("a".into(), text("@/*")), ("b".into(), Value::tuple(vec![arn(), 1.into()]))].into());
    let yaml = run("yamlencode", std::slice::from_ref(&policy)).unwrap();
    assert_eq!(show(&yaml), "\"a\": \"@/*\"\n\"b\":\n- \"@\"\n- 1\n");
    assert_eq!(run("yamldecode", &[yaml]).unwrap().kind, policy.kind);
    let any = Value::tuple(vec![Value::unknown(Type::Any, Cause::Limit)]);
    assert_eq!(run("yamldecode", &[run("yamlencode", std::slice::from_ref(&any)).unwrap()]).unwrap().kind, any.kind);

    check("yamldecode", &["a: @\nb: x-@\nc: '@'\n"], "{a=? b=x-@ c=@}");
    check("yamldecode", &["a: 1@\n@: 2\n"], "{a=? *=2}");
    check("yamldecode", &["a: |\n  x\n  @\n"], "{a=x\n@\n}");
    check("yamldecode", &["a: [\n@"], "?");
}

#[test]
fn yaml_is_bounded() {
    let bomb: String =
        (1..12).map(|i| format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(", "))).collect();
    let error = run("yamldecode", &[Value::from(format!("a0: &a0 x\n{bomb}"))]).unwrap_err();
    assert_eq!(error.kind, crate::source::ProblemKind::Limit);
    assert!(run("yamldecode", &[Value::from("[".repeat(300) + &"]".repeat(300))]).is_err());
    assert!(run("jsondecode", &[Value::from("[".repeat(300) + &"]".repeat(300))]).is_err());
    assert!(run("replace", &["x".repeat(1 << 20).into(), "x".into(), "y".repeat(1 << 20).into()]).is_err());
}

#[test]
fn patterns_are_decided_by_what_is_known() {
    let no_match = "the text does not match the regular expression";
    check("regex", &["^db\\.t", "db.t3.@"], "db.t");
    check("regex", &["^[a-z]+-([0-9]+)-", "ab-12-x@"], "[12]");
    check("regex", &["^[a-z]+", "ab1@"], "ab");
    check("regex", &["^[a-z]+", "ab@"], "?");
    check("regex", &["^db\\.m", "db.t3.@"], no_match);
    check("regex", &["^[a-z-]+$", "A@"], no_match);
    check("regex", &["b", "ab-@"], "b");
    check("regex", &["c", "ab-@"], "?");
    check("regex", &["\\bt\\d", "db.t3.@"], "t3");
    check("regex", &["^a", "@a"], "?");
    check("regexall", &["^db\\.m", "db.t3.@"], "[]");
    check("regexall", &["[a-z]+", "ab.c@"], "[ab ?..]");
}

#[test]
fn arns_are_built_and_parsed() {
    let parse = "provider::aws::arn_parse";
    check(parse, &["arn:aws:s3:::a:b"], "{account_id= partition=aws region= resource=a:b service=s3}");
    check(parse, &["arn:aws:s3:::@/x"], "{account_id= partition=aws region= resource=@/x service=s3}");
    check(parse, &["arn:aws:iam::@:role/x"], "{account_id=? partition=aws region= resource=? service=iam}");
    check(parse, &["@"], "{account_id=? partition=? region=? resource=? service=?}");
    check(parse, &["arn:aws:s3"], "`arn:aws:s3` is not an ARN");
    check(parse, &["http://@"], "`http://` is not an ARN");
    check("provider::aws::arn_build", &["aws", "iam", "", "@", "role/x"], "arn:aws:iam::@:role/x");
    check("provider::aws::trim_iam_role_path", &["arn:aws:iam::1:role/a/b/c"], "arn:aws:iam::1:role/c");
}

#[test]
fn unions_go_through_functions() {
    let either = Value::from(Kind::Unknown(Node::new(crate::eval::Unknown {
        hint: Hint::OneOf([Value::from("ab"), Value::from("ac")].into()),
        ..crate::eval::Unknown::new(Type::String, Cause::Limit)
    })));
    assert_eq!(run("startswith", &[either, "a".into()]).map(|v| v.kind), Ok(Kind::Bool(true)));
}
