//! Telephone numbers: international form everywhere, national forms of the configured regions.
//!
//! The numbering plans are libphonenumber's metadata, read through the `phonenumber` crate; ITU-T E.164 gives the outer form (at most
//! 15 digits, country code first), E.123 the written ones. Plans are compiled here, once per region and when first asked for: the
//! crate's own validator keeps the last hundred patterns behind one lock, and a number of a shared country code can ask for more.

use super::Scan;
use super::keyword::{Class, Context, is_numbered};
use super::kind::EntityKind;
use super::number::{Gap, Number};
use super::region::Region;
use crate::data::own_data;
use crate::fold::is_ideograph;
use regex::Regex;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

#[derive(Debug)]
struct Plan {
    region: &'static str,
    code: u16,
    /// What is dialled before a number within the country, if it is always written.
    trunk: Option<&'static str>,
    leading: Option<OnceLock<Option<Regex>>>,
    leading_pattern: &'static str,
    /// Bit per possible length of a national significant number.
    lengths: u32,
    pattern: String,
    compiled: OnceLock<Option<Regex>>,
}

/// Numbers that no plan has and people write, and letters that are written for digits (`rules/entity/phone.toml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    fiction: FxHashMap<String, Vec<String>>,
    letters: FxHashMap<char, String>,
}

static DATA: LazyLock<Data> = LazyLock::new(|| own_data!("entity/phone.toml"));

#[derive(Debug, Default)]
struct Plans {
    plans: Vec<Plan>,
    by_code: FxHashMap<u16, Vec<u16>>,
    by_region: FxHashMap<&'static str, u16>,
}

static PLANS: LazyLock<Plans> = LazyLock::new(|| {
    let database: &'static phonenumber::metadata::Database = &phonenumber::metadata::DATABASE;
    let mut all: Vec<_> = database.iter().collect();
    // The region that a shared code is mainly for is asked first.
    all.sort_by_key(|plan| (!plan.is_main_country_for_code(), plan.id()));
    let mut plans = Plans::default();
    for plan in all {
        let descriptors = plan.descriptors();
        let kinds = [
            descriptors.fixed_line(),
            descriptors.mobile(),
            descriptors.toll_free(),
            descriptors.premium_rate(),
            descriptors.shared_cost(),
            descriptors.personal_number(),
            descriptors.voip(),
            descriptors.uan(),
        ];
        let mut patterns: Vec<&str> = kinds.iter().flatten().map(|kind| kind.national_number().as_str()).collect();
        patterns.sort_unstable();
        patterns.dedup();
        let place = plans.plans.len() as u16;
        let trunk = plan.national_prefix().filter(|trunk| *trunk != "1" && !trunk.is_empty());
        plans.plans.push(Plan {
            region: plan.id(),
            code: plan.country_code(),
            trunk,
            leading: plan.leading_digits().map(|_| OnceLock::new()),
            leading_pattern: plan.leading_digits().map_or("", |pattern| pattern.as_str()),
            lengths: kinds
                .iter()
                .flatten()
                .flat_map(|kind| kind.possible_length())
                .filter(|length| **length < 32)
                .fold(0, |bits, length| bits | 1 << length),
            pattern: format!("^(?:{})$", patterns.iter().map(|pattern| format!("(?:{pattern})")).collect::<Vec<_>>().join("|")),
            compiled: OnceLock::new(),
        });
        plans.by_code.entry(plan.country_code()).or_default().push(place);
        plans.by_region.insert(plan.id(), place);
    }
    plans
});

fn compile(pattern: &str) -> Option<Regex> {
    regex::RegexBuilder::new(pattern).ignore_whitespace(true).unicode(true).build().ok()
}

impl Plan {
    fn allows(&self, national: &str) -> bool {
        if national.len() >= 32 || self.lengths & 1 << national.len() == 0 {
            return false;
        }
        if let Some(leading) = &self.leading {
            let leading = leading.get_or_init(|| compile(&format!("^(?:{})", self.leading_pattern)));
            if !leading.as_ref().is_some_and(|leading| leading.is_match(national)) {
                return false;
            }
        }
        self.compiled.get_or_init(|| compile(&self.pattern)).as_ref().is_some_and(|pattern| pattern.is_match(national))
            || DATA.fiction.get(self.region).is_some_and(|numbers| numbers.iter().any(|begin| national.starts_with(begin.as_str())))
    }
}

/// The region that a number with its country code is of.
pub(super) fn international(digits: &str) -> Option<&'static str> {
    if !(7..=15).contains(&digits.len()) {
        return None;
    }
    let plans = &*PLANS;
    (1..=3).find_map(|length| {
        let (code, national) = digits.split_at(length);
        let places = plans.by_code.get(&code.parse().ok()?)?;
        // "+966 (0) 50…" and "+966 050…" are common mistakes with one reading.
        let mut forms = [Some(national), national.strip_prefix('0').filter(|_| code != "39")].into_iter().flatten();
        forms.find_map(|national| {
            places.iter().map(|place| &plans.plans[usize::from(*place)]).find(|plan| plan.allows(national)).map(|plan| plan.region)
        })
    })
}

/// The regions whose national forms are looked for.
#[derive(Debug, Default)]
pub(super) struct PhoneBook {
    regions: Vec<u16>,
}

impl PhoneBook {
    pub(super) fn new(wanted: bool, regions: &[Region]) -> Self {
        if !wanted {
            return PhoneBook::default();
        }
        let mut asked: Vec<u16> = regions.iter().filter_map(|region| PLANS.by_region.get(region.code()).copied()).collect();
        // Territories that share a country's plan are dialled from it as from home (Guernsey from Britain); the countries of +1 are not.
        let mut sharing: Vec<u16> = Vec::new();
        for place in &asked {
            let plan = &PLANS.plans[usize::from(*place)];
            let others = PLANS.by_code.get(&plan.code).filter(|others| plan.code != 1 && others.first() == Some(place));
            sharing.extend(others.into_iter().flatten().filter(|other| !asked.contains(other)));
        }
        asked.extend(sharing);
        PhoneBook { regions: asked }
    }

    /// A number as written within a region.
    fn national(&self, digits: &str) -> Option<(&'static str, Form)> {
        let plans = self.regions.iter().map(|place| &PLANS.plans[usize::from(*place)]);
        let with_trunk = |plan: &Plan| plan.trunk.is_some_and(|trunk| digits.strip_prefix(trunk).is_some_and(|national| plan.allows(national)));
        let mut bare = None;
        for plan in plans {
            if with_trunk(plan) {
                return Some((plan.region, Form::Trunk));
            }
            let without = digits.strip_prefix('1').filter(|rest| plan.code == 1 && rest.len() == 10).unwrap_or(digits);
            // Italian numbers keep their zero: it is as good as a trunk prefix.
            let form = match plan.trunk {
                None if digits.starts_with('0') => Form::Trunk,
                None => Form::Bare,
                Some(_) => Form::Lacking,
            };
            // The first region asked for whose numbers are written so, and any that lacks its prefix after those.
            if (bare.is_none() || matches!(bare, Some((_, Form::Lacking))) && form != Form::Lacking) && plan.allows(without) {
                bare = Some((plan.region, form));
            }
        }
        bare
    }

    /// The region that a dialled number is of, among the configured ones.
    pub(super) fn national_region(&self, digits: &str) -> Option<&'static str> {
        self.national(digits).map(|(region, _)| region).or_else(|| self.bare_international(digits))
    }

    /// A number with the country code of a configured region and no plus.
    fn bare_international(&self, digits: &str) -> Option<&'static str> {
        let plans = self.regions.iter().map(|place| &PLANS.plans[usize::from(*place)]);
        plans
            .filter(|_| digits.len() >= 10)
            .find(|plan| {
                let mut code = [0; 3];
                let code = decimal(plan.code, &mut code);
                digits.strip_prefix(code).is_some_and(|national| plan.allows(national))
            })
            .map(|plan| plan.region)
    }
}

fn decimal(mut number: u16, buffer: &mut [u8; 3]) -> &str {
    let mut at = buffer.len();
    while number > 0 && at > 0 {
        at -= 1;
        buffer[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    std::str::from_utf8(&buffer[at..]).unwrap_or_default()
}

/// Finds the telephone numbers among the groups of a number.
pub(super) fn find(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>) {
    if !scan.has(EntityKind::Phone) {
        return;
    }
    let count = number.groups().len();
    let mut from = 0;
    while from < count {
        let windows = (from + 1..=count).rev().filter(|to| number.parts_before(*to)).map(|to| from..to);
        let mut found = None;
        if number.parts_before(from) {
            for window in windows {
                if (7..=18).contains(&number.width(window.clone()))
                    && let Some((region, score)) = judge(scan, number, window.clone())
                {
                    found = Some((window, region, score));
                    break;
                }
            }
        }
        let Some((window, region, score)) = found else {
            from += 1;
            continue;
        };
        from = window.end;
        scan.hit(spelled(number, window), EntityKind::Phone, region, score);
    }
}

/// The bytes of a window with the plus or bracket that belong to it.
fn spelled(number: &Number<'_>, window: Range<usize>) -> Range<usize> {
    let range = number.range(window.clone());
    let start = if window.start == 0 {
        number.start
    } else if number.view.byte_before(range.start) == b'(' && number.view.bytes()[range.clone()].contains(&b')') {
        range.start - 1
    } else {
        range.start
    };
    start..range.end
}

fn judge(scan: &mut Scan<'_, '_, '_>, number: &Number<'_>, window: Range<usize>) -> Option<(&'static str, f32)> {
    let mut digits = number.digits(window.clone())?;
    let range = number.range(window.clone());
    let plus = number.plus && window.start == 0;
    let view = number.view;
    // "(0)" after a country code is not dialled from abroad.
    if (plus || digits.as_str().starts_with("00")) && number.groups()[window.clone()].iter().any(|group| is_optional_zero(number, group)) {
        let mut kept = super::number::Digits::empty();
        for group in number.groups()[window.clone()].iter().filter(|group| !is_optional_zero(number, group)) {
            view.bytes()[group.start..group.end].iter().for_each(|byte| kept.push(*byte));
        }
        digits = kept;
    }
    let text = digits.as_str();
    let phones = &scan.finder.phones;
    let (region, form) = if plus {
        (international(text.strip_prefix("00").unwrap_or(text)), Form::Plus)
    } else if let Some(rest) = text.strip_prefix("00").filter(|rest| rest.len() >= 8) {
        (international(rest), Form::Zeros)
    } else if let Some((region, form)) = phones.national(text) {
        (Some(region), form)
    } else {
        (phones.bare_international(text), Form::Code)
    };
    let whole = spelled(number, window.clone());
    let Some(region) = region else {
        if (7..=15).contains(&text.len()) && window == (0..number.groups().len()) && is_named_value(number) && !number.is_date(window.clone()) {
            return Some(("unknown", 0.7));
        }
        let looks = plus || text.starts_with('0') || number.says(Class::Phone);
        if scan.near.is_some() && looks && window == (0..number.groups().len()) && !number.is_date(window.clone()) {
            scan.miss(whole, EntityKind::Phone, if (9..=15).contains(&text.len()) { "region" } else { "length" });
        }
        return None;
    };
    if !fits(number, &window, &range, plus) || (view.is_in_address(whole.start) && !is_marked(&view, whole.start)) {
        scan.miss(whole, EntityKind::Phone, "boundary");
        return None;
    }
    if number.is_date(window.clone()) || is_book_number(number, &window, text) || is_of_year(number, &window) {
        scan.miss(whole, EntityKind::Phone, "format");
        return None;
    }
    let groups = &number.groups()[window.clone()];
    // "966501234567+": on a line from right to left the plus is typed last.
    let plus_after = form == Form::Code && window.end == number.groups().len() && view.byte(range.end) == b'+' && text.len() >= 11;
    let score = if plus_after && !view.byte(range.end + 1).is_ascii_alphanumeric() { Some(0.8) } else { score(number, &window, groups, form) };
    if score.is_none() {
        scan.miss(whole, EntityKind::Phone, "context");
    }
    score.map(|score| (region, score))
}

/// Digits of the shortest number in which letters stand for some.
const WITH_LETTERS: usize = 5;

/// Judges a number some of whose digits are letters that look like them, as in "O5Ol234567"; gives whether it is one.
pub(super) fn with_letters(scan: &mut Scan<'_, '_, '_>, range: Range<usize>) -> bool {
    let mut digits = super::number::Digits::empty();
    let mut count = 0;
    for byte in &scan.view.bytes()[range.clone()] {
        match byte {
            b'0'..=b'9' => {
                count += 1;
                digits.push(*byte);
            }
            byte => match DATA.letters.iter().find(|(_, letters)| letters.as_bytes().contains(byte)) {
                Some((digit, _)) => digits.push(*digit as u8),
                None => return false,
            },
        }
    }
    let national = scan.finder.phones.national(digits.as_str()).filter(|(_, form)| *form == Form::Trunk && count >= WITH_LETTERS);
    let Some((region, _)) = national.filter(|_| Context::of(scan.view, &range).says(Class::Phone)) else { return false };
    scan.hit(range, EntityKind::Phone, region, 0.8);
    true
}

/// Judges a number that is spelled out, a word for each digit: with a plus, or as it is dialled at home.
pub(super) fn spelled_out(scan: &mut Scan<'_, '_, '_>, range: Range<usize>, digits: &str, is_plus: bool) {
    let phones = &scan.finder.phones;
    let abroad = digits.strip_prefix("00").filter(|_| !is_plus);
    let is_named = || Context::of(scan.view, &range).says(Class::Phone);
    let region = if is_plus {
        international(digits)
    } else if let Some(digits) = abroad {
        international(digits)
    } else {
        // Digits in their order are counted, not dialled.
        let is_counted = digits.as_bytes().windows(2).all(|pair| pair[0].abs_diff(pair[1]) == 1);
        let national = phones.national(digits).filter(|(_, form)| !is_counted && (*form == Form::Trunk || is_named()));
        national.map(|(region, _)| region).or_else(|| phones.bare_international(digits).filter(|_| is_named()))
    };
    match region {
        Some(region) => scan.hit(range, EntityKind::Phone, region, 0.8),
        None => scan.miss(range, EntityKind::Phone, "region"),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
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

fn score(number: &Number<'_>, window: &Range<usize>, groups: &[super::number::Group], form: Form) -> Option<f32> {
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

fn is_optional_zero(number: &Number<'_>, group: &super::number::Group) -> bool {
    group.len() == 1 && number.view.byte(group.start) == b'0' && number.view.byte_before(group.start) == b'(' && number.view.byte(group.end) == b')'
}

/// Whether a window's surroundings let it be a whole number.
fn fits(number: &Number<'_>, window: &Range<usize>, range: &Range<usize>, plus: bool) -> bool {
    let view = number.view;
    let groups = number.groups();
    let before = view.byte_before(range.start);
    // "U+2474" is a character.
    if plus && window.start == 0 && is_lone_letter(&view, number.start) {
        return false;
    }
    // A mark with spaces around it parts numbers.
    if !plus && groups[window.clone()].iter().skip(1).any(|group| group.gap == Gap::Wide) && !number.says(Class::Phone) {
        return false;
    }
    // A word right before it is let through by the caller; what joins tokens is not.
    if !plus && (matches!(before, b'#' | b'$') || before == b'_' && !is_named_by_tag(&view, range.start - 1)) {
        return false;
    }
    // "Tel.050…" and "Tel-050…" name it, "INV-050…" is another number.
    if !plus && matches!(before, b'.' | b'-') && view.byte_before(range.start - 1).is_ascii_alphanumeric() {
        let word = view.token(range.start - 2);
        let other = window.start > 0 && number.parts_before(window.start);
        if !other && !view.is_contact_word(word) {
            return false;
        }
    }
    let after = view.byte(range.end);
    if after.is_ascii_alphabetic() && !matches!(view.bytes().get(range.end..range.end + 3), Some(b"ext" | b"EXT" | b"Ext")) {
        let name = view.token(range.start).start..range.start;
        if name.is_empty() || number.width(window.clone()) < 9 || !view.is_contact_word(name) {
            return false;
        }
    }
    // "0176-2231-4478-A" is a code.
    let is_coded = after == b'-' && view.byte(range.end + 1).is_ascii_alphabetic() && !view.byte(range.end + 2).is_ascii_alphanumeric();
    if !plus && is_coded && !number.says(Class::Phone) {
        return false;
    }
    if matches!(after, b'_' | b'@' | b'%' | b'=' | b'&') || number.is_continued(range) {
        return false;
    }
    if !plus && window.start == 0 && number.follows_account() {
        return false;
    }
    // "(4) (5) (6)" counts pages.
    let is_bracketed = |group: &&super::number::Group| view.byte_before(group.start) == b'(' && view.byte(group.end) == b')';
    let inner = &groups[window.clone()];
    if inner.iter().filter(is_bracketed).count() > 2 {
        return false;
    }
    // Spelled digit by digit it must be called a phone.
    let singles = inner.iter().filter(|group| group.len() == 1).count();
    let spelled = inner.len() >= 8 && inner.len() - singles <= 2 && inner.iter().all(|group| group.len() <= 3) && number.says(Class::Phone) && !plus;
    if spelled {
        return inner[1..].iter().all(|group| matches!(group.gap, Gap::Space | Gap::Hyphen | Gap::Dot)) && window.end == groups.len();
    }
    // "0.501234567" is a fraction; a last group of one digit is a check digit, of a book or a bank account.
    if inner.len() > 1 && inner[0].len() == 1 && inner[1].gap == Gap::Dot && !plus {
        return false;
    }
    if inner.len() > 1 && inner.last().is_some_and(|last| last.len() == 1) {
        return false;
    }
    // What is left over beside a spaced number must not be its continuation.
    if let Some(next) = groups.get(window.end)
        && next.gap == Gap::Space
        && inner.len() > 1
        && next.len() < if plus { 4 } else { 5 }
        && !view.bytes()[next.start..].starts_with(b"0")
    {
        return false;
    }
    if window.start > 0 && groups[window.start].gap == Gap::Space && !plus {
        let starts = view.byte(range.start) == b'0' || view.byte(range.start.saturating_sub(1)) == b'(';
        // "ABN 42 081 528 010" is one number.
        if starts && inner.len() > 1 && groups[window.start - 1].len() < 7 && view.byte(range.start) == b'0' && !number.says(Class::Phone) {
            return false;
        }
        if !starts {
            // The rest of a longer number, unless what stands before is a whole phone number too.
            return groups[window.start - 1].len() >= 7 && inner[0].len() >= 7;
        }
    }
    true
}

/// Whether what an underscore joins to a number is a word for phones, or one of a script that no file's or program's name is in.
fn is_named_by_tag(view: &super::view::View<'_>, underscore: usize) -> bool {
    match view.char_before(underscore) {
        Some(last) if last.is_ascii_alphabetic() => view.is_contact_word(view.token(underscore - 1)),
        last => last.is_some_and(|last| last.is_alphabetic() && !last.is_ascii()),
    }
}

/// Whether a number is all of a value that is called a phone, as in `"telephone": "678-667-0125"`: it is one in whatever country.
fn is_named_value(number: &Number<'_>) -> bool {
    let view = number.view;
    let others = [&view.text()[..number.start], &view.text()[number.end()..]];
    !view.label().is_empty() && !others.iter().any(|other| other.contains(char::is_alphanumeric)) && number.says(Class::Phone)
}

/// Whether nothing but words for phones stands right before, parted by strokes: "M/050…", "tel/050…", "WhatsApp/Viber050…".
fn is_marked(view: &super::view::View<'_>, at: usize) -> bool {
    let mut end = at - usize::from(view.byte_before(at) == b'/');
    loop {
        if !view.byte_before(end).is_ascii_alphabetic() {
            return false;
        }
        let word = view.token(end - 1).start..end;
        if !view.is_contact_word(word.clone()) {
            return false;
        }
        match view.byte_before(word.start) {
            b'/' => end = word.start - 1,
            before => return !before.is_ascii_graphic(),
        }
    }
}

/// Whether one letter stands right before, and no more, and it names no phone.
fn is_lone_letter(view: &super::view::View<'_>, at: usize) -> bool {
    view.byte_before(at).is_ascii_alphabetic() && {
        let token = view.token(at - 1);
        token.len() == 1 && !view.is_contact_word(token)
    }
}

/// Whether a number is one of a year's, as in "0551/2024", and not called a phone.
fn is_of_year(number: &Number<'_>, window: &Range<usize>) -> bool {
    let groups = &number.groups()[window.clone()];
    let is_year = |group: usize| number.groups()[group].len() == 4 && (1900..=2099).contains(&number.value(group));
    groups.len() == 2 && groups[1].gap == Gap::Slash && (is_year(window.start) || is_year(window.start + 1)) && !number.says(Class::Phone)
}

/// ISBN-13 and EAN-13 of books: prefix 978 or 979 and a check digit with weights 1 and 3 (ISO 2108).
fn is_book_number(number: &Number<'_>, window: &Range<usize>, digits: &str) -> bool {
    let plus = number.plus && window.start == 0;
    !plus && digits.len() == 13 && (digits.starts_with("978") || digits.starts_with("979")) && {
        let sum: u32 = digits.bytes().zip([1, 3].into_iter().cycle()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        sum.is_multiple_of(10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The crate's own example of every region and kind must pass our reading of its plans, and every pattern must compile.
    #[test]
    fn the_examples_of_all_plans_are_valid() {
        let mut seen = 0;
        for plan in phonenumber::metadata::DATABASE.iter() {
            for kind in [plan.descriptors().mobile(), plan.descriptors().fixed_line(), plan.descriptors().toll_free()].into_iter().flatten() {
                if let Some(example) = kind.example() {
                    seen += 1;
                    assert!(international(&format!("{}{example}", plan.country_code())).is_some(), "{} {example}", plan.id());
                }
            }
        }
        assert!(seen > 500, "{seen}");
    }
}
