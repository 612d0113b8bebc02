//! What functions say of texts with unknown parts holds whatever the parts turn out to be: each is called with the
//! hole left open, and again with many texts in the hole.

use crate::eval::functions::{NoFiles, call, lookup};
use crate::eval::text::{from_segments, segments};
use crate::eval::{Cause, Kind, Reference, ReferenceKind, Segment, Type, Value};

const TEXTS: &[&str] = &[
    "@",
    "a@",
    "@b",
    "ab@ba",
    "aa@",
    "@aa",
    "a@b@a",
    " @ ",
    "b,@,a",
    "ab@\n",
    "\n@b",
    "xaab@baax",
    "ba@",
    "@ab",
    "a@ b",
    "@ @a",
];
const OTHERS: &[&str] = &["", "a", "b", "ab", "aa", "ba", "aba", ",", " ", "@", "a@", "@b", "ab@ba"];
const FILLINGS: &[&str] = &["", "a", "b", "ab", "aa", "ba", ",", " ", "\n", "aab", "b,a", "a\nb", "xyz"];

fn hole() -> Value {
    let reference = Reference::to(ReferenceKind::Resource, "aws_s3_bucket.a");
    Value::unknown_reference(reference, Type::String, true, Cause::attribute("aws_s3_bucket.a", "id"))
}

/// Text with the hole in place of each `@`.
fn open(text: &str) -> Value {
    let mut parts = Vec::new();
    for (i, known) in text.split('@').enumerate() {
        if i > 0 {
            parts.push(Segment::Unknown(hole()));
        }
        parts.push(Segment::Text(known.into()));
    }
    from_segments(parts)
}

/// Whether a text can be what these parts turn out to be with this filling.
fn matches(parts: &[Segment], text: &str, filling: &str) -> bool {
    match parts {
        [] => text.is_empty(),
        [Segment::Text(known), rest @ ..] => text.strip_prefix(&**known).is_some_and(|t| matches(rest, t, filling)),
        [Segment::Unknown(value), rest @ ..] if value.kind == hole().kind => {
            text.strip_prefix(filling).is_some_and(|t| matches(rest, t, filling))
        }
        [Segment::Unknown(_), rest @ ..] => {
            (0..=text.len()).filter(|i| text.is_char_boundary(*i)).any(|i| matches(rest, &text[i..], filling))
        }
    }
}

/// Whether the closed result can be what the open one turns out to be.
fn agrees(open: &Value, closed: &Value, filling: &str) -> bool {
    match (&open.kind, &closed.kind) {
        (Kind::Unknown(u), Kind::String(text)) if u.ty == Type::String => {
            segments(open).is_some_and(|parts| matches(&parts, text, filling))
        }
        (Kind::Unknown(_), _) => true,
        (Kind::List(a), Kind::List(b)) => {
            let enough = if a.rest.is_some() { a.items.len() <= b.items.len() } else { a.items.len() == b.items.len() };
            let rest = b.items.iter().skip(a.items.len());
            enough
                && a.items.iter().zip(&b.items).all(|(a, b)| agrees(a, b, filling))
                && rest.zip(a.rest.iter().cycle()).all(|(b, a)| agrees(a, b, filling))
        }
        (open, closed) => open == closed,
    }
}

fn check(name: &str, args: &[&str]) {
    let function = lookup(name).unwrap_or_else(|| panic!("{name} exists"));
    let value = |arg: &&str, filled: Option<&str>| match (arg.parse::<i64>(), filled) {
        (Ok(n), _) => Value::from(n),
        (_, Some(filling)) => Value::from(arg.replace('@', filling)),
        (_, None) => open(arg),
    };
    let run = |filled| call(function, &NoFiles, &args.iter().map(|arg| value(arg, filled)).collect::<Vec<_>>());
    let result = run(None);
    for filling in FILLINGS {
        let closed = run(Some(filling));
        let sound = match (&result, &closed) {
            (Ok(open), Ok(closed)) => agrees(open, closed, filling),
            (Ok(open), Err(_)) => open.is_unknown(),
            (Err(_), closed) => closed.is_err(),
        };
        assert!(sound, "{name}({args:?}) with {filling:?}: {result:?}, but {closed:?}");
    }
}

#[test]
fn functions_of_one_text() {
    for text in TEXTS {
        for name in ["upper", "lower", "strrev", "chomp", "trimspace", "title", "urlencode", "base64encode"] {
            check(name, &[text]);
        }
        check("indent", &["2", text]);
        for (offset, length) in [(0, 1), (1, 1), (0, 2), (1, -1), (0, -1), (-1, 1), (-2, 1), (-1, -1), (2, 2), (-1, 0)]
        {
            check("substr", &[text, &offset.to_string(), &length.to_string()]);
        }
    }
}

#[test]
fn functions_of_two_texts() {
    for text in TEXTS.iter().chain(OTHERS) {
        for other in OTHERS {
            for name in ["startswith", "endswith", "strcontains", "trim", "trimprefix", "trimsuffix"] {
                check(name, &[text, other]);
            }
            check("split", &[other, text]);
            for new in ["", "x", "@", "ab"] {
                check("replace", &[text, other, new]);
            }
            check("format", &["%s-%v|%5s", text, other, text]);
        }
    }
}

#[test]
fn patterns() {
    for text in TEXTS {
        for pattern in ["a", "^a", "b$", "^[ab]+", "a+b", "(a)|(b)", "^[^,]*,", "x|y", "\\bb", "a*", "^$", "(?m)^b"] {
            check("regex", &[pattern, text]);
            check("regexall", &[pattern, text]);
        }
    }
}
