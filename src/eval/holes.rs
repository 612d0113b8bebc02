//! Unknown parts of a text as single characters, so that a parser of known text can read it.
//!
//! A policy such as `{"Resource": "${aws_s3_bucket.a.arn}/*"}` is text with a hole. For `jsondecode` and `yamldecode`
//! each hole becomes a character of Unicode's private planes, the text is parsed, and the holes are put back into what
//! came out.

use std::ops::RangeInclusive;

use super::text::{TextBuilder, normalized};
use super::union::one_of;
use super::{Cause, Segment, Value};

/// The characters that stand for holes.
const HOLES: RangeInclusive<char> = '\u{F0000}'..='\u{FFFFD}';

/// Text whose unknown parts are single characters.
pub(super) struct Substituted {
    /// The text.
    pub text: String,
    unknowns: Vec<Value>,
}

impl Substituted {
    /// Known text, without holes.
    pub(super) fn known(text: &str) -> Substituted {
        Substituted { text: text.to_owned(), unknowns: Vec::new() }
    }

    /// The text of these parts; `None` where it already contains such characters, or has too many holes.
    pub(super) fn new(parts: &[Segment]) -> Option<Substituted> {
        let mut text = String::new();
        let mut unknowns = Vec::new();
        for part in parts {
            match part {
                Segment::Text(known) if known.contains(|c| HOLES.contains(&c)) => return None,
                Segment::Text(known) => text.push_str(known),
                Segment::Unknown(value) => {
                    let hole = u32::from(*HOLES.start()) + u32::try_from(unknowns.len()).ok()?;
                    text.push(char::from_u32(hole).filter(|c| HOLES.contains(c))?);
                    unknowns.push(value.clone());
                }
            }
        }
        Some(Substituted { text, unknowns })
    }

    /// Why the first hole is one.
    fn cause(&self) -> Cause {
        self.unknowns.iter().find_map(Value::cause).unwrap_or(Cause::Error)
    }

    /// What further elements look like, if these are what they look like.
    pub(super) fn rest_of(&self, values: Vec<Value>) -> Option<Value> {
        (!values.is_empty()).then(|| one_of(values, self.cause(), []))
    }

    /// What stands in the hole that this character is.
    pub(super) fn hole(&self, c: char) -> Option<&Value> {
        if !HOLES.contains(&c) {
            return None;
        }
        self.unknowns.get((u32::from(c) - u32::from(*HOLES.start())) as usize)
    }

    /// What stands in the hole that this text consists of.
    pub(super) fn lone_hole(&self, text: &str) -> Option<&Value> {
        let mut chars = text.chars();
        let hole = self.hole(chars.next()?);
        hole.filter(|_| chars.next().is_none())
    }

    /// A string of the parsed text, with its holes put back.
    pub(super) fn restore(&self, text: &str) -> Value {
        if self.unknowns.is_empty() || text.is_ascii() {
            return normalized(text).into();
        }
        if let Some(value) = self.lone_hole(text) {
            return value.clone();
        }
        let mut builder = TextBuilder::default();
        let mut known = String::new();
        for c in text.chars() {
            match self.hole(c) {
                None => known.push(c),
                Some(value) => {
                    // The text was within bounds before it was taken apart.
                    let _ = builder.push_str(&std::mem::take(&mut known));
                    let _ = builder.push_value(value);
                }
            }
        }
        let _ = builder.push_str(&known);
        builder.finish()
    }
}
