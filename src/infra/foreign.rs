//! Providers whose endpoints are not those of AWS: LocalStack, MinIO, stores of objects of other clouds. What is true of AWS
//! need not be true of what they make.

use std::rc::Rc;

use crate::config::{ProviderConfig, ProviderName, ProviderRef, Resource};
use crate::eval::Value;
use crate::eval::program::{ModuleInstance, Program};

/// What stands in addresses of AWS: of its services, of endpoints in a VPC, and of the newer names.
const AWS: [&str; 3] = [".amazonaws.com", ".api.aws", ".on.aws"];

/// The providers of the root module that speak to something else.
pub(super) fn providers(program: &Program<'_>, root: &Rc<ModuleInstance>) -> Vec<ProviderName> {
    let frame = program.plain_frame(root);
    let declared = &root.module().providers;
    let speaks_elsewhere = |provider: &ProviderConfig| -> Option<ProviderName> {
        let blocks = program.body_item(&provider.arguments, &"endpoints".into(), &frame)?;
        let services = blocks.as_seq()?.items.iter().filter_map(Value::as_fields);
        let mut addresses = services.flat_map(|fields| fields.entries.values()).filter_map(Value::as_str);
        addresses.any(is_elsewhere).then(|| provider.name.clone())
    };
    declared.values().filter_map(|provider| speaks_elsewhere(provider)).collect()
}

fn is_elsewhere(address: &str) -> bool {
    !address.is_empty() && !AWS.iter().any(|aws| address.contains(aws))
}

/// Whether a resource is made by one of these. What a module is passed under another name is not followed.
pub(super) fn is_foreign(foreign: &[ProviderName], module: &Rc<ModuleInstance>, resource: &Resource) -> bool {
    if foreign.is_empty() {
        return false;
    }
    let is_root = module.prefix.is_empty();
    match resource.provider.as_deref() {
        Some(ProviderRef { name, alias, .. }) => {
            (is_root || alias.is_none()) && foreign.iter().any(|f| f.name == *name && f.alias == *alias)
        }
        None => {
            let local = resource.name.type_name.split('_').next().unwrap_or_default();
            foreign.iter().any(|f| f.alias.is_none() && *f.name == *local)
        }
    }
}
