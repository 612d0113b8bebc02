//! Markdown for job summaries and review comments: a table to see it all, and under it what each rule says.

use std::io::{self, Write};

use super::path_in_repository;
use crate::report::{Entry, Report, harmless, hcl, parted, words};
use crate::rules::Fix;

/// GitHub refuses a job summary of more than 1 MiB.
const MOST_BYTES: usize = 1_000_000;

/// Writes the report as Markdown.
///
/// # Errors
/// Where the writer fails.
pub fn markdown(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    // It is never long.
    out.write_all(text_of(report).as_bytes())
}

fn text_of(report: &Report) -> String {
    let mut out = format!("### tfcheck: {}\n\n", totals(report));
    if !report.entries.is_empty() {
        out += "| | Place | Finding | Rule |\n|---|---|---|---|\n";
        let rows = report.entries.iter().map(|e| row(report, e));
        append(&mut out, rows, "further findings are left out");
        out.push('\n');
        append(&mut out, rules(report), "");
    }
    let (calls, folders) = parted(&report.not_analysed);
    if !folders.is_empty() {
        let folders: Vec<String> = folders.iter().map(|folder| code(folder)).collect();
        out += &format!("Not analysed, since not in this checkout: {}\n\n", words::list(&folders, 20));
    }
    if !calls.is_empty() {
        let names: Vec<String> = calls.into_iter().map(|n| code(&n.address)).collect();
        let names = words::list(&names, 20);
        out += &format!("Not analysed, since not on disk: {names} (run `terraform init`)\n");
    }
    out
}

fn totals(report: &Report) -> String {
    let summary = &report.summary;
    let older = if summary.older > 0 { format!(", {} older", summary.older) } else { String::new() };
    format!(
        "{}, {}, {} in {} and {}; {} undecided, {} silenced{older}",
        words::count(summary.errors, "error"),
        words::count(summary.warnings, "warning"),
        words::count(summary.advice, "piece of advice/pieces of advice"),
        words::count(summary.files, "file"),
        words::count(summary.resources, "resource"),
        summary.undecided,
        summary.suppressed,
    )
}

fn append(out: &mut String, items: impl Iterator<Item = String>, left_out: &str) {
    for item in items {
        if out.len() + item.len() > MOST_BYTES {
            *out += left_out;
            out.push('\n');
            return;
        }
        *out += &item;
    }
}

fn row(report: &Report, entry: &Entry) -> String {
    let path = path_in_repository(report, &entry.place.file);
    let place = code(&format!("{path}:{}", entry.place.line));
    let message = text(&entry.message_with_address());
    format!("| {} | {place} | {message} | {} |\n", words::severity(entry.severity()), code(entry.rule()))
}

/// What each rule says, once: why, the fix and the first source.
fn rules(report: &Report) -> impl Iterator<Item = String> {
    let mut first: Vec<&Entry> = Vec::new();
    for entry in &report.entries {
        if entry.finding().is_some() && !first.iter().any(|e| e.rule() == entry.rule()) {
            first.push(entry);
        }
    }
    first.into_iter().map(|entry| {
        let mut out = format!("<details><summary>{}: {}</summary>\n\n", text(entry.rule()), text(entry.title()));
        if !entry.why().is_empty() {
            out += &format!("{}\n\n", text(entry.why()));
        }
        if let Some(fix) = entry.fix() {
            out += &fix_block(fix);
        }
        if let Some(source) = entry.source() {
            out += &format!("<{}>\n\n", harmless::line(source));
        }
        out + "</details>\n\n"
    })
}

fn fix_block(fix: &Fix) -> String {
    let lines = hcl::fix_lines(fix).join("\n");
    let effect = text(&words::effect(fix));
    let effect = if effect.is_empty() { effect } else { format!("Effect: {effect}\n\n") };
    match lines.is_empty() {
        true => effect,
        false => format!("```hcl\n{}\n```\n\n{effect}", harmless::lines(&lines).replace("```", "'''")),
    }
}

/// Text that Markdown and HTML leave as it is, also inside a table; what stands between backticks is code.
fn text(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let balanced = parts.len() % 2 == 1;
    let part = |(i, part): (usize, &&str)| if balanced && i % 2 == 1 { code(part) } else { escaped(part) };
    parts.iter().enumerate().map(part).collect::<Vec<_>>().join(if balanced { "" } else { "'" })
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in harmless::line(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' => out.extend(['\\', c]),
            // An `@name` would notify somebody.
            '@' => out.push_str("&#64;"),
            c => out.push(c),
        }
    }
    out
}

/// Text in the type of code. A backtick inside would end it.
fn code(text: &str) -> String {
    format!("`{}`", harmless::line(text).replace('`', "'").replace('|', "\\|"))
}
