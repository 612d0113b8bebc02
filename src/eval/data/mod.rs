//! Data sources whose result follows from the configuration alone.

mod policy_document;

use std::rc::Rc;

use super::Value;
use super::expand::InstanceSlot;
use super::program::{ModuleInstance, Program};
use crate::config::{Mode, ProviderName, Resource, ResourceName};
use crate::syntax::Text;

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
        ("aws_region", "name" | "region" | "id") => program.region(&slot.frame.module, 0),
        ("aws_partition", "partition") => {
            let region = program.region(&slot.frame.module, 0)?;
            Some(partition(region.as_str()?).into())
        }
        ("aws_partition", "dns_suffix") => {
            let region = program.region(&slot.frame.module, 0)?;
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
    fn region(&self, module: &Rc<ModuleInstance>, depth: usize) -> Option<Value> {
        if depth > PROVIDER_DEPTH {
            return None;
        }
        let name = ProviderName { name: "aws".into(), alias: None };
        if let Some(provider) = module.module().providers.get(&name) {
            let region = provider.arguments.attribute("region")?;
            return Some(self.eval(&region.expr, &self.plain_frame(module))).filter(|v| v.as_str().is_some());
        }
        let (frame, call) = module.call.as_ref()?;
        let call = frame.module.module().calls.get(call)?;
        // A call that hands over providers may hand over another region.
        if !call.providers.is_empty() {
            return None;
        }
        self.region(&frame.module, depth + 1)
    }
}
