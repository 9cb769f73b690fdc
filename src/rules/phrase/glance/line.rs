//! A long line's first words, walked along the tree of phrases.

use super::{AMBIGUOUS, Glance, SaidLengths};
use crate::fold::{Beginning, FirstWords, NUMBER, is_number};
use crate::rules::phrase::outlook::word_bit;
use crate::rules::phrase::{LONGEST_NAME, NO_WORD, PhraseBook, Step};

/// The first words of a line, looked up.
struct Line<'a> {
    beginning: Beginning<'a>,
    ids: [u32; FirstWords::WORDS],
    /// A phrase may begin with a name.
    is_named: bool,
    said: SaidLengths<'a>,
}

/// Where phrases end that begin at a word: a bit for each place.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    any: u16,
    /// Of phrases that others may follow.
    joining: u16,
    /// One may go on behind the words that are known.
    goes_on: bool,
}

impl Line<'_> {
    /// How many words from `at` on may make a date.
    fn date_words(&self, at: usize, glance: &Glance) -> usize {
        if glance.may_be_date(self.beginning, at) { glance.date_run(self.beginning.hashes, at).len() } else { 0 }
    }
}

impl PhraseBook {
    pub(super) fn can_tile(&self, beginning: Beginning<'_>, is_named: bool, said: SaidLengths<'_>) -> bool {
        let (mut line, words) = (Line { beginning, ids: [NO_WORD; FirstWords::WORDS], is_named, said }, beginning.hashes);
        for (id, hash) in line.ids.iter_mut().zip(words) {
            match self.glance.ids.get(hash) {
                Some(&AMBIGUOUS) => return true,
                Some(known) => *id = *known,
                None => {}
            }
        }
        let mut reached = 1;
        for at in 0..words.len() {
            if reached >> at & 1 == 0 {
                continue;
            }
            let mut ends = Ends::default();
            self.glance_on(0, &line, at, &mut ends);
            if ends.goes_on || ends.any >> words.len() & 1 == 1 {
                return true;
            }
            if ends.any == 0 && at == 0 {
                return false;
            }
            reached |= ends.joining;
        }
        self.may_be_bar(beginning, said)
    }

    /// Notes where phrases may end that have come to a node with the word before `at`.
    fn glance_on(&self, node: u32, line: &Line<'_>, at: usize, ends: &mut Ends) {
        let (outlook, words) = (self.outlook(node), line.beginning.hashes);
        let (id, number) = match words.get(at) {
            Some(hash) => (line.ids[at], is_number(*hash)),
            None if line.beginning.is_cut() => {
                ends.goes_on = true;
                return;
            }
            None => (NO_WORD, false),
        };
        let stands = match number {
            true => outlook.number || self.glance.numbers.iter().any(|id| outlook.words & word_bit(*id) != 0),
            false => id != NO_WORD && outlook.words & word_bit(id) != 0 && self.openings(outlook).is_none_or(|openings| openings.know(id)),
        };
        if !(outlook.ends || outlook.open || stands) {
            return;
        }
        if outlook.ends_here {
            ends.any |= 1 << at;
            ends.joining |= u16::from(outlook.joins_here) << at;
        }
        let is_over = at == words.len();
        let mut by_word = |id: u32| {
            if outlook.words_here & word_bit(id) != 0 {
                let colons = [false, true].into_iter().take(1 + usize::from(line.beginning.colons >> at & 1));
                for child in colons.filter_map(|colon| self.word_child(node, id, colon)) {
                    self.glance_on(child, line, at + 1, ends);
                }
            }
        };
        match (is_over, number) {
            (true, _) => {}
            (false, true) => self.glance.numbers.iter().for_each(|id| by_word(*id)),
            (false, false) if id == NO_WORD => {}
            (false, false) => by_word(id),
        }
        if !outlook.steps_here {
            return;
        }
        for (step, child) in self.steps(node, outlook, (id != NO_WORD).then_some(id), number) {
            if ends.goes_on {
                return;
            }
            match step {
                Step::Joined(joined) => self.glance_on(*joined, line, at, ends),
                _ if is_over => {}
                Step::Number if number => {
                    let mut end = at + 1;
                    loop {
                        self.glance_on(*child, line, end, ends);
                        if words.get(end).is_some_and(|next| self.glance.multipliers.contains(next)) {
                            self.glance_on(*child, line, end + 1, ends);
                        }
                        // It may be a group of its digits.
                        if words.get(end) != Some(&NUMBER) {
                            break;
                        }
                        end += 1;
                    }
                }
                Step::Number | Step::Word { .. } => {}
                Step::Date | Step::Day => self.glance_behind_any(*child, line, at, line.date_words(at, &self.glance), ends),
                Step::Said(_) => {
                    let lengths = (line.said)(&words[at..]);
                    for length in (1..=words.len() - at).filter(|length| lengths >> length & 1 == 1) {
                        self.glance_on(*child, line, at + length, ends);
                    }
                }
                Step::Name if node == 0 && at == 0 && !line.is_named => {}
                Step::Name => self.glance_behind_any(*child, line, at, LONGEST_NAME, ends),
                Step::Text => self.glance_on(*child, line, words.len(), ends),
                Step::OneOf(root) => self.glance_at_list(*root, *child, line, at, ends),
            }
        }
    }

    /// Goes on at a node behind one, two, and up to `most` words from `at` on.
    fn glance_behind_any(&self, node: u32, line: &Line<'_>, at: usize, most: usize, ends: &mut Ends) {
        for next in at + 1..=at.saturating_add(most).min(line.beginning.hashes.len()) {
            if ends.goes_on {
                return;
            }
            self.glance_on(node, line, next, ends);
        }
    }

    /// Goes on inside a list of forms, and behind it at `then`.
    fn glance_at_list(&self, inner: u32, then: u32, line: &Line<'_>, at: usize, ends: &mut Ends) {
        if self.list_ends.contains(&inner) {
            self.glance_on(then, line, at, ends);
        }
        let Some(hash) = line.beginning.hashes.get(at) else {
            ends.goes_on |= line.beginning.is_cut();
            return;
        };
        let mut by_word = |id: u32| {
            if let Some(child) = self.word_child(inner, id, false) {
                self.glance_at_list(child, then, line, at + 1, ends);
            }
        };
        match *hash {
            number if is_number(number) => self.glance.numbers.iter().for_each(|id| by_word(*id)),
            _ if line.ids[at] == NO_WORD => {}
            _ => by_word(line.ids[at]),
        }
    }
}
