//! The stripper of one page: what is known while its events pass.

use super::article::ArticleSettings;
use super::following::Following;
use super::gathering::Gathering;
use super::keeps::Keep;
use super::labels::Labels;
use super::line::Line;
use super::marks::Mark;
use super::mode::StripMode;
use super::model::{self, BlockRecord};
use super::open_record::OpenRecord;
use super::queue::{EventIndex, Queue};
use super::removal::{NearMiss, Removals};
use super::select::SelectorMatcher;
use crate::limits::Limits;
use crate::metadata::Collector;
use crate::rewrite::{Closing, ElementId, Event, EventKind, Markup, OpenElements, Tag, Window};
use crate::rules::{RuleIndex, RuleSet};
use rustc_hash::FxHashSet;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// Decides which events of one page are furniture.
pub struct Stripper {
    pub(super) rules: Arc<RuleSet>,
    pub(super) mode: StripMode,
    pub(super) markup: Markup,
    pub(super) hold_bytes: u64,
    /// Where the events so far end. The window may reach further, which no decision may depend on.
    pub(super) read: u64,
    pub(super) host: Option<String>,
    pub(super) explain: bool,
    pub(super) queue: Queue,
    pub(super) open: Vec<OpenRecord>,
    pub(super) gathering: Gathering,
    pub(super) lines: VecDeque<Line>,
    pub(super) marks: Vec<Mark>,
    /// What is inside the open marks may be released: prose, a headline or an article was seen in them.
    pub(super) may_be_released: bool,
    /// Words outside of links that the open marks hold.
    pub(super) words_in_marks: u32,
    /// Marks whose judgement waits for the end of the page (`article`).
    pub(super) ended: Vec<(Mark, EventIndex, Closing)>,
    /// Marks that may hold all of the text: their judgement waits for text elsewhere (`rules`).
    pub(super) undecided: VecDeque<(Mark, EventIndex)>,
    /// Where articles open: `article`, `main`, `itemprop=articleBody`.
    pub(super) landmarks: VecDeque<EventIndex>,
    pub(super) headline_lines: VecDeque<EventIndex>,
    pub(super) labels: Labels,
    pub(super) following: Option<Following>,
    /// Words of the longest line so far.
    pub(super) widest_line: u32,
    /// First texts of what is surely the article's, whatever the block model says: paragraphs that a label and its links were cut off
    /// from, a first line that a label repeats.
    pub(super) surely_text: FxHashSet<EventIndex>,
    /// Words of prose kept so far, outside of open marks.
    pub(super) prose_words: u64,
    pub(super) removals: Removals,
    /// The newest event that was removed.
    pub(super) last_removed: EventIndex,
    /// Reused from stretch to stretch.
    pub(super) opened_in_stretch: Vec<(ElementId, EventIndex)>,
    pub(super) near_misses: Vec<NearMiss>,
    pub(super) matcher: SelectorMatcher,
    /// Reused from element to element.
    pub(super) matched: Vec<RuleIndex>,
    pub(super) hold_was_full: u64,
    /// Marks that nothing closed.
    pub(super) left_open: usize,
    pub(super) finished: bool,
    /// What the block model decides about (`article`).
    pub(super) blocks: Option<model::Blocks>,
    pub(super) decide_by_model: bool,
    /// What rules took that do not give way to the model.
    pub(super) finals: Vec<Range<EventIndex>>,
    /// What the model is told.
    pub(super) article: ArticleSettings,
    /// How sure the model is of the page.
    pub(super) confidence: Option<f64>,
    /// What decided about each block; only for `explain`.
    pub(super) explained: Vec<BlockRecord>,
    /// What rules say is content and may still be taken, oldest first.
    pub(super) keeps: VecDeque<Keep>,
    /// All that they said so of, for the report.
    pub(super) kept: Vec<(RuleIndex, Range<u64>)>,
}

impl Stripper {
    /// A stripper for one page.
    pub fn new(rules: Arc<RuleSet>, mode: StripMode, markup: Markup, host: Option<String>, limits: &Limits, explain: bool) -> Self {
        Stripper {
            rules,
            mode,
            markup,
            hold_bytes: limits.hold_bytes as u64,
            read: 0,
            host,
            explain,
            queue: Queue::default(),
            open: Vec::new(),
            gathering: Gathering { before_blank: true, ..Gathering::default() },
            lines: VecDeque::new(),
            marks: Vec::new(),
            may_be_released: false,
            words_in_marks: 0,
            ended: Vec::new(),
            undecided: VecDeque::new(),
            landmarks: VecDeque::new(),
            headline_lines: VecDeque::new(),
            labels: Labels::default(),
            following: None,
            widest_line: 0,
            surely_text: FxHashSet::default(),
            prose_words: 0,
            removals: Removals::default(),
            last_removed: 0,
            opened_in_stretch: Vec::new(),
            near_misses: Vec::new(),
            matcher: SelectorMatcher::new(limits.siblings),
            matched: Vec::new(),
            hold_was_full: 0,
            left_open: 0,
            finished: false,
            decide_by_model: true,
            finals: Vec::new(),
            article: ArticleSettings::default(),
            confidence: None,
            explained: Vec::new(),
            keeps: VecDeque::new(),
            kept: Vec::new(),
            blocks: (mode == StripMode::Article && markup == Markup::Html).then(|| model::Blocks::new(model::builtin().tokens(), false)),
        }
    }

    /// The same, with or without the block model. Without, its blocks still tell what stands in `noscript`.
    pub fn with_model(mut self, model: bool) -> Self {
        self.decide_by_model = model;
        self
    }

    /// The same, told what pages these are.
    pub fn with_article(mut self, article: ArticleSettings) -> Self {
        self.article = article;
        self
    }

    /// So many bytes of the page come, and are held.
    pub(crate) fn expect(&mut self, bytes: u64) {
        if self.mode == StripMode::Article {
            self.queue.expect(bytes);
            if let Some(blocks) = &mut self.blocks {
                blocks.expect(bytes);
            }
        }
    }

    /// Takes the next event.
    pub fn event(&mut self, event: Event, elements: &OpenElements, window: &Window, metadata: &Collector) {
        let parts_lines = event.kind.parts_lines();
        if parts_lines {
            self.end_line(window, metadata);
        }
        let (kind, range) = (event.kind, event.range.clone());
        let range_end = range.end;
        if let EventKind::Text(text) = kind {
            self.text(event, text, window, metadata);
        } else {
            let at = self.queue.push(event);
            self.gathering.tag_since |= matches!(kind, EventKind::Open { .. } | EventKind::Close { .. });
            match kind {
                EventKind::Open { id, tag, void, .. } => self.opened(at, id, tag, void, elements, metadata),
                EventKind::Close { id, tag, how } => self.closed(at, id, tag, how, window),
                EventKind::Break { blank } => self.gathering.before_blank = blank,
                _ => {}
            }
            let takes_break = matches!(kind, EventKind::Open { tag: Tag::Br, .. } | EventKind::Break { .. });
            let removal = std::mem::take(&mut self.gathering.break_goes_with);
            if takes_break && removal > 0 {
                self.drop_event(at, removal);
            }
        }
        if parts_lines {
            self.gathering.first = self.queue.end();
        }
        if let Some(blocks) = &mut self.blocks {
            blocks.event(kind, range, self.queue.end().saturating_sub(1), elements, window);
        }
        self.read = range_end.max(self.read);
        let held = self.queue.start().map_or(0, |start| self.read.saturating_sub(start));
        if self.mode != StripMode::Article && held > self.hold_bytes {
            self.relieve(window, metadata);
        }
    }

    /// Rules that came close; only recorded for `explain`.
    pub fn near_misses(&self) -> &[NearMiss] {
        &self.near_misses
    }

    /// How sure the block model is of the page, 0 to 1; `None` where it did not judge.
    pub fn confidence(&self) -> Option<f64> {
        self.confidence
    }

    /// What decided about each block, with offsets of the decoded page; only for `explain`.
    pub(crate) fn take_explained(&mut self) -> Vec<BlockRecord> {
        std::mem::take(&mut self.explained)
    }

    /// The elements that rules say are content, as ranges of the page.
    pub fn kept(&self) -> &[(RuleIndex, Range<u64>)] {
        &self.kept
    }

    /// How often `limits.hold_bytes` was reached, and whether siblings were forgotten.
    pub fn limits_reached(&self) -> (u64, bool) {
        (self.hold_was_full, self.matcher.siblings_overflowed)
    }
}
