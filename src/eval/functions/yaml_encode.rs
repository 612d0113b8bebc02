//! A writer of YAML for `yamlencode`, letter by letter that of the library behind Terraform: block style, two blanks
//! of indentation, sequences not indented under their key, strings in double quotes or, where they have several
//! lines, as literal blocks.

use crate::eval::text::{TextBuilder, derived};
use crate::eval::{Cause, EvalError, Fields, Hint, Kind, Segment, Seq, Type, Value};

use super::yaml_decode::MAX_DEPTH;

/// How far each level is indented.
const INDENT: usize = 2;
/// Double-quoted text is folded at blanks behind this column.
const WIDTH: usize = 80;
/// Longer keys are written behind a question mark.
const MAX_SIMPLE_KEY: usize = 128;

/// The YAML text of a value.
pub(super) fn encode(value: &Value) -> Result<Value, EvalError> {
    let mut writer =
        Writer { out: TextBuilder::default(), column: 0, blank: true, indenting: true, depth: 0, folding: true };
    writer.node(value, None, false)?;
    writer.line(0)?;
    // Behind a plain value more text could follow, so that its end is marked.
    if matches!(value.kind, Kind::Null | Kind::Bool(_) | Kind::Number(_)) {
        writer.out.push_str("...\n")?;
    }
    Ok(writer.out.finish())
}

struct Writer {
    out: TextBuilder,
    column: usize,
    /// The last thing written was a blank, or the line has just begun.
    blank: bool,
    /// Nothing but indentation and indicators (`-`, `?`, `:`) stands in the line.
    indenting: bool,
    depth: usize,
    /// Whether long text may be folded, which needs the column to be known.
    folding: bool,
}

impl Writer {
    fn write(&mut self, text: &str) -> Result<(), EvalError> {
        self.column += text.chars().count();
        self.out.push_str(text)
    }

    fn newline(&mut self) -> Result<(), EvalError> {
        self.column = 0;
        self.out.push_str("\n")
    }

    /// Goes to this column, in a new line unless only indentation stands before it.
    fn line(&mut self, indent: usize) -> Result<(), EvalError> {
        if !self.indenting || self.column > indent || self.column == indent && !self.blank {
            self.newline()?;
        }
        self.write(&" ".repeat(indent - self.column))?;
        (self.blank, self.indenting) = (true, true);
        Ok(())
    }

    /// Writes an indicator, behind a blank. Some of them count as indentation.
    fn indicator(&mut self, text: &str, indenting: bool) -> Result<(), EvalError> {
        if !self.blank {
            self.write(" ")?;
        }
        self.write(text)?;
        self.blank = false;
        self.indenting &= indenting;
        Ok(())
    }

    /// Writes a value inside of a collection with this indentation (`None`: the value is the document).
    fn node(&mut self, value: &Value, parent: Option<usize>, in_mapping: bool) -> Result<(), EvalError> {
        if self.depth > MAX_DEPTH {
            return Err(EvalError::new("the value nests too deeply to be written as YAML"));
        }
        self.depth += 1;
        match &value.kind {
            Kind::Null => self.indicator("null", false)?,
            Kind::Bool(b) => self.indicator(if *b { "true" } else { "false" }, false)?,
            Kind::Number(n) => self.indicator(&n.to_string(), false)?,
            Kind::String(s) => self.scalar(&[Segment::Text(s.clone())], parent, false)?,
            Kind::List(s) | Kind::Set(s) | Kind::Tuple(s) => self.sequence(s, parent, in_mapping)?,
            Kind::Map(f) | Kind::Object(f) => self.mapping(f, parent)?,
            Kind::Unknown(u) if u.ty == Type::String => match &u.hint {
                Hint::Text(parts) => self.scalar(parts, parent, false)?,
                _ => self.scalar(&[Segment::Unknown(value.clone())], parent, false)?,
            },
            Kind::Unknown(_) => {
                self.indicator("", false)?;
                self.unknown(value.clone());
            }
            Kind::Handle(_) => {
                self.indicator("", false)?;
                self.unknown(Value::unknown(Type::Any, Cause::Function("yamlencode".into())));
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn unknown(&mut self, value: Value) {
        self.column += 1;
        (self.blank, self.indenting) = (false, false);
        self.out.push_encoded(value);
    }

    fn sequence(&mut self, seq: &Seq, parent: Option<usize>, in_mapping: bool) -> Result<(), EvalError> {
        if seq.items.is_empty() && seq.rest.is_none() {
            return self.indicator("[]", false);
        }
        let indent = match parent {
            None => 0,
            Some(parent) if in_mapping && !self.indenting => parent,
            Some(parent) => parent + INDENT,
        };
        for item in &seq.items {
            self.line(indent)?;
            self.indicator("-", true)?;
            self.node(item, Some(indent), false)?;
        }
        self.rest(seq.rest.as_ref(), indent)
    }

    /// Stands for any number of further elements.
    fn rest(&mut self, rest: Option<&Value>, indent: usize) -> Result<(), EvalError> {
        let Some(rest) = rest else { return Ok(()) };
        self.line(indent)?;
        self.unknown(derived(rest));
        Ok(())
    }

    fn mapping(&mut self, fields: &Fields, parent: Option<usize>) -> Result<(), EvalError> {
        if fields.entries.is_empty() && fields.rest.is_none() {
            return self.indicator("{}", false);
        }
        let indent = parent.map_or(0, |parent| parent + INDENT);
        for (key, value) in &fields.entries {
            self.line(indent)?;
            let name = [Segment::Text(key.clone())];
            if key.len() <= MAX_SIMPLE_KEY && !key.contains(is_break) {
                self.scalar(&name, Some(indent), true)?;
                self.write(":")?;
                (self.blank, self.indenting) = (false, false);
            } else {
                self.indicator("?", true)?;
                self.scalar(&name, Some(indent), false)?;
                self.line(indent)?;
                self.indicator(":", true)?;
            }
            self.node(value, Some(indent), true)?;
        }
        self.rest(fields.rest.as_ref(), indent)
    }

    fn scalar(&mut self, parts: &[Segment], parent: Option<usize>, key: bool) -> Result<(), EvalError> {
        let indent = parent.map_or(INDENT, |parent| parent + INDENT);
        let texts = || parts.iter().filter_map(|p| if let Segment::Text(t) = p { Some(&**t) } else { None });
        let block = texts().any(|t| t.contains('\n')) && texts().all(is_block) && !ends_in_blank(parts);
        self.folding = !key && texts().count() == parts.len();
        if block {
            return self.literal(parts, indent);
        }
        self.indicator("\"", false)?;
        for (i, part) in parts.iter().enumerate() {
            match part {
                Segment::Text(text) => self.double_quoted(text, i == 0, i + 1 == parts.len(), indent)?,
                Segment::Unknown(value) => self.unknown(value.clone()),
            }
        }
        self.write("\"")?;
        (self.blank, self.indenting) = (false, false);
        Ok(())
    }

    fn double_quoted(&mut self, text: &str, first: bool, last: bool, indent: usize) -> Result<(), EvalError> {
        let mut blanks = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let inside = (at > 0 || !first) && (at + 1 < text.len() || !last);
            if c == ' ' && self.folding && !blanks && self.column > WIDTH && inside {
                self.line(indent)?;
                if chars.peek().is_some_and(|(_, next)| *next == ' ') {
                    self.write("\\")?;
                }
            } else {
                self.write(&escaped(c))?;
            }
            blanks = c == ' ';
        }
        Ok(())
    }

    fn literal(&mut self, parts: &[Segment], indent: usize) -> Result<(), EvalError> {
        self.indicator("|", false)?;
        if first_char(parts).is_some_and(|c| c == ' ' || is_break(c)) {
            self.write("2")?;
        }
        self.write(chomping(parts))?;
        self.newline()?;
        (self.blank, self.indenting) = (true, true);
        let mut begins = true;
        for part in parts {
            let text = match part {
                Segment::Text(text) => text,
                Segment::Unknown(value) => {
                    if std::mem::take(&mut begins) {
                        self.line(indent)?;
                    }
                    self.unknown(value.clone());
                    continue;
                }
            };
            for line in text.split_inclusive(is_break) {
                let content = line.trim_end_matches(is_break);
                if !content.is_empty() {
                    if begins {
                        self.line(indent)?;
                    }
                    self.write(content)?;
                    (self.indenting, begins) = (false, false);
                }
                if content.len() < line.len() {
                    self.out.push_str(&line[content.len()..])?;
                    self.column = 0;
                    (self.indenting, begins) = (true, true);
                }
            }
        }
        Ok(())
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Whether text can stand in a literal block: no blank ends a line, and all can be printed.
fn is_block(text: &str) -> bool {
    let mut previous = 'x';
    text.chars().all(|c| {
        let blank_ends_line = previous == ' ' && is_break(c);
        previous = c;
        is_printable(c) && !blank_ends_line
    })
}

fn ends_in_blank(parts: &[Segment]) -> bool {
    matches!(parts.last(), Some(Segment::Text(text)) if text.ends_with(' '))
}

fn first_char(parts: &[Segment]) -> Option<char> {
    match parts.first()? {
        Segment::Text(text) => text.chars().next(),
        Segment::Unknown(_) => None,
    }
}

/// What the header of a literal block says of the line breaks at its end.
fn chomping(parts: &[Segment]) -> &'static str {
    let Some(Segment::Text(text)) = parts.last() else { return "-" };
    let mut last = text.chars().rev();
    match (last.next().is_some_and(is_break), last.next()) {
        (false, _) => "-",
        (true, Some(before)) if !is_break(before) => "",
        (true, None) if parts.len() > 1 => "",
        (true, _) => "+",
    }
}

/// A character in double quotes.
fn escaped(c: char) -> String {
    let letter = match c {
        '\0' => '0',
        '\x07' => 'a',
        '\x08' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\x0b' => 'v',
        '\x0c' => 'f',
        '\r' => 'r',
        '\x1b' => 'e',
        '"' | '\\' => c,
        '\u{85}' => 'N',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ if is_printable(c) => return c.to_string(),
        _ => {
            let code = u32::from(c);
            return match code {
                0..=0xFF => format!("\\x{code:02X}"),
                0x100..=0xFFFF => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{letter}")
}
