//! Terraform's functions: one file a family, one table entry a function, and the calling rules that all share.
//!
//! `try`, `can`, `templatefile` and `templatestring` are not here: they need their arguments' expressions, so the
//! evaluator handles them itself.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::convert::{convert, is_already};
use super::union::{lift, unless_failed};
use super::{EvalError, Marks, Type, Value};

mod args;
mod case;
mod charset;
mod collection;
mod csv;
mod encoding;
mod format;
mod format_number;
mod format_verb;
mod hash;
mod json;
mod net;
mod number;
mod partial;
mod path;
mod provider;
mod re2;
mod re2_class;
mod regex;
mod regex_engine;
mod string;
mod time;
mod type_fns;
mod yaml;
mod yaml_decode;
mod yaml_encode;
mod yaml_scalar;

/// The table of each family.
static FAMILIES: [&[Function]; 14] = [
    collection::FUNCTIONS,
    encoding::FUNCTIONS,
    format::FUNCTIONS,
    hash::FUNCTIONS,
    json::FUNCTIONS,
    net::FUNCTIONS,
    number::FUNCTIONS,
    path::FUNCTIONS,
    provider::FUNCTIONS,
    regex::FUNCTIONS,
    string::FUNCTIONS,
    time::FUNCTIONS,
    type_fns::FUNCTIONS,
    yaml::FUNCTIONS,
];

static BY_NAME: LazyLock<FxHashMap<&'static str, &'static Function>> =
    LazyLock::new(|| FAMILIES.iter().flat_map(|family| family.iter().map(|f| (f.name, f))).collect());

pub(super) use regex::work as work_of_pattern;

/// What functions may ask of the world.
pub trait Host {
    /// The bytes of a file inside the checked folders; `path` as the function got it, relative to the root module.
    fn read_file(&self, path: &str) -> FileAnswer;
    /// Whether there is a file that [`read_file`](Host::read_file) could read; `None` where that is not known.
    fn has_file(&self, path: &str) -> Option<bool> {
        match self.read_file(path) {
            FileAnswer::Bytes(_) => Some(true),
            FileAnswer::Missing => Some(false),
            FileAnswer::OutOfBounds => None,
        }
    }
    /// The files below `path` (relative to the root module) that match the doublestar `pattern`, relative to `path`.
    fn file_set(&self, path: &str, pattern: &str) -> Option<Vec<String>>;
}

/// What became of reading a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileAnswer {
    /// The file's bytes.
    Bytes(Vec<u8>),
    /// There is no such file inside the checked folders.
    Missing,
    /// Outside the checked folders, too large, or not a plain file: unknown, never an error.
    OutOfBounds,
}

/// A host without files: for variables' defaults and for tests.
pub struct NoFiles;

impl Host for NoFiles {
    fn read_file(&self, _: &str) -> FileAnswer {
        FileAnswer::OutOfBounds
    }

    fn file_set(&self, _: &str, _: &str) -> Option<Vec<String>> {
        None
    }
}

/// A parameter of a function.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// What arguments are converted to before the call (`Any`: passed as they are).
    pub ty: fn() -> Type,
    /// Whether null is allowed.
    pub nullable: bool,
    /// Whether the function wants unknown arguments, whole or partial, itself. Else an argument that is not wholly
    /// known makes the result unknown.
    pub unknowns: bool,
}

/// A function of the language.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Its fixed parameters.
    pub params: &'static [Param],
    /// How many of the fixed parameters, from the last, may be left out.
    pub optional: usize,
    /// Takes all further arguments.
    pub variadic: Option<Param>,
    /// The type of the result, for the unknown that an unknown argument gives.
    pub result: fn(&[Value]) -> Type,
    /// Computes the result from converted arguments; marks and references of the arguments are added by [`call`]
    /// unless the function is `transparent`.
    pub run: fn(&dyn Host, &[Value]) -> Result<Value, EvalError>,
    /// Whether the function passes elements through and so keeps marks and references element by element itself
    /// (`concat`, `merge`, `element`, …).
    pub transparent: bool,
}

/// The function of that name, with or without `core::`.
pub fn lookup(name: &str) -> Option<&'static Function> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    BY_NAME.get(name).copied()
}

/// Whether a function looks at nothing but its arguments: not at files, the clock or chance.
pub fn is_timeless(name: &str) -> bool {
    let families = [
        collection::FUNCTIONS,
        encoding::FUNCTIONS,
        format::FUNCTIONS,
        json::FUNCTIONS,
        net::FUNCTIONS,
        number::FUNCTIONS,
        regex::FUNCTIONS,
        string::FUNCTIONS,
        type_fns::FUNCTIONS,
    ];
    let is_of =
        |function: &Function| families.iter().any(|all| all.as_ptr_range().contains(&std::ptr::from_ref(function)));
    matches!(name, "try" | "can") || lookup(name).is_some_and(is_of)
}

/// The names of all functions, for suggestions.
pub fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().flat_map(|family| family.iter().map(|f| f.name))
}

/// Calls a function with the rules that all of them share: the number of arguments, conversion, null, unknown
/// arguments, marks and references.
pub fn call(function: &Function, host: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    check_arity(function, args.len())?;
    let converted = converted(function, args)?;
    let result = (function.result)(&converted);
    lift(&converted, &result, &mut |args| call_decided(function, host, args, &result))
}

/// The arguments as the function wants them: most are so already.
fn converted<'a>(function: &Function, args: &'a [Value]) -> Result<Cow<'a, [Value]>, EvalError> {
    let mut converted = Cow::Borrowed(args);
    for (i, arg) in args.iter().enumerate() {
        let Some(param) = function.param(i) else { continue };
        let ty = (param.ty)();
        if !is_already(arg, &ty) {
            converted.to_mut()[i] = convert(arg, &ty).map_err(|e| in_argument(function, i, e))?;
        }
    }
    Ok(converted)
}

/// Calls a function on converted arguments, none of which is a union.
fn call_decided(function: &Function, host: &dyn Host, args: &[Value], result: &Type) -> Result<Value, EvalError> {
    let mut known = true;
    for (i, arg) in args.iter().enumerate() {
        let Some(param) = function.param(i) else { continue };
        if arg.is_null() && !param.nullable {
            return Err(in_argument(function, i, EvalError::new("must not be null")));
        }
        known &= param.unknowns || arg.is_wholly_known();
    }
    match known {
        true => run(function, host, args),
        false => Ok(unless_failed(Value::unknown_from(args, result.clone(), true))),
    }
}

/// Runs the function and adds the arguments' marks and references to the result, unless it passes them on itself.
fn run(function: &Function, host: &dyn Host, args: &[Value]) -> Result<Value, EvalError> {
    let hidden = |error: EvalError| {
        let args: Vec<&Value> = args.iter().collect();
        error.about(&args, &format!("`{}`", function.name))
    };
    let result = (function.run)(host, args).map_err(hidden)?;
    if function.transparent {
        return Ok(result);
    }
    Ok(args.iter().fold(result, |result, arg| {
        let marks = arg.deep_marks().without(Marks::PROVIDER_DEFAULT);
        result.with_refs(&arg.deep_refs()).with_marks(marks)
    }))
}

fn check_arity(function: &Function, count: usize) -> Result<(), EvalError> {
    let most = function.params.len();
    let least = most - function.optional;
    if count >= least && (count <= most || function.variadic.is_some()) {
        return Ok(());
    }
    let wanted = match (least, most) {
        _ if function.variadic.is_some() => format!("at least {}", arguments(least)),
        (least, most) if least == most => arguments(most),
        (least, most) => format!("{least} to {}", arguments(most)),
    };
    Err(EvalError::new(format!("`{}` takes {wanted}, not {count}", function.name)))
}

fn arguments(count: usize) -> String {
    match count {
        0 => "no arguments".into(),
        1 => "1 argument".into(),
        n => format!("{n} arguments"),
    }
}

fn in_argument(function: &Function, i: usize, error: EvalError) -> EvalError {
    error.reworded(|why| format!("argument {} of `{}`: {why}", i + 1, function.name))
}

impl Function {
    /// The parameter that the argument at this position goes to.
    fn param(&self, i: usize) -> Option<&Param> {
        self.params.get(i).or(self.variadic.as_ref())
    }
}

impl Param {
    /// A parameter of a type: converted, not null, known.
    pub(super) const fn of(ty: fn() -> Type) -> Param {
        Param { ty, nullable: false, unknowns: false }
    }

    /// The same, and null is allowed.
    pub(super) const fn or_null(self) -> Param {
        Param { nullable: true, ..self }
    }

    /// The same, and the function looks at unknown arguments itself.
    pub(super) const fn or_unknown(self) -> Param {
        Param { unknowns: true, ..self }
    }
}

/// Parameters and results of these types, for the tables.
pub(super) mod types {
    use super::{Param, Type, Value};

    /// Anything, as it is.
    pub(crate) const ANY: Param = Param::of(|| Type::Any);
    /// `number`
    pub(crate) const NUMBER: Param = Param::of(|| Type::Number);
    /// `string`
    pub(crate) const STRING: Param = Param::of(|| Type::String);
    /// `list(any)`
    pub(crate) const LIST: Param = Param::of(|| LIST_TYPE.with(Type::clone));
    /// `set(any)`
    pub(crate) const SET: Param = Param::of(|| SET_TYPE.with(Type::clone));
    /// `list(string)`
    pub(crate) const STRINGS: Param = Param::of(|| STRINGS_TYPE.with(Type::clone));

    // One for each thread, so that calls neither make them nor fight for their counts.
    thread_local! {
        static LIST_TYPE: Type = Type::list(Type::Any);
        static SET_TYPE: Type = Type::set(Type::Any);
        static STRINGS_TYPE: Type = Type::list(Type::String);
    }

    pub(crate) fn any(_: &[Value]) -> Type {
        Type::Any
    }
    pub(crate) fn number(_: &[Value]) -> Type {
        Type::Number
    }
    pub(crate) fn string(_: &[Value]) -> Type {
        Type::String
    }
    pub(crate) fn bool(_: &[Value]) -> Type {
        Type::Bool
    }
    pub(crate) fn strings(_: &[Value]) -> Type {
        STRINGS_TYPE.with(Type::clone)
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod soundness_tests;
