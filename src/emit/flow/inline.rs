//! A line as Markdown: its words are escaped and get their marks when all of it is known, so that the marks nest and a reader of
//! CommonMark takes them for marks, and nothing else.

use super::markdown::{Run, Style};
use crate::emit::Placed;
use std::ops::Range;

/// Where a line stands, as far as it matters to what is escaped.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) in_cell: bool,
    pub(super) in_heading: bool,
}

/// A part of the line that looks the same all through.
struct Segment {
    range: Range<usize>,
    style: Style,
}

/// What is written around segments, from one to before another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Link(u32),
    Strong,
    Emphasis,
    Strike,
}

struct Stretch {
    around: Around,
    segments: Range<usize>,
}

/// The line, written; `marks` move to where their text stands.
pub(super) fn written(line: &str, runs: &[Run], targets: &[String], marks: &mut Vec<Placed>, place: Place) -> String {
    let mut writer = Writer { out: String::with_capacity(line.len() + 16), places: (!marks.is_empty()).then(Vec::new), place };
    let mut range = trimmed(line);
    // A picture may be the last of it, behind a space.
    let picture = runs.iter().rev().find(|run| run.style.picture.is_some()).map_or(0, |run| run.start);
    range.end = range.end.max(picture);
    if runs.iter().all(|run| run.style == Style::default()) {
        writer.text(line, range);
    } else {
        writer.segments(line, &segments(line, runs, range, place), targets);
    }
    if let Some(places) = &writer.places {
        marks.retain_mut(|(_, range)| moved(places, range));
    }
    escape_start(writer.out, marks)
}

/// A text by itself, written.
pub(super) fn escaped(text: &str) -> String {
    written(text, &[], &[], &mut Vec::new(), Place { in_cell: false, in_heading: true })
}

fn trimmed(line: &str) -> Range<usize> {
    let start = line.len() - line.trim_start().len();
    start..line.trim_end().len().max(start)
}

/// Moves a range of the line to where it was written; false if nothing of it was.
fn moved(places: &[(usize, Range<usize>)], range: &mut Range<usize>) -> bool {
    let first = places.partition_point(|(at, _)| *at < range.start);
    let last = places.partition_point(|(at, _)| *at < range.end);
    if first >= last {
        return false;
    }
    *range = places[first].1.start..places[last - 1].1.end;
    true
}

/// The segments of a line. White space between two is marked as both are, and code is of one piece.
fn segments(line: &str, runs: &[Run], within: Range<usize>, place: Place) -> Vec<Segment> {
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

/// What is written around which segments: all links, and of the marks those that nest and that a reader takes for marks.
fn stretches(line: &str, segments: &[Segment]) -> Vec<Stretch> {
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

struct Writer {
    out: String,
    /// Where characters of the line were written, if that is asked for.
    places: Option<Vec<(usize, Range<usize>)>>,
    place: Place,
}

impl Writer {
    fn segments(&mut self, line: &str, segments: &[Segment], targets: &[String]) {
        let stretches = stretches(line, segments);
        let mut next = stretches.iter().peekable();
        let mut open: Vec<&Stretch> = Vec::new();
        for (at, segment) in segments.iter().enumerate() {
            while let Some(stretch) = open.pop_if(|stretch| stretch.segments.end <= at) {
                self.end(stretch.around, targets);
            }
            while let Some(stretch) = next.next_if(|stretch| stretch.segments.start == at) {
                self.begin(stretch.around);
                open.push(stretch);
            }
            match segment.style {
                Style { picture: Some(picture), .. } => {
                    self.bracket("![");
                    self.text(line, segment.range.clone());
                    self.target(picture, targets);
                }
                Style { code: true, .. } => self.code(line, segment.range.clone()),
                _ => self.text(line, segment.range.clone()),
            }
        }
        while let Some(stretch) = open.pop() {
            self.end(stretch.around, targets);
        }
    }

    fn begin(&mut self, around: Around) {
        match around {
            Around::Link(_) => self.bracket("["),
            Around::Strong => self.out.push_str("**"),
            Around::Emphasis => self.out.push('*'),
            Around::Strike => self.out.push_str("~~"),
        }
    }

    fn end(&mut self, around: Around, targets: &[String]) {
        match around {
            Around::Link(target) => self.target(target, targets),
            other => self.begin(other),
        }
    }

    /// An exclamation mark before a bracket would make a picture of it.
    fn bracket(&mut self, bracket: &str) {
        if self.out.ends_with('!') {
            self.out.insert(self.out.len() - 1, '\\');
            if let Some((_, last)) = self.places.as_mut().and_then(|places| places.last_mut()) {
                last.end += 1;
            }
        }
        self.out.push_str(bracket);
    }

    fn target(&mut self, target: u32, targets: &[String]) {
        self.out.push_str("](");
        self.out.push_str(targets.get(target as usize).map_or("", String::as_str));
        self.out.push(')');
    }

    fn code(&mut self, line: &str, range: Range<usize>) {
        let code = &line[range.clone()];
        let fence = "`".repeat(longest_run(code) + 1);
        let is_padded = code.starts_with('`') || code.ends_with('`');
        self.out.push_str(&fence);
        self.out.push_str(if is_padded { " " } else { "" });
        let from = self.out.len();
        self.out.push_str(code);
        if let Some(places) = &mut self.places {
            places.extend(code.char_indices().map(|(at, character)| (range.start + at, from + at..from + at + character.len_utf8())));
        }
        self.out.push_str(if is_padded { " " } else { "" });
        self.out.push_str(&fence);
    }

    /// Text, in which no character is a mark.
    fn text(&mut self, line: &str, range: Range<usize>) {
        for (at, character) in line[range.clone()].char_indices() {
            let from = self.out.len();
            let is_mark = match character {
                '\\' | '*' | '_' | '[' | ']' | '`' | '<' | '>' | '~' => true,
                '|' => self.place.in_cell,
                '#' => self.place.in_heading,
                '&' => is_reference(&line[range.start + at..]),
                _ => false,
            };
            if is_mark {
                self.out.push('\\');
            }
            self.out.push(character);
            if let Some(places) = &mut self.places {
                places.push((range.start + at, from..self.out.len()));
            }
        }
    }
}

/// The longest run of backticks.
pub(super) fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

/// Whether a text begins with what is read as a character reference.
fn is_reference(text: &str) -> bool {
    let length = text.bytes().skip(1).take(40).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    length > 0 && text.as_bytes().get(length + 1) == Some(&b';')
}

/// Escapes what would begin a heading, an item, a line across or a table where it stands first.
fn escape_start(mut line: String, marks: &mut [Placed]) -> String {
    let ends = |at: usize| line.as_bytes().get(at).is_none_or(u8::is_ascii_whitespace);
    let count = |byte: fn(&u8) -> bool| line.bytes().take_while(byte).count();
    let (hashes, digits) = (count(|byte| *byte == b'#'), count(u8::is_ascii_digit));
    let at = match line.bytes().next() {
        Some(b'#') if ends(hashes) => 0,
        Some(b'-' | b'+') if ends(1) => 0,
        Some(b'-' | b'=' | b':' | b'|') if line.bytes().all(|byte| matches!(byte, b'-' | b'=' | b':' | b'|' | b' ')) => 0,
        Some(b'0'..=b'9') if matches!(line.as_bytes().get(digits), Some(b'.' | b')')) && ends(digits + 1) => digits,
        _ => return line,
    };
    line.insert(at, '\\');
    for (_, range) in marks {
        range.start += usize::from(range.start > at);
        range.end += usize::from(range.end > at);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes words, each with its marks: `b`, `i`, `s`, `c`, a link.
    fn line(parts: &[(&str, &str)]) -> String {
        let (mut text, mut runs) = (String::new(), Vec::new());
        for (part, marks) in parts {
            let is = |mark: char| marks.contains(mark);
            let link = marks.chars().find_map(|mark| mark.to_digit(10));
            runs.push(Run {
                start: text.len(),
                style: Style { strong: is('b'), emphasis: is('i'), strike: is('s'), code: is('c'), link, picture: None },
            });
            text.push_str(part);
        }
        written(&text, &runs, &["/x".to_owned(), "/y".to_owned()], &mut Vec::new(), Place::default())
    }

    #[test]
    fn marks_stand_at_words_and_nest() {
        assert_eq!(line(&[("one", ""), (" two", "b"), (" three", "")]), "one **two** three");
        assert_eq!(line(&[("a", "i"), ("b", "b")]), "*a*b");
        assert_eq!(line(&[("a", "i"), (" b", "b")]), "*a* **b**");
        assert_eq!(line(&[("a ", "b"), ("b", "bi"), (" c", "")]), "**a *b*** c");
        assert_eq!(line(&[("a ", "b"), ("b ", "bi"), ("c", "i")]), "**a b** c");
        assert_eq!(line(&[("foo", ""), ("(bar)", "b"), ("baz", "")]), "foo(bar)baz");
        assert_eq!(line(&[("foo", ""), ("bar", "b"), ("baz", "")]), "foo**bar**baz");
        assert_eq!(line(&[("look!", ""), ("here", "0"), ("there", "1")]), "look\\![here](/x)[there](/y)");
        assert_eq!(line(&[("a", "0"), ("b", "0b"), ("c", "b")]), "[ab](/x)c");
    }

    #[test]
    fn code_is_literal() {
        assert_eq!(line(&[("foo_bar", "c"), (" or ", ""), ("a`b", "c"), (" ", ""), ("`", "c")]), "`foo_bar` or ``a`b`` `` ` ``");
        assert_eq!(line(&[("a", "c"), ("b", "cb"), (" c", "c")]), "`ab c`");
    }

    #[test]
    fn what_would_begin_a_block_is_escaped() {
        for (text, written) in [
            ("# x", "\\# x"),
            ("#x", "#x"),
            ("- x", "\\- x"),
            ("-x", "-x"),
            ("1. x", "1\\. x"),
            ("1.5 x", "1.5 x"),
            ("2) x", "2\\) x"),
            ("---", "\\---"),
            ("| --- |", "\\| --- |"),
            ("===", "\\==="),
            ("&lt;b&gt; & co", "\\&lt;b\\&gt; & co"),
            ("~~x~~ *", "\\~\\~x\\~\\~ \\*"),
        ] {
            assert_eq!(super::written(text, &[], &[], &mut Vec::new(), Place::default()), written);
        }
    }

    #[test]
    fn marks_of_moderation_move_with_their_text() {
        let mut marks = vec![(0, 2..5), (1, 5..6)];
        let runs = [Run { start: 2, style: Style { strong: true, ..Style::default() } }, Run { start: 5, style: Style::default() }];
        let text = written("_ a*b _", &runs, &[], &mut marks, Place::default());
        assert_eq!((text.as_str(), &text[marks[0].1.clone()]), ("\\_ **a\\*b** \\_", "a\\*b"));
        assert_eq!(&text[marks[1].1.clone()], " ");
    }
}
