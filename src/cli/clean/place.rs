//! Where each page goes. No two pages of a run go to the same place.

use super::feed::Standing;
use super::input::{Input, is_page};
use crate::cli::compression::strip_from;
use crate::cli::origin::KnownOrigin;
use crate::config::OutputFormat;
use anyhow::{Result, bail};
use naqi::rewrite::Markup;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// A part of an archived page's place is at most this many characters long.
const PART: usize = 80;
/// And it has at most this many parts.
const PARTS: usize = 8;

/// Where the pages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// All to standard output, in order.
    Stdout,
    /// All to this file or device, or to shards of that name, in order.
    Shards(PathBuf),
    /// Each to its own, in the order of the inputs; those of archives below the folder.
    Places(PathBuf, Vec<PathBuf>),
}

impl Destination {
    /// Decides it for all pages.
    pub fn plan(output: Option<&Path>, format: OutputFormat, origin: &KnownOrigin, inputs: &[Arc<Input>], begins_with_archive: bool) -> Result<Self> {
        let Some(output) = output.filter(|output| output.as_os_str() != "-") else { return Ok(Destination::Stdout) };
        let ends_in_slash = output.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
        let is_device = output.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
        let is_folder = output.is_dir() || (ends_in_slash && !is_device);
        if format.is_records() || is_device {
            // Many pages in one file: a folder gets files of a fixed name.
            return Ok(Destination::Shards(if is_folder { output.join(format!("pages.{}", extension_of(format))) } else { output.to_owned() }));
        }
        let is_many = inputs.len() > 1 || begins_with_archive;
        if !is_folder && !is_many {
            return Ok(Destination::Places(output.to_owned(), vec![output.to_owned()]));
        }
        if output.exists() && !output.is_dir() {
            bail!(
                "-o {}: {} need a folder, and this is a file",
                output.display(),
                if inputs.len() > 1 { "several pages" } else { "an archive's pages" }
            );
        }
        let mut names = Names::default();
        let places = inputs.iter().map(|input| {
            let extension = extension(format, origin.markup(input.path()), &input.within);
            output.join(names.distinct(&bare(&input.within), &extension))
        });
        Ok(Destination::Places(output.to_owned(), places.collect()))
    }
}

/// Where a page of an archive goes: its archive, its host, its path; its offset tells it from others of that address.
pub fn place_of(folder: &Path, format: OutputFormat, input: &Input, url: Option<&str>, standing: &Standing) -> PathBuf {
    let mut place = folder.join(bare(&input.within));
    let url = url.and_then(|url| Url::parse(url).ok());
    let mut parts = Vec::new();
    if let Some(url) = &url {
        parts.push(safe(url.host_str().unwrap_or("no-host")));
        parts.extend(url.path_segments().into_iter().flatten().filter(|part| !part.is_empty()).map(safe));
    } else if let Some(entry) = &standing.entry {
        parts.extend(entry.split('/').filter(|part| !part.is_empty()).map(safe));
    }
    parts.truncate(PARTS);
    let last = parts.pop().unwrap_or_else(|| "page".to_owned());
    place.extend(parts);
    let markup = Markup::Html;
    // An entry of an archive within the archive is not told by its offset alone.
    let within = if standing.position.within > 0 && standing.entry.is_some() { format!("-{}", standing.position.within) } else { String::new() };
    place.push(format!("{last}@{}{within}.{}", standing.offset, extension(format, markup, Path::new("page.html"))));
    place
}

/// A name that means the same on every disk.
fn safe(part: &str) -> String {
    let part: String = part.chars().take(PART).map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '%') { c } else { '_' }).collect();
    // No page is hidden, and none goes up.
    if part.starts_with('.') { format!("_{part}") } else { part }
}

/// The name without what tells only how it is stored.
fn bare(within: &Path) -> PathBuf {
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

fn extension(format: OutputFormat, markup: Markup, within: &Path) -> String {
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
}

impl Names {
    /// `stem.extension`, or `stem-2.extension` and so on when it is taken. Case does not tell names apart: on some disks
    /// it does not either.
    pub fn distinct(&mut self, stem: &Path, extension: &str) -> PathBuf {
        let mut number = 1;
        loop {
            let mut name = stem.as_os_str().to_owned();
            if number > 1 {
                name.push(format!("-{number}"));
            }
            if !extension.is_empty() {
                name.push(format!(".{extension}"));
            }
            if self.taken.insert(name.to_string_lossy().to_lowercase()) {
                return name.into();
            }
            number += 1;
        }
    }
}
