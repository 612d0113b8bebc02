//! Variables: what sets them, and what they are worth as values of their types.

use std::rc::Rc;

use super::expr::Evaluation;
use super::program::{Frame, Input, ModuleInstance, Program};
use super::{Cause, Marks, Reference, ReferenceKind, Type, Value, convert, type_expr};
use crate::config::{Declared, ModuleCall, Variable};
use crate::source::Span;
use crate::syntax::{Attribute, Expr, Text};

/// Among so few arguments of a call each is found by looking at all.
const FEW_ARGUMENTS: usize = 8;

impl Program<'_> {
    /// The value of a variable of a module instance.
    pub(crate) fn variable(&self, module: &Rc<ModuleInstance>, variable: Declared<'_, Variable>) -> Value {
        let Declared { at, name, declared } = variable;
        let compute = || self.compute_variable(module, name, declared);
        module.variables.get(&at, compute, || self.cycle(declared.header, &format!("var.{name}")))
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
        let marks = Marks::declared(variable.sensitive, variable.ephemeral);
        let value = fitted.unwrap_or_else(|error| {
            // The reason may name a key of the value.
            let message = |why: &str| match marks.union(value.deep_marks()).are_secret() {
                true => format!("the value of `var.{name}` does not fit its type"),
                false => format!("the value of `var.{name}` does not fit its type: {why}"),
            };
            let error = error.reworded(message).with_label(format!("does not fit `{ty}`")).at(span);
            self.failed(error, span)
        });
        value.with_marks(marks)
    }

    /// Whether the values of a module's variables are its unknown callers' business, whatever their defaults.
    fn callers_decide(&self, module: &ModuleInstance) -> bool {
        self.inputs.ignore_defaults && module.call.is_none()
    }

    fn default_value(&self, default: &Expr) -> Value {
        Evaluation::new(&self.literals).eval(default).unwrap_or_else(|error| self.failed(error, default.span))
    }

    /// What a literal is worth as a value of a type; unknown where it has none.
    pub(crate) fn literal(&self, expr: &Expr, ty: &Type) -> Value {
        let value = Evaluation::new(&self.literals).eval(expr);
        let converted = value.and_then(|v| convert::convert(&convert::apply_defaults(&v, ty), ty));
        converted.unwrap_or_else(|_| Value::unknown(ty.clone(), Cause::Error))
    }

    /// What a variable of the root is worth in all of its environments, which does not depend on the one that is evaluated.
    pub(crate) fn in_all_environments(&self, variable: &Variable, work_out: impl FnOnce() -> Value) -> Value {
        self.common.everywhere(variable.header, work_out)
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
        match type_expr::parse(expr, &self.literals) {
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
        let (place, argument) = argument_of(module, call, name)?;
        Some((self.argument(module, place, &argument.expr, frame), argument.expr.span))
    }

    /// What an argument of a module instance's call is worth: the variable asks for it, and who looks at the call. Its
    /// place is that among the call's arguments.
    pub(super) fn argument(&self, called: &ModuleInstance, place: usize, expr: &Expr, frame: &Rc<Frame>) -> Value {
        if let Some(Some(known)) = called.arguments.borrow().get(place) {
            return known.clone();
        }
        let (value, lasts) = self.worth(|| self.eval(expr, frame));
        if lasts {
            let mut arguments = called.arguments.borrow_mut();
            if arguments.len() <= place {
                // Many calls have one argument or two, and a module may be called very often.
                if arguments.is_empty() {
                    arguments.reserve_exact(place + 1);
                }
                arguments.resize(place + 1, None);
            }
            arguments[place] = Some(value.clone());
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
}

/// An argument of the call that made a module instance, with its place. Each variable looks for its own: among more than a
/// few arguments, where their names say.
fn argument_of<'b>(module: &ModuleInstance, call: &'b ModuleCall, name: &Text) -> Option<(usize, &'b Attribute)> {
    if call.body.attributes.len() <= FEW_ARGUMENTS {
        return call.arguments().enumerate().find(|(_, attribute)| attribute.name.text == *name);
    }
    let positions = module.positions.get_or_init(|| {
        let passed = call.passed().collect::<Vec<_>>();
        // Of several with one name the first counts.
        let names = passed.into_iter().enumerate().rev();
        Box::new(names.map(|(place, (position, argument))| (argument.name.text.clone(), (place, position))).collect())
    });
    let (place, position) = *positions.get(name)?;
    call.body.attributes.get(position).map(|attribute| (place, attribute))
}
