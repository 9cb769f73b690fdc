//! What is known of a page besides its bytes.

use crate::config::From;
use anyhow::{Context, Result};
use clap::Args;
use naqi::Origin;
use naqi::rewrite::Markup;
use std::path::Path;
use url::Url;

/// What the command line says of the pages.
#[derive(Args, Debug)]
pub struct OriginOptions {
    /// Address of the page, for rules of its site and to complete its links
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The HTTP Content-Type that the page came with, for its charset
    #[arg(long, value_name = "VALUE")]
    content_type: Option<String>,
}

/// The same, checked.
#[derive(Clone, Debug)]
pub struct KnownOrigin {
    /// Address.
    pub url: Option<Url>,
    content_type: Option<String>,
    from: From,
}

impl OriginOptions {
    /// As they were given.
    pub fn given(&self) -> (Option<&str>, Option<&str>) {
        (self.url.as_deref(), self.content_type.as_deref())
    }

    /// Checks the address.
    pub fn known(&self, from: From) -> Result<KnownOrigin> {
        let url = self.url.as_deref().map(|url| Url::parse(url).with_context(|| format!("--url: `{url}` is not an address"))).transpose()?;
        Ok(KnownOrigin { url, content_type: self.content_type.clone(), from })
    }
}

impl KnownOrigin {
    /// What is known of the page of this name.
    pub fn of(&self, name: &Path) -> Origin {
        Origin { url: self.url.clone(), content_type: self.content_type.clone(), markup: self.markup(name) }
    }

    /// The same for a page of an archive, which knows more of itself.
    pub fn of_document(&self, url: Option<Url>, content_type: Option<String>) -> Origin {
        let content_type = content_type.or_else(|| self.content_type.clone());
        let is_text = content_type.as_deref().is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("text/plain"));
        let markup = match self.from {
            From::Html => Markup::Html,
            From::Text => Markup::Text,
            From::Auto => {
                if is_text {
                    Markup::Text
                } else {
                    Markup::Html
                }
            }
        };
        Origin { url: url.or_else(|| self.url.clone()), content_type, markup }
    }

    /// Whether the page of this name is HTML.
    pub fn markup(&self, name: &Path) -> Markup {
        match self.from {
            From::Html => Markup::Html,
            From::Text => Markup::Text,
            From::Auto if super::compression::is_text(name) => Markup::Text,
            From::Auto => Markup::Html,
        }
    }
}
