//! What was taken out, by which rule, and what a rule was kept from taking.

use crate::rules::RuleIndex;
use std::ops::Range;

/// One removal: a stretch of the page and the rules that wanted it gone.
#[derive(Clone, Debug)]
pub struct Removal {
    /// The rules; the first one's scope decided the extent.
    pub rules: Vec<RuleIndex>,
    /// Bytes of the decoded page, from the first removed to the last.
    pub range: Range<u64>,
    /// How it ended.
    pub extent: Extent,
    /// A larger removal holds it.
    pub(super) absorbed: bool,
}

/// How much of what a rule named was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Only what came before the article.
    Narrowed(Cause),
    /// Nothing.
    Refused(Cause),
}

/// Why the guard stepped in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The element was never closed by its own end tag, and prose follows in it.
    Unclosed,
    /// It holds the page's article, its heading, or most of its prose.
    HoldsArticle,
    /// `limits.hold_bytes` was reached before its end, and prose was in it.
    HoldFull,
}

impl Cause {
    /// In a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Cause::Unclosed => "never closed, and holds prose",
            Cause::HoldsArticle => "holds the article",
            Cause::HoldFull => "longer than limits.hold_bytes, and holds prose",
        }
    }
}

/// A rule that came close, for `explain`.
#[derive(Clone, Debug)]
pub struct NearMiss {
    /// The rule.
    pub rule: RuleIndex,
    /// Bytes of the decoded page that it looked at.
    pub range: Range<u64>,
    /// The step that failed.
    pub failed: &'static str,
}
