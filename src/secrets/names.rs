//! Names that say that what they name is secret: `db_password`, `API_KEY`, `clientSecret`.
//!
//! The last word decides, so that `password_length` and `secret_arn` name no secrets.

/// Last words of such names.
const WORDS: [&str; 13] = [
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "passcode",
    "pass",
    "pwd",
    "pw",
    "secret",
    "token",
    "credential",
    "credentials",
    "apikey",
];
/// Last words that need the one before them: the last one, and what may stand before it.
const PAIRS: [(&str, &[&str]); 2] = [
    ("auth", &["basic"]),
    (
        "key",
        &[
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
        ],
    ),
];
/// Endings of words that are written together: `dbpassword`.
const ENDINGS: [&str; 8] =
    ["password", "passwd", "passphrase", "secretkey", "accesskey", "privatekey", "authtoken", "apikey"];
/// Words at the end that say how the secret is written.
const FORMS: [&str; 9] = ["wo", "value", "string", "text", "plaintext", "base64", "b64", "pem", "binary"];

/// Whether a name says that what it names is secret. Asked of every name there is, so nothing is put together for it:
/// words are looked at where they stand, from the last one on.
pub fn is_secret(name: &str) -> bool {
    if name.len() > 200 {
        return false;
    }
    let mut words = Words(name);
    while let Some(last) = words.next() {
        if is_one_of(last, &WORDS) || ENDINGS.iter().any(|ending| ends_with(last, ending)) || is_pair(&words, last) {
            return true;
        }
        if !is_one_of(last, &FORMS) && !last.bytes().all(|b| b.is_ascii_digit()) {
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
                "bypass_policy",
            ],
        );
    }
}
