//! Hands out pages one by one, in the order of the inputs. Only one worker at a time is in here: it takes the bytes of the next page
//! out of its archive and cleans them elsewhere.

use super::input::{Input, Source};
use super::letters::Letters;
use super::outcome::spool;
use super::stages::Stages;
use crate::cli::archive::members::Members;
use crate::cli::archive::{self, Document, Found, Item, Lost, Opened, Origin, Position, Reading, Records};
use anyhow::{Context, Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempfile::SpooledTempFile;

/// Records without a page are handed on, counted, after this many at the latest.
const OTHERS_AT_ONCE: u64 = 4096;
/// So is what could not be read, when as much of it is kept.
const LOST_BYTES: usize = 1 << 20;

/// How far a run is: everything before this is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// Inputs that are done.
    pub input: usize,
    /// Where the next record of the one after them begins.
    pub position: Position,
}

/// Something that could not be read.
#[derive(Clone, Debug)]
pub struct Loss {
    /// Where it stands.
    pub standing: Standing,
    /// What was wrong, and what there is of it.
    pub lost: Lost,
}

/// Where a record stands in its archive.
#[derive(Clone, Debug)]
pub struct Standing {
    /// To find it again.
    pub position: Position,
    /// To show it.
    pub offset: u64,
    /// File within the archive.
    pub entry: Option<String>,
}

/// What is to be done.
pub enum Task {
    /// Clean this page, a whole input. What came from standard input is kept, if that was asked for.
    Page(Box<Members>, Kept),
    /// Report that the input cannot be read.
    Unreadable(Error),
    /// Clean this page of an archive.
    Document(Box<Document>, Standing),
    /// Only count what was passed over.
    Nothing,
}

/// A task, and what was passed over before it.
pub struct Work {
    /// Its place in the order of the run.
    pub number: u64,
    /// Where it comes from.
    pub input: Arc<Input>,
    /// Where a page that is a whole input goes, when each has its own place.
    pub place: Option<PathBuf>,
    /// What is to be done.
    pub task: Task,
    /// Records without a page, by kind.
    pub others: BTreeMap<&'static str, u64>,
    /// What could not be read.
    pub lost: Vec<Loss>,
    /// How far the run is when this is done.
    pub reached: Reached,
    /// Stored bytes read so far.
    pub stored_bytes: u64,
    /// What taking it out of its archive took.
    pub times: Stages,
}

/// A copy of what was read from standard input.
pub type Kept = Option<Arc<Mutex<Option<SpooledTempFile>>>>;

/// Copies what is read.
struct Tee(Arc<Mutex<Option<SpooledTempFile>>>);

impl Read for Tee {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = io::stdin().read(into)?;
        if let Some(kept) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            kept.write_all(&into[..length])?;
        }
        Ok(length)
    }
}

/// Hands out work.
pub struct Feed {
    inputs: Vec<Arc<Input>>,
    places: Option<Vec<PathBuf>>,
    reading: Reading,
    /// The input in hand; it stands at `input`.
    records: Option<Box<dyn Records>>,
    /// Looked into before the run began.
    first: Option<Result<Opened>>,
    /// Holds the page that standard input turned out to be.
    kept: Kept,
    input: usize,
    number: u64,
    bytes_before: u64,
}

impl Feed {
    /// Over all inputs.
    pub fn new(inputs: Vec<Input>, reading: Reading, keep_stdin: bool) -> Self {
        let inputs = inputs.into_iter().map(Arc::new).collect();
        let kept = keep_stdin.then(|| Arc::new(Mutex::new(Some(spool()))));
        Feed { inputs, places: None, reading, records: None, first: None, kept, input: 0, number: 0, bytes_before: 0 }
    }

    /// Whether the first input is an archive: looks into it before its turn.
    pub fn begins_with_archive(&mut self) -> bool {
        let Some(input) = self.inputs.first() else { return false };
        let first = open(input, &self.reading, &self.kept);
        let is_archive = matches!(first, Ok(Opened::Records(_)));
        self.first = Some(first);
        is_archive
    }

    /// Where pages that are whole inputs go, one for each input.
    pub fn set_places(&mut self, places: Vec<PathBuf>) {
        self.places = Some(places);
    }

    /// All inputs.
    pub fn inputs(&self) -> &[Arc<Input>] {
        &self.inputs
    }

    /// Goes on where an earlier run stopped.
    pub fn go_to(&mut self, reached: Reached) -> Result<()> {
        for input in self.inputs.iter().take(reached.input) {
            self.bytes_before += input.stored_bytes().unwrap_or_default();
            self.first = None;
        }
        self.input = reached.input;
        if reached.position == Position::default() {
            return Ok(());
        }
        let Some(input) = self.inputs.get(self.input) else { return Ok(()) };
        let opened = self.first.take().unwrap_or_else(|| open(input, &self.reading, &self.kept));
        if let Opened::Records(mut records) = opened.with_context(|| format!("{}: cannot go on where the last run stopped", input.name()))? {
            records.go_to(reached.position)?;
            self.records = Some(records);
        }
        Ok(())
    }

    /// The next task; none when all is handed out.
    pub fn next(&mut self) -> Option<Work> {
        let (begun, before) = (Instant::now(), self.read_time());
        let mut work = self.take()?;
        // A reader that was opened since began to count at nothing.
        let read = self.read_time();
        work.times.read = read.checked_sub(before).unwrap_or(read);
        work.times.unpack = begun.elapsed().saturating_sub(work.times.read);
        Some(work)
    }

    fn read_time(&self) -> Duration {
        self.records.as_ref().map(|records| records.read_time()).unwrap_or_default()
    }

    fn take(&mut self) -> Option<Work> {
        let mut others = BTreeMap::new();
        let (mut lost, mut lost_bytes) = (Vec::new(), 0);
        loop {
            let input = Arc::clone(self.inputs.get(self.input)?);
            let Some(records) = &mut self.records else {
                let opened = self.first.take().unwrap_or_else(|| open(&input, &self.reading, &self.kept));
                let task = match opened {
                    Ok(Opened::Records(records)) => {
                        self.records = Some(records);
                        continue;
                    }
                    Ok(Opened::Page(members)) => {
                        let kept = if input.source == Source::Stdin { self.kept.clone() } else { None };
                        Task::Page(members, kept)
                    }
                    Err(error) => Task::Unreadable(error),
                };
                let place = self.places.as_mut().and_then(|places| places.get_mut(self.input).map(std::mem::take));
                self.end_input(&input);
                return Some(self.work(input, place, task, others, lost));
            };
            let found = records.next();
            let is_full = others.values().sum::<u64>() + lost.len() as u64 >= OTHERS_AT_ONCE;
            let task = match found {
                None => {
                    self.records = None;
                    self.end_input(&input);
                    Some(Task::Nothing)
                }
                Some(Found { item: Item::Document(document), position, offset, entry }) => {
                    Some(Task::Document(document, Standing { position, offset, entry }))
                }
                Some(Found { item: Item::Other(kind), .. }) => {
                    *others.entry(kind).or_default() += 1;
                    is_full.then_some(Task::Nothing)
                }
                Some(Found { item: Item::Lost(item), position, offset, entry }) => {
                    lost_bytes += item.payload.as_ref().map_or(0, Vec::len);
                    lost.push(Loss { standing: Standing { position, offset, entry }, lost: item });
                    (is_full || lost_bytes >= LOST_BYTES).then_some(Task::Nothing)
                }
            };
            if let Some(task) = task {
                return Some(self.work(input, None, task, others, lost));
            }
        }
    }

    fn end_input(&mut self, input: &Input) {
        self.input += 1;
        self.bytes_before += input.stored_bytes().unwrap_or_default();
    }

    fn work(&mut self, input: Arc<Input>, place: Option<PathBuf>, task: Task, others: BTreeMap<&'static str, u64>, lost: Vec<Loss>) -> Work {
        let number = self.number;
        self.number += 1;
        let (position, offset) = self.records.as_ref().map(|records| (records.position(), records.stored_offset())).unwrap_or_default();
        let reached = Reached { input: self.input, position };
        Work { number, input, place, task, others, lost, reached, stored_bytes: self.bytes_before + offset, times: Stages::default() }
    }
}

/// Looks into an input.
fn open(input: &Input, reading: &Reading, kept: &Kept) -> Result<Opened> {
    let origin = match &input.source {
        Source::Unreadable(_, cause) => return Err(Error::msg(cause.clone())),
        Source::Stdin => match kept {
            Some(kept) => Origin::Stream(Box::new(Tee(Arc::clone(kept)))),
            None => Origin::Stream(Box::new(io::stdin())),
        },
        Source::Letters(path) => return Ok(Opened::Records(Box::new(Letters::open(path, reading)?))),
        Source::File(path) => Origin::File(File::open(path).context("cannot open it")?),
    };
    let opened = archive::open(origin, input.path(), reading)?;
    if let (Opened::Records(_), Source::Stdin, Some(kept)) = (&opened, &input.source, kept) {
        // Only pages are kept whole; a record is kept by itself.
        kept.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
    Ok(opened)
}
