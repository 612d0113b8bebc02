//! What findings say.

use std::borrow::Cow;

use ecow::eco_format;
use memchr::memmem;

use crate::syntax::Text;

/// Stands for the address: a noncharacter, which no text has that programs exchange.
const ADDRESS: char = '\u{fdd0}';

/// What is wrong at one instance, without its address. What a check says of thousands of instances mostly differs in
/// nothing else, and is there once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message(Text);

impl Message {
    /// What is said of the instance at an address.
    pub fn of(text: &str, address: &str) -> Message {
        let text = &*plain(text);
        let mut message = Text::with_capacity(text.len());
        let mut done = 0;
        for at in memmem::find_iter(text.as_bytes(), address).take_while(|_| !address.is_empty()) {
            message.push_str(&text[done..at]);
            message.push(ADDRESS);
            done = at + address.len();
        }
        message.push_str(&text[done..]);
        Message(message)
    }

    /// What is said of several instances.
    pub fn whole(text: &str) -> Message {
        Message(plain(text).into())
    }

    /// It with something behind it.
    pub fn and(&self, more: &str) -> Message {
        Message(eco_format!("{}{}", self.0, plain(more)))
    }

    /// The text with the address in it.
    pub fn at(&self, address: &str) -> Cow<'_, str> {
        let mut parts = self.0.split(ADDRESS);
        let first = parts.next().unwrap_or_default();
        if first.len() == self.0.len() {
            return first.into();
        }
        let mut text = String::with_capacity(self.0.len() + address.len());
        text.push_str(first);
        parts.for_each(|part| text.extend([address, part]));
        text.into()
    }

    /// The text with something else in the place of the address: the same for all instances of which the same is said.
    pub fn without_address(&self) -> &str {
        &self.0
    }
}

/// A text that does not itself hold what stands for the address: a value that is quoted may.
fn plain(text: &str) -> Cow<'_, str> {
    match text.contains(ADDRESS) {
        true => text.replace(ADDRESS, "\u{fffd}").into(),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_said_of_several_instances() {
        let check = |text: &str, elsewhere: &str| {
            let message = Message::of(text, "aws_x.y[0]");
            assert_eq!(message.at("aws_x.y[0]"), text);
            assert_eq!(message, Message::of(elsewhere, "aws_x.y[12]"));
        };
        check("aws_x.y[0] is alone", "aws_x.y[12] is alone");
        check("aws_x.y[0] and aws_x.y[0]", "aws_x.y[12] and aws_x.y[12]");
        check("nobody is named", "nobody is named");
        check("", "");
    }

    #[test]
    fn a_quoted_text_does_not_pass_for_an_address() {
        let said = Message::of("aws_x.y is called \u{fdd0}", "aws_x.y").and(" or \u{fdd0}");
        assert_eq!(said.at("aws_x.y"), "aws_x.y is called \u{fffd} or \u{fffd}");
        assert_eq!(Message::whole("\u{fdd0}").at("aws_x.y"), "\u{fffd}");
    }
}
