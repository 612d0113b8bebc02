use crate::config::testing::{Tree, problem_lines};
use crate::source::ProblemKind;

#[test]
fn bad_files_hide_nothing_else() {
    let tree = Tree::new(&[("main.tf", "variable \"a\" {}"), ("folder.tf/inner.tf", "variable \"b\" {}")]);
    std::fs::write(tree.path("latin1.tf"), b"# caf\xe9\n").unwrap();
    std::fs::write(tree.path("utf16.tf"), [0xff, 0xfe, b'a', 0]).unwrap();
    std::fs::write(tree.path("nul.tf"), b"a\0b").unwrap();
    std::fs::File::create(tree.path("big.tf")).unwrap().set_len(crate::source::MAX_FILE_SIZE + 1).unwrap();
    let config = tree.load(&["."]);
    assert_eq!(
        problem_lines(&config),
        [
            "big.tf: the file is larger than 16 MiB, the most that is read",
            "folder.tf: this is a folder, not a file",
            "latin1.tf: the file is not UTF-8 text: line 1 holds other bytes",
            "nul.tf: the file holds a NUL byte in line 1; it is not text",
            "utf16.tf: the file is UTF-16 text; Terraform reads UTF-8 only",
        ]
    );
    assert!(config.all_problems().iter().all(|p| p.kind == ProblemKind::Unreadable));
    let names: Vec<_> = config.roots.iter().map(|r| &*r.name).collect();
    assert_eq!(names, [".", "folder.tf"]);
    let module = &config.roots[0].module.module;
    assert!(module.variables.contains_key("a") && module.incomplete);
    assert_eq!(config.files_checked(), 2);
}

#[cfg(unix)]
#[test]
fn a_pipe_does_not_block() {
    let tree = Tree::new(&[("main.tf", "")]);
    let made = std::process::Command::new("mkfifo").arg(tree.path("pipe.tf")).status();
    if made.is_ok_and(|s| s.success()) {
        assert_eq!(problem_lines(&tree.load(&["."])), ["pipe.tf: this is a named pipe, not a file"]);
    }
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::new(&[("main.tf", ""), ("secret.tf", "")]);
    std::fs::set_permissions(tree.path("secret.tf"), std::fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser reads it all the same.
    if std::fs::read(tree.path("secret.tf")).is_err() {
        assert_eq!(problem_lines(&tree.load(&["."])), ["secret.tf: permission denied"]);
    }
}

#[test]
fn what_git_ignores_is_not_checked_but_may_declare_anything() {
    let tree = Tree::new(&[
        (".git/HEAD", ""),
        (".gitignore", "generated.tf\ngen/\n*.tfvars\n"),
        ("main.tf", "module \"g\" {\n  source = \"./gen\"\n}\n"),
        ("generated.tf", "variable \"a\" {}"),
        ("gen/main.tf", "variable \"b\" {}"),
        ("terraform.tfvars", "x = 1"),
    ]);
    let config = tree.load(&["."]);
    assert_eq!(config.roots.len(), 1);
    let root = &config.roots[0];
    assert!(root.module.module.incomplete && root.module.module.variables.is_empty());
    // Terraform reads both when it runs.
    assert!(config.modules.contains_key(&tree.path("gen")));
    assert_eq!(root.var_files.len(), 1);
    let config = tree.load(&["gen/main.tf"]);
    assert_eq!(config.roots.len(), 1);
    assert!(config.modules[&tree.path("gen")].variables.contains_key("b"));
}

#[cfg(unix)]
#[test]
fn a_linked_folder_is_not_looked_at_twice() {
    let tree = Tree::new(&[
        ("envs/prod/main.tf", "module \"m\" {\n  source = \"./linked\"\n}\n"),
        ("modules/m/main.tf", "variable \"a\" {}"),
    ]);
    std::os::unix::fs::symlink("../../modules/m", tree.path("envs/prod/linked")).unwrap();
    let config = tree.load(&["."]);
    let names: Vec<_> = config.roots.iter().map(|r| &*r.name).collect();
    assert_eq!(names, ["envs/prod"]);
    assert!(problem_lines(&config).is_empty());
}

#[cfg(unix)]
#[test]
fn a_folder_may_be_asked_for_by_a_link() {
    let tree = Tree::new(&[("real/a/main.tf", ""), ("real/b/main.tf", "")]);
    std::os::unix::fs::symlink("real", tree.path("link")).unwrap();
    let config = tree.load(&["link"]);
    let names: Vec<_> = config.roots.iter().map(|r| &*r.name).collect();
    assert_eq!(names, ["link/a", "link/b"]);
    assert!(problem_lines(&config).is_empty());
}

#[test]
fn output_does_not_depend_on_threads() {
    let files: Vec<_> =
        (0..60).map(|i| (format!("m{i:02}/main.tf"), format!("variable \"v{i}\" {{}}\nfoo {{}}\n"))).collect();
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let tree = Tree::new(&files);
    let names = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let config = pool.install(|| tree.load(&["."]));
        let files: Vec<_> = config.sources.files().iter().map(|f| f.name.to_string()).collect();
        (files, problem_lines(&config))
    };
    assert_eq!(names(1), names(8));
}
