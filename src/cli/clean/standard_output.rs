//! Records on standard output.

use super::shards::{MEMBER_BYTES, write_member};
use crate::config::Compress;
use anyhow::{Context, Result};
use std::io::{self, Write};

/// Compresses what is not compressed yet, in members as files have them.
#[derive(Debug)]
pub struct StandardOutput {
    compress: Compress,
    waiting: Vec<u8>,
}

impl StandardOutput {
    /// Of records that are to be compressed like this.
    pub fn new(compress: Compress) -> Self {
        StandardOutput { compress, waiting: Vec::new() }
    }

    /// Adds whole records. Without compression they are seen at once.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.waiting.extend_from_slice(bytes);
        let is_full = matches!(self.compress, Compress::Auto | Compress::None) || self.waiting.len() >= MEMBER_BYTES;
        if is_full { self.write_waiting() } else { Ok(()) }
    }

    /// Writes what waits.
    pub fn write_waiting(&mut self) -> Result<()> {
        let mut out = io::stdout().lock();
        if !self.waiting.is_empty() {
            write_member(&mut out, &self.waiting, self.compress).context("cannot write to standard output")?;
            self.waiting.clear();
        }
        out.flush().context("cannot write to standard output")
    }
}
