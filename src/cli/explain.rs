//! `naqi explain`: every decision on a page, and what nearly matched.

mod source_text;

use super::archive::{Origin, open_page};
use super::console::Console;
use super::exit::Exit;
use super::options::{PageOptions, RuleOptions};
use super::origin::OriginOptions;
use super::{print, rule_loader};
use anyhow::{Context, Result, bail};
use clap::Args;
use naqi::emit::EmitFormat;
use naqi::metadata::ContentSource;
use naqi::report::{BlockRecord, PageReport};
use naqi::rules::RuleSet;
use naqi::{Settings, clean};
pub use source_text::SourceText;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Show every decision on a page: what, where, by which rule, and what nearly matched
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  naqi explain page.html\n  naqi explain page.html --url https://news.example/a --strip rules\n  naqi explain page.html --json | jq .removals"
)]
pub struct ExplainCommand {
    /// A file, or - for standard input
    #[arg(value_name = "PAGE")]
    page: PathBuf,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    how: PageOptions,
    #[command(flatten)]
    origin: OriginOptions,
    #[command(flatten)]
    rules: RuleOptions,
}

impl ExplainCommand {
    /// Prints the decisions; a page that cannot be cleaned is exit code 1.
    pub fn run(&self, console: &Console) -> Result<Exit> {
        let settings = self.rules.settings(&[], Some(&self.how), None)?.settings;
        let origin = self.origin.known(settings.from)?;
        let rules = rule_loader::load(&settings.rules, console)?;
        let name = if self.page.as_os_str() == "-" { Path::new("stdin") } else { &self.page };
        let origin = origin.of(name);
        let settings = Settings {
            emit: EmitFormat::Text,
            strip: settings.strip.mode,
            limits: settings.limits,
            explain: true,
            model: settings.strip.model,
            article: settings.strip.article(),
            with_title: false,
        };
        // The page is held whole, whatever the mode.
        let cleaned = self.read(name, settings.limits.page_bytes, console).and_then(|page| {
            let report = clean(&rules, &settings, &origin, &page, &mut Vec::new())?;
            Ok((page, report))
        });
        match cleaned {
            Err(error) => {
                console.error(&format!("{}: {error:#}", name.display()));
                Ok(Exit::PagesFailed)
            }
            Ok((_, report)) if self.json => print(serde_json::to_string_pretty(&report).context("cannot write the report")? + "\n"),
            Ok((page, report)) => print(text(&report, &rules, &mut SourceText::of(&page, &origin, Arc::clone(&rules)))?),
        }
    }

    fn read(&self, name: &Path, limit: u64, console: &Console) -> Result<Vec<u8>> {
        let input = match self.page.as_os_str() == "-" {
            true => Origin::Stream(Box::new(io::stdin())),
            false => Origin::File(File::open(&self.page).context("cannot open it")?),
        };
        let (mut page, mut members) = (Vec::new(), open_page(input, name)?);
        // Encodings never shrink below half; what is decoded is bounded by the pipeline.
        let most = limit.saturating_mul(2);
        members.by_ref().take(most.saturating_add(1)).read_to_end(&mut page).context("cannot read it")?;
        if page.len() as u64 > most {
            bail!("it is longer than explain, which holds a page whole, may read: limits.page_bytes is {limit}");
        }
        if let Some(warning) = members.trailing() {
            console.note(&format!("{}: {warning}", name.display()));
        }
        Ok(page)
    }
}

/// Everything in the order of the page.
fn text(report: &PageReport, rules: &RuleSet, source: &mut SourceText) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let whys: HashMap<&str, &str> = rules.rules().iter().map(|rule| (rule.id.as_str(), rule.why.as_str())).collect();
    for removal in &report.removals {
        let cause = removal.cause.as_ref().map(|cause| format!(", {cause}")).unwrap_or_default();
        let line = source.line(removal.start);
        writeln!(out, "line {line}, bytes {}..{}: {}{cause}", removal.start, removal.end, removal.extent)?;
        for rule in &removal.rules {
            writeln!(out, "    rule {rule}: {}", whys.get(rule.as_str()).copied().unwrap_or_default())?;
        }
        if let Some(excerpt) = source.excerpt(removal.start, removal.end) {
            writeln!(out, "    text {excerpt}")?;
        }
    }
    if report.removals.is_empty() {
        writeln!(out, "nothing was removed")?;
    }
    for finding in &report.findings {
        let line = source.line(finding.start);
        writeln!(out, "line {line}, bytes {}..{}: {} in {}, score {:.2}", finding.start, finding.end, finding.done, finding.surface, finding.score)?;
        let category = if finding.category.is_empty() { String::new() } else { format!(", {}", finding.category) };
        writeln!(out, "    rule {} ({}{category}): {}", finding.rule, finding.severity, finding.steps.join(", "))?;
        if let Some(excerpt) = source.excerpt(finding.start, finding.end) {
            writeln!(out, "    text {excerpt}")?;
        }
    }
    if !report.near_misses.is_empty() {
        writeln!(out, "\nnearly matched")?;
    }
    for near in &report.near_misses {
        writeln!(out, "line {}, bytes {}..{}: rule {}: {}", source.line(near.start), near.start, near.end, near.rule, near.failed)?;
        if let Some(excerpt) = source.excerpt(near.start, near.end) {
            writeln!(out, "    text {excerpt}")?;
        }
    }
    blocks(report, source, &mut out)?;
    page(report, &mut out)?;
    Ok(out)
}

/// Every block of text with what decided about it.
fn blocks(report: &PageReport, source: &mut SourceText, out: &mut impl Write) -> io::Result<()> {
    if let Some(block) = report.blocks.first() {
        writeln!(out, "\nblocks, mean score {:+.2}", block.mean)?;
    }
    for block in &report.blocks {
        let BlockRecord { start, end, words, chance, .. } = block;
        let line = block.line.map(|line| format!(" (line {line:.2})")).unwrap_or_default();
        let kept = if block.kept { "kept" } else { "gone" };
        writeln!(out, "line {}, bytes {start}..{end}: {kept}, chance {chance:.2}{line}, {words} words: {}", source.line(*start), block.why)?;
        if let Some(excerpt) = source.excerpt(*start, *end) {
            writeln!(out, "    text {excerpt}")?;
        }
        for feature in &block.features {
            writeln!(out, "    {:+.2} {}: {}", feature.weight, feature.says, feature.value)?;
        }
        if let Some(flip) = &block.flip {
            let feature = flip.feature.as_ref().map(|feature| format!(", or {feature}")).unwrap_or_default();
            writeln!(out, "    flips with --favor {:+.2}{feature}", flip.favor)?;
        }
    }
    Ok(())
}

/// What is said of the page as a whole.
fn page(report: &PageReport, out: &mut impl Write) -> io::Result<()> {
    let encoding = &report.encoding;
    write!(out, "\npage\n    encoding {} ({})", encoding.name, word(&encoding.source))?;
    if encoding.invalid > 0 {
        let at: Vec<String> = encoding.invalid_at.iter().map(u64::to_string).collect();
        let more = if encoding.invalid > at.len() as u64 { ", …" } else { "" };
        write!(out, ", {} invalid, at bytes {}{more}", encoding.invalid, at.join(", "))?;
    }
    writeln!(out, "\n    verdict {}", word(&report.verdict))?;
    if report.content_source != ContentSource::Page {
        writeln!(out, "    content {}", word(&report.content_source))?;
    }
    if let Ok(serde_json::Value::Object(metadata)) = serde_json::to_value(&report.metadata) {
        for (name, value) in &metadata {
            if let Some(value) = value.as_str() {
                writeln!(out, "    {name} {value}")?;
            }
        }
    }
    let counts = &report.counts;
    writeln!(out, "    removed {} of {} bytes in {} removals, {} guarded", counts.bytes_removed, counts.bytes_in, counts.removals, counts.guarded)?;
    report.notes.iter().try_for_each(|note| writeln!(out, "    note {note}"))
}

/// A unit variant as its serialized name.
fn word(variant: &impl serde::Serialize) -> String {
    serde_json::to_value(variant).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
