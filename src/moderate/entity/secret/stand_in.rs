//! What stands in for a secret: documentation's placeholders, variables, runs of the keyboard.

use super::SECRETS;

/// Whether a value is documentation's stand-in.
pub(super) fn is_placeholder(value: &str) -> bool {
    holds_one_of(&SECRETS.placeholders, value)
}

/// Whether a value holds a run of the keyboard.
pub(super) fn is_sequence(value: &str) -> bool {
    holds_one_of(&SECRETS.sequences, value)
}

fn holds_one_of(parts: &[String], value: &str) -> bool {
    let holds = |part: &str| value.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()));
    parts.iter().any(|part| part.len() <= value.len() && holds(part))
}

/// Whether a value is a variable or a marked gap: `<KEY>`, `${KEY}`, `{{ key }}`, `%KEY%`, `process.env.KEY`.
pub(super) fn is_stand_in(value: &str) -> bool {
    value.starts_with(['<', '$', '{', '%', '[', '(', '@', '&'])
        || SECRETS.variables.iter().any(|part| value.contains(part.as_str()))
        || SECRETS.unset.iter().any(|word| value.eq_ignore_ascii_case(word))
}
