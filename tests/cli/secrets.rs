//! Secrets that are written into the configuration, or given to it, reach no output: not in excerpts, not in messages,
//! not in values, in no format and no command.

use super::run::Case;

const FORMATS: [&str; 10] =
    ["pretty", "compact", "json", "sarif", "github", "gitlab", "junit", "checkstyle", "rdjson", "markdown"];

/// What stands before every secret; each has an ending of its own, so that a failure says which place leaks.
const SECRET: &str = "s3cr3t-";

/// Stands at `§` and makes every report show the line.
const SHOWN: &str = "# tfcheck:ignore[no-such-rule] shows this line";

const MAIN: &str = r#"
variable "db" {
  sensitive = true
  default   = "s3cr3t-default" §
}
variable "named_password" {
  default = "s3cr3t-default-by-name" §
}
variable "given" { §
  sensitive = true
  type      = list(string)
}
variable "from_file" {
  sensitive = true
}
variable "from_line" {
  sensitive = true
}
variable "from_environment" {
  sensitive = true
  type      = number
  validation {
    condition     = var.from_environment == "x"
    error_message = "it is ${var.from_environment} and ${local.pw}"
  }
}
variable "short" {
  ephemeral = true
  default   = "s3cr3t-ephemeral" §
}
locals {
  pw      = "s3cr3t-local" §
  nested  = { a = "seen", b = { c = "s3cr3t-nested" } } §
  called  = sensitive("s3cr3t-called") §
  several = ["s3cr3t-first", "s3cr3t-second"] §
  to_m    = "s3cr3t-through-a-module" §
  joined  = "${local.pw}-${local.several[0]}"
}
resource "aws_db_instance" "a" {
  password       = "s3cr3t-literal" §
  engine         = "postgres"
  instance_class = local.pw
  tags           = { x = local.pw, y = local.joined }
}
resource "aws_db_instance" "b" {
  password             = local.nested.b.c §
  engine               = local.called
  instance_class       = "${local.pw}" + 1 §
  parameter_group_name = aws_db_instance.a.password
}
resource "aws_rds_cluster" "c" {
  for_each        = toset(local.several)
  master_password = each.value §
  engine          = "aurora-${each.value}"
}
resource "aws_mq_broker" "d" {
  user {
    username = "seen"
    password = "s3cr3t-in-a-block" §
  }
}
resource "aws_secretsmanager_secret_version" "e" {
  secret_id     = "x"
  secret_string = jsonencode({ user = "s3cr3t-user", "p" = "s3cr3t-encoded" }) §
}
resource "aws_secretsmanager_secret_version" "f" { §
  secret_string = <<-EOT
    s3cr3t-heredoc-1
    s3cr3t-heredoc-2 ${local.pw}
  EOT
}
resource "aws_ecs_task_definition" "g" {
  family                = "x"
  container_definitions = jsonencode([{ name = "a", environment = [{ name = "DB_PASSWORD", value = "s3cr3t-entry" }] }]) §
}
resource "aws_ecs_task_definition" "h" {
  family                = "x"
  container_definitions = <<EOT
[{"name": "a", "environment": [{"name": "DB_PASSWORD", "value": "s3cr3t-json-entry"}]}]
EOT
}
resource "aws_lambda_function" "i" {
  function_name = "x"
  environment {
    variables = { API_KEY = "s3cr3t-variable", URL = "postgres://me:s3cr3t-address@db/x" } §
  }
}
resource "aws_ssm_parameter" "j" {
  type  = "SecureString"
  value = "a" + "s3cr3t-operand" §
}
resource "null_resource" "k" {
  connection {
    password = "s3cr3t-connection" §
  }
  triggers = { token = "s3cr3t-trigger", wrong = jsondecode("{") }
}
module "m" {
  source = "./m"
  handed = local.to_m §
  inner  = module.m.pw + 1 §
}
module "far" {
  source = "git::https://user:s3cr3t-source@example.com/x.git" §
  token  = "s3cr3t-argument" §
}
output "pw" {
  sensitive = true
  value     = "s3cr3t-output" §
}
provider "aws" {
  secret_key = "s3cr3t-provider" §
  region     = "x" # tfcheck:ignore[no-such-rule] password = "s3cr3t-comment"
}
"#;

const MODULE: &str = r#"
variable "handed" {}
variable "inner" {
  default = ""
}
resource "aws_elasticache_replication_group" "r" {
  auth_token           = var.handed §
  replication_group_id = var.handed
  node_type            = var.inner
}
output "pw" {
  sensitive = true
  value     = "s3cr3t-inside"
}
"#;

const BROKEN: &str = r#"
resource "aws_db_instance" "x" {
  password = "s3cr3t-two" "texts"
  password = "s3cr3t-twice"
  db_password = s3cr3t-bare
}
resource "aws_db_instance" "y" {
  password = "s3cr3t-unclosed
}
"#;

const JSON: &str = r#"{
  "resource": {"aws_rds_cluster": {"z": {"master_password": "s3cr3t-in-json", "master_password": "s3cr3t-again"}}},
  "locals": {"json_token": "s3cr3t-in-json-local", "bad": "${1 +}"}
}
"#;

fn case() -> Case {
    let written = |text: &str| text.replace('§', SHOWN);
    let values = "given = [\"s3cr3t-tfvars\"\nfrom_file = \"s3cr3t-tfvars-2\"\nno_such_token = \"s3cr3t-undeclared\"\n";
    Case::new(&[
        ("main.tf", &written(MAIN)),
        ("m/main.tf", &written(MODULE)),
        ("broken/main.tf", BROKEN),
        ("json/main.tf.json", JSON),
        ("terraform.tfvars", values),
        ("more.tfvars", "from_file = \"s3cr3t-var-file\"\n"),
        (
            ".tfcheck.hcl",
            "environment \"prod\" {\n  vars = { from_line = \"s3cr3t-settings\", db = \"s3cr3t-set\" }\n}\n",
        ),
    ])
    .with("TF_VAR_from_environment", "s3cr3t-environment")
}

const GIVEN: [&str; 4] = ["--var", "from_line=s3cr3t-line", "--var-file", "more.tfvars"];

fn check(what: &str, text: &str) {
    let leaks: Vec<&str> = text.lines().filter(|line| line.contains(SECRET)).collect();
    assert!(leaks.is_empty(), "{what}: {leaks:#?}");
}

#[test]
fn no_format_shows_a_secret() {
    let case = case();
    for format in FORMATS {
        let to_file = format!("{format}=report.txt");
        for output in [&*to_file, format] {
            let mut arguments = vec!["--format", output, "--min-severity", "advice", "--show-undecided", "-v", "."];
            arguments.extend(GIVEN);
            let ran = case.run(&arguments);
            assert_eq!(ran.status, 1, "{ran}");
            check(format, &ran.out);
            check(format, &ran.err);
        }
        check(format, &case.read("report.txt"));
    }
}

#[test]
fn the_lines_with_secrets_are_shown_without_them() {
    let out = case().run(&["."]).out;
    for line in [
        "  default   = (sensitive) #",
        "  nested  = { a = \"seen\", b = { c = (sensitive) } } #",
        "  called  = sensitive((sensitive)) #",
        "  several = [(sensitive), (sensitive)] #",
        "  password       = (sensitive) #",
        "    password = (sensitive) #",
        "  password = (sensitive)\n",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
}

#[test]
fn no_command_shows_a_secret() {
    let case = case();
    for address in [
        "aws_db_instance.a",
        "aws_db_instance.a.password",
        "aws_db_instance.a.instance_class",
        "aws_db_instance.a.tags",
        "aws_db_instance.b",
        "aws_db_instance.b.password",
        "aws_db_instance.b.engine",
        "aws_db_instance.b.parameter_group_name",
        "aws_rds_cluster.c",
        "aws_mq_broker.d",
        "aws_mq_broker.d.user",
        "aws_secretsmanager_secret_version.e.secret_string",
        "aws_secretsmanager_secret_version.f.secret_string",
        "aws_ecs_task_definition.g.container_definitions",
        "aws_ecs_task_definition.h.container_definitions",
        "aws_lambda_function.i.environment",
        "module.m.aws_elasticache_replication_group.r",
        "module.m.aws_elasticache_replication_group.r.replication_group_id",
        "s3cr3t",
    ] {
        let mut arguments = vec!["why", address];
        arguments.extend(GIVEN);
        let ran = case.run(&arguments);
        check(address, &ran.out);
        check(address, &ran.err.replace("`s3cr3t`", ""));
    }
    for expression in [
        "var.db",
        "var.named_password",
        "var.from_file",
        "var.from_line",
        "var.from_environment",
        "var.from_line + 1",
        "local.pw",
        "local.pw + 1",
        "local.joined",
        "\"x${local.pw}y\"",
        "upper(local.called)",
        "aws_db_instance.a",
        "aws_db_instance.a.password",
        "aws_db_instance.a.password + 1",
        "aws_rds_cluster.c",
        "aws_mq_broker.d",
        "aws_ecs_task_definition.g",
        "aws_lambda_function.i.environment",
        "module.m",
        "module.m.pw",
        "{ for k in [local.called] : k => k }",
        "nosuch(local.pw)",
        "regex(\"[\", local.pw)",
        "[\"a\"][local.pw]",
        "{ a = 1 }[local.pw]",
        "file(local.pw)",
    ] {
        let mut arguments = vec!["eval", expression];
        arguments.extend(GIVEN);
        let ran = case.run(&arguments);
        check(expression, &ran.out);
        check(expression, &ran.err);
    }
}

const MARKED: &str = r#"
terraform {
  backend "local" {}
}
variable "s" {
  sensitive = true
  default   = "s3cr3t-a"
}
variable "l" {
  sensitive = true
  default   = ["s3cr3t-b", "s3cr3t-c"]
}
variable "o" {
  sensitive = true
  default   = { k = "s3cr3t-d" }
}
variable "b" {
  sensitive = true
  default   = true
}
variable "n" {
  sensitive = true
  default   = 1
}
variable "e" {
  ephemeral = true
  default   = "s3cr3t-e"
}
variable "keys" {
  sensitive = true
  type      = map(number)
  default   = { "s3cr3t-key" = "no number" }
}
locals {
  u    = upper(var.s)
  l    = [for x in var.l : upper(x)]
  mix  = { open = "x", secret = local.u }
  list = ["x", local.u]
  tpl  = "<$${a}>"
  of_k = "<$${k}>"
  bad  = "$${${local.u}}"
  call = "$${${local.u}()}"
  torn = "$${${local.u} x}"
}
resource "aws_instance" "each" {
  for_each = { for k, v in var.o : upper(v) => v }
  ami      = upper(each.value)
}
resource "aws_instance" "set" {
  for_each = toset(local.l)
}
resource "aws_instance" "count" {
  count = length(var.l)
}
resource "aws_instance" "dynamic" {
  dynamic "ebs_block_device" {
    for_each = var.l
    content {
      device_name = upper(ebs_block_device.value)
    }
  }
}
resource "aws_db_instance" "g" {
  password = "s3cr3t-pw"
}
data "aws_iam_policy_document" "p" {
  statement {
    sid       = local.u
    actions   = ["s3:*"]
    resources = ["*"]
  }
}
module "m" {
  source = "./m"
  v      = local.u
}
module "far" {
  source = "example/far/aws"
}
resource "example_thing" "t" {
  tags = { (local.u) = { a = 1 } }
}
output "o" {
  value = cidrhost(local.u, 1)
}
"#;

const MARKED_MODULE: &str = r#"
variable "v" {}
output "secret" {
  value     = upper("s3cr3t-out")
  sensitive = true
}
output "plain" {
  value = "x-${var.v}"
}
output "both" {
  value = { a = var.v, b = "x" }
}
"#;

/// What each of these is worth has a mark, at the value or at the part of it that is secret, whatever was computed from
/// it; `upper` keeps the literal from being recognised, so that nothing but the mark can hide it.
#[test]
fn nothing_drops_the_mark_of_a_sensitive_value() {
    let case = Case::new(&[("main.tf", MARKED), ("m/main.tf", MARKED_MODULE)]);
    let expressions = [
        r#""${local.u}""#,
        r#""a${local.u}b""#,
        r#""%{if var.b}x%{else}y%{endif}""#,
        r#""%{for x in local.l}${x}%{endfor}""#,
        r#"local.u == "x""#,
        "!var.b",
        r#"var.b ? "x" : "y""#,
        r#"true ? local.u : "y""#,
        "[for x in local.l : x]",
        "[for x in local.list : x]",
        "{for x in local.list : x => 1}",
        r#"{for x in local.list : "k" => x...}"#,
        r#"[for x in ["a"] : x if var.b]"#,
        "local.l[*]",
        "local.l[0]",
        "local.mix",
        "local.mix.secret",
        "upper(local.u)",
        "join(\",\", local.list)",
        "jsonencode(local.mix)",
        "jsondecode(jsonencode(local.mix))",
        "yamldecode(yamlencode(local.mix))",
        "base64decode(base64encode(local.u))",
        "sha256(local.u)",
        r#"format("%s %s", "x", local.u)"#,
        r#"formatlist("%s", local.list)"#,
        r#"replace("x", "x", local.u)"#,
        r#"regexall(".*", local.u)"#,
        "concat(local.list, [1])",
        "merge(local.mix, { z = 1 })",
        "keys({ (local.u) = 1 })",
        "{ (local.u) = 1 }",
        "zipmap([local.u], [1])",
        "values(local.mix)",
        r#"lookup(local.mix, "secret", "x")"#,
        "element(local.list, 1)",
        "toset(local.list)",
        "tomap(local.mix)",
        "flatten([local.list])",
        "distinct(local.list)",
        "sort(local.list)",
        "reverse(local.list)",
        "setunion(local.list, [1])",
        r#"setproduct(local.list, ["q"])"#,
        r#"coalesce(local.u, "x")"#,
        r#"try(local.u, "x")"#,
        "chunklist(local.list, 1)",
        "transpose({ a = local.list })",
        "substr(local.u, 0, 3)",
        "split(\"-\", local.u)",
        "templatestring(local.tpl, { a = local.u })",
        "templatestring(local.u, {})",
        "templatestring(local.of_k, var.o)",
        "templatestring(aws_db_instance.g.password, {})",
        r#"csvdecode("a\n${local.u}")"#,
        r#"jsondecode("{\"a\": \"${local.u}\", \"b\": \"${aws_db_instance.g.arn}\"}")"#,
        r#"yamldecode("a: ${local.u}\nb: ${aws_db_instance.g.arn}")"#,
        r#"split(",", "${local.u},${aws_db_instance.g.arn}")"#,
        "format(local.u)",
        r#"lookup({ a = 1 }, local.u, 5)"#,
        r#"["a", "b"][var.n]"#,
        r#"element(["a", "b"], var.n)"#,
        "module.m.secret",
        "module.m.plain",
        "module.m.both",
        "aws_instance.dynamic",
        "upper(var.e)",
        "[for x in [var.e] : upper(x)]",
        "data.aws_iam_policy_document.p.json",
        "jsondecode(data.aws_iam_policy_document.p.minified_json)",
        "aws_db_instance.g.password",
        "upper(aws_db_instance.g.password)",
        "[aws_db_instance.g][*].password",
    ];
    for expression in expressions {
        let ran = case.run(&["eval", expression]);
        assert!(ran.out.contains("$sensitive"), "{expression}\n{ran}");
        check_any_case(expression, &ran.out);
    }
    let failing = [
        "tonumber(local.u)",
        "local.u + 1",
        "regex(local.u, \"zzz\")",
        "jsondecode(local.u)",
        "cidrhost(local.u, 1)",
        "timeadd(local.u, \"1h\")",
        "{ a = 1 }[local.u]",
        "local.mix[local.u]",
        "file(local.u)",
        "templatefile(local.u, {})",
        "formatdate(local.u, \"2020-01-01T00:00:00Z\")",
        "uuidv5(local.u, \"x\")",
        "lookup(local.mix, local.u)",
        "{ for x in [local.u, local.u] : x => 1 }",
        "aws_instance.each[local.u]",
        "aws_instance.each[local.u].arn",
        "aws_instance.count[var.n - 1].id",
        r#"trimprefix("${local.u}-${aws_db_instance.g.arn}", "x")"#,
        r#"replace("${local.u}-${aws_db_instance.g.arn}", "x", "y")"#,
        r#"format("%s-%s", local.u, aws_db_instance.g.arn)"#,
        "templatestring(local.bad, {})",
        "templatestring(local.call, {})",
        "templatestring(local.torn, {})",
        "module.m[local.u]",
        "module.far[local.u]",
        "module.far.x[local.u]",
        "aws_db_instance.g[local.u]",
        "aws_db_instance.g.tags[local.u]",
        "[aws_db_instance.g][*][local.u]",
        "data.aws_iam_policy_document.p[local.u]",
        "lookup(aws_db_instance.g.tags, local.u)",
        "{ a = aws_db_instance.g.arn }[local.u]",
        "example_thing.t",
        "example_thing.t.tags",
        "values(example_thing.t.tags)",
        "values(example_thing.t.tags)[0].b",
        "[for x in local.l : file(x)]",
        "var.keys",
    ];
    for expression in failing {
        let ran = case.run(&["eval", expression]);
        check_any_case(expression, &(ran.out + &ran.err));
    }
    let ran = case.run(&["--show-undecided", "-v", "--format", "json", "."]);
    check_any_case("check", &(ran.out + &ran.err));
    assert!(case.run(&["."]).out.contains("`for_each` must not be sensitive"));
}

#[test]
fn settings_are_shown_without_what_their_names_call_secret() {
    let settings = "environment \"prod\" {\n  vars = { size = 2, foo = \"s3cr3t-1\", bar = \"s3cr3t-2\", db_password = \"s3cr3t-3\" }\n}\n";
    let main = "variable \"size\" {}\nvariable \"foo\" {\n  sensitive = true\n}\nvariable \"db_password\" {}\n";
    let ran = Case::new(&[("main.tf", main), (".tfcheck.hcl", settings)]).run(&["settings"]);
    check("settings", &ran.out);
    let shown = "vars = { size = 2, foo = (sensitive), bar = (sensitive), db_password = (sensitive) }";
    assert!(ran.out.contains(shown), "{ran}");
}

#[test]
fn a_variable_that_one_of_the_roots_calls_sensitive_is_hidden_in_the_settings() {
    let settings = "environment \"prod\" {\n  vars = { foo = \"s3cr3t-1\" }\n}\n";
    let one = ("one/main.tf", "terraform {\n  backend \"s3\" {}\n}\nvariable \"foo\" {}\n");
    let two = ("two/main.tf", "terraform {\n  backend \"s3\" {}\n}\nvariable \"foo\" {\n  ephemeral = true\n}\n");
    check("settings", &Case::new(&[one, two, (".tfcheck.hcl", settings)]).run(&["settings"]).out);
}

#[test]
fn settings_that_cannot_be_read_show_no_values_of_variables() {
    let main = "variable \"foo\" {\n  sensitive = true\n}\n";
    for vars in
        ["{ foo = s3cr3t-bare }", "{ foo = \"s3cr3t-1\" bar }", "[\"s3cr3t-1\"]", "{ foo = 1, foo = \"s3cr3t-1\" }"]
    {
        let settings = format!("environment \"prod\" {{\n  vars = {vars}\n}}\n");
        for command in [&["settings"][..], &["."]] {
            let ran = Case::new(&[("main.tf", main), (".tfcheck.hcl", &settings)]).run(command);
            check(vars, &(ran.out + &ran.err));
        }
    }
}

#[test]
fn what_is_given_without_quotes_or_declaration_is_not_shown() {
    let main = "variable \"l\" {\n  sensitive = true\n  type = list(string)\n}\n";
    for (name, value) in [("l", "[s3cr3t-bare]"), ("l", "[\"${s3cr3t-bare}\"]"), ("db_password", "s3cr3t-undeclared")] {
        let given = format!("{name}={value}");
        for format in FORMATS {
            let ran = Case::new(&[("main.tf", main)]).run(&["--format", format, "--var", &given, "-v", "."]);
            check(&given, &(ran.out + &ran.err));
        }
        let values = format!("{name} = {value}\n");
        let ran = Case::new(&[("main.tf", main), ("terraform.tfvars", &values)]).run(&["--format", "json", "."]);
        check(&given, &(ran.out + &ran.err));
    }
}

#[test]
fn for_each_shows_keys_and_count_shows_nothing() {
    let main = "terraform {\n  backend \"local\" {}\n}\nvariable \"p\" {\n  default = \"\"\n  sensitive = true\n}\n\
                resource \"terraform_data\" \"a\" {\n  count = var.p == \"\" ? 1 : 0\n}\n\
                resource \"terraform_data\" \"b\" {\n  for_each = toset([var.p])\n}\n\
                variable \"u\" {\n  type = map(string)\n}\n\
                resource \"terraform_data\" \"c\" {\n  for_each = merge([for k, v in var.u : { (v) = { s = var.p } }]...)\n}\n";
    let case = Case::new(&[("main.tf", main)]);
    let out = case.run(&["."]).out;
    assert_eq!(out.matches("must not be sensitive").count(), 1, "{out}");
    assert!(out.contains("main.tf:12"), "{out}");
}

fn check_any_case(what: &str, text: &str) {
    check(what, &text.to_lowercase());
}

const RULE: &str = r#"
rule "own-§" {
  title    = "t"
  severity = "error"
  category = "cost"
  scenario = "silent-loss"
  resource = "aws_sqs_queue"
  require  = false
  message  = "it is ${§}"
  why      = "y"
  sources  = ["https://docs.aws.amazon.com/x"]
  fix {
    set    = { name = § }
    safety = "safe"
    impact = "in-place"
    note   = "n ${§}"
  }
}
"#;

const ASKED: &str = r#"
terraform {
  backend "local" {}
}
variable "s" {
  sensitive = true
  default   = "s3cr3t-a"
}
variable "n" {
  sensitive = true
  default   = 471100
}
variable "size" {
  sensitive = true
  default   = 23
}
locals {
  u    = upper(var.s)
  cidr = "10.77.0.0/${var.size}"
  tags = { (local.u) = local.u }
}
resource "aws_vpc" "v" {
  cidr_block = local.cidr
}
resource "aws_subnet" "s" {
  vpc_id            = aws_vpc.v.id
  availability_zone = local.u
  tags              = local.tags
}
resource "aws_sqs_queue" "q" {
  name          = local.u
  delay_seconds = var.n + 1
  tags          = local.tags
  policy = jsonencode({ Statement = [{
    Sid       = local.u, Effect = "Allow", Action = ["sqs:${local.u}"], Resource = "arn:aws:sqs:eu:1:${local.u}",
    Principal = { AWS = local.u }, Condition = { StringEquals = { "aws:x" = local.u } }
  }] })
}
resource "aws_autoscaling_group" "g" {
  tag {
    key                 = local.u
    value               = local.u
    propagate_at_launch = true
  }
}
"#;

/// Functions of rules say no more of what is secret than Terraform's: a rule that is made of nothing but one of them
/// shows that there is something, and not what.
#[test]
fn functions_of_rules_keep_the_marks() {
    let subnet = r#"resources("aws_subnet")[0]"#;
    let asked = [
        r#"plural(self.delay_seconds, "day")"#.to_owned(),
        "names([self.name])".to_owned(),
        r#"cidr_size(resources("aws_vpc")[0].cidr_block)"#.to_owned(),
        r#"cidr_usable(resources("aws_vpc")[0].cidr_block)"#.to_owned(),
        r#"cidr_contains(resources("aws_vpc")[0].cidr_block, "10.77.0.0/24")"#.to_owned(),
        r#"cidr_overlaps(resources("aws_vpc")[0].cidr_block, "10.77.0.0/24")"#.to_owned(),
        r#"cidr_intersection(resources("aws_vpc")[0].cidr_block, "10.0.0.0/8")"#.to_owned(),
        r#"jsonencode(vpc_ranges(resources("aws_vpc")[0]))"#.to_owned(),
        format!("zone({subnet})"),
        r#"zone_count(resources("aws_subnet"))"#.to_owned(),
        "jsonencode(tags(self))".to_owned(),
        "jsonencode(keys(tags(self)))".to_owned(),
        r#"jsonencode(tags(resources("aws_autoscaling_group")[0]))"#.to_owned(),
        "policy_statements(self.policy)[0].actions[0]".to_owned(),
        "policy_statements(self.policy)[0].sid".to_owned(),
        "policy_statements(self.policy)[0].principals[0].id".to_owned(),
        "policy_statements(self.policy)[0].conditions[0].values[0]".to_owned(),
        r#"has_word(self.name, "s3cr3t")"#.to_owned(),
        r#"has_part(self.name, "s3cr3t")"#.to_owned(),
        r#"begins_with(self.name, "S3")"#.to_owned(),
        r#"wildcard_matches(self.name, "S3CR3T-A")"#.to_owned(),
        r#"action_matches(self.name, "S3CR3T-A")"#.to_owned(),
        r#"jsonencode(fact("ec2_instance_types", self.name))"#.to_owned(),
        "file_exists(self.name)".to_owned(),
        "jsonencode(some_of([self.name, self.name], 1))".to_owned(),
    ];
    let rules: String = asked
        .iter()
        .enumerate()
        .map(|(at, asked)| RULE.replacen('§', &at.to_string(), 1).replace('§', asked))
        .collect();
    let case = Case::new(&[("main.tf", ASKED), ("rules/r.hcl", &rules)]);
    let ran = case.run(&["--rules", "rules", "--select", "own-*", "--format", "json", "main.tf"]);
    check_any_case("rules", &(ran.out.clone() + &ran.err));
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), asked.len(), "{ran}");
    for finding in findings {
        let number: usize = finding["rule"].as_str().unwrap()["own-".len()..].parse().unwrap();
        assert_eq!(finding["message"], "it is (sensitive)", "{}", asked[number]);
        assert_eq!(finding["fix"]["note"], "n (sensitive)", "{}", asked[number]);
    }
}

/// What is marked is as true or false as anything else.
#[test]
fn marks_leave_nothing_undecided() {
    let rule = |id: &str, require: &str| {
        let rule = RULE.replacen('§', id, 1).replace("require  = false", &format!("require = {require}"));
        rule.replace("${§}", "so").replace('§', "\"x\"")
    };
    let rules = [
        rule("word", r#"!has_word(self.name, "a")"#),
        rule("plural", r#"plural(self.delay_seconds, "day") == "1 day""#),
        rule("statements", r#"length(policy_statements(self.policy)) == 0"#),
        rule("tags", "length(tags(self)) == 0"),
        rule("zone", r#"zone(resources("aws_subnet")[0]) == "a""#),
        rule("written", "!is_set(self.name)"),
    ];
    let case = Case::new(&[("main.tf", ASKED), ("rules/r.hcl", &rules.concat())]);
    let ran = case.run(&["--rules", "rules", "--select", "own-*", "--format", "json", "main.tf"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), rules.len(), "{ran}");
    assert!(report["undecided"].as_array().unwrap().is_empty(), "{ran}");
}

/// Variable files that cannot be read whole: nothing of what may be the value of a sensitive variable is shown.
#[test]
fn broken_variable_files_show_no_values() {
    let main =
        "terraform {\n  backend \"local\" {}\n}\nvariable \"blob\" {\n  sensitive = true\n}\nvariable \"size\" {}\n";
    for (values, shown) in [
        ("blob = s3cr3t-bare\n", ""),
        ("blob = s3cr3t-bare.more\n", ""),
        ("blob = 12 s3cr3t-behind\n", "blob = (sensitive)"),
        ("blob = \"a\" \"s3cr3t-second\"\n", "blob = (sensitive)"),
        ("blob = { \"k\" \"s3cr3t-entry\" }\n", "blob = (sensitive)"),
        ("blob = [\"a\" \"s3cr3t-element\"]\n", ""),
        ("blob = {\n  k = \"a\"\n  s3cr3t-line\n  l = \"s3cr3t-last\"\n}\n", ""),
        ("blob = \"s3cr3t-open\nsize = 1\n", ""),
        ("blob = 's3cr3t-quotes'\n", ""),
        ("blob = -----BEGIN\ns3cr3t-key\ns3cr3t-key/more+==\n", ""),
        ("blob = max(s3cr3t-argument, \"s3cr3t-text\")\n", ""),
        ("blob := \"s3cr3t-colon\" x\n", ""),
        ("blob \"s3cr3t-no-sign\"\n", ""),
        ("blub = \"a\" \"s3cr3t-undeclared\"\n", "blub = (sensitive)"),
        ("blub = s3cr3t-undeclared\n", ""),
        ("size = 12 34\n", "size = 12 34"),
        ("s3cr3t-lost\nsize = 1\n", ""),
        ("size = 12\ns3cr3t-lost s3cr3t-words\n", ""),
        ("size = [\n  1,\n  2\nblob = \"s3cr3t-inside\"\n", ""),
    ] {
        let case = Case::new(&[("main.tf", main), ("terraform.tfvars", values)]);
        for format in FORMATS {
            let ran = case.run(&["--format", format, "-v", "--show-undecided", "."]);
            check(values, &(ran.out.clone() + &ran.err));
            assert!(format != "pretty" || ran.out.contains(shown), "{values}\n{ran}");
        }
    }
    for values in [
        "{\"blob\": s3cr3t-bare}",
        "{\"blob\": \"s3cr3t-open\n}",
        "{\"blob\": 's3cr3t-quotes'}",
        "{\n  \"blob\": \"a\" \"s3cr3t-second\",\n  \"size\": 1\n}",
        "{\n  \"blob\": {\n    \"k\" \"s3cr3t-entry\"\n  }\n}",
        "{\"size\": 1 2, \"blob\": \"s3cr3t-behind\"}",
        "{\"blob\": \"s3cr3t-a\\qb\"}",
        "{\"blub\": s3cr3t-undeclared}",
        "s3cr3t-alone",
    ] {
        let case = Case::new(&[("main.tf", main), ("terraform.tfvars.json", values)]);
        for format in FORMATS {
            let ran = case.run(&["--format", format, "-v", "--show-undecided", "."]);
            check(values, &(ran.out + &ran.err));
        }
    }
}

/// Of a map that is secret as a whole the names of its entries are, too.
#[test]
fn keys_of_sensitive_maps_are_covered() {
    let main = format!(
        "terraform {{\n  backend \"local\" {{}}\n}}\nvariable \"m\" {{\n  sensitive = true\n  type      = map(number)\n  \
         default   = {{ s3cr3t-a = 1, \"s3cr3t-b\" = 2, (\"s3cr3t-c\") = 3 }} {SHOWN}\n}}\n\
         locals {{\n  m = sensitive({{ s3cr3t-d = \"x\" }}) {SHOWN}\n}}\n\
         module \"m\" {{\n  source = \"./m\"\n  v      = {{ s3cr3t-e = \"x\" }} {SHOWN}\n}}\n\
         output \"o\" {{\n  sensitive = true\n  value     = {{ s3cr3t-f = \"x\" }} {SHOWN}\n}}\n"
    );
    let module = "variable \"v\" {\n  sensitive = true\n  type = map(number)\n}\n";
    for (name, values) in [
        ("terraform.tfvars", "m = { s3cr3t-g = \"x\", \"s3cr3t-h\" = \"y\" }\n"),
        ("terraform.tfvars.json", "{\"m\": {\"s3cr3t-g\": \"x\", \"l\": {\"s3cr3t-h\": 1}}}\n"),
    ] {
        let case = Case::new(&[("main.tf", &main), ("m/main.tf", module), (name, values)]);
        for format in FORMATS {
            let ran = case.run(&["--format", format, "-v", "."]);
            check(name, &(ran.out + &ran.err));
        }
    }
}
