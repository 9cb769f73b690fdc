//! All phrases of a rule set as one tree of words: a line is looked up once, however many phrases there are.

use super::RuleIndex;
use super::filter::Filter;
use super::lexicon::Lexicon;
use crate::fold::{Folded, word_hash};
use rustc_hash::{FxHashMap, FxHashSet};
use thiserror::Error;

/// Lines of more words than this are no labels.
pub const LONGEST_LINE: usize = 60;

const LONGEST_NAME: usize = 6;
const LONGEST_TEXT: usize = 40;
/// A phrase with alternatives stands for at most so many.
const MOST_ALTERNATIVES: usize = 2_000;

/// A step in the tree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Step {
    Word { id: u32, colon: bool },
    Number,
    Date,
    Name,
    Text,
    Said(Said),
    /// One of a list of forms, which begin at this node.
    OneOf(u32),
}

/// What a page says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Said {
    /// Its title.
    Title,
    /// The name of its site.
    Site,
}

/// A phrase that cannot be used, and why.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PhraseError {
    /// Nothing is left of it after folding.
    #[error("the phrase holds no word")]
    Empty,
    /// A placeholder that does not exist.
    #[error("unknown placeholder {{{0}}}; there are {{n}}, {{date}}, {{name}}, {{text}}, {{title}}, {{site}} and the lists {1}")]
    UnknownPlaceholder(String, String),
    /// `{text}` before the end.
    #[error("{{text}} stands for the rest of the line and can only be last")]
    TextNotLast,
    /// A phrase that would match any line.
    #[error("the phrase holds only placeholders that match anything")]
    MatchesAnything,
    /// `{name}` and another placeholder at the beginning.
    #[error("a phrase that begins with {{name}} needs a word after it: otherwise every line may begin like it")]
    BeginsOpen,
    /// An opening brace without its end.
    #[error("a brace is not closed")]
    OpenBrace,
    /// An opening bracket of alternatives without its end.
    #[error("a bracket is not closed")]
    OpenBracket,
    /// Alternatives multiply.
    #[error("the phrase stands for more than {MOST_ALTERNATIVES} phrases")]
    TooManyAlternatives,
}

/// Where a phrase that was found ends, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhraseMatch {
    /// Index of the first word after it.
    pub end: usize,
    /// The rule.
    pub rule: RuleIndex,
}

/// The phrases of a rule set.
#[derive(Debug, Default)]
pub struct PhraseBook {
    vocabulary: FxHashMap<Box<str>, u32>,
    /// Children by parent and step; the root is node 0.
    children: FxHashMap<(u32, Step), u32>,
    /// Which placeholders a node has children for, so that most are never tried.
    placeholders: Vec<Vec<Step>>,
    ends: Vec<Vec<RuleIndex>>,
    /// Lists of forms, by name: each is a tree of its own.
    lists: FxHashMap<String, WordList>,
    list_ends: FxHashSet<u32>,
    has_phrases: bool,
    /// Hashes of the words that a phrase may begin with, whatever comes next; with the word after them; as the only word of a line.
    begins: Filter,
    begins_pair: Filter,
    is_whole: Filter,
    /// Hashes of the words that may follow a name at the beginning of a phrase.
    follows_name: Filter,
    begins_with_anything: bool,
}

#[derive(Debug)]
struct WordList {
    root: u32,
    forms: Vec<String>,
}

/// How many words from `at` on repeat what the page says of itself; 0 if they do not.
pub type SaidLength<'a> = &'a dyn Fn(Said, &Folded, usize) -> usize;

impl PhraseBook {
    /// Adds a phrase of a rule.
    pub fn add(&mut self, phrase: &str, rule: RuleIndex) -> Result<(), PhraseError> {
        for steps in self.alternatives(phrase)? {
            let node = self.insert(0, steps);
            if !self.ends[node as usize].contains(&rule) {
                self.ends[node as usize].push(rule);
            }
        }
        self.has_phrases = true;
        Ok(())
    }

    /// Checks a phrase without adding it.
    pub fn check(&mut self, phrase: &str) -> Result<(), PhraseError> {
        self.alternatives(phrase).map(drop)
    }

    /// Names a list of forms that phrases may use as a placeholder.
    pub fn define(&mut self, name: &str, forms: &[String]) {
        self.begin();
        let root = match self.lists.get(name) {
            Some(list) => list.root,
            None => {
                let root = self.new_node();
                self.lists.insert(name.to_owned(), WordList { root, forms: Vec::new() });
                root
            }
        };
        for form in forms {
            let steps = self.words(form);
            if !steps.is_empty() {
                let node = self.insert(root, steps);
                self.list_ends.insert(node);
            }
        }
        if let Some(list) = self.lists.get_mut(name) {
            list.forms.extend_from_slice(forms);
        }
    }

    fn begin(&mut self) {
        if self.ends.is_empty() {
            self.new_node();
        }
    }

    /// The phrases that one with alternatives stands for. A list that a phrase begins with is written out, for the
    /// first word of a phrase is how it is found.
    fn alternatives(&mut self, phrase: &str) -> Result<Vec<Vec<Step>>, PhraseError> {
        self.begin();
        let mut written = Vec::new();
        spread(phrase, &mut written)?;
        let mut all = Vec::new();
        for phrase in written {
            let first = phrase.trim_start().strip_prefix('{').and_then(|rest| rest.split_once('}'));
            let list = first.and_then(|(name, rest)| self.lists.get(name).map(|list| (list.forms.clone(), rest.to_owned())));
            match list {
                Some((forms, rest)) => {
                    for form in forms {
                        all.push(self.steps(&format!("{form} {rest}"))?);
                    }
                }
                None => all.push(self.steps(&phrase)?),
            }
        }
        if all.len() > MOST_ALTERNATIVES { Err(PhraseError::TooManyAlternatives) } else { Ok(all) }
    }

    fn insert(&mut self, from: u32, steps: Vec<Step>) -> u32 {
        let mut node = from;
        for step in steps {
            node = match self.children.get(&(node, step.clone())) {
                Some(child) => *child,
                None => {
                    let child = self.new_node();
                    if !matches!(step, Step::Word { .. }) {
                        self.placeholders[node as usize].push(step.clone());
                    }
                    self.children.insert((node, step), child);
                    child
                }
            };
        }
        node
    }

    fn words(&mut self, literal: &str) -> Vec<Step> {
        let folded = Folded::of(literal);
        let mut steps = Vec::new();
        for (word, text) in folded.words().iter().zip(folded.texts()) {
            let next = self.vocabulary.len() as u32;
            let id = *self.vocabulary.entry(text.into()).or_insert(next);
            steps.push(Step::Word { id, colon: word.colon });
        }
        steps
    }

    fn new_node(&mut self) -> u32 {
        self.ends.push(Vec::new());
        self.placeholders.push(Vec::new());
        (self.ends.len() - 1) as u32
    }

    fn steps(&mut self, phrase: &str) -> Result<Vec<Step>, PhraseError> {
        let mut steps = Vec::new();
        let mut rest = phrase;
        while !rest.is_empty() {
            let (literal, after) = rest.split_once('{').map_or((rest, None), |(literal, after)| (literal, Some(after)));
            steps.extend(self.words(literal));
            let Some(after) = after else { break };
            let (name, after) = after.split_once('}').ok_or(PhraseError::OpenBrace)?;
            steps.push(match name {
                "n" => Step::Number,
                "date" => Step::Date,
                "name" => Step::Name,
                "text" => Step::Text,
                "title" => Step::Said(Said::Title),
                "site" => Step::Said(Said::Site),
                other => match self.lists.get(other) {
                    Some(list) => Step::OneOf(list.root),
                    None => {
                        let mut names: Vec<String> = self.lists.keys().map(|name| format!("{{{name}}}")).collect();
                        names.sort_unstable();
                        return Err(PhraseError::UnknownPlaceholder(other.to_owned(), names.join(", ")));
                    }
                },
            });
            rest = after;
        }
        match steps.iter().position(|step| *step == Step::Text) {
            _ if steps.is_empty() => Err(PhraseError::Empty),
            Some(at) if at + 1 < steps.len() => Err(PhraseError::TextNotLast),
            _ if steps[0] == Step::Name && !matches!(steps.get(1), Some(Step::Word { .. })) => Err(PhraseError::BeginsOpen),
            _ if steps.iter().all(|step| matches!(step, Step::Text | Step::Name)) => Err(PhraseError::MatchesAnything),
            _ => Ok(steps),
        }
    }

    /// Whether the book holds no phrase.
    pub fn is_empty(&self) -> bool {
        !self.has_phrases
    }

    /// Builds what can only be built once all phrases and date words are known. `joins` tells rules whose phrases others may follow.
    pub fn finish(&mut self, lexicon: &Lexicon, joins: impl Fn(RuleIndex) -> bool) {
        if self.is_empty() {
            return;
        }
        let hashes: FxHashMap<u32, u32> = self.vocabulary.iter().map(|(word, id)| (*id, word_hash(word))).collect();
        let mut words_after: FxHashMap<u32, Vec<(u32, u32)>> = FxHashMap::default();
        for ((from, step), node) in &self.children {
            if let Step::Word { id, .. } = step {
                words_after.entry(*from).or_default().push((hashes.get(id).copied().unwrap_or_default(), *node));
            }
        }
        let after = |node: u32| words_after.get(&node).map(Vec::as_slice).unwrap_or_default();
        let (mut begins, mut pairs, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        for (first, node) in after(0) {
            let place = *node as usize;
            let goes_on = self.placeholders[place].iter().any(|step| !matches!(step, Step::OneOf(_))) || self.ends[place].iter().any(|rule| joins(*rule));
            if goes_on {
                begins.push(*first);
            } else if !self.ends[place].is_empty() {
                whole.push(*first);
            }
            let lists = self.placeholders[place].iter().filter_map(|step| if let Step::OneOf(root) = step { Some(*root) } else { None });
            let seconds = std::iter::once(*node).chain(lists).flat_map(after);
            pairs.extend(seconds.map(|(second, _)| pair_hash(*first, *second)));
        }
        let placeholders = &self.placeholders[0];
        if placeholders.iter().any(|step| matches!(step, Step::Number | Step::Date)) {
            begins.push(word_hash("0"));
        }
        if placeholders.contains(&Step::Date) {
            begins.extend(lexicon.date_words().map(word_hash));
        }
        let name = self.children.get(&(0, Step::Name)).map(|node| after(*node)).unwrap_or_default();
        self.follows_name = Filter::of(&name.iter().map(|(hash, _)| *hash).collect::<Vec<_>>());
        self.begins_with_anything = placeholders.contains(&Step::Text);
        self.begins = Filter::of(&begins);
        self.begins_pair = Filter::of(&pairs);
        self.is_whole = Filter::of(&whole);
    }

    /// Whether a phrase may begin so: given the hashes of what may be the first word, and of the first words. Says yes too often.
    pub fn may_begin_with(&self, firsts: &[u32], all: &[u32]) -> bool {
        let begins = |first: &u32| {
            self.begins.may_hold(*first)
                || (all.len() == firsts.len() && self.is_whole.may_hold(*first))
                || all.iter().skip(1).take(firsts.len() + 1).any(|second| self.begins_pair.may_hold(pair_hash(*first, *second)))
        };
        self.begins_with_anything || firsts.iter().any(begins) || all.iter().skip(1).any(|hash| self.follows_name.may_hold(*hash))
    }

    /// Whether a phrase may begin with these first words of a line; only if so is it worth to fold the rest.
    ///
    /// `begin` should hold seven words, or all there are.
    pub fn may_begin(&self, begin: &Folded, lexicon: &Lexicon) -> bool {
        let words = begin.words();
        if self.is_empty() || words.is_empty() {
            return false;
        }
        let follows = |node: u32, at: usize| {
            let id = self.vocabulary.get(begin.word(at));
            id.is_some_and(|id| [false, true].into_iter().any(|colon| self.children.contains_key(&(node, Step::Word { id: *id, colon }))))
        };
        follows(0, 0)
            || self.placeholders[0].iter().any(|step| match step {
                Step::Number => words[0].number,
                Step::Date => words[0].number || lexicon.begins_date(begin.word(0)),
                // What the page says of itself is compared by the caller.
                Step::Said(_) => false,
                Step::Name => {
                    self.children.get(&(0, Step::Name)).is_some_and(|child| (1..words.len().min(LONGEST_NAME + 1)).any(|at| follows(*child, at)))
                }
                Step::Text | Step::Word { .. } | Step::OneOf(_) => true,
            })
    }

    /// All phrases that begin at word `at`.
    pub fn find(&self, line: &Folded, at: usize, lexicon: &Lexicon, said: SaidLength<'_>, found: &mut Vec<PhraseMatch>) {
        if !self.is_empty() {
            self.walk(0, line, at, lexicon, said, found);
        }
    }

    fn walk(&self, node: u32, line: &Folded, at: usize, lexicon: &Lexicon, said: SaidLength<'_>, found: &mut Vec<PhraseMatch>) {
        found.extend(self.ends[node as usize].iter().map(|rule| PhraseMatch { end: at, rule: *rule }));
        let words = line.words();
        if at >= words.len() {
            return;
        }
        if let Some(id) = self.vocabulary.get(line.word(at)) {
            for colon in [false, true] {
                if (words[at].colon || !colon)
                    && let Some(child) = self.children.get(&(node, Step::Word { id: *id, colon }))
                {
                    self.walk(*child, line, at + 1, lexicon, said, found);
                }
            }
        }
        for step in &self.placeholders[node as usize] {
            let Some(child) = self.children.get(&(node, step.clone())) else { continue };
            let left = words.len() - at;
            match step {
                Step::Number if words[at].number => {
                    let multiplied = at + 1 < words.len() && lexicon.is_multiplier(line.word(at + 1));
                    self.walk(*child, line, at + 1, lexicon, said, found);
                    if multiplied {
                        self.walk(*child, line, at + 2, lexicon, said, found);
                    }
                }
                Step::Date => {
                    let length = lexicon.date_length(line, at);
                    if length > 0 {
                        self.walk(*child, line, at + length, lexicon, said, found);
                    }
                }
                Step::Said(what) => {
                    let length = said(*what, line, at);
                    if length > 0 {
                        self.walk(*child, line, at + length, lexicon, said, found);
                    }
                }
                Step::Name => {
                    for length in 1..=left.min(LONGEST_NAME) {
                        self.walk(*child, line, at + length, lexicon, said, found);
                    }
                }
                Step::OneOf(root) => self.walk_list(*root, *child, line, at, lexicon, said, found),
                Step::Text if left <= LONGEST_TEXT => self.walk(*child, line, words.len(), lexicon, said, found),
                _ => {}
            }
        }
    }

    /// Walks on behind each form of a list that stands here.
    #[allow(clippy::too_many_arguments)]
    fn walk_list(&self, inner: u32, then: u32, line: &Folded, at: usize, lexicon: &Lexicon, said: SaidLength<'_>, found: &mut Vec<PhraseMatch>) {
        if self.list_ends.contains(&inner) {
            self.walk(then, line, at, lexicon, said, found);
        }
        if at >= line.words().len() {
            return;
        }
        if let Some(id) = self.vocabulary.get(line.word(at))
            && let Some(child) = self.children.get(&(inner, Step::Word { id: *id, colon: false }))
        {
            self.walk_list(*child, then, line, at + 1, lexicon, said, found);
        }
    }
}


/// The hash of two words in a row.
fn pair_hash(first: u32, second: u32) -> u32 {
    (first.rotate_left(7) ^ second).wrapping_mul(0x85EB_CA6B)
}

/// Writes out the alternatives of a phrase: `Share (this|the) (article|)` is four phrases. Brackets without `|` are punctuation.
fn spread(phrase: &str, out: &mut Vec<String>) -> Result<(), PhraseError> {
    let mut depth = 0;
    let (mut open, mut bars, mut close) = (0, Vec::new(), None);
    for (at, byte) in phrase.bytes().enumerate() {
        match byte {
            b'(' => {
                if depth == 0 {
                    (open, bars) = (at, Vec::new());
                }
                depth += 1;
            }
            b'|' if depth == 1 => bars.push(at),
            b')' if depth > 0 => {
                depth -= 1;
                if depth == 0 && !bars.is_empty() {
                    close = Some(at);
                    break;
                }
            }
            _ => {}
        }
    }
    let Some(close) = close else {
        if depth > 0 && !bars.is_empty() {
            return Err(PhraseError::OpenBracket);
        }
        out.push(phrase.to_owned());
        return if out.len() > MOST_ALTERNATIVES { Err(PhraseError::TooManyAlternatives) } else { Ok(()) };
    };
    bars.push(close);
    let mut from = open + 1;
    for bar in bars {
        spread(&format!("{} {} {}", &phrase[..open], &phrase[from..bar], &phrase[close + 1..]), out)?;
        from = bar + 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(book: &PhraseBook, line: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let lexicon =
            Lexicon::from_toml("[en]\nmonths = ['July']\nweekdays = []\nunits = ['hours']\nmarkers = ['ago']\n[multipliers]\nwords = ['k']").unwrap();
        book.find(&Folded::of(line), 0, &lexicon, &|_, _, _| 0, &mut found);
        found.iter().map(|m| m.end).collect()
    }

    #[test]
    fn phrases_match_with_placeholders() {
        let mut book = PhraseBook::default();
        for phrase in ["{n} تعليق", "comments ({n})", "Read also: {text}", "Published {date}", "by {name}"] {
            book.add(phrase, RuleIndex(0)).unwrap();
        }
        assert_eq!(ends(&book, "٠ تعليق"), [2]);
        assert_eq!(ends(&book, "Comments: 1.2K"), [2, 3]);
        assert_eq!(ends(&book, "READ ALSO: the port"), [4]);
        assert_eq!(ends(&book, "Read also the port"), [0; 0]);
        assert_eq!(ends(&book, "Published 26 July 2025"), [4]);
        assert_eq!(ends(&book, "Published 3 hours ago"), [4]);
        assert_eq!(ends(&book, "Published in July"), [0; 0]);
    }

    #[test]
    fn alternatives_and_lists_stand_for_many_phrases() {
        let mut book = PhraseBook::default();
        book.define("article", &["المقال".into(), "this article".into(), "story".into()]);
        for phrase in ["Share (the|) {article} (with (your|) friends|)", "{article} (continues|goes on) below", "شارك {article}"] {
            book.add(phrase, RuleIndex(0)).unwrap();
        }
        assert_eq!(ends(&book, "Share this article with friends"), [3, 5]);
        assert_eq!(ends(&book, "share the story"), [3]);
        assert_eq!(ends(&book, "Story goes on below"), [4]);
        assert_eq!(ends(&book, "شارك المقال"), [2]);
        assert_eq!(ends(&book, "Share the"), [0; 0]);
        assert_eq!(book.add("Share (this|that", RuleIndex(0)), Err(PhraseError::OpenBracket));
        let many = "(a|b|c|d|e|f|g|h|i|j)".repeat(4);
        assert_eq!(book.add(&many, RuleIndex(0)), Err(PhraseError::TooManyAlternatives));
    }

    #[test]
    fn bad_phrases_say_why() {
        let mut book = PhraseBook::default();
        assert_eq!(book.add("…", RuleIndex(0)), Err(PhraseError::Empty));
        assert_eq!(book.add("{text} ends", RuleIndex(0)), Err(PhraseError::TextNotLast));
        assert_eq!(book.add("{name}", RuleIndex(0)), Err(PhraseError::BeginsOpen));
        assert_eq!(book.add("{text}", RuleIndex(0)), Err(PhraseError::MatchesAnything));
        assert_eq!(book.add("{number} x", RuleIndex(0)), Err(PhraseError::UnknownPlaceholder("number".into(), String::new())));
        assert_eq!(book.add("{n", RuleIndex(0)), Err(PhraseError::OpenBrace));
    }
}
