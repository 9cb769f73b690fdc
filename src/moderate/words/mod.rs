//! All words and phrases of a rule set, looked up by the first token of each: a token of the page costs one look into a small filter,
//! however many words there are.
//!
//! Legal Arabic proclitics are taken off before a second look. Words of scripts without spaces, symbols and words with `*` are found by
//! one Aho-Corasick automaton instead.

mod fragment;
mod look;

pub(super) use look::{behind, may_carry};

use super::disguise::{Disguise, collapse};
use super::phrase::Phrases;
use super::view::View;
use super::word::hash;
use super::word::made_of::{ARABIC, LATIN, LOOKALIKE};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use fragment::{Edge, Fragment, LONGEST_REST, is_boundary, is_spaceless, is_word, wildcards};
use look::place;
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

/// A word of which nothing can be seen.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unfindable;

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
