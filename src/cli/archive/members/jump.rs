//! A jump: to a position that was given before, or behind damage to the next member.

use super::Members;
use crate::cli::archive::Position;
use crate::cli::archive::codec::{Codec, Damage, GZIP, ZSTD};
use std::collections::VecDeque;

/// Behind damage, members are searched from this many stored bytes before the place where it was noticed.
const SEARCH_BACK: u64 = 4 << 20;

impl Members {
    /// Goes to a total that was given before, from the start.
    pub fn go_to_total(&mut self, total: u64) -> Result<(), Damage> {
        if matches!(self.codec, Codec::Plain) {
            return self.go_to(Position { member: 0, within: total });
        }
        while self.passed < total {
            let have = self.fill_to(1)?.len() as u64;
            if have == 0 {
                break;
            }
            self.consume(have.min(total - self.passed) as usize);
        }
        Ok(())
    }

    /// Whether an earlier position can be gone to.
    pub fn can_go_back(&self) -> bool {
        self.stored.file().is_some() && !matches!(self.codec, Codec::Whole(_))
    }

    /// Goes on where an earlier run stopped.
    pub fn go_on(&mut self, position: Position) -> anyhow::Result<()> {
        self.go_to(position).map_err(|damage| anyhow::anyhow!("cannot go on where the last run stopped: {}", damage.cause))
    }

    /// Goes to a position that was given before.
    pub fn go_to(&mut self, Position { member, within }: Position) -> Result<(), Damage> {
        self.fill_to(1)?; // a dictionary stands in front
        let at = self.position();
        match self.codec {
            Codec::Plain => {
                self.stored.go_to(within).map_err(|error| Self::cannot_read(&error))?;
                self.land(0, self.stored.offset());
                self.is_over = false;
                return Ok(());
            }
            Codec::Gzip(_) | Codec::Zstd(_) if member != at.member || within < at.within => {
                self.stored.go_to(member).map_err(|error| Self::cannot_read(&error))?;
                self.land(member, 0);
                self.is_over = true;
            }
            _ => {}
        }
        let mut left = within.saturating_sub(self.position().within);
        while left > 0 {
            let have = self.fill_to(1)?.len() as u64;
            if have == 0 {
                break;
            }
            self.consume(have.min(left) as usize);
            left -= have.min(left);
        }
        Ok(())
    }

    /// Begins anew somewhere else.
    fn land(&mut self, member: u64, within: u64) {
        (self.out, self.at, self.passed, self.member) = (Vec::new(), 0, within, member);
        self.spans = VecDeque::from([(0, member)]);
        self.ahead = None;
    }

    /// After damage: goes to the next member whose first bytes please `accept`. False when there is none.
    pub fn resync(&mut self, accept: impl Fn(&[u8]) -> bool) -> Result<bool, Damage> {
        let mark: &[u8] = match self.codec {
            Codec::Gzip(_) => &GZIP,
            Codec::Zstd(_) => &ZSTD,
            // What was read so far stands; there is no other member.
            Codec::Plain | Codec::Whole(_) => return Ok(false),
        };
        let noticed = self.stored.offset();
        let mut from = (self.member + 1).max(noticed.saturating_sub(SEARCH_BACK));
        loop {
            self.stored.go_to(from).map_err(|error| Self::cannot_read(&error))?;
            let Some(found) = self.find(mark)? else {
                self.land(self.member, 0);
                self.is_over = true;
                return Ok(false);
            };
            self.land(found, 0);
            self.is_over = true;
            if self.begin_member().is_ok_and(|is_one| is_one) && self.fill_member().is_ok_and(&accept) {
                return Ok(true);
            }
            from = found + 1;
        }
    }

    /// Goes to the next place where `mark` stands.
    fn find(&mut self, mark: &[u8]) -> Result<Option<u64>, Damage> {
        let finder = memchr::memmem::Finder::new(mark);
        loop {
            let piece = match self.stored.fill_to(mark.len()) {
                Ok(piece) => piece,
                Err(error) => return Err(Self::cannot_read(&error)),
            };
            if piece.len() < mark.len() {
                return Ok(None);
            }
            if let Some(at) = finder.find(piece) {
                self.stored.consume(at);
                return Ok(Some(self.stored.offset()));
            }
            let passed = piece.len() - (mark.len() - 1);
            self.stored.consume(passed);
        }
    }
}
