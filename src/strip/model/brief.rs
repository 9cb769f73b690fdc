//! A brief: news of a few sentences under its headline and date, on a page whose rails hold more words than its text. By the share of its
//! paragraphs such a page looks like a list.

use super::block::Block;
use super::blocks::Blocks;
use super::choice::is_paragraph;

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
const DATE_DIGITS: std::ops::RangeInclusive<u32> = 5..=20;
/// Words of a line that is a date.
const DATE_WORDS: u32 = 12;

/// Whether the page is a brief, by the sentences behind its headline.
pub(super) fn is_brief(page: &Blocks, chances: &[f32], headline: usize) -> bool {
    let says = &page.says;
    if says.product || says.list || says.thread {
        return false;
    }
    let blocks = &page.blocks;
    let behind: Vec<usize> = (headline + 1..blocks.len()).filter(|row| !blocks[*row].dropped).collect();
    let is_sentence = |row: usize| {
        let block = &blocks[row];
        let own = block.words - block.linked.min(block.words);
        block.ends_sentence && own >= SENTENCE_WORDS && 3 * block.linked < block.words && chances[row] >= SENTENCE
    };
    let above = headline.saturating_sub(ABOVE)..headline;
    let mut is_dated = above.into_iter().any(|row| !blocks[row].dropped && blocks[row].times > 0);
    let (mut words, mut since, mut last) = (0, 0, headline);
    for row in behind {
        if is_sentence(row) {
            (words, since, last) = (words + blocks[row].words, 0, row);
            continue;
        }
        since += 1;
        is_dated |= last == headline && is_date(&blocks[row]);
        let is_title = |block: &Block| block.heading > 0 || (2 * block.linked >= block.words && block.words >= TITLE_WORDS);
        if is_title(&blocks[row]) && last == headline {
            break;
        }
        if since > if last == headline { LEAD } else { BETWEEN } {
            break;
        }
    }
    // The text is what the page has of sentences, or most of it.
    let elsewhere: u32 =
        (0..blocks.len()).filter(|row| (*row < headline || *row > last) && is_paragraph(&blocks[*row])).map(|row| blocks[row].words).sum();
    is_dated && words >= BRIEF_WORDS && elsewhere <= words
}

fn is_date(block: &Block) -> bool {
    block.times > 0 || block.words <= DATE_WORDS && !block.ends_sentence && DATE_DIGITS.contains(&block.digits)
}
