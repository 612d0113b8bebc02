//! Names for findings that stay when lines move.

use std::fmt;

use sha2::{Digest, Sha256};

use super::Finding;

/// So many bytes of the digest are kept.
const LENGTH: usize = 10;

/// A name for a finding that stays when lines move, printed in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Fingerprint {
    digest: [u8; LENGTH],
    /// Which it is of several findings with one digest, from 1.
    number: u32,
}

impl Fingerprint {
    /// Of what a finding is about: the rule, the root's path, the address and the attribute.
    pub fn of(rule: &str, root: &str, address: &str, attribute: Option<&str>) -> Fingerprint {
        let mut hash = Sha256::new();
        for part in [rule, root, address, attribute.unwrap_or("")] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let whole = hash.finalize();
        Fingerprint { digest: std::array::from_fn(|at| whole[at]), number: 1 }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digest.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        f.write_str(&digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])).collect::<String>())?;
        if self.number > 1 { write!(f, "-{}", self.number) } else { Ok(()) }
    }
}

impl Finding {
    /// The fingerprint that it would have in a root of that folder, at that address.
    pub fn fingerprint_at(&self, root: &str, address: &str) -> Fingerprint {
        let there = Fingerprint::of(&self.about.rule, root, address, self.about.attribute.as_deref());
        Fingerprint { number: self.fingerprint.number, ..there }
    }
}

/// Tells findings of one rule, instance and attribute apart, in their order.
pub(super) fn number(findings: &mut [Box<Finding>]) {
    let mut by_digest: Vec<usize> = (0..findings.len()).collect();
    by_digest.sort_unstable_by_key(|at| (findings[*at].fingerprint.digest, *at));
    let mut before: Option<Fingerprint> = None;
    for at in by_digest {
        let own = &mut findings[at].fingerprint;
        if let Some(before) = before.filter(|before| before.digest == own.digest) {
            own.number = before.number + 1;
        }
        before = Some(*own);
    }
}
