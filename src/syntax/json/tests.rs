//! Trees, spans and messages of the JSON syntax.

use super::{parse_json, parse_json_values};
use crate::source::FileId;
use crate::syntax::tests::dump::dump;
use crate::syntax::{Body, Document, Expr, ExprKind, TemplatePart};

fn show(body: &Body) -> String {
    let attributes = body.attributes.iter().map(|a| format!("{}={}", a.name.text, dump(&a.expr)));
    let blocks = body.blocks.iter().map(|b| {
        let labels: String = b.labels.iter().map(|l| format!(" {}", l.text)).collect();
        format!("{}{labels} {{{}}}", b.kind.text, show(&b.body))
    });
    attributes.chain(blocks).collect::<Vec<_>>().join("; ")
}

fn sound(document: Document, text: &str) -> Document {
    assert!(document.problems.is_empty(), "{text}: {:#?}", document.problems);
    assert!(document.json && !document.body.incomplete);
    document
}

fn check(text: &str, expected: &str) {
    assert_eq!(show(&sound(parse_json(FileId(0), text), text).body), expected, "{text}");
}

#[test]
fn blocks_nest_one_object_a_label() {
    check(r#"{"resource": {"t": {"a": {"x": 1}, "b": {}}}}"#, "resource t a {x=1}; resource t b {}");
    check(r#"{"resource": {"t": {"a": [{"x": 1}, {"x": 2}]}}}"#, "resource t a {x=1}; resource t a {x=2}");
    check(r#"{"resource": [{"t": {"a": {}}}, {"u": [{"b": {}}]}]}"#, "resource t a {}; resource u b {}");
    check(r#"[{"locals": {"a": 1}}, {"locals": [{"b": 2}]}]"#, "locals {a=1}; locals {b=2}");
    check(r#"{"data": null, "//": "c", "variable": {"//": {}, "a": {"//": 1}}}"#, "variable a {}");
    check(r#"{"terraform": {"backend": {"s3": {"key": "k"}}}}"#, "terraform {backend s3 {key=\"k\"}}");
    check("\u{feff}{}\r\n", "");
}

#[test]
fn blocks_of_terraform_nest_inside_resources() {
    check(
        r#"{"resource": {"t": {"a": {
            "lifecycle": {"ignore_changes": ["tags", "a[0].b"], "precondition": [{"condition": "${x}"}]},
            "provisioner": [{"local-exec": {"when": "destroy"}}],
            "dynamic": {"d": {"for_each": "${y}", "iterator": "it", "content": {"z": "${it.value}"}}},
            "other": {"k": "${v}"}}}}}"#,
        "resource t a {other=(object \"k\" (template ($ v))); \
         lifecycle {ignore_changes=(tuple tags (attr (index a 0) b)); precondition {condition=(template ($ x))}}; \
         provisioner local-exec {when=destroy}; \
         dynamic d {for_each=(template ($ y)); iterator=it; content {z=(template ($ (attr it value)))}}}",
    );
    check(r#"{"resource": {"t": {"a": {"lifecycle": {"ignore_changes": "all"}}}}}"#, {
        "resource t a {lifecycle {ignore_changes=all}}"
    });
}

#[test]
fn strings_are_templates_text_or_references() {
    check(r#"{"locals": {"a": "x${y}\n$${z} \\n", "${k}": 1}}"#, {
        "locals {a=(template \"x\" ($ y) \"\\n${z} \\\\n\"); ${k}=1}"
    });
    check(r#"{"locals": {"a": {"${k}": [1, -2.5e3, null, true]}}}"#, {
        "locals {a=(object (template ($ k)) (tuple 1 (Negate 2.5e3) null true))}"
    });
    check(r#"{"variable": {"v": {"type": "list(string)", "default": "${x}", "description": "%{y}"}}}"#, {
        "variable v {type=(list() string); default=\"${x}\"; description=\"%{y}\"}"
    });
    check(r#"{"resource": {"t": {"a": {"depends_on": ["b.c", "module.d"], "provider": "aws.east"}}}}"#, {
        "resource t a {depends_on=(tuple (attr b c) (attr module d)); provider=(attr aws east)}"
    });
    check(r#"{"module": {"m": {"source": "./m", "providers": {"aws": "aws.x", "aws.y": "aws"}}}}"#, {
        "module m {source=\"./m\"; providers=(object \"aws\" (attr aws x) (attr aws y) aws)}"
    });
    check(r#"{"moved": {"from": "a.b[0]", "to": "a.b[\"k\"]"}}"#, {
        "moved {from=(index (attr a b) 0); to=(index (attr a b) \"k\")}"
    });
    check(
        r#"{"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "configuration_aliases": ["aws.x"]}}}}"#,
        "terraform {required_providers {aws=(object \"source\" \"hashicorp/aws\" \"configuration_aliases\" (tuple (attr aws x)))}}",
    );
    check(r#"{"locals": {"a": "e\u0301 \ud83d\ude00 \/\b"}}"#, "locals {a=\"é 😀 /\\u{8}\"}");
}

#[test]
fn duplicate_keys_count_in_values_and_blocks_only() {
    check(r#"{"locals": {"a": {"x": 1, "x": 2}}}"#, "locals {a=(object \"x\" 1 \"x\" 2)}");
    check(r#"{"output": {"a": {}}, "output": {"b": {}}}"#, "output a {}; output b {}");
    told("{\"locals\": {\"a\": 1, \"a\": 2}}", &["`a` is set twice in this body"]);
}

#[test]
fn variable_values_are_text() {
    let text = r#"{"resource": "${x}", "b": {"//": ["%{y}"]}}"#;
    let document = sound(parse_json_values(FileId(0), text), text);
    assert_eq!(show(&document.body), "resource=\"${x}\"; b=(object \"//\" (tuple \"%{y}\"))");
}

#[test]
fn spans_lead_into_strings_through_their_escapes() {
    let text = r#"{"locals": {"a": "\té ${f(\"x\", y)}", "b": "${z}"}}"#;
    let document = parse_json(FileId(0), text);
    let body = &document.body.blocks[0].body;
    let shown = |expr: &Expr| &text[expr.span.range()];
    let inner = |expr: &Expr| match &expr.kind {
        ExprKind::Template(parts) => match parts.last() {
            Some(TemplatePart::Interpolation(inner)) => inner.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let (a, b) = (&body.attributes[0], &body.attributes[1]);
    assert_eq!(shown(&a.expr), r#""\té ${f(\"x\", y)}""#);
    let call = inner(&a.expr);
    assert_eq!(shown(&call), r#"f(\"x\", y)"#);
    let ExprKind::Call(call) = &call.kind else { panic!("{call:?}") };
    assert_eq!(call.args.iter().map(shown).collect::<Vec<_>>(), [r#"\"x\""#, "y"]);
    assert_eq!(shown(&inner(&b.expr)), "z");
    assert_eq!(&text[b.name.span.range()], "\"b\"");
    assert_eq!(&text[b.span().range()], "\"b\": \"${z}\"");
}

#[test]
fn the_header_of_a_block_is_its_last_label() {
    let text = r#"{"resource": {"t": {"a": {}, "b": {"x": 1}}}, "locals": {}}"#;
    let document = parse_json(FileId(0), text);
    let shown: Vec<_> = document.body.blocks.iter().map(|b| (&text[b.header.range()], &text[b.span.range()])).collect();
    assert_eq!(shown, [("\"a\"", "\"a\": {}"), ("\"b\"", "\"b\": {\"x\": 1}"), ("\"locals\"", "\"locals\": {}")]);
}

/// A text and the messages it gets.
fn told(text: &str, messages: &[&str]) -> Document {
    let document = parse_json(FileId(0), text);
    assert_eq!(document.problems.iter().map(|p| &*p.message).collect::<Vec<_>>(), messages, "{text}");
    for problem in &document.problems {
        let span = problem.label.as_ref().unwrap().span;
        assert!(text.get(span.range()).is_some(), "{text}: {span:?}");
    }
    document
}

#[test]
fn mistakes_are_told_once() {
    told("", &["expected a value, found the end of the text"]);
    told("{", &["`{` is not closed"]);
    told("{} x", &["expected the end of the text, found `x`"]);
    told("{'a': 1}", &["expected the name of a property in double quotes, found `'`"]);
    told("{\"a\": 1,}", &["JSON has no comma behind the last element"]);
    told("{\"a\": [1 2]}", &["expected `,` or `]`, found `2`"]);
    told("{\"a\" 1}", &["expected `:` and a value, found `1`"]);
    told("{\"a\" = 1}", &["expected `:`, found `=`"]);
    told("{\"a\": tru}", &["`tru` is not a value in JSON"]);
    told("{\"a\": 01}", &["`01` is not a number in JSON"]);
    told("{\"a\": 1.}", &["`1.` is not a number in JSON"]);
    told("{\"a\": \"x\n}", &["the string is not closed"]);
    told("{\"a\": \"\\x\"}", &["`\\x` is not an escape in JSON"]);
    told("{\"a\": \"b\tc\u{1}\"}", &["the control character U+0009 stands in a string as it is"]);
    told("{\"a\": [1}", &["expected `,` or `]`, found `}`", "`{` is not closed"]);
    told("{ // c\n}", &["JSON has no comments"]);
    told("{\"a\": \"${\"}", &["expected an expression, found the end of the text"]);
    told("{\"resource\": 1}", &["`resource` is a block: its value is an object, or an array of objects"]);
    told(
        "{\"resource\": {\"a\": {\"b\": \"c\"}}}",
        &["`resource` is a block: its value is an object, or an array of objects"],
    );
    told("\"a\"", &["expected an object"]);
}

#[test]
fn what_stands_behind_a_mistake_is_read() {
    let document = told(
        "{\"locals\": {\"a\": x.y, \"b\" 2, \"c\": 3}, \"output\": {\"d\": {}}}",
        &["`x` is not a value in JSON", "expected `:` and a value, found `2`"],
    );
    assert_eq!(show(&document.body), "locals {a=!; c=3}; output d {}");
    assert!(document.body.blocks[0].body.incomplete);
    assert!(!document.body.blocks[1].body.incomplete);
}

#[test]
fn depth_and_problems_are_bounded() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let text = format!("{{\"locals\": {{\"a\": {}1{}}}}}", open.repeat(50_000), close.repeat(50_000));
        told(&text, &["this is nested more than 250 levels deep"]);
        parse_json(FileId(0), &open.repeat(50_000));
    }
    let deep = format!("{}\"${{{}1{}}}\"{}", "[".repeat(200), "[".repeat(100), "]".repeat(100), "]".repeat(200));
    told(&format!("{{\"locals\": {{\"a\": {deep}}}}}"), &["this is nested more than 250 levels deep"]);
    let document = parse_json(FileId(0), &format!("[{}]", "x,".repeat(10_000)));
    assert_eq!(document.problems.len(), 101);
    let same = format!("{{\"locals\": {{{}\"b\": 1}}}}", "\"a\": 1, ".repeat(1_000));
    let broken = format!("{{\"locals\": {{\"a\": [{}1]}}}}", "\"${!}\", ".repeat(1_000));
    for text in [same, broken] {
        let document = parse_json(FileId(0), &text);
        assert_eq!(document.problems.len(), 101);
        let last = document.problems.last().map(|problem| &*problem.message);
        assert_eq!(last, Some("more than 100 problems; those behind it are not told"));
    }
}

#[test]
fn no_text_panics() {
    let text =
        r#"{"resource": {"té": {"a": [{"é": "\u00e9${f(\"\ud83d\ude00\")}\n", "n": -1.5e3}, null]}}, "//": true}"#;
    for (at, c) in text.char_indices() {
        let shorter = format!("{}{}", &text[..at], &text[at + c.len_utf8()..]);
        for text in [&text[..at], &text[at..], &shorter] {
            parse_json(FileId(0), text);
            parse_json_values(FileId(0), text);
        }
    }
}
