//! Which steps out of the root of the tree of phrases are worth a try, by a line's next word: there are over a hundred, and few words
//! take more than a handful of them.

/// What a step may go on with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Opening {
    /// Known words, a bit each; many share one.
    pub(super) words: u64,
    pub(super) number: bool,
    /// Anything, as far as a word tells.
    pub(super) anything: bool,
}

/// The steps of the root, by what they may go on with.
#[derive(Debug, Default)]
pub(super) struct Openings {
    /// Numbers of steps in rising order: for each bit of a known word, for unknown words, for numbers. Empty before it is built.
    steps: Vec<Vec<u32>>,
}

const UNKNOWN: usize = 64;
const NUMBER: usize = 65;

impl Openings {
    pub(super) fn of(openings: &[Opening]) -> Openings {
        let choose = |fits: &dyn Fn(&Opening) -> bool| (0..).zip(openings).filter(|(_, opening)| fits(opening)).map(|(number, _)| number).collect();
        let mut steps: Vec<Vec<u32>> = (0..UNKNOWN).map(|bit| choose(&|opening| opening.anything || opening.words >> bit & 1 == 1)).collect();
        steps.push(choose(&|opening| opening.anything));
        steps.push(choose(&|opening| opening.anything || opening.number));
        Openings { steps }
    }

    /// Numbers of the steps to try with a word, given by its bit if it is known; `None` for all of them.
    #[inline]
    pub(super) fn steps(&self, word: Option<u64>, number: bool) -> Option<&[u32]> {
        let place = match (word, number) {
            (Some(_), true) => return None,
            (Some(bit), false) => bit.trailing_zeros() as usize,
            (None, false) => UNKNOWN,
            (None, true) => NUMBER,
        };
        self.steps.get(place).map(Vec::as_slice)
    }
}
