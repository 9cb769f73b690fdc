//! How text is read into both forms of a view, character by character or in runs.

use super::View;
use crate::fold::{digit, is_arabic_mark, is_ignorable, is_plain_arabic, spelled, unify};
use crate::moderate::reference::{References, reference};
use crate::moderate::word::made_of::ARABIC;
use crate::moderate::word::{Class, classify};
use crate::octet::{Bytes, Octet};
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{compose, is_combining_mark};

impl View {
    /// Adds text as it stands on the page at `from`.
    pub(crate) fn add(&mut self, raw: &str, from: u64, references: References, preformatted: bool) {
        let bytes = raw.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            if byte == b'&' && references != References::No {
                let from = from + at as u64;
                let Some((length, decoded)) = reference(&raw[at..], references) else {
                    self.ascii("&", from);
                    at += 1;
                    continue;
                };
                for character in decoded.chars() {
                    self.character(character, from..from + length as u64);
                }
                at += length;
            } else if byte.is_ascii_graphic() {
                let run = words(&bytes[at..], references);
                self.ascii(&raw[at..at + run], from + at as u64);
                at += run;
            } else if matches!(byte, 0xD8 | 0xD9) && is_arabic_letter(bytes, at) {
                let run = (at..bytes.len()).step_by(2).take_while(|at| is_arabic_letter(bytes, *at)).count() * 2;
                self.arabic(&raw[at..at + run], from + at as u64);
                at += run;
            } else if byte.is_ascii() {
                if preformatted && byte == b'\n' {
                    self.hard_break(from + at as u64);
                } else if byte.is_ascii_whitespace() {
                    self.space(from + at as u64..from + at as u64 + 1);
                    // What is between two tags is mostly this, and the rest of it adds nothing.
                    while bytes[at + 1..].starts_with(b"        ") {
                        at += 8;
                    }
                    at += bytes[at + 1..].iter().take_while(|next| next.is_ascii_whitespace() && !(preformatted && **next == b'\n')).count();
                }
                at += 1;
            } else {
                // `at` is at a character's start: all steps are whole characters.
                let Some(character) = raw[at..].chars().next() else { break };
                let length = character.len_utf8();
                self.character(character, from + at as u64..from + (at + length) as u64);
                at += length;
            }
        }
    }

    /// Adds an address: browsers take tabs and line ends out of it (WHATWG URL, 4.4).
    pub(crate) fn add_address(&mut self, raw: &str, from: u64) {
        if memchr::memchr(b'&', raw.as_bytes()).is_none() && !raw.contains(['\t', '\n', '\r']) {
            return self.add(raw, from, References::Attribute, false);
        }
        let mut at = 0;
        while let Some(first) = raw[at..].chars().next() {
            let decoded = (first == '&').then(|| reference(&raw[at..], References::Attribute)).flatten();
            let (length, text) = decoded.unwrap_or_else(|| (first.len_utf8(), raw[at..at + first.len_utf8()].into()));
            let range = from + at as u64..from + (at + length) as u64;
            for character in text.chars().filter(|character| !matches!(character, '\t' | '\n' | '\r')) {
                self.character(character, range.clone());
            }
            at += length;
        }
    }

    /// Adds one character that comes from these bytes of the page.
    pub(crate) fn character(&mut self, character: char, from: Range<u64>) {
        if character.is_ascii_graphic() {
            return self.visible(character, from);
        }
        // A circle or a key drawn around a character is no part of it.
        if is_ignorable(character) || character == '\0' || matches!(character, '\u{20DD}'..='\u{20E0}' | '\u{20E2}'..='\u{20E4}') {
            match character {
                '\u{202D}' | '\u{202E}' => self.begin_override(),
                '\u{202C}' => self.end_override(),
                '\u{20DD}'..='\u{20E4}' => self.drawn_around(),
                _ => {}
            }
            return;
        }
        if character.is_whitespace() {
            return self.space(from);
        }
        if character.is_control() {
            return;
        }
        if is_plain_arabic(character) || is_stable(character) {
            return self.visible(character, from);
        }
        if let Some(letter) = boxed(character) {
            let before = self.plain.len();
            self.visible(letter, from);
            return self.raised_character(before);
        }
        if is_combining_mark(character)
            && !self.map.is_at_markup()
            && let Some(last) = self.plain.chars().next_back().filter(|last| last.is_alphabetic())
            && let Some(composed) = compose(last, character)
        {
            return self.compose(last, composed, from.end);
        }
        if is_drawn_over(character) && !self.map.is_at_markup() {
            return self.drawn_over(from.end);
        }
        if let Some(digit) = digit(character) {
            return self.visible(digit, from);
        }
        let before = self.plain.len();
        let mut parts = std::iter::once(character).nfkc();
        let (first, second) = (parts.next(), parts.next());
        match (first, second) {
            (Some(first), None) if !first.is_whitespace() => self.visible(first, from),
            _ => {
                for part in std::iter::once(character).nfkc().filter(|part| !is_ignorable(*part)) {
                    let at = self.plain.len();
                    let part = if part.is_whitespace() { ' ' } else { digit(part).unwrap_or(part) };
                    self.plain.push(part);
                    self.fold(part, at as u64..self.plain.len() as u64);
                }
                let length = self.plain.len() - before;
                if length > 0 {
                    self.map.whole(length, from);
                }
            }
        }
        if is_raised(character) && self.plain.len() > before {
            self.raised_character(before);
        }
    }

    fn visible(&mut self, character: char, from: Range<u64>) {
        let at = self.plain.len() as u64;
        let length = character.len_utf8();
        self.plain.push(character);
        if from.end - from.start == length as u64 {
            self.map.same(length, from.start)
        } else {
            self.map.whole(length, from)
        }
        self.fold(character, at..at + length as u64);
    }

    fn compose(&mut self, last: char, composed: char, end: u64) {
        let before = self.plain.len();
        self.plain.pop();
        self.plain.push(composed);
        self.moved(before);
        self.map.replace_last(last.len_utf8(), composed.len_utf8(), end);
        let folded_last = self.folded.chars().next_back().unwrap_or_default();
        let lower = composed.to_lowercase().next().map_or(composed, unify);
        self.folded.pop();
        self.folded.push(lower);
        self.fold_map.replace_last(folded_last.len_utf8(), lower.len_utf8(), self.plain.len() as u64);
        self.tokens.correct_last(lower);
    }

    /// A circle or a key is drawn around the last character: that may be the number of an entry in a list.
    fn drawn_around(&mut self) {
        if let Some(last) = self.plain.chars().next_back().filter(|last| !last.is_whitespace()) {
            self.raised_character(self.plain.len() - last.len_utf8());
        }
    }

    /// A mark over or through the last character is no part of it, and goes where that goes.
    fn drawn_over(&mut self, end: u64) {
        if let Some(last) = self.plain.chars().next_back().filter(|last| !last.is_whitespace()) {
            self.map.replace_last(last.len_utf8(), last.len_utf8(), end);
        }
    }

    pub(super) fn space(&mut self, from: Range<u64>) {
        if matches!(self.plain.as_bytes().last(), None | Some(b' ' | b'\n')) {
            return;
        }
        if self.plain.as_bytes().ends_with(TATWEEL) {
            self.seams.push(self.folded.len() as u32);
        }
        self.tokens.end(self.folded.len() as u32, &self.folded);
        self.fold_map.same(1, self.plain.len() as u64);
        self.plain.push(' ');
        self.folded.push(' ');
        if from.end - from.start == 1 { self.map.same(1, from.start) } else { self.map.whole(1, from) }
    }

    /// A run of visible ASCII, and of spaces each by itself inside of it.
    fn ascii(&mut self, run: &str, from: u64) {
        self.map.same(run.len(), from);
        self.fold_map.same(run.len(), self.plain.len() as u64);
        self.plain.push_str(run);
        let at = self.folded.len();
        self.folded.push_str(run);
        self.folded[at..].make_ascii_lowercase();
        self.tokens.ascii(at, &self.folded);
    }

    /// A run of Arabic letters of two bytes each, which fold to such letters.
    fn arabic(&mut self, run: &str, from: u64) {
        self.map.same(run.len(), from);
        self.fold_map.same(run.len(), self.plain.len() as u64);
        self.plain.push_str(run);
        for character in run.chars() {
            let (folded, at) = (unify(character), self.folded.len() as u32);
            self.folded.push(folded);
            self.tokens.push(folded, Class::Letter, ARABIC, at, &self.folded);
        }
    }

    /// Appends a character of the plain form to the folded one.
    fn fold(&mut self, character: char, plain: Range<u64>) {
        if is_arabic_mark(character) || matches!(character, '\u{0300}'..='\u{036F}') {
            // Part of what it stands on.
            return;
        }
        let at = self.folded.len();
        let (class, made_of) = classify(character, self.tokens.is_open());
        if character.is_ascii() {
            self.folded.push(character.to_ascii_lowercase());
        } else if made_of == ARABIC || matches!(class, Class::Spaceless) {
            self.folded.push(unify(character));
        } else {
            self.folded.extend(character.to_lowercase().filter(|c| !matches!(c, '\u{0300}'..='\u{036F}')).map(unify).flat_map(spelled));
        }
        let length = self.folded.len() - at;
        // `ß` is as long as `ss`, and none of its bytes is a letter.
        if plain.end - plain.start == length as u64 && character != 'ß' {
            self.fold_map.same(length, plain.start)
        } else {
            self.fold_map.whole(length, plain)
        }
        if class == Class::Other {
            return self.tokens.end(at as u32, &self.folded);
        }
        let folded = self.folded[at..].chars().next().unwrap_or(character);
        self.tokens.push(folded, class, made_of, at as u32, &self.folded);
    }
}

/// The line that is drawn through from letter to letter, U+0640.
const TATWEEL: &[u8] = "ـ".as_bytes();

/// Letters and digits in circles, squares, brackets, flags and before commas that NFKC leaves as they are or as three characters: the
/// first and the last of a row, and what the first stands for.
const BOXED: [(char, char, u8); 15] = [
    ('\u{249C}', '\u{24B5}', b'a'),
    ('\u{24F5}', '\u{24FD}', b'1'),
    ('\u{24FF}', '\u{24FF}', b'0'),
    ('\u{2776}', '\u{277E}', b'1'),
    ('\u{2780}', '\u{2788}', b'1'),
    ('\u{278A}', '\u{2792}', b'1'),
    ('\u{1F101}', '\u{1F10A}', b'0'),
    ('\u{1F10B}', '\u{1F10B}', b'0'),
    ('\u{1F10C}', '\u{1F10C}', b'0'),
    ('\u{1F110}', '\u{1F129}', b'A'),
    ('\u{1F130}', '\u{1F149}', b'A'),
    ('\u{1F150}', '\u{1F169}', b'A'),
    ('\u{1F170}', '\u{1F189}', b'A'),
    ('\u{1F1E6}', '\u{1F1FF}', b'A'),
    // Digits of seven segments.
    ('\u{1FBF0}', '\u{1FBF9}', b'0'),
];

fn boxed(character: char) -> Option<char> {
    // Most characters stand before all of them, or between the two planes that they are in.
    if !matches!(character, '\u{249C}'..='\u{2792}' | '\u{1F101}'..='\u{1FBF9}') {
        return None;
    }
    let (first, _, stands_for) = BOXED.iter().find(|(first, last, _)| (*first..=*last).contains(&character))?;
    char::from_u32(u32::from(*stands_for) + character as u32 - *first as u32)
}

/// Whether a character is a small one above or below the line: a figure, a letter, a mark of trade. The numbers of entries in a list, in
/// circles, in brackets and before points, are beside their line as well.
fn is_raised(character: char) -> bool {
    matches!(character, '\u{AA}' | '\u{B2}' | '\u{B3}' | '\u{B9}' | '\u{BA}' | '\u{2070}'..='\u{209C}' | '\u{2120}' | '\u{2122}'
        | '\u{2460}'..='\u{249B}' | '\u{24EA}' | '\u{1D2C}'..='\u{1D6A}' | '\u{1D9B}'..='\u{1DBF}')
}

/// Whether a mark is drawn over, under or through what it stands on, in whatever script that is: an accent that no letter has, a line.
fn is_drawn_over(character: char) -> bool {
    matches!(character, '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20F0}' | '\u{FE20}'..='\u{FE2F}')
}

/// Length of the run of visible ASCII that `bytes` begin with, words parted by one space each; it does not reach over a reference.
fn words(bytes: &[u8], references: References) -> usize {
    let mark = if references == References::No { 0 } else { b'&' };
    let (mut at, mut before) = (0, Bytes::default());
    loop {
        let octet = Octet::at(bytes, at);
        let spaces = octet.equal(b' ');
        let length = octet.printable().without(octet.equal(mark)).without(spaces.second_of_pairs(before)).run();
        at += length;
        if length < 8 {
            break;
        }
        before = spaces;
    }
    // A space at its end parts it from something else.
    at - usize::from(at > 0 && bytes[at - 1] == b' ')
}

/// Whether a letter of U+0621 to U+064A stands here, but for tatweel: NFKC leaves it as it is, and it folds to one of two bytes.
fn is_arabic_letter(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at..at + 2), Some([0xD8, 0xA1..=0xBF] | [0xD9, 0x81..=0x8A]))
}

/// Whether NFKC leaves a character as it is; only ranges that pages are full of, for the rest is looked up.
fn is_stable(character: char) -> bool {
    matches!(character, '\u{C0}'..='\u{131}' | '\u{400}'..='\u{45F}' | '\u{391}'..='\u{3A9}' | '\u{3AC}'..='\u{3CE}' | '\u{5D0}'..='\u{5EA}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{2018}'..='\u{201D}' | 'پ' | 'چ' | 'ژ' | 'گ' | 'ک' | 'ی')
}
