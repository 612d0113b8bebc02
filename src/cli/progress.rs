//! How far a run is, on a terminal, where it takes long enough to wonder.
//!
//! The bar stands on standard error, and only there: reports are what they are without it. It is drawn by a thread of its
//! own, which sleeps until a run has lasted for [`PATIENCE`]; the work itself only counts.

use std::io::IsTerminal as _;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use supports_unicode::Stream;

/// Who waits for less than this does not wonder.
const PATIENCE: Duration = Duration::from_millis(700);
/// How often the bar moves.
const BEAT: Duration = Duration::from_millis(100);

/// The bar of one run. Dropping it leaves the terminal as it was.
pub(super) struct Progress {
    bar: ProgressBar,
    unicode: bool,
    drawing: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// A bar that shows itself in time, if one is wanted at all.
    pub(super) fn new(quiet: bool) -> Progress {
        let to_terminal = std::io::stderr().is_terminal();
        if !is_wanted(quiet, to_terminal, |name| std::env::var(name).ok()) {
            return Progress { bar: ProgressBar::hidden(), unicode: false, drawing: None };
        }
        Progress::drawn(ProgressDrawTarget::stderr(), PATIENCE, supports_unicode::on(Stream::Stderr))
    }

    /// A bar on this terminal after this time.
    fn drawn(target: ProgressDrawTarget, patience: Duration, unicode: bool) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        bar.set_style(style(false, unicode));
        let (end, ended) = channel::<()>();
        let shown = bar.clone();
        let draw = move || {
            if ended.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                shown.set_draw_target(target);
                shown.enable_steady_tick(BEAT);
                // Until the other end is dropped.
                let _ = ended.recv();
                shown.finish_and_clear();
            }
        };
        // Without a thread there is no bar, and nothing else is amiss.
        let thread = std::thread::Builder::new().name("progress".to_owned()).spawn(draw);
        Progress { bar, unicode, drawing: thread.ok().map(|thread| (end, thread)) }
    }

    /// Names what is being done, and in how many steps; fewer than two are not shown.
    pub(super) fn stage(&self, name: &'static str, steps: usize) {
        if self.drawing.is_some() {
            self.bar.set_style(style(steps > 1, self.unicode));
            self.bar.set_length(steps as u64);
            self.bar.set_position(0);
            self.bar.set_message(name);
        }
    }

    /// One step is done.
    pub(super) fn step(&self) {
        if self.drawing.is_some() {
            self.bar.inc(1);
        }
    }

    /// Takes the bar away: something else is going to be printed.
    pub(super) fn end(&mut self) {
        if let Some((end, thread)) = self.drawing.take() {
            drop(end);
            // A thread that could not draw has nothing to say.
            let _ = thread.join();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

/// Whether somebody looks on. Logs of CI servers are read later, even where they seem to be terminals.
fn is_wanted(quiet: bool, to_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let in_ci = variable("CI").is_some_and(|v| !v.is_empty() && v != "false");
    let dumb = variable("TERM").is_some_and(|term| term == "dumb");
    to_terminal && !quiet && !in_ci && !dumb
}

/// One line: what is done and, where steps are counted, how many of them are.
fn style(counted: bool, unicode: bool) -> ProgressStyle {
    let template = if counted { "{spinner} {msg} {pos}/{len} {wide_bar}" } else { "{spinner} {msg}" };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    match unicode {
        true => style.progress_chars("━╸─"),
        false => style.progress_chars("=> ").tick_chars("|/-\\ "),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Result;
    use std::sync::{Arc, Mutex};

    use indicatif::TermLike;

    use super::*;

    /// A terminal that remembers all that was written to it, and what is on its line.
    #[derive(Clone, Debug, Default)]
    struct Screen(Arc<Mutex<(String, String)>>);

    impl Screen {
        fn write(&self, text: &str) {
            let mut screen = self.0.lock().unwrap();
            screen.0 += text;
            screen.1 += text;
        }

        fn all(&self) -> String {
            self.0.lock().unwrap().0.clone()
        }

        fn line(&self) -> String {
            self.0.lock().unwrap().1.clone()
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            60
        }
        fn move_cursor_up(&self, _: usize) -> Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> Result<()> {
            self.write(text);
            self.write("\n");
            Ok(())
        }
        fn write_str(&self, text: &str) -> Result<()> {
            self.write(text);
            Ok(())
        }
        fn clear_line(&self) -> Result<()> {
            self.0.lock().unwrap().1.clear();
            Ok(())
        }
        fn flush(&self) -> Result<()> {
            Ok(())
        }
    }

    fn progress(screen: &Screen, patience: Duration) -> Progress {
        Progress::drawn(ProgressDrawTarget::term_like_with_hz(Box::new(screen.clone()), 100), patience, false)
    }

    #[track_caller]
    fn wait_for(screen: &Screen, text: &str) {
        let seen = || {
            (0..500).any(|_| {
                std::thread::sleep(Duration::from_millis(10));
                screen.all().contains(text)
            })
        };
        assert!(seen(), "{:?} does not have {text:?}", screen.all());
    }

    #[test]
    fn a_long_run_says_what_it_does_and_leaves_nothing() {
        let screen = Screen::default();
        let mut progress = progress(&screen, Duration::ZERO);
        progress.stage("reading files", 0);
        wait_for(&screen, "reading files");
        progress.stage("checking root modules", 3);
        progress.step();
        wait_for(&screen, "checking root modules 1/3 ");
        progress.end();
        assert_eq!(screen.line().trim(), "");
        assert!(!screen.all().contains('\n'), "{:?}", screen.all());
    }

    #[test]
    fn a_short_run_says_nothing() {
        let screen = Screen::default();
        let progress = progress(&screen, Duration::from_secs(60));
        progress.stage("checking root modules", 3);
        progress.step();
        drop(progress);
        assert_eq!(screen.all(), "");
    }

    #[test]
    fn only_those_who_look_on_see_it() {
        let check = |quiet, to_terminal, set: &[(&str, &str)], expected: bool| {
            let variable = |name: &str| set.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            assert_eq!(is_wanted(quiet, to_terminal, variable), expected, "{quiet} {to_terminal} {set:?}");
        };
        check(false, true, &[("TERM", "xterm")], true);
        check(false, false, &[], false);
        check(true, true, &[], false);
        check(false, true, &[("CI", "true")], false);
        check(false, true, &[("CI", "false")], true);
        check(false, true, &[("TERM", "dumb")], false);
    }
}
