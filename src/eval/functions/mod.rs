//! Terraform's functions: one file a family, one table entry a function, and the calling rules that all share.
//!
//! `try`, `can`, `templatefile` and `templatestring` are not here: they need their arguments' expressions, so the
//! evaluator handles them itself.

use super::{EvalError, Type, Value, convert};

/// What functions may ask of the world.
pub trait Host {
    /// The bytes of a file inside the checked folders; `path` as the function got it, relative to the root module.
    fn read_file(&self, path: &str) -> FileAnswer;
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
