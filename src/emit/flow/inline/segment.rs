//! Segments: the parts of a line that look the same all through.

use super::Place;
use crate::emit::flow::markdown::{Run, Style};
use std::ops::Range;

/// A part of the line that looks the same all through.
pub(super) struct Segment {
    pub(super) range: Range<usize>,
    pub(super) style: Style,
}

/// The segments of a line. White space between two is marked as both are, and code is of one piece.
pub(super) fn segments(line: &str, runs: &[Run], within: Range<usize>, place: Place) -> Vec<Segment> {
    let mut parts = vec![Segment { range: within.start..within.start, style: Style::default() }];
    for (at, run) in runs.iter().enumerate() {
        let end = runs.get(at + 1).map_or(line.len(), |next| next.start);
        if at == 0 {
            parts[0].range = within.start..run.start.clamp(within.start, within.end);
        }
        parts.push(Segment { range: run.start.clamp(within.start, within.end)..end.clamp(within.start, within.end), style: run.style });
    }
    let mut segments: Vec<Segment> = Vec::with_capacity(parts.len());
    let mut space: Option<Segment> = None;
    for part in parts {
        if part.style.picture.is_some() {
            put(&mut segments, space.take(), Segment { range: part.range, style: part.style });
            continue;
        }
        let text = &line[part.range.clone()];
        let body = part.range.start + (text.len() - text.trim_start().len())..part.range.start + text.trim_end().len();
        if body.is_empty() || body.start > body.end {
            space = joined(space, part.range, part.style);
            continue;
        }
        let before = joined(space.take(), part.range.start..body.start, part.style);
        let mut style = part.style;
        style.code &= !(place.in_cell && line[body.clone()].contains('|'));
        put(&mut segments, before, Segment { range: body.clone(), style });
        space = joined(None, body.end..part.range.end, part.style);
    }
    segments
}

/// White space and more of it: it looks as all of it does.
fn joined(space: Option<Segment>, more: Range<usize>, style: Style) -> Option<Segment> {
    match space {
        _ if more.is_empty() => space,
        Some(space) => Some(Segment { range: space.range.start..more.end, style: common(space.style, style) }),
        None => Some(Segment { range: more, style }),
    }
}

/// Appends white space and a segment.
fn put(segments: &mut Vec<Segment>, space: Option<Segment>, next: Segment) {
    if let Some(Segment { range, style }) = space {
        let before = segments.last().map(|last| last.style).unwrap_or_default();
        push(segments, Segment { range, style: common(style, common(before, next.style)) });
    }
    push(segments, next);
}

/// Appends a segment, to the last one where they look the same.
fn push(segments: &mut Vec<Segment>, next: Segment) {
    match segments.last_mut() {
        Some(last) if last.style.picture.is_none() && last.style == next.style => last.range.end = next.range.end,
        // Code is of one piece: its parts lose what not all of them have.
        Some(last) if last.style.code && next.style.code && last.style.link == next.style.link => {
            (last.style, last.range.end) = (common(last.style, next.style), next.range.end);
        }
        _ => segments.push(next),
    }
}

fn common(one: Style, other: Style) -> Style {
    Style {
        strong: one.strong && other.strong,
        emphasis: one.emphasis && other.emphasis,
        strike: one.strike && other.strike,
        code: one.code && other.code,
        link: one.link.filter(|_| one.link == other.link),
        picture: None,
    }
}
