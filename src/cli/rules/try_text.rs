//! `naqi rules try`: what rules find in a text, at once.

use super::sample::{Moderated, origin_of, read};
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::options::RuleOptions;
use crate::cli::{print, rule_loader};
use anyhow::{Context, Result};
use clap::Args;
use naqi::Origin;
use naqi::rewrite::Markup;
use std::io::{self, Read, Write};
use std::path::Path;

#[derive(Args, Debug)]
#[command(
    after_help = "Nothing is stripped. What comes out is shown as `preserve` writes it.\n\nExamples:\n  naqi rules try 'call 0501234567' --with pii-mena\n  naqi rules try page.html --rules my-rules.toml\n  naqi rules try '<b>ca</b>sino' --rules my-rules.toml --json | jq .findings"
)]
pub struct TryCommand {
    /// A text, a fragment of HTML, a file, or - for standard input
    #[arg(value_name = "TEXT|PAGE")]
    text: String,
    /// Address of the page, for rules of certain hosts
    #[arg(long, value_name = "URL")]
    url: Option<url::Url>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    rules: RuleOptions,
}

impl TryCommand {
    /// Prints the findings, what nearly was one, and what comes out.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        let rules = rule_loader::load(&self.rules.settings(&[], None, None)?.settings.rules, console)?;
        let path = Path::new(&self.text);
        let (page, origin) = if self.text == "-" {
            let mut page = Vec::new();
            io::stdin().lock().read_to_end(&mut page).context("cannot read standard input")?;
            let markup = if page.contains(&b'<') { Markup::Html } else { Markup::Text };
            (page, Origin { markup, ..Origin::default() })
        } else if path.is_file() {
            (read(path)?, origin_of(path))
        } else {
            let markup = if self.text.contains('<') { Markup::Html } else { Markup::Text };
            let content_type = Some("text/html; charset=utf-8".to_owned());
            (self.text.clone().into_bytes(), Origin { markup, content_type, ..Origin::default() })
        };
        let moderated = Moderated::of(&rules, page, &Origin { url: self.url.clone(), ..origin })?;
        if self.json {
            return print(serde_json::to_string_pretty(&moderated.report).context("cannot write the report")? + "\n");
        }
        let mut out = Vec::new();
        for finding in &moderated.report.findings {
            writeln!(out, "{}", moderated.describe(finding))?;
        }
        if moderated.report.findings.is_empty() {
            writeln!(out, "nothing was found by {} moderation rules", rules.moderation().rules().len())?;
        }
        for near in &moderated.report.near_misses {
            writeln!(
                out,
                "nearly: {} at bytes {}..{}: {}\n    text {}",
                near.rule,
                near.start,
                near.end,
                near.failed,
                moderated.source(near.start, near.end)
            )?;
        }
        let verdict = serde_json::to_value(moderated.report.verdict).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
        writeln!(out, "verdict {verdict}, score {:.2}", moderated.report.score)?;
        if !moderated.report.findings.is_empty() && !moderated.out.is_empty() {
            out.write_all(b"\n")?;
            out.write_all(&moderated.out)?;
            out.write_all(b"\n")?;
        }
        print(out)
    }
}
