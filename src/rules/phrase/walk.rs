//! The walk of a line along the tree of phrases, and what it finds.

use super::outlook::{Outlook, word_bit};
use super::{LONGEST_NAME, LONGEST_TEXT, NO_WORD, Numbered, PhraseBook, Said, Step};
use crate::fold::{Folded, Word};
use crate::rules::RuleIndex;
use crate::rules::lexicon::Lexicon;

/// Where a phrase that was found ends, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhraseMatch {
    /// Index of the first word after it.
    pub end: usize,
    /// The rule.
    pub rule: RuleIndex,
}

/// How many words from `at` on repeat what the page says of itself; 0 if they do not.
pub type SaidLength<'a> = &'a dyn Fn(Said, &Folded, usize) -> usize;

impl PhraseBook {
    /// All phrases that begin at word `at`.
    pub fn find(&self, line: &Numbered<'_>, at: usize, lexicon: &Lexicon, said: SaidLength<'_>, found: &mut Vec<PhraseMatch>) {
        if !self.is_empty() {
            Walk { book: self, line, words: line.line.words(), lexicon, said, found }.on(0, at);
        }
    }
}

/// A walk along one line.
struct Walk<'a> {
    book: &'a PhraseBook,
    line: &'a Numbered<'a>,
    words: &'a [Word],
    lexicon: &'a Lexicon,
    said: SaidLength<'a>,
    found: &'a mut Vec<PhraseMatch>,
}

impl<'a> Walk<'a> {
    /// Whether anything can be found from a node on, judged by the next word alone.
    #[inline(always)]
    fn goes_on(&self, outlook: &Outlook, at: usize) -> bool {
        outlook.ends
            || self.words.get(at).is_some_and(|word| {
                let may_stand = |id: &u32| *id != NO_WORD && outlook.words & word_bit(*id) != 0;
                let stands = |id: u32| self.book.openings(outlook).is_none_or(|openings| openings.know(id));
                outlook.open || (outlook.number && word.number) || self.line.id(at).filter(may_stand).is_some_and(stands)
            })
    }

    /// Goes on from a node, the word at `at` being the next.
    #[inline]
    fn on(&mut self, node: u32, at: usize) {
        let outlook = self.book.outlook(node);
        if self.goes_on(outlook, at) {
            self.at(node, outlook, at);
        }
    }

    fn at(&mut self, node: u32, outlook: &'a Outlook, at: usize) {
        let (book, number) = (self.book, node as usize);
        if outlook.ends_here {
            self.found.extend(book.ends_at(node).iter().map(|rule| PhraseMatch { end: at, rule: *rule }));
        }
        let Some(word) = self.words.get(at) else {
            for (step, _) in &book.placeholders[number] {
                if let Step::Joined(joined) = step {
                    self.on(*joined, at);
                }
            }
            return;
        };
        let (is_number, has_colon) = (word.number, word.colon);
        let id = self.line.id(at).filter(|id| *id != NO_WORD);
        if let Some(id) = id
            && outlook.words_here & word_bit(id) != 0
        {
            for colon in [false, true] {
                if (has_colon || !colon)
                    && let Some(child) = book.word_child(node, id, colon)
                {
                    self.on(child, at + 1);
                }
            }
        }
        if !outlook.steps_here {
            return;
        }
        let steps = &book.placeholders[number];
        match book.openings(outlook) {
            Some(openings) => openings.steps(id, is_number).iter().filter_map(|step| steps.get(*step as usize)).for_each(|step| self.step(step, at)),
            None => steps.iter().for_each(|step| self.step(step, at)),
        }
    }

    #[inline]
    fn step(&mut self, (step, child): &(Step, u32), at: usize) {
        match step {
            Step::Number if self.words[at].number => {
                for end in at + 1..=number_end(self.line.line, at) {
                    self.on(*child, end);
                    if end < self.words.len() && self.lexicon.is_multiplier(self.line.line.word(end)) {
                        self.on(*child, end + 1);
                    }
                }
            }
            Step::Date | Step::Day => {
                let length = self.lexicon.date_length(self.line.line, at);
                if length > 0 && (*step == Step::Date || self.lexicon.names_day(self.line.line, at, length)) {
                    self.on(*child, at + length);
                }
            }
            Step::Said(what) => {
                let length = (self.said)(*what, self.line.line, at);
                if length > 0 {
                    self.on(*child, at + length);
                }
            }
            Step::Name => {
                let outlook = self.book.outlook(*child);
                for next in at + 1..=self.words.len().min(at + LONGEST_NAME) {
                    if self.goes_on(outlook, next) {
                        self.at(*child, outlook, next);
                    }
                }
            }
            Step::Joined(joined) => self.on(*joined, at),
            Step::OneOf(root) => self.list(*root, *child, at),
            Step::Text if self.words.len() - at <= LONGEST_TEXT => self.on(*child, self.words.len()),
            _ => {}
        }
    }

    /// The forms of a list, and what stands after them.
    fn list(&mut self, inner: u32, then: u32, at: usize) {
        if self.book.list_ends.contains(&inner) {
            self.on(then, at);
        }
        let Some(id) = self.line.id(at).filter(|id| *id != NO_WORD) else { return };
        if let Some(child) = self.book.word_child(inner, id, false) {
            self.list(child, then, at + 1);
        }
    }
}

/// Where a number ends at the latest: behind a space, groups of three digits each are of it (`1 234 567`).
fn number_end(line: &Folded, at: usize) -> usize {
    let is_digits = |at: usize| line.word(at).bytes().all(|byte| byte.is_ascii_digit());
    let begins = line.word(at).len() <= 3 && is_digits(at) && !line.word(at).starts_with('0');
    let is_group = |at: &usize| line.word(*at).len() == 3 && is_digits(*at) && !line.words()[at - 1].colon;
    let groups = (at + 1..line.words().len()).take_while(is_group);
    at + 1 + if begins { groups.count() } else { 0 }
}
