//! Questions about lists that are answered without making all that is asked about: `anytrue`, `alltrue` and `contains`
//! over a list that is written in their place, whose elements are evaluated one after the other, up to the one that
//! decides; and `length(list) > 0`. For scopes that want no more than what matters; see
//! [`Scope::stops_when_decided`](super::Scope::stops_when_decided).

use std::ops::ControlFlow;

use super::expr::Evaluation;
use super::for_expr::Gather;
use super::open::Items;
use super::union::{is_watched, may_be_failure};
use super::{Cause, EvalError, Kind, Marks, Value, equality, functions, ops};
use crate::syntax::{BinaryOp, Expr, ExprKind, ForExpr, Text};

/// What an element says: true decides, false says nothing, all else is for the function itself to judge.
type Says<'a> = &'a dyn Fn(&Value) -> Option<bool>;

impl Evaluation<'_> {
    /// The value of a call, if it asks something of a list that is written in its place.
    pub(super) fn quantifier(&self, name: &Text, args: &[Expr]) -> Option<Result<Value, EvalError>> {
        let [list @ Expr { kind: ExprKind::For(_) | ExprKind::Tuple(_), .. }, others @ ..] = args else { return None };
        let truth = |decisive: bool, null: bool| {
            move |value: &Value| match value.kind {
                Kind::Bool(b) => Some(b == decisive),
                Kind::Null => Some(null),
                _ => None,
            }
        };
        match (&**name, others) {
            ("anytrue", []) => Some(self.quantified(name, list, &[], true, &truth(true, false))),
            ("alltrue", []) => Some(self.quantified(name, list, &[], false, &truth(false, true))),
            ("contains", [wanted]) => Some(self.eval(wanted).and_then(|wanted| {
                // Of something unknown each alternative is looked for.
                let says = |value: &Value| if wanted.is_unknown() { None } else { equality::equal(value, &wanted) };
                self.quantified(name, list, std::slice::from_ref(&wanted), true, &says)
            })),
            _ => None,
        }
    }

    /// `length(list) > 0` and the like: of a list that is seen at a glance nothing but its length is compared.
    pub(super) fn compared_length(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Option<Result<Value, EvalError>> {
        let (ExprKind::Call(call), ExprKind::Number(digits)) = (&left.kind, &right.kind) else { return None };
        let ([list], "length", false) = (&*call.args, &*call.name.text, call.expand_final) else { return None };
        let holds: fn(&usize, &usize) -> bool = match op {
            BinaryOp::Equal => usize::eq,
            BinaryOp::NotEqual => usize::ne,
            BinaryOp::Greater => usize::gt,
            BinaryOp::GreaterEqual => usize::ge,
            BinaryOp::Less => usize::lt,
            BinaryOp::LessEqual => usize::le,
            _ => return None,
        };
        let wanted = digits.parse().ok()?;
        let list = match self.eval(list) {
            Ok(list) => list,
            Err(error) => return Some(Err(error.at(left.span))),
        };
        if let Kind::List(seq) | Kind::Tuple(seq) = &list.kind
            && !list.is_open()
            && list.marks == Marks::NONE
            && !is_watched()
        {
            return Some(Ok(holds(&seq.items.len(), &wanted).into()));
        }
        let length = self.function("length", &[list]).map_err(|error| error.at(left.span));
        Some(length.and_then(|length| ops::binary(op, &length, &self.eval(right)?)))
    }

    /// Calls one of Terraform's functions.
    fn function(&self, name: &str, args: &[Value]) -> Result<Value, EvalError> {
        match functions::lookup(name) {
            Some(function) => functions::call(function, self.scope().host(), args),
            None => Err(EvalError::new(format!("there is no function named `{name}`"))),
        }
    }

    /// What the function of that name says of a list and these arguments: `outcome` as soon as an element decides.
    fn quantified(
        &self,
        name: &str,
        list: &Expr,
        others: &[Value],
        outcome: bool,
        says: Says<'_>,
    ) -> Result<Value, EvalError> {
        let passes_false = name == "anytrue";
        let mut search =
            Search { says, passes_false, found: false, parts: Value::from(!outcome), left: Items::default() };
        let left = match self.search(list, &mut search)? {
            Some(whole) => whole,
            None => {
                let parts = others.iter().fold(search.parts, made_from);
                match search.found {
                    true => return Ok(Value { kind: Kind::Bool(outcome), ..parts }),
                    false if search.left.is_empty() => return Ok(parts),
                    false => search.left.into_tuple().from_parts([&parts]),
                }
            }
        };
        let mut args = vec![left];
        args.extend_from_slice(others);
        self.function(name, &args)
    }

    /// Looks through a list; the list itself where it may be a failure, which the function has to look at as a whole.
    fn search(&self, list: &Expr, search: &mut Search<'_>) -> Result<Option<Value>, EvalError> {
        match &list.kind {
            ExprKind::For(f) => {
                let collection = self.eval(&f.collection)?;
                if is_watched() && may_be_failure(&collection) {
                    return self.for_over(f, &collection).map(Some);
                }
                search.parts = std::mem::replace(&mut search.parts, Value::NULL).from_parts([&collection]);
                self.gather(f, &collection, search)?;
            }
            ExprKind::Tuple(items) => {
                for item in items {
                    if search.look(self.eval(item)?).is_break() {
                        break;
                    }
                }
            }
            _ => return self.eval(list).map(Some),
        }
        Ok(None)
    }
}

/// Looks for an element that decides.
struct Search<'a> {
    says: Says<'a>,
    /// Whether false says nothing.
    passes_false: bool,
    found: bool,
    /// What the answer is where none decides, made from all that was looked at.
    parts: Value,
    /// What does not say anything by itself.
    left: Items,
}

impl Search<'_> {
    fn look(&mut self, value: Value) -> ControlFlow<()> {
        match (self.says)(&value) {
            Some(decides) => {
                self.parts = made_from(std::mem::replace(&mut self.parts, Value::NULL), &value);
                // Where something looks at failures, one before the element that decides comes first.
                self.found = decides && (self.left.is_empty() || !is_watched());
                if decides && !self.found {
                    self.left.push(value);
                }
            }
            None => self.left.push(value),
        }
        if self.found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Gather for Search<'_> {
    fn passes_false(&self) -> bool {
        self.passes_false
    }

    fn mark(&mut self, marks: Marks) {
        self.parts.marks = self.parts.marks.union(marks);
    }

    fn add(&mut self, scope: &Evaluation<'_>, f: &ForExpr, doubt: Option<Cause>) -> Result<ControlFlow<()>, EvalError> {
        let value = scope.eval(&f.value)?;
        match doubt {
            None => Ok(self.look(value)),
            doubt => {
                self.left.push_possible(value, doubt);
                Ok(ControlFlow::Continue(()))
            }
        }
    }
}

/// A result with the marks and references of an argument and of everything inside it.
fn made_from(result: Value, argument: &Value) -> Value {
    let marks = argument.deep_marks().without(Marks::PROVIDER_DEFAULT);
    result.with_refs(&argument.deep_refs()).with_marks(marks)
}
