//! The values that facts have.

/// A value in the embedded texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactValue {
    /// Nothing, or not known.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as the text writes it: an optional `-`, digits, and perhaps a decimal fraction.
    Number(&'static str),
    /// A text.
    Text(&'static str),
    /// A list; its elements are of one kind.
    List(Vec<FactValue>),
}

impl FactValue {
    /// The number, rounded to the nearest floating-point number; `None` for other values.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            FactValue::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// The text; `None` for other values.
    pub fn as_str(&self) -> Option<&'static str> {
        match self {
            FactValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value; `None` for other values.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            FactValue::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The value as a cell of a table shows it.
    pub(super) fn cell(&self) -> &'static str {
        match self {
            FactValue::Number(text) | FactValue::Text(text) => text,
            FactValue::Bool(true) => "true",
            FactValue::Bool(false) => "false",
            FactValue::Null | FactValue::List(_) => "",
        }
    }

    /// Reads a literal: `null`, `true`, `-1.5`, `"text"`, `["a", "b"]`. Texts know the escapes `\"`, `\\` and `\n`.
    pub(super) fn literal(source: &'static str) -> Option<FactValue> {
        match source {
            "null" => return Some(FactValue::Null),
            "true" => return Some(FactValue::Bool(true)),
            "false" => return Some(FactValue::Bool(false)),
            _ => {}
        }
        if let Some(inner) = source.strip_prefix('[') {
            return list(inner.strip_suffix(']')?);
        }
        if source.starts_with('"') {
            let (text, rest) = quoted(source)?;
            return rest.is_empty().then_some(FactValue::Text(text));
        }
        number(source)
    }
}

/// A number exactly as written; `None` if it is none.
pub(super) fn number(source: &'static str) -> Option<FactValue> {
    let digits = source.strip_prefix('-').unwrap_or(source);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (all_digits(whole) && all_digits(fraction)).then_some(FactValue::Number(source))
}

fn list(inner: &'static str) -> Option<FactValue> {
    let mut items = Vec::new();
    let mut rest = inner.trim();
    while !rest.is_empty() {
        let (text, after) = quoted(rest)?;
        items.push(FactValue::Text(text));
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(next) => next.trim_start(),
            None if after.is_empty() => after,
            None => return None,
        };
    }
    Some(FactValue::List(items))
}

/// The text in quotes at the start, and what follows it.
fn quoted(source: &'static str) -> Option<(&'static str, &'static str)> {
    let inner = source.strip_prefix('"')?;
    let mut escaped = false;
    let end = inner.find(|c| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })?;
    let text = &inner[..end];
    let text = if text.contains('\\') { unescaped(text) } else { text };
    Some((text, &inner[end + 1..]))
}

/// Escapes are so rare in the embedded texts, which bound their number, that the decoded text is leaked.
fn unescaped(text: &str) -> &'static str {
    let mut decoded = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        decoded.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    Box::leak(decoded.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &'static str, want: Option<FactValue>) {
        assert_eq!(FactValue::literal(source), want, "{source}");
    }

    #[test]
    fn literals() {
        let text = FactValue::Text;
        check("null", Some(FactValue::Null));
        check("false", Some(FactValue::Bool(false)));
        check("-1", Some(FactValue::Number("-1")));
        check("0.05", Some(FactValue::Number("0.05")));
        check(r#""""#, Some(text("")));
        check(r#""a \"b\" \\ \n""#, Some(text("a \"b\" \\ \n")));
        check("[]", Some(FactValue::List(vec![])));
        check(r#"["PRE", "POST"]"#, Some(FactValue::List(vec![text("PRE"), text("POST")])));
        for wrong in ["", "1.", ".5", "1e3", "yes", "\"open", "\"a\" b", "[\"a\" \"b\"]", "[1", "--1"] {
            check(wrong, None);
        }
    }
}
