//! Names that say that what they name is secret: `db_password`, `API_KEY`, `clientSecret`.
//!
//! The last word decides, so that `password_length` and `secret_arn` name no secrets.

/// Last words of such names.
const WORDS: [&str; 10] =
    ["passwords", "passcode", "pass", "pwd", "pw", "secret", "token", "credential", "credentials", "apikey"];
/// Endings of last words, which may be written together: `dbpassword`.
const ENDINGS: [&str; 8] =
    ["password", "passwd", "passphrase", "secretkey", "accesskey", "privatekey", "authtoken", "apikey"];
/// Last words that need one of these before them.
const PAIRS: [(&str, &[&str]); 2] = [("auth", &["basic"]), ("key", &KEYS)];
/// What stands before `key`.
const KEYS: [&str; 19] = [
    "access",
    "account",
    "admin",
    "api",
    "app",
    "application",
    "auth",
    "client",
    "ingestion",
    "integration",
    "license",
    "master",
    "preshared",
    "private",
    "routing",
    "secret",
    "shared",
    "signing",
    "write",
];
/// Words at the end that say how the secret is written; numbers do, too.
const FORMS: [&str; 9] = ["wo", "value", "string", "text", "plaintext", "base64", "b64", "pem", "binary"];

/// Longer names are texts.
const LONGEST: usize = 200;

/// Whether a name says that what it names is secret. Asked of every name there is: nearly all are told by their last
/// letters, and nothing is put together for the others.
pub fn is_secret(name: &str) -> bool {
    if name.len() > LONGEST || !may_be_secret(name.as_bytes()) {
        return false;
    }
    let mut words = Words(name);
    while let Some(last) = words.next() {
        // As in `password2`.
        let word = last.trim_end_matches(|c: char| c.is_ascii_digit());
        if is_one_of(word, &WORDS) || ENDINGS.iter().any(|ending| ends_with(word, ending)) || is_pair(&words, word) {
            return true;
        }
        if !is_one_of(last, &FORMS) && !word.is_empty() {
            return false;
        }
    }
    false
}

fn is_pair(before: &Words<'_>, last: &str) -> bool {
    let pair = PAIRS.iter().find(|(second, _)| last.eq_ignore_ascii_case(second));
    pair.is_some_and(|(_, first)| before.clone().next().is_some_and(|before| is_one_of(before, first)))
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether a text ends with ASCII letters, whatever their case.
pub(super) fn ends_with(text: &str, ending: &str) -> bool {
    let start = text.len().checked_sub(ending.len());
    start.is_some_and(|start| text.as_bytes()[start..].eq_ignore_ascii_case(ending.as_bytes()))
}

/// For the last two letters of words above, last one first, the letters that stand before them, as bits. The lowest bits
/// of a letter are the same in capitals and say which it is; other characters count as the letters that they share them
/// with.
const LAST_LETTERS: [[u32; 32]; 32] = last_letters(&[&WORDS, &ENDINGS, &[PAIRS[0].0, PAIRS[1].0], &FORMS]);
/// Of a word that is no longer anything may stand before it.
const ANYTHING: u32 = u32::MAX;

const fn last_letters(lists: &[&[&str]]) -> [[u32; 32]; 32] {
    let mut letters = [[0; 32]; 32];
    let mut list = 0;
    while list < lists.len() {
        let mut word = 0;
        while word < lists[list].len() {
            if let [rest @ .., before, last] = lists[list][word].as_bytes() {
                letters[letter(*last)][letter(*before)] |= match rest {
                    [.., third] => 1 << letter(*third),
                    [] => ANYTHING,
                };
            }
            word += 1;
        }
        list += 1;
    }
    letters
}

const fn letter(byte: u8) -> usize {
    (byte % 32) as usize
}

/// Whether a name ends like one of the words above, or with a number; also of a few others. What stands before the name
/// does not matter.
pub(super) fn may_be_secret(name: &[u8]) -> bool {
    match name.last_chunk() {
        Some([third, before, last]) if last.is_ascii_alphabetic() => ends_alike(*third, *before, *last),
        _ => may_be_secret_in_front(name),
    }
}

fn ends_alike(third: u8, before: u8, last: u8) -> bool {
    LAST_LETTERS[letter(last)][letter(before)] & 1 << letter(third) != 0
}

/// The same of a name that may end in something else than letters.
fn may_be_secret_in_front(name: &[u8]) -> bool {
    let name = &name[name.len().saturating_sub(LONGEST)..];
    let end = name.iter().rposition(|byte| !byte.is_ascii() || byte.is_ascii_alphanumeric());
    match &name[..end.map_or(0, |end| end + 1)] {
        [] | [_] => false,
        [.., last] if !last.is_ascii_alphabetic() => true,
        [.., third, before, last] => ends_alike(*third, *before, *last),
        [before, last] => ends_alike(0, *before, *last),
    }
}

/// The words of a name, last one first: cut at what is no letter or digit, and where a capital begins a word.
#[derive(Clone)]
struct Words<'n>(&'n str);

impl<'n> Iterator for Words<'n> {
    type Item = &'n str;

    fn next(&mut self) -> Option<&'n str> {
        let name = self.0.trim_end_matches(|c: char| !c.is_alphanumeric());
        let mut start = name.len();
        let mut after = None;
        for (at, c) in name.char_indices().rev() {
            let begins = after.is_some_and(char::is_uppercase) && (c.is_lowercase() || c.is_numeric());
            if begins || !c.is_alphanumeric() {
                break;
            }
            (start, after) = (at, Some(c));
        }
        self.0 = &name[..start];
        (start < name.len()).then(|| &name[start..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_decides() {
        let check = |expected: bool, names: &[&str]| {
            names.iter().for_each(|name| assert_eq!(is_secret(name), expected, "{name}"));
        };
        check(
            true,
            &[
                "password",
                "db_password",
                "DB_PASSWORD",
                "dbPassword",
                "dbpassword",
                "MYSQL_ROOT_PASSWORD_1",
                "password2",
                "dbPassword12",
                "api_key2",
                "master-password",
                "password_wo",
                "secret_string",
                "client_secret",
                "API_KEY",
                "apiKey",
                "DD_API_KEY",
                "AWS_SECRET_ACCESS_KEY",
                "tls_private_key_pem",
                "auth_token",
                "REDIS_PASS",
                "spring.datasource.password",
            ],
        );
        check(
            false,
            &[
                "",
                "password_length",
                "manage_master_user_password_rotation",
                "secret_arn",
                "secret_name",
                "kms_key_id",
                "key",
                "hash_key",
                "public_key",
                "encryption_key",
                "token_validity",
                "auth_token_update_strategy",
                "password_encryption",
                "compass",
                "value",
                "tokenizer",
                "key2",
                "md5",
                "password2_length",
                "bypass_policy",
                "mytoken",
                "passé",
            ],
        );
    }
}
