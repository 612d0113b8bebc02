use std::fmt::Write as _;
use std::sync::Arc;

use crate::config::testing::{Tree, problem_lines};
use crate::config::{Child, Config, MAX_DEPTH, ModuleNode, Provenance, load};

fn call(name: &str, source: &str) -> String {
    format!("module \"{name}\" {{\n  source = \"{source}\"\n}}\n")
}

/// A tree: `folder(call=folder() call=?source)`.
fn draw(node: &ModuleNode) -> String {
    let child = |(name, child): (&crate::source::Text, &Child)| match child {
        Child::Loaded(n) => format!("{name}={}", draw(n)),
        Child::NotOnDisk { source } => format!("{name}=?{source}"),
        Child::Cycle => format!("{name}=cycle"),
    };
    let children: Vec<_> = node.children.iter().map(child).collect();
    format!("{}({})", node.module.name, children.join(" "))
}

fn draw_all(config: &Config) -> Vec<String> {
    config.roots.iter().map(|r| draw(&r.module)).collect()
}

fn loaded(child: &Child) -> &Arc<ModuleNode> {
    match child {
        Child::Loaded(node) => node,
        other => panic!("{other:?}"),
    }
}

#[test]
fn local_sources_are_relative_to_the_caller() {
    let config = Tree::new(&[
        ("r/main.tf", &call("a", "../m/a")),
        ("m/a/main.tf", &call("b", "./b/")),
        ("m/a/b/main.tf", &(call("c", "../../c") + &call("v", "x/y/z"))),
        ("m/c/main.tf", ""),
    ])
    .load(&["."]);
    assert_eq!(draw_all(&config), ["r(a=m/a(b=m/a/b(c=m/c() v=?x/y/z)))"]);
    assert!(problem_lines(&config).is_empty());
}

#[test]
fn a_local_module_that_is_not_there_is_a_problem() {
    let config = Tree::new(&[("main.tf", &(call("a", "./a") + &call("b", "./b"))), ("b/readme.md", "")]).load(&["."]);
    assert_eq!(draw_all(&config), [".(a=?./a b=?./b)"]);
    assert_eq!(
        problem_lines(&config),
        ["main.tf:2: the module `./a` is not there", "main.tf:5: the module `./b` is not there"]
    );
}

#[test]
fn calls_out_of_the_checked_folder_are_followed() {
    let config = Tree::new(&[
        ("envs/prod/main.tf", &call("a", "../../m/a")),
        ("m/a/main.tf", &call("b", "../b")),
        ("m/b/main.tf", ""),
    ])
    .load(&["envs"]);
    assert_eq!(draw_all(&config), ["envs/prod(a=m/a(b=m/b()))"]);
    let provenances: Vec<_> = config.modules.values().map(|m| m.provenance).collect();
    assert_eq!(provenances, [Provenance::Checked, Provenance::Called, Provenance::Called]);
}

#[test]
fn diamonds_share_their_nodes() {
    let mut files = Vec::new();
    for level in 0..40 {
        let next = format!("../m{:02}", level + 1);
        files.push((format!("m{level:02}/main.tf"), call("a", &next) + &call("b", &next)));
    }
    files.push(("m40/main.tf".to_owned(), String::new()));
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let config = Tree::new(&files).load(&["."]);
    assert_eq!(config.roots.len(), 1);
    let children: Vec<_> = config.roots[0].module.children.values().map(loaded).collect();
    assert!(Arc::ptr_eq(children[0], children[1]));
    assert_eq!(config.modules.len(), 41);
}

#[test]
fn depth_is_bounded() {
    let files: Vec<_> = (0..MAX_DEPTH + 10)
        .map(|level| (format!("m{level:03}/main.tf"), call("a", &format!("../m{:03}", level + 1))))
        .chain([(format!("m{:03}/main.tf", MAX_DEPTH + 10), String::new())])
        .collect();
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let config = Tree::new(&files).load(&["."]);
    assert_eq!(problem_lines(&config), ["m063/main.tf:2: modules call each other more than 64 levels deep"]);
}

#[test]
fn a_circle_is_named_once() {
    let config = Tree::new(&[
        ("r/main.tf", &(call("a", "../a") + &call("b", "../b"))),
        ("s/main.tf", &call("b", "../b")),
        ("a/main.tf", &call("b", "../b")),
        ("b/main.tf", &(call("a", "../a") + &call("self", "../b"))),
    ])
    .load(&["."]);
    assert_eq!(
        problem_lines(&config),
        [
            "b/main.tf:2: modules call each other in a circle: `a` → `b` → `a` (see a/main.tf:2)",
            "b/main.tf:5: modules call each other in a circle: `b` → `b`",
        ]
    );
}

/// A root with a downloaded registry module, and what `modules.json` says about it.
fn downloaded(version: &str, entries: &[(&str, &str, &str, &str)]) -> Tree {
    let mut json = String::from(r#"{"Modules":[{"Key":"","Source":"","Dir":"."}"#);
    for (key, source, version, dir) in entries {
        let version = if version.is_empty() { String::new() } else { format!(r#","Version":"{version}""#) };
        write!(json, r#",{{"Key":"{key}","Source":"{source}"{version},"Dir":"{dir}"}}"#).unwrap();
    }
    json.push_str("]}");
    let root = format!("module \"v\" {{\n  source  = \"o/vpc/aws\"\n  version = \"{version}\"\n}}\n");
    Tree::new(&[
        ("main.tf", &root),
        (".terraform/modules/modules.json", &json),
        (".terraform/modules/v/main.tf", &(call("in", "./modules/in") + &call("s", "o/sub/aws//x"))),
        (".terraform/modules/v/modules/in/main.tf", ""),
        (".terraform/modules/v.s/x/main.tf", "resource \"a\" {}"),
    ])
}

#[test]
fn downloaded_modules_are_found_by_the_manifest() {
    let v = ("v", "registry.terraform.io/o/vpc/aws", "1.2.3", ".terraform/modules/v");
    let s = ("v.s", "registry.terraform.io/o/sub/aws//x", "2.0.0", ".terraform/modules/v.s/x");
    let m = ".terraform/modules";
    for (version, entries, expected) in [
        ("~> 1.2", vec![v, s], format!(".(v={m}/v(in={m}/v/modules/in() s={m}/v.s/x()))")),
        ("~> 1.2", vec![v], format!(".(v={m}/v(in={m}/v/modules/in() s=?o/sub/aws//x))")),
        ("~> 2.0", vec![v, s], ".(v=?o/vpc/aws)".to_owned()),
        ("~> 1.2", vec![], ".(v=?o/vpc/aws)".to_owned()),
        ("~> 1.2", vec![("v", "registry.terraform.io/p/vpc/aws", "1.2.3", v.3), s], ".(v=?o/vpc/aws)".to_owned()),
        (
            "~> 1.2",
            vec![(v.0, v.1, v.2, ".terraform\\\\modules\\\\v")],
            format!(".(v={m}/v(in={m}/v/modules/in() s=?o/sub/aws//x))"),
        ),
    ] {
        let config = downloaded(version, &entries).load(&["."]);
        assert_eq!(draw_all(&config), [expected]);
        // What is wrong inside a downloaded module is not the user's to repair.
        assert!(problem_lines(&config).is_empty());
    }
}

#[test]
fn another_data_folder_is_respected() {
    let tree = downloaded("1.2.3", &[("v", "o/vpc/aws", "1.2.3", "data/modules/v")]);
    std::fs::rename(tree.path(".terraform"), tree.path("data")).unwrap();
    let mut options = tree.options(&["main.tf"]);
    options.data_dir = "data".into();
    let config = load(&options).unwrap();
    assert_eq!(draw_all(&config), [".(v=data/modules/v(in=data/modules/v/modules/in() s=?o/sub/aws//x))"]);
}

#[test]
fn a_manifest_that_cannot_be_read_is_named() {
    let tree = Tree::new(&[("main.tf", &call("v", "o/vpc/aws")), (".terraform/modules/modules.json", "{")]);
    let problems = problem_lines(&tree.load(&["."]));
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with(".terraform/modules/modules.json: the list of downloaded modules cannot be read"));
}

#[test]
fn a_computed_source_is_not_guessed() {
    let config = Tree::new(&[("main.tf", "module \"a\" {\n  source = \"./${var.x}\"\n}\n")]).load(&["."]);
    assert_eq!(draw_all(&config), [".(a=?(computed))"]);
    assert!(problem_lines(&config).is_empty());
}
