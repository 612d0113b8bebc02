//! Comments that speak to tfcheck: `# tfcheck:ignore[rule-a, rule-b] until=2027-01-31 reason`.
//!
//! One grammar for every place and every kind of comment. Knows neither which rules there are nor what day it is; what
//! looks like such a comment and is none is a problem, so that nobody believes in a silence that is not there. Entry
//! point: [`ignores`].

use super::ast::{Comment, Document, Ident, Text};
use crate::source::{FileId, Problem, ProblemKind, Span};

/// A comment that asks for silence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ignore {
    /// The comment it stands in.
    pub comment: Comment,
    /// From `tfcheck:` to the closing bracket.
    pub span: Span,
    /// Whether it is `ignore-file`.
    pub whole_file: bool,
    /// Rule ids or globs of them, as written; at least one.
    pub rules: Vec<Ident>,
    /// What stands behind `until=`.
    pub until: Option<Ident>,
    /// Why.
    pub reason: Option<Text>,
}

/// What begins every comment of this kind.
const NAME: &str = "tfcheck";
/// Words by which other tools are told to be silent.
const SIMILAR_WORDS: [&str; 9] =
    ["ignore", "ignore-line", "ignore-next-line", "skip", "disable", "suppress", "noqa", "nolint", "allow"];
const HELP: &str = "write `tfcheck:ignore[rule-id] reason`, with several rules separated by commas";

/// The comments of a document that ask for silence, and what is wrong with those that mean to. `text` is the document's.
pub fn ignores(document: &Document, text: &str) -> (Vec<Ignore>, Vec<Problem>) {
    let mut found = (Vec::new(), Vec::new());
    let speaks = |c: &&Comment| {
        let bytes = text.as_bytes().get(c.span.range()).unwrap_or_default();
        let is_name =
            |at: usize| bytes[at..].get(..NAME.len()).is_some_and(|w| w.eq_ignore_ascii_case(NAME.as_bytes()));
        memchr::memchr2_iter(b't', b'T', bytes).any(is_name)
    };
    for comment in document.comments.iter().filter(speaks) {
        for line in lines(*comment, text) {
            for part in parts(line) {
                match part.ignore(*comment) {
                    Ok(Some(ignore)) => found.0.push(ignore),
                    Ok(None) => {}
                    Err(problem) => found.1.push(*problem),
                }
            }
        }
    }
    let first_item = first_item(document);
    found.0.retain(|ignore| {
        let misplaced = ignore.whole_file && first_item.is_some_and(|first| first < ignore.span.start);
        if misplaced {
            let message = "`tfcheck:ignore-file` stands behind the first block, and silences nothing";
            let problem = wrong(ignore.span, message, "too late");
            found.1.push(problem.with_help("move it to the top of the file"));
        }
        !misplaced
    });
    found
}

fn first_item(document: &Document) -> Option<u32> {
    let attributes = document.body.attributes.iter().map(|a| a.span().start);
    attributes.chain(document.body.blocks.iter().map(|b| b.span.start)).min()
}

/// A piece of a comment, with its place in the file.
#[derive(Clone, Copy)]
struct Part<'t> {
    file: FileId,
    text: &'t str,
    start: usize,
}

/// The lines of a comment without the marks that begin or end them.
fn lines(comment: Comment, text: &str) -> impl Iterator<Item = Part<'_>> {
    let whole = text.get(comment.span.range()).unwrap_or_default();
    let inner = if whole.starts_with("/*") { whole.strip_suffix("*/").unwrap_or(whole) } else { whole };
    let start = comment.span.start as usize;
    let mut offset = 0;
    inner.split_inclusive('\n').map(move |line| {
        let rest = line.trim_start_matches([' ', '\t', '#', '/', '*']);
        let part =
            Part { file: comment.span.file, text: rest.trim_end(), start: start + offset + line.len() - rest.len() };
        offset += line.len();
        part
    })
}

/// A line cut at every `# tfcheck:`, since comments for several tools, and several of ours, may share a line.
fn parts(line: Part<'_>) -> Vec<Part<'_>> {
    let is_start = |at: usize| {
        let before = line.text[..at].trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with('#') || before.ends_with("//")
    };
    let cuts = line.text.match_indices("tfcheck:").map(|(at, _)| at).filter(|at| *at > 0 && is_start(*at));
    let mut bounds: Vec<usize> = std::iter::once(0).chain(cuts).collect();
    bounds.push(line.text.len());
    let part = |pair: &[usize]| line.slice(pair[0], pair[1]);
    let mut parts: Vec<Part<'_>> = bounds.windows(2).map(part).collect();
    let last = parts.len() - 1;
    for part in &mut parts[..last] {
        part.text = part.text.trim_end_matches([' ', '\t', '#', '/']);
    }
    parts
}

impl<'t> Part<'t> {
    fn slice(self, from: usize, to: usize) -> Part<'t> {
        Part { text: &self.text[from..to], start: self.start + from, ..self }
    }

    fn span(self) -> Span {
        Span::new(self.file, self.start, self.start + self.text.len())
    }

    fn skip(self, count: usize) -> Part<'t> {
        let rest = &self.text[count..];
        self.slice(self.text.len() - rest.trim_start().len(), self.text.len())
    }

    fn trimmed(self) -> Part<'t> {
        let part = self.skip(0);
        Part { text: part.text.trim_end(), ..part }
    }

    fn ident(self) -> Ident {
        Ident { text: self.text.into(), span: self.span() }
    }

    /// What the part asks for: nothing where it is prose.
    fn ignore(self, comment: Comment) -> Result<Option<Ignore>, Box<Problem>> {
        let Some(rest) = self.text.strip_prefix("tfcheck:") else { return self.near_miss() };
        let rest = self.skip(self.text.len() - rest.len());
        let word = rest.word();
        let whole_file = match word.text {
            "ignore" => false,
            "ignore-file" => true,
            _ => return self.near_miss(),
        };
        let list = rest.skip(word.text.len());
        let Some(inside) = list.text.strip_prefix('[') else {
            let message = format!("`tfcheck:{}` names no rule, and silences nothing", word.text);
            return Err(wrong(word.span(), message, "no `[` follows"));
        };
        let Some(length) = inside.find(']') else {
            let message = format!("the list of `tfcheck:{}` has no end", word.text);
            return Err(wrong(list.span(), message, "no `]` follows"));
        };
        let rules = list.slice(1, 1 + length).rules()?;
        let (until, reason) = list.skip(length + 2).until_and_reason();
        let span = Span::new(self.file, self.start, list.start + length + 2);
        Ok(Some(Ignore { comment, span, whole_file, rules, until, reason }))
    }

    /// The letters and dashes it begins with.
    fn word(self) -> Part<'t> {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let length = self.text.find(|c| !is_part(c)).unwrap_or(self.text.len());
        self.slice(0, length)
    }

    /// The names between the brackets.
    fn rules(self) -> Result<Vec<Ident>, Box<Problem>> {
        let mut rules = Vec::new();
        let mut start = 0;
        for name in self.text.split(',') {
            let part = self.slice(start, start + name.len()).trimmed();
            start += name.len() + 1;
            if part.text.is_empty() {
                let place = if self.text.is_empty() {
                    Span { start: self.span().start - 1, ..self.span() }
                } else {
                    self.span()
                };
                return Err(wrong(place, "a rule is missing between the brackets", "no rule's id"));
            }
            if part.text.contains(char::is_whitespace) {
                let message = format!("`{}` is no rule's id", part.text);
                return Err(wrong(part.span(), message, "a comma is missing"));
            }
            rules.push(part.ident());
        }
        Ok(rules)
    }

    /// What stands behind the brackets.
    fn until_and_reason(self) -> (Option<Ident>, Option<Text>) {
        let is_word_start = |at: usize| self.text[..at].ends_with(char::is_whitespace) || at == 0;
        let found = self.text.match_indices("until=").map(|(at, _)| at).find(|at| is_word_start(*at));
        let (until, reason) = match found {
            None => (None, self.text.to_owned()),
            Some(at) => {
                let date = &self.text[at + 6..];
                let length = date.find(char::is_whitespace).unwrap_or(date.len());
                let until = self.slice(at + 6, at + 6 + length);
                (Some(until.ident()), format!("{} {}", self.text[..at].trim_end(), date[length..].trim_start()))
            }
        };
        let reason = reason.trim().trim_start_matches([':', '-', '–', '—', ' ']);
        (until, reason.contains(char::is_alphanumeric).then(|| reason.into()))
    }

    /// A part that does not keep to the grammar: prose, or a mistake where it seems to mean to.
    fn near_miss(self) -> Result<Option<Ignore>, Box<Problem>> {
        let lower = self.text.to_lowercase();
        let found = if let Some(rest) = lower.strip_prefix(NAME) {
            let glued = rest.starts_with(':') && !rest[1..].starts_with(char::is_whitespace);
            let rest = rest.trim_start_matches([':', '-', '_', '.', ' ']);
            let word = Part { text: rest, ..self }.word().text;
            let similar = |known: &&str| strsim::osa_distance(word, known) <= known.len() / 4;
            (glued && !word.is_empty()) || SIMILAR_WORDS.iter().any(similar)
        } else {
            ["tfcheck:ignore[", "tfcheck:ignore-file["].iter().any(|start| lower.contains(start))
        };
        if !found {
            return Ok(None);
        }
        let message = match lower.starts_with(NAME) {
            true => "this comment silences nothing: it is not written as tfcheck reads it",
            false => "this comment silences nothing: `tfcheck:ignore` stands in the middle of it",
        };
        Err(wrong(self.span(), message, "not understood"))
    }
}

fn wrong(span: Span, message: impl Into<String>, label: impl Into<String>) -> Box<Problem> {
    Box::new(Problem::warning(ProblemKind::InvalidIgnore, span, message, label).with_help(HELP))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    /// What is read, one line each: `file? rules | until | reason`, or `! message`.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let document = parse(FileId(0), text);
        let (ignores, problems) = ignores(&document, text);
        let line = |i: &Ignore| {
            let rules: Vec<&str> = i.rules.iter().map(|r| &*r.text).collect();
            for rule in &i.rules {
                assert_eq!(&text[rule.span.range()], &*rule.text);
            }
            let until = i.until.as_ref().map_or("-", |u| &text[u.span.range()]);
            let file = if i.whole_file { "file " } else { "" };
            format!("{file}{} | {until} | {}", rules.join(" "), i.reason.as_deref().unwrap_or("-"))
        };
        let found: Vec<String> =
            ignores.iter().map(line).chain(problems.iter().map(|p| format!("! {}", p.message))).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn every_kind_of_comment_has_the_same_grammar() {
        check("# tfcheck:ignore[a-b] why", &["a-b | - | why"]);
        check("#tfcheck:ignore[a-b]why", &["a-b | - | why"]);
        check("## tfcheck: ignore [ a-b , c-* ] : why not", &["a-b c-* | - | why not"]);
        check("// tfcheck:ignore[a]", &["a | - | -"]);
        check("/* tfcheck:ignore[a] why */", &["a | - | why"]);
        check("/*\n * tfcheck:ignore[a] one\r\n * tfcheck:ignore[b] two\n */", &["a | - | one", "b | - | two"]);
        check("# tfcheck:ignore-file[a] why", &["file a | - | why"]);
    }

    #[test]
    fn dates_stand_before_or_behind_the_reason() {
        check("# tfcheck:ignore[a] until=2027-01-31 why", &["a | 2027-01-31 | why"]);
        check("# tfcheck:ignore[a] why until=2027-01-31", &["a | 2027-01-31 | why"]);
        check("# tfcheck:ignore[a] until=", &["a |  | -"]);
        check("# tfcheck:ignore[a] not until=x y", &["a | x | not y"]);
    }

    #[test]
    fn comments_for_several_tools_share_a_line() {
        check("# checkov:skip=CKV_1:x # tfcheck:ignore[a] why", &["a | - | why"]);
        check("a = 1 # tfcheck:ignore[a] one # tfcheck:ignore[b] two", &["a | - | one", "b | - | two"]);
    }

    #[test]
    fn mistakes_are_told() {
        let unread = "! this comment silences nothing: it is not written as tfcheck reads it";
        check("# tfcheck:ignore rds-multi-az", &["! `tfcheck:ignore` names no rule, and silences nothing"]);
        check("# tfcheck:ignore[a why", &["! the list of `tfcheck:ignore` has no end"]);
        check("# tfcheck:ignore[] why", &["! a rule is missing between the brackets"]);
        check("# tfcheck:ignore[a,] why", &["! a rule is missing between the brackets"]);
        check("# tfcheck:ignore[a b] why", &["! `a b` is no rule's id"]);
        check("# tfcheck:skip=a", &[unread]);
        check("# tfcheck:ingore[a] x", &[unread]);
        check("# tfcheck-ignore: a", &[unread]);
        check("# TFCHECK:IGNORE[a] x", &[unread]);
        check(
            "# hush tfcheck:ignore[a] x",
            &["! this comment silences nothing: `tfcheck:ignore` stands in the middle of it"],
        );
        check(
            "a = 1\n# tfcheck:ignore-file[a] x",
            &["! `tfcheck:ignore-file` stands behind the first block, and silences nothing"],
        );
    }

    #[test]
    fn prose_is_no_mistake() {
        check("# tfcheck finds this", &[]);
        check("# see tfcheck: it says so", &[]);
        check("# tfcheck: we know", &[]);
        check("a = \"# tfcheck:ignore[a] x\"", &[]);
    }
}
