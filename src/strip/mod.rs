//! Strip: decides which events are furniture.
//!
//! Two kinds of rules mark what is to go: selectors when an element opens, phrases when a line of text ends. A mark stays
//! open until its element closes; then the guard judges what it would take. Events wait in a queue until no open question
//! can reach them, and leave it in order, each kept or removed.
//!
//! The modes differ only in how long events wait: `off` until the line ends, `rules` until the open marks are closed or
//! `limits.hold_bytes` is reached, `article` until the page ends.

pub mod article;
mod counter;
mod following;
mod guard;
pub mod labels;
mod line;
mod marked;
pub(crate) mod model;
mod queue;
mod rail;
mod remainder;
mod removal;
mod select;
mod shell;

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
use guard::{Evidence, Judgement};
use line::Line;
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
/// Marks inside marks are followed this deep: what is deeper is inside a mark anyway.
const MARKS: usize = 8;

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

/// An element that a rule says is content: what matches inside of it may go, what it is part of may not take it along.
struct Keep {
    element: Option<ElementId>,
    events: Range<EventIndex>,
    /// Where it begins on the page.
    start: u64,
    /// Numbers of its entries in the list for the report.
    listed: Range<usize>,
}

/// The report lists so many kept elements.
const LISTED_KEEPS: usize = 1_000;

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

/// What a rule wants gone, while its end is not known.
struct Mark {
    /// At least one.
    rules: Vec<RuleIndex>,
    start: EventIndex,
    /// Closes with this element; without, at the end of the page.
    element: Option<ElementId>,
    prose_before: u64,
    /// A phrase chose the container.
    by_text: bool,
    /// How often a container that held only the label gave way to the one around it.
    widened: u8,
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

    /// A selector matched: an element without content goes at once, others when they close.
    fn mark(&mut self, rules: &[RuleIndex], at: EventIndex, element: Option<ElementId>) {
        if element.is_none() {
            if self.marks.is_empty() {
                self.remove(at..at + 1, rules.to_vec(), Extent::Whole);
            }
        } else if self.marks.len() < MARKS {
            self.open_mark(Mark { rules: rules.to_vec(), start: at, element, prose_before: self.prose_words, by_text: false, widened: 0 });
        }
    }

    /// Takes the rules that keep out of those that matched.
    fn keep(&mut self, found: &mut Vec<RuleIndex>, at: EventIndex, element: Option<ElementId>) {
        let range = self.queue.get(at).map_or(0..0, |held| held.event.range.clone());
        let first = self.kept.len();
        found.retain(|rule| {
            let keeps = self.rules.rule(*rule).keep;
            if keeps && self.kept.len() < LISTED_KEEPS {
                self.kept.push((*rule, range.clone()));
            }
            !keeps
        });
        if self.kept.len() > first {
            let end = if element.is_some() { EventIndex::MAX } else { at + 1 };
            self.keeps.push_back(Keep { element, events: at..end, start: range.start, listed: first..self.kept.len() });
            self.may_be_released = true;
        }
    }

    /// Where kept elements end.
    fn keep_closed(&mut self, at: EventIndex, id: ElementId) {
        if self.keeps.is_empty() {
            return;
        }
        let Some(keep) = self.keeps.iter_mut().rev().find(|keep| keep.element == Some(id)) else { return };
        (keep.element, keep.events.end) = (None, at + 1);
        let end = self.queue.get(at).map_or(0, |held| held.event.range.end);
        for (_, range) in self.kept.get_mut(keep.listed.clone()).into_iter().flatten() {
            range.end = end;
        }
    }

    fn open_mark(&mut self, mark: Mark) {
        if self.marks.is_empty() {
            self.may_be_released = false;
            self.words_in_marks = 0;
        }
        self.marks.push(mark);
    }

    /// Whether it matters here what is furniture: inside a mark only from where the guard might release it, for all before that
    /// goes with the mark. What the block model may give back is asked about all the same, and `explain` wants to know.
    fn asks_rules(&self) -> bool {
        self.marks.is_empty() || self.may_be_released || self.explain || self.rules.has_keep() || (self.blocks.is_some() && self.decide_by_model)
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
                self.settle(mark, at + 1, proper, false, elsewhere);
            }
        }
        self.absorb_emptied(&record, at, window);
    }

    /// Judges a mark whose extent is known and removes what may go. Returns where the rest of it begins.
    fn settle(&mut self, mark: Mark, end: EventIndex, properly_closed: bool, hold_full: bool, prose_elsewhere: u64) -> Option<EventIndex> {
        let inside = |at: EventIndex| at >= mark.start && at < end;
        let expects_prose = self.expects_prose(&mark);
        let evidence = Evidence {
            properly_closed,
            hold_full,
            page_closes_none: self.left_open >= guard::LEFT_OPEN,
            rule_expects_prose: expects_prose,
            chosen_container: mark.by_text,
            article_opens_at: self.landmarks.iter().copied().find(|at| *at > mark.start && *at < end),
            holds_headline: self.headline_lines.iter().any(|at| inside(*at)),
            prose_elsewhere,
            whole_page: self.mode == StripMode::Article,
            lines: self.lines_of(mark.start..end).collect(),
        };
        let (until, extent) = match guard::judge(evidence) {
            Judgement::Remove => (end, Extent::Whole),
            Judgement::RemoveBefore(at, cause) => {
                let takes_text = self.lines_of(mark.start..at).any(|line| !line.dropped);
                (at, if takes_text { Extent::Narrowed(cause) } else { Extent::Refused(cause) })
            }
        };
        self.remove(mark.start..until, mark.rules, extent);
        if until < end && self.marks.is_empty() {
            let released = self.lines_of(until..end).filter(|line| line.is_prose());
            self.prose_words += released.map(|line| u64::from(line.words)).sum::<u64>();
        }
        (until < end).then_some(until)
    }

    /// Whether all that want it gone say that it may hold sentences.
    fn expects_prose(&self, mark: &Mark) -> bool {
        mark.rules.iter().all(|rule| self.rules.rule(*rule).prose)
    }

    /// Removes a stretch of events. Elements that are only half inside stay, so that what is left is balanced.
    fn remove(&mut self, events: Range<EventIndex>, rules: Vec<RuleIndex>, extent: Extent) -> u32 {
        let extent = match self.keeps.iter().find(|keep| events.contains(&keep.events.start)) {
            Some(keep) if extent == Extent::Whole && keep.events.start == events.start && keep.events.end >= events.end => {
                Extent::Refused(Cause::KeepRule)
            }
            Some(_) if extent == Extent::Whole => Extent::Narrowed(Cause::KeepRule),
            _ => extent,
        };
        let start = self.queue.get(events.start).map_or(0, |held| held.event.range.start);
        let end = self.queue.get(events.end.saturating_sub(1)).map_or(start, |held| held.event.range.end);
        let range = if matches!(extent, Extent::Refused(_)) { start..start } else { start..end };
        let takes = !matches!(extent, Extent::Refused(_));
        if takes {
            self.note_final(&rules, events.clone());
        }
        // What no rule names, the block model took.
        let by_model = rules.is_empty();
        let removal = self.removals.push(Removal { rules, by_model, range, extent, absorbed: false, last: events.start });
        if takes {
            self.drop_events(events, removal);
        }
        removal
    }

    fn drop_events(&mut self, events: Range<EventIndex>, removal: u32) {
        let mut opened = std::mem::take(&mut self.opened_in_stretch);
        opened.clear();
        let mut last = 0;
        // A rule inside of what is kept is more exact than the one that keeps.
        let from = self.removals.get(removal).map_or(0, |removal| removal.range.start);
        let kept: Vec<Range<EventIndex>> = self.keeps.iter().filter(|keep| keep.start >= from).map(|keep| keep.events.clone()).collect();
        for at in events.clone() {
            if kept.iter().any(|kept| kept.contains(&at)) {
                continue;
            }
            let Some(held) = self.queue.get(at) else { continue };
            match held.event.kind {
                EventKind::Open { id, void: false, .. } => opened.push((id, at)),
                EventKind::Close { id, .. } => {
                    if let Some(position) = opened.iter().rposition(|(open, _)| *open == id) {
                        let (_, open) = remove(&mut opened, position);
                        if kept.iter().any(|kept| (open..at).contains(&kept.start)) {
                            continue;
                        }
                        self.take_event(open, removal);
                        self.take_event(at, removal);
                        last = at;
                    }
                }
                EventKind::Doctype => {}
                _ => {
                    self.take_event(at, removal);
                    last = at;
                }
            }
        }
        self.opened_in_stretch = opened;
        self.reaches(removal, last);
        let first = self.lines.partition_point(|line| line.end <= events.start);
        for line in self.lines.range_mut(first..).take_while(|line| line.first < events.end) {
            let is_kept = kept.iter().any(|kept| kept.contains(&line.first));
            line.dropped |= line.first >= events.start && line.end <= events.end && !is_kept;
        }
    }

    /// Notes the first text of what is surely the article's. Only the block model asks, which a page of any length does not come to.
    fn note_surely_text(&mut self, first: Option<EventIndex>) {
        if self.blocks.is_some() {
            self.surely_text.extend(first);
        }
    }

    fn drop_event(&mut self, at: EventIndex, removal: u32) {
        self.take_event(at, removal);
        self.reaches(removal, at);
    }

    /// Notes the last event of a removal.
    fn reaches(&mut self, removal: u32, at: EventIndex) {
        self.last_removed = self.last_removed.max(at);
        if let Some(taking) = self.removals.get_mut(removal) {
            taking.last = taking.last.max(at);
        }
    }

    #[inline]
    fn take_event(&mut self, at: EventIndex, removal: u32) {
        let Some(held) = self.queue.get_mut(at) else { return };
        let before = std::mem::replace(&mut held.removal, removal);
        if before > 0 && before != removal {
            self.absorb(before, removal);
        }
    }

    /// A removal takes what another one took.
    fn absorb(&mut self, before: u32, removal: u32) {
        if let Some(inner) = self.removals.get_mut(before)
            && !std::mem::replace(&mut inner.absorbed, true)
        {
            let rules = inner.rules.clone();
            self.also(removal, &rules);
        }
    }

    /// Notes rules that matched inside what others took.
    fn also(&mut self, removal: u32, rules: &[RuleIndex]) {
        let Some(removal) = self.removals.get_mut(removal) else { return };
        for rule in rules {
            if !removal.rules.contains(rule) {
                removal.rules.push(*rule);
            }
        }
    }

    /// An element that is empty only because all it held was removed goes as well.
    fn absorb_emptied(&mut self, record: &OpenRecord, close: EventIndex, window: &Window) {
        // Mostly nothing of what it held was removed.
        if self.last_removed <= record.event
            || record.event < self.queue.first()
            || matches!(record.tag, Tag::Td | Tag::Th | Tag::Body | Tag::Html | Tag::Head)
        {
            return;
        }
        if self.queue.get(record.event).is_some_and(|held| !held.is_kept()) {
            // It went with its mark, and all that it held with it.
            return;
        }
        let mut removal = 0;
        for at in (record.event + 1..close).rev() {
            let Some(held) = self.queue.get(at) else { return };
            let is_blank = match held.event.kind {
                EventKind::Text(_) => window.text(held.event.range.clone()).trim_ascii().is_empty(),
                EventKind::Comment => true,
                _ => false,
            };
            if !held.is_kept() {
                removal = held.removal;
            } else if !is_blank {
                return;
            }
        }
        if removal == 0 {
            return;
        }
        for at in record.event..=close {
            if self.queue.get(at).is_some_and(Held::is_kept) {
                self.drop_event(at, removal);
            }
        }
        let (first, last) = (self.queue.get(record.event), self.queue.get(close));
        if let (Some(first), Some(last)) = (first, last) {
            let (start, end) = (first.event.range.start, last.event.range.end);
            if let Some(removal) = self.removals.get_mut(removal) {
                removal.range = removal.range.start.min(start)..removal.range.end.max(end);
            }
        }
    }

    /// The hold is full: what is oldest has to be decided on what is known.
    fn relieve(&mut self, window: &Window, metadata: &Collector) {
        let is_one_line =
            self.queue.get(self.gathering.first).is_some_and(|held| self.read.saturating_sub(held.event.range.start) > self.hold_bytes / 2);
        if is_one_line {
            self.break_line(window, metadata);
        }
        self.labels.release();
        if let Some(following) = &mut self.following {
            following.release();
        }
        if self.marks.is_empty() {
            return;
        }
        self.hold_was_full += 1;
        let (rules, start, prose_before, by_text) = {
            let mark = &self.marks[0];
            (mark.rules.clone(), mark.start, mark.prose_before, mark.by_text)
        };
        let end = self.gathering.first.min(self.queue.end());
        if end <= start {
            return self.break_line(window, metadata);
        }
        let mark = Mark { rules, start, element: None, prose_before, by_text, widened: 0 };
        match self.settle(mark, end, false, true, prose_before) {
            None => self.marks.iter_mut().for_each(|mark| mark.start = mark.start.max(end)),
            Some(released) => {
                self.marks.remove(0);
                self.marks.iter_mut().for_each(|mark| mark.start = mark.start.max(released));
            }
        }
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
        let end = self.queue.end();
        for mark in std::mem::take(&mut self.marks) {
            self.ended.push((mark, end, Closing::EndOfPage));
        }
        let mut ended = std::mem::take(&mut self.ended);
        if self.mode == StripMode::Article {
            self.spare_the_remainder(&mut ended);
        }
        self.left_open = self.left_open.max(ended.iter().filter(|(_, _, how)| !matches!(how, Closing::Own | Closing::Implied)).count());
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
                let labels = self.labels.waiting(&self.lines);
                let following = self.following.as_ref().and_then(Following::waiting);
                marks.chain(labels).chain(following).fold(line.min(self.queue.within(LOOKBACK_BYTES)), EventIndex::min)
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
