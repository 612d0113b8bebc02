//! "Did you mean": the known name nearest to one that was written.

/// Among more names than this nothing is looked for: one comparison for each would be made for each mistake.
const MOST_NAMES: usize = 500;
/// Longer names are not compared: that takes time by the square of the length.
const LONGEST: usize = 200;
/// Nothing is suggested where comparing all names that may be near would take more steps: there may be as many mistakes as
/// names. Names of usual length take some 200 each.
const MOST_STEPS: usize = 400_000;

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
    let is_possible = |name: &&str| name.len() <= LONGEST && may_be_within(edits, wrong, name);
    let possible: Vec<&str> = names.into_iter().filter(is_possible).collect();
    if possible.iter().map(|name| name.len() * wrong.len()).sum::<usize>() > MOST_STEPS {
        return None;
    }
    let scored = possible.into_iter().map(|name| (strsim::damerau_levenshtein(wrong, name), name));
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
        assert_eq!(nearest("nam7", names().take(500)), Some("name7"));
        assert_eq!(nearest("nam7", names()), None);
        let alike: Vec<String> = (0..100).map(|n| format!("{}{n}", "y".repeat(150))).collect();
        let wrong = format!("{}z", "y".repeat(150));
        assert_eq!(nearest(&wrong, alike.iter().map(|n| &**n)), None);
        let long = "x".repeat(100_000);
        assert_eq!(nearest(&long[1..], [&*long]), None);
    }
}
