//! Records in a text, found by an index of their names.
//!
//! A record is a line that starts in the first column, together with the indented lines below it. Its name is the first
//! word; records are sorted by name, byte by byte. Lines that start with `#` are comments. The index was made at build
//! time.

use super::name_hash;

const COMMENT: char = '#';

/// A text and where its records are.
pub struct Records {
    /// The text.
    pub text: &'static str,
    /// Offsets of its records, in order.
    pub starts: &'static [u32],
    /// The hash of each record's name and the record's position in `starts`, sorted: names are compared in one place and
    /// not at each step of a bisection, which would touch as many places of a text of megabytes.
    pub index: &'static [(u32, u32)],
}

impl Records {
    /// The lines below the first of the record of this name.
    pub fn find(&self, name: &str) -> Option<&'static str> {
        let hash = name_hash::of(name);
        let first = self.index.partition_point(|(known, _)| *known < hash);
        let same = self.index[first..].iter().take_while(|(known, _)| *known == hash);
        let mut positions = same.map(|(_, at)| *at as usize);
        let at = positions.find(|at| name_at(self.text, self.starts[*at] as usize) == name)?;
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

/// The first word of a text and what stands behind its blank. Words are short: to look at each byte takes less than a
/// search.
pub fn word(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| byte == b' ').unwrap_or(text.len());
    (&text[..end], text.get(end + 1..).unwrap_or_default())
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

    // The hashes of the last two names are equal.
    const TEXT: &str =
        "# provider: x 1\n# more\naa\n one\nab\nb third word\n two\n  three\ncostarring\n 4\nliquid\n 5\n";
    const STARTS: &[u32] = &[23, 31, 34, 60, 74];

    fn records() -> Records {
        let names = STARTS.iter().map(|start| name_at(TEXT, *start as usize));
        let mut index: Vec<(u32, u32)> = names.zip(0..).map(|(name, at)| (name_hash::of(name), at)).collect();
        index.sort_unstable();
        Records { text: TEXT, starts: STARTS, index: index.leak() }
    }

    fn check(name: &str, want: Option<&str>) {
        assert_eq!(records().find(name), want, "{name}");
    }

    #[test]
    fn every_record_is_found_and_nothing_else() {
        check("aa", Some(" one\n"));
        check("ab", Some(""));
        check("b", Some(" two\n  three\n"));
        for name in ["", "#", "a", "aaa", "c", "one", " one", "third", "aa\n one", "b third"] {
            check(name, None);
        }
        assert_eq!(Records { text: "", starts: &[], index: &[] }.find("a"), None);
        assert_eq!(records().names().collect::<Vec<_>>(), ["aa", "ab", "b", "costarring", "liquid"]);
    }

    #[test]
    fn names_of_one_hash_are_told_apart() {
        assert_eq!(name_hash::of("costarring"), name_hash::of("liquid"));
        check("costarring", Some(" 4\n"));
        check("liquid", Some(" 5\n"));
    }

    #[test]
    fn header_fields_are_read_from_the_top_only() {
        assert_eq!(header(TEXT, "provider"), Some("x 1"));
        assert_eq!(header(TEXT, "third"), None);
        assert_eq!(header(TEXT, "mor"), None);
    }
}
