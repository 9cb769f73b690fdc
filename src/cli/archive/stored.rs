//! The bytes of an input as they are stored, with a bounded look back.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

/// Bytes are fetched in pieces of this many.
const PIECE: usize = 128 << 10;
/// A stream can be gone back in by this many bytes; a file to its start.
const LOOK_BACK: usize = 256 << 10;

/// Where the bytes come from.
pub enum Origin {
    /// Can be read anew from any place.
    File(File),
    /// Can be read once.
    Stream(Box<dyn Read + Send>),
}

/// Bytes as they are stored.
pub struct Stored {
    origin: Origin,
    buffer: Vec<u8>,
    /// The next byte's place in `buffer`.
    at: usize,
    /// Offset in the input of the first byte of `buffer`.
    base: u64,
    ended: bool,
    time: Duration,
}

impl Stored {
    /// From the beginning.
    pub fn new(origin: Origin) -> Self {
        Stored { origin, buffer: Vec::new(), at: 0, base: 0, ended: false, time: Duration::ZERO }
    }

    /// What fetching took so far.
    pub fn time(&self) -> Duration {
        self.time
    }

    /// Offset of the next byte.
    pub fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// What is at hand, fetched if that is nothing; empty at the end.
    pub fn fill(&mut self) -> io::Result<&[u8]> {
        if self.at == self.buffer.len() {
            self.fetch()?;
        }
        Ok(&self.buffer[self.at..])
    }

    /// At least `wanted` bytes, less only at the end.
    pub fn fill_to(&mut self, wanted: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.at < wanted && self.fetch()? {}
        Ok(&self.buffer[self.at..])
    }

    fn fetch(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.at >= 2 * LOOK_BACK {
            let stale = self.at - LOOK_BACK;
            self.buffer.drain(..stale);
            self.at -= stale;
            self.base += stale as u64;
        }
        let have = self.buffer.len();
        self.buffer.resize(have + PIECE, 0);
        let begun = Instant::now();
        let read = loop {
            let read = match &mut self.origin {
                Origin::File(file) => file.read(&mut self.buffer[have..]),
                Origin::Stream(stream) => stream.read(&mut self.buffer[have..]),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.time += begun.elapsed();
        self.buffer.truncate(have + *read.as_ref().unwrap_or(&0));
        self.ended = !matches!(read, Ok(1..));
        Ok(read? > 0)
    }

    /// Passes over bytes that were filled.
    pub fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.buffer.len());
    }

    /// Goes to an offset, or as near to it from above as the look back allows; forward in a stream by reading.
    pub fn go_to(&mut self, offset: u64) -> io::Result<()> {
        if offset >= self.base && offset <= self.base + self.buffer.len() as u64 {
            self.at = (offset - self.base) as usize;
            return Ok(());
        }
        if let Origin::File(file) = &mut self.origin
            && file.metadata().is_ok_and(|metadata| metadata.is_file())
        {
            file.seek(SeekFrom::Start(offset))?;
            self.buffer.clear();
            (self.at, self.base, self.ended) = (0, offset, false);
            return Ok(());
        }
        if offset < self.base {
            self.at = 0;
            return Ok(());
        }
        while self.offset() < offset {
            let wanted = offset - self.offset();
            let have = self.fill()?.len();
            if have == 0 {
                break;
            }
            self.consume(have.min(usize::try_from(wanted).unwrap_or(usize::MAX)));
        }
        Ok(())
    }

    /// A second view on the file, if it is one.
    pub fn file(&self) -> Option<&File> {
        match &self.origin {
            Origin::File(file) if file.metadata().is_ok_and(|metadata| metadata.is_file()) => Some(file),
            _ => None,
        }
    }
}

impl Read for Stored {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let have = self.fill()?;
        let length = have.len().min(into.len());
        into[..length].copy_from_slice(&have[..length]);
        self.consume(length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_goes_back_a_little_and_forward_at_will() {
        let bytes: Vec<u8> = (0..2_000_000u32).map(|number| (number % 251) as u8).collect();
        let mut stored = Stored::new(Origin::Stream(Box::new(io::Cursor::new(bytes.clone()))));
        stored.go_to(1_500_000).unwrap();
        assert_eq!(stored.fill().unwrap()[0], bytes[1_500_000]);
        stored.go_to(1_400_000).unwrap();
        assert_eq!((stored.offset(), stored.fill().unwrap()[0]), (1_400_000, bytes[1_400_000]));
        stored.go_to(0).unwrap();
        assert!(stored.offset() > 0, "too far back");
        let mut rest = Vec::new();
        let from = stored.offset() as usize;
        stored.read_to_end(&mut rest).unwrap();
        assert!(rest == bytes[from..]);
    }
}
