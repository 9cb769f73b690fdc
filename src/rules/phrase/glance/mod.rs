//! What the first words of a line say before it is folded: mostly that no phrase can tile it. They are given as hashes.
//!
//! Two looks: at filters that a word or a pair of words passes or not, and, of long lines that pass, at the tree of phrases itself, with every
//! placeholder that a hash cannot tell taken as filled.

mod lesson;
mod line;
mod pairs;
mod place;

use super::PhraseBook;
use crate::fold::{Beginning, DATED_NUMBER, FirstWords, NUMBER, is_number};
use crate::rules::filter::Filter;
use pairs::{BehindName, Pairs};
use rustc_hash::{FxHashMap, FxHashSet};

/// What is known of the words of all phrases by their hashes.
#[derive(Debug, Default)]
pub(super) struct Glance {
    /// Of all words that a phrase may begin with: most words of most pages are none of them.
    first: Filter,
    /// Of those after which anything may come; that are a phrase, and one that others may follow.
    begins: Filter,
    is_whole: Filter,
    joins: Filter,
    /// Of the first two words of phrases.
    begins_pair: Pairs,
    /// The same for what follows a name at the beginning of a phrase, and a name behind its first word.
    behind_name: BehindName,
    behind_inner_name: BehindName,
    begins_with_anything: bool,
    begins_with_date: bool,
    /// Of the words that a date may follow, and of those that a name may follow which does not end the phrase.
    before_date: FxHashSet<u32>,
    before_name: FxHashSet<u32>,
    /// Of the words that what the page says of itself may follow.
    before_said: FxHashSet<u32>,
    /// Numbers of the words of phrases, by hash; [`AMBIGUOUS`] where two share one.
    ids: FxHashMap<u32, u32>,
    /// The words of phrases that are numbers: their hashes do not tell which.
    numbers: Vec<u32>,
    /// Of the words that dates are made of, of those that may be one by themselves, and of those that multiply a number.
    dates: FxHashSet<u32>,
    days: FxHashSet<u32>,
    multipliers: FxHashSet<u32>,
}

/// The hash of a word; of all numbers the same.
#[inline]
fn any_number(hash: u32) -> u32 {
    if is_number(hash) { NUMBER } else { hash }
}

/// Two words of phrases have one hash.
const AMBIGUOUS: u32 = u32::MAX - 2;

/// How many of the words that are given the title and the site's name may repeat from the first on: a bit for each length.
pub type SaidLengths<'a> = &'a dyn Fn(&[u32]) -> u16;

impl Glance {
    /// The words from `at` on that dates may be made of.
    fn date_run<'a>(&self, words: &'a [u32], at: usize) -> &'a [u32] {
        let length = words[at..].iter().take_while(|hash| is_number(**hash) || self.dates.contains(hash)).count();
        &words[at..at + length]
    }

    /// Whether a date may begin at `at`, as [`Lexicon::date_length`] has it.
    fn may_be_date(&self, beginning: Beginning<'_>, at: usize) -> bool {
        let words = beginning.hashes;
        let run = self.date_run(words, at);
        let tells = |hash: &u32| *hash == DATED_NUMBER || self.days.contains(hash);
        let goes_on = beginning.is_cut() && at + run.len() == words.len();
        !run.is_empty() && (goes_on || run.iter().any(tells) || (run.len() > 1 && !run.iter().all(|hash| is_number(*hash))))
    }

    /// Whether a phrase may begin with the word at `at`, by that and what stands behind it.
    fn may_begin_at(&self, beginning: Beginning<'_>, at: usize, said: SaidLengths<'_>) -> bool {
        let words = beginning.hashes;
        let word = any_number(words[at]);
        if !self.first.may_hold(word) {
            return false;
        }
        self.begins.may_hold(word)
            || self.begins_pair.may_hold(words, at)
            || (self.before_name.contains(&word) && (beginning.is_cut() || self.behind_inner_name.may_hold(words, at + 1)))
            || (self.before_said.contains(&word) && (at + 1 == FirstWords::WORDS || said(&words[at + 1..]) != 0))
            || (self.begins_with_date && self.may_be_date(beginning, at))
            || (self.before_date.contains(&word) && (at + 1 == FirstWords::WORDS || (at + 1 < words.len() && self.may_be_date(beginning, at + 1))))
    }
}

impl PhraseBook {
    /// Whether phrases may tile a line that begins so; says yes too often.
    pub fn may_tile(&self, beginning: Beginning<'_>, said: SaidLengths<'_>) -> bool {
        let (words, glance) = (beginning.hashes, &self.glance);
        if glance.begins_with_anything {
            return true;
        }
        if let [word] = words {
            let is_date = || glance.begins_with_date && glance.may_be_date(beginning, 0);
            return glance.is_whole.may_hold(any_number(*word)) || said(words) != 0 || is_date();
        }
        // Other phrases may stand before the one that begins with a name.
        let is_named = glance.behind_name.may_hold(words, 0);
        // A walk costs as much as the folding and the search of a short line.
        (is_named || self.may_begin_with(beginning, said)) && (!beginning.is_cut() || self.can_tile(beginning, is_named, said))
    }

    fn may_begin_with(&self, beginning: Beginning<'_>, said: SaidLengths<'_>) -> bool {
        let (words, glance) = (beginning.hashes, &self.glance);
        // Word by word, as long as each is a phrase that another may follow.
        for at in 0..words.len() {
            let word = any_number(words[at]);
            if glance.may_begin_at(beginning, at, said) || said(&words[at..]) != 0 {
                return true;
            }
            if at + 1 == words.len() {
                // Of a long line only the first words are known.
                return beginning.is_cut() || glance.is_whole.may_hold(word) || self.may_be_bar(beginning, said);
            }
            if !glance.joins.may_hold(word) {
                return (at > 0 || glance.is_whole.may_hold(word)) && self.may_be_bar(beginning, said);
            }
        }
        false
    }

    /// In a bar of commands not all need be known, but the first one and another.
    fn may_be_bar(&self, beginning: Beginning<'_>, said: SaidLengths<'_>) -> bool {
        let (words, glance) = (beginning.hashes, &self.glance);
        let is_known = |at: &usize| glance.joins.may_hold(any_number(words[*at])) || glance.may_begin_at(beginning, *at, said);
        (0..words.len()).filter(is_known).nth(1).is_some()
    }
}
