//! The confidence of a page: the chance that what was kept of it scores a word F1 of 0.9 or more.
//!
//! A logistic regression over a few numbers of the page, then a monotone table from its score to the share of pages that did so
//! well (Zadrozny and Elkan, "Transforming Classifier Scores into Accurate Multiclass Probability Estimates", 2002). Both are fitted by
//! `training/calibrate.py` on pages that the judging model had not seen, and stand in `confidence.toml`.

use super::blocks::Blocks;
use super::choice::Choice;
use serde::Deserialize;
use std::sync::LazyLock;

/// What is measured of a page.
pub(super) const STATISTICS: [&str; 9] = [
    "expected F1",
    "expected precision",
    "expected recall",
    "certainty",
    "share of words in doubt",
    "share of words kept",
    "words kept",
    "blocks",
    "article",
];

static TABLE: LazyLock<Table> = LazyLock::new(|| toml::from_str(include_str!("confidence.toml")).unwrap_or_default());

/// What calibration found.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    bias: f64,
    /// One weight for each of [`STATISTICS`].
    weights: Vec<f64>,
    /// Scores in rising order, each with the share of pages of such a score that did well. Between two of them the line is straight.
    points: Vec<(f64, f64)>,
}

/// The numbers of a page, in the order of [`STATISTICS`].
pub(super) fn statistics(page: &Blocks, chances: &[f32], choice: &Choice) -> [f64; STATISTICS.len()] {
    let (mut all, mut kept, mut hit, mut expected, mut certain, mut doubted) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for ((block, chance), stays) in page.blocks.iter().zip(chances).zip(&choice.kept) {
        let (words, chance) = (f64::from(block.words), f64::from(*chance));
        all += words;
        expected += chance * words;
        certain += 2.0 * (chance - 0.5).abs() * words;
        doubted += if (0.2..0.8).contains(&chance) { words } else { 0.0 };
        if *stays {
            kept += words;
            hit += chance * words;
        }
    }
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    [
        share(2.0 * hit, kept + expected),
        share(hit, kept),
        share(hit, expected),
        share(certain, all),
        share(doubted, all),
        share(kept, all),
        (1.0 + kept).ln(),
        (1.0 + page.blocks.len() as f64).ln(),
        f64::from(u8::from(choice.is_article)),
    ]
}

/// The chance that a page of these numbers did well, 0 to 1.
pub(super) fn confidence(statistics: &[f64; STATISTICS.len()]) -> f64 {
    TABLE.confidence(statistics)
}

impl Table {
    fn confidence(&self, statistics: &[f64]) -> f64 {
        let score = self.bias + self.weights.iter().zip(statistics).map(|(weight, value)| weight * value).sum::<f64>();
        let after = self.points.partition_point(|point| point.0 < score);
        let chance = match (after.checked_sub(1).and_then(|before| self.points.get(before)), self.points.get(after)) {
            (Some(low), Some(high)) => low.1 + (high.1 - low.1) * (score - low.0) / (high.0 - low.0),
            (Some(point), None) | (None, Some(point)) => point.1,
            (None, None) => 0.0,
        };
        (chance * 1000.0).round() / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_rises() {
        assert_eq!(TABLE.weights.len(), STATISTICS.len());
        assert!(TABLE.points.len() > 2 && TABLE.points.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1));
        assert!(TABLE.points.iter().all(|point| (0.0..=1.0).contains(&point.1)));
    }

    #[test]
    fn a_score_between_two_points_is_between_their_shares() {
        let table = Table { bias: 1.0, weights: vec![2.0], points: vec![(0.0, 0.2), (2.0, 0.6), (4.0, 0.7)] };
        let at = |value: f64| table.confidence(&[value]);
        assert_eq!((at(-9.0), at(0.0), at(0.5), at(1.0), at(9.0)), (0.2, 0.4, 0.6, 0.65, 0.7));
    }
}
