//! Real pages for tests and benches: the files of the folder that `NAQI_PAGES` names, `.gz` ones unpacked.

use std::io::Read;
use std::path::{Path, PathBuf};

/// A page as it came.
pub struct Page {
    /// Its file.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// All pages below a folder, in the order of their paths.
pub fn read(folder: &Path) -> std::io::Result<Vec<Page>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if [".html", ".htm", ".html.gz"].iter().any(|ending| name.ends_with(ending)) && !name.ends_with("clean.html") {
                files.push(path);
            }
        }
    }
    files.sort();
    files.into_iter().map(|path| Ok(Page { bytes: unpacked(&path)?, path })).collect()
}

/// The bytes of one page.
pub fn unpacked(path: &Path) -> std::io::Result<Vec<u8>> {
    let bytes = std::fs::read(path)?;
    if path.extension().is_none_or(|extension| extension != "gz") {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked)?;
    Ok(unpacked)
}
