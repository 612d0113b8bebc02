//! Sorted records in a text, found by bisection without an index.
//!
//! A record is a line that starts in the first column, together with the indented lines below it. Its name is the first
//! word; records are sorted by name, byte by byte. Lines that start with `#` are comments: they sort before any name.

const COMMENT: char = '#';

/// The record of this name: its own spelling of the name, and the lines below the first.
pub fn find<'t>(text: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    if name.starts_with(COMMENT) {
        return None;
    }
    let (mut low, mut high) = (0, text.len());
    while low < high {
        let start = start_of_record(text, low, low + (high - low) / 2);
        let (found, body, end) = record_at(text, start);
        match found.cmp(name) {
            std::cmp::Ordering::Equal => return Some((found, body)),
            std::cmp::Ordering::Less => low = end,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
}

/// All records in order, comments left out.
pub fn all(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let (name, body, end) = record_at(text, at);
            at = end;
            if !name.starts_with(COMMENT) {
                return Some((name, body));
            }
        }
        None
    })
}

/// What stands behind `# field: ` in the comments at the top of the text.
pub fn header<'t>(text: &'t str, field: &str) -> Option<&'t str> {
    headers(text, field).next()
}

/// What stands behind each `# field: ` in the comments at the top of the text.
pub fn headers<'t>(text: &'t str, field: &str) -> impl Iterator<Item = &'t str> {
    text.lines()
        .map_while(|line| line.strip_prefix(COMMENT))
        .filter_map(move |line| line.trim_start().strip_prefix(field)?.strip_prefix(':').map(str::trim))
}

/// The start of the record around `at`; `low` is itself the start of one.
fn start_of_record(text: &str, low: usize, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut start = at;
    while start > low && !(bytes[start - 1] == b'\n' && is_name(bytes[start])) {
        start -= 1;
    }
    start
}

/// Name, body and end of the record that starts here.
fn record_at(text: &str, start: usize) -> (&str, &str, usize) {
    let line_end = text[start..].find('\n').map_or(text.len(), |found| start + found + 1);
    let name = text[start..line_end].split_whitespace().next().unwrap_or_default();
    let mut end = line_end;
    while end < text.len() && !is_name(text.as_bytes()[end]) {
        end = text[end..].find('\n').map_or(text.len(), |found| end + found + 1);
    }
    (name, &text[line_end..end], end)
}

fn is_name(first: u8) -> bool {
    !first.is_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# provider: x 1\n# more\naa\n one\nab\nb third word\n two\n  three\n";

    fn check(name: &str, want: Option<&str>) {
        assert_eq!(find(TEXT, name).map(|(_, body)| body), want, "{name}");
    }

    #[test]
    fn every_record_is_found_and_nothing_else() {
        check("aa", Some(" one\n"));
        check("ab", Some(""));
        check("b", Some(" two\n  three\n"));
        for name in ["", "#", "a", "aaa", "c", "one", " one", "third"] {
            check(name, None);
        }
        assert_eq!(find("", "a"), None);
        assert_eq!(all(TEXT).map(|(name, _)| name).collect::<Vec<_>>(), ["aa", "ab", "b"]);
    }

    #[test]
    fn header_fields_are_read_from_the_top_only() {
        assert_eq!(header(TEXT, "provider"), Some("x 1"));
        assert_eq!(header(TEXT, "third"), None);
        assert_eq!(header(TEXT, "mor"), None);
    }
}
