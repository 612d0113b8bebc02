//! What is not in the checked files, and yet will be there when Terraform runs: nothing untrue is said of it.

use super::run::Case;

const ALL: [&str; 4] = ["--format", "compact", "--min-severity", "advice"];

/// The lines about files, of a configuration that is a git repository.
fn lines(files: &[(&str, &str)]) -> String {
    let files = [&[(".git/HEAD", "ref: refs/heads/main\n")], files].concat();
    let ran = Case::new(&files).run(&ALL);
    ran.out.lines().filter(|line| line.contains(".tf")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn files_that_git_ignores_are_made_by_somebody() {
    let main =
        "locals {\n  key = file(\"${path.module}/id_rsa.pub\")\n}\nmodule \"dist\" {\n  source = \"./dist\"\n}\n";
    assert_eq!(lines(&[("main.tf", main), (".gitignore", "id_rsa*\n/dist/\n")]), "");
    let said = lines(&[("main.tf", main), (".gitignore", "*.pem\n")]);
    assert!(
        said.contains("there is no file `./id_rsa.pub`") && said.contains("the module `./dist` is not there"),
        "{said}"
    );
}

#[test]
fn templates_beside_a_module_declare_what_it_lacks() {
    let main = "locals {\n  a = var.environment\n  b = data.aws_region.current.name\n}\n";
    assert_eq!(lines(&[("main.tf", main), ("terraform.tf.j2", "variable \"environment\" {}\n")]), "");
    let said = lines(&[("main.tf", main)]);
    assert!(said.contains("var.environment") && said.contains("data.aws_region.current"), "{said}");
}

#[test]
fn providers_that_nothing_uses_are_not_evaluated() {
    let pinned = "terraform {\n  required_providers {\n    aws = {\n      source = \"hashicorp/aws\"\n      version = \"~> 6.0\"\n    }\n  }\n}\n";
    let provider =
        &format!("{pinned}provider \"aws\" {{\n  alias = \"other\"\n  region = data.aws_region.none.name\n}}\n");
    assert_eq!(lines(&[("main.tf", provider)]), "");
    let used = format!("{provider}resource \"aws_sns_topic\" \"t\" {{\n  provider = aws.other\n}}\n");
    assert!(lines(&[("main.tf", &used)]).contains("data.aws_region.none"));
    let passed = format!("{provider}module \"m\" {{\n  source = \"./m\"\n  providers = {{ aws = aws.other }}\n}}\n");
    assert!(lines(&[("main.tf", &passed), ("m/main.tf", "")]).contains("data.aws_region.none"));
}

#[test]
fn what_a_call_does_not_put_out_can_be_tried() {
    let call = "module \"m\" {\n  source = \"./m\"\n}\n";
    let of = |value: &str| lines(&[("main.tf", &format!("{call}locals {{\n  x = {value}\n}}\n")), ("m/main.tf", "")]);
    assert_eq!(of("try(module.m.password, \"\")"), "");
    assert_eq!(of("can(module.m.password)"), "");
    assert!(of("module.m.password").contains("the module has no output `password`"));
    // The name of the call is looked at before anything is evaluated.
    assert!(of("try(module.n.password, \"\")").contains("module.n"));
}

#[test]
fn objects_of_resources_without_a_known_schema_may_hold_more() {
    let resource =
        "resource \"ec_deployment\" \"d\" {\n  elasticsearch = { hot = { size = \"4g\" } }\n  rules = [{ a = 1 }]\n}\n";
    let of = |value: &str| lines(&[("main.tf", &format!("{resource}locals {{\n  x = {value}\n}}\n"))]);
    assert_eq!(of("ec_deployment.d.elasticsearch.resource_id"), "");
    assert_eq!(of("ec_deployment.d.elasticsearch.hot[\"id\"]"), "");
    assert_eq!(of("ec_deployment.d.rules[0].id"), "");
    assert!(of("{ hot = 1 }.resource_id").contains("resource_id"));
}

#[test]
fn files_for_the_backend_set_no_variables() {
    let main = "terraform {\n  backend \"s3\" {\n    key = \"app\"\n  }\n}\n";
    assert_eq!(lines(&[("main.tf", main), ("backend.auto.tfvars", "bucket = \"acme-state\"\n")]), "");
    let said = lines(&[("main.tf", main), ("backend.auto.tfvars", "bucket = \"acme-state\"\nzone = 1\n")]);
    assert!(said.contains("a value is set for `bucket`") && said.contains("a value is set for `zone`"), "{said}");
}

#[test]
fn encrypted_values_are_not_known() {
    let main = "variable \"multi_az\" {\n  default = false\n}\nterraform {\n  backend \"s3\" {\n    use_lockfile = true\n  }\n}\n\
                resource \"aws_db_instance\" \"d\" {\n  multi_az = var.multi_az\n}\n";
    let case = Case::new(&[("main.tf", main), ("terraform.tfvars", "\0GITCRYPT\0\u{1}\u{2}")]);
    let ran = case.run(&ALL);
    assert!(ran.out.contains("warning[unreadable-file]: the file is encrypted by git-crypt"), "{ran}");
    assert!(!ran.out.contains("rds-multi-az"), "{ran}");
    let case = Case::new(&[("main.tf", main), ("terraform.tfvars", "")]);
    assert!(case.run(&ALL).out.contains("rds-multi-az"));
}
