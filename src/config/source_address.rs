//! Where a module call gets its module from, as the `source` argument says it.

use super::body::literal_text;
use crate::syntax::{Expr, Text};

/// What is said in the place of a source that is no plain text.
pub const COMPUTED_SOURCE: &str = "(computed)";

/// A module source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ModuleSource {
    /// `./x`, `../x`: a folder relative to the calling one.
    Local(Text),
    /// `namespace/name/system`, with host and sub-folder where written.
    Registry(Text),
    /// Anything that is fetched from elsewhere: git, archives, buckets.
    Remote(Text),
    /// None of these, so Terraform refuses it.
    Invalid(Text),
}

/// Registries that are meant where a source names none.
const DEFAULT_HOSTS: [&str; 2] = ["registry.terraform.io/", "registry.opentofu.org/"];

impl ModuleSource {
    /// Classifies the text of a `source` argument.
    pub fn parse(text: &str) -> ModuleSource {
        let is_local = ["./", "../", ".\\", "..\\"].iter().any(|p| text.starts_with(p));
        if is_local {
            ModuleSource::Local(text.replace('\\', "/").into())
        } else if is_registry(text) {
            ModuleSource::Registry(text.into())
        } else if is_remote(text) {
            ModuleSource::Remote(text.into())
        } else {
            ModuleSource::Invalid(text.into())
        }
    }

    /// The source that an expression says in plain text.
    pub fn of(expr: &Expr) -> Option<ModuleSource> {
        literal_text(expr).map(|text| ModuleSource::parse(text))
    }

    /// The source as written.
    pub fn text(&self) -> &str {
        match self {
            ModuleSource::Local(t) | ModuleSource::Registry(t) | ModuleSource::Remote(t) | ModuleSource::Invalid(t) => {
                t
            }
        }
    }

    /// Whether an entry of `modules.json` with this source is what the call asks for.
    pub fn matches(&self, recorded: &str) -> bool {
        canonical(self.text()) == canonical(recorded)
    }
}

/// `[host/]namespace/name/system[//sub]`
fn is_registry(text: &str) -> bool {
    let (package, _) = split_sub_folder(text);
    let parts: Vec<&str> = package.split('/').collect();
    let is_word = |p: &&str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let is_host = |p: &str| {
        (p.contains('.') || p.contains(':')) && p.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:".contains(&b))
    };
    match parts.as_slice() {
        [_, _, _] => parts.iter().all(is_word),
        // These hosts are shorthand for git repositories.
        [host, rest @ ..] if rest.len() == 3 => {
            is_host(host) && !["github.com", "bitbucket.org"].contains(host) && rest.iter().all(is_word)
        }
        _ => false,
    }
}

fn is_remote(text: &str) -> bool {
    text.contains("::")
        || text.contains("://")
        || text.starts_with('/')
        || ["github.com/", "bitbucket.org/", "gitlab.com/"].iter().any(|p| text.starts_with(p))
        || is_scp_like(text)
        || text.contains(".amazonaws.com/")
        || text.contains("googleapis.com/")
}

/// `git@github.com:org/repo.git`
fn is_scp_like(text: &str) -> bool {
    text.split_once(':').is_some_and(|(host, _)| host.contains('@') && !host.contains('/'))
}

/// The package and the sub-folder behind `//`; the `//` of a URL's scheme does not count.
fn split_sub_folder(text: &str) -> (&str, &str) {
    let start = text.find("://").map_or(0, |i| i + 3);
    match text[start..].find("//") {
        Some(i) => (&text[..start + i], &text[start + i + 2..]),
        None => (text, ""),
    }
}

/// The form in which sources are compared: without a default host, shorthands of git spelled out.
fn canonical(text: &str) -> String {
    if let Some(rest) = DEFAULT_HOSTS.iter().find_map(|h| text.strip_prefix(h)) {
        return rest.to_owned();
    }
    let (body, query) = text.split_once('?').map_or((text, ""), |(b, q)| (b, q));
    let (package, folder) = split_sub_folder(body);
    let package = canonical_package(package);
    let folder = if folder.is_empty() { String::new() } else { format!("//{folder}") };
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    format!("{package}{folder}{query}")
}

fn canonical_package(package: &str) -> String {
    if let Some(path) = package.strip_prefix("github.com/") {
        let path = path.strip_suffix(".git").unwrap_or(path);
        return format!("git::https://github.com/{path}.git");
    }
    let bare = package.strip_prefix("git::").unwrap_or(package);
    if is_scp_like(bare) && !bare.contains("://") {
        let (host, path) = bare.split_once(':').unwrap_or((bare, ""));
        return format!("git::ssh://{host}/{path}");
    }
    package.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> &'static str {
        match ModuleSource::parse(text) {
            ModuleSource::Local(_) => "local",
            ModuleSource::Registry(_) => "registry",
            ModuleSource::Remote(_) => "remote",
            ModuleSource::Invalid(_) => "invalid",
        }
    }

    #[test]
    fn sources_are_told_apart() {
        for (text, expected) in [
            ("./modules/vpc", "local"),
            ("../..", "local"),
            ("..\\vpc", "local"),
            ("terraform-aws-modules/vpc/aws", "registry"),
            ("terraform-aws-modules/iam/aws//modules/role", "registry"),
            ("app.terraform.io/acme/vpc/aws", "registry"),
            ("localhost:8080/acme/vpc/aws", "registry"),
            ("github.com/acme/modules//vpc?ref=v1", "remote"),
            ("github.com/acme/modules/vpc", "remote"),
            ("git@github.com:acme/modules.git//vpc", "remote"),
            ("git::https://example.com/vpc.git", "remote"),
            ("https://example.com/vpc.zip", "remote"),
            ("s3::https://s3-eu-west-1.amazonaws.com/b/vpc.zip", "remote"),
            ("s3-eu-west-1.amazonaws.com/b/vpc.zip", "remote"),
            ("/opt/modules/vpc", "remote"),
            ("modules/vpc", "invalid"),
            ("vpc", "invalid"),
            (".", "invalid"),
            ("", "invalid"),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn recorded_sources_match_in_their_normal_form() {
        for (written, recorded, expected) in [
            ("a/b/c", "registry.terraform.io/a/b/c", true),
            ("a/b/c//x", "registry.opentofu.org/a/b/c//x", true),
            ("registry.terraform.io/a/b/c", "a/b/c", true),
            ("a/b/c", "registry.terraform.io/a/b/d", false),
            ("app.terraform.io/a/b/c", "registry.terraform.io/a/b/c", false),
            ("github.com/o/r//s?ref=v1", "git::https://github.com/o/r.git//s?ref=v1", true),
            ("github.com/o/r//s?ref=v1", "git::https://github.com/o/r.git//s?ref=v2", false),
            ("git@github.com:o/r.git", "git::ssh://git@github.com/o/r.git", true),
            ("git::git@github.com:o/r.git//s", "git::ssh://git@github.com/o/r.git//s", true),
            ("https://x.y/z.zip", "https://x.y/z.zip", true),
        ] {
            assert_eq!(ModuleSource::parse(written).matches(recorded), expected, "{written} and {recorded}");
        }
    }
}
