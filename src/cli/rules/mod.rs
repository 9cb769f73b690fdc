//! `naqi rules`: what rule authors need.

mod check;
mod diff;
mod list;
mod sample;
mod show;
mod test;
mod try_text;

use super::console::Console;
use super::exit::Exit;
use anyhow::Result;
use clap::Subcommand;

/// Check, list, show, try and compare rules
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Check packs: all mistakes at once, and every hit and miss
    Check(check::CheckCommand),
    /// List the rules in use
    List(list::ListCommand),
    /// Show all of a rule
    Show(show::ShowCommand),
    /// Try moderation rules on a text or a page
    Try(try_text::TryCommand),
    /// Run rules against their examples and against pages with expected findings
    Test(test::TestCommand),
    /// Show what a change of moderation rules changes on pages
    Diff(diff::DiffCommand),
}

impl RulesCommand {
    /// Runs it.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        match self {
            RulesCommand::Check(check) => check.run(console),
            RulesCommand::List(list) => list.run(console),
            RulesCommand::Show(show) => show.run(console),
            RulesCommand::Try(text) => text.run(console),
            RulesCommand::Test(test) => test.run(console),
            RulesCommand::Diff(diff) => diff.run(console),
        }
    }
}
