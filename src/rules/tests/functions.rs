//! The functions of the rule language.

use super::{outcome, rule};

const CONFIGURATION: &str = r#"
variable "x" {}
provider "aws" {
  default_tags {
    tags = { team = "a", tier = "web" }
  }
}
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  count      = 2
  vpc_id     = aws_vpc.v.id
  cidr_block = cidrsubnet(aws_vpc.v.cidr_block, 8, count.index)
}
resource "aws_db_instance" "a" {
  engine     = "mysql"
  name       = "n"
  tags       = { tier = "db" }
  kms_key_id = var.x
  depends_on = [aws_subnet.s]
}
resource "aws_docdb_cluster" "c" {
  master_username = var.x
  restore_to_point_in_time {
    restore_type = "full-copy"
  }
  restore_to_point_in_time {
    restore_type = "copy-on-write"
  }
}
resource "aws_db_instance" "r" {
  replicate_source_db = aws_db_instance.a.identifier
}
output "db" {
  value = aws_db_instance.a.arn
}
"#;

/// What an expression is worth for `aws_db_instance.a`, as JSON, or why that is not known.
#[track_caller]
fn check(expression: &str, expected: &str) {
    let body = format!("  skip = self.resource_name == \"r\"\n  require = false\n  message = jsonencode({expression})");
    let found = outcome(&rule(&body), CONFIGURATION);
    let value = found.trim_end().split_once("Error: ").map_or(&*found, |(_, value)| value);
    assert_eq!(value, expected, "{expression}");
}

#[test]
fn what_is_written() {
    check("is_set(self.engine)", "true");
    check("is_set(self.multi_az)", "false");
    check("is_set(self.s3_import[0].bucket_name)", "false");
    check("is_known(self.kms_key_id)", "false");
    check("unknown_reason(self.kms_key_id)", "\"var.x has no value\"");
    check(
        "unknown_reason(unseen(\"what module.backup selects\"))",
        "\"what module.backup selects cannot be seen from here\"",
    );
    check("unseen(\"it\") || true", "true");
    check("[for r in resources(\"aws_db_instance\") : is_set(r.replicate_source_db)]", "[false,true]");
}

#[test]
fn what_an_instance_is() {
    check(
        "[self.address, self.type, self.name, self.key, self.kind, self.file]",
        r#"["aws_db_instance.a","aws_db_instance","n",null,"resource","main.tf"]"#,
    );
    check(
        "[for s in resources(\"aws_subnet\") : [s.key, s.block_address, s.name]]",
        r#"[["0","aws_subnet.s","s"],["1","aws_subnet.s","s"]]"#,
    );
    check(
        "self.lifecycle",
        r#"{"create_before_destroy":null,"destroy":null,"ignore_changes":[],"prevent_destroy":null}"#,
    );
    check("names(self.depends_on)", r#""aws_subnet.s[0] and aws_subnet.s[1]""#);
    check("tags(self)", r#"{"team":"a","tier":"db"}"#);
    check("nonproduction(self)", "false");
    check("has_word(\"app-uat\", nonproduction_words())", "true");
    check("[for name in [\"name\", \"kms_key_id\", \"port\"] : written(self, name)]", r#"["\"n\"","var.x",null]"#);
}

#[test]
fn the_graph() {
    check("names(referrers(self, \"aws_db_instance\", \"replicate_source_db\"))", r#""aws_db_instance.r""#);
    check("names(referenced([for s in resources(\"aws_subnet\") : s.vpc_id], \"aws_vpc\"))", r#""aws_vpc.v""#);
    check("[exported(self), exported(self, \"id\"), exported(self, \"arn\")]", "[true,false,true]");
    check("passed_to_unseen(self)", "false");
    check("[same(self, self), same(self, resources(\"aws_vpc\")[0])]", "[true,false]");
    check("length(modules()) + length(data_sources(\"aws_ami\"))", "0");
    check("[for p in providers(\"aws\") : p.address]", r#"["provider.aws"]"#);
}

#[test]
fn address_ranges() {
    check("[cidr_size(\"10.0.0.0/24\"), cidr_usable(\"10.0.0.0/24\"), cidr_usable(\"10.0.0.1\")]", "[256,251,0]");
    check("cidr_size(\"::/0\")", "340282366920938463463374607431768211456");
    check(
        "[cidr_overlaps(\"10.0.0.0/8\", \"10.1.0.0/16\"), cidr_overlaps(\"10.0.0.0/9\", \"10.128.0.0/9\")]",
        "[true,false]",
    );
    check(
        "[cidr_contains(\"10.0.0.0/8\", \"10.1.2.3\"), cidr_contains(\"10.1.0.0/16\", \"10.0.0.0/8\")]",
        "[true,false]",
    );
    check(
        "[cidr_intersection(\"10.0.0.0/8\", \"10.1.0.5/16\"), cidr_intersection(\"10.0.0.0/9\", \"::/0\")]",
        r#"["10.1.0.0/16",null]"#,
    );
}

#[test]
fn words() {
    check("has_word(\"app-log\", \"audit\", \"log\")", "true");
    check("has_word(\"catalog\", [\"log\"])", "false");
    check(
        "[plural(1, \"subnet\"), plural(3, \"policy\"), plural(0, \"address\")]",
        r#"["1 subnet","3 policies","0 addresses"]"#,
    );
    check("names([\"a\", \"b\", \"c\"])", r#""a, b and c""#);
    check("names([for n in range(8) : tostring(n)])", r#""0, 1, 2, 3, 4, 5, 6 and 7""#);
    check("names([for n in range(9) : tostring(n)])", r#""0, 1, 2, 3, 4, 5 and 3 others""#);
}

#[test]
fn facts() {
    check("fact(\"ec2_instance_types\", \"none.such\")", "null");
    check("fact(\"ec2_instance_types\", \"t3.micro\") != null", "true");
    check("length(fact_rows(\"ec2_instance_types\")) > 100", "true");
}

#[test]
fn files() {
    check("[file_exists(\"main.tf\"), file_exists(\"none.tf\")]", "[true,false]");
    check("environment", "null");
}

#[test]
fn declared_functions() {
    let rules = rule("  require = twice(1) == 2 && engine(self) == \"mysql\"\n  skip = self.resource_name == \"r\"")
        + "function \"twice\" {\n  params = [n]\n  value = n + n\n}\nfunction \"engine\" {\n  params = [db]\n  value = lower(db.engine)\n}\n";
    assert_eq!(outcome(&rules, CONFIGURATION), "");
}

/// Names of members that are known in part: each condition of a trust policy keeps its own.
#[test]
fn conditions_on_what_an_issuer_says() {
    let document = r#"jsonencode({ Statement = { Condition = { StringEquals = { "${self.kms_key_id}:aud" = "a", "${self.kms_key_id}:sub" = "s" } } } })"#;
    let about = |what: &str| format!("[for c in policy_statements({document})[0].conditions : {what}]");
    check(&about("endswith(c.key, \":sub\")"), "[false,true]");
    check(&about("c.values[0]"), r#"["a","s"]"#);
    let document = r#"jsonencode({ Statement = { Condition = { StringEquals = { "${self.kms_key_id}:aud" = "a", (self.kms_key_id) = "s" } } } })"#;
    check(&format!("is_known(length(policy_statements({document})[0].conditions))"), "false");
}

/// One of two blocks is a block: what neither writes is null.
#[test]
fn either_of_two_blocks() {
    let cluster = "one(resources(\"aws_docdb_cluster\"))";
    let either = format!(
        "({cluster}.master_username == \"x\" ? {cluster}.restore_to_point_in_time[0] : {cluster}.restore_to_point_in_time[1])"
    );
    check(&format!("[for b in [{either}] : b.restore_to_time]"), "[null]");
    check(&format!("is_known({either}.restore_type)"), "false");
}

#[test]
fn lists_written_in_place_are_looked_at_up_to_what_decides() {
    let failing = "tobool(\"x\")";
    check(&format!("anytrue([false, true, {failing}])"), "true");
    check(&format!("alltrue([for e in [1, 0] : e == 0 ? {failing} : false])"), "false");
    check(&format!("contains([for e in [2, 1, 0] : e == 0 ? {failing} : e], 1)"), "true");
    check(&format!("can(anytrue([{failing}, true]))"), "false");
    // What does not decide is for the function to judge.
    check("alltrue([true, null])", "false");
    check("anytrue([null, \"true\"])", "true");
    check("anytrue([])", "false");
    check("alltrue([for e in [] : e])", "true");
    check("unknown_reason(anytrue([is_known(self.kms_key_id), self.kms_key_id == \"a\"]))", "\"var.x has no value\"");
    check("anytrue([self.kms_key_id == \"a\", true])", "true");
    check("contains([self.kms_key_id, \"a\"], \"a\")", "true");
    check("unknown_reason(contains([self.kms_key_id, \"a\"], \"b\"))", "\"var.x has no value\"");
    check("unknown_reason(contains([\"a\"], self.kms_key_id))", "\"var.x has no value\"");
    check("is_known(anytrue([for e in self.kms_key_id : true]))", "false");
}

#[test]
fn lengths_are_compared() {
    check("length([1, 2]) == 2", "true");
    check("length([1, 2]) != 2", "false");
    check("length([for e in [1, 2] : e if e > 1]) >= 1", "true");
    check("length(\"ab\") < 3", "true");
    check("length({}) > 0", "false");
    check("length([1, 2]) - 1", "1");
    check("length([1]) < 1.5", "true");
    check("is_known(length(self.kms_key_id) > 0)", "false");
    check("can(length(5) > 0)", "false");
    check("try(length(tolist(self.engine)) == 0, \"none\")", "\"none\"");
}
