//! One member: how it begins, and how it is decoded.

use super::Members;
use crate::cli::archive::codec::{Codec, DICTIONARY_BYTES, Damage, GZIP, PIECE, ZSTD, ZSTD_DICTIONARY, is_skippable, zstd_decoder};
use std::io::{self, Read};
use zstd::stream::raw::{InBuffer, Operation, OutBuffer};

impl Members {
    /// Begins to decode the next member; false at the end of the input.
    pub(super) fn begin_member(&mut self) -> Result<bool, Damage> {
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
                Codec::Gzip(_) if offset > 0 && self.forgives_trailing => {
                    self.trailing = Some(offset);
                    return Ok(false);
                }
                _ => return Err(Damage { cause: "what stands here is no compressed member".into(), is_final: false, is_no_member: true }),
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
        let stored =
            self.stored.fill_to(length as usize).map_err(|error| Damage { cause: error.to_string(), is_final: true, is_no_member: false })?;
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

    pub(super) fn decode(&mut self) -> Result<(), Damage> {
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
                        return Err(Damage { cause: error.to_string(), is_final: true, is_no_member: false });
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
}
