//! Dead letters as an input: the pages that failed are tried again, each as if it were met where it first stood.

use super::dead_letters::{DocumentLetter, Letter};
use super::input::{Input, Source};
use super::place::Names;
use super::standing::Standing;
use crate::cli::archive::members::Members;
use crate::cli::archive::{self, Document, Item, LOST, Opened, Origin, Place, Position, Reading, kind_of};
use crate::config::OutputFormat;
use anyhow::{Context, Error, Result, bail};
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

/// Reads letters.
pub struct Letters {
    from: From,
    reading: Reading,
    number: u64,
    /// Names that pages have been given, by what they asked for and their source: letters of several runs may ask for the same one.
    named: HashMap<(PathBuf, String), PathBuf>,
    names: Names,
}

/// What a letter holds.
pub enum Came {
    /// A page that was a whole input.
    Page(Box<Members>),
    /// One that could not even be read, and cannot be read now.
    Unreadable(Error),
    /// What stood in an archive.
    Item(Item),
}

enum From {
    /// `.json` files, each with its payload beside it.
    Folder(Vec<PathBuf>),
    /// A line each.
    Lines(Box<Members>),
}

/// A line.
#[derive(Deserialize)]
struct LetterLine {
    #[serde(flatten)]
    letter: Letter,
    #[serde(default)]
    payload: Option<String>,
}

impl Letters {
    /// Finds them.
    pub fn open(path: &Path, reading: &Reading) -> Result<Self> {
        let from = if path.is_dir() {
            let files = WalkDir::new(path).sort_by_file_name().into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path);
            From::Folder(files.filter(|file| file.extension().is_some_and(|extension| extension == "json")).collect())
        } else {
            let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
            From::Lines(Box::new(Members::open(Origin::File(file), path).context("cannot read them")?))
        };
        Ok(Letters { from, reading: reading.clone(), number: 0, named: HashMap::new(), names: Names::default() })
    }

    /// The next letter and its payload; none at the end.
    fn letter(&mut self) -> Option<Result<(Letter, Option<Vec<u8>>)>> {
        match &mut self.from {
            From::Folder(files) => {
                let file = files.get(usize::try_from(self.number).ok()?)?;
                Some(read_file(file).with_context(|| format!("{}", file.display())))
            }
            From::Lines(members) => loop {
                let mut line = Vec::new();
                if let Err(error) = read_line(members, &mut line) {
                    return Some(Err(error));
                }
                if line.is_empty() {
                    return None;
                }
                if line.iter().all(u8::is_ascii_whitespace) {
                    continue;
                }
                return Some(of_line(&line));
            },
        }
    }

    /// A page that was a whole input is read once more as one.
    fn page(&self, input: &Input) -> Result<Box<Members>> {
        let origin = match &input.source {
            Source::Kept(_, bytes) => {
                let members = Members::open(Origin::Stream(Box::new(io::Cursor::new(Arc::clone(bytes)))), input.path());
                return members.map(Box::new).context("cannot read it");
            }
            _ => Origin::File(File::open(input.path()).context("the letter holds no page, and it cannot be opened")?),
        };
        match archive::open(origin, input.path(), &self.reading)? {
            Opened::Page(members) => Ok(members),
            Opened::Records(_) => bail!("the letter holds no page; it is an archive, to be cleaned itself"),
        }
    }

    fn document(&self, source: &str, known: DocumentLetter, payload: Option<Vec<u8>>) -> Document {
        let is_whole = known.kind != LOST && payload.as_ref().is_some_and(|payload| payload.len() as u64 == known.length);
        // Too long for the letter, or cut short: the archive may be at hand, and in order by now.
        let again = if is_whole { Ok(None) } else { self.read_again(source, &known).map(Some) };
        let (payload, damage) = match again {
            Ok(Some(document)) => return document,
            Ok(None) => (payload.unwrap_or_default(), None),
            // It fails again, under the name that it had.
            Err(error) => (payload.unwrap_or_default(), Some(format!("{error:#}"))),
        };
        let DocumentLetter { id, url, date, kind, form, length, .. } = known;
        Document { kind: kind_of(&kind), id, url, date, payload, length, form, damage, warning: None }
    }

    fn read_again(&self, source: &str, known: &DocumentLetter) -> Result<Document> {
        let path = Path::new(source);
        let file = File::open(path).context("the letter does not hold the whole page, and its archive cannot be opened")?;
        let Opened::Records(mut records) = archive::open(Origin::File(file), path, &self.reading)? else {
            bail!("its source is no archive any more");
        };
        records.go_to(known.position)?;
        let is_lost = known.kind == LOST;
        match records.next().map(|found| found.item) {
            Some(Item::Document(document)) if is_lost || document.url == known.url => Ok(*document),
            Some(Item::Lost(lost)) if is_lost => bail!("{}", lost.cause),
            Some(Item::Other(kind)) if is_lost => bail!("what can be read there now is a record that holds no page ({kind})"),
            _ => bail!("another record stands there now"),
        }
    }
}

fn read_file(path: &Path) -> Result<(Letter, Option<Vec<u8>>)> {
    let text = std::fs::read(path).context("cannot read it")?;
    let letter: Letter = serde_json::from_slice(&text).context("it is no letter")?;
    let payload = match &letter.payload_file {
        Some(Some(name)) => Some(std::fs::read(path.with_file_name(name)).with_context(|| format!("cannot read {name}"))?),
        _ => None,
    };
    Ok((letter, payload))
}

fn of_line(line: &[u8]) -> Result<(Letter, Option<Vec<u8>>)> {
    use base64::Engine;
    let LetterLine { letter, payload } = serde_json::from_slice(line).context("a line is no letter")?;
    let payload = payload.map(|payload| STANDARD.decode(payload).with_context(|| format!("{}: the payload is broken", letter.source))).transpose()?;
    Ok((letter, payload))
}

fn read_line(members: &mut Members, line: &mut Vec<u8>) -> Result<()> {
    loop {
        let have = match members.fill_to(1) {
            Ok(have) => have,
            Err(damage) => bail!("cannot read on: {}", damage.cause),
        };
        let end = memchr::memchr(b'\n', have).map(|at| at + 1);
        let take = end.unwrap_or(have.len());
        line.extend_from_slice(&have[..take]);
        members.consume(take);
        if end.is_some() || take == 0 {
            return Ok(());
        }
    }
}

impl Letters {
    /// The next page, and where it stood at first; none at the end. What is no letter stands in the letters themselves.
    pub fn next(&mut self, letters: &Arc<Input>) -> Option<(Standing, Came)> {
        let position = self.position();
        let letter = self.letter()?;
        self.number += 1;
        Some(match letter {
            Err(error) => (Standing::at(letters, Place::new(position, position.within)), Came::Item(Item::lost(format!("{error:#}")))),
            Ok((letter, payload)) => self.of_letter(letter, payload),
        })
    }

    fn of_letter(&mut self, mut letter: Letter, payload: Option<Vec<u8>>) -> (Standing, Came) {
        let mut input = self.input(&letter);
        let document = letter.document.take();
        match document {
            None => {
                if let Some(payload) = payload {
                    input.source = Source::Kept(letter.source.into(), payload.into());
                }
                let came = self.page(&input).map_or_else(Came::Unreadable, Came::Page);
                (Standing { input: Arc::new(input), place: None }, came)
            }
            Some(known) => {
                let place = known.place();
                let document = self.document(&letter.source, known, payload);
                (Standing { input: Arc::new(input), place: Some(place) }, Came::Item(Item::Document(Box::new(document))))
            }
        }
    }

    /// The input of a letter, with a name that no other source has.
    fn input(&mut self, letter: &Letter) -> Input {
        let mut input = letter.input();
        let asked = (input.stem(OutputFormat::Text), letter.source.clone());
        let name = match self.named.get(&asked) {
            Some(name) => name.clone(),
            None => self.names.distinct(&asked.0, ""),
        };
        if name != asked.0 {
            (input.own_stem, input.kept_stem) = (Some(name.clone()), Some(name.clone()));
        }
        self.named.insert(asked, name);
        input
    }

    /// Where the next letter begins.
    pub fn position(&self) -> Position {
        match &self.from {
            From::Folder(_) => Position { member: 0, within: self.number },
            From::Lines(members) => members.position(),
        }
    }

    /// Goes to where an earlier run stood: past letters whose names are taken.
    pub fn go_to(&mut self, position: Position) -> Result<()> {
        while self.position() != position {
            let Some(letter) = self.letter() else { bail!("the letters have changed") };
            self.number += 1;
            if let Ok((letter, _)) = letter {
                self.input(&letter);
            }
        }
        Ok(())
    }

    /// How many stored bytes are read.
    pub fn stored_offset(&self) -> u64 {
        match &self.from {
            From::Folder(_) => 0,
            From::Lines(members) => members.stored_offset(),
        }
    }
}
