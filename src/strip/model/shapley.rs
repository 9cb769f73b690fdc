//! Why a block has its score: the share of each feature in it, and which feature alone would have moved it over the line.
//!
//! The shares are interventional Shapley values, exact for trees (Lundberg et al., "From local explanations to global understanding
//! with explainable AI for trees", Nature Machine Intelligence 2, 2020), with blocks from all over the page as the background: a block's
//! score by all trees is their mean and the sum of its shares. Blocks that a tree's forks cannot tell apart have the same shares in it, so
//! each tree is gone through once for every two ways through it.

use super::features::Features;
use super::trees::{COLUMNS, Model, Tree};
use rustc_hash::FxHashMap;

/// The shares of all features in the scores of all blocks, log odds.
pub(super) struct Shares<'a> {
    columns: usize,
    values: Vec<f32>,
    /// Of each feature the trees that ask it, and the borders that they know of it, in order.
    asking: Vec<(Vec<&'a Tree>, Vec<u8>)>,
    /// Scores of the blocks by all trees.
    scores: Vec<f32>,
    /// Mean score of the background.
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

/// The background is so many blocks at most, or long pages would cost the square of their length.
const BACKGROUND: usize = 64;

/// At which forks of a tree a block goes right, as bits: a tree has fewer than 64.
fn turns(tree: &Tree, features: &Features, row: usize) -> u64 {
    let right = |column: u8, border: u8| features.column(usize::from(column)).get(row).is_some_and(|value| *value > border);
    tree.forks().iter().enumerate().fold(0, |turns, (at, fork)| turns | u64::from(right(fork.column, fork.border)) << at)
}

/// Two blocks on their way through a tree.
struct Pair<'a> {
    tree: &'a Tree,
    own: u64,
    other: u64,
    /// How often the two meet, as a share of the page.
    share: f64,
    weights: &'a Weights,
}

/// What a feature has been asked on the way so far: whose values were followed where the two part.
struct Parted {
    columns: [(u8, bool); DEEPEST],
    count: usize,
}

/// A tree has fewer forks, so no way through it parts two blocks at so many features.
const DEEPEST: usize = 64;

impl Pair<'_> {
    /// Adds what the leaves below a node give to each feature: a value v in a leaf that u features of the block and w of the other
    /// lead to gives v·(u-1)!·w!/(u+w)! to each of the u, and takes v·u!·(w-1)!/(u+w)! from each of the w.
    fn walk(&self, node: usize, parted: &mut Parted, shares: &mut [f64; COLUMNS]) {
        let Some(fork) = self.tree.forks().get(node) else {
            let (value, parted) = (f64::from(self.tree.worth(node)) * self.share, &parted.columns[..parted.count]);
            let followed = parted.iter().filter(|(_, own)| *own).count();
            let others = parted.len() - followed;
            for (column, own) in parted {
                let weight = if *own { self.weights[followed - 1][others] } else { -self.weights[others - 1][followed] };
                shares[usize::from(*column)] += value * weight;
            }
            return;
        };
        let child = |turns: u64| usize::from(if turns >> node & 1 == 1 { fork.right } else { fork.left });
        let (own, other) = (child(self.own), child(self.other));
        let known = parted.columns[..parted.count].iter().find(|(column, _)| *column == fork.column).map(|(_, own)| *own);
        match known {
            _ if own == other => self.walk(own, parted, shares),
            Some(true) => self.walk(own, parted, shares),
            Some(false) => self.walk(other, parted, shares),
            None => {
                for (child, is_own) in [(own, true), (other, false)] {
                    parted.columns[parted.count] = (fork.column, is_own);
                    parted.count += 1;
                    self.walk(child, parted, shares);
                    parted.count -= 1;
                }
            }
        }
    }
}

/// a!·b!/(a+b+1)! for each a and b.
type Weights = [[f64; DEEPEST]; DEEPEST];

fn weights() -> Box<Weights> {
    let mut weights = Box::new([[1.0; DEEPEST]; DEEPEST]);
    for a in 0..DEEPEST {
        for b in 0..DEEPEST {
            weights[a][b] = match (a, b) {
                (0, b) => 1.0 / (b + 1) as f64,
                (a, b) => weights[a - 1][b] * a as f64 / (a + b + 1) as f64,
            };
        }
    }
    weights
}

impl<'a> Shares<'a> {
    pub(super) fn of(model: &'a Model, features: &Features) -> Self {
        let (rows, columns) = (features.rows, features.columns());
        let scores = model.whole_scores(features);
        let background = || (0..rows).step_by(rows.div_ceil(BACKGROUND).max(1));
        let count = background().count().max(1);
        let mean = background().map(|row| scores[row]).sum::<f32>() / count as f32;
        let mut shares = Shares { columns, values: vec![0.0; rows * columns], asking: asking(model, columns), scores, mean };
        let weights = weights();
        for tree in model.trees() {
            let turned: Vec<u64> = (0..rows).map(|row| turns(tree, features, row)).collect();
            let mut ways: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
            turned.iter().enumerate().for_each(|(row, turns)| ways.entry(*turns).or_default().push(row));
            let mut others: FxHashMap<u64, usize> = FxHashMap::default();
            background().for_each(|row| *others.entry(turned[row]).or_default() += 1);
            let asked: Vec<usize> = tree.forks().iter().map(|fork| usize::from(fork.column)).collect();
            for (own, mine) in &ways {
                let mut of_way = [0.0; COLUMNS];
                for (other, theirs) in others.iter().filter(|(other, _)| *other != own) {
                    let share = *theirs as f64 / count as f64;
                    let mut parted = Parted { columns: [(0, false); DEEPEST], count: 0 };
                    Pair { tree, own: *own, other: *other, share, weights: &weights }.walk(0, &mut parted, &mut of_way);
                }
                for column in asked.iter().filter(|column| **column < columns) {
                    let share = (std::mem::take(&mut of_way[*column]) * f64::from(model.scale())) as f32;
                    mine.iter().for_each(|row| shares.values[row * columns + column] += share);
                }
            }
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
    pub(super) fn flip(&self, model: &Model, features: &Features, row: usize, line: f32) -> Option<Flip> {
        let score = *self.scores.get(row)?;
        let value_of = |column: u8| features.column(usize::from(column)).get(row).copied().unwrap_or_default();
        let mut best: Option<(usize, f32, Flip)> = None;
        for (column, (trees, borders)) in self.asking.iter().enumerate() {
            let own = features.column(column).get(row).copied().unwrap_or_default();
            // Most features could not do it whatever they were.
            let reaches = trees.iter().map(|tree| reach(tree, 0, column, &value_of));
            let (least, most) = reaches.fold((0, 0), |(least, most), (low, high)| (least + low, most + high));
            let end = if score >= line { least } else { most };
            let now: i32 = trees.iter().map(|tree| i32::from(tree.worth(tree.leaf(value_of)))).sum();
            if (score + (end - now) as f32 * model.scale() >= line) == (score >= line) {
                continue;
            }
            let at = borders.partition_point(|border| *border < own);
            let score_with = |value: u8| {
                let with = |asked: u8| if usize::from(asked) == column { value } else { value_of(asked) };
                let then: i32 = trees.iter().map(|tree| i32::from(tree.worth(tree.leaf(with)))).sum();
                score + (then - now) as f32 * model.scale()
            };
            let up = borders[at..].iter().map(|border| (border.saturating_add(1), true)).enumerate();
            let down = borders[..at].iter().rev().map(|border| (*border, false)).enumerate();
            for (steps, (value, at_least)) in up.chain(down) {
                if best.is_some_and(|(least, ..)| steps > least) {
                    continue;
                }
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

/// The least and the most that a tree may say below a node, whatever the feature of a column were.
fn reach(tree: &Tree, node: usize, column: usize, value_of: &impl Fn(u8) -> u8) -> (i32, i32) {
    let Some(fork) = tree.forks().get(node) else {
        let worth = i32::from(tree.worth(node));
        return (worth, worth);
    };
    let below = |child: u8| reach(tree, usize::from(child), column, value_of);
    if usize::from(fork.column) != column {
        return below(if value_of(fork.column) > fork.border { fork.right } else { fork.left });
    }
    let (left, right) = (below(fork.left), below(fork.right));
    (left.0.min(right.0), left.1.max(right.1))
}

/// Of each feature the trees that ask it, and the borders that they know of it, in order.
fn asking(model: &Model, columns: usize) -> Vec<(Vec<&Tree>, Vec<u8>)> {
    let mut asking: Vec<(Vec<&Tree>, Vec<u8>)> = vec![Default::default(); columns];
    for tree in model.trees() {
        for fork in tree.forks() {
            let Some((trees, borders)) = asking.get_mut(usize::from(fork.column)) else { continue };
            borders.push(fork.border);
            if !trees.last().is_some_and(|last| std::ptr::eq(*last, tree)) {
                trees.push(tree);
            }
        }
    }
    for (_, borders) in &mut asking {
        borders.sort_unstable();
        borders.dedup();
    }
    asking
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
        let shares = Shares::of(model, &features);
        for (row, score) in shares.scores.iter().enumerate() {
            let sum: f32 = shares.weightiest(row, usize::MAX).iter().map(|(_, weight)| weight).sum();
            assert!((shares.mean + sum - score).abs() < 0.01, "{} + {sum} for {score}", shares.mean);
        }
    }

    #[test]
    fn a_flip_is_one() {
        let (model, features) = (builtin(), page());
        let shares = Shares::of(model, &features);
        let mut flipped = 0;
        for (row, score) in shares.scores.iter().enumerate() {
            let line = score - 0.2;
            let Some(flip) = shares.flip(model, &features, row, line) else { continue };
            let mut changed = Features { rows: features.rows, bytes: features.bytes.clone(), names: None };
            changed.bytes[flip.column * features.rows + row] = flip.value;
            assert!(model.whole_scores(&changed)[row] < line, "row {row}: {flip:?}");
            flipped += 1;
        }
        assert!(flipped > 5, "only {flipped} could be flipped");
    }
}
