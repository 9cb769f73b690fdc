//! Where a run's time goes.

use naqi::StageTimes;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Time in each stage, of all workers together: what they wait for each other is in none. In the order in which a page passes them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stages {
    /// Fetching stored bytes.
    pub read: Duration,
    /// Decompressing, finding records, undoing HTTP's codings.
    pub unpack: Duration,
    /// Decoding to Unicode.
    pub decode: Duration,
    /// Events, and rules that are matched as they come.
    pub rewrite: Duration,
    /// Deciding with the whole page in view.
    pub strip: Duration,
    /// Moderation.
    pub moderate: Duration,
    /// Serialising pages and records.
    pub emit: Duration,
    /// Language, length, fingerprints.
    pub select: Duration,
    /// Compressing outputs, writing them, reports and the journal.
    pub write: Duration,
}

impl Stages {
    /// With their names, in their order.
    pub fn named(&self) -> [(&'static str, Duration); 9] {
        [
            ("read", self.read),
            ("decompress", self.unpack),
            ("decode", self.decode),
            ("rewrite + rules", self.rewrite),
            ("strip", self.strip),
            ("moderate", self.moderate),
            ("emit", self.emit),
            ("select", self.select),
            ("write", self.write),
        ]
    }

    /// Shares of the whole, the largest first; none when nothing took any time.
    pub fn shares(&self) -> Vec<(&'static str, f64)> {
        let all: f64 = self.named().iter().map(|(_, time)| time.as_secs_f64()).sum();
        let mut shares: Vec<_> =
            self.named().iter().map(|(name, time)| (*name, time.as_secs_f64() / all)).filter(|(_, share)| *share > 0.0).collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        shares
    }

    /// What the library measured of a page.
    pub fn add_page(&mut self, times: &StageTimes) {
        self.decode += times.decode;
        self.rewrite += times.rewrite;
        self.strip += times.strip;
        self.moderate += times.moderate;
        self.emit += times.emit;
    }

    /// Sums up.
    pub fn add(&mut self, other: &Stages) {
        let Stages { read, unpack, decode, rewrite, strip, moderate, emit, select, write } = other;
        for (sum, time) in [
            (&mut self.read, read),
            (&mut self.unpack, unpack),
            (&mut self.decode, decode),
            (&mut self.rewrite, rewrite),
            (&mut self.strip, strip),
            (&mut self.moderate, moderate),
            (&mut self.emit, emit),
            (&mut self.select, select),
            (&mut self.write, write),
        ] {
            *sum += *time;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_the_largest_comes_first() {
        let mut stages = Stages::default();
        assert!(stages.shares().is_empty());
        stages.add(&Stages { rewrite: Duration::from_millis(30), read: Duration::from_millis(30), ..Stages::default() });
        stages.add_page(&StageTimes { strip: Duration::from_millis(60), ..StageTimes::default() });
        assert_eq!(stages.shares(), [("strip", 0.5), ("read", 0.25), ("rewrite + rules", 0.25)]);
    }
}
