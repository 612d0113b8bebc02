//! Sorted records in a text, found by bisection.
//!
//! A record is a line that starts in the first column, together with the indented lines below it. Its name is the first
//! word; records are sorted by name, byte by byte. Lines that start with `#` are comments. Where records begin was found
//! out at build time.

const COMMENT: char = '#';

/// A text and where each of its records begins, in order.
pub struct Records {
    /// The text.
    pub text: &'static str,
    /// Offsets of its records.
    pub starts: &'static [u32],
}

impl Records {
    /// The lines below the first of the record of this name.
    pub fn find(&self, name: &str) -> Option<&'static str> {
        let at = self.starts.binary_search_by(|start| name_at(self.text, *start as usize).cmp(name)).ok()?;
        Some(self.body(at))
    }

    /// The names of all records, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.starts.iter().map(|start| name_at(self.text, *start as usize))
    }

    fn body(&self, at: usize) -> &'static str {
        let end = self.starts.get(at + 1).map_or(self.text.len(), |next| *next as usize);
        let record = &self.text[self.starts[at] as usize..end];
        record.split_once('\n').map_or("", |(_, body)| body)
    }
}

/// The first word of the line that begins here.
fn name_at(text: &'static str, start: usize) -> &'static str {
    let rest = &text[start..];
    let length = rest.bytes().position(|byte| byte.is_ascii_whitespace());
    &rest[..length.unwrap_or(rest.len())]
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

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# provider: x 1\n# more\naa\n one\nab\nb third word\n two\n  three\n";
    const RECORDS: Records = Records { text: TEXT, starts: &[23, 31, 34] };

    fn check(name: &str, want: Option<&str>) {
        assert_eq!(RECORDS.find(name), want, "{name}");
    }

    #[test]
    fn every_record_is_found_and_nothing_else() {
        check("aa", Some(" one\n"));
        check("ab", Some(""));
        check("b", Some(" two\n  three\n"));
        for name in ["", "#", "a", "aaa", "c", "one", " one", "third"] {
            check(name, None);
        }
        assert_eq!(Records { text: "", starts: &[] }.find("a"), None);
        assert_eq!(RECORDS.names().collect::<Vec<_>>(), ["aa", "ab", "b"]);
    }

    #[test]
    fn header_fields_are_read_from_the_top_only() {
        assert_eq!(header(TEXT, "provider"), Some("x 1"));
        assert_eq!(header(TEXT, "third"), None);
        assert_eq!(header(TEXT, "mor"), None);
    }
}
