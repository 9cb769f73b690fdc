//! What a run has done so far, and the table at its end.

use super::feed::Work;
use super::stages::Stages;
use crate::cli::console::Console;
use comfy_table::{CellAlignment, Table, presets};
use naqi::report::PageReport;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Instant;

/// The table names this many rules.
const TOP_RULES: usize = 10;
/// Hosts, languages and causes beyond this many different ones are counted together.
const NAMES: usize = 20_000;
/// What they are counted as.
const REST: &str = "(others)";

/// Counts by the power of two that a number is below.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Histogram {
    /// `counts[n]`: numbers below 2 to the n, and not below the one before.
    pub counts: Vec<u64>,
}

impl Histogram {
    fn add(&mut self, number: u64) {
        let at = (u64::BITS - number.leading_zeros()) as usize;
        if self.counts.len() <= at {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] += 1;
    }
}

/// What a rule did.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct RuleTally {
    /// Removals that it decided.
    pub hits: u64,
    /// Bytes of the sources that they took.
    pub bytes: u64,
}

/// Sums over all pages.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Pages, failed ones and those not wanted too.
    pub pages: u64,
    /// Failed ones.
    pub failures: u64,
    /// Held back by rules.
    pub held: u64,
    /// What moderation rules found.
    pub findings: u64,
    /// Those not wanted, by the reason.
    pub passed: BTreeMap<String, u64>,
    /// Records of archives, by kind.
    pub records: BTreeMap<String, u64>,
    /// What could not be read.
    pub losses: u64,
    /// Stored bytes read.
    pub bytes_stored: u64,
    /// Bytes of pages, after decompression.
    pub bytes_in: u64,
    /// Bytes written.
    pub bytes_out: u64,
    /// Bytes of pages that were stripped.
    pub bytes_removed: u64,
    /// Removals that the guard narrowed or refused.
    pub guarded: u64,
    /// By rule.
    pub rules: BTreeMap<String, RuleTally>,
    /// Pages by host.
    pub hosts: BTreeMap<String, u64>,
    /// Pages by language.
    pub languages: BTreeMap<String, u64>,
    /// Pages by verdict.
    pub verdicts: BTreeMap<String, u64>,
    /// Failures and losses by their cause, numbers left out.
    pub causes: BTreeMap<String, u64>,
    /// Sizes of pages.
    pub sizes_in: Histogram,
    /// Sizes of what was kept of them.
    pub sizes_out: Histogram,
    /// Sizes of what was removed from them.
    pub sizes_removed: Histogram,
    /// Microseconds that pages took.
    pub micros: Histogram,
    /// All of them together.
    pub micros_sum: u64,
    /// Where the time of all workers went.
    #[serde(default)]
    pub stages: Stages,
    /// Seconds of earlier runs that this one goes on with.
    pub seconds_before: f64,
    #[serde(skip)]
    begun: Option<Instant>,
}

/// What is known of a cleaned page besides its report.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Its host.
    pub host: Option<String>,
    /// Its language.
    pub lang: Option<String>,
    /// What its cleaning took.
    pub micros: u64,
}

fn count(map: &mut BTreeMap<String, u64>, name: &str) {
    if let Some(count) = map.get_mut(name) {
        *count += 1;
    } else {
        let name = if map.len() < NAMES { name } else { REST };
        *map.entry(name.to_owned()).or_default() += 1;
    }
}

impl Tally {
    /// Starts the clock.
    pub fn begin(&mut self) {
        self.begun = Some(Instant::now());
    }

    /// To be written down: the clock's time becomes the time before.
    pub fn noted(&self) -> Self {
        Tally { seconds_before: self.seconds(), ..self.clone() }
    }

    /// What was passed over before a page.
    pub fn passed_over(&mut self, work: &Work) {
        for (kind, number) in &work.others {
            *self.records.entry((*kind).to_owned()).or_default() += number;
        }
        for loss in &work.lost {
            self.losses += 1;
            count(&mut self.causes, &without_numbers(&loss.lost.cause));
        }
        self.bytes_stored = work.stored_bytes;
        self.stages.add(&work.times);
    }

    /// A page that is a record.
    pub fn record(&mut self, kind: &str) {
        *self.records.entry(kind.to_owned()).or_default() += 1;
    }

    /// A page came through.
    pub fn cleaned(&mut self, report: &PageReport, facts: &Facts) {
        self.judged(report, facts);
        self.bytes_out += report.counts.bytes_out;
        self.sizes_out.add(report.counts.bytes_out);
    }

    /// Rules hold a page back.
    pub fn held(&mut self, report: &PageReport, facts: &Facts) {
        self.judged(report, facts);
        self.held += 1;
    }

    fn judged(&mut self, report: &PageReport, facts: &Facts) {
        let counts = &report.counts;
        self.pages += 1;
        self.bytes_in += counts.bytes_in;
        self.findings += counts.findings;
        self.bytes_removed += counts.bytes_removed;
        self.guarded += counts.guarded;
        self.sizes_in.add(counts.bytes_in);
        self.sizes_removed.add(counts.bytes_removed);
        self.micros.add(facts.micros);
        self.micros_sum += facts.micros;
        count(&mut self.hosts, facts.host.as_deref().unwrap_or("(none)"));
        count(&mut self.languages, facts.lang.as_deref().unwrap_or("(unknown)"));
        let verdict = serde_json::to_value(report.verdict).ok();
        count(&mut self.verdicts, verdict.as_ref().and_then(|verdict| verdict.as_str()).unwrap_or_default());
        for removal in report.removals.iter().filter(|removal| removal.extent != "refused") {
            // The first rule decided the extent; the others only agreed.
            let Some(rule) = removal.rules.first() else { continue };
            if !self.rules.contains_key(rule) {
                self.rules.insert(rule.clone(), RuleTally::default());
            }
            if let Some(tally) = self.rules.get_mut(rule) {
                tally.hits += 1;
                tally.bytes += removal.end.saturating_sub(removal.start);
            }
        }
    }

    /// A page was not wanted.
    pub fn not_wanted(&mut self, reason: &str) {
        self.pages += 1;
        count(&mut self.passed, reason);
    }

    /// A page failed.
    pub fn failed(&mut self, cause: &str) {
        self.pages += 1;
        self.failures += 1;
        count(&mut self.causes, &without_numbers(cause));
    }

    /// Seconds since the run began, never zero.
    pub fn seconds(&self) -> f64 {
        self.seconds_before + self.begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64()).max(0.001)
    }

    /// Rules by what `by` says of them, the first ones first.
    pub fn rules_by(&self, by: impl Fn(&RuleTally) -> u64) -> Vec<(&str, RuleTally)> {
        let mut rules: Vec<_> = self.rules.iter().map(|(rule, tally)| (rule.as_str(), *tally)).collect();
        rules.sort_by(|a, b| by(&b.1).cmp(&by(&a.1)).then_with(|| a.0.cmp(b.0)));
        rules
    }

    /// The table at the end.
    pub fn show(&self, console: &Console) {
        let removed_share = 100.0 * self.bytes_removed as f64 / (self.bytes_in.max(1)) as f64;
        let pages_a_second = self.pages as f64 / self.seconds();
        let hits: u64 = self.rules.values().map(|rule| rule.hits).sum();
        let mut rows = vec![
            ["pages".to_owned(), self.pages.to_string(), format!("{pages_a_second:.1} a second")],
            ["failed".to_owned(), self.failures.to_string(), String::new()],
            ["held back".to_owned(), self.held.to_string(), String::new()],
        ];
        if self.losses > 0 {
            rows.push(["lost".to_owned(), self.losses.to_string(), "could not be read".to_owned()]);
        }
        for (map, label) in [(&self.passed, "not wanted"), (&self.records, "records")] {
            let first = std::iter::once(label).chain(std::iter::repeat(""));
            rows.extend(map.iter().zip(first).map(|((name, count), label)| [label.to_owned(), count.to_string(), name.clone()]));
        }
        rows.extend([
            ["read".to_owned(), size(self.bytes_in), format!("{} a second", size((self.bytes_in as f64 / self.seconds()) as u64))],
            ["written".to_owned(), size(self.bytes_out), String::new()],
            ["removed".to_owned(), size(self.bytes_removed), format!("{removed_share:.1} % of what was read")],
            ["removals".to_owned(), hits.to_string(), format!("by {} rules", self.rules.len())],
            ["findings".to_owned(), self.findings.to_string(), "of moderation rules".to_owned()],
            ["guarded".to_owned(), self.guarded.to_string(), "narrowed or refused".to_owned()],
        ]);
        let first = std::iter::once("most by").chain(std::iter::repeat(""));
        let rules = self.rules_by(|rule| rule.hits);
        rows.extend(
            rules.iter().take(TOP_RULES).zip(first).map(|((rule, tally), label)| [label.to_owned(), tally.hits.to_string(), (*rule).to_owned()]),
        );
        let first = std::iter::once("time in").chain(std::iter::repeat(""));
        rows.extend(
            self.stages
                .shares()
                .into_iter()
                .zip(first)
                .map(|((stage, share), label)| [label.to_owned(), format!("{:.1} %", 100.0 * share), stage.to_owned()]),
        );
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY).add_rows(rows);
        if let Some(numbers) = table.column_mut(1) {
            numbers.set_cell_alignment(CellAlignment::Right);
        }
        console.block(&table.to_string());
    }
}

/// Causes that differ only in numbers are the same.
fn without_numbers(cause: &str) -> String {
    let mut out = String::with_capacity(cause.len());
    for c in cause.chars() {
        match c.is_ascii_digit() {
            true if out.ends_with('N') => {}
            true => out.push('N'),
            false => out.push(c),
        }
    }
    out
}

/// Bytes for people.
pub fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}
