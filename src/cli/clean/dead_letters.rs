//! Pages that failed, kept with the cause so that they can be looked at and tried again.

use super::feed::Loss;
use super::input::{Input, Source, stays_below};
use super::outcome::{PageFailure, spool};
use super::page_name::PageName;
use super::standing::{Standing, mark_in_path};
use crate::cli::archive::{Document, Form, LOST, Place, Position};
use anyhow::{Context, Result};
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};

/// Where failed pages go. Letters of earlier runs stay.
#[derive(Debug)]
pub struct DeadLetters {
    to: To,
    rules_digest: String,
}

#[derive(Debug)]
enum To {
    Folder(PathBuf, Taken),
    Lines(File, PathBuf),
}

/// Names that many letters ask for, with the number to try next.
type Taken = HashMap<PathBuf, u32>;

/// What is known of a page that failed.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Letter {
    /// File or stream that it came from.
    pub source: String,
    /// Its input's path within the folder that was searched.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub within: String,
    /// The input's name below an output folder, where it is not the one of `within`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stem: Option<String>,
    /// The same where pages keep their extensions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_stem: Option<String>,
    /// Why it failed.
    pub cause: String,
    /// SHA-256 of the rule set, hexadecimal.
    pub rules_digest: String,
    /// When: RFC 3339, UTC.
    pub time: String,
    /// What is known of it when it comes from an archive.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentLetter>,
    /// Name of the file beside this one; null when nothing could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload_file: Option<Option<String>>,
}

/// A page of an archive.
#[derive(Debug, Serialize, Deserialize)]
pub struct DocumentLetter {
    /// Its place, as messages give it.
    pub offset: u64,
    /// Its place, as its reader knows it.
    pub position: Position,
    /// Tells it from all others of its entry or archive; letters of earlier versions have the offset alone.
    #[serde(default)]
    pub mark: String,
    /// File within the archive.
    pub entry: Option<String>,
    /// Whether that is an archive itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_nested: bool,
    /// Its identifier.
    pub id: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// When it was fetched.
    pub date: Option<String>,
    /// Kind of its record.
    pub kind: String,
    /// How the payload is to be read.
    pub form: Form,
    /// Size of the whole payload; the letter may hold less of it.
    pub length: u64,
}

impl Letter {
    /// The input that the page came from.
    pub fn input(&self) -> Input {
        let source = PathBuf::from(&self.source);
        let within = match self.within.as_str() {
            "" => source.file_name().map_or_else(|| PathBuf::from("page"), PathBuf::from),
            within => within.into(),
        };
        let [own_stem, kept_stem] = [&self.stem, &self.kept_stem].map(|stem| stem.as_ref().map(PathBuf::from).filter(|stem| stays_below(stem)));
        Input { own_stem, kept_stem, ..Input::file(source, Some(within)) }
    }
}

impl DocumentLetter {
    fn new(place: &Place, kind: &str, form: Form, length: u64) -> Self {
        let Place { position, offset, mark, entry, is_nested } = place.clone();
        DocumentLetter { offset, position, mark, entry, is_nested, id: None, url: None, date: None, kind: kind.to_owned(), form, length }
    }

    /// Where it stands in its input.
    pub fn place(&self) -> Place {
        let mark = if self.mark.is_empty() { self.offset.to_string() } else { self.mark.clone() };
        Place { position: self.position, offset: self.offset, mark, entry: self.entry.clone(), is_nested: self.is_nested }
    }
}

/// A page as it came.
pub struct Dead<'a> {
    /// Where it stands.
    pub standing: &'a Standing,
    /// How it is called.
    pub name: &'a PageName,
    /// When it comes from an archive.
    pub document: Option<&'a Document>,
}

/// Whether letters of this name are lines of a file, not files of a folder.
pub fn is_lines(path: &Path) -> bool {
    !path.is_dir() && path.extension().is_some_and(|extension| extension == "jsonl")
}

impl DeadLetters {
    /// Opens them; a name that ends in `.jsonl` is a file, anything else a folder. A run that goes on cuts the file back to `length`.
    pub fn open(path: &Path, rules_digest: &str, length: Option<u64>) -> Result<Self> {
        let is_lines = is_lines(path);
        let folder = if is_lines { path.parent().unwrap_or(Path::new("")) } else { path };
        if !folder.as_os_str().is_empty() {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        let to = if is_lines {
            let open = || -> io::Result<File> {
                // Not for appending only: a line that was broken off by the end of an earlier run goes.
                let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
                if let Some(length) = length.filter(|length| file.metadata().is_ok_and(|metadata| *length <= metadata.len())) {
                    file.set_len(length)?;
                }
                file.seek(SeekFrom::End(0))?;
                Ok(file)
            };
            To::Lines(open().with_context(|| format!("cannot write to {}", path.display()))?, path.to_owned())
        } else {
            To::Folder(path.to_owned(), Taken::new())
        };
        Ok(DeadLetters { to, rules_digest: rules_digest.to_owned() })
    }

    /// The file's length, if it is one.
    pub fn length(&self) -> Option<u64> {
        match &self.to {
            To::Folder(..) => None,
            To::Lines(file, _) => file.metadata().ok().map(|metadata| metadata.len()),
        }
    }

    /// Keeps a page as it came, with the cause.
    pub fn keep(&mut self, dead: &Dead<'_>, failure: PageFailure) -> Result<()> {
        let document = dead.document.zip(dead.standing.place.as_ref()).map(|(document, place)| DocumentLetter {
            id: document.id.clone(),
            url: document.url.clone(),
            date: document.date.clone(),
            ..DocumentLetter::new(place, document.kind, document.form.clone(), document.length)
        });
        let payload: Option<Box<dyn Read + '_>> = match dead.document {
            // A part of a giant is of no use to anybody: the archive has it.
            Some(document) if (document.payload.len() as u64) < document.length && document.damage.is_none() => None,
            Some(document) => Some(Box::new(document.payload.as_slice())),
            None => payload(&dead.standing.input, failure.stdin),
        };
        self.put(dead.standing, dead.name, format!("{:#}", failure.cause), document, payload)
    }

    /// Keeps what is left of something that could not be read.
    pub fn keep_lost(&mut self, name: &PageName, loss: &Loss) -> Result<()> {
        let payload = loss.lost.payload.as_deref();
        let length = payload.map_or(0, <[u8]>::len) as u64;
        let document = loss.standing.place.as_ref().map(|place| DocumentLetter::new(place, LOST, Form::Body(None), length));
        let payload = payload.map(|payload| Box::new(payload) as Box<dyn Read + '_>);
        self.put(&loss.standing, name, loss.lost.cause.clone(), document, payload)
    }

    fn put(
        &mut self,
        standing: &Standing,
        name: &PageName,
        cause: String,
        document: Option<DocumentLetter>,
        payload: Option<Box<dyn Read + '_>>,
    ) -> Result<()> {
        let (source, rules_digest) = (name.source.clone(), self.rules_digest.clone());
        let input = &standing.input;
        let to = match &standing.place {
            None => input.within.clone(),
            // A payload is what stands between the archive's headers, so its name is not the archive's.
            Some(place) => {
                let name = input.within.file_name().unwrap_or_default().to_string_lossy();
                input.within.with_file_name(format!("{name}@{}.payload", mark_in_path(place)))
            }
        };
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        let (within, [stem, kept_stem]) = (text(&input.within), [&input.own_stem, &input.kept_stem].map(|stem| stem.as_ref().map(text)));
        let mut letter = Letter { source, within, stem, kept_stem, cause, rules_digest, time: now(), document, payload_file: None };
        match &mut self.to {
            To::Folder(folder, taken) => {
                let replaces = letter.document.is_some();
                keep_in(folder, &to, name, &mut letter, payload, (!replaces).then_some(taken))
            }
            To::Lines(file, path) => append(file, &letter, payload).with_context(|| format!("cannot write to {}", path.display())),
        }
    }
}

/// The page's bytes as they are stored. None when they cannot be read: the letter itself still says what happened.
fn payload(input: &Input, stdin: Option<tempfile::SpooledTempFile>) -> Option<Box<dyn Read>> {
    match (&input.source, stdin) {
        (Source::Stdin, Some(mut kept)) => kept.rewind().is_ok().then(|| Box::new(kept) as Box<dyn Read>),
        (Source::Kept(_, bytes), _) => Some(Box::new(io::Cursor::new(std::sync::Arc::clone(bytes)))),
        (Source::File(path), _) if path.is_file() => File::open(path).ok().map(|file| Box::new(file) as Box<dyn Read>),
        _ => None,
    }
}

/// The letter's name is claimed first, so that no other run takes it; then the payload; then the letter is filled.
fn keep_in(
    folder: &Path,
    within: &Path,
    name: &PageName,
    letter: &mut Letter,
    payload: Option<Box<dyn Read + '_>>,
    taken: Option<&mut Taken>,
) -> Result<()> {
    let within = folder.join(within);
    if let Some(parent) = within.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("cannot make the folder {}", parent.display()))?;
    }
    let (path, mut file) = claim(&within, letter, taken).with_context(|| format!("cannot write in {}", folder.display()))?;
    letter.payload_file = Some(None);
    if let Some(mut payload) = payload {
        let mut copy = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        io::copy(&mut payload, &mut copy).with_context(|| format!("cannot copy {name} to {}", path.display()))?;
        letter.payload_file = Some(path.file_name().map(|name| name.to_string_lossy().into_owned()));
    }
    let mut text = serde_json::to_vec_pretty(letter).context("cannot write the letter")?;
    text.push(b'\n');
    file.write_all(&text).with_context(|| format!("cannot write {}.json", path.display()))
}

/// A name that is free, with its `.json` opened: `page.html`, else `page-2.html` and so on.
/// Without `taken`, a letter of the same record that failed under the same rules is written anew: a run that goes on meets pages twice.
fn claim(within: &Path, letter: &Letter, mut taken: Option<&mut Taken>) -> io::Result<(PathBuf, File)> {
    let stem = within.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let extension = within.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    let first = taken.as_ref().and_then(|taken| taken.get(within)).copied().unwrap_or(1);
    for number in first.. {
        let name = if number == 1 { within.to_owned() } else { within.with_file_name(format!("{stem}-{number}{extension}")) };
        let mut letter_name = name.as_os_str().to_owned();
        letter_name.push(".json");
        if taken.is_none() && is_same(Path::new(&letter_name), letter) {
            return File::create(&letter_name).map(|file| (name, file));
        }
        if name.symlink_metadata().is_err() {
            match File::create_new(&letter_name) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                opened => {
                    if let Some(taken) = taken.as_mut().filter(|_| number > 1) {
                        taken.insert(within.to_owned(), number.saturating_add(1));
                    }
                    return opened.map(|file| (name, file));
                }
            }
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Whether a letter there is about the same record. One that was broken off while it was written is.
fn is_same(path: &Path, letter: &Letter) -> bool {
    let Ok(text) = std::fs::read(path) else { return false };
    let Ok(there) = serde_json::from_slice::<Letter>(&text) else { return text.is_empty() };
    let place = |letter: &Letter| letter.document.as_ref().map(|document| (document.offset, document.position));
    there.source == letter.source && there.rules_digest == letter.rules_digest && place(&there) == place(letter)
}

fn append(file: &mut File, letter: &Letter, payload: Option<Box<dyn Read + '_>>) -> Result<()> {
    // Put together elsewhere: the file only ever gets whole lines.
    let mut line = spool();
    // The payload is the last field, encoded while it is read: it may be larger than memory.
    let letter = serde_json::to_string(letter)?;
    let open = letter.strip_suffix('}').unwrap_or(&letter);
    match payload {
        None => writeln!(line, "{open},\"payload\":null}}")?,
        Some(mut payload) => {
            write!(line, "{open},\"payload\":\"")?;
            let mut encoder = base64::write::EncoderWriter::new(&mut line, &STANDARD);
            io::copy(&mut payload, &mut encoder)?;
            encoder.finish()?;
            drop(encoder);
            line.write_all(b"\"}\n")?;
        }
    }
    line.rewind()?;
    io::copy(&mut line, file)?;
    Ok(())
}

/// RFC 3339, UTC.
pub fn now() -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = SystemTime.format_time(&mut Writer::new(&mut text));
    text
}
