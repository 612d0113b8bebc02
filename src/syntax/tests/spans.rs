//! Where each node stands, shown as the text that its span covers.

use crate::source::{FileId, Span};
use crate::syntax::{AttrExpr, ConditionalExpr, Document, Expr, ExprKind, ForPart, IfPart, TemplatePart, parse};

/// The expressions of a tree from the outside in, each as `kind: text`.
fn covered(text: &str) -> Vec<String> {
    let document = parse(FileId(0), text);
    assert!(document.problems.is_empty(), "{:#?}", document.problems);
    let mut out = Vec::new();
    walk(&document.body.attributes[0].expr, &mut |kind, span| out.push(format!("{kind}: {}", &text[span.range()])));
    out
}

fn walk(expr: &Expr, show: &mut dyn FnMut(&str, Span)) {
    let kind = format!("{:?}", expr.kind);
    show(kind.split(|c: char| !c.is_alphanumeric()).next().unwrap(), expr.span);
    match &expr.kind {
        ExprKind::Tuple(items) => items.iter().for_each(|e| walk(e, show)),
        ExprKind::Call(call) => call.args.iter().for_each(|e| walk(e, show)),
        ExprKind::Object(items) => items.iter().for_each(|i| {
            walk(&i.key, show);
            walk(&i.value, show);
        }),
        ExprKind::Attr(attr) => {
            let AttrExpr { base, name } = &**attr;
            walk(base, show);
            show("name", name.span);
        }
        ExprKind::Index(a, b) | ExprKind::Splat { base: a, each: b } => {
            walk(a, show);
            walk(b, show);
        }
        ExprKind::Binary(_, of) => {
            walk(&of.left, show);
            walk(&of.right, show);
        }
        ExprKind::Unary(_, a) | ExprKind::Paren(a) => walk(a, show),
        ExprKind::Conditional(of) => {
            let ConditionalExpr { condition, then, otherwise } = &**of;
            [condition, then, otherwise].into_iter().for_each(|e| walk(e, show));
        }
        ExprKind::For(parts) => {
            show("value", parts.value_var.span);
            walk(&parts.collection, show);
            walk(&parts.value, show);
        }
        ExprKind::Template(parts) => parts.iter().for_each(|part| match part {
            TemplatePart::Literal(_, span) => show("literal", *span),
            TemplatePart::Interpolation(expr) => walk(expr, show),
            TemplatePart::If(part) => {
                let IfPart { condition, span, .. } = &**part;
                show("if", *span);
                walk(condition, show);
            }
            TemplatePart::For(part) => {
                let ForPart { collection, span, .. } = &**part;
                show("for", *span);
                walk(collection, show);
            }
        }),
        _ => {}
    }
}

#[test]
fn operators_and_traversals() {
    assert_eq!(
        covered("a = -b.c[0] + (d)\n"),
        [
            "Binary: -b.c[0] + (d)",
            "Unary: -b.c[0]",
            "Index: b.c[0]",
            "Attr: b.c",
            "Variable: b",
            "name: c",
            "Number: 0",
            "Paren: (d)",
            "Variable: d",
        ]
    );
    assert_eq!(
        covered("a = x[*].y\n"),
        ["Splat: x[*].y", "Variable: x", "Attr: [*].y", "SplatElement: [*]", "name: y"]
    );
    assert_eq!(covered("a = x.*.y\n"), ["Splat: x.*.y", "Variable: x", "Attr: *.y", "SplatElement: *", "name: y"]);
    assert_eq!(covered("a = x ? y : z\n"), ["Conditional: x ? y : z", "Variable: x", "Variable: y", "Variable: z"]);
}

#[test]
fn collections() {
    assert_eq!(
        covered("a = [ b, { c = 1 } ] # d\n"),
        ["Tuple: [ b, { c = 1 } ]", "Variable: b", "Object: { c = 1 }", "String: c", "Number: 1",]
    );
    assert_eq!(covered("a = f( b... )\n"), ["Call: f( b... )", "Variable: b"]);
    assert_eq!(covered("a = [for x in y : x]\n"), ["For: [for x in y : x]", "value: x", "Variable: y", "Variable: x"]);
}

#[test]
fn templates() {
    assert_eq!(covered("a = \"é${b}c\"\n"), ["Template: \"é${b}c\"", "literal: é", "Variable: b", "literal: c"]);
    assert_eq!(
        covered("a = \"%{ if b }c%{ endif }\"\n"),
        ["Template: \"%{ if b }c%{ endif }\"", "if: %{ if b }c%{ endif }", "Variable: b",]
    );
    assert_eq!(
        covered("a = <<-E\n  x ${y}\n  E\n"),
        ["Template: <<-E\n  x ${y}\n  E", "literal: x ", "Variable: y", "literal: \n",]
    );
}

fn document(text: &str) -> Document {
    let document = parse(FileId(0), text);
    assert!(document.problems.is_empty(), "{:#?}", document.problems);
    document
}

#[test]
fn blocks_and_arguments() {
    let text = "a \"b\" c {\n  d = 1 # e\n}\n";
    let block = &document(text).body.blocks[0];
    let shown = |span: Span| &text[span.range()];
    assert_eq!(shown(block.span), "a \"b\" c {\n  d = 1 # e\n}");
    assert_eq!(shown(block.header), "a \"b\" c");
    assert_eq!(shown(block.kind.span), "a");
    assert_eq!(
        block.labels.iter().map(|l| (&*l.text, shown(l.span))).collect::<Vec<_>>(),
        [("b", "\"b\""), ("c", "c")]
    );
    assert_eq!(shown(block.body.span), "{\n  d = 1 # e\n}");
    assert_eq!(shown(block.body.attributes[0].span()), "d = 1");
    assert_eq!(shown(block.body.attributes[0].name.span), "d");
}

#[test]
fn a_byte_order_mark_keeps_its_place() {
    let text = "\u{feff}a = b\n";
    let document = document(text);
    assert_eq!(&text[document.body.attributes[0].expr.span.range()], "b");
    assert_eq!(document.body.span.start, 0);
}

#[test]
fn comments_are_kept() {
    let text = "# one\r\na = 1 // two\r\n/* three\n */ b = [ # four\n]\n\u{feff}".trim_end_matches('\u{feff}');
    let comments = document(text).comments;
    let shown: Vec<_> = comments.iter().map(|c| (&text[c.span.range()], c.trailing)).collect();
    assert_eq!(shown, [("# one", false), ("// two", true), ("/* three\n */", false), ("# four", true)]);
}
