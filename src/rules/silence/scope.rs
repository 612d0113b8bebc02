//! What a comment covers, and whether a finding is covered.

use crate::config::{Child, ModuleAddress, Root};
use crate::rules::Finding;
use crate::source::{FileId, Span};
use crate::syntax::{Placement, Target, Text};

/// What a comment covers.
pub(super) struct Scope {
    pub(super) target: Option<Where>,
    pub(super) around: Option<Span>,
    /// Type and header of its top-level block.
    pub(super) top: Option<(Text, Span)>,
}

/// The part of a file.
#[derive(Clone, Copy)]
pub(super) enum Where {
    File,
    Block(Span),
    Argument(Span),
}

impl Scope {
    pub(super) fn of(placement: Placement<'_>) -> Scope {
        let target = placement.target.map(|target| match target {
            Target::Block(span) => Where::Block(span),
            Target::Argument(span) => Where::Argument(span),
        });
        let top = placement.top.map(|top| (top.kind.into(), top.header));
        Scope { target, around: placement.around, top }
    }

    /// Whether a finding is covered: by its place, by a module call that created it, or by the argument that decided.
    pub(super) fn covers(&self, file: FileId, finding: &Finding, calls: &[Span]) -> bool {
        let decided = |argument: Span| finding.trail().iter().any(|step| argument.contains(step.span));
        let here = match self.target {
            Some(Where::File) => finding.span.file == file,
            Some(Where::Block(block)) => block.contains(finding.span),
            Some(Where::Argument(argument)) => argument.contains(finding.span) || decided(argument),
            None => false,
        };
        here || self.around == Some(finding.span) || self.reaches_call(file, calls)
    }

    /// Whether it covers one of these module calls, which are given by their headers.
    pub(super) fn reaches_call(&self, file: FileId, calls: &[Span]) -> bool {
        match self.target {
            Some(Where::File) => calls.iter().any(|call| call.file == file),
            Some(Where::Block(block)) => calls.iter().any(|call| block.contains(*call)),
            _ => false,
        }
    }

    /// Whether a finding about the block with this header might be covered. What decides from elsewhere (a variable's
    /// default, a line of a variable file) might concern any.
    pub(super) fn concerns(&self, file: FileId, header: Span, calls: &[Span]) -> bool {
        let here = match self.target {
            Some(Where::File) => header.file == file,
            Some(Where::Block(block)) => block.contains(header),
            _ => false,
        };
        let top = self.top.as_ref();
        let own = top.is_some_and(|(_, top)| *top == header || calls.contains(top));
        here || own || self.may_concern_anything() || self.reaches_call(file, calls)
    }

    /// Whether it covers what may decide of any block.
    pub(super) fn may_concern_anything(&self) -> bool {
        let of_instance = self.top.as_ref().is_some_and(|(kind, _)| is_instance(kind));
        matches!(self.target, Some(Where::Argument(_))) && !of_instance
    }

    /// Whether what it covers may not be there although it is written.
    pub(super) fn may_be_absent(&self) -> bool {
        self.top.as_ref().is_some_and(|(kind, _)| is_instance(kind))
    }
}

/// Whether blocks of this type make instances of their own.
fn is_instance(kind: &str) -> bool {
    matches!(kind, "resource" | "data" | "module")
}

/// The headers of the module calls that an address leads through.
pub(in crate::rules) fn calls(root: &Root, address: &str) -> Vec<Span> {
    let path = ModuleAddress::of(address);
    let mut headers = Vec::with_capacity(path.steps().len());
    let mut node = Some(&root.module);
    for (name, _) in path.steps() {
        let Some(here) = node else { break };
        let Some(call) = here.module.calls.get(name) else { break };
        headers.push(call.header);
        node = match here.children.get(name) {
            Some(Child::Loaded(child)) => Some(child),
            _ => None,
        };
    }
    headers
}
