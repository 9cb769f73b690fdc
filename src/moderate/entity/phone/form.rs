//! The form that a number is written in, and how sure that makes it.

use crate::fold::is_ideograph;
use crate::moderate::entity::keyword::{Class, is_numbered};
use crate::moderate::entity::number::{Gap, Group, Number};
use std::ops::Range;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `+966…`
    Plus,
    /// `00966…`
    Zeros,
    /// `05…` of a configured region.
    Trunk,
    /// A national number of a region that has no trunk prefix.
    Bare,
    /// A national number without the trunk prefix that its region has: `50…`, `800…`.
    Lacking,
    /// `966…` of a configured region.
    Code,
}

pub(super) fn score(number: &Number<'_>, window: &Range<usize>, groups: &[Group], form: Form) -> Option<f32> {
    if form == Form::Plus {
        return Some(0.95);
    }
    let context = number.context();
    let digits = number.width(window.clone());
    let range = number.range(window.clone());
    // "0123456789" lists the digits.
    if groups.len() == 1 && number.view.bytes()[range].windows(2).all(|pair| pair[1] == pair[0] + 1) {
        return None;
    }
    let named = context.says(Class::Phone) || number.view.is_dialled(number.start);
    let is_denied = match form {
        // "05…" with all its digits.
        Form::Trunk if digits >= 10 => context.denies_nearby(Class::Phone, number.view, number.start),
        _ => context.denies(Class::Phone),
    };
    if is_denied {
        return None;
    }
    // Chinese and Japanese join everything.
    let glued = number.view.char_before(number.start).is_some_and(|before| before.is_alphabetic() && !is_ideograph(before));
    let written = groups.len() >= 2 && !number.is_amount(window.clone()) && groups.iter().skip(1).all(|group| group.len() >= 2);
    let bracket = groups.len() >= 2 && groups[1].gap == Gap::Bracket && groups[0].len() <= 3 && number.view.byte_before(groups[0].start) == b'(';
    match form {
        Form::Plus => Some(0.95),
        Form::Zeros => Some(if named || written { 0.95 } else { 0.85 }),
        Form::Trunk if number.is_amount(window.clone()) => named.then_some(0.8),
        // Eight digits and fewer are numbers of anything, or parts of longer ones.
        Form::Trunk if !named && digits <= 8 && (groups.len() == 1 || groups.len() < number.groups().len()) => None,
        Form::Trunk if !named && is_numbered(number.view, number.start) => None,
        Form::Trunk => Some(if named { 0.95 } else { 0.8 }),
        Form::Bare | Form::Code | Form::Lacking if named || (glued && form != Form::Lacking) => Some(0.85),
        // 212-555-0123, (212) 555-0123, 212.555.0123: the last group has four digits and the others two to four.
        Form::Bare if bracket || (groups.len() >= 3 && digits >= 9 && written && groups.last().is_some_and(|last| last.len() != 3)) => Some(0.7),
        // "(11) 96121-0009"
        Form::Lacking if bracket && groups.len() >= 3 && groups[2].gap == Gap::Hyphen => Some(0.7),
        // The country's code stands apart.
        Form::Code if groups.len() >= 2 && groups[1].gap == Gap::Bracket && number.view.byte_before(groups[0].start) == b'(' => Some(0.7),
        Form::Code if written && groups.len() >= 3 && groups[0].len() <= 3 => Some(0.6),
        Form::Bare | Form::Code | Form::Lacking => None,
    }
}
