//! All words and phrases of a rule set, looked up by the first token of each: a token of the page costs one look into a small filter,
//! however many words there are.
//!
//! Legal Arabic proclitics are taken off before a second look. Words of scripts without spaces, symbols and words with `*` are found by
//! one Aho-Corasick automaton instead.

use super::clitics::without_clitics;
use super::disguise::{Disguise, collapse};
use super::phrase::Phrases;
use super::view::View;
use super::word::made_of::{ARABIC, LATIN, LOOKALIKE};
use super::word::{Token, hash};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::OnceLock;

/// Which disguises of a word are looked through, as bits.
pub(crate) mod evasion {
    /// `c a s i n o`
    pub(crate) const SPACED: u8 = 1;
    /// `casiiino`
    pub(crate) const REPEAT: u8 = 2;
    /// `c4s1n0`
    pub(crate) const LEET: u8 = 4;
    /// Letters of other scripts that look the same; always looked through for Latin words.
    pub(crate) const SKELETON: u8 = 8;
}

/// How a word is to be found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WordOptions {
    pub(crate) clitics: bool,
    pub(crate) evasion: u8,
}

#[derive(Debug)]
struct Word {
    leaf: u32,
    /// Folded.
    text: Box<str>,
    /// Bytes before its first token, and after its last.
    lead: u16,
    trail: u16,
    tokens: u16,
    clitics: bool,
    evasion: u8,
    /// It is a form of the word that only these disguises lead to: without its doubled letters, or without its spaces.
    only: u8,
}

/// A word that is found without tokens.
#[derive(Debug)]
struct Fragment {
    text: String,
    leaf: u32,
    start: Edge,
    end: Edge,
}

/// What may stand beside an end of a word that is found without tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    Anything,
    /// No letter that goes on with the word.
    Boundary,
    /// A `*`: the rest of the word is part of it.
    Open,
}

/// A place where a word was found: bytes of the folded form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WordHit {
    pub(crate) leaf: u32,
    pub(crate) folded: Range<usize>,
}

/// The words.
#[derive(Debug, Default)]
pub(crate) struct WordBook {
    words: Vec<Word>,
    by_token: FxHashMap<u64, Vec<u32>>,
    /// Three bits of one entry for each hash that some word has: a Bloom filter of which one look touches one cache line.
    filter: Vec<u64>,
    filter_mask: u64,
    /// Found without tokens.
    strings: Vec<Fragment>,
    automaton: Option<AhoCorasick>,
    /// All disguises that some word asks for.
    disguises: u8,
    any_clitics: bool,
    phrases: Phrases,
    inside: OnceLock<Option<AhoCorasick>>,
}

impl WordBook {
    /// Adds a word or phrase as written. Nothing is added when no character of it can be seen.
    pub(crate) fn add(&mut self, written: &str, leaf: u32, options: WordOptions) -> Result<(), Unfindable> {
        let (written, open_start, open_end) = wildcards(written.trim());
        let view = View::of(written);
        let folded = view.folded.trim();
        if folded.is_empty() {
            return Err(Unfindable);
        }
        let spaceless = view.tokens.iter().any(|token| {
            let first = view.folded[token.start as usize..].chars().next();
            first.is_some_and(is_spaceless)
        });
        if view.tokens.is_empty() || spaceless || open_start || open_end {
            let edge = |is_open: bool, edge: Option<char>| match edge {
                _ if is_open => Edge::Open,
                Some(edge) if edge.is_alphanumeric() && !is_spaceless(edge) => Edge::Boundary,
                _ => Edge::Anything,
            };
            let (start, end) = (edge(open_start, folded.chars().next()), edge(open_end, folded.chars().next_back()));
            self.strings.push(Fragment { text: folded.to_owned(), leaf, start, end });
            return Ok(());
        }
        let shift = view.folded.len() - view.folded.trim_start().len();
        let (first, last) = (view.tokens[0], view.tokens[view.tokens.len() - 1]);
        let made_of = view.tokens.iter().fold(0, |all, token| all | token.made_of);
        let word = Word {
            leaf,
            lead: (first.start as usize - shift) as u16,
            trail: (shift + folded.len() - last.end as usize) as u16,
            tokens: view.tokens.len() as u16,
            clitics: options.clitics && first.made_of & ARABIC != 0,
            evasion: options.evasion | if made_of & LATIN != 0 && made_of & ARABIC == 0 { evasion::SKELETON } else { 0 },
            only: 0,
            text: folded.into(),
        };
        let parts = || view.tokens.iter().map(|token| &view.folded[token.start as usize..token.end as usize]);
        let is_phrase = word.tokens > 1 && word.lead == 0 && word.trail == 0 && folded.split(' ').eq(parts());
        if is_phrase && word.evasion != 0 {
            self.phrases.add(parts(), leaf, word.evasion, word.clitics);
        }
        if is_phrase && word.evasion & evasion::SPACED != 0 {
            let joined: String = parts().collect();
            self.push(hash(joined.as_bytes()), Word { text: joined.into(), only: evasion::SPACED, tokens: 1, ..word });
        }
        if options.evasion & evasion::REPEAT != 0 && word.tokens == 1 && word.lead == 0 && word.trail == 0 {
            let mut short = String::new();
            collapse(folded, &mut short);
            if short != folded {
                self.push(hash(short.as_bytes()), Word { text: short.into(), only: evasion::REPEAT, ..word });
            }
        }
        self.push(first.hash, word);
        Ok(())
    }

    fn push(&mut self, hash: u64, word: Word) {
        self.disguises |= word.evasion;
        self.any_clitics |= word.clitics;
        self.by_token.entry(hash).or_default().push(self.words.len() as u32);
        self.words.push(word);
    }

    /// Called once after the last word. The error says why the automaton cannot be built.
    pub(crate) fn finish(&mut self) -> Result<(), String> {
        let bits = (self.by_token.len() * 16).next_power_of_two().max(1024);
        self.filter = vec![0; bits / 64];
        self.filter_mask = bits as u64 / 64 - 1;
        for hash in self.by_token.keys() {
            let (at, bits) = place(*hash);
            self.filter[(at & self.filter_mask) as usize] |= bits;
        }
        if !self.strings.is_empty() {
            let kind = if self.strings.len() < 2000 { None } else { Some(AhoCorasickKind::ContiguousNFA) };
            let strings = self.strings.iter().map(|string| &string.text);
            self.automaton =
                Some(AhoCorasick::builder().kind(kind).match_kind(MatchKind::Standard).build(strings).map_err(|error| error.to_string())?);
        }
        Ok(())
    }

    /// Whether letters that stand twice are looked through for some word.
    pub(super) fn looks_for_doubled(&self) -> bool {
        self.disguises & evasion::REPEAT != 0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.strings.is_empty()
    }

    /// Count of words.
    pub(crate) fn len(&self) -> usize {
        self.words.len() + self.strings.len()
    }

    /// All words in a view.
    pub(crate) fn find(&self, view: &View, disguise: &mut Disguise, hits: &mut Vec<WordHit>) {
        if !self.words.is_empty() {
            for (at, token) in view.tokens.iter().enumerate() {
                self.at_token(view, at, token, hits);
            }
            if self.disguises & !evasion::SKELETON != 0 || (self.disguises != 0 && view.tokens.made_of() & LOOKALIKE != 0) {
                let mut undone = std::mem::take(&mut disguise.undone);
                undone.clear();
                disguise.each(view, self.disguises, |text, used, folded| {
                    if !self.phrases.is_empty() && self.phrases.may_hold(text) {
                        undone.add(view, text, used, folded.clone());
                    }
                    self.disguised(view, text, used, folded, hits);
                });
                self.phrases.find(view, &mut undone, hits);
                disguise.undone = undone;
            }
        }
        if let Some(automaton) = &self.automaton {
            for found in automaton.find_overlapping_iter(view.folded.as_str()) {
                let Fragment { leaf, start, end, .. } = &self.strings[found.pattern().as_usize()];
                let fits = |edge: &Edge, at: usize| *edge != Edge::Boundary || is_boundary(&view.folded, at);
                if fits(start, found.start()) && fits(end, found.end()) {
                    let rest = |edge: &Edge, characters: &mut dyn Iterator<Item = char>| match edge {
                        Edge::Open => characters.take(LONGEST_REST).take_while(|c| is_word(*c) && !is_spaceless(*c)).map(char::len_utf8).sum(),
                        _ => 0,
                    };
                    let before = rest(start, &mut view.folded[..found.start()].chars().rev());
                    let after = rest(end, &mut view.folded[found.end()..].chars());
                    hits.push(WordHit { leaf: *leaf, folded: found.start() - before..found.end() + after });
                }
            }
        }
    }

    #[inline]
    fn may_hold(&self, hash: u64) -> bool {
        let (at, bits) = place(hash);
        self.filter[(at & self.filter_mask) as usize] & bits == bits
    }

    #[inline]
    fn at_token(&self, view: &View, at: usize, token: &Token, hits: &mut Vec<WordHit>) {
        if self.may_hold(token.hash) {
            self.look(view, at, token.start as usize, token.hash, "", hits);
        }
        if self.any_clitics && token.made_of & ARABIC != 0 && !token.single {
            let text = &view.folded[token.start as usize..token.end as usize];
            without_clitics(text, |skipped| {
                let hash = hash(&text.as_bytes()[skipped..]);
                if self.may_hold(hash) {
                    self.look(view, at, token.start as usize + skipped, hash, &text[..skipped], hits);
                }
            });
            if let Some(rest) = text.strip_prefix("لل") {
                // ل before ال is written لل: the word with its own article is looked for.
                let with_article = ["ال", rest].concat();
                let hash = hash(with_article.as_bytes());
                if self.may_hold(hash) {
                    self.contracted(view, at, hash, &with_article, hits);
                }
            }
        }
    }

    /// Words that begin with the token at `at`, of which `start` is the first byte that counts.
    #[cold]
    fn look(&self, view: &View, at: usize, start: usize, hash: u64, clitic: &str, hits: &mut Vec<WordHit>) {
        let Some(candidates) = self.by_token.get(&hash) else { return };
        for word in candidates.iter().map(|word| &self.words[*word as usize]) {
            if word.only != 0 || !(clitic.is_empty() || word.clitics && may_carry(&word.text, clitic)) {
                continue;
            }
            let Some(last) = view.tokens.get(at + usize::from(word.tokens) - 1) else { continue };
            let Some(from) = start.checked_sub(usize::from(word.lead)) else { continue };
            let to = last.end as usize + usize::from(word.trail);
            if view.folded.get(from..to).is_some_and(|text| same(text, &word.text)) {
                hits.push(WordHit { leaf: word.leaf, folded: from..to });
            }
        }
    }

    #[cold]
    fn contracted(&self, view: &View, at: usize, hash: u64, token: &str, hits: &mut Vec<WordHit>) {
        let Some(candidates) = self.by_token.get(&hash) else { return };
        let start = view.tokens[at].start as usize;
        for word in candidates.iter().map(|word| &self.words[*word as usize]).filter(|word| word.clitics && word.only == 0) {
            let Some(last) = view.tokens.get(at + usize::from(word.tokens) - 1) else { continue };
            let rest = word.text.strip_prefix(token);
            let text = view.folded.get(view.tokens[at].end as usize..last.end as usize);
            if let (Some(rest), Some(text)) = (rest, text)
                && same(text, rest)
            {
                hits.push(WordHit { leaf: word.leaf, folded: start..last.end as usize });
            }
        }
    }

    /// A word behind a disguise: what it hides, what was done to it, where it is.
    fn disguised(&self, view: &View, text: &str, used: u8, folded: Range<usize>, hits: &mut Vec<WordHit>) {
        let mut try_one = |text: &str, clitic: &str| {
            let hash = hash(text.as_bytes());
            if !self.may_hold(hash) {
                return;
            }
            for word in self.by_token.get(&hash).into_iter().flatten().map(|word| &self.words[*word as usize]) {
                let is_allowed = word.evasion & used == used && word.only & used == word.only;
                if is_allowed && &*word.text == text && (clitic.is_empty() || (word.clitics && may_carry(text, clitic))) {
                    hits.push(WordHit { leaf: word.leaf, folded: behind(view, clitic, text, folded.clone()) });
                }
            }
        };
        try_one(text, "");
        if self.any_clitics {
            without_clitics(text, |skipped| try_one(&text[skipped..], &text[..skipped]));
        }
    }

    /// Words that stand inside of longer words, where they do not count; for `explain`.
    pub(crate) fn inside(&self, view: &View, mut each: impl FnMut(u32, Range<usize>)) {
        let automaton = self.inside.get_or_init(|| AhoCorasick::new(self.words.iter().map(|word| &*word.text)).ok());
        for found in automaton.iter().flat_map(|automaton| automaton.find_overlapping_iter(view.folded.as_str())) {
            if !is_boundary(&view.folded, found.start()) || !is_boundary(&view.folded, found.end()) {
                each(self.words[found.pattern().as_usize()].leaf, found.start()..found.end());
            }
        }
    }
}

/// Letters that `*` stands for at most; what is longer is no word.
const LONGEST_REST: usize = 64;

/// A word of which nothing can be seen.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unfindable;

/// Whether a word may stand after a clitic: one of two letters is more often the rest of another word, unless the article stands before it.
pub(super) fn may_carry(stem: &str, clitic: &str) -> bool {
    clitic.is_empty()
        || stem.chars().nth(2).is_some()
        || (stem.chars().nth(1).is_some() && ["ال", "لل"].iter().any(|article| clitic.ends_with(article)))
}

/// What is left of a disguised word behind its clitic: all of it where the clitic is disguised in another way than by what stands between.
pub(super) fn behind(view: &View, clitic: &str, stem: &str, folded: Range<usize>) -> Range<usize> {
    let mut letters = view.folded[folded.clone()].char_indices().filter(|(_, letter)| letter.is_alphanumeric()).peekable();
    for letter in clitic.chars() {
        if letters.next().is_none_or(|(_, seen)| seen != letter) {
            return folded;
        }
        // A letter may be repeated, but for the one that the word begins with.
        while letters.peek().is_some_and(|(_, seen)| *seen == letter) && !stem.starts_with(letter) && !clitic.contains("لل") {
            letters.next();
        }
    }
    letters.peek().map_or(folded.clone(), |(at, _)| folded.start + at..folded.end)
}

/// Where a hash stands in the filter, and its three bits there.
#[inline]
fn place(hash: u64) -> (u64, u64) {
    let spread = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (spread >> 32, 1 << (spread >> 8 & 63) | 1 << (spread >> 14 & 63) | 1 << (spread >> 20 & 63))
}

/// Whether a text is the word's, where a space of the word may be a `_` or `-` of the page.
fn same(text: &str, word: &str) -> bool {
    text == word || (text.len() == word.len() && text.bytes().zip(word.bytes()).all(|(a, b)| a == b || (b == b' ' && matches!(a, b'_' | b'-'))))
}

fn is_spaceless(character: char) -> bool {
    crate::fold::is_ideograph(character) || matches!(character, '\u{0E01}'..='\u{0EDF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17D3}')
}

/// Whether no word goes on over this place.
pub(crate) fn is_boundary(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back().filter(|c| is_word(*c) && !is_spaceless(*c));
    let after = text[at..].chars().next().filter(|c| is_word(*c) && !is_spaceless(*c));
    before.is_none() || after.is_none()
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || unicode_normalization::char::is_combining_mark(character)
}

/// A word without its `*`, and at which ends one stood.
fn wildcards(written: &str) -> (&str, bool, bool) {
    let (text, start) = written.strip_prefix('*').map_or((written, false), |rest| (rest, true));
    let (text, end) = text.strip_suffix('*').map_or((text, false), |rest| (rest, true));
    if text.chars().any(char::is_alphanumeric) { (text, start, end) } else { (written, false, false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str], options: WordOptions, text: &str) -> Vec<String> {
        let mut book = WordBook::default();
        for (leaf, word) in words.iter().enumerate() {
            book.add(word, leaf as u32, options).unwrap();
        }
        book.finish().unwrap();
        let view = View::of(text);
        let mut hits = Vec::new();
        book.find(&view, &mut Disguise::default(), &mut hits);
        hits.iter().map(|hit| view.plain[view.plain_range(hit.folded.clone())].to_owned()).collect()
    }

    #[test]
    fn arabic_words_take_legal_clitics_and_nothing_else() {
        let options = WordOptions { clitics: true, evasion: 0 };
        let words = ["قمار", "كلب", "جنس", "رهان", "القمار"];
        for (text, hits) in [
            ("والقمار", vec!["قمار", "القمار"]),
            ("بالقِمـار", vec!["قِمـار", "القِمـار"]),
            ("للقمار", vec!["قمار", "للقمار"]),
            ("وكلب", vec!["كلب"]),
            ("الأقمار كلباء الجنسية البرهان", vec![]),
            ("قُمَار", vec!["قُمَار"]),
        ] {
            assert_eq!(found(&words, options, text), hits, "{text}");
        }
        assert_eq!(found(&words, WordOptions::default(), "والقمار القمار"), ["القمار"]);
    }

    #[test]
    fn boundaries_are_those_of_unicode() {
        let plain = WordOptions::default();
        assert_eq!(found(&["def"], plain, "abcódef def xdef def2 (DEF)"), ["def", "DEF"]);
        assert_eq!(found(&["赌场", "พนัน"], plain, "在线赌场开 เว็บพนันออนไลน์").len(), 2);
        assert_eq!(found(&["ربح مضمون"], plain, "رِبح  مضمون #ربح_مضمون ربح غير مضمون").len(), 2);
        assert_eq!(found(&["c++", "+18", "🎰"], plain, "c++ x+18 🎰🎰"), ["c++", "+18", "🎰", "🎰"]);
        assert_eq!(found(&["bet*", "*pills"], plain, "betting mybet superpills"), ["betting", "superpills"]);
    }

    #[test]
    fn disguises_are_looked_through_only_where_asked() {
        let all = WordOptions { clitics: true, evasion: 7 };
        for text in ["c a s i n o", "c.a.s.i.n.o", "casiiino", "c4s1n0", "c@sin0", "саsino", "ca\u{200b}sino", "C-A-S-I-N-O", "ｃａｓｉｎｏ"]
        {
            assert!(!found(&["casino"], all, text).is_empty(), "{text}");
        }
        for text in ["ك ا ز ي ن و", "كازييييينو", "كـازيـنو", "ال ك ا ز ي ن و", "و ا ل ك ا ز ي ن و"] {
            assert!(!found(&["كازينو"], all, text).is_empty(), "{text}");
        }
        for text in ["c a s i n o", "casiiino", "c4s1n0"] {
            assert!(found(&["casino"], WordOptions::default(), text).is_empty(), "{text}");
        }
        assert_eq!(found(&["casino"], WordOptions::default(), "саsino").len(), 1);
        for text in [
            "f r e e s p i n s",
            "f.r.e.e s.p.i.n.s",
            "frеe spіns",
            "fr33 spins",
            "free sp1ns",
            "FREEEE spins",
            "free spiiiins",
            "fr33_sp!ns",
            "f r e e spins",
            "free s p i n s",
            "fr\u{200b}ee sp\u{ad}ins",
            "get f r e e s p i n s now",
        ] {
            assert!(!found(&["free spins"], all, text).is_empty(), "{text}");
        }
        for text in ["رِبح مضـمون", "ر ب ح م ض م و ن", "ر ب ح مضمون", "ربح مضموووون", "بربح م ض م و ن", "ربـ\u{200c}ح مضمون"]
        {
            assert!(!found(&["ربح مضمون"], all, text).is_empty(), "{text}");
        }
        for text in ["frее spіns", "free spins"] {
            assert_eq!(found(&["free spins"], WordOptions::default(), text), [text]);
        }
        for text in ["fr33 spins", "f r e e s p i n s", "free, well, sp1ns", "sp1ns free"] {
            assert!(found(&["free spins"], WordOptions::default(), text).is_empty(), "{text}");
        }
        for text in ["fr33 of spins", "sp1ns free", "freespins", "carefr33 spins"] {
            assert!(found(&["free spins"], all, text).is_empty(), "{text}");
        }
        let behind = format!("{}c a s i n o and {}", "x y z ".repeat(40), "q ".repeat(90));
        assert_eq!(found(&["casino"], all, &behind), ["c a s i n o"]);
        assert!(found(&["cop"], all, "coop").is_empty());
        assert_eq!(found(&["free"], all, "freeee fre").len(), 1);
    }
}
