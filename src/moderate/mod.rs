//! Moderate: judges what a reader would see of a block, and edits it in place.
//!
//! This is the seam that moderation rules hang on: every event passes through here between strip and emit, and a verdict
//! is known before the first byte of a page is released. Without moderation rules everything passes as it is.

pub mod entity;

use crate::strip::Held;
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

/// Judges one page.
#[derive(Debug, Default)]
pub struct Moderator {
    verdict: Verdict,
}

impl Moderator {
    /// Passes an event on, as far as it may be seen.
    pub fn event(&mut self, held: Held) -> Held {
        held
    }

    /// The verdict so far.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }
}
