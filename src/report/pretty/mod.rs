//! The report for people in a terminal: each entry with its place in the source, the trail of the value, why it
//! matters, what to write and what applying that does; a summary at the end.
//!
//! Made to be read fifty at a time: what a rule says of itself (why, sources) is printed where the rule first fires.
//! [`snippet`] draws the source with miette; nothing else in tfcheck knows miette.

mod excerpt;
mod page;
mod snippet;
mod statistics;
mod summary;
mod undecided;
mod why;

use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use self::snippet::Painter;
use super::{Entry, Report, harmless, hcl, words};
use crate::rules::{Finding, Fix, Severity};
use crate::secrets::{Cover, Secrets};
use crate::source::{Problem, SourceMap};
use crate::syntax::Text;

pub use self::page::page;
pub use self::snippet::Look;
pub use self::why::{Explained, why_all, why_one};

/// How much to say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Detail {
    /// Everything of every finding: why, all sources, the whole trail.
    pub verbose: bool,
    /// Findings alone: no summary.
    pub quiet: bool,
    /// List what could not be decided.
    pub undecided: bool,
    /// A line for each rule, in place of the findings.
    pub statistics: bool,
}

/// Labels of the trail that are drawn where not everything is wanted: the way to the decision, without its bends.
const TRAIL_SHOWN: usize = 3;
/// Addresses that are named where not everything is wanted.
const ADDRESSES_SHOWN: usize = 3;
/// Lines of running text are not longer than this, however wide the terminal.
const TEXT_WIDTH: usize = 100;

/// Writes the whole report.
///
/// # Errors
/// Where the writer fails.
pub fn pretty(out: &mut dyn Write, report: &Report, detail: Detail, look: Look) -> io::Result<()> {
    let mut page = Page::new(&report.sources, &report.secrets, detail, look);
    if detail.statistics {
        page.statistics(report);
    } else {
        for entry in &report.entries {
            page.entry(entry);
            // As one text, very many entries would need more memory than all else.
            out.write_all(page.out.as_bytes())?;
            page.out.clear();
        }
    }
    if detail.undecided {
        page.undecided(report);
    }
    if !detail.quiet {
        page.summary(report);
    }
    out.write_all(page.out.as_bytes())
}

/// Faults alone, for complaints on standard error.
pub fn problems(problems: &[Problem], sources: &SourceMap, secrets: &Secrets, look: Look) -> String {
    let mut page = Page::new(sources, secrets, Detail::default(), look);
    for problem in problems {
        page.entry(&Entry::of_problem(problem.clone(), sources, secrets));
    }
    page.out
}

/// How running text is broken: at spaces only, since addresses, options and links should stay whole.
fn wrapping<'a>(width: usize) -> textwrap::Options<'a> {
    textwrap::Options::new(width)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
}

/// A report on its way to text.
struct Page<'a> {
    sources: &'a SourceMap,
    cover: Cover<'a>,
    detail: Detail,
    look: Look,
    painter: Painter,
    /// Rules that have explained themselves.
    explained: HashSet<String>,
    /// Pages that were named, with the rule that they are about.
    linked: HashSet<(String, String)>,
    /// Fixes that were written out, and where, if not for the first finding of the rule.
    fixes: HashMap<String, Option<(Text, u32)>>,
    out: String,
}

impl<'a> Page<'a> {
    fn new(sources: &'a SourceMap, secrets: &'a Secrets, detail: Detail, look: Look) -> Page<'a> {
        let (cover, painter) = (secrets.cover(sources), Painter::new(look));
        let (explained, linked, fixes) = (HashSet::new(), HashSet::new(), HashMap::new());
        Page { sources, cover, detail, look, painter, explained, linked, fixes, out: String::new() }
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn entry(&mut self, entry: &Entry) {
        let first = self.explained.insert(entry.rule().to_owned());
        self.headline(entry);
        self.wrapped("  ", "  ", &harmless::line(&entry.message_with_address()));
        let dropped = self.snippets(entry);
        if dropped > 0 {
            self.note("trail", &format!("{} more (-v shows all)", words::count(dropped, "step")));
        }
        if !entry.why().is_empty() && (first || self.detail.verbose || entry.finding().is_none()) {
            let key = if entry.finding().is_some() { "why" } else { "help" };
            self.note(key, entry.why());
        }
        if let Some(fix) = entry.fix() {
            self.fix(entry, fix, first);
        }
        if let Some(finding) = entry.finding() {
            self.whereabouts(finding);
            self.links(entry);
        }
        self.out.push('\n');
    }

    fn headline(&mut self, entry: &Entry) {
        let severity = words::severity(entry.severity());
        let tag = format!("{severity}[{}]", harmless::line(entry.rule()));
        let tag = self.painter.severity(entry.severity(), &tag);
        let title = self.painter.strong(&harmless::line(entry.title()));
        let silenced = if entry.suppressed().is_some() { " (silenced)" } else { "" };
        self.line(&format!("{tag}: {title}{silenced}"));
    }

    /// Draws the primary place, the trail and what is related; returns how many steps were left out.
    fn snippets(&mut self, entry: &Entry) -> usize {
        if entry.place.span.is_none() {
            let file = self.painter.link(&harmless::line(&entry.place.file));
            self.line(&format!("  in {file}"));
            return 0;
        }
        let (trail, dropped) = self.shown_trail(entry);
        let notes = trail.into_iter().chain(&entry.related);
        let marks = excerpt::Mark::list(&entry.place, entry.label(), notes);
        let excerpts = excerpt::excerpts(&marks, self.sources, &mut self.cover, self.look);
        let drawn = self.painter.draw(&excerpts);
        self.out.push_str(&drawn);
        dropped
    }

    /// The steps to draw: the nearest ones and the last, which made the decision.
    fn shown_trail<'e>(&self, entry: &'e Entry) -> (Vec<&'e super::Note>, usize) {
        let all: Vec<_> = entry.trail.iter().collect();
        match all.split_last() {
            Some((last, before)) if !self.detail.verbose && all.len() > TRAIL_SHOWN => {
                let near = before.iter().take(TRAIL_SHOWN - 1).chain([last]).copied().collect();
                (near, all.len() - TRAIL_SHOWN)
            }
            _ => (all, 0),
        }
    }

    /// What to write and what applying it does. What was said before is said in one line.
    fn fix(&mut self, entry: &Entry, fix: &Fix, first: bool) {
        let lines = hcl::fix_lines(fix);
        let said = match self.fixes.entry(format!("{}\n{}", entry.rule(), lines.join("\n"))) {
            _ if self.detail.verbose => None,
            Occupied(written) => Some(written.get().clone()),
            Vacant(new) => {
                let place = (!first).then(|| (entry.place.file.clone(), entry.place.line));
                new.insert(place);
                None
            }
        };
        let code: Vec<String> = lines.iter().map(|l| self.painter.code(&harmless::line(l))).collect();
        match (said, code.as_slice()) {
            (Some(_), [line]) => {
                let effect = fix.impact.map(|i| format!("  ({})", words::impact(i))).unwrap_or_default();
                return self.keyed("fix", &[format!("{line}{effect}")]);
            }
            (Some(None), _) => return self.note("fix", "as for the first finding of this rule"),
            (Some(Some((file, line))), _) => return self.note("fix", &format!("as for {file}:{line}")),
            (None, []) => {}
            (None, code) => self.keyed("fix", code),
        }
        let effect = words::effect(fix);
        if !effect.is_empty() {
            let key = if code.is_empty() { "fix" } else { "" };
            self.note(key, &effect);
        }
    }

    /// The other instances and the environments it holds for.
    fn whereabouts(&mut self, finding: &Finding) {
        let most = if self.detail.verbose { usize::MAX } else { ADDRESSES_SHOWN };
        let message = finding.message();
        let unnamed: Vec<&str> = finding.addresses.iter().map(|a| &**a).filter(|a| !message.contains(a)).collect();
        // Where the message names no address at all, the first ones were put before it.
        let none_named = unnamed.len() == finding.addresses.len();
        if !unnamed.is_empty() && (!none_named || unnamed.len() > most) {
            self.note("also", &words::list(&unnamed, most));
        }
        if !finding.environments().is_empty() {
            self.note("in", &words::list(finding.environments(), usize::MAX));
        }
        if let Some(silenced) = &finding.suppressed {
            let reason = silenced.reason.as_deref().unwrap_or("no reason given");
            self.note("by", &format!("{}: {reason}", silenced.by));
        }
    }

    /// Where to read more: the page that fits best, told once for each rule.
    fn links(&mut self, entry: &Entry) {
        let links: Vec<&Text> = match (self.detail.verbose, entry.finding()) {
            (true, finding) => finding.iter().flat_map(|f| &f.about.sources).collect(),
            (false, _) => entry
                .source()
                .into_iter()
                .filter(|s| self.linked.insert((entry.rule().to_owned(), s.to_string())))
                .collect(),
        };
        let links: Vec<String> = links.into_iter().map(|s| self.painter.link(&harmless::line(s))).collect();
        if !links.is_empty() {
            self.keyed("see", &links);
        }
    }

    /// `key: text`, harmless, wrapped under itself.
    fn note(&mut self, key: &str, text: &str) {
        let indent = self.key(key);
        self.wrapped(&indent, "        ", &harmless::line(text));
    }

    /// `key: line`, and the other lines under the first, as they are.
    fn keyed(&mut self, key: &str, lines: &[String]) {
        for (i, line) in lines.iter().enumerate() {
            let indent = if i == 0 { self.key(key) } else { self.key("") };
            self.line(&format!("{indent}{line}"));
        }
    }

    fn key(&self, key: &str) -> String {
        match key {
            "" => " ".repeat(8),
            key => {
                format!("  {}{}", self.painter.key(&format!("{key}:")), " ".repeat(5_usize.saturating_sub(key.len())))
            }
        }
    }

    fn wrapped(&mut self, first: &str, others: &str, text: &str) {
        let width = self.look.width.min(TEXT_WIDTH);
        let options = wrapping(width).initial_indent(first).subsequent_indent(others);
        let text = textwrap::fill(text, options);
        text.lines().for_each(|l| self.line(l));
    }
}

/// The gravest first, so that the summary reads in that order.
const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Advice];
