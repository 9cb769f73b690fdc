//! Addresses in links and pictures: only schemes that do nothing by themselves, relative ones made absolute.

use std::borrow::Cow;
use url::Url;

/// Schemes that a link may have.
const LINK_SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];
/// Schemes that something loaded with the page may have.
const LOAD_SCHEMES: [&str; 2] = ["http", "https"];

/// Resolves the addresses of one page.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    page: Option<Url>,
    base: Option<Url>,
}

impl Addresses {
    /// Addresses of a page at `page`, if that is known.
    pub fn new(page: Option<Url>) -> Self {
        Addresses { base: page.clone(), page }
    }

    /// The page's `<base href>`: only the first one counts, and only when the page's own address is known can it be relative.
    pub fn set_base(&mut self, href: &str) {
        let base = match &self.page {
            Some(page) => page.join(href).ok(),
            None => Url::parse(href).ok(),
        };
        self.base = base.filter(|base| LOAD_SCHEMES.contains(&base.scheme())).or(self.base.take());
    }

    /// The address of a link, if it is harmless.
    pub fn link<'a>(&self, value: &'a str) -> Option<Cow<'a, str>> {
        self.resolve(value, &LINK_SCHEMES)
    }

    /// The address of something that loads with the page, if it is harmless.
    pub fn load<'a>(&self, value: &'a str) -> Option<Cow<'a, str>> {
        self.resolve(value, &LOAD_SCHEMES)
    }

    fn resolve<'a>(&self, value: &'a str, schemes: &[&str]) -> Option<Cow<'a, str>> {
        // Browsers drop these before they look for the scheme (URL standard, 4.1 "URL parsing", steps 1 to 3).
        let is_dropped = |c: char| c.is_control() || c == '\u{FFFD}';
        // Without a way out, the loop looks at many bytes at once.
        let is_printed = value.bytes().fold(true, |so_far, byte| so_far & (b' '..=b'~').contains(&byte));
        let clean: Cow<'a, str> = if !is_printed && value.contains(is_dropped) { value.replace(is_dropped, "").into() } else { value.into() };
        let clean: Cow<'a, str> = match clean {
            Cow::Borrowed(text) => text.trim().into(),
            Cow::Owned(text) => text.trim().to_owned().into(),
        };
        if clean.is_empty() {
            return None;
        }
        if let Some(scheme) = scheme(&clean) {
            return schemes.iter().any(|allowed| scheme.eq_ignore_ascii_case(allowed)).then_some(clean);
        }
        match &self.base {
            None => Some(clean),
            Some(base) => base.join(&clean).ok().filter(|url| schemes.contains(&url.scheme())).map(|url| url.to_string().into()),
        }
    }

    /// A `srcset` with only harmless addresses (HTML 4.8.4.2.1).
    pub fn source_set(&self, value: &str) -> Option<String> {
        let mut kept = String::new();
        let mut rest = value;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
            if rest.is_empty() {
                break;
            }
            let end = rest.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(rest.len());
            let (address, after) = rest.split_at(end);
            let bare = address.trim_end_matches(',');
            let (descriptor, next) = if bare.len() < address.len() { ("", after) } else { after.split_once(',').unwrap_or((after, "")) };
            let is_plain = descriptor.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || byte == b'.');
            if is_plain && let Some(address) = self.load(bare) {
                if kept.is_empty() {
                    kept.reserve(value.len());
                } else {
                    kept.push_str(", ");
                }
                kept.push_str(&address);
                let descriptor = descriptor.trim();
                if !descriptor.is_empty() {
                    kept.push(' ');
                    kept.push_str(descriptor);
                }
            }
            rest = next;
        }
        (!kept.is_empty()).then_some(kept)
    }
}

/// The scheme of an address, if it has one.
fn scheme(address: &str) -> Option<&str> {
    let (scheme, _) = address.split_once(':')?;
    let mut letters = scheme.chars();
    let is_scheme = letters.next().is_some_and(|c| c.is_ascii_alphabetic()) && letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    is_scheme.then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_schemes_pass() {
        let unknown = Addresses::default();
        for bad in ["javascript:alert(1)", " java\tscript:x", "JaVaScRiPt:x", "data:text/html,x", "vbscript:x", "\u{1}javascript:x", "blob:x", ""] {
            assert_eq!(unknown.link(bad), None, "{bad}");
        }
        assert_eq!(unknown.link("/a?b:c").as_deref(), Some("/a?b:c"));
        assert_eq!(unknown.load("mailto:a@b.example"), None);
        let known = Addresses::new(Url::parse("https://news.example/a/b").ok());
        assert_eq!(known.link("../c").as_deref(), Some("https://news.example/c"));
        assert_eq!(known.link("//x.example/y").as_deref(), Some("https://x.example/y"));
        assert_eq!(known.link("tel:+201").as_deref(), Some("tel:+201"));
        assert_eq!(known.source_set("a.jpg 1x, data:x,y 2x,b.jpg").as_deref(), Some("https://news.example/a/a.jpg 1x, https://news.example/a/b.jpg"));
    }
}
