//! What `article` mode is told about pages: their type, what becomes of comments, which way doubt goes.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum PageType {
    /// As the page itself looks.
    #[default]
    Auto,
    Article,
    Forum,
    Product,
    Collection,
    Listing,
    Documentation,
    Service,
}

/// What becomes of readers' comments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Comments {
    /// Content on a forum, furniture on an article; elsewhere the block model decides.
    #[default]
    Auto,
    /// Furniture.
    Strip,
    /// Content.
    Keep,
}

/// Which way doubt goes: how far the threshold of the block model is moved, in log odds. Above 0 more is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Favor(f32);

impl Favor {
    /// Less furniture is left, and some content goes.
    pub const PRECISION: Favor = Favor(-1.0);
    /// The threshold that the model came with.
    pub const BALANCED: Favor = Favor(0.0);
    /// Less content goes, and some furniture is left.
    pub const RECALL: Favor = Favor(1.0);
    /// Further than this there is nothing left to move.
    const FURTHEST: f32 = 10.0;

    /// How far the threshold is moved.
    pub fn log_odds(self) -> f32 {
        self.0
    }
}

impl FromStr for Favor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "precision" => Ok(Favor::PRECISION),
            "balanced" => Ok(Favor::BALANCED),
            "recall" => Ok(Favor::RECALL),
            number => match number.parse::<f32>() {
                Ok(number) if number.abs() <= Favor::FURTHEST => Ok(Favor(number)),
                _ => Err(format!("`{text}` is none of precision, balanced, recall, nor a number of log odds from -10 to 10")),
            },
        }
    }
}

impl TryFrom<String> for Favor {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Favor> for String {
    fn from(favor: Favor) -> String {
        favor.to_string()
    }
}

impl fmt::Display for Favor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Favor::PRECISION => f.write_str("precision"),
            Favor::BALANCED => f.write_str("balanced"),
            Favor::RECALL => f.write_str("recall"),
            Favor(number) => number.fmt(f),
        }
    }
}

/// What the block model is told.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ArticleSettings {
    /// What the pages are.
    pub page_type: PageType,
    /// What becomes of comments.
    pub comments: Comments,
    /// Which way doubt goes.
    pub favor: Favor,
    /// Pages that the model is less sure of are held back for review; 0 for none.
    pub min_confidence: f64,
}

impl ArticleSettings {
    /// What becomes of comments on such pages.
    pub(crate) fn comments(&self) -> Comments {
        match (self.comments, self.page_type) {
            (Comments::Auto, PageType::Forum) => Comments::Keep,
            (Comments::Auto, PageType::Article) => Comments::Strip,
            (comments, _) => comments,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn favor_is_a_name_or_log_odds() {
        for text in ["precision", "balanced", "recall", "0.5", "-2.25"] {
            assert_eq!(text.parse::<Favor>().map(|favor| favor.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "more", "NaN", "11", "inf"] {
            assert!(text.parse::<Favor>().is_err(), "{text}");
        }
        assert!(Favor::PRECISION.log_odds() < Favor::BALANCED.log_odds() && Favor::BALANCED.log_odds() < Favor::RECALL.log_odds());
    }

    #[test]
    fn replies_are_content_where_they_are_the_page() {
        let of = |page_type, comments| ArticleSettings { page_type, comments, ..ArticleSettings::default() }.comments();
        assert_eq!(of(PageType::Forum, Comments::Auto), Comments::Keep);
        assert_eq!(of(PageType::Article, Comments::Auto), Comments::Strip);
        assert_eq!(of(PageType::Article, Comments::Keep), Comments::Keep);
        assert_eq!(of(PageType::Product, Comments::Auto), Comments::Auto);
    }
}
