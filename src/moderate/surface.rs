//! Where a part of a view stands on the page, and how what is written there must be escaped.

/// Where a part of a view stands on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Surface {
    /// What a reader sees.
    Text,
    /// `alt`, `title`, `aria-label`, `placeholder`, `value`.
    Attribute,
    /// Where a link leads.
    Link,
    /// A string of a JSON-LD block.
    JsonLd,
    /// `content` of a `meta`.
    Meta,
    /// `title`, `textarea` and `noscript`.
    Rcdata,
    /// A comment.
    Comment,
}

impl Surface {
    /// Its name in rule files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Surface::Text => "text",
            Surface::Attribute => "attributes",
            Surface::Link => "links",
            Surface::JsonLd => "json-ld",
            Surface::Meta => "meta",
            Surface::Rcdata => "rcdata",
            Surface::Comment => "comments",
        }
    }
}

/// How a replacement must be written where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Text with character references.
    Reference,
    /// Text as it is.
    Literal,
    /// A string of JSON.
    Json,
    /// Inside a comment.
    Comment,
}
