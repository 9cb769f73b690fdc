//! Phrases in which some words are disguised, each in its own way; phrases as they are written are found with the words.

use super::clitics::without_clitics;
use super::disguise::collapse;
use super::view::View;
use super::word::hash;
use super::words::{WordHit, behind, evasion, may_carry};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// A word of a view with its disguise off.
#[derive(Clone, Debug)]
struct Word {
    /// Its first token, and how many it takes.
    at: u32,
    count: u32,
    text: Range<usize>,
    used: u8,
    /// Bytes of the folded form.
    folded: Range<usize>,
}

/// Words with their disguises off, in the order of the view; buffers are reused.
#[derive(Debug, Default)]
pub(super) struct Undone {
    text: String,
    words: Vec<Word>,
}

impl Undone {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.words.clear();
    }

    pub(super) fn add(&mut self, view: &View, text: &str, used: u8, folded: Range<usize>) {
        let token = |at: usize| view.tokens.partition_point(|token| (token.start as usize) < at) as u32;
        let (at, from) = (token(folded.start), self.text.len());
        self.text.push_str(text);
        self.words.push(Word { at, count: token(folded.end) - at, text: from..self.text.len(), used, folded });
    }

    /// Those that begin with this token.
    fn at(&self, token: u32) -> impl Iterator<Item = &Word> {
        let first = self.words.partition_point(|word| word.at < token);
        self.words[first..].iter().take_while(move |word| word.at == token)
    }
}

#[derive(Debug)]
struct Phrase {
    leaf: u32,
    parts: Vec<Part>,
    evasion: u8,
    clitics: bool,
}

/// A word of a phrase, as it is and with its repeated letters off.
#[derive(Debug)]
struct Part {
    text: Box<str>,
    short: Box<str>,
}

impl Part {
    fn is(&self, text: &str, used: u8) -> bool {
        text == if used & evasion::REPEAT == 0 { &*self.text } else { &*self.short }
    }
}

/// The phrases that may be disguised.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    phrases: Vec<Phrase>,
    /// For each word the phrases that hold it, and where.
    by_part: FxHashMap<u64, Vec<(u32, usize)>>,
}

impl Phrases {
    pub(super) fn add<'t>(&mut self, parts: impl Iterator<Item = &'t str>, leaf: u32, evasion: u8, clitics: bool) {
        let number = self.phrases.len() as u32;
        let mut read = Vec::new();
        for (at, text) in parts.enumerate() {
            let mut short = String::new();
            collapse(text, &mut short);
            self.by_part.entry(hash(text.as_bytes())).or_default().push((number, at));
            if short != text {
                self.by_part.entry(hash(short.as_bytes())).or_default().push((number, at));
            }
            read.push(Part { text: text.into(), short: short.into() });
        }
        self.phrases.push(Phrase { leaf, parts: read, evasion, clitics });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }

    /// Whether some phrase holds this word, with a clitic before it or without.
    pub(super) fn may_hold(&self, word: &str) -> bool {
        let mut holds = self.by_part.contains_key(&hash(word.as_bytes()));
        without_clitics(word, |skipped| holds |= self.by_part.contains_key(&hash(&word.as_bytes()[skipped..])));
        holds
    }

    /// All phrases in a view of which at least one word is disguised.
    pub(super) fn find(&self, view: &View, undone: &mut Undone, hits: &mut Vec<WordHit>) {
        undone.words.sort_by_key(|word| word.at);
        let undone = &*undone;
        for word in &undone.words {
            let text = &undone.text[word.text.clone()];
            self.with(view, undone, word, text, "", hits);
            without_clitics(text, |skipped| self.with(view, undone, word, &text[skipped..], &text[..skipped], hits));
        }
    }

    /// Phrases of which this is the first disguised word.
    fn with(&self, view: &View, undone: &Undone, word: &Word, text: &str, clitic: &str, hits: &mut Vec<WordHit>) {
        for (number, at) in self.by_part.get(&hash(text.as_bytes())).into_iter().flatten() {
            let phrase = &self.phrases[*number as usize];
            let is_allowed = word.used & !phrase.evasion == 0 && phrase.parts[*at].is(text, word.used);
            if !is_allowed || !(clitic.is_empty() || *at == 0 && phrase.clitics && may_carry(text, clitic)) {
                continue;
            }
            let start = if *at == 0 { Some(behind(view, clitic, text, word.folded.clone()).start) } else { before(view, phrase, *at, word) };
            let end = phrase.end(view, undone, at + 1, word);
            if let (Some(start), Some(end)) = (start, end) {
                hits.push(WordHit { leaf: phrase.leaf, folded: start..end });
            }
        }
    }
}

/// Where a phrase begins whose words before `at` stand, as they are, before this word.
fn before(view: &View, phrase: &Phrase, at: usize, word: &Word) -> Option<usize> {
    let first = (word.at as usize).checked_sub(at)?;
    let mut next = word.folded.start;
    for (part, token) in phrase.parts[..at].iter().zip(&view.tokens[first..]).rev() {
        let text = &view.folded[token.start as usize..token.end as usize];
        if !is_gap(view, token.end as usize, next) {
            return None;
        }
        let has_clitic = || {
            let mut any = false;
            without_clitics(text, |skipped| any |= text[skipped..] == *part.text && may_carry(&part.text, &text[..skipped]));
            any
        };
        let is_first = std::ptr::eq(part, &phrase.parts[0]);
        if *part.text != *text && !(is_first && phrase.clitics && has_clitic()) {
            return None;
        }
        // With its clitic, as spelling has it in one.
        next = if is_first { token.end as usize - part.text.len().min(text.len()) } else { token.start as usize };
    }
    Some(next)
}

impl Phrase {
    /// Where the phrase ends whose words from `at` on stand after this word, as they are or disguised.
    fn end(&self, view: &View, undone: &Undone, at: usize, last: &Word) -> Option<usize> {
        let Some(part) = self.parts.get(at) else { return Some(last.folded.end) };
        let next = last.at + last.count;
        let token = view.tokens.get(next as usize)?;
        let plain = token.start as usize..token.end as usize;
        if *part.text == view.folded[plain.clone()] && is_gap(view, last.folded.end, plain.start) {
            let word = Word { at: next, count: 1, text: 0..0, used: 0, folded: plain };
            if let Some(end) = self.end(view, undone, at + 1, &word) {
                return Some(end);
            }
        }
        undone
            .at(next)
            .filter(|word| word.used & !self.evasion == 0 && part.is(&undone.text[word.text.clone()], word.used))
            .filter(|word| is_gap(view, last.folded.end, word.folded.start))
            .find_map(|word| self.end(view, undone, at + 1, word))
    }
}

/// Bytes that stand between two words of a phrase at most.
const GAP: usize = 3;

/// Whether what stands between two words of a phrase parts no more than words.
fn is_gap(view: &View, from: usize, to: usize) -> bool {
    view.folded.get(from..to).is_some_and(|gap| (1..=GAP).contains(&gap.len()) && !gap.contains('\n'))
}
