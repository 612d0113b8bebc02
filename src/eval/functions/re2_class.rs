//! Characters of Go's regular expressions: classes in brackets, escapes, Unicode properties, POSIX names.
//!
//! Every character and class comes out in a form that the `regex` crate cannot read as anything else.

/// Code points from the first to the second, both included.
type Ranges = &'static [(char, char)];

const DIGIT: Ranges = &[('0', '9')];
const SPACE: Ranges = &[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')];
const WORD: Ranges = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

/// The classes named `[:name:]`.
const POSIX: &[(&str, Ranges)] = &[
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("ascii", &[('\0', '\x7f')]),
    ("blank", &[('\t', '\t'), (' ', ' ')]),
    ("cntrl", &[('\0', '\x1f'), ('\x7f', '\x7f')]),
    ("digit", DIGIT),
    ("graph", &[('!', '~')]),
    ("lower", &[('a', 'z')]),
    ("print", &[(' ', '~')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("space", &[('\t', '\r'), (' ', ' ')]),
    ("upper", &[('A', 'Z')]),
    ("word", WORD),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

/// Names of general categories; any other name of a property is that of a script.
const CATEGORIES: &[&str] = &[
    "C", "Cc", "Cf", "Cn", "Co", "Cs", "L", "LC", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl",
    "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

/// A class that contains nothing.
const NOTHING: &str = r"[^\x{0}-\x{10FFFF}]";

/// Writes one character so that it stands for itself, inside and outside of classes.
pub(super) fn push_char(c: char, out: &mut String) {
    match c.is_ascii_alphanumeric() || !c.is_ascii() {
        true => out.push(c),
        false => out.push_str(&format!(r"\x{{{:X}}}", u32::from(c))),
    }
}

/// Translates the escape that `text` begins with (outside of a class) and gives the text behind it.
pub(super) fn translate_escape<'p>(text: &'p str, out: &mut String) -> Result<&'p str, String> {
    if let Some(rest) = named_class(text, out)? {
        return Ok(rest);
    }
    let (code, rest) = unescape(text)?;
    match char::from_u32(code) {
        Some(c) => push_char(c, out),
        None => out.push_str(NOTHING),
    }
    Ok(rest)
}

/// Translates the bracketed class that `text` begins with and gives the text behind it.
pub(super) fn translate<'p>(text: &'p str, out: &mut String) -> Result<&'p str, String> {
    let missing = || "missing closing `]`".to_owned();
    let mut rest = &text[1..];
    out.push('[');
    if let Some(negated) = rest.strip_prefix('^') {
        out.push('^');
        rest = negated;
    }
    let mut first = true;
    let mut empty = true;
    loop {
        if !first && let Some(end) = rest.strip_prefix(']') {
            if empty {
                out.push_str(NOTHING);
            }
            out.push(']');
            return Ok(end);
        }
        first = false;
        if let Some(after) = posix_class(rest, out)? {
            (rest, empty) = (after, false);
            continue;
        }
        if let Some(after) = named_class(rest, out)? {
            (rest, empty) = (after, false);
            continue;
        }
        let range = rest;
        let (low, after) = class_char(rest)?.ok_or_else(missing)?;
        rest = after;
        let mut high = low;
        if let Some(after) = rest.strip_prefix('-').filter(|t| !t.is_empty() && !t.starts_with(']')) {
            (high, rest) = class_char(after)?.ok_or_else(missing)?;
        }
        if high < low {
            let range = &range[..range.len() - rest.len()];
            return Err(format!("invalid character class range `{range}`"));
        }
        empty &= !push_range(low, high, out);
    }
}

/// A character in a class: itself or an escape of one.
fn class_char(text: &str) -> Result<Option<(u32, &str)>, String> {
    match text.chars().next() {
        None => Ok(None),
        Some('\\') => unescape(text).map(Some),
        Some(c) => Ok(Some((u32::from(c), &text[c.len_utf8()..]))),
    }
}

/// Writes a range without the surrogates, which are no characters; false where nothing remains.
fn push_range(low: u32, high: u32, out: &mut String) -> bool {
    let low = if (0xD800..0xE000).contains(&low) { 0xE000 } else { low };
    let high = if (0xD800..0xE000).contains(&high) { 0xD7FF } else { high };
    if low <= high {
        out.push_str(&format!(r"\x{{{low:X}}}-\x{{{high:X}}}"));
    }
    low <= high
}

fn push_ranges(ranges: Ranges, negated: bool, out: &mut String) {
    out.push_str(if negated { "[^" } else { "[" });
    for (low, high) in ranges {
        push_range(u32::from(*low), u32::from(*high), out);
    }
    out.push(']');
}

/// `[:alpha:]` or `[:^alpha:]` inside of a class.
fn posix_class<'p>(text: &'p str, out: &mut String) -> Result<Option<&'p str>, String> {
    let Some(inner) = text.strip_prefix("[:") else { return Ok(None) };
    let Some((name, rest)) = inner.split_once(":]") else { return Ok(None) };
    let (negated, plain) = name.strip_prefix('^').map_or((false, name), |n| (true, n));
    match POSIX.iter().find(|(n, _)| *n == plain) {
        Some((_, ranges)) => push_ranges(ranges, negated, out),
        None => return Err(format!("invalid character class range `[:{name}:]`")),
    }
    Ok(Some(rest))
}

/// `\d` and its kin, `\pN` and `\p{Greek}`.
fn named_class<'p>(text: &'p str, out: &mut String) -> Result<Option<&'p str>, String> {
    let Some(escaped) = text.strip_prefix('\\') else { return Ok(None) };
    let (ranges, negated) = match escaped.as_bytes().first() {
        Some(b'd') => (DIGIT, false),
        Some(b'D') => (DIGIT, true),
        Some(b's') => (SPACE, false),
        Some(b'S') => (SPACE, true),
        Some(b'w') => (WORD, false),
        Some(b'W') => (WORD, true),
        Some(b'p' | b'P') => return property(escaped, out).map(Some),
        _ => return Ok(None),
    };
    push_ranges(ranges, negated, out);
    Ok(Some(&escaped[1..]))
}

/// A property of Unicode, from its `p` or `P`.
fn property<'p>(text: &'p str, out: &mut String) -> Result<&'p str, String> {
    let invalid = |end: usize| format!(r"invalid character class range `\{}`", &text[..end]);
    let mut negated = text.starts_with('P');
    let rest = &text[1..];
    let (name, rest) = match rest.strip_prefix('{') {
        Some(braced) => braced.split_once('}').ok_or_else(|| invalid(text.len()))?,
        None => {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            rest.split_at(length)
        }
    };
    let end = text.len() - rest.len();
    let name = name.strip_prefix('^').map_or(name, |plain| {
        negated = !negated;
        plain
    });
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphabetic() || b" _-".contains(&b)) {
        return Err(invalid(end));
    }
    out.push_str(if negated { "[^" } else { "[" });
    match name {
        "Any" => out.push_str(r"\x{0}-\x{10FFFF}"),
        "ASCII" => out.push_str(r"\x{0}-\x{7F}"),
        "Assigned" => out.push_str(r"\P{gc=Cn}"),
        // Without the unassigned ones, which Go leaves out of this category.
        "C" => out.push_str(r"\p{gc=Cc}\p{gc=Cf}\p{gc=Co}"),
        "Cs" => out.push_str(NOTHING),
        _ if CATEGORIES.contains(&name) => out.push_str(&format!(r"\p{{gc={name}}}")),
        _ if known(&format!(r"\p{{sc={name}}}")) => out.push_str(&format!(r"\p{{sc={name}}}")),
        _ if known(&format!(r"\p{{gc={name}}}")) => out.push_str(&format!(r"\p{{gc={name}}}")),
        _ => return Err(invalid(end)),
    }
    out.push(']');
    Ok(rest)
}

/// Whether the `regex` crate knows this property.
fn known(pattern: &str) -> bool {
    regex::Regex::new(pattern).is_ok()
}

/// The code point of the escape that `text` begins with, and the text behind it.
fn unescape(text: &str) -> Result<(u32, &str), String> {
    let escaped = &text[1..];
    let Some(c) = escaped.chars().next() else { return Err("trailing backslash at end of expression".into()) };
    let rest = &escaped[c.len_utf8()..];
    let invalid = || format!(r"invalid escape sequence `\{c}`");
    let code = match c {
        'a' => 0x07,
        'f' => 0x0c,
        'n' => 0x0a,
        'r' => 0x0d,
        't' => 0x09,
        'v' => 0x0b,
        'x' => return hexadecimal(rest).ok_or_else(invalid),
        // One digit other than zero would be a reference back to a group, which Go does not have.
        '1'..='7' if !rest.starts_with(|d| ('0'..='7').contains(&d)) => return Err(invalid()),
        '0'..='7' => {
            let digits = escaped.bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
            let (digits, rest) = escaped.split_at(digits);
            return u32::from_str_radix(digits, 8).map(|code| (code, rest)).map_err(|_| invalid());
        }
        _ if c.is_ascii() && !c.is_ascii_alphanumeric() => u32::from(c),
        _ => return Err(invalid()),
    };
    Ok((code, rest))
}

/// What follows `\x`: two digits, or any number of them in braces.
fn hexadecimal(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = match text.strip_prefix('{') {
        Some(braced) => braced.split_once('}')?,
        None => text.split_at_checked(2)?,
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let code = u32::from_str_radix(digits.trim_start_matches('0'), 16);
    let code = if digits.bytes().all(|b| b == b'0') { 0 } else { code.ok()? };
    (code <= u32::from(char::MAX)).then_some((code, rest))
}
