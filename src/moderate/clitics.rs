//! Arabic proclitics (`rules/entity/clitics.toml`), by their first letter.

use crate::data::own_data;
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    before: Vec<String>,
}

/// Arabic letters that a clitic can begin with.
const FIRST: u32 = 0x621;
const LETTERS: usize = 42;

/// The clitics that begin with each letter.
static CLITICS: LazyLock<[Vec<String>; LETTERS]> = LazyLock::new(|| {
    let data: Data = own_data!("entity/clitics.toml");
    let mut clitics = [const { Vec::new() }; LETTERS];
    for clitic in data.before {
        let letter = clitic.chars().next().and_then(|first| (first as u32).checked_sub(FIRST));
        if let Some(of_letter) = letter.and_then(|letter| clitics.get_mut(letter as usize)) {
            of_letter.push(clitic);
        }
    }
    clitics
});

/// Calls with the length of each legal clitic at the beginning of a word.
#[inline]
pub(super) fn without_clitics(text: &str, mut each: impl FnMut(usize)) {
    let letter = text.chars().next().map_or(u32::MAX, |first| (first as u32).wrapping_sub(FIRST));
    for clitic in CLITICS.get(letter as usize).into_iter().flatten() {
        if text.len() > clitic.len() && text.starts_with(clitic.as_str()) {
            each(clitic.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_the_file_lists_is_taken_off() {
        let data: Data = toml::from_str(include_str!("../../rules/entity/clitics.toml")).unwrap();
        for clitic in &data.before {
            let mut lengths = Vec::new();
            without_clitics(&format!("{clitic}سوق"), |length| lengths.push(length));
            assert!(lengths.contains(&clitic.len()), "{clitic}");
        }
        without_clitics("سوق", |_| panic!("no clitic"));
    }
}
