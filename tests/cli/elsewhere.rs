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
    assert!(of("module.m.password").contains("`module.m` has no output `password`"));
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
    assert!(said.contains("values are set for `bucket` and `zone`, which the module does not declare"), "{said}");
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

#[test]
fn names_that_other_folders_declare_may_be_copied_in() {
    let main = "resource \"aws_sns_topic\" \"t\" {\n  name = var.project\n  display_name = local.suffix\n}\n";
    let common = "variable \"project\" {}\nlocals {\n  suffix = \"x\"\n}\n";
    assert!(!lines(&[("stacks/a/main.tf", main), ("common/names.tf", common)]).contains("undeclared-name"));
    let said = lines(&[("stacks/a/main.tf", main)]);
    assert!(said.contains("var.project") && said.contains("local.suffix"), "{said}");
    // What a module declares is its own.
    let module = format!("{common}output \"x\" {{\n  value = local.suffix\n}}\n");
    assert!(lines(&[("stacks/a/main.tf", main), ("names/main.tf", &module)]).contains("var.project"));
}

#[test]
fn defaults_that_must_be_replaced_are_no_faults() {
    let unfit = "variable \"image\" {\n  default = \"\"\n  validation {\n    condition = var.image != \"\"\n    \
                 error_message = \"must be given\"\n  }\n}\nlocals {\n  first = split(\":\", var.image)[1]\n}\n\
                 terraform {\n  backend \"s3\" {\n    use_lockfile = true\n  }\n}\n";
    assert_eq!(lines(&[("main.tf", unfit)]), "");
    let said = lines(&[("main.tf", unfit), ("terraform.tfvars", "image = \"\"\n")]);
    assert!(said.contains("must be given") && said.contains("out of range"), "{said}");
    // Where another variable asks for a value, whoever gives that gives others as well.
    let open = "variable \"zones\" {\n  default = []\n}\nlocals {\n  first = var.zones[0]\n  wrong = upper([])\n}\n\
                terraform {\n  backend \"s3\" {\n    use_lockfile = true\n  }\n}\n";
    let said = lines(&[("main.tf", open)]);
    assert!(said.contains("out of range") && said.contains("main.tf:6"), "{said}");
    let said = lines(&[("main.tf", &format!("{open}variable \"name\" {{}}\n"))]);
    assert!(!said.contains("out of range") && said.contains("main.tf:6"), "{said}");
}

#[test]
fn what_the_provider_decides_is_not_known() {
    let cluster = |network: &str| {
        format!(
            "resource \"aws_eks_cluster\" \"c\" {{\n{network}}}\nlocals {{\n  cidr = \
                 aws_eks_cluster.c.kubernetes_network_config[0].service_ipv4_cidr\n  text = \"cidr ${{local.cidr}}\"\n}}\n"
        )
    };
    let of = |network: &str| lines(&[("main.tf", &cluster(network))]);
    assert_eq!(of("  kubernetes_network_config {\n    service_ipv4_cidr = null\n  }\n"), "");
    let none = "  dynamic \"kubernetes_network_config\" {\n    for_each = []\n    content {}\n  }\n";
    assert_eq!(of(none), "");
    let grants = "variable \"on\" {\n  default = false\n}\ndata \"aws_subnets\" \"s\" {}\nresource \"aws_efs_mount_target\" \"t\" {\n  \
                  for_each = var.on ? toset(data.aws_subnets.s.ids) : []\n}\n";
    assert_eq!(lines(&[("main.tf", grants)]), "");
    let tags =
        "data \"aws_vpc\" \"v\" {\n  tags = { Name = \"a\" }\n}\nlocals {\n  p = data.aws_vpc.v.tags[\"Project\"]\n}\n";
    assert_eq!(lines(&[("main.tf", tags)]), "");
    let key = "module \"m\" {\n  source = \"./m\"\n}\nlocals {\n  k = \"a\"\n  v = module.m[local.k]\n}\n";
    assert_eq!(lines(&[("main.tf", key), ("m/main.tf", "output \"a\" {\n  value = 1\n}\n")]), "");
}

#[test]
fn rules_about_aws_hold_for_aws() {
    let main = |address: &str| {
        format!(
            "provider \"aws\" {{\n  region = \"eu-west-1\"\n  endpoints {{\n    sqs = \"{address}\"\n  }}\n}}\n\
                 resource \"aws_cloudwatch_log_group\" \"g\" {{\n  name = \"g\"\n}}\n"
        )
    };
    let is_reported = |address: &str| lines(&[("main.tf", &main(address))]).contains("log-group-retention-never");
    assert!(is_reported("https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com"));
    assert!(!is_reported("http://localhost:4566") && !is_reported("https://sos.example.com"));
}

#[test]
fn what_opentofu_leaves_out_is_not_there() {
    let database =
        "resource \"aws_db_instance\" \"d\" {\n  engine = \"postgres\"\n  instance_class = \"db.r6g.large\"\n}\n";
    let left_out = |enabled: &str| {
        let lifecycle = format!("  lifecycle {{\n    enabled = {enabled}\n  }}\n}}\n");
        let resource = format!("{}{lifecycle}", database.trim_end_matches("}\n"));
        let call = format!("module \"m\" {{\n  source = \"./m\"\n{lifecycle}");
        let data = format!("data \"aws_vpc\" \"v\" {{\n  id = null.id\n{lifecycle}");
        let variable = "variable \"create\" {\n  type = bool\n}\n";
        [resource, call, data, variable.to_owned()].concat()
    };
    let of = |enabled: &str, more: &str| {
        lines(&[("main.tf", &(left_out(enabled) + more)), ("m/main.tf", &database.replace("\"d\"", "\"in_module\""))])
    };
    assert_eq!(of("false", ""), "");
    assert_eq!(of("true && \"false\"", ""), "");
    let there = of("true", "");
    for part in [
        "aws_db_instance.d does not ask for multi_az",
        "module.m.aws_db_instance.in_module does not ask for multi_az",
        "attribute `id`",
    ] {
        assert!(there.contains(part), "{there}");
    }
    // There may be one or none: what is wrong with it would be wrong, and what is null then is no fault.
    let perhaps = of("var.create", "output \"x\" {\n  value = aws_db_instance.d.arn\n}\n");
    assert!(perhaps.contains("aws_db_instance.d does not ask for multi_az"), "{perhaps}");
    assert!(!perhaps.contains("attribute `id`"), "{perhaps}");
    let output = |value: &str| of("false", &format!("output \"x\" {{\n  value = {value}\n}}\n"));
    for value in ["try(aws_db_instance.d.arn, null)", "aws_db_instance.d != null ? aws_db_instance.d.arn : null"] {
        assert_eq!(output(value), "");
    }
    assert!(output("aws_db_instance.d.arn").contains("a null value has no attribute `arn`"));
    assert!(output("module.m.arn").contains("a null value has no attribute `arn`"));
    assert!(of("null", "").contains("`enabled` must be true or false, not null"));
    let repeated = left_out("false").replace("engine =", "count = 2\n  engine =");
    assert!(lines(&[("main.tf", &repeated), ("m/main.tf", "")]).contains("`enabled` and `count` exclude each other"));
}

#[test]
fn a_backend_is_written_where_git_ignores_files_for_backends() {
    let remote = "terraform {\n  backend \"s3\" {\n    use_lockfile = true\n  }\n}\n";
    let local = "provider \"aws\" {\n  region = \"eu-west-1\"\n}\nresource \"aws_sqs_queue\" \"q\" {}\n";
    let of = |list: &str| lines(&[("app/main.tf", local), ("other/main.tf", remote), (".gitignore", list)]);
    for list in ["backend_override.tf\n", "**/backend.tf\n", "/app/backend*.tf\n"] {
        assert!(!of(list).contains("tf-backend-local"), "{list}");
    }
    // So begin the lists that most repositories have.
    for list in ["override.tf\n*_override.tf\n", "*.tf\n!main.tf\n", "app/*\n!app/main.tf\n"] {
        assert!(of(list).contains("tf-backend-local"), "{list}");
    }
}

#[test]
fn folders_of_arguments_are_no_modules() {
    let main = "terraform {\n  backend \"s3\" {\n    use_lockfile = true\n  }\n}\n";
    let arguments = "# of production\nbucket = \"acme-state\"\nkey = \"app\"\n";
    let of = |path: &str, more: &str| {
        Case::new(&[("main.tf", &format!("{main}{more}")), ("env/prod.tf", arguments)])
            .run(&["--format", "compact", path])
    };
    let silent = of(".", "");
    assert_eq!((silent.out.as_str(), silent.status), ("", 0), "{silent}");
    let said = "an argument, `bucket`, stands outside of any block";
    for (path, more) in [("env", ""), ("env/prod.tf", ""), (".", "module \"env\" {\n  source = \"./env\"\n}\n")] {
        assert!(of(path, more).out.contains(said), "{path} {more}");
    }
    assert!(lines(&[("a/main.tf", "locals {}\n"), ("a/values.tf", arguments)]).contains(said));
}

#[test]
fn modules_of_another_checkout_are_not_analysed() {
    let call = |name: &str, source: &str| format!("module \"{name}\" {{\n  source = \"{source}\"\n}}\n");
    let beside = call("a", "../../mantle/modules/lambda") + &call("b", "../../mantle/modules/lambda");
    let deep = call("a", "../../../mantle/modules/lambda") + &call("v", "terraform-aws-modules/vpc/aws");
    let head = ("app/.git/HEAD", "ref: refs/heads/main\n");
    let ran = Case::new(&[head, ("app/x/main.tf", &beside), ("app/x/y/main.tf", &deep)]).run(&["."]);
    assert_eq!(ran.status, 0, "{ran}");
    assert!(ran.out.contains("not analysed, since not in this checkout: mantle/modules/lambda\n"), "{ran}");
    assert!(ran.out.contains("not analysed, since not on disk: module.v (run `terraform init`)\n"), "{ran}");
    // A folder of the same checkout should be there.
    let inside = Case::new(&[head, ("app/x/main.tf", &call("a", "../modules/lambda"))]).run(&["."]);
    assert!(inside.out.contains("the module `../modules/lambda` is not there"), "{inside}");
}

#[test]
fn functions_of_an_experiment_are_known_where_it_is_set() {
    let main = "variable \"v\" {\n  type = object({ name = optional(string) })\n}\nlocals {\n  v = defaults(var.v, { name = \"x\" })\n}\n";
    let experiment =
        "terraform {\n  required_version = \"~> 1.2.0\"\n  experiments      = [module_variable_optional_attrs]\n}\n";
    assert_eq!(lines(&[("main.tf", &format!("{experiment}{main}"))]), "");
    assert!(lines(&[("main.tf", main)]).contains("there is no function named `defaults`"));
}

#[test]
fn a_circle_through_a_provider_names_it() {
    let main = "provider \"aws\" {\n  region = data.aws_region.current.name\n}\ndata \"aws_region\" \"current\" {}\n\
                resource \"aws_sns_topic\" \"t\" {\n  name = data.aws_region.current.name\n}\n";
    let ran = Case::new(&[("main.tf", main)]).run(&["--select", "tf-backend-s3-without-lock"]);
    assert!(ran.out.contains("`data.aws_region.current.name` depends on itself"), "{ran}");
    assert!(ran.out.contains("the region that it is read in"), "{ran}");
}

#[test]
fn values_for_other_modules_are_told_once_for_each_file() {
    let main = "variable \"region\" {}\n";
    let of = |values: &str| lines(&[("main.tf", main), ("terraform.tfvars", values)]);
    assert_eq!(of("region = 1\n"), "");
    assert!(of("a1 = 1\n").contains("a value is set for `a1`, which"));
    let many = of("a1 = 1\nb2 = 1\nc3 = 1\nd4 = 1\nregoin = 1\n");
    assert!(many.contains("values are set for `a1`, `b2` and 2 more, which"), "{many}");
    // What is much like a name that is declared is a mistake by itself.
    assert!(many.contains("a value is set for `regoin`") && many.lines().count() == 2, "{many}");
}
