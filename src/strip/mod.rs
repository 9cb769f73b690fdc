//! Strip: decides which events are furniture.
//!
//! Two kinds of rules mark what is to go: selectors when an element opens, phrases when a line of text ends. A mark stays
//! open until its element closes; then the guard judges what it would take. Events wait in a queue until no open question
//! can reach them, and leave it in order, each kept or removed.
//!
//! The modes differ only in how long events wait: `off` until the line ends, `rules` until the open marks are closed or
//! `limits.hold_bytes` is reached, `article` until the page ends.

pub mod article;
mod container;
mod counter;
mod following;
mod guard;
mod keeps;
pub mod labels;
mod line;
mod marked;
mod marks;
pub(crate) mod model;
mod queue;
mod rail;
mod remainder;
mod removal;
mod select;
mod shell;
mod taking;
mod tiling;
mod titles;
mod wrapped;

pub use article::{ArticleSettings, Comments, Favor, PageType};
pub use model::{BlockFeatures, PageFeatures};
pub use queue::Held;
use removal::Removals;
pub use removal::{Cause, Extent, NearMiss, Removal};

use crate::fold::Folded;
use crate::limits::Limits;
use crate::metadata::Collector;
use crate::report::BlockRecord;
use crate::rewrite::tag::is;
use crate::rewrite::{Closing, ElementId, Event, EventKind, KnownName, Markup, OpenElements, Tag, TextKind, Window};
use crate::rules::{RuleIndex, RuleSet};
use following::Following;
use keeps::Keep;
use line::Line;
use marks::Mark;
use queue::{EventIndex, Queue};
use remainder::Stretches;
use rustc_hash::FxHashSet;
use select::SelectorMatcher;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// How long a block is held before it is decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StripMode {
    /// Nothing is stripped.
    Off,
    /// By rule packs, in bounded memory, with output before the end of the input.
    Rules,
    /// By rule packs with the whole page in view.
    #[default]
    Article,
}

/// In `rules` mode this much decided output stays within reach, so that a label can still take the box that opened before it.
const LOOKBACK_BYTES: u64 = 8 * 1024;
/// A text event grows up to this many bytes; then it is cut at white space.
const TEXT_BYTES: u64 = 32 * 1024;

/// Decides which events of one page are furniture.
pub struct Stripper {
    rules: Arc<RuleSet>,
    mode: StripMode,
    markup: Markup,
    hold_bytes: u64,
    /// Where the events so far end. The window may reach further, which no decision may depend on.
    read: u64,
    host: Option<String>,
    explain: bool,
    queue: Queue,
    open: Vec<OpenRecord>,
    gathering: Gathering,
    lines: VecDeque<Line>,
    marks: Vec<Mark>,
    /// What is inside the open marks may be released: prose, a headline or an article was seen in them.
    may_be_released: bool,
    /// Words outside of links that the open marks hold.
    words_in_marks: u32,
    /// Marks whose judgement waits for the end of the page (`article`).
    ended: Vec<(Mark, EventIndex, Closing)>,
    /// Marks that may hold all of the text: their judgement waits for text elsewhere (`rules`).
    undecided: VecDeque<(Mark, EventIndex)>,
    /// Where articles open: `article`, `main`, `itemprop=articleBody`.
    landmarks: VecDeque<EventIndex>,
    headline_lines: VecDeque<EventIndex>,
    labels: labels::Labels,
    following: Option<Following>,
    /// Words of the longest line so far.
    widest_line: u32,
    /// First texts of what is surely the article's, whatever the block model says: paragraphs that a label and its links were cut off
    /// from, a first line that a label repeats.
    surely_text: FxHashSet<EventIndex>,
    /// Words of prose kept so far, outside of open marks.
    prose_words: u64,
    removals: Removals,
    /// The newest event that was removed.
    last_removed: EventIndex,
    /// Reused from stretch to stretch.
    opened_in_stretch: Vec<(ElementId, EventIndex)>,
    near_misses: Vec<NearMiss>,
    matcher: SelectorMatcher,
    /// Reused from element to element.
    matched: Vec<RuleIndex>,
    hold_was_full: u64,
    /// Marks that nothing closed.
    left_open: usize,
    finished: bool,
    /// What the block model decides about (`article`).
    blocks: Option<model::Blocks>,
    decide_by_model: bool,
    /// What rules took that do not give way to the model.
    finals: Vec<Range<EventIndex>>,
    /// What the model is told.
    article: ArticleSettings,
    /// How sure the model is of the page.
    confidence: Option<f64>,
    /// What decided about each block; only for `explain`.
    explained: Vec<BlockRecord>,
    /// What rules say is content and may still be taken, oldest first.
    keeps: VecDeque<Keep>,
    /// All that they said so of, for the report.
    kept: Vec<(RuleIndex, Range<u64>)>,
}

/// An open element, as far as stripping cares.
struct OpenRecord {
    id: ElementId,
    tag: Tag,
    event: EventIndex,
    /// What it says leads elsewhere, or does something.
    is_link: bool,
}

/// The line that is being read.
#[derive(Default)]
struct Gathering {
    first: EventIndex,
    pieces: Vec<Piece>,
    /// A tag came after the last piece.
    tag_since: bool,
    /// The line began before; the hold was full.
    continues: bool,
    links: u32,
    unseen: u32,
    items: u32,
    headings: Vec<u8>,
    /// Lines that have ended in the innermost heading.
    heading_lines: u32,
    /// Plain text: a blank line stands before this line.
    before_blank: bool,
    /// A break right after a removed line goes with it.
    break_goes_with: u32,
    text: String,
    folded: Folded,
}

/// One visible text of a line.
struct Piece {
    event: EventIndex,
    linked: bool,
    /// A tag parts it from the piece before.
    after_tag: bool,
}

/// Takes an item out of a list: mostly it is the last.
#[inline]
fn remove<T>(list: &mut Vec<T>, at: usize) -> T {
    if at + 1 == list.len() { list.swap_remove(at) } else { list.remove(at) }
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
            labels: labels::Labels::default(),
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

    fn text(&mut self, event: Event, kind: TextKind, window: &Window, metadata: &Collector) {
        let range = event.range.clone();
        let blank = window.text(range.clone()).bytes().all(|b| b.is_ascii_whitespace());
        if !blank {
            self.gathering.break_goes_with = 0;
        }
        // Pieces of one text are put together again, so that words and character references are whole.
        let last = self.queue.end().wrapping_sub(1);
        if let Some(held) = self.queue.last_mut()
            && held.event.kind == EventKind::Text(kind)
            && held.event.range.end == range.start
            && held.removal == 0
            // One word without end is cut where a piece of the page ends; it says nothing.
            && range.start - held.event.range.start < 4 * TEXT_BYTES
        {
            held.event.range.end = range.end;
            let whole = held.event.range.clone();
            if whole.end - whole.start <= TEXT_BYTES {
                self.piece(last, kind, blank);
                return;
            }
            let text = window.text(whole.clone()).as_bytes();
            // Only where there are character references must they stay whole.
            let cut = match kind {
                TextKind::Raw | TextKind::Literal => None,
                _ => text.iter().rposition(u8::is_ascii_whitespace).or_else(|| memchr::memrchr(b'&', text).filter(|at| text.len() - at < 40)),
            };
            let cut = whole.start + cut.filter(|at| *at > 0).unwrap_or(text.len()) as u64;
            if cut == whole.end {
                self.piece(last, kind, blank);
                return;
            }
            held.event.range.end = cut;
            let rest = self.queue.push(Event { kind: EventKind::Text(kind), range: cut..whole.end });
            self.piece(rest, kind, false);
            if self.gathering.pieces.len() > 64 {
                self.break_line(window, metadata);
            }
            return;
        }
        let at = self.queue.push(event);
        self.piece(at, kind, blank);
    }

    fn piece(&mut self, at: EventIndex, kind: TextKind, blank: bool) {
        let gathering = &mut self.gathering;
        let shown = matches!(kind, TextKind::Data | TextKind::Literal) && gathering.unseen == 0;
        let known = gathering.pieces.last().is_some_and(|piece| piece.event == at);
        // White space before the first word is no text yet, but between two pieces it parts words.
        if !shown || known || (blank && gathering.pieces.is_empty()) {
            return;
        }
        gathering.pieces.push(Piece { event: at, linked: gathering.links > 0, after_tag: gathering.tag_since });
        gathering.tag_since = false;
    }

    fn opened(&mut self, at: EventIndex, id: ElementId, tag: Tag, void: bool, elements: &OpenElements, metadata: &Collector) {
        let Some(element) = elements.last_opened() else { return };
        let is_landmark = matches!(tag, Tag::Article | Tag::Main)
            || element.get(KnownName::Itemprop).is_some_and(|prop| prop.split_ascii_whitespace().any(|p| p.eq_ignore_ascii_case("articleBody")));
        if is_landmark {
            self.landmarks.push_back(at);
            self.may_be_released = true;
        }
        if self.mode != StripMode::Off && self.asks_rules() && !self.rules.selectors().is_empty() {
            let mut found = std::mem::take(&mut self.matched);
            let (rules, host, lang) = (&self.rules, self.host.as_deref(), metadata.metadata().lang.as_deref());
            self.matcher.rules(rules.selectors(), elements, |rule| rules.rule(rule).when.allows(host, lang), &mut found);
            if self.rules.has_keep() {
                self.keep(&mut found, at, (!void).then_some(id));
            }
            if !found.is_empty() {
                self.mark(&found, at, (!void).then_some(id));
                found.clear();
            }
            self.matched = found;
        }
        if void {
            return;
        }
        let is_link = tag == Tag::Button || (tag == Tag::A && !element.is_anchor());
        self.open.push(OpenRecord { id, tag, event: at, is_link });
        let gathering = &mut self.gathering;
        gathering.links += u32::from(is_link);
        match tag {
            Tag::Li | Tag::Option => gathering.items += 1,
            _ => {}
        }
        if tag.has(is::UNSEEN) {
            gathering.unseen += 1;
        }
        if let Some(level) = tag.heading_level() {
            gathering.headings.push(level);
            gathering.heading_lines = 0;
        }
    }

    fn closed(&mut self, at: EventIndex, id: ElementId, tag: Tag, how: Closing, window: &Window) {
        let Some(position) = self.open.iter().rposition(|record| record.id == id) else { return };
        let record = remove(&mut self.open, position);
        let gathering = &mut self.gathering;
        gathering.links = gathering.links.saturating_sub(u32::from(record.is_link));
        // A link that has no end tag of its own was meant for the line that it begins in.
        if record.is_link && how != Closing::Own {
            self.lines.iter_mut().rev().take_while(|line| line.first > record.event).for_each(|line| line.linked = 0);
        }
        match tag {
            Tag::Li | Tag::Option => gathering.items = gathering.items.saturating_sub(1),
            _ => {}
        }
        if tag.has(is::UNSEEN) {
            gathering.unseen = gathering.unseen.saturating_sub(1);
        }
        if tag.heading_level().is_some() {
            gathering.headings.pop();
        }
        self.keep_closed(at, id);
        self.following_closed(id);
        while let Some(which) = self.marks.iter().rposition(|mark| mark.element == Some(id)) {
            let mark = self.marks.remove(which);
            if mark.by_text && self.widen(&mark, at) {
                continue;
            }
            self.follow_marked(&mark);
            if self.mode == StripMode::Article {
                self.ended.push((mark, at + 1, how));
            } else {
                let elsewhere = mark.prose_before;
                let proper = matches!(how, Closing::Own | Closing::Implied);
                if !proper {
                    self.left_open = self.left_open.max(self.marks.len() + 1);
                }
                if proper && self.may_hold_the_text(&mark, at + 1) {
                    self.undecided.push_back((mark, at + 1));
                } else {
                    self.settle(mark, at + 1, proper, false, elsewhere);
                }
            }
        }
        self.absorb_emptied(&record, at, window);
    }

    /// Ends a line that is too long to be held.
    fn break_line(&mut self, window: &Window, metadata: &Collector) {
        self.end_line(window, metadata);
        self.gathering.continues = true;
        self.gathering.first = self.queue.end();
    }

    /// Ends the page.
    pub fn finish(&mut self, window: &Window, metadata: &Collector) {
        self.end_line(window, metadata);
        self.labels.release();
        self.end_following();
        self.decide_undecided(Some(marks::Latest::EndOfPage));
        let end = self.queue.end();
        for mark in std::mem::take(&mut self.marks) {
            self.ended.push((mark, end, Closing::EndOfPage));
        }
        let mut ended = std::mem::take(&mut self.ended);
        if self.mode == StripMode::Article {
            self.spare_the_remainder(&mut ended);
        }
        self.left_open = self
            .left_open
            .max(ended.iter().filter(|(mark, _, how)| mark.element.is_some() && !matches!(how, Closing::Own | Closing::Implied)).count());
        // With the whole page in view: prose outside of all marks.
        let in_view = self.mode == StripMode::Article;
        let marked = Stretches::new(ended.iter().map(|(mark, end, _)| mark.start..*end));
        let free = self.lines.iter().filter(|line| line.is_prose() && !marked.hold(line.first));
        let mut elsewhere: u64 = free.map(|line| u64::from(line.words)).sum();
        // What may hold sentences is judged last: by then a wrapped article has been released. Outer marks come before inner ones.
        ended.sort_by_key(|(mark, end, _)| (self.expects_prose(mark), mark.start, std::cmp::Reverse(*end)));
        for (mark, end, how) in ended {
            let taken_by = self.queue.get(mark.start).map_or(0, |held| held.removal);
            if taken_by > 0 {
                self.also(taken_by, &mark.rules);
                self.note_final(&mark.rules, mark.start..end);
                continue;
            }
            let proper = matches!(how, Closing::Own | Closing::Implied);
            let known = if in_view { elsewhere } else { mark.prose_before };
            if let Some(released) = self.settle(mark, end, proper, false, known) {
                let words = self.lines_of(released..end).filter(|line| line.is_prose()).map(|line| u64::from(line.words));
                elsewhere += words.sum::<u64>();
            }
        }
        self.finished = true;
        self.decide_by_model(window, metadata);
    }

    /// Hands out the events whose fate is sealed, oldest first, and the removals that are complete with them.
    pub fn release(&mut self, mut out: impl FnMut(Held), mut removed: impl FnMut(Removal)) {
        let before = self.sealed_before();
        self.queue.drain_before(before).for_each(&mut out);
        let first = self.queue.first();
        let growing = self.following.as_ref().map_or(0, Following::removal);
        while let Some(removal) = self.removals.pop_before(first, growing) {
            if !removal.absorbed {
                removed(removal);
            }
        }
        while self.lines.front().is_some_and(|line| line.end <= first) {
            self.lines.pop_front();
            self.labels.forget_line();
        }
        while self.keeps.front().is_some_and(|keep| keep.events.end <= first) {
            self.keeps.pop_front();
        }
        for list in [&mut self.landmarks, &mut self.headline_lines] {
            while list.front().is_some_and(|at| *at < first) {
                list.pop_front();
            }
        }
    }

    fn sealed_before(&self) -> EventIndex {
        if self.finished {
            return self.queue.end();
        }
        let line = if self.gathering.pieces.is_empty() { self.queue.end() } else { self.gathering.first };
        // The last text may still grow.
        let line = line.min(self.queue.end().saturating_sub(1));
        match self.mode {
            StripMode::Article => self.queue.first(),
            StripMode::Off => line,
            StripMode::Rules => {
                let marks = self.marks.iter().map(|mark| mark.start);
                let undecided = self.undecided.iter().map(|(mark, _)| mark.start);
                let labels = self.labels.waiting(&self.lines);
                let following = self.following.as_ref().and_then(Following::waiting);
                marks.chain(undecided).chain(labels).chain(following).fold(line.min(self.queue.within(LOOKBACK_BYTES)), EventIndex::min)
            }
        }
    }

    /// Start in the page of the oldest event that is still held.
    pub fn held_from(&self) -> Option<u64> {
        self.queue.start()
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
