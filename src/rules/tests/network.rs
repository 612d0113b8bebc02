//! The functions about networks.

use super::outcome;

/// A rule about every instance of a type, which reports what an expression is worth.
fn rule(ty: &str, expression: &str) -> String {
    format!(
        "rule \"r\" {{\n  title = \"T\"\n  severity = \"error\"\n  category = \"availability\"\n  resource = \"{ty}\"\n  \
         require = false\n  message = \"${{self.resource_name}}: ${{jsonencode({expression})}}\"\n}}\n"
    )
}

/// What an expression is worth for each instance of a type, a line each.
#[track_caller]
fn check(configuration: &str, ty: &str, expression: &str, expected: &[&str]) {
    let found = outcome(&rule(ty, expression), configuration);
    let worth = |line: &str| line.split_once("Error: ").map_or(line, |(_, worth)| worth).to_owned();
    let lines: Vec<String> = found.lines().map(worth).collect();
    assert_eq!(lines, expected, "{expression}");
}

const ROUTED: &str = r#"
resource "aws_vpc" "v" {}
resource "aws_internet_gateway" "i" {}
resource "aws_nat_gateway" "n" {
  subnet_id = aws_subnet.public.id
}
resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.v.id
  availability_zone = "eu-west-1a"
}
resource "aws_subnet" "private" {
  vpc_id            = aws_vpc.v.id
  availability_zone = "eu-west-1b"
}
resource "aws_subnet" "isolated" {
  vpc_id            = aws_vpc.v.id
  availability_zone = "eu-west-1b"
}
resource "aws_subnet" "exported" {
  vpc_id = aws_vpc.v.id
}
output "subnet" {
  value = aws_subnet.exported.id
}
resource "aws_subnet" "elsewhere" {
  vpc_id            = "vpc-1"
  availability_zone = "eu-west-1b"
}
resource "aws_route_table" "public" {
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.i.id
  }
}
resource "aws_route_table" "private" {}
resource "aws_route" "private" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.n.id
}
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}
data "aws_subnet" "reader" {
  vpc_id = aws_vpc.v.id
}
"#;

#[test]
fn where_traffic_leaves() {
    let worth = "[try(egress(self), null), is_known(egress(self))]";
    check(
        ROUTED,
        "aws_subnet",
        worth,
        &[
            r#"public: ["igw",true]"#,
            r#"private: ["nat",true]"#,
            r#"isolated: ["none",true]"#,
            "exported: [\"…\",false]",
            "elsewhere: [\"…\",false]",
        ],
    );
    check(ROUTED, "aws_nat_gateway", "names(routed_subnets(self))", &[r#"n: "aws_subnet.private and others""#]);
    check(ROUTED, "aws_vpc", "length(subnets_in(self))", &["v: 4"]);
}

#[test]
fn zones_and_subnets_by_id() {
    check(
        ROUTED,
        "aws_nat_gateway",
        r#"[
          length(subnets([self.subnet_id])), names(subnets([self.subnet_id, "subnet-1", self.subnet_id])),
          zone_count(resources("aws_subnet")) >= 2, is_known(zone_count(resources("aws_subnet"))),
          zone_count([for s in resources("aws_subnet") : s if s.availability_zone != null]),
        ]"#,
        &[r#"n: [1,"aws_subnet.public and others",true,false,2]"#],
    );
}

#[test]
fn zones_of_one_list() {
    let configuration = r#"
data "aws_availability_zones" "z" {}
locals {
  zones = slice(data.aws_availability_zones.z.names, 0, 2)
}
resource "aws_subnet" "s" {
  count = 3
  # As the best known module writes it.
  availability_zone    = length(regexall("^[a-z]{2}-", element(local.zones, count.index))) > 0 ? element(local.zones, count.index) : null
  availability_zone_id = length(regexall("^[a-z]{2}-", element(local.zones, count.index))) == 0 ? element(local.zones, count.index) : null
}
resource "aws_subnet" "other" {
  availability_zone = "eu-west-1a"
}
resource "aws_vpc" "v" {}
"#;
    let worth = r#"[
      zone_count([for s in resources("aws_subnet") : s if s.resource_name == "s"]),
      zone_count(resources("aws_subnet")) >= 2, is_known(zone_count(resources("aws_subnet"))),
    ]"#;
    check(configuration, "aws_vpc", worth, &["v: [2,true,false]"]);
}

#[test]
fn overlaps_are_found_among_many_subnets() {
    // Each range twice, in two VPCs; every one of the later half has a partner in the earlier.
    let configuration = r#"
resource "aws_vpc" "v" {
  count = 2
}
resource "aws_subnet" "s" {
  count      = 20000
  vpc_id     = aws_vpc.v[count.index % 2].id
  cidr_block = cidrsubnet("10.0.0.0/8", 20, floor(count.index / 4) * 2)
}
"#;
    let rule = "rule \"r\" {\n  title = \"T\"\n  severity = \"error\"\n  category = \"availability\"\n  \
                resource = \"aws_subnet\"\n  require = length(overlapping_subnets(self)) == 0\n  message = \"bad\"\n}\n";
    let found = outcome(rule, configuration);
    assert_eq!(found.lines().count(), 10_000);
}

#[test]
fn many_subnets_with_one_range_are_told_of_the_first() {
    let configuration = |count: usize| {
        format!(
            "resource \"aws_vpc\" \"v\" {{\n}}\nresource \"aws_subnet\" \"s\" {{\n  count = {count}\n  \
             vpc_id = aws_vpc.v.id\n  cidr_block = \"10.0.0.0/24\"\n}}\n"
        )
    };
    let rule = "rule \"r\" {\n  title = \"T\"\n  severity = \"error\"\n  category = \"availability\"\n  \
                resource = \"aws_subnet\"\n  for_each = overlapping_subnets(self)\n  require = false\n  \
                message = \"bad\"\n}\n";
    let found = |count| outcome(rule, &configuration(count)).lines().count();
    // Each with each.
    assert_eq!(found(17), 17 * 16 / 2);
    assert_eq!(found(1000), 17 * 16 / 2 + (1000 - 17));
}

#[test]
fn routes_with_several_targets() {
    let configuration = r#"
variable "x" {}
resource "aws_vpc" "v" {}
resource "aws_nat_gateway" "n" {}
resource "aws_subnet" "s" {
  vpc_id = aws_vpc.v.id
}
resource "aws_default_route_table" "d" {
  default_route_table_id = aws_vpc.v.default_route_table_id
  route {
    cidr_block     = "0.0.0.0/0"
    gateway_id     = var.x
    nat_gateway_id = TARGET
  }
}
"#;
    let with = |target: &str| configuration.replace("TARGET", target);
    let worth = "[for r in default_routes(self) : is_known(r.target)]";
    check(&with("var.x"), "aws_subnet", worth, &["s: [false]"]);
    check(&with("aws_nat_gateway.n.id"), "aws_subnet", worth, &["s: [true]"]);
    check(&with("null"), "aws_subnet", worth, &["s: [false]"]);
}

#[test]
fn what_comes_before() {
    check(
        ROUTED,
        "aws_subnet",
        "length(earlier(resources(\"aws_subnet\"), self))",
        &["public: 4", "private: 3", "isolated: 2", "exported: 1", "elsewhere: 0"],
    );
}
