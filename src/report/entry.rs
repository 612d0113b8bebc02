//! What a report lists: findings of rules and faults of the input under one face.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::place::Place;
use super::{hide, words};
use crate::infra::TrailStep;
use crate::rules::{Category, Finding, Fix, Severity, Suppressed};
use crate::secrets::Secrets;
use crate::source::{Label, Problem, ProblemKind, ProblemSeverity, SourceMap};
use crate::syntax::Text;

/// One thing to report.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is.
    pub subject: Subject,
    /// The primary place.
    pub place: Place,
    /// How the value came to be, nearest step first.
    pub trail: Vec<Note>,
    /// Other places worth seeing.
    pub related: Vec<Note>,
}

/// Where an entry comes from.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A rule found something; where that leads is said by the entry.
    Finding(Box<Finding>),
    /// The input itself is wrong.
    Problem(Box<Problem>),
}

/// A place with a few words on what is seen there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The place.
    pub place: Place,
    /// The words, lower case and without a full stop.
    pub text: String,
}

impl Entry {
    /// The entry of a finding, without the secrets that it quotes.
    pub fn of_finding(mut finding: Box<Finding>, sources: &SourceMap, secrets: &Secrets) -> Entry {
        hide::finding(&mut finding, secrets);
        let note = |step: &TrailStep| Note {
            place: Place::of(step.span, sources),
            text: secrets.hide(&step.note).into_owned(),
        };
        let trail = finding.trail().iter().map(note).collect();
        let related = finding.related().iter().map(note).collect();
        // What it shares with no other is there twice now.
        if let Some(more) = finding.more.as_mut().and_then(Arc::get_mut) {
            (more.trail, more.related) = (Vec::new(), Vec::new());
        }
        Entry { place: Place::of(finding.span, sources), trail, related, subject: Subject::Finding(finding) }
    }

    /// The entry of a fault of the input, without the secrets that it quotes.
    pub fn of_problem(mut problem: Problem, sources: &SourceMap, secrets: &Secrets) -> Entry {
        hide::problem(&mut problem, secrets);
        let note = |label: &Label| Note { place: Place::of(label.span, sources), text: label.text.clone() };
        let place = match &problem.label {
            Some(label) => Place::of(label.span, sources),
            None => Place::file(problem.file.clone().unwrap_or_else(|| ".".into())),
        };
        Entry {
            place,
            trail: Vec::new(),
            related: problem.related.iter().map(note).collect(),
            subject: Subject::Problem(Box::new(problem)),
        }
    }

    /// The finding, where a rule made this entry.
    pub fn finding(&self) -> Option<&Finding> {
        match &self.subject {
            Subject::Finding(f) => Some(f),
            Subject::Problem(_) => None,
        }
    }

    /// The rule's id, or the id of the kind of fault.
    pub fn rule(&self) -> &str {
        match &self.subject {
            Subject::Finding(f) => &f.about.rule,
            Subject::Problem(p) => p.kind.id(),
        }
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        match &self.subject {
            Subject::Finding(f) => f.severity,
            Subject::Problem(p) => match p.severity {
                ProblemSeverity::Warning => Severity::Warning,
                ProblemSeverity::Error => Severity::Error,
            },
        }
    }

    /// What it is about.
    pub fn category(&self) -> Category {
        self.finding().map_or(Category::Correctness, |f| f.about.category)
    }

    /// The failure in which it hurts.
    pub fn scenario(&self) -> &str {
        self.finding().map_or("invalid-input", |f| &f.about.scenario)
    }

    /// The rule's title.
    pub fn title(&self) -> &str {
        match &self.subject {
            Subject::Finding(f) => &f.about.title,
            Subject::Problem(p) => problem_title(p.kind),
        }
    }

    /// What is wrong here.
    pub fn message(&self) -> Cow<'_, str> {
        match &self.subject {
            Subject::Finding(f) => f.message(),
            Subject::Problem(p) => Cow::Borrowed(&p.message),
        }
    }

    /// What to say at the primary place.
    pub fn label(&self) -> &str {
        match &self.subject {
            Subject::Finding(f) => &f.label,
            Subject::Problem(p) => p.label.as_ref().map_or("", |l| &l.text),
        }
    }

    /// What breaks because of it; for a fault of the input, how to repair it.
    pub fn why(&self) -> &str {
        match &self.subject {
            Subject::Finding(f) => &f.about.why,
            Subject::Problem(p) => p.help.as_deref().unwrap_or_default(),
        }
    }

    /// What to write instead.
    pub fn fix(&self) -> Option<&Fix> {
        self.finding().and_then(|f| f.fix.as_deref())
    }

    /// The page to read first. Rules look at several types, and the provider has a page for each: those about others are
    /// passed over.
    pub fn source(&self) -> Option<&Text> {
        let found = self.finding()?;
        let fits = |page: &&Text| {
            documented_type(page).is_none_or(|ty| found.addresses.iter().any(|a| a.split('.').any(|part| part == ty)))
        };
        found.about.sources.iter().find(fits).or(found.about.sources.first())
    }

    /// The instances it holds for.
    pub fn addresses(&self) -> &[Text] {
        self.finding().map_or(&[], |f| &f.addresses)
    }

    /// Who silenced it.
    pub fn suppressed(&self) -> Option<&Suppressed> {
        self.finding().and_then(|f| f.suppressed.as_deref())
    }

    /// A key that survives moved lines.
    pub fn fingerprint(&self) -> String {
        match &self.subject {
            Subject::Finding(f) => f.fingerprint.to_string(),
            Subject::Problem(p) => {
                // The first 16 bytes.
                format!("{:.32x}", Sha256::digest(format!("{}\0{}\0{}", p.kind.id(), self.place.file, p.message)))
            }
        }
    }

    /// The message as a sentence that can stand alone: with the addresses where it does not name one.
    pub fn message_with_address(&self) -> String {
        let (addresses, message) = (self.addresses(), self.message());
        let named = addresses.is_empty() || addresses.iter().any(|a| message.contains(&**a));
        match named {
            true => message.into_owned(),
            false => format!("{}: {message}", words::list(addresses, 3)),
        }
    }

    /// The order of a report: place, then rule, then whatever tells two entries apart.
    pub(super) fn order(&self, other: &Entry) -> Ordering {
        fn first(entry: &Entry) -> impl Ord + '_ {
            (&*entry.place.file, entry.place.line, entry.place.column, entry.rule())
        }
        let then = || (self.message(), self.addresses()).cmp(&(other.message(), other.addresses()));
        first(self).cmp(&first(other)).then_with(then)
    }
}

/// The type of resource that a page of the registry is about.
fn documented_type(page: &str) -> Option<String> {
    let (_, provider) = page.split_once("//registry.terraform.io/providers/")?;
    let (provider, resource) = provider.split_once("/latest/docs/resources/")?;
    let name = resource.split(['#', '?']).next()?;
    Some(format!("{}_{name}", provider.rsplit('/').next()?))
}

/// The title of a kind of fault.
pub fn problem_title(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Syntax => "Terraform cannot read this",
        ProblemKind::Unreadable => "File cannot be read",
        ProblemKind::Configuration => "Terraform does not accept this configuration",
        ProblemKind::UndeclaredName => "Nothing declares this name",
        ProblemKind::Evaluation => "Expression cannot be evaluated",
        ProblemKind::FailedCondition => "A condition of the configuration does not hold",
        ProblemKind::Cycle => "Configuration depends on itself",
        ProblemKind::Limit => "Too large to be checked",
        ProblemKind::UnusedIgnore => "Comment that should silence a rule silences nothing",
        ProblemKind::IgnoreWithoutReason => "Comment silences a rule without a reason",
        ProblemKind::InvalidIgnore => "Comment that should silence a rule cannot be understood",
        ProblemKind::ExpiredIgnore => "The time of this silence has passed",
        ProblemKind::Rule => "Rule does not work",
        ProblemKind::Settings => "Settings are wrong",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::finding;
    use crate::source::{FileId, Span};

    #[test]
    fn the_page_is_that_of_the_type_that_was_found() {
        let page = |name| format!("https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/{name}");
        let guide = "https://docs.aws.amazon.com/guide.html".to_owned();
        let check = |pages: &[String], address: &str, expected: &String| {
            let mut found = finding("r", Severity::Error, Span::new(FileId(0), 0, 0), address);
            let about = Arc::make_mut(&mut found.about);
            Arc::make_mut(&mut about.claim).sources = pages.iter().map(|page| (**page).into()).collect();
            let subject = Subject::Finding(Box::new(found));
            let entry = Entry { subject, place: Place::file("a.tf".into()), trail: Vec::new(), related: Vec::new() };
            assert_eq!(entry.source().map(|page| page.to_string()).as_ref(), Some(expected), "{address}");
        };
        let both = [page("db_instance"), page("rds_cluster#argument-reference"), guide.clone()];
        check(&both, "aws_db_instance.a", &both[0]);
        check(&both, "module.db[\"x\"].aws_rds_cluster.a[0]", &both[1]);
        check(&both, "aws_docdb_cluster.a", &guide);
        check(&both[..2], "aws_docdb_cluster.a", &both[0]);
        check(&[guide.clone(), page("lb")], "aws_lb.a", &guide);
    }
}
