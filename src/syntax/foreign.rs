//! Comments that silence other tools: `checkov:skip=ID:reason`, `trivy:ignore:ID`, `tfsec:ignore:ID`.
//!
//! Knows how they are written, not what the ids mean. Entry point: [`foreign_ignores`].

use super::ast::{Comment, Document, Text};

/// A comment that silences another tool.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForeignIgnore {
    /// The comment it stands in.
    pub comment: Comment,
    /// Checks of the other tool, as written.
    pub ids: Vec<Text>,
    /// Until when, where it says so.
    pub until: Option<Text>,
    /// Why, where it says so.
    pub reason: Option<Text>,
    /// Whether it speaks of all of the top-level block around it, wherever it stands.
    pub whole_block: bool,
}

/// What begins such comments, and whether they speak of the whole block.
const MARKS: [(&str, bool); 4] =
    [("checkov:skip=", true), ("bridgecrew:skip=", true), ("trivy:ignore:", false), ("tfsec:ignore:", false)];

/// The comments of a document that silence other tools. `text` is the document's.
pub fn foreign_ignores(document: &Document, text: &str) -> Vec<ForeignIgnore> {
    let mut found = Vec::new();
    for comment in &document.comments {
        let written = text.get(comment.span.range()).unwrap_or_default();
        for (mark, whole_block) in MARKS {
            for (at, _) in written.match_indices(mark) {
                let rest = written[at + mark.len()..].lines().next().unwrap_or_default();
                found.extend(read(rest, *comment, whole_block));
            }
        }
    }
    found
}

fn read(rest: &str, comment: Comment, whole_block: bool) -> Option<ForeignIgnore> {
    let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ',');
    let rest = rest.trim_start();
    let length = rest.find(|c| !is_id(c)).unwrap_or(rest.len());
    let ids: Vec<Text> = rest[..length].split(',').filter(|id| !id.is_empty()).map(Text::from).collect();
    let behind = &rest[length..];
    // A restriction to certain arguments or workspaces is not ours to judge.
    if ids.is_empty() || behind.starts_with('[') || behind.starts_with(":ws:") {
        return None;
    }
    let (until, reason) = match (behind.strip_prefix(":exp:"), behind.strip_prefix(':')) {
        (Some(date), _) => (date.split_whitespace().next(), None),
        (None, Some(reason)) if whole_block => (None, Some(reason.trim_end_matches("*/").trim())),
        _ => (None, None),
    };
    let reason = reason.filter(|r| !r.is_empty()).map(Text::from);
    Some(ForeignIgnore { comment, ids, until: until.map(Text::from), reason, whole_block })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::syntax::parse;

    #[test]
    fn each_tool_has_its_own_form() {
        let check = |text: &str, expected: &[&str]| {
            let line = |f: &ForeignIgnore| {
                let or = |text: &Option<Text>| text.as_deref().unwrap_or("-").to_owned();
                format!("{} | {} | {}", f.ids.join(" "), or(&f.until), or(&f.reason))
            };
            let found: Vec<String> = foreign_ignores(&parse(FileId(0), text), text).iter().map(line).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("#checkov:skip=CKV_AWS_157:one zone will do", &["CKV_AWS_157 | - | one zone will do"]);
        check("/* bridgecrew:skip= CKV_AWS_157 */", &["CKV_AWS_157 | - | -"]);
        check("# trivy:ignore:AVD-AWS-0180 trivy:ignore:aws-rds-x", &["AVD-AWS-0180 | - | -", "aws-rds-x | - | -"]);
        check("#tfsec:ignore:aws-rds-x:exp:2024-01-02 why", &["aws-rds-x | 2024-01-02 | -"]);
        check("#trivy:ignore:aws-rds-x:ws:dev", &[]);
        check("#tfsec:ignore:*", &[]);
        check("# checkov finds nothing", &[]);
    }
}
