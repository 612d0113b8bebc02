//! Which arguments and attributes of a resource type hold secrets, as the provider's schema marks them.
//!
//! The text (`rules/facts/provider/secrets.txt`) lists paths such as `password` or `user.password` by resource type.
//! Entry point: [`secret_paths`].

use super::cache::Cache;
use super::records::Records;

static PATHS: Cache<Vec<&str>> = Cache::new();
static RECORDS: Records = include!(concat!(env!("OUT_DIR"), "/secrets.rs"));

/// The paths of what holds secrets in a resource of this type, through blocks and objects, in order.
pub fn secret_paths(resource_type: &str) -> impl Iterator<Item = &'static str> {
    let paths = PATHS.get(resource_type, || {
        let body = RECORDS.find(resource_type)?;
        Some(body.lines().map(str::trim).collect::<Vec<_>>())
    });
    paths.into_iter().flatten().copied()
}

/// Whether this argument or attribute at the top of a resource holds a secret.
pub fn is_secret(resource_type: &str, name: &str) -> bool {
    secret_paths(resource_type).any(|path| path == name)
}

/// All resource types that hold secrets, in order.
pub fn types_with_secrets() -> impl Iterator<Item = &'static str> {
    RECORDS.names()
}
