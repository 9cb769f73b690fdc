//! All phrases of a rule set as one tree of words: a line is looked up once, however many phrases there are.

use super::RuleIndex;
use super::filter::Filter;
use super::lexicon::Lexicon;
use super::openings::{Opening, Openings};
use crate::fold::{FirstWords, Folded, word_hash};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::Cell;
use thiserror::Error;

/// Lines of more words than this are no labels.
pub const LONGEST_LINE: usize = 60;

/// A node with more steps other than words has them in a list for each word.
const FEW_STEPS: usize = 8;

const LONGEST_NAME: usize = 6;
const LONGEST_TEXT: usize = 40;

/// A step in the tree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Step {
    Word {
        id: u32,
        colon: bool,
    },
    Number,
    Date,
    Name,
    Text,
    Said(Said),
    /// One of a list of forms, which begin at this node.
    OneOf(u32),
    /// Nothing: the end of an alternative leads on to what all of them have in common.
    Joined(u32),
}

/// A part of a phrase as written.
#[derive(Debug)]
enum Item {
    Step(Step),
    Group(Vec<Vec<Item>>),
}

/// A place in the tree while its first words are collected.
#[derive(Clone, Copy, Debug)]
enum Place {
    Node(u32),
    /// Inside a list of forms, and the node behind it.
    List(u32, u32),
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
    /// Children by [`word_key`]; the root is node 0.
    children: FxHashMap<u64, u32>,
    /// The placeholders that a node has children for, and those.
    placeholders: Vec<Vec<(Step, u32)>>,
    ends: Vec<Vec<RuleIndex>>,
    /// Lists of forms, by name: each is a tree of its own.
    lists: FxHashMap<String, u32>,
    list_ends: FxHashSet<u32>,
    /// What can come at each node; built last.
    outlooks: Vec<Outlook>,
    /// Of the nodes with many steps other than words, by their [`Outlook`].
    openings: Vec<Openings>,
    has_phrases: bool,
    /// Hashes of the words that a phrase may begin with, whatever comes next; that are a phrase, and one that others may follow.
    begins: Filter<1>,
    is_whole: Filter<1>,
    joins: Filter<1>,
    /// Hashes of the first two words of phrases.
    begins_pair: Filter<1>,
    /// The same for what follows a name at the beginning of a phrase.
    follows_name: Filter<1>,
    pair_follows_name: Filter<1>,
    begins_with_anything: bool,
}

/// How many words from `at` on repeat what the page says of itself; 0 if they do not.
pub type SaidLength<'a> = &'a dyn Fn(Said, &Folded, usize) -> usize;

impl PhraseBook {
    /// Adds a phrase of a rule.
    pub fn add(&mut self, phrase: &str, rule: RuleIndex) -> Result<(), PhraseError> {
        let items = self.parse(phrase)?;
        let node = self.insert(0, &items);
        if !self.ends[node as usize].contains(&rule) {
            self.ends[node as usize].push(rule);
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
        if self.ends.is_empty() {
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
                        self.placeholders[end as usize].push((Step::Joined(joined), joined));
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
            _ => self.placeholders[node as usize].push((step.clone(), child)),
        }
        child
    }

    #[inline]
    fn word_child(&self, node: u32, id: u32, colon: bool) -> Option<u32> {
        self.children.get(&word_key(node, id, colon)).copied()
    }

    fn new_node(&mut self) -> u32 {
        self.ends.push(Vec::new());
        self.placeholders.push(Vec::new());
        (self.ends.len() - 1) as u32
    }

    fn words(&mut self, literal: &str, items: &mut Vec<Item>) {
        let folded = Folded::of(literal);
        for (word, text) in folded.words().iter().zip(folded.texts()) {
            let next = self.vocabulary.len() as u32;
            let id = *self.vocabulary.entry(text.into()).or_insert(next);
            items.push(Item::Step(Step::Word { id, colon: word.colon }));
        }
    }

    fn parse(&mut self, phrase: &str) -> Result<Vec<Item>, PhraseError> {
        self.begin();
        let items = self.items(phrase, true)?;
        match items.as_slice() {
            [] => Err(PhraseError::Empty),
            [Item::Step(Step::Name), rest @ ..] if !matches!(rest, [Item::Step(Step::Word { .. }) | Item::Group(_), ..]) => {
                let only_open = items.iter().all(|item| matches!(item, Item::Step(Step::Name | Step::Text)));
                Err(if only_open && items.len() > 1 { PhraseError::MatchesAnything } else { PhraseError::BeginsOpen })
            }
            _ if fewest_words(&items) == 0 => Err(PhraseError::MatchesAnything),
            _ => Ok(items),
        }
    }

    /// Reads `words`, `{placeholder}` and `(one|other|)`; brackets without `|` are punctuation.
    fn items(&mut self, phrase: &str, is_last: bool) -> Result<Vec<Item>, PhraseError> {
        let mut items = Vec::new();
        let (mut at, mut literal) = (0, 0);
        while let Some(found) = phrase[at..].find(['{', '(']) {
            let open = at + found;
            if phrase[open..].starts_with('(') {
                let Some((bars, close)) = alternatives(&phrase[open..])? else {
                    at = open + 1;
                    continue;
                };
                self.words(&phrase[literal..open], &mut items);
                let (mut group, mut from) = (Vec::new(), 1);
                let goes_on = !phrase[open + close + 1..].trim().is_empty();
                for bar in bars {
                    group.push(self.items(&phrase[open + from..open + bar], is_last && !goes_on)?);
                    from = bar + 1;
                }
                items.push(Item::Group(group));
                at = open + close + 1;
            } else {
                self.words(&phrase[literal..open], &mut items);
                let close = phrase[open..].find('}').ok_or(PhraseError::OpenBrace)?;
                let step = self.placeholder(&phrase[open + 1..open + close])?;
                at = open + close + 1;
                if step == Step::Text && (!is_last || phrase[at..].contains(char::is_alphanumeric)) {
                    return Err(PhraseError::TextNotLast);
                }
                items.push(Item::Step(step));
            }
            literal = at;
        }
        self.words(&phrase[literal..], &mut items);
        Ok(items)
    }

    fn placeholder(&self, name: &str) -> Result<Step, PhraseError> {
        Ok(match name {
            "n" => Step::Number,
            "date" => Step::Date,
            "name" => Step::Name,
            "text" => Step::Text,
            "title" => Step::Said(Said::Title),
            "site" => Step::Said(Said::Site),
            other => match self.lists.get(other) {
                Some(root) => Step::OneOf(*root),
                None => {
                    let mut names: Vec<String> = self.lists.keys().map(|name| format!("{{{name}}}")).collect();
                    names.sort_unstable();
                    return Err(PhraseError::UnknownPlaceholder(other.to_owned(), names.join(", ")));
                }
            },
        })
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
        self.look_out(lexicon);
        let hashes: FxHashMap<u32, u32> = self.vocabulary.iter().map(|(word, id)| (*id, word_hash(word))).collect();
        let mut words_after: FxHashMap<u32, Vec<(u32, u32)>> = FxHashMap::default();
        for (key, node) in &self.children {
            let (from, id) = ((key >> 32) as u32, (*key as u32) >> 1);
            words_after.entry(from).or_default().push((hashes.get(&id).copied().unwrap_or_default(), *node));
        }
        let (mut begins, mut pairs, mut whole, mut joined) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
        let opens = self.after(Place::Node(0), &words_after, &mut firsts);
        for (first, place) in firsts {
            seconds.clear();
            let next = self.after(place, &words_after, &mut seconds);
            if next.placeholder {
                begins.push(first);
            }
            if !next.rules.is_empty() {
                whole.push(first);
            }
            if next.rules.iter().any(|rule| joins(*rule)) {
                joined.push(first);
            }
            pairs.extend(seconds.iter().map(|(second, _)| pair_hash(first, *second)));
        }
        if opens.number {
            begins.push(word_hash("0"));
        }
        if opens.date {
            begins.extend(lexicon.date_words().map(word_hash));
        }
        let (mut named, mut names, mut name_pairs) = (Vec::new(), Vec::new(), Vec::new());
        for node in &opens.names {
            self.after(Place::Node(*node), &words_after, &mut named);
        }
        for (word, place) in named {
            seconds.clear();
            let next = self.after(place, &words_after, &mut seconds);
            name_pairs.extend(seconds.iter().map(|(second, _)| pair_hash(word, *second)));
            if seconds.is_empty() || next.placeholder || !next.rules.is_empty() {
                names.push(word);
            }
        }
        self.begins_with_anything = opens.text;
        self.begins = Filter::of(&begins);
        self.is_whole = Filter::of(&whole);
        self.joins = Filter::of(&joined);
        self.begins_pair = Filter::of(&pairs);
        self.follows_name = Filter::of(&names);
        self.pair_follows_name = Filter::of(&name_pairs);
    }

    /// Notes of each node what a phrase that has come so far may go on with, so that most steps end before they are taken.
    fn look_out(&mut self, lexicon: &Lexicon) {
        let mut dates = Vec::new();
        for word in lexicon.date_words() {
            let next = self.vocabulary.len() as u32;
            dates.push(*self.vocabulary.entry(word.into()).or_insert(next));
        }
        let numbers: FxHashSet<u32> =
            self.vocabulary.iter().filter(|(word, _)| word.starts_with(|c: char| c.is_ascii_digit())).map(|(_, id)| *id).collect();
        let mut words_after = vec![Vec::new(); self.ends.len()];
        for key in self.children.keys() {
            words_after[(key >> 32) as usize].push((*key as u32) >> 1);
        }
        let bits = |words: &[u32]| words.iter().fold(0, |bits, word| bits | word_bit(*word));
        let words: Vec<u64> = words_after.iter().map(|words| bits(words)).collect();
        let of_dates = bits(&dates);
        self.outlooks = vec![Outlook::default(); words.len()];
        let mut places = Vec::new();
        for at in 0..words.len() {
            let mut outlook = Outlook::default();
            places.push(at);
            while let Some(node) = places.pop() {
                outlook.words |= words[node];
                outlook.ends |= !self.ends[node].is_empty();
                for (step, _) in &self.placeholders[node] {
                    match step {
                        Step::Joined(joined) => places.push(*joined as usize),
                        Step::OneOf(root) if !self.list_ends.contains(root) => outlook.words |= words[*root as usize],
                        Step::Number => outlook.number = true,
                        Step::Date => (outlook.number, outlook.words) = (true, outlook.words | of_dates),
                        _ => outlook.open = true,
                    }
                }
            }
            (outlook.words_here, outlook.ends_here) = (words[at], !self.ends[at].is_empty());
            outlook.steps_here = !self.placeholders[at].is_empty();
            self.outlooks[at] = outlook;
        }
        for (node, steps) in (0..).zip(&self.placeholders).filter(|(_, steps)| steps.len() > FEW_STEPS) {
            let opening = |(step, _): &(Step, u32)| match step {
                Step::Number => Opening { number: true, ..Opening::default() },
                Step::Date => Opening { words: dates.clone(), number: true, anything: false },
                Step::Joined(joined) => {
                    let Outlook { ends, number, open, .. } = self.outlooks[*joined as usize];
                    Opening { words: self.words_at(*joined, &words_after, &dates), number, anything: ends || open }
                }
                Step::OneOf(root) => Opening { words: words_after[*root as usize].clone(), number: false, anything: self.list_ends.contains(root) },
                _ => Opening { anything: true, ..Opening::default() },
            };
            let openings: Vec<Opening> = steps.iter().map(opening).collect();
            self.openings.push(Openings::of(&openings, &words_after[node], |word| numbers.contains(&word)));
            self.outlooks[node].openings = self.openings.len() as u32;
        }
    }

    /// All words that may stand at a node, the joined ones included.
    fn words_at(&self, node: u32, words_after: &[Vec<u32>], dates: &[u32]) -> Vec<u32> {
        let (mut words, mut places) = (Vec::new(), vec![node]);
        while let Some(node) = places.pop() {
            words.extend_from_slice(&words_after[node as usize]);
            for (step, _) in &self.placeholders[node as usize] {
                match step {
                    Step::Joined(joined) => places.push(*joined),
                    Step::OneOf(root) if !self.list_ends.contains(root) => words.extend_from_slice(&words_after[*root as usize]),
                    Step::Date => words.extend_from_slice(dates),
                    _ => {}
                }
            }
        }
        words
    }

    /// What is known of a node at a glance; a look at its lists costs more.
    #[inline]
    fn outlook(&self, node: u32) -> Outlook {
        self.outlooks.get(node as usize).copied().unwrap_or(Outlook::ANY)
    }

    #[inline]
    fn openings(&self, outlook: Outlook) -> Option<&Openings> {
        if outlook.openings == 0 { None } else { self.openings.get(outlook.openings as usize - 1) }
    }

    /// The steps other than words that may be taken from a node with the next word.
    #[inline]
    fn steps(&self, node: u32, outlook: Outlook, id: Option<u32>, number: bool) -> impl Iterator<Item = &(Step, u32)> {
        let all = &self.placeholders[node as usize];
        let chosen = self.openings(outlook).map(|openings| openings.steps(id, number));
        let some = chosen.into_iter().flatten().filter_map(|at| all.get(*at as usize));
        some.chain(if chosen.is_none() { all.as_slice() } else { &[] })
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

    /// Collects the words that may stand at a place, with the places behind them; gives what else may stand there.
    fn after(&self, place: Place, words_after: &FxHashMap<u32, Vec<(u32, u32)>>, words: &mut Vec<(u32, Place)>) -> After {
        let mut after = After::default();
        let mut places = vec![place];
        while let Some(place) = places.pop() {
            let node = match place {
                Place::Node(node) => node,
                Place::List(inner, then) => {
                    words.extend(words_after.get(&inner).into_iter().flatten().map(|(hash, next)| (*hash, Place::List(*next, then))));
                    if self.list_ends.contains(&inner) {
                        places.push(Place::Node(then));
                    }
                    continue;
                }
            };
            words.extend(words_after.get(&node).into_iter().flatten().map(|(hash, next)| (*hash, Place::Node(*next))));
            after.rules.extend_from_slice(&self.ends[node as usize]);
            for (step, child) in &self.placeholders[node as usize] {
                match step {
                    Step::Joined(joined) => places.push(Place::Node(*joined)),
                    Step::OneOf(root) => places.push(Place::List(*root, *child)),
                    Step::Number => after.number = true,
                    Step::Date => (after.number, after.date) = (true, true),
                    Step::Name => after.names.push(*child),
                    Step::Text => after.text = true,
                    Step::Said(_) => after.said = true,
                    Step::Word { .. } => {}
                }
            }
        }
        after.placeholder = after.number || after.text || after.said || !after.names.is_empty();
        after
    }

    /// Whether phrases may tile a line that begins so; says yes too often. Given are the hashes of the first words; `begins_said` tells
    /// the first words of what the page says of itself, which is looked at only after a phrase.
    pub fn may_begin_with(&self, words: &[u32], begins_said: impl Fn(u32) -> bool) -> bool {
        if self.begins_with_anything {
            return true;
        }
        let named = |at: usize| {
            let follows = words.get(at + 1).is_some_and(|next| self.pair_follows_name.may_hold(pair_hash(words[at], *next)));
            follows || self.follows_name.may_hold(words[at])
        };
        if (1..words.len()).any(named) {
            return true;
        }
        // In a bar of commands not all need be known, but the first one and another.
        let is_known = |word: &&u32| self.joins.may_hold(**word) || self.begins.may_hold(**word);
        let may_be_bar = || words.iter().filter(is_known).nth(1).is_some();
        // Word by word, as long as each is a phrase that another may follow.
        for at in 0..words.len() {
            let (word, next) = (words[at], words.get(at + 1));
            let goes_on = |next: &u32| self.begins_pair.may_hold(pair_hash(word, *next));
            if self.begins.may_hold(word) || next.is_some_and(goes_on) || (at > 0 && begins_said(word)) {
                return true;
            }
            if next.is_none() {
                // Of a long line only the first words are known.
                return words.len() == FirstWords::WORDS || self.is_whole.may_hold(word) || may_be_bar();
            }
            if !self.joins.may_hold(word) {
                return (at > 0 || self.is_whole.may_hold(word)) && may_be_bar();
            }
        }
        false
    }

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
                Step::Date => number || lexicon.begins_date(line.word(at)),
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

    /// All phrases that begin at word `at`.
    pub fn find(&self, line: &Numbered<'_>, at: usize, lexicon: &Lexicon, said: SaidLength<'_>, found: &mut Vec<PhraseMatch>) {
        if !self.is_empty() {
            self.walk(0, line, at, lexicon, said, found);
        }
    }

    /// Looks up the words of a line, those that are asked for and each once; `ids` is a buffer.
    pub fn number<'a>(&'a self, line: &'a Folded, ids: &'a mut Vec<Cell<u32>>) -> Numbered<'a> {
        ids.clear();
        ids.resize(line.words().len(), Cell::new(NOT_LOOKED_UP));
        Numbered { line, ids, vocabulary: &self.vocabulary }
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

/// A line and the numbers of its words.
pub struct Numbered<'a> {
    line: &'a Folded,
    ids: &'a [Cell<u32>],
    vocabulary: &'a FxHashMap<Box<str>, u32>,
}

impl Numbered<'_> {
    /// The number of a word, or [`NO_WORD`]; `None` behind the last.
    #[inline(always)]
    fn id(&self, at: usize) -> Option<u32> {
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
const NO_WORD: u32 = u32::MAX;
/// Nobody has asked for the number of a word.
const NOT_LOOKED_UP: u32 = u32::MAX - 1;

/// A node's child by a word: the node, the word, whether a colon must follow it.
#[inline]
fn word_key(node: u32, id: u32, colon: bool) -> u64 {
    u64::from(node) << 32 | u64::from(id) << 1 | u64::from(colon)
}

/// What may come at a node, the joined ones included.
#[derive(Clone, Copy, Debug, Default)]
struct Outlook {
    /// Words, a bit each; many share one.
    words: u64,
    /// The end of a phrase.
    ends: bool,
    number: bool,
    /// Any other placeholder, but dates, which begin with numbers and certain words.
    open: bool,
    /// Number of the node's [`Openings`], from 1 on; 0 without.
    openings: u32,
    /// Of the node alone: its words, whether a phrase ends at it, whether it has steps other than words.
    words_here: u64,
    ends_here: bool,
    steps_here: bool,
}

impl Outlook {
    /// Of a node that nothing is known of.
    const ANY: Outlook =
        Outlook { words: u64::MAX, ends: true, number: true, open: true, openings: 0, words_here: u64::MAX, ends_here: true, steps_here: true };
}

#[inline]
fn word_bit(id: u32) -> u64 {
    1 << (id.wrapping_mul(0x9E37_79B1) >> 26)
}

/// The hash of two words in a row.
fn pair_hash(first: u32, second: u32) -> u32 {
    (first.rotate_left(7) ^ second).wrapping_mul(0x85EB_CA6B)
}

/// What may stand at a place beside words.
#[derive(Default)]
struct After {
    rules: Vec<RuleIndex>,
    placeholder: bool,
    number: bool,
    date: bool,
    text: bool,
    said: bool,
    /// Nodes behind a name.
    names: Vec<u32>,
}

/// Of a text that begins with a bracket: where its alternatives end, and the bracket. `None` if it holds no `|`.
fn alternatives(text: &str) -> Result<Option<(Vec<usize>, usize)>, PhraseError> {
    let (mut depth, mut bars) = (0, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b'|' if depth == 1 => bars.push(at),
            b')' => {
                depth -= 1;
                if depth == 0 {
                    let has_bars = !bars.is_empty();
                    bars.push(at);
                    return Ok(has_bars.then_some((bars, at)));
                }
            }
            _ => {}
        }
    }
    if bars.is_empty() { Ok(None) } else { Err(PhraseError::OpenBracket) }
}

/// Words that a match has at least, open placeholders aside.
fn fewest_words(items: &[Item]) -> usize {
    let of = |item: &Item| match item {
        Item::Step(Step::Name | Step::Text | Step::Joined(_)) => 0,
        Item::Step(_) => 1,
        Item::Group(alternatives) => alternatives.iter().map(|items| fewest_words(items)).min().unwrap_or(0),
    };
    items.iter().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(book: &PhraseBook, line: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let lexicon =
            Lexicon::from_toml("[en]\nmonths = ['July']\nweekdays = []\nunits = ['hours']\nmarkers = ['ago']\n[multipliers]\nwords = ['k']").unwrap();
        let (folded, mut ids) = (Folded::of(line), Vec::new());
        book.find(&book.number(&folded, &mut ids), 0, &lexicon, &|_, _, _| 0, &mut found);
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
        assert_eq!(ends(&book, "Share this article with friends"), [5, 3]);
        assert_eq!(ends(&book, "share the story"), [3]);
        assert_eq!(ends(&book, "Story goes on below"), [4]);
        assert_eq!(ends(&book, "شارك المقال"), [2]);
        assert_eq!(ends(&book, "Share the"), [0; 0]);
        assert_eq!(book.add("Share (this|that", RuleIndex(0)), Err(PhraseError::OpenBracket));
        assert_eq!(book.add("(Share|) {name}", RuleIndex(0)), Err(PhraseError::MatchesAnything));
        assert_eq!(book.add("({text}|this) ends", RuleIndex(0)), Err(PhraseError::TextNotLast));
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
