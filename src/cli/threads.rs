//! The threads that the work is done on.

use super::failure::Failure;

/// Expressions and modules nest, and a thread that waits for others takes up their work on its own stack. The memory is
/// only taken where it is used.
const STACK_SIZE: usize = 64 << 20;

/// Starts the threads: as many as were asked for, else one for each core.
pub(super) fn start(jobs: Option<usize>) -> Result<(), Failure> {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(jobs.unwrap_or(0)).stack_size(STACK_SIZE);
    builder.build_global().map_err(Failure::Threads)
}
