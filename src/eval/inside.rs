//! What looking through a whole value finds: whether all of it is known, its marks, its references. Each shared part is
//! looked through once; see [`super::node`].

use super::node::Digest;
use super::refs::Sets;
use super::union::may_be_failure;
use super::{Cause, Hint, Kind, Marks, Reference, Refs, Unknown, Value, steps};

/// The references of so few values are gathered anew each time.
const FEW: u32 = 8;
/// So many bytes of a text are looked at while a `for` makes an element.
pub(super) const BYTES_AT_ONCE: usize = 64;
/// And so many parts of a collection.
const PARTS_AT_ONCE: usize = 2;

/// An unknown takes as much as so many values.
const UNKNOWN_WEIGHT: usize = 4;
/// And so does the reference that it stands for, with the set of references that holds it.
const REFERENCE_WEIGHT: usize = 4;

/// What an unknown takes beside its place in a value and what is inside it, in values. Those who share it take it once.
fn weight(unknown: &Unknown) -> usize {
    let reference = if unknown.origin.is_some() { REFERENCE_WEIGHT } else { 0 };
    let parts = if let Hint::Text(parts) = &unknown.hint { parts.len() } else { 0 };
    UNKNOWN_WEIGHT + reference + parts
}

impl Value {
    /// Whether nothing in it is unknown and no further elements are possible.
    pub fn is_wholly_known(&self) -> bool {
        self.is_leaf() || self.inside().is_wholly_known()
    }

    /// What looking through everything finds, the value itself included.
    pub(super) fn digest(&self) -> Digest {
        self.inside().marked(self.marks).referring(!self.refs.is_empty())
    }

    /// The same without marks and references of the value itself.
    pub(super) fn inside(&self) -> Digest {
        let all = |digest: Digest| self.children().fold(digest, |digest, child| digest.and(child.digest()));
        match &self.kind {
            Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => s.digest(|_| all(Digest::LEAF.open(self.is_open()))),
            Kind::Map(f) | Kind::Object(f) => f.digest(|_| all(Digest::LEAF.open(self.is_open()))),
            Kind::Unknown(u) => u.digest(|unknown| {
                steps::weigh(weight(unknown));
                let fails = matches!(&unknown.hint, Hint::OneOf(of) if of.iter().any(may_be_failure));
                all(Digest::LEAF.open(true).failing(fails))
            }),
            Kind::String(text) => Digest::of_text(text.len()),
            Kind::Number(number) => Digest::of_size(1 + number.steps_to_print() * PARTS_AT_ONCE),
            _ => Digest::LEAF,
        }
    }

    /// What it takes to look at all of it, in elements: nothing for what is small.
    pub fn work(&self) -> usize {
        match &self.kind {
            Kind::String(text) => text.len() / BYTES_AT_ONCE,
            Kind::Number(number) => number.steps_to_print(),
            _ if self.is_leaf() => 0,
            _ => self.inside().size() as usize / PARTS_AT_ONCE,
        }
    }

    /// Whether it has neither marks nor references, and nothing can be inside it that has.
    pub(super) fn is_bare(&self) -> bool {
        self.is_leaf() && self.marks == Marks::NONE && self.refs.is_empty()
    }

    /// Whether nothing can be inside it.
    fn is_leaf(&self) -> bool {
        matches!(self.kind, Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Handle(_))
    }

    /// Its references and those of everything inside it.
    pub fn deep_refs(&self) -> Refs {
        match self.refs_inside() {
            None => self.refs.clone(),
            Some(inside) => self.refs.union(inside),
        }
    }

    /// The references of what is inside it, gathered once; `None` where there are none.
    fn refs_inside(&self) -> Option<&Refs> {
        let gather = || Refs::deep(self.children());
        match &self.kind {
            _ if !self.inside().has_refs() => None,
            Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => Some(s.refs(gather)),
            Kind::Map(f) | Kind::Object(f) => Some(f.refs(gather)),
            Kind::Unknown(u) => Some(u.refs(gather)),
            _ => None,
        }
    }

    pub(super) fn gather_refs<'v>(&'v self, sets: &mut Sets<'v>) {
        // Neighbours often share theirs.
        let known = |last: &&Refs| last.place() == self.refs.place();
        if !self.refs.is_empty() && !sets.last().is_some_and(known) {
            sets.push(&self.refs);
        }
        match self.inside() {
            inside if !inside.has_refs() => {}
            // What is small is not worth keeping a set for.
            inside if inside.size() <= FEW => self.children().for_each(|child| child.gather_refs(sets)),
            _ => sets.extend(self.refs_inside()),
        }
    }

    /// The references of the value itself; for a text of several parts also those of its parts.
    pub fn deep_own_refs(&self) -> Vec<Reference> {
        let own = match &self.kind {
            Kind::Unknown(_) => self.deep_refs(),
            _ => self.refs.clone(),
        };
        own.iter().cloned().collect()
    }

    /// Its marks and those of everything inside it.
    pub fn deep_marks(&self) -> Marks {
        self.marks.union(self.inside().marks())
    }

    /// Why it, or the first unknown thing inside it, is not known.
    pub fn cause(&self) -> Option<Cause> {
        match &self.kind {
            Kind::Unknown(u) => Some(u.cause.clone()),
            _ if self.is_wholly_known() => None,
            _ => self.children().find_map(Value::cause).or_else(|| self.is_open().then(Cause::how_many)),
        }
    }
}
