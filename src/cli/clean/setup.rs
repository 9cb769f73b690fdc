//! Puts a run together: where it writes, what it goes on with, what it says.

use super::CleanOptions;
use super::commit::{Committer, Sink};
use super::conversion::warcinfo;
use super::dead_letters::DeadLetters;
use super::duplicates::Duplicates;
use super::feed::{Feed, Reached};
use super::growing::GrowingFile;
use super::identity::Identity;
use super::journal::{Entry, Journal, Last, folder_of};
use super::output::{Overwrite, is_there};
use super::overview::Overview;
use super::page::Cleaner;
use super::place::Destination;
use super::placed::{self, Placed};
use super::progress::Progress;
use super::rows::Rows;
use super::run::{Places, Run};
use super::selection::Selection;
use super::shards::{ShardPlan, Shards};
use super::standard_output::StandardOutput;
use crate::cli::console::Console;
use crate::config::{Compress, OutputFormat, RunSettings};
use anyhow::{Context, Result, bail};
use naqi::Settings;
use naqi::rules::RuleSet;
use naqi::strip::StripMode;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

/// Names of so many inputs stand in the statistics.
const NAMED: usize = 100;

/// Longer ones than any run are for ever.
fn seconds(seconds: f64) -> Result<Duration> {
    if seconds.is_nan() || seconds < 0.0 {
        bail!("{seconds} is no number of seconds");
    }
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// A run on its way to begin.
pub struct Setup<'a> {
    how: &'a CleanOptions,
    console: Console,
    settings: RunSettings,
    feed: Feed,
    destination: Destination,
    overwrite: Overwrite,
    /// A page and no archive: there is nothing to go on with, nor a summary of it.
    is_one_page: bool,
    journal: Option<Journal>,
    /// What an earlier run noted last.
    last: Option<Entry>,
    /// Files that are younger than this, in seconds of the Unix epoch, are those of the run that was broken off.
    own_since: Option<u64>,
}

impl<'a> Setup<'a> {
    /// Decides where everything goes, and whether an earlier run is gone on with.
    pub fn plan(how: &'a CleanOptions, console: Console, settings: RunSettings, rules: &RuleSet, mut feed: Feed) -> Result<Self> {
        let every = seconds(settings.bulk.checkpoint).context("--checkpoint")?;
        let is_one = feed.inputs().len() == 1;
        let begins_with_archive = is_one && feed.begins_with_archive();
        let destination = Destination::plan(how.output.as_deref(), settings.emit, feed.inputs(), begins_with_archive)?;
        let overwrite = if how.force { Overwrite::Allowed } else { Overwrite::Refused };
        let is_one_page = is_one && !begins_with_archive;
        let mut setup = Setup { how, console, settings, feed, destination, overwrite, is_one_page, journal: None, last: None, own_since: None };
        setup.open_journal(rules, every)?;
        Ok(setup)
    }

    /// Runs of one page, to standard output or to a device keep none.
    fn open_journal(&mut self, rules: &RuleSet, every: Duration) -> Result<()> {
        let Some(output) = self.how.output.as_deref() else { return Ok(()) };
        let is_device = output.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
        if self.is_one_page || is_device || self.destination == Destination::Stdout {
            return Ok(());
        }
        let is_folder = !matches!(&self.destination, Destination::Shards(path) if path == output);
        let folder = folder_of(output, is_folder);
        // A run that goes on has files of its own there; without a journal they are somebody's.
        if let (Destination::Shards(path), Overwrite::Refused, None) = (&self.destination, self.overwrite, self.max_shard_bytes())
            && !folder.exists()
            && path.symlink_metadata().is_ok()
        {
            bail!("-o: {}", is_there(path));
        }
        let (journal, last) = Journal::open(folder, self.task(rules)?, self.how.fresh, every)?;
        self.journal = Some(journal);
        match last {
            Last::None => {}
            Last::GoOn(entry) => {
                self.console.note("going on where the last run stopped; --fresh starts over");
                (self.own_since, self.last) = (Some(entry.begun), Some(*entry));
            }
            Last::Discarded(entry) => {
                self.own_since = Some(entry.begun);
                if let (Destination::Places(folder), Some(journal)) = (&self.destination, &self.journal) {
                    let since = SystemTime::UNIX_EPOCH + Duration::from_secs(entry.begun);
                    placed::discard(&journal.placed(), folder, since).context("--fresh")?;
                }
                if let Some((path, is_split)) = &entry.output {
                    let most = is_split.then_some(u64::MAX);
                    ShardPlan { most, ..self.shard_plan(path) }.discard(entry.shards).context("--fresh")?;
                }
            }
        }
        Ok(())
    }

    fn task(&self, rules: &RuleSet) -> Result<String> {
        let inputs = self.feed.inputs().iter().map(|input| &**input);
        let identity = Identity::new(&self.settings, inputs, self.how.output.as_deref(), rules.digest());
        let (url, content_type) = self.how.origin.given();
        identity.with_origin(url, content_type).digest().context("cannot tell this run from others")
    }

    /// Bytes of a shard, when there are several.
    fn max_shard_bytes(&self) -> Option<u64> {
        Some(self.settings.bulk.max_shard_bytes.0).filter(|bytes| *bytes > 0)
    }

    /// What comes out.
    pub fn emit(&self) -> OutputFormat {
        self.settings.emit
    }

    /// How the library is to clean.
    pub fn page_settings(&self) -> Settings {
        let settings = &self.settings;
        Settings {
            emit: settings.emit.page(),
            strip: settings.strip.mode,
            limits: settings.limits.clone(),
            explain: false,
            model: settings.strip.model,
            article: settings.strip.article(),
            with_title: settings.with_title,
        }
    }

    /// Whether the page is written as it comes. Elsewhere a page that fails leaves nothing behind, so it waits for its end; `article`
    /// holds it anyway.
    pub fn streams(&self, selection: &Selection) -> bool {
        let is_streaming_mode = !self.emit().is_records() && self.settings.strip.mode != StripMode::Article;
        self.is_one_to_stdout() && is_streaming_mode && !selection.needs_text()
    }

    fn is_one_to_stdout(&self) -> bool {
        self.is_one_page && self.destination == Destination::Stdout
    }

    /// Whether the language of each page is to be found out: records have its text at hand.
    pub fn tells_language(&self) -> bool {
        self.emit().is_records() && (self.settings.bulk.stats.is_some() || self.report_page().is_some())
    }

    /// How records are compressed.
    pub fn compress(&self) -> Compress {
        match (self.settings.bulk.compress, &self.destination) {
            // Parquet compresses its columns.
            _ if self.emit() == OutputFormat::Parquet => Compress::None,
            (Compress::Auto, Destination::Shards(path)) => ShardPlan::compress_of(path),
            (Compress::Auto, _) => Compress::None,
            (compress, _) => compress,
        }
    }

    fn report_page(&self) -> Option<&Path> {
        let path = self.settings.bulk.report.as_deref()?;
        path.extension().is_some_and(|extension| extension == "html" || extension == "htm").then_some(path)
    }

    /// What is written at the end.
    pub fn overview(&self, rules: Arc<RuleSet>) -> Result<Overview> {
        // A run that is gone on with may have written it before it was killed.
        let overwrite = if self.last.is_some() { Overwrite::Allowed } else { self.overwrite };
        let create = |path: &Path| GrowingFile::create(path, overwrite, false);
        Ok(Overview {
            stats: self.settings.bulk.stats.as_deref().map(create).transpose().context("--stats")?,
            page: self.report_page().map(create).transpose().context("--report")?,
            rules,
            inputs: self.feed.inputs().iter().take(NAMED).map(|input| input.name()).collect(),
        })
    }

    fn shard_plan(&self, path: &Path) -> ShardPlan {
        ShardPlan {
            path: path.to_owned(),
            most: self.max_shard_bytes(),
            compress: self.compress(),
            overwrite: self.overwrite,
            is_resumable: self.journal.is_some(),
            head: Vec::new(),
            is_packed: false,
        }
    }

    fn sink(&self, rules_digest: &str) -> Result<Sink> {
        let path = match &self.destination {
            Destination::Place(_) => return Ok(Sink::Places(None)),
            Destination::Places(folder) => return self.placed(folder).map(Sink::Places),
            Destination::Stdout if self.emit() == OutputFormat::Parquet => Path::new("-"),
            Destination::Stdout => return Ok(Sink::Stdout(self.standard_output())),
            Destination::Shards(path) => path,
        };
        let mut plan = self.shard_plan(path);
        if matches!(self.emit(), OutputFormat::Warc | OutputFormat::Wet) {
            plan.head = warcinfo(rules_digest, plan.compress)?;
            plan.is_packed = true;
        }
        let group_bytes = self.settings.bulk.row_group_bytes.0.max(1);
        let sink = match (self.emit(), self.last.as_ref().map(|entry| entry.shards)) {
            (OutputFormat::Parquet, mark) => {
                Rows::begin(plan, group_bytes, self.journal.as_ref().map(Journal::row_groups), mark).map(|rows| Sink::Rows(Box::new(rows)))
            }
            (_, Some(mark)) => Shards::resume(plan, mark).map(Sink::Shards),
            (_, None) => Shards::begin(plan).map(Sink::Shards),
        };
        sink.context("-o")
    }

    fn placed(&self, folder: &Path) -> Result<Option<Placed>> {
        self.journal.as_ref().map(|journal| Placed::open(journal.placed(), folder, self.last.is_some())).transpose()
    }

    /// WARC records come compressed.
    fn standard_output(&self) -> StandardOutput {
        StandardOutput::new(if self.emit() == OutputFormat::Jsonl { self.compress() } else { Compress::None })
    }

    fn places(&self) -> Option<Places> {
        let (output, is_file) = match &self.destination {
            Destination::Place(file) => (file.clone(), true),
            Destination::Places(folder) => (folder.clone(), false),
            Destination::Stdout | Destination::Shards(_) => return None,
        };
        Some(Places {
            output,
            is_file,
            waiting: self.journal.as_ref().map(Journal::waiting),
            overwrite: self.overwrite,
            own_since: self.own_since.map(|begun| SystemTime::UNIX_EPOCH + Duration::from_secs(begun)),
        })
    }

    fn report(&self) -> Result<Option<GrowingFile>> {
        let Some(path) = self.settings.bulk.report.as_deref().filter(|_| self.report_page().is_none()) else { return Ok(None) };
        let report = match self.last.as_ref().and_then(|entry| entry.report) {
            Some(length) => GrowingFile::resume(path, length, self.overwrite),
            None => GrowingFile::create(path, self.overwrite, self.journal.is_some()),
        };
        report.context("--report").map(Some)
    }

    /// Where failed pages go, and those that rules hold back.
    fn letters(&self, rules_digest: &str) -> Result<[Option<DeadLetters>; 2]> {
        let (failed, held) = (self.settings.bulk.dead_letters.as_deref(), self.settings.bulk.quarantine.as_deref());
        let open = |path: Option<&Path>, length: Option<u64>| path.map(|path| DeadLetters::open(path, rules_digest, length)).transpose();
        let last = self.last.as_ref();
        let letters = open(failed, last.and_then(|entry| entry.letters)).context("--dead-letters")?;
        let quarantine = open(held, last.and_then(|entry| entry.quarantine)).context("--quarantine")?;
        Ok([letters, quarantine])
    }

    fn duplicates(&self, selection: &Selection) -> Result<Option<Duplicates>> {
        let list = self.journal.as_ref().map(Journal::fingerprints);
        let length = self.last.as_ref().map_or(0, |entry| entry.fingerprints);
        selection.dedup.map(|_| Duplicates::open(list.as_deref(), length)).transpose()
    }

    /// Opens everything.
    pub fn run(mut self, cleaner: Cleaner) -> Result<Run> {
        let places = self.places();
        let sink = self.sink(cleaner.rules.digest())?;
        let report = self.report()?;
        let [letters, quarantine] = self.letters(cleaner.rules.digest())?;
        let duplicates = self.duplicates(&cleaner.selection)?;
        let bytes: Option<u64> = self.feed.inputs().iter().map(|input| input.stored_bytes()).sum();
        let progress = Progress::new(&self.console, self.is_one_page, bytes, self.destination == Destination::Stdout);
        let is_one_to_stdout = self.is_one_to_stdout();
        let (reached, tally) = self.last.take().map_or_else(|| (Reached::default(), Default::default()), |entry| (entry.reached, entry.tally));
        self.feed.go_to(reached)?;
        let jobs = match self.settings.jobs {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            jobs => jobs,
        };
        let committer = Committer {
            console: self.console,
            progress: Arc::new(progress),
            tally: Arc::new(Mutex::new(tally)),
            sink,
            report,
            letters,
            quarantine,
            duplicates,
            journal: self.journal,
            reached,
        };
        Ok(Run { console: self.console, jobs, cleaner: Arc::new(cleaner), feed: self.feed, committer, places, is_one_to_stdout })
    }
}
