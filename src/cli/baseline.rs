//! The baseline of a run: read before the work, applied to what was found, written where that was asked for.

use std::path::{Path, PathBuf};

use super::environments::Plan;
use super::failure::Failure;
use super::options::CheckOptions;
use super::output;
use crate::config::Config;
use crate::report::{Outcome, words};
use crate::rules::{Baseline, Catalog, Ground, Looked, Selection};
use crate::source::{normalize, read_text, shown_path};
use crate::syntax::Text;

/// Where a baseline goes when nobody says where.
const NAME: &str = ".tfcheck-baseline.json";

/// What is accepted, where it is kept, and whether it is written anew.
pub(super) struct BaselineFile {
    path: PathBuf,
    name: String,
    baseline: Baseline,
    write: bool,
}

impl BaselineFile {
    /// The baseline that the options and settings name.
    pub(super) fn read(options: &CheckOptions) -> Result<Option<BaselineFile>, Failure> {
        let here = normalize(&options.load.working_dir);
        let write = options.write_baseline;
        let settings = &options.settings;
        let of_settings = settings.baseline.as_ref().map(|name| settings.folder.join(&*name.text));
        let chosen = options.baseline.as_ref().map(|path| here.join(path)).or(of_settings);
        let Some(path) = chosen.or_else(|| write.then(|| here.join(NAME))) else { return Ok(None) };
        let path = normalize(&path);
        let name = shown_path(&path, &here);
        let failure = |why: String| Failure::Baseline { name: name.clone(), why };
        let baseline = match read_text(&path) {
            Ok(text) => Baseline::parse(&text).map_err(failure)?,
            Err(_) if write && !path.exists() => Baseline::empty(),
            Err(error) => return Err(failure(error.to_string())),
        };
        Ok(Some(BaselineFile { path, name, baseline, write }))
    }

    /// Silences what is accepted, and says what is fixed since; writes the next baseline first where that is asked for.
    pub(super) fn settle(
        mut self,
        outcome: &mut Outcome,
        (config, plan): (&Config, &Plan),
        (catalog, selection): (&Catalog<'_>, &Selection),
    ) -> Result<(), Failure> {
        let names = |of_root: &Vec<crate::infra::AnalysisOptions>| -> Vec<Text> {
            of_root.iter().filter_map(|o| o.environment.as_ref().map(|(name, _)| name.clone())).collect()
        };
        let roots: Vec<_> = config.roots.iter().zip(&plan.of_roots).map(|(r, o)| (r.dir.clone(), names(o))).collect();
        let looked = Looked {
            rules: &|id| catalog.runs(selection, id),
            roots: &roots,
            undecided: &outcome.undecided,
            not_on_disk: &outcome.not_on_disk,
        };
        let ground = Ground { folder: self.path.parent().unwrap_or(Path::new("")), config };
        if self.write {
            if config.focus.is_some() {
                return Err(Failure::BaselineOfFiles);
            }
            self.baseline = self.baseline.with(&outcome.findings, ground, &looked);
            std::fs::write(&self.path, self.baseline.text())
                .map_err(|reason| Failure::Write { path: self.path.clone(), reason })?;
            let accepted = words::count(self.baseline.len(), "finding");
            output::complain(&format!("note: {accepted} accepted in `{}`\n", self.name));
        } else if config.focus.is_none() {
            // Of single files, only what concerns them was kept.
            outcome.fixed = self.baseline.gone(&outcome.findings, ground, &looked);
        }
        self.baseline.apply(&mut outcome.findings, ground);
        Ok(())
    }
}
