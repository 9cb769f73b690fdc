//! Features: what the model knows of each block, one byte each, one column after the other.
//!
//! All are whole numbers worked out from the page alone, so that training and running see the same bytes. Counts are on a
//! logarithmic scale ([`count`]), shares in 255ths ([`share`]).

use super::block::Block;
use super::blocks::Blocks;
use super::element::{Element, inside};
use crate::rewrite::Tag;
use rustc_hash::FxHashMap;
use std::fmt::Display;

/// A count as a byte: sixteen steps an octave, exact below 16, up to 65,535.
#[inline]
pub(super) fn count(value: u32) -> u8 {
    let value = value.saturating_add(1).min(65_535);
    let exponent = 31 - value.leading_zeros();
    let mantissa = if exponent >= 4 { value >> (exponent - 4) } else { value << (4 - exponent) } & 15;
    (exponent * 16 + mantissa) as u8
}

/// Whole numbers of which 255 are still one.
const SHORT: u32 = u32::MAX / 255;

/// A share in 255ths; 0 of nothing is 0.
#[inline]
pub(super) fn share(part: u32, whole: u32) -> u8 {
    let part = part.min(whole);
    match whole {
        0 => 0,
        // Division of short numbers is far cheaper.
        1..=SHORT => (part * 255 / whole) as u8,
        _ => (u64::from(part) * 255 / u64::from(whole)) as u8,
    }
}

#[inline]
fn signed(value: i32) -> u8 {
    (128 + value.clamp(-128, 127)) as u8
}

/// Signed distance on the logarithmic scale, in quarter octaves.
#[inline]
fn distance(value: i32) -> u8 {
    let size = i32::from(count(value.unsigned_abs())) / 2;
    signed(if value < 0 { -size } else { size })
}

/// The features of all blocks of a page.
#[derive(Debug, Default)]
pub(crate) struct Features {
    /// Count of blocks.
    pub(crate) rows: usize,
    /// One column after the other, a byte a block.
    pub(crate) bytes: Vec<u8>,
    /// The names of the columns, only when they were asked for.
    pub(crate) names: Option<Vec<String>>,
}

impl Features {
    pub(super) fn column(&self, number: usize) -> &[u8] {
        self.bytes.get(number * self.rows..(number + 1) * self.rows).unwrap_or_default()
    }

    pub(super) fn columns(&self) -> usize {
        self.bytes.len().checked_div(self.rows).unwrap_or(0)
    }

    fn add(&mut self, name: impl Display, column: impl Iterator<Item = u8>) {
        self.bytes.extend(column);
        if let Some(names) = &mut self.names {
            names.push(name.to_string());
        }
    }
}

/// What an element holds, its children included.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    words: u32,
    linked: u32,
    blocks: u32,
    sentences: u32,
    /// Words of paragraphs: 12 or more words outside of links, and a sentence ends.
    good: u32,
    images: u32,
    times: u32,
    first: u32,
    last: u32,
}

impl Totals {
    fn add(&mut self, other: &Totals) {
        if other.blocks == 0 {
            return;
        }
        if self.blocks == 0 {
            (self.first, self.last) = (other.first, other.last);
        }
        self.words += other.words;
        self.linked += other.linked;
        self.blocks += other.blocks;
        self.sentences += other.sentences;
        self.good += other.good;
        self.images += other.images;
        self.times += other.times;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Make {
    count: u32,
    words: u32,
    squares: u64,
    linked: u32,
    sentences: u32,
    good: u32,
}

impl Make {
    fn add(&mut self, block: &Block) {
        self.count += 1;
        self.words += block.words;
        self.squares += u64::from(block.words) * u64::from(block.words);
        self.linked += block.linked;
        self.sentences += u32::from(block.ends_sentence);
        self.good += good_words(block);
    }

    fn mean(&self) -> u32 {
        self.words / self.count.max(1)
    }

    /// Standard deviation of the words over their mean.
    fn spread(&self) -> u8 {
        let (n, words) = (f64::from(self.count.max(1)), f64::from(self.words));
        let variance = (self.squares as f64 / n - (words / n) * (words / n)).max(0.0);
        share((variance.sqrt() * 64.0) as u32, (words / n * 256.0) as u32 + 1)
    }
}

/// Words of a paragraph; 0 for other blocks.
pub(super) fn good_words(block: &Block) -> u32 {
    if block.ends_sentence && block.words - block.linked.min(block.words) >= 12 { block.words } else { 0 }
}

fn kind(tag: Tag) -> u8 {
    match tag {
        Tag::P => 1,
        Tag::Div => 2,
        Tag::Li => 3,
        Tag::Td => 4,
        Tag::Th => 5,
        Tag::Dt => 6,
        Tag::Dd => 7,
        Tag::H1 => 8,
        Tag::H2 => 9,
        Tag::H3 => 10,
        Tag::H4 => 11,
        Tag::H5 | Tag::H6 => 12,
        Tag::Pre => 13,
        Tag::Blockquote => 14,
        Tag::Figcaption | Tag::Figure | Tag::Caption => 15,
        Tag::Article => 16,
        Tag::Section => 17,
        Tag::Ul | Tag::Ol => 18,
        Tag::Body | Tag::Main => 19,
        Tag::Header => 20,
        Tag::Footer => 21,
        Tag::Nav | Tag::Aside => 22,
        Tag::Tr | Tag::Tbody | Tag::Table => 23,
        Tag::Address => 24,
        Tag::A => 25,
        Tag::Span => 26,
        Tag::Unknown => 27,
        _ => 28,
    }
}

/// What the numbers of [`kind`] stand for.
pub(super) const TAGS: [&str; 29] = [
    "",
    "p",
    "div",
    "li",
    "td",
    "th",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "pre",
    "blockquote",
    "figure",
    "article",
    "section",
    "list",
    "body",
    "header",
    "footer",
    "nav",
    "table",
    "address",
    "a",
    "span",
    "custom",
    "another",
];

/// The names of all features.
#[cfg(test)]
pub(super) fn names() -> Vec<String> {
    let mut page = Blocks::new(super::tokens::Tokens::default(), false);
    page.blocks.push(Block::default());
    features(&page, true).names.unwrap_or_default()
}

/// The deepest element that holds a share (in tenths) of the page's good words.
fn top(totals: &[Totals], elements: &[Element], tenths: u32) -> u32 {
    let wanted = totals[0].good * tenths;
    let mut found = 0;
    for (number, total) in totals.iter().enumerate().skip(1) {
        if total.good * 10 >= wanted && total.good > 0 && elements[number].depth > elements[found].depth {
            found = number;
        }
    }
    found as u32
}

/// Room for so many columns is made at once.
const COLUMNS: usize = 192;
/// Blocks around a block that are looked at, itself included.
const LEVELS: usize = 4;

/// Works the features out. The order of the columns is the model's.
pub(super) fn features(page: &Blocks, named: bool) -> Features {
    let blocks = &page.blocks;
    let elements = &page.elements;
    let rows = blocks.len();
    let mut out = Features { rows, bytes: Vec::with_capacity(rows * COLUMNS), names: named.then(Vec::new) };
    if rows == 0 {
        return out;
    }
    let last_row = rows - 1;

    // What each element holds.
    let mut totals = vec![Totals::default(); elements.len()];
    for (row, block) in blocks.iter().enumerate() {
        totals[block.element as usize].add(&Totals {
            words: block.words,
            linked: block.linked,
            blocks: 1,
            sentences: u32::from(block.ends_sentence),
            good: good_words(block),
            images: block.images,
            times: block.times,
            first: row as u32,
            last: row as u32,
        });
    }
    for number in (1..elements.len()).rev() {
        let total = totals[number];
        totals[elements[number].parent as usize].add(&total);
    }
    let page_total = totals[0];
    let (top_wide, top_narrow) = (top(&totals, elements, 7), top(&totals, elements, 4));

    // Blocks and elements of one make. An element counts when it holds text.
    let mut makes: FxHashMap<u32, Make> = FxHashMap::default();
    for block in blocks {
        makes.entry(elements[block.element as usize].signature).or_default().add(block);
    }
    let mut units: FxHashMap<u32, (u32, u32, u32, u32, u32)> = FxHashMap::default();
    for (element, total) in elements.iter().zip(&totals).filter(|(_, total)| total.blocks > 0) {
        let unit = units.entry(element.signature).or_default();
        *unit = (unit.0 + 1, unit.1 + total.words, unit.2 + total.linked, unit.3 + u32::from(total.images > 0), unit.4 + u32::from(total.times > 0));
    }
    let mut texts: FxHashMap<u64, u32> = FxHashMap::default();
    for block in blocks {
        *texts.entry(block.hash).or_default() += 1;
    }

    // For each element, the nearest one around it (itself included) that is repeated, many-blocked, long, a section.
    let mut repeated = vec![0u32; elements.len()];
    let mut many = vec![0u32; elements.len()];
    let mut long = vec![0u32; elements.len()];
    let mut section = vec![0u32; elements.len()];
    // Whether it holds the top, or is in it: depth of the deepest common ancestor.
    let mut on_top_path = vec![false; elements.len()];
    let mut at = top_wide;
    while at != 0 {
        on_top_path[at as usize] = true;
        at = elements[at as usize].parent;
    }
    on_top_path[0] = true;
    let mut common = vec![0u16; elements.len()];
    let mut in_narrow = vec![false; elements.len()];
    for number in 1..elements.len() {
        let (element, total) = (&elements[number], &totals[number]);
        let parent = element.parent as usize;
        let siblings = units.get(&element.signature).map_or(0, |unit| unit.0);
        let above = units.get(&elements[parent].signature).map_or(0, |unit| unit.0);
        let is_unit = siblings >= 3 && siblings > above && total.blocks >= 2;
        repeated[number] = if is_unit { number as u32 } else { repeated[parent] };
        many[number] = if total.blocks >= 8 { number as u32 } else { many[parent] };
        long[number] = if total.words >= 150 { number as u32 } else { long[parent] };
        let is_section = matches!(
            element.tag,
            Tag::Article | Tag::Main | Tag::Section | Tag::Aside | Tag::Nav | Tag::Header | Tag::Footer | Tag::Form | Tag::Table | Tag::Ul | Tag::Ol
        );
        section[number] = if is_section { number as u32 } else { section[parent] };
        common[number] = if on_top_path[number] { element.depth } else { common[parent] };
        in_narrow[number] = number as u32 == top_narrow || in_narrow[parent];
    }

    let element = |block: &Block| &elements[block.element as usize];
    // For each block, the elements that part lines around it: its own and the next ones out.
    let mut levels = [const { Vec::new() }; LEVELS];
    for block in blocks {
        let mut at = element(block).block;
        for level in &mut levels {
            level.push(at as usize);
            at = elements[elements[at as usize].parent as usize].block;
        }
    }
    macro_rules! column {
        ($name:expr, $block:ident => $value:expr) => {
            out.add($name, blocks.iter().map(|$block| $value))
        };
    }

    // The text itself.
    column!("words", b => count(b.words));
    column!("word length", b => count(b.bytes * 8 / b.words.max(1)));
    column!("share of words in links", b => share(b.linked, b.words));
    column!("share of words in bold", b => share(b.bold, b.words));
    column!("share of words in code", b => share(b.code, b.words));
    column!("ends a sentence", b => u8::from(b.ends_sentence));
    column!("stops", b => count(b.stops));
    column!("stops a word", b => share(b.stops * 4, b.words));
    column!("commas", b => count(b.commas));
    column!("commas a word", b => share(b.commas * 4, b.words));
    column!("share of digits", b => share(b.digits, b.bytes));
    column!("share of capitals", b => share(b.capitals, b.bytes));
    column!("links", b => count(b.links));
    column!("images", b => count(b.images));
    column!("inputs", b => count(b.inputs));
    column!("breaks", b => count(b.breaks));
    column!("times", b => count(b.times));
    column!("heading level", b => b.heading);
    column!("list depth", b => b.items);
    column!("share of words from the title", b => share(b.title_words, b.words));
    column!("same text elsewhere", b => count(texts.get(&b.hash).map_or(0, |n| n - 1)));
    // Where it stands.
    column!("tag", b => kind(element(b).tag));
    out.add("block tag", levels[0].iter().map(|at| kind(elements[*at].tag)));
    out.add("parent block tag", levels[1].iter().map(|at| kind(elements[*at].tag)));
    out.add("grandparent block tag", levels[2].iter().map(|at| kind(elements[*at].tag)));
    const INSIDE: [&str; inside::COLUMNS as usize] = [
        "article",
        "main",
        "nav",
        "header",
        "footer",
        "aside",
        "form",
        "table",
        "list",
        "figure",
        "section",
        "quote",
        "hidden",
        "body text",
        "reply",
        "dialog",
        "pre",
    ];
    for (bit, name) in INSIDE.iter().enumerate() {
        column!(format_args!("in {name}"), b => (element(b).inside >> bit & 1) as u8);
    }
    column!("depth", b => element(b).depth.min(255) as u8);
    out.add("place in the page", (0..rows).map(|row| share(row as u32, rows as u32)));
    out.add("blocks before", (0..rows).map(|row| count(row as u32)));
    out.add("blocks after", (0..rows).map(|row| count((last_row - row) as u32)));
    let mut before = 0;
    out.add(
        "share of words before",
        blocks.iter().map(|block| {
            before += block.words;
            share(before - block.words, page_total.words)
        }),
    );
    // Names.
    column!("worst name on the path", b => signed(element(b).lowest.into()));
    column!("best name on the path", b => signed(element(b).highest.into()));
    column!("names on the path", b => signed(i32::from(element(b).sum) / 3));
    column!("nearest names", b => signed(i32::from(element(b).decayed) / 2));
    out.add("own names", levels[0].iter().map(|at| signed(elements[*at].score.into())));
    out.add("parent's names", levels[1].iter().map(|at| signed(elements[*at].score.into())));
    out.add("grandparent's names", levels[2].iter().map(|at| signed(elements[*at].score.into())));
    // The element that holds most of the paragraphs.
    let (top_total, narrow_total) = (totals[top_wide as usize], totals[top_narrow as usize]);
    column!("in the narrow top", b => u8::from(in_narrow[b.element as usize]));
    column!("steps below the top's path", b => (element(b).depth - common[b.element as usize]).min(255) as u8);
    column!("steps from the top up", b => (elements[top_wide as usize].depth - common[b.element as usize].min(elements[top_wide as usize].depth)).min(255) as u8);
    out.add("blocks from the top's end", (0..rows).map(|row| distance(row as i32 - top_total.last as i32)));
    out.add("blocks from the top's start", (0..rows).map(|row| distance(row as i32 - top_total.first as i32)));
    out.add("blocks from the narrow top's end", (0..rows).map(|row| distance(row as i32 - narrow_total.last as i32)));
    // Containers.
    for (level, around) in levels.iter().enumerate() {
        let totals = || around.iter().map(|at| &totals[*at]);
        out.add(format_args!("words at level {level}"), totals().map(|total| count(total.words)));
        out.add(format_args!("links at level {level}"), totals().map(|total| share(total.linked, total.words)));
        out.add(format_args!("words a block at level {level}"), totals().map(|total| count(total.words / total.blocks.max(1))));
        out.add(format_args!("paragraphs at level {level}"), totals().map(|total| share(total.good, page_total.good)));
        out.add(format_args!("purity at level {level}"), totals().map(|total| share(total.good, total.words)));
    }
    for (name, nearest) in [("many-blocked", &many), ("long", &long), ("section", &section)] {
        let total = |b: &Block| &totals[nearest[b.element as usize] as usize];
        column!(format_args!("words in the {name} container"), b => count(total(b).words));
        column!(format_args!("links in the {name} container"), b => share(total(b).linked, total(b).words));
        column!(format_args!("words a block in the {name} container"), b => count(total(b).words / total(b).blocks.max(1)));
        column!(format_args!("purity of the {name} container"), b => share(total(b).good, total(b).words));
        column!(format_args!("share of the page in the {name} container"), b => share(total(b).words, page_total.words));
        column!(format_args!("names of the {name} container"), b => signed(i32::from(elements[nearest[b.element as usize] as usize].decayed) / 2));
        out.add(
            format_args!("place in the {name} container"),
            blocks.iter().enumerate().map(|(row, b)| {
                let total = total(b);
                share((row as u32).saturating_sub(total.first), total.last.saturating_sub(total.first) + 1)
            }),
        );
    }
    // Makes.
    let make = |b: &Block| makes.get(&element(b).signature).copied().unwrap_or_default();
    let own: Vec<Make> = blocks.iter().map(make).collect();
    out.add("blocks of this make", own.iter().map(|make| count(make.count)));
    out.add("mean words of this make", own.iter().map(|make| count(make.mean())));
    out.add("spread of this make", own.iter().map(Make::spread));
    out.add("links in this make", own.iter().map(|make| share(make.linked, make.words)));
    out.add("sentences in this make", own.iter().map(|make| share(make.sentences, make.count)));
    out.add("share of the page of this make", own.iter().map(|make| share(make.words, page_total.words)));
    out.add("paragraphs of this make", own.iter().map(|make| share(make.good, page_total.good)));
    let unit = |b: &Block| {
        let number = repeated[b.element as usize];
        if number == 0 { (0, 0, 0, 0, 0) } else { units.get(&elements[number as usize].signature).copied().unwrap_or_default() }
    };
    let own: Vec<_> = blocks.iter().map(unit).collect();
    out.add("repeats of the unit around", own.iter().map(|unit| count(unit.0)));
    out.add("words a unit", own.iter().map(|unit| count(unit.1 / unit.0.max(1))));
    out.add("links a unit", own.iter().map(|unit| share(unit.2, unit.1)));
    out.add("share of units with an image", own.iter().map(|unit| share(unit.3, unit.0)));
    out.add("share of units with a time", own.iter().map(|unit| share(unit.4, unit.0)));
    out.add("share of the page in such units", own.iter().map(|unit| share(unit.1, page_total.words)));
    column!("names of the unit", b => signed(elements[repeated[b.element as usize] as usize].decayed as i32 / 2));
    // Neighbours.
    let mut sums = vec![(0u32, 0u32, 0u32, 0u32)];
    for block in blocks {
        let (words, linked, sentences, good) = sums[sums.len() - 1];
        sums.push((words + block.words, linked + block.linked, sentences + u32::from(block.ends_sentence), good + good_words(block)));
    }
    let mut near = Vec::with_capacity(rows);
    for reach in [3usize, 8, 20] {
        near.clear();
        near.extend((0..rows).map(|row| {
            let window = row.saturating_sub(reach)..(row + reach + 1).min(rows);
            let (from, to) = (sums[window.start], sums[window.end]);
            (to.0 - from.0, to.1 - from.1, to.2 - from.2, to.3 - from.3, window.len() as u32)
        }));
        out.add(format_args!("words within {reach}"), near.iter().map(|near| count(near.0)));
        out.add(format_args!("links within {reach}"), near.iter().map(|near| share(near.1, near.0)));
        out.add(format_args!("sentences within {reach}"), near.iter().map(|near| share(near.2, near.4)));
        out.add(format_args!("paragraphs within {reach}"), near.iter().map(|near| share(near.3, near.0)));
    }
    let own: [(&str, u8, Vec<u8>); 3] = [
        ("words", 0, blocks.iter().map(|b| count(b.words)).collect()),
        ("links", 0, blocks.iter().map(|b| share(b.linked, b.words)).collect()),
        ("names", 128, blocks.iter().map(|b| signed(i32::from(element(b).decayed) / 2)).collect()),
    ];
    for offset in [-3i32, -2, -1, 1, 2, 3] {
        let missing = (offset.unsigned_abs() as usize).min(rows);
        for (name, nothing, column) in &own {
            let (before, shown, after) = if offset < 0 { (missing, &column[..rows - missing], 0) } else { (0, &column[missing..], missing) };
            let outside = |count: usize| std::iter::repeat_n(*nothing, count);
            out.add(format_args!("{name} at {offset:+}"), outside(before).chain(shown.iter().copied()).chain(outside(after)));
        }
    }
    let since = |holds: &dyn Fn(&Block) -> bool, forward: bool| {
        let mut column = vec![0u8; rows];
        let mut steps = 255u32;
        for step in 0..rows {
            let row = if forward { step } else { last_row - step };
            column[row] = count(steps);
            steps = if holds(&blocks[row]) { 0 } else { (steps + 1).min(65_000) };
        }
        column
    };
    out.add("blocks since a paragraph", since(&|b| good_words(b) > 0, true).into_iter());
    out.add("blocks until a paragraph", since(&|b| good_words(b) > 0, false).into_iter());
    out.add("blocks since a heading", since(&|b| b.heading > 0, true).into_iter());
    out.add("blocks until a heading", since(&|b| b.heading > 0, false).into_iter());
    out.add("blocks since the first heading", since(&|b| b.heading == 1, true).into_iter());
    out.add("blocks since a rule's removal", since(&|b| b.dropped, true).into_iter());
    out.add("blocks until a rule's removal", since(&|b| b.dropped, false).into_iter());
    let mut level = 0;
    out.add(
        "level of the last heading",
        blocks.iter().map(|b| {
            level = if b.heading > 0 { b.heading } else { level };
            level
        }),
    );
    let mut section_words = vec![0u32; rows];
    let mut words = 0;
    for row in (0..rows).rev() {
        section_words[row] = words;
        words = if blocks[row].heading > 0 { 0 } else { words + blocks[row].words };
    }
    out.add("words until the next heading", section_words.iter().map(|words| count(*words)));
    // Rules.
    let mut taken: FxHashMap<u32, (u32, u32)> = FxHashMap::default();
    for block in blocks.iter().filter(|block| block.dropped) {
        let taken = taken.entry(block.removal).or_default();
        *taken = (taken.0 + 1, taken.1 + block.words);
    }
    let took = |b: &Block| if b.dropped { taken.get(&b.removal).copied().unwrap_or_default() } else { (0, 0) };
    let taken_words = taken.values().map(|taken| taken.1).sum::<u32>();
    let comment_words = blocks.iter().filter(|b| b.pack == super::COMMENTS_PACK).map(|b| b.words).sum::<u32>();
    column!("taken by a rule", b => u8::from(b.dropped) + u8::from(b.by_text));
    column!("pack of the rule", b => b.pack);
    column!("taken as a comment", b => u8::from(b.pack == super::COMMENTS_PACK));
    let own: Vec<_> = blocks.iter().map(took).collect();
    out.add("blocks that the removal took", own.iter().map(|took| count(took.0)));
    out.add("words that the removal took", own.iter().map(|took| count(took.1)));
    out.add("share of the page that the removal took", own.iter().map(|took| share(took.1, page_total.words)));
    // The page.
    let headings = blocks.iter().filter(|b| b.heading > 0).count() as u32;
    let dropped = blocks.iter().filter(|b| b.dropped).count() as u32;
    let in_article = blocks.iter().filter(|b| element(b).inside & inside::ARTICLE != 0).map(|b| b.words).sum::<u32>();
    let in_main = blocks.iter().filter(|b| element(b).inside & inside::MAIN != 0).map(|b| b.words).sum::<u32>();
    let replies = blocks.iter().filter(|b| element(b).inside & inside::REPLY != 0).map(|b| b.words).sum::<u32>();
    let in_units = blocks.iter().filter(|b| repeated[b.element as usize] != 0).map(|b| b.words).sum::<u32>();
    let digits = blocks.iter().map(|b| b.digits).sum::<u32>();
    let bytes = blocks.iter().map(|b| b.bytes).sum::<u32>();
    for (name, value) in [
        ("blocks of the page", count(rows as u32)),
        ("words of the page", count(page_total.words)),
        ("links of the page", share(page_total.linked, page_total.words)),
        ("paragraphs of the page", share(page_total.good, page_total.words)),
        ("sentences of the page", share(page_total.sentences, page_total.blocks)),
        ("share of paragraphs in the top", share(top_total.good, page_total.good)),
        ("purity of the top", share(top_total.good, top_total.words)),
        ("share of words in the top", share(top_total.words, page_total.words)),
        ("headings of the page", count(headings)),
        ("images of the page", count(page.images)),
        ("forms of the page", count(page.forms)),
        ("times of the page", count(page_total.times)),
        ("share of blocks that rules took", share(dropped, rows as u32)),
        ("share of words that rules took", share(taken_words, page_total.words)),
        ("share of words taken as comments", share(comment_words, page_total.words)),
        ("share of words in article", share(in_article, page_total.words)),
        ("share of words in main", share(in_main, page_total.words)),
        ("share of words in replies", share(replies, page_total.words)),
        ("share of words in repeated units", share(in_units, page_total.words)),
        ("share of digits in the page", share(digits * 4, bytes)),
    ] {
        out.add(name, std::iter::repeat_n(value, rows));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_shares_keep_their_order() {
        assert!((0..70_000).map(count).is_sorted());
        assert!((0..16).map(count).is_sorted_by(|a, b| a < b));
        assert_eq!((share(0, 0), share(1, 2), share(9, 3)), (0, 127, 255));
        assert_eq!((distance(0), distance(-70_000), distance(70_000)), (128, 1, 255));
    }
}
