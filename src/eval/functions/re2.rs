//! Regular expressions of Go's `regexp` package, in the syntax of the `regex` crate.
//!
//! The two are near relatives, so this is a translation and no engine: what Go refuses is refused (`a**`, lookaround,
//! `\h`), what Go reads differently is rewritten (`\d` is ASCII, `&&` in a class is two ampersands, `\101` is octal).
//! Knows nothing of values.

use super::re2_class as class;

/// Repetition counts beyond this are refused, also as a product of nested ones.
const MAX_COUNT: u32 = 1000;
/// Groups may not nest deeper.
const MAX_DEPTH: usize = 250;

/// A pattern translated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Translated {
    /// The pattern for the `regex` crate; its groups are all unnamed.
    pub pattern: String,
    /// For each group, in order, its name where it has one.
    pub groups: Vec<Option<String>>,
}

/// Translates a pattern, or says what Go would refuse in it.
pub(super) fn translate(pattern: &str) -> Result<Translated, String> {
    let mut translator =
        Translator { rest: pattern, out: String::new(), groups: Vec::new(), open: vec![Group::default()], atom: None };
    translator.run()?;
    Ok(Translated { pattern: translator.out, groups: translator.groups })
}

/// A group that is still open, the whole pattern being the outermost.
#[derive(Default)]
struct Group {
    /// The largest product of nested repetition counts inside so far.
    count: u32,
}

/// What a following repetition operator would apply to.
#[derive(Clone, Copy)]
struct Atom {
    /// The largest product of nested repetition counts in it.
    count: u32,
    /// It is a repetition already, so that another operator is an error.
    repeated: bool,
}

struct Translator<'p> {
    rest: &'p str,
    out: String,
    groups: Vec<Option<String>>,
    open: Vec<Group>,
    atom: Option<Atom>,
}

impl<'p> Translator<'p> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(c) = self.rest.chars().next() {
            match c {
                '(' => self.open_group()?,
                ')' => self.close_group()?,
                '[' => {
                    self.rest = class::translate(self.rest, &mut self.out)?;
                    self.put_atom(1);
                }
                '\\' => self.escape()?,
                '*' | '+' | '?' => self.repeat(1, None)?,
                '{' => match counts(self.rest)? {
                    Some((length, count)) => self.repeat(length, Some(count))?,
                    None => self.literal(c),
                },
                '|' => {
                    self.take(1);
                    self.atom = None;
                }
                '.' | '^' | '$' => {
                    self.take(1);
                    self.put_atom(1);
                }
                _ => self.literal(c),
            }
        }
        match self.open.len() {
            1 => Ok(()),
            _ => Err("missing closing `)`".into()),
        }
    }

    /// Copies the next bytes as they are.
    fn take(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at(bytes);
        self.out.push_str(taken);
        self.rest = rest;
    }

    fn literal(&mut self, c: char) {
        self.rest = &self.rest[c.len_utf8()..];
        class::push_char(c, &mut self.out);
        self.put_atom(1);
    }

    fn put_atom(&mut self, count: u32) {
        self.atom = Some(Atom { count, repeated: false });
        if let Some(group) = self.open.last_mut() {
            group.count = group.count.max(count);
        }
    }

    fn repeat(&mut self, length: usize, count: Option<Count>) -> Result<(), String> {
        let operator = &self.rest[..length];
        let atom = match self.atom {
            None => return Err(format!("missing argument to repetition operator `{operator}`")),
            Some(atom) if atom.repeated => return Err(format!("invalid nested repetition operator `{operator}`")),
            Some(atom) => atom,
        };
        let factor = match count {
            None => 1,
            Some(Count { max: Some(max), .. }) => max,
            Some(Count { min, max: None }) => min,
        };
        // Nothing inside `{0}` counts.
        let product = if factor == 0 { 1 } else { factor * atom.count };
        if product > MAX_COUNT {
            return Err(format!("invalid repeat count `{operator}`"));
        }
        self.take(length);
        if self.rest.starts_with('?') {
            self.take(1);
        }
        self.put_atom(product);
        self.atom = Some(Atom { count: product, repeated: true });
        Ok(())
    }

    fn open_group(&mut self) -> Result<(), String> {
        if self.open.len() > MAX_DEPTH {
            return Err("the expression nests too deeply".into());
        }
        let Some(body) = self.rest.strip_prefix("(?") else {
            self.take(1);
            self.groups.push(None);
            return self.enter();
        };
        if let Some(named) = body.strip_prefix("P<").or_else(|| body.strip_prefix('<')) {
            return self.named_group(named);
        }
        self.flags(body)
    }

    fn enter(&mut self) -> Result<(), String> {
        self.open.push(Group::default());
        self.atom = None;
        Ok(())
    }

    fn named_group(&mut self, body: &'p str) -> Result<(), String> {
        let (name, rest) = body.split_once('>').unwrap_or((body, ""));
        let valid = !name.is_empty() && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
        if !valid || name.len() == body.len() {
            return Err(format!("invalid named capture `{name}`"));
        }
        if self.groups.iter().flatten().any(|n| n == name) {
            return Err(format!("duplicate capture group name `{name}`"));
        }
        self.groups.push(Some(name.to_owned()));
        self.rest = rest;
        self.out.push('(');
        self.enter()
    }

    /// `(?flags)`, which changes the rest of the group, or `(?flags:`, which opens one that captures nothing.
    fn flags(&mut self, body: &'p str) -> Result<(), String> {
        let invalid = || "invalid or unsupported Perl syntax after `(?`".to_owned();
        let end = body.find([':', ')']).ok_or_else(invalid)?;
        let flags = &body[..end];
        let (set, cleared) = flags.split_once('-').unwrap_or((flags, "i"));
        if cleared.is_empty() || !set.chars().chain(cleared.chars()).all(|c| "imsU".contains(c)) {
            return Err(invalid());
        }
        self.rest = &body[end + 1..];
        let mut seen = String::new();
        let (before, after) = flags.split_once('-').unwrap_or((flags, ""));
        self.out.push_str("(?");
        // A flag may be repeated in Go, and cleared after it was set; the last word counts.
        for c in before.chars().filter(|c| !after.contains(*c)) {
            if !seen.contains(c) {
                seen.push(c);
                self.out.push(c);
            }
        }
        let mut cleared = String::new();
        for c in after.chars() {
            if !cleared.contains(c) {
                cleared.push(c);
            }
        }
        if !cleared.is_empty() {
            self.out.push('-');
            self.out.push_str(&cleared);
        }
        if body.as_bytes()[end] == b':' {
            self.out.push(':');
            return self.enter();
        }
        match flags.is_empty() {
            // The `regex` crate has no empty list of flags.
            true => self.out.push_str(":)"),
            false => self.out.push(')'),
        }
        self.atom = None;
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), String> {
        if self.open.len() == 1 {
            return Err("unexpected `)`".into());
        }
        let count = self.open.pop().map_or(1, |g| g.count.max(1));
        self.take(1);
        self.put_atom(count);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(c) = self.rest[1..].chars().next() else {
            return Err("trailing backslash at end of expression".into());
        };
        match c {
            'A' | 'z' => {
                self.take(2);
                self.put_atom(1);
            }
            'b' | 'B' => {
                self.rest = &self.rest[2..];
                self.out.push_str(if c == 'b' { r"(?-u:\b)" } else { r"(?-u:\B)" });
                self.put_atom(1);
            }
            'Q' => {
                let quoted = &self.rest[2..];
                let (text, rest) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
                for c in text.chars() {
                    class::push_char(c, &mut self.out);
                    self.put_atom(1);
                }
                self.rest = rest;
            }
            _ => {
                self.rest = class::translate_escape(self.rest, &mut self.out)?;
                self.put_atom(1);
            }
        }
        Ok(())
    }
}

/// `{min}`, `{min,}`, `{min,max}`
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Count {
    min: u32,
    max: Option<u32>,
}

/// The counts that `text` begins with and their length; `None` where the brace is a literal one.
fn counts(text: &str) -> Result<Option<(usize, Count)>, String> {
    let Some(end) = text.find('}') else { return Ok(None) };
    let inner = &text[1..end];
    let (min, max) = match inner.split_once(',') {
        None => (number(inner), Some(number(inner))),
        Some((min, "")) => (number(min), None),
        Some((min, max)) => (number(min), Some(number(max))),
    };
    let (Some(min), false) = (min, max == Some(None)) else { return Ok(None) };
    let max = max.flatten();
    if min > MAX_COUNT || max.is_some_and(|max| max > MAX_COUNT || max < min) {
        return Err(format!("invalid repeat count `{}`", &text[..=end]));
    }
    Ok(Some((end + 1, Count { min, max })))
}

/// A count: digits without leading zeros. Too many digits are merely too large.
fn number(digits: &str) -> Option<u32> {
    let leading_zero = digits.len() > 1 && digits.starts_with('0');
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    (all_digits && !leading_zero).then(|| digits.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
#[path = "re2_tests.rs"]
mod tests;
