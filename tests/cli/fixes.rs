//! What fixes write: names that are there, where they are known.

use serde_json::Value;

use super::run::Case;

const NETWORK: &str = r#"
provider "aws" {
  region = "eu-west-1"
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
data "aws_availability_zones" "all" {}
resource "aws_subnet" "edge" {
  count             = 3
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet("10.0.0.0/16", 4, count.index)
  availability_zone = data.aws_availability_zones.all.names[count.index]
}
resource "aws_route_table" "edge" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "edge" {
  count          = 3
  subnet_id      = aws_subnet.edge[count.index].id
  route_table_id = aws_route_table.edge.id
}
resource "aws_subnet" "inner" {
  for_each          = { a = 4, b = 5 }
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet("10.0.0.0/16", 4, each.value)
  availability_zone = "eu-west-1${each.key}"
}
"#;

/// The fixes of a rule in the network, in the order of the findings.
fn fixes(rule: &str, resources: &str) -> Vec<String> {
    let case = Case::new(&[("main.tf", &format!("{NETWORK}{resources}"))]);
    let ran = case.run(&["--format", "json", "--select", rule]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran}"));
    let findings = report["findings"].as_array().unwrap_or_else(|| panic!("{ran}"));
    findings.iter().map(|found| found["fix"]["text"].as_str().unwrap_or_default().trim_end().to_owned()).collect()
}

#[test]
fn load_balancers_get_subnets_of_their_vpc() {
    let private = "resource \"aws_lb\" \"web\" {\n  subnets = values(aws_subnet.inner)[*].id\n}\n";
    assert_eq!(
        fixes("lb-internet-facing-in-private-subnet", private),
        ["subnets = aws_subnet.edge[*].id # or: internal = true"]
    );
    let lone =
        |subnet: &str| format!("resource \"aws_lb\" \"web\" {{\n  load_balancer_type = \"network\"\n  {subnet}\n}}\n");
    assert_eq!(fixes("lb-single-az", &lone("subnets = [aws_subnet.edge[1].id]")), ["subnets = aws_subnet.edge[*].id"]);
    let mapped = "internal = true\n  subnet_mapping {\n    subnet_id = aws_subnet.inner[\"b\"].id\n  }";
    assert_eq!(
        fixes("lb-single-az", &lone(mapped)),
        ["subnet_mapping { # one more, beside the one that is there\n  subnet_id = aws_subnet.inner[\"a\"].id\n}"]
    );
}

#[test]
fn gateways_and_profiles_get_subnets_that_suit_them() {
    let gateway = "resource \"aws_nat_gateway\" \"main\" {\n  subnet_id = aws_subnet.inner[\"a\"].id\n}\n";
    assert_eq!(fixes("nat-gateway-no-internet-path", gateway), ["subnet_id = aws_subnet.edge[0].id"]);
    let profile = "resource \"aws_eks_fargate_profile\" \"main\" {\n  subnet_ids = aws_subnet.edge[*].id\n}\n";
    assert_eq!(fixes("eks-fargate-public-subnet", profile), ["subnet_ids = values(aws_subnet.inner)[*].id"]);
}

#[test]
fn endpoints_come_with_what_they_need() {
    let service = "resource \"aws_ecs_service\" \"web\" {\n  task_definition = aws_ecs_task_definition.web.arn\n  \
                   launch_type = \"FARGATE\"\n  network_configuration {\n    subnets = values(aws_subnet.inner)[*].id\n  }\n}\n\
                   resource \"aws_ecs_task_definition\" \"web\" {\n  container_definitions = jsonencode([{\n    \
                   image = \"123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1\"\n  }])\n}\n";
    let [fix] = &fixes("ecs-private-missing-endpoints", service)[..] else { panic!("one finding") };
    assert!(fix.contains("service_name        = \"com.amazonaws.eu-west-1.${each.key}\""), "{fix}");
    assert!(fix.contains("resource \"aws_security_group\" \"endpoints\""), "{fix}");
    assert!(!fix.contains("data."), "{fix}");
}

#[test]
fn a_file_system_has_one_backup_policy() {
    let off = "resource \"aws_efs_file_system\" \"a\" {}
resource \"aws_efs_backup_policy\" \"a\" {
  file_system_id = aws_efs_file_system.a.id
  backup_policy {
    status = \"DISABLED\"
  }
}
";
    assert_eq!(fixes("efs-no-backup", off), ["backup_policy {\n  status = \"ENABLED\"\n}"]);
}

#[test]
fn a_module_is_handed_every_provider_that_it_configured() {
    let module = "provider \"aws\" {\n  alias  = \"member\"\n  region = \"eu-west-1\"\n}
provider \"github\" {\n  owner = \"acme\"\n}
resource \"aws_sqs_queue\" \"a\" {\n  provider = aws.member\n}
resource \"github_repository\" \"a\" {\n  name = \"a\"\n}
";
    let root = "terraform {
  backend \"s3\" {}
  required_providers {
    aws = {\n      source  = \"hashicorp/aws\"\n      version = \"~> 6.0\"\n    }
    github = {\n      source  = \"integrations/github\"\n      version = \"~> 6.0\"\n    }
  }
}
module \"m\" {\n  source = \"./m\"\n}
";
    let case = Case::new(&[("main.tf", root), ("m/main.tf", module)]);
    let ran = case.run(&["--format", "json", "--select", "tf-provider-unpinned"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran}"));
    let fix = report["findings"][0]["fix"]["text"].as_str().unwrap_or_default();
    assert_eq!(
        fix, "module \"m\" {\n  providers = {\n    aws.member = aws.member\n    github = github\n  }\n}",
        "{ran}"
    );
}
