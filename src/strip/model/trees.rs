//! The trained model: symmetric trees over feature bytes, and the table of names. Layout of the file, little-endian:
//!
//! `naqi`, version (u16), columns (u16), names (u32), trees (u16), depth (u16), scale (f32), bias (f32), keep (f32), slope (f32), prose (f32); then the hashes
//! of the names (u32 each) and their scores (i8 each); then for each tree `depth` pairs of column and border (u8 each) and
//! 2^depth leaves (i16). A block goes right at a level when its byte is above the border.

use super::choice::Thresholds;
use super::features::Features;
use super::tokens::Tokens;

const MAGIC: &[u8; 4] = b"naqi";
const VERSION: u16 = 1;

/// A model.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    tokens: Tokens,
    columns: usize,
    depth: usize,
    splits: Vec<(u8, u8)>,
    leaves: Vec<i16>,
    scale: f32,
    bias: f32,
    pub(super) thresholds: Thresholds,
}

/// A symmetric tree: column and border of each level, and the leaves.
pub(super) struct Tree<'a> {
    pub(super) splits: &'a [(u8, u8)],
    pub(super) leaves: &'a [i16],
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
    /// Reads a model file. `None` when it is not one, or of another version.
    pub(crate) fn read(file: &[u8]) -> Option<Model> {
        let mut file = Reader(file);
        if &file.take::<4>()? != MAGIC || file.short()? != usize::from(VERSION) {
            return None;
        }
        let columns = file.short()?;
        let names = u32::from_le_bytes(file.take()?) as usize;
        let (trees, depth) = (file.short()?, file.short()?);
        let (scale, bias) = (file.float()?, file.float()?);
        let thresholds = Thresholds { keep: file.float()?, slope: file.float()?, prose: file.float()? };
        if depth > 8 || names > 1 << 20 {
            return None;
        }
        let hashes = (0..names).map(|_| file.take().map(u32::from_le_bytes)).collect::<Option<Vec<_>>>()?;
        let scores = (0..names).map(|_| file.take().map(i8::from_le_bytes)).collect::<Option<Vec<_>>>()?;
        let tokens = Tokens::new(&hashes.into_iter().zip(scores).collect::<Vec<_>>());
        let (mut splits, mut leaves) = (Vec::new(), Vec::new());
        for _ in 0..trees {
            for _ in 0..depth {
                let [column, border] = file.take()?;
                splits.push((column, border));
            }
            for _ in 0..1 << depth {
                leaves.push(i16::from_le_bytes(file.take()?));
            }
        }
        file.0.is_empty().then_some(Model { tokens, columns, depth, splits, leaves, scale, bias, thresholds })
    }

    pub(crate) fn tokens(&self) -> Tokens {
        self.tokens.clone()
    }

    pub(crate) fn has_trees(&self) -> bool {
        !self.leaves.is_empty()
    }

    /// The trees, for [`super::shapley`].
    pub(super) fn trees(&self) -> impl Iterator<Item = Tree<'_>> {
        let leaves = self.leaves.chunks_exact(1 << self.depth);
        self.splits.chunks_exact(self.depth.max(1)).zip(leaves).map(|(splits, leaves)| Tree { splits, leaves })
    }

    /// What one unit of a leaf is worth, in log odds.
    pub(super) fn scale(&self) -> f32 {
        self.scale
    }

    /// The raw score of each block: log odds that it is content.
    pub(super) fn scores(&self, features: &Features) -> Vec<f32> {
        let sums = match self.depth {
            depth if depth == 0 || self.columns != features.columns() => vec![0; features.rows],
            // The depth of the built-in model: with the count of leaves known, none is looked for in vain.
            6 => self.sums::<64>(features),
            _ => self.sums::<0>(features),
        };
        sums.into_iter().map(|sum| sum as f32 * self.scale + self.bias).collect()
    }

    /// Sums of leaves. `LEAVES` is how many each tree has, or 0 when that is not known.
    fn sums<const LEAVES: usize>(&self, features: &Features) -> Vec<i32> {
        let mut sums = vec![0i32; features.rows];
        let mut leaf = vec![0u8; features.rows];
        for (splits, leaves) in self.splits.chunks_exact(self.depth).zip(self.leaves.chunks_exact(1 << self.depth)) {
            for (level, &(column, border)) in splits.iter().enumerate() {
                let (bit, values) = (1u8 << level, features.column(usize::from(column)));
                if level == 0 {
                    leaf.iter_mut().zip(values).for_each(|(leaf, value)| *leaf = u8::from(*value > border));
                } else {
                    leaf.iter_mut().zip(values).for_each(|(leaf, value)| *leaf |= if *value > border { bit } else { 0 });
                }
            }
            match <&[i16; LEAVES]>::try_from(leaves) {
                Ok(leaves) => sums.iter_mut().zip(&leaf).for_each(|(sum, leaf)| *sum += i32::from(leaves[usize::from(*leaf) % LEAVES.max(1)])),
                Err(_) => sums.iter_mut().zip(&leaf).for_each(|(sum, leaf)| *sum += i32::from(leaves[usize::from(*leaf) & (leaves.len() - 1)])),
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

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

    #[test]
    fn a_file_that_is_cut_short_is_no_model() {
        let file = include_bytes!("blocks.bin");
        assert!(Model::read(&file[..file.len() - 1]).is_none() && Model::read(b"").is_none());
    }
}
