//! Where the bytes of one format gather before they go out.

use crate::emit::Placed;
use crate::moderate::RECORDED;
use std::io::Write;

/// One format's output.
pub(super) struct Output<W> {
    pub(super) to: W,
    pub(super) buffer: Vec<u8>,
    pub(super) written: u64,
}

impl<W: Write> Output<W> {
    pub(super) fn hand_on(&mut self, keep: usize) -> std::io::Result<()> {
        let ready = self.buffer.len().saturating_sub(keep);
        self.to.write_all(&self.buffer[..ready])?;
        self.written += ready as u64;
        self.buffer.drain(..ready);
        Ok(())
    }
}

/// Notes where in the output of the first format findings stand, given what was written before; those of others are dropped.
pub(super) fn place(edited: &mut Vec<Placed>, placed: &mut Vec<Placed>, written: u64, is_first: bool) {
    if placed.is_empty() {
        return;
    }
    let listed = placed.drain(..).filter(|(finding, _)| is_first && *finding < RECORDED as u64);
    edited.extend(listed.map(|(finding, range)| (finding, written as usize + range.start..written as usize + range.end)));
}
