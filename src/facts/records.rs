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
    // The record at `low` does not come behind the name, and none that starts from `high` on comes before it.
    let (mut low, mut high) = (0, text.len());
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        match next_record(text, middle, high) {
            Some(start) if name_at(text, start) <= name => low = start,
            Some(start) => high = start,
            None => high = middle,
        }
    }
    let (found, body, _) = record_at(text, low);
    (found == name && !name.is_empty()).then_some((found, body))
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

/// Where the next record starts, from `at` on, if that is before `end`.
fn next_record(text: &str, at: usize, end: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let breaks = memchr::memchr_iter(b'\n', bytes.get(at.saturating_sub(1)..end)?);
    let starts = breaks.map(|found| at.saturating_sub(1) + found + 1);
    starts.take_while(|start| *start < end).find(|start| is_name(bytes[*start]))
}

/// The name of the record that starts here.
fn name_at(text: &str, start: usize) -> &str {
    text.get(start..).and_then(|rest| rest.split_whitespace().next()).unwrap_or_default()
}

/// Name, body and end of the record that starts here.
fn record_at(text: &str, start: usize) -> (&str, &str, usize) {
    let line_end = text[start..].find('\n').map_or(text.len(), |found| start + found + 1);
    let end = next_record(text, line_end, text.len()).unwrap_or(text.len());
    (name_at(text, start), &text[line_end..end], end)
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
