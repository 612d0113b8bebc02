//! Words in names, and words for messages.

use smallvec::SmallVec;

use super::{Call, OwnFunction, handles, unknown_bool};
use crate::eval::text::segments;
use crate::eval::{EvalError, Hint, Segment, Type, Value, convert};
use crate::rules::render;
use crate::syntax::Text;

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
        name: "has_part",
        params: "text, part…",
        arity: (2, super::MANY),
        description: "Whether one of the parts stands anywhere in the text: `has_part(path, \"example\", \"demo\")`. Upper and \
                      lower case differ.",
        run: |call| about_text(call, holds_part),
    },
    OwnFunction {
        name: "begins_with",
        params: "text, beginning…",
        arity: (2, super::MANY),
        description: "Whether the text begins with one of these: `begins_with(type, \"aws_\", \"awscc_\")`. Upper and lower \
                      case differ.",
        run: |call| about_text(call, begins),
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
    about_text(call, |parts, words| holds_word(parts, &|word| words.iter().any(|w| w.eq_ignore_ascii_case(word))))
}

/// Whether something holds of a text that is known, known in part or one of several, and the texts behind it.
fn about_text(call: &Call<'_>, says: fn(&[Segment], &[Text]) -> Option<bool>) -> Result<Value, EvalError> {
    let value = call.value(0)?;
    let others = call.texts_from(1)?;
    if value.is_null() {
        return Ok(false.into());
    }
    let value = convert::convert(&value, &Type::String).map_err(|e| call.at(0, e))?;
    // Looking for one in a short text takes about as long as making an element.
    call.evaluation.scope().spend((1 + value.work()).saturating_mul(others.len()))?;
    Ok(match agreed(&value, &|parts| says(parts, &others)) {
        Some(holds) => Value::from(holds).from_parts([&value]),
        None => unknown_bool([&value]),
    })
}

/// What holds of a text, or of all that it may be.
fn agreed(text: &Value, says: &dyn Fn(&[Segment]) -> Option<bool>) -> Option<bool> {
    if let Some(Hint::OneOf(alternatives)) = text.as_unknown().map(|u| &u.hint) {
        let mut verdicts = alternatives.iter().map(|a| agreed(a, says));
        let first = verdicts.next()??;
        return verdicts.all(|v| v == Some(first)).then_some(first);
    }
    says(&segments(text)?)
}

/// Whether a text holds one of these.
fn holds_part(text: &[Segment], wanted: &[Text]) -> Option<bool> {
    let holds = |part: &Segment| matches!(part, Segment::Text(text) if wanted.iter().any(|w| memchr::memmem::find(text.as_bytes(), w.as_bytes()).is_some()));
    let whole = matches!(text, [] | [Segment::Text(_)]);
    if text.iter().any(holds) { Some(true) } else { whole.then_some(false) }
}

/// Whether a text begins with one of these.
fn begins(text: &[Segment], wanted: &[Text]) -> Option<bool> {
    let (known, whole) = match text {
        [] => ("", true),
        [Segment::Text(text)] => (&**text, true),
        [Segment::Text(text), ..] => (&**text, false),
        [Segment::Unknown(_), ..] => ("", false),
    };
    let may_go_on = |wanted: &Text| !whole && wanted.starts_with(known);
    match wanted.iter().any(|wanted| known.starts_with(&**wanted)) {
        true => Some(true),
        false => (!wanted.iter().any(may_go_on)).then_some(false),
    }
}

/// Whether a text has a word that is wanted.
fn holds_word(parts: &[Segment], wanted: &dyn Fn(&str) -> bool) -> Option<bool> {
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
            assert_eq!(holds_word(&parts, &|w| w == "log"), expected);
        };
        check(vec![text("log-"), unknown()], Some(true));
        check(vec![text("log"), unknown()], None);
        check(vec![unknown(), text("log")], None);
        check(vec![unknown(), text("-log")], Some(true));
        check(vec![unknown(), text("-catalog")], None);
        check(vec![text("catalog")], Some(false));
    }

    #[test]
    fn parts_and_beginnings_of_texts_that_are_known_in_part() {
        let unknown = || Segment::Unknown(Value::unknown(Type::String, Cause::Variable("var.env".into())));
        let text = |t: &str| Segment::Text(t.into());
        let wanted = [Text::from("logs"), Text::from("audit")];
        let check = |parts: &[Segment], part: Option<bool>, beginning: Option<bool>| {
            assert_eq!((holds_part(parts, &wanted), begins(parts, &wanted)), (part, beginning), "{parts:?}");
        };
        check(&[text("logs-a")], Some(true), Some(true));
        check(&[text("a-logs")], Some(true), Some(false));
        check(&[text("log")], Some(false), Some(false));
        check(&[], Some(false), Some(false));
        check(&[text("log"), unknown()], None, None);
        check(&[text("x"), unknown()], None, Some(false));
        check(&[text("logs"), unknown()], Some(true), Some(true));
        check(&[unknown(), text("-audit")], Some(true), None);
    }
}
