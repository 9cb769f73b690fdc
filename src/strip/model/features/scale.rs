//! How a number becomes a byte.

/// A count as a byte: sixteen steps an octave, exact below 16, up to 65,535.
#[inline]
pub(in crate::strip::model) fn count(value: u32) -> u8 {
    let value = value.saturating_add(1).min(65_535);
    let exponent = 31 - value.leading_zeros();
    let mantissa = if exponent >= 4 { value >> (exponent - 4) } else { value << (4 - exponent) } & 15;
    (exponent * 16 + mantissa) as u8
}

/// Whole numbers of which 255 are still one.
const SHORT: u32 = u32::MAX / 255;

/// A share in 255ths; 0 of nothing is 0.
#[inline]
pub(super) fn share(part: u32, whole: u32) -> u8 {
    let part = part.min(whole);
    match whole {
        0 => 0,
        // Division of short numbers is far cheaper.
        1..=SHORT => (part * 255 / whole) as u8,
        _ => (u64::from(part) * 255 / u64::from(whole)) as u8,
    }
}

#[inline]
pub(super) fn signed(value: i32) -> u8 {
    (128 + value.clamp(-128, 127)) as u8
}

/// Signed distance on the logarithmic scale, in quarter octaves.
#[inline]
pub(super) fn distance(value: i32) -> u8 {
    let size = i32::from(count(value.unsigned_abs())) / 2;
    signed(if value < 0 { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_shares_keep_their_order() {
        assert!((0..70_000).map(count).is_sorted());
        assert!((0..16).map(count).is_sorted_by(|a, b| a < b));
        assert_eq!((share(0, 0), share(1, 2), share(9, 3)), (0, 127, 255));
        assert_eq!((distance(0), distance(-70_000), distance(70_000)), (128, 1, 255));
    }
}
