//! What a module declares by name, before it is decoded: override files change it, and nothing is declared twice.

use std::ops::Deref;

use super::address::{Mode, ResourceName};
use super::body::BodyReader;
use super::merge::{merge_arguments, merge_block};
use super::module::{Local, ProviderName};
use crate::source::{Problem, ProblemKind, Span};
use crate::syntax::{Block, Text};

/// Declarations in the order of the text, each with whether an override file says so. Several may have one name.
pub(super) struct Named<K, V>(Vec<(K, V, bool)>);

/// Something that has a name of this kind.
pub(super) trait Declared<K>: Sized {
    /// What it is, for messages.
    fn describe(&self, name: &K) -> String;

    /// Where it is declared.
    fn place(&self) -> Span;

    /// Whether an override file may only change what another one declares.
    fn needs_base(_name: &K) -> bool {
        true
    }

    /// What an override file makes of it.
    fn changed(&self, by: Self, reader: &mut BodyReader) -> Self;
}

impl<K, V> Default for Named<K, V> {
    fn default() -> Named<K, V> {
        Named(Vec::new())
    }
}

impl<K: Ord, V: Declared<K>> Named<K, V> {
    pub(super) fn add(&mut self, name: K, declared: V, is_override: bool) {
        self.0.push((name, declared, is_override));
    }

    /// What is declared in the end, by name.
    pub(super) fn joined(mut self, reader: &mut BodyReader) -> Vec<(K, V)> {
        // What has one name stays in the order of the text.
        self.0.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        let mut joined: Vec<(K, V)> = Vec::with_capacity(self.0.len());
        for (name, new, is_override) in self.0 {
            match joined.last_mut().filter(|(known, _)| *known == name) {
                Some((_, base)) if is_override => *base = base.changed(new, reader),
                Some((_, first)) => duplicate(reader, &new.describe(&name), new.place(), first.place()),
                None => {
                    if is_override && V::needs_base(&name) {
                        missing_base(reader, &new.describe(&name), new.place());
                    }
                    // An override without a base is kept as well: what refers to it needs no second complaint.
                    joined.push((name, new));
                }
            }
        }
        joined
    }
}

fn duplicate(reader: &mut BodyReader, what: &str, second: Span, first: Span) {
    let message = format!("{what} is declared twice");
    let problem = Problem::error(ProblemKind::Configuration, second, message, "declared again here");
    reader.report(problem.with_related(first, "first declared here"));
}

fn missing_base(reader: &mut BodyReader, what: &str, span: Span) {
    let message = format!("{what} has no declaration that this override file could change");
    let problem = Problem::error(ProblemKind::Configuration, span, message, "nothing to override");
    reader.report(problem.with_help("declare it in a file that is not an override file"));
}

/// A block as it is written, or as an override file changed it.
pub(super) enum Written<'d> {
    AsItIs(&'d Block),
    Changed(Box<Block>),
}

impl Deref for Written<'_> {
    type Target = Block;

    fn deref(&self) -> &Block {
        match self {
            Written::AsItIs(block) => block,
            Written::Changed(block) => block,
        }
    }
}

impl Declared<Text> for Written<'_> {
    fn describe(&self, name: &Text) -> String {
        match &*self.kind.text {
            "module" => format!("module call `{name}`"),
            kind => format!("{kind} `{name}`"),
        }
    }

    fn place(&self) -> Span {
        self.header
    }

    fn changed(&self, by: Self, reader: &mut BodyReader) -> Self {
        let changed = match &*self.kind.text {
            "variable" | "output" => merge_arguments(reader, self, &by),
            _ => merge_block(reader, self, &by),
        };
        Written::Changed(Box::new(changed))
    }
}

impl Declared<ProviderName> for Written<'_> {
    fn describe(&self, name: &ProviderName) -> String {
        match &name.alias {
            Some(alias) => format!("provider `{}.{alias}`", name.name),
            None => format!("provider `{}`", name.name),
        }
    }

    fn place(&self) -> Span {
        self.header
    }

    /// A provider without a block counts as one with an empty block.
    fn needs_base(name: &ProviderName) -> bool {
        name.alias.is_some()
    }

    fn changed(&self, by: Self, reader: &mut BodyReader) -> Self {
        Written::Changed(Box::new(merge_block(reader, self, &by)))
    }
}

impl Declared<ResourceName> for Written<'_> {
    fn describe(&self, name: &ResourceName) -> String {
        let mode = match name.mode {
            Mode::Managed => "resource",
            Mode::Data => "data source",
            Mode::Ephemeral => "ephemeral resource",
        };
        format!("{mode} `{}.{}`", name.type_name, name.name)
    }

    fn place(&self) -> Span {
        self.header
    }

    fn changed(&self, by: Self, reader: &mut BodyReader) -> Self {
        Written::Changed(Box::new(merge_block(reader, self, &by)))
    }
}

impl Declared<Text> for Local {
    fn describe(&self, name: &Text) -> String {
        format!("local value `{name}`")
    }

    fn place(&self) -> Span {
        self.name.span
    }

    fn changed(&self, by: Self, _: &mut BodyReader) -> Self {
        by
    }
}
