//! What rules say: findings, what stays undecided, and what there is to know of a rule itself.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;
use smallvec::SmallVec;

use super::{Fingerprint, Message};
use crate::infra::{Origin, TrailStep};
use crate::source::Span;
use crate::syntax::Text;

/// How grave a finding is, from least to most.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; hidden by default.
    Advice,
    /// A trade-off or threshold that is probably wrong for production.
    Warning,
    /// Fails to apply, loses data, or breaks in a documented failure.
    Error,
}

/// What a rule is about. Open set in rule files is not wanted: a misspelt category is an error.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Survives the loss of an instance, zone, region.
    Availability,
    /// Keeps data.
    Durability,
    /// Has room for what is to come.
    Capacity,
    /// Follows the load up and down.
    Scaling,
    /// Answers in time.
    Performance,
    /// Costs no more than it must.
    Cost,
    /// Keeps others out.
    Security,
    /// Can be applied at all and does what it says.
    Correctness,
    /// Can be run, changed and understood.
    Operability,
}

/// Whether a fix can be applied without thinking.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// The behaviour of what is live does not get worse.
    Safe,
    /// Needs a decision or a value that only the owner knows.
    Unsafe,
}

/// What applying a fix does to a live resource.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Impact {
    /// No effect on anything live (an edit of the configuration only).
    None,
    /// Changed while it runs.
    InPlace,
    /// Restarts, or is down for a moment.
    Reboot,
    /// Destroyed and created again.
    Replacement,
    /// Something new is created beside it.
    NewResource,
}

/// An argument and what to set it to.
#[derive(Clone, PartialEq, Debug)]
pub struct FixedValue {
    /// The argument's path: `multi_az`, `vpc_config.public_access_cidrs`.
    pub path: Text,
    /// The value as HCL text: `true`, `"ELB"`, `["10.0.0.0/8"]`.
    pub hcl: String,
    /// The value as JSON.
    pub json: serde_json::Value,
}

/// What to write instead, and what applying it does.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fix {
    /// Arguments to set on the resource the finding is about.
    pub set: Vec<FixedValue>,
    /// Blocks or resources to write, as HCL text, where `set` does not say it all.
    pub text: Option<Text>,
    /// Whether it can be applied without thinking.
    pub safety: Option<Safety>,
    /// What applying it does to a live resource.
    pub impact: Option<Impact>,
    /// More on the impact, in a clause.
    pub note: Option<Text>,
}

/// Who silenced a finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Suppressed {
    /// `comment`, `settings`, `baseline`.
    pub by: Text,
    /// The reason given, where one was.
    pub reason: Option<Text>,
}

/// What a rule says of all that one of its checks finds: they share it, in whichever root module it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    /// The rule's id.
    pub rule: Text,
    /// What it is about.
    pub category: Category,
    /// The failure in which it hurts: `az-loss`, `ip-exhaustion`.
    pub scenario: Text,
    /// The rule's title, a sentence without a full stop.
    pub title: Text,
    /// What breaks because of it, in which failure, with numbers.
    pub why: Text,
    /// Where it is documented.
    pub sources: Vec<Text>,
    /// Ids of comparable checks of other tools.
    pub peers: Vec<Text>,
}

/// The same of all that a check finds about one attribute in one root module. It reads like the [`Claim`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct About {
    /// What the check says wherever it finds something.
    pub claim: Arc<Claim>,
    /// The path of the attribute it is about, where it is about one.
    pub attribute: Option<Text>,
    /// The folder of the root module in which it was found, as shown to people.
    pub root: Text,
}

impl Deref for About {
    type Target = Claim;

    fn deref(&self) -> &Claim {
        &self.claim
    }
}

/// One thing that is not fit for production, at one place. There may be one for every few words of a configuration: it
/// has what no other finding says, and shares the rest.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// What it says like others of its check.
    pub about: Arc<About>,
    /// How grave it is here (after the check's and the settings' own severities).
    pub severity: Severity,
    /// What is wrong here, with the values and the arithmetic; see [`Finding::message`].
    pub message: Message,
    /// The primary place; reports cut it to its first line.
    pub span: Span,
    /// What to say at the primary place: the effective value and who decided it.
    pub label: Text,
    /// The printed addresses of the instances it holds for, sorted.
    pub addresses: SmallVec<[Text; 1]>,
    /// The effective value of the attribute as JSON; none where it has none, is null or sensitive.
    pub value: Option<Arc<serde_json::Value>>,
    /// Who decided that value.
    pub origin: Origin,
    /// What to write instead.
    pub fix: Option<Arc<Fix>>,
    /// Survives moved lines.
    pub fingerprint: Fingerprint,
    /// Set where it is silenced.
    pub suppressed: Option<Arc<Suppressed>>,
    /// What most findings do not have.
    pub more: Option<Arc<More>>,
}

/// What some findings have.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct More {
    /// How the value came to be, nearest step first.
    pub trail: Vec<TrailStep>,
    /// Other places worth seeing (the other subnet of an overlapping pair).
    pub related: Vec<TrailStep>,
    /// The environments in which it holds; empty where none are configured.
    pub environments: SmallVec<[Text; 1]>,
}

impl Finding {
    /// What is wrong here, with the values and the arithmetic.
    pub fn message(&self) -> Cow<'_, str> {
        self.message.at(self.address())
    }

    /// The printed address of the instance it is about, the first of several.
    pub fn address(&self) -> &str {
        self.addresses.first().map_or("", |address| address)
    }

    /// How it came to be, nearest step first.
    pub fn trail(&self) -> &[TrailStep] {
        self.more.as_ref().map_or(&[], |more| &more.trail)
    }

    /// Other places worth seeing.
    pub fn related(&self) -> &[TrailStep] {
        self.more.as_ref().map_or(&[], |more| &more.related)
    }

    /// The environments in which it holds; empty where none are configured.
    pub fn environments(&self) -> &[Text] {
        self.more.as_ref().map_or(&[], |more| &more.environments)
    }

    /// To add to what most findings do not have.
    pub fn more_mut(&mut self) -> &mut More {
        Arc::make_mut(self.more.get_or_insert_default())
    }

    /// Lets it hold for the instances of another one, too.
    pub fn join(&mut self, others: impl IntoIterator<Item = Text>) {
        if let [address] = self.addresses.as_slice() {
            self.message = Message::whole(&self.message.at(address));
        }
        self.addresses.extend(others);
    }
}

/// A rule that could not be decided for an instance.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Undecided {
    /// The rule's id.
    pub rule: Text,
    /// The instance's address.
    pub address: Text,
    /// Why, as a clause: `var.env has no value`.
    pub because: Text,
    /// The block.
    pub span: Span,
}

/// A threshold that users can change.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleSetting {
    /// Its name: `min_pods`.
    pub name: Text,
    /// Its default as JSON.
    pub default: serde_json::Value,
    /// What it is, with its unit.
    pub description: Text,
}

/// What there is to know of a rule without running it: for `explain`, `rules`, the docs and SARIF.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleInfo {
    /// The id, in kebab case.
    pub id: Text,
    /// A sentence without a full stop.
    pub title: Text,
    /// The rule's own severity (single checks may have others).
    pub severity: Severity,
    /// What it is about.
    pub category: Category,
    /// The failure in which it hurts.
    pub scenario: Text,
    /// The name of the file it is declared in, without ending: `rds`; user rules have theirs.
    pub service: Text,
    /// The types it looks at: `aws_db_instance`, `terraform`.
    pub subjects: Vec<Text>,
    /// What holds where nobody says anything, in words.
    pub default: Option<Text>,
    /// What breaks because of it.
    pub why: Text,
    /// The rule's own fix.
    pub fix: Option<Fix>,
    /// When it stays silent, in words.
    pub exceptions: Vec<Text>,
    /// Where it is documented.
    pub sources: Vec<Text>,
    /// Ids of comparable checks of other tools.
    pub peers: Vec<Text>,
    /// Thresholds.
    pub settings: Vec<RuleSetting>,
    /// Rules that are silent on a resource where this one fires.
    pub supersedes: Vec<Text>,
}
