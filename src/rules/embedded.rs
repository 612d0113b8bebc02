//! The rule files that are part of the binary, as the build script writes them.

/// A file below `rules/`.
pub struct EmbeddedFile {
    /// Its path below `rules/`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// What it declares, as [`pack`](super::pack) wrote it.
    pub bytes: &'static [u8],
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
    /// Where what it asks begins among the bytes.
    pub logic: usize,
    /// Where what only a finding needs begins.
    pub words: usize,
}

/// A function of an embedded file.
pub struct EmbeddedFunction {
    /// Its name.
    pub name: &'static str,
    /// How many parameters it has.
    pub params: usize,
    /// What computing it takes, as [`weight::of_text`](super::weight::of_text) tells it.
    pub cost: usize,
    /// Where it begins among the bytes.
    pub begin: usize,
}

static EMBEDDED: &[EmbeddedFile] = include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));

/// The files that are part of the binary.
pub fn embedded_files() -> &'static [EmbeddedFile] {
    EMBEDDED
}
