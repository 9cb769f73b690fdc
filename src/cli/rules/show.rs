//! `naqi rules show`: all of a rule.

use super::list::{action, hosts, scope};
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::options::RuleOptions;
use crate::cli::{print, rule_loader};
use anyhow::{Result, bail};
use clap::Args;
use naqi::moderate::ModerationRule;
use naqi::rules::{Rule, RuleSet};
use std::io::{self, Write};

/// Ids less alike than this are no suggestion.
const ALIKE: f64 = 0.75;

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  naqi rules show strip/share/share-label")]
pub struct ShowCommand {
    /// Id of the rule: its pack, a slash, its own id
    id: String,
    #[command(flatten)]
    rules: RuleOptions,
}

impl ShowCommand {
    /// Prints it.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        let rules = rule_loader::load(&self.rules.settings(&[], None, None)?.settings.rules, console)?;
        if let Some(rule) = rules.rules().iter().find(|rule| rule.id == self.id) {
            return print(text(rule)?);
        }
        if let Some(rule) = rules.moderation().rules().iter().find(|rule| rule.id == self.id) {
            return print(text_of_moderation(rule)?);
        }
        let near = nearest(&rules, &self.id).map_or_else(
            || "`naqi rules list` shows all that are in use, --with PACK those of a moderation pack too".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        bail!("there is no rule `{}`; {near}", self.id)
    }
}

/// The pack of a rule: its id without the last part.
pub fn pack(id: &str) -> &str {
    id.rsplit_once('/').map_or("", |(pack, _)| pack)
}

fn nearest<'a>(rules: &'a RuleSet, id: &str) -> Option<&'a str> {
    // Who knows only the last part of an id means the rule that ends in it.
    let own = |id: &'a str| id.rsplit('/').next().unwrap_or_default();
    let likeness = |known: &'a str| strsim::jaro_winkler(known, id).max(strsim::jaro_winkler(own(known), id.rsplit('/').next().unwrap_or(id)));
    let ids = rules.rules().iter().map(|rule| rule.id.as_str()).chain(rules.moderation().rules().iter().map(|rule| rule.id.as_str()));
    let scored = ids.map(|id| (likeness(id), id));
    scored.filter(|(alike, _)| *alike >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, id)| id)
}

fn text(rule: &Rule) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    writeln!(out, "{}\n  {}\n  {}:{}", rule.id, rule.why, rule.file, rule.line)?;
    let manner = [
        (rule.joins, "joins: may stand beside other joining phrases in one line"),
        (!rule.alone, "not alone: counts only beside another phrase or matching line"),
        (rule.linked, "linked: the line must be mostly links"),
        (rule.prose, "prose: what it takes may hold whole sentences"),
        (!rule.heading, "heading = false: headings are never its phrases"),
    ];
    sections(
        &mut out,
        &[
            ("hosts", &owned(&hosts(&rule.when))),
            ("languages", &rule.when.langs),
            ("select", &rule.select),
            ("text", &rule.text),
            ("scope", &owned(scope(rule))),
            ("manner", &manner.iter().filter(|(is, _)| *is).map(|(_, manner)| (*manner).to_owned()).collect()),
            ("hit", &rule.hit),
            ("miss", &rule.miss),
        ],
    )?;
    Ok(out)
}

fn text_of_moderation(rule: &ModerationRule) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    writeln!(out, "{}", rule.id)?;
    if !rule.why.is_empty() {
        writeln!(out, "  {}", rule.why)?;
    }
    writeln!(out, "  {}:{}", rule.file, rule.line)?;
    sections(
        &mut out,
        &[
            ("hosts", &owned(&hosts(&rule.when))),
            ("languages", &rule.when.langs),
            ("match", &owned(&rule.written)),
            ("action", &owned(&action(rule))),
            ("severity", &owned(&rule.severity)),
            ("category", &owned(&rule.category)),
            ("hit", &rule.hit),
            ("miss", &rule.miss),
        ],
    )?;
    Ok(out)
}

fn owned(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { vec![text.to_owned()] }
}

/// What there is of these, each under its name.
fn sections(out: &mut Vec<u8>, sections: &[(&str, &Vec<String>)]) -> io::Result<()> {
    for (name, items) in sections {
        if !items.is_empty() {
            writeln!(out, "\n{name}")?;
        }
        items.iter().try_for_each(|item| writeln!(out, "  {}", item.replace('\n', "\n  ")))?;
    }
    Ok(())
}
