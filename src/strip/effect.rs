//! The effect of a label: what goes with a line for what it says, or stays because it says nothing.

use super::Stripper;
use super::following::Following;
use super::guard::ARTICLE_WORDS;
use super::label::Label;
use super::line::Line;
use super::marks::Mark;
use super::removal::Extent;
use crate::rewrite::Markup;
use crate::rules::{RuleIndex, TextScope};

/// Weak lines in a row that are furniture without any strong one among them.
const WEAK_ROW: usize = 3;
/// The same when one of them is a link or a button.
const WEAK_LINKED_ROW: usize = 2;
/// Words of a menu's entry, and how many of them may stand between two labels.
const ENTRY_WORDS: u32 = 3;
const ENTRIES: usize = 3;
/// A teaser has at least so many words, with the label that it may begin with.
const TEASER_WORDS: u32 = 5;
/// Lines of names, places and the like between a headline and what belongs to it.
const LINES_BELOW_TITLE: usize = 3;
const SUBTITLE_WORDS: u32 = 5;
/// Words of the first entry below a label that needs one.
const ENTRY_OF_LIST_WORDS: u32 = 24;

impl Stripper {
    /// Acts on what the newest line says, or on its saying nothing.
    pub(super) fn decide(&mut self, label: Option<Label>) {
        let this = self.lines.len() - 1;
        let heads = self.labels.heads.take();
        match label {
            None => self.pass_line(this, heads),
            Some(label) if label.weak => self.weigh(this, label.rules, heads),
            Some(label) => self.act(this, label),
        }
    }

    /// A line without a label: it may be what the one before it heads, or the entry of a menu; mostly it is text.
    fn pass_line(&mut self, this: usize, heads: Option<(usize, Vec<RuleIndex>)>) {
        if let Some((line, rules)) = heads
            && (self.lines[this].is_linked() || self.markup == Markup::Text && !self.gathering.before_blank)
            && !self.lines[this].ends_sentence_but_question()
            && self.lines[this].words <= ENTRY_OF_LIST_WORDS
        {
            self.head_list(line, rules);
            return self.follow(this);
        }
        self.count_below_title(this);
        self.drop_counter_between(this);
        if !self.labels.weak.is_empty() && self.explain {
            let rule = self.labels.weak[0].1[0];
            let line = self.labels.weak[0].0;
            self.near_miss(rule, line, "too weak to be furniture alone");
        }
        let line = &self.lines[this];
        let is_entry = line.is_linked() && line.heading == 0 && line.words <= ENTRY_WORDS && self.labels.between.len() < ENTRIES;
        let waits = is_entry && self.labels.after_label && self.following.is_none();
        if waits {
            self.labels.between.push(this);
        } else {
            self.labels.release();
            self.labels.after_label = false;
        }
        self.follow(this);
    }

    /// A label too weak to stand alone: it is an entry of a list, heads one itself, or waits for others beside it.
    fn weigh(&mut self, this: usize, rules: Vec<RuleIndex>, heads: Option<(usize, Vec<RuleIndex>)>) {
        let is_linked = self.lines[this].is_linked();
        if let Some((line, rules)) = heads
            && is_linked
        {
            self.head_list(line, rules);
            return self.follow(this);
        }
        let heads_list = rules.iter().any(|rule| self.rules.rule(*rule).scope == TextScope::Following);
        let is_among_teasers = is_linked && self.markup == Markup::Html && self.following.as_ref().is_some_and(Following::has_teasers);
        if is_among_teasers && !heads_list {
            return self.follow(this);
        }
        if heads_list {
            if self.markup == Markup::Text && self.lines[this].items > 0 {
                // An entry heads none of the others.
                return self.follow(this);
            }
            self.end_following();
            self.labels.heads = Some((this, rules));
            return;
        }
        // "12" above "comments".
        let counted = this.checked_sub(1).filter(|before| {
            let before = &self.lines[*before];
            let is_count = before.number.is_some_and(|number| !self.labels.numbers_on(number));
            is_count && !before.dropped && before.heading == 0 && before.items == self.lines[this].items && before.first >= self.queue.first()
        });
        if let Some(number) = this.checked_sub(1).and_then(|before| self.lines[before].number) {
            self.labels.numbered = Some(number);
        }
        if let Some(number) = counted {
            self.drop_line(number, rules.clone());
        }
        let beside_label = self.labels.after_label || counted.is_some();
        self.labels.weak_are_linked = is_linked || (!self.labels.weak.is_empty() && self.labels.weak_are_linked);
        self.labels.weak.push((this, rules));
        let row = self.labels.weak.len();
        // A list of questions is one of a questionnaire.
        let only_asks = self.labels.weak.iter().all(|(line, _)| self.lines[*line].asks);
        let is_beside = beside_label && !(only_asks && self.lines[this].items > 0);
        if is_beside || (row >= WEAK_ROW && !only_asks) || (row >= WEAK_LINKED_ROW && self.labels.weak_are_linked) {
            self.labels.after_label = true;
            self.drop_weak();
        }
    }

    /// A label that stands alone: it goes, with the weak ones beside it and what it names.
    fn act(&mut self, this: usize, label: Label) {
        if self.is_labelled_teaser(&label) {
            // "Watch: …" in a list of teasers is one of them.
            self.drop_line(this, label.rules);
            self.labels.after_label = true;
            self.drop_weak();
            return;
        }
        self.end_following();
        self.labels.after_label = true;
        for line in std::mem::take(&mut self.labels.between) {
            self.drop_line(line, label.rules.clone());
        }
        self.drop_weak();
        let scope = label.rules.iter().map(|rule| self.rules.rule(*rule).scope).find(|scope| *scope != TextScope::Block).unwrap_or_default();
        let rule = label.rules.iter().copied().find(|rule| self.rules.rule(*rule).scope == scope).unwrap_or(label.rules[0]);
        match scope {
            TextScope::Block => {
                self.drop_line(this, label.rules);
            }
            TextScope::Container if self.mark_container(this, rule) => {}
            TextScope::Rest if self.prose_words >= ARTICLE_WORDS => {
                let start = self.lines[this].first;
                self.open_mark(Mark { rules: vec![rule], start, element: None, prose_before: self.prose_words, by_text: false, widened: 0 });
            }
            TextScope::Following | TextScope::Container | TextScope::Rest => {
                let removal = self.drop_line(this, label.rules);
                let container = self.innermost_box().map(|record| record.id);
                let parted = self.gathering.before_blank;
                let bold = self.is_bold(self.lines[this].first);
                let following = Following::new(removal, &self.lines[this], container, parted, bold, self.is_after_prose(this));
                let is_of_person = scope == TextScope::Container && self.rules.rule(rule).prose;
                let following = following.with_box(self.has_own_box(this)).with_person(is_of_person);
                self.following = Some(if label.heads_itself { following.with_teasers() } else { following });
            }
        }
    }

    /// A line stays: is it still the head of the article?
    fn count_below_title(&mut self, this: usize) {
        let line = &self.lines[this];
        let is_headline = self.headline_lines.back() == Some(&line.first);
        // A subtitle says something; "2.1.0" or "Monday" begins a part of the text, and so does an entry that is a sentence.
        let is_part = !is_headline && line.heading > 0 && line.words < SUBTITLE_WORDS;
        let is_entry = line.items > 0 && line.ends_sentence && !line.asks;
        let is_head = |lines: &usize| !line.is_prose() && !is_part && !is_entry && *lines < LINES_BELOW_TITLE;
        let below = &mut self.labels.titles.lines_below;
        *below = below.filter(is_head).map(|lines| if is_headline { 0 } else { lines + 1 });
    }

    /// A counter alone between two paragraphs is the page's: a table and a heading, which may have such lines, stand elsewhere.
    fn drop_counter_between(&mut self, this: usize) {
        let [(line, _)] = self.labels.weak[..] else { return };
        let is_text = |line: Option<&Line>| line.is_some_and(|line| line.is_prose() && line.items == 0);
        let before = self.lines.iter().take(line).rev().find(|before| !before.dropped);
        let is_between = line + 1 == this && is_text(self.lines.get(this)) && is_text(before);
        let counter = &self.lines[line];
        if is_between && counter.counts && counter.items == 0 && counter.heading == 0 && !counter.ends_sentence {
            self.drop_weak();
        }
    }

    /// Drops a label that heads a list, and takes what follows it.
    fn head_list(&mut self, line: usize, rules: Vec<RuleIndex>) {
        self.labels.release();
        let removal = self.drop_line(line, rules);
        let container = self.box_around(line).map(|record| record.id);
        let bold = self.is_bold(self.lines[line].first);
        let following = Following::new(removal, &self.lines[line], container, true, bold, self.is_after_prose(line));
        self.following = Some(following.with_box(self.has_own_box(line)));
    }

    /// Whether the line is a teaser that has a label of its own, among those of the label before.
    fn is_labelled_teaser(&self, label: &Label) -> bool {
        let (Some(line), Some(following)) = (self.lines.back(), &self.following) else { return false };
        let is_alone = label.rules.iter().all(|rule| self.rules.rule(*rule).scope == TextScope::Block);
        let is_title = match self.markup {
            Markup::Html => line.is_linked() && following.waiting().is_none(),
            Markup::Text => !line.ends_sentence_but_question() && following.has_teasers(),
        };
        is_alone && is_title && line.heading == 0 && line.words >= TEASER_WORDS
    }

    /// Whether the last line kept before this one is a sentence or a heading.
    fn is_after_prose(&self, line: usize) -> bool {
        let before = self.lines.iter().take(line).rev().find(|before| !before.dropped && before.words > 0);
        // Plain text has no headings: its title may stand behind a label at the top.
        before.map_or(self.markup == Markup::Html, |before| before.ends_sentence || before.heading > 0 || before.is_prose())
    }

    fn drop_weak(&mut self) {
        for (line, rules) in std::mem::take(&mut self.labels.weak) {
            self.drop_line(line, rules);
        }
    }

    pub(super) fn drop_line(&mut self, line: usize, rules: Vec<RuleIndex>) -> u32 {
        let Line { first, end, .. } = self.lines[line];
        let removal = self.remove(first..end, rules, Extent::Whole);
        if self.removals.get_mut(removal).is_some_and(|removal| matches!(removal.extent, Extent::Refused(_))) {
            // A rule keeps the line, and its break with it.
            return removal;
        }
        self.lines[line].dropped = true;
        if line + 1 == self.lines.len() {
            self.gathering.break_goes_with = removal;
        }
        removal
    }
}
