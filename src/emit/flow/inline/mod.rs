//! A line as Markdown: its words are escaped and get their marks when all of it is known, so that the marks nest and a reader of
//! CommonMark takes them for marks, and nothing else.

mod segment;
mod stretch;
mod writer;

use super::markdown::{Run, Style};
use crate::emit::Placed;
use segment::segments;
use std::ops::Range;
use writer::Writer;
pub(super) use writer::longest_run;

/// Where a line stands, as far as it matters to what is escaped.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) in_cell: bool,
    pub(super) in_heading: bool,
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
