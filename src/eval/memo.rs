//! Values that are computed once, when something first asks for them.

use std::cell::RefCell;

use super::Value;
use crate::syntax::Text;

/// Values by key, computed once.
#[derive(Default)]
pub(super) struct Memo<S>(RefCell<S>);

/// The values of a module's declarations of one kind, by their places among each other.
pub(super) type Declarations = Box<[State<Value>]>;
/// The values of an instance's arguments and blocks, by where they stand in its body: most are plain words and numbers,
/// which are not kept, and of the others there are few.
pub(super) type Arguments = Few<u32>;
/// The values of what follows from an instance's arguments, by name.
pub(super) type Computed = Few<Text>;

/// How far something has come.
#[derive(Clone, Default)]
pub(super) enum State<T> {
    /// Nothing has asked for it.
    #[default]
    New,
    /// It is being worked out.
    Busy,
    /// It is known.
    Known(T),
}

/// A few values by key; each is looked for among all.
pub(super) struct Few<K>(Vec<(K, State<Value>)>);

impl<K> Default for Few<K> {
    fn default() -> Few<K> {
        Few(Vec::new())
    }
}

/// What keeps the values.
pub(super) trait Store {
    /// What they are known by.
    type Key;
    /// How far the value has come.
    fn state(&self, key: &Self::Key) -> &State<Value>;
    /// Takes note that a value is being worked out that was new; the place is where it goes.
    fn begin(&mut self, key: &Self::Key) -> usize;
    /// Keeps the value that was worked out.
    fn finish(&mut self, place: usize, value: Value);
}

impl Store for Declarations {
    type Key = usize;

    fn state(&self, place: &usize) -> &State<Value> {
        &self[*place]
    }

    fn begin(&mut self, place: &usize) -> usize {
        self[*place] = State::Busy;
        *place
    }

    fn finish(&mut self, place: usize, value: Value) {
        self[place] = State::Known(value);
    }
}

impl<K: Clone + PartialEq> Store for Few<K> {
    type Key = K;

    fn state(&self, key: &K) -> &State<Value> {
        self.0.iter().find(|(known, _)| known == key).map_or(&State::New, |(_, state)| state)
    }

    fn begin(&mut self, key: &K) -> usize {
        // Often there is one only.
        if self.0.is_empty() {
            self.0.reserve_exact(1);
        }
        // Nothing is ever taken out, so that it stays where it is.
        self.0.push((key.clone(), State::Busy));
        self.0.len() - 1
    }

    fn finish(&mut self, place: usize, value: Value) {
        self.0[place].1 = State::Known(value);
    }
}

impl Memo<Declarations> {
    /// With room for so many.
    pub(super) fn of(count: usize) -> Memo<Declarations> {
        Memo(RefCell::new(vec![State::New; count].into()))
    }
}

impl Memo<Declarations> {
    /// Gives back all that is known. Nothing of it may be on the way of being worked out.
    pub(super) fn forget_values(&self) {
        self.0.borrow_mut().fill(State::New);
    }
}

impl<S: Default> Memo<S> {
    /// Gives back all that is known. Nothing of it may be on the way of being worked out.
    pub(super) fn forget(&self) {
        self.0.take();
    }
}

impl<S: Store> Memo<S> {
    /// The remembered value, or the computed one; `cycle` where the value asks for itself.
    pub(super) fn get(&self, key: &S::Key, compute: impl FnOnce() -> Value, cycle: impl FnOnce() -> Value) -> Value {
        match self.0.borrow().state(key) {
            State::Known(value) => return value.clone(),
            State::Busy => return cycle(),
            State::New => {}
        }
        let place = self.0.borrow_mut().begin(key);
        // Whoever asks first, the value is the same.
        let value = super::union::watched(false, compute);
        self.0.borrow_mut().finish(place, value.clone());
        value
    }
}
