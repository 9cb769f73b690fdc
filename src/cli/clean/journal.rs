//! How far a run is, written down so that another one can go on after this one is killed.
//!
//! Pages are written in the order in which they stand in the inputs, so one place in the inputs and one length for each output say
//! it all: everything before that place is in the outputs' first so many bytes, nothing after it is. A run that goes on cuts its
//! outputs back to these lengths and reads from that place.

use super::feed::Reached;
use super::shards::ShardMark;
use super::tally::Tally;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Name of the folder beside or within the output.
pub const FOLDER: &str = ".naqi";
const FILE: &str = "journal.json";
/// Grows when a journal of an older version cannot be gone on with.
const VERSION: u32 = 2;

/// What is written down.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Entry {
    /// Of this file's layout.
    pub version: u32,
    /// What the run was asked to do, as a digest.
    pub task: String,
    /// When the run began: seconds of the Unix epoch.
    pub begun: u64,
    /// How far it is.
    pub reached: Reached,
    /// The output's length.
    pub shards: ShardMark,
    /// The output's name, and whether that is split.
    pub output: Option<(PathBuf, bool)>,
    /// Length of the dead letters' file.
    pub letters: Option<u64>,
    /// Length of the quarantine's file.
    pub quarantine: Option<u64>,
    /// Length of the report.
    pub report: Option<u64>,
    /// Length of the list of fingerprints.
    pub fingerprints: u64,
    /// Sums so far.
    pub tally: Tally,
}

/// What an earlier run left.
#[derive(Debug)]
pub enum Last {
    /// Nothing.
    None,
    /// It was broken off, and is gone on with.
    GoOn(Box<Entry>),
    /// It was broken off, and what it wrote is not wanted.
    Discarded(Box<Entry>),
}

/// A journal that only this run has.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    _lock: File,
    task: String,
    begun: u64,
    every: Duration,
    written: Instant,
}

impl Journal {
    /// Opens the journal in `folder`, with what a run that was broken off noted last.
    pub fn open(folder: PathBuf, task: String, fresh: bool, every: Duration) -> Result<(Self, Last)> {
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let lock = File::create(folder.join("lock")).with_context(|| format!("cannot write in {}", folder.display()))?;
        if lock.try_lock().is_err() {
            bail!("another run is writing here; {} belongs to it", folder.display());
        }
        let path = folder.join(FILE);
        let mut last = Last::None;
        if let Ok(text) = std::fs::read(&path) {
            last = match serde_json::from_slice::<Entry>(&text) {
                Ok(entry) if fresh => Last::Discarded(Box::new(entry)),
                Ok(entry) if entry.version == VERSION && entry.task == task => Last::GoOn(Box::new(entry)),
                Err(_) if fresh => Last::None,
                Ok(_) => bail!("{}: the run that was broken off here had other inputs, options or rules; --fresh starts over", folder.display()),
                Err(error) => return Err(error).with_context(|| format!("cannot read {}; --fresh starts over", path.display())),
            };
        }
        if fresh {
            // Nobody may go on from there any more.
            let _ = std::fs::remove_file(&path);
        }
        let waiting = folder.join("waiting");
        let _ = std::fs::remove_dir_all(&waiting);
        std::fs::create_dir_all(&waiting).with_context(|| format!("cannot make the folder {}", waiting.display()))?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_secs());
        let begun = if let Last::GoOn(entry) = &last { entry.begun } else { now };
        Ok((Journal { folder, _lock: lock, task, begun, every, written: Instant::now() }, last))
    }

    /// Where files stand until they are whole.
    pub fn waiting(&self) -> PathBuf {
        self.folder.join("waiting")
    }

    /// Where fingerprints are listed.
    pub fn fingerprints(&self) -> PathBuf {
        self.folder.join("fingerprints")
    }

    /// Where row groups are listed.
    pub fn row_groups(&self) -> PathBuf {
        self.folder.join("row-groups")
    }

    /// Where files that have their own places are listed.
    pub fn placed(&self) -> PathBuf {
        self.folder.join("placed")
    }

    /// Whether it is time to write again.
    pub fn is_due(&self) -> bool {
        self.written.elapsed() >= self.every
    }

    /// Writes how far the run is.
    pub fn write(&mut self, entry: Entry) -> Result<()> {
        let entry = Entry { version: VERSION, task: self.task.clone(), begun: self.begun, ..entry };
        let (path, next) = (self.folder.join(FILE), self.folder.join("journal.next"));
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&next)?;
            serde_json::to_writer(&mut file, &entry)?;
            file.sync_data()?;
            std::fs::rename(&next, &path)
        };
        write().with_context(|| format!("cannot write {}", path.display()))?;
        self.written = Instant::now();
        Ok(())
    }

    /// The run is over: nothing is left to go on with.
    pub fn remove(self) {
        // What stays of it would only make the next run stop and ask.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Drop for Journal {
    /// A run that never began leaves nothing.
    fn drop(&mut self) {
        if !self.folder.join(FILE).exists() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Where the journal of an output stands.
pub fn folder_of(output: &Path, is_folder: bool) -> PathBuf {
    if is_folder {
        return output.join(FOLDER);
    }
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    output.with_file_name(format!(".{name}{FOLDER}"))
}
