//! Secrets by the look of a text, whatever it is: `password = "…"` on a line that nobody could parse, in a comment, in a
//! heredoc of shell or JSON; the password in an address; a private key.
//!
//! It finds what the syntax tree cannot show and is no substitute for it. Entry point: [`secrets`].

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{boundary, names};

/// Longer values are looked at up to here: a quoted text that is never closed should not cost the rest of the file.
const VALUE_LIMIT: usize = 16 * 1024;
/// How far the two halves of `name = "DB_PASSWORD", value = "…"` may stand apart, in bytes.
const PAIR_LIMIT: usize = 400;

/// Every secret in a text by what stands before it.
pub fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if !HINT.is_match(text) {
        return found;
    }
    for name in NAMED.captures_iter(text) {
        let (Some(all), Some(name)) = (name.get(0), name.get(1)) else { continue };
        if names::is_secret(name.as_str()) {
            found.extend(value(text, all.end()));
        }
    }
    for pair in PAIR.captures_iter(text) {
        let (Some(all), Some(name)) = (pair.get(0), pair.get(1)) else { continue };
        if names::is_secret(name.as_str()) {
            found.extend(partner(text, all.range()));
        }
    }
    found.extend(SENSITIVE.find_iter(text).filter_map(|call| value(text, call.end())));
    found.extend(ADDRESS.captures_iter(text).filter_map(|c| c.get(1)).map(|m| m.range()));
    found.extend(PRIVATE_KEY.find_iter(text).map(|begin| begin.start()..end_of_key(text, begin.end())));
    found
}

/// A value without the quotes around it.
pub fn unquoted(value: &str) -> &str {
    let inner = value.trim_start_matches('\\');
    let inner = inner.strip_prefix(['"', '\'']).unwrap_or(inner);
    inner.strip_suffix(['"', '\'']).unwrap_or(inner).trim_end_matches('\\')
}

/// Whether a text is a secret by itself, whatever it is called.
pub fn is_secret(text: &str) -> bool {
    ADDRESS.is_match(text) || PRIVATE_KEY.is_match(text)
}

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is valid")
}

/// What every text with a secret holds; most have none, and are left after one pass.
static HINT: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(?i)pass|pwd|_pw|secret|token|credential|key|auth|sensitive\(|://[^/\s]*@"));
/// A name and what sets it, up to where the value begins.
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| compiled(r#"([A-Za-z_][A-Za-z0-9_.-]*)[\\"']{0,3}[ \t]*(?:=>|:=|=|:)[ \t]*"#));
/// The name of an entry in a list of names and values.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r#"\b(?i:name|key|parameter_name|header_name)[\\"']{0,3}[ \t]*[:=][ \t]*[\\"']{1,3}([A-Za-z0-9_.-]+)[\\"']"#,
    )
});
static PARTNER: LazyLock<Regex> =
    LazyLock::new(|| compiled(r#"(?i:value|header_value|parameter_value)[\\"']{0,3}[ \t]*[:=][ \t]*"#));
static SENSITIVE: LazyLock<Regex> = LazyLock::new(|| compiled(r"sensitive\([ \t\r\n]*"));
/// The password in `scheme://user:password@host`.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| compiled(r#"[a-z][a-z0-9+.-]*://[^/\s:@"'${}]*:([^/\s@"'${}]+)@"#));
/// Where a private key begins.
static PRIVATE_KEY: LazyLock<Regex> = LazyLock::new(|| compiled("-----BEGIN [A-Z ]*PRIVATE KEY-----"));
/// What is written without quotes and leads elsewhere: a reference, a call.
static ELSEWHERE: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"^(?:[a-z_][a-z0-9_-]*(?:\[[^\]]*\])*\.[a-z_*]|[a-zA-Z0-9_:]+\()"));

/// Where a private key ends that begins before `start`: behind its last line, or with the text.
fn end_of_key(text: &str, start: usize) -> usize {
    let end = text[start..].find("-----END ").map(|at| start + at + "-----END ".len());
    end.map_or(text.len(), |end| text[end..].find("-----").map_or(text.len(), |at| end + at + "-----".len()))
}

/// The value that begins here, where it is written down.
fn value(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let escaped = rest.starts_with('\\');
    let quote = rest.trim_start_matches('\\').chars().next()?;
    match quote {
        '"' | '\'' => Some(start..start + quoted(rest, quote, escaped)),
        '<' if rest.starts_with("<<") => heredoc(text, start),
        _ => {
            let end = rest.find(|c: char| c.is_whitespace() || ",;}])\"'`".contains(c)).unwrap_or(rest.len());
            let value = &rest[..end];
            let open = value.is_empty() || value.starts_with(['[', '{', '(', '$', '%', '|', '>', '#', '=']);
            let plain = matches!(value, "true" | "false" | "null" | "string" | "number" | "bool")
                || value.parse::<f64>().is_ok()
                || value.starts_with("arn:");
            (!open && !plain && !ELSEWHERE.is_match(value)).then(|| start..start + end)
        }
    }
}

/// The length of a quoted value, with its quotes; the rest of the line where it is not closed.
fn quoted(rest: &str, quote: char, escaped: bool) -> usize {
    let mut after_backslash = false;
    let open = rest.find(quote).map_or(0, |at| at + 1);
    for (at, c) in rest[open..].char_indices().take_while(|(at, _)| *at < VALUE_LIMIT) {
        let end = open + at;
        match c {
            '\n' => return end - usize::from(rest[..end].ends_with('\r')),
            // Inside a text that is quoted itself, the closing quote is escaped.
            c if c == quote && (!after_backslash || escaped) => return end + c.len_utf8(),
            _ => {}
        }
        after_backslash = c == '\\' && !after_backslash;
    }
    rest.len().min(open + boundary(&rest[open..], VALUE_LIMIT))
}

/// A heredoc up to the line that closes it, or to the end of the text.
fn heredoc(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let marker_at = rest.trim_start_matches(['<', '-', '~', '\'', '"']);
    let marker: String = marker_at.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect();
    if marker.is_empty() {
        return None;
    }
    let mut at = start + rest.find('\n')? + 1;
    for line in text[at..].split_inclusive('\n') {
        if line.trim() == marker {
            return Some(start..at);
        }
        at += line.len();
    }
    Some(start..text.len())
}

/// The value that belongs to the name of an entry: behind or before it, within the same braces.
fn partner(text: &str, name: Range<usize>) -> Option<Range<usize>> {
    let behind = boundary(text, name.end.saturating_add(PAIR_LIMIT));
    let behind = &text[name.end..behind];
    let behind = &behind[..behind.find('}').unwrap_or(behind.len())];
    if let Some(found) = PARTNER.find(behind) {
        return value(text, name.end + found.end());
    }
    let before_start = boundary(text, name.start.saturating_sub(PAIR_LIMIT));
    let before = &text[before_start..name.start];
    let from = before.rfind('{').map_or(0, |at| at + 1);
    let found = PARTNER.find_iter(&before[from..]).last()?;
    value(text, before_start + from + found.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = secrets(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn values_behind_names_that_say_so() {
        check("password = \"a\"", &["\"a\""]);
        check("  password=\"a b\" # x", &["\"a b\""]);
        check("\"db_password\": \"a\\\"b\", \"c\": 1", &["\"a\\\"b\""]);
        check("# password = 'a'", &["'a'"]);
        check("export DB_PASSWORD=abc\n", &["abc"]);
        check("token: abc", &["abc"]);
        check("password = \"never closed\r\nx = 1", &["\"never closed"]);
        check("x = \"{\\\"password\\\": \\\"abc\\\", \\\"b\\\": 1}\"", &["\\\"abc\\\""]);
        check("password = <<-EOT\n  a\n  b\n  EOT\nx = 1", &["<<-EOT\n  a\n  b\n"]);
        check("password = <<EOT\n  a", &["<<EOT\n  a"]);
        check("sensitive(\"a\")", &["\"a\""]);
    }

    #[test]
    fn names_and_values_of_entries() {
        check("{ name = \"DB_PASSWORD\", value = \"a\" }", &["\"a\""]);
        check("{\"value\":\"a\",\"name\":\"DB_PASSWORD\"},{\"name\":\"X\",\"value\":\"b\"}", &["\"a\""]);
        check("{ name = \"X\", value = \"b\" }, { name = \"DB_PASSWORD\", valueFrom = \"arn\" }", &[]);
        check("{\\\"name\\\":\\\"API_KEY\\\",\\\"value\\\":\\\"a\\\"}", &["\\\"a\\\""]);
    }

    #[test]
    fn secrets_by_their_own_look() {
        check("url = \"postgres://me:abc@db:5432/x\"", &["abc"]);
        check("git::https://x:abc@example.com/y", &["abc"]);
        let key = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----";
        check(&format!("x\n{key}\n"), &[key]);
    }

    #[test]
    fn references_and_settings_stay() {
        for text in [
            "password = var.password",
            "password = random_password.db.result",
            "password = local.a[\"x\"]",
            "password = jsondecode(x)",
            "password = \u{24}{x}",
            "password_length = 16",
            "secret_arn = \"arn:aws:x\"",
            "token = null",
            "manage_password = true",
            "ssh://git@example.com/x",
            "http://example.com:80/a@b",
        ] {
            check(text, &[]);
        }
    }
}
