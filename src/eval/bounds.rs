//! What evaluation may cost: work, memory, and the size of what comes out.

use std::cell::Cell;

use super::body::BLOCK_LIMIT;
use super::{EvalError, Value, steps};

/// One expression may make so many elements by `for` and splats.
const WORK_LIMIT: usize = 2_000_000;
/// All expressions of a root together may make this many bytes of long texts: each may be kept.
const TEXT_LIMIT: usize = 512 << 20;
/// All expressions of a root together may make so many.
const ALL_WORK_LIMIT: usize = 50_000_000;
/// All expressions of a root together may take so many steps through the parts of values: those that share their parts
/// are larger than what was written. In public repositories no root takes more than 50,000.
const ALL_STEPS_LIMIT: usize = 5_000_000;
/// What makes so few elements is done even where no steps are left.
const FEW: usize = 1_000;
/// So many expressions may ask for each other, as locals do that name each other.
const DEPTH_LIMIT: usize = 10_000;
/// A value may have so many parts, counted as often as they are reached.
const SIZE_LIMIT: usize = 1_000_000;
/// All values of a root together may have so many.
const ALL_SIZES_LIMIT: usize = 10_000_000;
/// Policy documents that others are merged into may have so many bytes in all: each step of a chain reads all before it.
const MERGED_LIMIT: usize = 32 << 20;

/// What all expressions of a root together have too much of.
#[derive(Clone, Copy)]
enum ForAll {
    Texts,
    Work,
    Steps,
    Sizes,
}

impl ForAll {
    const EACH: [ForAll; 4] = [ForAll::Texts, ForAll::Work, ForAll::Steps, ForAll::Sizes];

    fn message(self) -> String {
        match self {
            ForAll::Texts => format!("more than {} MiB of long texts are not made", TEXT_LIMIT >> 20),
            ForAll::Work => format!("more than {ALL_WORK_LIMIT} elements in all are not made"),
            ForAll::Steps => {
                format!("large values and files are not gone through in more than {ALL_STEPS_LIMIT} steps in all")
            }
            ForAll::Sizes => format!("values of more than {ALL_SIZES_LIMIT} parts in all are not kept"),
        }
    }

    fn error(self) -> EvalError {
        EvalError::too_large(self.message())
    }
}

/// Whether a message is about all expressions of a root together: whatever comes after the first would say it again.
pub(super) fn is_for_all(message: &str) -> bool {
    ForAll::EACH.iter().any(|bound| bound.message() == message)
}

/// What the evaluation of one root has cost so far.
#[derive(Default)]
pub(super) struct Spent {
    /// Elements that the expression at hand has made.
    work: Cell<usize>,
    /// Blocks that were made of `dynamic` blocks.
    blocks: Cell<usize>,
    /// Bytes of long texts that were made.
    texts: Cell<usize>,
    /// Elements made by all expressions.
    all_work: Cell<usize>,
    /// Steps that all expressions have taken through the parts of values.
    all_steps: Cell<usize>,
    /// Parts of all values, and what is unknown among them weighs beside its part.
    all_sizes: Cell<usize>,
    /// Bytes of policy documents that were merged into others.
    merged: Cell<usize>,
    /// How many expressions wait for the one at hand.
    depth: Cell<usize>,
}

impl Spent {
    /// Runs something with an allowance of its own.
    ///
    /// # Errors
    /// Those of what is run; and where too many expressions wait for it, each of which takes room on the stack.
    pub(super) fn apart<T>(&self, run: impl FnOnce() -> Result<T, EvalError>) -> Result<T, EvalError> {
        let depth = self.depth.get();
        if depth >= DEPTH_LIMIT {
            let message = format!("more than {DEPTH_LIMIT} expressions that ask for each other are not evaluated");
            return Err(EvalError::too_large(message));
        }
        self.depth.set(depth + 1);
        let outer = self.work.replace(0);
        let result = run();
        self.work.set(outer);
        self.depth.set(depth);
        result
    }

    /// A value that can be walked and kept, if it comes out at all.
    pub(super) fn bounded(&self, run: impl FnOnce() -> Result<Value, EvalError>) -> Result<Value, EvalError> {
        // Shared parts may make a small value endlessly large; what is unknown is larger than its place in the value.
        let (value, weight) = steps::weighed(|| run().map(|value| (value.digest().size() as usize, value)));
        let (size, value) = value?;
        if size > SIZE_LIMIT {
            return Err(EvalError::too_large(format!("a value of more than {SIZE_LIMIT} parts is not kept")));
        }
        let kept = self.keeps(size + weight)?;
        self.all_sizes.set(kept);
        Ok(value)
    }

    /// What would be kept with so much more, where that can be.
    fn keeps(&self, parts: usize) -> Result<usize, EvalError> {
        let kept = self.all_sizes.get() + parts;
        if kept <= ALL_SIZES_LIMIT {
            return Ok(kept);
        }
        Err(ForAll::Sizes.error())
    }

    /// Takes note of elements that the expression at hand makes.
    pub(super) fn spend(&self, elements: usize) -> Result<(), EvalError> {
        super::names::spend(&self.work, elements, WORK_LIMIT)?;
        // What is paid for before it is done need not be begun; nor what would not be kept.
        if elements > FEW {
            self.has_steps_left()?;
            self.keeps(elements)?;
        }
        self.all_work.set(self.all_work.get().saturating_add(elements));
        match self.all_work.get() > ALL_WORK_LIMIT {
            true => Err(ForAll::Work.error()),
            false => Ok(()),
        }
    }

    /// Takes note of steps through the parts of values.
    pub(super) fn spend_steps(&self, steps: usize) -> Result<(), EvalError> {
        self.all_steps.set(self.all_steps.get().saturating_add(steps));
        self.has_steps_left()?;
        self.spend(steps)
    }

    fn has_steps_left(&self) -> Result<(), EvalError> {
        if self.all_steps.get() <= ALL_STEPS_LIMIT {
            return Ok(());
        }
        Err(ForAll::Steps.error())
    }

    /// Takes note of bytes of a policy document that is to be merged into another.
    ///
    /// # Errors
    /// Where there are too many; what to say of it where they were not before.
    pub(super) fn merge_document(&self, bytes: usize) -> Result<(), Option<String>> {
        let before = self.merged.get();
        let merged = before.saturating_add(bytes);
        self.merged.set(merged);
        if merged <= MERGED_LIMIT {
            return Ok(());
        }
        let most = MERGED_LIMIT >> 20;
        let first = before <= MERGED_LIMIT;
        Err(first.then(|| format!("policy documents of more than {most} MiB in all are not merged into others")))
    }

    /// Takes note of a block that a `dynamic` block makes; false where there are too many.
    pub(super) fn add_block(&self) -> bool {
        self.blocks.set(self.blocks.get().saturating_add(1));
        self.blocks.get() <= BLOCK_LIMIT
    }

    /// Takes note of bytes of long texts.
    pub(super) fn spend_text(&self, bytes: usize) -> Result<(), EvalError> {
        let texts = self.texts.get().saturating_add(bytes);
        if texts > TEXT_LIMIT {
            return Err(ForAll::Texts.error());
        }
        self.texts.set(texts);
        Ok(())
    }
}
