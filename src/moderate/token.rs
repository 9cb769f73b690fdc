//! Tokens that stand for a value: the same value, the same token.
//!
//! A pseudonym is HMAC-SHA-256 (RFC 2104) over the kind of value and its folded form, cut to 64 bits; so tokens of two kinds never
//! meet, and nobody without the key can try values. It carries the first bytes of a hash of the key, so that a change of key shows.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::sync::Arc;

/// The secret that pseudonyms are made with.
#[derive(Clone)]
pub struct Key(Arc<[u8]>);

/// A key is not worth the name below this many bytes.
pub const SHORTEST_KEY: usize = 16;

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// A key of at least [`SHORTEST_KEY`] bytes; white space at its ends does not count.
    pub fn new(secret: &[u8]) -> Option<Self> {
        let secret = secret.trim_ascii();
        (secret.len() >= SHORTEST_KEY).then(|| Key(secret.into()))
    }

    /// Names the key without telling it.
    pub fn id(&self) -> String {
        hex(&self.mac("key-id", "")[..2])
    }

    fn mac(&self, domain: &str, value: &str) -> [u8; 32] {
        // HMAC takes keys of any length, so the empty one that stands for an error cannot come up.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return [0; 32] };
        mac.update(b"naqi/1/");
        mac.update(domain.as_bytes());
        mac.update(b"\0");
        mac.update(value.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// The token of a value.
    pub(crate) fn pseudonym(&self, domain: &str, value: &str) -> String {
        format!("[{domain}:{}:{}]", self.id(), hex(&self.mac(domain, value)[..8]))
    }

    /// What a report may hold in place of a value.
    pub(crate) fn fingerprint(&self, domain: &str, value: &str) -> String {
        hex(&self.mac(&format!("report/{domain}"), value)[..16])
    }
}

/// The token of a value, with the key where there is one.
pub(crate) fn hashed(key: Option<&Key>, domain: &str, value: &str) -> String {
    let digest = match key {
        Some(key) => key.mac(&format!("hash/{domain}"), value),
        None => {
            let mut hasher = Sha256::new();
            hasher.update(domain.as_bytes());
            hasher.update(b"\0");
            hasher.update(value.as_bytes());
            hasher.finalize().into()
        }
    };
    format!("[{domain}#{}]", hex(&digest[..8]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where tokens of ours stand in a text, so that nothing is found in them.
pub(crate) fn own(text: &str, into: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    for open in memchr::memchr_iter(b'[', bytes) {
        let rest = &bytes[open + 1..];
        let kind = rest.iter().take(32).take_while(|b| b.is_ascii_lowercase() || **b == b'-').count();
        let digits = |at: usize, count: usize| rest.get(at..at + count).is_some_and(|part| part.iter().all(u8::is_ascii_hexdigit));
        let end = match rest.get(kind) {
            Some(b'#') if kind > 0 && digits(kind + 1, 16) => kind + 17,
            Some(b':') if kind > 0 && digits(kind + 1, 4) && rest.get(kind + 5) == Some(&b':') && digits(kind + 6, 16) => kind + 22,
            _ => continue,
        };
        if rest.get(end) == Some(&b']') {
            into.push(open..open + end + 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_linkable_by_kind_and_known_again() {
        let key = Key::new(b"0123456789abcdef\n").unwrap();
        let (phone, again, email) = (key.pseudonym("phone", "1"), key.pseudonym("phone", "1"), key.pseudonym("email", "1"));
        assert!(phone == again && phone[6..] != email[6..] && Key::new(b"short").is_none());
        let text = format!("a {phone} b {} [x:y] [phone:12]", hashed(None, "national-id", "2"));
        let mut ranges = Vec::new();
        own(&text, &mut ranges);
        assert_eq!(ranges.len(), 2);
        assert_eq!(&text[ranges[0].clone()], phone);
        assert!(!format!("{key:?}").contains("0123"));
    }
}
