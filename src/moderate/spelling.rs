//! One spelling for each value, however it is written, so that it has one token.

use super::entity::{EntityKind, mail_as_written, percent_decoded, phone_in_full};
use super::judge::Found;
use super::view::View;

/// The value that was found here as it would be without marks between its groups, words for its signs or percent signs.
pub(super) fn spelling(found: &Found, plain: &str) -> String {
    let is = |kind: EntityKind| found.domain == kind.name();
    let decoded = if plain.contains('%') && (is(EntityKind::Phone) || is(EntityKind::Email)) { percent_decoded(plain) } else { plain.to_owned() };
    if is(EntityKind::Phone) && !decoded.contains(char::is_alphabetic) {
        // "+966 (0) 50 …": what is not dialled from abroad.
        let digits: String = decoded.replace("(0)", "").chars().filter(char::is_ascii_digit).collect();
        return phone_in_full(&digits, found.detail, decoded.trim_start_matches('(').starts_with('+'));
    }
    let written = if is(EntityKind::Email) { mail_as_written(&decoded) } else { decoded };
    let folded = View::of(&written).folded;
    let has_marks = [EntityKind::Card, EntityKind::Iban, EntityKind::NationalId, EntityKind::Mac].into_iter().any(is);
    if has_marks { folded.chars().filter(|c| c.is_alphanumeric()).collect() } else { folded.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_spelling() {
        let of = |domain: EntityKind, detail: &'static str, plain: &str| {
            let found =
                Found { rule: 0, block: 0, plain: 0..0, score: 1.0, steps: Vec::new(), domain: domain.name(), detail, number: 0, is_masked: false };
            spelling(&found, plain)
        };
        for phone in
            ["+966 50 123 4567", "00966501234567", "050-123-4567", "(050) 1234567", "966501234567", "+966 (0) 50 123 4567", "%2B966501234567"]
        {
            assert_eq!(of(EntityKind::Phone, "SA", phone), "966501234567", "{phone}");
        }
        assert_eq!(of(EntityKind::Phone, "US", "(408) 748-9663"), of(EntityKind::Phone, "US", "+1 408 748 9663"));
        assert_eq!(of(EntityKind::Phone, "IT", "02 1234 5678"), of(EntityKind::Phone, "IT", "+39 02 12345678"));
        for mail in ["Ahmed.Ali@Example.org", "ahmed.ali [at] example.org", "ahmed.ali at example dot org", "ahmed.ali%40example.org"] {
            assert_eq!(of(EntityKind::Email, "address", mail), "ahmed.ali@example.org", "{mail}");
        }
        for mail in ["matt.dot@gmail.com", "matt.dot at gmail com", "matt . dot @ gmail . com", "Matt(dot)dot(at)gmail,com"] {
            assert_eq!(of(EntityKind::Email, "address", mail), "matt.dot@gmail.com", "{mail}");
        }
        assert_eq!(of(EntityKind::Card, "visa", "4111-1111 1111.1111"), "4111111111111111");
        assert_eq!(of(EntityKind::Iban, "SA", "SA03 8000 0000"), "sa0380000000");
    }
}
