//! Upper, lower and title case as Go maps them: one character to one character, whatever its neighbours.

/// In upper case.
pub(super) fn upper(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    text.chars().map(upper_char).collect()
}

/// In lower case.
pub(super) fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(lower_char).collect()
}

/// With the first letter of each word in title case.
pub(super) fn title(text: &str) -> String {
    let mut previous = ' ';
    let mapped = text.chars().map(|c| {
        let first = separates(previous);
        previous = c;
        if first { title_char(c) } else { c }
    });
    mapped.collect()
}

/// Whether a letter behind this character begins a word.
fn separates(c: char) -> bool {
    match c.is_ascii() {
        true => !c.is_ascii_alphanumeric() && c != '_',
        false => !c.is_alphanumeric() && c.is_whitespace(),
    }
}

fn upper_char(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next(), c) {
        (Some(upper), None, _) => upper,
        // Where the full mapping is longer, there may be a simple one as well: Greek with iota subscript.
        (_, _, '\u{1F80}'..='\u{1F87}' | '\u{1F90}'..='\u{1F97}' | '\u{1FA0}'..='\u{1FA7}') => offset(c, 8),
        (_, _, '\u{1FB3}' | '\u{1FC3}' | '\u{1FF3}') => offset(c, 9),
        _ => c,
    }
}

fn lower_char(c: char) -> char {
    let mut mapped = c.to_lowercase();
    match (mapped.next(), mapped.next()) {
        (Some(lower), None) => lower,
        // The only longer mapping, `İ`, begins with the simple one.
        (Some(lower), Some(_)) => lower,
        _ => c,
    }
}

fn title_char(c: char) -> char {
    match c {
        // Digraphs have a title case of their own: `ǆ` is `ǅ`, not `Ǆ`.
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        // Georgian has upper case letters that do not begin words.
        '\u{10D0}'..='\u{10FF}' => c,
        _ => upper_char(c),
    }
}

fn offset(c: char, by: u32) -> char {
    char::from_u32(u32::from(c) + by).unwrap_or(c)
}
