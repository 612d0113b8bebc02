//! Digests, of texts and of files, and identifiers.

use std::fmt::LowerHex;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Output;
use sha2::{Digest, Sha256, Sha512};
use uuid::Uuid;

use super::args::{function, text};
use super::path::on_file;
use super::time::known_at_apply;
use super::types::{NUMBER, STRING, string};
use super::{Function, Host};
use crate::eval::{EvalError, Value};

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    function("base64sha256", &[STRING], string, |_, args| on_text(args, base64::<Sha256>)),
    function("base64sha512", &[STRING], string, |_, args| on_text(args, base64::<Sha512>)),
    Function { optional: 1, ..function("bcrypt", &[STRING, NUMBER], string, |_, _| Ok(known_at_apply("bcrypt"))) },
    function("filebase64sha256", &[STRING], string, |host, args| digest_file(host, args, base64::<Sha256>)),
    function("filebase64sha512", &[STRING], string, |host, args| digest_file(host, args, base64::<Sha512>)),
    function("filemd5", &[STRING], string, |host, args| digest_file(host, args, hexadecimal::<Md5>)),
    function("filesha1", &[STRING], string, |host, args| digest_file(host, args, hexadecimal::<Sha1>)),
    function("filesha256", &[STRING], string, |host, args| digest_file(host, args, hexadecimal::<Sha256>)),
    function("filesha512", &[STRING], string, |host, args| digest_file(host, args, hexadecimal::<Sha512>)),
    function("md5", &[STRING], string, |_, args| on_text(args, hexadecimal::<Md5>)),
    function("rsadecrypt", &[STRING, STRING], string, rsa_decrypt),
    function("sha1", &[STRING], string, |_, args| on_text(args, hexadecimal::<Sha1>)),
    function("sha256", &[STRING], string, |_, args| on_text(args, hexadecimal::<Sha256>)),
    function("sha512", &[STRING], string, |_, args| on_text(args, hexadecimal::<Sha512>)),
    function("uuid", &[], string, |_, _| Ok(known_at_apply("uuid"))),
    function("uuidv5", &[STRING, STRING], string, uuid_v5),
];

fn hexadecimal<D: Digest>(bytes: &[u8]) -> String
where
    Output<D>: LowerHex,
{
    format!("{:x}", D::digest(bytes))
}

fn base64<D: Digest>(bytes: &[u8]) -> String {
    STANDARD.encode(D::digest(bytes))
}

fn on_text(args: &[Value], digest: fn(&[u8]) -> String) -> Result<Value, EvalError> {
    Ok(digest(text(&args[0])?.as_bytes()).into())
}

fn digest_file(host: &dyn Host, args: &[Value], digest: fn(&[u8]) -> String) -> Result<Value, EvalError> {
    on_file(host, text(&args[0])?, |bytes| Ok(digest(bytes).into()))
}

/// Checks what can be checked without the secret; what it decrypts to does not matter to anybody here.
fn rsa_decrypt(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    if STANDARD.decode(text(&args[0])?).is_err() {
        return Err(EvalError::new("the text to decrypt is not base64"));
    }
    match text(&args[1])?.contains("-----BEGIN ") {
        true => Ok(known_at_apply("rsadecrypt")),
        false => Err(EvalError::new("the private key is not in PEM format")),
    }
}

fn uuid_v5(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let namespace = text(&args[0])?;
    let uuid = match namespace {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        _ => Uuid::parse_str(namespace).map_err(|_| {
            EvalError::new(format!("`{namespace}` is neither `dns`, `url`, `oid` or `x500` nor a UUID"))
        })?,
    };
    Ok(Uuid::new_v5(&uuid, text(&args[1])?.as_bytes()).to_string().into())
}
