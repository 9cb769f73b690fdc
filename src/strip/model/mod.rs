//! The block model: tells content from furniture where no rule does.
//!
//! [`Blocks`] gathers the page's blocks as it passes; at its end [`features`] are worked out, [`trees`] score them and
//! [`choice`] decides. What it says overrides a built-in rule
//! for any site, never one of the user's, of a site's pack or of a filter list.

mod bio;
mod block;
mod blocks;
mod body;
mod brief;
mod choice;
mod comment;
mod confidence;
mod decision;
mod element;
mod explanation;
mod features;
mod headline;
mod inset;
mod long_text;
mod paragraph;
mod question;
mod record;
mod repeat;
mod selection;
mod shape;
mod shapley;
mod spared;
mod table;
mod tail;
mod thread;
mod thresholds;
mod title;
mod tokens;
mod trees;
mod why;

pub(crate) use blocks::Blocks;
use decision::{Decision, Taker};
pub(crate) use features::Features;
pub use record::{BlockRecord, FeatureRecord, FlipRecord};
pub(crate) use trees::Model;

use super::article::ArticleSettings;
use super::queue::{EventIndex, Queue};
use std::ops::Range;
use std::sync::LazyLock;

static BUILTIN: LazyLock<Model> = LazyLock::new(|| Model::read(include_bytes!("blocks.bin")).unwrap_or_default());

/// The model inside the program.
pub(crate) fn builtin() -> &'static Model {
    &BUILTIN
}

/// The built-in packs, from what is content most often to what is never.
const PACKS: [&str; 25] = [
    "headline",
    "author",
    "breadcrumbs",
    "tags",
    "preamble",
    "player",
    "paywall",
    "hidden",
    "forms",
    "comments",
    "forum",
    "manuals",
    "listings",
    "reviews",
    "shop",
    "actions",
    "related",
    "read-also",
    "newsletter",
    "ads",
    "apps",
    "consent",
    "share",
    "footer",
    "navigation",
];

/// Number of a rule file's pack, from 1; 0 for others.
fn pack(file: &str) -> u8 {
    let name = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".toml");
    PACKS.iter().position(|pack| *pack == name).map_or(0, |at| at as u8 + 1)
}

/// Number of the pack of readers' comments.
const COMMENTS_PACK: u8 = {
    let mut at = 0;
    while at < PACKS.len() && !matches!(PACKS[at].as_bytes(), b"comments") {
        at += 1;
    }
    at as u8 + 1
};

/// What training reads of one page.
#[derive(Debug)]
pub struct PageFeatures {
    /// Names of the features.
    pub names: Vec<String>,
    /// The blocks in order.
    pub blocks: Vec<BlockFeatures>,
    /// Numbers of the page that its confidence is worked out from, with their names.
    pub statistics: Vec<(&'static str, f64)>,
    /// The chance that what is kept scores well.
    pub confidence: f64,
}

/// What training reads of one block.
#[derive(Debug)]
pub struct BlockFeatures {
    /// Its text as written, tags left out.
    pub text: String,
    /// A rule has taken it.
    pub dropped: bool,
    /// A rule has taken it that does not give way to the model.
    pub is_final: bool,
    /// Its features, in the order of the names.
    pub features: Vec<u8>,
    /// Hashes of the class and id words on its path, innermost element first.
    pub path: Vec<Vec<u32>>,
    /// The model's log odds that it is content.
    pub score: f32,
    /// Whether the model keeps it in the text; the headline is none of it.
    pub kept: bool,
}

impl Blocks {
    /// Notes which removal took which block. To be called before the features are worked out.
    fn note_dropped(&mut self, queue: &Queue, mut taker: impl FnMut(EventIndex, u32) -> Taker) {
        for block in &mut self.blocks {
            block.removal = queue.get(block.text).map_or(0, |held| held.removal);
            block.dropped = block.removal > 0;
            if block.dropped {
                let taker = taker(block.text, block.removal);
                (block.fixed, block.by_text, block.pack) = (taker.is_final, taker.by_text, taker.pack);
            }
        }
    }

    /// Notes what a rule says is content, by the event of a block's first text.
    fn note_pinned(&mut self, is_pinned: impl Fn(EventIndex) -> bool) {
        self.blocks.iter_mut().for_each(|block| block.pinned = is_pinned(block.text));
    }

    /// The events of the blocks that rules took and a decision keeps.
    fn given_back(&self, decision: &Decision) -> Vec<Range<EventIndex>> {
        let given = self.blocks.iter().zip(&decision.choice.kept).filter(|(block, kept)| **kept && block.dropped);
        given.map(|(block, _)| block.events.clone()).collect()
    }

    /// The events of the block that stays as the page's title alone.
    fn title(&self, decision: &Decision) -> Range<EventIndex> {
        decision.choice.title.map_or(0..0, |row| self.blocks[row].events.clone())
    }

    /// Whether a decision leaves some block to a removal.
    fn leaves_to(&self, removal: u32, decision: &Decision) -> bool {
        self.blocks.iter().zip(&decision.choice.kept).any(|(block, kept)| block.removal == removal && !kept)
    }

    pub(crate) fn features(&self, named: bool) -> Features {
        features::features(self, named)
    }

    pub(crate) fn decide(&self, model: &Model, features: &Features, settings: &ArticleSettings) -> Decision {
        let scores = model.scores(features);
        let chances: Vec<f32> = scores.iter().map(|score| 1.0 / (1.0 + (-score).exp())).collect();
        let choice = choice::choose(self, &chances, model.thresholds, settings);
        let statistics = confidence::statistics(self, &chances, &choice);
        Decision { scores, choice, confidence: confidence::confidence(&statistics), statistics }
    }

    /// The stretches of events that a decision takes: neighbouring blocks go together, with what stands between them.
    fn stretches(&self, decision: &Decision) -> Vec<Range<EventIndex>> {
        let mut stretches: Vec<Range<EventIndex>> = Vec::new();
        let mut joins = false;
        for (block, kept) in self.blocks.iter().zip(&decision.choice.kept) {
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
    pub(crate) fn dump(&self, model: &Model, settings: &ArticleSettings) -> PageFeatures {
        let features = self.features(true);
        let decision = self.decide(model, &features, settings);
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
                is_final: block.fixed,
                features: (0..features.columns()).map(|column| features.column(column)[row]).collect(),
                path,
                score: decision.scores[row],
                kept: decision.choice.kept[row] && decision.choice.title != Some(row),
            }
        });
        PageFeatures {
            blocks: blocks.collect(),
            names: features.names.clone().unwrap_or_default(),
            statistics: confidence::STATISTICS.into_iter().zip(decision.statistics).collect(),
            confidence: decision.confidence,
        }
    }
}
