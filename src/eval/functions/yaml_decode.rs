//! A reader of YAML for `yamldecode`: events of the `saphyr-parser` crate to values.
//!
//! That parser reads YAML 1.2, Terraform's an older version. Where the older one is laxer, a text that does not parse
//! is unknown, not an error.

use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::yaml_scalar::{self, Style};
use crate::eval::holes::Substituted;
use crate::eval::text::{check_count, normalized};
use crate::eval::{Cause, EvalError, Fields, Kind, Node, Type, Value};
use crate::syntax::Text;

/// Sequences and mappings may not nest deeper.
pub(super) const MAX_DEPTH: usize = 256;

/// The value of a text of one YAML document.
pub(super) fn decode(text: &Substituted) -> Result<Value, EvalError> {
    let source = text.text.strip_prefix('\u{feff}').unwrap_or(&text.text);
    if let Some(c) = source.chars().find(|c| !is_allowed(*c)) {
        return Err(EvalError::new(format!(
            "invalid YAML: the control character U+{:04X} is not allowed",
            u32::from(c)
        )));
    }
    let parser = Parser::new_from_str(source);
    let anchors = FxHashMap::default();
    let mut reader = Reader { source: text, parser, end: open_end(source), anchors, depth: 0, nodes: 0 };
    match reader.document() {
        Err(Failure::Lax) => Ok(Value::unknown(Type::Any, Cause::Function("yamldecode".into()))),
        Err(Failure::Error(error)) => Err(error),
        Ok(value) => Ok(value),
    }
}

/// Whether a character may stand in a text at all.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

/// Where the text ends, in characters, if its last line is not terminated. A block scalar that ends there does not end
/// in a line break.
fn open_end(text: &str) -> Option<usize> {
    let last = text.rsplit('\n').next().unwrap_or_default();
    (!last.trim_matches(' ').is_empty()).then(|| text.chars().count())
}

/// Why there is no value.
enum Failure {
    /// The text is invalid.
    Error(EvalError),
    /// The text may be valid in the version of YAML that Terraform reads.
    Lax,
}

impl From<EvalError> for Failure {
    fn from(error: EvalError) -> Failure {
        Failure::Error(error)
    }
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Failure {
        let info = error.info();
        // Content of brackets that is not indented, a tab behind a colon, no blank before a comment.
        let laxer = ["invalid indentation", "valid YAML whitespace", "comments must be separated"];
        if laxer.iter().any(|message| info.contains(message)) {
            return Failure::Lax;
        }
        let (line, column) = (error.marker().line(), error.marker().col() + 1);
        Failure::Error(invalid(&format!("{info} in line {line}, column {column}")))
    }
}

fn invalid(message: &str) -> EvalError {
    EvalError::new(format!("invalid YAML: {message}"))
}

struct Reader<'t> {
    source: &'t Substituted,
    parser: Parser<'t, StrInput<'t>>,
    end: Option<usize>,
    /// What each anchor stands for and of how many values it consists; `None` while it is being read.
    anchors: FxHashMap<usize, Option<(Value, usize)>>,
    depth: usize,
    nodes: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), Failure> {
        match self.parser.next_event() {
            Some(event) => Ok(event?),
            None => Err(invalid("the text ends too early").into()),
        }
    }

    fn document(&mut self) -> Result<Value, Failure> {
        let value = loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (Event::StreamEnd, _) => return Err(invalid("there is no value").into()),
                (event, span) => break self.node(event, span)?,
            }
        };
        loop {
            match self.next()?.0 {
                Event::DocumentEnd | Event::Nothing => {}
                Event::StreamEnd => return Ok(value),
                _ => return Err(invalid("only one document is allowed").into()),
            }
        }
    }

    /// Counts values, those behind aliases included.
    fn count(&mut self, nodes: usize) -> Result<(), EvalError> {
        self.nodes += nodes;
        check_count(self.nodes)
    }

    fn node(&mut self, event: Event<'t>, span: Span) -> Result<Value, Failure> {
        self.count(1)?;
        let anchor = match &event {
            Event::Scalar(_, _, anchor, _) | Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                *anchor
            }
            _ => 0,
        };
        let before = self.nodes;
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
        let value = self.content(event, span)?;
        if anchor != 0 {
            self.anchors.insert(anchor, Some((value.clone(), self.nodes - before + 1)));
        }
        Ok(value)
    }

    fn content(&mut self, event: Event<'t>, span: Span) -> Result<Value, Failure> {
        match event {
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(Some((value, nodes))) => {
                    let (value, nodes) = (value.clone(), *nodes);
                    self.count(nodes)?;
                    Ok(value)
                }
                _ => Err(invalid("an anchor is used inside of its own definition").into()),
            },
            Event::Scalar(text, style, _, tag) => Ok(self.scalar(&text, style, span, tag.as_deref())?),
            Event::SequenceStart(_, tag) => {
                check_tag(tag.as_deref(), "seq")?;
                self.nested(Reader::sequence)
            }
            Event::MappingStart(_, tag) => {
                check_tag(tag.as_deref(), "map")?;
                self.nested(Reader::mapping)
            }
            _ => Err(invalid("a value is missing").into()),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Failure>) -> Result<Value, Failure> {
        if self.depth == MAX_DEPTH {
            return Err(invalid("the text nests too deeply").into());
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn sequence(&mut self) -> Result<Value, Failure> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::tuple(items)),
                (event, span) => items.push(self.node(event, span)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<Value, Failure> {
        let mut entries: Vec<(Text, Value)> = Vec::new();
        let mut rest = Vec::new();
        loop {
            let (key, style, span, tag) = match self.next()? {
                (Event::MappingEnd, _) => {
                    let entries = entries.into_iter().collect();
                    let fields = Fields { entries, rest: self.source.rest_of(rest).into(), ..Fields::default() };
                    return Ok(Kind::Object(Node::new(fields)).into());
                }
                (Event::Scalar(key, style, _, tag), span) => (key, style, span, tag),
                _ => return Err(invalid("only strings are allowed as keys").into()),
            };
            let hole = key.contains(|c| self.source.hole(c).is_some());
            let merged = is_merge_key(&key, tag.as_deref());
            let name = if hole || merged { Value::NULL } else { self.scalar(&key, style, span, tag.as_deref())? };
            let (event, span) = self.next()?;
            let value = self.node(event, span)?;
            match &name.kind {
                _ if merged => merge(&mut entries, &mut rest, &value)?,
                _ if hole => rest.push(value),
                Kind::String(text) => entries.push((text.clone(), value)),
                Kind::Number(number) => entries.push((number.to_string().into(), value)),
                Kind::Bool(bool) => entries.push((bool.to_string().into(), value)),
                _ => return Err(invalid("a key must not be null").into()),
            }
        }
    }

    fn scalar(&self, text: &str, style: ScalarStyle, span: Span, tag: Option<&Tag>) -> Result<Value, EvalError> {
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let open = block && self.end.is_some_and(|end| span.end.index() >= end);
        let text = if open { text.strip_suffix('\n').unwrap_or(text) } else { text };
        let style = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
            ScalarStyle::Plain => Style::Plain,
        };
        let tag = tag.map(long_tag);
        if !text.contains(|c| self.source.hole(c).is_some()) {
            return yaml_scalar::resolve(text, style, tag.as_deref());
        }
        if style != Style::Plain || tag.is_some() {
            return Ok(self.source.restore(text));
        }
        let restored = self.source.restore(text);
        match self.source.lone_hole(text) {
            // One value that was encoded.
            Some(hole) if hole.type_of() != Type::String => Ok(restored),
            // Text may turn out to be a number, a mapping, anything.
            Some(hole) => Ok(Value::unknown_from([hole], Type::Any, false)),
            None if text.contains(|c: char| c.is_ascii() && !c.is_ascii_digit() && !"+-.eETZ: ".contains(c)) => {
                Ok(restored)
            }
            None => Ok(Value::unknown_from([&restored], Type::Any, false)),
        }
    }
}

/// The tag in full.
fn long_tag(tag: &Tag) -> String {
    [tag.handle.as_str(), tag.suffix.as_str()].concat()
}

fn check_tag(tag: Option<&Tag>, expected: &str) -> Result<(), EvalError> {
    match tag.map(long_tag) {
        Some(tag) if tag.strip_prefix(yaml_scalar::TAG_PREFIX) != Some(expected) => {
            Err(invalid(&format!("unsupported tag `{tag}`")))
        }
        _ => Ok(()),
    }
}

fn is_merge_key(key: &str, tag: Option<&Tag>) -> bool {
    match tag.map(long_tag) {
        None => key == "<<",
        Some(tag) => tag.strip_prefix(yaml_scalar::TAG_PREFIX) == Some("merge"),
    }
}

/// Adds the entries of a mapping, or of each in a sequence of them.
fn merge(entries: &mut Vec<(Text, Value)>, rest: &mut Vec<Value>, value: &Value) -> Result<(), EvalError> {
    match &value.kind {
        Kind::Object(fields) => {
            entries.extend(fields.entries.iter().map(|(name, value)| (normalized(name), value.clone())));
            rest.extend(fields.rest.clone());
            Ok(())
        }
        Kind::Tuple(seq) => seq.items.iter().try_for_each(|item| match item.kind {
            Kind::Tuple(_) => Err(invalid("only mappings can be merged")),
            _ => merge(entries, rest, item),
        }),
        Kind::Unknown(_) => {
            rest.push(Value::unknown_from([value], Type::Any, false));
            Ok(())
        }
        _ => Err(invalid("only mappings can be merged")),
    }
}
