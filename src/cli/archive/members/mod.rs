//! What an input decompresses to, member by member.
//!
//! A crawl's `.gz` is a chain of gzip members, its `.zst` a chain of frames. Knowing where each begins is what makes an archive
//! seekable, and what lets a reader go on behind a damaged one. The usual stream decoders hide both, so the members are walked here
//! and only the decoding of one is a crate's.

mod jump;
mod member;

use super::codec::{Codec, Compression, Damage};
use super::stored::{Origin, Stored};
use super::{Place, Position};
use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

/// Reads what is stored.
pub struct Members {
    stored: Stored,
    compression: Option<Compression>,
    codec: Codec,
    out: Vec<u8>,
    at: usize,
    /// Where the member that is being decoded begins in the stored bytes.
    member: u64,
    /// Members that `out` and what comes after it belong to: where each begins in what was decompressed since the last jump, and
    /// in the stored bytes.
    spans: VecDeque<(u64, u64)>,
    /// Bytes passed on since the last jump.
    passed: u64,
    /// Nothing more comes of the member that is being decoded.
    is_over: bool,
    /// Damage behind what is at hand: it is told when that is passed on.
    ahead: Option<Damage>,
    /// Where, behind a gzip member, something else stands that is not to be read.
    trailing: Option<u64>,
    forgives_trailing: bool,
}

impl Members {
    /// Finds out how the bytes are compressed.
    pub fn open(origin: Origin, name: &Path) -> io::Result<Self> {
        let mut stored = Stored::new(origin);
        let compression = Compression::of(stored.fill_to(4)?, name);
        let codec = Codec::new(compression, &mut stored)?;
        let is_over = matches!(codec, Codec::Gzip(_) | Codec::Zstd(_));
        let spans = VecDeque::from([(0, 0)]);
        Ok(Members {
            stored,
            compression,
            codec,
            out: Vec::new(),
            at: 0,
            member: 0,
            spans,
            passed: 0,
            is_over,
            ahead: None,
            trailing: None,
            forgives_trailing: false,
        })
    }

    /// The file behind, when nothing stands between it and the reader.
    pub fn plain_file(&self) -> Option<&std::fs::File> {
        self.compression.is_none().then(|| self.stored.file()).flatten()
    }

    /// Offset in the stored bytes of the member in hand, and how many of its decompressed bytes were passed on.
    pub fn position(&self) -> Position {
        let (begins, member) = self.spans.iter().rev().find(|(begins, _)| *begins <= self.passed).copied().unwrap_or_default();
        Position { member, within: self.passed - begins }
    }

    /// Bytes passed on since the input was opened, when there was no jump.
    pub fn total(&self) -> u64 {
        self.passed
    }

    /// The place of a position. A member may hold many records, and the first one begins where offsets do, so that its number and the place
    /// in it are a mark only together.
    pub fn place(&self, position: Position) -> Place {
        let Position { member, within } = position;
        let is_stored = member > 0 || (self.compression.is_some() && within == 0);
        let place = Place::new(position, if is_stored { member } else { within });
        match self.codec {
            Codec::Gzip(_) | Codec::Zstd(_) if within > 0 => Place { mark: format!("{member}+{within}"), ..place },
            _ => place,
        }
    }

    /// Begins the next member where the one in hand is passed on: a position is the same then, however much was decoded ahead.
    pub fn settle(&mut self) {
        while self.at == self.out.len() && self.ahead.is_none() {
            match if self.is_over { self.begin_member() } else { self.decode().map(|()| true) } {
                Ok(true) => {}
                Ok(false) => break,
                Err(damage) => self.ahead = Some(damage),
            }
        }
    }

    /// What fetching stored bytes took; what a decoder fetches by itself is no part of it.
    pub fn read_time(&self) -> Duration {
        self.stored.time()
    }

    /// How far the stored bytes are read.
    pub fn stored_offset(&self) -> u64 {
        self.stored.offset()
    }

    /// What is at hand of the member; empty when the member is over (call [`Members::next_member`]) or the input is.
    pub fn fill_member(&mut self) -> Result<&[u8], Damage> {
        let has_next = self.spans.get(1).copied();
        while has_next.is_none() && self.at == self.out.len() && !self.is_over {
            self.tell_damage()?;
            self.decode()?;
        }
        if has_next.is_none() && self.at == self.out.len() {
            self.tell_damage()?;
        }
        let end = has_next.map_or(self.out.len(), |(begins, _)| self.at + (begins - self.passed) as usize);
        Ok(&self.out[self.at..end])
    }

    fn tell_damage(&mut self) -> Result<(), Damage> {
        self.ahead.take().map_or(Ok(()), Err)
    }

    /// At least `wanted` bytes, across members if need be; less only at the end, or before damage.
    pub fn fill_to(&mut self, wanted: usize) -> Result<&[u8], Damage> {
        while self.out.len() - self.at < wanted {
            let is_empty = self.out.len() == self.at;
            if is_empty {
                self.tell_damage()?;
            } else if self.ahead.is_some() {
                break;
            }
            let more = if self.is_over { self.begin_member() } else { self.decode().map(|()| true) };
            match more {
                Ok(true) => {}
                Ok(false) => break,
                Err(damage) if self.out.len() > self.at => self.ahead = Some(damage),
                Err(damage) => return Err(damage),
            }
        }
        Ok(&self.out[self.at..])
    }

    /// Goes to the next member, when the one in hand is over; false at the end of the input.
    pub fn next_member(&mut self) -> Result<bool, Damage> {
        if self.spans.get(1).is_some_and(|(begins, _)| *begins == self.passed) {
            self.spans.pop_front();
            return Ok(true);
        }
        self.tell_damage()?;
        Ok(self.begin_member()? && {
            self.spans = self.spans.split_off(self.spans.len() - 1);
            true
        })
    }

    /// Passes over bytes that were filled.
    pub fn consume(&mut self, count: usize) {
        self.at += count;
        self.passed += count as u64;
        while self.spans.len() > 1 && self.spans[1].0 < self.passed {
            self.spans.pop_front();
        }
    }

    /// Ends at what stands behind the last gzip member and is none, as gzip does: archives look for the next member instead.
    pub fn forgive_trailing(&mut self) {
        self.forgives_trailing = true;
        if self.ahead.as_ref().is_some_and(|damage| damage.is_no_member) {
            self.ahead = None;
        }
    }

    /// What to say when something stood there.
    pub fn trailing(&self) -> Option<String> {
        let at = self.trailing?;
        Some(format!("what stands behind the last gzip member, from byte {at} on, is not read"))
    }

    fn damaged(cause: impl ToString) -> Damage {
        Damage { cause: cause.to_string(), is_final: false, is_no_member: false }
    }

    fn cannot_read(error: &io::Error) -> Damage {
        Damage { cause: format!("cannot read on: {error}"), is_final: true, is_no_member: false }
    }
}

impl Read for Members {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let have = self.fill_to(1).map_err(Damage::into_io)?;
        let length = have.len().min(into.len());
        into[..length].copy_from_slice(&have[..length]);
        self.consume(length);
        Ok(length)
    }
}
