//! Files that grow over a whole run: written under another name, renamed when they are whole, cut back when a killed run goes on.

use super::output::{Overwrite, is_there};
use anyhow::{Context, Result, bail};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What stands behind the name until the file is whole.
const SUFFIX: &str = ".part";

/// A file on its way.
#[derive(Debug)]
pub struct GrowingFile {
    file: File,
    path: PathBuf,
    /// None for a pipe or device: nothing can be moved onto it.
    part: Option<PathBuf>,
    length: u64,
    overwrite: Overwrite,
    /// Left behind when the run breaks off: a later one goes on with it.
    is_resumable: bool,
}

impl GrowingFile {
    /// Begins a file.
    pub fn create(path: &Path, overwrite: Overwrite, is_resumable: bool) -> Result<Self> {
        let cannot = || format!("cannot write {}", path.display());
        if let Ok(metadata) = path.metadata() {
            if metadata.is_dir() {
                bail!("{} is a folder", path.display());
            }
            if !metadata.is_file() {
                let file = OpenOptions::new().write(true).open(path).with_context(cannot)?;
                return Ok(GrowingFile { file, path: path.to_owned(), part: None, length: 0, overwrite, is_resumable });
            }
        }
        if overwrite == Overwrite::Refused && path.symlink_metadata().is_ok() {
            bail!("{}", is_there(path));
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        let part = part_of(path);
        let file = File::create(&part).with_context(cannot)?;
        Ok(GrowingFile { file, path: path.to_owned(), part: Some(part), length: 0, overwrite, is_resumable })
    }

    /// Goes on with a file that was `length` bytes long when that was noted; what was written since goes.
    pub fn resume(path: &Path, length: u64, overwrite: Overwrite) -> Result<Self> {
        let part = part_of(path);
        if !part.exists() && path.is_file() {
            // The run was killed after the file was whole and before that was noted.
            std::fs::rename(path, &part).with_context(|| format!("cannot go on with {}", path.display()))?;
        }
        let open = || -> io::Result<File> {
            let mut file = OpenOptions::new().write(true).create(length == 0).truncate(false).open(&part)?;
            if file.metadata()?.len() < length {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "it is shorter than it was; --fresh starts over"));
            }
            file.set_len(length)?;
            file.seek(SeekFrom::Start(length))?;
            Ok(file)
        };
        let file = open().with_context(|| format!("cannot go on with {}", part.display()))?;
        Ok(GrowingFile { file, path: path.to_owned(), part: Some(part), length, overwrite, is_resumable: true })
    }

    /// Bytes so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Makes sure that what was written survives the machine.
    pub fn sync(&self) -> Result<()> {
        match &self.part {
            Some(part) => self.file.sync_data().with_context(|| format!("cannot write {}", part.display())),
            None => Ok(()),
        }
    }

    /// Puts the whole file in its place.
    pub fn keep(mut self) -> Result<()> {
        let Some(part) = self.part.take() else { return Ok(()) };
        let put = || match self.overwrite {
            Overwrite::Refused if self.path.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            _ => std::fs::rename(&part, &self.path),
        };
        put().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => anyhow::anyhow!("{}", is_there(&self.path)),
            _ => anyhow::Error::new(error).context(format!("cannot write {}", self.path.display())),
        })
    }
}

/// The name until a file is whole.
pub fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(SUFFIX);
    name.into()
}

impl Write for GrowingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.file.write(bytes)?;
        self.length += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for GrowingFile {
    fn drop(&mut self) {
        if let (Some(part), false) = (&self.part, self.is_resumable) {
            // Best effort: nobody reads it.
            let _ = std::fs::remove_file(part);
        }
    }
}
