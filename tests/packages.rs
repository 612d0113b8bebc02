//! The ways to install and run tfcheck: their files agree with each other, and their scripts work.

use std::fs;
use std::path::Path;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn every_file_names_this_version() {
    let check = |name: &str, line: &str| assert!(text(name).contains(line), "{name} does not have `{line}`");
    check("action.yml", &format!("default: \"{VERSION}\""));
    check("CHANGELOG.md", &format!("## {VERSION}"));
    check("docs/ci.md", &format!("rev: v{VERSION}"));
    check("docs/ci.md", &format!("tfcheck/tfcheck@v{VERSION}"));
    check("docs/ci.md", &format!("ghcr.io/tfcheck/tfcheck:{VERSION}"));
    check("docs/ci.md", &format!("tfcheck=={VERSION}"));
}

#[test]
fn the_image_is_built_with_the_oldest_rust_that_is_supported() {
    let line = format!("FROM rust:{}-alpine", env!("CARGO_PKG_RUST_VERSION"));
    assert!(text("Dockerfile").contains(&line), "the Dockerfile does not have `{line}`");
}

#[cfg(unix)]
mod scripts {
    use std::io::Write as _;
    use std::path::PathBuf;
    use std::process::{Command, Output};

    use tempfile::TempDir;

    use super::*;

    fn script(name: &str) -> Command {
        let mut command = Command::new("bash");
        command.arg(root().join("scripts").join(name));
        command
    }

    #[track_caller]
    fn shown(output: &Output, status: i32) -> String {
        let text = [&output.stdout[..], &output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert_eq!(output.status.code(), Some(status), "{text}");
        text
    }

    /// A repository with the hooks of this one, but for the binary that is there already in place of a build.
    fn hooks_without_build() -> TempDir {
        let hooks = TempDir::new().expect("a folder can be made");
        let text = text(".pre-commit-hooks.yaml").replace("minimum_pre_commit_version", "# minimum");
        let text = text.replace("language: rust", "language: system").replace("language: python", "language: system");
        let text = text.replace("entry: tfcheck", concat!("entry: ", env!("CARGO_BIN_EXE_tfcheck")));
        fs::write(hooks.path().join(".pre-commit-hooks.yaml"), text).expect("a file can be written");
        let git = |arguments: &[&str]| {
            let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
            let status = Command::new("git").args(identity).args(arguments).current_dir(hooks.path()).status();
            assert!(status.expect("git runs").success());
        };
        git(&["init", "--quiet"]);
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message", "hooks"]);
        hooks
    }

    #[test]
    fn pre_commit_gives_the_hooks_what_they_need() {
        if Command::new("pre-commit").arg("--version").output().is_err() {
            // Not through the macro, whose output the harness keeps to itself.
            let _ = writeln!(std::io::stderr(), "skipped: pre-commit is not installed (pip install pre-commit)");
            return;
        }
        let (hooks, home) = (hooks_without_build(), TempDir::new().expect("a folder can be made"));
        for hook in ["tfcheck", "tfcheck-bin"] {
            let mut command = script("try-pre-commit.sh");
            command.arg(hook).env("TFCHECK_HOOKS", hooks.path()).env("PRE_COMMIT_HOME", home.path());
            let out = shown(&command.output().expect("the script runs"), 0);
            assert!(out.contains(&format!("{hook}: ok")), "{out}");
        }
    }

    /// Runs the GitHub Action's script with these inputs on a folder with one finding in `infra`.
    fn act(folder: &Path, inputs: [(&str, &str); 4]) -> Output {
        fs::create_dir_all(folder.join("infra")).expect("a folder can be made");
        fs::write(folder.join("infra/main.tf"), "resource \"aws_db_instance\" \"a\" {\n  multi_az = false\n}\n")
            .expect("a file can be written");
        let mut command = script("run-action.sh");
        command.arg(env!("CARGO_BIN_EXE_tfcheck")).envs(inputs).env_remove("GITHUB_STEP_SUMMARY").current_dir(folder);
        command.output().expect("the script runs")
    }

    #[test]
    fn the_action_runs_what_its_inputs_say() {
        let folder = TempDir::new().expect("a folder can be made");
        let paths = ("INPUT_PATHS", "infra\n");
        let args = ("INPUT_ARGS", "--select=rds-multi-az\r\n\n--rules\nown rules\n");
        fs::create_dir(folder.path().join("own rules")).expect("a folder can be made");
        let none = act(folder.path(), [paths, args, ("INPUT_FORMAT", "github"), ("INPUT_SARIF", "")]);
        assert!(shown(&none, 2).contains("no rule file (.hcl) in `"), "arguments with spaces arrive whole");

        let args = ("INPUT_ARGS", "--select=rds-multi-az");
        let found = act(folder.path(), [paths, args, ("INPUT_FORMAT", "github"), ("INPUT_SARIF", "out.sarif")]);
        assert!(shown(&found, 1).starts_with("::error file=infra/main.tf,line=2"));
        let sarif = fs::read_to_string(folder.path().join("out.sarif")).expect("the SARIF file was written");
        assert!(sarif.contains("rds-multi-az"));

        let odd = [("INPUT_PATHS", "$(touch made)\n--strict"), args, ("INPUT_FORMAT", "github"), ("INPUT_SARIF", "")];
        shown(&act(folder.path(), odd), 2);
        assert!(!folder.path().join("made").exists(), "inputs are no commands");
    }

    /// A mirror that holds one release, packed as releases are.
    fn mirror() -> (TempDir, PathBuf) {
        let mirror = TempDir::new().expect("a folder can be made");
        let release = mirror.path().join("v9.9.9");
        let machine = Command::new("uname").arg("-m").output().expect("uname runs").stdout;
        let machine = String::from_utf8_lossy(&machine).trim().replace("arm64", "aarch64");
        let system = if cfg!(target_os = "macos") { "apple-darwin" } else { "unknown-linux-musl" };
        let target = format!("{machine}-{system}");
        let mut command = script("pack-release.sh");
        command.arg(&target).arg(&release).env("TFCHECK_BINARY", env!("CARGO_BIN_EXE_tfcheck"));
        shown(&command.output().expect("the script runs"), 0);
        (mirror, release.join(format!("tfcheck-{target}.tar.gz")))
    }

    #[test]
    fn what_is_packed_can_be_installed() {
        let (mirror, archive) = mirror();
        let folder = TempDir::new().expect("a folder can be made");
        let install = || {
            let mut command = script("install-release.sh");
            command.arg("9.9.9").arg(folder.path().join("bin"));
            command.env("TFCHECK_RELEASES", format!("file://{}", mirror.path().display()));
            command.output().expect("the script runs")
        };
        shown(&install(), 0);
        let version = Command::new(folder.path().join("bin/tfcheck")).arg("--version").output().expect("it runs");
        assert_eq!(shown(&version, 0), format!("tfcheck {VERSION}\n"));

        let mut bytes = fs::read(&archive).expect("the archive is there");
        bytes.push(0);
        fs::write(&archive, bytes).expect("a file can be written");
        assert!(shown(&install(), 1).contains("is not what the release says"));
    }

    #[test]
    fn an_archive_holds_the_manual_and_the_completions() {
        let (_mirror, archive) = mirror();
        let list = Command::new("tar").arg("-tzf").arg(&archive).output().expect("tar runs");
        let list = shown(&list, 0);
        for name in ["LICENSE-MIT", "README.md", "completions/tfcheck.zsh", "man/tfcheck.1", "man/tfcheck-why.1"] {
            assert!(list.lines().any(|line| line.ends_with(&format!("/{name}"))), "{name} is not in {list}");
        }
    }
}
