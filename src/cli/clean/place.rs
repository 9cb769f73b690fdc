//! Where pages go. No two pages of a run go to the same place.

use super::input::{Input, Source, is_page};
use super::standing::with_extension;
use crate::cli::compression::strip_from;
use crate::cli::origin::KnownOrigin;
use crate::config::OutputFormat;
use anyhow::{Result, bail};
use naqi::rewrite::Markup;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A part of an archived page's place is at most this many characters long.
const PART: usize = 80;

/// Where the pages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// All to standard output, in order.
    Stdout,
    /// All to this file or device, or to shards of that name, in order.
    Shards(PathBuf),
    /// The only one to this file.
    Place(PathBuf),
    /// Each to its own below this folder.
    Places(PathBuf),
}

impl Destination {
    /// Decides it for all pages.
    pub fn plan(output: Option<&Path>, format: OutputFormat, inputs: &[Arc<Input>], begins_with_archive: bool) -> Result<Self> {
        let Some(output) = output.filter(|output| output.as_os_str() != "-") else { return Ok(Destination::Stdout) };
        let is_device = is_device(output);
        let is_folder = is_folder(output);
        if format.is_records() || is_device {
            return Ok(Destination::Shards(if is_folder { output.join(file_in_folder(format)) } else { output.to_owned() }));
        }
        let is_many = inputs.len() > 1 || begins_with_archive;
        if !is_folder && !is_many {
            return Ok(Destination::Place(output.to_owned()));
        }
        if output.exists() && !output.is_dir() {
            bail!(
                "-o {}: {} need a folder, and this is a file",
                output.display(),
                if inputs.len() > 1 { "several pages" } else { "an archive's pages" }
            );
        }
        Ok(Destination::Places(output.to_owned()))
    }
}

/// A pipe, a terminal and the like.
pub fn is_device(output: &Path) -> bool {
    output.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// Whether it is a folder, or is to be one.
pub fn is_folder(output: &Path) -> bool {
    let ends_in_slash = output.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
    output.is_dir() || (ends_in_slash && !is_device(output))
}

/// Many pages in one file: a folder gets one of a fixed name.
pub fn file_in_folder(format: OutputFormat) -> String {
    format!("pages.{}", extension_of(format))
}

/// Gives pages that are whole inputs names that no other one has, in the order of the inputs.
/// Whatever comes out of this run: a replay may write something else.
pub fn tell_apart(inputs: &mut [Input], origin: &KnownOrigin) {
    let (mut names, mut kept_names) = (Names::default(), Names::default());
    for input in inputs.iter_mut().filter(|input| !matches!(input.source, Source::Letters(_))) {
        let bare = bare(&input.within);
        let kept = extension(OutputFormat::Preserve, origin.markup(input.path()), &input.within);
        let stems = [names.distinct(&bare, ""), kept_names.distinct(&bare, &kept)];
        [input.own_stem, input.kept_stem] = stems.map(|stem| (stem != bare).then_some(stem));
    }
}

/// A name that means the same on every disk.
pub fn safe(part: &str) -> String {
    let part: String = part.chars().take(PART).map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '%') { c } else { '_' }).collect();
    // No page is hidden, and none goes up.
    if part.starts_with('.') { format!("_{part}") } else { part }
}

/// The name without what tells only how it is stored.
pub fn bare(within: &Path) -> PathBuf {
    let bare = strip_from(within);
    if is_page(&bare) { bare.with_extension("") } else { bare }
}

/// What a file of records is called by.
fn extension_of(format: OutputFormat) -> &'static str {
    match format {
        OutputFormat::Parquet => "parquet",
        OutputFormat::Warc => "warc",
        OutputFormat::Wet => "warc.wet",
        _ => "jsonl",
    }
}

/// What stands behind the name of a page in this format.
pub fn extension(format: OutputFormat, markup: Markup, within: &Path) -> String {
    let fixed = match format {
        OutputFormat::Republish => "html",
        OutputFormat::Text => "txt",
        OutputFormat::Markdown => "md",
        // The page stays what it was.
        OutputFormat::Preserve => {
            let bare = strip_from(within);
            let own = bare.extension().and_then(|extension| extension.to_str()).filter(|_| is_page(&bare));
            return own.map(str::to_owned).unwrap_or(if markup == Markup::Text { "txt".into() } else { "html".into() });
        }
        records => extension_of(records),
    };
    fixed.to_owned()
}

/// Names that are given out once.
#[derive(Debug, Default)]
pub struct Names {
    taken: HashSet<String>,
    /// Of names that were asked for before: the number to try next.
    next: HashMap<String, u32>,
}

impl Names {
    /// `stem`, or `stem-2` and so on when that is taken with this extension. Case does not tell names apart: on some disks it does not
    /// either.
    pub fn distinct(&mut self, stem: &Path, extension: &str) -> PathBuf {
        let key = |stem: &Path| with_extension(stem, extension).to_string_lossy().to_lowercase();
        let asked = key(stem);
        let first = self.next.get(&asked).copied().unwrap_or(1);
        for number in first.. {
            let mut name = stem.as_os_str().to_owned();
            if number > 1 {
                name.push(format!("-{number}"));
            }
            let name = PathBuf::from(name);
            if self.taken.insert(key(&name)) {
                self.next.insert(asked, number.saturating_add(1));
                return name;
            }
        }
        stem.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_given_out_once_however_many_ask() {
        let mut names = Names::default();
        let given = ["p", "p", "P", "p-2"].map(|stem| names.distinct(Path::new(stem), "txt").display().to_string());
        assert_eq!(given, ["p", "p-2", "P-3", "p-2-2"]);
        // Quadratic work would take minutes.
        let mut many = Names::default();
        let last = (0..200_000).map(|_| many.distinct(Path::new("index"), "html")).last();
        assert_eq!(last, Some("index-200000".into()));
    }
}
