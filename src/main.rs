//! The `tfcheck` binary: hands the arguments to [`tfcheck::cli::run`].

use std::process::ExitCode;

/// Evaluation makes many small values and drops them, on all threads at once; the system's allocators, musl's above all,
/// are not made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tfcheck::cli::run(std::env::args_os())
}
