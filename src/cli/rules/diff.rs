//! `naqi rules diff`: what a change of rules changes on pages.

use super::sample::{Moderated, origin_of, pages, read};
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::options::RuleOptions;
use crate::cli::rule_loader::{self, count};
use anyhow::{Result, bail};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// So many places are shown of each rule, gained and lost.
const SHOWN: usize = 10;

#[derive(Args, Debug)]
#[command(
    after_help = "Rules of two files are told apart by their own ids, whatever the files are called; those of folders by pack and id.\n\nExamples:\n  naqi rules diff old.toml new.toml pages/\n  git show HEAD:my.toml > /tmp/my.toml && naqi rules diff /tmp/my.toml my.toml pages/ --no-builtin"
)]
pub struct DiffCommand {
    /// The rules as they were: a pack or a folder
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The rules as they are to be
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Pages, or folders of them
    #[arg(value_name = "PAGE|DIR", required = true)]
    pages: Vec<PathBuf>,
    #[command(flatten)]
    rules: RuleOptions,
}

impl DiffCommand {
    /// Prints gains and losses by rule, with their places.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        let load = |path: &PathBuf| {
            let settings = self.rules.settings(std::slice::from_ref(path), None, None)?.settings;
            rule_loader::load(&settings.rules, console)
        };
        let (old, new) = (load(&self.old)?, load(&self.new)?);
        let pages = pages(&self.pages)?;
        if pages.is_empty() {
            bail!("there is no page to compare on");
        }
        let mut changes: BTreeMap<String, [Vec<String>; 2]> = BTreeMap::new();
        let mut same = 0;
        for path in &pages {
            let page = read(path)?;
            let origin = origin_of(path);
            let [before, after] = [Moderated::of(&old, page.clone(), &origin)?, Moderated::of(&new, page, &origin)?];
            let places = |moderated: &Moderated, pack: &Path| -> BTreeSet<(String, u64, u64)> {
                moderated.report.findings.iter().map(|finding| (own_id(&finding.rule, pack).to_owned(), finding.start, finding.end)).collect()
            };
            let (was, is) = (places(&before, &self.old), places(&after, &self.new));
            same += was.intersection(&is).count();
            for (side, one, other) in [(0, &is, &was), (1, &was, &is)] {
                for (rule, start, end) in one.difference(other) {
                    let place = format!("{}:{}: {}", path.display(), after.line(*start), after.source(*start, *end));
                    changes.entry(rule.clone()).or_default()[side].push(place);
                }
            }
        }
        let mut out = String::new();
        for (rule, [gained, lost]) in &changes {
            let _ = writeln!(out, "{rule}: {} gained, {} lost", gained.len(), lost.len());
            for (sign, places) in [('+', gained), ('-', lost)] {
                places.iter().take(SHOWN).for_each(|place| out.push_str(&format!("  {sign} {place}\n")));
                if places.len() > SHOWN {
                    let _ = writeln!(out, "  {sign} … and {} more", places.len() - SHOWN);
                }
            }
        }
        let _ = writeln!(out, "{}: {} rules differ, {} the same", count(pages.len(), "page"), changes.len(), count(same, "finding"));
        crate::cli::print(out)
    }
}

/// A rule's id without the name of the one file that was given; rules of other packs keep theirs.
fn own_id<'i>(id: &'i str, pack: &Path) -> &'i str {
    let name = pack.file_stem().filter(|_| !pack.is_dir()).and_then(|name| name.to_str());
    name.and_then(|name| id.strip_prefix(name)?.strip_prefix('/')).unwrap_or(id)
}
