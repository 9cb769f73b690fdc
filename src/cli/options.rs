//! Options that change settings. Each is also a key of the settings, where it can be set for good.

use super::bulk_options::BulkOptions;
use crate::config::{Layer, LayeredSettings};
use anyhow::Result;
use clap::Args;
use clap::builder::PossibleValuesParser;
use config::{Value, ValueKind};
use std::path::{Path, PathBuf};

/// Which settings, and which rules.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Rules and settings")]
pub struct RuleOptions {
    /// Add a rule pack, or a folder of packs (repeatable)
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// Leave out the built-in packs
    #[arg(long)]
    no_builtin: bool,
    /// Switch off a rule or a pack by its id (repeatable)
    #[arg(long, value_name = "ID")]
    off: Vec<String>,
    /// Switch on a built-in moderation pack, such as pii or gambling (repeatable)
    #[arg(long, value_name = "PACK")]
    with: Vec<String>,
    /// Add a filter list in EasyList syntax (repeatable)
    #[arg(long, value_name = "FILE")]
    adblock: Vec<PathBuf>,
    /// Settings file; without it ./naqi.toml if there is one
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Set a key of the settings (repeatable); `naqi config` shows all
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// How blocks are decided, and what the pages are.
#[derive(Args, Clone, Debug)]
pub struct PageOptions {
    /// How blocks are decided: not at all, by rules as they come, or with the whole page in view [default: article]
    #[arg(long, value_name = "MODE", value_parser = PossibleValuesParser::new(["off", "rules", "article"]))]
    strip: Option<String>,
    /// What the pages are about; auto: as each looks [default: auto]
    #[arg(long, value_name = "TYPE", value_parser = PossibleValuesParser::new(["auto", "article", "forum", "product", "collection", "listing", "documentation", "service"]))]
    page_type: Option<String>,
    /// Readers' comments; auto: content on a forum, furniture on an article, as each page looks [default: auto]
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(["auto", "strip", "keep"]))]
    comments: Option<String>,
    /// Which way doubt goes: precision, balanced, recall, or log odds such as 0.5 [default: balanced]
    #[arg(long, value_name = "WAY", allow_negative_numbers = true)]
    favor: Option<String>,
    /// What the pages are; auto: plain text where the name ends in .txt [default: auto]
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(["auto", "html", "text"]))]
    from: Option<String>,
}

/// What comes out, and how many pages at once.
#[derive(Args, Clone, Debug)]
pub struct RunOptions {
    /// What comes out [default: republish]
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(["republish", "preserve", "text", "markdown", "jsonl", "parquet", "warc", "wet"]))]
    emit: Option<String>,
    /// Begin text and markdown with the title, and say it nowhere else; without, the headline of an article is left to the metadata
    #[arg(long)]
    with_title: bool,
    /// Pages at once [default: the count of cores]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<u32>,
}

impl RuleOptions {
    /// The settings file that is read.
    pub fn file(&self) -> Option<&Path> {
        LayeredSettings::file(self.config.as_deref())
    }

    /// The merged settings. Further packs come from where a command takes them besides `--rules`.
    pub fn settings(&self, further_packs: &[PathBuf], page: Option<&PageOptions>, run: Option<&RunOptions>) -> Result<LayeredSettings> {
        self.load(further_packs, self.flags(further_packs, page, run))
    }

    /// The same, with flags that one command alone has.
    pub fn settings_with(&self, own: &Layer, page: &PageOptions, run: &RunOptions) -> Result<LayeredSettings> {
        let mut flags = self.flags(&[], Some(page), Some(run));
        flags.extend(own);
        self.load(&[], flags)
    }

    /// The merged settings of a run over many pages.
    pub fn bulk_settings(&self, page: &PageOptions, run: &RunOptions, bulk: &BulkOptions) -> Result<LayeredSettings> {
        let mut flags = self.flags(&[], Some(page), Some(run));
        bulk.add_to(&mut flags);
        let mut settings = self.load(&[], flags)?;
        bulk.put_paths(&mut settings.settings.bulk);
        Ok(settings)
    }

    fn load(&self, further_packs: &[PathBuf], flags: Layer) -> Result<LayeredSettings> {
        let mut settings = LayeredSettings::load(self.config.as_deref(), &self.set, flags)?;
        let rules = &mut settings.settings.rules;
        put_paths(self.rules.iter().chain(further_packs), &mut rules.packs);
        put_paths(self.adblock.iter(), &mut rules.adblock);
        Ok(settings)
    }

    fn flags(&self, further_packs: &[PathBuf], page: Option<&PageOptions>, run: Option<&RunOptions>) -> Layer {
        let mut flags = Layer::default();
        let paths = |paths: &mut dyn Iterator<Item = &PathBuf>, origin: &str| list(paths.map(|path| path.display().to_string()), origin);
        for (key, value, origin) in [
            ("rules.packs", paths(&mut self.rules.iter(), "--rules"), "--rules"),
            ("rules.packs", paths(&mut further_packs.iter(), "argument"), "argument"),
            ("rules.off", list(self.off.iter().cloned(), "--off"), "--off"),
            ("rules.with", list(self.with.iter().cloned(), "--with"), "--with"),
            ("rules.adblock", paths(&mut self.adblock.iter(), "--adblock"), "--adblock"),
        ] {
            if let Some(items) = value {
                flags.set(key, ValueKind::Array(items), origin);
            }
        }
        if self.no_builtin {
            flags.set("rules.builtin", false, "--no-builtin");
        }
        let text = [
            ("strip.mode", page.and_then(|page| page.strip.as_deref()), "--strip"),
            ("strip.page_type", page.and_then(|page| page.page_type.as_deref()), "--page-type"),
            ("strip.comments", page.and_then(|page| page.comments.as_deref()), "--comments"),
            ("strip.favor", page.and_then(|page| page.favor.as_deref()), "--favor"),
            ("from", page.and_then(|page| page.from.as_deref()), "--from"),
            ("emit", run.and_then(|run| run.emit.as_deref()), "--emit"),
        ];
        for (key, value, origin) in text {
            if let Some(value) = value {
                flags.set(key, value, origin);
            }
        }
        if run.is_some_and(|run| run.with_title) {
            flags.set("with_title", true, "--with-title");
        }
        if let Some(jobs) = run.and_then(|run| run.jobs) {
            flags.set("jobs", i64::from(jobs), "--jobs");
        }
        flags
    }
}

/// Settings are text: paths that are none are put in as they were given.
fn put_paths<'a>(given: impl Iterator<Item = &'a PathBuf>, settings: &mut [PathBuf]) {
    for path in given.filter(|path| path.to_str().is_none()) {
        let shown = PathBuf::from(path.display().to_string());
        if let Some(setting) = settings.iter_mut().find(|setting| **setting == shown) {
            setting.clone_from(path);
        }
    }
}

/// A list whose items come from flags; none when there are none.
pub fn list(items: impl Iterator<Item = String>, origin: &str) -> Option<Vec<Value>> {
    let items: Vec<Value> = items.map(|item| Value::new(Some(&origin.to_owned()), item)).collect();
    (!items.is_empty()).then_some(items)
}
