//! Sizes, depth and time that a page may take. Past any of them the page fails as a whole: nothing of it is passed on.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::time::{Duration, Instant};

/// What bounds one page. Sizes are bytes of decoded text unless said otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// A page that is held whole (`strip.mode = "article"`, records).
    pub page_bytes: u64,
    /// A page that streams (`strip.mode = "rules"` and `"off"`).
    pub stream_bytes: u64,
    /// What the tokenizer may hold: one tag or comment, and the elements that the page never closes; at least [`Limits::LEAST_TOKEN_BYTES`].
    #[serde(deserialize_with = "token_bytes")]
    pub token_bytes: usize,
    /// Elements open at once that are told apart; the tags of deeper ones only part lines, but what is left out or hidden stays so.
    pub depth: usize,
    /// Elements open at once in all.
    pub open_elements: usize,
    /// Siblings remembered for `+`, `~` and `:nth-child()`, per parent; past it such selectors stop matching there.
    pub siblings: usize,
    /// Output that may wait for a decision in a streaming mode. Moderation judges a block of text or data as a whole, of up to eight times as
    /// many bytes; a page with a longer one fails.
    pub hold_bytes: usize,
    /// Milliseconds that one page may take, from its first byte.
    pub deadline_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            page_bytes: 64 << 20,
            stream_bytes: 64 << 30,
            token_bytes: 24 << 20,
            depth: 512,
            open_elements: 1 << 20,
            siblings: 16_384,
            hold_bytes: 512 << 10,
            deadline_ms: 600_000,
        }
    }
}

impl Limits {
    /// The tokenizer cannot work with less.
    pub const LEAST_TOKEN_BYTES: usize = 16 << 10;

    /// The deadline as a duration.
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms)
    }
}

fn token_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let (bytes, least) = (usize::deserialize(deserializer)?, Limits::LEAST_TOKEN_BYTES);
    if bytes < least { Err(D::Error::custom(format!("{bytes} is too little, the tokenizer needs {least}"))) } else { Ok(bytes) }
}

/// When a page must be done; without one it may take as long as it takes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deadline(Option<(Instant, Instant)>);

impl Deadline {
    /// So long after this moment.
    pub(crate) fn after(begun: Instant, limits: &Limits) -> Self {
        Deadline(begun.checked_add(limits.deadline()).map(|end| (begun, end)))
    }

    /// Whether it has passed.
    pub(crate) fn is_over(self) -> bool {
        self.0.is_some_and(|(_, end)| Instant::now() > end)
    }

    /// The limit as an error names it: milliseconds that have gone by, and that may.
    pub(crate) fn overrun(self) -> (Limit, u64, u64) {
        let (spent, allowed) = self.0.map_or((Duration::ZERO, Duration::ZERO), |(begun, end)| (begun.elapsed(), end - begun));
        (Limit::Deadline, spent.as_millis() as u64, allowed.as_millis() as u64)
    }
}

/// Names a limit in an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Limit {
    PageBytes,
    StreamBytes,
    OpenElements,
    Deadline,
    HoldBytes,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Limit::PageBytes => "page_bytes",
            Limit::StreamBytes => "stream_bytes",
            Limit::OpenElements => "open_elements",
            Limit::Deadline => "deadline_ms",
            Limit::HoldBytes => "hold_bytes",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSources;
    use crate::{Origin, Settings, clean};
    use std::sync::Arc;

    #[test]
    fn the_tokenizer_works_with_the_least_that_is_taken() {
        let of = |bytes: usize| serde_json::from_value::<Limits>(serde_json::json!({ "token_bytes": bytes }));
        assert!(of(Limits::LEAST_TOKEN_BYTES - 1).is_err());
        let settings = Settings { limits: of(Limits::LEAST_TOKEN_BYTES).unwrap(), ..Settings::default() };
        let rules = Arc::new(RuleSources::default().compile().unwrap().0);
        let mut out = Vec::new();
        clean(&rules, &settings, &Origin::default(), b"<script>x</script><p>The harbour opened.</p><style>p {}</style>", &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("The harbour opened."));
    }
}
