//! Evaluates calls: the functions that need their arguments unevaluated, the scope's own, and Terraform's.

use std::sync::Arc;

use smallvec::SmallVec;

use super::expr::Evaluation;
use super::functions::{self, Function, Host};
use super::names::{Hop, Resolved, Scope};
use super::union::{may_be_failure, watched};
use super::{Cause, EvalError, Kind, NoScope, Type, Value, nearest};
use crate::source::{ProblemKind, Span};
use crate::syntax::{Expr, ExprKind, Ident, Text};

/// Template files that render template files may nest this deep.
const TEMPLATE_DEPTH: usize = 32;
/// A template counts as so many elements: those that render each other several times multiply.
const TEMPLATE_WORK: usize = 100;

/// So many arguments are looked at while a `for` makes an element.
const MANY: usize = 2;
/// Functions that look at one element of a collection, or at none.
const AT_ONCE: [&str; 5] = ["element", "issensitive", "length", "lookup", "one"];

/// The value of `name(args…)`.
pub(super) fn eval(
    evaluation: &Evaluation<'_>,
    name: &Ident,
    args: &[Expr],
    expand_final: bool,
    span: Span,
) -> Result<Value, EvalError> {
    if evaluation.scope().stops_when_decided()
        && let Some(result) = evaluation.quantifier(&name.text, args)
    {
        return result;
    }
    if let Some(result) = evaluation.scope().call(name, args, evaluation) {
        return result;
    }
    match functions::lookup(&name.text) {
        // A null of a list type is skipped; the literal has no type, and only here is it still to be told apart.
        Some(Function { name: "coalescelist", .. }) if args.iter().any(|a| matches!(a.kind, ExprKind::Null)) => {
            Err(EvalError::new("the arguments of `coalescelist` must be lists or tuples, not null"))
        }
        Some(function) => call(evaluation, function, args, expand_final),
        None => match name.text.strip_prefix("core::").unwrap_or(&name.text) {
            "try" => try_first(evaluation, args),
            "can" => can(evaluation, args),
            "templatefile" => template_file(evaluation, args),
            "templatestring" => template_string(evaluation, args, span),
            "convert" => convert(evaluation, args),
            _ => undeclared(evaluation, name, args),
        },
    }
}

/// Calls a function that wants its arguments evaluated.
fn call(
    evaluation: &Evaluation<'_>,
    function: &Function,
    args: &[Expr],
    expand_final: bool,
) -> Result<Value, EvalError> {
    let mut values = Arguments::new();
    for arg in args {
        values.push(evaluation.eval(arg)?);
    }
    if expand_final && !spread(&mut values, args)? {
        let known: Vec<Value> = args.iter().map(|a| evaluation.eval(a)).collect::<Result<_, _>>()?;
        return Ok(Value::unknown_from(&known, Type::Any, false));
    };
    let work = values.iter().map(|value| match value.work() {
        0 => 0,
        work if value.as_str().is_some() || !AT_ONCE.contains(&function.name) => work,
        _ => 0,
    });
    let work = work.sum::<usize>() + values.len() / MANY;
    evaluation.spend_work(work + functions::work_of_pattern(function.name, &values))?;
    let value = functions::call(function, evaluation.scope().host(), &values)?;
    // A file's text is made once, and kept whoever asks for it.
    if function.name == "file" { Ok(value) } else { evaluation.counted(value, &values) }
}

/// Calls seldom have more arguments.
type Arguments = SmallVec<[Value; 3]>;

/// Puts the elements of the final `list...` in its place; false where its length is not known.
fn spread(values: &mut Arguments, args: &[Expr]) -> Result<bool, EvalError> {
    let Some(last) = values.pop() else { return Ok(true) };
    let span = args.last().map(|a| a.span);
    match last.as_seq() {
        Some(seq) if seq.rest.is_none() && seq.loose == 0 => {
            values.extend(seq.items.iter().map(|v| v.clone().with_refs(&last.refs).with_marks(last.marks)));
            Ok(true)
        }
        Some(_) => Ok(false),
        None if last.is_unknown() => Ok(false),
        None => {
            let error = EvalError::new("only a list, tuple or set can be spread over arguments");
            let error = error.with_label(format!("this is {}", describe(&last)));
            Err(span.map_or(error.clone(), |s| error.at(s)))
        }
    }
}

fn describe(value: &Value) -> String {
    match value.is_null() {
        true => "null".into(),
        false => format!("a {}", value.type_of().friendly_name()),
    }
}

fn undeclared(evaluation: &Evaluation<'_>, name: &Ident, args: &[Expr]) -> Result<Value, EvalError> {
    if name.text.starts_with("provider::") {
        let values: Vec<Value> = args.iter().map(|a| evaluation.eval(a)).collect::<Result<_, _>>()?;
        let refs = values.iter().fold(super::Refs::default(), |refs, v| refs.union(&v.deep_refs()));
        return Ok(Value::unknown(Type::Any, Cause::Function(name.text.clone())).with_refs(&refs));
    }
    let own = evaluation.scope().function_names();
    let lazy = ["try", "can", "templatefile", "templatestring", "convert"];
    let names = own.into_iter().chain(functions::names().map(|n| n as &str)).chain(lazy);
    let error = EvalError::new(format!("there is no function named `{}`", name.text)).with_label("not a function");
    let error = error.did_you_mean(nearest(&name.text, names)).at(name.span);
    Err(error.of_kind(ProblemKind::UndeclaredName).uncatchable())
}

fn try_first(evaluation: &Evaluation<'_>, args: &[Expr]) -> Result<Value, EvalError> {
    let mut maybe: Option<Value> = None;
    let mut last_error = None;
    for arg in args {
        match watched(true, || evaluation.eval(arg)) {
            Ok(value) => {
                // What may turn out to fail leaves it to the next argument.
                let may_fail = may_be_failure(&value);
                let value = match maybe {
                    Some(earlier) => super::iterate::join(Some(earlier), value),
                    None => value,
                };
                if !may_fail {
                    return Ok(value);
                }
                maybe = Some(value);
            }
            Err(error) if error.uncatchable => return Err(error),
            Err(error) => last_error = Some(error),
        }
    }
    let last_error = || last_error.unwrap_or_else(|| EvalError::new("`try` needs at least one argument"));
    match maybe {
        Some(value) => Ok(value),
        None if args.len() > 1 => Err(last_error().with_help("none of the arguments of `try` has a value")),
        None => Err(last_error()),
    }
}

fn can(evaluation: &Evaluation<'_>, args: &[Expr]) -> Result<Value, EvalError> {
    let [arg] = args else { return Err(EvalError::new("`can` takes exactly one argument")) };
    match watched(true, || evaluation.eval(arg)) {
        Ok(value) if value.is_unknown() || may_be_failure(&value) => {
            Ok(Value::unknown_from([&value], Type::Bool, true))
        }
        Ok(_) => Ok(true.into()),
        Err(error) if error.uncatchable => Err(error),
        Err(_) => Ok(false.into()),
    }
}

fn convert(evaluation: &Evaluation<'_>, args: &[Expr]) -> Result<Value, EvalError> {
    let [value, ty] = args else { return Err(EvalError::new("`convert` takes a value and a type")) };
    let ty = super::type_expr::parse(ty, &NoScope::inside(evaluation.scope()))?;
    let value = evaluation.eval(value)?;
    let value = super::convert::apply_defaults(&value, &ty);
    super::convert::convert(&value, &ty)
}

fn template_file(evaluation: &Evaluation<'_>, args: &[Expr]) -> Result<Value, EvalError> {
    let [path, vars] = args else { return Err(EvalError::new("`templatefile` takes a path and the variables")) };
    let path_value = evaluation.eval(path)?;
    let vars = evaluation.eval(vars)?;
    let unknown = || Value::unknown_from([&path_value, &vars], Type::String, true);
    let Kind::String(path_text) = &super::convert::convert(&path_value, &Type::String)?.kind else {
        return Ok(unknown());
    };
    let hidden = |e: EvalError| e.about(&[&path_value], "`templatefile`").at(path.span);
    match evaluation.scope().template(path_text).map_err(hidden)? {
        None => Ok(unknown()),
        Some(template) => Ok(render(evaluation, &template, &vars)?.from_parts([&path_value])),
    }
}

fn template_string(evaluation: &Evaluation<'_>, args: &[Expr], span: Span) -> Result<Value, EvalError> {
    let [text, vars] = args else { return Err(EvalError::new("`templatestring` takes a template and the variables")) };
    let is_reference = matches!(text.kind, ExprKind::Attr(..) | ExprKind::Index(..) | ExprKind::Variable(_));
    if !is_reference {
        let error = EvalError::new("the template must be a reference to a string").with_label("not a reference");
        return Err(error.with_help("write a literal template where it is used, as \"…${…}…\"").at(text.span));
    }
    let text_value = evaluation.eval(text)?;
    let vars = evaluation.eval(vars)?;
    let Kind::String(source) = &super::convert::convert(&text_value, &Type::String)?.kind else {
        return Ok(Value::unknown_from([&text_value, &vars], Type::String, true));
    };
    let (template, problems) = crate::syntax::parse_template(span.file, source, 0);
    // What is wrong with a template quotes it.
    let hidden = |error: EvalError| error.about(&[&text_value], "`templatestring`");
    // Spans lie in the text, not in a file: errors point at the call.
    if let Some(problem) = problems.into_iter().next() {
        return Err(hidden(EvalError::new(problem.message)).with_label("in this template").at(text.span));
    }
    let rendered = render(evaluation, &template, &vars);
    let at_call = |error: EvalError| {
        let mut error = hidden(error);
        error.span = Some(text.span);
        error
    };
    let rendered = super::convert::convert(&rendered.map_err(at_call)?, &Type::String).map_err(at_call)?;
    Ok(rendered.from_parts([&text_value]))
}

fn render(evaluation: &Evaluation<'_>, template: &Expr, vars: &Value) -> Result<Value, EvalError> {
    let depth = evaluation.bound("\0depth").and_then(Value::as_number).and_then(|n| n.to_i64()).unwrap_or(0);
    if depth as usize >= TEMPLATE_DEPTH {
        let error = EvalError::new(format!("templates nest more than {TEMPLATE_DEPTH} deep"));
        return Err(error.of_kind(ProblemKind::Limit));
    }
    if vars.as_fields().is_none() && !vars.is_unknown() {
        return Err(EvalError::new("the variables of a template must be a map or an object"));
    }
    evaluation.scope().spend(TEMPLATE_WORK)?;
    let scope = TemplateScope { vars, outer: evaluation.scope() };
    let depth_value = Value::from(depth + 1);
    Evaluation::new(&scope).bind(&Text::from("\0depth"), depth_value).eval(template)
}

/// What a template file sees: its variables and nothing else.
struct TemplateScope<'a> {
    vars: &'a Value,
    outer: &'a dyn Scope,
}

impl Scope for TemplateScope<'_> {
    fn resolve(&self, root: &Text, span: Span, _: &[Hop<'_>], _: &Evaluation<'_>) -> Result<Resolved, EvalError> {
        let found = match self.vars.as_fields() {
            Some(fields) => fields.entries.get(root).or(fields.rest.as_ref()).cloned(),
            None => Some(super::attribute(self.vars, root)?),
        };
        match found {
            Some(value) => Ok(Resolved { value: value.from_parts([self.vars]), consumed: 0 }),
            None => Err(EvalError::new(format!("the template's variables have no `{root}`"))
                .with_label("not passed to the template")
                .at(span)),
        }
    }

    fn handle_attribute(&self, handle: u32, name: &str) -> Result<Value, EvalError> {
        self.outer.handle_attribute(handle, name)
    }

    fn host(&self) -> &dyn Host {
        self.outer.host()
    }

    fn template(&self, path: &str) -> Result<Option<Arc<Expr>>, EvalError> {
        self.outer.template(path)
    }

    fn spend(&self, elements: usize) -> Result<(), EvalError> {
        self.outer.spend(elements)
    }

    fn spend_text(&self, bytes: usize) -> Result<(), EvalError> {
        self.outer.spend_text(bytes)
    }
}
