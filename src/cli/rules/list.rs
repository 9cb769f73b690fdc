//! `naqi rules list`: a line for each rule.

use super::show::pack;
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::options::RuleOptions;
use crate::cli::{print, rule_loader};
use anyhow::{Result, bail};
use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use naqi::moderate::ModerationRule;
use naqi::rules::{Rule, TextScope, When};
use std::io::{self, IsTerminal};

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  naqi rules list\n  naqi rules list --pack strip/share\n  naqi rules list --rules my-packs/ | grep my-site")]
pub struct ListCommand {
    /// Only this pack, or all packs whose names begin with this folder
    #[arg(long, value_name = "PACK")]
    pack: Option<String>,
    #[command(flatten)]
    rules: RuleOptions,
}

impl ListCommand {
    /// Prints them.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        let rules = rule_loader::load(&self.rules.settings(&[], None, None)?.settings.rules, console)?;
        let is_wanted = |id: &str| {
            self.pack
                .as_deref()
                .is_none_or(|wanted| pack(id).strip_prefix(wanted.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
        };
        let mut table = Table::new();
        table.set_header(["id", "kind", "scope", "hosts", "why"]);
        if io::stdout().is_terminal() {
            table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
        } else {
            // A line stays a line.
            table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        }
        let wanted = rules.rules().iter().filter(|rule| is_wanted(&rule.id));
        table.add_rows(wanted.map(|rule| [rule.id.clone(), kind(rule).into(), scope(rule).into(), hosts(&rule.when), rule.why.clone()]));
        let wanted = rules.moderation().rules().iter().filter(|rule| is_wanted(&rule.id));
        table.add_rows(wanted.map(|rule| [rule.id.clone(), action(rule), String::new(), hosts(&rule.when), rule.why.clone()]));
        if let (true, Some(wanted)) = (table.is_empty(), &self.pack) {
            bail!("there is no pack `{wanted}` in use");
        }
        print(table.trim_fmt() + "\n")
    }
}

fn kind(rule: &Rule) -> &'static str {
    match (rule.select.is_empty(), rule.text.is_empty()) {
        (false, false) => "select, text",
        (false, true) => "select",
        _ => "text",
    }
}

/// What a moderation rule does with what it finds.
pub fn action(rule: &ModerationRule) -> String {
    if rule.dry_run { format!("{} (dry run)", rule.action.name()) } else { rule.action.name().to_owned() }
}

/// Of its phrases; selectors take their element.
pub fn scope(rule: &Rule) -> &'static str {
    match rule.scope {
        _ if rule.text.is_empty() => "",
        TextScope::Block => "block",
        TextScope::Container => "container",
        TextScope::Following => "following",
        TextScope::Rest => "rest",
    }
}

/// Where it applies, as a pack would say it.
pub fn hosts(when: &When) -> String {
    let except = when.not_hosts.iter().map(|host| format!("!{host}"));
    when.hosts.iter().cloned().chain(except).collect::<Vec<_>>().join(", ")
}
