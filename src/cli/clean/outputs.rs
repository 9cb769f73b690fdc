//! What a run writes. It never reads any of it, also not in its next run over the same folder, and never writes two things into one file.

use super::input::Input;
use super::place::{Names, bare, extension, file_in_folder, is_device, is_folder};
use super::standing::with_extension;
use crate::cli::archive::is_archive;
use crate::cli::origin::KnownOrigin;
use crate::config::{OutputFormat, RunSettings};
use anyhow::{Result, bail};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Until a file is whole, this stands behind its name.
const PART: &str = "part";

/// All that a run writes, by its real place.
#[derive(Debug)]
pub struct Outputs {
    format: OutputFormat,
    /// What `-o` names, a folder perhaps.
    tree: Option<PathBuf>,
    /// Each with its option.
    files: Vec<(&'static str, PathBuf)>,
    folders: Vec<(&'static str, PathBuf)>,
    /// What the numbers of shards go into.
    numbered: Option<PathBuf>,
}

impl Outputs {
    /// Refuses one file for two outputs.
    pub fn of(output: Option<&Path>, settings: &RunSettings) -> Result<Self> {
        let (format, bulk) = (settings.emit, &settings.bulk);
        let output = output.filter(|output| output.as_os_str() != "-" && !is_device(output));
        let mut outputs = Outputs { format, tree: output.map(real), files: Vec::new(), folders: Vec::new(), numbered: None };
        let many = |output: &Path| if is_folder(output) { output.join(file_in_folder(format)) } else { output.to_owned() };
        match output {
            Some(output) if format.is_records() && bulk.max_shard_bytes.0 > 0 => outputs.numbered = Some(named(&many(output))),
            Some(output) if format.is_records() => outputs.add("-o", &many(output))?,
            Some(output) if !is_folder(output) => outputs.add("-o", output)?,
            _ => {}
        }
        let letters = [("--dead-letters", &bulk.dead_letters), ("--quarantine", &bulk.quarantine)];
        for (option, path) in [("--report", &bulk.report), ("--stats", &bulk.stats)].into_iter().chain(letters) {
            let Some(path) = path else { continue };
            if matches!(option, "--report" | "--stats") || super::dead_letters::is_lines(path) {
                outputs.add(option, path)?;
            } else {
                outputs.folders.push((option, real(path)));
            }
        }
        if let [(_, one), (_, other)] = &outputs.folders[..]
            && one == other
        {
            bail!("--quarantine and --dead-letters are the same place; --dead-letters alone takes both kinds of pages");
        }
        Ok(outputs)
    }

    fn add(&mut self, option: &'static str, path: &Path) -> Result<()> {
        // Whoever throws two things away means it.
        if is_device(path) {
            return Ok(());
        }
        let place = named(path);
        match self.option_of(&place) {
            Some("--dead-letters") if option == "--quarantine" => {
                bail!("--quarantine and --dead-letters are the same place; --dead-letters alone takes both kinds of pages")
            }
            Some(other) => bail!("{option}: {} is written by {other} already", path.display()),
            None => self.files.push((option, place)),
        }
        Ok(())
    }

    /// The option that writes this file.
    pub fn option_of(&self, named: &Path) -> Option<&'static str> {
        let whole = if named.extension().is_some_and(|extension| extension == PART) { named.with_extension("") } else { named.to_owned() };
        let file = self.files.iter().find(|(_, file)| *file == whole).map(|(option, _)| *option);
        file.or_else(|| self.numbered.as_deref().filter(|numbered| is_shard(&whole, numbered)).map(|_| "-o"))
    }

    /// Whether a file of pages is what a page of this run goes to, so that it may be named as a page: it is replaced when that is whole.
    pub fn is_page(&self, option: &str) -> bool {
        option == "-o" && !self.format.is_records()
    }

    /// Whether a folder below `root` is one that the run writes into.
    pub fn has_folder(&self, root: &Path, folder: &Path) -> bool {
        let is_journal = folder
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.') && name.to_string_lossy().ends_with(super::journal::FOLDER));
        let is_own = |own: &PathBuf| own != root && own == folder;
        is_journal || self.tree.as_ref().is_some_and(is_own) || self.folders.iter().any(|(_, own)| is_own(own))
    }

    /// Whether a file found below `root` is one that the run writes.
    pub fn has_file(&self, root: &Path, file: &Path) -> bool {
        self.option_of(file).is_some() || file.ancestors().skip(1).take_while(|folder| *folder != root).any(|folder| self.has_folder(root, folder))
    }

    /// Letters among the pages that they are about would be pages in the next run.
    pub fn refuse_letters_in(&self, root: &Path) -> Result<()> {
        match self.folders.iter().find(|(_, folder)| folder == root) {
            Some((option, folder)) => bail!("{option}: {} is searched for pages; name a folder of its own", folder.display()),
            None => Ok(()),
        }
    }

    /// Letters are not read and written at once.
    pub fn refuse_replay_of(&self, letters: &Path) -> Result<()> {
        let folder = self.folders.iter().find(|(_, folder)| *folder == real(letters)).map(|(option, _)| *option);
        match folder.or_else(|| self.option_of(&named(letters))) {
            Some(option) => bail!("{option}: {} is what is read; name another one", letters.display()),
            None => Ok(()),
        }
    }

    /// Which of the inputs are pages that others become: where the output folder is itself searched, nothing else tells them from pages.
    pub fn become_of(&self, inputs: &[(Input, PathBuf)], origin: &KnownOrigin) -> impl Fn(&Path) -> bool + use<> {
        let (mut pages, mut folders) = (HashSet::new(), HashSet::new());
        let tree = self.tree.as_ref().filter(|tree| !self.format.is_records() && inputs.iter().any(|(_, named)| named.starts_with(tree)));
        let mut names = Names::default();
        for (input, named) in inputs {
            let Some(tree) = tree else { break };
            let (bare, extension) = (bare(&input.within), extension(self.format, origin.markup(input.path()), &input.within));
            if is_archive(&input.within) {
                folders.insert(tree.join(names.distinct(&bare, "")));
            } else if tree.join(with_extension(&bare, &extension)) != *named {
                pages.insert(tree.join(with_extension(&names.distinct(&bare, &extension), &extension)));
            }
        }
        move |named| pages.contains(named) || named.ancestors().skip(1).any(|folder| folders.contains(folder))
    }
}

/// Whether a name is that of a shard: `pages-00003.jsonl` of `pages.jsonl`.
fn is_shard(path: &Path, numbered: &Path) -> bool {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (name, numbered_name) = (name(path), name(numbered));
    let (before, behind) = super::shards::parts_of(&numbered_name);
    let number = name.strip_prefix(before).and_then(|name| name.strip_prefix('-')).and_then(|name| name.strip_suffix(behind));
    path.parent() == numbered.parent() && number.is_some_and(|number| number.len() >= 5 && number.bytes().all(|digit| digit.is_ascii_digit()))
}

/// The real place of a folder; of what is not there yet, below what is.
pub fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let real = absolute.ancestors().find_map(|there| {
        let rest = absolute.strip_prefix(there).ok()?;
        there.canonicalize().ok().map(|real| if rest.as_os_str().is_empty() { real } else { real.join(rest) })
    });
    real.unwrap_or(absolute)
}

/// The real place of a file: what it links to is another file.
pub fn named(path: &Path) -> PathBuf {
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => real(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }).join(name),
        _ => real(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_known_by_their_names() {
        let is_one = |name: &str| is_shard(Path::new(name), Path::new("d/pages.jsonl.zst"));
        assert!(is_one("d/pages-00000.jsonl.zst") && is_one("d/pages-123456.jsonl.zst"));
        assert!(!["d/pages.jsonl.zst", "e/pages-00000.jsonl.zst", "d/pages-1.jsonl.zst", "d/pages-0000x.jsonl.zst"].into_iter().any(is_one));
    }

    #[test]
    fn what_is_not_there_yet_has_a_place() {
        let here = std::env::current_dir().unwrap().canonicalize().unwrap();
        assert_eq!(real(Path::new("./no/such/")), here.join("no/such"));
        assert_eq!(named(Path::new("no.html")), here.join("no.html"));
    }
}
