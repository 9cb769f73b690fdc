//! Addresses of cryptocurrencies, each with its checksum: base58check with its version byte (Bitcoin, Litecoin, Dogecoin, TRON; XRP in
//! Ripple's alphabet), segwit (BIP-173 and BIP-350), Ethereum (EIP-55 where the case is mixed).

use super::Scan;
use super::keyword::{Class, Context};
use super::kind::EntityKind;
use bech32::Hrp;
use sha2::{Digest, Sha256};
use sha3::Keccak256;
use std::ops::Range;

/// Prefixes of segwit addresses.
const SEGWIT: [(&str, &str); 3] = [("bc", "btc"), ("tb", "btc-testnet"), ("ltc", "ltc")];

/// First letters, version byte, name.
const BASE58: [(&[u8], u8, &str); 8] = [
    (b"1", 0x00, "btc"),
    (b"3", 0x05, "btc"),
    (b"mn", 0x6f, "btc-testnet"),
    (b"2", 0xc4, "btc-testnet"),
    (b"L", 0x30, "ltc"),
    (b"M", 0x32, "ltc"),
    (b"D", 0x1e, "doge"),
    (b"T", 0x41, "tron"),
];

/// Judges a token of letters and digits.
pub(super) fn find(scan: &mut Scan<'_, '_, '_>, token: Range<usize>) {
    if !scan.has(EntityKind::Crypto) || !(25..=90).contains(&token.len()) {
        return;
    }
    let view = scan.view;
    let text = &view.text()[token.clone()];
    let judged = segwit(text).or_else(|| ethereum(text)).or_else(|| base58(text));
    let Some(judged) = judged else { return };
    let joined = |byte: u8| matches!(byte, b'_' | b'-' | b'+' | b'=');
    if joined(view.byte_before(token.start)) || joined(view.byte(token.end)) {
        scan.miss(token, EntityKind::Crypto, "boundary");
        return;
    }
    match judged {
        Ok((name, score)) => {
            let named = score < 0.9 && Context::of(view, &token).says(Class::Crypto);
            scan.hit(token, EntityKind::Crypto, name, if named { 0.95 } else { score });
        }
        Err(failed) => scan.miss(token, EntityKind::Crypto, failed),
    }
}

type Judged = Option<Result<(&'static str, f32), &'static str>>;

fn segwit(text: &str) -> Judged {
    let (hrp, name) = SEGWIT.iter().find(|(hrp, _)| {
        text.len() > hrp.len() + 8 && text.as_bytes()[..hrp.len()].eq_ignore_ascii_case(hrp.as_bytes()) && text.as_bytes()[hrp.len()] == b'1'
    })?;
    let Ok(decoded) = bech32::primitives::decode::SegwitHrpstring::new(text) else { return Some(Err("checksum")) };
    let expected = Hrp::parse(hrp).is_ok_and(|hrp| hrp == decoded.hrp());
    Some(if expected { Ok((name, 0.99)) } else { Err("checksum") })
}

fn ethereum(text: &str) -> Judged {
    let hexadecimal = text.strip_prefix("0x").filter(|rest| rest.len() == 40 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let (upper, lower) = (hexadecimal.bytes().any(|byte| byte.is_ascii_uppercase()), hexadecimal.bytes().any(|byte| byte.is_ascii_lowercase()));
    if !(upper && lower) {
        return Some(Ok(("eth", 0.8)));
    }
    let mut small = [0; 40];
    small.copy_from_slice(hexadecimal.as_bytes());
    small.make_ascii_lowercase();
    let hash = Keccak256::digest(small);
    let as_said = hexadecimal.bytes().enumerate().all(|(place, byte)| {
        let nibble = if place % 2 == 0 { hash[place / 2] >> 4 } else { hash[place / 2] & 15 };
        !byte.is_ascii_alphabetic() || byte.is_ascii_uppercase() == (nibble >= 8)
    });
    Some(if as_said { Ok(("eth", 0.99)) } else { Err("checksum") })
}

fn base58(text: &str) -> Judged {
    if !(25..=35).contains(&text.len()) {
        return None;
    }
    let first = text.as_bytes()[0];
    if first == b'r' {
        let judged = payload(text, bs58::Alphabet::RIPPLE)?;
        return Some(judged.and_then(|version| if version == 0 { Ok(("xrp", 0.99)) } else { Err("issuer") }));
    }
    let (_, version, name) = BASE58.iter().find(|(letters, ..)| letters.contains(&first))?;
    let judged = payload(text, bs58::Alphabet::BITCOIN)?;
    Some(judged.and_then(|found| if found == *version { Ok((*name, 0.99)) } else { Err("issuer") }))
}

/// The version byte of a base58check text of 25 bytes; `None` if it is no such text.
fn payload(text: &str, alphabet: &bs58::Alphabet) -> Option<Result<u8, &'static str>> {
    let mut bytes = [0; 32];
    let length = bs58::decode(text).with_alphabet(alphabet).onto(&mut bytes[..]).ok()?;
    if length != 25 {
        return None;
    }
    let hash = Sha256::digest(Sha256::digest(&bytes[..21]));
    Some(if hash[..4] == bytes[21..25] { Ok(bytes[0]) } else { Err("checksum") })
}
