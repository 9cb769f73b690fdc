//! Links that stand for a number or an address (`rules/entity/contact.toml`).

use crate::data::own_data;
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::LazyLock;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contacts {
    /// Beginnings of the hosts of messengers.
    hosts: Vec<String>,
    /// Beginnings of addresses.
    schemes: Vec<String>,
}

static CONTACTS: LazyLock<Contacts> = LazyLock::new(|| own_data!("entity/contact.toml"));

/// Whether a link stands for a number or an address, by how it begins.
pub(super) fn is_contact(href: &str) -> bool {
    // Browsers take tabs and line ends out of an address (WHATWG URL, 4.4).
    let is_dropped = |c: char| matches!(c, '\t' | '\n' | '\r');
    let cleaned: Cow<'_, str> = if href.contains(is_dropped) { href.replace(is_dropped, "").into() } else { href.into() };
    // And what is no more than a space in front of it.
    let href = cleaned.trim_start_matches(|c: char| c <= ' ' || c.is_whitespace());
    let begins = |text: &str, with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    if let Some(host) = host(href) {
        return CONTACTS.hosts.iter().any(|known| begins(host, known));
    }
    // Most links are paths. A scheme may hide behind character references.
    let scheme = href.split(':').next().unwrap_or_default();
    !href.starts_with(['/', '#', '?', '.']) && (scheme.contains('&') || CONTACTS.schemes.iter().any(|scheme| begins(href, scheme)))
}

/// A link from its host on, without "www." and who logs in, as browsers read it: a backslash is as good as a slash (WHATWG URL, 4.4).
pub(super) fn host(href: &str) -> Option<&str> {
    let is_web = href.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http"));
    let slashes = match href.as_bytes() {
        _ if is_web => href.find(':')? + 1,
        [b'/' | b'\\', b'/' | b'\\', ..] => 0,
        _ => return None,
    };
    let host = href[slashes..].trim_start_matches(['/', '\\']);
    let end = host.find(['/', '\\', '?', '#']).unwrap_or(host.len());
    let host = host[..end].rfind('@').map_or(host, |at| &host[at + 1..]);
    Some(host.get(..4).filter(|start| start.eq_ignore_ascii_case("www.")).map_or(host, |_| &host[4..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_told_from_other_links() {
        for href in [
            "tel:+20123",
            " MAILTO:a@b.example",
            "https://wa.me/20123",
            "//T.me/x",
            "&#116;el:1",
            "te&#108;:1",
            "tg://resolve?domain=x",
            "https:\\\\wa.me\\1",
            "https://www.wa.me/1",
            "https://a@wa.me:443/1",
            "te\nl:+20123",
            "https://WA.ME./20123",
            "\u{1} tel:1",
        ] {
            assert!(is_contact(href), "{href}");
        }
        for href in ["/tel", "#tel", "mms-archive.html", "image.png", "https://news.example/wa.me", "news/1", ""] {
            assert!(!is_contact(href), "{href}");
        }
    }
}
