//! "Did you mean": the known name nearest to one that was written.

/// The candidate that differs from `name` by a typing mistake at most.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = 1 + name.chars().count() / 5;
    let distances = candidates.into_iter().map(|c| (strsim::osa_distance(name, c), c));
    distances.filter(|(d, _)| *d <= allowed).min_by_key(|(d, _)| *d).map(|(_, c)| c)
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
}
