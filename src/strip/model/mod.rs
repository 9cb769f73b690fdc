//! The block model: tells content from furniture where no rule does.
//!
//! [`Blocks`] gathers the page's blocks as it passes; at its end [`features`] are worked out, [`trees`] score them and
//! [`choice`] decides. What the model says never overrides a rule.

mod blocks;
mod choice;
mod features;
mod tokens;
mod trees;

pub(crate) use blocks::Blocks;
pub(crate) use features::Features;
pub(crate) use trees::Model;

use super::queue::{EventIndex, Queue};
use std::ops::Range;
use std::sync::LazyLock;

static BUILTIN: LazyLock<Model> = LazyLock::new(|| Model::read(include_bytes!("blocks.bin")).unwrap_or_default());

/// The model inside the program.
pub(crate) fn builtin() -> &'static Model {
    &BUILTIN
}

/// What training reads of one page.
#[derive(Debug)]
pub struct PageFeatures {
    /// Names of the features.
    pub names: Vec<String>,
    /// The blocks in order.
    pub blocks: Vec<BlockFeatures>,
}

/// What training reads of one block.
#[derive(Debug)]
pub struct BlockFeatures {
    /// Its text as written, tags left out.
    pub text: String,
    /// A rule has taken it.
    pub dropped: bool,
    /// Its features, in the order of the names.
    pub features: Vec<u8>,
    /// Hashes of the class and id words on its path, innermost element first.
    pub path: Vec<Vec<u32>>,
    /// The model's log odds that it is content.
    pub score: f32,
    /// Whether the model keeps it.
    pub kept: bool,
}

/// The decision about one page.
pub(crate) struct Decision {
    pub(crate) scores: Vec<f32>,
    pub(crate) kept: Vec<bool>,
}

impl Blocks {
    /// Notes what rules have taken. To be called before the features are worked out.
    pub(super) fn note_dropped(&mut self, queue: &Queue) {
        for block in &mut self.blocks {
            block.dropped = queue.get(block.text).is_some_and(|held| !held.is_kept());
        }
    }

    pub(crate) fn features(&self, named: bool) -> Features {
        features::features(self, named)
    }

    pub(crate) fn decide(&self, model: &Model, features: &Features) -> Decision {
        let scores = model.scores(features);
        let chances: Vec<f32> = scores.iter().map(|score| 1.0 / (1.0 + (-score).exp())).collect();
        let kept = choice::choose(&self.blocks, &chances, model.keep, model.slope);
        Decision { scores, kept }
    }

    /// The stretches of events that a decision takes: neighbouring blocks go together, with what stands between them.
    pub(super) fn stretches(&self, decision: &Decision) -> Vec<Range<EventIndex>> {
        let mut stretches: Vec<Range<EventIndex>> = Vec::new();
        let mut joins = false;
        for (block, kept) in self.blocks.iter().zip(&decision.kept) {
            match stretches.last_mut() {
                _ if *kept || (block.dropped && !joins) => {}
                Some(last) if joins => last.end = block.events.end,
                _ => stretches.push(block.events.clone()),
            }
            joins = !kept && (joins || !block.dropped);
        }
        stretches
    }

    /// What training reads.
    pub(crate) fn dump(&self, model: &Model) -> PageFeatures {
        let features = self.features(true);
        let decision = self.decide(model, &features);
        let blocks = self.blocks.iter().enumerate().map(|(row, block)| {
            let mut path = Vec::new();
            let mut at = block.element;
            while at != 0 {
                path.push(self.token_log.as_ref().and_then(|log| log.get(at as usize)).cloned().unwrap_or_default());
                at = self.elements[at as usize].parent;
            }
            BlockFeatures {
                text: self.texts.as_ref().and_then(|texts| texts.get(row)).cloned().unwrap_or_default(),
                dropped: block.dropped,
                features: (0..features.columns()).map(|column| features.column(column)[row]).collect(),
                path,
                score: decision.scores[row],
                kept: decision.kept[row],
            }
        });
        PageFeatures { blocks: blocks.collect(), names: features.names.clone().unwrap_or_default() }
    }
}
