//! Faults of the input, as they are told.

use insta::assert_snapshot;

use super::run::Case;

const COMPACT: [&str; 2] = ["--format", "compact"];

fn uses(names: &[&str]) -> String {
    names.iter().map(|name| format!("output \"{name}\" {{\n  value = var.zone\n}}\n")).collect()
}

#[test]
fn a_name_that_nothing_declares_is_told_once() {
    let case = Case::new(&[("b.tf", &uses(&["a", "b", "c", "d"])), ("a.tf", &uses(&["e", "f"]))]);
    assert_snapshot!(case.run(&[]));
}

#[test]
fn each_module_lacks_a_name_by_itself() {
    let call = format!("module \"m\" {{\n  source = \"./m\"\n}}\n{}", uses(&["a", "b"]));
    let ran = Case::new(&[("main.tf", &call), ("m/main.tf", &uses(&["a", "b"]))]).run(&COMPACT);
    let places: Vec<_> = ran.out.lines().filter_map(|line| line.split_once(": warning[undeclared-name]")).collect();
    assert_eq!(places.iter().map(|(place, _)| *place).collect::<Vec<_>>(), ["m/main.tf:2:11", "main.tf:5:11"], "{ran}");
}

#[test]
fn names_of_different_things_are_told_apart() {
    let main = "module \"a\" {\n  source = \"./m\"\n}\nmodule \"b\" {\n  source = \"./m\"\n}\n\
                locals {\n  a = [module.a.id, module.a.id]\n  b = module.b.id\n  c = [map(\"a\", 1), map(\"b\", 2)]\n}\n";
    let ran = Case::new(&[("main.tf", main), ("m/main.tf", "")]).run(&COMPACT);
    let told: Vec<_> = ran.out.lines().filter_map(|line| line.split_once("[undeclared-name]: ")).collect();
    let told: Vec<_> = told.iter().map(|(_, message)| *message).collect();
    let expected =
        ["`module.a` has no output `id`", "`module.b` has no output `id`", "`map` was removed from the language"];
    assert_eq!(told, expected, "{ran}");
}
