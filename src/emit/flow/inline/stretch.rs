//! Stretches: the segments that a link or a mark is written around.

use super::segment::Segment;
use crate::emit::flow::markdown::Style;
use std::ops::Range;

/// What is written around segments, from one to before another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    Link(u32),
    Strong,
    Emphasis,
    Strike,
}

/// Segments, and what is written around them.
pub(super) struct Stretch {
    pub(super) around: Around,
    pub(super) segments: Range<usize>,
}

/// What is written around which segments: all links, and of the marks those that nest and that a reader takes for marks.
pub(super) fn stretches(line: &str, segments: &[Segment]) -> Vec<Stretch> {
    let mut all = Vec::new();
    let mut gather = |around: &dyn Fn(&Style) -> Option<Around>| {
        let mut from: Option<(usize, Around)> = None;
        for at in 0..=segments.len() {
            let now = segments.get(at).and_then(|segment| around(&segment.style));
            if let Some((start, around)) = from.take_if(|(_, around)| now != Some(*around)) {
                all.push(Stretch { around, segments: start..at });
            }
            from = from.or(now.map(|around| (at, around)));
        }
    };
    gather(&|style| style.link.map(Around::Link));
    gather(&|style| style.strong.then_some(Around::Strong));
    gather(&|style| style.emphasis.then_some(Around::Emphasis));
    gather(&|style| style.strike.then_some(Around::Strike));
    let link = |at: usize| segments.get(at).and_then(|segment| segment.style.link);
    all.retain(|stretch| {
        let Range { start, end } = stretch.segments;
        let begins_inside = start > 0 && link(start).is_some() && link(start - 1) == link(start) && link(end - 1) != link(start);
        let ends_inside = link(end - 1).is_some() && link(end) == link(end - 1) && link(start) != link(end - 1);
        matches!(stretch.around, Around::Link(_)) || !(begins_inside || ends_inside) && is_read(line, segments, &stretch.segments)
    });
    all.sort_by_key(|stretch| (stretch.segments.start, std::cmp::Reverse(stretch.segments.end)));
    nested(all, segments.len())
}

/// Whether a reader takes marks around these segments for marks (CommonMark 0.31, 6.2: left- and right-flanking), for sure.
fn is_read(line: &str, segments: &[Segment], around: &Range<usize>) -> bool {
    let edges = |segment: &Segment| {
        let mut characters = line[segment.range.clone()].chars();
        let is_text = segment.style.picture.is_none() && !segment.style.code;
        let first = characters.next();
        if is_text { (first, characters.next_back().or(first)) } else { (Some('`'), Some('`')) }
    };
    let (first, last) = (&segments[around.start], &segments[around.end - 1]);
    let (previous, next) = (around.start.checked_sub(1).map(|at| &segments[at]), segments.get(around.end));
    let link = |segment: Option<&Segment>| segment.and_then(|segment| segment.style.link);
    // The bracket of a link is what stands there.
    let (is_linked_before, is_linked_after) = (link(previous) != first.style.link, link(next) != last.style.link);
    let is_part = |character: Option<char>| character.is_none_or(|character| character.is_whitespace() || character.is_ascii_punctuation());
    let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let before = if is_linked_before && link(previous).is_some() { Some(')') } else { previous.and_then(|segment| edges(segment).1) };
    let after = if is_linked_after && link(next).is_some() { Some('[') } else { next.and_then(|segment| edges(segment).0) };
    // Where another mark begins or ends at the same place, it may be that mark that stands next.
    let is_simple = |one: &Style, other: Option<&Segment>| {
        let other = other.map(|segment| segment.style).unwrap_or_default();
        let (mine, others) = ([one.strong || one.emphasis, one.strike], [other.strong || other.emphasis, other.strike]);
        mine.iter().zip(&others).filter(|(mine, others)| mine != others).count() < 2
    };
    let begins = is_part(before) || !is_linked_before && is_word(edges(first).0) && is_simple(&first.style, previous);
    let ends = is_part(after) || !is_linked_after && is_word(edges(last).1) && is_simple(&last.style, next);
    begins && ends
}

/// Leaves out marks that cross others, and those that would begin right where one of the same letter ends.
fn nested(all: Vec<Stretch>, count: usize) -> Vec<Stretch> {
    let mut ends = vec![false; count + 1];
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut kept: Vec<Stretch> = Vec::with_capacity(all.len());
    for stretch in all {
        let is_star = matches!(stretch.around, Around::Strong | Around::Emphasis);
        let Range { start, end } = stretch.segments;
        while open.pop_if(|(until, _)| *until <= start).is_some() {}
        let crosses = open.last().is_some_and(|(until, _)| *until < end);
        if crosses || is_star && ends[start] {
            continue;
        }
        ends[end] |= is_star;
        open.push((end, is_star));
        kept.push(stretch);
    }
    kept
}
