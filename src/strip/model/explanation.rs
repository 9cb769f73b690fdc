//! What `explain` shows of a block: its chance, what decided about it, the features that weigh most in words, and what would have
//! flipped it. The words stand in `words.toml`.

use super::PACKS;
use super::blocks::Blocks;
use super::decision::Decision;
use super::features::{Features, TAGS};
use super::record::{BlockRecord, FeatureRecord, FlipRecord};
use super::shapley::Shares;
use super::trees::Model;
use crate::strip::article::ArticleSettings;
use crate::strip::queue::Queue;
use serde::Deserialize;
use std::sync::LazyLock;

/// So many features are shown of a block.
const SHOWN: usize = 5;

static WORDS: LazyLock<Words> = LazyLock::new(|| toml::from_str(include_str!("words.toml")).unwrap_or_default());

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    feature: Vec<Word>,
}

/// A feature, or several of one kind, in words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    name: String,
    scale: Scale,
    says: Option<String>,
}

/// What the byte of a feature stands for.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Scale {
    Count,
    Length,
    Share,
    Flag,
    Number,
    Names,
    Names2,
    Names3,
    Distance,
    Tag,
    Pack,
    Taken,
}

impl Word {
    /// What the `*` of its name stands for in a feature's name; `None` when it is another feature.
    fn rest<'a>(&self, name: &'a str) -> Option<&'a str> {
        match self.name.strip_suffix('*') {
            Some(prefix) => name.strip_prefix(prefix),
            None => (name == self.name).then_some(""),
        }
    }
}

/// The count that a byte stands for: the inverse of [`super::features::count`].
fn count(value: u8) -> u32 {
    let (exponent, mantissa) = (u32::from(value) / 16, u32::from(value) % 16 + 16);
    (if exponent >= 4 { mantissa << (exponent - 4) } else { mantissa >> (4 - exponent) }) - 1
}

/// A feature's name and value in words.
fn in_words(name: &str, value: u8) -> (String, String) {
    let found = WORDS.feature.iter().find_map(|word| Some((word, word.rest(name)?)));
    let (scale, says) = match found {
        Some((word, rest)) => (word.scale, word.says.as_deref().map_or_else(|| name.to_owned(), |says| says.replace('*', rest))),
        None => (Scale::Number, name.to_owned()),
    };
    let signed = i32::from(value) - 128;
    // Sixteenths of log odds, halved or in three before they were put into a byte.
    let names = |parts: i32| format!("{:+.1}", f64::from(signed * parts) / 16.0);
    let value = match scale {
        Scale::Count => count(value).to_string(),
        Scale::Length => format!("{:.1}", f64::from(count(value)) / 8.0),
        Scale::Share => format!("{} %", (u32::from(value) * 100 + 127) / 255),
        Scale::Flag => if value > 0 { "yes" } else { "no" }.to_owned(),
        Scale::Number => value.to_string(),
        Scale::Names => names(1),
        Scale::Names2 => names(2),
        Scale::Names3 => names(3),
        Scale::Distance => {
            let size = count((signed.unsigned_abs() * 2).min(255) as u8);
            if signed < 0 { format!("-{size}") } else { size.to_string() }
        }
        Scale::Tag => TAGS.get(usize::from(value)).copied().unwrap_or("another").to_owned(),
        Scale::Pack => usize::from(value).checked_sub(1).and_then(|at| PACKS.get(at)).copied().unwrap_or("none").to_owned(),
        Scale::Taken => ["no", "by a selector", "by a phrase"].get(usize::from(value)).copied().unwrap_or("yes").to_owned(),
    };
    (says, value)
}

fn round(number: f32) -> f64 {
    (f64::from(number) * 1000.0).round() / 1000.0
}

impl Blocks {
    /// The blocks of the page with what decided about each. Offsets are those of the decoded page.
    pub(super) fn explain(&self, model: &Model, decision: &Decision, settings: &ArticleSettings, queue: &Queue) -> Vec<BlockRecord> {
        let features: Features = self.features(true);
        let names = features.names.as_deref().unwrap_or_default();
        let name = |column: usize| names.get(column).map_or("", String::as_str);
        let shares = Shares::of(model, &features);
        let mut records = Vec::with_capacity(self.blocks.len());
        for (row, block) in self.blocks.iter().enumerate() {
            let (kept, why, score) = (decision.choice.kept[row], decision.choice.why[row], decision.scores[row]);
            let line = decision.choice.line_of(why);
            let weightiest = shares.weightiest(row, SHOWN).into_iter().map(|(column, weight)| {
                let (says, value) = in_words(name(column), features.column(column)[row]);
                FeatureRecord { name: name(column).to_owned(), says, value, weight: round(weight) }
            });
            // The threshold is a chance; the score is in log odds.
            let flip = line.map(|line| {
                let line = (line / (1.0 - line).max(f32::EPSILON)).ln();
                let flip = shares.flip(model, &features, row, line);
                FlipRecord {
                    favor: round(settings.favor.log_odds() + line - score),
                    feature: flip.map(|flip| {
                        let (says, value) = in_words(name(flip.column), flip.value);
                        let (_, is) = in_words(name(flip.column), features.column(flip.column)[row]);
                        format!("{says} {} {value} (is {is})", if flip.at_least { "at least" } else { "at most" })
                    }),
                }
            });
            records.push(BlockRecord {
                start: queue.get(block.text).map_or(0, |held| held.event.range.start),
                end: queue.get(block.events.end.saturating_sub(1)).map_or(0, |held| held.event.range.end),
                words: block.words,
                kept,
                chance: round(1.0 / (1.0 + (-score).exp())),
                line: line.map(round),
                why: why.says().to_owned(),
                mean: round(shares.mean),
                features: weightiest.collect(),
                flip,
            });
        }
        records
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_come_back() {
        for number in (0..16).chain([20, 100, 1000, 60_000]) {
            let back = count(super::super::features::count(number));
            assert!(back.abs_diff(number) <= number / 16, "{back} for {number}");
        }
    }

    #[test]
    fn every_feature_has_words() {
        assert!(WORDS.feature.len() > 40);
        // The last entry takes what is left; what it takes is a count by its name.
        let counted = ["words", "commas", "links", "images", "inputs", "breaks", "times", "blocks", "headings", "forms"];
        let named = |name: &str| WORDS.feature.iter().position(|word| word.rest(name).is_some());
        let last = WORDS.feature.len() - 1;
        for name in super::super::features::names() {
            let is_counted = counted.iter().any(|word| name.starts_with(word));
            assert!(named(&name) != Some(last) || is_counted, "no words for {name}");
        }
        assert_eq!(in_words("share of words in links", 255), ("share of words in links".into(), "100 %".into()));
        assert_eq!(in_words("words at -2", super::super::features::count(12)), ("words of the block -2 places away".into(), "12".into()));
        assert_eq!(in_words("in nav", 1), ("inside nav".into(), "yes".into()));
        assert_eq!(in_words("tag", 1).1, "p");
        assert_eq!(in_words("own names", 128 - 24).1, "-1.5");
    }
}
