//! The table of `--verbose`: how long each stage took and by how much it raised the memory. It goes to standard error,
//! so that reports stay what they are.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::output;
use crate::clock::{Clock, Stage, peak_memory};

/// What stages are called; the parts of the check are indented.
fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Find => "find files",
        Stage::Read => "read files",
        Stage::Parse => "parse",
        Stage::Load => "load modules",
        Stage::Prepare => "prepare rules",
        Stage::Check => "check roots",
        Stage::Evaluate => "  evaluate",
        Stage::Infra => "  infra",
        Stage::Rules => "  rules",
        Stage::Report => "report",
    }
}

/// Prints the table of a run that began at `start`, where the clock was on.
pub(super) fn show(clock: &Clock, start: Instant) {
    if clock.is_on() {
        output::complain(&table(clock, start.elapsed(), peak_memory(), rayon::current_num_threads()));
    }
}

fn table(clock: &Clock, total: Duration, peak: Option<u64>, threads: usize) -> String {
    let mut text = row("stage", "on the clock", "of all threads", "peak memory");
    for stage in Stage::ALL {
        let measured = clock.measured(stage);
        let growth = peak.filter(|_| !measured.wall.is_zero()).map(|_| format!("+{}", megabytes(measured.growth)));
        let growth = growth.unwrap_or_default();
        text += &row(name(stage), &milliseconds(measured.wall), &milliseconds(measured.threads), &growth);
    }
    text += &row("total", &milliseconds(total), "", &peak.map(megabytes).unwrap_or_default());
    let _ = writeln!(
        text,
        "threads: {threads}; parts of `check roots` run side by side, so that only their threads' time is known"
    );
    text
}

fn row(stage: &str, wall: &str, threads: &str, memory: &str) -> String {
    format!("{stage:<14} {wall:>12} {threads:>15} {memory:>12}").trim_end().to_owned() + "\n"
}

fn milliseconds(time: Duration) -> String {
    if time.is_zero() { String::new() } else { format!("{:.1} ms", time.as_secs_f64() * 1e3) }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let clock = Clock::on();
        clock.add(Stage::Rules, Duration::from_micros(1500));
        let text = table(&clock, Duration::from_millis(20), Some(12_345_678), 2);
        let expected = [
            "stage          on the clock  of all threads  peak memory",
            "  rules                              1.5 ms",
            "total               20.0 ms                      12.3 MB",
        ];
        let lines: Vec<&str> = text.lines().collect();
        for line in expected {
            assert!(lines.contains(&line), "{line}\n{text}");
        }
    }
}
