//! `naqi rules`: what rule authors need.

mod check;
mod list;
mod show;

use super::console::Console;
use super::exit::Exit;
use anyhow::Result;
use clap::Subcommand;

/// Check, list and show rules
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Check packs: all mistakes at once, and every hit and miss
    Check(check::CheckCommand),
    /// List the rules in use
    List(list::ListCommand),
    /// Show all of a rule
    Show(show::ShowCommand),
}

impl RulesCommand {
    /// Runs it.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        match self {
            RulesCommand::Check(check) => check.run(console),
            RulesCommand::List(list) => list.run(console),
            RulesCommand::Show(show) => show.run(console),
        }
    }
}
