//! Questions with their answers: lists of them are folded, a question is often the link that opens its answer, and
//! they stand behind the text they are about.

use super::blocks::Blocks;
use rustc_hash::FxHashMap;

/// A question has no more words.
const QUESTION_WORDS: u32 = 30;
/// Blocks of an answer.
const ANSWER_BLOCKS: usize = 20;
/// So many are a list of questions; one by itself may be the title of another page with its excerpt.
const QUESTIONS: usize = 2;

/// A question and the row behind the last one of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) row: usize,
    pub(super) end: usize,
}

/// The questions of the page that are a heading over their answer or stand in an element of their own with it, if they are not alone.
pub(super) fn questions(page: &Blocks) -> Vec<Question> {
    let found: Vec<Question> = (0..page.blocks.len()).filter_map(|row| question(page, row)).collect();
    // Those that are made alike count together.
    let make = |question: &Question| page.elements[page.blocks[question.row].element as usize].signature;
    let mut counts: FxHashMap<u32, usize> = FxHashMap::default();
    found.iter().for_each(|question| *counts.entry(make(question)).or_default() += 1);
    found.iter().copied().filter(|question| counts.get(&make(question)).is_some_and(|count| *count >= QUESTIONS)).collect()
}

fn question(page: &Blocks, row: usize) -> Option<Question> {
    let (block, answer) = (&page.blocks[row], page.blocks.get(row + 1)?);
    // What leads elsewhere is the title of another page with its excerpt.
    if !block.asks || block.words > QUESTION_WORDS || block.leading > 0 || 2 * answer.leading > answer.words {
        return None;
    }
    if block.heading > 1 && answer.heading == 0 {
        let ends = |row: &usize| page.blocks.get(*row).is_none_or(|block| block.heading > 0 || block.asks && block.words <= QUESTION_WORDS);
        let end = (row + 2..=row + ANSWER_BLOCKS).find(ends)?;
        return (end < page.blocks.len()).then_some(Question { row, end });
    }
    let item = common(page, block.element, answer.element);
    let is_inside = |row: usize| page.blocks.get(row).is_some_and(|block| common(page, item, block.element) == item);
    if row > 0 && is_inside(row - 1) {
        return None;
    }
    let end = (row + 2..=row + ANSWER_BLOCKS).find(|row| !is_inside(*row))?;
    Some(Question { row, end })
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

/// Keeps the question of an answer that stays; and lists of questions with their answers, where those are together likely enough.
pub(super) fn spare(page: &Blocks, questions: &[Question], chances: &[f32], least_question: f32, least_list: f32, kept: &mut [bool]) {
    let blocks = &page.blocks;
    let may_stay = |row: usize| !blocks[row].dropped;
    let make = |question: &Question| page.elements[blocks[question.row].element as usize].signature;
    let mut sums: FxHashMap<u32, (f32, f32)> = FxHashMap::default();
    for question in questions {
        let sum = sums.entry(make(question)).or_default();
        for row in (question.row + 1..question.end).filter(|row| may_stay(*row)) {
            sum.0 += chances[row] * blocks[row].words as f32;
            sum.1 += blocks[row].words as f32;
        }
    }
    for question in questions {
        if sums.get(&make(question)).is_some_and(|(likely, words)| *words > 0.0 && *likely >= least_list * words) {
            (question.row..question.end).filter(|row| may_stay(*row)).for_each(|row| kept[row] = true);
        }
        let is_answered = kept[question.row + 1..question.end].contains(&true);
        kept[question.row] |= is_answered && may_stay(question.row) && chances[question.row] >= least_question;
        // The heading over them.
        if let Some(row) = question.row.checked_sub(1).filter(|row| blocks[*row].heading > 1 && may_stay(*row)) {
            kept[row] |= kept[question.row] && chances[row] >= least_question;
        }
    }
}
