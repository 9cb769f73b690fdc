//! Entities: values that a validator can tell from a look-alike, such as phone numbers, cards, keys and ids.
//!
//! One scan passes over a block of text. It stops at the few bytes that entities must hold (a digit, `@`, `:`, `<<`) and hands what
//! stands there to the detectors. What a number is called near it ("IBAN", "جوال", "order no") raises or vetoes it. Validators
//! and the search for such words run at candidates only.
//!
//! Each detector is one file; words, formats of secrets, and shapes of plates are data under `rules/entity/`.

mod birth_date;
mod card;
mod coordinates;
mod crypto;
mod email;
mod iban;
mod ip;
mod keyword;
mod kind;
mod link;
mod mac;
mod mrz;
mod national_id;
mod number;
mod phone;
mod plate;
mod region;
mod secret;
mod spoken;
mod view;

pub use kind::{EntityKind, UnknownKind};
pub(crate) use link::dialled_locally;
pub use region::{Region, UnknownRegion};

use crate::octet::Octet;
use number::Number;
use phone::PhoneBook;
use plate::PlateBook;
use std::ops::Range;
use view::View;

/// An entity in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityMatch {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// What it is.
    pub kind: EntityKind,
    /// Which of its kind: a region (`SA`), an issuer (`visa`), a format (`aws-access-key`).
    pub detail: &'static str,
    /// How sure it is, 0 to 1: a checksum or a name beside it raises, a form shared with other numbers lowers.
    pub score: f32,
}

/// What looked like an entity and was none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityNearMiss {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// What it might have been.
    pub kind: EntityKind,
    /// The step that failed: `boundary`, `checksum`, `context`, `entropy`, `format`, `issuer`, `length`, `placeholder`, `region`.
    pub failed: &'static str,
}

/// Finds entities; built once for a rule set, shared by all pages.
#[derive(Debug)]
pub struct EntityFinder {
    wanted: u32,
    regions: [Vec<Region>; EntityKind::COUNT],
    phones: PhoneBook,
    plates: PlateBook,
    /// Bytes at which the scan stops.
    stops: [bool; 256],
}

impl EntityFinder {
    /// A finder for these kinds. A kind named twice gets the regions of both; without regions, phone numbers are found in
    /// international form only, national ids of all countries if they are named or unmistakable, and plates not at all.
    pub fn new(wanted: &[(EntityKind, Vec<Region>)]) -> Self {
        let mut kinds = 0;
        let mut regions = [const { Vec::new() }; EntityKind::COUNT];
        for (kind, more) in wanted {
            kinds |= kind.bit();
            regions[*kind as usize].extend_from_slice(more);
        }
        for list in &mut regions {
            // The first region named is the first whose number it may be.
            let mut seen = rustc_hash::FxHashSet::default();
            list.retain(|region| seen.insert(*region));
        }
        let has = |kind: EntityKind| kinds & kind.bit() != 0;
        let mut stops = [false; 256];
        let numbers = EntityKind::ALL.iter().any(|kind| has(*kind) && !matches!(kind, EntityKind::Email | EntityKind::Mrz));
        (b'0'..=b'9').for_each(|digit| stops[digit as usize] = numbers);
        let mut stop = |bytes: &[u8], kind| bytes.iter().for_each(|byte| stops[usize::from(*byte)] |= has(kind));
        stop(b"@([{<.", EntityKind::Email);
        stop(b":", EntityKind::Ip);
        stop(b"<", EntityKind::Mrz);
        stop(b":=_-", EntityKind::Secret);
        EntityFinder {
            wanted: kinds,
            phones: PhoneBook::new(has(EntityKind::Phone), &regions[EntityKind::Phone as usize]),
            plates: PlateBook::new(&regions[EntityKind::Plate as usize]),
            regions,
            stops,
        }
    }

    /// Whether there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.wanted == 0
    }

    /// Finds all entities of one block of visible text and appends them, ordered by where they begin; they may overlap.
    ///
    /// `text` is the plain view: character references decoded, default-ignorable characters removed, NFKC, digits in ASCII. A
    /// line break is `\n`; no match crosses it but machine-readable zones and private keys. Nothing is allocated when nothing is found.
    pub fn find(&self, text: &str, matches: &mut Vec<EntityMatch>, near: Option<&mut Vec<EntityNearMiss>>) {
        self.find_labelled(text, "", matches, near);
    }

    /// The same in a text that has a name, such as a JSON value or a field: `telephone`, `order_id`.
    pub fn find_labelled(&self, text: &str, label: &str, matches: &mut Vec<EntityMatch>, mut near: Option<&mut Vec<EntityNearMiss>>) {
        if self.wanted == 0 {
            return;
        }
        let first = matches.len();
        let first_near = near.as_ref().map_or(0, |near| near.len());
        let mut scan = Scan { finder: self, view: View::labelled(text, label), matches: &mut *matches, near: near.as_deref_mut(), searched: 0 };
        scan.run();
        settle(matches, first);
        if let Some(near) = near {
            settle_near(near, first_near, &matches[first..]);
        }
    }

    /// Finds the entities that a link's target stands for: `tel:`, `sms:`, `mailto:`, `wa.me/…`, `t.me/+…` and the like.
    ///
    /// Ranges are bytes of `href`, and cover the value as written, percent signs included.
    pub fn find_in_link(&self, href: &str, matches: &mut Vec<EntityMatch>, near: Option<&mut Vec<EntityNearMiss>>) {
        link::find(self, href, matches, near);
    }

    fn has(&self, kind: EntityKind) -> bool {
        self.wanted & kind.bit() != 0
    }

    fn regions(&self, kind: EntityKind) -> &[Region] {
        &self.regions[kind as usize]
    }
}

/// Orders the matches from `first` on. A value that is reached twice, from two of its digits or from its name, stays once, as the
/// longer of the readings and the surer of two alike.
fn settle(matches: &mut Vec<EntityMatch>, first: usize) {
    if matches.len() < first + 2 {
        return;
    }
    let key = |found: &EntityMatch| (found.range.start, std::cmp::Reverse(found.range.end), found.kind);
    matches[first..].sort_unstable_by(|a, b| key(a).cmp(&key(b)).then(b.score.total_cmp(&a.score)).then(a.detail.cmp(b.detail)));
    let (mut place, mut reached) = (0, [0; EntityKind::COUNT]);
    matches.retain(|found| {
        place += 1;
        if place <= first {
            return true;
        }
        let reached = &mut reached[found.kind as usize];
        let new = found.range.end > *reached;
        *reached = found.range.end.max(*reached);
        new
    });
}

/// Orders the near misses from `first` on, and leaves out those whose bytes are a match after all.
fn settle_near(near: &mut Vec<EntityNearMiss>, first: usize, matches: &[EntityMatch]) {
    let mut reach = 0;
    let reached: Vec<usize> = matches
        .iter()
        .map(|found| {
            reach = found.range.end.max(reach);
            reach
        })
        .collect();
    let mut place = 0;
    near.retain(|miss| {
        place += 1;
        let before = matches.partition_point(|found| found.range.start < miss.range.end);
        place <= first || before == 0 || reached[before - 1] <= miss.range.start
    });
    near[first..].sort_unstable_by_key(|miss| (miss.range.start, miss.range.end, miss.kind, miss.failed));
    near.dedup();
}

/// Digits of a number that is none of these without more of them.
const SHORT: usize = 4;

/// One text being searched.
struct Scan<'f, 't, 's> {
    finder: &'f EntityFinder,
    view: View<'t>,
    matches: &'s mut Vec<EntityMatch>,
    near: Option<&'s mut Vec<EntityNearMiss>>,
    /// Up to here runs were searched for keys.
    searched: usize,
}

/// The next byte at which the scan stops; none of these is a letter.
#[inline]
fn next_stop(bytes: &[u8], mut at: usize, stops: &[bool; 256]) -> Option<usize> {
    while at < bytes.len() {
        let is_stop = |at: &usize| bytes.get(*at).is_some_and(|byte| stops[usize::from(*byte)]);
        if let Some(stop) = Octet::at(bytes, at).prose().gaps().map(|gap| at + gap).find(is_stop) {
            return Some(stop);
        }
        at += 8;
    }
    None
}

impl Scan<'_, '_, '_> {
    fn run(&mut self) {
        let bytes = self.view.bytes();
        let stops = &self.finder.stops;
        let mut at = 0;
        while let Some(stop) = next_stop(bytes, at, stops) {
            at = match bytes[stop] {
                b'0'..=b'9' => self.at_digit(stop),
                b'@' => email::at_sign(self, stop),
                b'.' => email::at_point(self, stop),
                b'<' if self.has(EntityKind::Mrz) && bytes.get(stop + 1) == Some(&b'<') => mrz::at_filler(self, stop),
                b'<' | b'(' | b'[' | b'{' if self.has(EntityKind::Email) => email::at_bracket(self, stop),
                b':' | b'=' => self.at_sign(stop),
                b'_' | b'-' => {
                    secret::in_run(self, stop);
                    stop + 1
                }
                _ => stop + 1,
            };
            debug_assert!(at > stop);
        }
        if self.has(EntityKind::Email) {
            email::spoken_points(self);
        }
        if self.has(EntityKind::Phone) {
            spoken::find(self);
        }
    }

    /// Looks at a colon or an equals sign; gives the place to go on from.
    fn at_sign(&mut self, sign: usize) -> usize {
        if self.has(EntityKind::Secret) {
            secret::at_sign(self, sign);
        }
        if self.has(EntityKind::Ip) && self.view.byte(sign) == b':' { ip::at_colon(self, sign) } else { sign + 1 }
    }

    /// Looks at a number from its first digit on; gives the place to go on from.
    fn at_digit(&mut self, first: usize) -> usize {
        let token = self.view.token(first);
        let mut end = first + 1;
        if self.has(EntityKind::Secret) {
            secret::in_run(self, first);
            secret::told(self, first);
        }
        if token.len() > 1 && self.view.bytes()[token.clone()].iter().any(u8::is_ascii_alphabetic) {
            if self.has(EntityKind::BirthDate) {
                // "5th of May", "1er mai". No number goes on behind a letter.
                let number = (self.view.digits(first).end == token.end).then(|| Number::read(&self.view, first));
                birth_date::find(self, first, number.as_ref());
            }
            // Letters and digits in one: an account, an address, an id with a check letter.
            end = end.max(iban::find(self, first));
            crypto::find(self, token.clone());
            end = end.max(mac::find(self, first, &token));
            national_id::find_lettered(self, first, &token);
            if self.finder.has(EntityKind::Ip) {
                end = end.max(ip::hexadecimal(self, first));
            }
            if self.finder.has(EntityKind::Plate) {
                plate::find(self, first);
            }
            if token.start < first || self.view.bytes()[token.end - 1].is_ascii_alphabetic() {
                // The digits of a token that begins with a word ("tel0501234567") can still be a number.
                let digits = self.view.digits(first);
                // "P90384777" is a picture; one letter names a number only that is dialled with a zero.
                let is_named = first > token.start + 1 || self.view.byte(first) == b'0';
                // "Call0512345678now"
                let is_rest_word = self.view.bytes()[digits.end..token.end].iter().all(u8::is_ascii_alphabetic);
                if is_rest_word && is_named && self.view.is_contact_word(token.start..first) {
                    let number = Number::read(&self.view, first);
                    phone::find(self, &number);
                    return end.max(number.end());
                }
                if (9..=15).contains(&token.len()) && self.has(EntityKind::Phone) && phone::with_letters(self, token.clone()) {
                    return token.end;
                }
                if digits.end == token.end && self.view.byte(token.end) == b':' && self.has(EntityKind::Secret) {
                    // "…/bot6041412086:AA…"
                    secret::bot_token(self, &Number::read(&self.view, first));
                }
                if digits.end == token.end && token.len() - digits.len() <= 12 && digits.len() >= 13 {
                    card::find_glued(self, &Number::read(&self.view, first));
                }
                if digits.end < token.end || !(token.start + 1 == first && self.view.bytes()[token.start] == b'T') {
                    return end.max(if token.len() > 24 { token.end } else { digits.end });
                }
                return end.max(digits.end);
            }
        }
        if matches!(self.view.byte_before(first), b' ' | b'-') && first > 1 && self.view.byte(first - 2).is_ascii_uppercase() {
            let account = iban::find(self, first);
            if account > first {
                return account;
            }
        }
        end = end.max(mac::find(self, first, &token));
        if self.is_alone(first, &token) {
            if self.has(EntityKind::BirthDate) {
                birth_date::find(self, first, None);
            }
            self.in_row(first, &token);
            return end.max(token.end);
        }
        let number = Number::read(&self.view, first);
        if self.has(EntityKind::BirthDate) {
            birth_date::find(self, first, Some(&number));
        }
        let end_of_first = number.groups().first().map_or(first, |group| group.end);
        let may_be_point = match self.view.byte(end_of_first) {
            b'[' | b'(' | b'{' | 0xD9 | 0xDB => true,
            b' ' => self.view.byte(end_of_first + 1) == b'.',
            _ => false,
        };
        if may_be_point && let Some(address) = ip::other_points(self, &number) {
            return address;
        }
        if number.digit_count() >= 4 || self.view.char_after(number.end()) == Some('٫') {
            if let Some(coordinates) = coordinates::find(self, &number) {
                return coordinates;
            }
            if let Some(address) = ip::version_four(self, &number) {
                return address;
            }
        } else if coordinates::degrees(self, &number).is_some() {
            return number.end();
        }
        if number.digit_count() >= 7 && !secret::bot_token(self, &number) {
            card::find(self, &number);
            national_id::find_digits(self, &number);
            phone::find(self, &number);
        }
        self.in_row(first, &token);
        end.max(number.end())
    }

    /// Looks for what has letters in a row of digits, or beside it.
    fn in_row(&mut self, first: usize, token: &Range<usize>) {
        if self.finder.has(EntityKind::NationalId) {
            national_id::find_lettered(self, first, token);
        }
        if self.finder.has(EntityKind::Plate) {
            plate::find(self, first);
        }
    }

    /// Whether a token is a few digits that what follows does not go on with, as most numbers are: a year, a count.
    fn is_alone(&self, first: usize, token: &Range<usize>) -> bool {
        // Arabic letters begin with these bytes.
        let is_word = |at: usize| matches!(self.view.byte(at), b'A'..=b'Z' | b'a'..=b'z' | 0xD8..=0xDB);
        let is_end = match self.view.byte(token.end) {
            b' ' => is_word(token.end + 1),
            b'.' | b')' => match self.view.byte(token.end + 1) {
                b' ' => is_word(token.end + 2),
                byte => matches!(byte, 0 | b'\n') || byte.is_ascii_alphabetic(),
            },
            byte => matches!(byte, 0 | b'\n' | b',' | b';' | b':' | b'!' | b'?' | b'"' | b'\'' | b'%'),
        };
        is_end && token.start == first && token.len() <= SHORT && self.view.digits(first).end == token.end
    }

    fn has(&self, kind: EntityKind) -> bool {
        self.finder.has(kind)
    }

    fn hit(&mut self, range: Range<usize>, kind: EntityKind, detail: &'static str, score: f32) {
        self.matches.push(EntityMatch { range, kind, detail, score });
    }

    fn miss(&mut self, range: Range<usize>, kind: EntityKind, failed: &'static str) {
        if let Some(near) = &mut self.near {
            near.push(EntityNearMiss { range, kind, failed });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appends_and_keeps_what_is_there() {
        let finder = EntityFinder::new(&[(EntityKind::Email, Vec::new())]);
        let (mut matches, mut near) = (Vec::new(), Vec::new());
        finder.find("a@example.com", &mut matches, Some(&mut near));
        finder.find("b@example.com, icon@2x.png", &mut matches, Some(&mut near));
        assert_eq!(matches.len(), 2);
        assert_eq!((near.len(), near[0].failed), (1, "format"));
    }

    #[test]
    fn long_runs_of_anything_cost_little_and_never_panic() {
        let finder = EntityFinder::new(&EntityKind::ALL.map(|kind| (kind, vec!["SA".parse().unwrap(), "US".parse().unwrap()])));
        let parts = [
            "0",
            "1 ",
            "a@",
            "::",
            "<<",
            "A<",
            "1.2.",
            "05 ",
            "-----BEGIN ",
            "eyJ.",
            "a1",
            "(",
            "+1",
            "SA03 ",
            "token=",
            " at ",
            " dot ",
            "أ 1",
            "1-",
            "0x",
            "://",
            "°1",
        ];
        for part in parts {
            let text = part.repeat(100_000 / part.len());
            let begun = std::time::Instant::now();
            finder.find(&text, &mut Vec::new(), Some(&mut Vec::new()));
            // Generous: a quadratic cost would be minutes.
            assert!(begun.elapsed().as_secs() < 10, "{part:?} took {:?}", begun.elapsed());
        }
    }
}
