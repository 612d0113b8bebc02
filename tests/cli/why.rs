use insta::assert_snapshot;

use super::run::Case;

fn root() -> Case {
    Case::new(&[
        (
            "main.tf",
            r#"terraform {
  backend "s3" {}
}

module "db" {
  source   = "./db"
  multi_az = local.standby
}

locals {
  standby = var.production
}

variable "production" {
  default = false
}
"#,
        ),
        (
            "db/main.tf",
            r#"variable "multi_az" {}

resource "aws_db_instance" "this" {
  count                   = 2
  engine                  = "postgres"
  multi_az                = var.multi_az
  backup_retention_period = 7
  password                = sensitive("hunter2")

  timeouts {
    create = "1h"
  }
}
"#,
        ),
        ("prod.tfvars", "production = true\n"),
    ])
}

#[test]
fn one_attribute() {
    assert_snapshot!(root().run(&["why", "module.db.aws_db_instance.this[0].multi_az"]));
}

#[test]
fn one_attribute_with_a_variable_file() {
    let ran = root().run(&["why", "module.db.aws_db_instance.this[0].multi_az", "--var-file", "prod.tfvars"]);
    assert_snapshot!(ran);
}

#[test]
fn a_default_of_the_provider() {
    assert_snapshot!(root().run(&["why", "module.db.aws_db_instance.this[1].publicly_accessible"]));
}

#[test]
fn a_nested_attribute() {
    assert_snapshot!(root().run(&["why", "module.db.aws_db_instance.this[1].timeouts.create"]));
}

#[test]
fn all_attributes() {
    assert_snapshot!(root().run(&["why", "module.db.aws_db_instance.this[0]"]));
}

#[test]
fn a_resource_that_is_not_there() {
    assert_snapshot!(root().run(&["why", "module.db.aws_db_instance.that[0]"]));
}

#[test]
fn a_target_of_many_steps_takes_no_longer_than_it_is() {
    let target = "a.".repeat(40_000);
    let ran = root().run_within(2, &["why", &target]);
    assert_eq!(ran.status, 2);
}
