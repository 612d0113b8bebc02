//! No text overflows the stack, is read in more than linear time, or drowns its reader in problems.

use std::time::Duration;

use crate::source::{FileId, ProblemKind};
use crate::syntax::{Document, parse, parse_expression, parse_template};

/// Far above what linear reading takes of the processor in a debug build, far below what quadratic reading does.
const TIME: Duration = Duration::from_secs(5);

/// For how long the processor has run this thread, where the system tells; the clock on the wall also runs while it waits.
fn processor_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|n| n.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

fn quick(text: &str) -> Document {
    let start = processor_time();
    let document = parse(FileId(0), text);
    let took = processor_time().saturating_sub(start);
    assert!(took < TIME, "{took:?} for {} bytes", text.len());
    document
}

/// A text that goes too deep: exactly one problem says so.
fn too_deep(text: &str) {
    let document = quick(text);
    let kinds: Vec<_> = document.problems.iter().map(|p| (p.kind, &p.message)).collect();
    assert!(matches!(kinds[..], [(ProblemKind::Limit, _)]), "{}…: {kinds:?}", &text[..30]);
}

fn around(open: &str, inner: &str, close: &str) -> String {
    const LEVELS: usize = 20_000;
    format!("a = {}{inner}{}\nb = 1\n", open.repeat(LEVELS), close.repeat(LEVELS))
}

#[test]
fn nesting_is_bounded() {
    too_deep(&around("[", "", "]"));
    too_deep(&around("(", "1", ")"));
    too_deep(&around("{a=", "1", "}"));
    too_deep(&around("f(", "1", ")"));
    too_deep(&around("x[", "1", "]"));
    too_deep(&around("\"${", "1", "}\""));
    too_deep(&around("[for x in ", "y", ": x]"));
    too_deep(&around("-", "1", ""));
    too_deep(&around("!", "1", ""));
    too_deep(&around("a ? b : ", "1", ""));
    too_deep(&around("(a || b && c == d < e + f * ", "1", ")"));
    too_deep(&format!("{}{}", "a {\n".repeat(20_000), "}\n".repeat(20_000)));
    too_deep(&format!("a = \"{}{}\"\n", "%{ if x }".repeat(20_000), "%{ endif }".repeat(20_000)));
    too_deep(&format!("a = \"{}{}\"\n", "%{ for x in y }".repeat(20_000), "%{ endfor }".repeat(20_000)));
}

#[test]
fn chains_are_bounded() {
    too_deep(&around("1 + ", "1", ""));
    too_deep(&around("", "x", ".y"));
    too_deep(&around("", "x", "[0]"));
    too_deep(&around("", "x", "[*]"));
    too_deep(&around("", "x.*", ".y"));
    too_deep(&around("", "x", ".0 .y"));
}

#[test]
fn what_people_write_is_well_within_the_bounds() {
    let (open, close) = ("[".repeat(200), "]".repeat(200));
    let chain = format!("a = {}true\nb = {open}{close}\n", "x == \"y\" || ".repeat(200));
    assert!(quick(&chain).problems.is_empty());
}

#[test]
fn unclosed_nesting_is_bounded() {
    for open in ["[", "(", "{a=", "f(", "x[", "\"${", "[for x in ", "{\n", "a {\n", "%{", "\"%{ if x }", "<<A\n${"] {
        let document = quick(&format!("a = {}", open.repeat(20_000)));
        assert!((1..=101).contains(&document.problems.len()), "{open}: {}", document.problems.len());
        quick(&open.repeat(20_000));
    }
}

#[test]
fn time_is_linear() {
    let items: String = (0..12_000).map(|i| format!("  key{i} = \"value\"\n")).collect();
    assert!(quick(&format!("a = {{\n{items}}}\n")).problems.is_empty());
    assert!(quick(&format!("a {{\n{items}}}\n")).problems.is_empty());
    assert!(quick(&"a {\n  b = <<E\nE\n}\n".repeat(4_000)).problems.is_empty());
    assert!(quick(&format!("a = [\n{}]\n", "<<E\nE\n,".repeat(20_000))).problems.is_empty());
    quick(&"/* a */".repeat(50_000));
    quick(&format!("a = \"{}\"\n", "x".repeat(1_000_000)));
    quick(&format!("a = <<-E\n{}E\n", "  ${x}\n".repeat(50_000)));
    quick(&format!("a = [{}]\n", "<<A\n".repeat(50_000)));
    quick(&format!("a = [1 {}]\n", "<<A\n".repeat(50_000)));
    quick(&format!("a = [1 2 {}\n", "\"${".repeat(50_000)));
    quick(&format!("a = [1 = {}\n", "\"${ \n".repeat(50_000)));
    quick(&format!("a = <<A\n{}", "E\n".repeat(200_000)));
    quick(&"b {\n)]=".repeat(100_000));
    quick(&format!("{}}}\n}}\n", "\"%{object({)E\n".repeat(50_000)));
    quick(&format!("a = [\n{}<<E\nE]\n", "<<E\n  b:\nE,".repeat(40_000)));
    assert!(quick(&format!("a = <<E\n{}\nE\n", "${1} ".repeat(200_000))).problems.is_empty());
    quick(&format!("a = <<E\n{}\nE\n", "%{ if true }".repeat(100_000)));
    quick(&format!("a = {{\n{}}}\n", "'in ,".repeat(200_000)));
    quick(&format!("a = f({})\n", "“'b` ".repeat(100_000)));
    quick(&format!("a = f({}{})\n", "resource\"\n<<-A\n".repeat(30_000), "%{%{ endfor }".repeat(30_000)));
}

#[test]
fn sequences_that_hold_each_other_and_are_not_closed() {
    let document = quick(&format!("a = <<E\n{}\nE\n", "${x\n##".repeat(30_000)));
    let last = document.problems.last().map(|problem| problem.message.to_string()).unwrap_or_default();
    assert!(last.starts_with("too many sequences hold others"), "{last}");
    assert!(document.body.incomplete);
    // A few are told as ever.
    let document = quick("a = <<E\n${x\n##${y\n##\nE\nb = 1\n");
    assert!(document.problems.iter().all(|problem| problem.kind == ProblemKind::Syntax), "{:?}", document.problems);
}

#[test]
fn problems_are_bounded() {
    for mistake in [
        "a b\n",
        "a = 'x'\n",
        "a = \"\n",
        "}\n",
        "a = [\n",
        "a = \"\\d\"\n",
        "a {\n",
        "a = <<E\n",
        "a = {\nb\n}\n",
        "=\n",
    ] {
        let document = quick(&mistake.repeat(20_000));
        let count = document.problems.len();
        assert!((1..=101).contains(&count), "{mistake}: {count}");
        assert!(document.body.incomplete || mistake.contains("a = "), "{mistake}");
    }
    let document = quick(&"a 1\n".repeat(200));
    assert_eq!(document.problems.len(), 101);
    assert_eq!(document.problems[100].message, "more than 100 problems; the rest of the file was not read");
}

/// Cuts a rich text short at every place, and drops every single byte of it: nothing may panic.
#[test]
fn no_text_panics() {
    let text = "r \"a\" \"b${\" {\n  é = [for k, v in x : \"${k}-%{ if v ~}é\\u00e9%{ else }\\n%{ endif }\" if !v]\r\n  \
                h = <<-E\n    $${x} ${ y[*].z.*.w } %{~ for a in b }\n    %{ endfor ~}\n  E\n  \
                o = { (a) = 1, b: 2 ? 3 : -4\n c = f::g(x...) } /* c */ # d\n}\n";
    let places = text.char_indices().map(|(at, _)| at).collect::<Vec<_>>();
    for at in &places {
        let shorter = format!("{}{}", &text[..*at], text[*at..].chars().skip(1).collect::<String>());
        for text in [&text[..*at], &text[*at..], &shorter] {
            parse(FileId(0), text);
            parse_expression(FileId(0), text, 3);
            parse_template(FileId(0), text, 3);
        }
    }
}

#[test]
fn heredocs_that_hold_each_other_and_are_not_closed() {
    let text = include_str!("../../../fixtures/regressions/syntax/heredocs-in-each-other");
    let document = parse(FileId(0), text);
    let last = document.problems.last().map(|problem| problem.message.to_string()).unwrap_or_default();
    assert!(last.starts_with("too many heredocs hold others"), "{last}");
    assert!(document.body.incomplete);
}
