//! `naqi clean`: pages in, cleaned pages out.
//!
//! `input` finds the inputs, `outputs` knows which files are the run's own, `feed` takes pages out of them, `selection` says which are wanted, `page` cleans one, `standing`
//! says how it is called, `place` and `shards` where it goes, `commit` writes it when its turn has come, `journal` remembers how far that is, `setup` puts these together,
//! and `run` drives them.

mod commit;
mod conversion;
mod dead_letters;
mod duplicates;
mod feed;
mod growing;
mod identity;
mod input;
mod interrupt;
mod journal;
mod letters;
mod outcome;
mod output;
mod outputs;
mod overview;
mod page;
mod page_name;
mod place;
mod placed;
mod progress;
mod rows;
mod run;
mod selection;
mod setup;
mod shards;
mod stages;
mod standard_output;
mod standing;
mod stream;
mod tally;

pub use input::is_page;

use super::archive::Reading;
use super::bulk_options::BulkOptions;
use super::console::Console;
use super::exit::Exit;
use super::options::{PageOptions, RuleOptions, RunOptions};
use super::origin::{KnownOrigin, OriginOptions};
use super::rule_loader;
use anyhow::{Result, bail};
use clap::Args;
use feed::Feed;
use input::{Input, InputOptions};
use outputs::Outputs;
use page::Cleaner;
use selection::Selection;
use setup::Setup;
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
    #[command(flatten)]
    bulk: BulkOptions,
    #[command(flatten)]
    run: RunOptions,
    #[command(flatten)]
    page: PageOptions,
    #[command(flatten)]
    origin: OriginOptions,
    #[command(flatten)]
    rules: RuleOptions,
}

impl CleanCommand {
    /// Finds the inputs.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        self.how.run(console, |outputs, origin| {
            let inputs = self.input.find(outputs, origin, console)?;
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
        self.how.run(console, |outputs, _| {
            let letters = self.letters.iter().map(|path| outputs.refuse_replay_of(path).and_then(|()| Input::letters(path)));
            letters.collect()
        })
    }
}

impl CleanOptions {
    /// Everything that can be wrong for all pages is found before the first one is read.
    fn run(&self, console: &Console, inputs: impl FnOnce(&Outputs, &KnownOrigin) -> Result<Vec<Input>>) -> Result<Exit> {
        let settings = self.rules.bulk_settings(&self.page, &self.run, &self.bulk)?.settings;
        let origin = self.origin.known(settings.from)?;
        let bulk = &settings.bulk;
        let outputs = Outputs::of(self.output.as_deref(), &settings)?;
        let selection = Selection::of(bulk)?;
        let rules = rule_loader::load(&settings.rules, console)?;
        // Encodings never shrink below half, and a header stands before a response.
        let payload_bytes = settings.limits.page_bytes.saturating_mul(2).saturating_add(64 << 10);
        let reading = Reading { payload_bytes, html_column: bulk.html_column.clone(), url_column: bulk.url_column.clone() };
        let mut inputs = inputs(&outputs, &origin)?;
        place::tell_apart(&mut inputs, &origin);
        let feed = Feed::new(inputs, reading, bulk.dead_letters.is_some() || bulk.quarantine.is_some());
        let setup = Setup::plan(self, *console, settings, &rules, feed)?;
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
        let exit = if streams { stream::stream(run)? } else { run.start()? };
        if exit != Exit::Interrupted {
            overview.write(&tally.lock().unwrap_or_else(PoisonError::into_inner))?;
        }
        Ok(exit)
    }
}
