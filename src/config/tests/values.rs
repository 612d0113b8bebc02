use crate::config::testing::{Tree, problem_lines};
use crate::config::{Input, InputArgument, load};

#[test]
fn automatic_variable_files_come_in_order() {
    let config = Tree::new(&[
        ("main.tf", ""),
        ("z.auto.tfvars", "a = 3"),
        ("terraform.tfvars", "a = 1\nb = [1, \"x\"]"),
        ("b.auto.tfvars", "a = 2"),
        ("prod.tfvars", "a = 9"),
    ])
    .load(&["."]);
    let shown = |f: &crate::config::VariableFile| {
        let (name, expr) = f.by_name()["a"];
        let file = config.sources.file(f.document.file);
        format!("{}: {} = {}", file.name, name.text, config.sources.text(expr.span))
    };
    let files: Vec<_> = config.roots[0].var_files.iter().map(|f| shown(f)).collect();
    assert_eq!(files, ["terraform.tfvars: a = 1", "b.auto.tfvars: a = 2", "z.auto.tfvars: a = 3"]);
    assert_eq!(config.roots[0].files().len(), 4);
}

#[test]
fn a_block_in_a_variable_file_is_a_problem() {
    let config = Tree::new(&[("main.tf", ""), ("terraform.tfvars", "variable \"a\" {\n}\nb = 1\n")]).load(&["."]);
    assert_eq!(
        problem_lines(&config),
        ["terraform.tfvars:1: a variable file holds `name = value` only, not a `variable` block"]
    );
    assert_eq!(config.roots[0].var_files[0].values.len(), 1);
}

#[test]
fn values_from_outside_keep_their_order_and_names() {
    let tree = Tree::new(&[("main.tf", ""), ("vars/prod.tfvars", "a = 1")]);
    let mut options = tree.options(&["."]);
    let text = |name: &str, value: &str| InputArgument::Text { name: name.into(), value: value.into() };
    options.inputs = vec![text("a", "x"), InputArgument::File("vars/prod.tfvars".into()), text("b", "[1]")];
    options.environment = vec![("c".into(), "y".into())];
    let config = load(&options).unwrap();
    let shown = |span| format!("{}: {}", config.sources.file(span).name, &*config.sources.file(span).text);
    let inputs = config.inputs.command_line.iter().map(|input| match input {
        Input::Text(text) => shown(text.span.file),
        Input::File(file) => shown(file.document.file),
    });
    assert_eq!(inputs.collect::<Vec<_>>(), ["--var a: x", "vars/prod.tfvars: a = 1", "--var b: [1]"]);
    assert_eq!(shown(config.inputs.environment[0].span.file), "TF_VAR_c: y");
}

#[test]
fn a_variable_file_that_is_not_there_is_an_error() {
    let tree = Tree::new(&[("main.tf", "")]);
    let mut options = tree.options(&["."]);
    options.inputs = vec![InputArgument::File("x.tfvars".into())];
    assert_eq!(load(&options).unwrap_err().to_string(), "variable file `x.tfvars`: no such file");
}
