//! How far a run is: a bar on a terminal, else a line every few seconds.

use super::tally::{Tally, size};
use crate::cli::console::Console;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal};
use std::time::Duration;

/// Without a terminal, a line this often.
pub const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows how far the run is.
#[derive(Debug)]
pub enum Progress {
    /// On a terminal.
    Bar(ProgressBar),
    /// In a log file.
    Lines {
        /// Pages in all.
        of: u64,
    },
    /// For nobody.
    Silent,
}

impl Progress {
    /// A bar would be torn apart by pages on the same terminal.
    pub fn new(console: &Console, pages: u64, pages_go_to_stdout: bool) -> Self {
        if console.is_quiet() || pages < 2 {
            return Progress::Silent;
        }
        if !io::stderr().is_terminal() {
            return Progress::Lines { of: pages };
        }
        if pages_go_to_stdout && io::stdout().is_terminal() {
            return Progress::Silent;
        }
        let bar = ProgressBar::new(pages);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} pages  {per_sec}  eta {eta}  {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(250));
        Progress::Bar(bar)
    }

    /// A page is done.
    pub fn page(&self, tally: &Tally) {
        if let Progress::Bar(bar) = self {
            bar.set_position(tally.pages);
            if tally.failures > 0 {
                bar.set_message(format!("{} failed", tally.failures));
            }
        }
    }

    /// Some time went by.
    pub fn tick(&self, tally: &Tally, console: &Console) {
        if let Progress::Lines { of } = self {
            let rate = tally.pages as f64 / tally.seconds();
            let left = Duration::from_secs_f64((of.saturating_sub(tally.pages) as f64 / rate.max(0.001)).min(1e9));
            let eta = if tally.pages == 0 { "unknown".to_owned() } else { HumanDuration(left).to_string() };
            let read = size((tally.bytes_in as f64 / tally.seconds()) as u64);
            console.note(&format!("{} of {of} pages, {rate:.1} pages and {read} a second, {} failed, {eta} left", tally.pages, tally.failures));
        }
    }

    /// Says something without tearing the bar.
    pub fn around(&self, say: impl FnOnce()) {
        match self {
            Progress::Bar(bar) => bar.suspend(say),
            _ => say(),
        }
    }

    /// The run is over.
    pub fn finish(&self) {
        if let Progress::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
