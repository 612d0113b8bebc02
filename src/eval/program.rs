//! The evaluation of one root module and everything it calls: which values exist, computed on demand and once.
//!
//! A [`Program`] is made for a [`Root`] and its inputs. Values of variables, locals, resources and outputs are computed
//! when something asks for them and remembered for each module instance; a value that asks for itself is a cycle,
//! reported once and unknown.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::bindings::Binding;
use super::bounds::Spent;
use super::common::Common;
use super::expand::Expansion;
use super::expr::{Evaluation, word};
use super::host::RootHost;
use super::memo::{Declarations, Memo, State};
use super::names::Scope;
use super::room::Room;
use super::scope::{ModuleScope, NoScope};
use super::shared::{Conversions, Kept, Place, Read, Reads, Shared};
use super::{Cause, EvalError, Marks, Reference, ReferenceKind, Type, Value};
use crate::config::{Declared, Local, Module, ModuleAddress, ModuleNode, Output, Root};
use crate::source::{Problem, ProblemKind, Span};
use crate::syntax::{Expr, Text};

/// A value given to a variable of the root module from outside the configuration.
#[derive(Clone, Debug)]
pub struct Input {
    /// The value as given, before conversion to the variable's type.
    pub value: Value,
    /// Where it is given: a line of a variable file, or the text of an option.
    pub span: Span,
    /// What gives it, for people: `terraform.tfvars`, `--var`, `TF_VAR_env`.
    pub from: Text,
}

/// What one evaluation of a root is given.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Values of the root module's variables.
    pub variables: BTreeMap<Text, Input>,
    /// `terraform.workspace`, where the run knows it.
    pub workspace: Option<Text>,
    /// Whether variables of the root that nothing sets are unknown although they have a default: whoever calls the
    /// module decides.
    pub ignore_defaults: bool,
    /// Names that files declare which are copied into other folders before Terraform runs: `var.region`, `local.name`.
    pub elsewhere: Arc<FxHashSet<Text>>,
}

/// The evaluation of one root.
pub struct Program<'c> {
    root: &'c Root,
    pub(super) inputs: Inputs,
    modules: RefCell<Vec<Rc<ModuleInstance>>>,
    frames: RefCell<Vec<Rc<Frame>>>,
    problems: RefCell<Vec<Problem>>,
    /// What was reported, with its place where it has one of its own.
    reported: RefCell<FxHashSet<(Option<Span>, String)>>,
    /// Whether the default of a variable of the root fails its own validation.
    pub(super) unfit_default: Cell<bool>,
    pub(super) host: RootHost,
    /// What its instances take.
    pub(super) room: Room,
    /// What the evaluation has cost so far.
    pub(super) spent: Spent,
    /// Evaluates what names nothing: defaults, of variables and inside types.
    pub(super) literals: NoScope<'static>,
    /// The type `any` as text.
    pub(super) any: Text,
    /// What is shared with other programs.
    pub(super) common: Common,
    /// Evaluations in modules that are called.
    called: Shared,
    /// Evaluations in the root module.
    shared: Shared,
    /// How often a value has asked for itself.
    pub(super) cycles: Cell<usize>,
    pub(super) conversions: Conversions,
}

/// One instance of a module: the root, or an instance of a call.
pub struct ModuleInstance {
    /// Its position in the program.
    pub id: u32,
    /// Its address; empty for the root.
    pub address: ModuleAddress,
    /// Its address as text: `module.a[0]`, or nothing.
    pub name: Text,
    /// `module.a[0].` or nothing: what addresses inside begin with.
    pub prefix: Text,
    /// The module and the modules it calls.
    pub node: std::sync::Arc<ModuleNode>,
    /// The frame in which the call's arguments are evaluated, and the call's name; none for the root.
    pub(super) call: Option<(Rc<Frame>, Text)>,
    /// Whether it may not exist: the number of instances of a call on the way is not known.
    open: bool,
    plain_frame: Cell<Option<u32>>,
    /// Arguments of the call that are known already, by their places among each other.
    pub(super) arguments: RefCell<Vec<Option<Value>>>,
    /// These places by name, if they are many, with those in the call's body.
    pub(super) positions: OnceCell<Box<FxHashMap<Text, (usize, usize)>>>,
    /// What `path.module` is worth in it.
    pub(super) path: OnceCell<Text>,
    pub(super) variables: Memo<Declarations>,
    locals: Memo<Declarations>,
    outputs: Memo<Declarations>,
    /// Instances of resources.
    pub(super) resources: Expansions,
    /// Instances of module calls.
    pub(super) calls: Expansions,
}

/// The instances of declarations of one kind, by their places among each other.
pub(super) type Expansions = RefCell<Box<[State<Rc<Expansion>>]>>;

impl ModuleInstance {
    /// The module's declaration.
    pub fn module(&self) -> &Module {
        &self.node.module
    }
}

impl Drop for Program<'_> {
    /// Instances of blocks hold the module instances they stand in, which hold them: without this nothing would ever be
    /// given back.
    fn drop(&mut self) {
        for module in self.modules.take() {
            drop((module.resources.take(), module.calls.take()));
        }
    }
}

/// What the expressions of one instance see beside their module: `each`, `count`, iterators of dynamic blocks.
pub struct Frame {
    /// Its position in the program; see [`super::BlockSource::frame`].
    pub id: u32,
    /// The module instance.
    pub module: Rc<ModuleInstance>,
    /// Names and their values, innermost last.
    pub bindings: Box<[Binding]>,
    /// The expression that a binding's value was taken from, and the frame it belongs to, for trails.
    pub source: Option<(std::sync::Arc<Expr>, Rc<Frame>)>,
    /// Whether what it belongs to may not exist at all: errors in it prove nothing.
    pub open: bool,
}

impl<'c> Program<'c> {
    /// A program for this root; nothing is computed yet.
    pub fn new(root: &'c Root, inputs: Inputs, host: RootHost) -> Program<'c> {
        Program::beside(&Common::default(), root, inputs, host)
    }

    /// The same beside other programs of the same configuration, with which it shares what they have in common.
    pub fn beside(common: &Common, root: &'c Root, inputs: Inputs, host: RootHost) -> Program<'c> {
        let program = Program {
            root,
            inputs,
            modules: RefCell::default(),
            frames: RefCell::default(),
            problems: RefCell::default(),
            unfit_default: Cell::default(),
            reported: RefCell::default(),
            host,
            room: Room::default(),
            spent: Spent::default(),
            literals: NoScope::default(),
            any: Type::Any.to_string().into(),
            common: common.clone(),
            called: Shared::default(),
            shared: Shared::default(),
            cycles: Cell::new(0),
            conversions: Conversions::default(),
        };
        let instance = program.add_module(ModuleAddress::root(), root.module.clone(), None);
        program.plain_frame(&instance);
        program
    }

    /// The root that is evaluated.
    pub fn root(&self) -> &'c Root {
        self.root
    }

    /// The root module's instance.
    pub fn root_instance(&self) -> Rc<ModuleInstance> {
        self.modules.borrow()[0].clone()
    }

    /// The frame of the root module itself: no `each`, no `count`.
    pub fn root_frame(&self) -> Rc<Frame> {
        self.frames.borrow()[0].clone()
    }

    /// The value that `terraform.workspace` has.
    pub(crate) fn workspace(&self) -> Value {
        match &self.inputs.workspace {
            Some(name) => name.clone().into(),
            None => {
                let reference = Reference::to(ReferenceKind::Runtime, "terraform.workspace");
                let cause = Cause::Runtime("terraform.workspace".into());
                Value::unknown_reference(reference, Type::String, true, cause)
            }
        }
    }

    pub(super) fn add_module(
        &self,
        address: ModuleAddress,
        node: std::sync::Arc<ModuleNode>,
        call: Option<(Rc<Frame>, Text)>,
    ) -> Rc<ModuleInstance> {
        let mut modules = self.modules.borrow_mut();
        let name = address.to_string();
        let prefix = if name.is_empty() { String::new() } else { format!("{name}.") };
        let module = &node.module;
        let instance = Rc::new(ModuleInstance {
            id: modules.len() as u32,
            address,
            prefix: prefix.into(),
            name: name.into(),
            open: call.as_ref().is_some_and(|(frame, _)| frame.open),
            call,
            plain_frame: Cell::new(None),
            arguments: RefCell::default(),
            positions: OnceCell::new(),
            variables: Memo::of(module.variables.len()),
            locals: Memo::of(module.locals.len()),
            outputs: Memo::of(module.outputs.len()),
            resources: RefCell::new(vec![State::New; module.resources.len()].into()),
            calls: RefCell::new(vec![State::New; module.calls.len()].into()),
            path: OnceCell::new(),
            node,
        });
        modules.push(instance.clone());
        instance
    }

    pub(super) fn frame(
        &self,
        module: &Rc<ModuleInstance>,
        bindings: Vec<Binding>,
        source: Option<(std::sync::Arc<Expr>, Rc<Frame>)>,
    ) -> Rc<Frame> {
        self.frame_of(module, bindings, source, false)
    }

    /// A frame of something that may not exist.
    pub(super) fn open_frame(
        &self,
        module: &Rc<ModuleInstance>,
        bindings: Vec<Binding>,
        source: Option<(std::sync::Arc<Expr>, Rc<Frame>)>,
    ) -> Rc<Frame> {
        self.frame_of(module, bindings, source, true)
    }

    fn frame_of(
        &self,
        module: &Rc<ModuleInstance>,
        bindings: Vec<Binding>,
        source: Option<(std::sync::Arc<Expr>, Rc<Frame>)>,
        open: bool,
    ) -> Rc<Frame> {
        let open = open || module.open || source.as_ref().is_some_and(|(_, outer)| outer.open);
        let mut frames = self.frames.borrow_mut();
        let frame =
            Rc::new(Frame { id: frames.len() as u32, module: module.clone(), bindings: bindings.into(), source, open });
        frames.push(frame.clone());
        frame
    }

    /// Gives back what was worked out of these resources of a module, by their places among all, where each has one
    /// instance. Instances of others are kept: they cost more to find.
    pub(crate) fn forget_some(&self, module: &ModuleInstance, resources: Range<usize>) {
        for state in module.resources.borrow_mut().get_mut(resources).unwrap_or_default() {
            if matches!(state, State::Known(expansion) if !expansion.is_repeated()) {
                *state = State::New;
            }
        }
    }

    /// Gives back what was worked out of a module's outputs, and of its resources where each has one instance: most of very
    /// many modules are asked once, if at all, and what is asked for again is worked out again, once.
    pub(crate) fn forget_some_of(&self, module: &ModuleInstance) {
        module.outputs.forget_values();
        self.forget_some(module, 0..module.module().resources.len());
    }

    /// Gives back what was worked out of the instances of resources: few are asked for again, and they are then worked out
    /// again. What they are worth to whoever has read them stays.
    pub(crate) fn forget_resources(&self) {
        for module in self.modules.borrow().iter() {
            module.resources.borrow_mut().fill(State::New);
        }
    }

    /// The frame with this id.
    pub(crate) fn frame_by_id(&self, id: u32) -> Rc<Frame> {
        self.frames.borrow()[id as usize].clone()
    }

    /// A frame of the module itself, without `each` and `count`.
    pub(crate) fn plain_frame(&self, module: &Rc<ModuleInstance>) -> Rc<Frame> {
        if let Some(id) = module.plain_frame.get() {
            return self.frame_by_id(id);
        }
        let frame = self.frame(module, Vec::new(), None);
        module.plain_frame.set(Some(frame.id));
        frame
    }

    /// Reports a problem, once for each place and message.
    pub(crate) fn report(&self, problem: Problem) {
        if self.is_new(&problem) {
            self.problems.borrow_mut().push(problem);
        }
    }

    /// Reports a problem of an expression, with where its module was called and what it was given.
    pub(super) fn report_told(&self, problem: Problem, expr: &Expr, frame: &Rc<Frame>) {
        if self.is_new(&problem) {
            let problem = self.told(problem, expr, frame);
            self.problems.borrow_mut().push(problem);
        }
    }

    /// Whether this is the first problem with its message at its place; of what holds for all of the root, anywhere.
    fn is_new(&self, problem: &Problem) -> bool {
        let is_for_all = problem.kind == ProblemKind::Limit && super::bounds::is_for_all(&problem.message);
        let place = match &problem.label {
            _ if is_for_all => None,
            Some(label) => Some(label.span),
            None => return true,
        };
        self.reported.borrow_mut().insert((place, problem.message.clone()))
    }

    /// How many problems were found so far.
    pub(crate) fn problem_count(&self) -> usize {
        self.problems.borrow().len()
    }

    /// Forgets those after the first so many problems that lie in a part of the text which Terraform does not evaluate.
    pub(crate) fn forgive(&self, first: usize, part: Span) {
        let is_inside = |p: &Problem| p.label.as_ref().is_some_and(|label| part.contains(label.span));
        let mut problems = self.problems.borrow_mut();
        let later = problems.split_off(first);
        problems.extend(later.into_iter().filter(|problem| !is_inside(problem)));
    }

    /// Whether a variable of the root that nothing sets has a default that its own validation refuses.
    pub fn has_unfit_default(&self) -> bool {
        self.unfit_default.get()
    }

    /// The problems found so far.
    pub fn take_problems(&self) -> Vec<Problem> {
        std::mem::take(&mut self.problems.borrow_mut())
    }

    /// What an expression is worth in a frame; an error is reported and gives an unknown value.
    pub(crate) fn eval(&self, expr: &Expr, frame: &Rc<Frame>) -> Value {
        self.try_eval(expr, frame).unwrap_or_else(|error| match frame.open && error.kind == ProblemKind::Evaluation {
            true => Value::unknown(Type::Any, Cause::Error),
            false => {
                self.report_told(error.into_problem(expr.span), expr, frame);
                Value::unknown(Type::Any, Cause::Error)
            }
        })
    }

    /// What an expression is worth in a frame.
    pub(crate) fn try_eval(&self, expr: &Expr, frame: &Rc<Frame>) -> Result<Value, EvalError> {
        // As most arguments are.
        if let Some(word) = word(expr) {
            return Ok(word);
        }
        let scope = ModuleScope { whole: Some(expr.span), ..ModuleScope::new(self, frame) };
        match self.place(expr, frame) {
            None => self.eval_plain(expr, &scope),
            Some(place) => match self.known(&place, &scope) {
                Some(kept) => kept.result.clone(),
                None => {
                    let reads = Reads::default();
                    let result = self.eval_plain(expr, &ModuleScope { reads: Some(&reads), ..scope });
                    place.keep(reads, &result);
                    result
                }
            },
        }
    }

    fn eval_plain(&self, expr: &Expr, scope: &ModuleScope<'_, 'c>) -> Result<Value, EvalError> {
        // Each expression has an allowance of its own, also one that another one asks for. What a plain reference takes is
        // counted here: its value may have come a long way, and refers to all that it has come through.
        let evaluation = Evaluation::new(scope);
        self.spent.apart(|| self.spent.bounded(|| evaluation.paid(|| evaluation.eval_named(expr))))
    }

    /// A part of an expression, remembered by itself: of `element(aws_subnet.a[*].id, count.index)` the list is the same
    /// in all instances.
    pub(super) fn part(&self, expr: &Expr, scope: &ModuleScope<'_, 'c>) -> Option<Result<Value, EvalError>> {
        let place = self.place(expr, &scope.frame)?;
        let inner = ModuleScope { whole: Some(expr.span), ..ModuleScope::new(self, &scope.frame) };
        if let Some(kept) = self.known(&place, &inner) {
            scope.reads.iter().for_each(|outer| outer.extend(&kept.reads));
            return Some(kept.result.clone());
        }
        let reads = Reads::default();
        let result = Evaluation::new(&ModuleScope { reads: Some(&reads), ..inner }).eval(expr);
        scope.reads.iter().for_each(|outer| outer.absorb(&reads));
        place.keep(reads, &result);
        Some(result)
    }

    /// Where evaluations of an expression are remembered that is evaluated in several frames.
    fn place(&self, expr: &Expr, frame: &Frame) -> Option<Rc<Place>> {
        // Whether something looks at failures is one more thing that a value depends on.
        if super::union::is_watched() {
            return None;
        }
        match frame.module.call.is_some() {
            true => self.called.place(expr),
            false if frame.bindings.is_empty() => None,
            false => self.shared.place(expr),
        }
    }

    /// How often expressions were evaluated, and how often that was not needed.
    #[cfg(test)]
    pub(super) fn shared_totals(&self) -> (usize, usize) {
        let (own, called) = (self.shared.totals(), self.called.totals());
        (own.0 + called.0, own.1 + called.1)
    }

    /// The evaluation that read the same.
    fn known(&self, place: &Place, scope: &ModuleScope<'_, 'c>) -> Option<Rc<Kept>> {
        let evaluation = Evaluation::new(scope);
        let fits = |read: &Read| {
            scope.resolve(&read.root, read.span, &read.hops(), &evaluation).is_ok_and(|now| read.is_worth(&now))
        };
        let fits = |kept: &Kept| kept.reads.iter().all(fits);
        let (position, kept) = place.kept().into_iter().enumerate().find(|(_, kept)| fits(kept))?;
        place.found(position);
        Some(kept)
    }

    pub(super) fn failed(&self, error: EvalError, fallback: Span) -> Value {
        self.report(error.into_problem(fallback));
        Value::unknown(Type::Any, Cause::Error)
    }

    pub(super) fn cycle(&self, span: Span, what: &str) -> Value {
        self.cycle_through(span, what, None)
    }

    /// The same with a place on the way that what is written at `span` does not lead to.
    pub(super) fn cycle_through(&self, span: Span, what: &str, through: Option<(Span, &str)>) -> Value {
        self.cycles.set(self.cycles.get() + 1);
        let message = format!("`{what}` depends on itself");
        let problem = Problem::error(ProblemKind::Cycle, span, message, "part of a cycle of references");
        let problem = problem.with_help("break the cycle: one of these values must not refer to the others");
        self.report(match through {
            Some((span, label)) => problem.with_related(span, label),
            None => problem,
        });
        Value::unknown(Type::Any, Cause::Cycle)
    }

    /// What something is worth, and whether it may be kept: what asks for itself is worth something else to others.
    pub(super) fn worth<T>(&self, work_out: impl FnOnce() -> T) -> (T, bool) {
        let cycles = self.cycles.get();
        let value = work_out();
        (value, self.cycles.get() == cycles)
    }

    /// The value of a local of a module instance.
    pub(crate) fn local(&self, module: &Rc<ModuleInstance>, local: Declared<'_, Local>) -> Value {
        let Declared { at, name, declared } = local;
        let compute = || self.eval(&declared.value, &self.plain_frame(module));
        module.locals.get(&at, compute, || self.cycle(declared.span, &format!("local.{name}")))
    }

    /// The value of an output of a module instance.
    pub(crate) fn output(&self, module: &Rc<ModuleInstance>, output: Declared<'_, Output>) -> Value {
        let Declared { at, name, declared } = output;
        let compute = || {
            let Some(value) = &declared.value else { return Value::unknown(Type::Any, Cause::Error) };
            let value = self.eval(value, &self.plain_frame(module));
            value.with_marks(Marks::declared(declared.sensitive, declared.ephemeral))
        };
        module.outputs.get(&at, compute, || self.cycle(declared.header, &format!("output.{name}")))
    }

    /// A template file, parsed.
    pub(super) fn template(&self, path: &str) -> Result<Option<std::sync::Arc<Expr>>, EvalError> {
        self.host.template(path)
    }
}
