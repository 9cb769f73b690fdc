//! Which pages a run is about.

use super::outputs::{Outputs, named, real};
use crate::cli::archive::is_archive;
use crate::cli::compression::strip_from;
use crate::cli::console::Console;
use crate::cli::origin::KnownOrigin;
use crate::cli::rule_loader::count;
use crate::config::OutputFormat;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::collections::HashSet;
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
    /// The same where pages keep their extensions.
    pub kept_stem: Option<PathBuf>,
}

impl Input {
    /// Of this path within the given folder.
    pub fn new(source: Source, within: PathBuf) -> Self {
        Input { source, within, own_stem: None, kept_stem: None }
    }

    /// Its name below an output folder, without extension.
    pub fn stem(&self, format: OutputFormat) -> PathBuf {
        let stem = if format == OutputFormat::Preserve { &self.kept_stem } else { &self.own_stem };
        stem.clone().unwrap_or_else(|| super::place::bare(&self.within))
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
        let within = within.filter(|within| stays_below(within));
        let within = within.unwrap_or_else(|| path.file_name().map_or_else(|| PathBuf::from("page"), PathBuf::from));
        Input::new(Source::File(path), within)
    }
}

/// Whether a path leads nowhere but below the folder that it is joined to.
pub fn stays_below(path: &Path) -> bool {
    !path.as_os_str().is_empty() && path.components().all(|part| matches!(part, Component::Normal(_)))
}

impl InputOptions {
    /// All pages, each once, in the order in which they were named; within a folder by name. What the run itself writes is none.
    pub fn find(&self, outputs: &Outputs, origin: &KnownOrigin, console: &Console) -> Result<Vec<Input>> {
        let mut found = Finding { outputs, console, known: HashSet::new(), named: Vec::new(), searched: Vec::new() };
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
        Ok(found.pages(origin))
    }
}

struct Finding<'a> {
    outputs: &'a Outputs,
    console: &'a Console,
    /// The real places of all that was found.
    known: HashSet<PathBuf>,
    /// What was found, with its real place.
    named: Vec<(Input, PathBuf)>,
    /// Which of them were not named but searched for.
    searched: Vec<bool>,
}

impl Finding<'_> {
    fn stdin(&mut self, options: &InputOptions) -> Result<()> {
        let lists = options.files_from.as_ref().is_some_and(|list| list.as_os_str() == STDIN);
        if lists || self.named.iter().any(|(input, _)| input.source == Source::Stdin) {
            bail!("standard input can be read only once, but is named twice");
        }
        self.add(Input::new(Source::Stdin, "stdin".into()), PathBuf::new(), false);
        Ok(())
    }

    fn path(&mut self, path: &Path, within: Option<PathBuf>) -> Result<()> {
        if path.is_dir() {
            if self.folder(path, path)? == 0 {
                self.console.note(&format!("{}: there is no page in it", path.display()));
            }
        } else if !path.exists() && is_pattern(path) {
            self.pattern(path)?;
        } else {
            let place = named(path);
            match self.outputs.option_of(&place) {
                Some(option) if !self.outputs.is_page(option) => bail!("{option}: {} is one of the inputs", path.display()),
                _ => self.add(Input::file(path.to_owned(), within), place, false),
            }
        }
        Ok(())
    }

    /// Takes an input, if it is a new one.
    fn add(&mut self, input: Input, named: PathBuf, is_searched: bool) {
        if matches!(input.source, Source::File(_)) && !self.known.insert(named.clone()) {
            return;
        }
        self.named.push((input, named));
        self.searched.push(is_searched);
    }

    fn unreadable(&mut self, path: PathBuf, cause: &str) {
        self.add(Input::new(Source::Unreadable(path, format!("cannot search it: {cause}")), "unreadable".into()), PathBuf::new(), false);
    }

    /// All pages below a folder. Says how many there are, those of the run itself with them.
    fn folder(&mut self, folder: &Path, base: &Path) -> Result<usize> {
        let (root, outputs, mut count) = (real(folder), self.outputs, 0);
        outputs.refuse_letters_in(&root)?;
        let real_of = |path: &Path| path.strip_prefix(folder).map_or_else(|_| real(path), |below| root.join(below));
        let is_own_folder =
            |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_type().is_dir() && outputs.has_folder(&root, &real_of(entry.path()));
        for entry in WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| !is_own_folder(entry)) {
            match entry {
                Ok(entry) if is_page(entry.path()) || is_archive(entry.path()) => {
                    // A link to nothing is a page that cannot be opened.
                    let is_there = entry.path().is_file() || (entry.path_is_symlink() && !entry.path().exists());
                    count += usize::from(is_there);
                    let place = real_of(entry.path());
                    if is_there && outputs.option_of(&place).is_none() {
                        let within = entry.path().strip_prefix(base).map(Path::to_owned).ok();
                        self.add(Input::file(entry.into_path(), within), place, true);
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    self.unreadable(path, &error.io_error().map_or_else(|| error.to_string(), ToString::to_string));
                    count += 1;
                }
            }
        }
        Ok(count)
    }

    fn pattern(&mut self, pattern: &Path) -> Result<()> {
        let text = pattern.to_string_lossy();
        let paths = glob::glob(&text).with_context(|| format!("`{text}` is not a pattern"))?;
        // The tree is kept from where the pattern begins to be one.
        let base: PathBuf = pattern.components().take_while(|part| !is_pattern(Path::new(part.as_os_str()))).collect();
        let root = real(if base.as_os_str().is_empty() { Path::new(".") } else { &base });
        let mut count = 0;
        for path in paths {
            match path {
                Ok(path) if path.is_dir() => {
                    // `pages/**` names every folder, then every file in it: the files are enough.
                    if !text.contains("**") && !self.outputs.has_folder(&root, &real(&path)) {
                        count += self.folder(&path, &base)?;
                    }
                }
                Ok(path) => {
                    count += 1;
                    let place = named(&path);
                    if !self.outputs.has_file(&root, &place) {
                        let within = path.strip_prefix(&base).map(Path::to_owned).ok();
                        self.add(Input::file(path, within), place, true);
                    }
                }
                Err(error) => {
                    self.unreadable(error.path().to_owned(), &error.error().to_string());
                    count += 1;
                }
            }
        }
        if count == 0 {
            bail!("no file matches `{text}`");
        }
        Ok(())
    }

    /// What is to be read.
    fn pages(self, origin: &KnownOrigin) -> Vec<Input> {
        let is_own = self.outputs.become_of(&self.named, origin);
        let all = self.named.len();
        let pages = self.named.into_iter().zip(self.searched).filter(|((_, named), is_searched)| !(*is_searched && is_own(named)));
        let pages: Vec<Input> = pages.map(|((input, _), _)| input).collect();
        if pages.len() < all {
            self.console.note(&format!("not read, as others go there: {}", count(all - pages.len(), "page")));
        }
        pages
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
pub fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
pub fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
