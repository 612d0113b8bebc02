use crate::config::testing::{module, only};

/// The problems of one file, `line: message`.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let (_, problems) = module(&[("main.tf", text)]);
    let problems: Vec<_> = problems.iter().map(|p| p.strip_prefix("main.tf:").unwrap_or(p)).collect();
    assert_eq!(problems, expected);
}

#[test]
fn a_name_is_declared_once() {
    check(
        r#"
variable "a" {}
variable "a" {}
locals {
  b = 1
}
locals {
  b = 2
}
output "c" { value = 1 }
output "c" { value = 2 }
module "d" { source = "a/b/c" }
module "d" { source = "a/b/c" }
resource "t" "e" {}
resource "t" "e" {}
data "t" "e" {}
data "t" "e" {}
provider "aws" {}
provider "aws" { alias = "x" }
provider "aws" {}
check "f" {}
check "f" {}
"#,
        &[
            "3: variable `a` is declared twice (see main.tf:2)",
            "8: local value `b` is declared twice (see main.tf:5)",
            "11: output `c` is declared twice (see main.tf:10)",
            "13: module call `d` is declared twice (see main.tf:12)",
            "15: resource `t.e` is declared twice (see main.tf:14)",
            "17: data source `t.e` is declared twice (see main.tf:16)",
            "20: provider `aws` is declared twice (see main.tf:18)",
            "22: check `f` is declared twice (see main.tf:21)",
        ],
    );
}

#[test]
fn the_top_level_holds_known_blocks_only() {
    check("resorce \"a\" \"b\" {}\n", &["1: Terraform has no `resorce` block"]);
    check("widget {}\n", &["1: Terraform has no `widget` block"]);
    check("region = \"x\"\n", &["1: an argument, `region`, stands outside of any block"]);
    check("language {}\naction \"a\" \"b\" {}\nlist \"a\" \"b\" {}\nephemeral \"a\" \"b\" {}\n", &[]);
    let (config, _) = module(&[("main.tf", "resorce \"a\" \"b\" {}\n")]);
    assert_eq!(config.all_problems()[0].help.as_deref(), Some("did you mean `resource`?"));
}

#[test]
fn labels_are_counted_and_named_well() {
    check(
        "resource \"a\" {}\nvariable {}\nvariable \"a\" \"b\" {}\nlocals \"x\" {}\noutput \"1a\" { value = 1 }\nresource \"a\" \"b.c\" {}\n",
        &[
            "1: a `resource` block has two labels, type and name",
            "2: a `variable` block has one label, its name",
            "3: a `variable` block has one label, its name",
            "4: a `locals` block has no label",
            "5: `1a` is not a valid name",
            "6: `b.c` is not a valid name",
        ],
    );
}

#[test]
fn closed_blocks_hold_what_they_may() {
    check(
        r#"
variable "a" {
  desciption = "x"
  validation {
    condition = true
  }
}
output "b" {}
module "c" {}
module "d" {
  source = "modules/d"
  providers {
    aws = aws.x
  }
}
resource "t" "e" {
  count    = 1
  for_each = {}
  lifecycle {
    prevent_destory = true
  }
}
moved {
  from = t.a
}
variable "count" {}
terraform {
  required_verison = "1"
  backend "s3" {}
  cloud {}
}
"#,
        &[
            "3: a `variable` block has no argument `desciption`",
            "4: a `validation` block lacks the argument `error_message`",
            "8: an `output` block lacks the argument `value`",
            "9: the module call `c` has no `source`",
            "11: `modules/d` is not a module source",
            "12: a `module` block passes arguments; it has no block `providers`",
            "18: `count` and `for_each` exclude each other (see main.tf:17)",
            "20: a `lifecycle` block has no argument `prevent_destory`",
            "23: a `moved` block lacks the argument `to`",
            "26: a variable may not be called `count`",
            "28: a `terraform` block has no `required_verison`",
            "30: a module has one `backend` or `cloud` block at most (see main.tf:29)",
        ],
    );
}

#[test]
fn typed_parts_are_read() {
    let (config, problems) = module(&[(
        "main.tf",
        r#"
variable "v" {
  type      = number
  ephemeral = true
  nullable  = false
}
resource "aws_s3_bucket" "b" {
  for_each   = toset(["a"])
  provider   = aws.west
  depends_on = [aws_x.y, module.m]
  bucket     = "b"
  lifecycle {
    ignore_changes       = [tags["a"], acl]
    replace_triggered_by = [aws_x.y.id]
    destroy              = false
  }
}
module "m" {
  source    = "a/b/c"
  count     = 2
  providers = { aws = aws.west, aws.inner = aws }
  x         = 1
}
check "c" {
  data "http" "h" {
    url = "x"
  }
  assert {
    condition     = true
    error_message = "m"
  }
}
removed {
  from = aws_x.z
  lifecycle {
    destroy = false
  }
}
"#,
    )]);
    assert!(problems.is_empty(), "{problems:?}");
    let module = only(&config);
    let variable = &module.variables["v"];
    assert_eq!((variable.ephemeral, variable.nullable, variable.sensitive), (true, false, false));
    let names: Vec<_> = module.resources.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["aws_s3_bucket.b", "data.http.h"]);
    let bucket = module.resources.values().next().unwrap();
    assert_eq!(bucket.lifecycle.as_ref().unwrap().replace_triggered_by.len(), 1);
    assert!(bucket.lifecycle.as_ref().unwrap().destroy.is_some() && bucket.for_each.is_some());
    let arguments: Vec<_> = bucket.arguments.attributes.iter().map(|a| &*a.name.text).collect();
    assert_eq!(arguments, ["bucket"]);
    assert!(bucket.arguments.blocks.is_empty() && bucket.body.blocks.len() == 1);
    assert_eq!(module.checks["c"].asserts.len(), 1);
    let call = &module.calls["m"];
    let show = |p: &crate::config::ProviderRef| format!("{}.{}", p.name, p.alias.as_deref().unwrap_or("-"));
    let providers: Vec<_> = call.providers.iter().map(|(inner, outer)| (show(inner), show(outer))).collect();
    assert_eq!(providers, [("aws.-".into(), "aws.west".into()), ("aws.inner".into(), "aws.-".into())]);
    assert_eq!(call.arguments().count(), 1);
    assert!(module.removed[0].destroy.is_some());
    assert!(!module.incomplete);
}

#[test]
fn a_provider_may_be_called_null() {
    let text = "provider \"null\" {\n  alias = \"a\"\n}\nresource \"null_resource\" \"r\" {\n  provider = null.a\n}\n";
    let (config, problems) = module(&[("main.tf", text)]);
    assert!(problems.is_empty(), "{problems:?}");
    let resource = only(&config).resources.values().next().unwrap();
    let provider = resource.provider.as_ref().unwrap();
    assert_eq!((&*provider.name, provider.alias.as_deref()), ("null", Some("a")));
}

#[test]
fn newer_settings_are_known() {
    let (config, problems) = module(&[(
        "main.tf",
        "terraform {\n  language = 2026\n  state_store \"x_y\" {\n    provider \"x\" {}\n  }\n}\n",
    )]);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(&*only(&config).settings.backend.as_ref().unwrap().kind.text, "x_y");
    assert!(config.roots[0].has_backend);
}

#[test]
fn a_syntax_error_makes_the_module_incomplete_and_hides_nothing() {
    let (config, problems) =
        module(&[("a.tf", "variable \"a\" {\n  default = \n}\nvariable \"b\" {}\n"), ("b.tf", "variable \"c\" {}\n")]);
    let module = only(&config);
    assert!(module.incomplete);
    assert!(["b", "c"].iter().all(|n| module.variables.contains_key(*n)), "{:?}", module.variables);
    assert_eq!(problems.len(), 1, "{problems:?}");
}
