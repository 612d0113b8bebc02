//! What looking through large values takes. Values may share their parts, so that a few lines make one that takes long to
//! go through: whatever goes through a whole value counts its steps here, and who evaluates an expression pays for them.

use std::cell::Cell;
use std::thread::LocalKey;

thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
    static WEIGHT: Cell<usize> = const { Cell::new(0) };
}

fn add(total: &'static LocalKey<Cell<usize>>, more: usize) {
    total.set(total.get().saturating_add(more));
}

/// Runs something, and says what it adds to a total: that apart which something it ran has taken apart by itself.
fn apart<T>(total: &'static LocalKey<Cell<usize>>, run: impl FnOnce() -> T) -> (T, usize) {
    let outer = total.replace(0);
    let result = run();
    (result, total.replace(outer))
}

/// Takes note of steps; each takes about as long as an element that a `for` makes.
pub(super) fn count(steps: usize) {
    add(&STEPS, steps);
}

/// Runs something, and says how many steps it took: those apart that something it ran has measured by itself.
pub(super) fn measured<T>(run: impl FnOnce() -> T) -> (T, usize) {
    apart(&STEPS, run)
}

/// Takes note of what something takes that is looked through for the first time, beside the place that it has in a value:
/// as many values of usual size.
pub(super) fn weigh(values: usize) {
    add(&WEIGHT, values);
}

/// Runs something, and says what all that was looked through for the first time takes: that apart which something it ran
/// has weighed by itself.
pub(super) fn weighed<T>(run: impl FnOnce() -> T) -> (T, usize) {
    apart(&WEIGHT, run)
}
