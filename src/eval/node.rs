//! What collections and unknowns hold, shared by all values made from them, with what looking through all of it finds.
//!
//! Many steps of an evaluation ask the same of everything inside a value: its size, its marks, its references, whether
//! all of it is known. What a node holds never changes while it is shared, so that each answer is found once.

use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use super::{Marks, Refs};

/// Contents that values share.
#[derive(Debug)]
pub struct Node<T>(Arc<Inner<T>>);

#[derive(Debug)]
struct Inner<T> {
    contents: T,
    /// The digest of what is inside, once something has asked for it.
    digest: AtomicU32,
    /// The references inside, once something has asked for them.
    refs: OnceLock<Refs>,
}

impl<T> Node<T> {
    /// These contents, not shared yet.
    pub fn new(contents: T) -> Node<T> {
        Node(Arc::new(Inner { contents, digest: AtomicU32::new(0), refs: OnceLock::new() }))
    }

    /// Whether both are the very same.
    pub fn ptr_eq(a: &Node<T>, b: &Node<T>) -> bool {
        Arc::ptr_eq(&a.0, &b.0)
    }

    /// How many values share the contents.
    pub fn count(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    /// Where the contents are kept.
    pub fn place(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// The digest, found by `find` where nothing has asked for it yet.
    pub(super) fn digest(&self, find: impl FnOnce(&T) -> Digest) -> Digest {
        match self.0.digest.load(Relaxed) {
            0 => {
                let found = find(&self.0.contents);
                self.0.digest.store(found.0, Relaxed);
                found
            }
            known => Digest(known),
        }
    }

    /// The references inside, gathered by `gather` where nothing has asked for them yet.
    pub(super) fn refs(&self, gather: impl FnOnce() -> Refs) -> &Refs {
        self.0.refs.get_or_init(gather)
    }
}

impl<T: Clone> Node<T> {
    /// The contents to be changed, apart from those that others see.
    pub fn make_mut(&mut self) -> &mut T {
        let inner = Arc::make_mut(&mut self.0);
        // What was found out may no longer be so.
        *inner.digest.get_mut() = 0;
        inner.refs.take();
        &mut inner.contents
    }

    /// The contents alone.
    pub fn unwrap_or_clone(self) -> T {
        match Arc::try_unwrap(self.0) {
            Ok(inner) => inner.contents,
            Err(shared) => shared.contents.clone(),
        }
    }
}

impl<T: Clone> Clone for Inner<T> {
    fn clone(&self) -> Inner<T> {
        Inner { contents: self.contents.clone(), digest: AtomicU32::new(0), refs: OnceLock::new() }
    }
}

impl<T> Clone for Node<T> {
    fn clone(&self) -> Node<T> {
        Node(self.0.clone())
    }
}

impl<T> Deref for Node<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.contents
    }
}

impl<T> From<T> for Node<T> {
    fn from(contents: T) -> Node<T> {
        Node::new(contents)
    }
}

impl<T: Eq> PartialEq for Node<T> {
    fn eq(&self, other: &Node<T>) -> bool {
        Node::ptr_eq(self, other) || self.0.contents == other.0.contents
    }
}

impl<T: Eq> Eq for Node<T> {}

/// What looking through a whole value finds, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Digest(u32);

/// Set in each digest, so that none is zero.
const FOUND: u32 = 1;
/// Something is not known.
const UNKNOWN: u32 = 2;
/// Something may be a failure.
const FAILURE: u32 = 4;
/// Something has references.
const REFS: u32 = 8;
/// Where the marks begin.
const MARKS: u32 = 4;
/// Where the size begins.
const SIZE: u32 = 8;
/// Each stretch of so many bytes makes a text count as one value more.
const LONG: usize = 1024;
/// Larger sizes are not told apart.
const LARGEST: u32 = u32::MAX >> SIZE;

impl Digest {
    /// Of one value that is known, without what is inside it.
    pub(super) const LEAF: Digest = Digest(FOUND | (1 << SIZE));

    /// Of a text of so many bytes: a long one counts as several values.
    pub(super) fn of_text(bytes: usize) -> Digest {
        Digest::of_size(1 + bytes / LONG)
    }

    /// Of what counts as so many values.
    pub(super) fn of_size(size: usize) -> Digest {
        let size = u32::try_from(size).unwrap_or(LARGEST);
        Digest(FOUND | (size.min(LARGEST) << SIZE))
    }

    /// The same with everything that another one found.
    #[must_use]
    pub(super) fn and(self, other: Digest) -> Digest {
        let size = (self.size() + other.size()).min(LARGEST);
        Digest(((self.0 | other.0) & ((1 << SIZE) - 1)) | (size << SIZE))
    }

    /// The same of a value that has these marks.
    #[must_use]
    pub(super) fn marked(self, marks: Marks) -> Digest {
        Digest(self.0 | (u32::from(marks.bits()) << MARKS))
    }

    /// The same of a value that has references, or has none.
    #[must_use]
    pub(super) fn referring(self, refers: bool) -> Digest {
        if refers { Digest(self.0 | REFS) } else { self }
    }

    /// The same, and something is not known, or all is.
    #[must_use]
    pub(super) fn open(self, open: bool) -> Digest {
        if open { Digest(self.0 | UNKNOWN) } else { self }
    }

    /// The same, and something may be a failure or not.
    #[must_use]
    pub(super) fn failing(self, fails: bool) -> Digest {
        if fails { Digest(self.0 | FAILURE) } else { self }
    }

    /// Whether everything is known and no further elements are possible.
    pub(super) fn is_wholly_known(self) -> bool {
        self.0 & UNKNOWN == 0
    }

    /// Whether something in it may be a failure.
    pub(super) fn holds_failure(self) -> bool {
        self.0 & FAILURE != 0
    }

    /// Whether anything has references.
    pub(super) fn has_refs(self) -> bool {
        self.0 & REFS != 0
    }

    /// All marks.
    pub(super) fn marks(self) -> Marks {
        Marks::from_bits(((self.0 >> MARKS) & 0xF) as u8)
    }

    /// How many values there are, shared ones counted as often as they are reached.
    pub(super) fn size(self) -> u32 {
        self.0 >> SIZE
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cause, Fields, Kind, Reference, ReferenceKind, Seq, Type, Value};
    use super::*;

    fn bucket() -> Value {
        let reference = Reference::to(ReferenceKind::Resource, "aws_s3_bucket.a");
        Value::unknown_reference(reference, Type::String, true, Cause::Limit)
    }

    fn check(value: &Value, known: bool, marks: Marks, refs: usize, size: u32) {
        // Asked twice: found, then remembered.
        for _ in 0..2 {
            let digest = value.digest();
            assert_eq!((value.is_wholly_known(), value.deep_marks(), digest.size()), (known, marks, size), "{value:?}");
            assert_eq!((digest.has_refs(), value.deep_refs().iter().count()), (refs > 0, refs), "{value:?}");
        }
    }

    #[test]
    fn what_is_inside_is_found() {
        check(&"a".into(), true, Marks::NONE, 0, 1);
        check(&bucket(), false, Marks::NONE, 1, 1);
        let secret = Value::from("b").with_marks(Marks::SENSITIVE);
        check(&Value::tuple(vec!["a".into(), secret.clone()]), true, Marks::SENSITIVE, 0, 3);
        let inner = Value::tuple(vec![bucket(), secret]);
        let twice = Value::tuple(vec![inner.clone(), inner]).with_marks(Marks::EPHEMERAL);
        check(&twice, false, Marks::SENSITIVE.union(Marks::EPHEMERAL), 1, 7);
        let open = Seq { items: vec!["a".into()], rest: Value::from("b").into(), ..Seq::default() };
        check(&Kind::Tuple(open.into()).into(), false, Marks::NONE, 0, 3);
    }

    #[test]
    fn what_is_changed_is_looked_through_again() {
        let mut node = Node::new(Fields::default());
        let before = Value::from(Kind::Object(node.clone()));
        check(&before, true, Marks::NONE, 0, 1);
        node.make_mut().entries.insert("a".into(), bucket());
        check(&before, true, Marks::NONE, 0, 1);
        check(&Kind::Object(node.clone()).into(), false, Marks::NONE, 1, 2);
        node.make_mut().entries.insert("b".into(), 5.into());
        check(&Kind::Object(node).into(), false, Marks::NONE, 1, 3);
    }
}
