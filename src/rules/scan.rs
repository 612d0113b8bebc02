//! Reads the outline of a rule file without parsing it: which rules and functions it declares and what the rules look
//! at. Runs in the build script, which embeds the outlines, so that a run parses only the files that it needs.
//!
//! It relies on the layout that the embedded files have (`rule` and `function` in the first column, their arguments
//! indented by two spaces); a test compares it with what the parser says. Knows no other module of the crate.

use std::ops::Range;

/// The outline of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outline {
    /// Its rules in the order of the text.
    pub rules: Vec<RuleOutline>,
    /// Its functions in the order of the text.
    pub functions: Vec<FunctionOutline>,
}

/// The outline of a function.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FunctionOutline {
    /// Its name.
    pub name: String,
    /// How many parameters it has.
    pub params: usize,
    /// The bytes that it stands in, with what lies before the next block.
    pub bytes: Range<usize>,
}

/// The outline of a rule.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RuleOutline {
    /// Its id.
    pub id: String,
    /// Its category, as written.
    pub category: String,
    /// What it looks at: the argument's name (`resource`, `data`, …) and one pattern.
    pub subjects: Vec<(String, String)>,
    /// The modules that it looks into, as written; empty where it looks into all.
    pub only: String,
    /// The bytes that it stands in, with what lies before the next block.
    pub bytes: Range<usize>,
    /// The bytes of what only a finding needs: [`WORDS`] and [`WORD_BLOCKS`], in the order of the text.
    pub words: Vec<Range<usize>>,
    /// The bytes of all else but the first and last lines of the rule and its checks.
    pub logic: Vec<Range<usize>>,
}

/// The arguments of rules and checks that say something to people, or where to show it.
pub const WORDS: &[&str] = &["title", "default", "why", "at", "message", "exceptions", "sources", "peers"];
/// The blocks that do.
pub const WORD_BLOCKS: &[&str] = &["fix", "also"];

/// The arguments that say what a rule looks at.
pub const SUBJECTS: &[&str] = &["resource", "data", "module", "provider", "block", "variable", "output"];

/// Reads the outline of a rule file's text.
pub fn outline(text: &str) -> Outline {
    let mut outline = Outline::default();
    let mut lines = Lines { text, at: 0 };
    let mut in_rule = false;
    // Further to the right than this stand the parts of locals and settings, which may be called anything.
    let mut indent = 2;
    loop {
        let start = lines.at;
        let Some(line) = lines.next() else { break };
        let is_frame = line == "}" || line.starts_with("  check ") || (indent == 4 && line == "  }");
        if indent_of(line) == 2 {
            indent = if line.starts_with("  check ") { 4 } else { 2 };
        }
        if in_rule
            && let Some(last) = end_of_words(line, indent)
            && let Some(rule) = outline.rules.last_mut()
        {
            last.skip(&mut lines);
            add(&mut rule.words, start..lines.at);
            continue;
        }
        if let Some(marker) = heredoc_marker(line) {
            lines.by_ref().find(|line| line.trim() == marker);
            if let Some(rule) = outline.rules.last_mut().filter(|_| in_rule) {
                add(&mut rule.logic, start..lines.at);
            }
            continue;
        }
        if let Some(rest) = line.strip_prefix("rule ") {
            outline.end_last(in_rule, start);
            in_rule = true;
            let id = quoted(rest).next().unwrap_or_default();
            outline.rules.push(RuleOutline { id, bytes: start..start, ..RuleOutline::default() });
        } else if let Some(rest) = line.strip_prefix("function ") {
            outline.end_last(in_rule, start);
            in_rule = false;
            let name = quoted(rest).next().unwrap_or_default();
            outline.functions.push(FunctionOutline { name, bytes: start..start, ..FunctionOutline::default() });
        } else if in_rule && let Some(rule) = outline.rules.last_mut() {
            argument(rule, line, &mut lines);
            if !is_frame {
                add(&mut rule.logic, start..lines.at);
            }
        } else if !in_rule && let Some(function) = outline.functions.last_mut() {
            function.params = params(line).unwrap_or(function.params);
        }
    }
    outline.end_last(in_rule, text.len());
    outline
}

/// Adds bytes behind the others.
fn add(ranges: &mut Vec<Range<usize>>, bytes: Range<usize>) {
    match ranges.last_mut().filter(|last| last.end == bytes.start) {
        Some(last) => last.end = bytes.end,
        None => ranges.push(bytes),
    }
}

impl Outline {
    /// What was read last, a rule or a function, ends here.
    fn end_last(&mut self, is_rule: bool, end: usize) {
        let last = match is_rule {
            true => self.rules.last_mut().map(|rule| &mut rule.bytes),
            false => self.functions.last_mut().map(|function| &mut function.bytes),
        };
        if let Some(bytes) = last {
            bytes.end = end;
        }
    }
}

/// The lines of a text, and where the next one begins.
struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let line = self.text[self.at..].split_inclusive('\n').next()?;
        self.at += line.len();
        Some(line.trim_end_matches(['\n', '\r']))
    }
}

/// The line with which an argument or a block ends.
enum Last<'t> {
    /// The one that it begins with.
    First,
    /// The end of its heredoc.
    Marker(&'t str),
    /// The next one that stands as far to the right as the first; what lies between stands further to the right.
    Indented(usize),
}

impl Last<'_> {
    /// Goes on to the line behind it.
    fn skip<'t>(&self, lines: &mut impl Iterator<Item = &'t str>) {
        match self {
            Last::First => None,
            Last::Marker(marker) => lines.find(|line| line.trim() == *marker),
            Last::Indented(indent) => lines.find(|line| indent_of(line) == *indent && !line.trim().is_empty()),
        };
    }
}

/// Where something for people ends that begins with this line, as far to the right as this or less.
fn end_of_words(line: &str, most: usize) -> Option<Last<'_>> {
    let indent = indent_of(line);
    let (name, rest) = line.trim_start().split_once(' ').filter(|_| indent == 2 || indent == most)?;
    let rest = rest.trim();
    if WORD_BLOCKS.contains(&name) && rest == "{" {
        return Some(Last::Indented(indent));
    }
    if !WORDS.contains(&name) || !rest.starts_with('=') {
        return None;
    }
    let is_open = rest.ends_with(['[', '(', '{']);
    let heredoc = heredoc_marker(line).map(Last::Marker);
    Some(heredoc.unwrap_or(if is_open { Last::Indented(indent) } else { Last::First }))
}

/// How many spaces a line begins with.
fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Reads one line of a rule's body, and further ones where a list goes on.
fn argument<'t>(rule: &mut RuleOutline, line: &'t str, lines: &mut impl Iterator<Item = &'t str>) {
    let Some(argument) = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')) else { return };
    let Some((name, value)) = argument.split_once('=') else { return };
    let name = name.trim();
    if name == "category" {
        rule.category = quoted(value).next().unwrap_or_default();
    }
    if name == "only" {
        rule.only = quoted(value).next().unwrap_or_default();
    }
    if !SUBJECTS.contains(&name) {
        return;
    }
    let mut value = value.trim_start();
    let open = value.starts_with('[');
    loop {
        rule.subjects.extend(quoted(value).map(|pattern| (name.to_owned(), pattern)));
        if !open || value.contains(']') {
            return;
        }
        let Some(next) = lines.next() else { return };
        value = next;
    }
}

/// How many parameters a function has, where the line says so: `params = [a, b]`.
fn params(line: &str) -> Option<usize> {
    let list = line.strip_prefix("  params")?.trim_start().strip_prefix('=')?;
    let list = list.trim().strip_prefix('[')?.strip_suffix(']')?;
    Some(list.split(',').filter(|name| !name.trim().is_empty()).count())
}

/// The quoted words of a line; rule files need no escapes in them.
fn quoted(line: &str) -> impl Iterator<Item = String> + '_ {
    line.split('"').skip(1).step_by(2).map(str::to_owned)
}

/// The word that ends the heredoc which begins on this line.
fn heredoc_marker(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("<<")?;
    let marker = after.strip_prefix('-').unwrap_or(after).trim();
    let is_name = !marker.is_empty() && marker.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (is_name && !before.contains('"')).then_some(marker)
}
