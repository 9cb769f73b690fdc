//! Commands that describe naqi itself: its settings, its record, its completions and its manual.

use super::options::{PageOptions, RuleOptions, RunOptions};
use super::{Cli, DEFAULTS, Exit, print};
use anyhow::{Context, Result};
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use naqi::emit::record::Record;
use std::path::PathBuf;

const CONFIG_AFTER: &str = "\
What is set later wins: defaults, then naqi.toml (or --config FILE), then NAQI_ variables, then --set, then flags.
The lists rules.packs, rules.off, rules.with and rules.adblock are added to by flags and replaced by everything else.

Examples:
  naqi config --defaults > naqi.toml            every key with what it is for
  NAQI_STRIP__MODE=rules naqi config            strip.mode = \"rules\" # NAQI_STRIP__MODE
  naqi config --set limits.deadline_ms=5000";

/// Print the settings as merged, each with where it came from
#[derive(Args, Debug)]
#[command(after_help = CONFIG_AFTER)]
pub struct ConfigCommand {
    /// Print the defaults with a comment on each key instead
    #[arg(long)]
    defaults: bool,
    #[command(flatten)]
    run: RunOptions,
    #[command(flatten)]
    page: PageOptions,
    #[command(flatten)]
    rules: RuleOptions,
}

impl ConfigCommand {
    /// Prints them.
    pub fn run(&self) -> Result<Exit> {
        if self.defaults {
            return print(DEFAULTS);
        }
        let mut text = Vec::new();
        self.rules.settings(&[], Some(&self.page), Some(&self.run))?.list(&mut text)?;
        print(text)
    }
}

/// Print the JSON schema of a record.
pub fn schema() -> Result<Exit> {
    let schema = serde_json::to_string_pretty(&Record::schema()).context("cannot write the schema")?;
    print(schema + "\n")
}

/// Print completions for a shell
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  naqi completions bash > ~/.local/share/bash-completion/completions/naqi")]
pub struct CompletionsCommand {
    shell: Shell,
}

impl CompletionsCommand {
    /// Prints them.
    pub fn run(&self) -> Result<Exit> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "naqi", &mut text);
        print(text)
    }
}

/// Print the manual page, or write the pages of all commands
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  naqi man | man -l -\n  naqi man --dir ~/.local/share/man/man1")]
pub struct ManCommand {
    /// Write one page for each command into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl ManCommand {
    /// Prints or writes them.
    pub fn run(&self) -> Result<Exit> {
        if let Some(folder) = &self.dir {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
            clap_mangen::generate_to(Cli::command(), folder).with_context(|| format!("cannot write manual pages into {}", folder.display()))?;
            return Ok(Exit::Ok);
        }
        let mut text = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut text)?;
        print(text)
    }
}
