//! What is wrong with the input itself, as data: syntax errors, unreadable files, failed evaluation, bad rule files.

use super::{Span, Text};

/// The kinds of problem; each has an id of its own in the output (see [`ProblemKind::id`]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ProblemKind {
    /// Text that the grammar of HCL or JSON does not accept.
    Syntax,
    /// A file or folder that cannot be read, or is not what its name says.
    Unreadable,
    /// A block or argument in a place where Terraform does not accept it, a duplicate, a wrong override.
    Configuration,
    /// A name that nothing declares.
    UndeclaredName,
    /// An expression that Terraform would refuse to evaluate.
    Evaluation,
    /// A failed `validation`, `precondition`, `postcondition` or `check`.
    FailedCondition,
    /// Locals, variables, resources or modules that depend on themselves.
    Cycle,
    /// A bound of tfcheck's own (depth, size, number of instances) was reached.
    Limit,
    /// A comment that should silence a rule and silences nothing.
    UnusedIgnore,
    /// A comment that silences a rule and does not say why.
    IgnoreWithoutReason,
    /// A comment that should silence a rule and is malformed, or names a rule that does not exist.
    InvalidIgnore,
    /// A comment, or settings, whose time has passed.
    ExpiredIgnore,
    /// A rule file that cannot be compiled or a rule that failed while it ran.
    Rule,
    /// A mistake in tfcheck's own settings.
    Settings,
}

impl ProblemKind {
    /// All of them.
    pub const ALL: [ProblemKind; 14] = [
        ProblemKind::Syntax,
        ProblemKind::Unreadable,
        ProblemKind::Configuration,
        ProblemKind::UndeclaredName,
        ProblemKind::Evaluation,
        ProblemKind::FailedCondition,
        ProblemKind::Cycle,
        ProblemKind::Limit,
        ProblemKind::UnusedIgnore,
        ProblemKind::IgnoreWithoutReason,
        ProblemKind::InvalidIgnore,
        ProblemKind::ExpiredIgnore,
        ProblemKind::Rule,
        ProblemKind::Settings,
    ];

    /// Whether it is about a comment or setting that silences rules, rather than about the configuration.
    pub fn is_about_silence(self) -> bool {
        use ProblemKind::{ExpiredIgnore, IgnoreWithoutReason, InvalidIgnore, UnusedIgnore};
        matches!(self, UnusedIgnore | IgnoreWithoutReason | InvalidIgnore | ExpiredIgnore)
    }

    /// The id under which the problem is reported, beside rule ids.
    pub fn id(self) -> &'static str {
        match self {
            ProblemKind::Syntax => "syntax-error",
            ProblemKind::Unreadable => "unreadable-file",
            ProblemKind::Configuration => "invalid-configuration",
            ProblemKind::UndeclaredName => "undeclared-name",
            ProblemKind::Evaluation => "evaluation-error",
            ProblemKind::FailedCondition => "failed-condition",
            ProblemKind::Cycle => "cycle",
            ProblemKind::Limit => "limit-reached",
            ProblemKind::UnusedIgnore => "unused-ignore",
            ProblemKind::IgnoreWithoutReason => "ignore-without-reason",
            ProblemKind::InvalidIgnore => "invalid-ignore",
            ProblemKind::ExpiredIgnore => "expired-ignore",
            ProblemKind::Rule => "rule-error",
            ProblemKind::Settings => "settings-error",
        }
    }
}

/// How grave a problem is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ProblemSeverity {
    /// Worth knowing; the rest was checked.
    Warning,
    /// Something was not understood, so it was not checked.
    Error,
}

/// A place with a few words on what is seen there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The words, lower case and without a full stop.
    pub text: String,
}

/// The longest text of a fault, in bytes: a name or number of a megabyte is quoted by its beginning.
const TEXT_LIMIT: usize = 2_000;

fn shortened(mut text: String) -> String {
    if text.len() > TEXT_LIMIT {
        text.truncate(super::text::char_boundary(&text, TEXT_LIMIT - 1));
        text.push('…');
    }
    text
}

/// One fault in the input. The run goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Which kind it is.
    pub kind: ProblemKind,
    /// How grave it is.
    pub severity: ProblemSeverity,
    /// What is wrong, in one line: lower case, no full stop, values in backticks.
    pub message: String,
    /// The file it concerns where there is no span (an unreadable file), as shown to people.
    pub file: Option<Text>,
    /// The primary place and what to say there.
    pub label: Option<Label>,
    /// Further places.
    pub related: Vec<Label>,
    /// How to repair it.
    pub help: Option<String>,
}

impl Problem {
    /// An error at a place; `label` is said there.
    pub fn error(kind: ProblemKind, span: Span, message: impl Into<String>, label: impl Into<String>) -> Problem {
        Problem {
            kind,
            severity: ProblemSeverity::Error,
            message: shortened(message.into()),
            file: None,
            label: Some(Label { span, text: shortened(label.into()) }),
            related: Vec::new(),
            help: None,
        }
    }

    /// A warning at a place; `label` is said there.
    pub fn warning(kind: ProblemKind, span: Span, message: impl Into<String>, label: impl Into<String>) -> Problem {
        Problem { severity: ProblemSeverity::Warning, ..Problem::error(kind, span, message, label) }
    }

    /// An error about a file as a whole.
    pub fn about_file(kind: ProblemKind, file: impl Into<Text>, message: impl Into<String>) -> Problem {
        Problem {
            kind,
            severity: ProblemSeverity::Error,
            message: shortened(message.into()),
            file: Some(file.into()),
            label: None,
            related: Vec::new(),
            help: None,
        }
    }

    /// The same with a line on how to repair it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(shortened(help.into()));
        self
    }

    /// Leaves out the words of a text that its own texts quote in backticks, but for those that may be told.
    pub fn leave_out_words(&mut self, text: &str, may_be_told: &dyn Fn(&str) -> bool) {
        let is_quoted = |word: &str| {
            let word = word.trim_end_matches('…');
            word.contains(char::is_alphanumeric) && text.contains(word) && !may_be_told(word)
        };
        let labels = self.label.iter_mut().chain(&mut self.related).map(|label| &mut label.text);
        for told in labels.chain([&mut self.message]).chain(&mut self.help) {
            let part = |(at, part): (usize, &str)| match at % 2 {
                1 => words(part).map(|word| if is_quoted(word) { "…" } else { word }).collect(),
                _ => part.to_owned(),
            };
            let parts: Vec<String> = told.split('`').enumerate().map(part).collect();
            *told = parts.join("`");
        }
    }

    /// The same with a further place.
    #[must_use]
    pub fn with_related(mut self, span: Span, text: impl Into<String>) -> Problem {
        self.related.push(Label { span, text: shortened(text.into()) });
        self
    }
}

/// The words of a quoted text, and what stands between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, '"' | '{' | '}' | '(' | ')');
    text.split_inclusive(is_between).flat_map(move |part| {
        let (word, between) = part.split_at(part.trim_end_matches(is_between).len());
        [word, between]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn words_of_a_text_are_left_out() {
        let text = "blob = hunter2 and-more\nname = value";
        let check = |message: &str, expected: &str| {
            let place = Span::new(FileId(0), 0, 0);
            let mut problem = Problem::error(ProblemKind::Syntax, place, message, message).with_help(message);
            problem.leave_out_words(text, &|word| word == "blob");
            let told = [&problem.message, &problem.label.as_ref().unwrap().text, problem.help.as_ref().unwrap()];
            assert_eq!(told, [expected; 3]);
        };
        check("expected a line break, found `hunter2`", "expected a line break, found `…`");
        check("expected `=` behind `and-mo…`, found `other`", "expected `=` behind `…`, found `other`");
        check("write `hunter2 = text` or `blob \"hunter2\" { … }`", "write `… = text` or `blob \"…\" { … }`");
        check("hunter2 stands here", "hunter2 stands here");
    }
}
