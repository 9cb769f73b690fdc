//! `naqi rules test`: rules against their own examples, and against pages with expected findings.

use super::sample::{Moderated, origin_of, pages, read};
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::options::RuleOptions;
use crate::cli::print;
use crate::cli::rule_loader::{self, count};
use anyhow::{Context, Result};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

const AFTER: &str = "\
What is expected of page.html stands beside it in page.html.findings.toml, all of it:

  [[finding]]
  rule = \"my-rules/casino\"
  text = \"casino\"

A page without such a file must have no finding. --bless writes the files from what is found now.

Examples:
  naqi rules test my-rules.toml
  naqi rules test my-rules.toml --pages pages/
  naqi rules test my-rules.toml --pages pages/ --bless";

/// Fewer pages are no sample.
const SAMPLE: usize = 5;

#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct TestCommand {
    /// Pack files or folders
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Pages with expected findings, or folders of them (repeatable)
    #[arg(long, value_name = "PAGE|DIR")]
    pages: Vec<PathBuf>,
    /// Warn of what is found on more than this share of the pages, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 20)]
    max_share: usize,
    /// Write what is found as what is expected
    #[arg(long)]
    bless: bool,
    #[command(flatten)]
    rules: RuleOptions,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default)]
    finding: Vec<ExpectedFinding>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedFinding {
    rule: String,
    /// As it stands in the source, white space as one space.
    text: String,
}

impl TestCommand {
    /// Any failure is exit code 2. Examples run while the rules are loaded.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        let rules = rule_loader::load(&self.rules.settings(&self.paths, None, None)?.settings.rules, console)?;
        let mut out = Vec::new();
        let pages = pages(&self.pages)?;
        let mut failures = 0;
        let mut on_pages: BTreeMap<(String, String), usize> = BTreeMap::new();
        for path in &pages {
            let moderated = Moderated::of(&rules, read(path)?, &origin_of(path))?;
            let found = moderated.report.findings.iter();
            let mut found: Vec<ExpectedFinding> =
                found.map(|finding| ExpectedFinding { rule: finding.rule.clone(), text: moderated.source(finding.start, finding.end) }).collect();
            found.sort();
            let values: BTreeSet<(String, String)> = found.iter().map(|one| (one.rule.clone(), one.text.to_lowercase())).collect();
            values.into_iter().for_each(|value| *on_pages.entry(value).or_default() += 1);
            let beside = beside(path);
            if self.bless {
                if found.is_empty() {
                    // What was expected before is no more.
                    if beside.exists() {
                        std::fs::remove_file(&beside).with_context(|| format!("cannot remove {}", beside.display()))?;
                    }
                } else {
                    let text = toml::to_string_pretty(&Expected { finding: found }).context("cannot write the expectation")?;
                    std::fs::write(&beside, text).with_context(|| format!("cannot write {}", beside.display()))?;
                }
                continue;
            }
            let mut expected = expected(&beside)?.finding;
            expected.sort();
            for (what, list) in [("was not found", without(&expected, &found)), ("was found, and should not be", without(&found, &expected))] {
                for one in list {
                    failures += 1;
                    writeln!(out, "{}: {}: \"{}\" {what}", path.display(), one.rule, one.text)?;
                }
            }
        }
        for ((rule, text), count) in on_pages.iter().filter(|(_, count)| pages.len() >= SAMPLE && **count * 100 > self.max_share * pages.len()) {
            writeln!(out, "warning: {rule}: \"{text}\" is on {count} of {} pages: is it too common a word?", pages.len())?;
        }
        let examples: usize = rules.moderation().rules().iter().map(|rule| rule.hit.len() + rule.miss.len()).sum();
        writeln!(out, "{} and {}, {}", count(examples, "example"), count(pages.len(), "page"), count(failures, "failure"))?;
        print(out)?;
        Ok(if failures == 0 { Exit::Ok } else { Exit::Mistake })
    }
}

/// Those of the first that the second has not as often. Both are sorted.
fn without<'a>(these: &'a [ExpectedFinding], those: &[ExpectedFinding]) -> Vec<&'a ExpectedFinding> {
    let mut those = those.iter().peekable();
    let is_other = |one: &&ExpectedFinding| {
        while those.next_if(|other| *other < *one).is_some() {}
        those.next_if(|other| other == one).is_none()
    };
    these.iter().filter(is_other).collect()
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".findings.toml");
    name.into()
}

fn expected(path: &Path) -> Result<Expected> {
    if !path.exists() {
        return Ok(Expected::default());
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is no list of findings", path.display()))
}
