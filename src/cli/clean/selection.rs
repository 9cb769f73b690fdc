//! Which pages of a crawl are wanted.

use crate::config::{Bulk, Dedup};
use anyhow::{Context, Result, bail};
use glob::{MatchOptions, Pattern};
use sha2::{Digest, Sha256};
use std::ops::RangeInclusive;
use url::Url;

/// Types that are pages.
const PAGE_TYPES: [&str; 2] = ["text/html", "application/xhtml+xml"];
/// The detector looks at this many bytes of text.
const DETECTED_BYTES: usize = 8 << 10;

/// Why a page is left out; the names stand in the summary.
pub type Reason = &'static str;

/// The same, checked.
#[derive(Debug)]
pub struct Selection {
    langs: Vec<String>,
    known_lang: bool,
    hosts: Signed<String>,
    urls: Signed<Pattern>,
    statuses: Vec<RangeInclusive<u16>>,
    types: Vec<String>,
    chars: Option<RangeInclusive<u64>>,
    sample: Option<f64>,
    /// Whether doubles go.
    pub dedup: Option<Dedup>,
}

#[derive(Debug)]
struct Signed<T> {
    wanted: Vec<T>,
    unwanted: Vec<T>,
}

impl<T> Default for Signed<T> {
    fn default() -> Self {
        Signed { wanted: Vec::new(), unwanted: Vec::new() }
    }
}

impl<T> Signed<T> {
    fn parse(items: &[String], parse: impl Fn(&str) -> Result<T>) -> Result<Self> {
        let mut signed = Signed::default();
        for item in items {
            match item.strip_prefix('!') {
                Some(item) => signed.unwanted.push(parse(item)?),
                None => signed.wanted.push(parse(item)?),
            }
        }
        Ok(signed)
    }

    fn takes(&self, matches: impl Fn(&T) -> bool) -> bool {
        (self.wanted.is_empty() || self.wanted.iter().any(&matches)) && !self.unwanted.iter().any(matches)
    }

    fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }
}

impl Selection {
    /// Checks what the settings say.
    pub fn of(bulk: &Bulk) -> Result<Self> {
        if !(bulk.sample > 0.0 && bulk.sample <= 1.0) {
            bail!("--sample: {} is no share between 0 and 1", bulk.sample);
        }
        if bulk.known_lang && bulk.lang.is_empty() {
            bail!("--known-lang says nothing without --lang");
        }
        if bulk.max_chars > 0 && bulk.min_chars > bulk.max_chars {
            bail!("--min-chars {} and --max-chars {}: no page has so many and so few", bulk.min_chars, bulk.max_chars);
        }
        let statuses: Result<Vec<_>> = bulk.status.iter().map(|status| statuses(status)).collect();
        let statuses = statuses.context("--status")?;
        let most = if bulk.max_chars == 0 { u64::MAX } else { bulk.max_chars };
        Ok(Selection {
            langs: bulk.lang.iter().map(|lang| primary(lang)).collect(),
            known_lang: bulk.known_lang,
            hosts: Signed::parse(&bulk.host, |host| Ok(host.trim_start_matches("*.").to_ascii_lowercase()))?,
            urls: Signed::parse(&bulk.url_pattern, |pattern| {
                Pattern::new(pattern).with_context(|| format!("--url-pattern: `{pattern}` is not a pattern"))
            })?,
            statuses: if statuses.is_empty() { vec![200..=299] } else { statuses },
            types: bulk.r#type.iter().map(|kind| kind.to_ascii_lowercase()).collect(),
            chars: (bulk.min_chars > 0 || bulk.max_chars > 0).then_some(bulk.min_chars..=most),
            sample: (bulk.sample < 1.0).then_some(bulk.sample),
            dedup: (bulk.dedup != Dedup::None).then_some(bulk.dedup),
        })
    }
}

/// `200`, `200-299` or `2xx`.
fn statuses(text: &str) -> Result<RangeInclusive<u16>> {
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (first.to_owned(), last.to_owned()),
        None => (text.replace(['x', 'X'], "0"), text.replace(['x', 'X'], "9")),
    };
    let number = |text: &str| text.trim().parse::<u16>().with_context(|| format!("`{text}` is no status"));
    let (first, last) = (number(&first)?, number(&last)?);
    if first > last {
        bail!("`{text}` ends before it begins");
    }
    Ok(first..=last)
}

/// `ar` of `ar-EG` and `ar_EG`.
fn primary(lang: &str) -> String {
    lang.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

impl Selection {
    /// Whether the cleaned text is asked for.
    pub fn needs_text(&self) -> bool {
        !self.langs.is_empty() || self.chars.is_some() || self.dedup.is_some()
    }

    /// Whether a language is asked for.
    pub fn needs_lang(&self) -> bool {
        !self.langs.is_empty()
    }

    /// By its address: before anything is decoded.
    pub fn refuses_address(&self, url: Option<&Url>, name: &str) -> Option<Reason> {
        if !self.hosts.is_empty() {
            let host = url.and_then(Url::host_str).unwrap_or_default();
            let is_below = |wanted: &String| host.strip_suffix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
            if !self.hosts.takes(is_below) {
                return Some("host");
            }
        }
        if !self.urls.is_empty() {
            let address = url.map_or("", Url::as_str);
            let options = MatchOptions { case_sensitive: true, require_literal_separator: false, require_literal_leading_dot: false };
            if !self.urls.takes(|pattern| pattern.matches_with(address, options)) {
                return Some("address");
            }
        }
        let share = self.sample?;
        let digest = Sha256::digest(url.map_or(name, Url::as_str));
        let at = digest.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        ((at as f64 / u64::MAX as f64) >= share).then_some("sample")
    }

    /// By the response's status.
    pub fn refuses_status(&self, status: Option<u16>) -> Option<Reason> {
        let status = status?;
        (!self.statuses.iter().any(|range| range.contains(&status))).then_some("status")
    }

    /// By its media type; a page that declares none is told by its first byte.
    pub fn refuses_type(&self, content_type: Option<&str>, is_conversion: bool, body: &[u8]) -> Option<Reason> {
        let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
        let is_wanted = match essence.as_str() {
            "" | "application/unknown" | "no-type" | "unknown" => crate::cli::archive::http::is_markup(body),
            essence if !self.types.is_empty() => self.types.iter().any(|kind| kind == essence),
            "text/plain" => is_conversion,
            essence => PAGE_TYPES.contains(&essence),
        };
        (!is_wanted).then_some("type")
    }

    /// By what is left of it.
    pub fn refuses_text(&self, text: &str, lang: Option<&str>) -> Option<Reason> {
        if let Some(range) = &self.chars
            && !range.contains(&(text.chars().count() as u64))
        {
            return Some("length");
        }
        match lang {
            _ if self.langs.is_empty() => None,
            Some(lang) => (!self.langs.contains(&primary(lang))).then_some("language"),
            None => self.known_lang.then_some("language unknown"),
        }
    }
}

/// The language of a page: what its text is written in, where a detector is sure; else what it declares, unless the script
/// says that this cannot be.
pub fn language(declared: Option<&str>, text: &str) -> Option<String> {
    let end = (0..=text.len().min(DETECTED_BYTES)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let declared = declared.map(primary).filter(|lang| (2..=3).contains(&lang.len()) && lang.bytes().all(|byte| byte.is_ascii_lowercase()));
    let Some(found) = whatlang::detect(&text[..end]) else { return declared };
    let code = isolang::Language::from_639_3(found.lang().code());
    let short = code.and_then(|code| code.to_639_1()).map_or_else(|| found.lang().code().to_owned(), str::to_owned);
    // The individual languages behind the macro codes that pages declare.
    let short = match short.as_str() {
        "cmn" => "zh".to_owned(),
        "pes" => "fa".to_owned(),
        _ => short,
    };
    match declared {
        Some(declared) if declared == short || !found.is_reliable() => Some(declared),
        _ if found.is_reliable() => Some(short),
        declared => declared,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(change: impl FnOnce(&mut Bulk)) -> Selection {
        let mut bulk = Bulk::default();
        change(&mut bulk);
        Selection::of(&bulk).unwrap()
    }

    fn url(text: &str) -> Option<Url> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn hosts_and_addresses_are_taken_or_left() {
        let hosts = selection(|options| options.host = vec!["news.example".into(), "!old.news.example".into()]);
        let refuses = |address: &str| hosts.refuses_address(url(address).as_ref(), "");
        assert_eq!(refuses("https://news.example/"), None);
        assert_eq!(refuses("https://www.news.example/"), None);
        assert_eq!(refuses("https://badnews.example/"), Some("host"));
        assert_eq!(refuses("https://old.news.example/"), Some("host"));
        assert_eq!(hosts.refuses_address(None, ""), Some("host"));
        let urls = selection(|options| options.url_pattern = vec!["https://*/sport/*".into(), "!*.pdf".into()]);
        assert_eq!(urls.refuses_address(url("https://a.example/sport/1/2").as_ref(), ""), None);
        assert_eq!(urls.refuses_address(url("https://a.example/sport/x.pdf").as_ref(), ""), Some("address"));
    }

    #[test]
    fn statuses_and_types_have_defaults() {
        let default = selection(|_| {});
        assert_eq!(default.refuses_status(Some(204)), None);
        assert_eq!(default.refuses_status(Some(404)), Some("status"));
        assert_eq!(default.refuses_type(Some("Text/HTML; charset=x"), false, b""), None);
        assert_eq!(default.refuses_type(Some("text/plain"), false, b""), Some("type"));
        assert_eq!(default.refuses_type(Some("text/plain"), true, b""), None);
        assert_eq!(default.refuses_type(None, false, b" <html>"), None);
        assert_eq!(default.refuses_type(None, false, b"\x89PNG"), Some("type"));
        let errors = selection(|options| options.status = vec!["4xx".into(), "503".into()]);
        assert_eq!((errors.refuses_status(Some(410)), errors.refuses_status(Some(200))), (None, Some("status")));
    }

    #[test]
    fn samples_are_a_share_and_the_same_every_time() {
        let tenth = selection(|options| options.sample = 0.1);
        let kept = |page: &usize| tenth.refuses_address(url(&format!("https://a.example/{page}")).as_ref(), "").is_none();
        let count = (0..10_000).filter(kept).count();
        assert!((900..1100).contains(&count), "{count}");
        assert!(Selection::of(&Bulk { sample: 0.0, ..Bulk::default() }).is_err());
    }

    #[test]
    fn languages_are_told_by_text_before_declarations() {
        let arabic = "أعلنت السلطات في الميناء أن السفن الأولى وصلت قبل الظهر، ولم يتوقع أحد هذا العدد الكبير منها صباح الاثنين.";
        assert_eq!(language(Some("en-US"), arabic).as_deref(), Some("ar"));
        assert_eq!(language(Some("ar-EG"), arabic).as_deref(), Some("ar"));
        assert_eq!(language(Some("de"), "12:30").as_deref(), Some("de"));
        assert_eq!(language(None, "12:30"), None);
        let wanted = selection(|options| options.lang = vec!["ar".into()]);
        assert_eq!((wanted.refuses_text("", Some("ar-SA")), wanted.refuses_text("", None)), (None, None));
        assert_eq!(wanted.refuses_text("", Some("en")), Some("language"));
    }
}
