//! Links that stand for a number or an address (`rules/entity/contact.toml`).

use crate::data::own_data;
use serde::Deserialize;
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
    let href = href.trim_start();
    let begins = |text: &str, with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    if begins(href, "http") || begins(href, "//") {
        let Some(slashes) = href.as_bytes().windows(2).position(|pair| pair == b"//") else { return false };
        return CONTACTS.hosts.iter().any(|known| begins(&href[slashes + 2..], known));
    }
    // Most links are paths. A scheme may hide behind character references.
    !href.starts_with(['/', '#', '?', '.']) && (href.starts_with('&') || CONTACTS.schemes.iter().any(|scheme| begins(href, scheme)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_told_from_other_links() {
        for href in ["tel:+20123", " MAILTO:a@b.example", "https://wa.me/20123", "//T.me/x", "&#116;el:1", "tg://resolve?domain=x"] {
            assert!(is_contact(href), "{href}");
        }
        for href in ["/tel", "#tel", "https://news.example/wa.me", "news/1", ""] {
            assert!(!is_contact(href), "{href}");
        }
    }
}
