//! The moderator of one page: gathers passages, has them judged, and hands them on with the edits that came of it.

use super::Verdict;
use super::covered::Covered;
use super::edit::{Edit, keep_apart};
use super::workspace::Workspace;
use crate::decode::SourceMap;
use crate::emit::record::Finding;
use crate::limits::{Deadline, Limit};
use crate::report::NearMissRecord;
use crate::rewrite::Window;
use crate::rules::RuleSet;
use crate::strip::Held;
use std::cmp::Reverse;
use std::sync::Arc;
use url::Url;

/// A passage ends at the first block edge after this many bytes of text.
const PASSAGE_BYTES: usize = 16 * 1024;
/// And between any two blocks after this many bytes of the page.
const LONGEST_PASSAGE: u64 = 512 * 1024;
/// As many times more where a link is open, so that its tags are in the passage that its text is in.
const IN_LINKS: usize = 4;

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
    pub(super) rules: Arc<RuleSet>,
    explain: bool,
    bounds: Bounds,
    /// Bytes of both views and of the page up to which there is room for whatever may come.
    room: (usize, u64),
    /// The limit that was reached, what was there, and what is allowed.
    overrun: Option<(Limit, u64, u64)>,
    pub(super) work: Workspace,
    pub(super) verdict: Verdict,
    pub(super) score: f32,
    pub(super) count: u64,
    pub(super) findings: Vec<Finding>,
    pub(super) near: Vec<NearMissRecord>,
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
}

impl Drop for Moderator {
    fn drop(&mut self) {
        // What a panic has left half done is no good to another page.
        if !self.is_idle() && !std::thread::panicking() {
            self.rules.moderation().workspaces.give_back(std::mem::take(&mut self.work));
        }
    }
}
