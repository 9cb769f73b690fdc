//! Which steps out of the root of the tree of phrases are worth a try, by a line's next word: there are over a hundred, and few words
//! take more than a handful of them.

/// What a step may go on with.
#[derive(Clone, Debug, Default)]
pub(super) struct Opening {
    /// Numbers of words.
    pub(super) words: Vec<u32>,
    pub(super) number: bool,
    /// Anything, as far as a word tells.
    pub(super) anything: bool,
}

/// The steps of the root, by what they may go on with: numbers of steps in rising order. Empty before it is built.
#[derive(Debug, Default)]
pub(super) struct Openings {
    /// By the number of a known word.
    by_word: Vec<Box<[u32]>>,
    unknown: Vec<u32>,
    number: Vec<u32>,
    is_built: bool,
}

impl Openings {
    /// Of the root's steps, where there are so many known words.
    pub(super) fn of(openings: &[Opening], words: usize) -> Openings {
        let choose = |fits: &dyn Fn(&Opening) -> bool| (0..).zip(openings).filter(|(_, opening)| fits(opening)).map(|(number, _)| number).collect();
        let unknown: Vec<u32> = choose(&|opening| opening.anything);
        let mut by_word = vec![unknown.clone(); words];
        for (step, opening) in (0..).zip(openings).filter(|(_, opening)| !opening.anything) {
            for word in &opening.words {
                by_word[*word as usize].push(step);
            }
        }
        let in_order = |mut steps: Vec<u32>| {
            steps.sort_unstable();
            steps.dedup();
            steps.into()
        };
        Openings {
            by_word: by_word.into_iter().map(in_order).collect(),
            unknown,
            number: choose(&|opening| opening.anything || opening.number),
            is_built: true,
        }
    }

    /// Numbers of the steps to try with a word, given by its number if it is known; `None` for all of them.
    #[inline]
    pub(super) fn steps(&self, word: Option<u32>, number: bool) -> Option<&[u32]> {
        match (word, number) {
            _ if !self.is_built => None,
            (Some(_), true) => None,
            (Some(word), false) => self.by_word.get(word as usize).map(|steps| &**steps),
            (None, false) => Some(&self.unknown),
            (None, true) => Some(&self.number),
        }
    }
}
