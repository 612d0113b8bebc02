//! What is printed reads as the tree it was printed from.

use super::dump;
use crate::source::FileId;
use crate::syntax::{Body, parse, print};

fn show(body: &Body) -> String {
    let attributes = body.attributes.iter().map(|a| format!("{}={}", a.name.text, dump(&a.expr)));
    let blocks = body.blocks.iter().map(|b| {
        let labels: String = b.labels.iter().map(|l| format!(" {}", l.text)).collect();
        format!("{}{labels} {{{}}}", b.kind.text, show(&b.body))
    });
    attributes.chain(blocks).collect::<Vec<_>>().join("; ")
}

/// Reads, prints and reads again.
fn check(text: &str) {
    let first = parse(FileId(0), text);
    assert!(first.problems.is_empty(), "{text}: {:#?}", first.problems);
    let printed = print(&first);
    let second = parse(FileId(0), &printed);
    assert!(second.problems.is_empty(), "{printed}: {:#?}", second.problems);
    assert_eq!(show(&first.body), show(&second.body), "{printed}");
    assert_eq!(printed, print(&second));
}

#[test]
fn every_form_reads_as_it_was() {
    for expr in [
        "null",
        "true",
        "1.50",
        "1.e3",
        "-1",
        "!!a",
        "a + b * -c == d && !e || f % 2 >= 3 / 1",
        "a ? b ? c : d : e ? f : g",
        "a.b[0].c[\"k\"]",
        "a.0.b",
        "1 .e5",
        "a[*]",
        "a[*].b[0].c",
        "a.*.b[0].c",
        "a.*.b.0 .1",
        "a.*[0]",
        "a[*].b.*.c",
        "a[*].b.*.c[0][*].d",
        "a.*.b[*].c",
        "[]",
        "[a, [b]]",
        "{}",
        "{ a = 1, \"b${c}\" : 2, (d) = 3, 4 = 5, e.f = 6, null = 7, \"g h\" = 8 }",
        "f()",
        "f(1...)",
        "core::f(a, b...)",
        "[for x in y ? z : w : x if x]",
        "{ for k, v in m : k => v... if v }",
        "(a)",
        "\"\"",
        r#""\\\"\n\r\t\u0001 é""#,
        r#""$${a} %%{b} $ % $$ $$${c}""#,
        r#""\u0024${a}\u0025%{ if b }\u0024%{ endif }""#,
        r#""${a}""#,
        r#""${~ a ~} ""#,
        r#""a${b}c""#,
        r#""%{ if a }b%{ else }c%{ endif }%{ for k, v in d }${k}%{ endfor }""#,
        "a::b(c)",
        "\"e\u{301}\"",
        "{ e\u{301} = 1 }",
    ] {
        check(&format!("a = {expr}\n"));
        check(&format!("b {{\n  a = [({expr}), \"${{{expr}}}\"]\n}}\n"));
    }
    check("a = <<-E\n  x $${y}\n    ${z ~}\n  E\n");
    check("a \"b\" c \"d e\" \"$${f}\" e\u{301} {\n  g {\n    h = 1\n  }\n  i = 2\n}\n");
}
