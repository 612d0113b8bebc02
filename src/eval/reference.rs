//! What an unknown stands for: a path into a resource, a data source, a module, a variable.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::syntax::Text;

/// A reference: something that has an address, and a path of attributes and keys into it. Very many values have one, most
/// of them copies of each other, so that it is a pointer to its [`Parts`].
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Reference(Arc<Parts>);

/// What a reference is made of.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Parts {
    /// The printed address of the thing: `aws_subnet.private[0]`, `module.net.data.aws_vpc.x`, `module.vpc` (an
    /// instance of a call that is not on disk), `var.env`, `module.net.var.env`, `local.x`.
    pub target: Text,
    /// Which kind of thing it is.
    pub kind: ReferenceKind,
    /// The way into it.
    pub path: Path,
}

/// The way into a thing; mostly it ends at an attribute.
type Path = SmallVec<[Step; 1]>;

impl Deref for Reference {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The things a reference can lead to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ReferenceKind {
    /// A managed resource's instance.
    Resource,
    /// A data source's instance.
    Data,
    /// An ephemeral resource's instance.
    Ephemeral,
    /// An instance of a module call whose module is not on disk.
    Module,
    /// A variable without a value.
    Variable,
    /// Anything else that is known only when Terraform runs.
    Runtime,
}

/// Where a value stands that is being made: turned into a reference only where one is needed.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    around: Around<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Around<'a> {
    Top(&'a Reference),
    Inside(&'a Place<'a>, Inner<'a>),
}

/// One step further in.
#[derive(Clone, Copy, Debug)]
pub enum Inner<'a> {
    /// An attribute.
    Name(&'a str),
    /// An element.
    Index(usize),
    /// An element whose key is not known.
    Any,
}

impl<'a> Place<'a> {
    /// The place that a reference leads to.
    pub fn of(reference: &'a Reference) -> Place<'a> {
        Place { around: Around::Top(reference) }
    }

    /// The place one step further in.
    pub fn child(&'a self, step: Inner<'a>) -> Place<'a> {
        Place { around: Around::Inside(self, step) }
    }

    /// The reference that leads there.
    pub fn reference(&self) -> Reference {
        let mut steps = Path::new();
        let mut at = self;
        let top = loop {
            match &at.around {
                Around::Top(reference) => break *reference,
                Around::Inside(outer, inner) => {
                    steps.push(match inner {
                        Inner::Name(name) => Step::Name((*name).into()),
                        Inner::Index(at) => Step::Index(*at as i64),
                        Inner::Any => Step::Any,
                    });
                    at = outer;
                }
            }
        };
        steps.extend(top.path.iter().rev().cloned());
        steps.reverse();
        top.with_path(steps)
    }
}

/// A step into a value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// `.name` or `["name"]`
    Name(Text),
    /// `[0]`
    Index(i64),
    /// An element whose key is not known.
    Any,
}

impl PartialOrd for Reference {
    fn partial_cmp(&self, other: &Reference) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Reference {
    /// By address, kind and path. Most that are compared are copies of each other.
    fn cmp(&self, other: &Reference) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl Reference {
    /// A reference to the thing itself.
    pub fn to(kind: ReferenceKind, target: impl Into<Text>) -> Reference {
        Reference(Arc::new(Parts { target: target.into(), kind, path: Path::new() }))
    }

    /// What tells copies of a reference at a glance: where they all are kept.
    pub(super) fn place(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// The reference one step further in.
    #[must_use]
    pub fn child(&self, step: Step) -> Reference {
        let mut path = Path::with_capacity(self.path.len() + 1);
        path.extend(self.path.iter().cloned());
        path.push(step);
        self.with_path(path)
    }

    /// A reference to the same thing with another way into it.
    pub(super) fn with_path(&self, path: impl Into<Path>) -> Reference {
        Reference(Arc::new(Parts { target: self.target.clone(), kind: self.kind, path: path.into() }))
    }

    /// The name of the first step: the attribute of a resource, the output of a module.
    pub fn attribute(&self) -> Option<&str> {
        match self.path.first() {
            Some(Step::Name(n)) => Some(n),
            _ => None,
        }
    }
}

impl Reference {
    /// It as people write it: `aws_subnet.private[0].id`.
    pub fn text(&self) -> String {
        let names = self.path.iter().map(|step| if let Step::Name(name) = step { name.len() + 1 } else { 4 });
        let mut text = String::with_capacity(self.target.len() + names.sum::<usize>());
        text.push_str(&self.target);
        for step in self.path.iter() {
            match step {
                Step::Name(name) => {
                    text.push('.');
                    text.push_str(name);
                }
                Step::Index(i) => text.push_str(&format!("[{i}]")),
                Step::Any => text.push_str("[*]"),
            }
        }
        text
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}
