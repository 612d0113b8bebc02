//! What an unknown stands for: a path into a resource, a data source, a module, a variable.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::syntax::Text;

/// A reference: something that has an address, and a path of attributes and keys into it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Reference {
    /// The printed address of the thing: `aws_subnet.private[0]`, `module.net.data.aws_vpc.x`, `module.vpc` (an
    /// instance of a call that is not on disk), `var.env`, `module.net.var.env`, `local.x`.
    pub target: Text,
    /// Which kind of thing it is.
    pub kind: ReferenceKind,
    /// The way into it.
    pub path: Arc<[Step]>,
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
        let mut steps = Vec::new();
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
        let path = top.path.iter().cloned().chain(steps.into_iter().rev()).collect();
        Reference { path, ..top.clone() }
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
    /// By address, kind and path. Most references to one thing share its address, so that it need not be compared.
    fn cmp(&self, other: &Reference) -> Ordering {
        let target = match std::ptr::eq(&*self.target, &*other.target) {
            true => Ordering::Equal,
            false => self.target.cmp(&other.target),
        };
        target.then(self.kind.cmp(&other.kind)).then_with(|| match Arc::ptr_eq(&self.path, &other.path) {
            true => Ordering::Equal,
            false => self.path.cmp(&other.path),
        })
    }
}

impl Reference {
    /// A reference to the thing itself.
    pub fn to(kind: ReferenceKind, target: impl Into<Text>) -> Reference {
        Reference { target: target.into(), kind, path: Arc::default() }
    }

    /// What tells copies of a reference at a glance: where its path is kept, and its kind with where its address is kept.
    /// A short address, which stands in place, is told by its text.
    pub(super) fn place(&self) -> (usize, u128) {
        const SHORT: usize = size_of::<u128>() - 1;
        let mut target = [0; SHORT + 1];
        let short = self.target.len() <= SHORT;
        match short {
            true => target[..self.target.len()].copy_from_slice(self.target.as_bytes()),
            false => target[..size_of::<usize>()].copy_from_slice(&self.target.as_ptr().addr().to_ne_bytes()),
        }
        target[SHORT] = self.kind as u8 * 2 + u8::from(short);
        (Arc::as_ptr(&self.path).addr(), u128::from_ne_bytes(target))
    }

    /// The reference one step further in.
    #[must_use]
    pub fn child(&self, step: Step) -> Reference {
        let path = self.path.iter().cloned().chain(std::iter::once(step)).collect();
        Reference { target: self.target.clone(), kind: self.kind, path }
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
