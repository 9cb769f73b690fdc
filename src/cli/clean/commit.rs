//! What follows a page once its turn has come: its output, everything that is said of it, and the journal.

use super::dead_letters::{Dead, DeadLetters};
use super::duplicates::Duplicates;
use super::feed::{Reached, Task, Work};
use super::growing::GrowingFile;
use super::journal::{Entry, Journal};
use super::outcome::{Outcome, PageFailure, Piece};
use super::output::OutputFile;
use super::page_name::PageName;
use super::placed::Placed;
use super::progress::Progress;
use super::rows::Rows;
use super::shards::{ShardMark, Shards};
use super::stages::Stages;
use super::standard_output::StandardOutput;
use super::tally::Tally;
use crate::cli::console::Console;
use anyhow::{Context, Result};
use naqi::moderate::Verdict;
use serde::Serialize;
use serde_json::json;
use std::io::{self, BufWriter, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Where ordered outputs go.
pub enum Sink {
    /// Standard output.
    Stdout(StandardOutput),
    /// One file or several, each record as it is.
    Shards(Shards),
    /// Parquet.
    Rows(Box<Rows>),
    /// Every page has its own place; they are listed when there is a journal.
    Places(Option<Placed>),
}

/// A page that has been worked on.
pub struct Done {
    /// What it was.
    pub work: Work,
    /// How it is called.
    pub name: PageName,
    /// What became of it; none when there was no page.
    pub outcome: Option<Outcome>,
    /// What cleaning it took.
    pub times: Stages,
}

/// Takes pages in their order.
pub struct Committer {
    /// Where errors go.
    pub console: Console,
    /// Shows how far the run is.
    pub progress: Arc<Progress>,
    /// Sums.
    pub tally: Arc<Mutex<Tally>>,
    /// Where outputs go.
    pub sink: Sink,
    /// Where decisions go, a line for each page.
    pub report: Option<GrowingFile>,
    /// Where failed pages go.
    pub letters: Option<DeadLetters>,
    /// Where pages go that rules hold back.
    pub quarantine: Option<DeadLetters>,
    /// What came before.
    pub duplicates: Option<Duplicates>,
    /// How far the run is.
    pub journal: Option<Journal>,
    /// How far it is as far as it is known here.
    pub reached: Reached,
}

/// The decisions on a page, or its error, with its name.
#[derive(Serialize)]
struct ReportLine<'a, T> {
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<&'a str>,
    #[serde(flatten)]
    page: &'a T,
}

impl Committer {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A page's turn.
    pub fn commit(&mut self, done: Done) -> Result<()> {
        let begun = Instant::now();
        let committed = self.take_turn(done);
        self.tally().stages.write += begun.elapsed();
        committed
    }

    fn take_turn(&mut self, done: Done) -> Result<()> {
        let Done { work, name, outcome, times } = done;
        self.tally().passed_over(&work);
        self.tally().stages.add(&times);
        for loss in &work.lost {
            let place = PageName::of(&loss.standing);
            self.progress.around(|| self.console.error(&format!("{place}: {}", loss.lost.cause)));
            self.report(&place, &json!({ "lost": loss.lost.cause }))?;
            if let Some(Err(error)) = self.letters.as_mut().map(|letters| letters.keep_lost(&place, loss)) {
                self.progress.around(|| self.console.error(&format!("--dead-letters: {place}: {error:#}")));
            }
        }
        if let Task::Document(document) = &work.task {
            self.tally().record(document.kind);
        }
        match outcome {
            None => {}
            Some(Outcome::Passed(reason)) => self.not_wanted(&name, reason)?,
            Some(Outcome::Cleaned { report, piece, facts, warning, fingerprint }) => {
                if let Some(warning) = warning {
                    self.progress.around(|| self.console.note(&format!("{name}: {warning}")));
                }
                let is_double = match (&mut self.duplicates, fingerprint) {
                    (Some(duplicates), Some(fingerprint)) => duplicates.is_one(fingerprint)?,
                    _ => false,
                };
                if is_double {
                    self.not_wanted(&name, "duplicate")?;
                } else {
                    let counts = &report.counts;
                    tracing::info!(page = %name, bytes_in = counts.bytes_in, bytes_out = counts.bytes_out, removals = counts.removals, "cleaned");
                    match piece {
                        // A place that is taken is this page's failure, not the run's.
                        Piece::File(file) => match self.keep(file) {
                            Ok(()) => {}
                            Err(error) => return self.failed(&work, &name, error.into(), Piece::None).and_then(|()| self.end(&work)),
                        },
                        piece => self.write(piece)?,
                    }
                    self.tally().cleaned(&report, &facts);
                    self.report(&name, &*report)?;
                }
            }
            Some(Outcome::Failed(failure, piece)) => self.failed(&work, &name, failure, piece)?,
        }
        self.end(&work)
    }

    fn end(&mut self, work: &Work) -> Result<()> {
        self.reached = work.reached;
        self.progress.page(&self.tally());
        if self.journal.as_ref().is_some_and(Journal::is_due) || self.must_note() { self.note() } else { Ok(()) }
    }

    fn not_wanted(&mut self, name: &PageName, reason: &str) -> Result<()> {
        self.tally().not_wanted(reason);
        self.report(name, &json!({ "not_wanted": reason }))
    }

    fn failed(&mut self, work: &Work, name: &PageName, failure: PageFailure, piece: Piece) -> Result<()> {
        let cause = format!("{:#}", failure.cause);
        match &failure.held {
            Some(held) => self.tally().held(&held.report, &held.facts),
            None => self.tally().failed(&cause),
        }
        tracing::info!(page = %name, held = failure.held.is_some(), "not published");
        self.progress.around(|| self.console.error(&format!("{name}: {cause}")));
        self.write(piece)?;
        match &failure.held {
            Some(held) => self.report(name, &held.report)?,
            None => self.report(name, &json!({ "error": cause }))?,
        }
        let document = match &work.task {
            Task::Document(document) => Some(&**document),
            _ => None,
        };
        let dead = Dead { standing: &work.standing, name, document };
        // What is dropped is kept nowhere; what is held back goes where it is asked for, or to the failed pages.
        let (letters, option) = match failure.held.as_ref().map(|held| held.report.verdict) {
            Some(Verdict::Drop) => return Ok(()),
            Some(_) if self.quarantine.is_some() => (&mut self.quarantine, "--quarantine"),
            _ => (&mut self.letters, "--dead-letters"),
        };
        if let Some(Err(error)) = letters.as_mut().map(|letters| letters.keep(&dead, failure)) {
            self.progress.around(|| self.console.error(&format!("{option}: {name}: {error:#}")));
        }
        Ok(())
    }

    fn write(&mut self, piece: Piece) -> Result<()> {
        match (piece, &mut self.sink) {
            (Piece::None, _) => Ok(()),
            (Piece::Row(record), Sink::Rows(rows)) => rows.write(*record),
            (Piece::Bytes(bytes), Sink::Shards(shards)) => shards.write(&bytes),
            (Piece::Spooled(mut spooled), Sink::Shards(shards)) => {
                let mut bytes = Vec::new();
                io::Read::read_to_end(&mut spooled, &mut bytes).context("cannot read back what waits for its turn")?;
                shards.write(&bytes)
            }
            (Piece::Bytes(bytes), Sink::Stdout(out)) => out.write(&bytes),
            (Piece::Bytes(bytes), _) => io::stdout().lock().write_all(&bytes).context("cannot write to standard output"),
            (Piece::Spooled(mut spooled), _) => io::copy(&mut spooled, &mut io::stdout().lock()).map(drop).context("cannot write to standard output"),
            (Piece::File(file), _) => self.keep(file),
            // `Cleaner` makes rows for rows only.
            (Piece::Row(_), _) => Ok(()),
        }
    }

    /// Puts a page in its place, which is listed before: whenever the run is killed, nothing of it is forgotten.
    fn keep(&mut self, file: OutputFile) -> Result<()> {
        if let Sink::Places(Some(placed)) = &mut self.sink {
            placed.add(file.path())?;
        }
        file.keep()
    }

    fn report(&mut self, name: &PageName, page: &impl Serialize) -> Result<()> {
        let Some(file) = &mut self.report else { return Ok(()) };
        let mut out = BufWriter::new(file);
        // Not through a `Value`: a page may have a million removals.
        let line = ReportLine { source: &name.source, offset: name.offset, entry: name.entry.as_deref(), page };
        serde_json::to_writer(&mut out, &line).context("cannot write the report")?;
        out.write_all(b"\n").and_then(|()| out.flush()).context("cannot write the report")
    }

    /// A shard has ended: another one may end only when that is noted.
    fn must_note(&self) -> bool {
        self.journal.is_some()
            && match &self.sink {
                Sink::Rows(rows) => rows.is_between(),
                Sink::Shards(shards) => shards.has_ended(),
                _ => false,
            }
    }

    /// Writes down that the run begins: letters that are there already are those of earlier runs.
    pub fn note_beginning(&mut self) -> Result<()> {
        if self.journal.is_none() || self.reached != Reached::default() {
            return Ok(());
        }
        let mark = match &mut self.sink {
            Sink::Shards(shards) => shards.mark()?,
            Sink::Rows(rows) => rows.claim().map(|()| ShardMark::default())?,
            Sink::Stdout(_) | Sink::Places(_) => ShardMark::default(),
        };
        self.note_at(mark)
    }

    /// Writes down how far the run is.
    pub fn note(&mut self) -> Result<()> {
        if let Sink::Stdout(out) = &mut self.sink {
            out.write_waiting()?;
        }
        if self.journal.is_none() {
            return Ok(());
        }
        let shards = match &mut self.sink {
            Sink::Shards(shards) => shards.mark()?,
            Sink::Rows(rows) => match rows.mark()? {
                Some(mark) => mark,
                // Within a shard there is nothing to go on from.
                None => return Ok(()),
            },
            Sink::Stdout(_) | Sink::Places(_) => ShardMark::default(),
        };
        self.note_at(shards)
    }

    fn note_at(&mut self, shards: ShardMark) -> Result<()> {
        if let Some(report) = &self.report {
            report.sync()?;
        }
        let fingerprints = self.duplicates.as_mut().map(Duplicates::mark).transpose()?.unwrap_or_default();
        let entry = Entry {
            reached: self.reached,
            shards,
            output: match &self.sink {
                Sink::Shards(shards) => Some(shards.name()),
                Sink::Rows(rows) => Some(rows.name()),
                Sink::Stdout(_) | Sink::Places(_) => None,
            },
            letters: self.letters.as_ref().and_then(DeadLetters::length),
            quarantine: self.quarantine.as_ref().and_then(DeadLetters::length),
            report: self.report.as_ref().map(GrowingFile::length),
            fingerprints,
            tally: self.tally().noted(),
            ..Entry::default()
        };
        self.journal.as_mut().map_or(Ok(()), |journal| journal.write(entry))
    }

    /// All pages are done: outputs get their names.
    pub fn finish(self) -> Result<()> {
        match self.sink {
            Sink::Stdout(mut out) => out.write_waiting()?,
            Sink::Shards(shards) => shards.finish()?,
            Sink::Rows(rows) => rows.finish()?,
            Sink::Places(_) => {}
        }
        if let Some(report) = self.report {
            report.keep()?;
        }
        if let Some(journal) = self.journal {
            journal.remove();
        }
        Ok(())
    }
}
