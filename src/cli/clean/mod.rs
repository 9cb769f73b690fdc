//! `naqi clean`: pages in, cleaned pages out.
//!
//! `input` finds the inputs, `feed` takes pages out of them, `selection` says which are wanted, `page` cleans one, `place` and `shards`
//! say where it goes, `commit` writes it when its turn has come, `journal` remembers how far that is, `setup` puts these together,
//! and `run` drives them.

mod commit;
mod conversion;
mod dead_letters;
mod duplicates;
mod feed;
mod growing;
mod input;
mod journal;
mod letters;
mod output;
mod overview;
mod page;
mod place;
mod progress;
mod rows;
mod run;
mod selection;
mod setup;
mod shards;
mod tally;

pub use input::is_page;

use super::archive::Reading;
use super::console::Console;
use super::exit::Exit;
use super::options::{PageOptions, RuleOptions, RunOptions};
use super::origin::OriginOptions;
use super::rule_loader;
use anyhow::{Result, bail};
use clap::Args;
use feed::Feed;
use input::{Input, InputOptions};
use page::Cleaner;
use selection::SelectionOptions;
use setup::Setup;
use shards::Compress;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

const AFTER: &str = "\
Inputs may be pages, WARC, ARC, WACZ, tar and zip files, JSON lines and Parquet, each also compressed with gzip, zstd, lz4 or
brotli; what they are is told by their first bytes. A folder is searched for .html .htm .xhtml .txt and for archives.
Pages go each into its own file, in the tree of the folder or by address; --emit jsonl, parquet, warc or wet puts many into one.
A file that is there already is never overwritten without --force; pages of one name become name, name-2, …
A page that fails is reported, nothing of it is written, and the run goes on; the exit code is 1 then. The same goes for a page
that moderation rules hold back, with exit code 3.
A run that was killed goes on where it stopped when it is started again in the same way.

Examples:
  naqi clean page.html > clean.html
  naqi clean pages/ -o cleaned/ --dead-letters failed/ --report report.jsonl
  naqi clean crawl/*.warc.gz --emit jsonl -o pages.jsonl.zst --max-shard-bytes 256m --lang ar --dedup near
  naqi clean crawl.wacz --emit parquet -o pages.parquet --stats stats.json --report report.html
  zcat page.html.gz | naqi clean - --strip rules --emit text";

/// Clean pages: files, folders, archives, patterns or standard input
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct CleanCommand {
    #[command(flatten)]
    input: InputOptions,
    #[command(flatten)]
    how: CleanOptions,
}

/// Try pages again that failed or were held back in an earlier run
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  naqi replay failed/ -o cleaned/\n  naqi replay failed.jsonl --emit jsonl -o more.jsonl --dead-letters still.jsonl"
)]
pub struct ReplayCommand {
    /// Folders or .jsonl files that `naqi clean --dead-letters` or `--quarantine` wrote
    #[arg(value_name = "DEAD_LETTERS", required = true)]
    letters: Vec<PathBuf>,
    #[command(flatten)]
    how: CleanOptions,
}

/// How pages are cleaned and where they go.
#[derive(Args, Debug)]
pub struct CleanOptions {
    /// Write to this file; into this folder when it is one, ends in '/', or there are several pages
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// Overwrite files that are there already
    #[arg(long)]
    force: bool,
    /// Start over when an earlier run was broken off
    #[arg(long)]
    fresh: bool,
    /// Note this often, in seconds, how far the run is
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0)]
    checkpoint: f64,
    /// Split outputs of many pages: name-00000, name-00001, … of at most this many bytes each (k, m and g are taken)
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    max_shard_bytes: Option<u64>,
    /// Compress outputs of many pages
    #[arg(long, value_name = "HOW", default_value = "auto")]
    compress: Compress,
    /// Write a line of JSON for each page: every decision, with byte ranges and rules; or, for a name that ends in .html, a page of plots
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Write the sums of the run as JSON
    #[arg(long, value_name = "FILE")]
    stats: Option<PathBuf>,
    /// Keep pages that fail, with the cause: in a folder, or as lines of a file that ends in .jsonl
    #[arg(long, value_name = "DIR|FILE")]
    dead_letters: Option<PathBuf>,
    /// Keep pages that moderation rules hold back, as they came: in a folder, or as lines of a file that ends in .jsonl
    #[arg(long, value_name = "DIR|FILE")]
    quarantine: Option<PathBuf>,
    /// The column of JSON lines and Parquet that holds the pages
    #[arg(long, value_name = "NAME", default_value = "html")]
    html_column: String,
    /// The column that holds their addresses
    #[arg(long, value_name = "NAME", default_value = "url")]
    url_column: String,
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    run: RunOptions,
    #[command(flatten)]
    page: PageOptions,
    #[command(flatten)]
    origin: OriginOptions,
    #[command(flatten)]
    rules: RuleOptions,
}

/// `500k`, `256m`, `2g`, or bytes.
fn bytes(text: &str) -> Result<u64, String> {
    let lower = text.to_ascii_lowercase();
    let (digits, shift) = match lower.trim_end_matches('b').strip_suffix(['k', 'm', 'g']) {
        Some(digits) if lower.contains('k') => (digits, 10),
        Some(digits) if lower.contains('m') => (digits, 20),
        Some(digits) => (digits, 30),
        None => (lower.trim_end_matches('b'), 0),
    };
    let number: u64 = digits.parse().map_err(|_| format!("`{text}` is no size"))?;
    number.checked_shl(shift).filter(|bytes| *bytes > 0 && bytes >> shift == number).ok_or_else(|| format!("`{text}` is no size"))
}

impl CleanCommand {
    /// Finds the inputs.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        self.how.run(console, || {
            let inputs = self.input.find(self.how.output.as_deref())?;
            if inputs.is_empty() {
                bail!("there is no page to clean; a folder is searched for .html, .htm, .xhtml and .txt, and for archives");
            }
            Ok(inputs)
        })
    }
}

impl ReplayCommand {
    /// Takes the letters as inputs.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        self.how.run(console, || self.letters.iter().map(|path| Input::letters(path)).collect())
    }
}

impl CleanOptions {
    /// Everything that can be wrong for all pages is found before the first one is read.
    fn run(&self, console: &Console, inputs: impl FnOnce() -> Result<Vec<Input>>) -> Result<Exit> {
        let settings = self.rules.settings(&[], Some(&self.page), Some(&self.run))?.settings;
        let origin = self.origin.known(settings.from)?;
        let selection = self.selection.checked()?;
        let rules = rule_loader::load(&settings.rules, console)?;
        // Encodings never shrink below half, and a header stands before a response.
        let payload_bytes = settings.limits.page_bytes.saturating_mul(2).saturating_add(64 << 10);
        let reading = Reading { payload_bytes, html_column: self.html_column.clone(), url_column: self.url_column.clone() };
        let feed = Feed::new(inputs()?, reading, self.dead_letters.is_some() || self.quarantine.is_some());
        let setup = Setup::plan(self, *console, settings, &origin, &rules, feed)?;
        let streams = setup.streams(&selection);
        if streams {
            rule_loader::refuse_late_verdicts(&rules, setup.page_settings().strip)?;
        }
        let tells_language = selection.needs_lang() || setup.tells_language();
        let overview = setup.overview(Arc::clone(&rules))?;
        let cleaner = Cleaner {
            settings: setup.page_settings(),
            emit: setup.emit(),
            compress: setup.compress(),
            tells_language,
            rules: Arc::clone(&rules),
            origin,
            selection,
        };
        let mut run = setup.run(cleaner)?;
        run.committer.note_beginning()?;
        let tally = Arc::clone(&run.committer.tally);
        let exit = if streams { run::stream(run)? } else { run.start()? };
        if exit != Exit::Interrupted {
            overview.write(&tally.lock().unwrap_or_else(PoisonError::into_inner))?;
        }
        Ok(exit)
    }
}
