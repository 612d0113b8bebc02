//! `--new-since`: only what stands on changed lines, seen from every kind of repository.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::run::{Case, Ran};
use super::silence::{MODULE, case};

const DB: &str =
    "resource \"aws_db_instance\" \"a\" {\n  multi_az           = false\n  maintenance_window = \"x\"\n}\n";

/// Whether git is there to build repositories with. tfcheck itself does not need it.
fn has_git() -> bool {
    let found = Command::new("git").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !found {
        // Not through the macro, whose output the harness keeps to itself.
        let _ = writeln!(std::io::stderr(), "skipped: git is not installed");
    }
    found
}

#[track_caller]
fn git(folder: &Path, arguments: &[&str]) -> String {
    let settings = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "protocol.file.allow=always"];
    let mut command = Command::new("git");
    command.args(settings).args(arguments).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = command.env("GIT_CONFIG_NOSYSTEM", "1").output().expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The same, given a text to read.
#[track_caller]
fn git_with(folder: &Path, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("git runs");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("git reads");
    let output = child.wait_with_output().expect("git ends");
    assert!(output.status.success(), "git {arguments:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[track_caller]
fn commit(folder: &Path) -> String {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--allow-empty", "--message", "state"]);
    git(folder, &["rev-parse", "HEAD"])
}

/// Whether this git makes repositories of a form; then this is one.
fn supports(folder: &Path, form: &str) -> bool {
    let mut command = Command::new("git");
    command.args(["init", "--quiet", &format!("--{form}")]).current_dir(folder).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A repository with these files and the two rules, committed on `main`.
fn repository(files: &[(&str, &str)]) -> Case {
    let case = case(files);
    git(case.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(case.path());
    case
}

fn run_in(case: &Case, folder: &Path, arguments: &[&str]) -> Ran {
    let all = ["infra", "--rules", "rules", "--select", "own-*", "--color=never"];
    let output = case.command(&[&all, arguments].concat()).current_dir(folder).output().expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    Ran { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// `file:line rule` of what is new in a work tree, and how many findings were left out.
#[track_caller]
fn found_in(case: &Case, folder: &Path, arguments: &[&str]) -> (Vec<String>, u64) {
    let ran = run_in(case, folder, &[arguments, &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran}"));
    let line = |f: &Value| {
        let file = f["file"].as_str().unwrap_or_default().trim_start_matches("infra/");
        format!("{file}:{} {}", f["line"], f["rule"].as_str().unwrap_or_default())
    };
    let found: Vec<String> = report["findings"].as_array().expect("a list").iter().map(line).collect();
    assert_eq!(ran.status, i32::from(!found.is_empty()), "{ran}");
    (found, report["summary"]["older"].as_u64().expect("a number"))
}

#[track_caller]
fn check(case: &Case, revision: &str, expected: &[&str], older: u64) {
    let (found, left_out) = found_in(case, case.path(), &["--new-since", revision]);
    assert_eq!((found.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), left_out), (expected, older));
}

/// What is new when the first text becomes the second.
#[track_caller]
fn check_edit(before: &str, after: &str, expected: &[&str], older: u64) {
    let case = repository(&[("infra/main.tf", before)]);
    case.file("infra/main.tf", after.as_bytes());
    check(&case, "HEAD", expected, older);
}

#[test]
fn only_changed_lines_count() {
    if !has_git() {
        return;
    }
    check_edit(DB, DB, &[], 1);
    check_edit(DB, &format!("# moved\n\n{DB}"), &[], 1);
    check_edit(DB, &DB.replace('\n', "\r\n"), &[], 1);
    check_edit(DB, &DB.replace("= false", "= 1 > 2"), &["main.tf:2 own-multi-az"], 0);
    let second = DB.replace("\"a\"", "\"b\"");
    check_edit(DB, &format!("{DB}\n{second}"), &["main.tf:7 own-multi-az"], 1);
    check_edit(DB, &DB.replace("\"x\"", "\"y\""), &[], 1);
}

#[test]
fn an_argument_that_was_taken_out_makes_its_finding_new() {
    if !has_git() {
        return;
    }
    let both = "resource \"aws_db_instance\" \"a\" {\n  engine = \"x\"\n  multi_az = true\n}\n";
    let window = "main.tf:1 own-window";
    check_edit(both, &both.replace("  multi_az = true\n", ""), &["main.tf:1 own-multi-az"], 1);
    check_edit(both, &both.replace("  engine = \"x\"\n", ""), &[], 1);
    check_edit(both, &both.replace("\"a\"", "\"b\""), &[window], 0);
    check_edit(both, &both.replace("engine", "count = 2\n  engine"), &[window], 0);
}

#[test]
fn what_decides_from_elsewhere_counts() {
    if !has_git() {
        return;
    }
    let call = "module \"a\" {\n  source = \"./db\"\n}\n";
    let files = [("infra/main.tf", call), ("infra/db/main.tf", MODULE)];
    let case = repository(&files);
    check(&case, "HEAD", &[], 1);
    case.file("infra/db/main.tf", MODULE.replace("default = false", "default = 1 > 2").as_bytes());
    let (found, _) = found_in(&case, case.path(), &["--new-since", "HEAD"]);
    assert_eq!(found.len(), 1, "{found:?}: the default of a variable");

    let case = repository(&files);
    case.file("infra/main.tf", format!("{call}\nmodule \"b\" {{\n  source = \"./db\"\n}}\n").as_bytes());
    let ran = run_in(&case, case.path(), &["--new-since", "HEAD", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran}"));
    let addresses = &report["findings"][0]["addresses"];
    assert_eq!(addresses, &serde_json::json!(["module.b.aws_db_instance.this"]), "a new call of an old module");

    let passed = call.replace("\n}", "\n  multi_az = true\n}");
    let case = repository(&[("infra/main.tf", &passed), ("infra/db/main.tf", MODULE)]);
    check(&case, "HEAD", &[], 0);
    case.file("infra/main.tf", call.as_bytes());
    let (found, older) = found_in(&case, case.path(), &["--new-since", "HEAD"]);
    assert_eq!((found.len(), older), (1, 0), "an argument that a call does not pass any more");

    let main = "variable \"multi_az\" {\n  default = false\n}\n".to_owned() + &DB.replace("= false", "= var.multi_az");
    let case = repository(&[("infra/main.tf", &main), ("infra/terraform.tfvars", "multi_az = true\n")]);
    case.file("infra/terraform.tfvars", b"multi_az = false\n");
    check(&case, "HEAD", &["main.tf:5 own-multi-az"], 0);
    case.file("infra/terraform.tfvars", b"");
    check(&case, "HEAD", &["main.tf:5 own-multi-az"], 0);
}

#[test]
fn files_that_are_new_and_files_that_were_moved() {
    if !has_git() {
        return;
    }
    let case = repository(&[("infra/main.tf", DB)]);
    case.file("infra/other.tf", DB.replace("\"a\"", "\"b\"").as_bytes());
    check(&case, "HEAD", &["other.tf:2 own-multi-az"], 1);
    std::fs::remove_file(case.path().join("infra/other.tf")).expect("the file was there");
    std::fs::rename(case.path().join("infra/main.tf"), case.path().join("infra/moved.tf")).expect("it can be moved");
    check(&case, "HEAD", &[], 1);
    case.file("infra/moved.tf", DB.replace("= false", "= 1 > 2").as_bytes());
    check(&case, "HEAD", &["moved.tf:2 own-multi-az"], 0);
    case.file("infra/main.tf", DB.replace("\"a\"", "\"b\"").as_bytes());
    check(&case, "HEAD", &["moved.tf:2 own-multi-az"], 1);
}

#[test]
fn many_files_that_were_moved() {
    if !has_git() {
        return;
    }
    let names: Vec<String> = (0..600).map(|i| format!("infra/m{i}.tf")).collect();
    let files: Vec<String> = (0..600).map(|i| DB.replace("\"a\"", &format!("\"a{i}\""))).collect();
    let case = repository(&names.iter().map(String::as_str).zip(files.iter().map(String::as_str)).collect::<Vec<_>>());
    for (name, text) in names.iter().zip(&files) {
        std::fs::remove_file(case.path().join(name)).expect("the file was there");
        case.file(&name.replace("/m", "/moved"), format!("# moved\n{text}").as_bytes());
    }
    check(&case, "HEAD", &[], 600);
    case.run_within(30, &["infra", "--rules", "rules", "--select", "own-*", "--new-since", "HEAD"]);
}

#[test]
fn revisions_are_named_as_for_git() {
    if !has_git() {
        return;
    }
    let case = repository(&[("infra/main.tf", DB)]);
    let first = git(case.path(), &["rev-parse", "HEAD"]);
    git(case.path(), &["tag", "--annotate", "v1", "--message", "one"]);
    git(case.path(), &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    git(case.path(), &["checkout", "--quiet", "-b", "work"]);
    case.file("infra/main.tf", DB.replace("= false", "= 1 > 2").as_bytes());
    commit(case.path());
    git(case.path(), &["checkout", "--quiet", "main"]);
    case.file("infra/later.tf", DB.replace("\"a\"", "\"later\"").as_bytes());
    commit(case.path());
    git(case.path(), &["checkout", "--quiet", "work"]);
    let names = [
        "origin/main",
        "HEAD~1",
        "HEAD^",
        "v1",
        "@~",
        &first,
        &first[..9],
        "origin/main...",
        "main...",
        "main...HEAD",
        "v1..",
        "refs/tags/v1",
    ];
    for name in names {
        check(&case, name, &["main.tf:2 own-multi-az"], 0);
    }
    check(&case, "HEAD", &[], 1);
    git(case.path(), &["pack-refs", "--all"]);
    git(case.path(), &["gc", "--quiet", "--aggressive", "--prune=now"]);
    check(&case, "main...", &["main.tf:2 own-multi-az"], 0);
    check(&case, &first[..9], &["main.tf:2 own-multi-az"], 0);
}

#[test]
fn work_trees_and_submodules() {
    if !has_git() {
        return;
    }
    let case = repository(&[("infra/main.tf", DB)]);
    git(case.path(), &["worktree", "add", "--quiet", "tree", "-b", "other"]);
    let tree = case.path().join("tree");
    std::fs::write(tree.join("infra/main.tf"), DB.replace("= false", "= 1 > 2")).expect("a file can be written");
    assert_eq!(found_in(&case, &tree, &["--new-since", "main"]), (vec!["main.tf:2 own-multi-az".to_owned()], 0));

    let outer = case.path().join("outer");
    std::fs::create_dir_all(outer.join("rules")).expect("a folder can be made");
    std::fs::copy(case.path().join("rules/own.hcl"), outer.join("rules/own.hcl")).expect("a file can be copied");
    git(&outer, &["init", "--quiet"]);
    git(&outer, &["submodule", "--quiet", "add", &case.path().to_string_lossy(), "infra/sub"]);
    commit(&outer);
    let (found, older) = found_in(&case, &outer, &["--new-since", "HEAD"]);
    assert_eq!((found.as_slice(), older), (&[][..], 1), "seen from the outer repository");
    let file = outer.join("infra/sub/infra/main.tf");
    std::fs::write(file, DB.replace("= false", "= 1 > 2")).expect("a file can be written");
    let (found, _) = found_in(&case, &outer, &["--new-since", "HEAD"]);
    assert_eq!(found, ["sub/infra/main.tf:2 own-multi-az"], "seen from the outer repository");
    let (found, _) = found_in(&case, &outer.join("infra/sub"), &["--new-since", "HEAD"]);
    assert_eq!(found, ["main.tf:2 own-multi-az"], "seen from the submodule");
}

#[cfg(unix)]
#[test]
fn links_lead_to_the_files_that_git_knows() {
    if !has_git() {
        return;
    }
    let case = repository(&[("infra/a/db.tf", DB), ("infra/b/other.tf", "")]);
    let link = case.path().join("infra/b/db.tf");
    std::os::unix::fs::symlink("../a/db.tf", link).expect("a link can be made");
    commit(case.path());
    check(&case, "HEAD", &[], 2);
    case.file("infra/a/db.tf", DB.replace("= false", "= 1 > 2").as_bytes());
    check(&case, "HEAD", &["a/db.tf:2 own-multi-az", "b/db.tf:2 own-multi-az"], 0);
}

#[test]
fn beside_a_baseline_and_comments() {
    if !has_git() {
        return;
    }
    let case = repository(&[("infra/main.tf", DB)]);
    assert_eq!(run_in(&case, case.path(), &["--write-baseline"]).status, 0);
    let two = format!("{DB}\n{}", DB.replace("\"a\"", "\"b\""));
    case.file("infra/main.tf", two.as_bytes());
    let baseline = ["--baseline", ".tfcheck-baseline.json", "--new-since", "HEAD"];
    assert_eq!(found_in(&case, case.path(), &baseline), (vec!["main.tf:7 own-multi-az".to_owned()], 0));
    assert_eq!(run_in(&case, case.path(), &["--new-since", "HEAD", "--fail-on", "never"]).status, 0);
    assert_eq!(run_in(&case, case.path(), &["--new-since", "HEAD", "--write-baseline"]).status, 2);

    let silenced = DB.replace("= false", "= false # tfcheck:ignore[own-multi-az] why");
    let case = repository(&[("infra/main.tf", &silenced)]);
    case.file("infra/main.tf", silenced.replace("= false", "= true").as_bytes());
    check(&case, "HEAD", &["main.tf:2 unused-ignore"], 0);
    commit(case.path());
    check(&case, "HEAD", &[], 1);
}

#[test]
fn what_could_not_be_read_is_told_whenever_it_happened() {
    if !has_git() {
        return;
    }
    let case = repository(&[("infra/main.tf", DB), ("infra/broken.tf", "resource {")]);
    let (found, _) = found_in(&case, case.path(), &["--new-since", "HEAD"]);
    assert_eq!(found, ["broken.tf:1 syntax-error"]);
}

#[test]
fn the_summary_says_what_was_left_out() {
    if !has_git() {
        return;
    }
    let case = repository(&[("infra/main.tf", DB)]);
    let ran = run_in(&case, case.path(), &["--new-since", "HEAD"]);
    assert!(ran.out.contains("1 older finding (--new-since)"), "{ran}");
    let sarif = run_in(&case, case.path(), &["--new-since", "HEAD", "--format", "sarif"]);
    assert!(sarif.out.contains("\"results\": []"), "{sarif}");
}

/// A repository of a few kilobytes may hold files and folders without end.
#[test]
fn what_is_too_large_counts_as_new() {
    if !has_git() {
        return;
    }
    let case = repository(&[("infra/main.tf", &format!("{DB}{}", "#".repeat(17 << 20)))]);
    case.file("infra/main.tf", DB.as_bytes());
    let ran = run_in(&case, case.path(), &["--new-since", "HEAD"]);
    assert!(ran.out.contains("what the file was has more than 16 MiB"), "{ran}");
    let (found, older) = found_in(&case, case.path(), &["--new-since", "HEAD"]);
    assert_eq!((found.len(), older), (2, 0), "the file counts as new");

    // Each of many folders holds all the others that were made before.
    let mut tree = git(case.path(), &["rev-parse", "HEAD^{tree}"]);
    for _ in 0..8 {
        let entries: String = (0..16).map(|at| format!("040000 tree {tree}\tfolder{at}\n")).collect();
        tree = git_with(case.path(), &["mktree"], &entries);
    }
    let commit = git(case.path(), &["commit-tree", &tree, "-m", "many"]);
    let ran = run_in(&case, case.path(), &["--new-since", &commit]);
    assert!(ran.out.contains("too many files are gone"), "{ran}");
}

#[test]
fn what_cannot_be_compared_is_a_failure() {
    #[track_caller]
    fn fails(case: &Case, folder: &Path, revision: &str, said: &str) {
        let ran = run_in(case, folder, &["--new-since", revision]);
        assert!(ran.status == 2 && ran.err.contains(said) && ran.out.is_empty(), "{said}: {ran}");
    }
    let outside = case(&[("infra/main.tf", DB)]);
    fails(&outside, outside.path(), "HEAD", "lies in no git repository");
    if !has_git() {
        return;
    }
    git(outside.path(), &["init", "--quiet"]);
    fails(&outside, outside.path(), "HEAD", "there is no revision `HEAD`");

    let case = repository(&[("infra/main.tf", DB)]);
    fails(&case, case.path(), "origin/main", "there is no revision `origin/main`");
    fails(&case, case.path(), "0123456789", "there is no revision `0123456789`");
    fails(&case, case.path(), "", "there is no revision");
    fails(&case, case.path(), "HEAD:infra/main.tf", "is no commit");
    fails(&case, case.path(), "^HEAD", "is not one revision");
    commit(case.path());
    fails(&case, case.path(), "HEAD~1..HEAD~0", "is not one revision");
    git(case.path(), &["checkout", "--quiet", "--orphan", "apart"]);
    case.file("apart.txt", b"not the first commit again");
    commit(case.path());
    fails(&case, case.path(), "main...", "has no common ancestor");

    let url = format!("file://{}", case.path().display());
    git(case.path(), &["clone", "--quiet", "--depth=1", "--branch=main", &url, "shallow"]);
    let shallow = case.path().join("shallow");
    fails(&case, &shallow, "HEAD~1", "this clone is shallow");
    fails(&case, &shallow, "v1", "this clone is shallow");

    git(case.path(), &["clone", "--quiet", "--bare", &url, "bare"]);
    let bare = case.path().join("bare");
    std::fs::create_dir(bare.join("infra")).expect("a folder can be made");
    std::fs::create_dir(bare.join("rules")).expect("a folder can be made");
    std::fs::write(bare.join("infra/main.tf"), DB).expect("a file can be written");
    fails(&case, &bare, "HEAD", "has no work tree");

    for (form, said) in
        [("object-format=sha256", "cannot be read: "), ("ref-format=reftable", "are kept as `reftable`")]
    {
        let other = case.path().join(form);
        std::fs::create_dir_all(other.join("infra")).expect("a folder can be made");
        if supports(&other, form) {
            std::fs::write(other.join("infra/main.tf"), DB).expect("a file can be written");
            commit(&other);
            fails(&case, &other, "HEAD", said);
        }
    }
}
