//! A run over all pages: bounded work in flight, outputs in order, one bad page never stops it.

use super::dead_letters::DeadLetters;
use super::input::Input;
use super::output::{OutputFile, Overwrite};
use super::page::{Cleaner, PageFailure, spool};
use super::place::Destination;
use super::progress::{LINE_EVERY, Progress};
use super::tally::Tally;
use crate::cli::console::{Console, is_broken_pipe};
use crate::cli::exit::Exit;
use crate::cli::rule_loader::count;
use anyhow::{Context, Result, anyhow};
use futures::{StreamExt, stream};
use naqi::emit::EmitFormat;
use naqi::moderate::Verdict;
use naqi::report::PageReport;
use serde::Serialize;
use serde_json::json;
use std::io::{self, BufWriter, Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::SpooledTempFile;

/// Pages that wait for an earlier one, for each worker.
const AHEAD: usize = 4;

/// All that a run needs besides its pages.
#[derive(Debug)]
pub struct Run {
    /// Where errors and the summary go.
    pub console: Console,
    /// Pages at once.
    pub jobs: usize,
    /// A line for each page.
    pub report: Option<OutputFile>,
    /// Where failed pages go.
    pub dead_letters: Option<DeadLetters>,
    /// Where pages go that rules hold back.
    pub quarantine: Option<DeadLetters>,
    /// Cleans a page.
    pub cleaner: Arc<Cleaner>,
    /// Where the pages go.
    pub destination: Destination,
    /// What becomes of files that are there already.
    pub overwrite: Overwrite,
}

/// What became of a page.
enum Outcome {
    /// It is where it belongs, or waits here for its turn.
    Cleaned(Box<PageReport>, Option<SpooledTempFile>),
    Failed(PageFailure),
    /// The run was stopped before it began.
    Skipped,
}

/// Where ordered outputs go.
enum Sink {
    Stdout,
    File(OutputFile),
    /// Every page has its own place.
    None,
}

impl Run {
    /// Cleans all pages; with `streams` the only page goes to standard output as it comes.
    pub fn start(mut self, inputs: Vec<Input>, streams: bool) -> Result<Exit> {
        let sink = match &self.destination {
            Destination::Stdout => Sink::Stdout,
            Destination::OneFile(path) => Sink::File(OutputFile::create(path, self.overwrite).context("-o")?),
            Destination::Files(_) => Sink::None,
        };
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).max_blocking_threads(self.jobs.max(1)).enable_all().build().context("cannot start the workers")?;
        let stop = Arc::new(AtomicBool::new(false));
        runtime.spawn(wait_for_interrupts(Arc::clone(&stop), self.console));
        let mut tally = Tally::new();
        let all = inputs.len();
        let one_to_stdout = all == 1 && self.destination == Destination::Stdout;
        let ended = runtime.block_on(async {
            if streams { self.stream(inputs, &stop, &mut tally).await } else { self.drive(inputs, sink, &stop, &mut tally).await }
        });
        // What is left of it reads a standard input that nobody closes.
        runtime.shutdown_background();
        let ended = ended.and_then(|()| self.report.take().map_or(Ok(()), OutputFile::keep));
        if let Err(error) = ended {
            if !is_broken_pipe(&error) {
                self.console.error(&format!("{error:#}"));
                return Ok(Exit::PagesFailed);
            }
        } else if !self.console.is_quiet() && !one_to_stdout {
            tally.show(&self.console);
        }
        if stop.load(Ordering::Relaxed) {
            self.console.error(&format!("stopped by ctrl-c after {} of {}", tally.pages, count(all, "page")));
            return Ok(Exit::Interrupted);
        }
        Ok(match (tally.failures, tally.held) {
            (0, 0) => Exit::Ok,
            (0, _) => Exit::PagesHeld,
            _ => Exit::PagesFailed,
        })
    }

    /// One page, written as it comes: memory stays bounded, and what was written before a failure cannot be taken back.
    async fn stream(&mut self, inputs: Vec<Input>, stop: &AtomicBool, tally: &mut Tally) -> Result<()> {
        for input in inputs.into_iter().take_while(|_| !stop.load(Ordering::Relaxed)) {
            let (cleaner, page) = (Arc::clone(&self.cleaner), input.clone());
            let task = tokio::task::spawn_blocking(move || {
                let mut out = Counted { to: io::stdout().lock(), written: 0 };
                let cleaned = cleaner.clean(&page, &mut out).and_then(|report| {
                    out.flush().context("cannot write to standard output")?;
                    Ok(report)
                });
                cleaned.map_err(|failure| match out.written {
                    0 => failure,
                    _ => PageFailure { cause: failure.cause.context("what standard output has of it is not the whole page"), ..failure },
                })
            });
            let outcome = match task.await {
                Ok(Ok(report)) => Outcome::Cleaned(Box::new(report), None),
                Ok(Err(failure)) if is_broken_pipe(&failure.cause) => return Err(failure.cause),
                Ok(Err(failure)) => Outcome::Failed(failure),
                Err(_) => Outcome::Failed(internal_error().into()),
            };
            self.settle(&input, outcome, &mut Sink::None, &Progress::Silent, tally)?;
        }
        Ok(())
    }

    async fn drive(&mut self, inputs: Vec<Input>, mut sink: Sink, stop: &Arc<AtomicBool>, tally: &mut Tally) -> Result<()> {
        let progress = Progress::new(&self.console, inputs.len() as u64, matches!(sink, Sink::Stdout));
        let places: Vec<Option<PathBuf>> = match &self.destination {
            Destination::Files(places) => places.iter().cloned().map(Some).collect(),
            _ => vec![None; inputs.len()],
        };
        let is_ordered = !matches!(sink, Sink::None);
        let pages = stream::iter(inputs.into_iter().zip(places)).take_while(|_| std::future::ready(!stop.load(Ordering::Relaxed)));
        let (cleaner, overwrite) = (Arc::clone(&self.cleaner), self.overwrite);
        let pages = pages.map(|(input, place)| {
            let (cleaner, page, stop) = (Arc::clone(&cleaner), input.clone(), Arc::clone(stop));
            async move {
                let task = tokio::task::spawn_blocking(move || match stop.load(Ordering::Relaxed) {
                    true => Outcome::Skipped,
                    false => clean(&cleaner, &page, place, overwrite).unwrap_or_else(Outcome::Failed),
                });
                (input, task.await.unwrap_or_else(|_| Outcome::Failed(internal_error().into())))
            }
        });
        let ahead = self.jobs.max(1) * AHEAD;
        let mut pages = if is_ordered { pages.buffered(ahead).boxed() } else { pages.buffer_unordered(ahead).boxed() };
        let mut clock = tokio::time::interval_at(tokio::time::Instant::now() + LINE_EVERY, LINE_EVERY);
        let ended = loop {
            tokio::select! {
                _ = clock.tick() => progress.tick(tally, &self.console),
                page = pages.next() => match page {
                    None => break Ok(()),
                    Some((input, outcome)) => {
                        if let Err(error) = self.settle(&input, outcome, &mut sink, &progress, tally) {
                            break Err(error);
                        }
                    }
                },
            }
        };
        if ended.is_err() {
            // Nobody wants the rest; what is being worked on ends in its own time and leaves nothing behind.
            let _ = tokio::time::timeout(LINE_EVERY, pages.for_each(|_| std::future::ready(()))).await;
        }
        progress.finish();
        ended?;
        match sink {
            Sink::Stdout => io::stdout().lock().flush().context("cannot write to standard output"),
            Sink::File(file) => file.keep(),
            Sink::None => Ok(()),
        }
    }

    /// Writes what waited for its turn, and everything that is said of a page.
    fn settle(&mut self, input: &Input, outcome: Outcome, sink: &mut Sink, progress: &Progress, tally: &mut Tally) -> Result<()> {
        match outcome {
            Outcome::Skipped => return Ok(()),
            Outcome::Cleaned(report, waiting) => {
                tally.cleaned(&report);
                let counts = &report.counts;
                tracing::info!(page = input.name(), bytes_in = counts.bytes_in, bytes_out = counts.bytes_out, removals = counts.removals, "cleaned");
                if let Some(mut waiting) = waiting {
                    sink.write(|out| Ok(io::copy(&mut waiting, out).map(drop)?))?;
                }
                self.report(input, &*report)?;
            }
            Outcome::Failed(failure) => {
                if failure.held.is_some() {
                    tally.held()
                } else {
                    tally.failed()
                }
                let cause = format!("{:#}", failure.cause);
                tracing::info!(page = input.name(), held = failure.held.is_some(), "not published");
                progress.around(|| self.console.error(&format!("{}: {cause}", input.name())));
                if self.cleaner.settings.emit == EmitFormat::Jsonl {
                    sink.write(|out| self.cleaner.write_failure(input, &failure, out))?;
                }
                match &failure.held {
                    Some(report) => self.report(input, &**report)?,
                    None => self.report(input, &json!({ "error": cause }))?,
                }
                // What is dropped is kept nowhere; what is held back goes where it is asked for, or to the failed pages.
                let verdict = failure.held.as_ref().map(|report| report.verdict);
                let letters = match verdict {
                    Some(Verdict::Drop) => &mut None,
                    Some(_) if self.quarantine.is_some() => &mut self.quarantine,
                    _ => &mut self.dead_letters,
                };
                let kept = letters.as_mut().map_or(Ok(()), |letters| letters.keep(input, failure));
                if let Err(error) = kept {
                    progress.around(|| self.console.error(&format!("--dead-letters: {}: {error:#}", input.name())));
                }
            }
        }
        progress.page(tally);
        Ok(())
    }

    fn report(&mut self, input: &Input, page: &impl Serialize) -> Result<()> {
        let Some(file) = &mut self.report else { return Ok(()) };
        let mut out = BufWriter::new(file);
        // Not through a `Value`: a page may have a million removals.
        serde_json::to_writer(&mut out, &ReportLine { source: input.name(), page }).context("cannot write the report")?;
        out.write_all(b"\n").and_then(|()| out.flush()).context("cannot write the report")
    }
}

/// The decisions on a page, or its error, with its name.
#[derive(Serialize)]
struct ReportLine<'a, T> {
    source: String,
    #[serde(flatten)]
    page: &'a T,
}

/// Cleans a page into its own place, or to where it waits for its turn.
fn clean(cleaner: &Cleaner, input: &Input, place: Option<PathBuf>, overwrite: Overwrite) -> Result<Outcome, PageFailure> {
    let Some(place) = place else {
        let mut waiting = spool();
        let report = cleaner.clean(input, &mut waiting)?;
        waiting.rewind().context("cannot read back what waits for its turn")?;
        return Ok(Outcome::Cleaned(Box::new(report), Some(waiting)));
    };
    let mut file = OutputFile::create(&place, overwrite)?;
    match cleaner.clean(input, &mut file) {
        Ok(report) => {
            file.keep()?;
            Ok(Outcome::Cleaned(Box::new(report), None))
        }
        Err(failure) => {
            if cleaner.settings.emit == EmitFormat::Jsonl {
                // A record is written in one piece, so nothing of the page is in the file yet.
                cleaner.write_failure(input, &failure, &mut file)?;
                file.keep()?;
            }
            Err(failure)
        }
    }
}

/// The first Ctrl-C lets pages in hand come to their end, the second does not.
async fn wait_for_interrupts(stop: Arc<AtomicBool>, console: Console) {
    if tokio::signal::ctrl_c().await.is_ok() {
        stop.store(true, Ordering::Relaxed);
        console.note("finishing the pages in hand; ctrl-c again to abort");
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(Exit::Interrupted as i32);
        }
    }
}

/// The panic's own message may quote the page; its place is on standard error already.
fn internal_error() -> anyhow::Error {
    anyhow!("internal error; this is a defect of naqi")
}

impl Sink {
    fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        match self {
            Sink::Stdout => write(&mut io::stdout().lock()).context("cannot write to standard output"),
            Sink::File(file) => write(file).context("cannot write to the file given with -o"),
            Sink::None => Ok(()),
        }
    }
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
