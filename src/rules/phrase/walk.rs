//! The walk of a line along the tree of phrases, and what it finds.

use super::outlook::word_bit;
use super::{LONGEST_NAME, LONGEST_TEXT, NO_WORD, Numbered, PhraseBook, Said, Step};
use crate::fold::Folded;
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
            self.walk(0, line, at, lexicon, said, found);
        }
    }

    /// Whether anything can be found from a node on, judged by the next word alone.
    #[inline(always)]
    fn goes_on(&self, node: u32, line: &Numbered<'_>, at: usize) -> bool {
        let outlook = self.outlook(node);
        outlook.ends
            || line.line.words().get(at).is_some_and(|word| {
                let may_stand = |id: &u32| *id != NO_WORD && outlook.words & word_bit(*id) != 0;
                let stands = |id: u32| self.openings(outlook).is_none_or(|openings| openings.know(id));
                outlook.open || (outlook.number && word.number) || line.id(at).filter(may_stand).is_some_and(stands)
            })
    }

    fn walk(&self, node: u32, line: &Numbered<'_>, at: usize, lexicon: &Lexicon, said: SaidLength<'_>, found: &mut Vec<PhraseMatch>) {
        if !self.goes_on(node, line, at) {
            return;
        }
        let outlook = self.outlook(node);
        let ends = &self.ends[node as usize];
        if outlook.ends_here {
            found.extend(ends.iter().map(|rule| PhraseMatch { end: at, rule: *rule }));
        }
        let words = line.line.words();
        if at >= words.len() {
            for (step, _) in &self.placeholders[node as usize] {
                if let Step::Joined(joined) = step {
                    self.walk(*joined, line, at, lexicon, said, found);
                }
            }
            return;
        }
        let id = line.id(at).unwrap_or(NO_WORD);
        if id != NO_WORD && outlook.words_here & word_bit(id) != 0 {
            for colon in [false, true] {
                if (words[at].colon || !colon)
                    && let Some(child) = self.word_child(node, id, colon)
                {
                    self.walk(child, line, at + 1, lexicon, said, found);
                }
            }
        }
        if !outlook.steps_here {
            return;
        }
        for (step, child) in self.steps(node, outlook, (id != NO_WORD).then_some(id), words[at].number) {
            let left = words.len() - at;
            match step {
                Step::Number if words[at].number => {
                    let multiplied = at + 1 < words.len() && lexicon.is_multiplier(line.line.word(at + 1));
                    self.walk(*child, line, at + 1, lexicon, said, found);
                    if multiplied {
                        self.walk(*child, line, at + 2, lexicon, said, found);
                    }
                }
                Step::Date => {
                    let length = lexicon.date_length(line.line, at);
                    if length > 0 {
                        self.walk(*child, line, at + length, lexicon, said, found);
                    }
                }
                Step::Said(what) => {
                    let length = said(*what, line.line, at);
                    if length > 0 {
                        self.walk(*child, line, at + length, lexicon, said, found);
                    }
                }
                Step::Name => {
                    for length in (1..=left.min(LONGEST_NAME)).filter(|length| self.goes_on(*child, line, at + length)) {
                        self.walk(*child, line, at + length, lexicon, said, found);
                    }
                }
                Step::Joined(joined) if self.goes_on(*joined, line, at) => self.walk(*joined, line, at, lexicon, said, found),
                Step::OneOf(root) => self.walk_list(*root, *child, line, at, lexicon, said, found),
                Step::Text if left <= LONGEST_TEXT => self.walk(*child, line, words.len(), lexicon, said, found),
                _ => {}
            }
        }
    }

    /// The forms of a list, and what stands after them.
    #[allow(clippy::too_many_arguments)]
    fn walk_list(
        &self,
        inner: u32,
        then: u32,
        line: &Numbered<'_>,
        at: usize,
        lexicon: &Lexicon,
        said: SaidLength<'_>,
        found: &mut Vec<PhraseMatch>,
    ) {
        if self.list_ends.contains(&inner) {
            self.walk(then, line, at, lexicon, said, found);
        }
        let Some(id) = line.id(at).filter(|id| *id != NO_WORD) else { return };
        if let Some(child) = self.word_child(inner, id, false) {
            self.walk_list(child, then, line, at + 1, lexicon, said, found);
        }
    }
}
