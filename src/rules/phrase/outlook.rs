//! What can come at a node of the tree of phrases, known before it is visited: most steps end before they are taken.

use super::openings::{Opening, Openings};
use super::{PhraseBook, Step};
use crate::rules::RuleIndex;
use crate::rules::lexicon::Lexicon;
use rustc_hash::FxHashSet;

/// A node with more steps other than words has them in a list for each word.
const FEW_STEPS: usize = 8;

/// What may come at a node, the joined ones included.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outlook {
    /// Words, a bit each; many share one.
    pub(super) words: u64,
    /// The end of a phrase.
    pub(super) ends: bool,
    pub(super) number: bool,
    /// Any other placeholder, but dates, which begin with numbers and certain words.
    pub(super) open: bool,
    /// Number of the node's [`Openings`], from 1 on; 0 without.
    pub(super) openings: u32,
    /// Of the node alone: its words, whether a phrase ends at it.
    pub(super) words_here: u64,
    pub(super) ends_here: bool,
    /// Whether others may follow the phrase that ends at it.
    pub(super) joins_here: bool,
    /// Whether it has steps other than words.
    pub(super) steps_here: bool,
}

impl Outlook {
    /// Of a node that nothing is known of.
    const ANY: Outlook = Outlook {
        words: u64::MAX,
        ends: true,
        number: true,
        open: true,
        openings: 0,
        words_here: u64::MAX,
        ends_here: true,
        joins_here: true,
        steps_here: true,
    };
}

#[inline]
pub(super) fn word_bit(id: u32) -> u64 {
    1 << (id.wrapping_mul(0x9E37_79B1) >> 26)
}

impl PhraseBook {
    /// Notes of each node what a phrase that has come so far may go on with, so that most steps end before they are taken.
    pub(super) fn look_out(&mut self, lexicon: &Lexicon, joins: impl Fn(RuleIndex) -> bool) {
        let mut dates = Vec::new();
        for word in lexicon.date_words() {
            let next = self.vocabulary.len() as u32;
            dates.push(*self.vocabulary.entry(word.into()).or_insert(next));
        }
        let numbers: FxHashSet<u32> =
            self.vocabulary.iter().filter(|(word, _)| word.starts_with(|c: char| c.is_ascii_digit())).map(|(_, id)| *id).collect();
        let mut words_after = vec![Vec::new(); self.placeholders.len()];
        for key in self.children.keys() {
            words_after[(key >> 32) as usize].push((*key as u32) >> 1);
        }
        let bits = |words: &[u32]| words.iter().fold(0, |bits, word| bits | word_bit(*word));
        let words: Vec<u64> = words_after.iter().map(|words| bits(words)).collect();
        let of_dates = bits(&dates);
        self.outlooks = vec![Outlook::default(); words.len()];
        let mut places = Vec::new();
        for at in 0..words.len() {
            let mut outlook = Outlook::default();
            places.push(at);
            while let Some(node) = places.pop() {
                outlook.words |= words[node];
                outlook.ends |= !self.ends_at(node as u32).is_empty();
                for (step, _) in &self.placeholders[node] {
                    match step {
                        Step::Joined(joined) => places.push(*joined as usize),
                        Step::OneOf(root) if !self.list_ends.contains(root) => outlook.words |= words[*root as usize],
                        Step::Number => outlook.number = true,
                        Step::Date | Step::Day => (outlook.number, outlook.words) = (true, outlook.words | of_dates),
                        _ => outlook.open = true,
                    }
                }
            }
            (outlook.words_here, outlook.ends_here) = (words[at], !self.ends_at(at as u32).is_empty());
            outlook.joins_here = self.ends_at(at as u32).iter().any(|rule| joins(*rule));
            outlook.steps_here = !self.placeholders[at].is_empty();
            self.outlooks[at] = outlook;
        }
        for (node, steps) in (0..).zip(&self.placeholders).filter(|(_, steps)| steps.len() > FEW_STEPS) {
            let opening = |(step, _): &(Step, u32)| match step {
                Step::Number => Opening { number: true, ..Opening::default() },
                Step::Date | Step::Day => Opening { words: dates.clone(), number: true, anything: false },
                Step::Joined(joined) => {
                    let Outlook { ends, number, open, .. } = self.outlooks[*joined as usize];
                    Opening { words: self.words_at(*joined, &words_after, &dates), number, anything: ends || open }
                }
                Step::OneOf(root) => Opening { words: words_after[*root as usize].clone(), number: false, anything: self.list_ends.contains(root) },
                _ => Opening { anything: true, ..Opening::default() },
            };
            let openings: Vec<Opening> = steps.iter().map(opening).collect();
            self.openings.push(Openings::of(&openings, &words_after[node], |word| numbers.contains(&word)));
            self.outlooks[node].openings = self.openings.len() as u32;
        }
    }

    /// All words that may stand at a node, the joined ones included.
    fn words_at(&self, node: u32, words_after: &[Vec<u32>], dates: &[u32]) -> Vec<u32> {
        let (mut words, mut places) = (Vec::new(), vec![node]);
        while let Some(node) = places.pop() {
            words.extend_from_slice(&words_after[node as usize]);
            for (step, _) in &self.placeholders[node as usize] {
                match step {
                    Step::Joined(joined) => places.push(*joined),
                    Step::OneOf(root) if !self.list_ends.contains(root) => words.extend_from_slice(&words_after[*root as usize]),
                    Step::Date | Step::Day => words.extend_from_slice(dates),
                    _ => {}
                }
            }
        }
        words
    }

    /// What is known of a node at a glance; a look at its lists costs more.
    #[inline]
    pub(super) fn outlook(&self, node: u32) -> &Outlook {
        self.outlooks.get(node as usize).unwrap_or(&Outlook::ANY)
    }

    #[inline]
    pub(super) fn openings(&self, outlook: &Outlook) -> Option<&Openings> {
        if outlook.openings == 0 { None } else { self.openings.get(outlook.openings as usize - 1) }
    }

    /// The steps other than words that may be taken from a node with the next word.
    #[inline]
    pub(super) fn steps(&self, node: u32, outlook: &Outlook, id: Option<u32>, number: bool) -> impl Iterator<Item = &(Step, u32)> {
        let all = &self.placeholders[node as usize];
        let chosen = self.openings(outlook).map(|openings| openings.steps(id, number));
        let some = chosen.into_iter().flatten().filter_map(|at| all.get(*at as usize));
        some.chain(if chosen.is_none() { all.as_slice() } else { &[] })
    }
}
