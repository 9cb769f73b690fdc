//! A place in the tree of phrases, and whether the first words of a line, folded, may stand there.

use crate::fold::Folded;
use crate::rules::lexicon::Lexicon;
use crate::rules::phrase::{LONGEST_NAME, PhraseBook, Step};

/// A place in the tree while its first words are collected.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Node(u32),
    /// Inside a list of forms, and the node behind it.
    List(u32, u32),
}

impl PhraseBook {
    /// Whether a phrase may begin with these first words of a line; only if so is it worth to fold the rest.
    ///
    /// `begin` should hold seven words, or all there are.
    pub fn may_begin(&self, begin: &Folded, lexicon: &Lexicon) -> bool {
        let words = begin.words();
        if self.is_empty() || words.is_empty() {
            return false;
        }
        self.may_stand(Place::Node(0), begin, 0, lexicon)
    }

    fn may_stand(&self, place: Place, line: &Folded, at: usize, lexicon: &Lexicon) -> bool {
        let id = self.vocabulary.get(line.word(at));
        let has_word = |node: u32| id.is_some_and(|id| [false, true].into_iter().any(|colon| self.word_child(node, *id, colon).is_some()));
        let node = match place {
            Place::Node(node) => node,
            Place::List(inner, then) => {
                return has_word(inner) || (self.list_ends.contains(&inner) && self.may_stand(Place::Node(then), line, at, lexicon));
            }
        };
        let number = line.words()[at].number;
        has_word(node)
            || self.steps(node, self.outlook(node), id.copied(), number).any(|(step, child)| match step {
                Step::Number => number,
                Step::Date | Step::Day => number || lexicon.begins_date(line.word(at)),
                // What the page says of itself is compared by the caller.
                Step::Said(_) => at > 0,
                Step::Name if at == 0 => {
                    (1..line.words().len().min(LONGEST_NAME + 1)).any(|at| self.may_stand(Place::Node(*child), line, at, lexicon))
                }
                Step::Joined(joined) => self.may_stand(Place::Node(*joined), line, at, lexicon),
                Step::OneOf(root) => self.may_stand(Place::List(*root, *child), line, at, lexicon),
                _ => true,
            })
    }
}
