//! What a request says besides its body: in the query, or in headers `X-Naqi-…`; the query comes first.

use super::generation::Switches;
use super::problem::Problem;
use axum::extract::FromRequestParts;
use axum::extract::Query;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use naqi::emit::EmitFormat;
use naqi::strip::StripMode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Address of the page, for rules of its site and to complete its links. Also as header X-Naqi-Url.
    pub url: Option<String>,
    /// What comes out. Also as header X-Naqi-Emit.
    pub emit: Option<Emit>,
    /// How blocks are decided. Also as header X-Naqi-Strip.
    pub strip: Option<Strip>,
    /// Optional packs to switch on, and with - before them rules or packs to switch off: `pii,-strip/share`. Also as header X-Naqi-Rules.
    pub rules: Option<String>,
    /// Begin text and markdown with the title; where the page says it is left out. Also as header X-Naqi-With-Title.
    #[param(value_type = Option<Flag>)]
    pub with_title: Option<String>,
    /// Answer while the body still arrives; only with strip=rules and strip=off.
    #[param(value_type = Option<Flag>)]
    pub stream: Option<String>,
}

/// What comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Emit {
    /// HTML from an allowlist.
    Republish,
    /// The page's own bytes without what was stripped.
    Preserve,
    /// Text.
    Text,
    /// Markdown.
    Markdown,
    /// The record.
    Jsonl,
}

impl Emit {
    /// As the library knows it.
    pub fn format(self) -> EmitFormat {
        match self {
            Emit::Republish => EmitFormat::Republish,
            Emit::Preserve => EmitFormat::Preserve,
            Emit::Text => EmitFormat::Text,
            Emit::Markdown => EmitFormat::Markdown,
            Emit::Jsonl => EmitFormat::Jsonl,
        }
    }
}

/// How blocks are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Strip {
    /// Not at all.
    Off,
    /// By rules, as they come.
    Rules,
    /// With the whole page in view.
    Article,
}

impl Strip {
    /// As the library knows it.
    pub fn mode(self) -> StripMode {
        match self {
            Strip::Off => StripMode::Off,
            Strip::Rules => StripMode::Rules,
            Strip::Article => StripMode::Article,
        }
    }
}

/// Yes or no; nothing at all is yes.
#[derive(ToSchema)]
#[allow(dead_code)]
#[schema(rename_all = "lowercase")]
pub enum Flag {
    /// Yes.
    True,
    /// No.
    False,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<Asked>::from_request_parts(parts, state).await;
        let Query(asked) = query.map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
        asked.or_headers(&parts.headers)
    }
}

impl Asked {
    fn or_headers(mut self, headers: &HeaderMap) -> Result<Self, Problem> {
        for (name, field) in [
            ("x-naqi-url", &mut self.url),
            ("x-naqi-rules", &mut self.rules),
            ("x-naqi-stream", &mut self.stream),
            ("x-naqi-with-title", &mut self.with_title),
        ] {
            if field.is_none() {
                *field = text(headers, name)?.map(str::to_owned);
            }
        }
        if self.emit.is_none() {
            self.emit = text(headers, "x-naqi-emit")?.map(|value| named("X-Naqi-Emit", value)).transpose()?;
        }
        if self.strip.is_none() {
            self.strip = text(headers, "x-naqi-strip")?.map(|value| named("X-Naqi-Strip", value)).transpose()?;
        }
        Ok(self)
    }

    /// Whether the answer may begin before the body is whole.
    pub fn streams(&self) -> Result<bool, Problem> {
        Ok(flag("stream", self.stream.as_deref())?.unwrap_or(false))
    }

    /// Whether text begins with the title, if anything is said of it.
    pub fn with_title(&self) -> Result<Option<bool>, Problem> {
        flag("with_title", self.with_title.as_deref())
    }

    /// What it changes about the rules.
    pub fn switches(&self) -> Result<Switches, Problem> {
        let mut switches = Switches::default();
        for name in self.rules.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name.strip_prefix('-') {
                Some(name) => switches.off.push(name.to_owned()),
                None => switches.with.push(name.to_owned()),
            }
        }
        if switches.with.len() + switches.off.len() > 64 {
            return Err(Problem::bad_request("a request switches at most 64 rules"));
        }
        // The same rules in another order are the same rules.
        for names in [&mut switches.with, &mut switches.off] {
            names.sort_unstable();
            names.dedup();
        }
        Ok(switches)
    }
}

fn flag(name: &str, value: Option<&str>) -> Result<Option<bool>, Problem> {
    match value {
        None => Ok(None),
        Some("false" | "0") => Ok(Some(false)),
        Some("" | "true" | "1") => Ok(Some(true)),
        Some(_) => Err(Problem::bad_request(format!("{name} is true or false"))),
    }
}

/// Whether the record is wanted, and not the page.
pub fn wants_json(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|accept| accept.to_str().ok()).flat_map(|accept| accept.split(','));
    // The one that is named first is liked best, unless weights say otherwise; nobody sends both with weights.
    accepts.map(essence).find(|essence| essence.contains('/')).is_some_and(|first| first == "application/json")
}

/// The media type of the body, without its parameters.
pub fn media_type(headers: &HeaderMap) -> Result<(Option<String>, String), Problem> {
    let whole = text(headers, "content-type")?.map(str::to_owned);
    let essence = whole.as_deref().map(essence).unwrap_or_default();
    Ok((whole, essence))
}

fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, Problem> {
    let value = headers.get(name).map(|value| value.to_str());
    value.transpose().map_err(|_| Problem::bad_request(format!("the header {name} is not ASCII")))
}

fn named<T: serde::de::DeserializeOwned>(header: &str, value: &str) -> Result<T, Problem> {
    serde_json::from_value(value.into()).map_err(|error| Problem::bad_request(format!("the header {header}: {error}")))
}
