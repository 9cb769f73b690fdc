//! Where the time of a page goes.

use std::time::Duration;

/// Wall time that a page spent in each stage of the road. Clocks are read once for each piece of some kilobytes, never for each event, so
/// matching rules while a page is read counts as `rewrite`: both are one pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StageTimes {
    /// Finding the encoding and decoding.
    pub decode: Duration,
    /// Tokens, events, metadata, and rules that are matched as events come.
    pub rewrite: Duration,
    /// What is decided with the whole page in view: the block model and what it leaves.
    pub strip: Duration,
    /// Making what a reader sees, matching it, and judging.
    pub moderate: Duration,
    /// Serialising and handing on.
    pub emit: Duration,
}
