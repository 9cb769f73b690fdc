//! The page as it came, for the format that copies it.

use super::PIECE_BYTES;

/// The source's own bytes, kept only when they are to be copied.
#[derive(Default)]
pub(super) struct SourceBytes {
    pub(super) keep: bool,
    pub(super) bytes: Vec<u8>,
    pub(super) start: u64,
}

impl SourceBytes {
    pub(super) fn forget(&mut self, before: u64) {
        let stale = (before.saturating_sub(self.start) as usize).min(self.bytes.len());
        if self.keep && stale >= PIECE_BYTES * 4 {
            self.bytes.drain(..stale);
            self.start += stale as u64;
        }
    }
}
