//! Texts that are secret, found again wherever they are quoted.

use std::borrow::Cow;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashMap;

use super::{HIDDEN, boundary};
use crate::syntax::Text;

/// Shorter texts are words that mean something else, too: `prod`, `admin`.
const SHORTEST: usize = 6;
/// From this length on a text is a secret also where it stands inside a longer word.
const DISTINCT: usize = 8;
/// Reports cut long values: the beginning of a secret is found by itself.
const BEGINNING: usize = 32;

/// Nothing longer is looked for in names.
const LONGEST_IN_NAMES: usize = 256;

/// Secret texts, ready to be looked for.
#[derive(Clone, Default, Debug)]
pub(super) struct Texts(Option<Arc<Known>>);

#[derive(Debug)]
struct Known {
    beginnings: AhoCorasick,
    /// In the order of the beginnings: the texts that begin so, sorted. Tokens of one kind share long beginnings.
    whole: Vec<Vec<Text>>,
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

    /// Leaves out what is part of a name that the configuration shows everywhere: a module called `example` gives away
    /// nothing, and its address must stay an address.
    pub(super) fn without_names<'n, N: IntoIterator<Item = &'n str>>(mut self, names: impl FnOnce() -> N) -> Builder {
        self.0.sort_unstable();
        self.0.dedup();
        if self.0.is_empty() {
            return self;
        }
        let (short, long): (Vec<Text>, Vec<Text>) = self.0.into_iter().partition(|text| text.len() <= LONGEST_IN_NAMES);
        self.0 = short;
        let Ok(search) = AhoCorasick::new(self.0.iter().map(|text| &**text)) else {
            self.0.extend(long);
            return self;
        };
        let mut public = vec![false; self.0.len()];
        for name in names() {
            search.find_overlapping_iter(name).for_each(|found| public[found.pattern().as_usize()] = true);
        }
        let mut public = public.into_iter();
        self.0.retain(|_| !public.next().unwrap_or_default());
        self.0.extend(long);
        self
    }

    pub(super) fn build(mut self) -> Texts {
        // Of several matches at one place the first wins: the longest.
        self.0.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.0.dedup();
        if self.0.is_empty() {
            return Texts::default();
        }
        let mut whole: Vec<Vec<Text>> = Vec::new();
        let mut positions: FxHashMap<Text, usize> = FxHashMap::default();
        for text in self.0 {
            let at = *positions.entry(beginning(&text).into()).or_insert(whole.len());
            match whole.get_mut(at) {
                Some(alike) => alike.push(text),
                None => whole.push(vec![text]),
            }
        }
        whole.iter_mut().for_each(|alike| alike.sort_unstable());
        let beginnings = whole.iter().map(|alike| beginning(&alike[0]));
        let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(beginnings);
        // It fails for more than the address space holds.
        Texts(built.ok().map(|beginnings| Arc::new(Known { beginnings, whole })))
    }
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
        let Some(known) = &self.0 else { return Cow::Borrowed(text) };
        let mut out = String::new();
        let mut done = 0;
        let mut from = 0;
        while let Some(found) = known.beginnings.find(&text[from..]) {
            let start = from + found.start();
            let end = start + longest_shared(&text[start..], &known.whole[found.pattern()]);
            let distinct = end - start >= DISTINCT || stands_alone(text, start, end);
            if distinct {
                out.push_str(&text[done..start]);
                out.push_str(HIDDEN);
                (done, from) = (end, end);
            } else {
                from = start + text[start..].chars().next().map_or(1, char::len_utf8);
            }
        }
        if done == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[done..]);
        Cow::Owned(out)
    }
}

/// What a text is found by.
fn beginning(text: &str) -> &str {
    &text[..boundary(text, BEGINNING)]
}

/// How long the beginning is that a text has in common with one of these, which are sorted: with a neighbour of the place
/// where it would stand.
fn longest_shared(text: &str, others: &[Text]) -> usize {
    let at = others.partition_point(|other| **other <= *text);
    others[at.saturating_sub(1)..].iter().take(2).map(|other| shared(text, other)).max().unwrap_or(0)
}

/// How long the beginnings are that two texts have in common.
fn shared(a: &str, b: &str) -> usize {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b);
    same.map(|(a, _)| a.len_utf8()).sum()
}

fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    !is_word(text[..start].chars().next_back()) && !is_word(text[end..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let texts = builder.without_names(|| ["example", "terraform_remote_state"]).build();
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
