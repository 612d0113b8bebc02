//! What names mean inside a module: variables, locals, resources, module calls and the like.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use super::expr::Evaluation;
use super::functions::Host;
use super::names::{Hop, Resolved, Scope};
use super::program::{Frame, ModuleInstance, Program};
use super::shared::Reads;
use super::{Cause, EvalError, Reference, ReferenceKind, Type, Value, nearest};
use crate::config::{Mode, Provenance, ResourceName};
use crate::source::{ProblemKind, Span};
use crate::syntax::{Expr, Ident, Text};

/// The scope of an expression in one frame.
pub(crate) struct ModuleScope<'p, 'c> {
    pub(crate) program: &'p Program<'c>,
    pub(crate) frame: Rc<Frame>,
    /// Where it is noted which names were resolved.
    pub(super) reads: Option<&'p Reads>,
    /// The whole expression; what is remembered of it is not a part of it.
    pub(super) whole: Option<Span>,
}

impl Scope for ModuleScope<'_, '_> {
    fn resolve(
        &self,
        root: &Text,
        span: Span,
        hops: &[Hop<'_>],
        evaluation: &Evaluation<'_>,
    ) -> Result<Resolved, EvalError> {
        let resolved = self.find(root, span, hops, evaluation);
        if let Some(reads) = self.reads {
            reads.add(root, span, hops, &resolved);
        }
        resolved
    }

    fn handle_attribute(&self, _: u32, name: &str) -> Result<Value, EvalError> {
        Err(EvalError::new(format!("there is no attribute `{name}`")))
    }

    fn host(&self) -> &dyn Host {
        &self.program.host
    }

    fn template(&self, path: &str) -> Result<Option<Arc<Expr>>, EvalError> {
        self.program.template(path)
    }

    fn follows_each(&self, root: &str, hops: usize) -> bool {
        let is_block = match root {
            "var" | "local" | "path" | "terraform" | "tofu" | "self" | "each" | "count" | "resource" | "ephemeral" => {
                false
            }
            "data" => hops == 2,
            _ => hops == 1 && self.frame.bindings.iter().all(|binding| *binding.name != *root),
        };
        // Where somebody looks at failures, an attribute that an element does not have is one.
        is_block && !super::union::is_watched()
    }

    fn call(&self, name: &Ident, args: &[Expr], evaluation: &Evaluation<'_>) -> Option<Result<Value, EvalError>> {
        // A function of an experiment that ended in Terraform 1.3; what it makes of its arguments is not known here.
        let experiments = || &self.module().module().settings.experiments;
        if &*name.text != "defaults" || !experiments().iter().any(|e| &**e == "module_variable_optional_attrs") {
            return None;
        }
        let values: Result<Vec<Value>, EvalError> = args.iter().map(|arg| evaluation.eval(arg)).collect();
        let unknown = Value::unknown(Type::Any, Cause::Function(name.text.clone()));
        Some(values.map(|values| values.iter().fold(unknown, |unknown, of| unknown.with_refs(&of.deep_refs()))))
    }

    fn spend(&self, elements: usize) -> Result<(), EvalError> {
        self.program.spent.spend(elements)
    }

    fn part(&self, expr: &Expr) -> Option<Result<Value, EvalError>> {
        if self.whole == Some(expr.span) { None } else { self.program.part(expr, self) }
    }

    fn spend_text(&self, bytes: usize) -> Result<(), EvalError> {
        self.program.spent.spend_text(bytes)
    }

    fn spend_steps(&self, steps: usize) -> Result<(), EvalError> {
        self.program.spent.spend_steps(steps)
    }
}

impl<'p, 'c> ModuleScope<'p, 'c> {
    pub(crate) fn new(program: &'p Program<'c>, frame: &Rc<Frame>) -> ModuleScope<'p, 'c> {
        ModuleScope { program, frame: frame.clone(), reads: None, whole: None }
    }
}

impl ModuleScope<'_, '_> {
    fn find(
        &self,
        root: &Text,
        span: Span,
        hops: &[Hop<'_>],
        evaluation: &Evaluation<'_>,
    ) -> Result<Resolved, EvalError> {
        if let Some(binding) = self.frame.bindings.iter().rev().find(|binding| binding.name == *root) {
            let (value, consumed) = binding.follow(hops);
            return Ok(Resolved { value, consumed });
        }
        match &**root {
            "var" => self.variable(span, hops),
            "local" => self.local(span, hops),
            "module" => self.module_call(span, hops, evaluation),
            "data" => self.resource(Mode::Data, span, hops, evaluation),
            "ephemeral" => self.resource(Mode::Ephemeral, span, hops, evaluation),
            "resource" => self.resource(Mode::Managed, span, hops, evaluation),
            "path" => self.path(span, hops),
            "terraform" | "tofu" => self.terraform(span, hops),
            "self" => Ok(Resolved { value: runtime("self"), consumed: 0 }),
            "each" | "count" => {
                let argument = if &**root == "each" { "for_each" } else { "count" };
                let error = undeclared(span, format!("`{root}` has no meaning in a block without `{argument}`"));
                Err(error.with_label(format!("no `{argument}` here")))
            }
            _ => self.managed(root, span, hops, evaluation),
        }
    }

    fn module(&self) -> &Rc<ModuleInstance> {
        &self.frame.module
    }

    fn variable(&self, span: Span, hops: &[Hop<'_>]) -> Result<Resolved, EvalError> {
        let (name, at) = first_name("var", span, hops)?;
        let module = self.module();
        match module.module().variables.find(name) {
            Some(variable) => Ok(one(self.program.variable(module, variable))),
            None => {
                let names = module.module().variables.keys();
                self.missing(at, "variable", &format!("var.{name}"), name, names).map(one)
            }
        }
    }

    fn local(&self, span: Span, hops: &[Hop<'_>]) -> Result<Resolved, EvalError> {
        let (name, at) = first_name("local", span, hops)?;
        let module = self.module();
        match module.module().locals.find(name) {
            Some(local) => Ok(one(self.program.local(module, local))),
            None => {
                let names = module.module().locals.keys();
                self.missing(at, "local value", &format!("local.{name}"), name, names).map(one)
            }
        }
    }

    fn module_call(&self, span: Span, hops: &[Hop<'_>], evaluation: &Evaluation<'_>) -> Result<Resolved, EvalError> {
        let (name, at) = first_name("module", span, hops)?;
        let module = self.module();
        let Some(call) = module.module().calls.find(name) else {
            let names = module.module().calls.keys();
            return self.missing(at, "module call", &format!("module.{name}"), name, names).map(one);
        };
        let key = |key: &Expr| evaluation.eval(key);
        let (value, consumed) = self.program.call_value(module, call, &hops[1..], &key)?;
        Ok(Resolved { value, consumed: 1 + consumed })
    }

    /// `aws_vpc.main`: a managed resource whose type is the root of the reference.
    fn managed(
        &self,
        type_name: &Text,
        span: Span,
        hops: &[Hop<'_>],
        evaluation: &Evaluation<'_>,
    ) -> Result<Resolved, EvalError> {
        let Some(name) = hops.first().and_then(Hop::name) else {
            return self.bare_name(type_name, span);
        };
        let end = hops.first().map_or(span, Hop::span);
        let resolved = self.resource_value(Mode::Managed, type_name, name, span.to(end), &hops[1..], evaluation)?;
        Ok(Resolved { consumed: resolved.consumed + 1, ..resolved })
    }

    fn bare_name(&self, name: &str, span: Span) -> Result<Resolved, EvalError> {
        let module = self.module().module();
        let help = if module.variables.contains_key(name) {
            format!("did you mean `var.{name}`?")
        } else if module.locals.contains_key(name) {
            format!("did you mean `local.{name}`?")
        } else {
            format!("write \"{name}\" for text, or `var.{name}`, `local.{name}` for a value")
        };
        Err(undeclared(span, format!("a bare name such as `{name}` refers to nothing")).with_help(help))
    }

    fn resource(
        &self,
        mode: Mode,
        span: Span,
        hops: &[Hop<'_>],
        evaluation: &Evaluation<'_>,
    ) -> Result<Resolved, EvalError> {
        let names = (hops.first().and_then(Hop::name), hops.get(1).and_then(Hop::name));
        let (Some(type_name), Some(name)) = names else {
            return Err(undeclared(span, "a reference to a resource needs its type and its name".into()));
        };
        let resolved = self.resource_value(mode, type_name, name, span.to(hops[1].span()), &hops[2..], evaluation)?;
        Ok(Resolved { consumed: resolved.consumed + 2, ..resolved })
    }

    fn resource_value(
        &self,
        mode: Mode,
        type_name: &Text,
        name: &Text,
        span: Span,
        rest: &[Hop<'_>],
        evaluation: &Evaluation<'_>,
    ) -> Result<Resolved, EvalError> {
        let module = self.module();
        let id = ResourceName { mode, type_name: type_name.clone(), name: name.clone() };
        let Some(resource) = module.module().resources.find(&id) else {
            let of_type = module.module().resources.among(|r| (r.mode, &r.type_name).cmp(&(mode, type_name)));
            let names = of_type.iter().map(|resource| &resource.name.name);
            let kind = match mode {
                Mode::Data => "data source",
                Mode::Ephemeral => "ephemeral resource",
                Mode::Managed => "resource",
            };
            let printed = format!("{}{type_name}.{name}", if mode == Mode::Data { "data." } else { "" });
            let value = self.missing(span, kind, &printed, name, names)?;
            return Ok(Resolved { value, consumed: 0 });
        };
        let key = |key: &Expr| evaluation.eval(key);
        let (value, consumed) = self.program.resource_value(module, resource, rest, &key)?;
        Ok(Resolved { value, consumed })
    }

    /// The error for a name that nothing declares; unknown where a file of the module could not be read whole.
    fn missing<'n>(
        &self,
        span: Span,
        kind: &str,
        printed: &str,
        name: &str,
        names: impl Iterator<Item = &'n Text>,
    ) -> Result<Value, EvalError> {
        let module = self.module().module();
        // What is downloaded is not the reader's to mend: there it may stand in a block that is never made.
        let is_downloaded = module.provenance == Provenance::Downloaded;
        if module.may_declare_more() || is_downloaded || self.program.inputs.elsewhere.contains(printed) {
            return Ok(Value::unknown(Type::Any, Cause::Error));
        }
        let near = nearest(name, names.map(|n| &**n));
        Err(undeclared(span, format!("the module declares no {kind} `{printed}`")).did_you_mean(near))
    }

    fn path(&self, span: Span, hops: &[Hop<'_>]) -> Result<Resolved, EvalError> {
        let (name, at) = first_name("path", span, hops)?;
        let value = match &**name {
            "module" => {
                let make = || self.program.host.module_path(&self.module().node.module.dir).into();
                self.module().path.get_or_init(make).clone().into()
            }
            "root" => ".".into(),
            "cwd" => runtime("path.cwd"),
            _ => return Err(undeclared(at, format!("there is no `path.{name}`"))),
        };
        Ok(one(value))
    }

    fn terraform(&self, span: Span, hops: &[Hop<'_>]) -> Result<Resolved, EvalError> {
        let (name, at) = first_name("terraform", span, hops)?;
        match &**name {
            "workspace" => Ok(one(self.program.workspace())),
            "applying" => Ok(one(runtime("terraform.applying"))),
            _ => Err(undeclared(at, format!("there is no `terraform.{name}`"))),
        }
    }
}

fn one(value: Value) -> Resolved {
    Resolved { value, consumed: 1 }
}

fn runtime(name: &str) -> Value {
    let reference = Reference::to(ReferenceKind::Runtime, name);
    Value::unknown_reference(reference, Type::Any, true, Cause::Runtime(name.into()))
}

fn first_name<'h>(root: &str, span: Span, hops: &[Hop<'h>]) -> Result<(&'h Text, Span), EvalError> {
    match hops.first() {
        Some(hop) => match hop.name() {
            Some(name) => Ok((name, span.to(hop.span()))),
            None => Err(undeclared(span, format!("`{root}` needs a literal name behind it"))),
        },
        None => Err(undeclared(span, format!("`{root}` alone is not a value: a name must follow"))),
    }
}

fn undeclared(span: Span, message: String) -> EvalError {
    let error = EvalError::new(message).with_label("not declared").at(span);
    error.of_kind(ProblemKind::UndeclaredName).uncatchable()
}

/// The scope without any names: defaults of variables, variable files, backend arguments. What it evaluates has one
/// allowance in all: there may be any number of them.
#[derive(Default)]
pub struct NoScope<'a> {
    work: Cell<usize>,
    /// Whose allowance it is instead.
    around: Option<&'a dyn Scope>,
}

/// More elements are not made where only literal values stand.
const LITERAL_WORK_LIMIT: usize = 1_000_000;
/// So many bytes of long texts count like one.
const TEXT_PER_LITERAL_ELEMENT: usize = 8;

impl<'a> NoScope<'a> {
    /// A scope for literal values inside another expression.
    pub(super) fn inside(around: &'a dyn Scope) -> NoScope<'a> {
        NoScope { work: Cell::new(0), around: Some(around) }
    }
}

impl Scope for NoScope<'_> {
    fn spend(&self, elements: usize) -> Result<(), EvalError> {
        match self.around {
            Some(scope) => scope.spend(elements),
            None => super::names::spend(&self.work, elements, LITERAL_WORK_LIMIT),
        }
    }

    fn spend_text(&self, bytes: usize) -> Result<(), EvalError> {
        match self.around {
            Some(scope) => scope.spend_text(bytes),
            None => self.spend(bytes / TEXT_PER_LITERAL_ELEMENT),
        }
    }

    fn resolve(&self, root: &Text, span: Span, _: &[Hop<'_>], _: &Evaluation<'_>) -> Result<Resolved, EvalError> {
        let error = undeclared(span, format!("`{root}` cannot be used here: only literal values can"));
        Err(error.of_kind(ProblemKind::Evaluation))
    }

    fn call(&self, name: &Ident, _: &[Expr], _: &Evaluation<'_>) -> Option<Result<Value, EvalError>> {
        let error = EvalError::new("functions cannot be called here: only literal values are allowed");
        Some(Err(error.with_label("a function call").at(name.span)))
    }

    fn handle_attribute(&self, _: u32, name: &str) -> Result<Value, EvalError> {
        Err(EvalError::new(format!("there is no attribute `{name}`")))
    }

    fn host(&self) -> &dyn Host {
        &super::functions::NoFiles
    }
}

/// What is left of a value when the rest of a reference is known by name only.
pub(super) fn child(value: &Value, name: &str) -> Value {
    super::attribute(value, name).unwrap_or_else(|_| Value::unknown_from([value], Type::Any, false))
}
