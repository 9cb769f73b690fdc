//! The tail of a text: what stands behind its last paragraph. Titles of other pages in a row there are a rail, whatever their make says
//! for them: on portals such rails are longer than the news they stand under, and then the page looks like a list.

use super::block::Block;
use super::blocks::Blocks;
use super::body::{self, PARTING};
use super::comment::is_comment;
use super::element::inside;
use super::features::good_words;
use super::question::Question;
use rustc_hash::FxHashSet;

/// Paragraphs that make a text; on a page that says it is an article fewer and shorter ones do.
const PARAGRAPHS: usize = 3;
const DECLARED_PARAGRAPHS: usize = 2;
const DECLARED_WORDS: u32 = 6;
/// Where the page as a whole reads like no article, a rail has at most so many times the words of the text.
const LONGEST_RAIL: u32 = 12;
/// Links in a row that make a rail.
const ENTRIES: usize = 2;
/// Words of an entry, at most; half of them at least are a link.
const ENTRY_WORDS: u32 = 40;
/// A block that is so surely content stays, and in the element of the text from a little less on: a text may end with its sources.
const SURE: f32 = 0.9;
const SURE_IN_TEXT: f32 = 0.8;
/// A paragraph that is likelier than what has to be likely by itself, by this much, is text wherever it stands.
const LIKELIER: f32 = 0.1;
/// What stands in these is no title of another page, nor parted from its fellows.
const WHOLE: u32 = inside::TABLE | inside::FIGURE | inside::QUOTE | inside::PRE;
/// Words of a line among the entries: a section, a date, the rail's heading.
const LINE_WORDS: u32 = 8;
/// How many such lines may stand between two entries.
const LINES_BETWEEN: usize = 3;

/// Leaves out, of what is kept behind the last paragraph, what is less likely than `least` and stands apart from the text of an article, and
/// the rails.
pub(super) fn leave_out(page: &Blocks, chances: &[f32], questions: &[Question], is_article: bool, is_brief: bool, least: f32, kept: &mut [bool]) {
    let is_dated = is_brief || page.is_dated_article;
    let Some(text) = Text::of(page, is_dated, kept) else { return };
    if is_article && 5 * text.words(&text.own) >= 3 * text.words(&text.paragraphs) {
        text.leave_out_doubtful(chances, questions, least, kept);
    }
    // A page of another kind has a text too if it is nearly all its paragraphs.
    if is_article || is_dated || 5 * text.own.len() >= 4 * text.paragraphs.len() {
        text.leave_out_rails(chances, is_article || is_dated, kept);
    }
    if is_article {
        leave_out_bare_headings(page, kept);
    }
}

/// Leaves out the headings of rails that went: nothing stays below them up to the next heading of their level, and links stood there.
fn leave_out_bare_headings(page: &Blocks, kept: &mut [bool]) {
    let blocks = &page.blocks;
    // One that is a link is an entry itself.
    for row in (0..blocks.len()).rev().filter(|row| blocks[*row].heading > 1 && !is_link(&blocks[*row])) {
        let below = row + 1..(row + 1..blocks.len()).find(|next| kept[*next]).unwrap_or(blocks.len());
        let is_bare = blocks.get(below.end).is_none_or(|next| next.heading > 0 && next.heading <= blocks[row].heading);
        let links = blocks[below].iter().filter(|block| is_link(block)).count();
        kept[row] &= !(is_bare && links >= ENTRIES) || blocks[row].pinned;
    }
}

/// The paragraphs of a page that are kept.
struct Text<'a> {
    page: &'a Blocks,
    paragraphs: Vec<usize>,
    /// Whether each element is in the one of the text.
    holds: Vec<bool>,
    /// Those in that element; all where it has too few.
    own: Vec<usize>,
}

impl<'a> Text<'a> {
    /// `None` where there are too few paragraphs.
    fn of(page: &'a Blocks, is_dated: bool, kept: &[bool]) -> Option<Self> {
        let is_sentence = |block: &Block| block.ends_sentence && block.words - block.linked.min(block.words) >= DECLARED_WORDS;
        let is_paragraph = |block: &Block| good_words(block) > 0 || (is_dated && is_sentence(block));
        let paragraphs: Vec<usize> = (0..page.blocks.len()).filter(|row| kept[*row] && is_paragraph(&page.blocks[*row])).collect();
        let least = if is_dated { DECLARED_PARAGRAPHS } else { PARAGRAPHS };
        if paragraphs.len() < least {
            return None;
        }
        let holds = body::holds(page, paragraphs.iter().copied());
        let own: Vec<usize> = paragraphs.iter().copied().filter(|row| holds[page.blocks[*row].element as usize]).collect();
        let own = if own.len() >= least { own } else { paragraphs.clone() };
        Some(Text { page, paragraphs, holds, own })
    }

    fn words(&self, rows: &[usize]) -> u32 {
        rows.iter().map(|row| self.page.blocks[*row].words).sum()
    }

    /// What is parted from the text by blocks that go, and has no heading that stays, has to be likely by itself.
    fn leave_out_doubtful(&self, chances: &[f32], questions: &[Question], least: f32, kept: &mut [bool]) {
        let (mut gone, mut in_a_row, mut is_headed) = (0, 0, false);
        let mut answers = vec![false; kept.len()];
        questions.iter().for_each(|question| answers[question.row..question.end].fill(true));
        for row in self.own.last().map_or(kept.len(), |last| last + 1)..kept.len() {
            let block = &self.page.blocks[row];
            if !kept[row] {
                gone += 1;
                in_a_row += 1;
                is_headed &= in_a_row < PARTING;
                continue;
            }
            in_a_row = 0;
            is_headed |= block.heading > 0;
            // A paragraph that is likely by itself is text, and so may be what follows it.
            if good_words(block) > 0 && chances[row] >= least + LIKELIER {
                gone = 0;
            }
            // Which a box that nobody closed may have parted from the others.
            let is_short_sentence = block.links == 0 && block.ends_sentence && good_words(block) == 0;
            let is_apart = gone >= PARTING && !is_headed && !self.holds[block.element as usize];
            // What is to become of readers' comments is settled for all of them at once.
            let is_other = block.pinned || self.is_in(row, WHOLE) || is_short_sentence || is_comment(self.page, block) || answers[row];
            kept[row] = !is_apart || chances[row] >= least || is_other;
        }
    }

    fn is_in(&self, row: usize, kinds: u32) -> bool {
        self.page.elements[self.page.blocks[row].element as usize].inside & kinds != 0
    }

    /// What is kept behind its last paragraph.
    fn rows_behind(&self, kept: &[bool]) -> Vec<usize> {
        let last = self.own.last().map_or(kept.len(), |last| last + 1);
        (last..kept.len()).filter(|row| kept[*row]).collect()
    }

    fn leave_out_rails(&self, chances: &[f32], is_article: bool, kept: &mut [bool]) {
        let blocks = &self.page.blocks;
        // Titles among the paragraphs are those of a list of teasers; what is made as they are goes on with it.
        let make = |row: usize| self.page.elements[blocks[row].element as usize].signature;
        let among = self.own.first().zip(self.own.last()).map_or(0..0, |(first, last)| *first..*last);
        let titles: FxHashSet<u32> = among.filter(|row| kept[*row] && is_link(&blocks[*row])).map(make).collect();
        let may_go = |row: usize| {
            let sure = if self.holds[blocks[row].element as usize] { SURE_IN_TEXT } else { SURE };
            chances[row] < sure && blocks[row].words > 0 && !blocks[row].pinned && blocks[row].heading != 1 && !self.is_in(row, WHOLE)
        };
        let is_entry = |row: usize| is_link(&blocks[row]) && may_go(row) && !titles.contains(&make(row));
        let is_line = |row: usize| is_line(&blocks[row]) && may_go(row);
        let rows = self.rows_behind(kept);
        let mut at = 0;
        while at < rows.len() {
            let length = rail(&rows[at..], is_entry, is_line);
            let entries = &rows[at..at + length];
            let is_rail = entries.iter().filter(|row| is_entry(**row)).count() >= ENTRIES;
            if is_rail && (is_article || LONGEST_RAIL * self.words(&self.paragraphs) >= self.words(entries)) {
                entries.iter().for_each(|row| kept[*row] = false);
                // Its heading.
                let before = at.checked_sub(1).map(|before| rows[before]);
                if let Some(heading) = before.filter(|row| is_line(*row) && rows[at] - row <= LINES_BETWEEN) {
                    kept[heading] = false;
                }
            }
            at += length.max(1);
        }
    }
}

/// How many of the rows, from the first on, are entries and the lines between them.
fn rail(rows: &[usize], is_entry: impl Fn(usize) -> bool, is_line: impl Fn(usize) -> bool) -> usize {
    let (mut length, mut at) = (0, 0);
    while at < rows.len() && (is_entry(rows[at]) || (length > 0 && at - length < LINES_BETWEEN && is_line(rows[at]))) {
        at += 1;
        if is_entry(rows[at - 1]) {
            length = at;
        }
    }
    length
}

fn is_link(block: &Block) -> bool {
    let is_title = !block.ends_sentence || block.linked == block.words;
    2 * block.linked >= block.words && block.words <= ENTRY_WORDS && is_title
}

fn is_line(block: &Block) -> bool {
    block.words <= LINE_WORDS && !block.ends_sentence
}
