//! Pages whose text came before in a run.
//!
//! Exact ones by a digest of the text without its white space; near ones by SimHash over shingles of three words (Charikar 2002), found
//! in tables keyed by a quarter of the fingerprint (Manku, Jain, Das Sarma 2007): fingerprints that differ in at most three bits agree in
//! one quarter. A page costs about 60 bytes of memory, which is the one thing of a run that grows with its pages.

use crate::config::Dedup;
use anyhow::{Context, Result};
use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Read, Write};
use std::path::Path;

/// Near ones differ in at most this many bits.
const BITS: u32 = 3;
const TABLES: usize = 4;
/// Shorter texts have too few shingles to say anything.
const SHINGLES: usize = 32;
const WORDS: usize = 3;
/// Scripts without spaces are cut into pieces of this many characters.
const CHARACTERS: usize = 5;
/// Bytes of a listed fingerprint.
const LISTED: usize = 24;

/// What tells a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    exact: [u8; 16],
    /// None for short texts.
    near: Option<u64>,
}

impl Fingerprint {
    /// Of a cleaned text.
    pub fn of(text: &str, how: Dedup) -> Self {
        let mut digest = Sha256::new();
        text.split_whitespace().for_each(|word| digest.update(word));
        let digest = digest.finalize();
        Fingerprint { exact: std::array::from_fn(|at| digest[at]), near: (how == Dedup::Near).then(|| near(text)).flatten() }
    }
}

fn near(text: &str) -> Option<u64> {
    let words: Vec<(usize, usize)> = text.split_whitespace().map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word.len())).collect();
    let characters = text.chars().count();
    if characters > 20 * words.len().max(1) {
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let shingles = starts.windows(CHARACTERS + 1).map(|window| &text[window[0]..window[CHARACTERS]]);
        return (starts.len() >= SHINGLES).then(|| simhash::simhash_stream(shingles));
    }
    let shingles = words.windows(WORDS).map(|window| &text[window[0].0..window[WORDS - 1].0 + window[WORDS - 1].1]);
    (words.len() >= SHINGLES).then(|| simhash::simhash_stream(shingles))
}

/// What came before.
#[derive(Debug)]
pub struct Duplicates {
    exact: FxHashSet<[u8; 16]>,
    near: Vec<u64>,
    tables: [FxHashMap<u16, Vec<u32>>; TABLES],
    /// So that a later run knows, too.
    list: Option<BufWriter<File>>,
    listed: u64,
}

impl Duplicates {
    /// Nothing yet, or what stands in the first `length` bytes of a list.
    pub fn open(list: Option<&Path>, length: u64) -> Result<Self> {
        let mut duplicates = Duplicates { exact: FxHashSet::default(), near: Vec::new(), tables: Default::default(), list: None, listed: length };
        let Some(path) = list else { return Ok(duplicates) };
        let mut open = || -> std::io::Result<BufWriter<File>> {
            let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
            file.set_len(length)?;
            let mut line = [0; LISTED];
            let mut reader = std::io::BufReader::new(&mut file);
            for _ in 0..length / LISTED as u64 {
                reader.read_exact(&mut line)?;
                let near = u64::from_le_bytes(std::array::from_fn(|at| line[16 + at]));
                duplicates.add(Fingerprint { exact: std::array::from_fn(|at| line[at]), near: (near != 0).then_some(near) });
            }
            drop(reader);
            Ok(BufWriter::new(file))
        };
        let list = open().with_context(|| format!("cannot read {}", path.display()))?;
        duplicates.list = Some(list);
        Ok(duplicates)
    }

    /// Whether it came before; if not, it has come now.
    pub fn is_one(&mut self, fingerprint: Fingerprint) -> Result<bool> {
        let is_near = fingerprint.near.is_some_and(|near| self.has_near(near));
        if is_near || self.exact.contains(&fingerprint.exact) {
            return Ok(true);
        }
        self.add(fingerprint);
        if let Some(list) = &mut self.list {
            let near = fingerprint.near.unwrap_or(0).to_le_bytes();
            list.write_all(&fingerprint.exact).and_then(|()| list.write_all(&near)).context("cannot list a fingerprint")?;
            self.listed += LISTED as u64;
        }
        Ok(false)
    }

    fn has_near(&self, near: u64) -> bool {
        let same = |at: &u32| simhash::hamming_distance(self.near[*at as usize], near) <= BITS;
        self.tables.iter().enumerate().any(|(table, of)| of.get(&quarter(near, table)).is_some_and(|found| found.iter().any(same)))
    }

    fn add(&mut self, fingerprint: Fingerprint) {
        self.exact.insert(fingerprint.exact);
        let Some(near) = fingerprint.near else { return };
        // Past four thousand million pages the oldest tables are as good as full.
        let Ok(at) = u32::try_from(self.near.len()) else { return };
        self.near.push(near);
        for (table, of) in self.tables.iter_mut().enumerate() {
            of.entry(quarter(near, table)).or_default().push(at);
        }
    }

    /// The list's length, everything in it written.
    pub fn mark(&mut self) -> Result<u64> {
        if let Some(list) = &mut self.list {
            list.flush().context("cannot list the fingerprints")?;
        }
        Ok(self.listed)
    }
}

fn quarter(near: u64, table: usize) -> u16 {
    (near >> (16 * table)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(changed: &str) -> String {
        (0..120).map(|number| if number == 40 { changed.to_owned() } else { format!("word{number} of the long report ") }).collect()
    }

    #[test]
    fn the_same_text_is_exact_and_an_edited_one_is_near() {
        let mut seen = Duplicates::open(None, 0).unwrap();
        let mut is_one = |text: &str, how| seen.is_one(Fingerprint::of(text, how)).unwrap();
        assert!(!is_one(&report("today "), Dedup::Near));
        assert!(is_one(&report("today ").replace(' ', "\n "), Dedup::Near));
        assert!(!is_one(&report("yesterday "), Dedup::Exact));
        assert!(is_one(&report("tomorrow "), Dedup::Near));
        assert!(!is_one(&report("").replace("report", "recipe for bread"), Dedup::Near));
        assert!(!is_one("short", Dedup::Near) && !is_one("shorter", Dedup::Near));
        let chinese: String = "港口周一重新开放第一批船只在中午之前抵达没有人预料到会有这么多船只".repeat(3);
        assert!(!is_one(&chinese, Dedup::Near) && is_one(&chinese, Dedup::Near));
    }

    #[test]
    fn a_list_brings_back_what_came_before() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list");
        let mut seen = Duplicates::open(Some(&list), 0).unwrap();
        let (first, second) = (Fingerprint::of(&report("a"), Dedup::Near), Fingerprint::of("other", Dedup::Near));
        assert!(!seen.is_one(first).unwrap());
        let length = seen.mark().unwrap();
        assert!(!seen.is_one(second).unwrap());
        drop(seen);
        let mut again = Duplicates::open(Some(&list), length).unwrap();
        assert!(again.is_one(first).unwrap() && !again.is_one(second).unwrap());
    }
}
