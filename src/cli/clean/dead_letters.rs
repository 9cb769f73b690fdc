//! Pages that failed, kept with the cause so that they can be looked at and tried again.

use super::input::{Input, Source};
use super::page::{PageFailure, spool};
use anyhow::{Context, Result};
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
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
    Folder(PathBuf),
    Lines(File, PathBuf),
}

#[derive(Serialize)]
struct Letter<'a> {
    source: String,
    cause: String,
    rules_digest: &'a str,
    time: String,
    /// Name of the file beside this one; null when nothing could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_file: Option<Option<String>>,
}

impl DeadLetters {
    /// Opens them; a name that ends in `.jsonl` is a file, anything else a folder.
    pub fn open(path: &Path, rules_digest: &str) -> Result<Self> {
        let is_lines = !path.is_dir() && path.extension().is_some_and(|extension| extension == "jsonl");
        let folder = if is_lines { path.parent().unwrap_or(Path::new("")) } else { path };
        if !folder.as_os_str().is_empty() {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        let to = if is_lines {
            let file = OpenOptions::new().create(true).append(true).open(path).with_context(|| format!("cannot write to {}", path.display()))?;
            To::Lines(file, path.to_owned())
        } else {
            To::Folder(path.to_owned())
        };
        Ok(DeadLetters { to, rules_digest: rules_digest.to_owned() })
    }

    /// Keeps a page as it came, with the cause.
    pub fn keep(&mut self, input: &Input, failure: PageFailure) -> Result<()> {
        let mut letter =
            Letter { source: input.name(), cause: format!("{:#}", failure.cause), rules_digest: &self.rules_digest, time: now(), payload_file: None };
        let payload = payload(input, failure.stdin);
        match &mut self.to {
            To::Folder(folder) => keep_in(folder, input, &mut letter, payload),
            To::Lines(file, path) => append(file, &letter, payload).with_context(|| format!("cannot write to {}", path.display())),
        }
    }
}

/// The page's bytes as they are stored. None when they cannot be read: the letter itself still says what happened.
fn payload(input: &Input, stdin: Option<tempfile::SpooledTempFile>) -> Option<Box<dyn Read>> {
    match (&input.source, stdin) {
        (Source::Stdin, Some(mut kept)) => kept.rewind().is_ok().then(|| Box::new(kept) as Box<dyn Read>),
        (Source::File(path), _) if path.is_file() => File::open(path).ok().map(|file| Box::new(file) as Box<dyn Read>),
        _ => None,
    }
}

/// The letter's name is claimed first, so that no other run takes it; then the payload; then the letter is filled.
fn keep_in(folder: &Path, input: &Input, letter: &mut Letter<'_>, payload: Option<Box<dyn Read>>) -> Result<()> {
    let within = folder.join(&input.within);
    if let Some(parent) = within.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("cannot make the folder {}", parent.display()))?;
    }
    let (name, mut file) = claim(&within).with_context(|| format!("cannot write in {}", folder.display()))?;
    letter.payload_file = Some(None);
    if let Some(mut payload) = payload {
        let mut copy = File::create_new(&name).with_context(|| format!("cannot write {}", name.display()))?;
        io::copy(&mut payload, &mut copy).with_context(|| format!("cannot copy {} to {}", input.name(), name.display()))?;
        letter.payload_file = Some(name.file_name().map(|name| name.to_string_lossy().into_owned()));
    }
    let mut text = serde_json::to_vec_pretty(letter).context("cannot write the letter")?;
    text.push(b'\n');
    file.write_all(&text).with_context(|| format!("cannot write {}.json", name.display()))
}

/// A name that is free, with its `.json` opened: `page.html`, else `page-2.html` and so on.
fn claim(within: &Path) -> io::Result<(PathBuf, File)> {
    let stem = within.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let extension = within.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    let mut name = within.to_owned();
    for number in 2.. {
        let mut letter = name.as_os_str().to_owned();
        letter.push(".json");
        if name.symlink_metadata().is_err() {
            match File::create_new(&letter) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                opened => return opened.map(|file| (name, file)),
            }
        }
        name = within.with_file_name(format!("{stem}-{number}{extension}"));
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn append(file: &mut File, letter: &Letter<'_>, payload: Option<Box<dyn Read>>) -> Result<()> {
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
fn now() -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = SystemTime.format_time(&mut Writer::new(&mut text));
    text
}
