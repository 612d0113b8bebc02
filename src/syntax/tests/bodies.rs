//! What bodies accept.

use super::dump;
use crate::source::FileId;
use crate::syntax::{Body, parse};

fn show(body: &Body) -> String {
    let attributes = body.attributes.iter().map(|a| format!("{}={}", a.name.text, dump(&a.expr)));
    let blocks = body.blocks.iter().map(|b| {
        let labels: String = b.labels.iter().map(|l| format!(" {}", l.text)).collect();
        format!("{}{labels} {{{}}}", b.kind.text, show(&b.body))
    });
    attributes.chain(blocks).collect::<Vec<_>>().join("; ")
}

fn check(text: &str, expected: &str) {
    let document = parse(FileId(0), text);
    assert!(document.problems.is_empty(), "{text}: {:#?}", document.problems);
    assert!(!document.body.incomplete);
    assert_eq!(show(&document.body), expected, "{text}");
}

#[test]
fn arguments_and_blocks() {
    check("", "");
    check("a = 1", "a=1");
    check("a = 1\n\n\nb=2 # c\n", "a=1; b=2");
    check("_a = 1\né-2 = 2\n", "_a=1; é-2=2");
    check("a {}\nb \"c\" d { e = 1 }\n", "a {}; b c d {e=1}");
    check("a {\n  b {\n    c = 1\n  }\n}", "a {b {c=1}}");
    check("a { # c\n}\n", "a {}");
    check("a { /* c */ b = 1 /* d */ }\n", "a {b=1}");
    check("a \"x$${y}\\n\" {\n}\n", "a x${y}\n {}");
    check("a = 1 /* x \n y */ \n b = 2", "a=1; b=2");
    check("a = 1\r\nb {\r\n}\r\n", "a=1; b {}");
    check("\u{feff}a = 1\n", "a=1");
    check("a = {b = <<E\nx\nE\n}\n", "a=(object \"b\" \"x\\n\")");
    check("for = 1\nnull = 2\n", "for=1; null=2");
}
