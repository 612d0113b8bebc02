//! Trails of attributes, for findings.

use super::{Origin, Tracer, Trail, TrailStep};
use crate::eval::{BlockSource, Decider, Program};

impl Tracer for Program<'_> {
    fn trail(&self, block: &BlockSource, attribute: &str, secret: bool) -> Trail {
        let steps = Program::trail(self, block, attribute, secret);
        let written = block.body.blocks.iter().any(|b| {
            &*b.kind.text == attribute
                || b.labels.first().is_some_and(|l| &*b.kind.text == "dynamic" && &*l.text == attribute)
        });
        let origin = match steps.decider {
            Decider::Nobody if written => Origin::Literal,
            Decider::Nobody => Origin::ProviderDefault,
            Decider::Literal => Origin::Literal,
            Decider::VariableDefault => Origin::VariableDefault,
            Decider::Input => Origin::Tfvars,
            Decider::ModuleCall => Origin::ModuleCall,
            Decider::Expression => Origin::Expression,
        };
        let variable = steps.root_default;
        let steps = steps.steps.into_iter().map(|(span, note)| TrailStep { span, note }).collect();
        Trail { origin, steps, variable }
    }
}
