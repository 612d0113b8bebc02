//! Escapes of JSON strings, with the place of each byte of the result.

use std::ops::Range;

/// The text that a string's content stands for, and where each of its bytes (and its end) stands in the file, given
/// the content's own place. Fails with the place of an escape that JSON has not.
pub(super) fn unescape(raw: &str, offset: usize) -> Result<(String, Vec<u32>), Range<usize>> {
    let mut text = String::with_capacity(raw.len());
    let mut places = Vec::with_capacity(raw.len() + 1);
    let mut at = 0;
    while let Some(c) = raw[at..].chars().next() {
        let (c, length) =
            if c == '\\' { escape(&raw[at..]).map_err(|n| at + offset..at + offset + n)? } else { (c, c.len_utf8()) };
        // A character of several bytes stands wholly at its first one.
        places.extend(std::iter::repeat_n((offset + at) as u32, c.len_utf8()));
        text.push(c);
        at += length;
    }
    places.push((offset + at) as u32);
    Ok((text, places))
}

/// Whether all escapes of a string's content are some that JSON has; fails as [`unescape`] does.
pub(super) fn check_escapes(raw: &str, offset: usize) -> Result<(), Range<usize>> {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &raw.as_bytes()[at..]) {
        at += found;
        let (_, length) = escape(&raw[at..]).map_err(|n| at + offset..at + offset + n)?;
        at += length;
    }
    Ok(())
}

/// The character of the escape that begins a text, and the escape's length.
fn escape(text: &str) -> Result<(char, usize), usize> {
    let simple = |c| Ok((c, 2));
    match text.as_bytes().get(1) {
        Some(b'"') => simple('"'),
        Some(b'\\') => simple('\\'),
        Some(b'/') => simple('/'),
        Some(b'b') => simple('\u{8}'),
        Some(b'f') => simple('\u{c}'),
        Some(b'n') => simple('\n'),
        Some(b'r') => simple('\r'),
        Some(b't') => simple('\t'),
        Some(b'u') => unicode(text),
        _ => Err(1 + text.chars().nth(1).map_or(0, char::len_utf8)),
    }
}

/// `\uXXXX`, or two of them that make one character. Half a pair is no character.
fn unicode(text: &str) -> Result<(char, usize), usize> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
    };
    let first = unit(0).ok_or(2_usize)?;
    let pair = [first, unit(6).unwrap_or(0)];
    match char::decode_utf16(pair).next() {
        Some(Ok(c)) => Ok((c, if c > '\u{ffff}' { 12 } else { 6 })),
        _ => Ok(('\u{fffd}', 6)),
    }
}
