//! What known texts were read as: of many roots that decode the file of a module, one reads it.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::{EvalError, Value};
use crate::syntax::Text;

/// Shorter texts are read again.
const SHORTEST: usize = 512;
/// Longer texts are read again: their values are large.
const LONGEST: usize = 512 << 10;
/// So many bytes of texts are remembered; then all are forgotten.
const KEPT: usize = 1 << 20;

thread_local! {
    static READ: RefCell<ReadTexts> = RefCell::default();
}

/// Texts with what they were read as, by a digest of the text. What a text is read as depends on nothing else.
#[derive(Default)]
struct ReadTexts {
    known: FxHashMap<(Format, u64), (Text, Value)>,
    bytes: usize,
}

/// What a text is read as.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Format {
    Csv,
    Json,
    Yaml,
}

/// The value that a text stands for: as remembered, or as `read` says.
pub(super) fn read(
    format: Format,
    text: &Text,
    read: impl FnOnce(&str) -> Result<Value, EvalError>,
) -> Result<Value, EvalError> {
    if !(SHORTEST..=LONGEST).contains(&text.len()) {
        return read(text);
    }
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    let key = (format, hasher.finish());
    let known =
        READ.with_borrow(|texts| texts.known.get(&key).filter(|(known, _)| known == text).map(|(_, v)| v.clone()));
    if let Some(value) = known {
        return Ok(value);
    }
    let value = read(text)?;
    READ.with_borrow_mut(|texts| {
        if texts.bytes > KEPT {
            *texts = ReadTexts::default();
        }
        texts.bytes += text.len();
        texts.known.insert(key, (text.clone(), value.clone()));
    });
    Ok(value)
}
