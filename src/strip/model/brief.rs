//! A brief: news of a few sentences under its headline and date, or in one `article` with it, on a page whose rails hold more words than
//! its text. By the share of its paragraphs such a page looks like a list.

use super::block::Block;
use super::blocks::Blocks;
use super::paragraph::is_paragraph;
use crate::rewrite::Tag;
use std::ops::RangeInclusive;

/// What is found of a brief must be that likely content, all of it.
const SENTENCE: f32 = 0.5;
/// A sentence has at least so many words outside of links; what is shorter is a line of a rail.
const SENTENCE_WORDS: u32 = 8;
/// All of them together, at least.
const BRIEF_WORDS: u32 = 25;
/// Within so many blocks behind the headline stand the date and the first sentence.
const LEAD: usize = 8;
/// The title of another page, a link, has at least so many words: where such stand before the first sentence, the page is a list.
const TITLE_WORDS: u32 = 4;
/// A date that is marked as one may also stand so many blocks above the headline; what else has digits there is a telephone number.
const ABOVE: usize = 2;
/// So many blocks of something else part two sentences at most.
const BETWEEN: usize = 3;
/// Digits of a date: `1.2.2026` has six, `Oct 5, 2026` five; with the hour, the other calendar and a counter they are more.
const DATE_DIGITS: RangeInclusive<u32> = 5..=20;
/// Words of a line that is a date.
const DATE_WORDS: u32 = 12;

/// The rows of a brief's text, by the sentences behind its headline; `None` where the page is none.
pub(super) fn text(page: &Blocks, chances: &[f32], headline: usize) -> Option<RangeInclusive<usize>> {
    let says = &page.says;
    if says.product || says.list || says.thread {
        return None;
    }
    let blocks = &page.blocks;
    let is_sentence = |row: usize| {
        let block = &blocks[row];
        let own = block.words - block.linked.min(block.words);
        block.ends_sentence && own >= SENTENCE_WORDS && 3 * block.linked < block.words && chances[row] >= SENTENCE
    };
    let above = headline.saturating_sub(ABOVE)..headline;
    let mut is_dated = above.into_iter().any(|row| !blocks[row].dropped && blocks[row].times > 0);
    let (mut words, mut since, mut last) = (0, 0, headline);
    // All of it stands in one element: what others say stands in others.
    let place = |row: usize| {
        let own = blocks[row].element;
        (own, page.elements[own as usize].parent)
    };
    let mut first = None;
    for (row, block) in blocks.iter().enumerate().skip(headline + 1) {
        if block.dropped {
            // Rules know the wordings of dates.
            is_dated |= last == headline && is_date(block);
            continue;
        }
        let stands_with = |first: usize| place(first).0 == place(row).0 || place(first).1 == place(row).1;
        if is_sentence(row) && first.is_none_or(stands_with) {
            first = first.or(Some(row));
            (words, since, last) = (words + block.words, 0, row);
            continue;
        }
        since += 1;
        is_dated |= last == headline && is_date(block);
        let is_title = |block: &Block| block.heading > 0 || (2 * block.linked >= block.words && block.words >= TITLE_WORDS);
        if is_title(block) && last == headline {
            break;
        }
        if since > if last == headline { LEAD } else { BETWEEN } {
            break;
        }
    }
    // The text is what the page has of paragraphs, or most of it: where others answer, it is a thread.
    let is_other = |row: &usize| (*row < headline || *row > last) && is_paragraph(&blocks[*row]) && chances[*row] >= SENTENCE;
    let elsewhere: u32 = (0..blocks.len()).filter(is_other).map(|row| blocks[row].words).sum();
    let holds_both = |around: u32| article(page, headline) == Some(around) && 2 * words >= words_in(page, around);
    let is_marked = |first: usize| is_dated || article(page, first).is_some_and(holds_both);
    let is_brief = words >= BRIEF_WORDS && 2 * elsewhere <= words;
    first.filter(|first| is_brief && is_marked(*first)).map(|first| first..=last)
}

/// Words in an `article`, those of others in it aside.
fn words_in(page: &Blocks, around: u32) -> u32 {
    (0..page.blocks.len()).filter(|row| article(page, *row) == Some(around)).map(|row| page.blocks[row].words).sum()
}

/// The innermost `article` around a block: where the headline stands in one with sentences and little else, they belong together; those of a
/// list are each in one of their own.
fn article(page: &Blocks, row: usize) -> Option<u32> {
    page.enclosing(page.blocks[row].element, |tag| tag == Tag::Article)
}

fn is_date(block: &Block) -> bool {
    block.times > 0 || block.words <= DATE_WORDS && !block.ends_sentence && DATE_DIGITS.contains(&block.digits)
}
