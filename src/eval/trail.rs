//! How a value came to be: walks the expression again, from the argument outwards, to whoever decided the value.

use std::rc::Rc;

use super::display::short;
use super::expand::{Expansion, InstanceSlot};
use super::program::{Frame, ModuleInstance, Program};
use super::{BlockSource, Value};
use crate::config::{Key, Mode, ResourceName, Variable};
use crate::source::Span;
use crate::syntax::{AttrExpr, ConditionalExpr, Expr, ExprKind, ObjectItem, Text};

/// Who decided a value, as far as expressions say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decider {
    /// The configuration does not set it.
    Nobody,
    /// Written where it is used.
    Literal,
    /// A variable's default.
    VariableDefault,
    /// A variable file, an option or the environment.
    Input,
    /// An argument of a module call.
    ModuleCall,
    /// Computed.
    Expression,
}

/// The steps of a trail and who stands at its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Steps {
    /// Who decided.
    pub decider: Decider,
    /// Places and notes, nearest first. The argument itself is not among them.
    pub steps: Vec<(Span, String)>,
    /// Addresses of root variables whose default decided (`var.multi_az`).
    pub root_default: Option<Text>,
}

/// Trails are not followed further than this.
const STEP_LIMIT: usize = 16;
/// And through no more expressions: what refers to itself is always at the same step.
const FOLLOWED_LIMIT: usize = 100;

/// A path into a value that is still to be followed: innermost step last.
type Path = Vec<Text>;

impl<'c> Program<'c> {
    /// How the value of an argument of a block came to be; of one that is `secret` without values.
    pub(crate) fn trail(&self, block: &BlockSource, argument: &str, secret: bool) -> Steps {
        let mut trail = Walk { program: self, steps: Vec::new(), followed: 0, root_default: None, secret };
        let decider = match block.body.attribute(argument) {
            None => Decider::Nobody,
            Some(attribute) => {
                trail.expr(&attribute.expr, &self.frame_by_id(block.frame), Vec::new(), Decider::Literal)
            }
        };
        Steps { decider, steps: trail.steps, root_default: trail.root_default }
    }
}

struct Walk<'p, 'c> {
    program: &'p Program<'c>,
    steps: Vec<(Span, String)>,
    /// How many expressions were followed.
    followed: usize,
    root_default: Option<Text>,
    /// Whether what is followed must not be shown, even where a part of it is not marked by itself.
    secret: bool,
}

impl Walk<'_, '_> {
    fn step(&mut self, span: Span, note: String) {
        if self.steps.last().is_none_or(|(last, _)| *last != span) {
            self.steps.push((span, note));
        }
    }

    /// A step that says what a value is, unless it is secret.
    fn noted(&mut self, span: Span, name: &str, value: Option<&Value>, how: &str) {
        self.step(span, noted(name, value.filter(|_| !self.secret), how));
    }

    /// Follows one expression; `so_far` is who has decided if it turns out to be a literal.
    fn expr(&mut self, expr: &Expr, frame: &Rc<Frame>, path: Path, so_far: Decider) -> Decider {
        self.followed += 1;
        if self.steps.len() >= STEP_LIMIT || self.followed > FOLLOWED_LIMIT {
            return Decider::Expression;
        }
        match &expr.kind {
            ExprKind::Paren(inner) => self.expr(inner, frame, path, so_far),
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => so_far,
            ExprKind::Unary(_, operand) if is_literal(operand) => so_far,
            ExprKind::Tuple(items) => self.tuple(items, frame, path, so_far),
            ExprKind::Object(items) => match path.split_last() {
                None => so_far,
                Some((name, rest)) => {
                    let found = items.iter().rev().find(|item| self.key_is(&item.key, frame, name));
                    match found {
                        Some(item) => {
                            self.step(item.key.span.to(item.value.span), format!("`{name}` is set here"));
                            self.expr(&item.value, frame, rest.to_vec(), so_far)
                        }
                        None => so_far,
                    }
                }
            },
            ExprKind::Variable(_) | ExprKind::Attr(..) | ExprKind::Index(..) => {
                self.reference(expr, frame, path, so_far)
            }
            ExprKind::Conditional(of) => {
                let ConditionalExpr { condition, then, otherwise } = &**of;
                match self.program.try_eval(condition, frame).ok().and_then(|v| v.as_bool()) {
                    None => Decider::Expression,
                    Some(holds) => {
                        let truth = if holds { "true" } else { "false" };
                        self.step(condition.span, format!("this condition is {truth}"));
                        self.expr(if holds { then } else { otherwise }, frame, path, so_far)
                    }
                }
            }
            ExprKind::Call(call) => self.call(&call.name.text, &call.args, frame, path, so_far),
            ExprKind::Template(parts) => match &**parts {
                [crate::syntax::TemplatePart::Interpolation(only)] => self.expr(only, frame, path, so_far),
                _ => Decider::Expression,
            },
            _ => Decider::Expression,
        }
    }

    fn tuple(&mut self, items: &[Expr], frame: &Rc<Frame>, path: Path, so_far: Decider) -> Decider {
        match path.split_last() {
            Some((index, rest)) => match index.parse::<usize>().ok().and_then(|i| items.get(i)) {
                Some(item) => self.expr(item, frame, rest.to_vec(), so_far),
                None => so_far,
            },
            // A list of one reference is as good as the reference.
            None => match items {
                [only] if !is_literal(only) => self.expr(only, frame, path, so_far),
                _ => so_far,
            },
        }
    }

    fn key_is(&self, key: &Expr, frame: &Rc<Frame>, name: &str) -> bool {
        match &key.kind {
            ExprKind::String(text) => &**text == name,
            _ => self.program.try_eval(key, frame).ok().is_some_and(|v| v.as_str() == Some(name)),
        }
    }

    /// Functions that pass one of their arguments on.
    fn call(&mut self, name: &str, args: &[Expr], frame: &Rc<Frame>, path: Path, so_far: Decider) -> Decider {
        let value = |expr: &Expr| self.program.try_eval(expr, frame).ok();
        let chosen = match name {
            "try" => args.iter().find(|a| value(a).is_some()),
            "coalesce" => args
                .iter()
                .find(|a| value(a).is_some_and(|v| v.is_unknown() || !(v.is_null() || v.as_str() == Some("")))),
            "coalescelist" => args
                .iter()
                .find(|a| value(a).is_some_and(|v| v.as_seq().is_none_or(|s| !s.items.is_empty() || s.rest.is_some()))),
            "merge" => {
                let wanted = path.last().cloned();
                args.iter().rev().find(|a| match (&wanted, value(a)) {
                    (Some(name), Some(v)) => v.as_fields().is_some_and(|f| f.entries.contains_key(name)),
                    _ => false,
                })
            }
            "lookup" => {
                return match (args, args.get(1).and_then(value).and_then(|v| key_text(&v))) {
                    ([map, _, rest @ ..], Some(key)) => {
                        let there =
                            value(map).is_some_and(|v| v.as_fields().is_some_and(|f| f.entries.contains_key(&key)));
                        match (there, rest.first()) {
                            (false, Some(default)) => self.expr(default, frame, path, so_far),
                            _ => self.expr(map, frame, deeper(path, key), so_far),
                        }
                    }
                    _ => Decider::Expression,
                };
            }
            "sensitive" => {
                self.secret = true;
                args.first()
            }
            "tostring" | "tonumber" | "tobool" | "tolist" | "toset" | "tomap" | "nonsensitive" | "concat"
            | "flatten" | "compact" | "distinct" | "one"
                if args.len() == 1 =>
            {
                args.first()
            }
            "jsonencode" | "jsondecode" => {
                return if args.iter().all(is_literal) { so_far } else { Decider::Expression };
            }
            _ => None,
        };
        match chosen {
            Some(arg) => self.expr(arg, frame, path, so_far),
            None => Decider::Expression,
        }
    }

    fn reference(&mut self, expr: &Expr, frame: &Rc<Frame>, mut path: Path, so_far: Decider) -> Decider {
        // Steps behind the root, nearest to the root first.
        let mut hops: Vec<Text> = Vec::new();
        let mut at = expr;
        let root = loop {
            match &at.kind {
                ExprKind::Attr(attr) => {
                    let AttrExpr { base, name } = &**attr;
                    hops.push(name.text.clone());
                    at = base;
                }
                ExprKind::Index(base, key) => {
                    let key = self.program.try_eval(key, frame).ok();
                    let Some(text) = key.and_then(|k| key_text(&k)) else { return Decider::Expression };
                    hops.push(text);
                    at = base;
                }
                ExprKind::Variable(root) => break root.clone(),
                _ => return Decider::Expression,
            }
        };
        hops.reverse();
        let follow = |path: &mut Path, hops: &[Text]| path.extend(hops.iter().rev().cloned());
        if let Some(position) = frame.bindings.iter().rposition(|binding| binding.name == root) {
            return self.binding(frame, position, &hops, path);
        }
        let Some(name) = hops.first() else { return Decider::Expression };
        match &*root {
            "var" => {
                follow(&mut path, &hops[1..]);
                self.variable(frame, name, path)
            }
            "local" => {
                let module = frame.module.clone();
                let Some(declared) = module.module().locals.find(name) else { return Decider::Expression };
                let local = declared.declared;
                let value = self.program.local(&module, declared);
                self.noted(local.span, &format!("local.{name}"), Some(&value), "");
                follow(&mut path, &hops[1..]);
                self.expr(&local.value, &self.program.plain_frame(&module), path, so_far)
            }
            "module" => self.output(frame, &hops, path, so_far),
            "data" | "each" | "count" | "self" | "path" | "terraform" | "tofu" => Decider::Expression,
            type_name => {
                let name = ResourceName { mode: Mode::Managed, type_name: type_name.into(), name: name.clone() };
                self.resource(frame, &name, &hops[1..], path, so_far)
            }
        }
    }

    /// `each.value` and iterators: on to the collection that is iterated.
    fn binding(&mut self, frame: &Rc<Frame>, position: usize, hops: &[Text], mut path: Path) -> Decider {
        let is_last = position + 1 == frame.bindings.len();
        let Some((collection, outer)) = frame.source.clone().filter(|_| is_last) else { return Decider::Expression };
        if hops.first().map(|h| &**h) != Some("value") {
            return Decider::Expression;
        }
        let Some(key) = frame.bindings[position].key().and_then(key_text) else { return Decider::Expression };
        path.extend(hops[1..].iter().rev().cloned());
        path.push(key.clone());
        let element = if self.secret { String::new() } else { format!("; this is the element {}", short(&key.into())) };
        self.step(collection.span, format!("iterated here{element}"));
        self.expr(&collection, &outer, path, Decider::Literal)
    }

    fn variable(&mut self, frame: &Rc<Frame>, name: &Text, path: Path) -> Decider {
        let module = frame.module.clone();
        let Some(declared) = module.module().variables.find(name) else { return Decider::Expression };
        let variable = declared.declared;
        let value = self.program.variable(&module, declared);
        let shown = format!("var.{name}");
        if variable.sensitive || variable.ephemeral {
            // What sets it is a secret: the declaration is as near as a trail may lead.
            self.step(variable.header, format!("`{shown}` is sensitive"));
            return self.secret_decider(&module, name, variable);
        }
        match &module.call {
            None => {
                if let Some(input) = self.program.input(name) {
                    self.noted(input.span, &shown, Some(&value), &format!("set by {}", input.from));
                    return Decider::Input;
                }
            }
            Some((outer, call)) => {
                let call = outer.module.module().calls.get(call).cloned();
                if let Some(argument) = call.as_ref().and_then(|c| c.argument(name)) {
                    self.noted(argument.span(), &shown, Some(&value), "passed here");
                    return self.expr(&argument.expr, outer, path, Decider::ModuleCall);
                }
            }
        }
        let Some(default) = &variable.default else {
            self.step(variable.header, format!("`{shown}` has no value"));
            return Decider::Expression;
        };
        match inside(&variable.type_expr, default, &path) {
            Some((name, span)) => self.step(span, format!("`{name}` of `{shown}` by default")),
            None => self.noted(default.span, &shown, Some(&value), "by default"),
        }
        if module.call.is_none() {
            self.root_default = Some(shown.into());
        }
        Decider::VariableDefault
    }

    /// Who decided the value of a sensitive variable.
    fn secret_decider(&self, module: &ModuleInstance, name: &Text, variable: &Variable) -> Decider {
        let passed = |(outer, call): &(Rc<Frame>, Text)| {
            let call = outer.module.module().calls.get(call);
            call.is_some_and(|call| call.argument(name).is_some())
        };
        match &module.call {
            None if self.program.input(name).is_some() => Decider::Input,
            Some(call) if passed(call) => Decider::ModuleCall,
            _ if variable.default.is_some() => Decider::VariableDefault,
            _ => Decider::Expression,
        }
    }

    fn output(&mut self, frame: &Rc<Frame>, hops: &[Text], mut path: Path, so_far: Decider) -> Decider {
        let module = frame.module.clone();
        let Some(call) = module.module().calls.find(&hops[0]) else { return Decider::Expression };
        let Some(expansion) = self.program.call_expansion(&module, call) else { return Decider::Expression };
        let Some((slot, keys)) = chosen(&expansion, &hops[1..]) else { return Decider::Expression };
        let used = 1 + keys;
        let (Some(inner), Some(name)) = (self.program.called_module(slot, &hops[0]), hops.get(used)) else {
            return Decider::Expression;
        };
        let Some(output) = inner.module().outputs.get(name) else { return Decider::Expression };
        let Some(value) = &output.value else { return Decider::Expression };
        self.step(output.header, format!("output `{name}` of module.{}", hops[0]));
        self.secret |= output.sensitive || output.ephemeral;
        path.extend(hops[used + 1..].iter().rev().cloned());
        self.expr(value, &self.program.plain_frame(&inner), path, so_far)
    }

    fn resource(
        &mut self,
        frame: &Rc<Frame>,
        name: &ResourceName,
        hops: &[Text],
        mut path: Path,
        so_far: Decider,
    ) -> Decider {
        let module = frame.module.clone();
        let Some(declared) = module.module().resources.find(name) else { return Decider::Expression };
        let resource = declared.declared;
        let Some(expansion) = self.program.resource_expansion(&module, declared) else {
            return Decider::Expression;
        };
        let Some((slot, used)) = chosen(&expansion, hops) else { return Decider::Expression };
        let Some(attribute) = hops.get(used).and_then(|h| resource.arguments.attribute(h)) else {
            return Decider::Expression;
        };
        self.step(attribute.span(), format!("`{}.{}` says so", name.type_name, name.name));
        path.extend(hops[used + 1..].iter().rev().cloned());
        self.expr(&attribute.expr, &slot.frame.clone(), path, so_far)
    }
}

/// The instance that hops lead to, and how many of them are its key.
fn chosen<'e>(expansion: &'e Expansion, hops: &[Text]) -> Option<(&'e InstanceSlot, usize)> {
    match expansion {
        Expansion::Single(slot) => Some((slot, 0)),
        Expansion::Disabled => None,
        Expansion::Repeated(_) => {
            let key = hops.first()?;
            Some((expansion.slots().iter().find(|slot| key_is(&slot.key, key))?, 1))
        }
    }
}

/// Where a default says what stands at a path inside it: in the default's own object, else in the type's `optional()`.
fn inside(ty: &Option<std::sync::Arc<Expr>>, default: &Expr, path: &[Text]) -> Option<(Text, Span)> {
    let name = path.first()?.clone();
    let walk = |start: &Expr, step: fn(&Expr) -> &Expr| {
        path.iter().rev().try_fold(start.clone(), |at, name| match &step(&at).kind {
            ExprKind::Object(items) => {
                let named = |item: &&ObjectItem| matches!(&item.key.kind, ExprKind::String(key) if key == name);
                items.iter().rev().find(named).map(|item| item.value.clone())
            }
            _ => None,
        })
    };
    if let Some(found) = walk(default, |e| e) {
        return Some((name, found.span));
    }
    let declared = walk(ty.as_deref()?, type_object)?;
    match &declared.kind {
        ExprKind::Call(call) if &*call.name.text == "optional" => Some((name, call.args.get(1)?.span)),
        _ => None,
    }
}

/// The object constructor inside `object({…})` and `optional(object({…}), …)`.
fn type_object(ty: &Expr) -> &Expr {
    match &ty.kind {
        ExprKind::Call(call) => call.args.first().map_or(ty, type_object),
        _ => ty,
    }
}

fn noted(name: &str, value: Option<&Value>, how: &str) -> String {
    let how = match how {
        "" => String::new(),
        "by default" => " by default".to_owned(),
        how => format!(", {how}"),
    };
    match value {
        // Large values say nothing on one line.
        Some(v) if v.as_seq().is_none() && v.as_fields().is_none() && !v.is_unknown() => {
            format!("`{name}` is {}{how}", short(v))
        }
        _ => format!("`{name}` comes from here{}", if how == " by default" { ", its default" } else { "" }),
    }
}

fn deeper(mut path: Path, key: Text) -> Path {
    path.push(key);
    path
}

/// A key as a step of a path, which notes name: none where it must not be shown.
fn key_text(key: &Value) -> Option<Text> {
    if key.marks.are_secret() {
        return None;
    }
    match (key.as_str(), key.as_number()) {
        (Some(text), _) => Some(text.into()),
        (_, Some(n)) => Some(n.to_string().into()),
        _ => None,
    }
}

fn key_is(key: &Key, text: &str) -> bool {
    match key {
        Key::Int(n) => n.to_string() == text,
        Key::Str(s) => &**s == text,
        Key::None | Key::Any | Key::Perhaps => false,
    }
}

fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => true,
        ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => is_literal(inner),
        ExprKind::Tuple(items) => items.iter().all(is_literal),
        ExprKind::Object(items) => items.iter().all(|i| is_literal(&i.value)),
        _ => false,
    }
}
