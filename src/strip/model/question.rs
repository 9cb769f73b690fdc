//! Questions with their answers: lists of them are folded, a question is often the link that opens its answer, and they stand behind the
//! text they are about.

use super::blocks::Blocks;

/// A question has no more words.
const QUESTION_WORDS: u32 = 30;
/// Blocks of an answer.
const ANSWER_BLOCKS: usize = 20;
/// So many in a row are a list of questions; one by itself may be the title of another page with its excerpt.
const QUESTIONS: usize = 2;

/// A question and the row behind the last one of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) row: usize,
    pub(super) end: usize,
}

/// The questions of the page that stand in an element of their own with their answer, and are not alone.
pub(super) fn questions(page: &Blocks) -> Vec<Question> {
    let found: Vec<Question> = (0..page.blocks.len()).filter_map(|row| question(page, row)).collect();
    // Those that are made alike count together.
    let make = |question: &Question| page.elements[page.blocks[question.row].element as usize].signature;
    let count = |question: &Question| found.iter().filter(|other| make(other) == make(question)).take(QUESTIONS).count();
    found.iter().copied().filter(|question| count(question) == QUESTIONS).collect()
}

fn question(page: &Blocks, row: usize) -> Option<Question> {
    let (block, answer) = (&page.blocks[row], page.blocks.get(row + 1)?);
    if !block.asks || block.words > QUESTION_WORDS || answer.words == 0 {
        return None;
    }
    let item = common(page, block.element, answer.element);
    let is_inside = |row: usize| page.blocks.get(row).is_some_and(|block| common(page, item, block.element) == item);
    if row > 0 && is_inside(row - 1) {
        return None;
    }
    let end = (row + 2..).find(|row| !is_inside(*row))?;
    (end - row <= ANSWER_BLOCKS).then_some(Question { row, end })
}

/// The innermost element around both; a parent comes before its children.
fn common(page: &Blocks, one: u32, other: u32) -> u32 {
    let (mut one, mut other) = (one, other);
    while one != other {
        if one > other {
            one = page.elements[one as usize].parent;
        } else {
            other = page.elements[other as usize].parent;
        }
    }
    one
}

/// Keeps the question of an answer that stays.
pub(super) fn spare(questions: &[Question], has_chance: impl Fn(usize) -> bool, kept: &mut [bool]) {
    for question in questions {
        let is_answered = kept[question.row + 1..question.end].contains(&true);
        kept[question.row] |= is_answered && has_chance(question.row);
    }
}
