//! A run over all pages: each worker takes the next page, cleans it, and writes what has come to its turn. One bad page never stops it.
//!
//! No worker only reads or only writes, so one worker keeps one core busy and two keep two.

use super::commit::{Committer, Done};
use super::feed::{Feed, Task, Work};
use super::input::Source;
use super::interrupt::stop_on_interrupt;
use super::outcome::{Outcome, Piece, internal_error};
use super::output::{OutputFile, Overwrite};
use super::page::Cleaner;
use super::page_name::PageName;
use super::progress::LINE_EVERY;
use super::stages::Stages;
use super::standing::Standing;
use super::tally::Tally;
use crate::cli::console::{Console, is_broken_pipe};
use crate::cli::exit::Exit;
use anyhow::{Context, Error, Result};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// Cleaned pages that wait for an earlier one may take this much memory.
const WAITING_BYTES: usize = 64 << 20;
/// And there may be this many of them.
const WAITING: usize = 1024;
/// Pages larger than this are worked on one at a time: each takes several times its size.
const LARGE_BYTES: usize = 8 << 20;

/// Where pages that have their own place go.
#[derive(Clone, Debug)]
pub struct Places {
    /// Their folder, or the only one's file.
    pub output: PathBuf,
    /// Whether it is a file.
    pub is_file: bool,
    /// Files stand here until they are whole.
    pub waiting: Option<PathBuf>,
    /// What becomes of files that are there already.
    pub overwrite: Overwrite,
    /// Set when the run goes on with one that was broken off: files that are younger than this are its own.
    pub own_since: Option<SystemTime>,
}

/// All that a run needs.
pub struct Run {
    /// Where errors and the summary go.
    pub console: Console,
    /// Pages at once.
    pub jobs: usize,
    /// Cleans a page.
    pub cleaner: Arc<Cleaner>,
    /// Hands out pages.
    pub feed: Feed,
    /// Takes them.
    pub committer: Committer,
    /// Where each goes, when each has its own place.
    pub places: Option<Places>,
    /// Says nothing at the end: the only page went to standard output.
    pub is_one_to_stdout: bool,
}

/// What workers share.
struct Shared {
    cleaner: Arc<Cleaner>,
    places: Option<Places>,
    feed: Mutex<Feed>,
    turn: Mutex<Turn>,
    turned: Condvar,
    /// One large page at a time.
    large: Mutex<()>,
    stop: Arc<AtomicBool>,
}

/// Whose turn it is.
struct Turn {
    next: u64,
    waiting: BTreeMap<u64, (usize, Box<Done>)>,
    bytes: usize,
    /// None while a worker writes, and after an error.
    committer: Option<Box<Committer>>,
    has_failed: bool,
}

enum Message {
    Tick,
    /// A worker has nothing more to do.
    Over,
    Failed(Error),
}

impl Run {
    /// Cleans all pages.
    pub fn start(self) -> Result<Exit> {
        let Run { console, jobs, cleaner, feed, committer, places, is_one_to_stdout } = self;
        let (tally, progress) = (Arc::clone(&committer.tally), Arc::clone(&committer.progress));
        lock(&tally).begin();
        let stop = stop_on_interrupt(console)?;
        let inputs = feed.inputs().len();
        let turn = Turn { next: 0, waiting: BTreeMap::new(), bytes: 0, committer: Some(Box::new(committer)), has_failed: false };
        let shared = Arc::new(Shared {
            cleaner,
            places,
            feed: Mutex::new(feed),
            turn: Mutex::new(turn),
            turned: Condvar::new(),
            large: Mutex::new(()),
            stop: Arc::clone(&stop),
        });
        let (send, receive) = channel();
        for _ in 0..jobs.max(1) {
            let (shared, send) = (Arc::clone(&shared), send.clone());
            let work = move || {
                let ended = catch_unwind(AssertUnwindSafe(|| work(&shared))).unwrap_or_else(|_| Err(internal_error()));
                let _ = send.send(ended.map_or_else(Message::Failed, |()| Message::Over));
            };
            std::thread::Builder::new().name("page".into()).spawn(work).context("cannot start the workers")?;
        }
        std::thread::spawn(move || tick(&send));
        // Workers are not joined: one may wait for a standard input that nobody closes.
        let ended = wait(&receive, jobs.max(1), || progress.tick(&lock(&tally), &console));
        progress.finish();
        let committer = lock(&shared.turn).committer.take();
        let was_stopped = stop.load(Ordering::Relaxed);
        let ended = ended.and_then(|()| match committer {
            // What is there is put where the next run finds it.
            Some(mut committer) if was_stopped => committer.note(),
            Some(committer) => committer.finish(),
            None => Ok(()),
        });
        let tally = lock(&tally).clone();
        if let Err(error) = ended {
            if !is_broken_pipe(&error) {
                console.error(&format!("{error:#}"));
                return Ok(Exit::PagesFailed);
            }
        } else if !console.is_quiet() && !is_one_to_stdout {
            tally.show(&console);
        }
        if was_stopped {
            console.error(&format!("stopped by ctrl-c after {}", after(&tally, inputs)));
            return Ok(Exit::Interrupted);
        }
        Ok(exit_of(&tally))
    }
}

/// What the run's pages make of its exit code.
pub fn exit_of(tally: &Tally) -> Exit {
    match (tally.failures + tally.losses, tally.held) {
        (0, 0) => Exit::Ok,
        (0, _) => Exit::PagesHeld,
        _ => Exit::PagesFailed,
    }
}

/// How far a stopped run came.
fn after(tally: &Tally, inputs: usize) -> String {
    let pages = crate::cli::rule_loader::count(tally.pages as usize, "page");
    if tally.records.is_empty() { format!("{} of {}", tally.pages, crate::cli::rule_loader::count(inputs, "page")) } else { pages }
}

fn tick(send: &Sender<Message>) {
    loop {
        std::thread::sleep(LINE_EVERY);
        if send.send(Message::Tick).is_err() {
            break;
        }
    }
}

fn wait(receive: &Receiver<Message>, mut workers: usize, show: impl Fn()) -> Result<()> {
    while workers > 0 {
        match receive.recv() {
            Ok(Message::Tick) => show(),
            Ok(Message::Over) => workers -= 1,
            Ok(Message::Failed(error)) => return Err(error),
            Err(_) => break,
        }
    }
    Ok(())
}

/// What a worker does.
fn work(shared: &Shared) -> Result<()> {
    loop {
        let mut turn = lock(&shared.turn);
        while (turn.bytes > WAITING_BYTES || turn.waiting.len() > WAITING) && !turn.has_failed {
            turn = shared.turned.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
        let is_over = turn.has_failed || shared.stop.load(Ordering::Relaxed);
        drop(turn);
        if is_over {
            return Ok(());
        }
        let work = lock(&shared.feed).next();
        let Some(mut work) = work else { return Ok(()) };
        let mut times = Stages::default();
        let (name, outcome) = match std::mem::replace(&mut work.task, Task::Nothing) {
            Task::Page(members, kept) => {
                let name = PageName::of(&work.standing);
                let place = || shared.place(&work.standing, None);
                let outcome = guarded(|| shared.cleaner.page(&work.standing.input, *members, &kept, &name, &place, &mut times));
                (name, Some(outcome))
            }
            Task::Unreadable(cause) => {
                let name = PageName::of(&work.standing);
                let outcome = shared.cleaner.unreadable(&name, cause);
                (name, Some(outcome))
            }
            Task::Document(document) => {
                let name = PageName::of_document(&document, &work.standing);
                let place = || shared.place(&work.standing, document.url.as_deref());
                let large = (document.payload.len() > LARGE_BYTES).then(|| lock(&shared.large));
                let outcome = guarded(|| shared.cleaner.document(&document, &name, &place, &mut times));
                drop(large);
                work.task = Task::Document(document);
                (name, Some(outcome))
            }
            Task::Nothing => (PageName::default(), None),
        };
        shared.deliver(Done { work, name, outcome, times })?;
    }
}

/// A defect of ours fails its page only.
fn guarded(clean: impl FnOnce() -> Outcome) -> Outcome {
    catch_unwind(AssertUnwindSafe(clean)).unwrap_or_else(|_| Outcome::Failed(internal_error().into(), Piece::None))
}

impl Shared {
    /// Begins the file of a page, when each has its own.
    fn place(&self, standing: &Standing, url: Option<&str>) -> Result<Option<OutputFile>> {
        let Some(places) = &self.places else { return Ok(None) };
        let below = || standing.path(self.cleaner.emit, self.cleaner.origin.markup(standing.input.path()), url);
        let path = if places.is_file { places.output.clone() } else { places.output.join(below()) };
        let modified = path.metadata().and_then(|metadata| metadata.modified()).ok();
        let is_own = places.own_since.zip(modified).is_some_and(|(since, modified)| modified >= since);
        let overwrite = if is_own { Overwrite::Allowed } else { places.overwrite };
        OutputFile::create(&path, overwrite, places.waiting.as_deref()).map(Some)
    }

    /// Hands in a page; whoever hands in the one whose turn it is writes all that follow it.
    fn deliver(&self, done: Done) -> Result<()> {
        let memory = match &done.outcome {
            Some(Outcome::Cleaned { piece, .. } | Outcome::Failed(_, piece)) => piece.memory(),
            _ => 0,
        };
        let lost: usize = done.work.lost.iter().filter_map(|loss| loss.lost.payload.as_ref()).map(Vec::len).sum();
        let memory = memory + lost + held_by(&done.work);
        let mut turn = lock(&self.turn);
        turn.bytes += memory;
        turn.waiting.insert(done.work.number, (memory, Box::new(done)));
        loop {
            let next = turn.next;
            if turn.has_failed || !turn.waiting.contains_key(&next) {
                return Ok(());
            }
            let Some(mut committer) = turn.committer.take() else { return Ok(()) };
            let Some((memory, done)) = turn.waiting.remove(&next) else { return Ok(()) };
            drop(turn);
            let committed = committer.commit(*done);
            turn = lock(&self.turn);
            turn.bytes -= memory;
            turn.next += 1;
            turn.has_failed = committed.is_err();
            turn.committer = Some(committer);
            self.turned.notify_all();
            committed?;
        }
    }
}

/// Memory that the page itself takes until its turn comes.
fn held_by(work: &Work) -> usize {
    match (&work.task, &work.standing.input.source) {
        (Task::Document(document), _) => document.payload.len(),
        (_, Source::Kept(_, bytes)) => bytes.len(),
        _ => 0,
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
