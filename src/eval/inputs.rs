//! The values given to a root's variables from outside: which source wins, and what text means.

use std::collections::BTreeMap;

use super::program::{Input, Inputs};
use super::{EvalError, Evaluation, NoScope, Type, Value, nearest};
use crate::config::{self, Root, VariableFile, VariableText};
use crate::source::{Problem, ProblemKind, SourceMap, Span};
use crate::syntax::{Ident, Text, parse_expression};

/// Gathers the inputs of one root, weakest first: the environment, the root's own variable files, `extra` files, the
/// command line. Values that cannot be evaluated are reported and count as not given.
pub fn gather(
    sources: &SourceMap,
    given: &config::Inputs,
    root: &Root,
    extra: &[std::sync::Arc<VariableFile>],
    problems: &mut Vec<Problem>,
) -> Inputs {
    let mut gathered = Gathered { sources, root, values: BTreeMap::new(), literals: NoScope::default(), problems };
    given.environment.iter().for_each(|text| gathered.text(text, true));
    root.var_files.iter().chain(extra).for_each(|file| gathered.file(file));
    for input in &given.command_line {
        match input {
            config::Input::File(file) => gathered.file(file),
            config::Input::Text(text) => gathered.text(text, false),
        }
    }
    Inputs { variables: gathered.values, ..Inputs::default() }
}

/// Arguments of backends that are left to `terraform init -backend-config`.
/// Source: <https://developer.hashicorp.com/terraform/language/backend/s3>, and beside it `azurerm`, `gcs` and `http`.
const BACKEND_ARGUMENTS: [&str; 21] = [
    "access_key",
    "address",
    "bucket",
    "container_name",
    "dynamodb_table",
    "encrypt",
    "key",
    "kms_key_id",
    "lock_address",
    "prefix",
    "profile",
    "region",
    "resource_group_name",
    "role_arn",
    "secret_key",
    "session_name",
    "shared_credentials_file",
    "storage_account_name",
    "unlock_address",
    "use_lockfile",
    "workspace_key_prefix",
];

struct Gathered<'a> {
    sources: &'a SourceMap,
    root: &'a Root,
    values: BTreeMap<Text, Input>,
    literals: NoScope<'static>,
    problems: &'a mut Vec<Problem>,
}

impl Gathered<'_> {
    fn file(&mut self, file: &VariableFile) {
        if self.is_for_backend(file) {
            return;
        }
        let from = self.sources.file(file.document.file).name.clone();
        let mut foreign: Vec<&Ident> = Vec::new();
        for (name, expr) in &file.values {
            if !self.declared(name, &mut foreign) {
                continue;
            }
            let value = Evaluation::new(&self.literals).eval(expr);
            self.set(&name.text, value, name.span.to(expr.span), from.clone());
        }
        self.report_foreign(&foreign);
    }

    /// Values for other modules, as in a file that several share: told once for the file.
    fn report_foreign(&mut self, names: &[&Ident]) {
        let [first, others @ ..] = names else { return };
        let others = match others {
            [] => String::new(),
            [other] => format!(" and `{}`", other.text),
            [other, rest @ ..] => format!(", `{}` and {} more", other.text, rest.len()),
        };
        let message = match others.is_empty() {
            true => format!("a value is set for `{}`, which the module does not declare", first.text),
            false => format!("values are set for `{}`{others}, which the module does not declare", first.text),
        };
        let problem = Problem::warning(ProblemKind::UndeclaredName, first.span, message, "no such variable");
        self.problems.push(problem);
    }

    /// Whether a file completes the backend, for `terraform init -backend-config`, and sets no variables.
    fn is_for_backend(&self, file: &VariableFile) -> bool {
        let module = &self.root.module.module;
        let is_argument = |name: &Ident| BACKEND_ARGUMENTS.contains(&&*name.text);
        module.settings.backend.is_some()
            && file.values.iter().all(|(name, _)| is_argument(name) && !module.variables.contains_key(&name.text))
    }

    /// Whether the root declares the variable; one that it does not is worth a word, as Terraform says one. A name that is
    /// much like a declared one is a mistake by itself, others are `foreign`.
    fn declared<'n>(&mut self, name: &'n Ident, foreign: &mut Vec<&'n Ident>) -> bool {
        let module = &self.root.module.module;
        if module.variables.contains_key(&name.text) {
            return true;
        }
        if !module.may_declare_more() {
            let Some(near) = nearest(&name.text, module.variables.keys().map(|n| &**n)) else {
                foreign.push(name);
                return false;
            };
            let message = format!("a value is set for `{}`, which the module does not declare", name.text);
            let problem = Problem::warning(ProblemKind::UndeclaredName, name.span, message, "no such variable");
            self.problems.push(problem.with_help(format!("did you mean `{near}`?")));
        }
        false
    }

    fn text(&mut self, given: &VariableText, from_environment: bool) {
        let module = &self.root.module.module;
        let Some(variable) = module.variables.get(&given.name) else {
            if !from_environment && !module.may_declare_more() {
                let message = format!("`--var` sets `{}`, which the module does not declare", given.name);
                self.problems.push(Problem::warning(
                    ProblemKind::UndeclaredName,
                    given.span,
                    message,
                    "no such variable",
                ));
            }
            return;
        };
        let ty = variable.type_expr.as_ref().map(|e| super::type_expr::parse(e, &self.literals));
        // Text for a variable of a primitive type, or of none, is meant literally.
        let literal = match &ty {
            None => true,
            Some(Ok(ty)) => ty.is_primitive(),
            Some(Err(_)) => false,
        };
        let value = if literal { Ok(given.text.clone().into()) } else { self.expression(given) };
        let from = if from_environment { format!("TF_VAR_{}", given.name) } else { "--var".to_owned() };
        self.set(&given.name, value, given.span, from.into());
    }

    fn expression(&self, given: &VariableText) -> Result<Value, EvalError> {
        let (expr, problems) = parse_expression(given.span.file, &given.text, given.span.start);
        match problems.into_iter().next() {
            Some(problem) => Err(EvalError::new(problem.message).with_label("in this value").at(given.span)),
            None => Evaluation::new(&self.literals).eval(&expr),
        }
    }

    fn set(&mut self, name: &Text, value: Result<Value, EvalError>, span: Span, from: Text) {
        match value {
            Ok(value) => {
                self.values.insert(name.clone(), Input { value, span, from });
            }
            Err(error) => {
                let declared = self.root.module.module.variables.get(name);
                // What cannot be evaluated may be the secret itself, without its quotes.
                let error = match declared.is_some_and(|variable| variable.sensitive || variable.ephemeral) {
                    true => error.without_reason(format!("the value of `var.{name}` cannot be evaluated")),
                    false => error,
                };
                self.problems.push(error.into_problem(span));
                let value = Value::unknown(Type::Any, super::Cause::Error);
                self.values.insert(name.clone(), Input { value, span, from });
            }
        }
    }
}
