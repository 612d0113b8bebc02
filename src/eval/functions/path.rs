//! Paths, and files inside the checked folders.
//!
//! A file that is out of bounds is unknown, never an error: only the host knows what may be read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::args::{function, text};
use super::types::{STRING, bool, string};
use super::{FileAnswer, Function, Host};
use crate::eval::set::make_set;
use crate::eval::text::normalized;
use crate::eval::{Cause, EvalError, Rest, Seq, Type, Value};

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    function("abspath", &[STRING], string, absolute),
    function("basename", &[STRING], string, |_, args| Ok(base_name(text(&args[0])?).into())),
    function("dirname", &[STRING], string, |_, args| Ok(dir_name(text(&args[0])?).into())),
    function("file", &[STRING], string, file),
    function("filebase64", &[STRING], string, |host, args| {
        on_file(host, text(&args[0])?, |bytes| Ok(STANDARD.encode(bytes).into()))
    }),
    function("fileexists", &[STRING], bool, file_exists),
    function("fileset", &[STRING, STRING], |_| Type::set(Type::String), file_set),
    function("pathexpand", &[STRING], string, expand),
];

/// What `read` makes of a file's bytes.
pub(super) fn on_file(
    host: &dyn Host,
    path: &str,
    read: impl FnOnce(&[u8]) -> Result<Value, EvalError>,
) -> Result<Value, EvalError> {
    match host.read_file(path) {
        FileAnswer::Bytes(bytes) => read(&bytes),
        FileAnswer::Missing if is_built(path) => {
            Ok(Value::unknown_not_null(Type::String, Cause::Function("file".into())))
        }
        FileAnswer::Missing => Err(EvalError::new(format!("there is no file `{path}`"))),
        FileAnswer::OutOfBounds => Ok(Value::unknown_not_null(Type::String, Cause::Function("file".into()))),
    }
}

/// Archives are made by a build before Terraform runs: that one is not there yet says nothing.
fn is_built(path: &str) -> bool {
    [".zip", ".jar", ".war", ".whl", ".gz", ".tgz", ".tar"].iter().any(|ending| path.ends_with(ending))
}

fn file(host: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let path = text(&args[0])?;
    on_file(host, path, |bytes| match std::str::from_utf8(bytes) {
        Ok(text) => Ok(normalized(text).into()),
        Err(_) => {
            Err(EvalError::new(format!("the file `{path}` is not UTF-8"))
                .with_help("read it with `filebase64` instead"))
        }
    })
}

fn file_exists(host: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let unknown = || Value::unknown_not_null(Type::Bool, Cause::Function("fileexists".into()));
    Ok(host.has_file(text(&args[0])?).map_or_else(unknown, Value::from))
}

fn file_set(host: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    Ok(match host.file_set(text(&args[0])?, text(&args[1])?) {
        Some(files) => {
            let items = files.into_iter().map(|f| normalized(f).into()).collect();
            make_set(Seq { items, element: Type::String, rest: Rest::NONE, loose: 0 })
        }
        None => Value::unknown_not_null(Type::set(Type::String), Cause::Function("fileset".into())),
    })
}

/// A relative path would be joined to the working directory, which differs from machine to machine.
fn absolute(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let path = text(&args[0])?;
    Ok(match path.starts_with('/') {
        true => clean(path).into(),
        false => Value::unknown_not_null(Type::String, Cause::Runtime("path.cwd".into())),
    })
}

fn expand(_: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let path = text(&args[0])?;
    Ok(match path.starts_with('~') {
        true => Value::unknown_not_null(Type::String, Cause::Function("pathexpand".into())),
        false => path.into(),
    })
}

fn base_name(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" if path.is_empty() => ".",
        "" => "/",
        path => path.rsplit('/').next().unwrap_or(path),
    }
}

fn dir_name(path: &str) -> String {
    clean(path.rfind('/').map_or("", |slash| &path[..=slash]))
}

/// The shortest path of the same meaning: without `.`, doubled slashes and `name/..`.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match (name, names.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." => {
                names.pop();
            }
            ("..", _) if rooted => {}
            _ => names.push(name),
        }
    }
    match (rooted, names.join("/")) {
        (true, names) => format!("/{names}"),
        (false, names) if names.is_empty() => ".".into(),
        (false, names) => names,
    }
}
