//! A block of text: what is counted in it, and what rules did to it.

use crate::strip::queue::EventIndex;
use std::ops::Range;

/// A line of so many bytes that ends like a sentence is a paragraph; lines of verse and addresses are shorter.
const PARAGRAPH_BYTES: u32 = 100;

/// So many words at the beginning of a block are known.
pub(super) const FIRST_WORDS: usize = 4;

/// A block of text.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    /// The innermost element around its first text.
    pub(super) element: u32,
    /// Its events, and the first one of text.
    pub(super) events: Range<EventIndex>,
    pub(super) text: EventIndex,
    pub(super) words: u32,
    pub(super) linked: u32,
    /// Words in links that lead elsewhere.
    pub(super) leading: u32,
    pub(super) bold: u32,
    pub(super) code: u32,
    pub(super) bytes: u32,
    pub(super) stops: u32,
    pub(super) commas: u32,
    pub(super) digits: u32,
    pub(super) capitals: u32,
    pub(super) links: u32,
    pub(super) images: u32,
    pub(super) inputs: u32,
    pub(super) breaks: u32,
    pub(super) times: u32,
    pub(super) title_words: u32,
    pub(super) ends_sentence: bool,
    /// It ends with a question mark.
    pub(super) asks: bool,
    /// Hashes of its first words.
    pub(super) first_words: [u32; FIRST_WORDS],
    pub(super) heading: u8,
    pub(super) items: u8,
    /// Tells texts apart.
    pub(super) hash: u64,
    /// A rule has taken it.
    pub(super) dropped: bool,
    /// A rule that does not give way has.
    pub(super) fixed: bool,
    /// Nothing but one line break parts it from the block before.
    pub(super) joins: bool,
    /// By a phrase, not by a selector.
    pub(super) by_text: bool,
    /// A rule says that it is content.
    pub(super) pinned: bool,
    /// Number of the removal, and its pack by [`super::PACKS`].
    pub(super) removal: u32,
    pub(super) pack: u8,
}

impl Block {
    pub(super) fn is_paragraph_line(&self) -> bool {
        self.ends_sentence && self.bytes >= PARAGRAPH_BYTES
    }

    /// Adds the next line.
    pub(super) fn join(&mut self, line: Block) {
        self.events.end = line.events.end;
        self.words += line.words;
        self.linked += line.linked;
        self.leading += line.leading;
        self.bold += line.bold;
        self.code += line.code;
        self.bytes += line.bytes;
        self.stops += line.stops;
        self.commas += line.commas;
        self.digits += line.digits;
        self.capitals += line.capitals;
        self.links += line.links;
        self.images += line.images;
        self.inputs += line.inputs;
        self.breaks += line.breaks;
        self.times = self.times.max(line.times);
        self.title_words += line.title_words;
        self.ends_sentence = line.ends_sentence;
        self.asks = line.asks;
        self.hash = self.hash.rotate_left(5) ^ line.hash;
    }
}
