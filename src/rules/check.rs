//! The loop: each rule, its instances, their verdicts, findings.
//!
//! Rules look at instances in parallel; what comes out is put in order and filled in on one thread, because trails
//! are walked through the evaluated program. Entry point: [`check`].

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::ControlFlow;
use std::slice::from_ref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::catalog::Catalog;
use super::draft::{self, Draft};
use super::fingerprint;
use super::finish::Finish;
use super::place;
use super::rule::{Check, Lasts, Rule, Step, is_chosen_by_name};
use super::run::Run;
use super::scope::{RuleScope, WORK_LIMIT, work_limit};
use super::settings::Selection;
use super::verdict::{Truth, reason};
use super::{Finding, Undecided};
use crate::eval::functions::Host;
use crate::eval::iterate::{Entry, iterate};
use crate::eval::{Cause, EvalError, Evaluation, Kind, Value};
use crate::infra::{Infra, Instance, InstanceId, Tracer};
use crate::source::Problem;
use crate::syntax::Text;

/// What came of running the rules over one infra.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What is not fit for production, in the order of files and positions.
    pub findings: Vec<Box<Finding>>,
    /// What could not be decided, sorted by rule and address.
    pub undecided: Vec<Undecided>,
    /// Rules that failed while they ran.
    pub problems: Vec<Problem>,
    /// What all threads together spent on it.
    pub spent: Duration,
}

/// Runs the selected rules over an infra.
pub fn check(
    catalog: &Catalog<'_>,
    selection: &Selection,
    infra: &Infra,
    host: &(dyn Host + Sync),
    tracer: &dyn Tracer,
) -> Outcome {
    let look = || look(&Run::new(catalog, selection, infra, host));
    let mut looked = look();
    // What several ask is paid for by who asks first. Where that may be more than one may spend, it must not depend on the
    // threads whose work it was: then everything is asked again, one after the other.
    if looked.is_near_a_limit
        && rayon::current_num_threads() > 1
        && let Ok(alone) = ThreadPoolBuilder::new().num_threads(1).build()
    {
        let spent = looked.spent;
        looked = alone.install(look);
        looked.spent += spent;
    }
    let start = Instant::now();
    let outcome = finish(&Run::new(catalog, selection, infra, host), looked.seen, tracer);
    Outcome { spent: looked.spent + start.elapsed(), ..outcome }
}

/// What came of looking at everything.
struct Looked {
    seen: Vec<Seen>,
    /// Whether what was not evaluated, since it would have made too much, may hang on the order.
    is_near_a_limit: bool,
    spent: Duration,
}

/// Has the rules look. What a run has worked out is not asked for again, and where there are many findings they need its
/// room.
fn look(run: &Run<'_>) -> Looked {
    let (tasks, spent) = tasks(run);
    // By rule first: threads that evaluate one expression at once would fight for the counts of its shared texts.
    let seen: Vec<Seen> = tasks.par_iter().flat_map(|task| task.run(run)).collect();
    let spent = spent + seen.iter().map(|s| s.spent).sum::<Duration>();
    Looked { seen, is_near_a_limit: run.is_near_a_limit(), spent }
}

/// A rule and all the instances that it looks at.
struct Task {
    rule: Arc<Rule>,
    instances: Vec<InstanceId>,
}

/// Instances that one thread takes at once.
const CHUNK: usize = 128;

impl Task {
    /// Whether what the rule asks first says the same of all instances, and says that there is nothing to report.
    fn is_settled(&self, run: &Run<'_>) -> bool {
        let (Some(check), Some(first)) = (self.rule.checks.first(), self.instances.first()) else { return true };
        let scope = RuleScope::new(run, &self.rule, check, *first, WORK_LIMIT);
        let skip = |step: &Step| match *step {
            Step::Skip(at) if at < check.shared_skips => check.skips.get(at).filter(|skip| skip.lasts == Lasts::Run),
            _ => None,
        };
        check.steps.iter().map_while(skip).any(|skip| matches!(scope.truth(skip, Truth::any), Truth::Yes))
    }

    fn run<'a>(&'a self, run: &'a Run<'a>) -> impl ParallelIterator<Item = Seen> + 'a {
        let limit = work_limit(self.instances.len());
        self.instances.par_chunks(CHUNK).map(move |ids| {
            let start = Instant::now();
            let mut seen = Seen::default();
            for id in ids {
                Subject { run, rule: &self.rule, instance: run.infra.get(*id), limit, failed: false, seen: &mut seen }
                    .look();
            }
            Seen { spent: start.elapsed(), ..seen }
        })
    }
}

/// The enabled rules that have something to look at, sorted by id, and what all threads together spent on finding them.
fn tasks(run: &Run<'_>) -> (Vec<Task>, Duration) {
    let start = Instant::now();
    let mut instances: BTreeMap<usize, Vec<InstanceId>> = BTreeMap::new();
    for (kind, type_name, ids) in run.infra.types() {
        let mut look = |rules: &[usize], ids: &[InstanceId]| {
            for rule in rules {
                let within = run.catalog.within(*rule);
                let is_within = |id: &&InstanceId| {
                    let instance = run.infra.get(**id);
                    !instance.foreign && within.holds(instance.module.is_empty(), run.infra.root.several_environments)
                };
                let mut looked_at = ids.iter().filter(is_within).peekable();
                if looked_at.peek().is_some() {
                    instances.entry(*rule).or_default().extend(looked_at);
                }
            }
        };
        look(&run.catalog.rules_for_all(run.selection, kind), ids);
        match is_chosen_by_name(kind) {
            false => look(&run.catalog.rules_for(run.selection, kind, type_name), ids),
            true if !run.catalog.tells_apart(kind) => {}
            true => ids.iter().for_each(|id| {
                let name = &run.infra.get(*id).name;
                look(&run.catalog.rules_for(run.selection, kind, name), from_ref(id));
            }),
        }
    }
    let spent = start.elapsed();
    let task = |(rule, instances): (usize, Vec<InstanceId>)| {
        let start = Instant::now();
        let task = run.catalog.wordless_at(rule).map(|rule| Task { rule, instances });
        (task.filter(|task| !task.is_settled(run)), start.elapsed())
    };
    // In parallel, since the files of rules are parsed here.
    let found: Vec<_> = instances.into_par_iter().map(task).collect();
    let spent = spent + found.iter().map(|(_, time)| *time).sum::<Duration>();
    (found.into_iter().filter_map(|(task, _)| task).collect(), spent)
}

/// What was seen at some instances.
#[derive(Default)]
struct Seen {
    drafts: Vec<Draft>,
    undecided: Vec<Undecided>,
    problems: Vec<Problem>,
    spent: Duration,
}

/// A rule that looks at an instance.
struct Subject<'a, 's> {
    run: &'a Run<'a>,
    rule: &'a Arc<Rule>,
    instance: &'a Instance,
    /// How much work it is worth.
    limit: usize,
    /// Whether something failed while the rule looked at it: what else fails is told by that.
    failed: bool,
    seen: &'s mut Seen,
}

impl<'a> Subject<'a, '_> {
    fn look(&mut self) {
        let Some(first) = self.rule.checks.first() else { return };
        let scope = RuleScope::new(self.run, self.rule, first, self.instance.id, self.limit);
        for (at, check) in self.rule.checks.iter().enumerate() {
            scope.enter_check(check);
            let before = self.seen.drafts.len();
            let goes_on = self.check(at, check, &scope);
            if goes_on.is_break() || (self.rule.first && self.seen.drafts.len() > before) {
                break;
            }
        }
    }

    /// Breaks off where the rule's other checks have nothing to report either.
    fn check(&mut self, at: usize, check: &'a Check, scope: &RuleScope<'a>) -> ControlFlow<()> {
        if check.production_only && self.instance.nonproduction {
            return ControlFlow::Continue(());
        }
        let answers = match ask(check, &check.steps, scope) {
            Asked::Open(answers) => answers,
            Asked::Settled { for_all: true } => return ControlFlow::Break(()),
            Asked::Settled { for_all: false } => return ControlFlow::Continue(()),
        };
        let doubt = answers.doubt;
        match answers.elements {
            None => self.verdict(at, scope, doubt, answers.require, true),
            Some(Err(error)) => self.failed(error),
            Some(Ok(entries)) => {
                for entry in entries {
                    // What is left would fail one by one, and the first has said so.
                    if scope.is_exhausted() && self.failed {
                        break;
                    }
                    scope.enter_element(entry.key, entry.value);
                    let Asked::Open(own) = ask(check, &check.element_steps, scope) else { continue };
                    self.verdict(at, scope, own.doubt.or_else(|| doubt.clone()), own.require, entry.certain);
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// What follows from what the requirement says and from a skip that may hold.
    fn verdict(
        &mut self,
        at: usize,
        scope: &RuleScope<'a>,
        doubt: Option<(usize, Truth)>,
        require: Option<Truth>,
        certain: bool,
    ) {
        let doubt = doubt.map_or(Truth::No, |(_, doubt)| doubt);
        match (require.unwrap_or(Truth::No), doubt) {
            (Truth::Yes, _) => {}
            (Truth::Failed(error), _) | (Truth::No, Truth::Failed(error)) => self.failed(error),
            (Truth::Unknown(because), _) | (Truth::No, Truth::Unknown(because)) => self.undecided(&because),
            // Of what may not be there nothing is claimed.
            (Truth::No, _) if !certain => {
                self.undecided(&scope.element().as_ref().map_or_else(Cause::how_many, reason));
            }
            (Truth::No, _) => {
                let (draft, problems) = draft::draft(self.run, (self.rule, at), self.instance.id, scope);
                self.seen.drafts.push(draft);
                self.problems(problems);
            }
        }
    }

    fn failed(&mut self, error: EvalError) {
        self.undecided(&error.message);
        self.problems(vec![error]);
    }

    /// Takes note of the first error: of thousands of elements each may fail alike.
    fn problems(&mut self, errors: Vec<EvalError>) {
        for mut error in errors.into_iter().take(usize::from(!self.failed)) {
            self.failed = true;
            error.kind = crate::source::ProblemKind::Rule;
            let problem = error.into_problem(self.rule.span);
            self.seen.problems.push(problem.with_related(self.instance.block.header, "while looking at this"));
        }
    }

    /// One reason for each rule and instance is enough.
    fn undecided(&mut self, because: &dyn Display) {
        let Instance { address, block, .. } = self.instance;
        let rule = &self.rule.info.id;
        if self.seen.undecided.last().is_some_and(|last| last.address == *address) {
            return;
        }
        let because = because.to_string();
        let said = self.seen.undecided.last().map(|last| last.because.clone()).filter(|said| **said == *because);
        let (rule, address, because) = (rule.clone(), address.clone(), said.unwrap_or_else(|| because.into()));
        self.seen.undecided.push(Undecided { rule, address, because, span: block.header });
    }
}

/// What was said where no answer settled that there is nothing to report.
#[derive(Default)]
struct Answers {
    /// The last skip, in the order of the text, of which it is not known whether it holds.
    doubt: Option<(usize, Truth)>,
    /// What the requirement says, if it was asked.
    require: Option<Truth>,
    /// What is iterated, if it was asked.
    elements: Option<Result<Vec<Entry>, EvalError>>,
}

/// What came of asking.
enum Asked {
    /// There is nothing to report here, or, `for_all`, nowhere in the rule.
    Settled { for_all: bool },
    /// There may be something.
    Open(Answers),
}

impl Asked {
    /// There is nothing to report for this check.
    const NOTHING: Asked = Asked::Settled { for_all: false };
}

/// Asks in turn, and stops as soon as an answer settles that there is nothing to report. What comes first is what costs
/// least, since it does not matter which answer settles it.
fn ask(check: &Check, steps: &[Step], scope: &RuleScope<'_>) -> Asked {
    let mut answers = Answers::default();
    for step in steps {
        match *step {
            Step::Skip(at) => {
                let Some(skip) = check.skips.get(at) else { continue };
                match scope.truth(skip, Truth::any) {
                    Truth::Yes => {
                        return Asked::Settled { for_all: at < check.shared_skips && !skip.per_element() };
                    }
                    Truth::No => {}
                    _ if answers.doubt.as_ref().is_some_and(|(later, _)| *later > at) => {}
                    doubt => answers.doubt = Some((at, doubt)),
                }
            }
            Step::Require => match scope.truth(&check.require, Truth::of) {
                Truth::Yes => return Asked::NOTHING,
                other => answers.require = Some(other),
            },
            Step::Elements => {
                let Some(for_each) = check.for_each.as_ref() else { continue };
                let elements = match scope.value(for_each) {
                    Ok(collection) if collection.is_null() => return Asked::NOTHING,
                    Ok(collection) => iterate(&collection).map_err(|error| error.at(for_each.expr.span)),
                    Err(error) => Err(error),
                };
                if elements.as_ref().is_ok_and(Vec::is_empty) {
                    return Asked::NOTHING;
                }
                answers.elements = Some(elements);
            }
        }
    }
    Asked::Open(answers)
}

/// Takes out what is superseded, fills in the rest and puts it in order.
fn finish(run: &Run<'_>, seen: Vec<Seen>, tracer: &dyn Tracer) -> Outcome {
    let silent = superseded(seen.iter().flat_map(|part| &part.drafts));
    let is_silent = |rule: &Text, id: InstanceId| silent.get(rule).is_some_and(|ids| ids.contains(&id));
    let mut outcome = Outcome::default();
    let mut finish = Finish::new(run, tracer);
    for part in seen {
        let drafts = part.drafts.into_iter().filter(|draft| !is_silent(&draft.rule.info.id, draft.instance));
        outcome.findings.extend(drafts.map(|draft| Box::new(finish.finding(draft))));
        outcome.undecided.extend(part.undecided);
        outcome.problems.extend(part.problems);
    }
    fn place(f: &Finding) -> impl Ord {
        (f.span, &f.about.rule, f.address())
    }
    outcome.findings.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.message().cmp(&b.message())));
    fingerprint::number(&mut outcome.findings);
    outcome.undecided.retain(|u| {
        let id = silent.get(&u.rule).and_then(|_| run.infra.by_address(&u.address)).map(|i| i.id);
        !id.is_some_and(|id| is_silent(&u.rule, id))
    });
    // Equal ones are as good as each other.
    outcome.undecided.sort_unstable();
    outcome.undecided.dedup();
    outcome
}

/// Rules, and the instances about which another rule says all there is to say.
fn superseded<'d>(drafts: impl Iterator<Item = &'d Draft>) -> FxHashMap<Text, FxHashSet<InstanceId>> {
    let mut silent: FxHashMap<Text, FxHashSet<InstanceId>> = FxHashMap::default();
    for draft in drafts {
        for rule in &draft.rule.info.supersedes {
            silent.entry(rule.clone()).or_default().extend(draft.instances());
        }
    }
    silent
}

/// The instance that a value is.
pub(super) fn handle(value: &Value) -> Option<InstanceId> {
    match value.kind {
        Kind::Handle(id) => Some(id),
        _ => None,
    }
}

/// The place that a check points at, if it says so and that leads somewhere.
pub(super) fn pointed_at(run: &Run<'_>, check: &Check, scope: &RuleScope<'_>) -> Option<place::Place> {
    place::place(run, &Evaluation::new(scope), check.at.as_deref()?)
}
