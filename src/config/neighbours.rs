//! What the roots below one searched folder tell of each other: where their state is kept, and which comes first.
//! Gathered once, since every root asks.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::root::Root;
use super::roots::RootStanding;
use crate::syntax::{ExprKind, Text};

/// The roots below one folder.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    /// The folder of the first root that somebody applies; where nobody is known to apply any, of the first.
    pub first: Option<PathBuf>,
    /// How many of the roots keep their state elsewhere than in a local file.
    pub with_backend: usize,
    /// How many somebody applies.
    pub applied: usize,
    /// The buckets that they keep it in, as far as these are written literally; sorted, each once.
    pub state_buckets: Arc<[Text]>,
}

/// The roots below each of these folders; `roots` are in order of their paths.
pub(super) fn gather<'f>(folders: impl IntoIterator<Item = &'f Path>, roots: &[Root]) -> BTreeMap<PathBuf, Neighbours> {
    let mut gathered: FxHashMap<&OsStr, (Neighbours, BTreeSet<Text>)> =
        folders.into_iter().map(|folder| (folder.as_os_str(), Default::default())).collect();
    for root in roots {
        for around in root.dir.ancestors() {
            let Some((neighbours, buckets)) = gathered.get_mut(around.as_os_str()) else { continue };
            if neighbours.first.is_none() && root.standing == RootStanding::Root {
                neighbours.first = Some(root.dir.clone());
            }
            neighbours.with_backend += usize::from(root.has_backend);
            neighbours.applied += usize::from(root.standing == RootStanding::Root);
            buckets.extend(state_bucket(root));
        }
    }
    for root in roots {
        for around in root.dir.ancestors() {
            let Some((neighbours, _)) = gathered.get_mut(around.as_os_str()) else { continue };
            neighbours.first.get_or_insert_with(|| root.dir.clone());
        }
    }
    let finish = |(folder, (neighbours, buckets)): (&OsStr, (Neighbours, BTreeSet<Text>))| {
        (folder.into(), Neighbours { state_buckets: buckets.into_iter().collect(), ..neighbours })
    };
    gathered.into_iter().map(finish).collect()
}

/// The bucket of an `s3` backend, where it is written literally.
fn state_bucket(root: &Root) -> Option<Text> {
    let backend = root.module.module.settings.backend.as_ref().filter(|b| &*b.kind.text == "s3")?;
    match &backend.body.attribute("bucket")?.expr.kind {
        ExprKind::String(name) => Some(name.clone()),
        _ => None,
    }
}
