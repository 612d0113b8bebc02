use crate::config::testing::{module, only, place};
use crate::config::{Config, IgnoreChanges, Mode, Resource, ResourceName};
use crate::source::Span;
use crate::syntax::Expr;

/// The text of an expression and the file it was read from.
fn written(config: &Config, expr: &Expr) -> String {
    format!("{} in {}", config.sources.text(expr.span), config.sources.file(expr.span.file).name)
}

fn written_or_none(config: &Config, expr: Option<&std::sync::Arc<Expr>>) -> String {
    expr.map_or_else(|| "none".to_owned(), |e| written(config, e))
}

fn resource<'a>(config: &'a Config, type_name: &str) -> &'a Resource {
    let name = ResourceName { mode: Mode::Managed, type_name: type_name.into(), name: "r".into() };
    &only(config).resources[&name]
}

/// Merges a resource's override and shows its own arguments and blocks: `name = value in file`.
#[track_caller]
fn check_resource(base: &str, over: &str, expected: &[&str]) {
    let base = format!("resource \"t\" \"r\" {{\n{base}\n}}");
    let over = format!("resource \"t\" \"r\" {{\n{over}\n}}");
    let (config, problems) = module(&[("main.tf", &base), ("override.tf", &over)]);
    assert_eq!(problems, [] as [&str; 0]);
    let body = &resource(&config, "t").arguments;
    let file = |span: Span| config.sources.file(span.file).name.to_string();
    let attributes = body.attributes.iter().map(|a| format!("{} = {}", a.name.text, written(&config, &a.expr)));
    let blocks = body.blocks.iter().map(|b| format!("{} in {}", config.sources.text(b.header), file(b.span)));
    assert_eq!(attributes.chain(blocks).collect::<Vec<_>>(), expected);
}

#[test]
fn arguments_are_replaced_one_by_one() {
    check_resource(
        "a = 1\nb = 2",
        "b = 3\nc = 4",
        &["a = 1 in main.tf", "b = 3 in override.tf", "c = 4 in override.tf"],
    );
}

#[test]
fn nested_blocks_are_replaced_by_type() {
    check_resource(
        "ingress { p = 1 }\ningress { p = 2 }\negress { p = 3 }",
        "ingress { p = 9 }",
        &["egress in main.tf", "ingress in override.tf"],
    );
}

#[test]
fn dynamic_blocks_count_as_blocks_of_their_type() {
    let dynamic = "dynamic \"ingress\" {\n  for_each = []\n  content {}\n}";
    check_resource(dynamic, "ingress {}", &["ingress in override.tf"]);
    check_resource("ingress {}\negress {}", dynamic, &["egress in main.tf", "dynamic \"ingress\" in override.tf"]);
}

#[test]
fn an_argument_replaces_blocks_of_its_name() {
    check_resource("ingress {}\ningress {}", "ingress = []", &["ingress = [] in override.tf"]);
    check_resource("ingress = []", "ingress {}", &["ingress in override.tf"]);
}

#[test]
fn meta_arguments_are_replaced() {
    let (config, problems) = module(&[
        ("main.tf", "resource \"t\" \"r\" {\n  count = 1\n  provider = aws.a\n  depends_on = [t.x]\n}"),
        ("override.tf", "resource \"t\" \"r\" {\n  count = 2\n  provider = aws.b\n}"),
    ]);
    assert!(problems.is_empty(), "{problems:?}");
    let resource = resource(&config, "t");
    assert_eq!(written_or_none(&config, resource.count.as_ref()), "2 in override.tf");
    assert_eq!(resource.provider.as_ref().unwrap().alias.as_deref(), Some("b"));
    let dependencies = resource.body.attribute("depends_on").map(|a| &a.expr);
    assert_eq!(written_or_none(&config, dependencies), "[t.x] in main.tf");
}

#[test]
fn lifecycle_merges_argument_by_argument() {
    let base = r#"
resource "t" "r" {
  lifecycle {
    prevent_destroy       = true
    create_before_destroy = true
    ignore_changes        = [a]
    precondition {
      condition     = true
      error_message = "m"
    }
  }
}"#;
    let over = r#"
resource "t" "r" {
  lifecycle {
    prevent_destroy = false
    ignore_changes  = all
    precondition {
      condition     = false
      error_message = "n"
    }
  }
}"#;
    let (config, problems) = module(&[("main.tf", base), ("override.tf", over)]);
    assert!(problems.is_empty(), "{problems:?}");
    let lifecycle = resource(&config, "t").lifecycle.as_ref().unwrap();
    assert_eq!(written_or_none(&config, lifecycle.prevent_destroy.as_ref()), "false in override.tf");
    assert_eq!(written_or_none(&config, lifecycle.create_before_destroy.as_ref()), "true in main.tf");
    assert!(matches!(lifecycle.ignore_changes, IgnoreChanges::All(_)));
    let conditions: Vec<_> = lifecycle.preconditions.iter().map(|c| place(&config.sources, c.span)).collect();
    assert_eq!(conditions, ["main.tf:7"]);
}

#[test]
fn a_lifecycle_block_may_come_from_the_override_alone() {
    let over = "resource \"t\" \"r\" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}";
    let (config, _) = module(&[("main.tf", "resource \"t\" \"r\" {}"), ("x_override.tf", over)]);
    let lifecycle = resource(&config, "t").lifecycle.as_ref().unwrap();
    assert_eq!(written_or_none(&config, lifecycle.prevent_destroy.as_ref()), "true in x_override.tf");
}

#[test]
fn an_empty_ignore_changes_overrides_nothing() {
    let lifecycle =
        |list: &str| format!("resource \"t\" \"r\" {{\n  lifecycle {{\n    ignore_changes = {list}\n  }}\n}}");
    let (config, _) = module(&[("main.tf", &lifecycle("[a, b.c]")), ("override.tf", &lifecycle("[]"))]);
    let IgnoreChanges::Paths(paths) = &resource(&config, "t").lifecycle.as_ref().unwrap().ignore_changes else {
        panic!()
    };
    let names: Vec<_> = paths.iter().map(|p| (&*p.argument, p.whole)).collect();
    assert_eq!(names, [("a", true), ("b", false)]);
}

#[test]
fn provisioners_and_connection_are_replaced_as_a_whole() {
    let (config, _) = module(&[
        ("main.tf", "resource \"t\" \"r\" {\n  provisioner \"a\" {}\n  provisioner \"b\" {}\n}"),
        ("override.tf", "resource \"t\" \"r\" {\n  provisioner \"c\" {}\n}"),
    ]);
    let provisioners = resource(&config, "t").body.blocks("provisioner");
    let provisioners: Vec<_> = provisioners.map(|p| &*p.labels[0].text).collect();
    assert_eq!(provisioners, ["c"]);
}

#[test]
fn files_are_merged_in_byte_order() {
    let text = |value: &str| format!("resource \"t\" \"r\" {{\n  a = {value}\n}}");
    let files =
        [("z.tf", text("0")), ("b_override.tf", text("1")), ("override.tf", text("2")), ("a_override.tf", text("3"))];
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let (config, problems) = module(&files);
    assert!(problems.is_empty(), "{problems:?}");
    let value = resource(&config, "t").arguments.attribute("a").unwrap().expr.clone();
    assert_eq!(written(&config, &value), "2 in override.tf");
}

#[test]
fn variables_and_outputs_merge_by_argument() {
    let (config, problems) = module(&[
        (
            "main.tf",
            r#"
variable "v" {
  type      = string
  default   = "a"
  sensitive = true
  validation {
    condition     = true
    error_message = "m"
  }
}
output "o" {
  value     = 1
  sensitive = true
}"#,
        ),
        (
            "override.tf",
            r#"
variable "v" {
  default  = "b"
  nullable = false
  validation {
    condition     = false
    error_message = "n"
  }
}
output "o" {
  value = 2
}"#,
        ),
    ]);
    assert!(problems.is_empty(), "{problems:?}");
    let variable = &only(&config).variables["v"];
    assert_eq!(written_or_none(&config, variable.type_expr.as_ref()), "string in main.tf");
    assert_eq!(written_or_none(&config, variable.default.as_ref()), "\"b\" in override.tf");
    assert_eq!((variable.sensitive, variable.nullable), (true, false));
    assert_eq!(variable.validations.iter().map(|v| place(&config.sources, v.span)).collect::<Vec<_>>(), ["main.tf:6"]);
    let output = &only(&config).outputs["o"];
    assert_eq!(written_or_none(&config, output.value.as_ref()), "2 in override.tf");
    assert!(output.sensitive);
}

#[test]
fn locals_are_replaced_by_name() {
    let (config, problems) = module(&[
        ("main.tf", "locals {\n  a = { x = 1 }\n  b = 2\n}"),
        ("override.tf", "locals {\n  a = { y = 1 }\n}"),
    ]);
    assert!(problems.is_empty(), "{problems:?}");
    let locals = &only(&config).locals;
    assert_eq!(written(&config, &locals["a"].value), "{ y = 1 } in override.tf");
    assert_eq!(written(&config, &locals["b"].value), "2 in main.tf");
}

#[test]
fn calls_and_providers_merge() {
    let (config, problems) = module(&[
        (
            "main.tf",
            r#"
module "m" {
  source  = "a/b/c"
  version = "1.0.0"
  x       = 1
  y       = 2
}
provider "aws" {
  alias  = "w"
  region = "r1"
  assume_role {}
}"#,
        ),
        (
            "override.tf",
            r#"
module "m" {
  source = "d/e/f"
  y      = 3
}
provider "aws" {
  alias  = "w"
  region = "r2"
}
provider "google" {
  project = "p"
}"#,
        ),
    ]);
    assert!(problems.is_empty(), "{problems:?}");
    let call = &only(&config).calls["m"];
    assert_eq!(call.source_text(), "d/e/f");
    assert_eq!(written_or_none(&config, call.version.as_ref()), "\"1.0.0\" in main.tf");
    let arguments: Vec<_> = call.arguments().map(|a| written(&config, &a.expr)).collect();
    assert_eq!(arguments, ["1 in main.tf", "3 in override.tf"]);
    let providers: Vec<_> = only(&config).providers.values().collect();
    assert_eq!(providers.len(), 2);
    let region = &providers[0].arguments.attribute("region").unwrap().expr;
    assert_eq!(written(&config, region), "\"r2\" in override.tf");
    assert_eq!(providers[0].arguments.blocks.len(), 1);
}

#[test]
fn settings_are_replaced_or_joined() {
    let (config, problems) = module(&[
        (
            "main.tf",
            r#"
terraform {
  required_version = ">= 1.0"
  backend "s3" {}
  required_providers {
    aws    = { source = "hashicorp/aws", version = "~> 4.0" }
    random = "~> 3.0"
  }
}
terraform {
  required_version = "< 2.0"
}"#,
        ),
        (
            "override.tf",
            r#"
terraform {
  required_version = ">= 1.5"
  cloud {}
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0" }
  }
}"#,
        ),
    ]);
    assert!(problems.is_empty(), "{problems:?}");
    let settings = &only(&config).settings;
    let versions: Vec<_> = settings.required_versions.iter().map(|v| written(&config, v)).collect();
    assert_eq!(versions, ["\">= 1.5\" in override.tf"]);
    assert!(settings.backend.is_none() && settings.cloud.is_some());
    let version = |name: &str| written_or_none(&config, settings.required_providers[name].version.as_ref());
    assert_eq!(version("aws"), "\"~> 5.0\" in override.tf");
    assert_eq!(version("random"), "\"~> 3.0\" in main.tf");
    let body = settings.body.as_ref().unwrap();
    let blocks: Vec<_> = body.blocks.iter().map(|b| &*b.kind.text).collect();
    assert_eq!(blocks, ["cloud", "required_providers"]);
}

#[test]
fn what_cannot_be_overridden_is_a_problem() {
    let over = r#"
resource "t" "r" {
  depends_on = [t.x]
}
resource "t" "new" {}
data "t" "new" {}
variable "new" {}
output "new" {
  value = 1
}
locals {
  new = 1
}
module "new" {
  source = "a/b/c"
}
provider "aws" {
  alias = "new"
}
moved {
  from = t.a
  to   = t.b
}
import {
  to = t.a
  id = "x"
}
check "c" {}"#;
    let (_, problems) = module(&[("main.tf", "resource \"t\" \"r\" {}"), ("override.tf", over)]);
    let nothing = |line: u32, what: &str| {
        format!("override.tf:{line}: {what} has no declaration that this override file could change")
    };
    assert_eq!(
        problems,
        [
            "override.tf:3: an override file may not change `depends_on`".to_owned(),
            nothing(5, "resource `t.new`"),
            nothing(6, "data source `t.new`"),
            nothing(7, "variable `new`"),
            nothing(8, "output `new`"),
            nothing(12, "local value `new`"),
            nothing(14, "module call `new`"),
            nothing(17, "provider `aws.new`"),
            "override.tf:20: an override file may not hold a `moved` block".to_owned(),
            "override.tf:24: an override file may not hold a `import` block".to_owned(),
            "override.tf:28: an override file may not hold a `check` block".to_owned(),
        ]
    );
}
