//! A line whose words have numbers.

use super::PhraseBook;
use crate::fold::Folded;
use rustc_hash::FxHashMap;
use std::cell::Cell;

impl PhraseBook {
    /// Looks up the words of a line, those that are asked for and each once; `ids` is a buffer.
    pub fn number<'a>(&'a self, line: &'a Folded, ids: &'a mut Vec<Cell<u32>>) -> Numbered<'a> {
        ids.clear();
        ids.resize(line.words().len(), Cell::new(NOT_LOOKED_UP));
        Numbered { line, ids, vocabulary: &self.vocabulary }
    }
}

/// A line and the numbers of its words.
pub struct Numbered<'a> {
    pub(super) line: &'a Folded,
    ids: &'a [Cell<u32>],
    vocabulary: &'a FxHashMap<Box<str>, u32>,
}

impl Numbered<'_> {
    /// The number of a word, or [`NO_WORD`]; `None` behind the last.
    #[inline(always)]
    pub(super) fn id(&self, at: usize) -> Option<u32> {
        match self.ids.get(at)?.get() {
            NOT_LOOKED_UP => Some(self.look_up(at)),
            id => Some(id),
        }
    }

    #[cold]
    fn look_up(&self, at: usize) -> u32 {
        let id = self.vocabulary.get(self.line.word(at)).copied().unwrap_or(NO_WORD);
        self.ids[at].set(id);
        id
    }
}

/// The number of a word that is in no phrase.
pub(super) const NO_WORD: u32 = u32::MAX;
/// Nobody has asked for the number of a word.
const NOT_LOOKED_UP: u32 = u32::MAX - 1;
