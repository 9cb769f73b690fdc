//! What the first words of a line say before it is folded: mostly that no phrase can tile it. They are given as hashes.
//!
//! Two looks: at filters that a word or a pair of words passes or not, and, of long lines that pass, at the tree of phrases itself, with every
//! placeholder that a hash cannot tell taken as filled.

use super::outlook::word_bit;
use super::{LONGEST_NAME, NO_WORD, PhraseBook, Step};
use crate::fold::{Beginning, DATED_NUMBER, FirstWords, Folded, NUMBER, is_number, word_hash};
use crate::rules::RuleIndex;
use crate::rules::filter::Filter;
use crate::rules::lexicon::Lexicon;
use rustc_hash::{FxHashMap, FxHashSet};

/// What is known of the words of all phrases by their hashes.
#[derive(Debug, Default)]
pub(super) struct Glance {
    /// Of all words that a phrase may begin with: most words of most pages are none of them.
    first: Filter,
    /// Of those after which anything may come; that are a phrase, and one that others may follow.
    begins: Filter,
    is_whole: Filter,
    joins: Filter,
    /// Of the first two words of phrases.
    begins_pair: Pairs,
    /// The same for what follows a name at the beginning of a phrase, and a name behind its first word.
    behind_name: BehindName,
    behind_inner_name: BehindName,
    begins_with_anything: bool,
    begins_with_date: bool,
    /// Of the words that a date may follow, and of those that a name may follow which does not end the phrase.
    before_date: FxHashSet<u32>,
    before_name: FxHashSet<u32>,
    /// Of the words that what the page says of itself may follow.
    before_said: FxHashSet<u32>,
    /// Numbers of the words of phrases, by hash; [`AMBIGUOUS`] where two share one.
    ids: FxHashMap<u32, u32>,
    /// The words of phrases that are numbers: their hashes do not tell which.
    numbers: Vec<u32>,
    /// Of the words that dates are made of, of those that may be one by themselves, and of those that multiply a number.
    dates: FxHashSet<u32>,
    days: FxHashSet<u32>,
    multipliers: FxHashSet<u32>,
}

/// Which pairs of words stand in a row. There are so many that a filter alone would let too many others pass.
#[derive(Debug, Default)]
struct Pairs {
    firsts: Filter,
    hashes: FxHashSet<u32>,
}

impl Pairs {
    fn of(pairs: &[(u32, u32)]) -> Self {
        let firsts: Vec<u32> = pairs.iter().map(|(first, _)| *first).collect();
        Pairs { firsts: Filter::of(&firsts), hashes: pairs.iter().map(|(first, second)| pair_hash(*first, *second)).collect() }
    }

    /// Whether the word at a place may stand before the one behind it.
    #[inline]
    fn may_hold(&self, words: &[u32], at: usize) -> bool {
        let first = any_number(words[at]);
        let stands_before = |next: &u32| self.hashes.contains(&pair_hash(first, any_number(*next)));
        // Behind the last word that is known may stand any.
        self.firsts.may_hold(first) && words.get(at + 1).map_or(at + 1 == FirstWords::WORDS, stands_before)
    }
}

/// What stands behind names: words after which anything may come, and pairs of words.
#[derive(Debug, Default)]
struct BehindName {
    /// A phrase may end there, or go on with what hashes tell nothing of.
    anything: bool,
    words: Filter,
    pairs: Pairs,
}

impl BehindName {
    /// Whether there is a name before such words, which begins at `at` or later.
    fn may_hold(&self, words: &[u32], at: usize) -> bool {
        self.anything || (at + 1..words.len()).any(|at| self.words.may_hold(any_number(words[at])) || self.pairs.may_hold(words, at))
    }
}

/// The hash of a word; of all numbers the same.
#[inline]
fn any_number(hash: u32) -> u32 {
    if is_number(hash) { NUMBER } else { hash }
}

/// Two words of phrases have one hash.
const AMBIGUOUS: u32 = u32::MAX - 2;

/// The first words of a line, looked up.
struct Line<'a> {
    beginning: Beginning<'a>,
    ids: [u32; FirstWords::WORDS],
    /// A phrase may begin with a name.
    is_named: bool,
    said: SaidLengths<'a>,
}

/// How many of the words that are given the title and the site's name may repeat from the first on: a bit for each length.
pub type SaidLengths<'a> = &'a dyn Fn(&[u32]) -> u16;

/// Where phrases end that begin at a word: a bit for each place.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    any: u16,
    /// Of phrases that others may follow.
    joining: u16,
    /// One may go on behind the words that are known.
    goes_on: bool,
}

impl Line<'_> {
    /// How many words from `at` on may make a date.
    fn date_words(&self, at: usize, glance: &Glance) -> usize {
        if glance.may_be_date(self.beginning, at) { glance.date_run(self.beginning.hashes, at).len() } else { 0 }
    }
}

/// A place in the tree while its first words are collected.
#[derive(Clone, Copy, Debug)]
enum Place {
    Node(u32),
    /// Inside a list of forms, and the node behind it.
    List(u32, u32),
}

/// The hash of two words in a row.
fn pair_hash(first: u32, second: u32) -> u32 {
    (first.rotate_left(7) ^ second).wrapping_mul(0x85EB_CA6B)
}

impl Glance {
    /// The words from `at` on that dates may be made of.
    fn date_run<'a>(&self, words: &'a [u32], at: usize) -> &'a [u32] {
        let length = words[at..].iter().take_while(|hash| is_number(**hash) || self.dates.contains(hash)).count();
        &words[at..at + length]
    }

    /// Whether a date may begin at `at`, as [`Lexicon::date_length`] has it.
    fn may_be_date(&self, beginning: Beginning<'_>, at: usize) -> bool {
        let words = beginning.hashes;
        let run = self.date_run(words, at);
        let tells = |hash: &u32| *hash == DATED_NUMBER || self.days.contains(hash);
        let goes_on = beginning.is_cut() && at + run.len() == words.len();
        !run.is_empty() && (goes_on || run.iter().any(tells) || (run.len() > 1 && !run.iter().all(|hash| is_number(*hash))))
    }

    /// Whether a phrase may begin with the word at `at`, by that and what stands behind it.
    fn may_begin_at(&self, beginning: Beginning<'_>, at: usize, said: SaidLengths<'_>) -> bool {
        let words = beginning.hashes;
        let word = any_number(words[at]);
        if !self.first.may_hold(word) {
            return false;
        }
        self.begins.may_hold(word)
            || self.begins_pair.may_hold(words, at)
            || (self.before_name.contains(&word) && (beginning.is_cut() || self.behind_inner_name.may_hold(words, at + 1)))
            || (self.before_said.contains(&word) && (at + 1 == FirstWords::WORDS || said(&words[at + 1..]) != 0))
            || (self.begins_with_date && self.may_be_date(beginning, at))
            || (self.before_date.contains(&word) && (at + 1 == FirstWords::WORDS || (at + 1 < words.len() && self.may_be_date(beginning, at + 1))))
    }
}

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
    pub(super) fn learn_to_glance(&mut self, lexicon: &Lexicon, joins: impl Fn(RuleIndex) -> bool) {
        let hashes: FxHashMap<u32, u32> = self.vocabulary.iter().map(|(word, id)| (*id, word_hash(word))).collect();
        let mut words_after = WordsAfter::default();
        for (key, node) in &self.children {
            let (from, id) = ((key >> 32) as u32, (*key as u32) >> 1);
            words_after.entry(from).or_default().push((hashes.get(&id).copied().unwrap_or_default(), *node));
        }
        let (mut begins, mut pairs, mut whole, mut joined) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut before_date, mut before_name, mut before_said) = (FxHashSet::default(), FxHashSet::default(), FxHashSet::default());
        // A number and its multiplier are one.
        let multipliers: FxHashSet<u32> = lexicon.multipliers().map(word_hash).collect();
        let multiplied = |first: u32| -> Vec<(u32, u32)> {
            let seconds = multipliers.iter().filter(|_| first == NUMBER);
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

    /// What may stand at nodes behind a name. `multiplied` gives the pairs of a number and its multiplier.
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
            after.rules.extend_from_slice(&self.ends[node as usize]);
            for (step, child) in &self.placeholders[node as usize] {
                match step {
                    Step::Joined(joined) => places.push(Place::Node(*joined)),
                    Step::OneOf(root) => places.push(Place::List(*root, *child)),
                    Step::Number => words.push((NUMBER, Place::Node(*child))),
                    Step::Date => after.date = true,
                    Step::Name => after.names.push(*child),
                    Step::Text => after.text = true,
                    Step::Said(_) => after.said = true,
                    Step::Word { .. } => {}
                }
            }
        }
        after
    }

    /// Whether phrases may tile a line that begins so; says yes too often.
    pub fn may_tile(&self, beginning: Beginning<'_>, said: SaidLengths<'_>) -> bool {
        let (words, glance) = (beginning.hashes, &self.glance);
        if glance.begins_with_anything {
            return true;
        }
        if let [word] = words {
            let is_date = || glance.begins_with_date && glance.may_be_date(beginning, 0);
            return glance.is_whole.may_hold(any_number(*word)) || said(words) != 0 || is_date();
        }
        // Other phrases may stand before the one that begins with a name.
        let is_named = glance.behind_name.may_hold(words, 0);
        // A walk costs as much as the folding and the search of a short line.
        (is_named || self.may_begin_with(beginning, said)) && (!beginning.is_cut() || self.can_tile(beginning, is_named, said))
    }

    fn may_begin_with(&self, beginning: Beginning<'_>, said: SaidLengths<'_>) -> bool {
        let (words, glance) = (beginning.hashes, &self.glance);
        // Word by word, as long as each is a phrase that another may follow.
        for at in 0..words.len() {
            let word = any_number(words[at]);
            if glance.may_begin_at(beginning, at, said) || said(&words[at..]) != 0 {
                return true;
            }
            if at + 1 == words.len() {
                // Of a long line only the first words are known.
                return beginning.is_cut() || glance.is_whole.may_hold(word) || self.may_be_bar(beginning, said);
            }
            if !glance.joins.may_hold(word) {
                return (at > 0 || glance.is_whole.may_hold(word)) && self.may_be_bar(beginning, said);
            }
        }
        false
    }

    /// In a bar of commands not all need be known, but the first one and another.
    fn may_be_bar(&self, beginning: Beginning<'_>, said: SaidLengths<'_>) -> bool {
        let (words, glance) = (beginning.hashes, &self.glance);
        let is_known = |at: &usize| glance.joins.may_hold(any_number(words[*at])) || glance.may_begin_at(beginning, *at, said);
        (0..words.len()).filter(is_known).nth(1).is_some()
    }

    fn can_tile(&self, beginning: Beginning<'_>, is_named: bool, said: SaidLengths<'_>) -> bool {
        let (mut line, words) = (Line { beginning, ids: [NO_WORD; FirstWords::WORDS], is_named, said }, beginning.hashes);
        for (id, hash) in line.ids.iter_mut().zip(words) {
            match self.glance.ids.get(hash) {
                Some(&AMBIGUOUS) => return true,
                Some(known) => *id = *known,
                None => {}
            }
        }
        let mut reached = 1;
        for at in 0..words.len() {
            if reached >> at & 1 == 0 {
                continue;
            }
            let mut ends = Ends::default();
            self.glance_on(0, &line, at, &mut ends);
            if ends.goes_on || ends.any >> words.len() & 1 == 1 {
                return true;
            }
            if ends.any == 0 && at == 0 {
                return false;
            }
            reached |= ends.joining;
        }
        self.may_be_bar(beginning, said)
    }

    /// Notes where phrases may end that have come to a node with the word before `at`.
    fn glance_on(&self, node: u32, line: &Line<'_>, at: usize, ends: &mut Ends) {
        let (outlook, words) = (self.outlook(node), line.beginning.hashes);
        let (id, number) = match words.get(at) {
            Some(hash) => (line.ids[at], is_number(*hash)),
            None if line.beginning.is_cut() => {
                ends.goes_on = true;
                return;
            }
            None => (NO_WORD, false),
        };
        let stands = match number {
            true => outlook.number || self.glance.numbers.iter().any(|id| outlook.words & word_bit(*id) != 0),
            false => id != NO_WORD && outlook.words & word_bit(id) != 0 && self.openings(outlook).is_none_or(|openings| openings.know(id)),
        };
        if !(outlook.ends || outlook.open || stands) {
            return;
        }
        if outlook.ends_here {
            ends.any |= 1 << at;
            ends.joining |= u16::from(outlook.joins_here) << at;
        }
        let is_over = at == words.len();
        let mut by_word = |id: u32| {
            if outlook.words_here & word_bit(id) != 0 {
                let colons = [false, true].into_iter().take(1 + usize::from(line.beginning.colons >> at & 1));
                for child in colons.filter_map(|colon| self.word_child(node, id, colon)) {
                    self.glance_on(child, line, at + 1, ends);
                }
            }
        };
        match (is_over, number) {
            (true, _) => {}
            (false, true) => self.glance.numbers.iter().for_each(|id| by_word(*id)),
            (false, false) if id == NO_WORD => {}
            (false, false) => by_word(id),
        }
        if !outlook.steps_here {
            return;
        }
        for (step, child) in self.steps(node, outlook, (id != NO_WORD).then_some(id), number) {
            if ends.goes_on {
                return;
            }
            match step {
                Step::Joined(joined) => self.glance_on(*joined, line, at, ends),
                _ if is_over => {}
                Step::Number if number => {
                    self.glance_on(*child, line, at + 1, ends);
                    if words.get(at + 1).is_some_and(|next| self.glance.multipliers.contains(next)) {
                        self.glance_on(*child, line, at + 2, ends);
                    }
                }
                Step::Number | Step::Word { .. } => {}
                Step::Date => self.glance_behind_any(*child, line, at, line.date_words(at, &self.glance), ends),
                Step::Said(_) => {
                    let lengths = (line.said)(&words[at..]);
                    for length in (1..=words.len() - at).filter(|length| lengths >> length & 1 == 1) {
                        self.glance_on(*child, line, at + length, ends);
                    }
                }
                Step::Name if node == 0 && at == 0 && !line.is_named => {}
                Step::Name => self.glance_behind_any(*child, line, at, LONGEST_NAME, ends),
                Step::Text => self.glance_on(*child, line, words.len(), ends),
                Step::OneOf(root) => self.glance_at_list(*root, *child, line, at, ends),
            }
        }
    }

    /// Goes on at a node behind one, two, and up to `most` words from `at` on.
    fn glance_behind_any(&self, node: u32, line: &Line<'_>, at: usize, most: usize, ends: &mut Ends) {
        for next in at + 1..=at.saturating_add(most).min(line.beginning.hashes.len()) {
            if ends.goes_on {
                return;
            }
            self.glance_on(node, line, next, ends);
        }
    }

    /// Goes on inside a list of forms, and behind it at `then`.
    fn glance_at_list(&self, inner: u32, then: u32, line: &Line<'_>, at: usize, ends: &mut Ends) {
        if self.list_ends.contains(&inner) {
            self.glance_on(then, line, at, ends);
        }
        let Some(hash) = line.beginning.hashes.get(at) else {
            ends.goes_on |= line.beginning.is_cut();
            return;
        };
        let mut by_word = |id: u32| {
            if let Some(child) = self.word_child(inner, id, false) {
                self.glance_at_list(child, then, line, at + 1, ends);
            }
        };
        match *hash {
            number if is_number(number) => self.glance.numbers.iter().for_each(|id| by_word(*id)),
            _ if line.ids[at] == NO_WORD => {}
            _ => by_word(line.ids[at]),
        }
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
}
