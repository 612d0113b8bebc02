//! Comma-separated values by the strict rules of Go's reader.

use crate::eval::EvalError;

/// The rows of a text; blank lines are none.
pub(super) fn rows(text: &str) -> Result<Vec<Vec<String>>, EvalError> {
    // A return before a line's end, or before that of the text, belongs to the line's end.
    let text = text.strip_suffix('\r').unwrap_or(text).replace("\r\n", "\n");
    let mut rest = text.as_str();
    let mut rows = Vec::new();
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix('\n') {
            rest = behind;
            continue;
        }
        let mut row = Vec::new();
        loop {
            let (field, behind) = field(rest)?;
            row.push(field);
            match behind.strip_prefix(',') {
                Some(behind) => rest = behind,
                None => {
                    rest = behind.strip_prefix('\n').unwrap_or(behind);
                    break;
                }
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

/// The field at the beginning, and the text from the comma or line's end behind it.
fn field(text: &str) -> Result<(String, &str), EvalError> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let (field, rest) = text.split_at(text.find([',', '\n']).unwrap_or(text.len()));
        return match field.contains('"') {
            true => Err(EvalError::new("a quote stands in a field that is not quoted")),
            false => Ok((field.to_owned(), rest)),
        };
    };
    let mut field = String::new();
    loop {
        let Some((inner, behind)) = rest.split_once('"') else {
            return Err(EvalError::new("a quoted field is not closed"));
        };
        field.push_str(inner);
        match behind.chars().next() {
            Some('"') => field.push('"'),
            None | Some(',' | '\n') => return Ok((field, behind)),
            Some(_) => return Err(EvalError::new("text follows the quote that closes a field")),
        }
        rest = &behind[1..];
    }
}
