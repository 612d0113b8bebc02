//! Words in names, and words for messages.

use smallvec::SmallVec;

use super::{Call, OwnFunction, handles, unknown_bool};
use crate::eval::text::segments;
use crate::eval::{EvalError, Hint, Segment, Type, Value, convert};
use crate::rules::render;

pub(super) const FUNCTIONS: &[OwnFunction] = &[
    OwnFunction {
        name: "has_word",
        params: "text, word…",
        arity: (2, super::MANY),
        description: "Whether one of the words stands in the text as a whole word: between separators (`-`, `_`, `.`, \
                      `/`, spaces) or changes of case. Upper and lower case are the same; digits belong to the word \
                      before them. `log` is a word of `app-log` and `AppLog`, not of `catalog`.",
        run: has_word,
    },
    OwnFunction {
        name: "names",
        params: "instances",
        arity: (1, 1),
        description: "The addresses of instances, or texts, as a message lists them: `aws_subnet.a and aws_subnet.b`. Of more \
                      than eight the first six and how many others there are.",
        run: names,
    },
    OwnFunction {
        name: "plural",
        params: "count, noun",
        arity: (2, 2),
        description: "A count with its noun: `plural(1, \"subnet\")` is `1 subnet`, `plural(3, \"subnet\")` is `3 subnets`.",
        run: plural,
    },
];

/// Names seldom have more words.
const USUAL_WORDS: usize = 8;
/// A message has room for so many names.
const MOST_NAMES: usize = 8;

fn has_word(call: &Call<'_>) -> Result<Value, EvalError> {
    let value = call.value(0)?;
    let words = call.texts_from(1)?;
    if value.is_null() {
        return Ok(false.into());
    }
    let value = convert::convert(&value, &Type::String).map_err(|e| call.at(0, e))?;
    Ok(match holds_word(&value, &|word| words.iter().any(|w| w.eq_ignore_ascii_case(word))) {
        Some(found) => Value::from(found).from_parts([&value]),
        None => unknown_bool([&value]),
    })
}

/// Whether a text, known or in part, has a word that is wanted.
pub(super) fn holds_word(text: &Value, wanted: &dyn Fn(&str) -> bool) -> Option<bool> {
    if let Some(Hint::OneOf(alternatives)) = text.as_unknown().map(|u| &u.hint) {
        let mut verdicts = alternatives.iter().map(|a| holds_word(a, wanted));
        let first = verdicts.next()??;
        return verdicts.all(|v| v == Some(first)).then_some(first);
    }
    let parts = segments(text)?;
    let is_unknown = |at: Option<usize>| matches!(at.and_then(|at| parts.get(at)), Some(Segment::Unknown(_)));
    for (i, part) in parts.iter().enumerate() {
        let Segment::Text(text) = part else { continue };
        // A word that touches an unknown part may be longer than it looks.
        let open_start = is_unknown(i.checked_sub(1)) && text.starts_with(char::is_alphanumeric);
        let open_end = is_unknown(Some(i + 1)) && text.ends_with(char::is_alphanumeric);
        let words = words(text);
        let whole = words.len().saturating_sub(usize::from(open_end));
        if words[..whole].iter().skip(usize::from(open_start)).any(|word| wanted(word)) {
            return Some(true);
        }
    }
    let unknown = parts.iter().any(|p| matches!(p, Segment::Unknown(_)));
    (!unknown).then_some(false)
}

/// The words of a text.
fn words(text: &str) -> SmallVec<[&str; USUAL_WORDS]> {
    let mut words = SmallVec::new();
    let mut start = None;
    let mut previous = ' ';
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next_is_lower = chars.peek().is_some_and(|(_, next)| next.is_lowercase());
        let changes = c.is_uppercase() && (!previous.is_uppercase() || next_is_lower);
        let ends = !c.is_alphanumeric() || changes;
        if let Some(from) = start.filter(|_| ends) {
            words.push(&text[from..at]);
            start = None;
        }
        if start.is_none() && c.is_alphanumeric() {
            start = Some(at);
        }
        previous = c;
    }
    words.extend(start.map(|from| &text[from..]));
    words
}

fn names(call: &Call<'_>) -> Result<Value, EvalError> {
    let value = call.value(0)?;
    if value.is_unknown() {
        return Ok(Value::unknown_from([&value], Type::String, true));
    }
    let items = match value.as_seq() {
        Some(seq) => seq.items.as_slice(),
        None => std::slice::from_ref(&value),
    };
    let name = |item: &Value| match handles(item).as_deref() {
        Some([id]) => call.run.infra.get(*id).address.to_string(),
        _ => render::text(item),
    };
    let open = value.as_seq().is_some_and(|seq| seq.rest.is_some());
    let shown = if items.len() > MOST_NAMES { MOST_NAMES - 2 } else { items.len() };
    let mut names: Vec<String> = items[..shown].iter().map(name).collect();
    match items.len() - shown {
        0 if open => names.push("others".into()),
        0 => {}
        others if open => names.push(format!("at least {others} others")),
        others => names.push(format!("{others} others")),
    }
    Ok(listed(&names).into())
}

/// `a`, `a and b`, `a, b and c`
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn plural(call: &Call<'_>) -> Result<Value, EvalError> {
    let count = call.value(0)?;
    let noun = match call.text(1, Type::String)? {
        Ok(noun) => noun,
        Err(unknown) => return Ok(unknown),
    };
    let number = convert::convert(&count, &Type::Number).map_err(|e| call.at(0, e))?;
    let Some(number) = number.as_number() else {
        return Ok(Value::unknown_from([&count], Type::String, true));
    };
    let hisses = noun.ends_with(['s', 'x']) || noun.ends_with("ch") || noun.ends_with("sh");
    let ending = match noun.strip_suffix('y') {
        _ if number.to_i64() == Some(1) => return Ok(format!("{number} {noun}").into()),
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => return Ok(format!("{number} {stem}ies").into()),
        _ if hisses => "es",
        _ => "s",
    };
    Ok(format!("{number} {noun}{ending}").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::Cause;
    use crate::eval::text::from_segments;

    #[test]
    fn words_end_at_separators_and_changes_of_case() {
        for (text, expected) in [
            ("app-log_v2.x/y z", vec!["app", "log", "v2", "x", "y", "z"]),
            ("AppLogGroup", vec!["App", "Log", "Group"]),
            ("myHTTPServer", vec!["my", "HTTP", "Server"]),
            ("catalog", vec!["catalog"]),
            ("", vec![]),
            ("--", vec![]),
        ] {
            assert_eq!(words(text).as_slice(), expected, "{text}");
        }
    }

    #[test]
    fn words_at_the_edge_of_something_unknown_are_not_certain() {
        let unknown = || Segment::Unknown(Value::unknown(Type::String, Cause::Variable("var.env".into())));
        let text = |t: &str| Segment::Text(t.into());
        let check = |parts: Vec<Segment>, expected| {
            assert_eq!(holds_word(&from_segments(parts), &|w| w == "log"), expected);
        };
        check(vec![text("log-"), unknown()], Some(true));
        check(vec![text("log"), unknown()], None);
        check(vec![unknown(), text("log")], None);
        check(vec![unknown(), text("-log")], Some(true));
        check(vec![unknown(), text("-catalog")], None);
        check(vec![text("catalog")], Some(false));
    }
}
