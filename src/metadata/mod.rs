//! Metadata: what the page declares about itself, read in the same pass. Never guessed, never invented.
//!
//! Each field has its sources in an order of trust; the most trusted one that says anything wins.

mod byline;
mod declared;
mod json_ld;
mod says;

pub use declared::ContentSource;
pub(crate) use declared::DeclaredText;
pub(crate) use says::{Says, is_thread};

use crate::rewrite::{ElementId, ElementRef, Event, EventKind, KnownName, OpenElements, Tag, TextKind, Window};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::Range;

/// What a page declares. All texts as declared, with white space collapsed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Headline of the page.
    pub title: Option<String>,
    /// Who wrote it.
    pub byline: Option<String>,
    /// When it was published, in the page's own notation.
    pub published: Option<String>,
    /// Name of the site.
    pub site: Option<String>,
    /// Declared language, a BCP 47 tag.
    pub lang: Option<String>,
    /// `ltr`, `rtl` or `auto`.
    pub dir: Option<String>,
    /// Lead image.
    pub image: Option<String>,
    /// Canonical URL.
    pub canonical: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Title,
    Byline,
    Published,
    Site,
    Lang,
    Image,
    Canonical,
}

/// Trust of a source; smaller wins.
mod trust {
    pub(super) const JSON_LD: u8 = 0;
    pub(super) const OPEN_GRAPH: u8 = 1;
    pub(super) const META: u8 = 2;
    pub(super) const MARKUP: u8 = 3;
    pub(super) const DOCUMENT: u8 = 4;
    /// What an element is called, or where it stands.
    pub(super) const NAMED: u8 = 5;
    pub(super) const NONE: u8 = u8::MAX;
}

/// Reads the metadata of one page from its events.
#[derive(Debug)]
pub struct Collector {
    found: Metadata,
    trust: [u8; 7],
    /// Texts that name the page: its title element, its shared title, its first heading.
    titles: Vec<String>,
    heading: Option<String>,
    /// Bytes of text that have come behind it.
    since_heading: usize,
    /// The longest text that JSON-LD declares.
    declared: Option<DeclaredText>,
    says: Says,
    /// Blocks of `application/json`, by where their text stands on the page.
    states: Vec<Range<u64>>,
    base: Option<String>,
    capture: Option<Capture>,
    /// The pair of `twitter:label` and `twitter:data` that names the author.
    labelled: Option<String>,
    /// The block of JSON-LD that is being read.
    block: Range<u64>,
}

impl Default for Collector {
    fn default() -> Self {
        Collector {
            found: Metadata::default(),
            trust: [trust::NONE; 7],
            titles: Vec::new(),
            heading: None,
            since_heading: 0,
            declared: None,
            says: Says::default(),
            states: Vec::new(),
            base: None,
            capture: None,
            labelled: None,
            block: 0..0,
        }
    }
}

/// An element whose text is wanted.
#[derive(Debug)]
struct Capture {
    element: ElementId,
    what: Captured,
    text: String,
    /// Where it stands on the page.
    range: Range<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Captured {
    Title,
    Heading,
    /// The name of the author, with what the place is trusted.
    Byline(u8),
    JsonLd,
    /// A block of `application/json`.
    State,
}

/// Captured names and titles stop at this many bytes, JSON-LD at [`JSON_BYTES`].
const NAME_BYTES: usize = 4096;
const JSON_BYTES: usize = 4 << 20;
/// How many naming texts are kept.
const TITLES: usize = 8;
/// And of blocks of `application/json`.
const STATES: usize = 16;

impl Collector {
    /// Looks at the next event.
    #[inline]
    pub fn event(&mut self, event: &Event, elements: &OpenElements, window: &Window) {
        // Most of a page says nothing of it.
        let is_heard = match event.kind {
            EventKind::Open { .. } => true,
            EventKind::Text(_) => self.capture.is_some() || self.is_behind_headline(),
            _ => self.capture.is_some(),
        };
        if is_heard {
            self.hear(event, elements, window);
        }
    }

    fn hear(&mut self, event: &Event, elements: &OpenElements, window: &Window) {
        match event.kind {
            EventKind::Open { tag, void, .. } => {
                if event.kind.parts_lines() {
                    self.end_byline();
                }
                if let Some(element) = elements.last_opened() {
                    self.open(tag, element, void);
                }
            }
            EventKind::Text(kind) => {
                if self.is_behind_headline() && kind == TextKind::Data {
                    self.since_heading += window.text(event.range.clone()).trim_ascii().len();
                }
                let Some(capture) = &mut self.capture else { return };
                let limit = if capture.what == Captured::JsonLd { JSON_BYTES } else { NAME_BYTES };
                if capture.range.is_empty() {
                    capture.range.start = event.range.start;
                }
                capture.range.end = event.range.end;
                if capture.what == Captured::State {
                    return;
                }
                let text = window.text(event.range.clone());
                if capture.text.len() + text.len() > limit {
                    return;
                }
                match kind {
                    TextKind::Raw if capture.what == Captured::JsonLd => capture.text.push_str(text),
                    TextKind::Raw => {}
                    _ => capture.text.push_str(text),
                }
            }
            EventKind::Close { id, .. } if self.capture.as_ref().is_some_and(|capture| capture.element == id) => {
                self.captured();
            }
            _ if event.kind.parts_lines() => self.end_byline(),
            _ => {}
        }
    }

    fn open(&mut self, tag: Tag, element: ElementRef<'_>, void: bool) {
        let value = |name: &str| element.attribute(name).map(crate::rewrite::decode_value);
        let what = match tag {
            Tag::Html | Tag::Body => {
                if let Some(lang) = value("lang").or_else(|| value("xml:lang")) {
                    self.set(Field::Lang, trust::JSON_LD, &lang);
                }
                let dir = value("dir").map(|dir| dir.trim().to_ascii_lowercase());
                if self.found.dir.is_none() {
                    self.found.dir = dir.filter(|dir| matches!(dir.as_str(), "ltr" | "rtl" | "auto"));
                }
                None
            }
            Tag::Base => {
                self.base = self.base.take().or_else(|| value("href").map(Cow::into_owned));
                None
            }
            Tag::Link => {
                if value("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")) {
                    self.set(Field::Canonical, trust::META, &value("href").unwrap_or_default());
                }
                None
            }
            Tag::Meta => {
                let name = value("property").or_else(|| value("name")).or_else(|| value("itemprop")).or_else(|| value("http-equiv"));
                if let (Some(name), Some(content)) = (name, value("content")) {
                    if let Some(Capture { what: Captured::Byline(rank), .. }) = self.capture
                        && name == "name"
                    {
                        self.set_byline(rank, &content, byline::Source::Data);
                    }
                    self.meta(&name.to_ascii_lowercase(), &content);
                }
                None
            }
            Tag::Time => {
                let names_date = |props: &str| props.split_ascii_whitespace().any(|prop| prop.eq_ignore_ascii_case("datePublished"));
                let is_published = element.get(KnownName::Pubdate).is_some() || element.get(KnownName::Itemprop).is_some_and(names_date);
                let date = value("datetime").or_else(|| value("content")).unwrap_or_default();
                if is_published {
                    self.set(Field::Published, trust::MARKUP, &date);
                } else if self.is_behind_headline() && date.trim_start().bytes().take(4).filter(u8::is_ascii_digit).count() == 4 {
                    // The first date behind the headline, in the notation that the standard asks for (HTML Living Standard, 4.5.14).
                    self.set(Field::Published, trust::NAMED, &date);
                }
                self.byline_of(element)
            }
            Tag::Script => {
                let kind = element.get(KnownName::Type).unwrap_or_default().trim();
                let is_state = || kind.eq_ignore_ascii_case("application/json") && self.states.len() < STATES;
                if kind.eq_ignore_ascii_case("application/ld+json") { Some(Captured::JsonLd) } else { is_state().then_some(Captured::State) }
            }
            Tag::Title if element.namespace() == crate::rewrite::Namespace::Html => Some(Captured::Title),
            Tag::H1 => Some(Captured::Heading),
            // Most elements say nothing of an author, and nothing is looked for.
            _ if !self.wants_byline()
                && self.capture.is_none()
                && element.get(KnownName::Rel).is_none()
                && element.get(KnownName::Itemprop).is_none() =>
            {
                None
            }
            _ => self.byline_of(element),
        };
        // Names are looked for until their line ends; everything else is sure of its end.
        let gives_way = |capture: &Capture| matches!(capture.what, Captured::Byline(_));
        if let Some(what) = what.filter(|_| !void && self.capture.as_ref().is_none_or(gives_way)) {
            let what = match (what, &self.capture) {
                // A name in it is the name proper, and trusted as much.
                (Captured::Byline(rank), Some(Capture { what: Captured::Byline(around), .. })) => Captured::Byline(rank.min(*around)),
                (what, _) => what,
            };
            self.capture = Some(Capture { element: element.id(), what, text: String::new(), range: 0..0 });
        }
    }

    fn meta(&mut self, name: &str, content: &str) {
        if let Some(number) = name.strip_prefix("twitter:label") {
            if byline::is_label(content) {
                self.labelled = Some(number.to_owned());
            }
            return;
        }
        if name.strip_prefix("twitter:data").is_some_and(|number| self.labelled.as_deref() == Some(number)) {
            return self.set_byline(trust::META, content, byline::Source::Data);
        }
        if name == "og:type" {
            self.says.hear_open_graph(content);
        }
        let (field, rank) = match name {
            "og:title" => (Field::Title, trust::OPEN_GRAPH),
            "twitter:title" | "headline" | "dc.title" | "dcterms.title" => (Field::Title, trust::META),
            "author" | "dc.creator" | "dcterms.creator" | "byl" | "parsely-author" | "sailthru.author" => (Field::Byline, trust::META),
            "article:author" | "og:article:author" => (Field::Byline, trust::OPEN_GRAPH),
            "article:published_time" | "og:published_time" | "og:article:published_time" => (Field::Published, trust::OPEN_GRAPH),
            "datepublished" | "date" | "pubdate" | "publishdate" | "publish-date" | "parsely-pub-date" | "dc.date" | "dc.date.issued"
            | "dcterms.created" | "dcterms.date" => (Field::Published, trust::META),
            "og:site_name" => (Field::Site, trust::OPEN_GRAPH),
            "application-name" | "apple-mobile-web-app-title" => (Field::Site, trust::DOCUMENT),
            "og:image" | "og:image:url" | "og:image:secure_url" => (Field::Image, trust::OPEN_GRAPH),
            "twitter:image" | "twitter:image:src" | "thumbnail" => (Field::Image, trust::META),
            "content-language" | "language" => (Field::Lang, trust::META),
            "og:locale" => (Field::Lang, trust::MARKUP),
            "og:url" => (Field::Canonical, trust::MARKUP),
            _ => return,
        };
        if field == Field::Byline {
            return self.set_byline(rank, content, byline::Source::Data);
        }
        let content = if name == "og:locale" { content.replace('_', "-") } else { content.to_owned() };
        self.set(field, rank, &content);
    }

    fn captured(&mut self) {
        let Some(capture) = self.capture.take() else { return };
        match capture.what {
            Captured::JsonLd => {
                self.block = capture.range;
                return json_ld::read(&capture.text, self);
            }
            Captured::State => return self.states.push(capture.range),
            _ => {}
        }
        let text = htmlize::unescape(capture.text.as_str());
        match capture.what {
            Captured::Title => self.set(Field::Title, trust::DOCUMENT, &text),
            // A site's own name at the head of the page is no title.
            Captured::Heading if self.found.site.as_deref().is_some_and(|site| site.split_whitespace().eq(text.split_whitespace())) => {}
            Captured::Heading => {
                self.heading.get_or_insert_with(|| text.split_whitespace().collect::<Vec<_>>().join(" "));
                self.set(Field::Title, trust::MARKUP, &text);
            }
            Captured::Byline(rank) => self.set_byline(rank, &text, byline::Source::Text),
            Captured::JsonLd | Captured::State => {}
        }
    }

    fn set(&mut self, field: Field, rank: u8, value: &str) {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if value.is_empty() {
            return;
        }
        if field == Field::Title && self.titles.len() < TITLES && !self.titles.contains(&value) {
            self.titles.push(value.clone());
        }
        let trusted = &mut self.trust[field as usize];
        if rank >= *trusted {
            return;
        }
        *trusted = rank;
        let place = match field {
            Field::Title => &mut self.found.title,
            Field::Byline => &mut self.found.byline,
            Field::Published => &mut self.found.published,
            Field::Site => &mut self.found.site,
            Field::Lang => &mut self.found.lang,
            Field::Image => &mut self.found.image,
            Field::Canonical => &mut self.found.canonical,
        };
        *place = Some(value);
    }

    /// A text that JSON-LD declares; the longest one is remembered.
    fn declare(&mut self, text: DeclaredText) {
        if self.declared.as_ref().is_none_or(|known| known.bytes() < text.bytes()) {
            self.declared = Some(DeclaredText { block: self.block.clone(), ..text });
        }
    }

    /// What the page says it is.
    pub(crate) fn says(&self) -> Says {
        self.says
    }

    /// The longest text that JSON-LD declares.
    pub(crate) fn declared(&self) -> Option<&DeclaredText> {
        self.declared.as_ref()
    }

    /// Blocks of `application/json`, by where their text stands on the page.
    pub(crate) fn states(&self) -> &[Range<u64>] {
        &self.states
    }

    /// What was found so far.
    pub fn metadata(&self) -> &Metadata {
        &self.found
    }

    /// Whether the page declares when it was published: not only by where a date stands.
    pub(crate) fn is_dated(&self) -> bool {
        self.trust[Field::Published as usize] < trust::NAMED
    }

    /// Who wrote it, where the page declares that: not only by what an element is called.
    pub(crate) fn declared_byline(&self) -> Option<&str> {
        self.found.byline.as_deref().filter(|_| self.trust[Field::Byline as usize] < trust::NAMED)
    }

    /// All texts that name the page, so far.
    pub fn titles(&self) -> &[String] {
        &self.titles
    }

    /// The first heading of the first level.
    pub fn heading(&self) -> Option<&str> {
        self.heading.as_deref().filter(|heading| !heading.is_empty())
    }

    /// The page's `<base href>`, as written.
    pub fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }
}
