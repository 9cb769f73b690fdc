//! Blocks: what the model decides about, gathered while the page passes.
//!
//! A block is the text between two block edges or two line breaks; lines with one break between are gathered singly and joined
//! where they belong together, once it is known what rules took. Each open element leaves a small record of numbers; no
//! string is kept. All that needs the whole page is worked out at its end (see [`super::features`]).

use super::tokens::Tokens;
use crate::metadata::{Collector, is_thread};
use crate::rewrite::tag::is;
use crate::rewrite::{Closing, ElementId, ElementRef, EventKind, KnownName, OpenElements, Tag, TextKind, Window};
use crate::strip::line;
use crate::strip::queue::EventIndex;
use rustc_hash::{FxHashMap, FxHasher};
use std::borrow::Cow;
use std::hash::Hasher;
use std::ops::Range;

/// What an element or one around it is, as bits.
pub(super) mod inside {
    pub(in super::super) const ARTICLE: u32 = 1;
    pub(in super::super) const MAIN: u32 = 1 << 1;
    pub(in super::super) const NAV: u32 = 1 << 2;
    pub(in super::super) const HEADER: u32 = 1 << 3;
    pub(in super::super) const FOOTER: u32 = 1 << 4;
    pub(in super::super) const ASIDE: u32 = 1 << 5;
    pub(in super::super) const FORM: u32 = 1 << 6;
    pub(in super::super) const TABLE: u32 = 1 << 7;
    pub(in super::super) const LIST: u32 = 1 << 8;
    pub(in super::super) const FIGURE: u32 = 1 << 9;
    pub(in super::super) const SECTION: u32 = 1 << 10;
    pub(in super::super) const QUOTE: u32 = 1 << 11;
    pub(in super::super) const HIDDEN: u32 = 1 << 12;
    pub(in super::super) const BODY: u32 = 1 << 13;
    pub(in super::super) const REPLY: u32 = 1 << 14;
    pub(in super::super) const DIALOG: u32 = 1 << 15;
    pub(in super::super) const PRE: u32 = 1 << 16;
    /// An answer to a question; what a site answers itself is no reply.
    pub(in super::super) const ANSWER: u32 = 1 << 17;
    /// So many bits, the first ones, are features, one column each.
    pub(in super::super) const COLUMNS: u32 = 17;
    pub(in super::super) const LINK: u32 = 1 << 20;
    pub(in super::super) const BOLD: u32 = 1 << 21;
    pub(in super::super) const CODE: u32 = 1 << 22;
    /// Its text is not part of what a reader reads on.
    pub(in super::super) const UNREAD: u32 = 1 << 23;
    pub(in super::super) const TIME: u32 = 1 << 24;
    /// What is no feature of an element, but of the text in it.
    pub(in super::super) const OF_TEXT: u32 = LINK | BOLD | CODE | UNREAD | TIME;
}

/// What is kept of an element. Numbers of elements are indices into [`Blocks::elements`]; a parent comes before its children.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    pub(super) parent: u32,
    /// The nearest element that parts lines, itself included.
    pub(super) block: u32,
    pub(super) tag: Tag,
    pub(super) depth: u16,
    pub(super) inside: u32,
    /// Tells elements of one make from others: the signatures, tags and classes on the path.
    pub(super) signature: u32,
    /// What its class and id say, in sixteenths of log odds; then over the path from the root.
    pub(super) score: i16,
    pub(super) lowest: i16,
    pub(super) highest: i16,
    pub(super) sum: i16,
    pub(super) decayed: i16,
}

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
    fn is_paragraph_line(&self) -> bool {
        self.ends_sentence && self.bytes >= PARAGRAPH_BYTES
    }

    /// Adds the next line.
    fn join(&mut self, line: Block) {
        self.events.end = line.events.end;
        self.words += line.words;
        self.linked += line.linked;
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
        self.hash = self.hash.rotate_left(5) ^ line.hash;
    }
}

/// A text of the block that is being read.
#[derive(Debug)]
struct Piece {
    range: Range<u64>,
    inside: u32,
}

/// More blocks than this are not told apart: the rest of an endless page is left to the rules.
const BLOCKS: usize = 20_000;
const ELEMENTS: usize = 200_000;
/// A line of so many bytes that ends like a sentence is a paragraph; lines of verse and addresses are shorter.
const PARAGRAPH_BYTES: u32 = 100;
/// An element mostly takes more of a page; room for at most so many is made before they come.
const ELEMENT_BYTES: u64 = 64;
const EXPECTED_ELEMENTS: u64 = 16 * 1024;
/// Bits of the set of words that the title has.
const TITLE_BITS: usize = 2048;

/// Gathers the blocks of one page.
#[derive(Debug)]
pub(crate) struct Blocks {
    tokens: Tokens,
    pub(super) elements: Vec<Element>,
    pub(super) blocks: Vec<Block>,
    stack: Vec<(ElementId, u32)>,
    /// The open links, and how many blocks stand before each.
    links: Vec<(ElementId, usize)>,
    /// Scores and hashes of class and id, by both.
    known: FxHashMap<u64, (i16, u32)>,
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
    /// The page says that it is a thread of a forum, or questions and answers.
    pub(super) says_thread: bool,
    /// The page says that it is an article, a product, a recipe.
    pub(super) says_work: bool,
    /// The page says that it is an article.
    pub(super) says_article: bool,
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
            says_thread: false,
            says_work: false,
            says_article: false,
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
                    self.open(id, tag, element);
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

    fn open(&mut self, id: ElementId, tag: Tag, element: ElementRef<'_>) {
        if self.elements.len() >= ELEMENTS {
            return;
        }
        let parent = self.innermost();
        let above = self.elements[parent as usize];
        let class = element.get(KnownName::Class).unwrap_or_default();
        let name = element.get(KnownName::Id).unwrap_or_default();
        let (score, hash) = self.named(class, name);
        if let Some(kind) = element.get(KnownName::Itemtype) {
            self.says_thread |= is_thread(kind.trim_end());
        }
        let own = self.kind_of(tag, element);
        let mut inside = above.inside | own;
        if tag == Tag::Body {
            inside &= !inside::HEADER;
        }
        let number = self.elements.len() as u32;
        let signature = (above.signature.rotate_left(5) ^ hash ^ (tag as u32) << 8).wrapping_mul(0x9E37_79B1);
        self.elements.push(Element {
            parent,
            block: if tag.has(is::BLOCK) { number } else { above.block },
            tag,
            depth: above.depth.saturating_add(1),
            inside,
            signature,
            score,
            lowest: above.lowest.min(score),
            highest: above.highest.max(score),
            sum: above.sum.saturating_add(score),
            decayed: (above.decayed / 4 * 3).saturating_add(score),
        });
        if let Some(log) = &mut self.token_log {
            let mut hashes = Vec::new();
            super::tokens::words(class, name, |hash| hashes.push(hash));
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

    fn named(&mut self, class: &str, name: &str) -> (i16, u32) {
        if class.is_empty() && name.is_empty() {
            return (0, 0);
        }
        let mut hasher = FxHasher::default();
        hasher.write(class.as_bytes());
        let by_class = hasher.finish() as u32;
        hasher.write_u8(0);
        hasher.write(name.as_bytes());
        let tokens = &self.tokens;
        *self.known.entry(hasher.finish()).or_insert_with(|| (tokens.score(class, name), by_class))
    }

    fn kind_of(&self, tag: Tag, element: ElementRef<'_>) -> u32 {
        let mut bits = if element.is_anchor() { 0 } else { by_tag(tag) };
        if let Some(role) = element.get(KnownName::Role) {
            bits |= match role.trim() {
                "main" => inside::MAIN,
                "article" => inside::ARTICLE,
                "navigation" | "menu" | "menubar" | "tablist" => inside::NAV,
                "banner" => inside::HEADER,
                "contentinfo" => inside::FOOTER,
                "complementary" => inside::ASIDE,
                "search" | "form" => inside::FORM,
                "dialog" | "alertdialog" => inside::DIALOG,
                _ => 0,
            };
        }
        if let Some(style) = element.get(KnownName::Style)
            && style.contains("display")
            && (style.contains("display:none") || style.contains("display: none"))
        {
            bits |= inside::HIDDEN;
        }
        if element.get(KnownName::Hidden).is_some() {
            bits |= inside::HIDDEN;
        }
        if let Some(prop) = element.get(KnownName::Itemprop) {
            bits |= match prop.trim() {
                "articleBody" | "description" | "text" | "reviewBody" | "recipeInstructions" => inside::BODY,
                "comment" | "review" => inside::REPLY,
                _ => 0,
            };
        }
        if let Some(kind) = element.get(KnownName::Itemtype)
            && ["Comment", "Review", "UserComments", "Answer"].iter().any(|name| kind.trim_end().ends_with(name))
        {
            bits |= inside::REPLY;
            bits |= if kind.trim_end().ends_with("Answer") { inside::ANSWER } else { 0 };
        }
        bits
    }

    fn text(&mut self, kind: TextKind, range: Range<u64>, at: EventIndex, window: &Window) {
        if kind == TextKind::Rcdata && self.in_title && !self.has_title {
            self.title_words(window.text(range));
            return;
        }
        let number = self.innermost();
        if kind == TextKind::Raw && self.elements[number as usize].tag == Tag::Noscript {
            self.noscript_words +=
                window.text(range).split('<').map(|text| line::count_words(text.split_once('>').map_or("", |(_, text)| text))).sum::<u32>();
            return;
        }
        if !matches!(kind, TextKind::Data | TextKind::Literal) {
            return;
        }
        let around = self.elements[number as usize].inside;
        if around & inside::UNREAD != 0 {
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
    fn edge(&mut self, at: EventIndex, window: &Window) {
        if !self.pieces.is_empty() {
            self.end_block(at, window);
        }
        let images = std::mem::take(&mut self.current.images);
        self.current = Block { events: at + 1..at + 1, images, ..Block::default() };
    }

    fn end_block(&mut self, at: EventIndex, window: &Window) {
        let mut scan = Scan::default();
        let (mut linked, mut bold, mut code, mut times) = (0, 0, 0, 0);
        let mut title_words = 0;
        let title = &self.title;
        for piece in &self.pieces {
            let before = scan.words;
            scan.text(&read(window.text(piece.range.clone())), |hash| {
                let bit = hash as usize % TITLE_BITS;
                title_words += (title[bit / 64] >> (bit % 64) & 1) as u32;
            });
            let words = scan.words - before;
            linked += if piece.inside & inside::LINK != 0 { words } else { 0 };
            bold += if piece.inside & inside::BOLD != 0 { words } else { 0 };
            code += if piece.inside & inside::CODE != 0 { words } else { 0 };
            times += u32::from(piece.inside & inside::TIME != 0);
        }
        let mut block = std::mem::take(&mut self.current);
        let last = self.pieces.iter().rev().map(|piece| window.text(piece.range.clone())).find(|text| !text.trim_ascii().is_empty());
        if scan.bytes == 0 || self.blocks.len() >= BLOCKS {
            self.pieces.clear();
            return;
        }
        block.ends_sentence = last.is_some_and(line::ends_sentence);
        block.events.end = at;
        (block.words, block.linked, block.bold, block.code) = (scan.words, linked, bold, code);
        (block.bytes, block.stops, block.commas, block.digits, block.capitals) = (scan.bytes, scan.stops, scan.commas, scan.digits, scan.capitals);
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
        if let Some(texts) = &mut self.texts {
            let text: String = self.pieces.iter().map(|piece| window.text(piece.range.clone())).collect();
            texts.push(htmlize::unescape(&text).into_owned());
        }
        self.pieces.clear();
        self.blocks.push(block);
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
        self.says_thread |= metadata.says_thread();
        self.says_work |= metadata.says_work();
        self.says_article = metadata.says_article();
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

/// A text as it is read: whole pages are written in character references.
fn read(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_some() { htmlize::unescape(text) } else { text.into() }
}

/// What an element is by its tag alone.
fn by_tag(tag: Tag) -> u32 {
    match tag {
        Tag::Article => inside::ARTICLE,
        Tag::Main => inside::MAIN,
        Tag::Nav => inside::NAV,
        Tag::Header => inside::HEADER,
        Tag::Footer => inside::FOOTER,
        Tag::Aside => inside::ASIDE,
        Tag::Form | Tag::Fieldset | Tag::Label => inside::FORM,
        Tag::Table => inside::TABLE,
        Tag::Ul | Tag::Ol | Tag::Menu => inside::LIST,
        Tag::Figure | Tag::Figcaption => inside::FIGURE,
        Tag::Section => inside::SECTION,
        Tag::Blockquote => inside::QUOTE,
        Tag::Dialog => inside::DIALOG,
        Tag::Pre => inside::PRE | inside::CODE,
        Tag::A => inside::LINK,
        Tag::B | Tag::Strong => inside::BOLD,
        Tag::Code | Tag::Samp | Tag::Kbd => inside::CODE,
        Tag::Time => inside::TIME,
        Tag::Button | Tag::Select | Tag::Object | Tag::Applet => inside::UNREAD,
        tag if tag.has(is::UNSEEN) => inside::UNREAD,
        _ => 0,
    }
}

/// Counts what a text is made of.
#[derive(Default)]
struct Scan {
    words: u32,
    bytes: u32,
    stops: u32,
    commas: u32,
    digits: u32,
    capitals: u32,
    /// Of the bytes that are no white space, eight at a time.
    hash: u64,
    /// Those that are not in it.
    rest: u64,
}

impl Scan {
    /// Tells texts apart, however their words are parted.
    fn hash(&self) -> u64 {
        mix(mix(self.hash, self.rest), u64::from(self.bytes))
    }

    /// Adds a byte that is no white space.
    #[inline]
    fn take(&mut self, byte: u8) {
        self.bytes += 1;
        self.rest = self.rest << 8 | u64::from(byte);
        if self.bytes.is_multiple_of(8) {
            self.hash = mix(self.hash, std::mem::take(&mut self.rest));
        }
    }

    fn text(&mut self, text: &str, mut word: impl FnMut(u32)) {
        let (mut inside, mut hash, mut ideographs) = (false, 0u32, 0u32);
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let class = CLASS[usize::from(byte)];
            if class <= DIGIT {
                // A run of letters and digits at once.
                if !inside {
                    (inside, hash) = (true, 0);
                    self.words += 1;
                }
                let (mut class, mut byte) = (class, byte);
                loop {
                    self.take(byte);
                    hash = (hash.rotate_left(5) ^ u32::from(byte | 0x20)).wrapping_mul(0x9E37_79B1);
                    self.digits += u32::from(class == DIGIT);
                    self.capitals += u32::from(class == CAPITAL);
                    at += 1;
                    let Some(&next) = bytes.get(at) else { break };
                    (byte, class) = (next, CLASS[usize::from(next)]);
                    if class > DIGIT {
                        break;
                    }
                }
                continue;
            }
            at += 1;
            if class == SPACE {
                if inside {
                    word(hash);
                    inside = false;
                }
                continue;
            }
            self.take(byte);
            let low = u32::from(byte | 0x20);
            match class {
                STOP => self.stops += 1,
                COMMA => self.commas += 1,
                INNER => hash = (hash.rotate_left(5) ^ low).wrapping_mul(0x9E37_79B1),
                LEAD => {
                    // Marks of other scripts: Arabic comma, semicolon and question mark, the ideographic stop and commas, the danda.
                    match (byte, bytes.get(at), bytes.get(at + 1)) {
                        (0xD8, Some(0x8C | 0x9B), _) | (0xE3, Some(0x80), Some(0x81)) | (0xEF, Some(0xBC), Some(0x8C)) => self.commas += 1,
                        (0xD8, Some(0x9F), _) | (0xDB, Some(0x94), _) | (0xE3, Some(0x80), Some(0x82)) | (0xE0, Some(0xA5), Some(0xA4)) => {
                            self.stops += 1;
                        }
                        (0xE3..=0xE9, ..) => {
                            ideographs += 1;
                            if std::mem::take(&mut inside) {
                                word(hash);
                            }
                        }
                        // Punctuation, signs, and the mark that files begin with.
                        (0xC2 | 0xE2, ..) | (0xEF, Some(0xBB), Some(0xBF)) => {}
                        _ => {
                            if !inside {
                                (inside, hash) = (true, 0);
                                self.words += 1;
                            }
                            hash = (hash.rotate_left(5) ^ low).wrapping_mul(0x9E37_79B1);
                        }
                    }
                }
                _ => {}
            }
        }
        if inside {
            word(hash);
        }
        self.words += ideographs.div_ceil(2);
    }
}

#[inline]
fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)
}

const LETTER: u8 = 0;
const CAPITAL: u8 = 1;
const DIGIT: u8 = 2;
const SPACE: u8 = 3;
const OTHER: u8 = 4;
const STOP: u8 = 5;
const COMMA: u8 = 6;
/// A byte inside a character.
const INNER: u8 = 7;
/// The first byte of a character outside of ASCII.
const LEAD: u8 = 8;

static CLASS: [u8; 256] = {
    let mut table = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0C => SPACE,
            b'a'..=b'z' | b'&' => LETTER,
            b'A'..=b'Z' => CAPITAL,
            b'0'..=b'9' => DIGIT,
            b'.' | b'!' | b'?' => STOP,
            b',' | b';' | b':' => COMMA,
            0x80..=0xBF => INNER,
            0xC0.. => LEAD,
            _ => OTHER,
        };
        byte += 1;
    }
    table
};
