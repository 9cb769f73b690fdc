//! The moderator of one page: gathers passages, has them judged, turns findings into edits.

use super::Verdict;
use super::edit::{Edit, escaped};
use super::judge::{Found, Scratch};
use super::passage::Passage;
use super::queue::Queue;
use super::redaction::{redactions, resolve, written};
use super::reference::References;
use super::rule::{Action, ModerationSet, Surfaces};
use super::surface::{Surface, Writing};
use super::view::View;
use crate::decode::SourceMap;
use crate::emit::record::Finding;
use crate::report::NearMissRecord;
use crate::rewrite::{EventKind, Tag, Window};
use crate::rules::RuleSet;
use crate::strip::Held;
use std::ops::Range;
use std::sync::Arc;

/// A passage ends at the first block edge after this many bytes of text.
const PASSAGE_BYTES: usize = 16 * 1024;
/// And at any event after this many bytes of the page.
const LONGEST_PASSAGE: u64 = 512 * 1024;
/// Findings that are listed; the rest of an endless page is only counted.
const RECORDED: usize = 10_000;
/// What is known of the page when a passage is judged.
#[derive(Clone, Copy)]
pub struct PageFacts<'a> {
    /// Decoded text.
    pub window: &'a Window,
    /// To the source.
    pub map: &'a SourceMap,
    /// Host, if known.
    pub host: Option<&'a str>,
    /// Language, if declared.
    pub lang: Option<&'a str>,
}

/// Judges one page.
pub struct Moderator {
    rules: Arc<RuleSet>,
    explain: bool,
    queue: Queue,
    passage: Passage,
    scratch: Scratch,
    edits: Vec<Edit>,
    verdict: Verdict,
    score: f32,
    count: u64,
    findings: Vec<Finding>,
    near: Vec<NearMissRecord>,
    ready: bool,
}

impl Moderator {
    /// A moderator for one page.
    pub fn new(rules: Arc<RuleSet>, explain: bool) -> Self {
        let set = rules.moderation();
        let passage = Passage::new(set.surfaces.unwrap_or(Surfaces::NONE), set.all_links);
        Moderator {
            rules,
            explain,
            queue: Queue::default(),
            passage,
            scratch: Scratch::default(),
            edits: Vec::new(),
            verdict: Verdict::Pass,
            score: 0.0,
            count: 0,
            findings: Vec::new(),
            near: Vec::new(),
            ready: false,
        }
    }

    /// Whether there is no rule, and events need not come by.
    pub fn is_idle(&self) -> bool {
        self.rules.moderation().is_empty()
    }

    /// Takes the next event.
    pub fn event(&mut self, held: Held, window: &Window) {
        let (kind, range, is_kept) = (held.event.kind, held.event.range.clone(), held.is_kept());
        let number = self.queue.next();
        self.queue.push(held);
        self.passage.event(kind, range, is_kept, number, window);
        let is_edge = kind.parts_lines() && !matches!(kind, EventKind::Open { tag: Tag::Br, .. });
        let is_long = self.passage.len() >= PASSAGE_BYTES;
        self.ready = !self.passage.is_in_json() && ((is_long && is_edge) || self.held_bytes() >= LONGEST_PASSAGE);
    }

    /// Whether a passage has come together.
    pub fn ready(&self) -> bool {
        self.ready
    }

    /// Bytes of the page that are held.
    pub fn held_bytes(&self) -> u64 {
        self.queue.bytes()
    }

    /// Where the oldest event that is held starts.
    pub fn held_from(&self) -> Option<u64> {
        self.queue.from()
    }

    fn judge(&mut self, page: PageFacts<'_>) {
        self.edits.clear();
        self.passage.end(page.window);
        let rules = Arc::clone(&self.rules);
        let set = rules.moderation();
        for is_side in [false, true] {
            let view = std::mem::take(if is_side { &mut self.passage.side } else { &mut self.passage.text });
            let mut near = Vec::new();
            let misses = self.explain.then_some(&mut near);
            let mut allows = |rule: usize| set.rules[rule].when.may_allow(page.host, page.lang);
            let mut found = set.settle(&view, &mut self.scratch, &mut allows, misses);
            found.iter_mut().zip(self.count..).for_each(|(found, number)| found.number = number);
            // What a rule found in spite of it is no near miss.
            near.retain(|miss| {
                !found.iter().any(|found| found.rule == miss.rule && found.plain.start < miss.plain.end && miss.plain.start < found.plain.end)
            });
            for miss in near {
                let range = view.page_range(miss.plain);
                let record = NearMissRecord {
                    rule: set.rules[miss.rule as usize].id.clone(),
                    start: page.map.source(range.start),
                    end: page.map.source(range.end),
                    failed: miss.failed,
                };
                if !self.near.contains(&record) {
                    self.near.push(record);
                }
            }
            self.apply(&view, &found, set, page);
            *(if is_side { &mut self.passage.side } else { &mut self.passage.text }) = view;
        }
        self.edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        self.edits.dedup();
        self.passage.clear(self.queue.next());
        self.ready = false;
    }

    fn apply(&mut self, view: &View, found: &[Found], set: &ModerationSet, page: PageFacts<'_>) {
        for found in found {
            let rule = &set.rules[found.rule as usize];
            let range = view.page_range(found.plain.clone());
            let mut done = rule.action.name().to_owned();
            if rule.dry_run {
                done = format!("dry-run {done}");
            } else {
                self.verdict = self.verdict.max(rule.action.verdict());
                self.score += found.score;
                match &rule.action {
                    Action::Unlink if !self.unlink(view, found) => "flag".clone_into(&mut done),
                    Action::Unlink => {}
                    Action::DropBlock => self.queue.drop_block(view, found.block),
                    _ => {}
                }
            }
            self.count += 1;
            if self.findings.len() < RECORDED {
                let folded = View::of(&view.plain[found.plain.clone()]).folded;
                self.findings.push(Finding {
                    rule: rule.id.clone(),
                    severity: rule.severity.clone(),
                    category: rule.category.clone(),
                    surface: view.blocks[found.block].surface.name().to_owned(),
                    start: page.map.source(range.start),
                    end: page.map.source(range.end),
                    output_start: None,
                    output_end: None,
                    done,
                    score: (f64::from(found.score) * 100.0).round() / 100.0,
                    steps: found.steps.clone(),
                    token: set.key.as_ref().map(|key| key.fingerprint(found.domain, folded.trim())),
                });
            }
        }
        self.redact(view, redactions(found, set, false), set);
    }

    fn redact(&mut self, view: &View, redactions: Vec<(&Found, &Action)>, set: &ModerationSet) {
        for (plain, found, action) in resolve(redactions, set) {
            self.write(view, plain, found, &action, set);
        }
    }

    fn write(&mut self, view: &View, plain: Range<usize>, found: &Found, action: &Action, set: &ModerationSet) {
        let block = &view.blocks[found.block];
        for (range, text) in written(view, &plain, found, action, set) {
            self.edits.push(Edit { range, text: escaped(&text, block.writing), writing: block.writing, finding: found.number });
        }
        if block.surface != Surface::Text
            && let Some(value) = self.passage.unquoted(block.plain)
        {
            for at in [value.start, value.end] {
                self.edits.push(Edit { range: at..at, text: "\"".into(), writing: Writing::Reference, finding: found.number });
            }
        }
    }

    /// Takes the tags of the links off that a finding is in. Whether there was one.
    fn unlink(&mut self, view: &View, found: &Found) -> bool {
        let opens = self.passage.links_at(view, found.block, &found.plain);
        opens.iter().for_each(|open| self.queue.unlink(*open));
        !opens.is_empty()
    }

    /// Judges what is held and hands it on, each event with the edits of the passage.
    pub fn pass(&mut self, page: PageFacts<'_>, mut each: impl FnMut(Held, &[Edit])) {
        self.judge(page);
        while let Some(held) = self.queue.pop() {
            each(held, &self.edits);
        }
    }

    /// The verdict so far.
    pub fn verdict(&self) -> Verdict {
        let thresholds = self.rules.moderation().thresholds;
        let reached = |threshold: Option<f32>, verdict: Verdict| if threshold.is_some_and(|at| self.score >= at) { verdict } else { Verdict::Pass };
        self.verdict.max(reached(thresholds.flag, Verdict::Flag)).max(reached(thresholds.quarantine, Verdict::Quarantine))
    }

    /// Sum of the scores of all findings.
    pub fn score(&self) -> f32 {
        self.score
    }

    /// Count of findings, and as many of them as are listed.
    pub fn take_findings(&mut self) -> (u64, Vec<Finding>) {
        (self.count, std::mem::take(&mut self.findings))
    }

    /// What nearly matched.
    pub fn take_near(&mut self) -> Vec<NearMissRecord> {
        std::mem::take(&mut self.near)
    }

    /// A text about the page, such as its title, with what rules redact in it redacted.
    pub fn redacted(&mut self, text: &str, host: Option<&str>, lang: Option<&str>) -> String {
        let rules = Arc::clone(&self.rules);
        let set = rules.moderation();
        if set.is_empty() {
            return text.to_owned();
        }
        let mut view = View::default();
        view.begin_block(Surface::Meta, Writing::Literal, 0);
        view.add(text, 0, References::No, false);
        view.end_block();
        let found = set.judge(&view, &mut self.scratch, &mut |rule| set.rules[rule].when.may_allow(host, lang), None);
        let redactions =
            found.iter().map(|found| (found, &set.rules[found.rule as usize])).filter(|(_, rule)| !rule.dry_run && rule.action.redacts());
        let redactions = redactions.map(|(found, rule)| (found, &rule.action)).collect();
        self.edits.clear();
        self.redact(&view, redactions, set);
        self.edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        super::edit::edited(text, 0..text.len() as u64, &self.edits).into_owned()
    }
}
