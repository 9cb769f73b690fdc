//! A number as people write it: groups of digits and the marks between them.

use super::keyword::{Class, Context};
use super::view::View;
use std::cell::OnceCell;
use std::ops::Range;

/// Groups and digits of one number at most; what is longer is read in parts.
const GROUPS: usize = 16;
pub(super) const DIGITS: usize = 40;
/// Digits of the longest group beside a sign that mostly parts numbers.
const SIGNED: usize = 5;

/// What stands between two groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Gap {
    #[default]
    None,
    Space,
    Hyphen,
    Dot,
    Slash,
    Bracket,
    /// A hyphen or slash with spaces around: parts numbers rather than groups.
    Wide,
}

/// Digits of the longest number of an entry in a list.
const ORDINAL: usize = 2;

/// Digits without a mark between them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
    /// What stands before it.
    pub(super) gap: Gap,
}

impl Group {
    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }
}

/// A number and its groups.
pub(super) struct Number<'t> {
    pub(super) view: View<'t>,
    groups: [Group; GROUPS],
    count: usize,
    /// Where it begins, with a plus or bracket before it.
    pub(super) start: usize,
    pub(super) plus: bool,
    context: OnceCell<Context>,
}

/// The digits of some groups.
#[derive(Clone, Copy)]
pub(super) struct Digits {
    bytes: [u8; DIGITS],
    len: usize,
}

impl Digits {
    pub(super) fn as_str(&self) -> &str {
        // Only ASCII digits are put in.
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }

    pub(super) fn push(&mut self, byte: u8) {
        if self.len < DIGITS {
            self.bytes[self.len] = byte;
            self.len += 1;
        }
    }

    pub(super) fn empty() -> Self {
        Digits { bytes: [0; DIGITS], len: 0 }
    }
}

impl<'t> Number<'t> {
    /// Reads the number whose first digit is at `first`.
    pub(super) fn read(view: &View<'t>, first: usize) -> Self {
        let mut number = Number { view: *view, groups: [Group::default(); GROUPS], count: 0, start: first, plus: false, context: OnceCell::new() };
        let (mut at, mut gap, mut digits) = (first, Gap::None, 0);
        let mut is_signed = view.byte_before(first) == b'+';
        loop {
            let group = view.digits(at);
            digits += group.len();
            // A lone run that is too long for anything still counts as one group, so that no part of it is taken for a whole.
            if number.count == GROUPS || (digits > DIGITS && number.count > 0) {
                break;
            }
            at = group.end;
            number.groups[number.count] = Group { start: group.start, end: group.end, gap };
            number.count += 1;
            let marked = gap_after(view, at);
            is_signed &= marked.is_none();
            let Some((next, between)) = marked.or_else(|| sign_after(view, group).filter(|_| is_signed)) else { break };
            (at, gap) = (next, between);
        }
        let before = view.bytes();
        let mut start = first;
        // "+", "(+", "+(", "+ (", "(": at most three marks, a plus among them or one bracket.
        for _ in 0..3 {
            match view.byte_before(start) {
                b'+' if !number.plus => {
                    start -= 1;
                    number.plus = true;
                    number.start = start;
                }
                b'(' => {
                    start -= 1;
                    if number.plus || view.byte_before(start) == b'+' || number.count > 0 && before.get(number.groups[0].end) == Some(&b')') {
                        number.start = start;
                    }
                }
                b' ' if view.byte_before(first) == b'(' && view.byte_before(start - 1) == b'+' => start -= 1,
                // "+ 966 50 …"; after a number it adds.
                b' ' if start == first
                    && view.byte_before(start - 1) == b'+'
                    && !view.text()[..start - 2].trim_end().ends_with(|c: char| c.is_alphanumeric()) =>
                {
                    start -= 1;
                }
                _ => break,
            }
        }
        // A bracket that closes after the number is not its own.
        let (start, end) = (number.start, number.end());
        if view.byte(start) == b'(' && !before[start..end].contains(&b')') {
            number.start += 1;
        }
        // A plus between two numbers adds them up.
        let summand = before[..number.start].iter().rev().take(16).take_while(|byte| byte.is_ascii_digit()).count();
        if number.plus && (1..9).contains(&summand) {
            number.plus = false;
            number.start = first;
        }
        number
    }

    pub(super) fn groups(&self) -> &[Group] {
        &self.groups[..self.count]
    }

    pub(super) fn end(&self) -> usize {
        self.groups().last().map_or(self.start, |group| group.end)
    }

    pub(super) fn digit_count(&self) -> usize {
        self.groups().iter().map(Group::len).sum()
    }

    /// The digits of a window of groups, `None` if there are too many.
    pub(super) fn digits(&self, window: Range<usize>) -> Option<Digits> {
        let mut digits = Digits::empty();
        for group in &self.groups()[window] {
            if digits.len + group.len() > DIGITS {
                return None;
            }
            self.view.bytes()[group.start..group.end].iter().for_each(|byte| digits.push(*byte));
        }
        Some(digits)
    }

    /// Count of digits in a window of groups.
    pub(super) fn width(&self, window: Range<usize>) -> usize {
        self.groups()[window].iter().map(Group::len).sum()
    }

    /// Bytes of a window of groups.
    pub(super) fn range(&self, window: Range<usize>) -> Range<usize> {
        self.groups[window.start].start..self.groups[window.end - 1].end
    }

    /// The value of a group of few digits.
    pub(super) fn value(&self, group: usize) -> u32 {
        let group = self.groups[group];
        self.view.text()[group.start..group.end].parse().unwrap_or(u32::MAX)
    }

    /// What stands around it, looked for once.
    pub(super) fn context(&self) -> &Context {
        self.context.get_or_init(|| Context::of(self.view, &(self.start..self.end())))
    }

    /// The same for a part of it; a mark of an earlier part is a mark of all.
    pub(super) fn says(&self, class: Class) -> bool {
        self.context().says(class)
    }

    /// Whether a window can begin or end here: at the edge of the number, or where spaces or slashes part numbers.
    pub(super) fn parts_before(&self, group: usize) -> bool {
        group == 0
            || group == self.count
            || matches!(self.groups[group].gap, Gap::Space | Gap::Slash | Gap::Wide)
            // A bracket that opens here parts, one that closes here ends the number's first digits: "(888) 667-1411".
            || (self.groups[group].gap == Gap::Bracket && self.view.byte_before(self.groups[group].start) == b'(')
            // "1)0501234567" is the first of a list.
            || (self.groups[group].gap == Gap::Bracket && self.groups[group - 1].len() <= ORDINAL && self.closes_nothing(group))
            // "0565524205-0548653159" are two.
            || (self.groups[group].gap == Gap::Hyphen && self.groups[group - 1].len() >= 9 && self.groups[group].len() >= 9)
    }

    /// Whether the bracket in front of a group closes none that opened in front of the group before.
    fn closes_nothing(&self, group: usize) -> bool {
        let (before, next) = (&self.groups[group - 1], &self.groups[group]);
        self.view.text()[before.end..next.start].trim_end_matches(' ') == ")" && !matches!(self.view.byte_before(before.start), b'(' | b'+')
    }

    /// The one kind of gap within a window, `None` if they differ.
    pub(super) fn gap_within(&self, window: Range<usize>) -> Option<Gap> {
        let mut gaps = self.groups()[window].iter().skip(1).map(|group| group.gap);
        let Some(first) = gaps.next() else { return Some(Gap::None) };
        gaps.all(|gap| gap == first).then_some(first)
    }

    /// Whether a window is written as a date: year, month and day in any order, or as a range of years.
    pub(super) fn is_date(&self, window: Range<usize>) -> bool {
        let groups = &self.groups()[window.clone()];
        let year = |group: usize| self.groups[group].len() == 4 && (1200..=2199).contains(&self.value(group));
        let small = |group: usize, most: u32| self.groups[group].len() <= 2 && (1..=most).contains(&self.value(group));
        let from = window.start;
        match groups.len() {
            0 | 1 => false,
            2 => year(from) && (year(from + 1) || small(from + 1, 12)) && groups[1].gap != Gap::None,
            _ if !matches!(groups[1].gap, Gap::Hyphen | Gap::Dot | Gap::Slash | Gap::Wide) || groups[1].gap != groups[2].gap => {
                self.count >= from + 4 && self.is_date(from..from + 2) && self.is_date(from + 2..from + 4)
            }
            _ => {
                let forward = year(from) && small(from + 1, 12) && small(from + 2, 31);
                let backward = small(from, 31) && small(from + 1, 31) && year(from + 2);
                let short = groups.len() == 3 && small(from, 31) && small(from + 1, 12) && groups[2].len() == 2;
                forward || backward || short
            }
        }
    }

    /// Whether a window is written like an amount: groups of three after a first of one to three.
    pub(super) fn is_amount(&self, window: Range<usize>) -> bool {
        let groups = &self.groups()[window.clone()];
        groups.len() >= 2
            && (1..=3).contains(&groups[0].len())
            && self.view.byte(groups[0].start) != b'0'
            && groups[1..].iter().all(|group| group.len() == 3)
            && matches!(self.gap_within(window), Some(Gap::Space | Gap::Dot))
    }

    /// Whether it goes on from the country and check digits of a bank account (`SA03 8000 …`).
    pub(super) fn follows_account(&self) -> bool {
        let view = &self.view;
        let start = self.groups[0].start;
        if start < 5 || !matches!(view.byte_before(start), b' ' | b'-') || !view.byte(start - 2).is_ascii_alphanumeric() {
            return false;
        }
        // "NL50 UFJP 0863 7527 95": back over groups of capitals and digits to the country.
        let mut end = start - 1;
        for _ in 0..8 {
            let token = view.token(end.saturating_sub(1));
            let bytes = &view.bytes()[token.clone()];
            if bytes.len() >= 4 && bytes[..2].iter().all(u8::is_ascii_uppercase) && bytes[2..4].iter().all(u8::is_ascii_digit) {
                return true;
            }
            let group = bytes.len() == 4 && bytes.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
            if !group || token.start < 2 || !matches!(view.byte_before(token.start), b' ' | b'-') {
                return false;
            }
            end = token.start - 1;
        }
        false
    }

    /// Whether a comma, point or colon makes a window a part of a longer number on either side.
    pub(super) fn is_continued(&self, range: &Range<usize>) -> bool {
        let view = &self.view;
        let mark = |byte: u8| matches!(byte, b',' | b'.' | b':' | b'/');
        let before = mark(view.byte_before(range.start)) && range.start >= 2 && view.byte(range.start - 2).is_ascii_digit();
        let after = mark(view.byte(range.end)) && view.byte(range.end + 1).is_ascii_digit() && {
            let next = view.digits(range.end + 1);
            // A list without spaces holds numbers of a like length; "0958/9" has another last digit.
            next.len() < 7 && !(view.byte(range.end) == b'/' && next.len() == 1)
        };
        let listed = before && matches!(view.byte_before(range.start), b',' | b'/') && {
            let bytes = &view.bytes()[..range.start - 1];
            bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).count() >= 7
        };
        (before && !listed) || after
    }
}

/// A sign that parts two short groups. Only where it parts all of a number with a plus, as in "+966=50=123=4567", are they of one number:
/// elsewhere it parts values or times.
fn sign_after(view: &View<'_>, group: Range<usize>) -> Option<(usize, Gap)> {
    let is_sign = matches!(view.byte(group.end), b'=' | b':' | b';') && view.byte(group.end + 1).is_ascii_digit();
    (is_sign && group.len() <= SIGNED && view.digits(group.end + 1).len() <= SIGNED).then_some((group.end + 1, Gap::Hyphen))
}

/// The gap after a group, if another group follows it.
fn gap_after(view: &View<'_>, end: usize) -> Option<(usize, Gap)> {
    let (mut spaces, mut gap, mut marks) = (0, Gap::None, 0);
    let mut rest = view.text()[end..].char_indices();
    loop {
        let (offset, character) = rest.next()?;
        let new = match character {
            '0'..='9' => {
                let parted = matches!(gap, Gap::Hyphen | Gap::Slash | Gap::Dot) && spaces > 0;
                if gap == Gap::Dot && parted {
                    return None; // the end of a sentence
                }
                let gap = if parted {
                    Gap::Wide
                } else if gap == Gap::None && spaces > 0 {
                    Gap::Space
                } else {
                    gap
                };
                return (gap != Gap::None).then_some((end + offset, gap));
            }
            ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' => {
                spaces += 1;
                if spaces > 2 {
                    return None;
                }
                continue;
            }
            '-' | '\u{2010}'..='\u{2014}' | '\u{2212}' => Gap::Hyphen,
            // A picture between two digits; long groups are numbers of their own.
            '\u{2600}'..='\u{27BF}' | '\u{2B50}' | '\u{1F300}'..='\u{1FAFF}' if spaces == 0 && marks == 0 => {
                let is_next = view.byte(end + offset + character.len_utf8()).is_ascii_digit();
                let length = view.bytes()[..end].iter().rev().take(7).take_while(|byte| byte.is_ascii_digit()).count();
                if !is_next || length >= 7 {
                    return None;
                }
                Gap::Hyphen
            }
            '.' | '·' | '\u{2022}' => Gap::Dot,
            // No space beside them: "050_123_4567".
            // What follows a long group after a bar is another field of a list.
            '|' if spaces > 0 || view.bytes()[..end].iter().rev().take(5).take_while(|byte| byte.is_ascii_digit()).count() == 5 => return None,
            '_' | '*' | '|' | '~' if spaces == 0 && view.byte(end + offset + 1).is_ascii_digit() => Gap::Hyphen,
            '/' => Gap::Slash,
            '(' | ')' => Gap::Bracket,
            _ => return None,
        };
        marks += 1;
        if marks > 2 || (marks == 2 && gap != Gap::Bracket && new != Gap::Bracket) {
            return None;
        }
        gap = if marks == 2 { Gap::Bracket } else { new };
    }
}
