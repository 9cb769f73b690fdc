//! Tiling: a line is furniture when the whole of it is one phrase, when phrases that may stand beside others cover it from end to end, or when
//! it is a row of commands most of which are known.

use super::Stripper;
use super::label::Label;
use super::line::Line;
use super::removal::NearMiss;
use crate::fold::Folded;
use crate::metadata::Collector;
use crate::rewrite::{Markup, Tag};
use crate::rules::{Numbered, PhraseMatch, RuleIndex, Said};

/// Words of a bar of commands in which not all are known, and how many of them must be.
const BAR_WORDS: usize = 14;
const BAR_KNOWN: usize = 3;
const LINKED_BAR_KNOWN: usize = 2;

/// How a place in a line is reached: from where, and whether one of the phrases up to it is strong.
#[derive(Clone, Copy)]
struct Way {
    from: usize,
    is_strong: bool,
}

/// The ways along a line.
#[derive(Default)]
pub(super) struct Ways {
    /// By the place that they lead to.
    reached: Vec<Option<Way>>,
    /// Phrases on the way: from where to where, and by which rule.
    tiles: Vec<(usize, usize, RuleIndex)>,
}

impl Ways {
    /// A line of so many words comes.
    fn begin(&mut self, count: usize) {
        self.reached.clear();
        self.reached.resize(count + 1, None);
        self.tiles.clear();
    }

    fn way(&self, to: usize) -> Option<Way> {
        self.reached.get(to).copied().flatten()
    }

    /// Notes a phrase that leads to a place. The first way to it stays, unless it is weak and the other is not: a weak phrase must not hide
    /// what is said without it.
    fn note(&mut self, from: usize, to: usize, rule: RuleIndex, is_strong: bool) {
        let Some(way) = self.reached.get_mut(to) else { return };
        match way {
            Some(way) if way.from == from => way.is_strong |= is_strong,
            Some(way) if way.is_strong || !is_strong => return,
            _ => *way = Some(Way { from, is_strong }),
        }
        self.tiles.push((from, to, rule));
    }

    /// The rules of the phrases that lead from the beginning of the line to its end, where there are two or more.
    fn through(&self) -> Option<Vec<RuleIndex>> {
        let (mut path, mut count, mut at) = (Vec::new(), 0, self.reached.len().checked_sub(1)?);
        while let Some(way) = self.way(at) {
            path.extend(self.tiles.iter().filter(|(from, to, _)| (*from, *to) == (way.from, at)).map(|(.., rule)| *rule));
            count += 1;
            at = way.from;
            if at == 0 {
                break;
            }
        }
        (at == 0 && count > 1).then(|| sorted(path.into_iter()))
    }
}

fn sorted(rules: impl Iterator<Item = RuleIndex>) -> Vec<RuleIndex> {
    let mut rules: Vec<RuleIndex> = rules.collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

impl Stripper {
    /// Tiles the line with phrases.
    pub(super) fn tile(&mut self, line: &Folded, metadata: &Collector) -> Option<Label> {
        let count = line.words().len();
        let rules = std::sync::Arc::clone(&self.rules);
        let is_headline = self.headline_lines.back() == Some(&self.gathering.first);
        let mut found = std::mem::take(&mut self.labels.found);
        found.clear();
        let mut ids = std::mem::take(&mut self.labels.ids);
        let numbered = rules.phrases().number(line, &mut ids);
        rules.phrases().find(&numbered, 0, rules.lexicon(), &|what, line, at| self.labels.titles.said(what, line, at, is_headline), &mut found);
        // Most lines begin like no phrase at all.
        if found.is_empty() {
            let shows_title = self.labels.titles.are_shown_by(line, !self.gathering.headings.is_empty());
            self.labels.titles.was_shown |= shows_title && self.may_stay();
            self.labels.found = found;
            self.labels.ids = ids;
            return None;
        }
        let mut ways = std::mem::take(&mut self.labels.ways);
        ways.begin(count);
        let labels = &self.labels;
        let title = |what: Said, line: &Folded, at: usize| labels.titles.said(what, line, at, is_headline);
        let this = self.lines.back();
        // Plain text has no links; there a label and what it names make a short line that is no sentence.
        let is_heading = this.is_some_and(|line| line.heading > 0);
        let is_linked = this.is_some_and(|line| match self.markup {
            Markup::Html => line.is_linked(),
            Markup::Text => !line.ends_sentence,
        });
        // What happens has its date as content.
        let is_below_title = labels.titles.lines_below.is_some() && !metadata.says().event && !self.is_in_cell_below_title();
        let may_be_text = || !is_below_title && this.is_some_and(|line| self.may_be_content(line));
        // Rules that say the whole line, and whether they are strong.
        let mut whole: Vec<(RuleIndex, bool)> = Vec::new();
        let mut unlinked = None;
        let lang = metadata.metadata().lang.as_deref();
        for at in 0..count {
            if at > 0 && ways.way(at).is_none() {
                continue;
            }
            if at > 0 {
                found.clear();
                rules.phrases().find(&numbered, at, rules.lexicon(), &title, &mut found);
            }
            for phrase in &found {
                let rule = rules.rule(phrase.rule);
                if !rule.when.allows(self.host.as_deref(), lang) {
                    continue;
                }
                if is_heading && !rule.heading {
                    continue;
                }
                if rule.below_title && !is_below_title {
                    continue;
                }
                if rule.linked && !is_linked {
                    unlinked = unlinked.or((phrase.end == count && at == 0).then_some(phrase.rule));
                    continue;
                }
                let is_strong = rule.alone && !(rule.careful && may_be_text());
                if at == 0 && phrase.end == count {
                    whole.push((phrase.rule, is_strong));
                }
                if rule.joins && phrase.end > at {
                    let is_strong = is_strong || ways.way(at).is_some_and(|way| way.is_strong);
                    ways.note(at, phrase.end, phrase.rule, is_strong);
                }
            }
        }
        let shows_title = labels.titles.are_shown_by(line, !self.gathering.headings.is_empty());
        let all = || sorted(whole.iter().map(|(rule, _)| *rule));
        let label = if whole.iter().any(|(_, is_strong)| *is_strong) {
            // All that say so are recorded, the weak ones too.
            Some(Label::of(all(), false))
        } else if let Some(path) = ways.through() {
            Some(Label::of(path, false))
        } else if whole.is_empty() {
            self.bar(line, &numbered, &mut found, &title, lang)
        } else {
            Some(Label::of(all(), true))
        };
        if label.is_some() && self.labels.titles.first_line.is_some() && self.labels.titles.at(line, 0) > 0 {
            // A label repeats the first line: that is the headline.
            let first_line = self.labels.titles.first_line.take();
            self.note_surely_text(first_line);
        }
        self.labels.found = found;
        self.labels.ids = ids;
        self.labels.ways = ways;
        if label.is_none() {
            self.labels.titles.was_shown |= shows_title && self.may_stay();
        }
        if self.explain
            && label.is_none()
            && let Some(rule) = unlinked
        {
            self.near_miss(rule, self.lines.len() - 1, "the line is not mostly links");
        }
        label
    }

    /// Whether a cell that began below the headline holds the line: it is part of a table, and no template made it.
    fn is_in_cell_below_title(&self) -> bool {
        let cell = self.open.iter().rfind(|record| matches!(record.tag, Tag::Td | Tag::Th | Tag::Dt | Tag::Dd));
        cell.zip(self.headline_lines.back()).is_some_and(|(cell, headline)| cell.event > *headline)
    }

    /// Whether the line stands where content of the same words does: it begins an item of a list or a cell, or ends as a statement does, and
    /// leads nowhere.
    fn may_be_content(&self, line: &Line) -> bool {
        if self.markup == Markup::Text {
            return line.items > 0 || line.ends_sentence && !line.asks;
        }
        let item = self.open.iter().rfind(|record| matches!(record.tag, Tag::Li | Tag::Td | Tag::Th | Tag::Dt | Tag::Dd));
        let begins = item.is_some_and(|item| self.lines.iter().rev().nth(1).is_none_or(|before| before.first < item.event));
        !line.is_linked() && (begins || line.ends_sentence && !line.asks)
    }

    /// A row of commands most of which are known.
    pub(super) fn bar(
        &self,
        line: &Folded,
        numbered: &Numbered<'_>,
        found: &mut Vec<PhraseMatch>,
        said: crate::rules::SaidLength<'_>,
        lang: Option<&str>,
    ) -> Option<Label> {
        let count = line.words().len();
        let this = self.lines.back().filter(|line| !line.ends_sentence && count <= BAR_WORDS && line.heading == 0)?;
        let is_linked = this.is_linked() && self.markup == Markup::Html;
        let (mut rules, mut known, mut unknown, mut at) = (Vec::new(), 0, 0, 0);
        while at < count {
            // The site's own name is no command, nor does it speak against one.
            at += self.labels.titles.said(Said::Site, line, at, false);
            if at >= count {
                break;
            }
            found.clear();
            self.rules.phrases().find(numbered, at, self.rules.lexicon(), said, found);
            let fits = |phrase: &&PhraseMatch| {
                let rule = self.rules.rule(phrase.rule);
                phrase.end > at && rule.joins && !rule.below_title && rule.when.allows(self.host.as_deref(), lang) && (!rule.linked || is_linked)
            };
            match found.iter().filter(fits).max_by_key(|phrase| phrase.end) {
                Some(phrase) => {
                    rules.push(phrase.rule);
                    known += 1;
                    at = phrase.end;
                }
                None => {
                    unknown += 1;
                    at += 1;
                }
            }
        }
        let is_bar = if is_linked { known >= LINKED_BAR_KNOWN && unknown <= known } else { known >= BAR_KNOWN && unknown * 3 <= known };
        is_bar.then(|| Label::of(sorted(rules.into_iter()), false))
    }

    pub(super) fn near_miss(&mut self, rule: RuleIndex, line: usize, failed: &'static str) {
        let Some(line) = self.lines.get(line) else { return };
        let start = self.queue.get(line.first).map_or(0, |held| held.event.range.start);
        let end = self.queue.get(line.end.saturating_sub(1)).map_or(start, |held| held.event.range.end);
        self.near_misses.push(NearMiss { rule, range: start..end, failed });
    }
}
