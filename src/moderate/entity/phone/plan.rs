//! The numbering plans of all regions.
//!
//! Plans are compiled here, once per region and when first asked for: the crate's own validator keeps the last hundred patterns behind
//! one lock, and a number of a shared country code can ask for more.

use super::DATA;
use regex::Regex;
use rustc_hash::FxHashMap;
use std::sync::{LazyLock, OnceLock};

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) region: &'static str,
    pub(super) code: u16,
    /// What is dialled before a number within the country, if it is always written.
    pub(super) trunk: Option<&'static str>,
    leading: Option<OnceLock<Option<Regex>>>,
    leading_pattern: &'static str,
    /// Bit per possible length of a national significant number.
    lengths: u32,
    pattern: String,
    compiled: OnceLock<Option<Regex>>,
}

#[derive(Debug, Default)]
pub(super) struct Plans {
    pub(super) plans: Vec<Plan>,
    pub(super) by_code: FxHashMap<u16, Vec<u16>>,
    pub(super) by_region: FxHashMap<&'static str, u16>,
}

pub(super) static PLANS: LazyLock<Plans> = LazyLock::new(|| {
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
    pub(super) fn allows(&self, national: &str) -> bool {
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
pub(in crate::moderate::entity) fn international(digits: &str) -> Option<&'static str> {
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

/// A number of a region with its country's code, however it is dialled: with a plus (`is_abroad`), with zeros for one, with the prefix of
/// the trunk or without any of them. It stays as it is where no plan tells.
pub(crate) fn in_full(digits: &str, region: &str, is_abroad: bool) -> String {
    let Some(plan) = PLANS.by_region.get(region).map(|place| &PLANS.plans[usize::from(*place)]) else { return digits.to_owned() };
    let code = plan.code.to_string();
    let national = |number: &str| {
        let forms = [Some(number), plan.trunk.and_then(|trunk| number.strip_prefix(trunk)), number.strip_prefix('0')];
        forms.into_iter().flatten().find(|form| plan.allows(form)).map(|national| format!("{code}{national}"))
    };
    let zeros = digits.strip_prefix("00");
    let abroad = || zeros.unwrap_or(digits).strip_prefix(code.as_str()).and_then(national);
    let full = if is_abroad || zeros.is_some() { abroad().or_else(|| national(digits)) } else { national(digits).or_else(abroad) };
    full.unwrap_or_else(|| digits.to_owned())
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
