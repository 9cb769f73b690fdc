//! All phrases of a rule set as one tree of words: a line is looked up once, however many phrases there are.

mod glance;
mod numbered;
mod openings;
mod outlook;
mod step;
mod walk;
mod written;

pub use numbered::Numbered;
pub use step::Said;
pub use walk::{PhraseMatch, SaidLength};
pub use written::PhraseError;

use super::RuleIndex;
use super::lexicon::Lexicon;
use crate::fold::Folded;
use glance::Glance;
use numbered::NO_WORD;
use openings::Openings;
use outlook::Outlook;
use rustc_hash::{FxHashMap, FxHashSet};
use step::Step;
use written::Item;

/// Lines of more words than this are no labels.
pub const LONGEST_LINE: usize = 60;

const LONGEST_NAME: usize = 6;
const LONGEST_TEXT: usize = 40;

/// The phrases of a rule set.
#[derive(Debug, Default)]
pub struct PhraseBook {
    vocabulary: FxHashMap<Box<str>, u32>,
    /// Children by [`word_key`]; the root is node 0.
    children: FxHashMap<u64, u32>,
    /// The placeholders that a node has children for, and those.
    placeholders: Vec<Vec<(Step, u32)>>,
    /// Of the nodes at which phrases end, whose they are.
    ends: FxHashMap<u32, Vec<RuleIndex>>,
    /// Lists of forms, by name: each is a tree of its own.
    lists: FxHashMap<String, u32>,
    list_ends: FxHashSet<u32>,
    /// What can come at each node; built last.
    outlooks: Vec<Outlook>,
    /// Of the nodes with many steps other than words, by their [`Outlook`].
    openings: Vec<Openings>,
    has_phrases: bool,
    glance: Glance,
}

impl PhraseBook {
    /// Adds a phrase of a rule.
    pub fn add(&mut self, phrase: &str, rule: RuleIndex) -> Result<(), PhraseError> {
        let items = self.parse(phrase)?;
        let node = self.insert(0, &items);
        let rules = self.ends.entry(node).or_default();
        if !rules.contains(&rule) {
            rules.push(rule);
        }
        self.has_phrases = true;
        Ok(())
    }

    /// Checks a phrase without adding it.
    pub fn check(&mut self, phrase: &str) -> Result<(), PhraseError> {
        self.parse(phrase).map(drop)
    }

    /// Names a list of forms that phrases may use as a placeholder.
    pub fn define(&mut self, name: &str, forms: &[String]) {
        self.begin();
        let root = match self.lists.get(name) {
            Some(root) => *root,
            None => {
                let root = self.new_node();
                self.lists.insert(name.to_owned(), root);
                root
            }
        };
        for form in forms {
            let mut steps = Vec::new();
            self.words(form, &mut steps);
            if !steps.is_empty() {
                let node = self.insert(root, &steps);
                self.list_ends.insert(node);
            }
        }
    }

    fn begin(&mut self) {
        if self.placeholders.is_empty() {
            self.new_node();
        }
    }

    fn insert(&mut self, from: u32, items: &[Item]) -> u32 {
        let mut node = from;
        for item in items {
            node = match item {
                Item::Step(step) => self.child(node, step),
                Item::Group(alternatives) => {
                    let joined = self.new_node();
                    for alternative in alternatives {
                        let end = self.insert(node, alternative);
                        let ways = &self.placeholders[end as usize];
                        // Two alternatives may be the same, or both be nothing.
                        if ways.last() != Some(&(Step::Joined(joined), joined)) {
                            self.add_step(end, (Step::Joined(joined), joined));
                        }
                    }
                    joined
                }
            };
        }
        node
    }

    fn child(&mut self, node: u32, step: &Step) -> u32 {
        let known = match step {
            Step::Word { id, colon } => self.word_child(node, *id, *colon),
            _ => self.placeholders[node as usize].iter().find(|(known, _)| known == step).map(|(_, child)| *child),
        };
        if let Some(child) = known {
            return child;
        }
        let child = self.new_node();
        match step {
            Step::Word { id, colon } => drop(self.children.insert(word_key(node, *id, *colon), child)),
            _ => self.add_step(node, (step.clone(), child)),
        }
        child
    }

    #[inline]
    fn word_child(&self, node: u32, id: u32, colon: bool) -> Option<u32> {
        self.children.get(&word_key(node, id, colon)).copied()
    }

    fn new_node(&mut self) -> u32 {
        self.placeholders.push(Vec::new());
        (self.placeholders.len() - 1) as u32
    }

    fn add_step(&mut self, node: u32, step: (Step, u32)) {
        let steps = &mut self.placeholders[node as usize];
        if steps.is_empty() {
            // Most nodes have one.
            steps.reserve_exact(1);
        }
        steps.push(step);
    }

    /// Whose phrases end at a node.
    fn ends_at(&self, node: u32) -> &[RuleIndex] {
        self.ends.get(&node).map_or(&[], Vec::as_slice)
    }

    fn words(&mut self, literal: &str, items: &mut Vec<Item>) {
        let folded = Folded::of(literal);
        for (word, text) in folded.words().iter().zip(folded.texts()) {
            let next = self.vocabulary.len() as u32;
            let id = *self.vocabulary.entry(text.into()).or_insert(next);
            items.push(Item::Step(Step::Word { id, colon: word.colon }));
        }
    }

    /// Whether the book holds no phrase.
    pub fn is_empty(&self) -> bool {
        !self.has_phrases
    }

    /// Builds what can only be built once all phrases and date words are known. `joins` tells rules whose phrases others may follow.
    pub fn finish(&mut self, lexicon: &Lexicon, joins: impl Fn(RuleIndex) -> bool) {
        if !self.is_empty() {
            self.look_out(lexicon, &joins);
            self.learn_to_glance(lexicon, &joins);
        }
    }
}

/// A node's child by a word: the node, the word, whether a colon must follow it.
#[inline]
fn word_key(node: u32, id: u32, colon: bool) -> u64 {
    u64::from(node) << 32 | u64::from(id) << 1 | u64::from(colon)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        Lexicon::from_toml("[en]\nmonths = ['July']\nweekdays = []\nunits = ['hours']\nmarkers = ['ago']\n[multipliers]\nwords = ['k']").unwrap()
    }

    fn ends(book: &PhraseBook, line: &str) -> Vec<usize> {
        let (mut found, folded, mut ids) = (Vec::new(), Folded::of(line), Vec::new());
        book.find(&book.number(&folded, &mut ids), 0, &lexicon(), &|_, _, _| 0, &mut found);
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
        // Groups have three digits each.
        for line in ["1 234 commentaires", "12\u{a0}345\u{202f}678 commentaires", "1 234 K commentaires"] {
            book.add("{n} commentaires", RuleIndex(0)).unwrap();
            assert_eq!(ends(&book, line), [Folded::of(line).words().len()], "{line}");
        }
        for line in ["12 2025 commentaires", "1 23 commentaires", "1234 567 commentaires", "0 123 commentaires", "1: 234 commentaires"] {
            assert_eq!(ends(&book, line), [0; 0], "{line}");
        }
        book.add("x {date} {n} y", RuleIndex(0)).unwrap();
        assert_eq!(ends(&book, "x 26 July 2025 3 y"), [6]);
    }

    #[test]
    fn alternatives_and_lists_stand_for_many_phrases() {
        let mut book = PhraseBook::default();
        book.define("article", &["المقال".into(), "this article".into(), "story".into()]);
        for phrase in ["Share (the|) {article} (with (your|) friends|)", "{article} (continues|goes on) below", "شارك {article}"] {
            book.add(phrase, RuleIndex(0)).unwrap();
        }
        assert_eq!(ends(&book, "Share this article with friends"), [5, 3]);
        assert_eq!(ends(&book, "share the story"), [3]);
        assert_eq!(ends(&book, "Story goes on below"), [4]);
        assert_eq!(ends(&book, "شارك المقال"), [2]);
        assert_eq!(ends(&book, "Share the"), [0; 0]);
        assert_eq!(book.add("Share (this|that", RuleIndex(0)), Err(PhraseError::OpenBracket));
        assert_eq!(book.add("(Share|) {name}", RuleIndex(0)), Err(PhraseError::MatchesAnything));
        assert_eq!(book.add("({text}|this) ends", RuleIndex(0)), Err(PhraseError::TextNotLast));
    }

    /// What is found in a line is never overlooked by its hashes.
    #[test]
    fn glances_let_pass_what_is_found() {
        for (phrase, line) in [
            ("(by|) {name} {date}", "Jane Doe 26 July 2025"),
            ("(by|) {name} {name} at {n}", "Jane Doe Ropewalk at 5"),
            ("x {name} {name} {date}", "x Jane Doe of Alma 06:30"),
            ("share {name} has written", "Share one two three four five six has written"),
            ("{n} {name} all rights reserved", "2024 Alma Bell all rights reserved"),
            ("{n} comments", "12 k comments"),
            ("posted {date}", "Posted 3 hours ago"),
            ("{date} posted", "06:30 posted"),
            ("x {date} {n} y", "x 26 July 2025 3 y"),
            ("{n} comments", "1 234 567 comments"),
            ("{n} comments", "12 345 k comments"),
            ("x {name} {n} comments", "x Jane 1 234 comments"),
            ("(by|) {name} {n} comments", "Jane Doe 1 234 comments"),
            ("(x|) y {n} a b c d e f", "y 1 234 567 a b c d e f"),
            ("{date} {n} y", "26 July 2025 3 y"),
            ("24 hours a day", "24 hours a day"),
            ("第 {n} 章", "第3章"),
            ("{n} टिप्पणी", "१२ टिप्पणी"),
        ] {
            let mut book = PhraseBook::default();
            book.add(phrase, RuleIndex(0)).unwrap();
            let count = Folded::of(line).words().len();
            book.finish(&lexicon(), |_| false);
            assert!(ends(&book, line).contains(&count), "{phrase}");
            let mut words = crate::fold::FirstWords::default();
            words.push(line, false, false);
            assert!(book.may_tile(words.finish(), &|_| 0), "{phrase}");
        }
    }

    #[test]
    fn bad_phrases_say_why() {
        let mut book = PhraseBook::default();
        assert_eq!(book.add("…", RuleIndex(0)), Err(PhraseError::Empty));
        assert_eq!(book.add("{text} ends", RuleIndex(0)), Err(PhraseError::TextNotLast));
        assert_eq!(book.add("{name}", RuleIndex(0)), Err(PhraseError::BeginsOpen));
        assert_eq!(book.add("{name} (wrote|) {date}", RuleIndex(0)), Err(PhraseError::BeginsOpen));
        assert_eq!(book.add("{text}", RuleIndex(0)), Err(PhraseError::MatchesAnything));
        assert_eq!(book.add("{number} x", RuleIndex(0)), Err(PhraseError::UnknownPlaceholder("number".into(), String::new())));
        assert_eq!(book.add("{n", RuleIndex(0)), Err(PhraseError::OpenBrace));
    }

    /// Phrases come from anybody: none may take the stack, nor time without end.
    #[test]
    fn brackets_without_end_are_refused() {
        let mut book = PhraseBook::default();
        let nested = |depth: usize| format!("{}b{}", "(a|".repeat(depth), ")".repeat(depth));
        assert_eq!(book.add(&nested(8), RuleIndex(0)), Ok(()));
        assert_eq!(book.add(&nested(9), RuleIndex(0)), Err(PhraseError::TooDeep));
        assert_eq!(book.add(&nested(100_000), RuleIndex(0)), Err(PhraseError::TooDeep));
        assert_eq!(book.check(&"(".repeat(100_000)), Err(PhraseError::TooDeep));
        assert_eq!(book.check(&format!("{{name}} {} b", "(a||)".repeat(100_000))), Err(PhraseError::TooManyGroups));
        assert_eq!(book.add(&format!("{{name}} {} b", "(a||) ".repeat(16)), RuleIndex(0)), Ok(()));
        assert_eq!(book.add(&format!("{{name}} {}", "(a|(|))".repeat(8)), RuleIndex(0)), Err(PhraseError::BeginsOpen));
        assert!(PhraseError::TooDeep.hint().is_some());
    }
}
