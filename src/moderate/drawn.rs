//! Words some of whose letters are drawn with symbols (`\/iagra`), or are digits and symbols among Arabic letters (`ك1زينو`).

use super::disguise::{Disguise, LONGEST_SPACED, SHORTEST_BROKEN};
use super::letters::LETTERS;
use super::view::View;
use super::words::evasion::LEET;
use std::ops::Range;

/// Bytes that symbols which draw one word take at most, letters included.
const LONGEST_DRAWN: usize = 48;
/// Bytes within which a bracket closes that does.
const BRACKETED: usize = 96;

impl Disguise {
    /// Joins Arabic letters and the digits and symbols between them that stand for letters: "ك1زينو", "قم@ر".
    pub(super) fn arabic_leet(&mut self, view: &View, at: usize, wanted: u8, each: &mut impl FnMut(&str, u8, Range<usize>)) {
        let start = view.tokens[at].start as usize;
        let is_arabic = |c: char| matches!(c, '\u{0621}'..='\u{06D3}');
        let rest = view.folded[start..].char_indices().take(LONGEST_SPACED);
        let run = rest.take_while(|(_, c)| is_arabic(*c) || !LETTERS.arabic(*c).is_empty()).last();
        let end = start + run.map_or(0, |(last, c)| last + c.len_utf8());
        let text = &view.folded[start..end];
        // What ends in a digit or a mark may end before it.
        let whole = text.trim_end_matches(|c| !is_arabic(c));
        for text in [text, whole] {
            // A character may stand for one of two letters.
            let most = text.chars().map(|c| LETTERS.arabic(c).len()).max().unwrap_or(0);
            for way in 0..most {
                self.text.clear();
                self.text.extend(text.chars().map(|c| LETTERS.arabic(c).get(way).or(LETTERS.arabic(c).last()).copied().unwrap_or(c)));
                self.forms(LEET, wanted, start..start + text.len(), each);
            }
            if text.len() == whole.len() {
                break;
            }
        }
    }

    /// Words around a token some of whose letters are drawn with symbols: "\/iagra", "casin()".
    #[cold]
    pub(super) fn drawn(&mut self, view: &View, token: Range<usize>, wanted: u8, each: &mut impl FnMut(&str, u8, Range<usize>)) {
        let bytes = view.folded.as_bytes();
        let is_in = |byte: &u8| byte.is_ascii_alphanumeric() || DRAWN.contains(byte) || matches!(byte, b'@' | b'$' | b'!');
        let start = token.start - bytes[..token.start].iter().rev().take(LONGEST_DRAWN).take_while(|byte| is_in(byte)).count();
        let end = token.end + bytes[token.end..].iter().take(LONGEST_DRAWN).take_while(|byte| is_in(byte)).count();
        let Some(run) = view.folded.get(start..end).filter(|run| run.is_ascii()) else { return };
        for one in LETTERS.both {
            let (mut at, mut from, mut drawn) = (0, 0, 0);
            self.text.clear();
            loop {
                let rest = &run[at..];
                let is_bracket = |length: usize| length == 1 && is_closed(&bytes[start + at..]);
                let next = match (LETTERS.drawn(rest), rest.chars().next()) {
                    (Some((letter, length)), _) if !is_bracket(length) => Some((letter, length, 1)),
                    (_, Some(c)) if c.is_ascii_alphanumeric() || LETTERS.is_stand_in(c) => Some((LETTERS.letter(c, one), 1, 0)),
                    _ => None,
                };
                if let Some((letter, length, more)) = next {
                    self.text.push(letter);
                    (at, drawn) = (at + length, drawn + more);
                    continue;
                }
                if drawn > 0 && self.text.len() >= SHORTEST_BROKEN {
                    let range = start + from..start + at;
                    each(&self.text, LEET, range.clone());
                    self.collapsed(LEET, wanted, false, range, each);
                }
                if at == run.len() {
                    break;
                }
                self.text.clear();
                (at, drawn) = (at + 1, 0);
                from = at;
            }
        }
    }
}

/// Symbols that letters are drawn with.
const DRAWN: &[u8] = b"\\/|()[]<>{_-";

/// Whether what stands right beside a token looks like a letter drawn with symbols.
#[inline]
pub(super) fn is_drawn_beside(folded: &[u8], token: &Range<usize>) -> bool {
    let draws = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'\\' | b'/' | b'|' | b'(' | b')' | b'[' | b']' | b'<' | b'>'));
    let at = |at: usize| folded.get(at);
    let before = token.start.checked_sub(1).and_then(at);
    // Most brackets close.
    let is_open = || before == Some(&b'(') && !is_closed(&folded[token.end..]);
    let is_before = draws(before) && (draws(token.start.checked_sub(2).and_then(at)) || is_open());
    is_before || (draws(at(token.end)) && draws(at(token.end + 1)))
}

/// Whether the bracket that a text begins with closes soon.
fn is_closed(text: &[u8]) -> bool {
    memchr::memchr2(b')', b'\n', &text[..text.len().min(BRACKETED)]).is_some_and(|at| text[at] == b')')
}
