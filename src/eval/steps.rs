//! What looking through large values takes. Values may share their parts, so that a few lines make one that takes long to
//! go through: whatever goes through a whole value counts its steps here, and who evaluates an expression pays for them.

use std::cell::Cell;

thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
    static WEIGHT: Cell<usize> = const { Cell::new(0) };
}

/// Takes note of steps; each takes about as long as an element that a `for` makes.
pub(super) fn count(steps: usize) {
    STEPS.with(|all| all.set(all.get().saturating_add(steps)));
}

/// Runs something, and says how many steps it took: those apart that something it ran has measured by itself.
pub(super) fn measured<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let outer = STEPS.replace(0);
    let result = run();
    (result, STEPS.replace(outer))
}

/// Takes note of what something takes that is looked through for the first time, beside the place that it has in a value:
/// as many values of usual size.
pub(super) fn weigh(values: usize) {
    WEIGHT.with(|all| all.set(all.get().saturating_add(values)));
}

/// Runs something, and says what all that was looked through for the first time takes: that apart which something it ran
/// has weighed by itself.
pub(super) fn weighed<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let outer = WEIGHT.replace(0);
    let result = run();
    (result, WEIGHT.replace(outer))
}
