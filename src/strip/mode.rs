//! The modes, which differ in how long events wait.

use serde::{Deserialize, Serialize};

/// How long a block is held before it is decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StripMode {
    /// Nothing is stripped.
    Off,
    /// By rule packs, in bounded memory, with output before the end of the input.
    Rules,
    /// By rule packs with the whole page in view.
    #[default]
    Article,
}
