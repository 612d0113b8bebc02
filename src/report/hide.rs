//! Takes secrets out of what a report quotes. The marks of values keep most of them away; this is for those that reach a
//! text as an unmarked value: the local that becomes a password, the entry of a container's environment.

use crate::rules::{Finding, Undecided};
use crate::secrets::Secrets;
use crate::source::Problem;
use crate::syntax::Text;

/// Hides the secrets in the texts of a finding.
pub(super) fn finding(finding: &mut Finding, secrets: &Secrets) {
    string(&mut finding.message, secrets);
    string(&mut finding.label, secrets);
    finding.addresses.iter_mut().for_each(|address| text(address, secrets));
    finding.value.iter_mut().for_each(|value| secrets.hide_json(value));
    let steps = finding.trail.iter_mut().chain(&mut finding.related);
    steps.for_each(|step| string(&mut step.note, secrets));
    if let Some(fix) = &mut finding.fix {
        for value in &mut fix.set {
            string(&mut value.hcl, secrets);
            secrets.hide_json(&mut value.json);
        }
        fix.text.iter_mut().chain(&mut fix.note).for_each(|words| text(words, secrets));
    }
    if let Some(reason) = finding.suppressed.as_mut().and_then(|silenced| silenced.reason.as_mut()) {
        text(reason, secrets);
    }
}

/// Hides the secrets in the texts of a fault.
pub(super) fn problem(problem: &mut Problem, secrets: &Secrets) {
    string(&mut problem.message, secrets);
    let labels = problem.label.iter_mut().chain(&mut problem.related);
    labels.for_each(|label| string(&mut label.text, secrets));
    problem.help.iter_mut().for_each(|help| string(help, secrets));
}

/// Hides the secrets in what could not be decided.
pub(super) fn undecided(undecided: &mut Undecided, secrets: &Secrets) {
    text(&mut undecided.address, secrets);
    string(&mut undecided.because, secrets);
}

pub(super) fn text(text: &mut Text, secrets: &Secrets) {
    if let std::borrow::Cow::Owned(hidden) = secrets.hide(text) {
        *text = hidden.into();
    }
}

fn string(text: &mut String, secrets: &Secrets) {
    if let std::borrow::Cow::Owned(hidden) = secrets.hide(text) {
        *text = hidden;
    }
}
