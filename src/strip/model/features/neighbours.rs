//! What stands before and after a block, in the order of the page.

use super::Features;
use super::scale::{count, share, signed};
use super::totals::good_words;
use crate::strip::model::block::Block;
use crate::strip::model::blocks::Blocks;

/// Adds the columns that tell of a block's neighbours.
pub(super) fn neighbours(page: &Blocks, out: &mut Features) {
    let (blocks, rows) = (&page.blocks, page.blocks.len());
    let element = |block: &Block| &page.elements[block.element as usize];
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
            let row = if forward { step } else { rows - 1 - step };
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
}
