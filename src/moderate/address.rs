//! Where links lead that do not say it themselves: relative ones, and hosts that browsers know under another spelling.

use super::contact::{host, is_contact};
use url::Url;

/// What the links of a page are relative to.
#[derive(Debug, Default)]
pub(super) struct Base {
    url: Option<Url>,
    /// The page has said it.
    is_declared: bool,
    /// It stands for a number or an address.
    leads: bool,
}

impl Base {
    /// Begins a page.
    pub(super) fn begin(&mut self, url: Option<&Url>) {
        *self = Base { url: url.cloned(), is_declared: false, leads: url.is_some_and(|url| is_contact(url.as_str())) };
    }

    /// The page's `<base href>`: the first one counts.
    pub(super) fn declare(&mut self, href: &str) {
        if self.is_declared {
            return;
        }
        self.is_declared = true;
        let joined = self.url.as_ref().map_or_else(|| Url::parse(href), |url| url.join(href));
        if let Ok(joined) = joined {
            self.leads = is_contact(joined.as_str());
            self.url = Some(joined);
        }
    }

    /// The address that a link leads to, where it may stand for a number or an address and does not look like that.
    pub(super) fn resolved(&self, href: &str) -> Option<String> {
        if !self.leads && !is_spelled_otherwise(href) {
            return None;
        }
        let url = match &self.url {
            Some(url) => url.join(href),
            None => Url::parse(href).or_else(|_| Url::parse(&format!("https:{}", href.trim()))),
        };
        url.ok().map(String::from).filter(|url| !href.trim().eq_ignore_ascii_case(url))
    }
}

/// Whether a host holds what is none of a host's letters: it is mapped before it is looked up (UTS #46).
fn is_spelled_otherwise(href: &str) -> bool {
    let Some(host) = host(href.trim_start_matches(|c: char| c <= ' ')) else { return false };
    let end = host.find(['/', '\\', '?', '#']).unwrap_or(host.len());
    host[..end].bytes().any(|byte| !byte.is_ascii() || byte == b'%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_resolved_where_that_matters() {
        let mut base = Base::default();
        for (href, url) in
            [("https://ｗａ.me/20123", "https://wa.me/20123"), ("//wa。me/1", "https://wa.me/1"), ("https://w%61.me/1", "https://wa.me/1")]
        {
            assert_eq!(base.resolved(href).as_deref(), Some(url));
        }
        assert_eq!(base.resolved("https://wa.me/1"), None);
        assert_eq!(base.resolved("20123"), None);
        base.declare("https://wa.me/");
        base.declare("https://news.example/");
        assert_eq!(base.resolved("20123").as_deref(), Some("https://wa.me/20123"));
    }
}
