//! What a page is cleaned by, and what is known of it beforehand.

use crate::emit::EmitFormat;
use crate::limits::Limits;
use crate::rewrite::Markup;
use crate::strip::{ArticleSettings, StripMode};
use url::Url;

/// How pages are cleaned.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What comes out.
    pub emit: EmitFormat,
    /// How long a block is held before it is decided.
    pub strip: StripMode,
    /// What bounds a page.
    pub limits: Limits,
    /// Record what nearly matched.
    pub explain: bool,
    /// The block model decides along with the rules ([`StripMode::Article`] only).
    pub model: bool,
    /// What it is told of the pages.
    pub article: ArticleSettings,
    /// `text` and `markdown` begin with the title, and say it nowhere else. Without, where an article is told ([`StripMode::Article`]),
    /// its headline is left to the metadata.
    pub with_title: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            emit: EmitFormat::default(),
            strip: StripMode::default(),
            limits: Limits::default(),
            explain: false,
            model: true,
            article: ArticleSettings::default(),
            with_title: false,
        }
    }
}

/// What is known of a page before its first byte.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Its address.
    pub url: Option<Url>,
    /// The HTTP `Content-Type` that it came with.
    pub content_type: Option<String>,
    /// What it is.
    pub markup: Markup,
}
