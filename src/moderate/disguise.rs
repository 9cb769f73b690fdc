//! Words that do not want to be found: letters spaced out, repeated, replaced by digits, or by letters of another script.
//!
//! A token that looks like one of these is undone into a plain word, which is then looked up like any other. Most tokens of most pages
//! look like none, and cost a test of their bits.

use super::drawn::is_drawn_beside;
use super::letters::LETTERS;
use super::phrase::Undone;
use super::view::View;
use super::word::made_of::{ARABIC, DIGIT, DOUBLE, LATIN, LOOKALIKE, OTHER, TRIPLE};
use super::words::evasion::{LEET, REPEAT, SKELETON, SPACED};
use std::ops::Range;

/// Buffers, reused.
#[derive(Debug, Default)]
pub(crate) struct Disguise {
    pub(super) text: String,
    short: String,
    /// A form of `text` while its other forms are still to be told.
    other: String,
    pub(super) undone: Undone,
}

/// Words of fewer letters are too like others with their doubled letters off.
const SHORTEST_DOUBLE: usize = 5;
/// Fewer letters than this are no word spaced out.
const SHORTEST_SPACED: usize = 3;
/// As part of a longer run a word must have this many.
const SHORTEST_INSIDE: usize = 4;
/// Fewer letters than this are no word that was broken into pieces.
pub(super) const SHORTEST_BROKEN: usize = 4;
/// Pieces of a word between spaces have at most so many letters, are at least three, and make a word of at least so many.
const LONGEST_PIECE: usize = 2;
const SHORTEST_OF_PIECES: usize = 5;
/// No word is broken into more pieces.
const MOST_PIECES: usize = 24;
/// No word spaced out has more letters.
pub(super) const LONGEST_SPACED: usize = 48;
/// Symbols that stand for letters even at the edge of a word.
const SYMBOLS: [char; 2] = ['@', '$'];
/// Separators of more characters part words even of spaced letters.
const SEPARATOR: usize = 4;
/// Marks between two pieces of a word.
const MARKS: usize = 3;

impl Disguise {
    /// Calls with what each disguised word hides, the disguises it used, and its bytes of the folded form.
    pub(crate) fn each(&mut self, view: &View, wanted: u8, mut each: impl FnMut(&str, u8, Range<usize>)) {
        let letters = &*LETTERS;
        let tokens = &view.tokens;
        let (mut at, mut broken_to, mut pieces_to) = (0, 0, 0);
        while at < tokens.len() {
            let token = tokens[at];
            let range = token.start as usize..token.end as usize;
            let text = &view.folded[range.clone()];
            if wanted & SPACED != 0 {
                if at >= broken_to && is_joint(view, at) {
                    broken_to = self.broken(view, at, wanted, &mut each);
                }
                if at >= pieces_to && (at..at + 3).all(|at| is_piece(view, at)) {
                    pieces_to = self.pieces(view, at, wanted, &mut each);
                }
            }
            if token.single && wanted & SPACED != 0 {
                if wanted & LEET != 0
                    && let Some(range) = self.symbols_apart(view, at)
                {
                    self.forms(SPACED, wanted, range, &mut each);
                }
                let run = self.spaced(view, at);
                if run >= SHORTEST_SPACED {
                    let range = range.start..tokens[at + run - 1].end as usize;
                    self.forms(SPACED, wanted, range, &mut each);
                    self.inside(view, at, run, &mut each);
                    self.rest(view, at, run, &mut each);
                    at += run;
                    continue;
                }
            }
            if wanted & LEET != 0 {
                if token.made_of & ARABIC != 0 && view.folded[range.end..].chars().next().is_some_and(|next| !letters.arabic(next).is_empty()) {
                    self.arabic_leet(view, at, wanted, &mut each);
                }
                if is_drawn_beside(view.folded.as_bytes(), &range) {
                    self.drawn(view, range.clone(), wanted, &mut each);
                }
            }
            let mut used = 0;
            self.text.clear();
            if token.made_of & LOOKALIKE != 0
                && wanted & SKELETON != 0
                && text.chars().all(|c| c.is_ascii_alphanumeric() || letters.latin(c).is_some())
            {
                self.text.extend(text.chars().map(|c| letters.latin(c).unwrap_or(c)));
                used = SKELETON;
                each(&self.text, used, range.clone());
            }
            if wanted & LEET != 0 && token.made_of & (LATIN | DIGIT | LOOKALIKE) != 0 {
                let (range, count) = chunk(view, at);
                let chunk = &view.folded[range.clone()];
                if has_leet(chunk) {
                    let has_one = chunk.contains(|c| letters.is_either(c));
                    for one in letters.both.into_iter().take(1 + usize::from(has_one)) {
                        self.text.clear();
                        self.text.extend(chunk.chars().map(|c| letters.letter(c, one)));
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
    pub(super) fn collapsed(&mut self, used: u8, wanted: u8, is_long: bool, range: Range<usize>, each: &mut impl FnMut(&str, u8, Range<usize>)) {
        if wanted & REPEAT == 0 {
            return;
        }
        self.short.clear();
        collapse(&self.text, &mut self.short);
        if self.short.len() < self.text.len() && (is_long || self.short.chars().count() >= SHORTEST_DOUBLE) {
            each(&self.short, used | REPEAT, range);
        }
    }

    /// `text`, and what it is with its repeated letters, its digits or the letters of another script undone as well.
    pub(super) fn forms(&mut self, used: u8, wanted: u8, range: Range<usize>, each: &mut impl FnMut(&str, u8, Range<usize>)) {
        each(&self.text, used, range.clone());
        self.collapsed(used, wanted, true, range.clone(), each);
        let letters = &*LETTERS;
        let is_leet = wanted & LEET != 0 && has_leet(&self.text);
        let is_lookalike = wanted & SKELETON != 0 && self.text.contains(|c| letters.latin(c).is_some());
        if !(is_leet || is_lookalike) {
            return;
        }
        self.other.clone_from(&self.text);
        let used = used | if is_leet { LEET } else { SKELETON };
        let has_one = is_leet && self.other.contains(|c| letters.is_either(c));
        for one in letters.both.into_iter().take(1 + usize::from(has_one)) {
            self.text.clear();
            self.text.extend(self.other.chars().map(|c| if is_leet { letters.letter(c, one) } else { letters.latin(c).unwrap_or(c) }));
            each(&self.text, used, range.clone());
            self.collapsed(used, wanted, true, range.clone(), each);
        }
    }

    /// Joins the pieces from `at` on that one mark each parts, as in "Te.le.gram"; gives the token after them.
    fn broken(&mut self, view: &View, at: usize, wanted: u8, each: &mut impl FnMut(&str, u8, Range<usize>)) -> usize {
        let tokens = &view.tokens;
        let mut end = at + 1;
        while is_joint(view, end - 1) {
            end += 1;
        }
        let pieces = &tokens[at..end];
        if pieces.len() <= MOST_PIECES && pieces.iter().any(|piece| piece.made_of != DIGIT) {
            self.text.clear();
            pieces.iter().for_each(|piece| self.text.push_str(&view.folded[piece.start as usize..piece.end as usize]));
            if self.text.chars().nth(SHORTEST_BROKEN - 1).is_some() {
                self.forms(SPACED, wanted, pieces[0].start as usize..pieces[pieces.len() - 1].end as usize, each);
            }
        }
        end
    }

    /// Words in a run of pieces of one or two letters each, as in "ca si no"; gives the token after the run.
    fn pieces(&mut self, view: &View, at: usize, wanted: u8, each: &mut impl FnMut(&str, u8, Range<usize>)) -> usize {
        let mut end = at + 1;
        while end < view.tokens.len() && end - at < LONGEST_SPACED && is_piece(view, end) && is_space(view, end - 1) {
            end += 1;
        }
        let run = &view.tokens[at..end];
        for start in 0..run.len() {
            self.short.clear();
            for (count, piece) in run[start..].iter().take(MOST_PIECES).enumerate() {
                self.short.push_str(&view.folded[piece.start as usize..piece.end as usize]);
                // Single letters are looked at elsewhere.
                if count >= 2 && self.short.chars().nth(SHORTEST_OF_PIECES - 1).is_some() && !run[start..=start + count].iter().all(|p| p.single) {
                    let range = run[start].start as usize..piece.end as usize;
                    each(&self.short, SPACED, range.clone());
                    if wanted & LEET != 0 && has_leet(&self.short) {
                        self.text.clear();
                        self.text.extend(self.short.chars().map(|c| LETTERS.letter(c, LETTERS.both[0])));
                        each(&self.text, SPACED | LEET, range);
                    }
                }
            }
        }
        end
    }

    /// A run of single letters with the rest of the word before it or after it in one piece: "t e l egram".
    fn rest(&mut self, view: &View, at: usize, run: usize, each: &mut impl FnMut(&str, u8, Range<usize>)) {
        let tokens = &view.tokens;
        let text = |at: usize| &view.folded[tokens[at].start as usize..tokens[at].end as usize];
        let letters: String = (at..at + run).map(text).collect();
        if at + run < tokens.len() && is_space(view, at + run - 1) {
            each(&[&letters, text(at + run)].concat(), SPACED, tokens[at].start as usize..tokens[at + run].end as usize);
        }
        if at > 0 && is_space(view, at - 1) {
            each(&[text(at - 1), &letters].concat(), SPACED, tokens[at - 1].start as usize..tokens[at + run - 1].end as usize);
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

    /// Joins the letters from `at` on, and the symbols among them, that stand apart by the same mark, as in "v.1.@.g.r.@"; gives where they stand.
    fn symbols_apart(&mut self, view: &View, at: usize) -> Option<Range<usize>> {
        let folded = view.folded.as_str();
        let token = view.tokens[at];
        let (mut start, mut end) = (token.start as usize, token.end as usize);
        let mark = folded[end..].chars().next().filter(|mark| *mark != '\n' && !LETTERS.is_stand_in(*mark))?;
        let symbol_before = |end: usize| folded[..end].strip_suffix(mark).and_then(|rest| rest.strip_suffix(SYMBOLS));
        self.text.clear();
        if let Some(before) = symbol_before(start)
            && !before.ends_with(char::is_alphanumeric)
        {
            self.text.push_str(&folded[before.len()..start - mark.len_utf8()]);
            start = before.len();
        }
        self.text.push_str(&folded[token.start as usize..end]);
        let mut count = 1;
        while let Some(next) = folded[end..].strip_prefix(mark).and_then(|rest| rest.chars().next()) {
            let after = end + mark.len_utf8() + next.len_utf8();
            let is_last = !folded[after..].starts_with(mark);
            let is_symbol = if is_last { SYMBOLS.contains(&next) } else { LETTERS.is_stand_in(next) };
            if !(next.is_alphanumeric() || is_symbol) || folded[after..].starts_with(char::is_alphanumeric) || count == LONGEST_SPACED {
                break;
            }
            self.text.push(next);
            end = after;
            count += 1;
        }
        let has_symbol = self.text.contains(|c: char| !c.is_alphanumeric());
        (has_symbol && count >= SHORTEST_SPACED && self.text.chars().nth(SHORTEST_BROKEN - 1).is_some()).then_some(start..end)
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
                Some(gap) => is_separator(gap) && separator.is_none_or(|first: &str| first.len() >= gap.len()),
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

/// Whether one mark that is no end of a sentence joins the token at `at` to the next one.
#[inline]
fn is_joint(view: &View, at: usize) -> bool {
    let [token, next] = [at, at + 1].map(|at| view.tokens.get(at));
    let (Some(token), Some(next)) = (token, next) else { return false };
    let length = next.start.wrapping_sub(token.end) as usize;
    let gap = view.folded.as_bytes()[token.end as usize];
    if length == 0 || length > 4 * MARKS || gap == b'\n' {
        return false;
    }
    if gap == b' ' {
        return length == 1 && view.is_seam(token.end);
    }
    let parts = |c: char| c.is_whitespace() || "@/:=&?#()\"<>,;!؟،؛[]{}«»%$".contains(c);
    let mut gap = view.folded[token.end as usize..next.start as usize].chars();
    // The same mark up to three times, or as many pictures.
    gap.next().is_some_and(|first| !parts(first) && gap.all(|mark| mark == first || (is_picture(first) && is_picture(mark))))
}

/// Whether a character is a picture among the letters; those that stand for letters are read as such elsewhere.
fn is_picture(character: char) -> bool {
    matches!(character, '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Whether what stands between two single letters may part the letters of one word.
fn is_separator(gap: &str) -> bool {
    !gap.is_empty() && gap.len() <= 4 * SEPARATOR && !gap.contains('\n') && gap.chars().nth(SEPARATOR).is_none()
}

/// Whether nothing but a space stands between the token at `at` and the next one.
fn is_space(view: &View, at: usize) -> bool {
    view.folded.get(view.tokens[at].end as usize..view.tokens[at + 1].start as usize) == Some(" ")
}

/// Whether the token at `at` has so few letters that it may be a piece of a word.
#[inline]
fn is_piece(view: &View, at: usize) -> bool {
    view.tokens.get(at).is_some_and(|token| {
        let (length, two_bytes) = ((token.end - token.start) as usize, token.made_of & (ARABIC | LOOKALIKE) != 0);
        length <= LONGEST_PIECE * (1 + usize::from(two_bytes)) && token.made_of & OTHER == 0 && token.made_of & (DIGIT | LATIN) != DIGIT
    })
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
    let symbols = |from: usize| {
        // Most are a space.
        if matches!(folded.get(from), None | Some(b' ' | b'.' | b',' | b'\n')) {
            return 0;
        }
        let is_symbol = |c: &char| matches!(c, '@' | '$' | '!' | '|' | '+') || (!c.is_ascii() && LETTERS.is_symbol(*c));
        view.folded[from..].chars().take(2).take_while(is_symbol).map(char::len_utf8).sum::<usize>()
    };
    let mut last = view.tokens[at];
    let mut opening = folded[..last.start as usize].iter().rev().take(2).take_while(|b| matches!(b, b'@' | b'$' | b'|')).count();
    if opening == 0 && last.start > 0 && !folded[last.start as usize - 1].is_ascii() {
        let before = view.folded[..last.start as usize].chars().next_back();
        opening = before.filter(|before| LETTERS.is_symbol(*before)).map_or(0, char::len_utf8);
    }
    let start = last.start as usize - opening;
    let mut count = 1;
    loop {
        let end = last.end as usize;
        let after = symbols(end);
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
    chunk.chars().any(char::is_alphabetic) && chunk.chars().any(|c| LETTERS.is_stand_in(c))
}
