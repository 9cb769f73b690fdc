//! The commands, and what they have in common.

mod archive;
mod bulk_options;
mod clean;
mod compression;
mod console;
mod describe;
mod exit;
mod explain;
mod features;
mod options;
mod origin;
mod rule_loader;
mod rules;
mod serve;

use crate::config::DEFAULTS;
use anyhow::{Context, Result};
use clap::{ArgAction, Parser, Subcommand};
use console::Console;
use exit::Exit;
use std::io::{self, Write};

const AFTER: &str = "\
Examples:
  naqi clean page.html                          one page to standard output
  naqi clean pages/ -o cleaned/ -j 4            a folder, its tree kept
  curl -s https://news.example/a | naqi clean - --url https://news.example/a --emit markdown
  naqi explain page.html                        what went, where and why

Exit codes: 0 all went well, 1 some pages failed, or what was asked for cannot be written, 2 a mistake in the command line, the settings or the rules,
3 moderation rules hold some pages back, 130 Ctrl-C.
NAQI_LOG filters the log on standard error (\"debug\", \"naqi=trace\").";

/// Strips furniture from scraped web pages, and shows why each thing went.
#[derive(Debug, Parser)]
#[command(name = "naqi", version, after_help = AFTER, propagate_version = false)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Say nothing but errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Log what is done; twice for more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    Clean(Box<clean::CleanCommand>),
    Replay(Box<clean::ReplayCommand>),
    Explain(Box<explain::ExplainCommand>),
    Features(Box<features::FeaturesCommand>),
    #[command(subcommand)]
    Rules(rules::RulesCommand),
    Serve(Box<serve::ServeCommand>),
    Health(serve::HealthCommand),
    Config(describe::ConfigCommand),
    /// Print the JSON schema of a record (`--emit jsonl`)
    Schema,
    Completions(describe::CompletionsCommand),
    Man(describe::ManCommand),
}

/// Parses the command line, runs the command and reports what stopped it.
pub fn run() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output and are no mistake. Nobody may be there to read either.
            let _ = error.print();
            return if error.use_stderr() { Exit::Mistake } else { Exit::Ok };
        }
    };
    let console = Console::new(cli.quiet);
    // The service says in its settings how it logs.
    if !matches!(cli.command, Command::Serve(_)) {
        console::log(cli.verbose);
    }
    // A panic's message may quote the page; its place is enough to find the defect.
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        console.error(&format!("internal error at {place}"));
    }));
    match dispatch(cli.command, &console, cli.verbose) {
        Ok(exit) => exit,
        Err(error) if console::is_broken_pipe(&error) => Exit::Ok,
        Err(error) => {
            console.error(&format!("{error:#}"));
            // A full disk is no mistake of the caller.
            if error.downcast_ref() == Some(&console::NotWritten) { Exit::PagesFailed } else { Exit::Mistake }
        }
    }
}

fn dispatch(command: Command, console: &Console, verbose: u8) -> Result<Exit> {
    match command {
        Command::Clean(clean) => clean.run(console),
        Command::Replay(replay) => replay.run(console),
        Command::Explain(explain) => explain.run(console),
        Command::Features(features) => features.run(console),
        Command::Rules(rules) => rules.run(console),
        Command::Serve(serve) => serve.run(console, verbose),
        Command::Health(health) => health.run(),
        Command::Config(config) => config.run(),
        Command::Schema => describe::schema(),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    }
}

/// Writes what a command has to say to standard output.
fn print(text: impl AsRef<[u8]>) -> Result<Exit> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_ref()).and_then(|()| out.flush()).context(console::NotWritten)?;
    Ok(Exit::Ok)
}
