use crate::config::testing::{Tree, module, only, problem_lines};
use crate::config::{IgnoreChanges, Module};
use crate::syntax::ExprKind;

fn resource<'a>(module: &'a Module, name: &str) -> &'a crate::config::Resource {
    module.resources.iter().find(|(n, _)| n.to_string() == name).map(|(_, r)| &**r).unwrap()
}

#[test]
fn declarations_are_read() {
    let text = r#"{
  "//": "a comment",
  "terraform": {
    "required_version": ">= 1.0",
    "backend": {"s3": {"bucket": "b"}},
    "required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 5.0"}}
  },
  "provider": {"aws": [{"region": "r"}, {"alias": "w", "region": "q"}]},
  "variable": {"v": {"type": "list(string)", "default": ["a"], "sensitive": true,
    "validation": {"condition": "${length(var.v) > 0}", "error_message": "m"}}},
  "locals": [{"a": 1, "//": "no value"}, {"b": "${local.a}"}],
  "output": {"o": {"value": "${var.v}"}},
  "module": {"m": {"source": "a/b/c", "version": "1.0.0", "count": 2, "providers": {"aws": "aws.w"}, "x": 1}},
  "resource": {
    "t": {
      "r": {
        "//": "another comment",
        "count": "${var.n}",
        "provider": "aws.w",
        "depends_on": ["t.s", "module.m"],
        "name": "x",
        "for_each": null,
        "lifecycle": {"prevent_destroy": true, "ignore_changes": ["a", "b[0].c"],
          "precondition": [{"condition": true, "error_message": "m"}, {"condition": true, "error_message": "n"}]},
        "provisioner": [{"local-exec": {"command": "x"}}, {"file": {"source": "y"}}]
      },
      "s": {"lifecycle": {"ignore_changes": "all"}}
    }
  },
  "data": {"t": {"d": {"a": "${t.r.id}"}}},
  "moved": [{"from": "t.a", "to": "t.b"}],
  "import": {"to": "t.r", "id": "i"},
  "check": {"c": {"assert": {"condition": true, "error_message": "m"}}}
}"#;
    let (config, problems) = module(&[("main.tf.json", text)]);
    assert_eq!(problems, [] as [&str; 0]);
    let module = only(&config);
    assert_eq!(&*module.settings.backend.as_ref().unwrap().kind.text, "s3");
    assert!(module.settings.required_providers["aws"].version.is_some());
    assert_eq!(module.settings.required_versions.len(), 1);
    let aliases: Vec<_> = module.providers.keys().map(|p| p.alias.as_deref()).collect();
    assert_eq!(aliases, [None, Some("w")]);
    let variable = &module.variables["v"];
    assert!(variable.sensitive && variable.validations.len() == 1);
    assert!(matches!(&variable.type_expr.as_ref().unwrap().kind, ExprKind::Call(call) if &*call.name.text == "list"));
    assert_eq!(module.locals.keys().map(|k| &**k).collect::<Vec<_>>(), ["a", "b"]);
    assert!(module.outputs["o"].value.is_some());
    let call = &module.calls["m"];
    assert_eq!(call.source_text(), "a/b/c");
    assert_eq!(call.providers[0].1.alias.as_deref(), Some("w"));
    assert_eq!(call.arguments().count(), 1);
    let r = resource(module, "t.r");
    assert!(r.count.is_some() && r.for_each.is_none());
    assert_eq!(r.provider.as_ref().unwrap().alias.as_deref(), Some("w"));
    assert_eq!(r.lifecycle.as_ref().unwrap().preconditions.len(), 2);
    let IgnoreChanges::Paths(paths) = &r.lifecycle.as_ref().unwrap().ignore_changes else { panic!() };
    assert_eq!(paths.iter().map(|p| (&*p.argument, p.whole)).collect::<Vec<_>>(), [("a", true), ("b", false)]);
    let arguments: Vec<_> = r.arguments.attributes.iter().map(|a| &*a.name.text).collect();
    assert_eq!((arguments.as_slice(), r.arguments.blocks.len()), (&["name"][..], 0));
    assert!(matches!(resource(module, "t.s").lifecycle.as_ref().unwrap().ignore_changes, IgnoreChanges::All(_)));
    assert!(module.moved[0].from.is_some() && module.imports[0].to.is_some());
    assert_eq!(module.checks["c"].asserts.len(), 1);
}

#[test]
fn syntaxes_override_each_other() {
    let (config, problems) = module(&[
        (
            "main.tf",
            "resource \"t\" \"r\" {\n  a = 1\n  ingress {}\n  ingress {}\n  lifecycle {\n    prevent_destroy = true\n  }\n}",
        ),
        (
            "override.tf.json",
            r#"{"resource": {"t": {"r": {"ingress": [{"p": 1}], "a": null, "lifecycle": {"create_before_destroy": true}}}}}"#,
        ),
    ]);
    assert_eq!(problems, [] as [&str; 0]);
    let r = resource(only(&config), "t.r");
    let of_file = |file| config.sources.file(file).name.to_string();
    assert_eq!(of_file(r.arguments.attribute("a").unwrap().span().file), "main.tf");
    let blocks = r.arguments.blocks.iter().filter(|b| &*b.kind.text == "ingress").map(|b| b.span.file);
    let arguments = r.arguments.attribute("ingress").into_iter().map(|a| a.span().file);
    assert_eq!(blocks.chain(arguments).map(of_file).collect::<Vec<_>>(), ["override.tf.json"]);
    assert!(
        r.lifecycle.as_ref().unwrap().prevent_destroy.is_some()
            && r.lifecycle.as_ref().unwrap().create_before_destroy.is_some()
    );
}

#[test]
fn faults_are_named() {
    let (_, problems) = module(&[(
        "main.tf.json",
        r#"{
  "resorce": {"t": {"r": {}}},
  "variable": {
    "v": {"desciption": "x"}
  },
  "module": {
    "m": {}
  }
}"#,
    )]);
    assert_eq!(
        problems,
        [
            "main.tf.json:2: Terraform has no `resorce` block",
            "main.tf.json:4: a `variable` block has no argument `desciption`",
            "main.tf.json:7: the module call `m` has no `source`",
        ]
    );
}

#[test]
fn variable_files_hold_literal_text() {
    let tree = Tree::new(&[("main.tf", ""), ("terraform.tfvars.json", r#"{"a": "${x}", "b": [1], "//": "c"}"#)]);
    let config = tree.load(&["."]);
    assert!(problem_lines(&config).is_empty());
    let file = &config.roots[0].var_files[0];
    assert!(matches!(&file.by_name()["a"].1.kind, ExprKind::String(text) if &**text == "${x}"));
}
