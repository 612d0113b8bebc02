//! How long the stages of a run take and how much memory they need. Knows nothing of what they do.
//!
//! A [`Clock`] that is off, as it is unless somebody asks, measures nothing and costs nothing.

mod memory;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub use memory::peak_memory;

/// The stages of a run, in the order of the data flow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// Folders are searched for files.
    Find,
    /// Files are read.
    Read,
    /// Texts become syntax trees.
    Parse,
    /// Syntax trees become modules, and modules a tree of calls.
    Load,
    /// Settings are resolved and rules chosen.
    Prepare,
    /// Roots are judged: the three stages below, one root after the other on each thread.
    Check,
    /// Expressions become values.
    Evaluate,
    /// Instances are put in order, and their references become edges.
    Infra,
    /// Rules look at instances.
    Rules,
    /// Findings become a report, and the report is written.
    Report,
}

impl Stage {
    /// All of them.
    pub const ALL: [Stage; 10] = [
        Stage::Find,
        Stage::Read,
        Stage::Parse,
        Stage::Load,
        Stage::Prepare,
        Stage::Check,
        Stage::Evaluate,
        Stage::Infra,
        Stage::Rules,
        Stage::Report,
    ];
}

/// What was measured of a stage.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Measured {
    /// What passed on the clock while it ran; zero for the parts of [`Stage::Check`], which run side by side.
    pub wall: Duration,
    /// What all threads together spent in it; zero where it runs on one.
    pub threads: Duration,
    /// By how many bytes the most memory that the process ever held grew meanwhile.
    pub growth: u64,
}

/// Measures the stages of one run, from all its threads.
#[derive(Clone, Default, Debug)]
pub struct Clock(Option<Arc<Mutex<[Measured; Stage::ALL.len()]>>>);

impl Clock {
    /// A clock that measures.
    pub fn on() -> Clock {
        Clock(Some(Arc::default()))
    }

    /// Whether it measures.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Does the work of a stage, or of a part of it, while no other stage runs.
    pub fn stage<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        if !self.is_on() {
            return work();
        }
        let (start, before) = (Instant::now(), peak_memory());
        let result = work();
        let (wall, after) = (start.elapsed(), peak_memory());
        self.change(stage, |measured| {
            measured.wall += wall;
            measured.growth += after.zip(before).map_or(0, |(after, before)| after.saturating_sub(before));
        });
        result
    }

    /// Does a part of the work of a stage on one of the threads that share it.
    pub fn part<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        if !self.is_on() {
            return work();
        }
        let start = Instant::now();
        let result = work();
        self.add(stage, start.elapsed());
        result
    }

    /// Counts time that threads spent in a stage.
    pub fn add(&self, stage: Stage, spent: Duration) {
        self.change(stage, |measured| measured.threads += spent);
    }

    /// What was measured of a stage so far.
    pub fn measured(&self, stage: Stage) -> Measured {
        let measured = self.0.as_ref().map(|all| all.lock().unwrap_or_else(PoisonError::into_inner)[stage as usize]);
        measured.unwrap_or_default()
    }

    fn change(&self, stage: Stage, change: impl FnOnce(&mut Measured)) {
        if let Some(all) = &self.0 {
            change(&mut all.lock().unwrap_or_else(PoisonError::into_inner)[stage as usize]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_is_done_where_it_is_on() {
        let clock = Clock::on();
        assert_eq!(clock.stage(Stage::Read, || 7), 7);
        clock.add(Stage::Read, Duration::from_secs(1));
        clock.add(Stage::Read, Duration::from_secs(2));
        assert_eq!(clock.measured(Stage::Read).threads, Duration::from_secs(3));
        assert!(!clock.measured(Stage::Read).wall.is_zero());
        assert_eq!(clock.measured(Stage::Parse), Measured::default());
    }

    #[test]
    fn does_the_work_where_it_is_off() {
        let clock = Clock::default();
        assert_eq!(clock.stage(Stage::Read, || clock.part(Stage::Read, || 7)), 7);
        assert_eq!(clock.measured(Stage::Read), Measured::default());
    }

    #[test]
    fn stages_stand_at_their_places() {
        assert!(Stage::ALL.iter().enumerate().all(|(at, stage)| *stage as usize == at));
    }
}
