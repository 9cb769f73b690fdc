//! The moderator of one page: gathers passages, has them judged, turns findings into edits.

use super::Verdict;
use super::contact::is_contact;
use super::covered::Covered;
use super::edit::{Edit, escaped, keep_apart};
use super::judge::{Found, NearFound};
use super::reach::Reach;
use super::redaction::{redactions, resolve, written};
use super::reference::References;
use super::rule::{Action, ModerationSet};
use super::surface::{Surface, Writing};
use super::view::View;
use super::workspace::Workspace;
use crate::decode::SourceMap;
use crate::emit::record::Finding;
use crate::limits::{Deadline, Limit};
use crate::report::NearMissRecord;
use crate::rewrite::Window;
use crate::rules::RuleSet;
use crate::strip::Held;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;
use url::Url;

/// A passage ends at the first block edge after this many bytes of text.
const PASSAGE_BYTES: usize = 16 * 1024;
/// And between any two blocks after this many bytes of the page.
const LONGEST_PASSAGE: u64 = 512 * 1024;
/// As many times more where a link is open, so that its tags are in the passage that its text is in.
const IN_LINKS: usize = 4;
/// Findings, and near misses, that are listed; the rest of an endless page is only counted.
pub(crate) const RECORDED: usize = 10_000;

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

/// What a moderator may take. Nothing of a page that reaches it may go out.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// When the page must be done.
    pub(crate) deadline: Deadline,
    /// Bytes of text and of other values between two places where a passage can end: what stands there is matched as a whole.
    pub(crate) block_bytes: u64,
    /// Bytes of the page between two such places.
    pub(crate) held_bytes: u64,
}

/// Judges one page.
pub struct Moderator {
    rules: Arc<RuleSet>,
    explain: bool,
    bounds: Bounds,
    /// Bytes of both views and of the page up to which there is room for whatever may come.
    room: (usize, u64),
    /// The limit that was reached, what was there, and what is allowed.
    overrun: Option<(Limit, u64, u64)>,
    work: Workspace,
    verdict: Verdict,
    score: f32,
    count: u64,
    findings: Vec<Finding>,
    near: Vec<NearMissRecord>,
    ready: bool,
}

impl Moderator {
    /// A moderator for one page, whose address may be known.
    pub fn new(rules: Arc<RuleSet>, explain: bool, bounds: Bounds, url: Option<&Url>) -> Self {
        let set = rules.moderation();
        let mut work = if set.is_empty() { Workspace::default() } else { set.workspaces.take() };
        work.passage.begin(set, url);
        work.scratch.deadline = bounds.deadline;
        Moderator {
            rules,
            explain,
            bounds,
            room: ((PASSAGE_BYTES - 1).min(usize::try_from(bounds.block_bytes).unwrap_or(usize::MAX)), (LONGEST_PASSAGE - 1).min(bounds.held_bytes)),
            overrun: None,
            work,
            verdict: Verdict::Pass,
            score: 0.0,
            count: 0,
            findings: Vec::new(),
            near: Vec::new(),
            ready: false,
        }
    }

    /// Whether there is no rule, and events need not come by.
    #[inline]
    pub fn is_idle(&self) -> bool {
        self.rules.moderation().is_empty()
    }

    /// Takes the next event.
    #[inline]
    pub fn event(&mut self, held: Held, window: &Window) {
        let Workspace { queue, passage, .. } = &mut self.work;
        passage.event(&held.event, held.is_kept(), queue.next(), window);
        queue.push(held);
        self.ready = false;
        // Most events come while there is room.
        if passage.len() > self.room.0 || queue.bytes() > self.room.1 {
            self.without_room();
        }
    }

    /// Says whether the passage ends here, and whether it should have ended before.
    #[inline(never)]
    fn without_room(&mut self) {
        let (bytes, held) = (self.work.passage.len(), self.held_bytes());
        let is_between = self.work.passage.is_between_blocks();
        let is_long = |times: usize| bytes >= PASSAGE_BYTES * times || held >= LONGEST_PASSAGE * times as u64;
        self.ready = is_between && is_long(1) && (is_long(IN_LINKS) || !self.work.passage.is_in_link());
        if !is_between {
            for (value, allowed) in [(bytes as u64, self.bounds.block_bytes), (held, self.bounds.held_bytes)] {
                if value > allowed {
                    self.overrun.get_or_insert((Limit::HoldBytes, value, allowed));
                }
            }
        }
    }

    /// The limit that the page has reached, what was there, and what is allowed: not all of it could be judged, and none may go out.
    #[inline]
    pub fn overrun(&self) -> Option<(Limit, u64, u64)> {
        self.overrun
    }

    /// Whether a passage has come together.
    #[inline]
    pub fn ready(&self) -> bool {
        self.ready
    }

    /// Bytes of the page that are held.
    pub fn held_bytes(&self) -> u64 {
        self.work.queue.bytes()
    }

    /// Where the oldest event that is held starts.
    pub fn held_from(&self) -> Option<u64> {
        self.work.queue.from()
    }

    fn judge(&mut self, page: PageFacts<'_>) {
        self.work.edits.clear();
        self.work.passage.end(page.window);
        let rules = Arc::clone(&self.rules);
        let set = rules.moderation();
        // What a line says as one reads it, it need not say once more as another does.
        let mut read = self.work.passage.side.blocks.iter().any(|block| block.is_as_written).then(Covered::default);
        for is_side in [false, true] {
            let view = std::mem::take(if is_side { &mut self.work.passage.side } else { &mut self.work.passage.text });
            let mut near = Vec::new();
            let misses = self.explain.then_some(&mut near);
            let mut allows = |rule: usize| set.rules[rule].when.may_allow(page.host, page.lang);
            let mut found = set.settle(&view, &mut self.work.scratch, &mut allows, misses);
            if let Some(read) = &mut read {
                found.retain(|found| read.takes(found.rule, &view.pieces(found.plain.clone())) || !view.blocks[found.block].is_as_written);
            }
            found.iter_mut().zip(self.count..).for_each(|(found, number)| found.number = number);
            self.record_near(&view, &found, near, page);
            self.apply(&view, &found, set, page);
            *(if is_side { &mut self.work.passage.side } else { &mut self.work.passage.text }) = view;
        }
        self.work.edits.sort_by_key(|edit| (edit.range.start, !edit.range.is_empty(), Reverse(edit.range.end)));
        self.work.edits.dedup();
        keep_apart(&mut self.work.edits);
        if !self.work.edits.is_empty() {
            self.work.queue.part(&mut self.work.edits);
        }
        self.work.passage.clear(self.work.queue.next());
        self.ready = false;
        // Matchers stop at the deadline, and what they have found by then is not all.
        if self.bounds.deadline.is_over() {
            self.overrun.get_or_insert(self.bounds.deadline.overrun());
        }
    }

    fn record_near(&mut self, view: &View, found: &[Found], near: Vec<NearFound>, page: PageFacts<'_>) {
        let mut of_rule: FxHashMap<u32, Reach> = FxHashMap::default();
        for miss in near {
            // What a rule found in spite of it is no near miss.
            let found = of_rule
                .entry(miss.rule)
                .or_insert_with(|| Reach::sorted(found.iter().filter(|found| found.rule == miss.rule).map(|found| found.plain.clone()).collect()));
            if found.meets(&miss.plain) || self.near.len() >= RECORDED {
                continue;
            }
            let range = view.page_range(miss.plain);
            self.near.push(NearMissRecord {
                rule: self.rules.moderation().rules[miss.rule as usize].id.clone(),
                start: page.map.source(range.start),
                end: page.map.source(range.end),
                failed: miss.failed,
            });
        }
    }

    fn apply(&mut self, view: &View, found: &[Found], set: &ModerationSet, page: PageFacts<'_>) {
        let (mut dropped, mut erased) = (None, Vec::new());
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
                    // Findings come by blocks.
                    Action::DropBlock if dropped != Some(found.block) => {
                        dropped = Some(found.block);
                        if !self.work.queue.drop_block(view, found.block) {
                            // A value in the tag of an element that holds other things: the value goes.
                            let plain = view.block_range(found.block);
                            erased.push(Found {
                                plain: plain.start..plain.end - usize::from(view.plain[plain.clone()].ends_with('\n')),
                                ..found.clone()
                            });
                        }
                    }
                    _ => {}
                }
            }
            self.count += 1;
            if self.findings.len() < RECORDED {
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
                    token: set.key.as_ref().map(|key| key.fingerprint(found.domain, View::of(&view.plain[found.plain.clone()]).folded.trim())),
                });
            }
        }
        let nothing = Action::Replace(String::new());
        let mut redactions = redactions(found, set, false);
        redactions.extend(erased.iter().map(|found| (found, &nothing)));
        self.redact(view, redactions, set);
    }

    fn redact(&mut self, view: &View, redactions: Vec<(&Found, &Action)>, set: &ModerationSet) {
        for (plain, found, action) in resolve(redactions, set).taken {
            self.write(view, plain, found, &action, set);
        }
    }

    fn write(&mut self, view: &View, plain: Range<usize>, found: &Found, action: &Action, set: &ModerationSet) {
        let block = &view.blocks[found.block];
        for (range, text) in written(view, &plain, found, action, set) {
            self.work.edits.push(Edit { range, text: escaped(&text, block.writing), writing: block.writing, finding: found.number });
        }
        if block.surface != Surface::Text
            && let Some(value) = self.work.passage.unquoted(block.plain)
        {
            for at in [value.start, value.end] {
                self.work.edits.push(Edit { range: at..at, text: "\"".into(), writing: Writing::Reference, finding: found.number });
            }
        }
    }

    /// Takes the tags of the links off that a finding is in. Whether there was one.
    fn unlink(&mut self, view: &View, found: &Found) -> bool {
        let opens = self.work.passage.links_at(view, found.block, &found.plain);
        opens.iter().filter(|open| self.work.queue.unlink(**open)).count() > 0
    }

    /// Judges what is held and hands it on: the events of the passage, and its edits. None are handed on where the page fails.
    pub fn pass(&mut self, page: PageFacts<'_>) -> (impl Iterator<Item = Held>, &[Edit]) {
        self.judge(page);
        let events = if self.overrun.is_none() { Some(self.work.queue.take()) } else { None };
        (events.into_iter().flatten(), &self.work.edits)
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
        self.near.sort_by(|a, b| (a.start, a.end, &a.rule, &a.failed).cmp(&(b.start, b.end, &b.rule, &b.failed)));
        self.near.dedup();
        std::mem::take(&mut self.near)
    }

    /// A text about the page, such as its title, as moderation leaves it; `None` where it may not stay. What is markup in a text of data is
    /// shown as such by some and as tags by others: it is read both ways.
    pub fn redacted(&mut self, text: &str, host: Option<&str>, lang: Option<&str>) -> Option<String> {
        let whole = self.redacted_alone(text, Surface::Meta, host, lang)?;
        if !text.contains('<') {
            return Some(whole);
        }
        let joined = without_tags(text);
        let redacted = self.redacted_alone(&joined, Surface::Meta, host, lang)?;
        Some(if redacted == joined { whole } else { redacted })
    }

    /// Whether a value about the page that is no text, such as a date, may stay as it is.
    pub fn may_stay(&mut self, value: &str, host: Option<&str>, lang: Option<&str>) -> bool {
        self.redacted_alone(value, Surface::Meta, host, lang).is_some_and(|redacted| redacted == value)
    }

    /// The same of an address.
    pub fn may_lead(&mut self, address: &str, host: Option<&str>, lang: Option<&str>) -> bool {
        self.redacted_alone(address, Surface::Link, host, lang).is_some_and(|redacted| redacted == address)
    }

    fn redacted_alone(&mut self, text: &str, surface: Surface, host: Option<&str>, lang: Option<&str>) -> Option<String> {
        let rules = Arc::clone(&self.rules);
        let set = rules.moderation();
        if set.is_empty() {
            return Some(text.to_owned());
        }
        let mut view = View::default();
        view.begin_block(surface, Writing::Literal, 0);
        if surface == Surface::Link
            && let Some(block) = view.blocks.last_mut()
        {
            block.is_mere_link = !is_contact(text);
        }
        view.add(text, 0, References::No, false);
        view.end_block();
        // What says no more than a line is judged to the end, however late it is.
        let deadline = std::mem::take(&mut self.work.scratch.deadline);
        let found = set.settle(&view, &mut self.work.scratch, &mut |rule| set.rules[rule].when.may_allow(host, lang), None);
        self.work.scratch.deadline = deadline;
        let drops = |found: &Found| matches!(set.rules[found.rule as usize], ref rule if rule.action == Action::DropBlock && !rule.dry_run);
        if found.iter().any(drops) {
            return None;
        }
        self.work.edits.clear();
        self.redact(&view, redactions(&found, set, false), set);
        self.work.edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        Some(super::edit::edited(text, 0..text.len() as u64, &self.work.edits).into_owned())
    }
}

/// A text without what reads like tags in it; a bracket that nothing closes is text.
fn without_tags(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let mut quote = None;
        let close = rest.char_indices().find(|(_, c)| match (quote, *c) {
            (None, '>') => true,
            (None, '"' | '\'') => {
                quote = Some(*c);
                false
            }
            (Some(open), c) if open == c => {
                quote = None;
                false
            }
            _ => false,
        });
        // A quotation mark may also be no more than that.
        let close = close.map(|(at, _)| at).or_else(|| rest.find('>'));
        let Some(close) = close else { break };
        rest = &rest[close + 1..];
    }
    out + rest
}

impl Drop for Moderator {
    fn drop(&mut self) {
        // What a panic has left half done is no good to another page.
        if !self.is_idle() && !std::thread::panicking() {
            self.rules.moderation().workspaces.give_back(std::mem::take(&mut self.work));
        }
    }
}
