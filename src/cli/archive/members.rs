//! What an input decompresses to, member by member.
//!
//! A crawl's `.gz` is a chain of gzip members, its `.zst` a chain of frames. Knowing where each begins is what makes an archive
//! seekable, and what lets a reader go on behind a damaged one. The usual stream decoders hide both, so the members are walked here
//! and only the decoding of one is a crate's.

use super::Position;
use super::codec::{Codec, Compression, DICTIONARY_BYTES, Damage, GZIP, PIECE, ZSTD, ZSTD_DICTIONARY, is_skippable, zstd_decoder};
use super::stored::{Origin, Stored};
use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;
use zstd::stream::raw::{InBuffer, Operation, OutBuffer};

/// Behind damage, members are searched from this many stored bytes before the place where it was noticed.
const SEARCH_BACK: u64 = 4 << 20;

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
}

impl Members {
    /// Finds out how the bytes are compressed.
    pub fn open(origin: Origin, name: &Path) -> io::Result<Self> {
        let mut stored = Stored::new(origin);
        let compression = Compression::of(stored.fill_to(4)?, name);
        let codec = Codec::new(compression, &mut stored)?;
        let is_over = matches!(codec, Codec::Gzip(_) | Codec::Zstd(_));
        let spans = VecDeque::from([(0, 0)]);
        Ok(Members { stored, compression, codec, out: Vec::new(), at: 0, member: 0, spans, passed: 0, is_over, ahead: None })
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

    /// Offset to name a position by: in the stored bytes, or where these are one piece, in the decompressed ones.
    pub fn offset(&self, position: Position) -> u64 {
        let is_stored = position.member > 0 || (self.compression.is_some() && position.within == 0);
        if is_stored { position.member } else { position.within }
    }

    /// What fetching stored bytes took; what a decoder fetches by itself is no part of it.
    pub fn read_time(&self) -> Duration {
        self.stored.time()
    }

    /// How far the stored bytes are read.
    pub fn stored_offset(&self) -> u64 {
        self.stored.offset()
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

    /// Begins to decode the next member; false at the end of the input.
    fn begin_member(&mut self) -> Result<bool, Damage> {
        if !self.is_over || matches!(self.codec, Codec::Plain | Codec::Whole(_)) {
            return Ok(false);
        }
        loop {
            let offset = self.stored.offset();
            let start = match self.stored.fill_to(8) {
                Ok(start) => start,
                Err(error) => return Err(Self::cannot_read(&error)),
            };
            if start.is_empty() {
                return Ok(false);
            }
            // Blocks of tape and disk are filled up with zeros.
            let zeros = start.iter().take_while(|byte| **byte == 0).count();
            if zeros > 0 {
                self.stored.consume(zeros);
                continue;
            }
            self.member = offset;
            match &mut self.codec {
                Codec::Gzip(decoder) if start.starts_with(&GZIP[..2]) => {
                    **decoder = flate2::Decompress::new_gzip(15);
                }
                Codec::Zstd(_) if is_skippable(start) => {
                    self.skip_frame()?;
                    continue;
                }
                Codec::Zstd(decoder) if start.starts_with(&ZSTD) => {
                    if let Err(error) = decoder.reinit() {
                        return Err(Self::damaged(&error));
                    }
                }
                _ => return Err(Damage { cause: "what stands here is no compressed member".into(), is_final: false }),
            }
            self.is_over = false;
            // Empty members leave no span behind.
            let begins = self.passed + (self.out.len() - self.at) as u64;
            if self.spans.back().is_some_and(|(last, _)| *last == begins) {
                self.spans.pop_back();
            }
            self.spans.push_back((begins, offset));
            return Ok(true);
        }
    }

    /// A skippable frame: a dictionary for all frames after it, or nothing of ours.
    fn skip_frame(&mut self) -> Result<(), Damage> {
        let start = self.stored.fill_to(8).map(<[u8]>::to_vec).map_err(|error| Self::cannot_read(&error))?;
        let [_, _, _, _, a, b, c, d, ..] = start[..] else { return Err(Self::damaged("a frame ends early")) };
        let length = u32::from_le_bytes([a, b, c, d]);
        let is_dictionary = start.starts_with(&ZSTD_DICTIONARY) && self.stored.offset() == 0 && length as usize <= DICTIONARY_BYTES;
        self.stored.consume(8);
        if !is_dictionary {
            let end = self.stored.offset() + u64::from(length);
            return self.stored.go_to(end).map_err(|error| Self::cannot_read(&error));
        }
        let stored = self.stored.fill_to(length as usize).map_err(|error| Damage { cause: error.to_string(), is_final: true })?;
        let Some(stored) = stored.get(..length as usize) else { return Err(Self::damaged("the dictionary ends early")) };
        let mut dictionary = Vec::new();
        if stored.starts_with(&ZSTD) {
            let decoded = zstd::Decoder::with_buffer(stored).and_then(|decoder| decoder.take(DICTIONARY_BYTES as u64).read_to_end(&mut dictionary));
            decoded.map_err(|error| Self::damaged(format!("the dictionary cannot be read: {error}")))?;
        } else {
            dictionary.extend_from_slice(stored);
        }
        self.stored.consume(length as usize);
        self.codec = Codec::Zstd(Box::new(zstd_decoder(&dictionary).map_err(|error| Self::damaged(&error))?));
        Ok(())
    }

    fn decode(&mut self) -> Result<(), Damage> {
        if self.at == self.out.len() {
            self.out.clear();
            self.at = 0;
        } else if self.at > PIECE {
            self.out.drain(..self.at);
            self.at = 0;
        }
        let have = self.out.len();
        match &mut self.codec {
            Codec::Plain => {
                let piece = match self.stored.fill() {
                    Ok(piece) => &piece[..piece.len().min(PIECE)],
                    Err(error) => return Err(Self::cannot_read(&error)),
                };
                self.out.extend_from_slice(piece);
                let length = piece.len();
                self.is_over = length == 0;
                self.stored.consume(length);
            }
            Codec::Whole(reader) => {
                self.out.resize(have + PIECE, 0);
                let read = reader.read(&mut self.out[have..]);
                self.out.truncate(have + *read.as_ref().unwrap_or(&0));
                match read {
                    Ok(length) => self.is_over = length == 0,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => {
                        self.is_over = true;
                        return Err(Damage { cause: error.to_string(), is_final: true });
                    }
                }
            }
            Codec::Gzip(decoder) => {
                let input = match self.stored.fill() {
                    Ok(input) => input,
                    Err(error) => return Err(Self::cannot_read(&error)),
                };
                if input.is_empty() {
                    self.is_over = true;
                    return Err(Self::damaged("the member ends early"));
                }
                self.out.resize(have + PIECE, 0);
                let (before_in, before_out) = (decoder.total_in(), decoder.total_out());
                let status = decoder.decompress(input, &mut self.out[have..], flate2::FlushDecompress::None);
                let (taken, made) = ((decoder.total_in() - before_in) as usize, (decoder.total_out() - before_out) as usize);
                self.stored.consume(taken);
                self.out.truncate(have + made);
                match status {
                    Ok(flate2::Status::StreamEnd) => self.is_over = true,
                    Ok(_) if taken == 0 && made == 0 => {
                        self.is_over = true;
                        return Err(Self::damaged("the member makes no progress"));
                    }
                    Ok(_) => {}
                    Err(error) => {
                        self.is_over = true;
                        return Err(Self::damaged(error.message().unwrap_or("the member is damaged")));
                    }
                }
            }
            Codec::Zstd(decoder) => {
                let input = match self.stored.fill() {
                    Ok(input) => input,
                    Err(error) => return Err(Self::cannot_read(&error)),
                };
                let is_end = input.is_empty();
                self.out.resize(have + PIECE, 0);
                let mut from = InBuffer::around(input);
                let mut to = OutBuffer::around_pos(&mut self.out[..], have);
                let status = decoder.run(&mut from, &mut to);
                let (taken, filled) = (from.pos(), to.pos());
                self.stored.consume(taken);
                self.out.truncate(filled);
                match status {
                    Ok(0) => self.is_over = true,
                    Ok(_) if is_end && filled == have => {
                        self.is_over = true;
                        return Err(Self::damaged("the frame ends early"));
                    }
                    Ok(_) => {}
                    Err(error) => {
                        self.is_over = true;
                        return Err(Self::damaged(&error));
                    }
                }
            }
        }
        Ok(())
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

    fn damaged(cause: impl ToString) -> Damage {
        Damage { cause: cause.to_string(), is_final: false }
    }

    fn cannot_read(error: &io::Error) -> Damage {
        Damage { cause: format!("cannot read on: {error}"), is_final: true }
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
