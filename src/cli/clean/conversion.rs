//! Cleaned pages as WARC `conversion` records (ISO 28500:2017, section 6.8), which refer to the records that they were made of.

use super::shards::write_member;
use crate::config::Compress;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::io::Write as _;

/// What a record says of itself.
pub struct Conversion<'a> {
    /// Address of the page.
    pub url: Option<&'a str>,
    /// Identifier of the record that it was made of.
    pub refers_to: Option<&'a str>,
    /// When the original was fetched.
    pub date: Option<&'a str>,
    /// Where the original stands.
    pub source: &'a str,
    /// Its offset there.
    pub offset: Option<u64>,
    /// Media type of the block.
    pub content_type: &'a str,
    /// Digest of the rules.
    pub rules_digest: &'a str,
}

impl Conversion<'_> {
    /// The record, a gzip member or frame of its own when it is compressed.
    pub fn write(&self, block: &[u8], compress: Compress) -> Result<Vec<u8>> {
        let offset = self.offset.map_or_else(String::new, |offset| offset.to_string());
        // The same page converted by the same rules is the same record, whoever writes it and how often.
        let name = [self.source, &offset, self.refers_to.unwrap_or_default(), self.rules_digest].join("\n");
        let mut out = Vec::with_capacity(block.len() + 512);
        out.extend_from_slice(b"WARC/1.1\r\nWARC-Type: conversion\r\n");
        let mut field = |name: &str, value: &str| {
            // A line break would end the field.
            let value: String = value.chars().filter(|c| !c.is_control()).collect();
            // Writing to memory does not fail.
            let _ = write!(out, "{name}: {value}\r\n");
        };
        field("WARC-Record-ID", &format!("<{}>", urn_of(&name, block)));
        field("WARC-Date", self.date.filter(|date| date.contains('T')).unwrap_or(&now()));
        if let Some(url) = self.url {
            field("WARC-Target-URI", url);
        }
        if let Some(refers_to) = self.refers_to {
            field("WARC-Refers-To", &format!("<{refers_to}>"));
        }
        field("WARC-Block-Digest", &format!("sha256:{}", hex(&Sha256::digest(block))));
        field("Content-Type", self.content_type);
        field("Content-Length", &block.len().to_string());
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(block);
        out.extend_from_slice(b"\r\n\r\n");
        member(out, compress)
    }
}

/// The record that stands at the start of a file.
pub fn warcinfo(rules_digest: &str, compress: Compress) -> Result<Vec<u8>> {
    let block = format!(
        "software: naqi/{}\r\nformat: WARC File Format 1.1\r\ndescription: pages cleaned by naqi\r\nnaqi-rules-digest: {rules_digest}\r\n",
        env!("CARGO_PKG_VERSION")
    );
    let urn = urn_of(&now(), block.as_bytes());
    let record = format!(
        "WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <{urn}>\r\nWARC-Date: {}\r\nContent-Type: application/warc-fields\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
        now(),
        block.len()
    );
    member(record.into_bytes(), compress)
}

fn member(record: Vec<u8>, compress: Compress) -> Result<Vec<u8>> {
    if matches!(compress, Compress::None | Compress::Auto) {
        return Ok(record);
    }
    let mut packed = Vec::with_capacity(record.len() / 2);
    write_member(&mut packed, &record, compress).context("cannot compress the record")?;
    Ok(packed)
}

/// A UUID made of a name (version 8 of RFC 9562: the bits are ours).
fn urn_of(name: &str, block: &[u8]) -> String {
    let digest = Sha256::new().chain_update(name).chain_update(b"\n").chain_update(block).finalize();
    let mut bytes: [u8; 16] = std::array::from_fn(|at| digest[at]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex(&bytes);
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Now, as WARC writes dates.
fn now() -> String {
    let now = super::dead_letters::now();
    now.split_once('.').map_or(now.clone(), |(seconds, _)| format!("{seconds}Z"))
}
