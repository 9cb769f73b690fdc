//! Files that appear whole or not at all.

use anyhow::{Context, Result, bail};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// What becomes of a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overwrite {
    /// It stays, and that is an error.
    Refused,
    /// It is replaced when the new one is whole.
    Allowed,
}

/// A file on its way.
#[derive(Debug)]
pub struct OutputFile {
    to: To,
    path: PathBuf,
    overwrite: Overwrite,
}

#[derive(Debug)]
enum To {
    Temporary(NamedTempFile),
    /// A pipe or device: nothing can be moved onto it.
    Device(File),
}

impl OutputFile {
    /// Begins a file; nothing is seen at `path` before [`OutputFile::keep`].
    /// Until then it stands in `beside`, or next to its place.
    pub fn create(path: &Path, overwrite: Overwrite, beside: Option<&Path>) -> Result<Self> {
        let path = path.to_owned();
        if let Ok(metadata) = path.metadata() {
            if metadata.is_dir() {
                bail!("{} is a folder", path.display());
            }
            if !metadata.is_file() {
                let device = OpenOptions::new().write(true).open(&path).with_context(|| format!("cannot write to {}", path.display()))?;
                return Ok(OutputFile { to: To::Device(device), path, overwrite });
            }
        }
        if overwrite == Overwrite::Refused && path.symlink_metadata().is_ok() {
            bail!("{}", is_there(&path));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".naqi-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As for any new file: the umask has the last word.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let temporary = builder.tempfile_in(beside.unwrap_or(folder)).with_context(|| format!("cannot write in {}", folder.display()))?;
        Ok(OutputFile { to: To::Temporary(temporary), path, overwrite })
    }

    /// Its place.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the whole file in its place.
    pub fn keep(self) -> Result<()> {
        let To::Temporary(temporary) = self.to else { return Ok(()) };
        match self.overwrite {
            Overwrite::Allowed => temporary.persist(&self.path).map(drop),
            Overwrite::Refused => temporary.persist_noclobber(&self.path).map(drop),
        }
        .map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => anyhow::anyhow!("{}", is_there(&self.path)),
            _ => anyhow::Error::new(error.error).context(format!("cannot write {}", self.path.display())),
        })
    }
}

/// The message for a file that stays.
pub fn is_there(path: &Path) -> String {
    format!("{} is there already; --force overwrites it", path.display())
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            To::Temporary(temporary) => temporary.write(bytes),
            To::Device(device) => device.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::Temporary(temporary) => temporary.flush(),
            To::Device(device) => device.flush(),
        }
    }
}
