//! Settings of runs over many pages.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::path::PathBuf;

/// What runs over many pages read, keep and write besides pages.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bulk {
    /// Outputs of many pages are split into files of at most so many bytes; 0 for one file.
    pub max_shard_bytes: Size,
    /// Bytes of a row group of Parquet before compression.
    pub row_group_bytes: Size,
    /// How outputs of many pages are compressed.
    pub compress: Compress,
    /// How far the run is is noted this often, in seconds.
    pub checkpoint: f64,
    /// Where decisions or plots go.
    #[serde(deserialize_with = "some_path")]
    pub report: Option<PathBuf>,
    /// Where sums go.
    #[serde(deserialize_with = "some_path")]
    pub stats: Option<PathBuf>,
    /// Where failed pages go.
    #[serde(deserialize_with = "some_path")]
    pub dead_letters: Option<PathBuf>,
    /// Where pages go that rules hold back.
    #[serde(deserialize_with = "some_path")]
    pub quarantine: Option<PathBuf>,
    /// The column of JSON lines and Parquet that holds the pages.
    pub html_column: String,
    /// The column that holds their addresses.
    pub url_column: String,
    /// Languages that are kept; all if there are none.
    pub lang: Vec<String>,
    /// Whether pages go whose language nobody can tell, when languages are chosen.
    pub known_lang: bool,
    /// Hosts that are kept, and with `!` those that go.
    pub host: Vec<String>,
    /// Patterns of addresses that are kept, and with `!` those that go.
    pub url_pattern: Vec<String>,
    /// Statuses of responses that are kept.
    pub status: Vec<String>,
    /// Media types that are kept.
    pub r#type: Vec<String>,
    /// Pages need so many characters of text.
    pub min_chars: u64,
    /// Pages have at most so many; 0 for no bound.
    pub max_chars: u64,
    /// Which pages count as the same.
    pub dedup: Dedup,
    /// The share of the pages that is kept.
    pub sample: f64,
}

impl Default for Bulk {
    fn default() -> Self {
        Bulk {
            max_shard_bytes: Size(0),
            row_group_bytes: Size(64 << 20),
            compress: Compress::Auto,
            checkpoint: 2.0,
            report: None,
            stats: None,
            dead_letters: None,
            quarantine: None,
            html_column: "html".into(),
            url_column: "url".into(),
            lang: Vec::new(),
            known_lang: false,
            host: Vec::new(),
            url_pattern: Vec::new(),
            status: Vec::new(),
            r#type: Vec::new(),
            min_chars: 0,
            max_chars: 0,
            dedup: Dedup::None,
            sample: 1.0,
        }
    }
}

/// How outputs are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compress {
    /// By the name given with -o; a folder gets files that are not compressed.
    #[default]
    Auto,
    /// Not at all.
    None,
    /// gzip, in members.
    Gz,
    /// Zstandard, in frames.
    Zst,
}

/// Which pages are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dedup {
    /// All are different.
    #[default]
    None,
    /// Those with the same text.
    Exact,
    /// Those with nearly the same text, too.
    Near,
}

/// A number of bytes: `500k`, `256m`, `2g` (powers of 1024), or bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size(pub u64);

impl Size {
    fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let bare = lower.strip_suffix('b').unwrap_or(&lower);
        let (digits, shift) = match bare.as_bytes().last()? {
            b'k' => (&bare[..bare.len() - 1], 10),
            b'm' => (&bare[..bare.len() - 1], 20),
            b'g' => (&bare[..bare.len() - 1], 30),
            _ => (bare, 0),
        };
        let number: u64 = digits.parse().ok()?;
        number.checked_mul(1 << shift).map(Size)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(u64),
            Text(String),
            Other(serde::de::IgnoredAny),
        }
        let no_size = |what: &str| serde::de::Error::custom(format!("{what} is no size, such as 256m"));
        match Written::deserialize(deserializer)? {
            Written::Number(bytes) => Ok(Size(bytes)),
            Written::Text(text) => Size::parse(&text).ok_or_else(|| no_size(&format!("`{text}`"))),
            Written::Other(_) => Err(no_size("this")),
        }
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

/// An empty text is no path.
fn some_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    Ok(Some(PathBuf::deserialize(deserializer)?).filter(|path| !path.as_os_str().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_powers_of_1024() {
        for (text, bytes) in [("500k", 500 << 10), ("256M", 256 << 20), ("2gb", 2 << 30), ("17", 17), ("0", 0)] {
            assert_eq!(Size::parse(text), Some(Size(bytes)), "{text}");
        }
        for text in ["", "k", "12x", "-1", "99999999999g", "1.5m", "256mm"] {
            assert_eq!(Size::parse(text), None, "{text}");
        }
    }
}
