//! What the properties of each of Terraform's blocks mean: which are blocks, and how text is read in the others.

/// What a property is.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    /// A nested block with that many labels.
    Block(usize, &'static Context),
    /// An argument whose strings are templates.
    Template,
    /// An argument whose strings are text.
    Literal,
    /// A reference, a keyword or a type expression written as text, or a list of such.
    Expression,
    /// An object whose keys and values are references: `providers`.
    References,
    /// An entry of `required_providers`: text, but for the references in its `configuration_aliases`.
    Requirement,
}

/// The properties of one kind of body; those that are not listed have the meaning `others`.
pub(super) struct Context {
    known: &'static [(&'static str, Meaning)],
    others: Meaning,
}

impl Context {
    /// What a property of that name means here.
    pub(super) fn meaning(&self, name: &str) -> Meaning {
        self.known.iter().find(|(known, _)| *known == name).map_or(self.others, |(_, meaning)| *meaning)
    }
}

use Meaning::{Block, Expression, Literal, References, Requirement, Template};

/// A `.tf.json` file.
pub(super) static CONFIGURATION: Context = Context {
    known: &[
        ("resource", Block(2, &RESOURCE)),
        ("data", Block(2, &DATA)),
        ("ephemeral", Block(2, &DATA)),
        ("module", Block(1, &MODULE)),
        ("variable", Block(1, &VARIABLE)),
        ("locals", Block(0, &OPEN)),
        ("output", Block(1, &OUTPUT)),
        ("provider", Block(1, &PROVIDER)),
        ("terraform", Block(0, &TERRAFORM)),
        ("moved", Block(0, &ADDRESSES)),
        ("removed", Block(0, &ADDRESSES)),
        ("import", Block(0, &ADDRESSES)),
        ("check", Block(1, &CHECK)),
        ("language", Block(0, &LITERAL)),
        ("action", Block(2, &DATA)),
        ("list", Block(2, &DATA)),
    ],
    others: Template,
};

/// A `.tfvars.json` file.
pub(super) static VALUES: Context = Context { known: &[], others: Literal };

static OPEN: Context = Context { known: &[], others: Template };

static LITERAL: Context = Context { known: &[], others: Literal };

static RESOURCE: Context = Context {
    known: &[
        ("depends_on", Expression),
        ("provider", Expression),
        ("lifecycle", Block(0, &LIFECYCLE)),
        ("connection", Block(0, &OPEN)),
        ("provisioner", Block(1, &PROVISIONER)),
        ("dynamic", Block(1, &DYNAMIC)),
    ],
    others: Template,
};

static DATA: Context = Context {
    known: &[
        ("depends_on", Expression),
        ("provider", Expression),
        ("lifecycle", Block(0, &LIFECYCLE)),
        ("dynamic", Block(1, &DYNAMIC)),
    ],
    others: Template,
};

static LIFECYCLE: Context = Context {
    known: &[
        ("ignore_changes", Expression),
        ("replace_triggered_by", Expression),
        ("precondition", Block(0, &OPEN)),
        ("postcondition", Block(0, &OPEN)),
    ],
    others: Template,
};

static PROVISIONER: Context = Context {
    known: &[("when", Expression), ("on_failure", Expression), ("connection", Block(0, &OPEN))],
    others: Template,
};

static DYNAMIC: Context =
    Context { known: &[("iterator", Expression), ("content", Block(0, &CONTENT))], others: Template };

static CONTENT: Context = Context { known: &[("dynamic", Block(1, &DYNAMIC))], others: Template };

static MODULE: Context =
    Context { known: &[("providers", References), ("depends_on", Expression), ("version", Literal)], others: Template };

static VARIABLE: Context = Context { known: &[("type", Expression), ("validation", Block(0, &OPEN))], others: Literal };

static OUTPUT: Context = Context {
    known: &[("depends_on", Expression), ("description", Literal), ("precondition", Block(0, &OPEN))],
    others: Template,
};

static PROVIDER: Context = Context { known: &[("alias", Literal), ("version", Literal)], others: Template };

static TERRAFORM: Context = Context {
    known: &[
        ("required_providers", Block(0, &REQUIRED_PROVIDERS)),
        ("backend", Block(1, &OPEN)),
        ("cloud", Block(0, &CLOUD)),
        ("provider_meta", Block(1, &OPEN)),
        ("encryption", Block(0, &OPEN)),
        ("experiments", Expression),
    ],
    others: Literal,
};

static REQUIRED_PROVIDERS: Context = Context { known: &[], others: Requirement };

static CLOUD: Context = Context { known: &[("workspaces", Block(0, &OPEN))], others: Template };

static ADDRESSES: Context = Context {
    known: &[
        ("from", Expression),
        ("to", Expression),
        ("provider", Expression),
        ("lifecycle", Block(0, &LIFECYCLE)),
        ("provisioner", Block(1, &PROVISIONER)),
    ],
    others: Template,
};

static CHECK: Context = Context { known: &[("data", Block(2, &DATA)), ("assert", Block(0, &OPEN))], others: Template };
