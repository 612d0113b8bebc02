//! What a loop asks again in each of its turns, although no turn changes it: calls of functions that look at none of the
//! loop's variables. They are worked out once, when the first turn asks. Where a file is decoded for each of its entries,
//! as in `{ for k in keys(jsondecode(file(p))) : k => jsondecode(file(p))[k] }`, that is the difference between the file's
//! size and its square.

use std::cell::RefCell;

use smallvec::SmallVec;

use super::names::Scope;
use super::text::bytes_made;
use super::union::is_watched;
use super::{EvalError, Value};
use crate::syntax::{Expr, ExprKind, ForExpr, TemplatePart};

/// Calls in a loop that are worth the same in all its turns.
pub(super) struct Invariants<'a> {
    own: Vec<Invariant<'a>>,
    /// Those of the loops around it.
    around: Option<&'a Invariants<'a>>,
}

/// One of them.
pub(super) struct Invariant<'a> {
    call: &'a Expr,
    /// What it is worth, by whether something looks at failures.
    answers: [RefCell<Option<Answer>>; 2],
}

struct Answer {
    value: Result<Value, EvalError>,
    /// How many bytes of long texts it has.
    bytes: usize,
}

impl<'a> Invariants<'a> {
    /// Those of a loop within others; `None` where it adds none.
    pub(super) fn of(f: &'a ForExpr, around: Option<&'a Invariants<'a>>) -> Option<Invariants<'a>> {
        let mut search = Search::default();
        search.declare(f);
        search.inside(f);
        let own = search.found.into_iter().map(|call| Invariant { call, answers: Default::default() });
        let own: Vec<_> = own.collect();
        (!own.is_empty()).then_some(Invariants { own, around })
    }

    /// The call, if it is one of these.
    pub(super) fn get(&self, call: &Expr) -> Option<&Invariant<'a>> {
        let own = self.own.iter().find(|known| std::ptr::eq(known.call, call));
        own.or_else(|| self.around?.get(call))
    }
}

impl Invariant<'_> {
    /// What it is worth; `work_out` says it to the first who asks. Whoever makes something of many long texts needs the
    /// room for them again, so that they count for each turn.
    ///
    /// # Errors
    /// Where it has no value, or all turns together have more text than the scope allows.
    pub(super) fn value(
        &self,
        scope: &dyn Scope,
        work_out: impl FnOnce() -> Result<Value, EvalError>,
    ) -> Result<Value, EvalError> {
        let answer = &self.answers[usize::from(is_watched())];
        if let Some(Answer { value, bytes }) = &*answer.borrow() {
            if *bytes > 0 {
                scope.spend_text(*bytes)?;
            }
            return value.clone();
        }
        let value = work_out();
        let bytes = value.as_ref().map_or(0, |value| bytes_made(value, &[]));
        *answer.borrow_mut() = Some(Answer { value: value.clone(), bytes });
        value
    }
}

/// The position of no variable.
const NONE: usize = usize::MAX;

/// Looks for calls that use no variable of the loop or of one inside it.
#[derive(Default)]
struct Search<'a> {
    /// Variables of the loops that the search is in, outermost first; an element of a splat has no name.
    variables: SmallVec<[&'a str; 4]>,
    /// The outermost of such calls.
    found: SmallVec<[&'a Expr; 2]>,
}

impl<'a> Search<'a> {
    fn declare(&mut self, f: &'a ForExpr) {
        self.variables.extend(f.key_var.iter().chain([&f.value_var]).map(|name| &*name.text));
    }

    /// The position of the outermost variable that the turns of a loop use.
    fn inside(&mut self, f: &'a ForExpr) -> usize {
        let exprs = [f.key.as_ref(), Some(&f.value), f.condition.as_ref()];
        exprs.into_iter().flatten().fold(NONE, |used, expr| used.min(self.look(expr)))
    }

    /// The position of the outermost variable that an expression uses, beside those of loops within it.
    fn look(&mut self, expr: &'a Expr) -> usize {
        let (outer, before) = (self.variables.len(), self.found.len());
        let used = match &expr.kind {
            ExprKind::Variable(name) => self.position(name),
            ExprKind::SplatElement => self.position(""),
            ExprKind::For(f) => {
                let used = self.look(&f.collection);
                self.declare(f);
                used.min(self.inside(f))
            }
            ExprKind::Splat { base, each } => {
                let used = self.look(base);
                self.variables.push("");
                used.min(self.look(each))
            }
            ExprKind::Template(parts) => {
                declare_in(parts, &mut self.variables);
                self.children(expr)
            }
            _ => self.children(expr),
        };
        self.variables.truncate(outer);
        let used = if used < outer { used } else { NONE };
        if used == NONE && matches!(expr.kind, ExprKind::Call(_)) {
            self.found.truncate(before);
            self.found.push(expr);
        }
        used
    }

    fn children(&mut self, expr: &'a Expr) -> usize {
        let mut used = NONE;
        expr.for_each_child(&mut |child| used = used.min(self.look(child)));
        used
    }

    fn position(&self, name: &str) -> usize {
        match self.variables.iter().rposition(|known| *known == name) {
            Some(at) => at,
            // The element of a splat around the loop.
            None if name.is_empty() => 0,
            None => NONE,
        }
    }
}

/// Adds the variables of all loops in a template.
fn declare_in<'a>(parts: &'a [TemplatePart], variables: &mut SmallVec<[&'a str; 4]>) {
    for part in parts {
        match part {
            TemplatePart::Literal(..) | TemplatePart::Interpolation(_) => {}
            TemplatePart::If(part) => {
                declare_in(&part.then, variables);
                declare_in(&part.otherwise, variables);
            }
            TemplatePart::For(part) => {
                variables.extend(part.key_var.iter().chain([&part.value_var]).map(|name| -> &str { &name.text }));
                declare_in(&part.body, variables);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;
    use crate::syntax::parse_expression;

    /// The calls of a loop that are worked out once.
    fn check(text: &str, expected: &[&str]) {
        let sources = SourceMap::new();
        let file = sources.add("x".as_ref(), "x", text).id;
        let (expr, problems) = parse_expression(file, text, 0);
        assert!(problems.is_empty(), "{text}");
        let ExprKind::For(f) = &expr.kind else { panic!("{text} is no loop") };
        let found = Invariants::of(f, None).map(|found| found.own.iter().map(|i| sources.text(i.call.span)).collect());
        let found: Vec<String> = found.unwrap_or_default();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn calls_that_use_no_variable_of_the_loop_are_found() {
        check("[for x in keys(a) : x]", &[]);
        check("[for x in a : f(x)]", &[]);
        check("[for x in a : f(var.x)[x]]", &["f(var.x)"]);
        check("{ for k, v in a : f(k) => g(h(1), v) if i(j()) }", &["h(1)", "i(j())"]);
        check("[for x in a : f(g(1), h(x))]", &["g(1)"]);
    }

    #[test]
    fn loops_within_have_variables_of_their_own() {
        check("[for x in a : f([for y in b : g(y)])]", &["f([for y in b : g(y)])"]);
        check("[for x in a : [for y in b : g(y)]]", &[]);
        check("[for x in a : [for y in b : g(c)]]", &["g(c)"]);
        check("[for x in a : f([for x in b : x])]", &["f([for x in b : x])"]);
        check("[for x in a : f([for y in x : y])]", &[]);
        check("[for x in a : f([for y in b : g(x)])]", &[]);
        check("[for x in a : f(b[*].c)]", &["f(b[*].c)"]);
        check("[for x in a : f(x[*].c)]", &[]);
        check("[for x in a : f(\"%{ for y in b }${y}%{ endfor }\")]", &["f(\"%{ for y in b }${y}%{ endfor }\")"]);
        check("[for x in a : f(\"%{ for y in b }${g(y)}${x}%{ endfor }\")]", &[]);
    }
}
