//! Texts that are secret, found again wherever they are quoted.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::HIDDEN;
use super::shown::Names;
use crate::source::char_boundary;
use crate::syntax::Text;

/// Shorter texts are words that mean something else, too: `prod`, `admin`. In characters, so that no text has fewer bytes.
const SHORTEST: usize = 6;
/// From this length on a text is a secret also where it stands inside a longer word.
const DISTINCT: usize = 8;
/// Reports cut long values: so many bytes at the beginning of a secret are found by themselves.
const BEGINNING: usize = 32;

/// Secret texts, ready to be looked for.
#[derive(Clone, Default, Debug)]
pub(super) struct Texts(Option<Arc<Gathered>>);

/// What may be secret, and what of it is.
#[derive(Debug)]
struct Gathered {
    all: Known,
    /// Where names are found that the configuration shows everywhere.
    names: Names,
    /// What is no part of such a name. Most reports quote nothing that could be secret, and then nobody asks.
    secret: OnceLock<Option<Known>>,
}

/// Gathers them.
#[derive(Default)]
pub(super) struct Builder(Vec<Text>);

impl Builder {
    /// Adds a text, line by line: what is quoted of a text of several lines is one of them.
    pub(super) fn add(&mut self, text: &str) {
        for line in text.split(['\n', '\r']).map(str::trim) {
            if line.chars().count() >= SHORTEST && !is_common(line) {
                self.0.push(line.into());
                let escaped = line.replace('\\', "\\\\").replace('"', "\\\"");
                if escaped != line {
                    self.0.push(escaped.into());
                }
            }
        }
    }

    /// What was added, but for what is part of one of these names, which the configuration shows everywhere: a module
    /// called `example` gives away nothing, and its address must stay an address.
    pub(super) fn build(mut self, names: Names) -> Texts {
        self.0.sort_unstable();
        self.0.dedup();
        let gathered = |texts| Arc::new(Gathered { all: Known::of(texts), names, secret: OnceLock::new() });
        Texts(Some(self.0).filter(|texts| !texts.is_empty()).map(gathered))
    }
}

impl Gathered {
    /// What to look for in a text.
    fn for_text(&self, text: &str) -> Option<&Known> {
        self.all.places(text).any(|at| self.all.length_at_start(&text[at..]).is_some()).then(|| self.secret())?
    }

    fn secret(&self) -> Option<&Known> {
        let secret = || {
            let mut public = vec![false; self.all.texts.len()];
            self.names.for_each(|name| self.all.mark_parts(name, &mut public));
            let texts = self.all.texts.iter().zip(public).filter(|(_, public)| !public);
            let texts: Vec<Text> = texts.map(|(text, _)| text.clone()).collect();
            (!texts.is_empty()).then(|| Known::of(texts))
        };
        self.secret.get_or_init(secret).as_ref()
    }
}

/// Texts that are looked for. Very much is searched and little is found, so that a glance tells most places.
#[derive(Debug)]
struct Known {
    /// In order, once each.
    texts: Vec<Text>,
    /// For each the longest other one that it begins with.
    shorter: Vec<Option<usize>>,
    beginnings: Beginnings,
}

impl Known {
    fn of(texts: Vec<Text>) -> Known {
        let mut shorter = Vec::with_capacity(texts.len());
        let mut beginnings = Beginnings::default();
        for (at, text) in texts.iter().enumerate() {
            // What a text begins with stands before it, and so does all else that begins like that.
            let mut before = at.checked_sub(1);
            while let Some(other) = before.filter(|other| !text.starts_with(&*texts[*other])) {
                before = shorter[other];
            }
            shorter.push(before);
            beginnings.add(text);
        }
        Known { texts, shorter, beginnings }
    }

    /// Where one of them may begin within a text.
    fn places<'t>(&'t self, text: &'t str) -> impl Iterator<Item = usize> + 't {
        self.beginnings.places(text).filter(|at| text.is_char_boundary(*at))
    }

    /// Marks those that a name has in it.
    fn mark_parts(&self, name: &str, found: &mut [bool]) {
        for at in self.places(name) {
            let mut part = self.longest(&name[at..], self.position(&name[at..]));
            while let Some(text) = part.filter(|text| !std::mem::replace(&mut found[*text], true)) {
                part = self.shorter[text];
            }
        }
    }

    /// How many bytes at the beginning of a text are a secret, or the beginning of one.
    fn length_at_start(&self, text: &str) -> Option<usize> {
        let position = self.position(text);
        // The next ones in order have the longest beginnings in common with it.
        let near = &self.texts[position.saturating_sub(1)..];
        let cut = near.iter().take(2).map(|other| shared(text, other)).max().filter(|length| *length >= BEGINNING);
        let whole = || self.longest(text, position).map(|found| self.texts[found].len());
        cut.map(|length| char_boundary(text, length)).or_else(whole)
    }

    /// Where a text would stand behind all that are not greater.
    fn position(&self, text: &str) -> usize {
        self.texts.partition_point(|other| **other <= *text)
    }

    /// The longest that a text begins with; it would stand at this position.
    fn longest(&self, text: &str, position: usize) -> Option<usize> {
        let mut found = position.checked_sub(1);
        while let Some(other) = found.filter(|other| !text.starts_with(&*self.texts[*other])) {
            found = self.shorter[other];
        }
        found
    }
}

/// A set of numbers that are made of the first bytes of texts. Others may have the same number.
#[derive(Debug)]
struct Beginnings(Box<[u64; BITS / 64]>);

/// Of a few hundred texts one place in a hundred is looked at in vain.
const BITS: usize = 1 << 16;

impl Default for Beginnings {
    fn default() -> Beginnings {
        Beginnings(Box::new([0; BITS / 64]))
    }
}

impl Beginnings {
    fn add(&mut self, text: &str) {
        let bytes = text.bytes().take(SHORTEST).fold(0, with_byte);
        let number = number(bytes);
        self.0[number / 64] |= 1 << (number % 64);
    }

    /// Where one of the texts may begin within another.
    fn places(&self, text: &str) -> impl Iterator<Item = usize> {
        let (first, rest) = text.as_bytes().split_at(text.len().min(SHORTEST - 1));
        let mut last = first.iter().copied().fold(0, with_byte);
        let may_begin = move |(at, byte): (usize, &u8)| {
            last = with_byte(last, *byte);
            let number = number(last);
            (self.0[number / 64] >> (number % 64) & 1 == 1).then_some(at)
        };
        rest.iter().enumerate().filter_map(may_begin)
    }
}

/// The last bytes of a text, one more of them.
fn with_byte(last: u64, byte: u8) -> u64 {
    (last << 8 | u64::from(byte)) & ((1 << (8 * SHORTEST)) - 1)
}

/// A number below [`BITS`] that depends on all these bytes.
fn number(bytes: u64) -> usize {
    (bytes.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS.ilog2())) as usize % BITS
}

/// Words that are no secrets, although they may stand where one is expected.
fn is_common(text: &str) -> bool {
    let lower = text.to_lowercase();
    let placeholder = lower.bytes().all(|b| b == lower.as_bytes()[0]);
    placeholder || ["production", "staging", "development", "default", "disabled", "enabled"].contains(&&*lower)
}

impl Texts {
    /// The text with something else in the place of each secret.
    pub(super) fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(known) = self.0.as_ref().and_then(|gathered| gathered.for_text(text)) else {
            return Cow::Borrowed(text);
        };
        let mut out = String::new();
        let mut done = 0;
        for start in known.places(text) {
            if start < done {
                continue;
            }
            let Some(length) = known.length_at_start(&text[start..]) else { continue };
            if length >= DISTINCT || stands_alone(text, start, start + length) {
                out.push_str(&text[done..start]);
                out.push_str(HIDDEN);
                done = start + length;
            }
        }
        if done == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[done..]);
        Cow::Owned(out)
    }
}

/// How many bytes at the beginning two texts have in common.
fn shared(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    !is_word(text[..start].chars().next_back()) && !is_word(text[end..].chars().next())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::SourceMap;
    use crate::syntax;

    fn check_names(texts: &Texts) {
        let address = "data.terraform_remote_state.env";
        assert_eq!(texts.hide(address), address);
    }

    #[test]
    fn secrets_are_found_wherever_they_are_quoted() {
        let long = "a-very-long-secret-of-which-a-report-shows-the-beginning-only";
        let mut builder = Builder::default();
        for text in ["hunter2", "s3cr3t-1234", "quo\"ted-1", long, "first line\nsecond line", "short", "111111"] {
            builder.add(text);
        }
        for end in ["-other-end", "-second-end", "-and-one-more-end-that-is-longer-than-all-the-others"] {
            builder.add(&format!("{}{end}", &long[..40]));
        }
        builder.add("terraform");
        let sources = Arc::new(SourceMap::new());
        let file = sources.add(Path::new("a.tf"), "a.tf", "data \"terraform_remote_state\" \"example\" {}");
        let documents = vec![Arc::new(syntax::parse(file.id, &file.text))];
        let texts = builder.build(Names { documents, sources });
        check_names(&texts);
        let check = |text: &str, expected: &str| assert_eq!(texts.hide(text), expected);
        check("nothing", "nothing");
        check("it is \"hunter2\"", "it is \"(sensitive)\"");
        check("hunter2x hunter2", "hunter2x (sensitive)");
        check("xs3cr3t-1234x", "x(sensitive)x");
        check(r#"a "quo\"ted-1" b"#, r#"a "(sensitive)" b"#);
        check(&format!("{}…", &long[..50]), "(sensitive)…");
        check(&format!("{}-other-end", &long[..40]), "(sensitive)");
        check(&format!("{}-second-end", &long[..40]), "(sensitive)");
        check("first line␊second line", "(sensitive)␊(sensitive)");
        check("short 111111", "short 111111");
        assert!(matches!(Texts::default().hide("hunter2"), Cow::Borrowed("hunter2")));
    }
}
