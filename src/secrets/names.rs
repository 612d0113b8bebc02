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
/// Last two words of such names.
const PAIRS: [(&str, &str); 20] = [
    ("access", "key"),
    ("account", "key"),
    ("admin", "key"),
    ("api", "key"),
    ("app", "key"),
    ("application", "key"),
    ("auth", "key"),
    ("basic", "auth"),
    ("client", "key"),
    ("ingestion", "key"),
    ("integration", "key"),
    ("license", "key"),
    ("master", "key"),
    ("preshared", "key"),
    ("private", "key"),
    ("routing", "key"),
    ("secret", "key"),
    ("shared", "key"),
    ("signing", "key"),
    ("write", "key"),
];
/// Endings of words that are written together: `dbpassword`.
const ENDINGS: [&str; 8] =
    ["password", "passwd", "passphrase", "secretkey", "accesskey", "privatekey", "authtoken", "apikey"];
/// Words at the end that say how the secret is written.
const FORMS: [&str; 9] = ["wo", "value", "string", "text", "plaintext", "base64", "b64", "pem", "binary"];

/// Whether a name says that what it names is secret.
pub fn is_secret(name: &str) -> bool {
    if name.len() > 200 {
        return false;
    }
    let words = words(name);
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    loop {
        if ends_secret(&words) {
            return true;
        }
        let last = words.last().copied().unwrap_or_default();
        if words.len() < 2 || !(FORMS.contains(&last) || last.bytes().all(|b| b.is_ascii_digit())) {
            return false;
        }
        words.pop();
    }
}

fn ends_secret(words: &[&str]) -> bool {
    let Some((last, before)) = words.split_last() else { return false };
    let pair = before.last().map(|before| (*before, *last));
    WORDS.contains(last) || ENDINGS.iter().any(|e| last.ends_with(e)) || pair.is_some_and(|p| PAIRS.contains(&p))
}

/// The words of a name in lower case: cut at what is no letter or digit, and where a capital begins a word.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut after_small = false;
    for c in name.chars() {
        let begins = c.is_uppercase() && after_small;
        if (begins || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        after_small = c.is_lowercase() || c.is_numeric();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
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
