//! Reads the outline of a rule file without parsing it: which rules and functions it declares and what the rules look
//! at. Runs in the build script, which embeds the outlines, so that a run parses only the files that it needs.
//!
//! It relies on the layout that the embedded files have (`rule` and `function` in the first column, their arguments
//! indented by two spaces); a test compares it with what the parser says. Knows no other module of the crate.

/// The outline of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outline {
    /// Its rules in the order of the text.
    pub rules: Vec<RuleOutline>,
    /// The names of its functions in the order of the text.
    pub functions: Vec<String>,
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
}

/// The arguments that say what a rule looks at.
pub const SUBJECTS: &[&str] = &["resource", "data", "module", "provider", "block", "variable", "output"];

/// Reads the outline of a rule file's text.
pub fn outline(text: &str) -> Outline {
    let mut outline = Outline::default();
    let mut lines = text.lines();
    let mut in_rule = false;
    while let Some(line) = lines.next() {
        if let Some(marker) = heredoc_marker(line) {
            lines.by_ref().find(|line| line.trim() == marker);
            continue;
        }
        if let Some(rest) = line.strip_prefix("rule ") {
            in_rule = true;
            let id = quoted(rest).next().unwrap_or_default();
            outline.rules.push(RuleOutline { id, ..RuleOutline::default() });
        } else if let Some(rest) = line.strip_prefix("function ") {
            in_rule = false;
            outline.functions.extend(quoted(rest).next());
        } else if in_rule && let Some(rule) = outline.rules.last_mut() {
            argument(rule, line, &mut lines);
        }
    }
    outline
}

/// Reads one line of a rule's body, and further ones where a list goes on.
fn argument<'t>(rule: &mut RuleOutline, line: &'t str, lines: &mut impl Iterator<Item = &'t str>) {
    let Some(argument) = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')) else { return };
    let Some((name, value)) = argument.split_once('=') else { return };
    let name = name.trim();
    if name == "category" {
        rule.category = quoted(value).next().unwrap_or_default();
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
