//! What the service counts, in the text format of Prometheus.

use naqi::moderate::Verdict;
use naqi::report::PageReport;
use prometheus::{Encoder, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};
use std::time::{Duration, SystemTime};

/// Seconds; pages take from a tenth of a millisecond to some seconds, stages of their road less.
const BUCKETS: &[f64] = &[0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// What takes its time: a request on its way, and a page on its road.
#[derive(Clone, Copy, Debug)]
pub enum Stage {
    /// The body arrives.
    Body,
    /// The request waits for a worker.
    Queue,
    /// The page is at work.
    Clean,
    /// The encoding is found and decoded.
    Decode,
    /// Events are made, and rules matched.
    Rewrite,
    /// What needs the whole page in view is decided.
    Strip,
    /// What a reader sees is judged.
    Moderate,
    /// What is left is written.
    Emit,
}

/// Their names, in the order of [`Stage`].
const STAGES: [&str; 8] = ["body", "queue", "clean", "decode", "rewrite", "strip", "moderate", "emit"];

/// All of them.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    bytes: IntCounterVec,
    verdicts: IntCounterVec,
    removals: IntCounterVec,
    findings: IntCounterVec,
    dead_letters: IntCounterVec,
    seconds: HistogramVec,
    /// In the order of [`Stage`]: each page asks for most of them.
    stages: Vec<Histogram>,
    waiting: IntGauge,
    reloads: IntCounterVec,
    reload_times: GaugeVec,
    rules: IntGaugeVec,
    /// Requests that were turned away, by what was full.
    pub refused: IntCounterVec,
    /// Connections that are open.
    pub connections: IntGauge,
    /// Workers that are at work.
    pub busy: IntGauge,
    /// Bytes that bodies take.
    pub memory: IntGauge,
    /// 1 until the service drains.
    pub ready: IntGauge,
}

/// Something that is counted while it lasts.
#[derive(Debug)]
pub struct Lasting(IntGauge);

impl Lasting {
    /// Counts it.
    pub fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Lasting(gauge.clone())
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// Registers them.
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        #[cfg(target_os = "linux")]
        registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        let counters = |name: &str, help: &str, label: &str| {
            let counter = IntCounterVec::new(Opts::new(name, help), &[label])?;
            registry.register(Box::new(counter.clone()))?;
            prometheus::Result::Ok(counter)
        };
        let gauge = |name: &str, help: &str| {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            prometheus::Result::Ok(gauge)
        };
        let histogram = |name: &str, help: &str, labels: &[&str]| {
            let histogram = HistogramVec::new(HistogramOpts::new(name, help).buckets(BUCKETS.to_vec()), labels)?;
            registry.register(Box::new(histogram.clone()))?;
            prometheus::Result::Ok(histogram)
        };
        let reload_times = GaugeVec::new(Opts::new("naqi_reload_timestamp_seconds", "When it was last reloaded, by outcome."), &["outcome"])?;
        registry.register(Box::new(reload_times.clone()))?;
        let rules = IntGaugeVec::new(Opts::new("naqi_rules_info", "1 for the digest of the rule set in use."), &["digest"])?;
        registry.register(Box::new(rules.clone()))?;
        let about = "Time that a page takes to arrive (body), to wait (queue), to be cleaned (clean), and of that in each stage of its road.";
        let stages = histogram("naqi_stage_seconds", about, &["stage"])?;
        let metrics = Metrics {
            bytes: counters("naqi_page_bytes_total", "Bytes of pages, in and out.", "direction")?,
            verdicts: counters("naqi_pages_total", "Pages by verdict.", "verdict")?,
            removals: counters("naqi_removals_total", "Removals by the rule that decided.", "rule")?,
            findings: counters("naqi_findings_total", "Findings of moderation by rule.", "rule")?,
            dead_letters: counters("naqi_dead_letters_total", "Pages that could not be cleaned, by cause.", "cause")?,
            refused: counters("naqi_requests_refused_total", "Requests that were turned away, by what was full.", "full")?,
            reloads: counters("naqi_reloads_total", "Reloads by outcome.", "outcome")?,
            seconds: histogram("naqi_request_seconds", "Time from a request's head to the head of its answer.", &["route", "status"])?,
            stages: STAGES.iter().map(|stage| stages.with_label_values(&[*stage])).collect(),
            waiting: gauge("naqi_queue_waiting", "Requests that wait for a worker.")?,
            busy: gauge("naqi_workers_busy", "Workers that are at work.")?,
            connections: gauge("naqi_connections", "Connections that are open.")?,
            memory: gauge("naqi_body_memory_bytes", "Bytes that bodies take.")?,
            ready: gauge("naqi_ready", "1 until the service drains.")?,
            reload_times,
            rules,
            registry,
        };
        metrics.ready.set(1);
        // A rate needs a beginning.
        for outcome in ["success", "refused"] {
            metrics.reloads.with_label_values(&[outcome]);
        }
        for full in ["queue", "memory", "worker", "streams"] {
            metrics.refused.with_label_values(&[full]);
        }
        for verdict in [Verdict::Pass, Verdict::Flag, Verdict::Quarantine, Verdict::Drop] {
            metrics.verdicts.with_label_values(&[name(verdict)]);
        }
        Ok(metrics)
    }

    /// Counts a page.
    pub fn page(&self, report: &PageReport) {
        self.bytes.with_label_values(&["in"]).inc_by(report.counts.bytes_in);
        self.bytes.with_label_values(&["out"]).inc_by(report.counts.bytes_out);
        self.verdicts.with_label_values(&[name(report.verdict)]).inc();
        for rule in report.removals.iter().filter(|removal| removal.extent != "refused").filter_map(|removal| removal.rules.first()) {
            self.removals.with_label_values(&[rule.as_str()]).inc();
        }
        for finding in &report.findings {
            self.findings.with_label_values(&[finding.rule.as_str()]).inc();
        }
        let times = &report.times;
        for (stage, time) in [
            (Stage::Decode, times.decode),
            (Stage::Rewrite, times.rewrite),
            (Stage::Strip, times.strip),
            (Stage::Moderate, times.moderate),
            (Stage::Emit, times.emit),
        ] {
            self.stage(stage, time);
        }
    }

    /// Counts a page that could not be cleaned.
    pub fn dead_letter(&self, cause: &str) {
        self.dead_letters.with_label_values(&[cause]).inc();
    }

    /// Counts an answer.
    pub fn answered(&self, route: &str, status: u16, time: Duration) {
        let mut digits = [0; 3];
        for (digit, place) in digits.iter_mut().zip([100, 10, 1]) {
            *digit = b'0' + (status / place % 10) as u8;
        }
        let status = std::str::from_utf8(&digits).unwrap_or("000");
        self.seconds.with_label_values(&[route, status]).observe(time.as_secs_f64());
    }

    /// How long something took.
    pub fn stage(&self, stage: Stage, time: Duration) {
        if let Some(histogram) = self.stages.get(stage as usize) {
            histogram.observe(time.as_secs_f64());
        }
    }

    /// Counts a request while it waits.
    pub fn waiting(&self) -> Lasting {
        Lasting::new(&self.waiting)
    }

    /// Counts a reload.
    pub fn reloaded(&self, is_success: bool) {
        let outcome = if is_success { "success" } else { "refused" };
        self.reloads.with_label_values(&[outcome]).inc();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        self.reload_times.with_label_values(&[outcome]).set(now);
    }

    /// Names the rule set in use.
    pub fn in_use(&self, digest: &str) {
        self.rules.reset();
        self.rules.with_label_values(&[digest]).set(1);
    }

    /// What `/metrics` answers.
    pub fn text(&self) -> prometheus::Result<Vec<u8>> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

/// A verdict's name.
pub fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Flag => "flag",
        Verdict::Quarantine => "quarantine",
        Verdict::Drop => "drop",
    }
}
