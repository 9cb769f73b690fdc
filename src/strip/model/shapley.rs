//! Why a block has its score: the share of each feature in it, and which feature alone would have moved it over the line.
//!
//! The shares are interventional Shapley values, exact for trees (Lundberg et al., "From local explanations to global understanding
//! with explainable AI for trees", Nature Machine Intelligence 2, 2020), with the page's own blocks as the background: a block's score
//! is the mean of the page and the sum of its shares. A symmetric tree of depth d asks at most d features, so that all 2^d
//! coalitions can be gone through, once for each of its leaves.

use super::features::Features;
use super::trees::{Model, Tree};

/// The shares of all features in the scores of all blocks, log odds.
pub(super) struct Shares {
    columns: usize,
    values: Vec<f32>,
    /// The leaf of each block in each tree, a tree after the other.
    leaves: Vec<u8>,
    rows: usize,
    /// Mean score of the page.
    pub(super) mean: f32,
}

/// A feature that alone would have moved a score over a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flip {
    pub(super) column: usize,
    /// The value that it would need at least, or at most.
    pub(super) value: u8,
    pub(super) at_least: bool,
}

/// The features that a tree asks, each with the bits of its levels.
fn players(tree: &Tree<'_>) -> Vec<(usize, usize)> {
    let mut players: Vec<(usize, usize)> = Vec::new();
    for (level, (column, _)) in tree.splits.iter().enumerate() {
        let column = usize::from(*column);
        match players.iter_mut().find(|(known, _)| *known == column) {
            Some((_, mask)) => *mask |= 1 << level,
            None => players.push((column, 1 << level)),
        }
    }
    players
}

/// The leaf of a block.
fn leaf(tree: &Tree<'_>, features: &Features, row: usize) -> usize {
    let goes_right = |(column, border): (u8, u8)| features.column(usize::from(column)).get(row).is_some_and(|value| *value > border);
    tree.splits.iter().enumerate().fold(0, |leaf, (level, split)| leaf | usize::from(goes_right(*split)) << level)
}

/// The shares of a tree's players in each of its leaves, given how many blocks fall into each.
fn of_tree(tree: &Tree<'_>, players: &[(usize, usize)], counts: &[u32]) -> Vec<Vec<f64>> {
    let size = tree.leaves.len();
    let rows = f64::from(counts.iter().sum::<u32>().max(1));
    let coalitions = 1usize << players.len();
    // What the tree gives on average when a coalition has a block's values and the other features those of any block.
    let mut worth = vec![0f64; coalitions * size];
    for coalition in 0..coalitions {
        let mask = players.iter().enumerate().filter(|(player, _)| coalition >> player & 1 == 1).fold(0, |mask, (_, (_, bits))| mask | bits);
        let mut rest = vec![0u32; size];
        counts.iter().enumerate().for_each(|(leaf, count)| rest[leaf & !mask] += count);
        let rest: Vec<(usize, f64)> =
            rest.iter().enumerate().filter(|(_, count)| **count > 0).map(|(leaf, count)| (leaf, f64::from(*count) / rows)).collect();
        for own in (0..size).filter(|leaf| counts[*leaf] > 0) {
            worth[coalition * size + own] = rest.iter().map(|(other, share)| share * f64::from(tree.leaves[own & mask | other])).sum();
        }
    }
    // |S|! (n - |S| - 1)! / n!
    let n = players.len();
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    let weights: Vec<f64> = (0..n).map(|others| factorial(others) * factorial(n - others - 1) / factorial(n)).collect();
    let mut shares = vec![vec![0f64; size]; n];
    for (player, shares) in shares.iter_mut().enumerate() {
        for coalition in (0..coalitions).filter(|coalition| coalition >> player & 1 == 0) {
            let (weight, with) = (weights[coalition.count_ones() as usize], coalition | 1 << player);
            for own in (0..size).filter(|leaf| counts[*leaf] > 0) {
                shares[own] += weight * (worth[with * size + own] - worth[coalition * size + own]);
            }
        }
    }
    shares
}

impl Shares {
    pub(super) fn of(model: &Model, features: &Features, scores: &[f32]) -> Self {
        let (rows, columns) = (features.rows, features.columns());
        let mut shares = Shares {
            columns,
            values: vec![0.0; rows * columns],
            leaves: Vec::new(),
            rows,
            mean: scores.iter().sum::<f32>() / scores.len().max(1) as f32,
        };
        for tree in model.trees() {
            let own: Vec<u8> = (0..rows).map(|row| leaf(&tree, features, row) as u8).collect();
            let mut counts = vec![0u32; tree.leaves.len()];
            own.iter().for_each(|leaf| counts[usize::from(*leaf)] += 1);
            let players = players(&tree);
            let of_tree = of_tree(&tree, &players, &counts);
            for (row, leaf) in own.iter().enumerate() {
                for ((column, _), by_leaf) in players.iter().zip(&of_tree) {
                    shares.values[row * columns + column] += (by_leaf[usize::from(*leaf)] * f64::from(model.scale())) as f32;
                }
            }
            shares.leaves.extend(own);
        }
        shares
    }

    /// The features that weigh most for or against a block, weightiest first.
    pub(super) fn weightiest(&self, row: usize, count: usize) -> Vec<(usize, f32)> {
        let own = self.values.get(row * self.columns..(row + 1) * self.columns).unwrap_or_default();
        let mut all: Vec<(usize, f32)> = own.iter().copied().enumerate().filter(|(_, weight)| *weight != 0.0).collect();
        all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        all.truncate(count);
        all
    }

    /// The least change of a single feature, counted in the steps that the trees know of it, that takes a score over a line.
    pub(super) fn flip(&self, model: &Model, features: &Features, row: usize, score: f32, line: f32) -> Option<Flip> {
        let mut asking = vec![Vec::new(); self.columns];
        for (number, tree) in model.trees().enumerate() {
            for (column, mask) in players(&tree) {
                asking[column].push((number, mask));
            }
        }
        let trees: Vec<Tree<'_>> = model.trees().collect();
        let mut best: Option<(usize, f32, Flip)> = None;
        for (column, asking) in asking.iter().enumerate().filter(|(_, asking)| !asking.is_empty()) {
            let own = features.column(column).get(row).copied().unwrap_or_default();
            let mut borders: Vec<u8> = asking
                .iter()
                .flat_map(|(tree, _)| trees[*tree].splits.iter().filter(|split| usize::from(split.0) == column).map(|split| split.1))
                .collect();
            borders.sort_unstable();
            borders.dedup();
            let at = borders.partition_point(|border| *border < own);
            let score_with = |value: u8| {
                let change: i32 = asking
                    .iter()
                    .map(|(number, mask)| {
                        let (tree, leaf) = (&trees[*number], usize::from(self.leaves[number * self.rows + row]));
                        let right = |split: &(u8, u8)| value > split.1;
                        let bits = tree.splits.iter().enumerate().fold(0, |bits, (level, split)| bits | usize::from(right(split)) << level);
                        i32::from(tree.leaves[leaf & !mask | bits & mask]) - i32::from(tree.leaves[leaf])
                    })
                    .sum();
                score + change as f32 * model.scale()
            };
            let up = borders[at..].iter().map(|border| (border.saturating_add(1), true)).enumerate();
            let down = borders[..at].iter().rev().map(|border| (*border, false)).enumerate();
            for (steps, (value, at_least)) in up.chain(down) {
                let moved = score_with(value);
                if (moved >= line) == (score >= line) {
                    continue;
                }
                let beyond = (moved - line).abs();
                if best.is_none_or(|(least, most, _)| (steps, -beyond) < (least, -most)) {
                    best = Some((steps, beyond, Flip { column, value, at_least }));
                }
            }
        }
        best.map(|(_, _, flip)| flip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strip::model::builtin;

    fn page() -> Features {
        let rows: Vec<Vec<u8>> = include_str!("parity.txt")
            .lines()
            .map(|line| {
                let hex = line.split_once(' ').map_or(line, |(hex, _)| hex);
                (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap_or_default()).collect()
            })
            .collect();
        let columns = rows.first().map_or(0, Vec::len);
        Features { rows: rows.len(), bytes: (0..columns).flat_map(|column| rows.iter().map(move |row| row[column])).collect(), names: None }
    }

    #[test]
    fn shares_add_up_to_the_score() {
        let (model, features) = (builtin(), page());
        let scores = model.scores(&features);
        let shares = Shares::of(model, &features, &scores);
        for (row, score) in scores.iter().enumerate() {
            let sum: f32 = shares.weightiest(row, usize::MAX).iter().map(|(_, weight)| weight).sum();
            assert!((shares.mean + sum - score).abs() < 0.01, "{} + {sum} for {score}", shares.mean);
        }
    }

    #[test]
    fn a_flip_is_one() {
        let (model, features) = (builtin(), page());
        let scores = model.scores(&features);
        let shares = Shares::of(model, &features, &scores);
        let mut flipped = 0;
        for (row, score) in scores.iter().enumerate() {
            let line = score - 0.2;
            let Some(flip) = shares.flip(model, &features, row, *score, line) else { continue };
            let mut changed = Features { rows: features.rows, bytes: features.bytes.clone(), names: None };
            changed.bytes[flip.column * features.rows + row] = flip.value;
            assert!(model.scores(&changed)[row] < line, "row {row}: {flip:?}");
            flipped += 1;
        }
        assert!(flipped > 5, "only {flipped} could be flipped");
    }
}
