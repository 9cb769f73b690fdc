//! Entropy is Shannon's, in bits per character ("A Mathematical Theory of Communication", 1948, section 6).

/// Bits per character below which a key was not made at random.
pub(super) const KEY_ENTROPY: f32 = 3.0;

/// The same of a password, which somebody has to type.
pub(super) const PASSWORD_ENTROPY: f32 = 2.2;

/// Shannon entropy of a text's bytes, in bits per byte.
pub(super) fn entropy(text: &str) -> f32 {
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let total = text.len() as f32;
    counts.iter().filter(|count| **count > 0).map(|count| *count as f32 / total).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_shannons() {
        assert_eq!(entropy("aaaa"), 0.0);
        assert_eq!(entropy("abcdabcd"), 2.0);
    }
}
