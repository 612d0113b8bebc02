//! The threads that the work is done on.

use super::failure::Failure;

/// Expressions and modules nest, and a thread that waits for others takes up their work on its own stack. The memory is
/// only taken where it is used.
const STACK_SIZE: usize = 64 << 20;

/// More threads for each core get in each other's way: hundreds on two cores take minutes for nothing.
const MOST_FOR_A_CORE: usize = 4;
/// So many are always possible.
const ALWAYS: usize = 16;

/// Starts the threads: as many as were asked for and are of use, else one for each core.
pub(super) fn start(jobs: Option<usize>) -> Result<(), Failure> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let most = ALWAYS.max(cores.saturating_mul(MOST_FOR_A_CORE));
    let builder = rayon::ThreadPoolBuilder::new().num_threads(jobs.unwrap_or(cores).min(most)).stack_size(STACK_SIZE);
    builder.build_global().map_err(Failure::Threads)
}
