//! `naqi features`: what the block model knows of each block. Training reads this.

use super::archive::Origin as Stored;
use super::compression::decompress;
use super::console::Console;
use super::exit::Exit;
use super::options::RuleOptions;
use super::origin::OriginOptions;
use super::rule_loader;
use anyhow::{Context, Result};
use clap::Args;
use naqi::strip::PageFeatures;
use naqi::{Settings, features};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Print the blocks of pages with what the model knows of each, a JSON line a page
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  naqi features pages/*.html.gz > features.jsonl")]
pub struct FeaturesCommand {
    /// Files
    #[arg(value_name = "PAGE", required = true)]
    pages: Vec<PathBuf>,
    /// A model file in place of the built-in one
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    #[command(flatten)]
    origin: OriginOptions,
    #[command(flatten)]
    rules: RuleOptions,
}

impl FeaturesCommand {
    /// Prints them.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        let settings = self.rules.settings(&[], None, None)?.settings;
        let origin = self.origin.known(settings.from)?;
        let rules = rule_loader::load(&settings.rules, console)?;
        let read = |path: &PathBuf| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
        let model = self.model.as_ref().map(read).transpose()?;
        let page_bytes = settings.limits.page_bytes;
        let page_settings = Settings { article: settings.strip.article(), limits: settings.limits, ..Settings::default() };
        let mut out = BufWriter::new(io::stdout().lock());
        let mut exit = Exit::Ok;
        for path in &self.pages {
            let blocks = page(path, page_bytes).and_then(|page| Ok(features(&rules, &page_settings, &origin.of(path), &page, model.as_deref())?));
            match blocks {
                Ok(blocks) => writeln!(out, "{}", line(path, &blocks)?)?,
                Err(error) => {
                    console.error(&format!("{}: {error:#}", path.display()));
                    exit = Exit::PagesFailed;
                }
            }
        }
        out.flush()?;
        Ok(exit)
    }
}

fn page(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    let file = Stored::File(File::open(path).context("cannot open it")?);
    decompress(file, path)?.take(limit.saturating_mul(2).saturating_add(1)).read_to_end(&mut page).context("cannot read it")?;
    Ok(page)
}

/// One page. Features are two hexadecimal digits each; hashes of the words on a path as numbers.
fn line(path: &Path, page: &PageFeatures) -> Result<String> {
    let mut blocks = Vec::with_capacity(page.blocks.len());
    for block in &page.blocks {
        let mut hex = String::with_capacity(block.features.len() * 2);
        for byte in &block.features {
            write!(hex, "{byte:02x}")?;
        }
        blocks.push(serde_json::json!({
            "text": block.text, "dropped": block.dropped, "final": block.is_final, "features": hex, "path": block.path, "score": block.score, "kept": block.kept,
        }));
    }
    Ok(serde_json::to_string(
        &serde_json::json!({ "page": path.display().to_string(), "names": page.names, "statistics": page.statistics.iter().copied().collect::<std::collections::BTreeMap<_, _>>(), "confidence": page.confidence, "blocks": blocks }),
    )?)
}
