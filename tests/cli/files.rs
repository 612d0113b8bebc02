//! What bears the name of a file and is none, and names and links that lead astray: checked around, named in the output,
//! nothing else lost.

use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::run::Case;

/// A resource with findings, and the first words of one of them.
const FINDING: (&str, &str) = ("main.tf", "resource \"aws_db_instance\" \"kept\" {\n  engine = \"postgres\"\n}\n");
const FOUND: &str = "main.tf:1:1: ";

fn case() -> Case {
    Case::new(&[FINDING])
}

/// Runs it, and gives up where it hangs.
fn output(case: &Case, arguments: &[&str]) -> String {
    let mut command = case.command(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let (mut out, mut err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    let out = std::thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).map(|_| text)
    });
    let start = Instant::now();
    while child.try_wait().expect("it can be waited for").is_none() {
        if start.elapsed() > Duration::from_secs(60) {
            child.kill().expect("it can be ended");
            panic!("hangs: {arguments:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut text = out.join().expect("no panic").expect("output is UTF-8");
    err.read_to_string(&mut text).expect("output is UTF-8");
    assert!(!text.contains("panicked"), "{text}");
    text
}

fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo runs");
    assert!(made.success());
}

fn check(case: &Case, arguments: &[&str], expected: &[&str]) {
    let text = output(case, arguments);
    for expected in expected {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn pipes_block_nothing_and_are_named() {
    let named = |name: &str| {
        let case = case();
        let path = case.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        pipe(&path);
        case
    };
    let checked = ["--format", "compact", "."];
    for (name, arguments) in [
        ("x.tf", &checked[..]),
        ("terraform.tfvars", &checked),
        ("envs/prod.tfvars", &checked),
        (".terraform/modules/modules.json", &checked),
        (".gitignore", &checked),
        ("deeper/.ignore", &checked),
        ("terragrunt.hcl", &checked),
    ] {
        check(&named(name), arguments, &[FOUND, &format!("{name}: error[unreadable-file]: this is a named pipe")]);
    }
    for (name, option) in
        [("s.hcl", "--config"), ("r.hcl", "--rules"), ("b.json", "--baseline"), ("v.tfvars", "--var-file")]
    {
        check(&named(name), &[option, name, "."], &[&format!("`{name}`: this is a named pipe, not a file")]);
    }
    check(&named(".tfcheck.hcl"), &["."], &["settings `.tfcheck.hcl`: this is a named pipe, not a file"]);
    check(&named("p.tf"), &["--format", "compact", "p.tf"], &["p.tf: error[unreadable-file]: this is a named pipe"]);
    check(
        &named("f"),
        &["eval", "try(file(\"f\"), 1)", "templatefile(\"f\", {})", "fileset(\".\", \"*\")"],
        &["main.tf"],
    );
}

#[test]
fn pipes_in_a_repository_are_not_opened() {
    for name in ["HEAD", "config", "packed-refs", "refs/heads/main", "refs/heads/work", "objects/info/alternates"] {
        let case = case();
        case.file(".git/HEAD", b"ref: refs/heads/main\n");
        let path = case.path().join(".git").join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        _ = std::fs::remove_file(&path);
        pipe(&path);
        check(&case, &["--new-since", "work...", "."], &[&format!("`{name}` is no plain file")]);
    }
}

#[test]
fn what_stands_below_an_unreadable_list_of_ignored_files_is_checked() {
    let case = case();
    case.file("a/ignored.tf", FINDING.1.as_bytes());
    case.file("a/b/c.tf", FINDING.1.as_bytes());
    case.file(".git/HEAD", b"");
    case.file(".gitignore", b"ignored.tf\n");
    pipe(&case.path().join("a/.gitignore"));
    check(&case, &["--format", "compact", "."], &[FOUND, "a/b/c.tf:1:1: ", "a/.gitignore: error[unreadable-file]"]);
}

#[test]
fn devices_are_not_read() {
    for name in ["x.tf", ".gitignore", ".tfcheck.hcl", "b.json"] {
        let case = case();
        symlink("/dev/zero", case.path().join(name)).expect("a link can be made");
        let baseline = if name == "b.json" { "b.json" } else { "other.json" };
        case.file("other.json", br#"{"version": 1, "findings": []}"#);
        check(&case, &["--format", "compact", "--baseline", baseline, "."], &[name]);
    }
}

#[test]
fn names_that_are_not_utf_8_are_told() {
    let case = case();
    let odd = std::ffi::OsStr::from_bytes(b"odd\xff.tf");
    let folder = case.path().join(std::ffi::OsStr::from_bytes(b"f\xff"));
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("in.tf"), FINDING.1).expect("a file");
    std::fs::write(case.path().join(odd), FINDING.1).expect("a file");
    let expected = ["odd\u{fffd}.tf: error[unreadable-file]: the name is not UTF-8", "f\u{fffd}/in.tf:1:1: ", FOUND];
    check(&case, &["--format", "compact", "."], &expected);
    let text = output(&case, &["eval", "fileset(\".\", \"*\")"]);
    assert!(text.contains("main.tf"), "{text}");
}

#[test]
fn links_out_of_the_checked_folders_are_not_followed() {
    let outside = Case::new(&[("x.tf", "s3cr3t = {"), ("x.tfvars", "s3cr3t = {"), ("m/main.tf", "s3cr3t = {")]);
    let link = |name: &str, target: &str| {
        let case = Case::new(&[FINDING, ("m/here.tf", ""), ("main2.tf", "module \"m\" {\n  source = \"./m\"\n}\n")]);
        let path = case.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        symlink(outside.path().join(target), path).expect("a link can be made");
        case
    };
    let modules = r#"{"Modules":[{"Key":"far","Source":"a/b/c","Dir":".terraform/modules/far"}]}"#;
    for (name, target) in [
        ("x.tf", "x.tf"),
        ("m/x.tf", "x.tf"),
        ("terraform.tfvars", "x.tfvars"),
        ("prod.tfvars", "x.tfvars"),
        ("envs/prod.tfvars", "x.tfvars"),
        (".terraform/modules/far/x.tf", "x.tf"),
    ] {
        let case = link(name, target);
        case.file("far.tf", b"module \"far\" {\n  source = \"a/b/c\"\n}\n");
        case.file(".terraform/modules/modules.json", modules.as_bytes());
        case.file(".terraform/modules/far/main.tf", b"");
        for arguments in [&["."][..], &["x.tf", "main.tf"], &["eval", "var.s3cr3t"], &["why", "s3cr3t"]] {
            let text = output(&case, arguments).replace("`s3cr3t`", "").replace("var.s3cr3t", "");
            assert!(!text.contains("s3cr3t"), "{name} {arguments:?}\n{text}");
        }
    }
}

#[test]
fn links_in_circles_come_to_an_end() {
    let case = case();
    symlink(".", case.path().join("self")).expect("a link");
    symlink("b.tf", case.path().join("a.tf")).expect("a link");
    symlink("a.tf", case.path().join("b.tf")).expect("a link");
    symlink("nowhere.tf", case.path().join("gone.tf")).expect("a link");
    std::fs::create_dir(case.path().join("folder.tf")).expect("a folder");
    let expected = [FOUND, "a.tf: ", "b.tf: ", "gone.tf: ", "folder.tf: warning[unreadable-file]: this is a folder"];
    check(&case, &["--format", "compact", "."], &expected);
    let expected = ["settings `.tfcheck.hcl`"];
    symlink("nowhere", case.path().join(".tfcheck.hcl")).expect("a link");
    check(&case, &["--format", "compact", "."], &expected);
}

#[test]
fn texts_that_are_not_plain_text() {
    for (bytes, expected) in [
        (&b""[..], ""),
        (b"\xef\xbb\xbflocals {}\n", ""),
        (b"\xff\xfel\0o\0", "odd.tf: error[unreadable-file]: the file is UTF-16"),
        (b"locals {\0}\n", "odd.tf: error[unreadable-file]: the file holds a NUL byte in line 1"),
        (b"locals {\n\xe9}\n", "odd.tf: error[unreadable-file]: the file is not UTF-8 text: line 2"),
        (b"locals {\r a = 1\r}\r", "odd.tf:1:"),
    ] {
        let case = case();
        case.file("odd.tf", bytes);
        check(&case, &["--format", "compact", "."], &[FOUND, expected]);
        let case = Case::new(&[FINDING]);
        case.file("terraform.tfvars", bytes);
        let expected = expected.replace("odd.tf", "terraform.tfvars");
        check(&case, &["--format", "compact", "."], &[FOUND, &expected]);
    }
}

#[test]
fn functions_read_what_is_checked_and_nothing_else() {
    let root = "locals {\n  name = trimspace(file(\"../common/name\"))\n}\nresource \"aws_sqs_queue\" \"a\" {\n  name = local.name\n}\n";
    let case =
        Case::new(&[("infra/a/main.tf", root), ("infra/common/name", "orders\n"), ("infra/.git/name", "orders")]);
    let worth = |checked: &str| case.run(&["why", "aws_sqs_queue.a.name", "--dir", checked]).out;
    assert!(worth("infra").contains("\"orders\""), "{}", worth("infra"));
    assert!(worth("infra/a").contains("= (not known)"), "{}", worth("infra/a"));
    case.file("infra/a/main.tf", root.replace("common", ".git").as_bytes());
    assert!(worth("infra").contains("= (not known)"), "{}", worth("infra"));
}
