//! One page that is written as it is read.

use super::commit::Done;
use super::feed::Task;
use super::interrupt::stop_on_interrupt;
use super::outcome::{Held, Outcome, PageFailure, Piece, internal_error, is_held_back};
use super::page::keep_rest;
use super::page_name::PageName;
use super::run::{Run, exit_of};
use super::stages::Stages;
use super::tally::Facts;
use crate::cli::console::is_broken_pipe;
use crate::cli::exit::Exit;
use anyhow::{Context, Result};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// One page, written as it comes: memory stays bounded, and what was written before a failure cannot be taken back.
pub fn stream(run: Run) -> Result<Exit> {
    let Run { console, cleaner, mut feed, mut committer, .. } = run;
    let stop = stop_on_interrupt(console)?;
    committer.tally.lock().unwrap_or_else(PoisonError::into_inner).begin();
    while let Some(mut work) = feed.next() {
        let name = PageName::of(&work.standing);
        let outcome = match std::mem::replace(&mut work.task, Task::Nothing) {
            Task::Page(mut members, kept) => {
                let mut out = Counted { to: io::stdout().lock(), written: 0 };
                let cleaned = catch_unwind(AssertUnwindSafe(|| cleaner.stream(&work.standing.input, &mut *members, &mut out)))
                    .unwrap_or_else(|_| Err(internal_error()));
                let cleaned = cleaned.and_then(|report| out.flush().context("cannot write to standard output").map(|()| report));
                match cleaned {
                    // Nothing of it is out: the library holds its output when rules may do this.
                    Ok(report) if is_held_back(&report) => {
                        let failure = PageFailure::of_held(Held { report, facts: Facts::default() });
                        Outcome::Failed(PageFailure { stdin: keep_rest(&kept), ..failure }, Piece::None)
                    }
                    Ok(report) => {
                        let (report, facts) = (Box::new(report), Facts::default());
                        Outcome::Cleaned { report, piece: Piece::None, facts, warning: None, fingerprint: None }.warned(members.trailing())
                    }
                    Err(cause) if is_broken_pipe(&cause) => return Ok(Exit::Ok),
                    Err(cause) => {
                        let cause = if out.written > 0 { cause.context("what standard output has of it is not the whole page") } else { cause };
                        Outcome::Failed(PageFailure { cause, stdin: keep_rest(&kept), held: None }, Piece::None)
                    }
                }
            }
            Task::Unreadable(cause) => Outcome::Failed(cause.into(), Piece::None),
            Task::Document(_) | Task::Nothing => continue,
        };
        committer.commit(Done { work, name, outcome: Some(outcome), times: Stages::default() })?;
    }
    let exit = exit_of(&committer.tally.lock().unwrap_or_else(PoisonError::into_inner));
    committer.finish()?;
    if stop.load(Ordering::Relaxed) {
        return Ok(Exit::Interrupted);
    }
    Ok(exit)
}

/// Knows how much went through.
struct Counted<W> {
    to: W,
    written: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.to.write(bytes)?;
        self.written += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
