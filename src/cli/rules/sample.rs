//! Pages that rule authors try their rules on.

use crate::cli::archive::Origin as Stored;
use crate::cli::clean::is_page;
use crate::cli::compression::{decompress, is_text};
use anyhow::{Context, Result};
use naqi::emit::EmitFormat;
use naqi::emit::record::Finding;
use naqi::report::PageReport;
use naqi::rewrite::Markup;
use naqi::rules::RuleSet;
use naqi::strip::StripMode;
use naqi::{Origin, Settings, clean};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

/// A page with what its rules found.
#[derive(Debug)]
pub struct Moderated {
    /// The page as it came.
    pub page: Vec<u8>,
    /// The page as `preserve` writes it.
    pub out: Vec<u8>,
    /// What was found.
    pub report: PageReport,
}

impl Moderated {
    /// Moderates a page, without stripping it.
    pub fn of(rules: &Arc<RuleSet>, page: Vec<u8>, origin: &Origin) -> Result<Self> {
        let settings = Settings { emit: EmitFormat::Preserve, strip: StripMode::Off, explain: true, ..Settings::default() };
        let mut out = Vec::new();
        let report = clean(rules, &settings, origin, &page, &mut out)?;
        Ok(Moderated { page, out, report })
    }

    /// The bytes of the source between two offsets, on one line.
    pub fn source(&self, start: u64, end: u64) -> String {
        let bytes = self.page.get(start as usize..end as usize).unwrap_or_default();
        String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The line of an offset, from 1.
    pub fn line(&self, at: u64) -> usize {
        self.page.iter().take(at as usize).filter(|byte| **byte == b'\n').count() + 1
    }

    /// A finding for people: what, where, and why.
    pub fn describe(&self, finding: &Finding) -> String {
        let Finding { rule, severity, category, surface, start, end, done, steps, .. } = finding;
        let category = if category.is_empty() { String::new() } else { format!(", {category}") };
        format!(
            "line {}, bytes {start}..{end}, {surface}: {done} by {rule} ({severity}{category})\n    text {}\n    score {:.2}: {}",
            self.line(*start),
            self.source(*start, *end),
            finding.score,
            steps.join(", ")
        )
    }
}

/// What is known of a page by its name.
pub fn origin_of(path: &Path) -> Origin {
    Origin { markup: if is_text(path) { Markup::Text } else { Markup::Html }, ..Origin::default() }
}

/// Reads a page, decompressed.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    decompress(Stored::File(file), path)?.read_to_end(&mut page).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(page)
}

/// All pages among files and folders, in the order of their names.
pub fn pages(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut pages = Vec::new();
    for path in paths {
        if !path.is_dir() {
            pages.push(path.clone());
            continue;
        }
        for entry in WalkDir::new(path).sort_by_file_name() {
            let entry = entry.with_context(|| format!("cannot read {}", path.display()))?;
            if entry.file_type().is_file() && is_page(entry.path()) {
                pages.push(entry.into_path());
            }
        }
    }
    Ok(pages)
}
