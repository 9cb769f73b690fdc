//! The trained model: trees over feature bytes, and the table of names. Layout of the file, little-endian:
//!
//! `naqi`, version (u16), columns (u16), names (u32), trees (u16), scale (f32), bias (f32), keep (f32), slope (f32), prose (f32); the count of
//! stages (u8), and of each the trees before it (u16), its bound and its factor (f32); then the hashes of the names (u32 each) and their
//! scores (i8 each); then for each tree the count of its forks (u8), each fork's column, border,
//! left and right (u8 each), and its leaves (i16), one more than forks. A block goes right when its byte is above the border. Left
//! and right are numbers of later forks, or of leaves with [`LEAF`] added.

use super::features::Features;
use super::thresholds::Thresholds;
use super::tokens::Tokens;

const MAGIC: &[u8; 4] = b"naqi";
const VERSION: u16 = 3;

/// Added to the number of a leaf.
const LEAF: u8 = 128;
/// Forks and leaves of a tree together.
const NODES: usize = 128;
/// So many blocks are scored at a time: their features and the nodes of a tree stay in the processor's nearest cache.
const MANY: usize = 64;
/// So many where few are left to ask: one vector of the processor.
const FEW: usize = 16;
/// A column's number is a byte.
pub(super) const COLUMNS: usize = 256;

/// A model.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    tokens: Tokens,
    columns: usize,
    trees: Vec<Tree>,
    stages: Vec<Stage>,
    scale: f32,
    bias: f32,
    pub(super) thresholds: Thresholds,
}

/// Where blocks are done that the trees so far are sure of: most are after a seventh of them.
#[derive(Clone, Copy, Debug)]
struct Stage {
    /// How many trees come before.
    trees: usize,
    /// A raw score so far from zero is sure.
    bound: f32,
    /// What the raw score of all trees is of the one so far, as learned.
    factor: f32,
}

/// A tree. Forks come first, from the root; then the leaves.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    nodes: [Node; NODES],
    worth: [i16; NODES],
    forks: usize,
}

/// Where a block goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    pub(super) column: u8,
    pub(super) border: u8,
    pub(super) left: u8,
    pub(super) right: u8,
}

impl Node {
    #[inline(always)]
    fn next(self, value: u8) -> u8 {
        if value > self.border { self.right } else { self.left }
    }
}

impl Tree {
    /// Reads a tree. `None` when a fork leads back, out of the tree or where another has led.
    fn read(file: &mut Reader<'_>) -> Option<Tree> {
        let [forks] = file.take()?;
        let forks = usize::from(forks);
        let mut tree = Tree { nodes: [Node::default(); NODES], worth: [0; NODES], forks };
        if 2 * forks >= NODES {
            return None;
        }
        let mut is_led_to = [false; NODES];
        for fork in 0..forks {
            let [column, border, left, right] = file.take()?;
            let child = |number: u8| match number.checked_sub(LEAF) {
                Some(leaf) => usize::from(leaf) + forks,
                None => usize::from(number),
            };
            for child in [child(left), child(right)] {
                let is_leaf = child >= forks;
                if child > 2 * forks || (!is_leaf && child <= fork) || is_led_to[child] {
                    return None;
                }
                is_led_to[child] = true;
            }
            tree.nodes[fork] = Node { column, border, left: child(left) as u8, right: child(right) as u8 };
        }
        for leaf in forks..=2 * forks {
            tree.worth[leaf] = i16::from_le_bytes(file.take()?);
        }
        Some(tree)
    }

    /// The forks, from the root on. A number from their count on is a leaf's.
    pub(super) fn forks(&self) -> &[Node] {
        &self.nodes[..self.forks]
    }

    /// What a leaf is worth, by its number as a node.
    pub(super) fn worth(&self, node: usize) -> i16 {
        self.worth[node % NODES]
    }

    /// The leaf of a block, as a node, given its feature bytes.
    pub(super) fn leaf(&self, value: impl Fn(u8) -> u8) -> usize {
        let mut at = 0;
        // Forks lead to later nodes only.
        while let Some(fork) = self.forks().get(at) {
            at = usize::from(fork.next(value(fork.column)));
        }
        at
    }
}

/// Takes numbers off the front of the file.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn short(&mut self) -> Option<usize> {
        self.take().map(|bytes| usize::from(u16::from_le_bytes(bytes)))
    }

    fn float(&mut self) -> Option<f32> {
        self.take().map(f32::from_le_bytes)
    }
}

impl Model {
    /// Reads a model file. `None` when it is not one, or of another version, or a stage comes before the one above it.
    pub(crate) fn read(file: &[u8]) -> Option<Model> {
        let mut file = Reader(file);
        if &file.take::<4>()? != MAGIC || file.short()? != usize::from(VERSION) {
            return None;
        }
        let columns = file.short()?;
        let names = u32::from_le_bytes(file.take()?) as usize;
        let trees = file.short()?;
        let (scale, bias) = (file.float()?, file.float()?);
        let thresholds = Thresholds { keep: file.float()?, slope: file.float()?, prose: file.float()? };
        if columns > COLUMNS || names > 1 << 20 {
            return None;
        }
        let [stages] = file.take()?;
        let stages =
            (0..stages).map(|_| Some(Stage { trees: file.short()?, bound: file.float()?, factor: file.float()? })).collect::<Option<Vec<_>>>()?;
        let hashes = (0..names).map(|_| file.take().map(u32::from_le_bytes)).collect::<Option<Vec<_>>>()?;
        let scores = (0..names).map(|_| file.take().map(i8::from_le_bytes)).collect::<Option<Vec<_>>>()?;
        let tokens = Tokens::new(&hashes.into_iter().zip(scores).collect::<Vec<_>>());
        let trees = (0..trees).map(|_| Tree::read(&mut file)).collect::<Option<Vec<_>>>()?;
        // Trees of a stage that leads back would count twice.
        let rise = stages.iter().map(|stage| stage.trees).chain([trees.len()]).is_sorted();
        (rise && file.0.is_empty()).then_some(Model { tokens, columns, trees, stages, scale, bias, thresholds })
    }

    pub(crate) fn tokens(&self) -> Tokens {
        self.tokens.clone()
    }

    pub(crate) fn has_trees(&self) -> bool {
        !self.trees.is_empty()
    }

    /// The trees, for [`super::shapley`].
    pub(super) fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// What one unit of a leaf is worth, in log odds.
    pub(super) fn scale(&self) -> f32 {
        self.scale
    }

    /// The raw score of each block: log odds that it is content.
    pub(super) fn scores(&self, features: &Features) -> Vec<f32> {
        self.scores_by(features, &self.stages)
    }

    /// The same, by all trees, however sure the first ones are.
    pub(super) fn whole_scores(&self, features: &Features) -> Vec<f32> {
        self.scores_by(features, &[])
    }

    fn scores_by(&self, features: &Features, stages: &[Stage]) -> Vec<f32> {
        let mut scores = vec![self.bias; features.rows];
        if self.columns != features.columns() {
            return scores;
        }
        let mut sums = vec![0i32; features.rows];
        let mut asked: Vec<u32> = (0..features.rows as u32).collect();
        let (mut many, mut few) = (Together::<MANY>::default(), Together::<FEW>::default());
        let mut from = 0;
        let end = Stage { trees: self.trees.len(), bound: 0.0, factor: 1.0 };
        for stage in stages.iter().chain([&end]) {
            let trees = self.trees.get(from..stage.trees).unwrap_or_default();
            from = stage.trees;
            for rows in asked.chunks(MANY) {
                if rows.len() > 2 * FEW {
                    many.ask(trees, features, rows, &mut sums);
                } else {
                    rows.chunks(FEW).for_each(|rows| few.ask(trees, features, rows, &mut sums));
                }
            }
            asked.retain(|row| {
                let score = sums[*row as usize] as f32 * self.scale + self.bias;
                let is_sure = score.abs() >= stage.bound;
                if is_sure {
                    scores[*row as usize] = score * stage.factor;
                }
                !is_sure
            });
        }
        scores
    }
}

/// Blocks that are asked together.
struct Together<const LANES: usize> {
    /// A byte of each of them, by its column.
    columns: [[u8; LANES]; COLUMNS],
    /// Where they end up below each node of a tree: of a leaf that is the leaf itself, of a fork what it found for each block.
    below: [[u8; LANES]; NODES],
    /// So many nodes were forks of the tree before.
    forks: usize,
}

impl<const LANES: usize> Default for Together<LANES> {
    fn default() -> Self {
        Together { columns: [[0; LANES]; COLUMNS], below: std::array::from_fn(|node| [node as u8; LANES]), forks: 0 }
    }
}

impl<const LANES: usize> Together<LANES> {
    /// Adds what trees say of some rows, of which there are no more than lanes.
    fn ask(&mut self, trees: &[Tree], features: &Features, rows: &[u32], sums: &mut [i32]) {
        features.gather(rows, &mut self.columns);
        let mut added = [0i32; LANES];
        for tree in trees {
            let found = self.leaves(tree);
            added.iter_mut().zip(found).for_each(|(sum, leaf)| *sum += i32::from(tree.worth(usize::from(*leaf))));
        }
        rows.iter().zip(added).for_each(|(row, added)| sums[*row as usize] += added);
    }

    /// The leaf of each block, as a node. All forks are asked about all blocks, the last ones first, so that what lies below a fork is known:
    /// that takes the processor sixteen blocks and more at once, where a walk from the root takes one at a time.
    fn leaves(&mut self, tree: &Tree) -> &[u8; LANES] {
        for node in tree.forks..self.forks {
            self.below[node] = [node as u8; LANES];
        }
        self.forks = tree.forks;
        for (number, fork) in tree.forks().iter().enumerate().rev() {
            let values = &self.columns[usize::from(fork.column)];
            let (left, right) = (self.below[usize::from(fork.left) % NODES], self.below[usize::from(fork.right) % NODES]);
            // Without a branch, as the compiler makes one instruction of sixteen lanes only then.
            let mut found = [0; LANES];
            for lane in 0..LANES {
                let goes_right = 0u8.wrapping_sub(u8::from(values[lane] > fork.border));
                found[lane] = (right[lane] & goes_right) | (left[lane] & !goes_right);
            }
            self.below[number] = found;
        }
        &self.below[0]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::ops::Range;

    impl Model {
        /// What some trees say of one block, each asked from its root.
        fn walk(&self, trees: Range<usize>, value: impl Fn(u8) -> u8) -> i32 {
            self.trees[trees].iter().map(|tree| i32::from(tree.worth(tree.leaf(&value)))).sum()
        }
    }

    /// `parity.txt` holds rows of features with the scores of the library that trained the model.
    #[test]
    fn scores_are_the_trainers() {
        let rows: Vec<(Vec<u8>, f32)> = include_str!("parity.txt")
            .lines()
            .map(|line| {
                let (hex, score) = line.split_once(' ').unwrap();
                let bytes = (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
                (bytes, score.parse().unwrap())
            })
            .collect();
        let model = Model::read(include_bytes!("blocks.bin")).unwrap();
        let bytes = (0..model.columns).flat_map(|column| rows.iter().map(move |(row, _)| row[column])).collect();
        let scores = model.scores(&Features { rows: rows.len(), bytes, names: None });
        for (score, (_, expected)) in scores.iter().zip(&rows) {
            assert!((score - expected).abs() < 0.02, "{score} for {expected}");
        }
        assert!(rows.len() >= 20 && rows.iter().any(|(_, score)| *score > 1.0) && rows.iter().any(|(_, score)| *score < -1.0));
    }

    /// However many blocks there are, and whichever of them each stage is sure of.
    #[test]
    fn scores_are_those_of_a_walk() {
        let model = Model::read(include_bytes!("blocks.bin")).unwrap();
        let (mut seed, mut sure_at) = (1u32, [0; 2]);
        for rows in [0, 1, FEW, FEW + 1, 2 * FEW + 1, MANY - 1, MANY, MANY + 1, MANY + FEW, 3 * MANY + 7] {
            let mut byte = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as u8
            };
            let bytes: Vec<u8> = (0..rows * model.columns).map(|_| byte()).collect();
            let score = |row: usize| {
                let (mut sum, mut from) = (0, 0);
                for stage in &model.stages {
                    sum += model.walk(from..stage.trees, |column| bytes[usize::from(column) * rows + row]);
                    from = stage.trees;
                    let score = sum as f32 * model.scale + model.bias;
                    if score.abs() >= stage.bound {
                        return (0, score * stage.factor);
                    }
                }
                sum += model.walk(from..model.trees.len(), |column| bytes[usize::from(column) * rows + row]);
                (1, sum as f32 * model.scale + model.bias)
            };
            let expected: Vec<(usize, f32)> = (0..rows).map(score).collect();
            let scores = model.scores(&Features { rows, bytes: bytes.clone(), names: None });
            assert_eq!(scores, expected.iter().map(|(_, score)| *score).collect::<Vec<_>>(), "{rows} rows");
            expected.iter().for_each(|(at, _)| sure_at[*at] += 1);
        }
        assert!(sure_at.iter().all(|count| *count > 0), "{sure_at:?}");
    }

    #[test]
    fn a_file_that_is_cut_short_is_no_model() {
        let file = include_bytes!("blocks.bin");
        assert!(Model::read(&file[..file.len() - 1]).is_none() && Model::read(b"").is_none());
    }

    #[test]
    fn forks_lead_on() {
        let tree = |bytes: &[u8]| Tree::read(&mut Reader(bytes));
        // A root with one fork below it: three leaves.
        let sound = [2, 0, 7, 1, LEAF, 1, 9, LEAF + 1, LEAF + 2, 1, 0, 2, 0, 3, 0];
        let sound = tree(&sound).unwrap();
        let worth = |values: [u8; 2]| sound.worth(sound.leaf(|column| values[usize::from(column)]));
        assert_eq!([worth([8, 0]), worth([7, 9]), worth([7, 10])], [1, 2, 3]);
        let back = [2, 0, 7, 0, LEAF, 1, 9, LEAF + 1, LEAF + 2, 1, 0, 2, 0, 3, 0];
        let out = [1, 0, 7, LEAF, LEAF + 2, 1, 0, 2, 0];
        let twice = [1, 0, 7, LEAF, LEAF, 1, 0, 2, 0];
        assert!(tree(&back).is_none() && tree(&out).is_none() && tree(&twice).is_none());
    }
}
