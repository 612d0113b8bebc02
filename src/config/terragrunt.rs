//! What Terragrunt's files say about folders: it generates backends, providers, inputs and whole files that cannot be
//! seen here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::source::normalize;
use crate::syntax::{Block, Document, Expr, ExprKind, TemplatePart};

/// Names of Terragrunt's files.
pub(crate) fn is_terragrunt_file(name: &str) -> bool {
    matches!(name, "terragrunt.hcl" | "root.hcl")
}

/// Names of files that Terragrunt's files may include: any with this suffix that is not made for something else.
pub(crate) fn may_be_included(name: &str) -> bool {
    const OTHERS: [&str; 6] =
        [".pkr.hcl", ".pkrvars.hcl", ".tftest.hcl", ".tofutest.hcl", ".tfmock.hcl", ".tfquery.hcl"];
    name.ends_with(".hcl") && !is_terragrunt_file(name) && !OTHERS.iter().any(|other| name.ends_with(other))
}

/// Where Terragrunt is at work.
#[derive(Debug, Default)]
pub(crate) struct Terragrunt {
    /// Folders with a file of Terragrunt's.
    folders: BTreeSet<PathBuf>,
    /// The folders that such files use.
    sources: Source,
    /// Those of `folders` whose files may write declarations into the folder that they are applied in.
    writers: BTreeSet<PathBuf>,
    /// The folders that the files of `writers` use.
    written: Source,
}

/// What one file of Terragrunt's says.
#[derive(Debug)]
pub(crate) struct TerragruntFile {
    folder: PathBuf,
    source: Source,
    /// Whether it writes declarations, here and in folders below.
    writes: bool,
    /// Whether it includes a file that is not one of those read here, which may hold whatever this one may.
    includes_others: bool,
}

/// What `source` says of the folder that is used.
#[derive(Debug, Default)]
struct Source {
    /// The folders that it names, one or the other.
    folders: BTreeSet<PathBuf>,
    /// Ends of such folders' paths, where a function call stands before them.
    ends: BTreeSet<PathBuf>,
    /// Whether it may be any folder.
    any: bool,
    /// Whether paths may be relative to another file, which includes the one they stand in.
    is_included: bool,
}

impl TerragruntFile {
    /// What a file of Terragrunt's in `folder` says.
    pub(crate) fn new(folder: &Path, document: &Document) -> TerragruntFile {
        let body = &document.body;
        let mut source = Source::default();
        source.add_blocks(folder, document);
        let unclear = body.attribute("generate").is_some() || !document.problems.is_empty();
        TerragruntFile {
            folder: folder.to_path_buf(),
            source,
            writes: unclear || body.blocks("generate").any(writes_declarations),
            includes_others: body.blocks("include").any(|block| !includes_what_is_read(block)),
        }
    }
}

impl Terragrunt {
    /// What all files of Terragrunt's say together.
    pub(crate) fn new(files: Vec<TerragruntFile>) -> Terragrunt {
        let mut all = Terragrunt::default();
        let of_writers = files.iter().filter(|file| file.writes).map(|file| file.folder.clone());
        let writers: BTreeSet<PathBuf> = of_writers.collect();
        for file in files {
            if file.includes_others || file.folder.ancestors().any(|above| writers.contains(above)) {
                all.written.merge(&file.source);
                all.writers.insert(file.folder.clone());
            }
            all.sources.merge(&file.source);
            all.folders.insert(file.folder);
        }
        all
    }

    /// Takes in what a file says that others may include. It governs no folder: it is where it is included.
    pub(crate) fn add_included(&mut self, folder: &Path, document: &Document) {
        let mut source = Source { is_included: true, ..Source::default() };
        source.add_blocks(folder, document);
        self.sources.merge(&source);
    }

    /// Whether there is any file of Terragrunt's.
    pub(crate) fn is_there(&self) -> bool {
        !self.folders.is_empty()
    }

    /// Whether a file of Terragrunt's uses the folder as its source.
    pub(crate) fn is_source(&self, folder: &Path) -> bool {
        self.sources.names(folder)
    }

    /// Whether a file of Terragrunt's lies in the folder itself, and may give values to its variables.
    pub(crate) fn is_unit(&self, folder: &Path) -> bool {
        self.folders.contains(folder)
    }

    /// Whether Terragrunt is at work in the folder: a file of its lies there or above, or uses the folder as source.
    pub(crate) fn governs(&self, folder: &Path) -> bool {
        self.is_source(folder) || folder.ancestors().any(|above| self.folders.contains(above))
    }

    /// Whether Terragrunt may write a file with declarations into the folder before Terraform sees it.
    pub(crate) fn may_declare(&self, folder: &Path) -> bool {
        self.written.any || self.written.names(folder) || folder.ancestors().any(|above| self.writers.contains(above))
    }
}

impl Source {
    fn add_blocks(&mut self, folder: &Path, document: &Document) {
        for block in document.body.blocks("terraform") {
            if let Some(written) = block.body.attribute("source") {
                self.add(folder, &written.expr);
            }
        }
    }

    fn add(&mut self, folder: &Path, expr: &Expr) {
        match &expr.kind {
            ExprKind::String(text) => {
                // A registry, a repository: what lies here is not meant.
                if !text.contains(':') {
                    self.folders.insert(normalize(&folder.join(without_query(text))));
                    if self.is_included {
                        self.ends.extend(end_of(text));
                    }
                }
            }
            ExprKind::Template(parts) => match &**parts {
                [TemplatePart::Interpolation(whole)] => self.add(folder, whole),
                // `"${get_repo_root()}//modules/vpc"`: only the end of the path is known.
                [TemplatePart::Interpolation(_), .., TemplatePart::Literal(text, _)] => {
                    let end = end_of(text);
                    self.any |= end.is_none();
                    self.ends.extend(end);
                }
                [TemplatePart::Literal(text, _), ..] if !text.starts_with('.') => {}
                _ => self.any = true,
            },
            ExprKind::Paren(inner) => self.add(folder, inner),
            ExprKind::Conditional(of) => {
                self.add(folder, &of.then);
                self.add(folder, &of.otherwise);
            }
            _ => self.any = true,
        }
    }

    fn merge(&mut self, other: &Source) {
        self.folders.extend(other.folders.iter().cloned());
        self.ends.extend(other.ends.iter().cloned());
        self.any |= other.any;
    }

    fn names(&self, folder: &Path) -> bool {
        let mut end = folder.components();
        self.folders.contains(folder)
            || std::iter::from_fn(|| end.next().map(|_| end.as_path())).any(|end| self.ends.contains(end))
    }
}

/// The end of a path whose beginning is not known.
fn end_of(text: &str) -> Option<PathBuf> {
    let end = normalize(Path::new(without_query(text).trim_start_matches('/')));
    let end: PathBuf = end.components().filter(|c| c.as_os_str() != "..").collect();
    end.components().next().is_some().then_some(end)
}

fn without_query(text: &str) -> &str {
    text.split_once('?').map_or(text, |(path, _)| path)
}

/// Whether an `include` block leads to a file above that is read here as well.
fn includes_what_is_read(block: &Block) -> bool {
    let Some(path) = block.body.attribute("path") else { return false };
    let mut expr: &Expr = &path.expr;
    while let ExprKind::Paren(inner) = &expr.kind {
        expr = inner;
    }
    if let ExprKind::Template(parts) = &expr.kind
        && let [TemplatePart::Interpolation(whole)] = &**parts
    {
        expr = whole;
    }
    let ExprKind::Call(call) = &expr.kind else { return false };
    &*call.name.text == "find_in_parent_folders"
        && match &*call.args {
            [] => true,
            [name] => matches!(&name.kind, ExprKind::String(name) if is_terragrunt_file(name)),
            _ => false,
        }
}

/// Whether the file that a `generate` block writes may declare something that is referred to. Most write providers and
/// backends, as a text that stands there.
fn writes_declarations(block: &Block) -> bool {
    let Some(contents) = block.body.attribute("contents") else { return true };
    match &contents.expr.kind {
        ExprKind::String(text) => text.lines().any(begins_declaration),
        ExprKind::Template(parts) => may_declare(parts, &mut true),
        _ => true,
    }
}

/// The same of a template; `at_start` is whether nothing stands on the line so far.
fn may_declare(parts: &[TemplatePart], at_start: &mut bool) -> bool {
    parts.iter().any(|part| match part {
        TemplatePart::Literal(text, _) => {
            let mut lines = text.split('\n');
            let rest_of_line = lines.next().unwrap_or_default();
            let found = *at_start && begins_declaration(rest_of_line) || lines.clone().any(begins_declaration);
            let last = lines.next_back();
            *at_start = (last.is_some() || *at_start) && last.unwrap_or(rest_of_line).trim().is_empty();
            found
        }
        // It may be worth whole blocks.
        TemplatePart::Interpolation(_) => std::mem::replace(at_start, false),
        TemplatePart::If(part) => {
            let mut other = *at_start;
            let found = may_declare(&part.then, at_start) || may_declare(&part.otherwise, &mut other);
            *at_start |= other;
            found
        }
        TemplatePart::For(part) => may_declare(&part.body, at_start),
    })
}

fn begins_declaration(line: &str) -> bool {
    let word = line.trim_start().split(|c: char| c.is_whitespace() || matches!(c, '"' | '{')).next();
    matches!(word, Some("variable" | "locals" | "data" | "resource" | "ephemeral" | "module"))
}

#[cfg(test)]
mod tests {
    use crate::config::testing::Tree;

    /// The folders of `files` that declare more than what stands there.
    fn generated(files: &[(&str, &str)]) -> Vec<String> {
        let modules = [("aws/app/main.tf", ""), ("aws/other/main.tf", ""), ("env/app/main.tf", "")];
        let config = Tree::new(&[&modules, files].concat()).load(&["."]);
        config.modules.values().filter(|m| m.generated).map(|m| m.name.to_string()).collect()
    }

    const VARIABLES: &str = "generate \"v\" {\n  path = \"v.tf\"\n  contents = file(\"v.tf\")\n}\n";
    const INCLUDE: &str = "include {\n  path = find_in_parent_folders()\n}\n";
    const SOURCE: &str = "terraform {\n  source = \"../../aws//app\"\n}\n";

    #[test]
    fn files_are_written_where_what_writes_them_is_applied() {
        let unit = format!("{INCLUDE}{SOURCE}");
        let of = |root: &str, unit: &str| generated(&[("env/root.hcl", root), ("env/prod/terragrunt.hcl", unit)]);
        let check = |root: &str, unit: &str, expected: &[&str]| assert_eq!(of(root, unit), expected, "{root}{unit}");
        check(VARIABLES, &unit, &["aws/app", "env/app"]);
        check("", &unit, &[]);
        check("", &format!("{VARIABLES}{SOURCE}"), &["aws/app"]);
        check("", VARIABLES, &[]);
        check("generate = local.files\n", &unit, &["aws/app", "env/app"]);
        // What cannot be read may say so as well.
        check("generate {\n", &unit, &["aws/app", "env/app"]);
        // A source that is not known may be any folder; one elsewhere is none.
        let from = |source: &str| format!("{INCLUDE}terraform {{\n  source = {source}\n}}\n");
        check(VARIABLES, &from("local.source"), &["aws/app", "aws/other", "env/app"]);
        check(VARIABLES, &from("\"${get_repo_root()}//aws/other\""), &["aws/other", "env/app"]);
        check(VARIABLES, &from("\"git::https://example.com/x.git//app\""), &["env/app"]);
        check(VARIABLES, &from("\"git::https://example.com/x.git//app?ref=${local.version}\""), &["env/app"]);
        check(VARIABLES, &from("\"../../aws/${local.name}\""), &["aws/app", "aws/other", "env/app"]);
        let either = "\"${local.released ? \"git::https://example.com/x.git//app\" : \"../../aws//app\"}\"";
        check(VARIABLES, &from(either), &["aws/app", "env/app"]);
    }

    #[test]
    fn included_files_that_are_not_read_may_write_files() {
        let check = |path: &str, expected: &[&str]| {
            let unit = format!("include \"x\" {{\n  path = {path}\n}}\n{SOURCE}");
            assert_eq!(generated(&[("env/prod/terragrunt.hcl", &unit)]), expected, "{path}");
        };
        check("find_in_parent_folders()", &[]);
        check("find_in_parent_folders(\"root.hcl\")", &[]);
        check("\"${find_in_parent_folders(\"root.hcl\")}\"", &[]);
        check("find_in_parent_folders(\"common.hcl\")", &["aws/app"]);
        check("\"../common.hcl\"", &["aws/app"]);
        check("local.path", &["aws/app"]);
    }

    #[test]
    fn providers_and_backends_are_no_declarations() {
        let check = |contents: &str, writes: bool| {
            let unit = format!("generate \"x\" {{\n  path = \"x.tf\"\n  contents = {contents}\n}}\n{SOURCE}");
            let expected: &[&str] = if writes { &["aws/app"] } else { &[] };
            assert_eq!(generated(&[("env/prod/terragrunt.hcl", &unit)]), expected, "{contents}");
        };
        check("\"\"", false);
        check("<<EOF\nprovider \"aws\" {\n  region = \"${local.region}\"\n}\nEOF\n", false);
        check("<<EOF\nprovider \"aws\" {}\nvariable \"x\" {}\nEOF\n", true);
        check("<<EOF\nprovider \"aws\" {\n  region = \"${local.region}\"\n}\nlocals {\n}\nEOF\n", true);
        check("<<EOF\nterraform {\n}\n${local.more}\nEOF\n", true);
        check("<<EOF\n%{ if local.dns }\nprovider \"aws\" {}\n%{ endif }\nEOF\n", false);
        check("<<EOF\n%{ if local.dns }\nprovider \"aws\" {}\n%{ endif }\ndata \"a\" \"b\" {}\nEOF\n", true);
        check("<<EOF\n%{ for x in local.all }\nvariable \"${x}\" {}\n%{ endfor }\nEOF\n", true);
        check("<<EOF\nlocals{\n}\nEOF\n", true);
        check("local.contents", true);
    }
}
