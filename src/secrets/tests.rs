use super::*;
use crate::config::{InputArgument, LoadOptions, load};

/// Writes files into a folder, loads it, and compares what is covered in them, file by file.
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut options = LoadOptions::new(dir.path(), [dir.path().to_path_buf()]);
    options.inputs = vec![InputArgument::Text { name: "given".into(), value: "on the line".into() }];
    let config = load(&options).unwrap();
    let secrets = Secrets::of(&config, []);
    let mut files = config.sources.files();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let covered = files.iter().flat_map(|file| {
        let text = |range: Range<usize>| file.text[range].to_owned();
        secrets.ranges(file).into_iter().map(text).collect::<Vec<_>>()
    });
    assert_eq!(covered.collect::<Vec<_>>(), expected);
}

fn check_main(text: &str, expected: &[&str]) {
    check(&[("main.tf", text)], expected);
}

#[test]
fn arguments_that_hold_secrets() {
    check_main("resource \"aws_db_instance\" \"a\" {\n  password = \"a\"\n  username = \"b\"\n}", &["\"a\""]);
    check_main("resource \"aws_mq_broker\" \"a\" {\n  user {\n    password = \"a\"\n  }\n}", &["\"a\""]);
    let dynamic = "resource \"aws_mq_broker\" \"a\" {
  dynamic \"user\" {
    for_each = [{ p = \"a\", n = \"b\" }]
    content {
      password = user.value.p
      username = user.value.n
    }
  }
}";
    check_main(dynamic, &["\"a\""]);
    check_main("resource \"aws_ssm_parameter\" \"a\" {\n  value = 1234567\n}", &["1234567"]);
    check_main("resource \"aws_kms_ciphertext\" \"a\" {\n  plaintext = <<E\na\nE\n}", &["<<E\na\nE"]);
    let json = r#"{"resource": {"aws_db_instance": {"a": {"password": "a", "tags": {"b": "c"}}}}}"#;
    check(&[("main.tf.json", json)], &["\"a\""]);
}

#[test]
fn from_an_argument_to_what_decides_it() {
    let main = "resource \"aws_db_instance\" \"a\" {
  password = local.x.y[\"z\"]
  username = local.x.user
}
locals {
  x = { user = \"u\", y = { z = var.v, other = \"o\" } }
}
variable \"v\" {
  default = \"d\"
}
module \"m\" {
  source = \"./m\"
  v      = \"passed\"
  w      = \"other\"
}
output \"x\" {
  value = module.m.seen
}
";
    let module = "variable \"v\" {}
variable \"w\" {}
resource \"aws_rds_cluster\" \"a\" {
  for_each        = { a = var.v }
  master_password = each.value
}
output \"seen\" {
  sensitive = true
  value     = \"out\"
}
";
    let values = "v = \"tfvars\"\nw = \"x\"\n";
    let files = [("main.tf", main), ("m/main.tf", module), ("terraform.tfvars", values)];
    check(&files, &["\"out\"", "\"d\"", "\"passed\"", "\"tfvars\""]);
}

#[test]
fn declarations_and_calls_that_say_so() {
    check_main("variable \"a\" {\n  sensitive = true\n  default = [\"x\", 1]\n}", &["\"x\"", "1"]);
    check_main("variable \"given\" {\n  sensitive = true\n}", &["on the line"]);
    check_main("locals {\n  a = sensitive(local.b)\n  b = \"x\"\n}", &["\"x\""]);
    check_main("variable \"db_password\" {\n  default = \"x\"\n}", &["\"x\""]);
    check_main("module \"a\" {\n  source = \"a/b/c\"\n  token = \"x\"\n}", &["\"x\""]);
    check_main("output \"a\" {\n  sensitive = true\n  value = \"x\"\n}", &["\"x\""]);
    let entries = "locals {\n  a = [{ name = \"DB_PASSWORD\", value = local.b }, { name = \"B\", value = \"y\" }]\n  b = \"x\"\n}";
    check_main(entries, &["\"x\""]);
}

#[test]
fn loops_come_to_an_end() {
    let main = "locals {
  password = local.a.x
  a = { x = local.a.y.x, y = local.a }
  b = [for k, v in local.b : v]
}
resource \"aws_db_instance\" \"a\" {
  password = local.b[0]
}
";
    check_main(main, &[]);
}

#[test]
fn only_what_matters_is_looked_for_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let main = "resource \"aws_secretsmanager_secret_version\" \"a\" {
  secret_string = jsonencode({ engine = \"postgres\", password = \"${local.env}-first-1\" })
}
resource \"aws_db_instance\" \"a\" {
  password = local.x
}
resource \"aws_ssm_parameter\" \"a\" {
  value = format(\"postgres://%s:%s@%s\", local.user, local.db_password, join(\".\", [local.host, \"literal-4\"]))
}
resource \"aws_ssm_parameter\" \"b\" {
  value = format(\"%s\", local.y)
}
locals {
  env         = \"somewhere\"
  x           = \"second-2\"
  user        = \"someone\"
  host        = \"elsewhere\"
  db_password = \"third-3\"
  y           = \"fifth-5\"
}
";
    std::fs::write(dir.path().join("main.tf"), main).unwrap();
    let config = load(&LoadOptions::new(dir.path(), [dir.path().to_path_buf()])).unwrap();
    let secrets = Secrets::of(&config, []);
    let text = "postgres somewhere-first-1 second-2";
    assert_eq!(secrets.hide(text), "postgres somewhere(sensitive) (sensitive)");
    let text = "someone third-3 elsewhere literal-4 fifth-5";
    assert_eq!(secrets.hide(text), "someone (sensitive) elsewhere (sensitive) (sensitive)");
    let mut json = serde_json::json!({ "a": ["second-2", true, 1], "second-2": "postgres" });
    secrets.hide_json(&mut json);
    assert_eq!(json, serde_json::json!({ "a": ["(sensitive)", true, 1], "(sensitive)": "postgres" }));
}

#[test]
fn lines_that_cannot_be_parsed() {
    check_main("locals {\n  password2 = format(\"%s\", \"a\", ))\n  b = 1\n}", &["format(\"%s\", \"a\", ))"]);
    check_main("locals {\n  db_password = \"a\" \"b\"\n  b = 1\n}", &["\"a\" \"b\""]);
    check_main("variable \"a\" {\n  sensitive = true\n  default = [\"a\" \"b\"] c\n}", &["[\"a\" \"b\"] c"]);
    check_main("locals {\n  size = 1 \"b\"\n  length = upper(\"c\" d\n}", &[]);
}

#[test]
fn variable_files_that_cannot_be_parsed() {
    let main = "variable \"a\" {\n  sensitive = true\n}\nvariable \"b\" {}\n";
    let check_values = |values: &str, expected: &[&str]| {
        check(&[("main.tf", main), ("terraform.tfvars", values)], expected);
    };
    check_values("a = 1 x # y\nb = 2 y\n", &["1 x # y"]);
    check_values("b = 2\nx = 1\ny = 1 2\n# c\nz = 3\n", &["1 2\n# c"]);
    check_values("b = 2 2\nmore\nb = 3\n\n", &["more"]);
    check_values("a = x.y\nb = x.y\n", &["x.y"]);
    let json = |values: &str, expected: &[&str]| {
        check(&[("main.tf", main), ("terraform.tfvars.json", values)], expected);
    };
    json("{\n  \"b\": 2,\n  \"a\": x\n}", &["x\n"]);
    json("{\n  \"b\": [\n    1 2\n  ]\n}", &["[\n    1 2"]);
    json("{\"a\": {\"k\": 1}}", &["\"k\"", "1"]);
}

#[test]
fn keys_of_what_is_secret_as_a_whole() {
    check_main(
        "variable \"a\" {\n  sensitive = true\n  default = { k = \"x\", l = { m = 1 } }\n}",
        &["k", "\"x\"", "l", "m", "1"],
    );
    check_main("locals {\n  a = sensitive(local.b)\n  b = { \"k\" = \"x\" }\n}", &["\"k\"", "\"x\""]);
    check_main(
        "resource \"aws_secretsmanager_secret_version\" \"a\" {\n  secret_string = jsonencode({ k = \"x\" })\n}",
        &["\"x\""],
    );
    check_main("variable \"db_password\" {\n  default = { k = \"x\" }\n}", &["\"x\""]);
}
