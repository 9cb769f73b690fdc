//! `naqi clean`: pages in, cleaned pages out.
//!
//! `input` finds the pages, `place` decides where each goes, `page` cleans one, `run` drives all of them.

mod dead_letters;
mod input;
mod output;
mod page;
mod place;
mod progress;
mod run;
mod tally;

use super::console::Console;
use super::exit::Exit;
use super::options::{PageOptions, RuleOptions, RunOptions};
use super::origin::OriginOptions;
use super::rule_loader;
use anyhow::{Context, Result, bail};
use clap::Args;
use dead_letters::DeadLetters;
use input::InputOptions;
use naqi::Settings;
use naqi::emit::EmitFormat;
use naqi::strip::StripMode;
use output::{OutputFile, Overwrite};
use page::Cleaner;
use place::Destination;
use run::Run;
use std::path::PathBuf;
use std::sync::Arc;

const AFTER: &str = "\
A folder is searched for .html .htm .xhtml .txt and each of these with .gz .zst .br; its tree is kept under -o DIR.
A file that is there already is never overwritten without --force; pages of one name become name, name-2, …
A page that fails is reported, nothing of it is written, and the run goes on; the exit code is 1 then. The same goes for a page
that moderation rules hold back, with exit code 3.

Examples:
  naqi clean page.html > clean.html
  naqi clean pages/ -o cleaned/ --dead-letters failed/ --report report.jsonl
  naqi clean 'crawl/**/*.html.zst' --emit jsonl -o records.jsonl
  zcat page.html.gz | naqi clean - --strip rules --emit text";

/// Clean pages: files, folders, patterns or standard input
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct CleanCommand {
    #[command(flatten)]
    input: InputOptions,
    /// Write to this file; into this folder when it is one, ends in '/', or there are several pages
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// Overwrite files that are there already
    #[arg(long)]
    force: bool,
    /// Write a line of JSON for each page: every decision, with byte ranges and rules
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Keep pages that fail, with the cause: in a folder, or as lines of a file that ends in .jsonl
    #[arg(long, value_name = "DIR|FILE")]
    dead_letters: Option<PathBuf>,
    /// Keep pages that moderation rules hold back, as they came: in a folder, or as lines of a file that ends in .jsonl
    #[arg(long, value_name = "DIR|FILE")]
    quarantine: Option<PathBuf>,
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
    /// Everything that can be wrong for all pages is found before the first one is read.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        let settings = self.rules.settings(&[], Some(&self.page), Some(&self.run))?.settings;
        let origin = self.origin.known(settings.from)?;
        let rules = rule_loader::load(&settings.rules, console)?;
        rule_loader::refuse_late_verdicts(&rules, settings.strip.mode)?;
        let inputs = self.input.find(self.output.as_deref())?;
        if inputs.is_empty() {
            bail!("there is no page to clean; a folder is searched for .html, .htm, .xhtml and .txt");
        }
        let overwrite = if self.force { Overwrite::Allowed } else { Overwrite::Refused };
        let destination = Destination::plan(self.output.as_deref(), settings.emit, &origin, &inputs)?;
        // Elsewhere a page that fails leaves nothing behind, so it waits for its end; `article` holds the page anyway.
        let streams = inputs.len() == 1
            && destination == Destination::Stdout
            && settings.emit != EmitFormat::Jsonl
            && settings.strip.mode != StripMode::Article;
        let cleaner = Cleaner {
            rules: Arc::clone(&rules),
            settings: Settings {
                emit: settings.emit,
                strip: settings.strip.mode,
                limits: settings.limits.clone(),
                explain: false,
                model: settings.strip.model,
            },
            origin,
            keep_stdin: self.dead_letters.is_some() || self.quarantine.is_some(),
        };
        let run = Run {
            console: *console,
            jobs: match settings.jobs {
                0 => std::thread::available_parallelism().map_or(1, usize::from),
                jobs => jobs,
            },
            report: self.report.as_deref().map(|path| OutputFile::create(path, overwrite)).transpose().context("--report")?,
            dead_letters: self.dead_letters.as_deref().map(|path| DeadLetters::open(path, rules.digest())).transpose().context("--dead-letters")?,
            quarantine: self.quarantine.as_deref().map(|path| DeadLetters::open(path, rules.digest())).transpose().context("--quarantine")?,
            cleaner: Arc::new(cleaner),
            destination,
            overwrite,
        };
        run.start(inputs, streams)
    }
}
