//! One scan over a text, from stop to stop, and what is handed to which detector.

use super::finder::EntityFinder;
use super::found::{EntityMatch, EntityNearMiss};
use super::kind::EntityKind;
use super::number::Number;
use super::view::View;
use super::{birth_date, card, coordinates, crypto, email, iban, ip, mac, mrz, national_id, phone, plate, secret, spoken};
use crate::octet::Octet;
use std::ops::Range;

/// Digits of a number that is none of these without more of them.
const SHORT: usize = 4;

/// One text being searched.
pub(super) struct Scan<'f, 't, 's> {
    pub(super) finder: &'f EntityFinder,
    pub(super) view: View<'t>,
    pub(super) matches: &'s mut Vec<EntityMatch>,
    pub(super) near: Option<&'s mut Vec<EntityNearMiss>>,
    /// Up to here runs were searched for keys.
    pub(super) searched: usize,
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
    pub(super) fn run(&mut self) {
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
                let is_plus = self.view.byte_before(first) == b'+';
                if is_rest_word && (is_plus || (is_named && self.view.is_contact_word(token.start..first))) {
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
        let is_letter = |byte: u8| byte.is_ascii_uppercase() || !byte.is_ascii();
        let is_apart = || matches!(self.view.byte_before(first), b' ' | b'-') && first > 1 && is_letter(self.view.byte(first - 2));
        // A letter of another script may look like a country's.
        if is_apart() || !self.view.byte_before(first).is_ascii() {
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
        // The groups of a number with a plus may be parted by any sign.
        let goes_on = || self.view.byte_before(first) == b'+' && self.view.byte(token.end + 1).is_ascii_digit();
        is_end && !goes_on() && token.start == first && token.len() <= SHORT && self.view.digits(first).end == token.end
    }

    pub(super) fn has(&self, kind: EntityKind) -> bool {
        self.finder.has(kind)
    }

    pub(super) fn hit(&mut self, range: Range<usize>, kind: EntityKind, detail: &'static str, score: f32) {
        self.matches.push(EntityMatch { range, kind, detail, score });
    }

    pub(super) fn miss(&mut self, range: Range<usize>, kind: EntityKind, failed: &'static str) {
        if let Some(near) = &mut self.near {
            near.push(EntityNearMiss { range, kind, failed });
        }
    }
}
