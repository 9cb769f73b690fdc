//! Hands out pages one by one, in the order of the inputs. Only one worker at a time is in here: it takes the bytes of the next page
//! out of its archive and cleans them elsewhere.

use super::input::{Input, Source};
use super::letters::{Came, Letters};
use super::outcome::spool;
use super::stages::Stages;
use super::standing::Standing;
use crate::cli::archive::members::Members;
use crate::cli::archive::{self, Document, Item, Lost, Opened, Origin, Position, Reading, Records};
use anyhow::{Context, Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
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

/// What is to be done.
pub enum Task {
    /// Clean this page, a whole input. What came from standard input is kept, if that was asked for.
    Page(Box<Members>, Kept),
    /// Report that the input cannot be read.
    Unreadable(Error),
    /// Clean this page of an archive.
    Document(Box<Document>),
    /// Only count what was passed over.
    Nothing,
}

/// A task, and what was passed over before it.
pub struct Work {
    /// Its place in the order of the run.
    pub number: u64,
    /// Where the page stands; without one, the input alone.
    pub standing: Standing,
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

/// Reads an input of many pages.
enum Reader {
    /// An archive.
    Records(Box<dyn Records>),
    /// Dead letters.
    Letters(Box<Letters>),
}

/// An input that was looked into.
enum Looked {
    /// One page.
    Page(Box<Members>),
    /// Many.
    Reader(Reader),
}

impl Reader {
    /// The next thing, and where it stands: of a letter, where it stood at first.
    fn next(&mut self, input: &Arc<Input>) -> Option<(Standing, Came)> {
        match self {
            Reader::Records(records) => records.next().map(|found| (Standing::at(input, found.place), Came::Item(found.item))),
            Reader::Letters(letters) => letters.next(input),
        }
    }

    fn position(&self) -> Position {
        match self {
            Reader::Records(records) => records.position(),
            Reader::Letters(letters) => letters.position(),
        }
    }

    fn go_to(&mut self, position: Position) -> Result<()> {
        match self {
            Reader::Records(records) => records.go_to(position),
            Reader::Letters(letters) => letters.go_to(position),
        }
    }

    fn stored_offset(&self) -> u64 {
        match self {
            Reader::Records(records) => records.stored_offset(),
            Reader::Letters(letters) => letters.stored_offset(),
        }
    }

    fn read_time(&self) -> Duration {
        match self {
            Reader::Records(records) => records.read_time(),
            Reader::Letters(_) => Duration::ZERO,
        }
    }
}

/// Hands out work.
pub struct Feed {
    inputs: Vec<Arc<Input>>,
    reading: Reading,
    /// The input in hand; it stands at `input`.
    reader: Option<Reader>,
    /// Looked into before the run began.
    first: Option<Result<Looked>>,
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
        Feed { inputs, reading, reader: None, first: None, kept, input: 0, number: 0, bytes_before: 0 }
    }

    /// Whether the first input is an archive: looks into it before its turn.
    pub fn begins_with_archive(&mut self) -> bool {
        let Some(input) = self.inputs.first() else { return false };
        let first = open(input, &self.reading, &self.kept);
        let is_archive = matches!(first, Ok(Looked::Reader(_)));
        self.first = Some(first);
        is_archive
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
        if let Looked::Reader(mut reader) = opened.with_context(|| format!("{}: cannot go on where the last run stopped", input.name()))? {
            reader.go_to(reached.position)?;
            self.reader = Some(reader);
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
        self.reader.as_ref().map(Reader::read_time).unwrap_or_default()
    }

    fn take(&mut self) -> Option<Work> {
        let mut others = BTreeMap::new();
        let (mut lost, mut lost_bytes) = (Vec::new(), 0);
        loop {
            let input = Arc::clone(self.inputs.get(self.input)?);
            let Some(reader) = &mut self.reader else {
                let opened = self.first.take().unwrap_or_else(|| open(&input, &self.reading, &self.kept));
                let task = match opened {
                    Ok(Looked::Reader(reader)) => {
                        self.reader = Some(reader);
                        continue;
                    }
                    Ok(Looked::Page(members)) => {
                        let kept = if input.source == Source::Stdin { self.kept.clone() } else { None };
                        Task::Page(members, kept)
                    }
                    Err(error) => Task::Unreadable(error),
                };
                self.end_input(&input);
                return Some(self.work(Standing::whole(&input), task, others, lost));
            };
            let came = reader.next(&input);
            let is_full = others.values().sum::<u64>() + lost.len() as u64 >= OTHERS_AT_ONCE;
            let whole = || Standing::whole(&input);
            let task = match came {
                None => {
                    self.reader = None;
                    self.end_input(&input);
                    Some((whole(), Task::Nothing))
                }
                Some((standing, Came::Page(members))) => Some((standing, Task::Page(members, None))),
                Some((standing, Came::Unreadable(cause))) => Some((standing, Task::Unreadable(cause))),
                Some((standing, Came::Item(Item::Document(document)))) => Some((standing, Task::Document(document))),
                Some((_, Came::Item(Item::Other(kind)))) => {
                    *others.entry(kind).or_default() += 1;
                    is_full.then(|| (whole(), Task::Nothing))
                }
                Some((standing, Came::Item(Item::Lost(item)))) => {
                    lost_bytes += item.payload.as_ref().map_or(0, Vec::len);
                    lost.push(Loss { standing, lost: item });
                    (is_full || lost_bytes >= LOST_BYTES).then(|| (whole(), Task::Nothing))
                }
            };
            if let Some((standing, task)) = task {
                return Some(self.work(standing, task, others, lost));
            }
        }
    }

    fn end_input(&mut self, input: &Input) {
        self.input += 1;
        self.bytes_before += input.stored_bytes().unwrap_or_default();
    }

    fn work(&mut self, standing: Standing, task: Task, others: BTreeMap<&'static str, u64>, lost: Vec<Loss>) -> Work {
        let number = self.number;
        self.number += 1;
        let (position, offset) = self.reader.as_ref().map(|reader| (reader.position(), reader.stored_offset())).unwrap_or_default();
        let reached = Reached { input: self.input, position };
        Work { number, standing, task, others, lost, reached, stored_bytes: self.bytes_before + offset, times: Stages::default() }
    }
}

/// Looks into an input.
fn open(input: &Input, reading: &Reading, kept: &Kept) -> Result<Looked> {
    let origin = match &input.source {
        Source::Unreadable(_, cause) => return Err(Error::msg(cause.clone())),
        Source::Stdin => match kept {
            Some(kept) => Origin::Stream(Box::new(Tee(Arc::clone(kept)))),
            None => Origin::Stream(Box::new(io::stdin())),
        },
        Source::Letters(path) => return Ok(Looked::Reader(Reader::Letters(Box::new(Letters::open(path, reading)?)))),
        Source::Kept(_, bytes) => Origin::Stream(Box::new(io::Cursor::new(Arc::clone(bytes)))),
        Source::File(path) => Origin::File(File::open(path).context("cannot open it")?),
    };
    let opened = archive::open(origin, input.path(), reading)?;
    if let (Opened::Records(_), Source::Stdin, Some(kept)) = (&opened, &input.source, kept) {
        // Only pages are kept whole; a record is kept by itself.
        kept.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
    Ok(match opened {
        Opened::Page(members) => Looked::Page(members),
        Opened::Records(records) => Looked::Reader(Reader::Records(records)),
    })
}
