//! Blocks: what the model decides about, gathered while the page passes.
//!
//! A block is the text between two block edges or two line breaks; lines with one break between are gathered singly and joined
//! where they belong together, once it is known what rules took. Each open element leaves a small record of numbers; no
//! string is kept. All that needs the whole page is worked out at its end (see [`super::features`]).

mod piece;
mod scan;

use super::block::Block;
use super::comment;
use super::element::{Element, by_tag, inside, kind_of};
use super::tokens::{self, Tokens};
use crate::metadata::{Collector, Says, is_thread};
use crate::rewrite::button;
use crate::rewrite::tag::is;
use crate::rewrite::{Closing, ElementId, ElementRef, EventKind, KnownName, OpenElements, Tag, Window};
use crate::strip::queue::EventIndex;
use piece::Piece;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;
use std::ops::Range;

const ELEMENTS: usize = 200_000;
/// An element mostly takes more of a page; room for at most so many is made before they come.
const ELEMENT_BYTES: u64 = 64;
const EXPECTED_ELEMENTS: u64 = 16 * 1024;
/// Bits of the set of words that the title has.
const TITLE_BITS: usize = 2048;

/// What the class and id of an element say: log odds in sixteenths, a hash of the class, and whether each calls it a comment.
#[derive(Clone, Copy, Debug, Default)]
struct Named {
    score: i16,
    hash: u32,
    is_comment: bool,
    has_comment_id: bool,
}

/// Gathers the blocks of one page.
#[derive(Debug)]
pub(crate) struct Blocks {
    tokens: Tokens,
    pub(super) elements: Vec<Element>,
    pub(super) blocks: Vec<Block>,
    stack: Vec<(ElementId, u32)>,
    /// The open links, and how many blocks stand before each.
    links: Vec<(ElementId, usize)>,
    /// What class and id say, by both.
    known: FxHashMap<u64, Named>,
    pieces: Vec<Piece>,
    current: Block,
    /// Words of the page's title, as a set of hashes.
    title: Box<[u64; TITLE_BITS / 64]>,
    has_title: bool,
    in_title: bool,
    /// Hashes of the class and id words of each element; only for the dump of features.
    pub(super) token_log: Option<Vec<Vec<u32>>>,
    /// The texts of the blocks; only for the dump of features.
    pub(super) texts: Option<Vec<String>>,
    pub(super) images: u32,
    pub(super) forms: u32,
    /// Words inside of `noscript`.
    noscript_words: u32,
    /// Microdata of the page name a thread.
    names_thread: bool,
    /// What the page says it is.
    pub(super) says: Says,
    /// It says that it is an article, and when that was published.
    pub(super) is_dated_article: bool,
    /// Who wrote it: hashes of the words of each name.
    pub(super) authors: Vec<Vec<u32>>,
}

impl Blocks {
    pub(crate) fn new(tokens: Tokens, log: bool) -> Self {
        let root = Element {
            parent: 0,
            block: 0,
            tag: Tag::Unknown,
            depth: 0,
            inside: 0,
            signature: 0,
            make: 0,
            score: 0,
            lowest: 0,
            highest: 0,
            sum: 0,
            decayed: 0,
        };
        Blocks {
            tokens,
            elements: vec![root],
            blocks: Vec::new(),
            stack: Vec::new(),
            links: Vec::new(),
            known: FxHashMap::default(),
            pieces: Vec::new(),
            current: Block::default(),
            title: Box::new([0; TITLE_BITS / 64]),
            has_title: false,
            in_title: false,
            token_log: log.then(|| vec![Vec::new()]),
            texts: log.then(Vec::new),
            images: 0,
            forms: 0,
            noscript_words: 0,
            names_thread: false,
            says: Says::default(),
            is_dated_article: false,
            authors: Vec::new(),
        }
    }

    /// A page of so many bytes comes.
    pub(crate) fn expect(&mut self, bytes: u64) {
        self.elements.reserve((bytes / ELEMENT_BYTES).min(EXPECTED_ELEMENTS) as usize);
    }

    /// For the same page once more.
    pub(crate) fn again(&self) -> Self {
        Blocks::new(self.tokens.clone(), self.token_log.is_some())
    }

    /// Looks at the next event, which is number `at`.
    pub(crate) fn event(&mut self, kind: EventKind, range: Range<u64>, at: EventIndex, elements: &OpenElements, window: &Window) {
        match kind {
            EventKind::Text(kind) => self.text(kind, range, at, window),
            EventKind::Open { tag: Tag::Br, .. } => {
                let ends_line = !self.pieces.is_empty();
                if ends_line {
                    self.edge(at, window);
                }
                self.current.breaks += 1;
                self.current.joins = ends_line;
            }
            EventKind::Open { id, tag, void, .. } => {
                if tag.has(is::BLOCK) {
                    self.edge(at, window);
                }
                match tag {
                    Tag::Img => {
                        self.images += 1;
                        self.current.images += 1;
                    }
                    Tag::Input => self.current.inputs += 1,
                    _ => {}
                }
                if !void && let Some(element) = elements.last_opened() {
                    self.open(id, tag, element, elements);
                }
            }
            EventKind::Close { id, tag, how } => {
                if tag.has(is::BLOCK) {
                    self.edge(at, window);
                }
                if tag == Tag::A
                    && let Some(position) = self.links.iter().rposition(|(open, _)| *open == id)
                {
                    let (_, first) = self.links.remove(position);
                    // As in the stripper: without an end tag of its own it was meant for the line that it begins in.
                    if how != Closing::Own {
                        self.blocks.iter_mut().skip(first + 1).for_each(|block| block.linked = 0);
                    }
                }
                if tag == Tag::Title {
                    self.in_title = false;
                }
                if let Some(position) = self.stack.iter().rposition(|(open, _)| *open == id) {
                    let (_, number) = self.stack.remove(position);
                    self.leave(number, position);
                }
            }
            EventKind::Break { blank } => {
                let ends_line = !blank && !self.pieces.is_empty();
                self.edge(at, window);
                self.current.joins = ends_line;
            }
            EventKind::Stray { block: true } => self.edge(at, window),
            _ => {}
        }
    }

    fn open(&mut self, id: ElementId, tag: Tag, element: ElementRef<'_>, elements: &OpenElements) {
        if self.elements.len() >= ELEMENTS {
            return;
        }
        let parent = self.innermost();
        let above = self.elements[parent as usize];
        let class = element.get(KnownName::Class).unwrap_or_default();
        let name = element.get(KnownName::Id).unwrap_or_default();
        let Named { score, hash, is_comment, has_comment_id } = self.named(class, name);
        if let Some(kind) = element.get(KnownName::Itemtype) {
            self.names_thread |= is_thread(kind.trim_end());
        }
        let mut own = kind_of(tag, element);
        // The id of a section is mostly made of its heading.
        let is_comment = is_comment || has_comment_id && !matches!(tag, Tag::Section | Tag::Article);
        if is_comment && tag.has(is::BLOCK) && !tag.has(is::HEADING) && !matches!(tag, Tag::Html | Tag::Body | Tag::Main | Tag::Blockquote) {
            own |= inside::CALLED_COMMENT;
        }
        let mut inside = above.inside & !inside::CALLED_COMMENT | own;
        if tag == Tag::Button && button::is_read(element.source(), elements.stack().iter().any(|open| open.tag.has(is::HEADING)))
            || inside & inside::PRESSED != 0 && button::is_read_inside(tag)
        {
            inside &= !inside::PRESSED;
        }
        if tag == Tag::Body {
            inside &= !inside::HEADER;
        }
        let number = self.elements.len() as u32;
        let make = hash ^ (tag as u32) << 8;
        let signature = (above.signature.rotate_left(5) ^ make).wrapping_mul(0x9E37_79B1);
        self.elements.push(Element {
            parent,
            block: if tag.has(is::BLOCK) { number } else { above.block },
            tag,
            depth: above.depth.saturating_add(1),
            inside,
            signature,
            make,
            score,
            lowest: above.lowest.min(score),
            highest: above.highest.max(score),
            sum: above.sum.saturating_add(score),
            decayed: (above.decayed / 4 * 3).saturating_add(score),
        });
        if let Some(log) = &mut self.token_log {
            let mut hashes = Vec::new();
            tokens::words(class, name, |hash| hashes.push(hash));
            log.push(hashes);
        }
        self.stack.push((id, number));
        match tag {
            Tag::A if own & inside::LINK != 0 => {
                self.current.links += 1;
                self.links.push((id, self.blocks.len()));
            }
            Tag::Time => self.current.times += 1,
            Tag::Form => self.forms += 1,
            Tag::Title => self.in_title = true,
            _ => {}
        }
    }

    /// What an element made of the text in it ends where the element is closed before those inside of it, as links are by the
    /// next link (13.2.4.3): they are open still, from `position` of the stack on.
    fn leave(&mut self, number: u32, position: usize) {
        let left = self.elements[number as usize];
        let around = self.elements[left.parent as usize].inside;
        let mut gone = left.inside & !around & inside::OF_TEXT;
        for (_, inner) in &self.stack[position..] {
            let inner = &mut self.elements[*inner as usize];
            gone &= !by_tag(inner.tag);
            inner.inside &= !gone;
        }
    }

    fn innermost(&self) -> u32 {
        self.stack.last().map_or(0, |(_, number)| *number)
    }

    fn named(&mut self, class: &str, name: &str) -> Named {
        if class.is_empty() && name.is_empty() {
            return Named::default();
        }
        let mut hasher = FxHasher::default();
        hasher.write(class.as_bytes());
        let by_class = hasher.finish() as u32;
        hasher.write_u8(0);
        hasher.write(name.as_bytes());
        let tokens = &self.tokens;
        let named =
            || Named { score: tokens.score(class, name), hash: by_class, is_comment: comment::is_class(class), has_comment_id: comment::is_id(name) };
        *self.known.entry(hasher.finish()).or_insert_with(named)
    }

    /// Joins lines that a single break parts: verse, addresses, a label's few words. Paragraphs stay apart, and so does what a
    /// rule took from what it left.
    pub(super) fn join_lines(&mut self) {
        if !self.blocks.iter().any(|block| block.joins) {
            return;
        }
        let lines = std::mem::take(&mut self.blocks);
        let texts = self.texts.as_mut().map(std::mem::take);
        let mut texts = texts.into_iter().flatten();
        for line in lines {
            let text = texts.next();
            match self.blocks.last_mut() {
                Some(last) if line.joins && last.removal == line.removal && !last.is_paragraph_line() && !line.is_paragraph_line() => {
                    last.join(line);
                    if let (Some(texts), Some(text)) = (&mut self.texts, text)
                        && let Some(last) = texts.last_mut()
                    {
                        last.push('\n');
                        last.push_str(&text);
                    }
                }
                _ => {
                    self.blocks.push(line);
                    if let (Some(texts), Some(text)) = (&mut self.texts, text) {
                        texts.push(text);
                    }
                }
            }
        }
    }

    /// Whether the readable page stands inside of `noscript`: over twice the words outside.
    pub(crate) fn stands_in_noscript(&self) -> bool {
        self.noscript_words > 2 * self.all_words()
    }

    /// Takes over what the page says of itself.
    pub(crate) fn note_declared(&mut self, metadata: &Collector) {
        self.says = metadata.says();
        self.says.thread |= self.names_thread;
        self.is_dated_article = self.says.article && !self.says.list && metadata.is_dated();
        let byline = metadata.declared_byline().unwrap_or_default();
        self.authors = byline.split([',', '،', ';', '&', '、']).map(piece::word_hashes).filter(|name| !name.is_empty()).collect();
    }

    /// The innermost element of some kind around one, itself included.
    pub(super) fn enclosing(&self, mut at: u32, is_wanted: impl Fn(Tag) -> bool) -> Option<u32> {
        while at != 0 && !is_wanted(self.elements[at as usize].tag) {
            at = self.elements[at as usize].parent;
        }
        (at != 0).then_some(at)
    }

    /// Words of the page, in links and out of them.
    pub(crate) fn all_words(&self) -> u32 {
        self.blocks.iter().map(|block| block.words).sum()
    }

    /// Words of the page's paragraphs.
    pub(crate) fn paragraph_words(&self) -> u32 {
        self.blocks.iter().map(super::features::good_words).sum()
    }

    /// Ends the page; `at` is the number after the last event.
    pub(crate) fn finish(&mut self, at: EventIndex, window: &Window) {
        self.edge(at, window);
    }
}
