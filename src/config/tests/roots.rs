use crate::config::testing::{Tree, problem_lines};
use crate::config::{Config, Dialect, RootStanding};

const CALL: &str = "module \"m\" {\n  source = \"../../modules/m\"\n}\n";
const BACKEND: &str = "terraform {\n  backend \"s3\" {}\n}\n";
const PROVIDER: &str = "provider \"aws\" {\n  region = \"r\"\n}\n";

fn units(config: &Config) -> Vec<String> {
    let describe = |r: &crate::config::Root| {
        let standing = if r.standing == RootStanding::Root { "root" } else { "library" };
        let generated = if r.generated { " generated" } else { "" };
        format!("{} {standing}{generated}", r.name)
    };
    config.roots.iter().map(describe).collect()
}

/// The units of a tree of files, checked as a whole.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let config = Tree::new(files).load(&["."]);
    assert_eq!(units(&config), expected);
    assert_eq!(problem_lines(&config), [] as [&str; 0]);
}

#[test]
fn who_is_applied_is_a_root() {
    check(&[("main.tf", "")], &[". library"]);
    check(&[("main.tf", BACKEND)], &[". root"]);
    check(&[("main.tf", "terraform {\n  cloud {}\n}\n")], &[". root"]);
    check(&[("main.tf", PROVIDER)], &[". root"]);
    check(&[("main.tf", "provider \"aws\" {\n  alias = \"x\"\n}\n")], &[". library"]);
    check(&[("main.tf", ""), (".terraform.lock.hcl", "")], &[". root"]);
    for (variable, alone) in [("variable \"x\" {}\n", ". library"), ("variable \"x\" {\n  default = 1\n}\n", ". root")]
    {
        check(&[("main.tf", variable), (".terraform.lock.hcl", "")], &[alone]);
        check(&[("main.tf", &format!("{variable}{PROVIDER}")), (".terraform.lock.hcl", "")], &[". root"]);
    }
    check(&[("main.tf", ""), ("terraform.tfvars", "")], &[". root"]);
    check(&[("main.tf", ""), ("x.auto.tfvars.json", "{}")], &[". root"]);
    check(&[("main.tf", ""), ("prod.tfvars", "")], &[". library"]);
    check(&[("main.tf", ""), (".terraform/x", "")], &[". library"]);
}

#[test]
fn called_folders_are_looked_at_through_their_callers() {
    check(&[("envs/prod/main.tf", CALL), ("modules/m/main.tf", "")], &["envs/prod library"]);
    check(&[("envs/prod/main.tf", CALL), ("modules/m/main.tf", PROVIDER)], &["envs/prod library"]);
    check(&[("envs/prod/main.tf", CALL), ("modules/m/main.tf", BACKEND)], &["envs/prod library", "modules/m root"]);
    // `terraform init` also runs in modules, and variable files in them are read by nobody.
    for left_behind in [".terraform/x", ".terraform.lock.hcl", "terraform.tfvars"] {
        let left_behind = format!("modules/m/{left_behind}");
        let of = |text| [("envs/prod/main.tf", CALL), ("modules/m/main.tf", text), (&left_behind, "")];
        check(&of(""), &["envs/prod library"]);
        check(&of(PROVIDER), &["envs/prod library", "modules/m root"]);
    }
    check(&[("modules/a/main.tf", ""), ("modules/b/main.tf", "")], &["modules/a library", "modules/b library"]);
    let example = format!("{PROVIDER}module \"m\" {{\n  source = \"../..\"\n}}\n");
    check(&[("main.tf", ""), ("examples/x/main.tf", &example)], &["examples/x root"]);
}

#[test]
fn a_sub_folder_whose_callers_are_not_checked_is_a_unit() {
    let tree = Tree::new(&[("envs/prod/main.tf", CALL), ("modules/m/main.tf", "")]);
    assert_eq!(units(&tree.load(&["modules"])), ["modules/m library"]);
    assert_eq!(units(&tree.load(&["envs/prod"])), ["envs/prod library"]);
    assert_eq!(units(&tree.load(&["envs", "modules"])), ["envs/prod library"]);
}

#[test]
fn sources_in_files_that_terragrunt_includes_are_sources() {
    let unit =
        "include \"common\" {\n  path = \"${dirname(find_in_parent_folders(\"root.hcl\"))}/_envcommon/app.hcl\"\n}\n";
    let check_source = |source: &str, standing: &str| {
        let common = format!("terraform {{\n  source = {source}\n}}\n");
        let files = [
            ("components/app/main.tf", PROVIDER),
            ("live/_envcommon/app.hcl", &common),
            ("live/prod/app/terragrunt.hcl", unit),
            ("live/root.hcl", ""),
        ];
        check(&files, &[&format!("components/app {standing}")]);
    };
    check_source("\"${dirname(find_in_parent_folders(\"root.hcl\"))}/..//components/app\"", "library generated");
    // Relative to the unit that includes it, or to the file itself.
    check_source("\"../../../components//app\"", "library generated");
    check_source("\"../../components/app\"", "library generated");
    check_source("\"git::https://example.com/x.git//components/app\"", "root");
    // Without Terragrunt such a file says nothing.
    check(&[("app/main.tf", PROVIDER), ("app.hcl", "terraform {\n  source = \"./app\"\n}\n")], &["app root"]);
}

#[test]
fn folders_that_only_call_each_other_are_not_lost() {
    let call = |to: &str| format!("module \"m\" {{\n  source = \"../{to}\"\n}}\n");
    let config = Tree::new(&[("a/main.tf", &call("b")), ("b/main.tf", &call("a"))]).load(&["."]);
    assert_eq!(units(&config), ["a library"]);
    assert_eq!(
        problem_lines(&config),
        ["b/main.tf:2: modules call each other in a circle: `a` → `b` → `a` (see a/main.tf:2)"]
    );
}

#[test]
fn terragrunt_is_noticed() {
    check(
        &[("live/terragrunt.hcl", ""), ("live/prod/app/main.tf", BACKEND), ("other/main.tf", "")],
        &["live/prod/app root generated", "other library"],
    );
    let source = "terraform {\n  source = \"../../modules//app?ref=v1\"\n}\n";
    check(
        &[("live/prod/terragrunt.hcl", source), ("modules/app/main.tf", BACKEND)],
        &["modules/app library generated"],
    );
    let computed = "terraform {\n  source = \"${get_repo_root()}//modules/app\"\n}\n";
    check(
        &[("live/prod/terragrunt.hcl", computed), ("modules/app/main.tf", BACKEND), ("modules/other/main.tf", BACKEND)],
        &["modules/app library generated", "modules/other root"],
    );
    check(&[("root.hcl", ""), ("a/main.tf", "")], &["a library generated"]);
}

#[test]
fn folders_with_templates_of_files_are_not_read_whole() {
    let check = |files: &[(&str, &str)], expected: &[&str]| {
        let config = Tree::new(files).load(&["."]);
        let generated: Vec<_> = config.roots.iter().filter(|r| r.module.module.generated).map(|r| &*r.name).collect();
        assert_eq!(generated, expected, "{files:?}");
        assert!(config.roots.iter().all(|r| r.generated == r.module.module.generated));
    };
    for template in ["terraform.tf.j2", "variables.tf.json.tmpl", "backend.tf.example", "x.tofu.jinja"] {
        check(&[("a/main.tf", ""), ("b/main.tf", ""), (&format!("a/{template}"), "")], &["a"]);
    }
    for other in ["main.tf.j2", "old.tf.bak", "user-data.sh.tpl", "j2", "tf.j2"] {
        check(&[("a/main.tf", ""), (&format!("a/{other}"), "")], &[]);
    }
}

#[cfg(unix)]
#[test]
fn files_that_others_link_to_are_no_root() {
    let tree = Tree::new(&[("common/provider.tf", PROVIDER), ("a/main.tf", BACKEND), ("b/main.tf", BACKEND)]);
    let link = |to: &str, from: &str| std::os::unix::fs::symlink(to, tree.path(from)).unwrap();
    link("../common/provider.tf", "a/provider.tf");
    // Two configurations that share a file.
    assert_eq!(units(&tree.load(&["."])), ["a root", "b root", "common root"]);
    link("../common/provider.tf", "b/provider.tf");
    assert_eq!(units(&tree.load(&["."])), ["a root", "b root"]);
    // One more file of its own, and it is a configuration.
    std::fs::write(tree.path("common/main.tf"), "").unwrap();
    assert_eq!(units(&tree.load(&["."])), ["a root", "b root", "common root"]);
}

#[test]
fn single_files_are_looked_at_through_what_contains_or_calls_them() {
    let tree = Tree::new(&[
        (".git/HEAD", ""),
        ("envs/prod/main.tf", CALL),
        ("envs/dev/main.tf", CALL),
        ("envs/dev/vars/dev.tfvars", ""),
        ("envs/none/main.tf", ""),
        ("modules/m/main.tf", ""),
        ("modules/m/other.tf", ""),
        ("readme.md", ""),
    ]);
    let check = |paths: &[&str], expected: &[&str]| assert_eq!(units(&tree.load(paths)), expected, "{paths:?}");
    check(&["modules/m/main.tf"], &["envs/dev library", "envs/prod library"]);
    check(&["envs/none/main.tf"], &["envs/none library"]);
    check(&["envs/dev/vars/dev.tfvars"], &["envs/dev library"]);
    check(&["envs/none/main.tf", "envs/prod"], &["envs/none library", "envs/prod library"]);
    check(&["readme.md"], &[]);
    let config = tree.load(&["modules/m/main.tf"]);
    let focused = config.sources.files().into_iter().filter(|f| config.in_focus(f.id));
    assert_eq!(focused.map(|f| f.name.to_string()).collect::<Vec<_>>(), ["modules/m/main.tf"]);
}

#[test]
fn without_a_work_tree_the_common_folder_is_searched() {
    let tree = Tree::new(&[("envs/prod/main.tf", CALL), ("modules/m/main.tf", "")]);
    assert_eq!(units(&tree.load(&["modules/m/main.tf"])), ["modules/m library"]);
    assert_eq!(units(&tree.load(&["modules/m/main.tf", "envs/prod/main.tf"])), ["envs/prod library"]);
}

#[test]
fn a_path_that_does_not_exist_is_an_error() {
    let tree = Tree::new(&[("main.tf", "")]);
    let error = crate::config::load(&tree.options(&["nothing"])).unwrap_err();
    assert_eq!(error.to_string(), "`nothing`: no such file or folder");
}

#[test]
fn the_dialect_follows_the_files() {
    let tree = Tree::new(&[
        ("a/main.tf", CALL.replace("../../", "../").as_str()),
        ("modules/m/main.tf", "variable \"tf\" {}"),
        ("modules/m/main.tofu", "variable \"tofu\" {}"),
        ("b/main.tf", ""),
    ]);
    let config = tree.load(&["."]);
    let dialects: Vec<_> = config.roots.iter().map(|r| r.dialect).collect();
    assert_eq!(dialects, [Dialect::OpenTofu, Dialect::Terraform]);
    let variables = |config: &Config| -> Vec<String> {
        config.modules[&tree.path("modules/m")].variables.keys().map(ToString::to_string).collect()
    };
    assert_eq!(variables(&config), ["tofu"]);
    let mut options = tree.options(&["."]);
    options.dialect = Some(Dialect::Terraform);
    let config = crate::config::load(&options).unwrap();
    assert_eq!(variables(&config), ["tf"]);
    assert!(!config.modules[&tree.path("modules/m")].incomplete);
}

#[test]
fn backends_other_than_local_ones_are_noticed() {
    for (text, expected) in [
        ("", false),
        (BACKEND, true),
        ("terraform {\n  backend \"local\" {}\n}", false),
        ("terraform {\n  cloud {}\n}", true),
    ] {
        let config = Tree::new(&[("main.tf", text)]).load(&["."]);
        assert_eq!(config.roots[0].has_backend, expected, "{text}");
    }
}
