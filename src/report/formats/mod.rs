//! The formats for machines and for reviews; the one for terminals is [`pretty`](super::pretty).
//!
//! Each writes a report piece by piece: as one text it would need more memory than all else where there are very many
//! findings. What several need stands here; a format knows no other.

mod checkstyle;
mod compact;
mod edit;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod rdjson;
mod sarif;
mod serialize;
mod xml;

pub use checkstyle::checkstyle;
pub use compact::compact;
pub use github::github;
pub use gitlab::gitlab;
pub(super) use json::fix_json;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use rdjson::rdjson;
pub use sarif::sarif;
pub use serialize::{json_line, json_text};

use super::{Entry, Report, hcl, words};
use crate::rules::Fix;

/// The path of a file as seen from the top of the repository, as services that know the repository want it.
fn path_in_repository(report: &Report, file: &str) -> String {
    if file.starts_with('/') {
        return file.to_owned();
    }
    let joined = format!("{}/{file}", report.folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What to write and what applying it does, as one text.
fn fix_sentence(fix: &Fix) -> String {
    let effect = words::effect(fix);
    match (hcl::fix_lines(fix).as_slice(), effect.is_empty()) {
        ([], _) => effect,
        ([line], true) => format!("`{line}`"),
        ([line], false) => format!("`{line}` ({effect})"),
        (lines, true) => lines.join("\n"),
        (lines, false) => format!("{}\n({effect})", lines.join("\n")),
    }
}

/// The entry's label, and its trail, as sentences: how the value came to be.
fn provenance(entry: &Entry) -> String {
    let label = Some(entry.label()).filter(|l| !l.is_empty()).map(str::to_owned);
    let steps = entry.trail.iter().map(|n| format!("{} ({}:{})", n.text, n.place.file, n.place.line));
    label.into_iter().chain(steps).collect::<Vec<_>>().join("; ")
}
