//! Takes secrets out of what a report quotes. The marks of values keep most of them away; this is for those that reach a
//! text as an unmarked value: the local that becomes a password, the entry of a container's environment.

use std::borrow::Cow;
use std::sync::Arc;

use crate::rules::{Finding, Fix, Message, Suppressed, Undecided};
use crate::secrets::Secrets;
use crate::source::Problem;
use crate::syntax::Text;

/// Hides the secrets in the texts of a finding, but for its trail and its related places.
pub(super) fn finding(finding: &mut Finding, secrets: &Secrets) {
    if let Cow::Owned(hidden) = secrets.hide(&finding.message()) {
        finding.message = Message::whole(&hidden);
    }
    text(&mut finding.label, secrets);
    finding.addresses.iter_mut().for_each(|address| text(address, secrets));
    finding
        .value
        .iter_mut()
        .filter(|value| secrets.are_in_json(value))
        .for_each(|value| secrets.hide_json(Arc::make_mut(value)));
    if let Some(shared) = finding.fix.as_mut().filter(|shared| are_in_fix(shared, secrets)) {
        let fix = Arc::make_mut(shared);
        for value in &mut fix.set {
            string(&mut value.hcl, secrets);
            secrets.hide_json(&mut value.json);
        }
        fix.text.iter_mut().chain(&mut fix.note).for_each(|words| text(words, secrets));
    }
    let is_told =
        |silenced: &&mut Arc<Suppressed>| silenced.reason.as_ref().is_some_and(|reason| secrets.are_in(reason));
    if let Some(silenced) = finding.suppressed.as_mut().filter(is_told) {
        Arc::make_mut(silenced).reason.iter_mut().for_each(|reason| text(reason, secrets));
    }
}

/// Whether a fix quotes secrets. Most do not, and are shared.
fn are_in_fix(fix: &Fix, secrets: &Secrets) -> bool {
    fix.set.iter().any(|value| secrets.are_in(&value.hcl) || secrets.are_in_json(&value.json))
        || fix.text.iter().chain(&fix.note).any(|words| secrets.are_in(words))
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
    text(&mut undecided.because, secrets);
}

pub(super) fn text(text: &mut Text, secrets: &Secrets) {
    if let Cow::Owned(hidden) = secrets.hide(text) {
        *text = hidden.into();
    }
}

fn string(text: &mut String, secrets: &Secrets) {
    if let Cow::Owned(hidden) = secrets.hide(text) {
        *text = hidden;
    }
}
