//! What is evaluated once, and what must not be.

use crate::config::testing::Tree;
use crate::eval::{Common, Inputs, Program, RootHost, display};
use crate::source::Sandbox;
use crate::syntax::Text;

/// The outputs of a root, printed, and the times that expressions were evaluated and found again.
fn outputs(files: &[(&str, &str)]) -> (Vec<String>, usize, usize) {
    let tree = Tree::new(files);
    let config = tree.load(&["."]);
    let problems = config.all_problems();
    assert!(problems.is_empty(), "{problems:?}");
    let root = config.roots.iter().find(|r| r.dir == tree.path("")).unwrap_or(&config.roots[0]);
    let sandbox = std::sync::Arc::new(Sandbox::new([root.dir.as_path()]));
    let host = RootHost::new(&root.dir, sandbox, config.sources.clone());
    let program = Program::new(root, Inputs::default(), host);
    let instance = program.root_instance();
    let names: Vec<Text> = instance.module().outputs.keys().cloned().collect();
    let print = |name: &Text| {
        instance
            .module()
            .outputs
            .find(name)
            .map(|output| program.output(&instance, output))
            .map(|v| format!("{name} = {}", display::short(&v)))
    };
    let printed: Vec<String> = names.iter().filter_map(print).collect();
    assert!(program.take_problems().is_empty());
    let (evaluated, found) = program.shared_totals();
    // What was given back is worked out again, and is worth the same.
    program.forget_some_of(&instance);
    assert_eq!(printed, names.iter().filter_map(print).collect::<Vec<_>>());
    assert!(program.take_problems().is_empty());
    (printed, evaluated, found)
}

#[track_caller]
fn check(root: &str, module: &str, expected: &[&str], evaluated: usize, found: usize) {
    let (printed, times, again) = outputs(&[("main.tf", root), ("m/main.tf", module)]);
    assert_eq!(printed, expected);
    assert_eq!((times, again), (evaluated, found), "times evaluated and found again");
}

const LISTS: &str =
    "variable \"x\" {}\nlocals { a = [for i in range(3) : \"${var.x}-${i}\"] }\noutput \"y\" { value = local.a }\n";

#[test]
fn equal_inputs_are_evaluated_once() {
    let root = "module \"m\" {\n  source = \"./m\"\n  count = 100\n  x = \"a\"\n}\noutput \"n\" { value = length(distinct(module.m[*].y)) }\n";
    check(root, LISTS, &["n = 1"], 1, 99);
}

#[test]
fn calls_of_their_own_share_too() {
    let call = |name: &str, x: &str| format!("module \"{name}\" {{\n  source = \"./m\"\n  x = \"{x}\"\n}}\n");
    let root = call("a", "1")
        + &call("b", "1")
        + &call("c", "2")
        + "output \"n\" { value = [module.a.y[0], module.b.y[0], module.c.y[0]] }\n";
    check(&root, LISTS, &["n = [\"1-0\", \"1-0\", \"2-0\"]"], 2, 1);
}

#[test]
fn what_is_not_read_may_differ() {
    let module = "variable \"x\" {}\nvariable \"n\" {}\nlocals { a = [for i in range(3) : \"${var.x}-${i}\"] }\noutput \"y\" { value = \"${var.n}${local.a[2]}\" }\n";
    let root = "module \"m\" {\n  source = \"./m\"\n  count = 3\n  x = \"a\"\n  n = count.index\n}\noutput \"all\" { value = module.m[*].y }\n";
    check(root, module, &["all = [\"0a-2\", \"1a-2\", \"2a-2\"]"], 1, 2);
}

#[test]
fn marks_are_part_of_a_value() {
    let call = |name: &str, x: &str| format!("module \"{name}\" {{\n  source = \"./m\"\n  x = {x}\n}}\n");
    let root = call("a", "\"1\"")
        + &call("b", "sensitive(\"1\")")
        + "output \"n\" { value = [module.a.y[0], module.b.y[0]] }\n";
    check(&root, LISTS, &["n = [\"1-0\", (sensitive)]"], 2, 0);
}

#[test]
fn each_instance_has_resources_of_its_own() {
    let module = "resource \"t\" \"r\" {}\noutput \"y\" { value = upper(join(\",\", [t.r.id, \"x\", \"y\", \"z\"])) == \"\" ? \"\" : t.r.id }\n";
    let root = "module \"m\" {\n  source = \"./m\"\n  count = 2\n}\noutput \"same\" { value = module.m[0].y == module.m[1].y }\noutput \"own\" { value = module.m[0].y == module.m[0].y }\n";
    let (printed, ..) = outputs(&[("main.tf", root), ("m/main.tf", module)]);
    assert_eq!(printed[0], "own = true");
    assert!(printed[1].starts_with("same = ("), "{}", printed[1]);
}

#[test]
fn failures_are_shared_as_values_are() {
    let module = "variable \"x\" {}\nlocals { a = try([for i in range(2) : var.x.missing], [for i in range(2) : i]) }\noutput \"y\" { value = local.a }\n";
    let root = "module \"m\" {\n  source = \"./m\"\n  count = 4\n  x = { there = count.index > 2 }\n}\noutput \"n\" { value = module.m[*].y }\n";
    check(root, module, &["n = [[0, 1], [0, 1], [0, 1], [0, 1]]"], 2, 2);
}

#[test]
fn positions_in_brackets_are_read_anew() {
    let module = "variable \"x\" {}\nresource \"t\" \"r\" {\n  count = 2\n  n = count.index\n}\noutput \"y\" { value = [for i in range(2) : t.r[i].n + var.x] }\n";
    let root = "module \"m\" {\n  source = \"./m\"\n  count = 3\n  x = 10\n}\noutput \"n\" { value = module.m[*].y }\n";
    // Evaluated with nothing noted after the first time.
    check(root, module, &["n = [[10, 11], [10, 11], [10, 11]]"], 1, 0);
}

#[test]
fn parts_that_run_in_loops_are_shared_by_themselves() {
    let root = "resource \"t\" \"r\" {\n  count = 50\n  n = count.index\n}\n\
                module \"m\" {\n  source = \"./m\"\n  count = 100\n  x = element(t.r[*].n, count.index)\n}\n\
                output \"n\" { value = sum(module.m[*].y) }\n";
    let module = "variable \"x\" {}\noutput \"y\" { value = var.x }\n";
    // The list is gathered with the instances; what is chosen of it for each call, until it is clear that nothing is found
    // again.
    check(root, module, &["n = 2450"], 65, 0);
}

#[test]
fn what_a_part_reads_is_read_by_the_whole() {
    let module = "variable \"x\" {}\noutput \"y\" { value = join(\"-\", [for i in range(2) : \"${var.x}${i}\"]) }\n";
    let root = "module \"m\" {\n  source = \"./m\"\n  count = 4\n  x = count.index % 2 == 0 ? \"a\" : \"b\"\n}\n\
                output \"n\" { value = module.m[*].y }\n";
    let (printed, ..) = outputs(&[("main.tf", root), ("m/main.tf", module)]);
    assert_eq!(printed, ["n = [\"a0-a1\", \"b0-b1\", \"a0-a1\", \"b0-b1\"]"]);
}

/// What the output `y` of each of two roots is worth that call one module, and how often expressions were found again.
fn two_roots(module: &str) -> (Vec<String>, usize) {
    let root = "module \"m\" {\n  source = \"../m\"\n  x = \"a\"\n}\noutput \"y\" { value = module.m.y }\n";
    let (a, b) = (("a/main.tf", root), ("b/main.tf", root));
    let tree = Tree::new(&[a, b, ("a/f.txt", "1"), ("b/f.txt", "2"), ("m/main.tf", module)]);
    let config = tree.load(&["a", "b"]);
    let common = Common::default();
    let mut again = 0;
    let worth = |root: &crate::config::Root| {
        let sandbox = std::sync::Arc::new(Sandbox::new([root.dir.as_path()]));
        let host = RootHost::new(&root.dir, sandbox, config.sources.clone());
        let program = Program::beside(&common, root, Inputs::default(), host);
        let root = program.root_instance();
        let value = root.module().outputs.find("y").map(|output| program.output(&root, output));
        again = program.shared_totals().1;
        value.map_or_else(String::new, |value| display::short(&value))
    };
    let worths = config.roots.iter().map(worth).collect();
    (worths, again)
}

#[test]
fn each_root_is_evaluated_for_itself() {
    assert_eq!(two_roots(LISTS).0, ["[\"a-0\", \"a-1\", \"a-2\"]", "[\"a-0\", \"a-1\", \"a-2\"]"]);
    assert_eq!(two_roots(LISTS).1, 0);
}

#[test]
fn files_are_those_of_each_root() {
    let module = "variable \"x\" {}\noutput \"y\" { value = [for i in range(1) : \"${var.x}${file(\"f.txt\")}\"] }\n";
    assert_eq!(two_roots(module), (vec!["[\"a1\"]".to_owned(), "[\"a2\"]".to_owned()], 0));
}

#[test]
fn lists_of_variables_are_shared_too() {
    let root = "variable \"r\" {\n  default = [{ n = 1 }, { n = 2 }]\n}\n\
                module \"m\" {\n  source = \"./m\"\n  count = 100\n  x = element(var.r[*].n, count.index)\n}\n\
                output \"n\" { value = sum(module.m[*].y) }\n";
    let module = "variable \"x\" {}\noutput \"y\" { value = var.x }\n";
    check(root, module, &["n = 150"], 66, 99);
}

#[test]
fn what_instances_differ_in_and_do_not_read_is_no_reason_to_evaluate_again() {
    let root = "module \"m\" {\n  source = \"./m\"\n  for_each = { a = { x = \"1\", y = 1 }, b = { x = \"1\", y = 2 } }\n  x = each.value.x\n}\noutput \"n\" { value = [for m in module.m : m.y[0]] }\n";
    check(root, LISTS, &["n = [\"1-0\", \"1-0\"]"], 1, 1);
}

#[test]
fn an_element_can_be_read_as_a_whole() {
    let root = "module \"m\" {\n  source = \"./m\"\n  for_each = toset([\"a\"])\n  x = join(\"-\", [for k, v in each : \"${k}${v}\"])\n}\noutput \"n\" { value = module.m[\"a\"].y[0] }\n";
    check(root, LISTS, &["n = \"keya-valuea-0\""], 3, 0);
}
