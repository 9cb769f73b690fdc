//! Words: put into the line that is being gathered, with single spaces between them.

use super::Flow;
use super::line::Gap;
use super::markdown::Markdown;
use crate::emit::without_nul;
use crate::moderate::edit::Edit;
use crate::rewrite::TextKind;
use std::borrow::Cow;

/// A line is held until it is this long.
const LINE_BYTES: usize = 1 << 20;

impl Flow {
    pub(super) fn words(&mut self, raw: &str, kind: TextKind, out: &mut Vec<u8>) {
        let text = without_nul(if kind == TextKind::Literal || !raw.contains('&') { raw.into() } else { htmlize::unescape(raw) });
        if let Some(title) = &mut self.title {
            title.hear(&text);
        }
        let is_first = std::mem::take(&mut self.begins_code);
        if self.preformatted > 0 {
            // The standard drops the line end that a `pre` begins with (13.2.6.4.7).
            let text: Cow<'_, str> = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text };
            let text = text.strip_prefix('\n').filter(|_| is_first).unwrap_or(&text);
            for (n, part) in text.split('\n').enumerate() {
                if n > 0 {
                    self.end_preformatted_line(out);
                }
                self.line.push_str(part);
            }
            if self.line.len() > LINE_BYTES {
                self.end_preformatted_line(out);
            }
            return;
        }
        // Words with single spaces between them are taken at once.
        let (bytes, mut from, mut at) = (text.as_bytes(), 0, 0);
        while at < bytes.len() {
            let length = space_length(&text, at);
            let is_single = length == 1 && bytes[at] == b' ' && at > from && bytes.get(at + 1).is_some_and(|next| !MAY_BE_SPACE[usize::from(*next)]);
            if length == 0 || is_single {
                at += 1;
                continue;
            }
            self.word(&text[from..at]);
            self.space = true;
            at += length;
            from = at;
        }
        self.word(&text[from..]);
        self.bound_line(out);
    }

    /// Writes a line that is too long to be held; whether it was.
    pub(super) fn bound_line(&mut self, out: &mut Vec<u8>) -> bool {
        let is_endless = self.line.len() + self.markdown.as_ref().map_or(0, Markdown::held_bytes) > LINE_BYTES;
        if is_endless {
            self.put_endless(out);
        }
        is_endless
    }

    /// A line without end is written as far as it goes; a row that holds one is layout.
    fn put_endless(&mut self, out: &mut Vec<u8>) {
        self.let_row_flow(out);
        let (line, marks) = (std::mem::take(&mut self.line), std::mem::take(&mut self.marks));
        self.put_words(&line, marks, out);
        if let Some(markdown) = &mut self.markdown {
            markdown.begin_line(true);
        }
        self.gap = Gap::None;
    }

    fn word(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        if std::mem::take(&mut self.is_pictured) {
            self.space |= self.line.ends_with(char::is_alphanumeric) && word.starts_with(char::is_alphanumeric);
        }
        self.due_space();
        self.line.push_str(word);
    }

    pub(super) fn due_space(&mut self) {
        let is_parted = || self.line.ends_with(' ') && !self.markdown.as_ref().is_some_and(|markdown| markdown.ends_with_picture(self.line.len()));
        if self.space && !self.is_blank() && !is_parted() {
            self.line.push(' ');
        }
        self.space = false;
    }

    /// What moderation writes in place of a part of a text.
    pub(super) fn written(&mut self, edit: &Edit, kind: TextKind, out: &mut Vec<u8>) {
        let before = self.line.len();
        self.words(&edit.text, kind, out);
        // Of what reaches over a line's end the last line counts.
        let from = if self.line.len() < before { 0 } else { before };
        let space = usize::from(self.preformatted == 0 && self.line[from..].starts_with(' '));
        if self.line.len() > from + space {
            self.marks.push((edit.finding, from + space..self.line.len()));
        }
    }
}

/// Bytes of white space, or which white space begins with (Unicode, PropList.txt, `White_Space`).
static MAY_BE_SPACE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte, 9..=13 | 32 | 0xC2 | 0xE1..=0xE3);
        byte += 1;
    }
    table
};

/// Bytes of the white space that stands at a place; 0 where none begins.
#[inline]
fn space_length(text: &str, at: usize) -> usize {
    let byte = text.as_bytes()[at];
    if !MAY_BE_SPACE[usize::from(byte)] {
        return 0;
    }
    if byte.is_ascii() {
        return 1;
    }
    text[at..].chars().next().filter(|character| character.is_whitespace()).map_or(0, char::len_utf8)
}
