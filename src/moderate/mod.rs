//! Moderate: judges what a reader would see, and edits it in place.
//!
//! Events are held until a *passage* of some kilobytes has come together. Its text makes one [`view`](self) of what a reader sees, its
//! attributes, links, JSON-LD strings and the like another; all matchers of all rules run over both, rules decide, and the events go on
//! with edits: ranges of the page and what stands there instead. Emitters read the page through these edits and know nothing of rules.
//! Without moderation rules everything passes as it is.

mod address;
mod clitics;
mod contact;
mod covered;
mod declared;
mod dialled;
mod disguise;
mod drawn;
pub mod edit;
pub mod entity;
mod findings;
mod json;
mod judge;
mod letters;
mod literals;
mod map;
mod moderator;
mod passage;
mod patterns;
mod phrase;
mod queue;
mod reach;
mod redaction;
mod reference;
mod rule;
mod seen;
mod spelling;
mod surface;
mod token;
mod view;
mod word;
mod words;
mod workspace;

pub(crate) use findings::RECORDED;
pub use moderator::{Bounds, Moderator, PageFacts};
pub use rule::{Action, ModerationRule, ModerationSet, Surfaces, Thresholds};
pub use surface::{Surface, Writing};
pub use token::{Key, SHORTEST_KEY};

pub(crate) use rule::{Condition, Context, Finder, Leaf, LeafKind};
pub(crate) use view::View;
pub(crate) use words::{WordOptions, evasion};

use serde::{Deserialize, Serialize};

/// What is to become of a page; the gravest wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It may be published.
    #[default]
    Pass,
    /// It may be published, and somebody should look.
    Flag,
    /// It is held back for review.
    Quarantine,
    /// It is thrown away.
    Drop,
}
