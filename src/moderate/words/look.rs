//! The look at a token, as it stands, without its clitics and behind a disguise.

use super::{WordBook, WordHit};
use crate::moderate::clitics::without_clitics;
use crate::moderate::view::View;
use crate::moderate::word::made_of::ARABIC;
use crate::moderate::word::{Token, hash};
use std::ops::Range;

impl WordBook {
    #[inline]
    fn may_hold(&self, hash: u64) -> bool {
        let (at, bits) = place(hash);
        self.filter[(at & self.filter_mask) as usize] & bits == bits
    }

    #[inline]
    pub(super) fn at_token(&self, view: &View, at: usize, token: &Token, hits: &mut Vec<WordHit>) {
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
    pub(super) fn disguised(&self, view: &View, text: &str, used: u8, folded: Range<usize>, hits: &mut Vec<WordHit>) {
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
}

/// Whether a word may stand after a clitic: one of two letters is more often the rest of another word, unless the article stands before it.
pub(in crate::moderate) fn may_carry(stem: &str, clitic: &str) -> bool {
    clitic.is_empty()
        || stem.chars().nth(2).is_some()
        || (stem.chars().nth(1).is_some() && ["ال", "لل"].iter().any(|article| clitic.ends_with(article)))
}

/// What is left of a disguised word behind its clitic: all of it where the clitic is disguised in another way than by what stands between.
pub(in crate::moderate) fn behind(view: &View, clitic: &str, stem: &str, folded: Range<usize>) -> Range<usize> {
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
pub(super) fn place(hash: u64) -> (u64, u64) {
    let spread = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (spread >> 32, 1 << (spread >> 8 & 63) | 1 << (spread >> 14 & 63) | 1 << (spread >> 20 & 63))
}

/// Whether a text is the word's, where a space of the word may be a `_` or `-` of the page.
fn same(text: &str, word: &str) -> bool {
    text == word || (text.len() == word.len() && text.bytes().zip(word.bytes()).all(|(a, b)| a == b || (b == b' ' && matches!(a, b'_' | b'-'))))
}
