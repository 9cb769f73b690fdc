//! The writer of a line: escapes its words, and puts marks, links and pictures around them.

use super::Place;
use super::segment::Segment;
use super::stretch::{Around, Stretch, stretches};
use crate::emit::flow::markdown::Style;
use std::ops::Range;

/// What is written of a line so far.
pub(super) struct Writer {
    pub(super) out: String,
    /// Where characters of the line were written, if that is asked for.
    pub(super) places: Option<Vec<(usize, Range<usize>)>>,
    pub(super) place: Place,
}

impl Writer {
    pub(super) fn segments(&mut self, line: &str, segments: &[Segment], targets: &[String]) {
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
    pub(super) fn text(&mut self, line: &str, range: Range<usize>) {
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
pub(in crate::emit::flow) fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

/// Whether a text begins with what is read as a character reference.
fn is_reference(text: &str) -> bool {
    let length = text.bytes().skip(1).take(40).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    length > 0 && text.as_bytes().get(length + 1) == Some(&b';')
}
