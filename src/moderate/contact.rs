//! Links that stand for a number or an address.

/// Whether a link stands for a number or an address, by how it begins.
pub(super) fn is_contact(href: &str) -> bool {
    let href = href.trim_start();
    // Most links are paths.
    if !matches!(
        href.as_bytes().first().map(|first| first | 0x20),
        Some(b'h' | b'm' | b't' | b's' | b'c' | b'w' | b'v' | b'f' | b'g' | b'/' | b'&' | b'.')
    ) {
        return false;
    }
    let begins = |with: &str| href.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    if begins("http") || begins("//") {
        let host = href.split("//").nth(1).unwrap_or_default();
        return [
            "wa.me",
            "t.me",
            "api.whatsapp.com",
            "www.whatsapp.com",
            "web.whatsapp.com",
            "telegram.me",
            "chat.whatsapp.com",
            "m.me",
            "signal.me",
            "viber.me",
        ]
        .iter()
        .any(|known| host.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known)));
    }
    // A scheme may hide behind character references.
    ["mailto", "tel", "sms", "callto", "whatsapp", "tg:", "viber", "skype", "sip", "facetime", "geo:", "&"].iter().any(|scheme| begins(scheme))
}
