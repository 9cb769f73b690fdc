//! Which steps out of a node of the tree of phrases are worth a try, by a line's next word: out of the root, and behind a name, there
//! are over a hundred, and few words take more than a handful of them.

use rustc_hash::FxHashMap;

/// What a step may go on with.
#[derive(Clone, Debug, Default)]
pub(super) struct Opening {
    /// Numbers of words.
    pub(super) words: Vec<u32>,
    pub(super) number: bool,
    /// Anything, as far as a word tells.
    pub(super) anything: bool,
}

/// The steps of a node, by what they may go on with: numbers of steps in rising order.
#[derive(Debug, Default)]
pub(super) struct Openings {
    /// By the number of a word that the node or a step of it goes on with.
    by_word: FxHashMap<u32, Box<[u32]>>,
    other: Box<[u32]>,
    number: Box<[u32]>,
}

impl Openings {
    /// Of the steps of a node, and of the words that it has itself; `is_number` tells which words are numbers as well.
    pub(super) fn of(openings: &[Opening], words: &[u32], is_number: impl Fn(u32) -> bool) -> Openings {
        let choose = |fits: &dyn Fn(&Opening) -> bool| (0..).zip(openings).filter(|(_, opening)| fits(opening)).map(|(number, _)| number).collect();
        let other: Box<[u32]> = choose(&|opening| opening.anything);
        // Whoever sees only that a word is a number has to try the steps of all of them.
        let number: Box<[u32]> = choose(&|opening| opening.anything || opening.number || opening.words.iter().any(|word| is_number(*word)));
        let at_least = |word: u32| if is_number(word) { number.to_vec() } else { other.to_vec() };
        let mut by_word: FxHashMap<u32, Vec<u32>> = words.iter().map(|word| (*word, at_least(*word))).collect();
        for (step, opening) in (0..).zip(openings) {
            for word in &opening.words {
                by_word.entry(*word).or_insert_with(|| at_least(*word)).push(step);
            }
        }
        let in_order = |mut steps: Vec<u32>| {
            steps.sort_unstable();
            steps.dedup();
            steps.into()
        };
        Openings { by_word: by_word.into_iter().map(|(word, steps)| (word, in_order(steps))).collect(), other, number }
    }

    /// Whether the node or a step of it goes on with a word.
    #[inline]
    pub(super) fn know(&self, word: u32) -> bool {
        self.by_word.contains_key(&word)
    }

    /// Numbers of the steps to try with a word, given by its number if it is known.
    #[inline]
    pub(super) fn steps(&self, word: Option<u32>, number: bool) -> &[u32] {
        let known = word.and_then(|word| self.by_word.get(&word));
        known.unwrap_or(if number { &self.number } else { &self.other })
    }
}
