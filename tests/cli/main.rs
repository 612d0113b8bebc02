//! The real binary, in an environment that cannot change what it prints.

mod baseline;
mod bounds;
mod check;
mod elsewhere;
mod environments;
mod eval;
mod faults;
#[cfg(unix)]
mod files;
mod fixes;
mod formats;
mod multiplying;
mod pages;
mod run;
mod schema;
mod secrets;
mod settings;
mod shell;
mod silence;
mod since;
mod terminal;
mod why;
