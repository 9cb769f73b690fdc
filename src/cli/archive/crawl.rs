//! WARC and ARC: headers that give the length of what follows, one record after the other.

use super::codec::Damage;
use super::members::Members;
use super::{Document, Form, Found, Item, Position, Reading, Records};
use anyhow::Result;
use std::time::Duration;

/// Within one member, a record that lied about its length is gone back into this often; each time costs the member's start again.
const GO_BACKS: u32 = 64;

/// What the two formats do not share.
pub trait Dialect: Send {
    /// Whether a record begins here.
    fn is_start(&self, bytes: &[u8]) -> bool;
    /// Where the header that begins here ends.
    fn head_end(&self, bytes: &[u8]) -> Option<usize>;
    /// A header is at most this long.
    fn head_bytes(&self) -> usize;
    /// Line ends that stand behind every record.
    fn trailer_lines(&self) -> usize;
    /// Stands in every header's first line.
    fn mark(&self) -> &'static [u8];
    /// Reads a header.
    fn parse(&self, bytes: &[u8]) -> Result<Head, String>;
}

/// A record's header.
#[derive(Debug)]
pub struct Head {
    pub kind: &'static str,
    pub is_page: bool,
    pub length: u64,
    pub id: Option<String>,
    pub url: Option<String>,
    pub date: Option<String>,
    pub form: Form,
}

/// Reads records.
pub struct Crawl {
    members: Members,
    dialect: Box<dyn Dialect>,
    payload_bytes: u64,
    is_done: bool,
    go_backs: u32,
}

/// What there was of a record's block.
struct Block {
    payload: Vec<u8>,
    damage: Option<String>,
}

impl Crawl {
    /// From where `members` stands.
    pub fn new(members: Members, dialect: Box<dyn Dialect>, reading: &Reading) -> Self {
        Crawl { members, dialect, payload_bytes: reading.payload_bytes, is_done: false, go_backs: 0 }
    }

    fn record(&mut self) -> Result<Option<Item>, Damage> {
        let start = self.members.fill_to(self.dialect.head_bytes().min(4096))?;
        if start.is_empty() {
            return Ok(None);
        }
        if !self.dialect.is_start(start) {
            let passed = self.scan(false)?;
            return Ok(Some(Item::lost(format!("{passed} bytes belong to no record"))));
        }
        let Some(head) = self.head()? else {
            let passed = self.scan(true)?;
            return Ok(Some(Item::lost(format!("a record's header cannot be read; {passed} bytes are passed over"))));
        };
        let begins = self.members.position();
        let block = self.block(head.length, head.is_page);
        // From here on errors are the record's own.
        let mut damage = block.damage;
        let mut is_recovered = false;
        if damage.is_none() {
            damage = match self.trailer() {
                Ok(is_followed_by_record) => (!is_followed_by_record).then(|| "its length is wrong: what follows it is no record".to_owned()),
                Err(error) => Some(self.recover(error)),
            };
            if damage.is_some() {
                is_recovered = self.look_inside(begins, &block.payload, head.length);
            }
        }
        if !head.is_page && is_recovered {
            // Nobody reads its block, and nothing behind it is lost.
            return Ok(Some(Item::Other(head.kind)));
        }
        if !head.is_page {
            return Ok(Some(damage.map_or(Item::Other(head.kind), |damage| Item::lost(format!("a {} record: {damage}", head.kind)))));
        }
        Ok(Some(Item::Document(Box::new(Document {
            kind: head.kind,
            id: head.id,
            url: head.url,
            date: head.date,
            payload: block.payload,
            length: head.length,
            form: head.form,
            damage,
            warning: None,
        }))))
    }

    /// Goes to where the next record begins: empty lines belong to what was before.
    fn begin(&mut self) -> Result<(), Damage> {
        loop {
            self.trailer()?;
            if !self.members.fill_member()?.is_empty() || !self.members.next_member()? {
                return Ok(());
            }
        }
    }

    /// Reads the header; none when it is none.
    fn head(&mut self) -> Result<Option<Head>, Damage> {
        let most = self.dialect.head_bytes();
        let mut wanted = 4096.min(most);
        loop {
            let bytes = self.members.fill_to(wanted)?;
            let bytes = &bytes[..bytes.len().min(most)];
            if let Some(end) = self.dialect.head_end(bytes) {
                let head = self.dialect.parse(&bytes[..end]).ok();
                if head.is_some() {
                    self.members.consume(end);
                }
                return Ok(head);
            }
            if bytes.len() < wanted || wanted == most {
                return Ok(None);
            }
            wanted = (wanted * 4).min(most);
        }
    }

    /// Reads what follows the header. A length is believed only as long as bytes come.
    fn block(&mut self, length: u64, keep: bool) -> Block {
        let mut block = Block { payload: Vec::new(), damage: None };
        let mut left = length;
        while left > 0 {
            let have = match self.members.fill_member() {
                Ok(have) => have,
                Err(error) => {
                    block.damage = Some(self.recover(error));
                    break;
                }
            };
            if have.is_empty() {
                let more = self.members.next_member().and_then(|is_one| Ok(is_one && !self.dialect.is_start(self.members.fill_member()?)));
                match more {
                    Ok(true) => continue,
                    Ok(false) => block.damage = Some(format!("it ends after {} of {length} bytes", length - left)),
                    Err(error) => block.damage = Some(self.recover(error)),
                }
                self.look_inside_of_last(&mut block, length - left);
                break;
            }
            let take = have.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let room = usize::try_from(self.payload_bytes - block.payload.len() as u64).unwrap_or(usize::MAX);
            if keep {
                block.payload.extend_from_slice(&have[..take.min(room)]);
            }
            self.members.consume(take);
            left -= take as u64;
        }
        block
    }

    /// Passes over the empty lines behind a record. False when they are missing, and something else than a record follows in its
    /// member.
    fn trailer(&mut self) -> Result<bool, Damage> {
        let mut lines = 0;
        loop {
            let have = self.members.fill_member()?;
            if have.is_empty() {
                return Ok(true);
            }
            let blank = have.iter().take_while(|byte| matches!(byte, b'\r' | b'\n' | 0)).count();
            lines += memchr::memchr_iter(b'\n', &have[..blank]).count();
            let is_all = blank == have.len();
            self.members.consume(blank);
            if !is_all {
                let is_ended = lines >= self.dialect.trailer_lines();
                let start = self.members.fill_to(4096)?;
                return Ok(is_ended || self.dialect.is_start(start));
            }
        }
    }

    /// A record whose length is wrong may have swallowed others: goes back to the first of them. Whether that was possible.
    fn look_inside(&mut self, begins: Position, payload: &[u8], length: u64) -> bool {
        if self.is_done || !self.members.can_go_back() || self.go_backs == GO_BACKS {
            return false;
        }
        let inside = inner_start(&*self.dialect, payload);
        let is_cut = (payload.len() as u64) < length;
        let Some(at) = inside.map(|at| at as u64).or(is_cut.then_some(payload.len() as u64)) else { return false };
        self.go_backs += 1;
        if self.members.go_to(Position { within: begins.within + at, ..begins }).is_err() {
            return false;
        }
        // What was passed over may hold the next one.
        inside.is_some() || self.scan(true).is_ok()
    }

    /// The same at the end of the input.
    fn look_inside_of_last(&mut self, block: &mut Block, taken: u64) {
        let at = self.members.position();
        let Some(within) = at.within.checked_sub(taken) else { return };
        let (payload, begins) = (std::mem::take(&mut block.payload), Position { within, ..at });
        self.look_inside(begins, &payload, taken);
        block.payload = payload;
    }

    /// Goes to the next line that begins a record; the bytes in between are counted.
    fn scan(&mut self, leave_first: bool) -> Result<u64, Damage> {
        let mark = self.dialect.mark();
        let finder = memchr::memmem::Finder::new(mark);
        let mut passed = 0;
        let mut is_line_start = !leave_first;
        loop {
            let piece = self.members.fill_to(64 << 10)?;
            if piece.is_empty() {
                return Ok(passed);
            }
            if is_line_start && self.dialect.is_start(piece) {
                return Ok(passed);
            }
            let line_end = memchr::memchr(b'\n', piece);
            // No record begins in a piece without its mark.
            let length = match (finder.find(piece), line_end) {
                (None, _) => (piece.len() - mark.len().min(piece.len()) + 1).min(memchr::memrchr(b'\n', piece).map_or(piece.len(), |at| at + 1)),
                (Some(_), Some(at)) => at + 1,
                (Some(_), None) => piece.len(),
            };
            let length = length.max(1);
            is_line_start = piece[length - 1] == b'\n';
            self.members.consume(length);
            passed += length as u64;
        }
    }

    /// Goes on behind damage. Says what it was.
    fn recover(&mut self, damage: Damage) -> String {
        let dialect = &self.dialect;
        self.is_done = damage.is_final || !self.members.resync(|start| dialect.is_start(start)).unwrap_or(false);
        damage.cause
    }
}

/// Where within a block a record seems to begin.
fn inner_start(dialect: &dyn Dialect, payload: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(payload, b"\n").map(|at| at + 1).find(|at| dialect.is_start(&payload[*at..]))
}

impl Records for Crawl {
    fn next(&mut self) -> Option<Found> {
        if self.is_done {
            return None;
        }
        let began = self.begin();
        let position = self.members.position();
        let place = self.members.place(position);
        let item = match began.and_then(|_| self.record()) {
            Ok(Some(item)) => item,
            Ok(None) => {
                self.is_done = true;
                return None;
            }
            Err(damage) => Item::lost(self.recover(damage)),
        };
        Some(Found { item, place })
    }

    fn position(&self) -> Position {
        self.members.position()
    }

    fn go_to(&mut self, position: Position) -> Result<()> {
        self.members.go_on(position)
    }

    fn stored_offset(&self) -> u64 {
        self.members.stored_offset()
    }

    fn read_time(&self) -> Duration {
        self.members.read_time()
    }
}
