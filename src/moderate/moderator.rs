//! The moderator of one page: gathers passages, has them judged, turns findings into edits.

use super::Verdict;
use super::edit::{Edit, escaped};
use super::json;
use super::judge::{Found, NearFound, Scratch};
use super::redaction::{after, outside, redactions, resolve, written};
use super::rule::{Action, ModerationSet, Surfaces};
use super::view::{References, Surface, View, Writing};
use crate::decode::SourceMap;
use crate::emit::record::Finding;
use crate::report::NearMissRecord;
use crate::rewrite::tag::is;
use crate::rewrite::{Attributes, ElementId, EventKind, Tag, TextKind, Window};
use crate::rules::RuleSet;
use crate::strip::Held;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// A passage ends at the first block edge after this many bytes of text.
const PASSAGE_BYTES: usize = 16 * 1024;
/// And at any event after this many bytes of the page.
const LONGEST_PASSAGE: u64 = 512 * 1024;
/// Findings that are listed; the rest of an endless page is only counted.
const RECORDED: usize = 10_000;
/// How often what is written in place of findings is looked through for new ones.
const SETTLING_ROUNDS: usize = 8;
/// The removal number of what moderation takes out: beyond all that strip can reach.
const REMOVED: u32 = u32::MAX;

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

/// A link that the text of a passage runs through.
struct Link {
    id: ElementId,
    /// Number of the event that opens it, if that is in this passage.
    open: Option<u64>,
    plain: Range<usize>,
}

/// Judges one page.
pub struct Moderator {
    rules: Arc<RuleSet>,
    explain: bool,
    surfaces: Surfaces,
    queue: VecDeque<Held>,
    /// Number of the first event in the queue.
    first: u64,
    text: View,
    side: View,
    scratch: Scratch,
    preformatted: u32,
    /// The `noscript` that is open.
    noscript: Option<ElementId>,
    json: Option<(ElementId, Range<u64>, u64)>,
    links: Vec<Link>,
    open_links: usize,
    /// Links whose end tag goes when it comes.
    unlinked: Vec<ElementId>,
    /// Where a side value begins whose attribute has no quotes, and its bytes.
    unquoted: Vec<(u32, Range<u64>)>,
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
        let surfaces = rules.moderation().surfaces.unwrap_or(Surfaces::NONE);
        let mut text = View::default();
        text.begin_block(Surface::Text, Writing::Reference, 0);
        Moderator {
            rules,
            explain,
            surfaces,
            queue: VecDeque::new(),
            first: 0,
            text,
            side: View::default(),
            scratch: Scratch::default(),
            preformatted: 0,
            noscript: None,
            json: None,
            links: Vec::new(),
            open_links: 0,
            unlinked: Vec::new(),
            unquoted: Vec::new(),
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
    pub fn event(&mut self, mut held: Held, window: &Window) {
        let number = self.first + self.queue.len() as u64;
        let (kind, range) = (held.event.kind, held.event.range.clone());
        let is_kept = held.is_kept();
        if let EventKind::Close { id, .. } = kind
            && let Some(at) = self.unlinked.iter().position(|unlinked| *unlinked == id)
        {
            self.unlinked.swap_remove(at);
            if is_kept {
                held.removal = REMOVED;
            }
        }
        self.queue.push_back(held);
        match kind {
            EventKind::Open { id, tag, void } => {
                if tag == Tag::Br {
                    self.text.hard_break(range.start);
                } else if !kind.parts_lines() {
                    // A picture or a field stands between what is before and after it; other tags join.
                    if void && tag != Tag::Wbr { self.text.object(range.start) } else { self.text.markup() }
                }
                if tag.has(is::BLOCK) {
                    self.end_block(number);
                }
                if matches!(tag, Tag::Pre | Tag::Listing | Tag::Xmp) && !void {
                    self.preformatted += 1;
                }
                if is_kept {
                    self.opened(id, tag, void, window.text(range.clone()), range.start, number);
                }
            }
            EventKind::Close { id, tag, .. } => {
                self.text.markup();
                if tag.has(is::BLOCK) {
                    self.end_block(number + 1);
                }
                if matches!(tag, Tag::Pre | Tag::Listing | Tag::Xmp) {
                    self.preformatted = self.preformatted.saturating_sub(1);
                }
                self.noscript.take_if(|noscript| *noscript == id);
                self.closed(id, tag, window);
            }
            EventKind::Text(kind) if is_kept => self.text(kind, range, number, window),
            EventKind::Comment if is_kept && self.surfaces.has(Surface::Comment) => {
                self.text.markup();
                let text = window.text(range.clone());
                let body = text.strip_prefix("<!--").map_or(0, |_| 4);
                let end = text.len() - text.strip_suffix("-->").map_or(0, |_| 3);
                self.side_value(
                    Surface::Comment,
                    Writing::Comment,
                    text.get(body..end.max(body)).unwrap_or_default(),
                    range.start + body as u64,
                    References::No,
                    number,
                );
            }
            EventKind::Comment => self.text.markup(),
            // Custom elements are inline where no style sheet says otherwise: words are matched across their edge.
            EventKind::Break { .. } if range.is_empty() => self.text.markup(),
            EventKind::Break { .. } => self.end_block(number + 1),
            EventKind::Stray { block } => {
                self.text.markup();
                if block {
                    self.end_block(number + 1);
                }
            }
            _ => {}
        }
        let is_long = self.text.plain.len() + self.side.plain.len() >= PASSAGE_BYTES;
        let is_edge = kind.parts_lines() && !matches!(kind, EventKind::Open { tag: Tag::Br, .. });
        self.ready = self.json.is_none() && ((is_long && is_edge) || self.held_bytes() >= LONGEST_PASSAGE);
    }

    fn end_block(&mut self, next_event: u64) {
        self.text.end_block();
        self.text.begin_block(Surface::Text, Writing::Reference, next_event);
    }

    fn text(&mut self, kind: TextKind, range: Range<u64>, number: u64, window: &Window) {
        let text = window.text(range.clone());
        match kind {
            TextKind::Data | TextKind::Literal => {
                let (references, writing) =
                    if kind == TextKind::Data { (References::Text, Writing::Reference) } else { (References::No, Writing::Literal) };
                // No edit may reach from one event into the next.
                self.text.markup();
                if let Some(block) = self.text.blocks.last_mut() {
                    block.writing = writing;
                }
                self.text.add(text, range.start, references, self.preformatted > 0);
            }
            TextKind::Rcdata if self.surfaces.has(Surface::Rcdata) => {
                self.side_value(Surface::Rcdata, Writing::Reference, text, range.start, References::Text, number);
            }
            // To a reader without scripts this is the page; its tags are read as text.
            TextKind::Raw if self.noscript.is_some() && self.surfaces.has(Surface::Rcdata) => {
                self.side_value(Surface::Rcdata, Writing::Reference, text, range.start, References::Text, number);
            }
            TextKind::Raw => {
                if let Some((_, json, _)) = &mut self.json {
                    json.start = json.start.min(range.start);
                    json.end = range.end;
                }
            }
            TextKind::Rcdata => {}
        }
    }

    fn side_value(&mut self, surface: Surface, writing: Writing, raw: &str, from: u64, references: References, number: u64) {
        if raw.is_empty() {
            return;
        }
        self.side.begin_block(surface, writing, number);
        self.side.add(raw, from, references, false);
        self.side.end_block();
    }

    fn opened(&mut self, id: ElementId, tag: Tag, void: bool, source: &str, from: u64, number: u64) {
        if tag == Tag::A && !void {
            self.links.push(Link { id, open: Some(number), plain: self.text.plain.len()..usize::MAX });
            self.open_links += 1;
        }
        if tag == Tag::Noscript {
            self.noscript = Some(id);
        }
        if tag == Tag::Script && self.surfaces.has(Surface::JsonLd) {
            let kind = Attributes::get(source, "type").unwrap_or_default().trim();
            if kind.to_ascii_lowercase().starts_with("application/ld+json") {
                self.json = Some((id, Range { start: u64::MAX, end: 0 }, number));
            }
            return;
        }
        if !self.may_have_values(source) {
            return;
        }
        for (name, value) in Attributes::of(source) {
            let surface = if tag == Tag::Meta {
                if !name.eq_ignore_ascii_case("content") {
                    continue;
                }
                Surface::Meta
            } else if name.eq_ignore_ascii_case("href") {
                if !(tag == Tag::A || tag == Tag::Area) || !(self.rules.moderation().all_links || is_contact(value)) {
                    continue;
                }
                Surface::Link
            } else if ["alt", "title", "aria-label", "placeholder", "value", "content"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
                Surface::Attribute
            } else {
                continue;
            };
            if value.len() < 2 || !self.surfaces.has(surface) {
                continue;
            }
            let start = value.as_ptr() as usize - source.as_ptr() as usize;
            let is_quoted = matches!(source.as_bytes().get(start.wrapping_sub(1)), Some(b'"' | b'\''));
            if !is_quoted {
                let range = from + start as u64..from + (start + value.len()) as u64;
                self.unquoted.push((self.side.plain.len() as u32, range));
            }
            self.side_value(surface, Writing::Reference, value, from + start as u64, References::Attribute, number);
            if surface == Surface::Link
                && let Some(block) = self.side.blocks.last_mut()
            {
                block.is_mere_link = !is_contact(value);
            }
        }
    }

    /// Whether a start tag may have an attribute that is looked at; most have none, and need not be read.
    fn may_have_values(&self, source: &str) -> bool {
        let bytes = source.as_bytes();
        memchr::memchr_iter(b'=', bytes).any(|at| {
            let name = bytes[..at].trim_ascii_end();
            let ends = |with: &str| name.len() > with.len() && name[name.len() - with.len()..].eq_ignore_ascii_case(with.as_bytes());
            match name.last().map_or(0, |last| last | 0x20) {
                b'e' => ends("title") || ends("value"),
                b't' => ends("alt") || ends("content"),
                b'l' => ends("aria-label"),
                b'r' => ends("placeholder"),
                b'f' if ends("href") => {
                    let value = source[at + 1..].trim_start().trim_start_matches(['"', '\'']);
                    self.rules.moderation().all_links || is_contact(value)
                }
                _ => false,
            }
        })
    }

    fn closed(&mut self, id: ElementId, tag: Tag, window: &Window) {
        if tag == Tag::A
            && let Some(link) = self.links.iter_mut().rev().find(|link| link.id == id)
        {
            link.plain.end = self.text.plain.len();
            self.open_links = self.open_links.saturating_sub(1);
        }
        if tag == Tag::Script
            && let Some((_, range, number)) = self.json.take_if(|json| json.0 == id)
            && range.start < range.end
        {
            json::add_strings(window.text(range.clone()), range.start, number, &mut self.side);
        }
    }

    /// Whether a passage has come together.
    pub fn ready(&self) -> bool {
        self.ready
    }

    /// Bytes of the page that are held.
    pub fn held_bytes(&self) -> u64 {
        self.queue.back().map_or(0, |last| last.event.range.end) - self.queue.front().map_or(0, |first| first.event.range.start)
    }

    /// Where the oldest event that is held starts.
    pub fn held_from(&self) -> Option<u64> {
        self.queue.front().map(|held| held.event.range.start)
    }

    fn judge(&mut self, page: PageFacts<'_>) {
        self.edits.clear();
        if let Some((_, range, number)) = self.json.take()
            && range.start < range.end
        {
            // The page ended inside it.
            json::add_strings(page.window.text(range.clone()), range.start, number, &mut self.side);
        }
        self.text.end_block();
        let rules = Arc::clone(&self.rules);
        let set = rules.moderation();
        for is_side in [false, true] {
            let view = std::mem::take(if is_side { &mut self.side } else { &mut self.text });
            let mut near = Vec::new();
            let misses = self.explain.then_some(&mut near);
            let mut found = self.settle(&view, set, page, misses);
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
            *(if is_side { &mut self.side } else { &mut self.text }) = view;
        }
        self.edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        self.edits.dedup();
        let next = self.first + self.queue.len() as u64;
        self.text.clear();
        self.side.clear();
        self.unquoted.clear();
        self.text.begin_block(Surface::Text, Writing::Reference, next);
        self.links.retain_mut(|link| {
            link.open = None;
            let is_open = link.plain.end == usize::MAX;
            link.plain.start = 0;
            is_open
        });
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
                    Action::DropBlock => self.drop_block(view, found.block),
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

    /// All findings in a view, and those that only what is written in their place lets come about: a word that stood glued to another one
    /// stands alone when that is covered. So a second pass over the output finds nothing more.
    fn settle(&mut self, view: &View, set: &ModerationSet, page: PageFacts<'_>, near: Option<&mut Vec<NearFound>>) -> Vec<Found> {
        let mut allows = |rule: usize| set.rules[rule].when.may_allow(page.host, page.lang);
        let mut found = set.judge(view, &mut self.scratch, &mut allows, near);
        // What a dry run would write bares words only for dry runs.
        for with_dry in [false, true] {
            let is_dry = |found: &Found| set.rules[found.rule as usize].dry_run;
            if with_dry && !found.iter().any(is_dry) {
                break;
            }
            for _ in 0..SETTLING_ROUNDS {
                let taken = resolve(redactions(&found, set, with_dry), set);
                if taken.is_empty() {
                    break;
                }
                let after = after(view, &taken, set);
                let (mut more, mut masked) = (Vec::new(), Vec::new());
                for new in set.judge(&after, &mut self.scratch, &mut allows, None) {
                    let rule = &set.rules[new.rule as usize];
                    if !(rule.action.redacts() || rule.action == Action::DropBlock) || (with_dry && !rule.dry_run) {
                        continue;
                    }
                    let range = after.page_range(new.plain.clone());
                    let plain = range.start as usize..range.end as usize;
                    let overlaps = |other: &Range<usize>| other.start < plain.end && plain.start < other.end;
                    let is_known = found.iter().any(|known| known.rule == new.rule && !rule.action.redacts() && overlaps(&known.plain));
                    let free = outside(plain.clone(), &taken);
                    if free.is_empty() {
                        masked.extend(taken.iter().filter(|(taken, ..)| overlaps(taken)).map(|(_, found, _)| (found.plain.clone(), found.rule)));
                    } else if !is_known {
                        more.extend(free.into_iter().map(|plain| Found { block: view.block_at(plain.start), plain, ..new.clone() }));
                    }
                }
                let count = found.iter().filter(|found| found.is_masked).count();
                found.iter_mut().for_each(|found| found.is_masked |= masked.contains(&(found.plain.clone(), found.rule)));
                if more.is_empty() && count == found.iter().filter(|found| found.is_masked).count() {
                    break;
                }
                found.extend(more);
            }
        }
        found
    }

    fn write(&mut self, view: &View, plain: Range<usize>, found: &Found, action: &Action, set: &ModerationSet) {
        let block = &view.blocks[found.block];
        for (range, text) in written(view, &plain, found, action, set) {
            self.edits.push(Edit { range, text: escaped(&text, block.writing), writing: block.writing, finding: found.number });
        }
        if let Some((_, value)) = self.unquoted.iter().find(|(at, _)| *at == block.plain).filter(|_| block.surface != Surface::Text) {
            for at in [value.start, value.end] {
                self.edits.push(Edit { range: at..at, text: "\"".into(), writing: Writing::Reference, finding: found.number });
            }
        }
    }

    fn drop_event(&mut self, number: u64) -> Option<EventKind> {
        let held = self.queue.get_mut(number.checked_sub(self.first)? as usize)?;
        if held.removal == 0 {
            held.removal = REMOVED;
        }
        Some(held.event.kind)
    }

    /// Takes the tags of the links off that a finding is in. Whether there was one.
    fn unlink(&mut self, view: &View, found: &Found) -> bool {
        let block = view.blocks[found.block];
        let opens: Vec<u64> = if block.surface == Surface::Link {
            vec![block.event]
        } else {
            let in_link = |link: &&Link| link.plain.start < found.plain.end && found.plain.start < link.plain.end;
            self.links.iter().filter(in_link).filter_map(|link| link.open).collect()
        };
        for open in &opens {
            if let Some(EventKind::Open { id, tag: Tag::A, void: false }) = self.drop_event(*open) {
                let close = self.queue.iter_mut().find(|held| matches!(held.event.kind, EventKind::Close { id: closed, .. } if closed == id));
                match close {
                    Some(held) if held.removal == 0 => held.removal = REMOVED,
                    Some(_) => {}
                    None => self.unlinked.push(id),
                }
            }
        }
        !opens.is_empty()
    }

    /// Takes out the events of a block: its text, what opens and closes inside of it, and the element that holds nothing else.
    fn drop_block(&mut self, view: &View, block: usize) {
        let surface = view.blocks[block].surface;
        let from = view.blocks[block].event;
        let last = self.first + self.queue.len() as u64;
        let until = if surface == Surface::Text { view.blocks.get(block + 1).map_or(last, |next| next.event) } else { from + 1 };
        let position = |number: u64| (number.saturating_sub(self.first) as usize).min(self.queue.len());
        let (start, end) = (position(from), position(until));
        let mut opened: Vec<(ElementId, usize)> = Vec::new();
        let mut drops = Vec::new();
        for at in start..end {
            match self.queue[at].event.kind {
                EventKind::Open { id, void: false, .. } => opened.push((id, at)),
                EventKind::Open { .. } | EventKind::Text(_) | EventKind::Comment | EventKind::Break { .. } => drops.push(at),
                EventKind::Close { id, .. } => {
                    if let Some(which) = opened.iter().rposition(|(open, _)| *open == id) {
                        drops.extend([opened.remove(which).1, at]);
                    }
                }
                _ => {}
            }
        }
        for at in drops {
            if self.queue[at].removal == 0 {
                self.queue[at].removal = REMOVED;
            }
        }
    }

    /// Judges what is held and hands it on, each event with the edits of the passage.
    pub fn pass(&mut self, page: PageFacts<'_>, mut each: impl FnMut(Held, &[Edit])) {
        self.judge(page);
        while let Some(held) = self.queue.pop_front() {
            self.first += 1;
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

/// Whether a link stands for a number or an address, by how it begins.
fn is_contact(href: &str) -> bool {
    let href = href.trim_start();
    // Most links are paths.
    if !matches!(
        href.as_bytes().first().map(|first| first | 0x20),
        Some(b'h' | b'm' | b't' | b's' | b'c' | b'w' | b'v' | b'f' | b'g' | b'/' | b'&' | b'.')
    ) {
        return false;
    }
    let begins = |with: &str| href.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    if begins("http") || begins("//") {
        let host = href.split("//").nth(1).unwrap_or_default();
        return [
            "wa.me",
            "t.me",
            "api.whatsapp.com",
            "www.whatsapp.com",
            "web.whatsapp.com",
            "telegram.me",
            "chat.whatsapp.com",
            "m.me",
            "signal.me",
            "viber.me",
        ]
        .iter()
        .any(|known| host.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known)));
    }
    // A scheme may hide behind character references.
    ["mailto", "tel", "sms", "callto", "whatsapp", "tg:", "viber", "skype", "sip", "facetime", "geo:", "&"].iter().any(|scheme| begins(scheme))
}
