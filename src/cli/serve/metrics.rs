//! What the service counts, in the text format of Prometheus.

use naqi::report::PageReport;
use prometheus::{Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

/// All of them.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Bytes in and out.
    bytes: IntCounterVec,
    verdicts: IntCounterVec,
    removals: IntCounterVec,
    findings: IntCounterVec,
    /// Pages that could not be cleaned.
    pub failed: IntCounter,
    /// Seconds from head to answer, by route and status.
    pub seconds: HistogramVec,
    /// Requests that were admitted and are not answered.
    pub admitted: IntGauge,
    /// Requests that were turned away.
    pub refused: IntCounter,
    /// Reloads by outcome.
    pub reloads: IntCounterVec,
}

impl Metrics {
    /// Registers them.
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let counters = |name: &str, help: &str, label: &str| {
            let counter = IntCounterVec::new(Opts::new(name, help), &[label])?;
            registry.register(Box::new(counter.clone()))?;
            prometheus::Result::Ok(counter)
        };
        let counter = |name: &str, help: &str| {
            let counter = IntCounter::new(name, help)?;
            registry.register(Box::new(counter.clone()))?;
            prometheus::Result::Ok(counter)
        };
        let seconds =
            HistogramVec::new(HistogramOpts::new("naqi_request_seconds", "Time from a request's head to its answer."), &["route", "status"])?;
        registry.register(Box::new(seconds.clone()))?;
        let admitted = IntGauge::new("naqi_requests_admitted", "Requests at work or in the queue.")?;
        registry.register(Box::new(admitted.clone()))?;
        Ok(Metrics {
            bytes: counters("naqi_page_bytes_total", "Bytes of pages, in and out.", "direction")?,
            verdicts: counters("naqi_pages_total", "Pages by verdict.", "verdict")?,
            removals: counters("naqi_removals_total", "Removals by the rule that decided.", "rule")?,
            findings: counters("naqi_findings_total", "Findings of moderation by rule.", "rule")?,
            failed: counter("naqi_pages_failed_total", "Pages that could not be cleaned.")?,
            refused: counter("naqi_requests_refused_total", "Requests that found the queue full.")?,
            reloads: counters("naqi_reloads_total", "Reloads of the rules by outcome.", "outcome")?,
            seconds,
            admitted,
            registry,
        })
    }

    /// Counts a page.
    pub fn page(&self, report: &PageReport) {
        self.bytes.with_label_values(&["in"]).inc_by(report.counts.bytes_in);
        self.bytes.with_label_values(&["out"]).inc_by(report.counts.bytes_out);
        self.verdicts.with_label_values(&[super::work::verdict(report)]).inc();
        for rule in report.removals.iter().filter(|removal| removal.extent != "refused").filter_map(|removal| removal.rules.first()) {
            self.removals.with_label_values(&[rule.as_str()]).inc();
        }
        for finding in &report.findings {
            self.findings.with_label_values(&[finding.rule.as_str()]).inc();
        }
    }

    /// What `/metrics` answers.
    pub fn text(&self) -> prometheus::Result<Vec<u8>> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}
