//! Data sources whose result follows from the configuration alone.

mod policy_document;

use std::rc::Rc;
use std::sync::Arc;

use super::Value;
use super::expand::InstanceSlot;
use super::program::{ModuleInstance, Program};
use crate::config::{Mode, ProviderName, Resource, ResourceName};
use crate::source::Span;
use crate::syntax::{Expr, Text};

/// Whether an attribute may follow from the configuration: those of [`computed`].
pub(super) fn is_computed(id: &ResourceName, name: &str) -> bool {
    let names: &[&str] = match &*id.type_name {
        "aws_iam_policy_document" => &["json", "minified_json"],
        "aws_region" => &["name", "region", "id"],
        "aws_partition" => &["partition", "dns_suffix"],
        _ => &[],
    };
    id.mode == Mode::Data && names.contains(&name)
}

/// Whether what is computed is what the provider is set up with.
pub(super) fn asks_provider(id: &ResourceName) -> bool {
    matches!(&*id.type_name, "aws_region" | "aws_partition")
}

/// The computed value of an attribute that the configuration does not set; `None` where only AWS knows it. It may ask for
/// any other value, its own included: whoever asks remembers it.
pub(super) fn computed(
    program: &Program<'_>,
    slot: &InstanceSlot,
    id: &ResourceName,
    resource: &Resource,
    name: &Text,
) -> Option<Value> {
    match (&*id.type_name, &**name) {
        ("aws_iam_policy_document", "json" | "minified_json") => {
            policy_document::json(program, slot, id, resource, &**name == "json")
        }
        ("aws_region", "name" | "region" | "id") => program.region(&slot.frame.module),
        ("aws_partition", "partition") => {
            let region = program.region(&slot.frame.module)?;
            Some(partition(region.as_str()?).into())
        }
        ("aws_partition", "dns_suffix") => {
            let region = program.region(&slot.frame.module)?;
            let suffix = if region.as_str()?.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
            Some(suffix.into())
        }
        _ => None,
    }
}

fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// Module calls are followed upwards this far for a provider's configuration.
const PROVIDER_DEPTH: usize = 64;

impl<'c> Program<'c> {
    /// The region of the default `aws` provider that a module uses, where it is known.
    fn region(&self, module: &Rc<ModuleInstance>) -> Option<Value> {
        let (region, _, module) = self.region_argument(module, 0)?;
        Some(self.eval(&region, &self.plain_frame(&module))).filter(|v| v.as_str().is_some())
    }

    /// A data source that depends on itself: its block refers to nothing, the way leads through its provider.
    pub(super) fn data_cycle(&self, slot: &InstanceSlot, header: Span, what: &str) -> Value {
        let region = self.region_argument(&slot.frame.module, 0).map(|(_, region, _)| region);
        self.cycle_through(header, what, region.map(|span| (span, "the region that it is read in")))
    }

    /// What that provider's region is set to, where, and in which module.
    fn region_argument(
        &self,
        module: &Rc<ModuleInstance>,
        depth: usize,
    ) -> Option<(Arc<Expr>, Span, Rc<ModuleInstance>)> {
        if depth > PROVIDER_DEPTH {
            return None;
        }
        let name = ProviderName { name: "aws".into(), alias: None };
        if let Some(provider) = module.module().providers.get(&name) {
            let region = provider.arguments.attribute("region")?;
            return Some((region.expr.clone(), region.span(), module.clone()));
        }
        let (frame, call) = module.call.as_ref()?;
        let call = frame.module.module().calls.get(call)?;
        // A call that hands over providers may hand over another region.
        if !call.providers.is_empty() {
            return None;
        }
        self.region_argument(&frame.module, depth + 1)
    }
}
