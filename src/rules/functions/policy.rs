//! Policy documents: IAM, resource and trust policies in one shape, whatever they were written as.

use super::{Call, OwnFunction};
use crate::eval::functions::{self as terraform, NoFiles};
use crate::eval::{ByName, Cause, EvalError, Fields, Hint, Kind, Node, Segment, Seq, Type, Value};
use crate::syntax::Text;

pub(super) const FUNCTIONS: &[OwnFunction] = &[
    OwnFunction {
        name: "policy_statements",
        params: "policy",
        arity: (1, 1),
        description: "The statements of a policy document (JSON text, partly unknown text, or an object), each as an object \
                      of `sid`, `effect`, `actions`, `not_actions`, `resources`, `not_resources` (lists), `principals` and \
                      `not_principals` (lists of `{type, id}`; `*` is `{type = \"*\", id = \"*\"}`) and `conditions` (a list \
                      of `{test, key, values}`). Open where the document is not known; empty for null.",
        run: |call| call.once(|policy| Ok(statements(policy))),
    },
    OwnFunction {
        name: "action_matches",
        params: "pattern, action",
        arity: (2, 2),
        description: "Whether an IAM action pattern (`s3:Get*`) covers an action; case does not count.",
        run: |call| matching(call, true),
    },
    OwnFunction {
        name: "wildcard_matches",
        params: "pattern, text",
        arity: (2, 2),
        description: "Whether a pattern with `*` and `?` covers a text, as in ARNs of policies. Where pattern or text are \
                      known in part, their known parts decide if they can.",
        run: |call| matching(call, false),
    },
];

fn open(doubt: Cause) -> Value {
    Value::open_tuple(Vec::new(), Value::unknown_not_null(Type::Any, doubt))
}

/// The statements of a document in one shape.
fn statements(policy: &Value) -> Value {
    if let Kind::Unknown(u) = &policy.kind
        && let Hint::OneOf(_) = &u.hint
    {
        return open(u.cause.clone()).with_refs(&policy.deep_refs());
    }
    let document = match &policy.kind {
        Kind::Null => return Value::tuple(Vec::new()),
        Kind::String(text) if text.trim().is_empty() => return Value::tuple(Vec::new()),
        Kind::String(_) | Kind::Unknown(_) => decode(policy),
        _ => Some(policy.clone()),
    };
    let cause = || policy.cause().unwrap_or(Cause::Error);
    let Some(document) = document else { return open(cause()).with_refs(&policy.deep_refs()) };
    let Some(fields) = document.as_fields() else { return open(cause()).with_refs(&policy.deep_refs()) };
    let listed = match fields.entries.get("Statement") {
        Some(value) => many(value),
        None if fields.rest.is_some() => return open(cause()),
        None => Seq::default(),
    };
    let normal = |v: &Value| statement(v).unwrap_or_else(|| Value::unknown_not_null(Type::Any, cause()));
    let seq = Seq { element: Type::Any, ..listed.map(normal) };
    Kind::Tuple(Node::new(seq)).into()
}

fn decode(text: &Value) -> Option<Value> {
    let jsondecode = terraform::lookup("jsondecode")?;
    let decoded = terraform::call(jsondecode, &NoFiles, std::slice::from_ref(text)).ok()?;
    (!decoded.is_unknown()).then_some(decoded)
}

/// One element or a list of them as a list.
fn many(value: &Value) -> Seq {
    match &value.kind {
        Kind::List(seq) | Kind::Set(seq) | Kind::Tuple(seq) => (**seq).clone(),
        Kind::Null => Seq::default(),
        // Text that is not known may stand for one element; something untyped for several.
        Kind::Unknown(u) if u.ty != Type::String => Seq { rest: value.clone().into(), ..Seq::default() },
        _ => Seq { items: vec![value.clone()], ..Seq::default() },
    }
}

fn tuple(seq: Seq) -> Value {
    Kind::Tuple(Node::new(seq)).into()
}

fn statement(value: &Value) -> Option<Value> {
    let fields = value.as_fields()?;
    let member = |name: &str| fields.entries.get(name);
    let list = |name: &str| tuple(member(name).map(many).unwrap_or_default());
    Some(Value::object(ByName::from([
        ("sid".into(), member("Sid").cloned().unwrap_or(Value::NULL)),
        ("effect".into(), member("Effect").cloned().unwrap_or(Value::NULL)),
        ("actions".into(), list("Action")),
        ("not_actions".into(), list("NotAction")),
        ("resources".into(), list("Resource")),
        ("not_resources".into(), list("NotResource")),
        ("principals".into(), member("Principal").map_or_else(|| Value::tuple(vec![]), principals)),
        ("not_principals".into(), member("NotPrincipal").map_or_else(|| Value::tuple(vec![]), principals)),
        ("conditions".into(), member("Condition").map_or_else(|| Value::tuple(vec![]), conditions)),
    ])))
}

fn principal(kind: Value, id: Value) -> Value {
    Value::object(ByName::from([("type".into(), kind), ("id".into(), id)]))
}

fn principals(value: &Value) -> Value {
    let Some(fields) = value.as_fields() else {
        return match value.as_str() {
            Some("*") => Value::tuple(vec![principal("*".into(), "*".into())]),
            Some(id) => Value::tuple(vec![principal("AWS".into(), id.into())]),
            None => open(value.cause().unwrap_or(Cause::Error)).with_refs(&value.deep_refs()),
        };
    };
    let mut all = Seq::default();
    for (kind, ids) in &fields.entries {
        let ids = many(ids);
        all.items.extend(ids.items.into_iter().map(|id| principal(kind.clone().into(), id)));
        all.rest = all.rest.or(&ids.rest.into_value().map(|id| principal(kind.clone().into(), id)).into());
    }
    all.rest = all.rest.or(&fields.rest);
    tuple(all)
}

fn conditions(value: &Value) -> Value {
    let Some(tests) = value.as_fields() else {
        return open(value.cause().unwrap_or(Cause::Error)).with_refs(&value.deep_refs());
    };
    let mut all = Seq::default();
    for (test, keys) in &tests.entries {
        match keys.as_fields() {
            Some(keys) => add_conditions(test, keys, &mut all),
            None => all.rest = keys.clone().into(),
        }
    }
    all.rest = all.rest.or(&tests.rest);
    tuple(all)
}

fn add_conditions(test: &Text, keys: &Fields, all: &mut Seq) {
    let condition = |key: Value, values: &Value| {
        Value::object(ByName::from([
            ("test".into(), test.clone().into()),
            ("key".into(), key),
            ("values".into(), tuple(many(values)).with_refs(&values.refs)),
        ]))
    };
    all.items.extend(keys.entries.iter().map(|(key, values)| condition(key.clone().into(), values)));
    all.items.extend(keys.unnamed.iter().map(|(key, values)| condition(key.clone(), values)));
    if let Some(rest) = keys.rest.as_ref().filter(|_| keys.unnamed.is_empty()) {
        all.rest = condition(Value::unknown_from([rest], Type::String, true), rest).into();
    }
}

/// Stands for what is not known in a pattern or text: a byte that no text has.
const UNKNOWN: u8 = 0xff;

fn matching(call: &Call<'_>, ignore_case: bool) -> Result<Value, EvalError> {
    let (pattern, text) = (call.value(0)?, call.value(1)?);
    let bytes = |value: &Value| {
        let mut bytes = Vec::new();
        for segment in crate::eval::text::segments(value)? {
            match segment {
                Segment::Text(text) if ignore_case => bytes.extend(text.to_lowercase().bytes()),
                Segment::Text(text) => bytes.extend(text.bytes()),
                Segment::Unknown(_) => bytes.push(UNKNOWN),
            }
        }
        Some(bytes)
    };
    let (p, t) = (bytes(&pattern), bytes(&text));
    let decided = match (&p, &t) {
        (Some(p), _) if p == b"*" => Some(true),
        (Some(p), Some(t)) if !p.contains(&UNKNOWN) && !t.contains(&UNKNOWN) => Some(wildcard(p, t)),
        (Some(p), Some(t)) if !p.contains(&UNKNOWN) && wildcard(p, t) => Some(true),
        (Some(p), Some(t)) if !may_match(p, t) => Some(false),
        _ => None,
    };
    Ok(decided.map_or_else(|| Value::unknown_from([&pattern, &text], Type::Bool, true), Value::from))
}

/// Whether a pattern and a text match for some filling of what is not known in them.
fn may_match(pattern: &[u8], text: &[u8]) -> bool {
    // Whether the rest of the pattern may match the text from each place on, row by row from the pattern's end.
    let mut below = vec![false; text.len() + 1];
    for p in (0..=pattern.len()).rev() {
        let mut row = vec![false; text.len() + 1];
        for t in (0..=text.len()).rev() {
            let (wanted, given) = (pattern.get(p), text.get(t));
            row[t] = match (wanted, given) {
                (None, None) => true,
                (Some(b'*' | &UNKNOWN), _) => below[t] || (given.is_some() && row[t + 1]),
                (_, Some(&UNKNOWN)) => row[t + 1] || (wanted.is_some() && below[t]),
                (Some(wanted), Some(given)) => (*wanted == b'?' || wanted == given) && below[t + 1],
                _ => false,
            };
        }
        below = row;
    }
    below[0]
}

/// Matches `*` (any run) and `?` (one byte) in linear memory, by remembering the last `*`.
fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if (*c == b'?' || *c == text[t]) && text[t] != UNKNOWN => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((sp, st)) => {
                    star = Some((sp, st + 1));
                    p = sp + 1;
                    t = st + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: &Value, expected: &str) {
        assert_eq!(crate::eval::json::write(&statements(policy)).expect("known"), expected);
    }

    #[test]
    fn statements_have_one_shape() {
        check(&Value::NULL, "[]");
        check(
            &r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": ["a", "b"], "Principal": "*"}}"#.into(),
            r#"[{"actions":["s3:*"],"conditions":[],"effect":"Allow","not_actions":[],"not_principals":[],"not_resources":[],"principals":[{"id":"*","type":"*"}],"resources":["a","b"],"sid":null}]"#,
        );
        check(
            &r#"{"Statement": [{"Effect": "Deny", "Principal": {"AWS": ["x", "y"]}, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"#
                .into(),
            r#"[{"actions":[],"conditions":[{"key":"aws:SecureTransport","test":"Bool","values":["false"]}],"effect":"Deny","not_actions":[],"not_principals":[],"not_resources":[],"principals":[{"id":"x","type":"AWS"},{"id":"y","type":"AWS"}],"resources":[],"sid":null}]"#,
        );
    }

    #[test]
    fn what_is_no_document_is_open() {
        let open = statements(&Value::unknown(Type::String, Cause::Error));
        assert!(open.as_seq().is_some_and(|s| s.rest.is_some()));
        assert!(statements(&"no json".into()).as_seq().is_some_and(|s| s.rest.is_some()));
    }

    #[test]
    fn what_is_not_known_may_match() {
        let bytes = |text: &str| text.bytes().map(|b| if b == b'@' { UNKNOWN } else { b }).collect::<Vec<u8>>();
        for (pattern, text, certain, possible) in [
            ("table/*", "table/@", true, true),
            ("table/orders", "table/@", false, true),
            ("table/orders", "@/carts", false, false),
            ("arn:aws:rds:*:*:db:*", "arn:aws:rds:@:@:db:x", true, true),
            ("arn:aws:rds:@:@:db:*", "arn:aws:rds:eu-west-1:1:db:x", false, true),
            ("arn:aws:ec2:@:@:volume/*", "arn:aws:rds:eu-west-1:1:db:x", false, false),
            ("a?c", "a@c", false, true),
            ("@", "", false, true),
        ] {
            let (p, t) = (bytes(pattern), bytes(text));
            assert_eq!(!p.contains(&UNKNOWN) && wildcard(&p, &t), certain, "{pattern} {text}");
            assert_eq!(may_match(&p, &t), possible, "{pattern} {text}");
        }
    }

    #[test]
    fn wildcards_match() {
        let cases = [
            ("s3:Get*", "s3:GetObject", true),
            ("s3:Get?", "s3:GetObject", false),
            ("*", "", true),
            ("a*b*c", "aXbYc", true),
            ("a*b", "aXc", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(wildcard(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
        }
    }
}
