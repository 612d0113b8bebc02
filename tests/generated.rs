//! Text that is made from the rules and from what tfcheck prints: the README's table and example, the pages below
//! `docs/rules`, the list of functions. `TFCHECK_BLESS=1` rewrites it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use tfcheck::report::{listing, page};
use tfcheck::rules::{Catalog, RuleInfo, functions};
use tfcheck::source::SourceMap;
use tfcheck::syntax::ExprKind;

fn infos() -> Vec<RuleInfo> {
    let sources = SourceMap::new();
    Catalog::embedded(&sources).infos()
}

/// Compares a file with what it should be, or rewrites it.
#[track_caller]
fn check(path: &str, expected: &str) {
    if std::env::var_os("TFCHECK_BLESS").is_some() {
        if let Some(folder) = Path::new(path).parent() {
            std::fs::create_dir_all(folder).expect("a folder");
        }
        std::fs::write(path, expected).expect("a place for the file");
        return;
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(without_times(&kept) == without_times(expected), "{path} is out of step: TFCHECK_BLESS=1 rewrites it");
}

/// How long a run took is no part of what is compared.
fn without_times(text: &str) -> String {
    let took = regex::Regex::new(r"\(\d+(\.\d+)? m?s\)").expect("a pattern");
    took.replace_all(text, "(… ms)").into_owned()
}

/// The text between two marks replaced.
fn between(text: &str, name: &str, new: &str) -> String {
    let (start, end) = (format!("<!-- {name}: generated -->\n"), format!("<!-- end of {name} -->"));
    let from = text.find(&start).expect("the mark that begins the part") + start.len();
    let to = text.find(&end).expect("the mark that ends the part");
    format!("{}{new}{}", &text[..from], &text[to..])
}

#[test]
fn the_readme_shows_what_tfcheck_prints_and_which_rules_there_are() {
    let readme = std::fs::read_to_string("README.md").expect("a README");
    let rules = infos();
    let mut table = String::from("| Rule | Severity | What it finds |\n|---|---|---|\n");
    for rule in &rules {
        let severity = serde_json::to_value(rule.severity).expect("a word");
        let severity = severity.as_str().unwrap_or_default();
        let title = rule.title.replace("|", "\\|");
        let _ = writeln!(table, "| [`{0}`](docs/rules/{1}.md#{0}) | {severity} | {title} |", rule.id, rule.service);
    }
    let new = between(&readme, "rules", &table);
    let new = between(&new, "example", &format!("```text\n{}```\n", example()));
    check("README.md", &new);
}

/// The beginning and the end of what the README's command prints.
fn example() -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_tfcheck"))
        .args(["fixtures/showcase", "--color", "never"])
        .env_clear()
        .env("LANG", "C.UTF-8")
        .env("COLUMNS", "100")
        .output()
        .expect("tfcheck runs");
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    let text = String::from_utf8(run.stdout).expect("text");
    let diagnostics: Vec<&str> = text.split("\n\n").collect();
    let (last, first) = diagnostics.split_last().expect("output");
    let shown: Vec<_> = first.iter().filter(|d| SHOWN.iter().any(|rule| d.starts_with(rule))).collect();
    let mut out: String = shown.iter().map(|d| format!("{}\n\n", d.trim_matches('\n'))).collect();
    let left = first.len() - shown.len();
    let _ = write!(out, "… {left} more …\n\n{}\n", last.trim_end());
    out
}

/// The findings that the README shows.
const SHOWN: [&str; 3] =
    ["error[rds-multi-az]", "warning[eks-node-pod-density]", "error[sqs-visibility-timeout-below-lambda-timeout]"];

#[test]
fn every_service_has_its_page() {
    let mut pages: BTreeMap<String, String> = BTreeMap::new();
    for rule in infos() {
        let page = pages.entry(rule.service.to_string()).or_insert_with(|| format!("# {}\n", rule.service));
        let _ = write!(page, "\n## {}\n\n{}\n", rule.id, page::markdown(&rule));
        for (word, name) in [("Reported", "fail"), ("Fine", "pass")] {
            if let Some(block) = first_block(&rule, name) {
                let _ = write!(page, "\n{word}:\n\n```hcl\n{block}\n```\n");
            }
        }
    }
    for (service, page) in &pages {
        check(&format!("docs/rules/{service}.md"), page);
    }
    let kept = std::fs::read_dir("docs/rules").expect("the pages");
    for entry in kept {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        let known = name.strip_suffix(".md").is_some_and(|service| pages.contains_key(service));
        assert!(known || name == "README.md", "docs/rules/{name} belongs to no rule");
    }
}

/// The first block of a rule's fixture, without marks.
fn first_block(rule: &RuleInfo, name: &str) -> Option<String> {
    let folder = format!("fixtures/{}/{}", rule.service, rule.id);
    let paths = [format!("{folder}/{name}.tf"), format!("{folder}/{name}/main.tf")];
    let text = paths.iter().find_map(|path| std::fs::read_to_string(path).ok())?;
    let mark = regex::Regex::new(r" *# expect: [a-z0-9-, ]+").expect("a pattern");
    let text = mark.replace_all(&text, "");
    let mut block: Vec<&str> = Vec::new();
    for line in text.lines() {
        match block.is_empty() && (line.trim().is_empty() || line.starts_with('#')) {
            true => continue,
            false => block.push(line),
        }
        if line == "}" {
            break;
        }
    }
    (!block.is_empty()).then(|| block.join("\n"))
}

#[test]
fn the_functions_of_rules_are_listed() {
    let mut out =
        String::from("# Functions of the rule language\n\nAll of Terraform's functions, and these of its own.\n");
    for function in functions::all() {
        let _ = write!(out, "\n## `{}({})`\n\n{}\n", function.name, function.params, function.description);
    }
    let sources = SourceMap::new();
    let mut declared = Catalog::embedded(&sources).declared_functions();
    declared.sort_by(|a, b| a.name.text.cmp(&b.name.text));
    out.push_str("\n# Functions that tfcheck's own rules share\n");
    for function in declared {
        let params: Vec<&str> = function.params.iter().map(|p| &*p.text).collect();
        let words = match function.description.as_ref().map(|a| &a.expr.kind) {
            Some(ExprKind::String(words)) => words.trim(),
            _ => "",
        };
        let _ = write!(out, "\n## `{}({})`\n\n{words}\n", function.name.text, params.join(", "));
    }
    check("docs/rule-functions.md", &out);
}

#[test]
fn the_list_of_rules_prints_as_markdown() {
    let rules = infos();
    assert_eq!(listing::markdown(&rules).lines().count(), rules.len() + 2);
}
