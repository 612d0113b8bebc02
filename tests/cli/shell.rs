use std::process::Command;

use super::run::Case;

#[test]
fn every_shell_has_its_script() {
    let check = |shell: &str, sign: &str| {
        let ran = Case::new(&[]).run(&["completions", shell]);
        assert_eq!(ran.status, 0, "{ran}");
        assert!(ran.out.contains(sign) && ran.out.contains("show-undecided"), "{ran}");
    };
    check("bash", "complete -F _tfcheck");
    check("elvish", "edit:completion:arg-completer[tfcheck]");
    check("fish", "complete -c tfcheck");
    check("powershell", "Register-ArgumentCompleter");
    check("zsh", "#compdef tfcheck");
}

#[test]
fn a_shell_that_is_none() {
    let ran = Case::new(&[]).run(&["completions", "vi"]);
    assert_eq!(ran.status, 2, "{ran}");
    assert!(ran.err.contains("[possible values: bash, elvish, fish, powershell, zsh]"), "{ran}");
}

#[cfg(unix)]
#[test]
fn bash_completes_with_it() {
    let case = Case::new(&[]);
    case.file("tfcheck.bash", case.run(&["completions", "bash"]).out.as_bytes());
    let check = |typed: &str, before: &str, expected: &[&str]| {
        let words = format!("tfcheck {before} {typed}");
        let script = format!(
            "source ./tfcheck.bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _tfcheck tfcheck '{typed}' '{before}'; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash").args(["-c", &script]).current_dir(case.path()).output();
        let output = output.expect("bash runs");
        let out = String::from_utf8_lossy(&output.stdout);
        assert_eq!(out.lines().collect::<Vec<_>>(), expected, "{}", String::from_utf8_lossy(&output.stderr));
    };
    check("exp", "", &["explain"]);
    check("--stat", "", &["--statistics"]);
    check("e", "--fail-on", &["error"]);
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let check = |arguments: &[&str], name: &str, sign: &str| {
        let ran = Case::new(&[]).run(&[&["man"], arguments].concat());
        assert_eq!(ran.status, 0, "{ran}");
        assert!(ran.out.contains(&format!(".TH {name} 1")) && ran.out.contains(sign), "{ran}");
    };
    check(&[], "tfcheck", "Exit status: 0 nothing");
    check(&[], "tfcheck", "\\fB\\-\\-fail\\-on\\fR");
    check(&["why"], "tfcheck-why", "\\fB\\-\\-dir\\fR");
    check(&["man"], "tfcheck-man", "Print the manual page");
}

#[test]
fn a_page_of_no_command() {
    let ran = Case::new(&[]).run(&["man", "explian"]);
    assert_eq!((ran.status, &*ran.err), (2, "error: there is no command `explian`\n  help: did you mean `explain`?\n"));
}
