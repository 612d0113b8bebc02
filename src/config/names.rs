//! Which names in a folder are files of its module, in which order, and which are variable files.

use std::collections::BTreeSet;

/// The two languages that read `.tf` files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dialect {
    /// HashiCorp's Terraform; it passes over `.tofu` files.
    Terraform,
    /// OpenTofu; `x.tofu` hides `x.tf`.
    OpenTofu,
}

/// The module files of a folder, in the order of loading.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct ModuleNames {
    pub(crate) primary: Vec<String>,
    pub(crate) overrides: Vec<String>,
    /// Whether files of OpenTofu's own are among them.
    pub(crate) opentofu: bool,
}

impl ModuleNames {
    pub(crate) fn is_empty(&self) -> bool {
        self.primary.is_empty() && self.overrides.is_empty()
    }
}

/// Suffixes of module files: OpenTofu's own name, the common name that it hides, longest first.
const SUFFIXES: [&str; 4] = [".tofu.json", ".tf.json", ".tofu", ".tf"];

/// Stem and suffix of a module file's name.
fn split_module_name(name: &str) -> Option<(&str, &'static str)> {
    if is_ignored(name) {
        return None;
    }
    SUFFIXES.into_iter().find_map(|suffix| Some((name.strip_suffix(suffix)?, suffix)))
}

/// Names that editors leave behind.
fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}

/// What stands behind the name of a file of which another is made, by a template language or by hand.
const MADE_FROM: [&str; 15] = [
    "dist", "ejs", "erb", "example", "gotmpl", "hbs", "in", "j2", "jinja", "jinja2", "mustache", "sample", "template",
    "tmpl", "tpl",
];

/// The module file that is made of a file of that name before Terraform runs: `main.tf` of `main.tf.j2`.
pub(crate) fn made_from(name: &str) -> Option<&str> {
    let (made, suffix) = name.rsplit_once('.')?;
    (MADE_FROM.contains(&suffix) && is_module_file(made)).then_some(made)
}

/// Whether a name is that of a module file, in either dialect.
pub(crate) fn is_module_file(name: &str) -> bool {
    split_module_name(name).is_some()
}

/// Whether a file of that name is in JSON syntax.
pub(crate) fn is_json(name: &str) -> bool {
    name.ends_with(".json")
}

/// Whether Terraform reads a variable file of that name by itself.
pub(crate) fn is_automatic_variable_file(name: &str) -> bool {
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

/// Whether a name is that of a variable file.
pub(crate) fn is_variable_file(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// Picks the module files out of the names in a folder. Without a dialect, OpenTofu's files count where there are any.
pub(crate) fn module_names<'a>(names: impl IntoIterator<Item = &'a str>, dialect: Option<Dialect>) -> ModuleNames {
    let names: BTreeSet<&str> = names.into_iter().filter(|n| is_module_file(n)).collect();
    let mut found = ModuleNames::default();
    for name in &names {
        let Some((stem, suffix)) = split_module_name(name) else { continue };
        let is_tofu = suffix.starts_with(".tofu");
        if is_tofu && dialect == Some(Dialect::Terraform) {
            continue;
        }
        let is_hidden = !is_tofu
            && dialect != Some(Dialect::Terraform)
            && names.contains(&*format!("{stem}{}", suffix.replace(".tf", ".tofu")));
        if is_hidden {
            continue;
        }
        found.opentofu |= is_tofu;
        let is_override = stem == "override" || stem.ends_with("_override");
        let list = if is_override { &mut found.overrides } else { &mut found.primary };
        list.push((*name).to_owned());
    }
    found
}

/// The automatic variable files among the names in a folder, in the order in which later ones win.
pub(crate) fn automatic_variable_files<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found: Vec<&str> = names.into_iter().filter(|n| is_automatic_variable_file(n)).collect();
    let rank = |name: &str| match name {
        "terraform.tfvars" => 0,
        "terraform.tfvars.json" => 1,
        _ => 2,
    };
    found.sort_by_key(|name| (rank(name), *name));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], dialect: Option<Dialect>, primary: &[&str], overrides: &[&str]) {
        let found = module_names(names.iter().copied(), dialect);
        assert_eq!((found.primary, found.overrides), (to_strings(primary), to_strings(overrides)));
    }

    fn to_strings(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn module_files_are_told_by_their_suffix() {
        check(
            &["main.tf", "a.tf.json", "B.tf", "x.tf.bak", "readme.md", "t.tftest.hcl", "v.tfvars", "main.tf.json"],
            None,
            &["B.tf", "a.tf.json", "main.tf", "main.tf.json"],
            &[],
        );
    }

    #[test]
    fn what_editors_leave_behind_is_ignored() {
        check(&[".main.tf", "main.tf~", "#main.tf#", ".#main.tf", "#a.tf"], None, &["#a.tf"], &[]);
    }

    #[test]
    fn override_files_come_last() {
        check(
            &["override.tf", "b_override.tf", "a.tf", "override.tf.json", "my_overrides.tf", "c_override.tf.json"],
            None,
            &["a.tf", "my_overrides.tf"],
            &["b_override.tf", "c_override.tf.json", "override.tf", "override.tf.json"],
        );
    }

    #[test]
    fn opentofu_files_hide_their_namesakes() {
        let names = [
            "a.tf",
            "a.tofu",
            "b.tf",
            "c.tf.json",
            "c.tofu",
            "d.tf.json",
            "d.tofu.json",
            "override.tf",
            "override.tofu",
        ];
        let tofu = ["a.tofu", "b.tf", "c.tf.json", "c.tofu", "d.tofu.json"];
        check(&names, None, &tofu, &["override.tofu"]);
        check(&names, Some(Dialect::OpenTofu), &tofu, &["override.tofu"]);
        check(&names, Some(Dialect::Terraform), &["a.tf", "b.tf", "c.tf.json", "d.tf.json"], &["override.tf"]);
    }

    #[test]
    fn variable_files_are_ordered_by_precedence() {
        let names = [
            "z.auto.tfvars",
            "terraform.tfvars.json",
            "a.auto.tfvars.json",
            "prod.tfvars",
            "terraform.tfvars",
            "b.auto.tfvars",
        ];
        assert_eq!(
            automatic_variable_files(names),
            ["terraform.tfvars", "terraform.tfvars.json", "a.auto.tfvars.json", "b.auto.tfvars", "z.auto.tfvars"]
        );
    }
}
