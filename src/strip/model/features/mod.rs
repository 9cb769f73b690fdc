//! Features: what the model knows of each block, one byte each, one column after the other.
//!
//! All are whole numbers worked out from the page alone, so that training and running see the same bytes. Counts are on a
//! logarithmic scale ([`count`]), shares in 255ths ([`share`]).

mod headline;
mod neighbours;
mod scale;
mod tag;
mod totals;

pub(super) use scale::count;
pub(super) use tag::TAGS;
pub(super) use totals::good_words;

use super::block::Block;
use super::blocks::Blocks;
use super::element::inside;
use crate::rewrite::Tag;
use headline::headline;
use neighbours::neighbours;
use rustc_hash::FxHashMap;
use scale::{distance, share, signed};
use std::fmt::Display;
use tag::kind;
use totals::{Make, Totals, top};

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

    /// Puts the bytes of some rows side by side, column by column. Rows rise.
    pub(super) fn gather<const LANES: usize>(&self, rows: &[u32], columns: &mut [[u8; LANES]]) {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return };
        let (first, last) = (*first as usize, *last as usize);
        let is_whole = last - first + 1 == rows.len();
        for (lanes, column) in columns.iter_mut().zip(self.bytes.chunks_exact(self.rows)) {
            if is_whole {
                lanes[..rows.len()].copy_from_slice(&column[first..=last]);
            } else {
                lanes.iter_mut().zip(rows).for_each(|(lane, row)| *lane = column[*row as usize]);
            }
        }
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

/// The names of all features.
#[cfg(test)]
pub(super) fn names() -> Vec<String> {
    let mut page = Blocks::new(super::tokens::Tokens::default(), false);
    page.blocks.push(Block::default());
    features(&page, true).names.unwrap_or_default()
}

/// Room for so many columns is made at once.
const COLUMNS: usize = 208;
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
    neighbours(page, &mut out);
    headline(page, &totals, &mut out);
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
        ("says that it is an article", u8::from(page.says.article) + u8::from(page.is_dated_article)),
        ("says that it is a product", u8::from(page.says.product)),
        ("says that it is a list", u8::from(page.says.list)),
        ("says that it is a thread", u8::from(page.says.thread)),
        ("says that it is a site", u8::from(page.says.site)),
    ] {
        out.add(name, std::iter::repeat_n(value, rows));
    }
    out
}
