//! Words that do not want to be found: letters spaced out, repeated, replaced by digits, or by letters of another script.
//!
//! A token that looks like one of these is undone into a plain word, which is then looked up like any other. Most tokens of most pages
//! look like none, and cost a test of their bits.

use super::phrase::Undone;
use super::view::View;
use super::word::made_of::{ARABIC, DIGIT, DOUBLE, LATIN, LOOKALIKE, OTHER, TRIPLE};
use super::words::evasion::{LEET, REPEAT, SKELETON, SPACED};
use std::ops::Range;

/// Buffers, reused.
#[derive(Debug, Default)]
pub(crate) struct Disguise {
    text: String,
    short: String,
    pub(super) undone: Undone,
}

/// Words of fewer letters are too like others with their doubled letters off.
const SHORTEST_DOUBLE: usize = 5;
/// Fewer letters than this are no word spaced out.
const SHORTEST_SPACED: usize = 3;
/// As part of a longer run a word must have this many.
const SHORTEST_INSIDE: usize = 4;
/// No word spaced out has more letters.
const LONGEST_SPACED: usize = 48;
/// Separators longer than this part words even of spaced letters.
pub(super) const SEPARATOR_BYTES: usize = 3;

impl Disguise {
    /// Calls with what each disguised word hides, the disguises it used, and its bytes of the folded form.
    pub(crate) fn each(&mut self, view: &View, wanted: u8, mut each: impl FnMut(&str, u8, Range<usize>)) {
        let tokens = &view.tokens;
        let mut at = 0;
        while at < tokens.len() {
            let token = tokens[at];
            let range = token.start as usize..token.end as usize;
            let text = &view.folded[range.clone()];
            if token.single && wanted & SPACED != 0 {
                let run = self.spaced(view, at);
                if run >= SHORTEST_SPACED {
                    let range = range.start..tokens[at + run - 1].end as usize;
                    each(&self.text, SPACED, range.clone());
                    self.collapsed(SPACED, wanted, true, range, &mut each);
                    self.inside(view, at, run, &mut each);
                    at += run;
                    continue;
                }
            }
            let mut used = 0;
            self.text.clear();
            if token.made_of & LOOKALIKE != 0 && wanted & SKELETON != 0 && text.chars().all(|c| c.is_ascii_alphanumeric() || latin(c).is_some()) {
                self.text.extend(text.chars().map(|c| latin(c).unwrap_or(c)));
                used = SKELETON;
                each(&self.text, used, range.clone());
            }
            if wanted & LEET != 0 && token.made_of & (LATIN | DIGIT | LOOKALIKE) != 0 {
                let (range, count) = chunk(view, at);
                let chunk = &view.folded[range.clone()];
                if has_leet(chunk) {
                    let has_one = chunk.contains(['1', '!', '|']);
                    for one in ['i', 'l'].into_iter().take(1 + usize::from(has_one)) {
                        self.text.clear();
                        self.text.extend(chunk.chars().map(|c| letter(c, one)));
                        each(&self.text, LEET | used, range.clone());
                        self.collapsed(LEET | used, wanted, false, range.clone(), &mut each);
                    }
                    at += count;
                    continue;
                }
            }
            if wanted & REPEAT != 0 && token.made_of & DOUBLE != 0 {
                if used == 0 {
                    self.text.push_str(text);
                }
                self.collapsed(used, wanted, token.made_of & TRIPLE != 0, range, &mut each);
            }
            at += 1;
        }
    }

    /// The same with repeated letters off, when that is asked for and leaves enough.
    fn collapsed(&mut self, used: u8, wanted: u8, is_long: bool, range: Range<usize>, each: &mut impl FnMut(&str, u8, Range<usize>)) {
        if wanted & REPEAT == 0 {
            return;
        }
        self.short.clear();
        collapse(&self.text, &mut self.short);
        if self.short.len() < self.text.len() && (is_long || self.short.chars().count() >= SHORTEST_DOUBLE) {
            each(&self.short, used | REPEAT, range);
        }
    }

    /// Longer words inside a run of single letters: others may stand beside them.
    fn inside(&mut self, view: &View, at: usize, run: usize, each: &mut impl FnMut(&str, u8, Range<usize>)) {
        let run = &view.tokens[at..at + run];
        for start in 0..run.len() {
            self.short.clear();
            for (count, token) in run[start..].iter().take(LONGEST_SPACED).enumerate() {
                self.short.push_str(&view.folded[token.start as usize..token.end as usize]);
                if count + 1 >= SHORTEST_INSIDE && count + 1 < run.len() {
                    each(&self.short, SPACED, run[start].start as usize..token.end as usize);
                }
            }
        }
    }

    /// Joins the single letters from `at` on that stand equally far apart; gives how many tokens that is.
    fn spaced(&mut self, view: &View, at: usize) -> usize {
        let (tokens, folded) = (&view.tokens, view.folded.as_str());
        self.text.clear();
        let mut run = 0;
        let mut separator = None;
        while let Some(token) = tokens.get(at + run) {
            let gap = run.checked_sub(1).map(|before| &folded[tokens[at + before].end as usize..token.start as usize]);
            let fits = match gap {
                None => true,
                Some(gap) => {
                    (1..=SEPARATOR_BYTES).contains(&gap.len()) && !gap.contains('\n') && separator.is_none_or(|first: &str| first.len() >= gap.len())
                }
            };
            // Words before the letters keep to themselves; an article in one piece belongs to them.
            if !(token.single && fits) {
                break;
            }
            if separator.is_none() {
                separator = gap;
            }
            self.text.push_str(&folded[token.start as usize..token.end as usize]);
            run += 1;
        }
        run
    }
}

/// Writes a text with each run of one letter as a single one.
pub(crate) fn collapse(text: &str, into: &mut String) {
    let mut last = None;
    for character in text.chars() {
        if last != Some(character) {
            into.push(character);
        }
        last = Some(character);
    }
}

/// The token at `at` with the symbols around it that may stand for letters, and what these join it to; and how many tokens that is.
fn chunk(view: &View, at: usize) -> (Range<usize>, usize) {
    let folded = view.folded.as_bytes();
    let symbols = |bytes: &mut dyn Iterator<Item = &u8>| bytes.take(2).take_while(|b| matches!(b, b'@' | b'$' | b'!' | b'|' | b'+')).count();
    let mut last = view.tokens[at];
    let opening = folded[..last.start as usize].iter().rev().take(2).take_while(|b| matches!(b, b'@' | b'$' | b'|')).count();
    let start = last.start as usize - opening;
    let mut count = 1;
    loop {
        let end = last.end as usize;
        let after = symbols(&mut folded[end..].iter());
        match view.tokens.get(at + count) {
            Some(next) if next.start as usize == end + after && next.made_of & (ARABIC | OTHER) == 0 => {
                last = *next;
                count += 1;
            }
            _ => {
                let closing = folded[end..end + after].iter().rev().take_while(|b| matches!(b, b'!' | b'+' | b'|')).count();
                return (start..end + after - closing, count);
            }
        }
    }
}

fn has_leet(chunk: &str) -> bool {
    let letters = chunk.chars().filter(|c| c.is_alphabetic()).count();
    letters > 0 && chunk.chars().any(|c| letter(c, 'i') != c && !c.is_alphabetic())
}

/// The letter that a digit or symbol stands for.
fn letter(character: char, one: char) -> char {
    match character {
        '0' => 'o',
        '1' | '!' | '|' => one,
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        '€' => 'e',
        other => latin(other).unwrap_or(other),
    }
}

/// The Latin letter that a lower-case Cyrillic or Greek letter cannot be told from by sight (UTS #39, `confusables.txt`).
fn latin(character: char) -> Option<char> {
    Some(match character {
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'є' | 'ε' => 'e',
        'һ' => 'h',
        'н' | 'η' => 'n',
        'і' | 'ι' | 'ї' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' | 'μ' => 'm',
        'о' | 'ο' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' => 'r',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ѵ' | 'ν' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        'ζ' => 'z',
        _ => return None,
    })
}
