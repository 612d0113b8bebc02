//! Values in messages: short, on one line, in HCL's notation, never a secret.

use std::fmt::Write as _;

use super::{Kind, Value};

/// Longer texts are cut.
const TEXT_LIMIT: usize = 60;
/// More elements are left out.
const ITEM_LIMIT: usize = 4;

/// A value on one line: `false`, `"t3.micro"`, `["10.0.0.0/8", …]`, `(known after apply: aws_vpc.main.id)`.
pub fn short(value: &Value) -> String {
    let mut out = String::new();
    write_value(value, 0, &mut out);
    out
}

fn write_value(value: &Value, depth: usize, out: &mut String) {
    if value.marks.are_secret() {
        out.push_str("(sensitive)");
        return;
    }
    // Writing to a string cannot fail.
    let _ = match &value.kind {
        Kind::Null => write!(out, "null"),
        Kind::Bool(b) => write!(out, "{b}"),
        Kind::Number(n) => write!(out, "{n}"),
        Kind::String(s) => write!(out, "{}", quoted(s)),
        Kind::Handle(_) => write!(out, "(a resource)"),
        Kind::Unknown(u) => match &u.origin {
            Some(origin) => write!(out, "({origin}, not known)"),
            None => write!(out, "(not known)"),
        },
        Kind::List(seq) | Kind::Set(seq) | Kind::Tuple(seq) => {
            let items = seq.items.iter().map(|v| (None, v));
            write_items(items, seq.items.len(), seq.rest.is_some(), ("[", "]"), depth, out);
            Ok(())
        }
        Kind::Map(fields) | Kind::Object(fields) => {
            let items = fields.entries.iter().map(|(k, v)| (Some(&**k), v));
            write_items(items, fields.entries.len(), fields.rest.is_some(), ("{ ", " }"), depth, out);
            Ok(())
        }
    };
}

fn write_items<'v>(
    items: impl Iterator<Item = (Option<&'v str>, &'v Value)>,
    count: usize,
    open: bool,
    (start, end): (&str, &str),
    depth: usize,
    out: &mut String,
) {
    if count == 0 && !open {
        out.push_str(&format!("{}{}", start.trim(), end.trim()));
        return;
    }
    out.push_str(start);
    let limit = if depth > 1 { 0 } else { ITEM_LIMIT };
    for (i, (key, value)) in items.take(limit).enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        if let Some(key) = key {
            out.push_str(key);
            out.push_str(" = ");
        }
        write_value(value, depth + 1, out);
    }
    if count > limit || open {
        out.push_str(if limit > 0 && count > 0 { ", …" } else { "…" });
    }
    out.push_str(end);
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for (i, c) in text.chars().enumerate() {
        if i == TEXT_LIMIT {
            out.push('…');
            break;
        }
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
