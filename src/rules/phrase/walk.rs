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
                    for end in at + 1..=number_end(line.line, at) {
                        self.walk(*child, line, end, lexicon, said, found);
                        if end < words.len() && lexicon.is_multiplier(line.line.word(end)) {
                            self.walk(*child, line, end + 1, lexicon, said, found);
                        }
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

/// Where a number ends at the latest: behind a space, groups of three digits each are of it (`1 234 567`).
fn number_end(line: &Folded, at: usize) -> usize {
    let is_digits = |at: usize| line.word(at).bytes().all(|byte| byte.is_ascii_digit());
    let begins = line.word(at).len() <= 3 && is_digits(at) && !line.word(at).starts_with('0');
    let is_group = |at: &usize| line.word(*at).len() == 3 && is_digits(*at) && !line.words()[at - 1].colon;
    let groups = (at + 1..line.words().len()).take_while(is_group);
    at + 1 + if begins { groups.count() } else { 0 }
}
