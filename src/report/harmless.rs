//! Makes text that comes from the input harmless for a terminal: control characters could move the cursor or rewrite
//! what was printed, and bidirectional marks could show it in another order.
//!
//! Every character is replaced by exactly one character, so columns stay what they were.

use std::borrow::Cow;

/// The text with nothing in it that a terminal would act on, in one line: line breaks and tabs become visible too.
pub fn line(text: &str) -> Cow<'_, str> {
    replaced(text, |c| c.is_control() || is_invisible(c))
}

/// The same for text of several lines: line feeds and tabs stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    replaced(text, |c| !matches!(c, '\n' | '\t') && (c.is_control() || is_invisible(c)))
}

/// Whether a character must not reach a terminal as it is, though it is no control character.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What is shown in place of a character that a terminal would act on.
pub fn stand_in(c: char) -> char {
    match c {
        // Unicode has a picture for each of ASCII's control characters.
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        _ => '\u{fffd}',
    }
}

fn replaced(text: &str, is_bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_bad) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if is_bad(c) { stand_in(c) } else { c }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_for_each_that_is_replaced() {
        let check = |text: &str, expected: &str| {
            assert_eq!(line(text), expected);
            assert_eq!(line(text).chars().count(), text.chars().count());
        };
        check("plain é 漢 🙂", "plain é 漢 🙂");
        check("\x1b[31mred\x07", "␛[31mred␇");
        check("a\nb\tc\r", "a␊b␉c␍");
        check("\u{202e}evil\u{2066}", "\u{fffd}evil\u{fffd}");
        check("c1 \u{9b}31m", "c1 \u{fffd}31m");
        check("\x7f", "␡");
    }

    #[test]
    fn text_of_several_lines_keeps_its_line_breaks() {
        assert_eq!(lines("a\n\tb\x1b"), "a\n\tb␛");
    }
}
