//! What a run did, for programs (`--stats`) and for people (`--report FILE.html`).

mod plot;

use super::growing::GrowingFile;
use super::tally::{Tally, size};
use anyhow::{Context, Result};
use indicatif::{HumanCount, HumanDuration};
use naqi::rules::RuleSet;
use plot::{Bar, bars, bound, escaped, histogram};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

const STYLE: &str = include_str!("style.css");
/// A plot has this many bars at most.
const BARS: usize = 15;

/// What is to be written when the run is over.
pub struct Overview {
    /// JSON.
    pub stats: Option<GrowingFile>,
    /// A page of plots.
    pub page: Option<GrowingFile>,
    /// The rules that the run had.
    pub rules: Arc<RuleSet>,
    /// Names of the first inputs.
    pub inputs: Vec<String>,
}

impl Overview {
    /// Writes it.
    pub fn write(self, tally: &Tally) -> Result<()> {
        let (stats, page) = (self.json(tally), self.page.is_some().then(|| self.html(tally)));
        if let Some(mut file) = self.stats {
            serde_json::to_writer_pretty(&mut file, &stats).context("cannot write --stats")?;
            file.write_all(b"\n").context("cannot write --stats")?;
            file.keep().context("--stats")?;
        }
        if let (Some(mut file), Some(page)) = (self.page, page) {
            file.write_all(page.as_bytes()).context("cannot write --report")?;
            file.keep().context("--report")?;
        }
        Ok(())
    }

    fn json(&self, tally: &Tally) -> serde_json::Value {
        let seconds = tally.seconds();
        json!({
            "schema": "1.0",
            "naqi": env!("CARGO_PKG_VERSION"),
            "rules_digest": self.rules.digest(),
            "inputs": self.inputs,
            "seconds": seconds,
            "pages_per_second": tally.pages as f64 / seconds,
            "bytes_per_second": tally.bytes_in as f64 / seconds,
            "stage_shares": tally.stages.shares().into_iter().collect::<BTreeMap<_, _>>(),
            "sums": tally.noted(),
        })
    }

    fn html(&self, tally: &Tally) -> String {
        let whys: HashMap<&str, &str> = self.rules.rules().iter().map(|rule| (rule.id.as_str(), rule.why.as_str())).collect();
        let rules = |label: &str, by: fn(&super::tally::RuleTally) -> u64, shown: fn(u64) -> String| {
            let of = tally.rules_by(by);
            let bar = |(rule, tally): &(&str, super::tally::RuleTally)| Bar {
                name: (*rule).to_owned(),
                value: by(tally),
                shown: shown(by(tally)),
                about: format!("{rule}: {}\n{} removals, {}", whys.get(rule).copied().unwrap_or_default(), tally.hits, size(tally.bytes)),
            };
            bars(label, &of.iter().take(BARS).map(bar).collect::<Vec<_>>())
        };
        let bytes = |title: &str, counts: &[u64]| histogram(title, counts, "pages", bound);
        let errors =
            [by_name("Failures and losses by cause", &tally.causes), by_name("Pages that were not wanted, by reason", &tally.passed)].concat();
        let errors = if errors.is_empty() { "<p class=about>Nothing failed, nothing was lost, nothing was left out.</p>".to_owned() } else { errors };
        let plots = [
            (
                "Sizes",
                [
                    bytes("Bytes of a page", &tally.sizes_in.counts),
                    bytes("Bytes written of it", &tally.sizes_out.counts),
                    bytes("Bytes removed from it", &tally.sizes_removed.counts),
                ]
                .concat(),
            ),
            (
                "Rules",
                [rules("By removals", |rule| rule.hits, |hits| HumanCount(hits).to_string()), rules("By bytes removed", |rule| rule.bytes, size)]
                    .concat(),
            ),
            (
                "Where the pages come from",
                [by_name("Hosts", &tally.hosts), by_name("Languages", &tally.languages), by_name("Records by kind", &tally.records)].concat(),
            ),
            (
                "Time",
                [
                    stages(tally),
                    histogram("Time that a page took", &tally.micros.counts, "pages", |micros| format!("{:?}", Duration::from_micros(micros))),
                ]
                .concat(),
            ),
            ("Verdicts", by_name("Pages by verdict", &tally.verdicts)),
        ];
        let sections: String = plots
            .iter()
            .filter(|(_, plots)| !plots.is_empty())
            .map(|(title, plots)| format!("<h2>{title}</h2><div class=plots>{plots}</div>"))
            .collect();
        format!(
            "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>naqi: {} pages</title>\
             <style>{STYLE}</style></head><body>{}{sections}<h2>What went wrong, and what was left out</h2><div class=\"plots bad\">{errors}</div></body></html>\n",
            HumanCount(tally.pages),
            self.head(tally)
        )
    }

    /// The numbers that one asks for first.
    fn head(&self, tally: &Tally) -> String {
        let seconds = tally.seconds();
        let count = |number: u64| HumanCount(number).to_string();
        let not_wanted: u64 = tally.passed.values().sum();
        let cleaned = tally.pages.saturating_sub(tally.failures + tally.held + not_wanted);
        let mean = tally.micros_sum as f64 / 1000.0 / ((cleaned + tally.held).max(1)) as f64;
        let tiles = [
            ("pages cleaned", count(cleaned), false),
            ("not wanted", count(not_wanted), false),
            ("failed", count(tally.failures), tally.failures > 0),
            ("held back", count(tally.held), tally.held > 0),
            ("places that could not be read", count(tally.losses), tally.losses > 0),
            ("pages a second", format!("{:.1}", tally.pages as f64 / seconds), false),
            ("read", size(tally.bytes_in), false),
            ("written", size(tally.bytes_out), false),
            ("a page, on average", format!("{mean:.2} ms"), false),
            ("in all", HumanDuration(Duration::from_secs_f64(seconds)).to_string(), false),
        ];
        let tiles: String = tiles
            .iter()
            .map(|(label, value, is_bad)| {
                format!("<div class=\"tile{}\"><b>{}</b><span>{label}</span></div>", if *is_bad { " bad" } else { "" }, escaped(value))
            })
            .collect();
        let kept = 100.0 - 100.0 * tally.bytes_removed as f64 / tally.bytes_in.max(1) as f64;
        let written = 100.0 * tally.bytes_out as f64 / tally.bytes_in.max(1) as f64;
        let more = if self.inputs.len() > 5 { ", …" } else { "" };
        let inputs = self.inputs.iter().take(5).map(|input| escaped(file_name(input))).collect::<Vec<_>>().join(", ");
        format!(
            "<h1>{} pages cleaned</h1><p class=about>from {inputs}{more} by naqi {}, rules {}</p><div class=tiles>{tiles}</div>\
             <div class=split title=\"bytes of the pages\"><i style=\"width:{kept:.1}%\"></i><u style=\"width:{:.1}%\"></u></div>\
             <p class=about>Rules removed {:.1} % of the bytes that were read; what was written is as much as {written:.1} % of them.</p>",
            count(cleaned),
            env!("CARGO_PKG_VERSION"),
            escaped(self.rules.digest().get(..12).unwrap_or_default()),
            100.0 - kept,
            100.0 - kept,
        )
    }
}

/// Where the time of all workers went.
fn stages(tally: &Tally) -> String {
    let shares = tally.stages.shares();
    let times: HashMap<&str, Duration> = tally.stages.named().into_iter().collect();
    let bar = |(stage, share): &(&'static str, f64)| Bar {
        name: (*stage).to_owned(),
        value: (share * 10_000.0).round() as u64,
        shown: format!("{:.1} %", 100.0 * share),
        about: format!("{stage}: {:.1} s of all workers", times.get(stage).copied().unwrap_or_default().as_secs_f64()),
    };
    bars("Share of each stage", &shares.iter().map(bar).collect::<Vec<_>>())
}

/// Folders are the machine's business.
fn file_name(input: &str) -> &str {
    input.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or(input)
}

/// The names with the largest numbers.
fn by_name(title: &str, counts: &BTreeMap<String, u64>) -> String {
    let mut counts: Vec<(&String, &u64)> = counts.iter().collect();
    counts.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let bar = |(name, count): &(&String, &u64)| Bar {
        name: (*name).clone(),
        value: **count,
        shown: HumanCount(**count).to_string(),
        about: format!("{name}: {count}"),
    };
    let title = if counts.len() > BARS { format!("{title}: the first {BARS} of {}", counts.len()) } else { title.to_owned() };
    bars(&title, &counts.iter().take(BARS).map(bar).collect::<Vec<_>>())
}
