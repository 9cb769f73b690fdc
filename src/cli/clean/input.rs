//! Which pages a run is about.

use crate::cli::archive::is_archive;
use crate::cli::compression::strip_from;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::ffi::OsString;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

/// Stands for standard input.
const STDIN: &str = "-";
/// What a folder is searched for.
const EXTENSIONS: [&str; 4] = ["html", "htm", "xhtml", "txt"];

/// Which pages.
#[derive(Args, Debug)]
pub struct InputOptions {
    /// Files, folders, patterns such as 'pages/**/*.html', or - for standard input
    #[arg(value_name = "PATH", required_unless_present = "files_from")]
    paths: Vec<PathBuf>,
    /// Read more paths from this file, one a line or separated by NUL; - for standard input
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
}

/// Where a page comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file; it may turn out to be missing.
    File(PathBuf),
    /// Dead letters of an earlier run.
    Letters(PathBuf),
    /// The bytes of a file that a dead letter keeps.
    Kept(PathBuf, Arc<[u8]>),
    /// What could not even be looked at, and why.
    Unreadable(PathBuf, String),
}

/// One page.
#[derive(Clone, Debug)]
pub struct Input {
    /// Where it comes from.
    pub source: Source,
    /// Its path within the given folder, or just its name: where it goes below an output folder.
    pub within: PathBuf,
    /// Its name there without extension, where that is not the one of `within`: others are called the same.
    pub own_stem: Option<PathBuf>,
}

impl Input {
    /// Of this path within the given folder.
    pub fn new(source: Source, within: PathBuf) -> Self {
        Input { source, within, own_stem: None }
    }

    /// Its name below an output folder, without extension.
    pub fn stem(&self) -> PathBuf {
        self.own_stem.clone().unwrap_or_else(|| super::place::bare(&self.within))
    }

    /// How it is called in messages, records and reports.
    pub fn name(&self) -> String {
        self.path().display().to_string()
    }

    /// Its path, or a stand-in.
    pub fn path(&self) -> &Path {
        match &self.source {
            Source::Stdin => Path::new("stdin"),
            Source::File(path) | Source::Letters(path) | Source::Kept(path, _) | Source::Unreadable(path, _) => path,
        }
    }

    /// Dead letters: they must be there.
    pub fn letters(path: &Path) -> Result<Self> {
        path.metadata().with_context(|| format!("cannot open {}", path.display()))?;
        let within = path.file_stem().map_or_else(|| PathBuf::from("replayed"), PathBuf::from);
        Ok(Input::new(Source::Letters(path.to_owned()), within))
    }

    /// Its size as it is stored, if that is known.
    pub fn stored_bytes(&self) -> Option<u64> {
        match &self.source {
            Source::File(path) | Source::Letters(path) => path.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len()),
            _ => None,
        }
    }

    /// A file, and where it stands within the folder that was searched.
    pub fn file(path: PathBuf, within: Option<PathBuf>) -> Self {
        let within = within.filter(|within| !within.as_os_str().is_empty() && within.components().all(|part| matches!(part, Component::Normal(_))));
        let within = within.unwrap_or_else(|| path.file_name().map_or_else(|| PathBuf::from("page"), PathBuf::from));
        Input::new(Source::File(path), within)
    }
}

impl InputOptions {
    /// All pages, in the order in which they were named; within a folder by name. What is below `output` is none.
    pub fn find(&self, output: Option<&Path>) -> Result<Vec<Input>> {
        let output = output.and_then(|output| output.canonicalize().ok());
        let mut found = Finding { inputs: Vec::new(), output };
        for path in &self.paths {
            if path.as_os_str() == STDIN {
                found.stdin(self)?;
            } else {
                found.path(path, None)?;
            }
        }
        if let Some(list) = &self.files_from {
            for path in read_list(list)? {
                // A relative path says where the page belongs; an absolute one would drag the whole disk along.
                let within = path.strip_prefix(".").unwrap_or(&path).to_owned();
                found.path(&path, path.is_relative().then_some(within))?;
            }
        }
        Ok(found.inputs)
    }
}

struct Finding {
    inputs: Vec<Input>,
    output: Option<PathBuf>,
}

impl Finding {
    fn stdin(&mut self, options: &InputOptions) -> Result<()> {
        let lists = options.files_from.as_ref().is_some_and(|list| list.as_os_str() == STDIN);
        if lists || self.inputs.iter().any(|input| input.source == Source::Stdin) {
            bail!("standard input can be read only once, but is named twice");
        }
        self.inputs.push(Input::new(Source::Stdin, "stdin".into()));
        Ok(())
    }

    fn path(&mut self, path: &Path, within: Option<PathBuf>) -> Result<()> {
        if path.is_dir() {
            self.folder(path, path);
        } else if !path.exists() && is_pattern(path) {
            self.pattern(path)?;
        } else {
            self.inputs.push(Input::file(path.to_owned(), within));
        }
        Ok(())
    }

    fn folder(&mut self, folder: &Path, base: &Path) {
        let output = self.output.take();
        // Pages that an earlier run wrote are no pages of this one.
        let is_hidden = |path: &Path| path.file_name().is_some_and(|name| name == super::journal::FOLDER);
        let is_output = |path: &Path| {
            is_hidden(path) || output.as_ref().is_some_and(|output| path.is_dir() && path.canonicalize().is_ok_and(|path| path == *output))
        };
        for entry in WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| entry.depth() == 0 || !is_output(entry.path())) {
            match entry {
                Ok(entry) if (is_page(entry.path()) || is_archive(entry.path())) && entry.path().is_file() => {
                    let within = entry.path().strip_prefix(base).map(Path::to_owned).ok();
                    self.inputs.push(Input::file(entry.into_path(), within));
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    let cause = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    self.inputs.push(Input::new(Source::Unreadable(path, format!("cannot search it: {cause}")), "unreadable".into()));
                }
            }
        }
        self.output = output;
    }

    fn pattern(&mut self, pattern: &Path) -> Result<()> {
        let text = pattern.to_string_lossy();
        let paths = glob::glob(&text).with_context(|| format!("`{text}` is not a pattern"))?;
        // The tree is kept from where the pattern begins to be one.
        let base: PathBuf = pattern.components().take_while(|part| !is_pattern(Path::new(part.as_os_str()))).collect();
        let before = self.inputs.len();
        for path in paths {
            match path {
                Ok(path) if path.is_dir() => {
                    // `pages/**` names every folder, then every file in it: the files are enough.
                    if !text.contains("**") {
                        self.folder(&path, &base);
                    }
                }
                Ok(path) => {
                    let within = path.strip_prefix(&base).map(Path::to_owned).ok();
                    self.inputs.push(Input::file(path, within));
                }
                Err(error) => {
                    let source = Source::Unreadable(error.path().to_owned(), format!("cannot search it: {}", error.error()));
                    self.inputs.push(Input::new(source, "unreadable".into()));
                }
            }
        }
        if self.inputs.len() == before {
            bail!("no file matches `{text}`");
        }
        Ok(())
    }
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// Whether a folder's file is taken as a page.
pub fn is_page(path: &Path) -> bool {
    let bare = strip_from(path);
    bare.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| EXTENSIONS.iter().any(|page| page.eq_ignore_ascii_case(extension)))
}

fn read_list(list: &Path) -> Result<Vec<PathBuf>> {
    let mut bytes = Vec::new();
    if list.as_os_str() == STDIN {
        std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read the list of files from standard input")?;
    } else {
        bytes = std::fs::read(list).with_context(|| format!("cannot read the list of files {}", list.display()))?;
    }
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    let lines = bytes.split(|byte| *byte == separator).map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    Ok(lines.filter(|line| !line.is_empty()).map(|line| PathBuf::from(os_string(line))).collect())
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
