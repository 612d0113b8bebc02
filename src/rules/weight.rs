//! What evaluating an expression roughly takes: the weights of its parts, and the sum of them told by the words of a
//! text alone. Runs in the build script as well, which embeds what functions take, so that a run parses only those that
//! it calls. Knows no other module of the crate.

/// What a call takes of which nothing else is known: many look at the configuration.
pub const CALL: usize = 40;
/// What it takes to call one of the functions that just look at their arguments.
pub const PLAIN_CALL: usize = 4;
/// What it takes to ask for instances by their types or by what refers to what: there are tables of it.
pub const QUESTION: usize = 8;
/// What it takes to look for a pattern, which may have to be compiled for this one text.
pub const PATTERN: usize = 400;
/// The elements that a list is taken to have.
pub const ELEMENTS: usize = 3;

/// What a call of this function takes, its arguments aside.
pub fn of_call(function: &str) -> usize {
    match function {
        "alltrue" | "anytrue" | "begins_with" | "can" | "coalesce" | "concat" | "contains" | "distinct"
        | "elements" | "endswith" | "environments" | "flatten" | "has_part" | "has_word" | "is_known" | "is_set"
        | "join" | "keys" | "length" | "lookup" | "lower" | "max" | "min" | "one" | "replace" | "split"
        | "startswith" | "strcontains" | "sum" | "tobool" | "tonumber" | "tostring" | "trimprefix" | "trimspace"
        | "try" | "upper" | "values" => PLAIN_CALL,
        "data_sources" | "exported" | "fact" | "fact_rows" | "modules" | "nonproduction" | "passed_to_unseen"
        | "providers" | "referenced" | "referrers" | "resources" | "same" | "source_attribute" | "terraform_blocks" => {
            QUESTION
        }
        "regex" | "regexall" => PATTERN,
        _ => CALL,
    }
}

/// What evaluating the expressions in a text takes: its words, and its calls by name, each as often as the loops around
/// it run.
pub fn of_text(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let mut often = vec![1_usize];
    let (mut sum, mut at, mut before) = (0_usize, 0, b' ');
    while let Some(byte) = bytes.get(at) {
        let times = often.last().copied().unwrap_or(1);
        let start = at;
        at += match byte {
            b'"' => 2 + bytes[at + 1..].iter().take_while(|b| **b != b'"').count(),
            b'#' => bytes[at..].iter().take_while(|b| **b != b'\n').count(),
            b if b.is_ascii_alphanumeric() => bytes[at..].iter().take_while(|b| is_word(b)).count(),
            _ => 1,
        };
        let word = text.get(start..at).unwrap_or_default();
        match byte {
            b'[' | b'{' | b'(' => often.push(times),
            b']' | b'}' | b')' => drop(often.pop()),
            b'f' if word == "for" && matches!(before, b'[' | b'{') => {
                often.iter_mut().last().into_iter().for_each(|often| *often = often.saturating_mul(ELEMENTS));
            }
            b'"' => sum = sum.saturating_add(times),
            b if b.is_ascii_alphanumeric() => {
                let is_call = bytes.get(at) == Some(&b'(');
                sum = sum.saturating_add(times.saturating_mul(if is_call { of_call(word) } else { 1 }));
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = *byte;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_calls_and_loops() {
        let check = |text: &str, expected: usize| assert_eq!(of_text(text), expected, "{text}");
        check("lb.type", 2);
        check("lb.type == \"classic\" # or not", 3);
        check("length(list)", PLAIN_CALL + 1);
        check("referrers(lb, \"aws_lb\")", QUESTION + 2);
        check("[for name in names : name] + one", ELEMENTS * 4 + 1);
        check("[for a in all : [for b in a : f(b)]]", ELEMENTS * 3 + ELEMENTS * ELEMENTS * (3 + CALL + 1));
    }
}
