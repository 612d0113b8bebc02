//! Rule files: loaded beside the embedded rules, and run where they are without mistakes.

use std::path::Path;
use std::sync::Arc;

use tfcheck::config::{self, Config, LoadOptions};
use tfcheck::eval::{Program, RootHost};
use tfcheck::infra::{self, AnalysisOptions, Infra};
use tfcheck::rules::{self, Catalog, RuleOptions};
use tfcheck::source::{Problem, SourceMap, Span};

/// A little of everything that rules look at.
const CONFIGURATION: &str = r#"
terraform {
  required_version = ">= 1.5"
}
variable "size" {
  default = 3
}
variable "names" {
  type = list(string)
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "some" {
  count             = var.size
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = "eu-central-1a"
}
resource "aws_subnet" "any" {
  for_each   = toset(var.names)
  vpc_id     = aws_vpc.main.id
  cidr_block = each.value
}
resource "aws_db_instance" "main" {
  engine = "postgres"
  tags   = { Name = "main", Team = var.names[0] }
}
resource "aws_s3_bucket" "main" {
  bucket = "main"
}
resource "aws_s3_bucket_lifecycle_configuration" "main" {
  bucket = aws_s3_bucket.main.id
  rule {
    id     = "one"
    status = "Enabled"
  }
}
data "aws_iam_policy_document" "main" {
  statement {
    actions   = ["s3:*"]
    resources = ["*"]
  }
}
resource "aws_iam_policy" "main" {
  policy = data.aws_iam_policy_document.main.json
}
module "gone" {
  source = "example/gone/aws"
  bucket = aws_s3_bucket.main.id
}
output "subnets" {
  value = aws_subnet.some[*].id
}
"#;

/// The configuration, evaluated.
struct Ground {
    config: &'static Config,
    program: Program<'static>,
    infra: Infra,
    host: RootHost,
}

thread_local! {
    static GROUND: Ground = Ground::new();
}

impl Ground {
    fn new() -> Ground {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("main.tf"), CONFIGURATION).expect("a file");
        let options = LoadOptions::new(folder.path(), [folder.path().to_path_buf()]);
        let config: &Config = Box::leak(Box::new(config::load(&options).expect("a configuration")));
        assert_eq!(config.all_problems(), []);
        let root = &config.roots[0];
        let sandbox = infra::sandbox(config);
        let (program, infra, problems) = infra::analyze(config, root, &sandbox, &AnalysisOptions::default());
        assert_eq!(problems, []);
        let host = RootHost::new(&root.dir, sandbox, config.sources.clone());
        Ground { config, program, infra, host }
    }
}

/// Mistakes lie where they are said to lie, and rules without mistakes come to an end.
pub fn check(input: &[u8]) {
    let Some(text) = super::text(input) else { return };
    GROUND.with(|ground| {
        let sources = SourceMap::new();
        for file in ground.config.sources.files() {
            sources.add(&file.path, file.name.clone(), file.text.clone());
        }
        let file = sources.add(Path::new("given.hcl"), "given.hcl", text);
        let catalog = match Catalog::embedded(&sources).with_files(std::slice::from_ref(&file)) {
            Ok(catalog) => catalog,
            Err(problems) => {
                assert!(!problems.is_empty());
                return problems.iter().for_each(|p| fits(p, &sources));
            }
        };
        let given = catalog.rules().into_iter().filter(|r| r.span.file == file.id);
        let select: Vec<String> = given.map(|rule| rule.info.id.to_string()).collect();
        if select.is_empty() {
            return;
        }
        let options = RuleOptions { select, ..RuleOptions::default() };
        let selection = catalog.select(&options).expect("rules that exist");
        let outcome = rules::check(&catalog, &selection, &ground.infra, &ground.host, &ground.program);
        outcome.problems.iter().for_each(|p| fits(p, &sources));
        for finding in &outcome.findings {
            lies_in(finding.span, &sources);
            finding.trail().iter().chain(finding.related()).for_each(|step| lies_in(step.span, &sources));
        }
    });
}

fn fits(problem: &Problem, sources: &SourceMap) {
    problem.label.iter().chain(&problem.related).for_each(|label| lies_in(label.span, sources));
}

fn lies_in(span: Span, sources: &SourceMap) {
    let file: Arc<_> = sources.file(span.file);
    assert!(file.text.get(span.range()).is_some(), "{span:?} does not fit {}", file.name);
}
