//! Conditions and declarations of a module that no resource asks for: validations, pre- and postconditions, checks,
//! and every local and output, so that each mistake is reported whether or not something uses the value.

use std::rc::Rc;
use std::sync::Arc;

use super::body::{self, Written};
use super::expand::InstanceSlot;
use super::expr::Evaluation;
use super::program::{Frame, ModuleInstance, Program};
use super::scope::ModuleScope;
use super::{ByName, Inner, Place, Value, ops};
use crate::config::{Condition, Mode, ModuleCall, Resource, ResourceName, is_meta_of_call};
use crate::source::{Problem, ProblemKind};
use crate::syntax::Text;

impl<'c> Program<'c> {
    /// Evaluates what a module declares beside resources and calls, and tests its conditions.
    pub(crate) fn check_module(&self, module: &Rc<ModuleInstance>) {
        let declared = module.node.module.clone();
        let frame = self.plain_frame(module);
        for variable in declared.variables.each() {
            self.variable(module, variable);
            let name = variable.name;
            for condition in &variable.declared.validations {
                let fails = self.condition(condition, &frame, &format!("validation of `var.{name}`"));
                // Such a default says that a value must be given.
                if fails && module.call.is_none() && !self.inputs.variables.contains_key(name) {
                    self.unfit_default.set(true);
                }
            }
        }
        for local in declared.locals.each() {
            self.local(module, local);
        }
        for output in declared.outputs.each() {
            self.output(module, output);
            let what = format!("precondition of output `{}`", output.name);
            self.conditions(&output.declared.preconditions, &frame, &what);
        }
        for check in declared.checks.values() {
            self.conditions(&check.asserts, &frame, &format!("check `{}`", check.name.text));
        }
    }

    /// The configured attributes of an instance, by name.
    pub(crate) fn configured_attributes(
        &self,
        slot: &InstanceSlot,
        id: &ResourceName,
        resource: &Resource,
    ) -> ByName<Value> {
        if let Some(lifecycle) = &resource.lifecycle {
            let what = format!("precondition of {}.{}", id.type_name, id.name);
            self.conditions(&lifecycle.preconditions, &slot.frame, &what);
        }
        let mut configured = self.all_configured(slot, id, resource);
        // Of managed resources the schema says what there is besides.
        if id.mode != Mode::Managed {
            let reference = self.instance_reference(slot, id);
            let place = Place::of(&reference);
            for (name, value) in configured.iter_mut() {
                let written = std::mem::replace(value, Value::NULL);
                *value = body::with_rest(written, &place.child(Inner::Name(name)), false);
            }
        }
        if configured.len() >= body::NAME_LIMIT {
            let message = format!("more than {} arguments of one block are not looked at", body::NAME_LIMIT);
            self.report(Problem::warning(ProblemKind::Limit, resource.header, message, "in this block"));
        }
        configured
    }

    fn conditions(&self, conditions: &[Condition], frame: &Rc<Frame>, what: &str) {
        for condition in conditions {
            self.condition(condition, frame, what);
        }
    }

    /// Reports a condition that certainly does not hold, and says whether it is one.
    fn condition(&self, condition: &Condition, frame: &Rc<Frame>, what: &str) -> bool {
        let Some(expr) = &condition.condition else { return false };
        let value = self.eval(expr, frame);
        match ops::to_bool(&value) {
            Ok(Some(false)) => {}
            Ok(_) => return false,
            Err(error) => {
                self.failed(error.at(expr.span), expr.span);
                return false;
            }
        }
        let said = condition.error_message.as_ref().and_then(|message| {
            let scope = ModuleScope::new(self, frame);
            let text = Evaluation::new(&scope).eval(message).ok()?;
            text.as_str().filter(|_| !text.deep_marks().are_secret()).map(str::to_owned)
        });
        let message = match said {
            Some(said) => format!("the {what} fails: {}", said.trim()),
            None => format!("the {what} fails"),
        };
        let problem = Problem::warning(ProblemKind::FailedCondition, expr.span, message, "this is false");
        self.report_told(problem, expr, frame);
        true
    }

    /// The arguments of an instance of a module call, by name.
    pub(crate) fn call_arguments(
        &self,
        call: &ModuleCall,
        frame: &Rc<Frame>,
        called: Option<&Rc<ModuleInstance>>,
        more: impl IntoIterator<Item = (Text, Value)>,
    ) -> ByName<Value> {
        let mut written = body::all_written(&call.body);
        written.retain(|written| !is_meta_of_call(written.name));
        // Places among what is passed, by those in the body.
        let mut places = vec![0; call.body.attributes.len()];
        call.passed().enumerate().for_each(|(place, (position, _))| places[position] = place);
        let read = |written: Written<'_>| {
            let place = places.get(written.place as usize);
            let value = match (called, written.argument.zip(place)) {
                (Some(called), Some((argument, place))) => self.argument(called, *place, &argument.expr, frame),
                _ => self.item(&call.body, written, frame, 0),
            };
            (written.name.clone(), value)
        };
        written.into_iter().map(read).chain(more).collect()
    }

    /// The attributes of a block of the module itself (a provider), by name.
    pub(crate) fn block_attributes(&self, body: &Arc<crate::syntax::Body>, frame: &Rc<Frame>) -> ByName<Value> {
        let read = |written: Written<'_>| (written.name.clone(), self.item(body, written, frame, 0));
        body::all_written(body).into_iter().map(read).collect()
    }
}
