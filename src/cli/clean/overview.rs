//! What a run did, for programs (`--stats`) and for people (`--report FILE.html`).

use super::growing::GrowingFile;
use super::tally::Tally;
use anyhow::{Context, Result};
use serde_json::json;
use std::io::Write;

/// What is to be written when the run is over.
pub struct Overview {
    /// JSON.
    pub stats: Option<GrowingFile>,
    /// A page of plots.
    pub page: Option<GrowingFile>,
    /// SHA-256 of the rule set.
    pub rules_digest: String,
    /// Names of the first inputs.
    pub inputs: Vec<String>,
}

impl Overview {
    /// Writes it.
    pub fn write(self, tally: &Tally) -> Result<()> {
        let seconds = tally.seconds();
        if let Some(mut file) = self.stats {
            let stats = json!({
                "schema": "1.0",
                "naqi": env!("CARGO_PKG_VERSION"),
                "rules_digest": self.rules_digest,
                "inputs": self.inputs,
                "seconds": seconds,
                "pages_per_second": tally.pages as f64 / seconds,
                "bytes_per_second": tally.bytes_in as f64 / seconds,
                "sums": tally.noted(),
            });
            serde_json::to_writer_pretty(&mut file, &stats).context("cannot write --stats")?;
            file.write_all(b"\n").context("cannot write --stats")?;
            file.keep().context("--stats")?;
        }
        Ok(())
    }
}
