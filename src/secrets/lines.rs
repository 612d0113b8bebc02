//! Secrets by the look of a text, whatever it is: `password = "…"` on a line that nobody could parse, in a comment, in a
//! heredoc of shell or JSON; the password in an address; a private key.
//!
//! It finds what the syntax tree cannot show and is no substitute for it. Entry point: [`secrets`].

use std::cell::Cell;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::names;
use crate::source::char_boundary;

/// Longer values are looked at up to here: a quoted text that is never closed should not cost the rest of the file.
const VALUE_LIMIT: usize = 16 * 1024;
/// Values may stand in each other; if they have more than four times the bytes of the text and these, they have no ends.
const ROOM: usize = 64 * 1024;
/// How far the two halves of `name = "DB_PASSWORD", value = "…"` may stand apart, in bytes.
const PAIR_LIMIT: usize = 400;
/// What names an entry in a list of names and values.
const ENTRY_NAMES: [&str; 4] = ["parameter_name", "header_name", "name", "key"];
/// What these end with.
const ENTRY_NAME_ENDS: [char; 4] = ['e', 'E', 'y', 'Y'];
/// How many quotes and backslashes may stand at each side of a name.
const QUOTES: usize = 3;
/// What a private key begins with.
static BEGIN: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("-----BEGIN "));
/// What stands between the scheme of an address and the rest.
const ADDRESS: &[u8] = b"://";
/// What says itself that its argument is secret.
static SENSITIVE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("sensitive("));
/// What its first line ends with.
const KEY: &str = "PRIVATE KEY-----";
/// No private key is shorter than its first line.
const SHORTEST_KEY: usize = "-----BEGIN PRIVATE KEY-----".len();
/// No address with a password in it is shorter.
const SHORTEST_ADDRESS: usize = "a://:b@".len();

/// Every secret in a text by what stands before it.
///
/// Every text of the configuration comes through here, so it is searched for the few bytes that stand near secrets, and
/// only what is around these is looked at.
pub fn secrets(text: &str) -> Vec<Range<usize>> {
    let search = Search { text, left: Cell::new(text.len() * 4 + ROOM) };
    let mut found = Vec::new();
    let mut pair_end = 0;
    for setter in setters(text).take_while(|_| search.goes_on()) {
        if text.as_bytes()[setter.sign..].starts_with(ADDRESS) {
            found.extend(password(text, setter.sign));
        }
        if names::may_be_secret(&text.as_bytes()[..setter.end]) && names::is_secret(setter.name(text)) {
            found.extend(value(&search, setter.value_start(text)));
        }
        if let Some(pair) = setter.pair(text).filter(|pair| pair.all.start >= pair_end) {
            pair_end = pair.all.end;
            if names::is_secret(pair.name) {
                found.extend(partner(&search, pair.all));
            }
        }
    }
    let calls = SENSITIVE.find_iter(text.as_bytes()).map(|at| at + SENSITIVE.needle().len());
    let calls = calls.take_while(|_| search.goes_on());
    found.extend(calls.filter_map(|at| value(&search, skip(text, at, b" \t\r\n"))));
    let keys = private_keys(text).take_while(|_| search.goes_on());
    found.extend(keys.map(|(start, inside)| start..search.end_of_key(inside)));
    // What was not looked at may be secret.
    if !search.goes_on() {
        found.push(0..text.len());
    }
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
    let has_password = || memchr::memchr(b'@', text.as_bytes()).is_some() && passwords(text).next().is_some();
    // Most texts are shorter than either.
    text.len() >= SHORTEST_ADDRESS && has_password()
        || text.len() >= SHORTEST_KEY && private_keys(text).next().is_some()
}

/// A name and what sets it: `name =`, `"name":`, `name =>`, `name :=`.
struct Setter {
    /// Where the name ends.
    end: usize,
    /// Where the sign begins.
    sign: usize,
}

/// The name of an entry in a list of names and values: `name = "DB_PASSWORD"`.
struct Pair<'t> {
    all: Range<usize>,
    name: &'t str,
}

/// Everything in a text that sets something.
fn setters(text: &str) -> impl Iterator<Item = Setter> {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'=', b':', bytes).filter_map(move |sign| {
        let end = trimmed(bytes, sign, |b| matches!(b, b' ' | b'\t'));
        let end = trimmed(bytes, end, |b| matches!(b, b'\\' | b'"' | b'\'')).max(end.saturating_sub(QUOTES));
        bytes[..end].last().is_some_and(|last| in_name(*last)).then_some(Setter { end, sign })
    })
}

/// Whether a name may go on with this.
fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// Where a text ends without the bytes at its end that fit.
fn trimmed(bytes: &[u8], mut end: usize, fits: impl Fn(u8) -> bool) -> usize {
    while end > 0 && fits(bytes[end - 1]) {
        end -= 1;
    }
    end
}

/// The next place from `start` on with none of these bytes.
fn skip(text: &str, start: usize, bytes: &[u8]) -> usize {
    start + text.as_bytes()[start..].iter().take_while(|b| bytes.contains(b)).count()
}

impl Setter {
    /// The name, which begins with a letter; empty where there is none in it.
    fn name<'t>(&self, text: &'t str) -> &'t str {
        let name = &text[trimmed(text.as_bytes(), self.end, in_name)..self.end];
        name.trim_start_matches(|c: char| !c.is_ascii_alphabetic() && c != '_')
    }

    fn value_start(&self, text: &str) -> usize {
        let rest = &text[self.sign..];
        let sign = if rest.starts_with("=>") || rest.starts_with(":=") { 2 } else { 1 };
        skip(text, self.sign + sign, b" \t")
    }

    /// The entry that this begins, where it is the name of one.
    fn pair<'t>(&self, text: &'t str) -> Option<Pair<'t>> {
        let before = &text[..self.end];
        // As few names do: every one in a text is asked.
        if !before.ends_with(ENTRY_NAME_ENDS) {
            return None;
        }
        let name = ENTRY_NAMES.iter().find(|name| names::ends_with(before, name))?;
        let start = self.end - name.len();
        if text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let quote = skip(text, self.sign + 1, b" \t");
        let name = skip(text, quote, b"\\\"'");
        let rest = &text[name..];
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-'))?;
        let is_closed = length > 0 && rest[length..].starts_with(['\\', '"', '\'']);
        (is_closed && (1..=QUOTES).contains(&(name - quote)))
            .then(|| Pair { all: start..name + length + 1, name: &rest[..length] })
    }
}

/// The passwords in addresses: `scheme://user:password@host`.
fn passwords(text: &str) -> impl Iterator<Item = Range<usize>> {
    memmem::find_iter(text.as_bytes(), ADDRESS).filter_map(move |colon| password(text, colon))
}

/// The password in an address, of which `://` begins at this colon.
fn password(text: &str, colon: usize) -> Option<Range<usize>> {
    let rest = &text[colon + ADDRESS.len()..];
    let is_scheme = |b: &&u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'+' | b'.' | b'-');
    let mut scheme = text.as_bytes()[..colon].iter().rev().take_while(is_scheme);
    if !scheme.any(u8::is_ascii_lowercase) {
        return None;
    }
    let is_other = |c: char| c.is_whitespace() || matches!(c, '/' | '@' | '"' | '\'' | '$' | '{' | '}');
    let user = rest.find(|c| c == ':' || is_other(c))?;
    let password = rest[user..].strip_prefix(':')?;
    let length = password.find(is_other).filter(|end| *end > 0 && password[*end..].starts_with('@'))?;
    let start = text.len() - password.len();
    Some(start..start + length)
}

/// Where private keys begin, and where their first lines end.
fn private_keys(text: &str) -> impl Iterator<Item = (usize, usize)> {
    BEGIN.find_iter(text.as_bytes()).filter_map(move |start| {
        let kind_start = start + BEGIN.needle().len();
        let rest = &text[kind_start..];
        let kind = rest.find(|c: char| !c.is_ascii_uppercase() && c != ' ')?;
        let line = rest.get(..kind + "-----".len()).filter(|line| line.ends_with(KEY))?;
        Some((start, kind_start + line.len()))
    })
}

/// A text that is searched. Where values have no ends, each of them is the rest of the text: then the whole text is taken
/// for secret, and nobody looks at it again and again.
struct Search<'t> {
    text: &'t str,
    left: Cell<usize>,
}

impl Search<'_> {
    /// Whether there is anything left that may be looked at.
    fn goes_on(&self) -> bool {
        self.left.get() > 0
    }

    /// The range from `start` to where `end` finds its end.
    fn range(&self, start: usize, end: impl FnOnce() -> usize) -> Range<usize> {
        let end = end();
        self.left.set(self.left.get().saturating_sub(end - start));
        start..end
    }

    /// Where a private key ends that begins before `start`: behind its last line, or with the text.
    fn end_of_key(&self, start: usize) -> usize {
        let text = self.text;
        let end = || {
            let end = text[start..].find("-----END ").map(|at| start + at + "-----END ".len());
            end.map_or(text.len(), |end| text[end..].find("-----").map_or(text.len(), |at| end + at + "-----".len()))
        };
        self.range(start, end).end
    }
}

/// The value that begins here, where it is written down.
fn value(search: &Search<'_>, start: usize) -> Option<Range<usize>> {
    let text = search.text;
    let rest = &text[start..];
    let escaped = rest.starts_with('\\');
    let quote = rest.trim_start_matches('\\').chars().next()?;
    match quote {
        '"' | '\'' => Some(start..start + quoted(rest, quote, escaped)),
        '<' if rest.starts_with("<<") => heredoc(search, start),
        _ => {
            let is_end = |c: char| c.is_whitespace() || ",;}])\"'`".contains(c);
            let range = search.range(start, || rest.find(is_end).map_or(text.len(), |at| start + at));
            let value = &text[range.clone()];
            let open = value.is_empty() || value.starts_with(['[', '{', '(', '$', '%', '|', '>', '#', '=']);
            let plain = matches!(value, "true" | "false" | "null" | "string" | "number" | "bool")
                || value.parse::<f64>().is_ok()
                || value.starts_with("arn:");
            (!open && !plain && !leads_elsewhere(value)).then_some(range)
        }
    }
}

/// Whether what is written without quotes is a reference or a call.
fn leads_elsewhere(value: &str) -> bool {
    let prefix = |fits: fn(char) -> bool| value.find(|c: char| !fits(c)).map(|at| value.split_at(at));
    let reference = prefix(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'));
    let call = prefix(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'));
    let is_start = |c: char| c.is_ascii_lowercase() || c == '_';
    reference.is_some_and(|(root, rest)| {
        root.starts_with(is_start) && rest.strip_prefix('.').is_some_and(|r| r.starts_with(|c| is_start(c) || c == '*'))
    }) || call.is_some_and(|(name, rest)| !name.is_empty() && rest.starts_with('('))
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
    rest.len().min(open + char_boundary(&rest[open..], VALUE_LIMIT))
}

/// A heredoc up to the line that closes it, or to the end of the text.
fn heredoc(search: &Search<'_>, start: usize) -> Option<Range<usize>> {
    let text = search.text;
    let rest = &text[start..];
    let marker_at = rest.trim_start_matches(['<', '-', '~', '\'', '"']);
    let marker: String = marker_at.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect();
    if marker.is_empty() {
        return None;
    }
    let mut at = start + rest.find('\n')? + 1;
    let end = || {
        for line in text[at..].split_inclusive('\n') {
            if line.trim() == marker {
                return at;
            }
            at += line.len();
        }
        text.len()
    };
    Some(search.range(start, end))
}

/// The value that belongs to the name of an entry: behind or before it, within the same braces.
fn partner(search: &Search<'_>, name: Range<usize>) -> Option<Range<usize>> {
    let text = search.text;
    let behind = char_boundary(text, name.end.saturating_add(PAIR_LIMIT));
    let behind = &text[name.end..behind];
    let behind = &behind[..behind.find('}').unwrap_or(behind.len())];
    let is_value = |text: &str, setter: &Setter| names::ends_with(&text[..setter.end], "value");
    let value_of = |start: usize, text_there: &str, setter: Setter| {
        value(search, start + skip(text_there, setter.sign + 1, b" \t"))
    };
    if let Some(found) = setters(behind).find(|setter| is_value(behind, setter)) {
        return value_of(name.end, behind, found);
    }
    let before_start = char_boundary(text, name.start.saturating_sub(PAIR_LIMIT));
    let before = &text[before_start..name.start];
    let from = before.rfind('{').map_or(0, |at| at + 1);
    let before = &before[from..];
    let found = setters(before).filter(|setter| is_value(before, setter)).last()?;
    value_of(before_start + from, before, found)
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
        check("sensitive(sensitive(a.b, password = \"c\"", &["\"c\""]);
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
