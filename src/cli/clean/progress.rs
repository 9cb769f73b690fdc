//! How far a run is: a bar on a terminal, else a line every few seconds.

use super::tally::{Tally, size};
use crate::cli::console::Console;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal};
use std::time::Duration;

/// Without a terminal, a line this often.
pub const LINE_EVERY: Duration = Duration::from_secs(5);

/// So many stages are named while a run goes on.
const STAGES: usize = 3;

/// Shows how far the run is.
#[derive(Debug)]
pub enum Progress {
    /// On a terminal.
    Bar(ProgressBar),
    /// In a log file.
    Lines {
        /// Stored bytes in all, if they are known.
        of: Option<u64>,
    },
    /// For nobody.
    Silent,
}

impl Progress {
    /// A bar would be torn apart by pages on the same terminal. `bytes` are those of all inputs as they are stored.
    pub fn new(console: &Console, is_one_page: bool, bytes: Option<u64>, pages_go_to_stdout: bool) -> Self {
        if console.is_quiet() || is_one_page {
            return Progress::Silent;
        }
        if !io::stderr().is_terminal() {
            return Progress::Lines { of: bytes };
        }
        if pages_go_to_stdout && io::stdout().is_terminal() {
            return Progress::Silent;
        }
        let bar = bytes.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let template = match bytes {
            Some(_) => "{wide_bar} {bytes}/{total_bytes}  {msg}  eta {eta}",
            None => "{spinner} {bytes}  {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(250));
        Progress::Bar(bar)
    }

    /// A page is done.
    pub fn page(&self, tally: &Tally) {
        if let Progress::Bar(bar) = self {
            bar.set_position(tally.bytes_stored);
            let failed = if tally.failures > 0 { format!(", {} failed", tally.failures) } else { String::new() };
            let stages = stages(tally);
            bar.set_message(format!("{} pages, {:.0}/s{failed}{stages}", tally.pages, tally.pages as f64 / tally.seconds()));
        }
    }

    /// Some time went by.
    pub fn tick(&self, tally: &Tally, console: &Console) {
        if let Progress::Lines { of } = self {
            let (seconds, stored) = (tally.seconds(), tally.bytes_stored);
            let rate = tally.pages as f64 / seconds;
            let read = size((tally.bytes_in as f64 / seconds) as u64);
            let left = of.filter(|_| stored > 0).map(|of| seconds * (of.saturating_sub(stored) as f64 / stored as f64));
            let eta = left.map_or_else(|| "unknown".to_owned(), |left| HumanDuration(Duration::from_secs_f64(left.min(1e9))).to_string());
            let of = of.map(|of| format!(" of {}", size(of))).unwrap_or_default();
            console.note(&format!(
                "{} pages, {}{of}, {rate:.1} pages and {read} a second, {} failed, {eta} left{}",
                tally.pages,
                size(stored),
                tally.failures,
                stages(tally)
            ));
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

/// Where most of the time goes.
fn stages(tally: &Tally) -> String {
    let shares = tally.stages.shares();
    shares.iter().take(STAGES).map(|(stage, share)| format!(", {stage} {:.0} %", 100.0 * share)).collect()
}
