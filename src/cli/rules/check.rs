//! `naqi rules check`: an author's whole loop.

use crate::cli::console::{Console, takes_color};
use crate::cli::exit::Exit;
use crate::cli::options::RuleOptions;
use crate::cli::print;
use crate::cli::rule_loader::{self, count, errors};
use anyhow::Result;
use clap::Args;
use naqi::check::{check, check_moderation};
use naqi::moderate::{Key, ModerationRule};
use naqi::rules::{Mistake, Rule, Severity};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

const AFTER: &str = "\
Packs are checked together with the built-in ones: a miss must come out whole whichever rule looks at it.

Examples:
  naqi rules check                        the built-in packs
  naqi rules check my-site.toml           mistakes with file:line:column, and failed hits and misses
  naqi rules check --no-builtin packs/    without the built-in packs";

#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct CheckCommand {
    /// Pack files or folders; without any, the built-in packs
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    rules: RuleOptions,
}

impl CheckCommand {
    /// Prints all mistakes and failures; any of them is exit code 2.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        let settings = self.rules.settings(&self.paths, None, None)?.settings;
        let mut read = rule_loader::read(&settings.rules)?;
        if read.own_files.is_empty() {
            // All that is built in, the optional packs too.
            read.sources.with.extend(read.sources.optional.iter().map(|pack| pack.name.clone()));
            read.sources.key = read.sources.key.or_else(|| Key::new(b"examples need no secret"));
        }
        let mut out = Vec::new();
        let color = takes_color(&io::stdout());
        let (rules, mistakes) = match read.sources.compile() {
            Ok((rules, warnings)) => (Some(Arc::new(rules)), warnings),
            Err(mistakes) => (None, mistakes),
        };
        // Somebody else's warnings are in the way of an author's own.
        // The lists that they name stand below their folders.
        let is_own_list = |file: &str| {
            let folders = read.own_files.iter().filter_map(|own| std::path::Path::new(own).parent());
            !file.ends_with(".toml") && folders.into_iter().any(|folder| std::path::Path::new(file).starts_with(folder))
        };
        let is_own = |mistake: &&Mistake| {
            let is_wanted = read.own_files.is_empty() || read.own_files.contains(&mistake.file) || is_own_list(&mistake.file);
            mistake.severity == Severity::Error || (is_wanted && !console.is_quiet())
        };
        for mistake in mistakes.iter().filter(is_own) {
            writeln!(out, "{}\n", mistake.render(color))?;
        }
        let Some(rules) = rules else {
            writeln!(out, "{}; hits and misses run when there is none", count(errors(&mistakes), "mistake"))?;
            print(out)?;
            return Ok(Exit::Mistake);
        };
        let is_checked = |rule: &Rule| read.own_files.is_empty() || read.own_files.contains(&rule.file);
        let failures = if read.own_files.is_empty() {
            let mut failures = check(&rules, |_| true).1;
            failures.extend(check_moderation(&rules, |_| true).1);
            failures
        } else {
            rule_loader::test(&read, &rules)?.1
        };
        for failure in &failures {
            writeln!(out, "{}\n", rule_loader::render(failure))?;
        }
        let checked: Vec<&Rule> = rules.rules().iter().filter(|rule| is_checked(rule)).collect();
        let moderating: Vec<&ModerationRule> =
            rules.moderation().rules().iter().filter(|rule| read.own_files.is_empty() || read.own_files.contains(&rule.file)).collect();
        let examples = checked.iter().map(|rule| rule.hit.len() + rule.miss.len()).sum::<usize>()
            + moderating.iter().map(|rule| rule.hit.len() + rule.miss.len()).sum::<usize>();
        if !console.is_quiet() || !failures.is_empty() {
            writeln!(
                out,
                "{}, {}, {}",
                count(checked.len() + moderating.len(), "rule"),
                count(examples, "example"),
                count(failures.len(), "failure")
            )?;
        }
        print(out)?;
        Ok(if failures.is_empty() { Exit::Ok } else { Exit::Mistake })
    }
}
