//! From a loaded root to its infra: inputs gathered, the program evaluated, the graph built.

use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Infra, RootFacts, build};
use crate::config::{Config, Declared, Root, RootStanding, Variable, VariableFile};
use crate::eval::program::Inputs;
use crate::eval::{Common, Program, RootHost, inputs};
use crate::facts;
use crate::source::{Problem, ProblemKind, Sandbox, shown_path};
use crate::syntax::Text;

/// What is chosen for one analysis of a root.
#[derive(Clone, Debug, Default)]
pub struct AnalysisOptions {
    /// The environment, where one was chosen, and whether it is one of development, test and the like.
    pub environment: Option<(Text, bool)>,
    /// Variable files of the environment; stronger than the root's own, weaker than the command line.
    pub var_files: Vec<Arc<VariableFile>>,
    /// `terraform.workspace`, where it was chosen.
    pub workspace: Option<Text>,
    /// Whether the variables of a reusable module without callers have their defaults all the same: for questions about
    /// the module itself.
    pub keep_defaults: bool,
    /// What somebody asks for.
    pub wanted: Wanted,
}

/// In which modules variables and outputs become instances: there may be very many, each time a module is called, and
/// mostly no rule looks at them. `None` where nobody asks for any.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Where variables do.
    pub variables: Option<Within>,
    /// Where outputs do; those of root modules always do.
    pub outputs: Option<Within>,
}

impl Default for Wanted {
    /// Everything.
    fn default() -> Wanted {
        Wanted { variables: Some(Within::Everywhere), outputs: Some(Within::Everywhere) }
    }
}

/// Some of the modules; each holds those before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Within {
    /// Root modules with variable files of several environments.
    Environments,
    /// Root modules.
    Roots,
    /// All modules.
    #[default]
    Everywhere,
}

impl Within {
    /// Whether a module is one of them: a root module or not, of a root with several environments or not.
    pub fn holds(self, is_root: bool, several_environments: bool) -> bool {
        match self {
            Within::Environments => is_root && several_environments,
            Within::Roots => is_root,
            Within::Everywhere => true,
        }
    }
}

/// The folders that functions of a configuration may read: the checked ones and those of all root modules and modules.
pub fn sandbox(config: &Config) -> Arc<Sandbox> {
    let roots = config.roots.iter().map(|root| root.dir.as_path());
    let checked = config.checked.iter().map(PathBuf::as_path);
    let modules = config.modules.keys().map(PathBuf::as_path);
    Arc::new(Sandbox::new(checked).and(roots.chain(modules)).knowing(config.real_paths.clone()))
}

/// Evaluates a root and builds its graph. Problems of the evaluation are returned beside it.
pub fn analyze<'c>(
    config: &'c Config,
    root: &'c Root,
    sandbox: &Arc<Sandbox>,
    options: &AnalysisOptions,
) -> (Program<'c>, Infra, Vec<Problem>) {
    analyze_beside(&Common::default(), config, root, sandbox, options)
}

/// The same for one of several roots of a configuration, which share what they have in common.
pub fn analyze_beside<'c>(
    common: &Common,
    config: &'c Config,
    root: &'c Root,
    sandbox: &Arc<Sandbox>,
    options: &AnalysisOptions,
) -> (Program<'c>, Infra, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut inputs = inputs::gather(&config.sources, &config.inputs, root, &options.var_files, &mut problems);
    // Where state is kept elsewhere, workspaces are how one configuration serves several environments.
    let plain = options.keep_defaults || (!root.has_backend && root.standing == RootStanding::Root);
    inputs.workspace = options.workspace.clone().or_else(|| plain.then(|| "default".into()));
    let are_defaults_known = root.standing == RootStanding::Root && !root.has_unread_values;
    inputs.ignore_defaults = !are_defaults_known && !options.keep_defaults;
    inputs.elsewhere = config.copied.clone();
    let evaluate = |inputs: Inputs| {
        let host = RootHost::new(&root.dir, sandbox.clone(), config.sources.clone());
        let host = host.with_secrets(facts::is_secret).with_known(|ty| facts::schema(ty).is_some());
        let program = Program::beside(common, root, inputs, host);
        let infra = build(&program, facts_of(config, root, options), options.wanted, &config.clock);
        let problems = program.take_problems();
        (program, infra, problems)
    };
    let (program, infra, mut found) = evaluate(inputs.clone());
    let hangs_on_values = |p: &Problem| matches!(p.kind, ProblemKind::Evaluation | ProblemKind::FailedCondition);
    let may_differ = || program.has_unfit_default() || gets_values_elsewhere(root, &inputs);
    if !inputs.ignore_defaults && !options.keep_defaults && found.iter().any(hangs_on_values) && may_differ() {
        // Whoever applies it gives other values: only what does not hang on a default is a fault.
        let (.., certain) = evaluate(Inputs { ignore_defaults: true, ..inputs });
        let place = |p: &Problem| p.label.as_ref().map(|label| label.span);
        let certain: FxHashSet<_> = certain.iter().map(place).collect();
        found.retain(|problem| !hangs_on_values(problem) || certain.contains(&place(problem)));
    }
    problems.extend(found);
    (program, infra, problems)
}

/// Whether variables of a root get values that are not to be seen: from where its runs take place, or since it asks for
/// some that nothing here sets.
fn gets_values_elsewhere(root: &Root, inputs: &Inputs) -> bool {
    let variables = &root.module.module.variables;
    let mut all = variables.each();
    let is_open = |of: Declared<'_, Variable>| of.declared.default.is_none() && !inputs.variables.contains_key(of.name);
    has_remote_variables(root) || all.any(is_open)
}

/// Whether the workspace of a root's runs sets variables.
fn has_remote_variables(root: &Root) -> bool {
    let settings = &root.module.module.settings;
    settings.cloud.is_some() || settings.backend.as_ref().is_some_and(|b| &*b.kind.text == "remote")
}

fn facts_of(config: &Config, root: &Root, options: &AnalysisOptions) -> RootFacts {
    let checked = config.checked_folder(root);
    let neighbours = config.neighbours(root);
    RootFacts {
        folder: root.name.clone(),
        path: shown_path(&root.dir, checked).into(),
        backend_elsewhere: neighbours.with_backend > usize::from(root.has_backend),
        backend_usual: neighbours.with_backend * 2 >= neighbours.applied,
        first: neighbours.first.as_ref() == Some(&root.dir),
        state_buckets: neighbours.state_buckets.clone(),
        library: root.standing == RootStanding::Library,
        remote_variables: has_remote_variables(root),
        has_backend: root.has_backend,
        has_lock_file: root.lock_file.is_some(),
        generated: root.generated,
        several_environments: root.environments.len() > 1,
        environment: options.environment.as_ref().map(|(name, _)| name.clone()),
        nonproduction: options.environment.as_ref().is_some_and(|(_, nonproduction)| *nonproduction),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::config::testing::Tree;

    #[test]
    fn nothing_is_kept_of_a_program_that_is_gone() {
        let tree = Tree::new(&[
            ("main.tf", "module \"a\" {\n  source = \"./a\"\n  count = 2\n}\nlocals {\n  x = module.a[0].id\n}\n"),
            (
                "a/main.tf",
                "resource \"aws_vpc\" \"a\" {\n  for_each = toset([\"x\"])\n}\noutput \"id\" {\n  value = aws_vpc.a[\"x\"].id\n}\n",
            ),
        ]);
        let config = tree.load(&["."]);
        let (program, infra, problems) =
            analyze(&config, &config.roots[0], &sandbox(&config), &AnalysisOptions::default());
        assert_eq!((infra.instances().is_empty(), problems.len()), (false, 0));
        let root = Rc::downgrade(&program.root_instance());
        drop(program);
        assert!(root.upgrade().is_none());
    }

    #[test]
    fn what_was_given_back_is_worked_out_again() {
        let topic = |n: usize| {
            let name = if n == 0 { "\"first\"".to_owned() } else { format!("\"${{aws_sns_topic.t00000.name}}-{n}\"") };
            format!("resource \"aws_sns_topic\" \"t{n:05}\" {{\n  name = {name}\n}}\n")
        };
        let text: String = (0..9_000).map(topic).collect();
        let tree = Tree::new(&[("main.tf", &text)]);
        let config = tree.load(&["."]);
        let (.., infra, problems) = analyze(&config, &config.roots[0], &sandbox(&config), &AnalysisOptions::default());
        assert!(problems.is_empty(), "{problems:?}");
        let name = |address: &str| {
            let found = infra.by_address(address).map(|topic| infra.attribute(topic.id, "name"));
            found.and_then(|name| name.as_str().map(str::to_owned))
        };
        assert_eq!(name("aws_sns_topic.t00000").as_deref(), Some("first"));
        assert_eq!(name("aws_sns_topic.t08999").as_deref(), Some("first-8999"));
        assert!(infra.by_address("aws_sns_topic.t09000").is_none());
    }
}
