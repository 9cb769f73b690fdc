//! What `explain` is told of a block.

use serde::Serialize;

/// What decided about a block of text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BlockRecord {
    /// First byte in the source.
    pub start: u64,
    /// Byte after the last.
    pub end: u64,
    /// Its words.
    pub words: u32,
    /// Whether it stays; a headline that is left to the metadata does in `republish` and `preserve`.
    pub kept: bool,
    /// The model's chance that it is content, 0 to 1.
    pub chance: f64,
    /// The chance from which on it stays; none where something else decided.
    pub line: Option<f64>,
    /// What decided.
    pub why: String,
    /// Mean score of the page's blocks, log odds: with the weights of all features it adds up to the score of this one.
    pub mean: f64,
    /// The five features that weigh most, for or against, weightiest first.
    pub features: Vec<FeatureRecord>,
    /// What would have flipped it; none where its chance did not decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flip: Option<FlipRecord>,
}

/// A feature of a block.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FeatureRecord {
    /// As `naqi features` names it.
    pub name: String,
    /// What it is.
    pub says: String,
    /// What it is of this block.
    pub value: String,
    /// Its share in the score (a Shapley value), log odds: above 0 for content.
    pub weight: f64,
}

/// What would have flipped a block.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FlipRecord {
    /// `--favor` of so many log odds: from there on a block that went stays, below it one that stayed goes.
    pub favor: f64,
    /// The least change of one feature alone, if one is enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
}
