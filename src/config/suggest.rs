//! "Did you mean": the known name nearest to one that was written.

/// Among more names than this nothing is looked for: one comparison for each would be made for each mistake.
const MOST_NAMES: usize = 3000;
/// Longer names are not compared: that takes time by the square of the length.
const LONGEST: usize = 200;

/// The name most like a misspelt one, where one is alike enough.
pub fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let length = wrong.chars().count();
    nearest_within((1 + length / 4).min(length.checked_sub(1)?), wrong, names)
}

/// The name most like a misspelt one, of those that are no more edits than that away from it.
pub fn nearest_within<'n>(edits: usize, wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let names: Vec<&str> = names.into_iter().take(MOST_NAMES + 1).collect();
    if names.len() > MOST_NAMES || wrong.len() > LONGEST {
        return None;
    }
    // Comparing takes long, and most names are out of the question at a glance.
    let possible = names.into_iter().filter(|name| name.len() <= LONGEST && may_be_within(edits, wrong, name));
    let scored = possible.map(|name| (strsim::damerau_levenshtein(wrong, name), name));
    let (distance, name) = scored.min_by_key(|(d, n)| (*d, *n))?;
    (distance <= edits).then_some(name)
}

/// Whether there may be no more edits than that between two names: each replaces or adds one byte at most that the
/// other name lacks.
fn may_be_within(edits: usize, a: &str, b: &str) -> bool {
    if !a.is_ascii() || !b.is_ascii() {
        return a.chars().count().abs_diff(b.chars().count()) <= edits;
    }
    if a.len().abs_diff(b.len()) > edits {
        return false;
    }
    let mut surplus = [0_isize; 128];
    a.bytes().for_each(|byte| surplus[usize::from(byte)] += 1);
    b.bytes().for_each(|byte| surplus[usize::from(byte)] -= 1);
    let lacking: isize = surplus.iter().filter(|n| **n > 0).sum();
    let more: isize = -surplus.iter().filter(|n| **n < 0).sum::<isize>();
    lacking.max(more).unsigned_abs() <= edits
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_near_names_are_suggested() {
        let names = ["resource", "data", "output", "variable"];
        assert_eq!(nearest("resorce", names), Some("resource"));
        assert_eq!(nearest("varaible", names), Some("variable"));
        assert_eq!(nearest("dta", names), Some("data"));
        assert_eq!(nearest("policy", names), None);
    }

    #[test]
    fn among_too_many_or_too_long_names_none_is_suggested() {
        let names: Vec<String> = (0..4_000).map(|n| format!("name{n}")).collect();
        let names = || names.iter().map(|n| &**n);
        assert_eq!(nearest("nam7", names().take(3_000)), Some("name7"));
        assert_eq!(nearest("nam7", names()), None);
        let long = "x".repeat(100_000);
        assert_eq!(nearest(&long[1..], [&*long]), None);
    }
}
