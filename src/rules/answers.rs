//! What has been worked out already, so that it is not worked out again: each answer by the question that it belongs to.
//!
//! Keeping answers is right where a question names all that its answer depends on. That is for whoever asks to see to:
//! what depends on the instances of a run is kept by the run, what depends on nothing but arguments by the catalog.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::{PoisonError, RwLock};

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::eval::union::is_watched;
use crate::eval::{EvalError, Kind, Marks, Node, Shape, Value};
use crate::infra::InstanceId;
use crate::syntax::Text;

/// So many answers are kept, some 10 MB of them; then all are forgotten, and what is asked again is worked out again.
const MOST_ANSWERS: usize = 1 << 15;

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

/// What calls of functions gave, by their arguments.
#[derive(Default)]
pub struct Calls(RwLock<FxHashSet<Answered>>);

/// A question that was answered. Each is large and half of a table may be empty: the table holds pointers.
struct Answered(Box<Call>);

struct Call {
    question: Question,
    /// They live as long as the question, which knows them by their places.
    _arguments: SmallVec<[Value; 2]>,
    answer: Result<Value, EvalError>,
}

impl Borrow<Question> for Answered {
    fn borrow(&self) -> &Question {
        &self.0.question
    }
}

impl PartialEq for Answered {
    fn eq(&self, other: &Answered) -> bool {
        self.0.question == other.0.question
    }
}

impl Eq for Answered {}

impl Hash for Answered {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.question.hash(state);
    }
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
        let Some(question) = Question::new(function, &arguments) else { return work_out(&arguments) };
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&question) {
            return known.0.answer.clone();
        }
        // Without the lock: it may ask further questions.
        let answer = work_out(&arguments);
        let call = Call { question, _arguments: arguments, answer: answer.clone() };
        let mut answers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MOST_ANSWERS {
            answers.clear();
        }
        answers.insert(Answered(Box::new(call)));
        answer
    }
}

/// A call of a function with arguments by which it can be known again.
#[derive(PartialEq, Eq, Hash)]
struct Question {
    function: usize,
    arguments: SmallVec<[Argument; 2]>,
    /// Where `try` or `can` looks at failures, the answer may hold one.
    watched: bool,
}

#[derive(PartialEq, Eq, Hash)]
struct Argument {
    value: Simple,
    marks: Marks,
    /// Where its references are kept.
    refs: usize,
}

#[derive(PartialEq, Eq, Hash)]
enum Simple {
    Null,
    Bool(bool),
    Text(Text),
    Number(String),
    Handle(InstanceId),
    /// Something that is kept at this place: values there never change.
    At(Shape, usize),
}

impl Question {
    /// The question that a call asks; `None` where nobody but the call holds one of the arguments, so that it cannot
    /// be asked again.
    fn new(function: usize, arguments: &[Value]) -> Option<Question> {
        let arguments = arguments.iter().map(Argument::of).collect::<Option<_>>()?;
        Some(Question { function, arguments, watched: is_watched() })
    }
}

impl Argument {
    fn of(value: &Value) -> Option<Argument> {
        let simple = match &value.kind {
            Kind::Null => Simple::Null,
            Kind::Bool(b) => Simple::Bool(*b),
            Kind::String(s) => Simple::Text(s.clone()),
            Kind::Number(n) => Simple::Number(n.to_string()),
            Kind::Handle(id) => Simple::Handle(*id),
            Kind::List(seq) | Kind::Set(seq) | Kind::Tuple(seq) => Simple::At(value.shape(), shared_at(seq)?),
            Kind::Map(fields) | Kind::Object(fields) => Simple::At(value.shape(), shared_at(fields)?),
            Kind::Unknown(unknown) => Simple::At(value.shape(), shared_at(unknown)?),
        };
        Some(Argument { value: simple, marks: value.marks, refs: value.refs.place() })
    }
}

/// The place of something that others hold as well.
fn shared_at<T>(of: &Node<T>) -> Option<usize> {
    (of.count() > 1).then(|| of.place())
}
