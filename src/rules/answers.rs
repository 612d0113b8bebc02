//! What has been worked out already, so that it is not worked out again: each answer by the question that it belongs to.
//!
//! Keeping answers is right where a question names all that its answer depends on. That is for whoever asks to see to:
//! what depends on the instances of a run is kept by the run, what depends on nothing but arguments by the catalog.

use std::hash::{Hash, Hasher};
use std::sync::{PoisonError, RwLock};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use smallvec::SmallVec;

use crate::eval::union::is_watched;
use crate::eval::{EvalError, Kind, MakeIndex, Node, SharedIndex, Value};
use crate::source::ProblemKind;
use crate::syntax::Text;

/// So many answers are kept, some 2 MB of them; then all are forgotten, and what is asked again is worked out again. They
/// fill a table: with one more it would double.
const MOST_ANSWERS: usize = 7 << 10;

/// Answers of one kind. Two threads may work out the same, which is the same.
pub struct Answers<K, V>(RwLock<FxHashMap<K, V>>);

impl<K, V> Default for Answers<K, V> {
    fn default() -> Answers<K, V> {
        Answers(RwLock::default())
    }
}

impl<K: Eq + Hash, V> Answers<K, V> {
    /// What is known, or what is worked out now and kept.
    pub fn once(&self, key: K, work_out: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        // Without the lock: it may ask further questions.
        let answer = work_out();
        self.keep(key, answer.clone());
        answer
    }

    fn keep(&self, key: K, value: V) {
        let mut answers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MOST_ANSWERS {
            answers.clear();
        }
        answers.insert(key, value);
    }
}

/// What calls of functions gave, by a digest of what they were asked. Of two calls with one digest the later is kept.
#[derive(Default)]
pub struct Calls(RwLock<Known>);

/// The calls that are kept.
#[derive(Default)]
struct Known {
    /// By digest.
    calls: FxHashMap<u64, Box<Call>>,
    /// What they all weigh; one of usual size weighs 1.
    weight: usize,
    /// Where the lists, objects and sets of references are that were weighed: calls share them.
    weighed: FxHashSet<usize>,
}

/// So many elements are as large as a call that is kept.
const USUAL_ELEMENTS: usize = 8;
/// So many references are, since mostly each was made for the answer.
const USUAL_REFERENCES: usize = 2;

impl Known {
    /// What a call adds; lists of all instances are long where there are many, and so is what refers to all of them.
    fn weigh(&mut self, arguments: &[Value], answer: &Result<Value, EvalError>) -> usize {
        1 + arguments.iter().chain(answer).map(|value| self.added(value)).sum::<usize>()
    }

    fn added(&mut self, value: &Value) -> usize {
        let refs = match value.refs.place() {
            0 => 0,
            place if self.weighed.insert(place) => value.refs.len() / USUAL_REFERENCES,
            _ => 0,
        };
        let elements = match &value.kind {
            Kind::List(seq) | Kind::Set(seq) | Kind::Tuple(seq) if self.weighed.insert(seq.place()) => {
                seq.items.len() + seq.items.iter().map(elements).sum::<usize>()
            }
            Kind::Map(fields) | Kind::Object(fields) if self.weighed.insert(fields.place()) => {
                fields.entries.len() + fields.entries.values().map(elements).sum::<usize>()
            }
            _ => 0,
        };
        refs + elements / USUAL_ELEMENTS
    }
}

fn elements(value: &Value) -> usize {
    match &value.kind {
        Kind::List(seq) | Kind::Set(seq) | Kind::Tuple(seq) => seq.items.len(),
        Kind::Map(fields) | Kind::Object(fields) => fields.entries.len(),
        _ => 0,
    }
}

/// A call that was answered. Each is large and half of a table may be empty: the table holds pointers.
struct Call {
    function: usize,
    /// Where `try` or `can` looks at failures, the answer may hold one.
    watched: bool,
    /// They live as long as the answer, which knows lists and objects by their places.
    arguments: SmallVec<[Value; 2]>,
    answer: Result<Value, EvalError>,
}

impl Calls {
    /// What a function gives for these arguments, worked out once. `function` tells it from all others.
    ///
    /// # Errors
    /// Where it gives none.
    pub fn once(
        &self,
        function: usize,
        arguments: SmallVec<[Value; 2]>,
        work_out: impl FnOnce(&[Value]) -> Result<Value, EvalError>,
    ) -> Result<Value, EvalError> {
        let watched = is_watched();
        let Some(digest) = digest(function, watched, &arguments) else { return work_out(&arguments) };
        let is_asked =
            |call: &Call| (call.function, call.watched) == (function, watched) && all_same(&call.arguments, &arguments);
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).calls.get(&digest)
            && is_asked(known)
        {
            return known.answer.clone();
        }
        // Without the lock: it may ask further questions.
        let answer = work_out(&arguments);
        // Whoever asks next may have more to spend.
        if answer.as_ref().is_err_and(|error| error.kind == ProblemKind::Limit) {
            return answer;
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut weight = known.weigh(&arguments, &answer);
        if known.weight + weight > MOST_ANSWERS {
            *known = Known::default();
            weight = known.weigh(&arguments, &answer);
        }
        known.weight += weight;
        let call = Call { function, watched, arguments, answer: answer.clone() };
        known.calls.insert(digest, Box::new(call));
        answer
    }
}

/// What a call asks, in a number; `None` where nobody but the call holds one of the arguments, so that it cannot be
/// asked again.
fn digest(function: usize, watched: bool, arguments: &[Value]) -> Option<u64> {
    let mut hasher = FxHasher::default();
    (function, watched).hash(&mut hasher);
    for value in arguments {
        match &value.kind {
            Kind::Null => {}
            Kind::Bool(b) => b.hash(&mut hasher),
            Kind::String(text) => text.hash(&mut hasher),
            Kind::Number(number) => number.to_i64().hash(&mut hasher),
            Kind::Handle(id) => id.hash(&mut hasher),
            _ => shared_at(value)?.hash(&mut hasher),
        }
    }
    Some(hasher.finish())
}

fn all_same(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
}

/// Whether two arguments are the same, with all that they carry. What is kept at a place never changes.
fn is_same(a: &Value, b: &Value) -> bool {
    let same = match (&a.kind, &b.kind) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Bool(a), Kind::Bool(b)) => a == b,
        (Kind::String(a), Kind::String(b)) => a == b,
        // As they are printed.
        (Kind::Number(a), Kind::Number(b)) => a.to_string() == b.to_string(),
        (Kind::Handle(a), Kind::Handle(b)) => a == b,
        _ => a.shape() == b.shape() && shared_at(a).is_some() && shared_at(a) == shared_at(b),
    };
    same && a.marks == b.marks && a.refs.place() == b.refs.place()
}

/// The place of the contents of a list, an object or something unknown that others hold as well.
fn shared_at(value: &Value) -> Option<usize> {
    fn place<T>(node: &Node<T>) -> Option<usize> {
        (node.count() > 1).then(|| node.place())
    }
    match &value.kind {
        Kind::List(seq) | Kind::Set(seq) | Kind::Tuple(seq) => place(seq),
        Kind::Map(fields) | Kind::Object(fields) => place(fields),
        Kind::Unknown(unknown) => place(unknown),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Handle(_) => None,
    }
}

/// Indexes of lists, each by an attribute of the elements.
#[derive(Default)]
pub struct Indexes(RwLock<FxHashMap<(usize, Text), Indexed>>);

/// So many indexes are kept, then all are forgotten.
const MOST_INDEXES: usize = 64;
/// An index is made when it has been asked for so often: it takes as long as looking through the list.
const ASKED_OFTEN: usize = 3;

/// A list of which an index is wanted. It is kept, so that it stays where it is, by which it is known.
struct Indexed {
    _list: Value,
    asked: usize,
    index: Option<SharedIndex>,
}

impl Indexes {
    /// The index of a list that others hold as well, once it was asked for several times.
    pub fn of(&self, list: &Value, attribute: &Text, make: MakeIndex<'_>) -> Option<SharedIndex> {
        let key = (shared_at(list)?, attribute.clone());
        if let Some(index) =
            self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).and_then(|i| i.index.clone())
        {
            return Some(index);
        }
        let asked = {
            let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if all.len() >= MOST_INDEXES && !all.contains_key(&key) {
                all.clear();
            }
            let indexed =
                all.entry(key.clone()).or_insert_with(|| Indexed { _list: list.clone(), asked: 0, index: None });
            indexed.asked += 1;
            indexed.asked
        };
        if asked < ASKED_OFTEN {
            return None;
        }
        // Without the lock: it reads attributes.
        let index = SharedIndex::new(make());
        if let Some(indexed) = self.0.write().unwrap_or_else(PoisonError::into_inner).get_mut(&key) {
            indexed.index = Some(index.clone());
        }
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{Reference, ReferenceKind, Refs};

    fn list(length: usize) -> Value {
        Value::tuple(vec![Value::from(1); length])
    }

    #[test]
    fn what_calls_share_weighs_once() {
        let mut known = Known::default();
        let arguments = [list(80_000)];
        assert_eq!(known.weigh(&arguments, &Ok(Value::from(true))), 10_001);
        assert_eq!(known.weigh(&arguments, &Ok(Value::from(true))), 1);
        assert_eq!(known.weigh(&[list(800)], &Ok(list(800))), 201);
    }

    #[test]
    fn references_weigh_as_well() {
        let reference = |at: usize| Reference::to(ReferenceKind::Resource, format!("aws_vpc_endpoint.e{at}"));
        let refs = (0..1000).fold(Refs::default(), |refs, at| refs.union(&Refs::one(reference(at))));
        let answer = Ok(Value::from(true).with_refs(&refs));
        let mut known = Known::default();
        assert_eq!(known.weigh(&[], &answer), 501);
        assert_eq!(known.weigh(&[], &answer), 1);
    }
}
