//! base64, URLs and CSV.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use rustc_hash::FxHashSet;

use super::args::{function, parts, text};
use super::charset::Charset;
use super::csv;
use super::partial;
use super::types::{STRING, string};
use super::{Function, Host, Param};
use crate::eval::text::{TextBuilder, check_count, check_length, derived, normalized};
use crate::eval::texts::{self, Format};
use crate::eval::{Cause, EvalError, Kind, Type, Value};

const PARTIAL: Param = STRING.or_unknown();

/// base64 as Go reads it: padding is required, the bits left over in the last letter are not looked at.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true),
);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    function("base64decode", &[PARTIAL], string, base64_decode),
    function("base64encode", &[PARTIAL], string, base64_encode),
    function("base64gunzip", &[STRING], string, |_, _| {
        Ok(Value::unknown_not_null(Type::String, Cause::Function("base64gunzip".into())))
    }),
    function("base64gzip", &[PARTIAL], string, base64_gzip),
    function("csvdecode", &[STRING], |_| Type::Any, csv_decode),
    function("textdecodebase64", &[STRING, STRING], string, text_decode),
    function("textencodebase64", &[STRING, STRING], string, text_encode),
    function("urldecode", &[STRING], string, url_decode),
    function("urlencode", &[PARTIAL], string, |_, args| partial::map(&parts(&args[0]), &url_encoded)),
];

fn bytes(text: &str) -> Result<Vec<u8>, EvalError> {
    let without_breaks: String = text.chars().filter(|c| *c != '\r' && *c != '\n').collect();
    BASE64.decode(without_breaks).map_err(|_| EvalError::new("the text is not base64"))
}

fn base64_decode(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    if let Some(text) = args[0].as_str() {
        let decoded = String::from_utf8(bytes(text)?);
        let decoded = decoded.map_err(|_| EvalError::new("the decoded bytes are not text in UTF-8"))?;
        return Ok(normalized(decoded).into());
    }
    // Whole groups of letters before the first unknown part stand for known bytes.
    let text = parts(&args[0]);
    let head = partial::head(&text);
    let known = head.get(..head.len() / 4 * 4).and_then(|head| bytes(head).ok()).unwrap_or_default();
    let known = known.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    with_known_head(known, &args[0])
}

fn base64_encode(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    if let Some(text) = args[0].as_str() {
        check_length(text.len() / 3 * 4)?;
        return Ok(BASE64.encode(text).into());
    }
    let text = parts(&args[0]);
    let head = partial::head(&text).as_bytes();
    with_known_head(&BASE64.encode(&head[..head.len() / 3 * 3]), &args[0])
}

fn with_known_head(head: &str, value: &Value) -> Result<Value, EvalError> {
    let mut out = TextBuilder::default();
    out.push_str(head)?;
    out.push_unknown(derived(value));
    Ok(out.finish())
}

/// What comes out depends on the compressor, except for its first bytes.
fn base64_gzip(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let compressed = Value::unknown_not_null(Type::String, Cause::Function("base64gzip".into()));
    with_known_head("H4sIAAAAAAAA/", &compressed).map(|value| value.from_parts(args))
}

fn url_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(byte.into()),
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn url_decode(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let mut rest = text(&args[0])?;
    let mut decoded = Vec::with_capacity(rest.len());
    while let Some(at) = rest.find(['%', '+']) {
        decoded.extend_from_slice(&rest.as_bytes()[..at]);
        if rest.as_bytes()[at] == b'+' {
            decoded.push(b' ');
            rest = &rest[at + 1..];
            continue;
        }
        let digits = rest.get(at + 1..at + 3).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let byte = digits.and_then(|d| u8::from_str_radix(d, 16).ok());
        decoded.push(byte.ok_or_else(|| EvalError::new("the text has an invalid `%` sequence"))?);
        rest = &rest[at + 3..];
    }
    decoded.extend_from_slice(rest.as_bytes());
    let decoded = String::from_utf8(decoded);
    decoded.map(|text| normalized(text).into()).map_err(|_| EvalError::new("the decoded bytes are not text in UTF-8"))
}

fn text_encode(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let Some(charset) = charset(&args[1])? else { return Ok(unsupported("textencodebase64")) };
    let encoded = charset.encode(text(&args[0])?);
    let encoded = encoded.ok_or_else(|| EvalError::new("the text has a character that the encoding lacks"))?;
    check_length(encoded.len() / 3 * 4)?;
    Ok(BASE64.encode(encoded).into())
}

fn text_decode(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let Some(charset) = charset(&args[1])? else { return Ok(unsupported("textdecodebase64")) };
    let decoded = charset.decode(&bytes(text(&args[0])?)?);
    let decoded = decoded.ok_or_else(|| EvalError::new("the bytes are no text in that encoding"))?;
    Ok(normalized(decoded).into())
}

/// The encoding of that name; `None` for one that Terraform has and tfcheck lacks.
fn charset(name: &Value) -> Result<Option<Charset>, EvalError> {
    let name = text(name)?;
    match Charset::named(name) {
        Some(charset) => Ok(Some(charset)),
        None if Charset::is_rare(name) => Ok(None),
        None => Err(EvalError::new(format!("`{name}` is not the IANA name of an encoding"))),
    }
}

fn unsupported(function: &str) -> Value {
    Value::unknown_not_null(Type::String, Cause::Function(function.into()))
}

/// Each row as an object with the header's names.
fn csv_decode(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    match &args[0].kind {
        Kind::String(text) => texts::read(Format::Csv, text, csv_rows),
        _ => csv_rows(text(&args[0])?),
    }
}

fn csv_rows(text: &str) -> Result<Value, EvalError> {
    let mut rows = csv::rows(text)?.into_iter();
    let header = rows.next().ok_or_else(|| EvalError::new("the header line is missing"))?;
    let header: Vec<_> = header.into_iter().map(normalized).collect();
    let mut seen = FxHashSet::default();
    if let Some(name) = header.iter().find(|name| !seen.insert(*name)) {
        return Err(EvalError::new(format!("the header has the column `{name}` twice")));
    }
    let mut objects = Vec::new();
    for row in rows {
        if row.len() != header.len() {
            let (row, header) = (row.len(), header.len());
            return Err(EvalError::new(format!("a row has {row} fields where the header has {header}")));
        }
        let entries = header.iter().cloned().zip(row.into_iter().map(|field| normalized(field).into()));
        check_count(objects.len() * header.len())?;
        objects.push(Value::object(entries.collect()));
    }
    Ok(Value::list(Type::object(header.into_iter().map(|name| (name, Type::String))), objects))
}
