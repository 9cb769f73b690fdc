//! Where rules apply: hosts and languages, of a pack, of a rule, of both.

use super::pack::{Reader, Value};
use serde::Serialize;
use toml::de::{DeTable, DeValue};

const KEYS: &[&str] = &["host", "lang"];

/// Where a rule applies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct When {
    /// Hosts it is for, with their subdomains; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Hosts it is not for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_hosts: Vec<String>,
    /// Primary language subtags that it is for; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub langs: Vec<String>,
}

impl When {
    /// Whether a page of this host and declared language is meant. What is not known matches no restriction.
    pub fn allows(&self, host: Option<&str>, lang: Option<&str>) -> bool {
        // `news.example.` is the same host, as DNS has it.
        let host = host.map(|host| host.strip_suffix('.').unwrap_or(host));
        let is_on = |scope: &String| host.is_some_and(|host| is_below(host, scope));
        let primary = lang.and_then(|lang| lang.split(['-', '_']).next());
        (self.hosts.is_empty() || self.hosts.iter().any(is_on))
            && !self.not_hosts.iter().any(is_on)
            && (self.langs.is_empty() || primary.is_some_and(|primary| self.langs.iter().any(|lang| lang.eq_ignore_ascii_case(primary))))
    }

    /// The same, but a language that the page does not declare may be any: what moderates must not pass for want of a declaration.
    pub(crate) fn may_allow(&self, host: Option<&str>, lang: Option<&str>) -> bool {
        match lang {
            Some(_) => self.allows(host, lang),
            None => self.allows(host, self.langs.first().map(String::as_str)),
        }
    }

    pub(super) fn is_everywhere(&self) -> bool {
        *self == When::default()
    }

    /// Where both apply; `None` if that is nowhere.
    fn within(mut self, outer: &When) -> Option<When> {
        self.hosts = common(self.hosts, &outer.hosts, is_below)?;
        self.langs = common(self.langs, &outer.langs, |lang, other| lang == other)?;
        self.not_hosts.extend(outer.not_hosts.iter().cloned());
        (!self.is_nowhere()).then_some(self)
    }

    /// Whether each host that it is for is excepted.
    fn is_nowhere(&self) -> bool {
        !self.hosts.is_empty() && self.hosts.iter().all(|host| self.not_hosts.iter().any(|not| is_below(host, not)))
    }
}

/// Whether a host is the other one or a subdomain of it.
fn is_below(host: &str, other: &str) -> bool {
    host == other || host.strip_suffix(other).is_some_and(|rest| rest.ends_with('.'))
}

/// What two lists have in common, where an empty one stands for all; `None` if nothing is.
fn common(own: Vec<String>, outer: &[String], is_part: impl Fn(&str, &str) -> bool) -> Option<Vec<String>> {
    if own.is_empty() || outer.is_empty() {
        return Some(if own.is_empty() { outer.to_vec() } else { own });
    }
    let wider = outer.iter().filter(|outer| own.iter().any(|own| is_part(outer, own)));
    let mut both: Vec<String> = own.iter().filter(|own| outer.iter().any(|outer| is_part(own, outer))).chain(wider).cloned().collect();
    both.sort_unstable();
    both.dedup();
    (!both.is_empty()).then_some(both)
}

/// A host as the addresses of pages have it; `None` of what can be no host. A star before it says what goes without saying.
pub(super) fn host_name(written: &str) -> Option<String> {
    let name = written.strip_prefix("*.").unwrap_or(written);
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_plain = !name.contains(['*', '%']) && name.split('.').all(|label| !label.is_empty());
    is_plain.then(|| url::Host::parse(name).ok()).flatten().map(|host| host.to_string())
}

impl Reader<'_> {
    /// Where a rule applies: where it says so and its pack does.
    pub(super) fn when_within(&mut self, rule: &DeTable<'_>, pack_when: &When) -> When {
        let Some(value) = rule.get("when") else { return pack_when.clone() };
        self.when(value).within(pack_when).unwrap_or_else(|| {
            let hint = "both must hold: name hosts and languages of the pack, or none";
            self.error(value.span(), "the rule applies nowhere: its `when` and that of its pack have nothing in common", Some(hint.into()));
            When::default()
        })
    }

    pub(super) fn when(&mut self, value: &Value<'_>) -> When {
        let DeValue::Table(table) = value.get_ref() else {
            self.error(value.span(), "`when` must be a table", Some("write `when = { host = [\"news.example\"] }`".into()));
            return When::default();
        };
        self.check_keys(table, KEYS, "`when`");
        let (mut when, mut is_for_all) = (When::default(), false);
        for host in table.get("host").map(|value| self.strings(value)).unwrap_or_default() {
            let written = host.get_ref().as_str();
            let (name, list) = match written.strip_prefix('!') {
                Some(except) => (except, &mut when.not_hosts),
                None => (written, &mut when.hosts),
            };
            match host_name(name) {
                Some(host) => list.push(host),
                None if written == "*" => is_for_all = true,
                None => self.error(
                    host.span(),
                    format!("`{written}` is not a host"),
                    Some("write the bare name, as `news.example`, or `!news.example` to except it; it holds its subdomains".into()),
                ),
            }
        }
        if is_for_all {
            when.hosts.clear();
        }
        if when.is_nowhere() {
            self.error(value.span(), "`when` excepts each host that it names", Some("name others, or leave the exception out".into()));
            when.hosts.clear();
        }
        let langs = table.get("lang").map(|value| self.strings(value)).unwrap_or_default();
        when.langs = langs.into_iter().map(|lang| lang.into_inner().to_ascii_lowercase()).collect();
        when
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(hosts: &[&str], not_hosts: &[&str], langs: &[&str]) -> When {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        When { hosts: owned(hosts), not_hosts: owned(not_hosts), langs: owned(langs) }
    }

    #[test]
    fn hosts_hold_their_subdomains_and_exceptions_win() {
        let when = when(&["news.example"], &["sport.news.example"], &["ar"]);
        assert!(when.allows(Some("news.example"), Some("ar-EG")));
        assert!(when.allows(Some("www.news.example"), Some("ar")));
        assert!(when.allows(Some("www.news.example."), Some("ar")));
        assert!(!when.allows(Some("sport.news.example"), Some("ar")));
        assert!(!when.allows(Some("sport.news.example."), Some("ar")));
        assert!(!when.allows(Some("badnews.example"), Some("ar")));
        assert!(!when.allows(Some("news.example"), Some("en")));
        assert!(!when.allows(None, Some("ar")) && When::default().allows(None, None));
    }

    #[test]
    fn a_rule_applies_where_its_pack_does() {
        let pack = when(&["news.example", "a.b.example"], &["m.news.example"], &["ar", "fa"]);
        let rule = when(&["sport.news.example", "b.example"], &["x.b.example"], &["ar", "en"]).within(&pack).unwrap();
        assert_eq!(rule, when(&["a.b.example", "sport.news.example"], &["x.b.example", "m.news.example"], &["ar"]));
        for (host, is_meant) in [("www.news.example", false), ("sport.news.example", true), ("b.example", false), ("a.b.example", true)] {
            assert_eq!(rule.allows(Some(host), Some("ar")), is_meant, "{host}");
        }
        assert_eq!(When::default().within(&pack), Some(pack.clone()));
        assert_eq!(pack.clone().within(&When::default()), Some(pack.clone()));
        assert_eq!(when(&["other.example"], &[], &[]).within(&pack), None);
        assert_eq!(when(&["m.news.example"], &[], &[]).within(&pack), None);
        assert_eq!(when(&[], &[], &["en"]).within(&pack), None);
    }

    #[test]
    fn hosts_are_those_of_addresses() {
        for (written, host) in [
            ("News.Example", "news.example"),
            ("*.news.example", "news.example"),
            ("news.example.", "news.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("موقع.example", "xn--4gbrim.example"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(host_name(written).as_deref(), Some(host), "{written}");
            let url = url::Url::parse(&format!("https://{}/", written.trim_start_matches("*."))).unwrap();
            assert_eq!(url.host_str().map(|host| host.trim_end_matches('.')), Some(host));
        }
        for written in
            ["", ".", "*", ".news.example", "news.*", "a.*.example", " sport.example", "news.example:8080", "news.example/a", "a..b", "*.", "%2a"]
        {
            assert_eq!(host_name(written), None, "{written}");
        }
    }
}
