//! Draws excerpts and colours words, with miette.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};
use owo_colors::Style;

use super::excerpt::Excerpt;
use crate::rules::Severity;

/// What the terminal can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look {
    /// Whether colours may be used.
    pub color: bool,
    /// Whether lines may be drawn with Unicode's box characters.
    pub unicode: bool,
    /// How many columns there are.
    pub width: usize,
}

/// Colours and draws for one look.
pub(super) struct Painter {
    theme: GraphicalTheme,
    look: Look,
}

impl Painter {
    pub(super) fn new(look: Look) -> Painter {
        let theme = match (look.unicode, look.color) {
            (true, true) => GraphicalTheme::unicode(),
            (true, false) => GraphicalTheme::unicode_nocolor(),
            (false, true) => GraphicalTheme::ascii(),
            (false, false) => GraphicalTheme::none(),
        };
        Painter { theme, look }
    }

    pub(super) fn severity(&self, severity: Severity, text: &str) -> String {
        let styles = &self.theme.styles;
        let style = match severity {
            Severity::Error => styles.error,
            Severity::Warning => styles.warning,
            Severity::Advice => styles.advice,
        };
        self.bold(style, text)
    }

    pub(super) fn strong(&self, text: &str) -> String {
        self.bold(Style::new(), text)
    }

    /// Paths and addresses of the web. The theme's own links are underlined and bold: too loud fifty times over.
    pub(super) fn link(&self, text: &str) -> String {
        self.key(text)
    }

    pub(super) fn key(&self, text: &str) -> String {
        self.theme.styles.help.style(text).to_string()
    }

    pub(super) fn code(&self, text: &str) -> String {
        if self.look.color { Style::new().green().style(text).to_string() } else { text.to_owned() }
    }

    fn bold(&self, style: Style, text: &str) -> String {
        if self.look.color { style.bold().style(text).to_string() } else { text.to_owned() }
    }

    /// The excerpts in one frame, their line numbers aligned.
    pub(super) fn draw(&self, excerpts: &[Excerpt]) -> String {
        let digits = |e: &Excerpt| (e.first_line as usize + e.text.lines().count() - 1).max(1).to_string().len();
        let widest = excerpts.iter().map(digits).max().unwrap_or(1);
        let mut out = String::new();
        for (i, excerpt) in excerpts.iter().enumerate() {
            let drawn = self.draw_one(excerpt, i == 0);
            let lines: Vec<&str> = drawn.lines().collect();
            // The first line is that of the message, which is empty; the last closes the frame.
            let end = if i + 1 == excerpts.len() { lines.len() } else { lines.len() - 1 };
            for line in lines.get(1..end).unwrap_or_default() {
                out.push_str(&" ".repeat(widest - digits(excerpt)));
                out.push_str(line.trim_end());
                out.push('\n');
            }
        }
        out
    }

    fn draw_one(&self, excerpt: &Excerpt, first: bool) -> String {
        let mut theme = self.theme.clone();
        if !first {
            theme.characters.ltop = theme.characters.lcross;
        }
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(self.look.width)
            .with_context_lines(0)
            .with_links(false)
            .without_primary_span_start()
            .without_syntax_highlighting();
        let mut out = String::new();
        match handler.render_report(&mut out, &Snippet(excerpt)) {
            Ok(()) => out,
            // Writing to a string does not fail, and every label lies in its excerpt.
            Err(fmt::Error) => String::new(),
        }
    }
}

/// An excerpt as miette wants it: a diagnostic without a message.
#[derive(Debug)]
struct Snippet<'a>(&'a Excerpt);

impl fmt::Display for Snippet<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Snippet<'_> {}

impl Diagnostic for Snippet<'_> {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = |(range, text): &(std::ops::Range<usize>, String)| {
            let text = (!text.is_empty()).then(|| text.clone());
            LabeledSpan::new(text, range.start, range.len())
        };
        Some(Box::new(self.0.labels.iter().map(label)))
    }
}

impl SourceCode for Snippet<'_> {
    /// Always the whole excerpt: which lines stand together was decided when it was made.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let Excerpt { title, first_line, text, .. } = self.0;
        if span.offset() + span.len() > text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let whole = SourceSpan::from((0, text.len()));
        let line = (*first_line as usize).saturating_sub(1);
        Ok(Box::new(MietteSpanContents::new_named(
            title.clone(),
            text.as_bytes(),
            whole,
            line,
            0,
            text.lines().count(),
        )))
    }
}
