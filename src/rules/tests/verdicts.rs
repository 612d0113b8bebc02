//! Three-valued verdicts.

use std::collections::BTreeSet;

use super::{RuleOptions, outcome, rule, run};

const DB: &str =
    "variable \"x\" {}\nresource \"aws_db_instance\" \"a\" {\n  engine = \"mysql\"\n  multi_az = var.x\n}\n";

#[track_caller]
fn check(body: &str, configuration: &str, expected: &[&str]) {
    assert_eq!(outcome(&rule(body), configuration).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn require() {
    check("  require = true", DB, &[]);
    check("  require = self.engine == \"postgres\"", DB, &["2: r Error: bad"]);
    check("  require = self.multi_az", DB, &["? r aws_db_instance.a: var.x has no value"]);
    check("  require = self.multi_az || true", DB, &[]);
    check("  require = \"false\"", DB, &["2: r Error: bad"]);
    check("  require = null", DB, &["? r aws_db_instance.a: the condition is null"]);
    check(
        "  require = tobool(\"x\")",
        DB,
        &["? r aws_db_instance.a: a bool is required, and this string is neither `true` nor `false`"],
    );
}

#[test]
fn skip() {
    check("  require = false\n  skip = true", DB, &[]);
    check("  require = false\n  skip = [false, self.engine == \"mysql\"]", DB, &[]);
    check("  require = false\n  skip = [for e in [\"mysql\"] : e == self.engine]", DB, &[]);
    check("  require = false\n  skip = false", DB, &["2: r Error: bad"]);
    check("  require = false\n  skip = self.multi_az", DB, &["? r aws_db_instance.a: var.x has no value"]);
    check("  require = true\n  skip = self.multi_az", DB, &[]);
    check("  require = self.multi_az\n  skip = true", DB, &[]);
    check("  require = false\n  skip = [self.multi_az, true]", DB, &[]);
    check("  require = true\n  skip = tobool(\"x\")", DB, &[]);
    // Each element of a list by itself: the first one spares the list that cannot be made.
    let spared = "  for_each = tolist(self.engine)\n  require = each.value != 2\n  skip = [self.engine == \"mysql\", each.key == 2]";
    check(spared, DB, &[]);
}

#[test]
fn for_each() {
    check("  for_each = [1, 2, 3]\n  require = each.value != 2\n  skip = each.key == 2", DB, &["2: r Error: bad"]);
    check(
        "  for_each = { a = 1, b = 2 }\n  require = each.key == \"a\"\n  message = \"no ${each.key}\"",
        DB,
        &["2: r Error: no b"],
    );
    check("  for_each = null\n  require = false", DB, &[]);
    check("  for_each = self.multi_az\n  require = false", DB, &["? r aws_db_instance.a: var.x has no value"]);
}

#[test]
fn checks() {
    let checks = "  check \"a\" {\n    require = self.engine == \"x\"\n    message = \"A\"\n    severity = \"advice\"\n  }\n  \
                  check \"b\" {\n    require = false\n  }";
    check(checks, DB, &["2: r Advice: A", "2: r Error: bad"]);
    check(&format!("  first = true\n{checks}"), DB, &["2: r Advice: A"]);
    check(&format!("  skip = true\n{checks}"), DB, &[]);
}

#[test]
fn an_open_instance_is_looked_at_once() {
    let open = "variable \"n\" {}\nresource \"aws_db_instance\" \"a\" {\n  count = var.n\n}\n";
    check("  require = self.multi_az\n  message = self.address", open, &["2: r Error: aws_db_instance.a[*]"]);
}

#[test]
fn absence_is_not_known_while_something_unseen_may_be_there() {
    let body = "  require = length(referrers(self, \"aws_db_instance\", \"replicate_source_db\")) > 0";
    let alone = "resource \"aws_db_instance\" \"a\" {\n  identifier = \"a\"\n}\n";
    check(body, alone, &["1: r Error: bad"]);
    let module = format!("{alone}module \"m\" {{\n  source = \"x/y/z\"\n  db = aws_db_instance.a.id\n}}\n");
    check(body, &module, &["? r aws_db_instance.a: module.m comes from a module that is not on disk"]);
}

/// Loops through a long list that take what has one value of an attribute pass over the others, which changes nothing.
#[test]
fn elements_with_one_value_are_found_in_long_lists() {
    let queues = (0..40).map(|n| format!("resource \"aws_sqs_queue\" \"q{n}\" {{\n  name = \"q{}\"\n}}\n", n / 2));
    let databases = ["q3", "q19", "q20", "other"]
        .map(|name| format!("resource \"aws_db_instance\" \"{name}\" {{\n  identifier = \"{name}\"\n}}\n"));
    let known: String = queues.chain(databases).collect();
    let counted = "require = length([for queue in resources(\"aws_sqs_queue\") : queue if queue.delay_seconds == 0 && \
                   (queue.name == self.identifier)]) == 2";
    let some = "require = anytrue([for queue in resources(\"aws_sqs_queue\") : self.identifier == queue.name])";
    for body in [counted, some] {
        let expected = "aws_db_instance.other\naws_db_instance.q20\n";
        assert_eq!(found(&rule(body), &known), expected, "{body}");
    }
    // What is not known may be any of them, and null is none.
    let open = format!(
        "{known}variable \"name\" {{}}\nresource \"aws_sqs_queue\" \"unknown\" {{\n  name = var.name\n}}\n\
         resource \"aws_sqs_queue\" \"none\" {{}}\n"
    );
    let expected = "? aws_db_instance.other\n? aws_db_instance.q20\n";
    assert_eq!(found(&rule(some), &open), expected);
}

/// The addresses of findings and of what is undecided, in their order.
fn found(rules: &str, configuration: &str) -> String {
    run(rules, configuration, &RuleOptions::default(), |outcome, _| {
        let findings = outcome.findings.iter().flat_map(|finding| finding.addresses.iter());
        let undecided = outcome.undecided.iter().map(|undecided| format!("? {}\n", undecided.address));
        findings.map(|address| format!("{address}\n")).chain(undecided).collect::<BTreeSet<_>>().into_iter().collect()
    })
}
