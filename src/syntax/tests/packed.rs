//! Trees come back from bytes as they were.

use crate::source::FileId;
use crate::syntax::packed::{Reader, Writer};
use crate::syntax::parse_expression;

fn check(text: &str) {
    let file = FileId(3);
    let (expr, _) = parse_expression(file, text, 0);
    let mut writer = Writer::new(text);
    writer.number(300);
    let begin = writer.begin();
    writer.expr(&expr);
    let bytes = writer.into_bytes();
    let mut reader = Reader::new(&bytes, begin, text, file);
    assert_eq!(format!("{:?}", reader.expr()), format!("{expr:?}"), "{text}");
    assert_eq!(reader.number(), 0);
    let mut reader = Reader::new(&bytes, 0, text, file);
    assert_eq!(reader.number(), 300);
}

#[test]
fn every_form() {
    check("null");
    check("[true, false, 1.50, \"\", \"a\", \"a\\n\"]");
    check("{ a = 1, \"b\" = 2, (c) = 3 }");
    check("var.list[0].name[\"key\"][*].x");
    check("a.*.b[0]");
    check("f(g(), list...)");
    check("!a || -b < c ? d % 2 : (e)");
    check("[for x in list : x]");
    check("{ for k, v in map : k => v... if v != null }");
    check("\"${a}: ${ b } é\"");
    check("\"%{ if a }x%{ else }y%{ endif }%{ for k, v in c }${k}%{ endfor }%{ for v in c }-%{ endfor }\"");
    check("<<-EOT\n    one\n      ${two}\n    EOT\n");
    check("a +");
}

#[test]
fn every_operator() {
    for operator in ["||", "&&", "==", "!=", ">", ">=", "<", "<=", "+", "-", "*", "/", "%"] {
        check(&format!("a {operator} b"));
    }
}

#[test]
fn what_is_read_later() {
    let (text, file) = ("a.b + 1", FileId(0));
    let (expr, _) = parse_expression(file, text, 0);
    let mut writer = Writer::new(text);
    writer.later(|w| w.expr(&expr));
    writer.number(7);
    let bytes = writer.into_bytes();
    let mut reader = Reader::new(&bytes, 0, text, file);
    let left = reader.later();
    assert_eq!(reader.number(), 7);
    let mut reader = Reader::new(&bytes, bytes.len() - left, text, file);
    assert_eq!(format!("{:?}", reader.expr()), format!("{expr:?}"));
}
