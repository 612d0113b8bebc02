//! Version numbers and constraints, as `required_version`, `version` and `modules.json` write them.

use std::cmp::Ordering;
use std::fmt::{self, Display};
use std::str::FromStr;

/// A version: `1.2.3`, `v1.2`, `1.0.0-beta1+build`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    numbers: [u64; 3],
    /// How many of the numbers were written.
    written: usize,
    /// What follows the first `-`; empty for a release.
    pre: String,
}

/// Comma-joined terms, all of which must hold: `>= 1.2, < 2.0`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Constraint {
    terms: Vec<Term>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Term {
    operator: Operator,
    version: Version,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Pessimistic,
}

/// A text that is neither a version nor a constraint.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is not a version")]
pub struct VersionError(String);

impl Version {
    /// A release.
    pub const fn new(major: u64, minor: u64, patch: u64) -> Version {
        Version { numbers: [major, minor, patch], written: 3, pre: String::new() }
    }

    /// Whether it is a pre-release (`1.0.0-beta1`).
    pub fn is_prerelease(&self) -> bool {
        !self.pre.is_empty()
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Version, VersionError> {
        let error = || VersionError(text.to_owned());
        let trimmed = text.trim();
        let core = trimmed.strip_prefix('v').unwrap_or(trimmed);
        let core = core.split_once('+').map_or(core, |(c, _)| c);
        let (core, pre) = core.split_once('-').unwrap_or((core, ""));
        let mut numbers = [0; 3];
        let mut written = 0;
        for part in core.split('.') {
            if !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(error());
            }
            let number = part.parse().map_err(|_| error())?;
            // Terraform tolerates further parts; they decide nothing that matters here.
            if let Some(slot) = numbers.get_mut(written) {
                *slot = number;
                written += 1;
            }
        }
        Ok(Version { numbers, written, pre: pre.to_owned() })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.numbers.cmp(&other.numbers).then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => compare_prereleases(&self.pre, &other.pre),
        }))
    }
}

fn compare_prereleases(a: &str, b: &str) -> Ordering {
    let part = |s: &str| s.parse::<u64>().map_err(|_| s.to_owned());
    // Numbers come before words: `Ok` is ordered before `Err`.
    a.split('.').map(part).cmp(b.split('.').map(part))
}

impl Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        if self.is_prerelease() { write!(f, "-{}", self.pre) } else { Ok(()) }
    }
}

impl Constraint {
    /// Whether a version satisfies every term. A pre-release matches only where a term names it exactly.
    pub fn allows(&self, version: &Version) -> bool {
        self.terms.iter().all(|t| t.allows(version))
    }
}

impl FromStr for Constraint {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Constraint, VersionError> {
        if text.trim().is_empty() {
            return Ok(Constraint { terms: Vec::new() });
        }
        let terms = text.split(',').map(Term::from_str).collect::<Result<_, _>>()?;
        Ok(Constraint { terms })
    }
}

impl FromStr for Term {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Term, VersionError> {
        let text = text.trim();
        // Longer operators first: `>=` begins with `>`.
        let operators = [
            (">=", Operator::GreaterEqual),
            ("<=", Operator::LessEqual),
            ("~>", Operator::Pessimistic),
            ("!=", Operator::NotEqual),
            (">", Operator::Greater),
            ("<", Operator::Less),
            ("=", Operator::Equal),
            ("", Operator::Equal),
        ];
        let found = operators.iter().find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)));
        let (operator, rest) = found.unwrap_or((Operator::Equal, text));
        Ok(Term { operator, version: rest.parse()? })
    }
}

impl Term {
    fn allows(&self, version: &Version) -> bool {
        let bound = &self.version;
        let exact = || version.numbers == bound.numbers && version.pre == bound.pre;
        if version.is_prerelease() && !bound.is_prerelease() && self.operator != Operator::NotEqual {
            return false;
        }
        match self.operator {
            Operator::Equal => exact(),
            Operator::NotEqual => !exact(),
            _ if version.is_prerelease() && version.numbers != bound.numbers => false,
            Operator::Greater => version > bound,
            Operator::GreaterEqual => version >= bound,
            Operator::Less => version < bound,
            Operator::LessEqual => version <= bound,
            Operator::Pessimistic => {
                // All written parts but the last stay: `~> 1.2` keeps 1, `~> 1.2.3` keeps 1.2, `~> 1` keeps nothing.
                let fixed = bound.written.saturating_sub(1);
                version >= bound && version.numbers[..fixed] == bound.numbers[..fixed]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(constraint: &str, allowed: &[&str], refused: &[&str]) {
        let parsed: Constraint = constraint.parse().unwrap();
        for version in allowed {
            assert!(parsed.allows(&version.parse().unwrap()), "{constraint} allows {version}");
        }
        for version in refused {
            assert!(!parsed.allows(&version.parse().unwrap()), "{constraint} refuses {version}");
        }
    }

    #[test]
    fn terms_hold_as_terraform_reads_them() {
        check("1.2.3", &["1.2.3", "v1.2.3"], &["1.2.4", "1.2.3-rc1"]);
        check("= 1.2", &["1.2.0"], &["1.2.1"]);
        check("!= 1.2.0", &["1.2.1"], &["1.2.0"]);
        check(">= 1.2, < 2.0", &["1.2.0", "1.9.9"], &["1.1.9", "2.0.0"]);
        check("~> 1.2", &["1.2.0", "1.99.0"], &["2.0.0", "1.1.9"]);
        check("~> 1.2.3", &["1.2.3", "1.2.99"], &["1.3.0", "1.2.2"]);
        check("~> 1", &["1.0.0", "2.5.0"], &["0.9.0"]);
        check(">1.0,<=1.5", &["1.0.1", "1.5.0"], &["1.0.0", "1.5.1"]);
        check("", &["0.0.1", "9.9.9"], &[]);
    }

    #[test]
    fn pre_releases_match_only_where_named() {
        check(">= 1.0.0", &["1.0.0"], &["1.1.0-beta1"]);
        check("= 1.1.0-beta1", &["1.1.0-beta1"], &["1.1.0", "1.1.0-beta2"]);
        check(">= 1.1.0-beta1", &["1.1.0-beta2", "1.1.0", "1.2.0"], &["1.1.0-alpha9", "1.2.0-beta1"]);
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in ["x", "1.x", "latest", ">= ", "1..2", ">=> 1", "-1"] {
            assert!(text.parse::<Constraint>().is_err(), "{text}");
        }
        assert!("".parse::<Version>().is_err());
    }
}
