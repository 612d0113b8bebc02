//! Strings, heredocs and whole templates.

use super::{check, dump, refused};
use crate::source::FileId;
use crate::syntax::{ExprKind, TemplatePart, parse, parse_template};

/// The value of attribute `a` of a file, as [`dump`] shows it.
fn heredoc(text: &str, expected: &str) {
    let document = parse(FileId(0), text);
    assert!(document.problems.is_empty(), "{text}: {:#?}", document.problems);
    let attribute = document.body.attribute("a").unwrap();
    assert_eq!(dump(&attribute.expr), expected, "{text}");
}

#[test]
fn escapes() {
    check(r#""a\n\t\r\"\\\u00e9\U0001f600""#, r#""a\n\t\r\"\\é😀""#);
    check(r#""$${x} %%{y} $ % $$ %%""#, r#""${x} %{y} $ % $$ %%""#);
    check(r#""$$${x}""#, r#""$${x}""#);
    check("\"e\u{301}\"", "\"é\"");
    check(r#""e\u0301""#, "\"é\"");
    check("\"\u{1}\"", "\"\\u{1}\"");
    refused(r#""\d\d""#, "`\\d` is not an escape");
    refused(r#""\ud800""#, "`\\u` is not an escape");
    refused(r#""a\${b}""#, "`\\$` is not an escape");
    refused(r#""\/""#, "`\\/` is not an escape");
}

#[test]
fn interpolations() {
    check(r#""${a}""#, "(template ($ a))");
    check(r#""a${b}c""#, "(template \"a\" ($ b) \"c\")");
    check(r#""${"${a}"}""#, "(template ($ (template ($ a))))");
    check("\"${\na # c\n}\"", "(template ($ a))");
    check(r#""${ { a = 1 } }""#, "(template ($ (object \"a\" 1)))");
    check(r#""a ${~ b ~} c""#, "(template \"a\" ($ b) \"c\")");
    check(r#""  ${~ b ~}  ""#, "(template \"\" ($ b))");
    check(r#""${~ b ~}""#, "(template ($ b))");
    check(r#""a \n ${~b}""#, "(template \"a\" ($ b))");
}

#[test]
fn directives() {
    check(r#""%{ if a }b%{ else }c%{ endif }""#, "(template (%if a( then \"b\")( else \"c\")))");
    check(r#""%{ for k, v in m ~} x ${k} %{~ endfor }""#, "(template (%for k,v m( do \"x \" ($ k))))");
    check("\"%{ if a &&\n b }%{ endif }\"", "(template (%if (And a b)( then)( else)))");
    check(r#""%{ if true }a\"b\n%{ endif }""#, "(template (%if true( then \"a\\\"b\\n\")( else)))");
    refused(r#""%{ if a }""#, "`%{ if }` is not closed by `%{ endif }`");
    refused(r#""%{ endif }""#, "`%{ endif }` without its `%{ if }`");
    refused(r#""%{ifx}a%{endif}""#, "expected `if`, `else`, `endif`, `for` or `endfor` behind `%{`, found `ifx`");
    refused(r#""%{ if a }%{ else }%{ else }%{ endif }""#, "`%{ if }` is not closed by `%{ endif }`");
}

#[test]
fn heredocs() {
    heredoc("a = <<E\nx\nE\n", "\"x\\n\"");
    heredoc("a = <<E\nE\nb = <<E\nx\nE\n", "\"\"");
    heredoc("a = <<E\n$${x} \\n\nE\n", "\"${x} \\\\n\\n\"");
    heredoc("a = <<E\n\u{a0}E\u{a0}\nb = 1\n", "\"\"");
    heredoc("a = <<E\r\nx\r\nE\r\n", "\"x\\r\\n\"");
    heredoc("a = <<E\n${[1]}\nE\n", "(template ($ (tuple 1)) \"\\n\")");
    heredoc("a = <<E\nx $E\n$E\nE\n", "\"x $E\\n$E\\n\"");
    heredoc("a = <<E\n${<<E\ny\nE\n}\nE\n", "(template ($ \"y\\n\") \"\\n\")");
    heredoc("a = f(<<E\nx\nE\n, 1)\n", "(f() \"x\\n\" 1)");
}

#[test]
fn flush_heredocs_lose_the_indentation_their_lines_share() {
    heredoc("a = <<-E\n    x\n\n    y\n  \n    E\n", "\"x\\n\\ny\\n  \\n\"");
    heredoc("a = <<-E\n\tx\n    y\n\tE\n", "\"x\\n   y\\n\"");
    heredoc("a = <<-E\n    x\n${\"y\"}\n    E\n", "(template \"    x\\n\" ($ \"y\") \"\\n\")");
    heredoc("a = <<-E\n    ${\"y\"}\n      z\n    E\n", "(template ($ \"y\") \"\\n  z\\n\")");
    heredoc("a = <<-E\n    a ${x}\nbcdefg\n    E\n", "(template \"    a \" ($ x) \"\\nbcdefg\\n\")");
    heredoc(
        "a = <<-E\n    a\n    %{ for x in [1,2] ~}\n      x${x}\n    %{ endfor ~}\n    b\n    E\n",
        "(template \"a\\n\" (%for x (tuple 1 2)( do \"      x\" ($ x) \"\\n\")) \"    b\\n\")",
    );
    heredoc(
        "a = <<-E\n    %{ if c }\n    x\n    %{ endif }\n    E\n",
        "(template (%if c( then \"\\nx\\n\")( else)) \"\\n\")",
    );
}

#[test]
fn strip_markers_take_one_token() {
    heredoc(
        "a = <<E\nA\n%{ for x in [\"p\",\"q\"] ~}\n\n\n  ${x}\n%{ endfor ~}\nB\nE\n",
        "(template \"A\\n\" (%for x (tuple \"p\" \"q\")( do \"\\n\\n  \" ($ x) \"\\n\")) \"B\\n\")",
    );
    heredoc(
        "a = <<E\nx\n\n%{~ if true ~}\n\n y\n%{~ endif ~}\n\nz\nE\n",
        "(template \"x\\n\" (%if true( then \"\\n y\")( else)) \"\\nz\\n\")",
    );
    heredoc("a = <<E\n${x ~}\nE\n", "(template \"\" ($ x))");
}

#[test]
fn whole_texts_are_templates() {
    let parsed = |text: &str| {
        let (expr, problems) = parse_template(FileId(0), text, 0);
        assert!(problems.is_empty(), "{problems:?}");
        dump(&expr)
    };
    assert_eq!(parsed("${x}"), "(template ($ x))");
    assert_eq!(parsed("${x}\n"), "(template ($ x) \"\\n\")");
    assert_eq!(parsed("a \"b\" \\n\n"), "\"a \\\"b\\\" \\\\n\\n\"");
    assert_eq!(parsed(""), "\"\"");
    assert_eq!(parsed("${x}\r\ny"), "(template ($ x) \"\\r\\ny\")");
    // HCL's scanner takes what stands behind a lone carriage return as it is.
    assert_eq!(parsed("${x}a\rb${x}\n"), "(template ($ x) \"a\\rb${x}\\n\")");
    assert_eq!(parsed("%{ for x in y ~}\n  ${x}\n%{ endfor ~}\n"), {
        "(template (%for x y( do \"  \" ($ x) \"\\n\")))"
    });
}

#[test]
fn spans_of_parts_are_moved_by_the_offset() {
    let (expr, _) = parse_template(FileId(0), "ab${c}d", 10);
    let ExprKind::Template(parts) = &expr.kind else { panic!("{expr:?}") };
    let spans = parts.iter().map(|part| match part {
        TemplatePart::Literal(_, span) => (span.start, span.end),
        TemplatePart::Interpolation(expr) => (expr.span.start, expr.span.end),
        _ => (0, 0),
    });
    assert_eq!(spans.collect::<Vec<_>>(), [(10, 12), (14, 15), (16, 17)]);
}
