//! The evaluation of one root module and everything it calls: which values exist, computed on demand and once.
//!
//! A [`Program`] is made for a [`Root`] and its inputs. Values of variables, locals, resources and outputs are computed
//! when something asks for them and remembered for each module instance; a value that asks for itself is a cycle,
//! reported once and unknown.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::common::Common;
use super::expand::Expansion;
use super::expr::{Evaluation, Hop, Scope};
use super::host::RootHost;
use super::memo::{Declarations, Identity, Memo};
use super::scope::ModuleScope;
use super::shared::{Conversions, Kept, Place, Read, Reads, Shared};
use super::{Cause, EvalError, Kind, Marks, Reference, ReferenceKind, Type, Value, convert, type_expr};
use crate::config::{Module, ModuleAddress, ModuleNode, Root, Variable};
use crate::source::{Problem, ProblemKind, Span};
use crate::syntax::{Expr, ExprKind, Text};

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
}

/// More instances of one block than this are not expanded.
pub const INSTANCE_LIMIT: usize = 200_000;
/// More instances of all blocks and modules together than this are not expanded.
pub const TOTAL_LIMIT: usize = 500_000;

/// One expression may make so many elements by `for` and splats.
const WORK_LIMIT: usize = 2_000_000;
/// All expressions of a root together may make this many bytes of long texts: each may be kept.
const TEXT_LIMIT: usize = 512 << 20;
/// All expressions of a root together may make so many.
const ALL_WORK_LIMIT: usize = 50_000_000;
/// A value may have so many parts, counted as often as they are reached.
const SIZE_LIMIT: usize = 1_000_000;
/// All values of a root together may have so many.
const ALL_SIZES_LIMIT: usize = 16_000_000;

/// The evaluation of one root.
pub struct Program<'c> {
    root: &'c Root,
    inputs: Inputs,
    modules: RefCell<Vec<Rc<ModuleInstance>>>,
    frames: RefCell<Vec<Rc<Frame>>>,
    problems: RefCell<Vec<Problem>>,
    reported: RefCell<FxHashSet<(Span, String)>>,
    pub(super) host: RootHost,
    pub(super) expanded: Cell<usize>,
    /// Elements that the expression at hand has made.
    work: Cell<usize>,
    /// Blocks that were made of `dynamic` blocks.
    blocks: Cell<usize>,
    /// Bytes of long texts that were made.
    texts: Cell<usize>,
    /// Elements made by all expressions.
    all_work: Cell<usize>,
    /// Parts of all values.
    all_sizes: Cell<usize>,
    any: Text,
    /// Its number among the programs that share what they have in common.
    number: u32,
    /// What is shared with other programs.
    common: Common,
    /// Evaluations in modules that are called: they may be for other roots, too.
    called: Rc<Shared>,
    /// Evaluations in the root module.
    shared: Shared,
    /// How often a value has asked for itself.
    pub(super) cycles: Cell<usize>,
    conversions: Conversions,
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
    /// Arguments of the call that are known already.
    arguments: RefCell<FxHashMap<Text, Value>>,
    /// What `path.module` is worth in it.
    pub(super) path: OnceCell<Text>,
    variables: Memo<Declarations>,
    locals: Memo<Declarations>,
    outputs: Memo<Declarations>,
    /// Instances of resources and module calls; `None` while they are being worked out.
    pub(super) expansions: RefCell<FxHashMap<Identity, Option<Rc<Expansion>>>>,
}

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
            drop(module.expansions.take());
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
    pub bindings: Vec<(Text, Value)>,
    /// The expression that a binding's value was taken from, and the frame it belongs to, for trails.
    pub source: Option<(std::sync::Arc<Expr>, Rc<Frame>)>,
    /// Whether what it belongs to may not exist at all: errors in it prove nothing.
    pub open: bool,
}

/// Takes the parts of a value from those that are left; whether there were enough. Shared parts may make a small value
/// endlessly large.
fn weigh(value: &Value, left: &mut usize) -> bool {
    let enough = *left > 0;
    *left = left.saturating_sub(1);
    match &value.kind {
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => enough,
        _ => enough && value.children().all(|child| weigh(child, left)),
    }
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
            reported: RefCell::default(),
            host,
            expanded: Cell::new(0),
            work: Cell::new(0),
            blocks: Cell::new(0),
            texts: Cell::new(0),
            all_work: Cell::new(0),
            all_sizes: Cell::new(0),
            any: Type::Any.to_string().into(),
            number: common.add_program(),
            common: common.clone(),
            called: common.evaluations(),
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
        let expanding = module.resources.len() + module.calls.len();
        let instance = Rc::new(ModuleInstance {
            id: modules.len() as u32,
            address,
            prefix: prefix.into(),
            name: name.into(),
            open: call.as_ref().is_some_and(|(frame, _)| frame.open),
            call,
            plain_frame: Cell::new(None),
            arguments: RefCell::default(),
            variables: Memo::of(module.variables.len()),
            locals: Memo::of(module.locals.len()),
            outputs: Memo::of(module.outputs.len()),
            expansions: RefCell::new(FxHashMap::with_capacity_and_hasher(expanding, Default::default())),
            path: OnceCell::new(),
            node,
        });
        modules.push(instance.clone());
        instance
    }

    pub(super) fn frame(
        &self,
        module: &Rc<ModuleInstance>,
        bindings: Vec<(Text, Value)>,
        source: Option<(std::sync::Arc<Expr>, Rc<Frame>)>,
    ) -> Rc<Frame> {
        self.frame_of(module, bindings, source, false)
    }

    /// A frame of something that may not exist.
    pub(super) fn open_frame(
        &self,
        module: &Rc<ModuleInstance>,
        bindings: Vec<(Text, Value)>,
        source: Option<(std::sync::Arc<Expr>, Rc<Frame>)>,
    ) -> Rc<Frame> {
        self.frame_of(module, bindings, source, true)
    }

    fn frame_of(
        &self,
        module: &Rc<ModuleInstance>,
        bindings: Vec<(Text, Value)>,
        source: Option<(std::sync::Arc<Expr>, Rc<Frame>)>,
        open: bool,
    ) -> Rc<Frame> {
        let open = open || module.open || source.as_ref().is_some_and(|(_, outer)| outer.open);
        let mut frames = self.frames.borrow_mut();
        let frame = Rc::new(Frame { id: frames.len() as u32, module: module.clone(), bindings, source, open });
        frames.push(frame.clone());
        frame
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
        let place = problem.label.as_ref().map(|l| l.span);
        if let Some(span) = place
            && !self.reported.borrow_mut().insert((span, problem.message.clone()))
        {
            return;
        }
        self.problems.borrow_mut().push(problem);
    }

    /// The problems found so far.
    pub fn take_problems(&self) -> Vec<Problem> {
        std::mem::take(&mut self.problems.borrow_mut())
    }

    /// What an expression is worth in a frame; an error is reported and gives an unknown value.
    pub(crate) fn eval(&self, expr: &Expr, frame: &Rc<Frame>) -> Value {
        self.try_eval(expr, frame).unwrap_or_else(|error| match frame.open && error.kind == ProblemKind::Evaluation {
            true => Value::unknown(Type::Any, Cause::Error),
            false => self.failed(error, expr.span),
        })
    }

    /// What an expression is worth in a frame.
    pub(crate) fn try_eval(&self, expr: &Expr, frame: &Rc<Frame>) -> Result<Value, EvalError> {
        // Most arguments are plain words.
        match &expr.kind {
            ExprKind::Null => return Ok(Value::NULL),
            ExprKind::Bool(b) => return Ok((*b).into()),
            ExprKind::String(text) => return Ok(text.clone().into()),
            _ => {}
        }
        let scope = ModuleScope { whole: Some(expr.span), ..ModuleScope::new(self, frame) };
        match self.place(expr, frame) {
            None => self.eval_plain(expr, &scope),
            Some(place) => match self.known(&place, &scope) {
                Some(kept) => kept.result.clone(),
                None => {
                    let (reads, asked) = (Reads::default(), self.host.asked());
                    let result = self.eval_plain(expr, &ModuleScope { reads: Some(&reads), ..scope });
                    place.keep(reads, &result, self.only_for(asked, &result));
                    result
                }
            },
        }
    }

    fn eval_plain(&self, expr: &Expr, scope: &ModuleScope<'_, 'c>) -> Result<Value, EvalError> {
        // Each expression has an allowance of its own, also one that another one asks for.
        let outer = self.work.replace(0);
        let value = Evaluation::new(scope).eval(expr).and_then(|value| self.bounded(value));
        self.work.set(outer);
        value
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
        let (reads, asked) = (Reads::default(), self.host.asked());
        let result = Evaluation::new(&ModuleScope { reads: Some(&reads), ..inner }).eval(expr);
        scope.reads.iter().for_each(|outer| outer.absorb(&reads));
        place.keep(reads, &result, self.only_for(asked, &result));
        Some(result)
    }

    /// The number of this program, if a result is of no use to others: files were asked for, which are found from the
    /// root's folder, or a limit was reached, which counts what this program has done.
    fn only_for(&self, asked: usize, result: &Result<Value, EvalError>) -> Option<u32> {
        let limited = result.as_ref().is_err_and(|error| error.kind == ProblemKind::Limit);
        (limited || self.host.asked() != asked).then_some(self.number)
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
            let hops: SmallVec<[Hop<'_>; 1]> = read.hops.iter().map(Hop::Attr).collect();
            scope.resolve(&read.root, read.span, &hops, &evaluation).is_ok_and(|now| read.is_worth(&now))
        };
        let fits = |kept: &Kept| kept.program.is_none_or(|n| n == self.number) && kept.reads.iter().all(fits);
        let (position, kept) = place.kept().into_iter().enumerate().find(|(_, kept)| fits(kept))?;
        place.found(position);
        Some(kept)
    }

    /// A value that can be walked and kept.
    fn bounded(&self, value: Value) -> Result<Value, EvalError> {
        let kept = self.all_sizes.get();
        let allowance = SIZE_LIMIT.min(ALL_SIZES_LIMIT - kept);
        let mut left = allowance;
        if weigh(&value, &mut left) {
            self.all_sizes.set(kept + allowance - left);
            return Ok(value);
        }
        Err(EvalError::too_large(match allowance {
            SIZE_LIMIT => format!("a value of more than {SIZE_LIMIT} parts is not kept"),
            _ => format!("values of more than {ALL_SIZES_LIMIT} parts in all are not kept"),
        }))
    }

    /// Takes note of elements that the expression at hand makes.
    pub(super) fn spend(&self, elements: usize) -> Result<(), EvalError> {
        super::expr::spend(&self.work, elements, WORK_LIMIT)?;
        self.all_work.set(self.all_work.get().saturating_add(elements));
        match self.all_work.get() > ALL_WORK_LIMIT {
            true => Err(EvalError::too_large(format!("more than {ALL_WORK_LIMIT} elements in all are not made"))),
            false => Ok(()),
        }
    }

    /// Takes note of a block that a `dynamic` block makes; false where there are too many.
    pub(super) fn add_block(&self) -> bool {
        self.blocks.set(self.blocks.get().saturating_add(1));
        self.blocks.get() <= super::body::BLOCK_LIMIT
    }

    /// Takes note of bytes of long texts.
    pub(super) fn spend_text(&self, bytes: usize) -> Result<(), EvalError> {
        let texts = self.texts.get().saturating_add(bytes);
        if texts > TEXT_LIMIT {
            let most = TEXT_LIMIT >> 20;
            return Err(EvalError::too_large(format!("more than {most} MiB of long texts are not made")));
        }
        self.texts.set(texts);
        Ok(())
    }

    pub(super) fn failed(&self, error: EvalError, fallback: Span) -> Value {
        self.report(error.into_problem(fallback));
        Value::unknown(Type::Any, Cause::Error)
    }

    pub(super) fn cycle(&self, span: Span, what: &str) -> Value {
        self.cycles.set(self.cycles.get() + 1);
        let message = format!("`{what}` depends on itself");
        let problem = Problem::error(ProblemKind::Cycle, span, message, "part of a cycle of references");
        self.report(problem.with_help("break the cycle: one of these values must not refer to the others"));
        Value::unknown(Type::Any, Cause::Cycle)
    }

    /// The value of a variable of a module instance.
    pub(crate) fn variable(&self, module: &Rc<ModuleInstance>, name: &Text, variable: &Variable) -> Value {
        let compute = || self.compute_variable(module, name, variable);
        module.variables.get(&Identity::of(variable), compute, || self.cycle(variable.header, &format!("var.{name}")))
    }

    fn compute_variable(&self, module: &Rc<ModuleInstance>, name: &Text, variable: &Variable) -> Value {
        let ty = self.variable_type(variable);
        let given = self.given(module, name);
        let nullable = variable.nullable;
        let given = given.filter(|(v, _)| nullable || !v.is_null());
        let (value, span) = match (given, &variable.default) {
            (Some(given), _) => given,
            (None, Some(default)) if !self.callers_decide(module) => (self.default_value(default), default.span),
            (None, _) => (self.unset_variable(module, name, variable, &ty), variable.header),
        };
        let fit = || convert::convert(&convert::apply_defaults(&value, &ty), &ty);
        let simple = value.as_seq().is_none() && value.as_fields().is_none();
        let fitted = if simple { fit() } else { self.conversions.get(variable.header, &value, fit) };
        let value = fitted.unwrap_or_else(|error| {
            let message = |why: &str| format!("the value of `var.{name}` does not fit its type: {why}");
            let error = error.reworded(message).with_label(format!("does not fit `{ty}`")).at(span);
            self.failed(error, span)
        });
        let mark = |on: bool, mark| if on { mark } else { Marks::NONE };
        let marks = mark(variable.sensitive, Marks::SENSITIVE).union(mark(variable.ephemeral, Marks::EPHEMERAL));
        value.with_marks(marks)
    }

    /// Whether the values of a module's variables are its unknown callers' business, whatever their defaults.
    fn callers_decide(&self, module: &ModuleInstance) -> bool {
        self.inputs.ignore_defaults && module.call.is_none()
    }

    fn default_value(&self, default: &Expr) -> Value {
        Evaluation::new(&super::NoScope::default())
            .eval(default)
            .unwrap_or_else(|error| self.failed(error, default.span))
    }

    /// What a literal is worth as a value of a type; unknown where it has none.
    pub(crate) fn literal(&self, expr: &Expr, ty: &Type) -> Value {
        let value = Evaluation::new(&super::NoScope::default()).eval(expr);
        let converted = value.and_then(|v| convert::convert(&convert::apply_defaults(&v, ty), ty));
        converted.unwrap_or_else(|_| Value::unknown(ty.clone(), Cause::Error))
    }

    /// The type that a variable is converted to.
    pub(crate) fn variable_type(&self, variable: &Variable) -> Type {
        self.declared_type(variable).0
    }

    /// The same as text.
    pub(crate) fn shown_type(&self, variable: &Variable) -> Text {
        self.declared_type(variable).1
    }

    fn declared_type(&self, variable: &Variable) -> (Type, Text) {
        let Some(expr) = &variable.type_expr else { return (Type::Any, self.any.clone()) };
        if let Some(known) = self.common.declared_type(expr.span) {
            return known;
        }
        match type_expr::parse(expr) {
            Ok(ty) => {
                let declared = (ty.clone(), Text::from(ty.to_string()));
                self.common.declare_type(expr.span, declared.clone());
                declared
            }
            // Each program says so.
            Err(error) => {
                self.report(error.into_problem(expr.span));
                (Type::Any, self.any.clone())
            }
        }
    }

    /// What a variable is set to from outside its module, and where.
    fn given(&self, module: &Rc<ModuleInstance>, name: &Text) -> Option<(Value, Span)> {
        let Some((frame, call)) = &module.call else {
            let input = self.inputs.variables.get(name)?;
            return Some((input.value.clone(), input.span));
        };
        let call = frame.module.module().calls.get(call)?;
        let argument = call.arguments.attribute(name)?;
        Some((self.argument(module, name, &argument.expr, frame), argument.expr.span))
    }

    /// What an argument of a module instance's call is worth: the variable asks for it, and who looks at the call.
    pub(crate) fn argument(&self, called: &ModuleInstance, name: &Text, expr: &Expr, frame: &Rc<Frame>) -> Value {
        if let Some(known) = called.arguments.borrow().get(name) {
            return known.clone();
        }
        let cycles = self.cycles.get();
        let value = self.eval(expr, frame);
        // What asks for itself is worth something else to others.
        if self.cycles.get() == cycles {
            called.arguments.borrow_mut().insert(name.clone(), value.clone());
        }
        value
    }

    /// The input that sets a variable of the root module.
    pub(crate) fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.variables.get(name)
    }

    fn unset_variable(&self, module: &Rc<ModuleInstance>, name: &Text, variable: &Variable, ty: &Type) -> Value {
        let address = format!("{}var.{name}", module.prefix);
        let reference = Reference::to(ReferenceKind::Variable, &*address);
        let cause = match variable.default.is_some() {
            true => Cause::Caller(address.into()),
            false => Cause::Variable(address.into()),
        };
        Value::unknown_reference(reference, ty.clone(), !variable.nullable, cause)
    }

    /// The value of a local of a module instance.
    pub(crate) fn local(&self, module: &Rc<ModuleInstance>, name: &Text) -> Option<Value> {
        let local = &**module.module().locals.get(name)?;
        let compute = || self.eval(&local.value, &self.plain_frame(module));
        Some(module.locals.get(&Identity::of(local), compute, || self.cycle(local.span, &format!("local.{name}"))))
    }

    /// The value of an output of a module instance.
    pub(crate) fn output(&self, module: &Rc<ModuleInstance>, name: &Text) -> Option<Value> {
        let output = &**module.module().outputs.get(name)?;
        let compute = || {
            let Some(value) = &output.value else { return Value::unknown(Type::Any, Cause::Error) };
            let value = self.eval(value, &self.plain_frame(module));
            value.with_marks(if output.sensitive { Marks::SENSITIVE } else { Marks::NONE })
        };
        Some(
            module.outputs.get(&Identity::of(output), compute, || self.cycle(output.header, &format!("output.{name}"))),
        )
    }

    /// A template file, parsed.
    pub(super) fn template(&self, path: &str) -> Result<Option<std::sync::Arc<Expr>>, EvalError> {
        self.host.template(path)
    }
}
