//! The text of the block that is being read: it comes in pieces, and when the block ends they are read at once.

use super::scan::Scan;
use super::{Blocks, TITLE_BITS};
use crate::rewrite::{Tag, TextKind, Window};
use crate::strip::ending::{Ending, is_reference};
use crate::strip::line::is_no_heading;
use crate::strip::model::block::{Block, FIRST_WORDS};
use crate::strip::model::element::inside;
use crate::strip::queue::EventIndex;
use crate::strip::word_count::count_words;
use std::borrow::Cow;
use std::ops::Range;

/// A text of the block that is being read.
#[derive(Debug)]
pub(super) struct Piece {
    range: Range<u64>,
    inside: u32,
}

/// More blocks than this are not told apart: the rest of an endless page is left to the rules.
const BLOCKS: usize = 20_000;

impl Blocks {
    pub(super) fn text(&mut self, kind: TextKind, range: Range<u64>, at: EventIndex, window: &Window) {
        if kind == TextKind::Rcdata && self.in_title && !self.has_title {
            self.title_words(window.text(range));
            return;
        }
        let number = self.innermost();
        if kind == TextKind::Raw && self.elements[number as usize].tag == Tag::Noscript {
            self.noscript_words +=
                window.text(range).split('<').map(|text| count_words(text.split_once('>').map_or(text, |(_, text)| text))).sum::<u32>();
            return;
        }
        if !matches!(kind, TextKind::Data | TextKind::Literal) {
            return;
        }
        let around = self.elements[number as usize].inside;
        if around & (inside::UNREAD | inside::PRESSED) != 0 {
            return;
        }
        let text = window.text(range.clone());
        let blank = text.bytes().all(|byte| byte.is_ascii_whitespace());
        if blank && self.pieces.is_empty() {
            return;
        }
        if self.pieces.is_empty() {
            self.current.element = number;
            self.current.text = at;
        }
        match self.pieces.last_mut() {
            Some(last) if last.range.end == range.start && last.inside == around => last.range.end = range.end,
            _ => self.pieces.push(Piece { range, inside: around }),
        }
    }

    fn title_words(&mut self, text: &str) {
        self.has_title = true;
        let mut scan = Scan::default();
        let title = &mut self.title;
        scan.text(&read(text), |hash| {
            let bit = hash as usize % TITLE_BITS;
            title[bit / 64] |= 1 << (bit % 64);
        });
    }

    /// Event `at` ends a block.
    pub(super) fn edge(&mut self, at: EventIndex, window: &Window) {
        if !self.pieces.is_empty() {
            self.end_block(at, window);
        }
        let images = std::mem::take(&mut self.current.images);
        self.current = Block { events: at + 1..at + 1, images, ..Block::default() };
    }

    fn end_block(&mut self, at: EventIndex, window: &Window) {
        let mut scan = Scan::default();
        let (mut linked, mut leading, mut bold, mut code, mut times) = (0, 0, 0, 0, 0);
        let mut title_words = 0;
        let (mut first_words, mut known) = ([0; FIRST_WORDS], 0);
        let title = &self.title;
        for piece in &self.pieces {
            let before = scan.words;
            scan.text(&read(window.text(piece.range.clone())), |hash| {
                let bit = hash as usize % TITLE_BITS;
                title_words += (title[bit / 64] >> (bit % 64) & 1) as u32;
                if let Some(word) = first_words.get_mut(known) {
                    (*word, known) = (hash, known + 1);
                }
            });
            let words = scan.words - before;
            linked += if piece.inside & inside::LINK != 0 { words } else { 0 };
            leading += if piece.inside & (inside::LINK | inside::HERE) == inside::LINK { words } else { 0 };
            bold += if piece.inside & inside::BOLD != 0 { words } else { 0 };
            code += if piece.inside & inside::CODE != 0 { words } else { 0 };
            times += u32::from(piece.inside & inside::TIME != 0);
        }
        let mut block = std::mem::take(&mut self.current);
        let texts = || self.pieces.iter().rev().map(|piece| window.text(piece.range.clone())).filter(|text| !text.trim_ascii().is_empty());
        let last = texts().find(|text| !is_reference(text)).or_else(|| texts().next());
        if scan.bytes == 0 || self.blocks.len() >= BLOCKS {
            self.pieces.clear();
            return;
        }
        let ending = last.map(Ending::of).unwrap_or_default();
        (block.ends_sentence, block.asks, block.first_words) = (ending.sentence, ending.asks, first_words);
        block.events.end = at;
        (block.words, block.linked, block.bold, block.code) = (scan.words, linked, bold, code);
        (block.bytes, block.stops, block.commas, block.digits, block.capitals) = (scan.bytes, scan.stops, scan.commas, scan.digits, scan.capitals);
        block.leading = leading;
        block.times = block.times.max(times);
        block.title_words = title_words;
        block.hash = scan.hash();
        let mut items = 0u8;
        for (_, number) in &self.stack {
            let tag = self.elements[*number as usize].tag;
            items = items.saturating_add(u8::from(tag == Tag::Li));
            block.heading = tag.heading_level().unwrap_or(block.heading);
        }
        block.items = items;
        if is_no_heading(block.words, &ending) {
            block.heading = 0;
        }
        if let Some(texts) = &mut self.texts {
            let text: String = self.pieces.iter().map(|piece| window.text(piece.range.clone())).collect();
            texts.push(htmlize::unescape(&text).into_owned());
        }
        self.pieces.clear();
        self.blocks.push(block);
    }
}

/// The hashes of a text's words, as blocks know their first ones.
pub(super) fn word_hashes(text: &str) -> Vec<u32> {
    let mut hashes = Vec::new();
    Scan::default().text(text, |hash| hashes.push(hash));
    hashes
}

/// A text as it is read: whole pages are written in character references.
fn read(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_some() { htmlize::unescape(text) } else { text.into() }
}
