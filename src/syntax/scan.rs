//! Finding the place where a run of bytes ends: spaces, a name, the plain text of a string. Eight bytes are looked at at
//! once, since each end of a run is one that the processor cannot foresee.

/// Bytes that are looked at at once.
const WIDTH: usize = size_of::<u64>();
/// The lowest bit of each byte.
const ONES: u64 = u64::from_le_bytes([1; WIDTH]);
/// The highest bit of each byte: what says something of a byte says it there.
const HIGH: u64 = u64::from_le_bytes([0x80; WIDTH]);

/// Behind the spaces that stand at this offset.
#[inline]
pub(super) fn behind_spaces(bytes: &[u8], from: usize) -> usize {
    if bytes.get(from) != Some(&b' ') {
        return from;
    }
    // Indentation and what aligns values are long.
    run_end(bytes, from + 1, |word| word ^ all(b' '))
}

/// Behind the ASCII letters, digits, `_` and `-` that stand at this offset.
#[inline]
pub(super) fn name_end(bytes: &[u8], from: usize) -> usize {
    run_end(bytes, from, not_in_name)
}

/// The first byte from this offset on at which the text of a string may end, or may mean something else; the end where
/// there is none.
#[inline]
pub(super) fn string_end(bytes: &[u8], from: usize) -> usize {
    run_end(bytes, from, special_in_string)
}

/// Where the first byte stands, from this offset on, at which a run ends; `find` says which of eight it is by the lowest bit
/// that it sets. No run goes on with 0xff.
#[inline(always)]
fn run_end(bytes: &[u8], from: usize, find: impl Fn(u64) -> u64) -> usize {
    let place = |word: u64| (word.trailing_zeros() / u8::BITS) as usize;
    let mut at = from;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk::<WIDTH>) {
        match find(u64::from_le_bytes(*word)) {
            0 => at += WIDTH,
            found => return at + place(found),
        }
    }
    // The end of the text ends each run.
    let rest = bytes.get(at..).unwrap_or_default();
    let mut word = [u8::MAX; WIDTH];
    word[..rest.len()].copy_from_slice(rest);
    at + place(find(u64::from_le_bytes(word)))
}

/// A word of eight times this byte.
const fn all(byte: u8) -> u64 {
    ONES * byte as u64
}

/// Where a byte of a word of ASCII is at least this.
const fn at_least(word: u64, byte: u8) -> u64 {
    word + all(0x80 - byte)
}

const fn not_in_name(word: u64) -> u64 {
    let ascii = word & !HIGH;
    let lower = ascii | all(0x20);
    let letter = at_least(lower, b'a') & !at_least(lower, b'z' + 1);
    let digit = at_least(ascii, b'0') & !at_least(ascii, b'9' + 1);
    let other = at_least(ascii ^ all(b'_'), 1) & at_least(ascii ^ all(b'-'), 1);
    (!(letter | digit) & other | word) & HIGH
}

/// The lowest bit that is set is right; of the bytes behind it others may be set that are not special.
const fn special_in_string(word: u64) -> u64 {
    const fn is(word: u64, byte: u8) -> u64 {
        let other = word ^ all(byte);
        other.wrapping_sub(ONES) & !other
    }
    // `$` and `%` differ in the lowest bit only.
    let marks = is(word, b'"') | is(word, b'\\') | is(word | ONES, b'%');
    (marks | is(word, b'\n') | is(word, b'\r') | word) & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each byte at each place, among bytes that go on with the run, is found or not as `ends` says.
    fn check(scan: fn(&[u8], usize) -> usize, plain: &[u8], ends: impl Fn(u8) -> bool) {
        for byte in 0..=u8::MAX {
            for neighbour in plain {
                for at in 0..20 {
                    let mut bytes = vec![*neighbour; 23];
                    bytes[at] = byte;
                    let expected = if ends(byte) { at } else { bytes.len() };
                    assert_eq!(scan(&bytes, 0), expected, "{byte:#x} at {at} among {neighbour:#x}");
                    bytes[at + 1] = byte ^ 1;
                    let expected = bytes.iter().position(|byte| ends(*byte)).unwrap_or(bytes.len());
                    assert_eq!(scan(&bytes, 0), expected, "{byte:#x} and another at {at} among {neighbour:#x}");
                }
            }
        }
    }

    #[test]
    fn names_end_at_the_first_byte_that_is_not_of_one() {
        check(name_end, b"aZ09_-z", |byte| !byte.is_ascii_alphanumeric() && !b"_-".contains(&byte));
        assert_eq!([name_end(b"", 0), name_end(b"ab", 2), name_end(b"ab", 5)], [0, 2, 5]);
    }

    #[test]
    fn strings_end_at_the_first_byte_that_may_mean_something() {
        check(string_end, b"a !#&[]\t\0\x7f", |byte| !byte.is_ascii() || b"\"\\\n\r$%".contains(&byte));
    }

    #[test]
    fn spaces_end_at_the_first_other_byte() {
        check(behind_spaces, b" ", |byte| byte != b' ');
    }
}
