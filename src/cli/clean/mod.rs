//! `naqi clean`: pages in, cleaned pages out.
//!
//! `input` finds the inputs, `feed` takes pages out of them, `selection` says which are wanted, `page` cleans one, `place` and `shards`
//! say where it goes, `commit` writes it when its turn has come, `journal` remembers how far that is, and `run` drives all of them.

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
mod shards;
mod tally;

pub use input::is_page;

use super::archive::Reading;
use super::console::Console;
use super::exit::Exit;
use super::options::{PageOptions, RuleOptions, RunOptions};
use super::origin::OriginOptions;
use super::rule_loader;
use crate::config::{OutputFormat, RunSettings};
use anyhow::{Context, Result, bail};
use clap::Args;
use commit::{Committer, Sink};
use dead_letters::DeadLetters;
use duplicates::Duplicates;
use feed::Feed;
use growing::GrowingFile;
use input::{Input, InputOptions};
use journal::{Entry, Journal};
use naqi::Settings;
use naqi::strip::StripMode;
use output::Overwrite;
use overview::Overview;
use page::Cleaner;
use place::Destination;
use progress::Progress;
use rows::Rows;
use run::{Places, Run};
use selection::SelectionOptions;
use sha2::{Digest, Sha256};
use shards::{Compress, ShardPlan, Shards};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

const AFTER: &str = "\
Inputs may be pages, WARC, ARC, WACZ, tar and zip files, JSON lines and Parquet, each also compressed with gzip, zstd, lz4 or
brotli; what they are is told by their first bytes. A folder is searched for .html .htm .xhtml .txt and for archives.
Pages go each into its own file, in the tree of the folder or by address; --emit jsonl, parquet, warc or wet puts many into one.
A file that is there already is never overwritten without --force; pages of one name become name, name-2, …
A page that fails is reported, nothing of it is written, and the run goes on; the exit code is 1 then.
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

/// Try pages again that failed in an earlier run
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  naqi replay failed/ -o cleaned/\n  naqi replay failed.jsonl --emit jsonl -o more.jsonl --dead-letters still.jsonl"
)]
pub struct ReplayCommand {
    /// Folders or .jsonl files that `naqi clean --dead-letters` wrote
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
        let inputs = inputs()?;
        let emit = settings.emit;
        // Encodings never shrink below half, and a header stands before a response.
        let payload_bytes = settings.limits.page_bytes.saturating_mul(2).saturating_add(64 << 10);
        let reading = Reading { payload_bytes, html_column: self.html_column.clone(), url_column: self.url_column.clone() };
        let is_one = inputs.len() == 1;
        let mut task = Sha256::new();
        let sources: Vec<_> = inputs.iter().map(|input| (&input.source, input.stored_bytes())).collect();
        let asked = format!("{self:?} {:?} {:?} {sources:?}", RunSettings { jobs: 0, ..settings.clone() }, rules.digest());
        task.update(self.without_moment(&asked));
        let mut feed = Feed::new(inputs, reading, self.dead_letters.is_some());
        let begins_with_archive = is_one && feed.begins_with_archive();
        let overwrite = if self.force { Overwrite::Allowed } else { Overwrite::Refused };
        let destination = Destination::plan(self.output.as_deref(), emit, &origin, feed.inputs(), begins_with_archive)?;
        // Elsewhere a page that fails leaves nothing behind, so it waits for its end; `article` holds the page anyway.
        let is_one_page = is_one && !begins_with_archive;
        let is_one_to_stdout = is_one_page && destination == Destination::Stdout;
        let streams = is_one_to_stdout && !emit.is_records() && settings.strip.mode != StripMode::Article && !selection.needs_text();
        let is_device =
            self.output.as_deref().is_some_and(|output| output.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()));
        let (mut journal, mut last) = (None, None);
        if let (false, false, Some(output)) = (is_one_page, is_device || destination == Destination::Stdout, &self.output) {
            let is_folder = !matches!(&destination, Destination::Shards(path) if path == output);
            self.refuse_what_is_there(&destination, overwrite, &journal::folder_of(output, is_folder))?;
            let folder = journal::folder_of(output, is_folder);
            let every = Duration::try_from_secs_f64(self.checkpoint).unwrap_or(Duration::MAX);
            let (opened, entry) = Journal::open(folder, hex(&task.finalize()), self.fresh, every)?;
            (journal, last) = (Some(opened), entry);
        }
        if last.is_some() {
            console.note("going on where the last run stopped; --fresh starts over");
        }
        let (report_lines, report_page) = match &self.report {
            Some(path) if path.extension().is_some_and(|extension| extension == "html" || extension == "htm") => (None, Some(path.clone())),
            path => (path.as_deref(), None),
        };
        let compress = self.compress(&destination, emit);
        let mut places = None;
        let sink = match &destination {
            Destination::Stdout if emit == OutputFormat::Parquet => {
                Sink::Rows(Box::new(Rows::begin(self.plan(Path::new("-"), compress, overwrite, false), None)?))
            }
            Destination::Stdout => Sink::Stdout,
            Destination::Places(folder, of_pages) => {
                feed.set_places(of_pages.clone());
                places = Some(Places {
                    folder: folder.clone(),
                    waiting: journal.as_ref().map(Journal::waiting),
                    overwrite,
                    own_since: last.as_ref().map(|entry: &Entry| SystemTime::UNIX_EPOCH + Duration::from_secs(entry.begun)),
                });
                Sink::Places
            }
            Destination::Shards(path) => {
                let mut plan = self.plan(path, compress, overwrite, journal.is_some());
                if matches!(emit, OutputFormat::Warc | OutputFormat::Wet) {
                    plan.head = commit::head(rules.digest(), compress)?;
                    plan.is_packed = true;
                }
                let mark = last.as_ref().map(|entry| entry.shards);
                match (emit, mark) {
                    (OutputFormat::Parquet, mark) => Sink::Rows(Box::new(Rows::begin(plan, mark).context("-o")?)),
                    (_, Some(mark)) => Sink::Shards(Shards::resume(plan, mark).context("-o")?),
                    (_, None) => Sink::Shards(Shards::begin(plan).context("-o")?),
                }
            }
        };
        let report = match (report_lines, last.as_ref().and_then(|entry| entry.report)) {
            (Some(path), Some(length)) => Some(GrowingFile::resume(path, length, overwrite).context("--report")?),
            (Some(path), None) => Some(GrowingFile::create(path, overwrite, journal.is_some()).context("--report")?),
            (None, _) => None,
        };
        let letters_length = last.as_ref().and_then(|entry| entry.letters);
        let letters =
            self.dead_letters.as_deref().map(|path| DeadLetters::open(path, rules.digest(), letters_length)).transpose().context("--dead-letters")?;
        let duplicates = match selection.dedup {
            Some(_) => {
                Some(Duplicates::open(journal.as_ref().map(Journal::fingerprints).as_deref(), last.as_ref().map_or(0, |entry| entry.fingerprints))?)
            }
            None => None,
        };
        let tally = Arc::new(Mutex::new(last.as_ref().map(|entry| entry.tally.clone()).unwrap_or_default()));
        let reached = last.map(|entry| entry.reached).unwrap_or_default();
        feed.go_to(reached)?;
        let bytes: Option<u64> = feed.inputs().iter().map(|input| input.stored_bytes()).sum();
        let overview = Overview {
            stats: self
                .stats
                .as_deref()
                .map(|path| GrowingFile::create(path, overwrite_of(overwrite, reached), false))
                .transpose()
                .context("--stats")?,
            page: report_page.map(|path| GrowingFile::create(&path, overwrite_of(overwrite, reached), false)).transpose().context("--report")?,
            rules: Arc::clone(&rules),
            inputs: feed.inputs().iter().take(100).map(|input| input.name()).collect(),
        };
        let cleaner = Cleaner {
            settings: Settings { emit: emit.page(), strip: settings.strip.mode, limits: settings.limits.clone(), explain: false },
            tells_language: selection.needs_lang() || ((overview.stats.is_some() || overview.page.is_some()) && emit.is_records()),
            rules,
            emit,
            compress,
            origin,
            selection,
        };
        let is_beginning = reached == feed::Reached::default();
        let mut run = Run {
            console: *console,
            jobs: match settings.jobs {
                0 => std::thread::available_parallelism().map_or(1, usize::from),
                jobs => jobs,
            },
            cleaner: Arc::new(cleaner),
            feed,
            committer: Committer {
                console: *console,
                progress: Arc::new(Progress::new(console, is_one_page, bytes, destination == Destination::Stdout)),
                tally: Arc::clone(&tally),
                sink,
                report,
                letters,
                duplicates,
                journal,
                reached,
            },
            places,
            is_one_to_stdout,
        };
        if is_beginning {
            run.committer.note_beginning()?;
        }
        let exit = if streams { run::stream(run)? } else { run.start()? };
        let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        if exit != Exit::Interrupted {
            overview.write(&tally)?;
        }
        Ok(exit)
    }

    /// A run that goes on has files of its own there; without a journal they are somebody's.
    fn refuse_what_is_there(&self, destination: &Destination, overwrite: Overwrite, journal: &Path) -> Result<()> {
        if let (Destination::Shards(path), Overwrite::Refused, false) = (destination, overwrite, journal.exists())
            && self.max_shard_bytes.is_none()
            && path.symlink_metadata().is_ok()
        {
            bail!("-o: {}", output::is_there(path));
        }
        Ok(())
    }

    fn plan(&self, path: &Path, compress: Compress, overwrite: Overwrite, is_resumable: bool) -> ShardPlan {
        ShardPlan { path: path.to_owned(), most: self.max_shard_bytes, compress, overwrite, is_resumable, head: Vec::new(), is_packed: false }
    }

    fn compress(&self, destination: &Destination, emit: OutputFormat) -> Compress {
        match (self.compress, destination) {
            // Parquet compresses its columns.
            _ if emit == OutputFormat::Parquet => Compress::None,
            (Compress::Auto, Destination::Shards(path)) => ShardPlan::compress_of(path),
            (Compress::Auto, _) => Compress::None,
            (compress, _) => compress,
        }
    }

    /// What a run is told by: not by how it is told to begin.
    fn without_moment(&self, asked: &str) -> String {
        asked
            .replace(&format!("fresh: {:?}", self.fresh), "")
            .replace(&format!("force: {:?}", self.force), "")
            .replace(&format!("checkpoint: {:?}", self.checkpoint), "")
            .replace(&format!("stats: {:?}", self.stats), "")
            .replace(&format!("jobs: {:?}", self.run.jobs), "")
    }
}

/// A run that goes on may have written it before it was killed.
fn overwrite_of(overwrite: Overwrite, reached: feed::Reached) -> Overwrite {
    if reached == feed::Reached::default() { overwrite } else { Overwrite::Allowed }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
