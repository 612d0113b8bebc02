//! The tree of each form of expression.

use super::{check, refused};

#[test]
fn literals() {
    check("null", "null");
    check("true", "true");
    check("007", "007");
    check("1.50", "1.50");
    check("1e3", "1e3");
    check("1.e3", "1e3");
    check("18446744073709551616", "18446744073709551616");
    check("1E-400", "1E-400");
    refused("1.2.3", "`1.2.3` is not a number");
    refused("0x10", "expected the end of the expression, found `x10`");
    refused("1_000", "expected the end of the expression, found `_000`");
    refused("1.", "expected a name behind `.`");
    refused(".5", "expected an expression, found `.`");
}

#[test]
fn operators_bind_as_in_hcl() {
    check("1 + 2 * 3", "(Add 1 (Multiply 2 3))");
    check("1 - 2 - 3", "(Subtract (Subtract 1 2) 3)");
    check("1 == 1 == true", "(Equal (Equal 1 1) true)");
    check("1 < 2 < 3", "(Less (Less 1 2) 3)");
    check("a != b == c && d", "(And (Equal (NotEqual a b) c) d)");
    check("a || b && c", "(Or a (And b c))");
    check("a == b > c", "(Equal a (Greater b c))");
    check("- 1 + 2", "(Add (Negate 1) 2)");
    check("-a.b[0]", "(Negate (index (attr a b) 0))");
    check("!!a", "(Not (Not a))");
    check("a ? b : c ? d : e", "(? a b (? c d e))");
    check("a ? b ? 1 : 2 : 3", "(? a (? b 1 2) 3)");
    check("a\n?\nb\n:\nc", "(? a b c)");
    check("10 % 3 / 2", "(Divide (Modulo 10 3) 2)");
    check("(-\n1)", "(paren (Negate 1))");
    check("-0", "(Negate 0)");
}

#[test]
fn traversals() {
    check("a.b.c", "(attr (attr a b) c)");
    check("a.0.b", "(attr (index a 0) b)");
    check("a.1e1", "(index a 1e1)");
    check("a[b.c]", "(index a (attr b c))");
    check("a[\n0\n]", "(index a 0)");
    check("a . b", "(attr a b)");
    check("(a.\nb)", "(paren (attr a b))");
    check("[1][0]", "(index (tuple 1) 0)");
    check("f(x).y", "(attr (f() x) y)");
    check("\"x\".y", "(attr \"x\" y)");
    check("true.x", "(attr true x)");
    refused("foo.0.1", "`.0.1` does not index twice");
}

#[test]
fn splats_group_as_in_hcl() {
    check("a[*]", "(splat a _)");
    check("a[*].b[0].c", "(splat a (attr (index (attr _ b) 0) c))");
    check("a[*].b[*].c", "(splat a (splat (attr _ b) (attr _ c)))");
    check("a.*.b[0]", "(index (splat a (attr _ b)) 0)");
    check("a.*.b.0.c", "(splat a (attr (index (attr _ b) 0) c))");
    check("a.*", "(splat a _)");
    check("a[*].b.*.c", "(splat a (splat (attr _ b) (attr _ c)))");
    check("(foo[\n*\n])", "(paren (splat foo _))");
    refused("foo.*.b.*.c", "`.*` can't be used inside another `.*`");
}

#[test]
fn calls() {
    check("f()", "(f())");
    check("f(a, b,)", "(f() a b)");
    check("f(a...)", "(f... a)");
    check("core::f(a)", "(core::f() a)");
    check("provider::aws::arn_parse(a)", "(provider::aws::arn_parse() a)");
    check("f (a)", "(f() a)");
    check("f(\n1\n...\n)", "(f... 1)");
    refused("f(a...,)", "expected `)` behind `...`, found `,`");
    refused("a::b", "expected `(` behind the name of a function, found the end of the text");
}

#[test]
fn tuples_and_objects() {
    check("[]", "(tuple)");
    check("[a, b,]", "(tuple a b)");
    check("{}", "(object)");
    check("{ a = 1, \"b\": 2\n c: 3,\n}", "(object \"a\" 1 \"b\" 2 \"c\" 3)");
    check("{ x = 1, x = 2 }", "(object \"x\" 1 \"x\" 2)");
    check("{ null = 1, true = 2, false = 3, in = 4, if = 5, for = 6 }", {
        "(object \"null\" 1 \"true\" 2 \"false\" 3 \"in\" 4 \"if\" 5 \"for\" 6)"
    });
    check("{ (a) = 1, a.b = 2, \"${a}\" = 3, 5 = 6, a /* c */ = 7 }", {
        "(object (paren a) 1 (attr a b) 2 (template ($ a)) 3 5 6 \"a\" 7)"
    });
    check("{ a ? b : c : 1 }", "(object (? a b c) 1)");
    refused("{ a = 1\n, b = 2 }", "expected an expression, found `,`");
    refused("{ for = 1 }", "expected the name of a variable for the `for`, found `=`");
    refused("{ a \n = 1 }", "expected `=` and a value, found the end of the line");
}

#[test]
fn for_expressions() {
    check("[for x in y : x]", "(for x y x)");
    check("[\nfor k, v in y\n.z : v\n if\n k]", "(for k,v (attr y z) v k)");
    check("{ for k in m : k => a ? b :\n c }", "(for k m k (? a b c))");
    check("{ for k, v in m : k => v... if v }", "(for k,v... m k v v)");
    check("[for x in b\n? c\n: d : x]", "(for x (? b c d) x)");
    refused("[for]", "expected the name of a variable for the `for`, found `]`");
    refused("[for x in y : k => x]", "a `for` in `[ ]` makes a list, which has no keys");
    refused("[for x in y : x...]", "`...` gathers values by key");
    refused("{for x in y : x}", "expected `=>` and a value, found `}`");
}
