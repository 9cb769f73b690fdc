//! The phone book: the regions whose national forms are looked for.

use super::form::Form;
use super::plan::{PLANS, Plan};
use crate::moderate::entity::region::Region;

/// The regions whose national forms are looked for.
#[derive(Debug, Default)]
pub(in crate::moderate::entity) struct PhoneBook {
    regions: Vec<u16>,
}

impl PhoneBook {
    pub(in crate::moderate::entity) fn new(wanted: bool, regions: &[Region]) -> Self {
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
    pub(super) fn national(&self, digits: &str) -> Option<(&'static str, Form)> {
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
    pub(in crate::moderate::entity) fn national_region(&self, digits: &str) -> Option<&'static str> {
        self.national(digits).map(|(region, _)| region).or_else(|| self.bare_international(digits))
    }

    /// A number with the country code of a configured region and no plus.
    pub(super) fn bare_international(&self, digits: &str) -> Option<&'static str> {
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
