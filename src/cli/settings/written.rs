//! `.tfcheck.hcl` as written: every value with its place. What the names in it mean is found by [`super::resolve`].

use std::path::PathBuf;
use std::sync::Arc;

use super::reader::{Reader, RuleItem};
use crate::cli::args::FailOnArg;
use crate::config::MOST_ENVIRONMENTS;
use crate::rules::{Day, Severity};
use crate::source::{Problem, SourceFile, Span};
use crate::syntax::{Block, Document, Expr, Ident};

/// A value and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cli) struct Placed<T> {
    pub value: T,
    pub span: Span,
}

/// A settings file; nothing in it where there is none.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct Written {
    /// The file.
    pub file: Option<Arc<SourceFile>>,
    /// Its text as a tree.
    pub document: Option<Arc<Document>>,
    /// The folder that its paths are relative to.
    pub folder: PathBuf,
    pub fail_on: Option<Placed<FailOnArg>>,
    pub min_severity: Option<Placed<Severity>>,
    /// Further rule files and folders.
    pub rules: Vec<Ident>,
    pub select: Vec<Ident>,
    pub ignore: Vec<Ident>,
    /// Severities by rule.
    pub severities: Vec<(Ident, Placed<Severity>)>,
    pub respect_other_tools: bool,
    pub baseline: Option<Ident>,
    /// `ignore "…" { … }`
    pub exemptions: Vec<ExemptionBlock>,
    /// `rule "…" { … }`
    pub rule_blocks: Vec<RuleBlock>,
    /// `environment "…" { … }`
    pub environments: Vec<EnvironmentBlock>,
}

/// `ignore "rule-or-category" { … }`
#[derive(Clone, Debug)]
pub(in crate::cli) struct ExemptionBlock {
    pub selector: Ident,
    pub paths: Vec<Ident>,
    pub addresses: Vec<Ident>,
    pub environments: Vec<Ident>,
    pub reason: Option<Ident>,
    pub until: Option<Placed<Day>>,
}

/// `rule "id" { … }`
#[derive(Clone, Debug)]
pub(in crate::cli) struct RuleBlock {
    pub id: Ident,
    pub severity: Option<Placed<Severity>>,
    pub enabled: Option<bool>,
    /// Thresholds.
    pub settings: Vec<(Ident, Arc<Expr>)>,
}

/// `environment "name" { … }`
#[derive(Clone, Debug)]
pub(in crate::cli) struct EnvironmentBlock {
    pub name: Ident,
    pub var_files: Vec<Ident>,
    pub vars: Vec<(Ident, Arc<Expr>)>,
    pub workspace: Option<Ident>,
    pub production: Option<bool>,
}

/// What can be set, in the order in which it is shown.
pub(super) const ARGUMENTS: [&str; 8] =
    ["fail_on", "min_severity", "rules", "select", "ignore", "severity", "respect_other_tools", "baseline"];
const BLOCKS: [&str; 3] = ["ignore", "rule", "environment"];
const IGNORE_ARGUMENTS: [&str; 5] = ["paths", "addresses", "environments", "reason", "until"];
const ENVIRONMENT_ARGUMENTS: [&str; 4] = ["var_files", "vars", "workspace", "production"];

/// More exemptions than this are a mistake, each of their addresses and environments counted like one.
const MOST_EXEMPTIONS: usize = 5_000;
/// Nor may they have more paths, or so many bytes of them in all: one of twenty bytes is compiled to some 20 KB.
const MOST_PATHS: usize = 5_000;
const MOST_PATH_BYTES: usize = 128 << 10;

/// Reads a settings file; also every mistake in its form.
pub(super) fn read(file: Arc<SourceFile>, document: Document, folder: PathBuf) -> (Written, Vec<Problem>) {
    let mut reader = Reader::new(&document);
    let body = &*document.body;
    reader.names(body, "a settings file", &ARGUMENTS, &BLOCKS);
    let attribute = |name| body.attribute(name);
    let mut written = Written {
        fail_on: attribute("fail_on").and_then(|a| reader.fail_on(a)),
        min_severity: attribute("min_severity").and_then(|a| reader.severity(a)),
        rules: reader.texts(attribute("rules")),
        select: reader.texts(attribute("select")),
        ignore: reader.texts(attribute("ignore")),
        severities: attribute("severity").map(|a| reader.severities(a)).unwrap_or_default(),
        respect_other_tools: attribute("respect_other_tools").and_then(|a| reader.boolean(a)).unwrap_or_default(),
        baseline: attribute("baseline").and_then(|a| reader.text(a)),
        exemptions: body.blocks("ignore").filter_map(|b| exemption(&mut reader, b)).collect(),
        rule_blocks: body.blocks("rule").filter_map(|b| rule(&mut reader, b)).collect(),
        environments: body.blocks("environment").filter_map(|b| environment(&mut reader, b)).collect(),
        file: Some(file),
        document: None,
        folder,
    };
    written.too_many(&mut reader);
    written.said_twice(&mut reader);
    let mut problems = reader.problems;
    problems.sort_by_key(|p| p.label.as_ref().map(|l| l.span));
    (Written { document: Some(Arc::new(document)), ..written }, problems)
}

fn exemption(reader: &mut Reader, block: &Block) -> Option<ExemptionBlock> {
    let body = &*block.body;
    reader.names(body, "`ignore`", &IGNORE_ARGUMENTS, &[]);
    let selector = reader.label(block)?;
    Some(ExemptionBlock {
        selector,
        paths: reader.texts(body.attribute("paths")),
        addresses: reader.texts(body.attribute("addresses")),
        environments: reader.texts(body.attribute("environments")),
        reason: body.attribute("reason").and_then(|a| reader.text(a)),
        until: body.attribute("until").and_then(|a| reader.day(a)),
    })
}

/// What else a `rule` block holds are thresholds, which only the rule knows.
fn rule(reader: &mut Reader, block: &Block) -> Option<RuleBlock> {
    let body = &*block.body;
    reader.blocks(body, "`rule`", &[], &[]);
    let id = reader.label(block)?;
    let mut found = RuleBlock { id, severity: None, enabled: None, settings: Vec::new() };
    for attribute in &body.attributes {
        match reader.rule_item(attribute) {
            RuleItem::Severity(severity) => found.severity = severity,
            RuleItem::Enabled(enabled) => found.enabled = enabled,
            RuleItem::Setting => found.settings.push((attribute.name.clone(), attribute.expr.clone())),
        }
    }
    Some(found)
}

fn environment(reader: &mut Reader, block: &Block) -> Option<EnvironmentBlock> {
    let body = &*block.body;
    reader.names(body, "an environment", &ENVIRONMENT_ARGUMENTS, &[]);
    let name = reader.label(block)?;
    Some(EnvironmentBlock {
        name,
        var_files: reader.texts(body.attribute("var_files")),
        vars: body.attribute("vars").map(|a| reader.entries(a)).unwrap_or_default(),
        workspace: body.attribute("workspace").and_then(|a| reader.text(a)),
        production: body.attribute("production").and_then(|a| reader.boolean(a)),
    })
}

impl Written {
    /// The further rule files and folders, as paths.
    pub(in crate::cli) fn rule_files(&self) -> Vec<PathBuf> {
        self.rules.iter().map(|path| self.folder.join(&*path.text)).collect()
    }

    /// Everything is evaluated in each environment, and each finding is held against each exemption.
    fn too_many(&mut self, reader: &mut Reader) {
        if let Some(first) = self.environments.get(MOST_ENVIRONMENTS) {
            reader.too_many(&first.name, format!("more than {MOST_ENVIRONMENTS} environments are not evaluated"));
        }
        let (mut names, mut paths, mut bytes) = (0, 0, 0);
        let mut fits = |exemption: &ExemptionBlock| {
            names += 1 + exemption.addresses.len() + exemption.environments.len();
            paths += exemption.paths.len();
            bytes += exemption.paths.iter().map(|path| path.text.len()).sum::<usize>();
            if names > MOST_EXEMPTIONS {
                Err(format!("`ignore` blocks with more than {MOST_EXEMPTIONS} names in all are not taken"))
            } else if paths > MOST_PATHS || bytes > MOST_PATH_BYTES {
                let most = MOST_PATH_BYTES >> 10;
                Err(format!("`ignore` blocks with more than {MOST_PATHS} paths or {most} KiB of them are not taken"))
            } else {
                Ok(())
            }
        };
        let beyond = self.exemptions.iter().enumerate().find_map(|(at, block)| Some((at, fits(block).err()?)));
        if let Some((first, message)) = beyond {
            reader.too_many(&self.exemptions[first].selector, message);
            self.exemptions.truncate(first);
        }
    }

    /// Names that occur twice, of which only one could count.
    fn said_twice(&self, reader: &mut Reader) {
        reader.unique(self.environments.iter().map(|e| &e.name), "environment");
        reader.unique(self.rule_blocks.iter().map(|r| &r.id), "rule");
        let in_blocks = self.rule_blocks.iter().filter(|r| r.severity.is_some()).map(|r| &r.id);
        reader.unique(self.severities.iter().map(|(rule, _)| rule).chain(in_blocks), "severity of rule");
        if self.environments.is_empty() {
            return;
        }
        let known = || self.environments.iter().map(|e| &*e.name.text);
        for name in self.exemptions.iter().flat_map(|e| &e.environments) {
            if !name.text.contains('*') && !known().any(|k| k == &*name.text) {
                reader.unknown(name, format!("there is no environment `{}`", name.text), known());
            }
        }
    }
}
