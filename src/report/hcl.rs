//! What to write, as HCL: the one place where reports turn fixes into text.

use crate::rules::{Fix, FixedValue};

/// The lines a fix asks for: arguments first, aligned as `terraform fmt` does, then blocks.
pub fn fix_lines(fix: &Fix) -> Vec<String> {
    let mut lines = arguments(&fix.set.iter().map(|v| (steps(v), v)).collect::<Vec<_>>());
    if let Some(text) = &fix.text {
        lines.extend(dedented(text));
    }
    lines
}

type Argument<'a> = (Vec<&'a str>, &'a FixedValue);

/// The path without positions: which of several blocks is meant is said elsewhere, and HCL cannot write it.
fn steps(value: &FixedValue) -> Vec<&str> {
    value.path.split('.').map(|step| step.split('[').next().unwrap_or(step)).filter(|s| !s.is_empty()).collect()
}

fn arguments(set: &[Argument<'_>]) -> Vec<String> {
    let own: Vec<_> = set.iter().filter(|(path, _)| path.len() == 1).collect();
    let width = own.iter().map(|(path, _)| path[0].len()).max().unwrap_or(0);
    let mut lines: Vec<String> = own.iter().flat_map(|(path, v)| argument(path[0], width, &v.hcl)).collect();

    let mut blocks: Vec<&str> = set.iter().filter(|(path, _)| path.len() > 1).map(|(path, _)| path[0]).collect();
    blocks.dedup();
    for block in blocks {
        let inner: Vec<Argument<'_>> = set
            .iter()
            .filter(|(path, _)| path.len() > 1 && path[0] == block)
            .map(|(path, v)| (path[1..].to_vec(), *v))
            .collect();
        match arguments(&inner).as_slice() {
            [line] => lines.push(format!("{block} {{ {line} }}")),
            inner => {
                lines.push(format!("{block} {{"));
                lines.extend(inner.iter().map(|line| format!("  {line}")));
                lines.push("}".to_owned());
            }
        }
    }
    lines
}

fn argument(name: &str, width: usize, value: &str) -> Vec<String> {
    let mut lines = value.lines();
    let first = format!("{name:width$} = {}", lines.next().unwrap_or_default());
    std::iter::once(first).chain(lines.map(str::to_owned)).collect()
}

/// The lines of a text without the indentation that all of them share, and without empty lines around.
pub fn dedented(text: &str) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let shared = text.lines().filter(|l| !l.trim().is_empty()).map(indent).min().unwrap_or(0);
    let cut = |line: &str| line.get(shared..).unwrap_or_default().trim_end().to_owned();
    let lines: Vec<String> = text.trim_matches('\n').lines().map(cut).collect();
    let empty = |l: &&String| l.is_empty();
    let (start, end) = (lines.iter().take_while(empty).count(), lines.iter().rev().take_while(empty).count());
    lines.get(start..lines.len() - end).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(set: &[(&str, &str)], text: Option<&str>) -> Fix {
        let value = |(path, hcl): &(&str, &str)| FixedValue {
            path: (*path).into(),
            hcl: (*hcl).to_owned(),
            json: serde_json::Value::Null,
        };
        Fix { set: set.iter().map(value).collect(), text: text.map(Into::into), ..Fix::default() }
    }

    #[test]
    fn fixes_are_written_as_terraform_fmt_would() {
        let check = |set: &[(&str, &str)], text, expected: &[&str]| {
            assert_eq!(fix_lines(&fix(set, text)), expected);
        };
        check(&[("multi_az", "true")], None, &["multi_az = true"]);
        check(&[("a", "1"), ("long_name", "\"x\"")], None, &["a         = 1", "long_name = \"x\""]);
        check(&[("vpc_config.public", "false")], None, &["vpc_config { public = false }"]);
        check(&[("v[0].a", "1"), ("v[0].bc", "2"), ("x", "3")], None, &["x = 3", "v {", "  a  = 1", "  bc = 2", "}"]);
        check(
            &[],
            Some("\n    lifecycle {\n      prevent_destroy = true\n    }\n  "),
            &["lifecycle {", "  prevent_destroy = true", "}"],
        );
        check(&[], None, &[]);
    }
}
