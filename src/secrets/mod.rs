//! What must not be shown: where secrets are written, and what they are.
//!
//! Marks keep the *values* of what is sensitive out of messages. This is about the *text* of the configuration: an
//! excerpt shows the line of a file, and on it may stand a password. One [`Secrets`] is made for a report, from the
//! configuration alone; every excerpt asks it for the ranges to cover ([`Secrets::ranges`]), and every text that may
//! quote a value goes through it ([`Secrets::hide`]).
//!
//! A literal is secret where an argument that holds a secret gets it ([`crate::facts::secret_paths`], or a name that
//! says so, see [`names`]), by itself or through locals, variables, variable files, calls and outputs; where a
//! `sensitive` variable gets it; inside `sensitive(…)`; and where its look gives it away ([`lines`]).
//!
//! What covers a secret has one width, so that it says nothing of the length. Labels stay right, since excerpts place
//! them by what is drawn.

mod broken;
mod follow;
mod graph;
pub mod lines;
pub mod names;
mod seeds;
mod shown;
mod texts;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use self::texts::Texts;
use crate::config::{Config, VariableFile};
use crate::source::{FileId, SourceFile, SourceMap};

/// What stands in the place of a secret.
pub const HIDDEN: &str = "(sensitive)";

/// The secrets of a configuration, as far as they are written in it or given to it.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// The secrets of each file of the configuration, in any order; texts do not change once they are read.
    ranges: FxHashMap<FileId, Vec<Range<usize>>>,
    texts: Texts,
}

impl Secrets {
    /// The secrets of a configuration; `files` are variable files beyond those that it knows itself.
    pub fn of<'a>(config: &'a Config, files: impl IntoIterator<Item = &'a Arc<VariableFile>>) -> Secrets {
        let graph = graph::Graph::new(config, files);
        let found = follow::literals(&graph, seeds::of(&graph));
        let mut texts = texts::Builder::default();
        // Every text is searched as a whole: on all threads.
        let sources: Vec<_> = graph.files().into_iter().map(|file| config.sources.file(file)).collect();
        let by_look: Vec<_> = sources.par_iter().map(|source| lines::secrets(&source.text)).collect();
        for (source, ranges) in sources.iter().zip(&by_look) {
            ranges.iter().for_each(|range| texts.add(lines::unquoted(&source.text[range.clone()])));
        }
        let mut ranges: FxHashMap<_, _> = sources.iter().map(|source| source.id).zip(by_look).collect();
        for literal in found {
            literal.texts().for_each(|text| texts.add(text));
            let span = literal.span();
            let by_look = || lines::secrets(&config.sources.file(span.file).text);
            ranges.entry(span.file).or_insert_with(by_look).push(span.range());
        }
        let mut seen = FxHashSet::default();
        for file in graph.variable_files().filter(|file| seen.insert(file.document.file)) {
            let source = config.sources.file(file.document.file);
            ranges.entry(source.id).or_default().extend(broken::ranges(&graph, file, &source));
        }
        // A name that says so holds also where no root declares it.
        for given in config.inputs.texts().filter(|given| names::is_secret(&given.name)) {
            texts.add(&given.text);
            ranges.entry(given.span.file).or_default().push(given.span.range());
        }
        Secrets { ranges, texts: texts.build(graph.names(&config.sources)) }
    }

    /// What the look of a file's text says, and these ranges of it.
    pub fn covering(file: &SourceFile, mut ranges: Vec<Range<usize>>) -> Secrets {
        ranges.extend(lines::secrets(&file.text));
        Secrets { ranges: FxHashMap::from_iter([(file.id, ranges)]), texts: Texts::default() }
    }

    /// What must be covered where text of this file is shown: sorted, without overlaps.
    pub fn ranges(&self, file: &SourceFile) -> Vec<Range<usize>> {
        let known = self.ranges.get(&file.id).cloned();
        let mut ranges = known.unwrap_or_else(|| lines::secrets(&file.text));
        ranges.retain(|r| r.end <= file.text.len() && !r.is_empty());
        ranges.sort_by_key(|r| (r.start, r.end));
        let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match joined.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        joined
    }

    /// The text with [`HIDDEN`] in the place of each secret.
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.texts.hide(text)
    }

    /// Whether one of them stands in a text.
    pub fn are_in(&self, text: &str) -> bool {
        matches!(self.hide(text), Cow::Owned(_))
    }

    /// Whether one of them stands in what [`Secrets::hide_json`] would hide.
    pub fn are_in_json(&self, value: &serde_json::Value) -> bool {
        use serde_json::Value;
        match value {
            Value::String(text) => self.are_in(text),
            Value::Number(number) => self.are_in(&number.to_string()),
            Value::Array(items) => items.iter().any(|item| self.are_in_json(item)),
            Value::Object(entries) => entries.iter().any(|(key, entry)| self.are_in(key) || self.are_in_json(entry)),
            Value::Null | Value::Bool(_) => false,
        }
    }

    /// Hides them in every string of a JSON value, names of entries among them.
    pub fn hide_json(&self, value: &mut serde_json::Value) {
        use serde_json::Value;
        match value {
            Value::String(text) => {
                if let Cow::Owned(hidden) = self.hide(text) {
                    *text = hidden;
                }
            }
            Value::Number(number) => {
                if let Cow::Owned(hidden) = self.hide(&number.to_string()) {
                    *value = Value::String(hidden);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide_json(item)),
            Value::Object(entries) => {
                if entries.keys().any(|key| self.are_in(key)) {
                    // Entries whose names become the same become one: what they were called is the secret.
                    let all = std::mem::take(entries).into_iter();
                    entries.extend(all.map(|(key, entry)| (self.hide(&key).into_owned(), entry)));
                }
                entries.values_mut().for_each(|entry| self.hide_json(entry));
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// The ranges of several files, worked out once each.
    pub fn cover<'a>(&'a self, sources: &'a SourceMap) -> Cover<'a> {
        Cover { secrets: self, sources, known: FxHashMap::default() }
    }
}

/// The ranges to cover, remembered by file: for those who show many lines of few files.
pub struct Cover<'a> {
    secrets: &'a Secrets,
    sources: &'a SourceMap,
    known: FxHashMap<FileId, Arc<[Range<usize>]>>,
}

impl Cover<'_> {
    /// What must be covered in a file.
    pub fn ranges(&mut self, file: FileId) -> Arc<[Range<usize>]> {
        let find = || self.secrets.ranges(&self.sources.file(file)).into();
        self.known.entry(file).or_insert_with(find).clone()
    }
}

#[cfg(test)]
mod tests;
