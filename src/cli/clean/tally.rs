//! What a run has done so far, and the table at its end.

use crate::cli::console::Console;
use comfy_table::{CellAlignment, Table, presets};
use naqi::report::PageReport;
use std::collections::HashMap;
use std::time::Instant;

/// The table names this many rules.
const TOP_RULES: usize = 10;

/// Sums over all pages.
#[derive(Debug)]
pub struct Tally {
    /// Pages, failed ones too.
    pub pages: u64,
    /// Failed ones.
    pub failures: u64,
    /// Held back by rules.
    pub held: u64,
    findings: u64,
    /// Bytes read, after decompression.
    pub bytes_in: u64,
    bytes_out: u64,
    bytes_removed: u64,
    guarded: u64,
    by_rule: HashMap<String, u64>,
    begun: Instant,
}

impl Tally {
    /// Nothing yet.
    pub fn new() -> Self {
        Tally {
            pages: 0,
            failures: 0,
            held: 0,
            findings: 0,
            bytes_in: 0,
            bytes_out: 0,
            bytes_removed: 0,
            guarded: 0,
            by_rule: HashMap::new(),
            begun: Instant::now(),
        }
    }

    /// A page came through.
    pub fn cleaned(&mut self, report: &PageReport) {
        self.pages += 1;
        self.bytes_in += report.counts.bytes_in;
        self.bytes_out += report.counts.bytes_out;
        self.bytes_removed += report.counts.bytes_removed;
        self.guarded += report.counts.guarded;
        self.findings += report.counts.findings;
        for removal in report.removals.iter().filter(|removal| removal.extent != "refused") {
            // The first rule decided the extent; the others only agreed.
            if let Some(rule) = removal.rules.first() {
                match self.by_rule.get_mut(rule) {
                    Some(count) => *count += 1,
                    None => drop(self.by_rule.insert(rule.clone(), 1)),
                }
            }
        }
    }

    /// Rules hold a page back.
    pub fn held(&mut self) {
        self.pages += 1;
        self.held += 1;
    }

    /// A page failed.
    pub fn failed(&mut self) {
        self.pages += 1;
        self.failures += 1;
    }

    /// Seconds since the run began, never zero.
    pub fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64().max(0.001)
    }

    /// The table at the end.
    pub fn show(&self, console: &Console) {
        let removed_share = 100.0 * self.bytes_removed as f64 / (self.bytes_in.max(1)) as f64;
        let pages_a_second = self.pages as f64 / self.seconds();
        let mut rows = vec![
            ["pages".to_owned(), self.pages.to_string(), format!("{pages_a_second:.1} a second")],
            ["failed".to_owned(), self.failures.to_string(), String::new()],
            ["held back".to_owned(), self.held.to_string(), String::new()],
            ["read".to_owned(), size(self.bytes_in), format!("{} a second", size((self.bytes_in as f64 / self.seconds()) as u64))],
            ["written".to_owned(), size(self.bytes_out), String::new()],
            ["removed".to_owned(), size(self.bytes_removed), format!("{removed_share:.1} % of what was read")],
            ["removals".to_owned(), self.by_rule.values().sum::<u64>().to_string(), format!("by {} rules", self.by_rule.len())],
            ["findings".to_owned(), self.findings.to_string(), "of moderation rules".to_owned()],
            ["guarded".to_owned(), self.guarded.to_string(), "narrowed or refused".to_owned()],
        ];
        let mut rules: Vec<_> = self.by_rule.iter().collect();
        rules.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        let first = std::iter::once("most by").chain(std::iter::repeat(""));
        rows.extend(rules.iter().take(TOP_RULES).zip(first).map(|((rule, count), label)| [label.to_owned(), count.to_string(), (*rule).clone()]));
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY).add_rows(rows);
        if let Some(numbers) = table.column_mut(1) {
            numbers.set_cell_alignment(CellAlignment::Right);
        }
        console.block(&table.to_string());
    }
}

/// Bytes for people.
pub fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}
