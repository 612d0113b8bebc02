//! Whatever the parser makes of a text, evaluating it ends with a value or an error. The texts are the semantics cases,
//! cut up and put together again in ways that nobody would write; the order of the changes is fixed.

use tfcheck::eval::Evaluation;
use tfcheck::source::FileId;
use tfcheck::syntax::parse_expression;

#[path = "support/any_name.rs"]
mod any_name;

use any_name::AnyName;

const CASES: &str = include_str!("../fixtures/semantics/conformance.tsv");
const ROUNDS: usize = 12;

/// A small generator of numbers: the same ones in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

/// A text with one piece taken out, doubled, or replaced by a piece of another.
fn changed(text: &str, other: &str, numbers: &mut Numbers) -> String {
    let piece = |of: &str, numbers: &mut Numbers| {
        let chars: Vec<char> = of.chars().collect();
        let start = numbers.below(chars.len());
        let end = (start + 1 + numbers.below(8)).min(chars.len());
        (start, end, chars)
    };
    let (start, end, chars) = piece(text, numbers);
    let (from, to, others) = piece(other, numbers);
    let middle: Vec<char> = match numbers.below(4) {
        0 => Vec::new(),
        1 => chars[start..end].repeat(2),
        2 => others.get(from..to).unwrap_or_default().to_vec(),
        _ => ['[', '(', '{', '"', '-', '!', '.', '*', '?', ':', '$'][numbers.below(11)..]
            .iter()
            .take(1)
            .copied()
            .collect(),
    };
    chars[..start].iter().chain(&middle).chain(&chars[end..]).collect()
}

#[test]
fn evaluation_ends_with_a_value_or_an_error() {
    let texts: Vec<&str> = CASES.lines().filter_map(|line| line.split('\t').next()).collect();
    let mut numbers = Numbers(1);
    let (mut values, mut errors) = (0, 0);
    for text in &texts {
        let mut text = (*text).to_owned();
        for _ in 0..ROUNDS {
            text = changed(&text, texts[numbers.below(texts.len())], &mut numbers);
            let (expr, _) = parse_expression(FileId(0), &text, 0);
            match Evaluation::new(&AnyName).eval(&expr) {
                Ok(value) => {
                    values += 1;
                    let _ = tfcheck::eval::json::display(&value);
                }
                Err(_) => errors += 1,
            }
        }
    }
    assert_eq!(values + errors, texts.len() * ROUNDS);
    assert!(values > 1000 && errors > 1000, "{values} values and {errors} errors say little");
}
