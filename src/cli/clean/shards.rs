//! One output file, or a row of them of a bounded size.

use super::growing::{GrowingFile, part_of};
use super::output::{Overwrite, is_there};
use crate::config::Compress;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Bytes are compressed together up to this many, then a new gzip member or frame begins: any prefix of whole members is a whole file.
pub const MEMBER_BYTES: usize = 1 << 20;
const ZSTD_LEVEL: i32 = 3;

/// Where shards go and when one is full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardPlan {
    /// Name of the only shard, or what the numbers go into.
    pub path: PathBuf,
    /// Bytes of a shard; a record is never split.
    pub most: Option<u64>,
    /// How it is compressed; decided, never `Auto`.
    pub compress: Compress,
    /// What becomes of files that are there.
    pub overwrite: Overwrite,
    /// Whether a later run may go on with it.
    pub is_resumable: bool,
    /// What stands at the start of every shard, as it is written.
    pub head: Vec<u8>,
    /// Records come compressed, each by itself.
    pub is_packed: bool,
}

/// How far the shards are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardMark {
    /// Number of the shard in hand.
    pub shard: u32,
    /// Its bytes; none when it is not begun.
    pub length: Option<u64>,
}

impl ShardPlan {
    /// The name of a shard: `pages-00003.jsonl.zst`.
    pub fn name(&self, shard: u32) -> PathBuf {
        if self.most.is_none() {
            return self.path.clone();
        }
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (before, behind) = parts_of(&name);
        self.path.with_file_name(format!("{before}-{shard:05}{behind}"))
    }

    /// How a file of this name is compressed.
    pub fn compress_of(path: &Path) -> Compress {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Compress::Gz,
            Some("zst") => Compress::Zst,
            _ => Compress::None,
        }
    }

    /// Makes sure that nobody has a file of that name: from here on, one that is there is ours.
    pub fn claim(&self, shard: u32) -> Result<()> {
        let name = self.name(shard);
        if self.overwrite == Overwrite::Refused && name.is_file() {
            bail!("{}", is_there(&name));
        }
        Ok(())
    }

    /// Throws away all shards of a run that was broken off at this one.
    pub fn discard(&self, mark: ShardMark) -> Result<()> {
        // One more may have been begun, or ended, after the last note.
        for shard in 0..=mark.shard.saturating_add(1) {
            // A file of the very name that was given may be somebody's by now.
            if self.most.is_some() {
                self.take_back(shard)?;
            }
            // It may not be there.
            let _ = std::fs::remove_file(part_of(&self.name(shard)));
        }
        Ok(())
    }

    /// Throws away a shard that was claimed, ended, and not noted before the run was killed.
    pub fn take_back(&self, shard: u32) -> Result<()> {
        let name = self.name(shard);
        if !name.is_file() {
            return Ok(());
        }
        std::fs::remove_file(&name).with_context(|| format!("cannot write {} anew", name.display()))
    }

    /// Begins a shard.
    pub fn create(&self, shard: u32) -> Result<GrowingFile> {
        GrowingFile::create(&self.name(shard), self.overwrite, self.is_resumable)
    }
}

/// What stands before and behind the number of a shard: it goes before the first dot.
pub fn parts_of(name: &str) -> (&str, &str) {
    name.split_at(name.find('.').filter(|dot| *dot > 0).unwrap_or(name.len()))
}

/// Bytes in shards.
#[derive(Debug)]
pub struct Shards {
    plan: ShardPlan,
    shard: u32,
    file: Option<GrowingFile>,
    /// Not compressed yet.
    waiting: Vec<u8>,
    /// A shard was ended since this was last noted.
    has_ended: bool,
}

impl Shards {
    /// From the first shard. A single one is there even if nothing is written.
    pub fn begin(plan: ShardPlan) -> Result<Self> {
        let mut shards = Shards { plan, shard: 0, file: None, waiting: Vec::new(), has_ended: false };
        if shards.plan.most.is_none() {
            shards.create()?;
        }
        Ok(shards)
    }

    /// From where an earlier run stopped.
    pub fn resume(plan: ShardPlan, mark: ShardMark) -> Result<Self> {
        let file = match mark.length {
            Some(length) => Some(GrowingFile::resume(&plan.name(mark.shard), length, plan.overwrite)?),
            None => {
                plan.take_back(mark.shard)?;
                None
            }
        };
        Ok(Shards { plan, shard: mark.shard, file, waiting: Vec::new(), has_ended: false })
    }

    fn create(&mut self) -> Result<()> {
        let mut file = self.plan.create(self.shard)?;
        file.write_all(&self.plan.head).with_context(|| format!("cannot write {}", self.plan.name(self.shard).display()))?;
        self.file = Some(file);
        Ok(())
    }

    /// Adds whole records.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let length = self.file.as_ref().map_or(0, GrowingFile::length) + self.waiting.len() as u64;
        if self.plan.most.is_some_and(|most| length > 0 && length + bytes.len() as u64 > most) {
            self.write_waiting()?;
            // Compressed it may be smaller than it looked.
            let length = self.file.as_ref().map_or(0, GrowingFile::length);
            if self
                .plan
                .most
                .is_some_and(|most| self.plan.is_packed || self.plan.compress == Compress::None || length + MEMBER_BYTES as u64 / 4 > most)
            {
                self.end_shard()?;
            }
        }
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= MEMBER_BYTES { self.write_waiting() } else { Ok(()) }
    }

    fn write_waiting(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        if self.file.is_none() {
            self.create()?;
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        let compress = if self.plan.is_packed { Compress::None } else { self.plan.compress };
        write_member(file, &self.waiting, compress).with_context(|| format!("cannot write {}", self.plan.name(self.shard).display()))?;
        self.waiting.clear();
        Ok(())
    }

    fn end_shard(&mut self) -> Result<()> {
        if let Some(file) = self.file.take() {
            file.keep()?;
            self.shard += 1;
            self.has_ended = true;
        }
        Ok(())
    }

    /// The name that was given, and whether it is split.
    pub fn name(&self) -> (PathBuf, bool) {
        (self.plan.path.clone(), self.plan.most.is_some())
    }

    /// Whether a shard was ended since the last mark.
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Writes everything, so that a later run can go on from here.
    pub fn mark(&mut self) -> Result<ShardMark> {
        self.has_ended = false;
        self.write_waiting()?;
        match &self.file {
            Some(file) => file.sync()?,
            None => self.plan.claim(self.shard)?,
        }
        Ok(ShardMark { shard: self.shard, length: self.file.as_ref().map(GrowingFile::length) })
    }

    /// Ends the last shard.
    pub fn finish(mut self) -> Result<()> {
        self.write_waiting()?;
        self.end_shard()
    }
}

/// Compresses bytes as a member of their own.
pub fn write_member(to: &mut impl Write, bytes: &[u8], compress: Compress) -> io::Result<()> {
    match compress {
        Compress::Auto | Compress::None => to.write_all(bytes),
        Compress::Gz => {
            let mut encoder = flate2::write::GzEncoder::new(to, flate2::Compression::default());
            encoder.write_all(bytes)?;
            encoder.finish().map(drop)
        }
        Compress::Zst => to.write_all(&zstd::bulk::compress(bytes, ZSTD_LEVEL)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_before_the_first_dot() {
        let plan = |path: &str, most| ShardPlan {
            path: path.into(),
            most,
            compress: Compress::None,
            overwrite: Overwrite::Refused,
            is_resumable: false,
            head: Vec::new(),
            is_packed: false,
        };
        assert_eq!(plan("out/a.jsonl.zst", Some(9)).name(3), Path::new("out/a-00003.jsonl.zst"));
        assert_eq!(plan("out/.a", Some(9)).name(0), Path::new("out/.a-00000"));
        assert_eq!(plan("a.jsonl", None).name(0), Path::new("a.jsonl"));
    }
}
