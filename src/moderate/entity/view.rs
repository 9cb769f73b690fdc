//! A text and what is asked of it around a place: tokens, neighbours, the address a number may be part of.

use crate::data::own_data;
use serde::Deserialize;
use std::ops::Range;
use std::sync::LazyLock;

/// How far back a token or an address is followed, in bytes: what is longer is no entity, and the cost stays linear.
const REACH: usize = 200;

/// Bytes and words of the longest line that is a label of the next one.
const LABEL: usize = 48;
const LABEL_WORDS: usize = 4;

/// Marks of addresses (`rules/entity/address.toml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marks {
    /// What names of files end in.
    files: Vec<String>,
    /// What numbers to dial follow.
    dials: Vec<String>,
}

static MARKS: LazyLock<Marks> = LazyLock::new(|| own_data!("entity/address.toml"));

/// The text of one block.
#[derive(Clone, Copy)]
pub(super) struct View<'t> {
    text: &'t str,
    /// What all of it is called: the key of a JSON value, the name of a field.
    label: &'t str,
}

impl<'t> View<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        View { text, label: "" }
    }

    /// What all of the text is called.
    pub(super) fn label(&self) -> &'t str {
        self.label
    }

    pub(super) fn labelled(text: &'t str, label: &'t str) -> Self {
        View { text, label }
    }

    /// What a value that begins its line is called: the line before it, if that is as short as a label and no number, as in the cells of a
    /// table and the terms of a list; what the whole text is called, if there is no line before.
    pub(super) fn label_of(&self, at: usize) -> Option<&'t str> {
        let own = self.line_start(at, REACH);
        if self.text[own..at].contains(|c: char| c.is_alphanumeric()) {
            return None;
        }
        if own == 0 {
            return Some(self.label).filter(|label| !label.is_empty());
        }
        let before = self.text[..own].trim_end_matches([' ', '\n']);
        let label = &before[self.line_start(before.len(), LABEL)..];
        let is_whole = self.byte_before(before.len() - label.len()) == b'\n' || label.len() == before.len();
        let is_label = is_whole && label.split(' ').count() <= LABEL_WORDS && !label.contains(|c: char| c.is_ascii_digit());
        is_label.then_some(label)
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    pub(super) fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    /// The byte at a place, 0 past the end.
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes().get(at).copied().unwrap_or(0)
    }

    /// The byte before a place, 0 before the start.
    pub(super) fn byte_before(&self, at: usize) -> u8 {
        if at == 0 { 0 } else { self.byte(at - 1) }
    }

    pub(super) fn char_before(&self, at: usize) -> Option<char> {
        self.text[..at].chars().next_back()
    }

    pub(super) fn char_after(&self, at: usize) -> Option<char> {
        self.text[at..].chars().next()
    }

    /// The run of ASCII letters and digits around a place.
    pub(super) fn token(&self, at: usize) -> Range<usize> {
        let bytes = self.bytes();
        let floor = at.saturating_sub(REACH);
        let before = bytes[floor..at].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        at - before..self.run(at, |byte| byte.is_ascii_alphanumeric())
    }

    /// The run of digits from a place on.
    pub(super) fn digits(&self, at: usize) -> Range<usize> {
        at..self.run(at, |byte| byte.is_ascii_digit())
    }

    /// Where a run of such bytes ends.
    pub(super) fn run(&self, at: usize, is_in: impl Fn(&u8) -> bool) -> usize {
        at + self.bytes()[at..].iter().take_while(|byte| is_in(byte)).count()
    }

    /// The same for at most so many bytes.
    pub(super) fn short_run(&self, at: usize, most: usize, is_in: impl Fn(&u8) -> bool) -> usize {
        at + self.bytes()[at..].iter().take(most).take_while(|byte| is_in(byte)).count()
    }

    /// Whether an ASCII letter, digit or underscore stands on either side.
    pub(super) fn is_glued(&self, range: &Range<usize>) -> bool {
        let joins = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        joins(self.byte_before(range.start)) || joins(self.byte(range.end))
    }

    /// Where the line that holds a place begins, at most `reach` bytes before it, at a character's edge.
    pub(super) fn line_start(&self, at: usize, reach: usize) -> usize {
        let mut floor = at.saturating_sub(reach);
        while !self.text.is_char_boundary(floor) {
            floor += 1;
        }
        memchr::memrchr(b'\n', &self.bytes()[floor..at]).map_or(floor, |line| floor + line + 1)
    }

    /// Where the line that holds a place ends, at most `reach` bytes after it, at a character's edge.
    pub(super) fn line_end(&self, at: usize, reach: usize) -> usize {
        let mut end = (at + reach).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        memchr::memchr(b'\n', &self.bytes()[at..end]).map_or(end, |line| at + line)
    }

    /// Whether a place is inside a URL, a path or a file name, where numbers are articles and dates.
    ///
    /// Links that stand for a number (`tel:`, `wa.me/`) are not meant.
    pub(super) fn is_in_address(&self, at: usize) -> bool {
        let bytes = self.bytes();
        let floor = at.saturating_sub(REACH);
        let length = bytes[floor..at].iter().rev().take_while(|byte| byte.is_ascii_graphic()).count();
        let before = &bytes[at - length..at];
        let tail = &bytes[self.run(at, u8::is_ascii_digit)..];
        let is_file = |ending: &String| tail.len() > ending.len() && tail[0] == b'.' && tail[1..].starts_with(ending.as_bytes());
        if length == 0 {
            return tail.first() == Some(&b'.') && MARKS.files.iter().any(is_file);
        }
        if self.is_dialled(at) {
            return false;
        }
        let holds = |needle: &[u8]| memchr::memmem::find(before, needle).is_some();
        let lettered = before.iter().any(u8::is_ascii_alphabetic);
        let slash_after_word = before.windows(2).any(|pair| pair[1] == b'/' && pair[0].is_ascii_alphanumeric());
        let last = before[length - 1];
        holds(b"://")
            || holds(b"www.")
            || holds(b"?")
            || (lettered && (slash_after_word || before[0] == b'/' || matches!(last, b'/' | b'\\')))
            || (last == b'=' && length > 1)
            || MARKS.files.iter().any(is_file)
    }

    /// Whether what stands right before a place says that a number to dial follows: `tel:`, `wa.me/`.
    pub(super) fn is_dialled(&self, at: usize) -> bool {
        let before = &self.bytes()[at.saturating_sub(REACH)..at];
        let before = before.strip_suffix(b"+").unwrap_or(before);
        MARKS.dials.iter().any(|link| before.len() >= link.len() && before[before.len() - link.len()..].eq_ignore_ascii_case(link.as_bytes()))
    }

    /// Whether these letters are what numbers are introduced with.
    pub(super) fn is_contact_word(&self, range: Range<usize>) -> bool {
        super::keyword::glued().any(|word| word.eq_ignore_ascii_case(&self.text[range.clone()]))
    }
}
