//! Which files a run put in their places: `--fresh` throws them away.

use super::input::os_string;
use anyhow::{Context, Result};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

/// A list that grows; names end with a zero.
#[derive(Debug)]
pub struct Placed {
    file: File,
    list: PathBuf,
    folder: PathBuf,
}

impl Placed {
    /// Of the files below `folder`. A run that goes on adds to its list.
    pub fn open(list: PathBuf, folder: &Path, goes_on: bool) -> Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.create(true).write(true).truncate(!goes_on).append(goes_on).open(&list);
        let file = file.with_context(|| format!("cannot write {}", list.display()))?;
        Ok(Placed { file, list, folder: folder.to_owned() })
    }

    /// Notes a file that is about to be there.
    pub fn add(&mut self, path: &Path) -> Result<()> {
        let Ok(within) = path.strip_prefix(&self.folder) else { return Ok(()) };
        let line = [within.as_os_str().as_encoded_bytes(), &[0]].concat();
        self.file.write_all(&line).with_context(|| format!("cannot write {}", self.list.display()))
    }
}

/// Throws away what is listed, with the folders that are empty then. What is older than the run is somebody's.
pub fn discard(list: &Path, folder: &Path, since: SystemTime) -> Result<()> {
    // A run that was broken off early has none.
    let Ok(names) = std::fs::read(list) else { return Ok(()) };
    for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let within = PathBuf::from(os_string(name));
        let path = folder.join(&within);
        let is_own = path.symlink_metadata().and_then(|metadata| metadata.modified()).is_ok_and(|modified| modified >= since);
        if !is_own || !within.components().all(|part| matches!(part, Component::Normal(_))) {
            continue;
        }
        std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        let above = path.ancestors().skip(1).take_while(|above| *above != folder);
        // The first one that is not empty ends it.
        let _ = above.map(std::fs::remove_dir).find(std::io::Result::is_err);
    }
    std::fs::remove_file(list).with_context(|| format!("cannot remove {}", list.display()))
}
