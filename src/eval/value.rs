//! Values: what an expression is worth, with unknowns that remember what they stand for.
//!
//! A [`Value`] is what it is ([`Kind`]), plus marks (sensitive, filled in by the provider) and the references that
//! reached it. Values are cheap to clone. Equality of Rust (`==`) is structural and for tests and caches; Terraform's
//! `==` lives in [`super::ops`].

use std::iter::Chain;
use std::sync::Arc;
use std::{option, slice};

use super::steps;
use super::{AttributeType, BlockSource, ByName, Cause, Marks, Node, Number, ObjectType, Reference, Refs, Rest, Type};
use crate::syntax::Text;

/// A value, whole, partly known or unknown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Marks on this value itself; elements carry their own.
    pub marks: Marks,
    /// What this value was made from; elements carry their own. Also set on known values: the bucket name that was
    /// read through `aws_s3_bucket.a.bucket` still refers to the bucket.
    pub refs: Refs,
}

/// The values inside a value; see [`Value::children`].
#[derive(Clone, Debug)]
pub enum Children<'v> {
    /// There are none.
    None,
    /// Elements or alternatives.
    Items(Chain<slice::Iter<'v, Value>, option::IntoIter<&'v Value>>),
    /// Entries.
    Entries(Chain<super::by_name::Values<'v, Value>, option::IntoIter<&'v Value>>),
    /// The unknown parts of a text.
    Segments(slice::Iter<'v, Segment>),
}

impl<'v> Iterator for Children<'v> {
    type Item = &'v Value;

    fn next(&mut self) -> Option<&'v Value> {
        match self {
            Children::None => None,
            Children::Items(items) => items.next(),
            Children::Entries(entries) => entries.next(),
            Children::Segments(segments) => segments.find_map(|segment| match segment {
                Segment::Unknown(value) => Some(value),
                Segment::Text(_) => None,
            }),
        }
    }
}

/// A type without those of its elements; see [`Value::shape`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Shape {
    Any,
    Primitive,
    List,
    Set,
    Map,
    Tuple,
    Object,
}

/// The kinds of value. The number of the kind is as wide as what stands behind it, so that a value is copied by whole
/// words: what was written in parts the processor waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Kind {
    /// `null`, of whatever type.
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number of Terraform's precision.
    Number(Number),
    /// Text in Unicode's normal form C.
    String(Text),
    /// `list(T)`
    List(Node<Seq>),
    /// `set(T)`: elements distinct and in Terraform's iteration order.
    Set(Node<Seq>),
    /// What `[…]` builds: elements of any types.
    Tuple(Node<Seq>),
    /// `map(T)`
    Map(Node<Fields>),
    /// What `{…}` builds: attributes of any types. Also a nested block (then [`Fields::block`] says which).
    Object(Node<Fields>),
    /// Not known before apply, or not known to us.
    Unknown(Node<Unknown>),
    /// Something that only the scope understands (a resource instance in a rule); it has attributes, and it is equal
    /// to itself.
    Handle(u32),
}

/// The elements of a list, set or tuple.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seq {
    /// The elements that are certainly there, at these positions but for the last [`Seq::loose`].
    pub items: Vec<Value>,
    /// How many of the last items have no certain position: each stands somewhere behind the others, among the rest
    /// (`concat(unknown, ["x"])`, an unknown that was sorted).
    pub loose: usize,
    /// The element type of a list or set; `Any` for a tuple.
    pub element: Type,
    /// Where further elements may exist (none, one or many): what such an element looks like. The length is then
    /// not known, only its lower bound.
    pub rest: Rest,
}

/// The entries of a map or the attributes of an object.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fields {
    /// The entries that are certainly there.
    pub entries: ByName<Value>,
    /// The element type of a map; `Any` for an object.
    pub element: Type,
    /// Where further entries may exist: what the value of such an entry looks like.
    pub rest: Rest,
    /// Where no entry has a wholly known name: all entries, if each is certainly another than all others, as are
    /// `"${issuer}:aud"` and `"${issuer}:sub"`. Empty where `rest` stands for anything else.
    pub unnamed: Unnamed,
    /// The block of the configuration that this object was made from.
    pub block: Option<Arc<BlockSource>>,
}

/// Entries whose names are not wholly known. Few objects have any: behind one word, since each object has room for it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Unnamed(Option<Arc<Vec<(Value, Value)>>>);

impl std::ops::Deref for Unnamed {
    type Target = [(Value, Value)];

    fn deref(&self) -> &[(Value, Value)] {
        self.0.as_ref().map_or(&[], |entries| entries)
    }
}

impl Fields {
    /// With these entries, of which the names are not wholly known, if they are all and no two can be the same.
    pub(super) fn with_unnamed(mut self, unnamed: Vec<(Value, Value)>) -> Fields {
        let differ = |a: &Value, b: &Value| super::equality::equal(a, b) == Some(false);
        let distinct =
            |(i, (name, _)): (usize, &(Value, Value))| unnamed[..i].iter().all(|(other, _)| differ(name, other));
        if self.entries.is_empty() && unnamed.iter().enumerate().all(distinct) {
            self.unnamed = Unnamed((!unnamed.is_empty()).then(|| Arc::new(unnamed)));
        }
        self
    }
}

/// What is known of something unknown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unknown {
    /// Its type, as far as known.
    pub ty: Type,
    /// Whether it is certainly not null.
    pub not_null: bool,
    /// Identity: two unknowns with the same origin are equal.
    pub origin: Option<Reference>,
    /// Why it is not known.
    pub cause: Cause,
    /// What else is known of it.
    pub hint: Hint,
}

/// What else is known of an unknown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Hint {
    /// Nothing.
    #[default]
    None,
    /// A string made of these parts; at least one is unknown. Neighbouring texts are joined.
    Text(Arc<[Segment]>),
    /// One of these (at most eight): a conditional whose condition is not known. A single one may also be missing.
    OneOf(Arc<[Value]>),
    /// A number in this range (both ends included).
    Range(Option<Number>, Option<Number>),
    /// A collection or string with a length in this range (both ends included).
    Length(u64, Option<u64>),
}

/// A part of a string that is not wholly known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Segment {
    /// Text that is there.
    Text(Text),
    /// An unknown primitive's text stands here.
    Unknown(Value),
}

impl Seq {
    /// The items whose positions are certain.
    pub fn fixed(&self) -> &[Value] {
        &self.items[..self.items.len().saturating_sub(self.loose)]
    }

    /// What may stand behind the fixed items: those without a position, and what further ones look like.
    pub fn unfixed(&self) -> impl Iterator<Item = &Value> {
        self.items[self.fixed().len()..].iter().chain(&self.rest)
    }

    /// The same with each element replaced.
    #[must_use]
    pub fn map(&self, mut f: impl FnMut(&Value) -> Value) -> Seq {
        let items = self.items.iter().map(&mut f).collect();
        Seq { items, element: self.element.clone(), rest: self.rest.as_ref().map(f).into(), loose: self.loose }
    }
}

impl From<Kind> for Value {
    fn from(kind: Kind) -> Value {
        Value { kind, marks: Marks::NONE, refs: Refs::default() }
    }
}

impl Unknown {
    /// An unknown of this type for this reason, of which nothing else is known.
    pub fn new(ty: Type, cause: Cause) -> Unknown {
        Unknown { ty, not_null: false, origin: None, cause, hint: Hint::None }
    }
}

thread_local! {
    // Most lists that rules make have no elements. One for each thread, so that they do not fight for its count.
    static NOTHING: Value = Kind::Tuple(Node::new(Seq::default())).into();
}

impl Value {
    /// `null`
    pub const NULL: Value = Value { kind: Kind::Null, marks: Marks::NONE, refs: Refs::NONE };

    /// An unknown of this type for this reason.
    pub fn unknown(ty: Type, cause: Cause) -> Value {
        Kind::Unknown(Node::new(Unknown::new(ty, cause))).into()
    }

    /// An unknown of this type for this reason that is certainly not null.
    pub fn unknown_not_null(ty: Type, cause: Cause) -> Value {
        Kind::Unknown(Node::new(Unknown { not_null: true, ..Unknown::new(ty, cause) })).into()
    }

    /// The unknown that stands for this reference, and refers to it.
    pub fn unknown_reference(reference: Reference, ty: Type, not_null: bool, cause: Cause) -> Value {
        let unknown = Unknown { ty, not_null, origin: Some(reference.clone()), cause, hint: Hint::None };
        Value { kind: Kind::Unknown(Node::new(unknown)), marks: Marks::NONE, refs: Refs::one(reference) }
    }

    /// An unknown made from `parts` (a function or operator with an unknown argument): carries the marks and
    /// references of all of them, deeply, and the first cause among them.
    pub fn unknown_from<'a>(parts: impl IntoIterator<Item = &'a Value>, ty: Type, not_null: bool) -> Value {
        Value::unknown_from_or(parts, ty, not_null, Cause::Error)
    }

    /// The same for this reason, where all parts are known.
    pub fn unknown_from_or<'a>(
        parts: impl IntoIterator<Item = &'a Value>,
        ty: Type,
        not_null: bool,
        reason: Cause,
    ) -> Value {
        let mut refs = Refs::default();
        let mut marks = Marks::NONE;
        let mut cause = None;
        for part in parts {
            refs = refs.union(&part.deep_refs());
            marks = marks.union(part.deep_marks());
            cause = cause.or_else(|| part.cause());
        }
        let unknown = Unknown { not_null, ..Unknown::new(ty, cause.unwrap_or(reason)) };
        Value { kind: Kind::Unknown(Node::new(unknown)), marks: marks.without(Marks::PROVIDER_DEFAULT), refs }
    }

    /// A tuple of these elements; all that have none are one.
    pub fn tuple(items: Vec<Value>) -> Value {
        if items.is_empty() {
            return NOTHING.with(Value::clone);
        }
        Value::open_tuple(items, Rest::NONE)
    }

    /// The same, with any number of further elements where `rest` says what one of them looks like.
    pub fn open_tuple(items: Vec<Value>, rest: impl Into<Rest>) -> Value {
        Kind::Tuple(Node::new(Seq { items, element: Type::Any, rest: rest.into(), loose: 0 })).into()
    }

    /// A list of these elements, which must have the element type already.
    pub fn list(element: Type, items: Vec<Value>) -> Value {
        Kind::List(Node::new(Seq { items, element, rest: Rest::NONE, loose: 0 })).into()
    }

    /// An object of these attributes.
    pub fn object(entries: ByName<Value>) -> Value {
        Kind::Object(Node::new(Fields { entries, ..Fields::default() })).into()
    }

    /// A map of these entries, which must have the element type already.
    pub fn map(element: Type, entries: ByName<Value>) -> Value {
        Kind::Map(Node::new(Fields { entries, element, ..Fields::default() })).into()
    }

    /// The same with more marks.
    #[must_use]
    pub fn with_marks(mut self, marks: Marks) -> Value {
        self.marks = self.marks.union(marks);
        self
    }

    /// The same with more references.
    #[must_use]
    pub fn with_refs(mut self, refs: &Refs) -> Value {
        if !refs.is_empty() {
            self.refs = self.refs.union(refs);
        }
        self
    }

    /// The same with the marks and references of another value that it was made from (not those of its elements).
    /// The mark for a provider's default does not travel: a computed value is not a default.
    #[must_use]
    pub fn from_parts<'a>(mut self, parts: impl IntoIterator<Item = &'a Value>) -> Value {
        for part in parts {
            self.marks = self.marks.union(part.marks.without(Marks::PROVIDER_DEFAULT));
            self = self.with_refs(&part.refs);
        }
        self
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// Whether it is unknown itself (a list of unknowns is not).
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, Kind::Unknown(_))
    }

    /// The unknown, where it is one.
    pub fn as_unknown(&self) -> Option<&Unknown> {
        match &self.kind {
            Kind::Unknown(u) => Some(u),
            _ => None,
        }
    }

    /// Its elements, where it is a list, set or tuple.
    pub fn as_seq(&self) -> Option<&Seq> {
        match &self.kind {
            Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => Some(s),
            _ => None,
        }
    }

    /// Its entries, where it is a map or object.
    pub fn as_fields(&self) -> Option<&Fields> {
        match &self.kind {
            Kind::Map(f) | Kind::Object(f) => Some(f),
            _ => None,
        }
    }

    /// Its text, where it is a known string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(s) => Some(s),
            _ => None,
        }
    }

    /// Its truth, where it is a known bool.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// Its number, where it is a known one.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(n) => Some(n),
            _ => None,
        }
    }

    /// The values inside it: elements, entries, and what further ones look like.
    pub fn children(&self) -> Children<'_> {
        match &self.kind {
            Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => Children::Items(s.items.iter().chain(&s.rest)),
            Kind::Map(f) | Kind::Object(f) => Children::Entries(f.entries.values().chain(&f.rest)),
            Kind::Unknown(u) => match &u.hint {
                Hint::OneOf(alternatives) => Children::Items(alternatives.iter().chain(None)),
                Hint::Text(segments) => Children::Segments(segments.iter()),
                _ => Children::None,
            },
            _ => Children::None,
        }
    }

    /// Whether it is a collection that may have further elements.
    pub fn is_open(&self) -> bool {
        match &self.kind {
            Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => s.rest.is_some() || s.loose > 0,
            Kind::Map(f) | Kind::Object(f) => f.rest.is_some(),
            _ => false,
        }
    }

    /// What tells its type from others without looking at its elements: they may be many.
    pub fn shape(&self) -> Shape {
        match &self.kind {
            Kind::Null | Kind::Handle(_) => Shape::Any,
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => Shape::Primitive,
            Kind::List(_) => Shape::List,
            Kind::Set(_) => Shape::Set,
            Kind::Map(_) => Shape::Map,
            Kind::Tuple(_) if !self.is_open() => Shape::Tuple,
            Kind::Object(_) if !self.is_open() => Shape::Object,
            Kind::Tuple(_) | Kind::Object(_) => Shape::Any,
            Kind::Unknown(u) => match u.ty {
                Type::Any => Shape::Any,
                Type::Bool | Type::Number | Type::String => Shape::Primitive,
                Type::List(_) => Shape::List,
                Type::Set(_) => Shape::Set,
                Type::Map(_) => Shape::Map,
                Type::Tuple(_) => Shape::Tuple,
                Type::Object(_) => Shape::Object,
            },
        }
    }

    /// Whether this is its type ([`Value::type_of`]), found out without making it.
    pub fn has_type(&self, ty: &Type) -> bool {
        match (&self.kind, ty) {
            (Kind::Null | Kind::Handle(_), ty) => *ty == Type::Any,
            (Kind::Bool(_), Type::Bool) | (Kind::Number(_), Type::Number) | (Kind::String(_), Type::String) => true,
            (Kind::List(s), Type::List(t)) | (Kind::Set(s), Type::Set(t)) => s.element == **t,
            (Kind::Map(f), Type::Map(t)) => f.element == **t,
            (Kind::Tuple(_) | Kind::Object(_), ty) if self.is_open() => *ty == Type::Any,
            (Kind::Tuple(s), Type::Tuple(ts)) => {
                s.items.len() == ts.len() && s.items.iter().zip(ts.iter()).all(|(item, ty)| item.has_type(ty))
            }
            (Kind::Object(f), Type::Object(o)) => {
                let plain = |a: &AttributeType| !a.optional && a.default.is_none();
                let same = |((name, v), (n, a)): ((&Text, &Value), (&Text, &AttributeType))| {
                    name == n && plain(a) && v.has_type(&a.ty)
                };
                f.entries.len() == o.attributes.len() && f.entries.iter().zip(&o.attributes).all(same)
            }
            (Kind::Unknown(u), ty) => u.ty == *ty,
            _ => false,
        }
    }

    /// A type for messages: that of a tuple or object without the types of its parts, which may be many.
    pub(super) fn type_named(&self) -> Type {
        match self.kind {
            Kind::Tuple(_) if !self.is_open() => Type::Tuple(Arc::default()),
            Kind::Object(_) if !self.is_open() => Type::Object(Arc::default()),
            _ => self.type_of(),
        }
    }

    /// Its type. A tuple or object has the types of its elements; an open one is `Any` where the rest is not typed.
    pub fn type_of(&self) -> Type {
        match &self.kind {
            Kind::Null | Kind::Handle(_) => Type::Any,
            Kind::Bool(_) => Type::Bool,
            Kind::Number(_) => Type::Number,
            Kind::String(_) => Type::String,
            Kind::List(s) => Type::list(s.element.clone()),
            Kind::Set(s) => Type::set(s.element.clone()),
            Kind::Map(f) => Type::map(f.element.clone()),
            Kind::Tuple(s) if s.rest.is_some() || s.loose > 0 => Type::Any,
            Kind::Tuple(s) => {
                steps::count(s.items.len());
                Type::tuple(s.items.iter().map(Value::type_of))
            }
            Kind::Object(f) if f.rest.is_some() => Type::Any,
            Kind::Object(f) => {
                steps::count(f.entries.len());
                let attributes = f.entries.map(|_, value| value.type_of().required());
                Type::Object(Arc::new(ObjectType { attributes }))
            }
            Kind::Unknown(u) => u.ty.clone(),
        }
    }
}
