use super::translate;

/// The first match and its groups, as Go would find them.
fn check(pattern: &str, text: &str, expected: &[&str]) {
    let translated = translate(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}"));
    let regex = regex::Regex::new(&translated.pattern).unwrap_or_else(|e| panic!("{pattern}: {e}"));
    let captures = regex.captures(text);
    let found: Vec<&str> =
        captures.iter().flat_map(|c| c.iter()).map(|group| group.map_or("<none>", |m| m.as_str())).collect();
    assert_eq!(found, expected, "{pattern} on {text}, as {}", translated.pattern);
    assert_eq!(translated.groups.len() + 1, regex.captures_len(), "{pattern}");
}

#[test]
fn literals_that_other_engines_read_as_operators() {
    check("{", "a{", &["{"]);
    check("a{", "a{", &["a{"]);
    check("x{,3}", "x{,3}", &["x{,3}"]);
    check("x{01}", "x{01}", &["x{01}"]);
    check("[a&&b]+", "a&b", &["a&b"]);
    check("[a~~b]", "~", &["~"]);
    check("[[]", "a[", &["["]);
    check("[]a]+", "]a", &["]a"]);
    check("[^]a]", "]ab", &["b"]);
    check(r"[\d-x]+", "1-x2", &["1-x2"]);
    check("[a-]+", "a-", &["a-"]);
    check("[[:x]+", ":[x", &[":[x"]);
    check(r"\<\_\#", "<_#", &["<_#"]);
    check("a#b c", "a#b c", &["a#b c"]);
}

#[test]
fn classes_are_ascii() {
    check(r"\w+", "éa", &["a"]);
    check(r"\d", "٣", &[]);
    check(r"\s", "\u{a0}\u{b}", &[]);
    check(r"\b\w", "éa", &["a"]);
    check(r"a\B", "aé", &[]);
    check(r"\W", "aé", &["é"]);
    check(r"[\D]", "1é", &["é"]);
    check("[[:word:]]", "é1", &["1"]);
    check("[[:^alpha:]]", "a1", &["1"]);
    check("[[:space:]]", "\u{b}", &["\u{b}"]);
    check(r"\p{Greek}+", "abαβ", &["αβ"]);
    check(r"\pN", "a5", &["5"]);
    check(r"\p{^L}", "a5", &["5"]);
    check(r"[\p{Lu}\PL]+", "aB1", &["B1"]);
    check("(?i)k", "\u{212a}", &["\u{212a}"]);
}

#[test]
fn escapes() {
    check(r"\101\x41\x{41}", "AAA", &["AAA"]);
    check(r"\07\0", "\u{7}\0", &["\u{7}\0"]);
    check(r"\Qa.b\E+", "xa.bb", &["a.bb"]);
    check(r"\Qa.b", "xa.b", &["a.b"]);
    check(r"\Aa\z", "a", &["a"]);
    check(r"[\n\]\\]+", "\n]\\", &["\n]\\"]);
    check(r"\x{D800}|b", "b", &["b"]);
}

#[test]
fn groups_and_flags() {
    check("(a)|(b)", "b", &["b", "<none>", "b"]);
    check("(?P<x>a)(?<y>b)", "ab", &["ab", "a", "b"]);
    check("(?P<1>a)", "a", &["a", "a"]);
    check("(?U)a+", "aaa", &["a"]);
    check("(?s)a.c", "a\nc", &["a\nc"]);
    check("(?m)^b$", "a\nb", &["b"]);
    check("^b$", "a\nb", &[]);
    check("(?i-s:A)b", "ab", &["ab"]);
    check("(?)a(?:)", "a", &["a"]);
    check("(?ii)A", "a", &["a"]);
    check("(|a)b", "ab", &["ab", "a"]);
    check("a*?b??", "aab", &[""]);
    check("(?:a*)*", "aa", &["aa"]);
    check("(a{10}){100}", "", &[]);
    check("a{0}b{2,}", "abb", &["bb"]);
}

#[test]
fn what_go_refuses() {
    for pattern in [
        "[",
        "[a",
        "(",
        ")",
        "a)",
        "(?",
        "a**",
        "a++",
        "a*{2}",
        "a{2}{3}",
        "a???",
        "*",
        "a|*",
        "(*)",
        "{2}",
        "a{1001}",
        "a{3,2}",
        "(a{100}){11}",
        "a{100000000000}",
        r"\h",
        r"\u0041",
        "(?x)a",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?P=a)",
        r"(a)\1",
        r"\8",
        r"\Z",
        r"\C",
        r"\é",
        r"\",
        r"\x{110000}",
        r"\x4",
        r"\x{}",
        "[b-a]",
        r"[a-\d]",
        r"[\b]",
        "[a--b]",
        "[[:foo:]]",
        r"\p{Foo}",
        r"\p{Alphabetic}",
        r"\p{sc=Greek}",
        r"\pé",
        "(?P<a>x)(?P<a>y)",
        "(?P<>x)",
        "(?P<a-b>x)",
        "(?P<a",
        "(?i-)a",
        r"\E",
    ] {
        assert!(translate(pattern).is_err(), "{pattern} is accepted");
    }
}
