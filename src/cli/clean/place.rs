//! Where each page goes. No two pages of a run go to the same place.

use super::input::{Input, is_page};
use crate::cli::compression::Compression;
use crate::cli::origin::KnownOrigin;
use anyhow::{Result, bail};
use naqi::emit::EmitFormat;
use naqi::rewrite::Markup;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Where the pages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// All to standard output, in order.
    Stdout,
    /// All to one file, in order.
    OneFile(PathBuf),
    /// Each to its own; in the order of the inputs.
    Files(Vec<PathBuf>),
}

impl Destination {
    /// Decides it for all pages.
    pub fn plan(output: Option<&Path>, format: EmitFormat, origin: &KnownOrigin, inputs: &[Input]) -> Result<Self> {
        let Some(output) = output else { return Ok(Destination::Stdout) };
        if output.as_os_str() == "-" {
            return Ok(Destination::Stdout);
        }
        let ends_in_slash = output.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
        let asks_for_folder = ends_in_slash || (inputs.len() > 1 && format != EmitFormat::Jsonl);
        let is_device = output.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
        if !output.is_dir() && (is_device || !asks_for_folder) {
            let is_one_page = inputs.len() == 1 && !is_device && format != EmitFormat::Jsonl;
            let output = output.to_owned();
            return Ok(if is_one_page { Destination::Files(vec![output]) } else { Destination::OneFile(output) });
        }
        if output.exists() && !output.is_dir() {
            bail!("-o {}: {} pages need a folder, and this is a file", output.display(), inputs.len());
        }
        let mut names = Names::default();
        let places = inputs.iter().map(|input| {
            let extension = extension(format, origin.markup(input.path()), &input.within);
            output.join(names.distinct(&bare(&input.within), &extension))
        });
        Ok(Destination::Files(places.collect()))
    }
}

/// The name without what tells only how it is stored.
fn bare(within: &Path) -> PathBuf {
    let bare = Compression::strip_from(within);
    if is_page(&bare) { bare.with_extension("") } else { bare }
}

fn extension(format: EmitFormat, markup: Markup, within: &Path) -> String {
    let fixed = match format {
        EmitFormat::Republish => "html",
        EmitFormat::Text => "txt",
        EmitFormat::Markdown => "md",
        EmitFormat::Jsonl => "jsonl",
        // The page stays what it was.
        EmitFormat::Preserve => {
            let bare = Compression::strip_from(within);
            let own = bare.extension().and_then(|extension| extension.to_str()).filter(|_| is_page(&bare));
            return own.map(str::to_owned).unwrap_or(if markup == Markup::Text { "txt".into() } else { "html".into() });
        }
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
