//! What is learned of the tree of phrases once all are known.

use super::pairs::{BehindName, Pairs};
use super::place::Place;
use super::{AMBIGUOUS, Glance, any_number};
use crate::fold::{NUMBER, is_number, word_hash};
use crate::rules::RuleIndex;
use crate::rules::filter::Filter;
use crate::rules::lexicon::Lexicon;
use crate::rules::phrase::{PhraseBook, Step};
use rustc_hash::{FxHashMap, FxHashSet};

/// Of a node, the hashes of the words that lead on, and where to.
type WordsAfter = FxHashMap<u32, Vec<(u32, u32)>>;

/// What may stand at a place beside words.
#[derive(Default)]
struct After {
    rules: Vec<RuleIndex>,
    date: bool,
    text: bool,
    said: bool,
    /// Nodes behind a name.
    names: Vec<u32>,
}

impl After {
    /// Whether a phrase may end there, or go on with words that hashes tell nothing of.
    fn is_open(&self) -> bool {
        self.text || self.said || self.date || !self.rules.is_empty()
    }
}

impl PhraseBook {
    /// Learns what [`PhraseBook::may_tile`] asks. `joins` tells rules whose phrases others may follow.
    pub(in crate::rules::phrase) fn learn_to_glance(&mut self, lexicon: &Lexicon, joins: impl Fn(RuleIndex) -> bool) {
        let hashes: FxHashMap<u32, u32> = self.vocabulary.iter().map(|(word, id)| (*id, word_hash(word))).collect();
        let mut words_after = WordsAfter::default();
        for (key, node) in &self.children {
            let (from, id) = ((key >> 32) as u32, (*key as u32) >> 1);
            words_after.entry(from).or_default().push((hashes.get(&id).copied().unwrap_or_default(), *node));
        }
        let (mut begins, mut pairs, mut whole, mut joined) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut before_date, mut before_name, mut before_said) = (FxHashSet::default(), FxHashSet::default(), FxHashSet::default());
        // A number and its multiplier are one, and so are its groups of digits.
        let multipliers: FxHashSet<u32> = lexicon.multipliers().map(word_hash).collect();
        let multiplied = |first: u32| -> Vec<(u32, u32)> {
            let seconds = multipliers.iter().chain([&NUMBER]).filter(|_| first == NUMBER);
            seconds.map(|second| (first, *second)).collect()
        };
        let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
        let opens = self.after(Place::Node(0), &words_after, &mut firsts);
        let mut inner_names = Vec::new();
        let mut all: Vec<u32> = firsts.iter().map(|(first, _)| *first).collect();
        if opens.date {
            all.push(NUMBER);
            all.extend(lexicon.words().map(word_hash));
        }
        for (first, place) in firsts {
            seconds.clear();
            let next = self.after(place, &words_after, &mut seconds);
            if next.text {
                begins.push(first);
            }
            if next.said {
                before_said.insert(first);
            }
            if next.date {
                before_date.insert(first);
            }
            match self.names_behind(&next.names, &words_after) {
                Some(names) if names.is_empty() => {}
                Some(names) => {
                    before_name.insert(first);
                    inner_names.extend(names);
                }
                None => begins.push(first),
            }
            if !next.rules.is_empty() {
                whole.push(first);
            }
            if next.rules.iter().any(|rule| joins(*rule)) {
                joined.push(first);
            }
            pairs.extend(seconds.iter().map(|(second, _)| (first, *second)));
            pairs.extend(multiplied(first));
        }
        let opening_names = self.names_behind(&opens.names, &words_after);
        let behind_name = match &opening_names {
            Some(names) => self.behind_names(names, &words_after, &multiplied),
            None => BehindName { anything: true, ..BehindName::default() },
        };
        let behind_inner_name = self.behind_names(&inner_names, &words_after, &multiplied);
        let mut ids = FxHashMap::default();
        for (id, hash) in &hashes {
            ids.entry(*hash).and_modify(|other| *other = AMBIGUOUS).or_insert(*id);
        }
        ids.retain(|hash, _| !is_number(*hash));
        self.glance = Glance {
            first: Filter::of(&all),
            begins: Filter::of(&begins),
            is_whole: Filter::of(&whole),
            joins: Filter::of(&joined),
            begins_pair: Pairs::of(&pairs),
            behind_name,
            behind_inner_name,
            begins_with_anything: opens.text,
            begins_with_date: opens.date,
            before_date,
            before_name,
            before_said,
            numbers: hashes.iter().filter(|(_, hash)| is_number(**hash)).map(|(id, _)| *id).collect(),
            ids,
            dates: lexicon.words().map(word_hash).filter(|hash| !is_number(*hash)).collect(),
            days: lexicon.days().map(word_hash).collect(),
            multipliers,
        };
    }

    /// The given nodes behind a name and those behind the names that may follow; `None` where a phrase may end there or go on with what hashes tell
    /// nothing of.
    fn names_behind(&self, nodes: &[u32], words_after: &WordsAfter) -> Option<Vec<u32>> {
        let (mut names, mut places) = (Vec::new(), nodes.to_vec());
        while let Some(node) = places.pop() {
            let behind = self.after(Place::Node(node), words_after, &mut Vec::new());
            if behind.is_open() {
                return None;
            }
            names.push(node);
            places.extend(behind.names);
        }
        Some(names)
    }

    /// What may stand at nodes behind a name. `multiplied` gives the pairs of a number and what may go on with it.
    fn behind_names(&self, nodes: &[u32], words_after: &WordsAfter, multiplied: &dyn Fn(u32) -> Vec<(u32, u32)>) -> BehindName {
        let (mut behind, mut words, mut pairs, mut seconds) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for node in nodes {
            self.after(Place::Node(*node), words_after, &mut behind);
        }
        for (word, place) in behind {
            seconds.clear();
            let next = self.after(place, words_after, &mut seconds);
            pairs.extend(seconds.iter().map(|(second, _)| (word, *second)));
            pairs.extend(multiplied(word));
            if seconds.is_empty() || next.is_open() || !next.names.is_empty() {
                words.push(word);
            }
        }
        BehindName { anything: false, words: Filter::of(&words), pairs: Pairs::of(&pairs) }
    }

    /// Collects the words that may stand at a place, with the places behind them; gives what else may stand there.
    fn after(&self, place: Place, words_after: &WordsAfter, words: &mut Vec<(u32, Place)>) -> After {
        let mut after = After::default();
        let mut places = vec![place];
        while let Some(place) = places.pop() {
            let node = match place {
                Place::Node(node) => node,
                Place::List(inner, then) => {
                    let found = words_after.get(&inner).into_iter().flatten();
                    words.extend(found.map(|(hash, next)| (any_number(*hash), Place::List(*next, then))));
                    if self.list_ends.contains(&inner) {
                        places.push(Place::Node(then));
                    }
                    continue;
                }
            };
            let found = words_after.get(&node).into_iter().flatten();
            words.extend(found.map(|(hash, next)| (any_number(*hash), Place::Node(*next))));
            after.rules.extend_from_slice(self.ends_at(node));
            for (step, child) in &self.placeholders[node as usize] {
                match step {
                    Step::Joined(joined) => places.push(Place::Node(*joined)),
                    Step::OneOf(root) => places.push(Place::List(*root, *child)),
                    Step::Number => words.push((NUMBER, Place::Node(*child))),
                    Step::Date | Step::Day => after.date = true,
                    Step::Name => after.names.push(*child),
                    Step::Text => after.text = true,
                    Step::Said(_) => after.said = true,
                    Step::Word { .. } => {}
                }
            }
        }
        after
    }
}
