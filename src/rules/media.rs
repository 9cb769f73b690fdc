//! What is known of pictures, embeds and the data that scripts make pages of, from `rules/emit/media.toml`.

use serde::Deserialize;

/// Attributes and hosts of media.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// Attributes that hold a picture's address until a script loads it.
    pub lazy_sources: Vec<String>,
    /// The same for `srcset`.
    pub lazy_source_sets: Vec<String>,
    /// Hosts, with an optional path, whose frames may be embedded.
    pub embed_hosts: Vec<String>,
    /// Keys of JSON under which scripts keep the text of a page.
    #[serde(default)]
    pub text_keys: Vec<String>,
}

impl Media {
    /// Reads the data file.
    pub fn from_toml(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Whether a frame with this address may be embedded.
    pub fn may_embed(&self, address: &str) -> bool {
        let absolute = if address.starts_with("//") { format!("https:{address}") } else { address.to_owned() };
        let Ok(url) = url::Url::parse(&absolute) else { return false };
        let Some(host) = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) else { return false };
        self.embed_hosts.iter().any(|allowed| {
            let (allowed, path) = allowed.split_once('/').unwrap_or((allowed, ""));
            let is_host = host == allowed || host.strip_suffix(allowed).is_some_and(|rest| rest.ends_with('.'));
            is_host && url.path().trim_start_matches('/').starts_with(path)
        })
    }
}
