//! The rule files that are part of the binary, with their outlines, which the build script reads. Knows nothing of what
//! the files say beyond that.

use std::ops::Range;

/// A file below `rules/`, with its outline.
pub struct EmbeddedFile {
    /// Its path below `rules/`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Its rules.
    pub rules: &'static [EmbeddedRule],
    /// Its functions.
    pub functions: &'static [EmbeddedFunction],
}

/// A rule of an embedded file.
pub struct EmbeddedRule {
    /// Its id.
    pub id: &'static str,
    /// Its category.
    pub category: &'static str,
    /// What it looks at: kind and pattern.
    pub subjects: &'static [(&'static str, &'static str)],
    /// The modules that it looks into, as written; empty where it looks into all.
    pub only: &'static str,
    /// Where it stands in the text.
    pub bytes: Range<usize>,
    /// Where what only a finding needs stands in the text.
    pub words: &'static [Range<usize>],
    /// Where all else stands, but the first and last lines of the rule and its checks.
    pub logic: &'static [Range<usize>],
}

/// A function of an embedded file.
pub struct EmbeddedFunction {
    /// Its name.
    pub name: &'static str,
    /// How many parameters it has.
    pub params: usize,
    /// What computing it takes, as [`weight::of_text`](super::weight::of_text) tells it.
    pub cost: usize,
    /// Where it stands in the text.
    pub bytes: Range<usize>,
}

static EMBEDDED: &[EmbeddedFile] = include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));

/// The files that are part of the binary.
pub fn embedded_files() -> &'static [EmbeddedFile] {
    EMBEDDED
}
