//! What is said about mistakes: each is told once, and what stands behind it is still read.

use std::fmt::Write;

use super::dump;
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{Body, parse};

/// The problems of a text, and then what was understood.
fn told(text: &str) -> String {
    let map = SourceMap::new();
    let file = map.add("a.tf".as_ref(), "a.tf", text);
    let document = parse(FileId(0), text);
    let place = |span: Span| {
        let at = file.line_column(span.start);
        format!("{}:{} `{}`", at.line, at.column, text[span.range()].replace('\n', "⏎"))
    };
    let mut out = String::new();
    for problem in &document.problems {
        let label = problem.label.as_ref().unwrap();
        let _ = writeln!(out, "{}\n  {} {}", problem.message, place(label.span), label.text);
        for related in &problem.related {
            let _ = writeln!(out, "  {} {}", place(related.span), related.text);
        }
        let _ = writeln!(out, "  help: {}", problem.help.as_deref().unwrap_or("none"));
    }
    show(&document.body, &mut out);
    out
}

/// Texts with what is told about them, kept in `snapshots/`.
fn snapshot(name: &str, texts: &[&str]) {
    let shown = texts.iter().map(|text| {
        let text_lines: String = text.lines().map(|line| format!("    {line}\n")).collect();
        format!("{text_lines}{}\n", told(text))
    });
    insta::assert_snapshot!(name, shown.collect::<Vec<_>>().join("\n"));
}

fn show(body: &Body, out: &mut String) {
    let mark = if body.incomplete { "?" } else { "" };
    let _ = write!(out, "{{{mark}");
    for attribute in &body.attributes {
        let _ = write!(out, " {}={}", attribute.name.text, dump(&attribute.expr));
    }
    for block in &body.blocks {
        let labels: String = block.labels.iter().map(|l| format!(".{}", l.text)).collect();
        let _ = write!(out, " {}{labels} ", block.kind.text);
        show(&block.body, out);
    }
    out.push_str(" }");
}

#[test]
fn values() {
    snapshot(
        "values",
        &[
            "a = \nb = 1\n",
            "a = 'x'\nb = 1\n",
            "a = “x”\nb = 1\n",
            "a = ${var.x}\nb = 1\n",
            "a = 1.2.3\nb = 1\n",
            "a = var.\nb = 1\n",
            "a = b c\nd = 1\n",
            "a = b and c\nd = 1\n",
            "a = x ? y\nb = 1\n",
            "a = b = c\n",
            "a = 1 $ 2\nb = 1\n",
            "a = foo.0.1\n",
            "a = x &&\ny\nb = 1\n",
            "a = x &&\nb = 1\n",
            "a = x\n  ? y\n  : z\nb = 1\n",
            "a\u{a0}= 1\nb = 1\n",
            "a = 1\rb = 2\n",
            "a = 1; b = 2\nc = 3\n",
        ],
    );
}

#[test]
fn brackets() {
    snapshot(
        "brackets",
        &[
            "a = [1, 2\nb = 1\n",
            "b {\n  a = f(1,\n}\nc {}\n",
            "a = [1 2 3]\nb = 1\n",
            "a = {\n  b = 1 c = 2\n  d 3\n  e = 4\n}\nf = 1\n",
            "a = [1, 2)\nb = 1\n",
            "a = (1\nb = 1\n",
            "a = x[1\nb = 1\n",
            "a = { b => 1 }\n",
            "a = {\n  b {\n    c = 1\n  }\n  d = 2\n}\n",
            "a = [for x in y x]\nb = 1\n",
            "a = f(x..., y)\nb = 1\n",
            "a = [1,,2]\nb = 1\n",
            "a = x[*\nb = 1\n",
        ],
    );
}

#[test]
fn bodies() {
    snapshot(
        "bodies",
        &[
            "\"a\" = 1\nb = 1\n",
            "\"a\" = {\n  b = 1\n}\n\"a\" = {\n  b = 2\n}\n",
            "a : 1\nb := 2\nc == 3\n",
            "a\nb = 1\n",
            "a.b = 1\nc = 1\n",
            "a = 1,\nb = 1\n",
            "a = 1 b = 2\n",
            "a \"b\"\n{\n  c = 1\n}\n",
            "a \"b\" = {\n  c = 1\n}\n",
            "a { b = 1, c = 2 }\nd = 1\n",
            "a { b { c = 1 } }\nd = 1\n",
            "a { b = 1\n  c = 2\n}\n",
            "a {\n  b = 1 }\nc = 1\n",
            "a {\n}\n}\nb = 1\n",
            "a = 1\na = 2\n",
            "a \"${b}\" {\n  c = 1\n}\nd = 1\n",
            "a \"b\" \"c\"\nd = 1\n",
            "[a]\nb = 1\n",
            "b = 1\n/* c\nd = 1\n",
            "a = 1 /* c\nd = 1\n",
        ],
    );
}

#[test]
fn unclosed_braces() {
    snapshot(
        "unclosed_braces",
        &[
            "a {\n  b\n    c = 1\n  }\n}\nd = 1\n",
            "a {\n  b = c {\n}\nd = 1\n",
            "resource \"a\" \"b\" {\n  c = 1\n\nresource \"d\" \"e\" {\n  f = 1\n}\n",
            "resource \"a\" \"b\" {\n  tags = {\n    c = 1\n\n  d = 2\n}\n\nresource \"d\" \"e\" {\n  f = 1\n}\n",
            "resource \"a\" \"b\" {\n  tags = {\n    c = 1\n\nresource \"d\" \"e\" {\n}\n",
            "a {\n  b = 1\n",
            "a {\n  b = [{\n",
            "a {\n  b {\n  c = 1\n}\nd = 1\n",
        ],
    );
}

#[test]
fn strings() {
    snapshot(
        "strings",
        &[
            "variable \"a {\n  b = 1\n}\nc = 1\n",
            "variable a\" {\n  b = 1\n}\nc = 1\n",
            "a = \"x\nb = 1\n",
            "a = \"x\ny\"\nb = 1\n",
            "a = \"x\\d\\s\"\nb = 1\n",
            "a = \"${x\"\nb = 1\n",
            "a = \"${x\nb = \"1\"\n",
            "a = \"${x y}z\"\nb = 1\n",
            "a = \"${A:-b}\"\nb = 1\n",
            "a = \"${f(x}\"\nb = 1\n",
            "a = \"%{ elseif x }\"\nb = 1\n",
            "a = \"%{ if x }y\"\nb = 1\n",
            "a = \"%{ for x in y }%{ endif }\"\nb = 1\n",
            "a = <<E\nx\nE,\nb = 1\n",
            "a = <<E\nx\n",
            "a = <<E\nx\nE",
            "a = << E\nb = 1\n",
            "resource \"a\" \"b\" {\n  c = <<E\nx\n}\n\nresource \"d\" \"e\" {\n}\n",
            "a = <<E\n${x y}\n${z\nE\nb = 1\n",
            "a = <<E\nx\ry\nE\n",
            "a = \"${}\"\nb = 1\n",
        ],
    );
}
