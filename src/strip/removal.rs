//! What was taken out, by which rule, and what a rule was kept from taking.

use super::queue::EventIndex;
use crate::rules::RuleIndex;
use std::collections::VecDeque;
use std::ops::Range;

/// One removal: a stretch of the page and the rules that wanted it gone.
#[derive(Clone, Debug)]
pub struct Removal {
    /// The rules; the first one's scope decided the extent, unless the block model did.
    pub rules: Vec<RuleIndex>,
    /// The block model took it, and rules at most something in it.
    pub by_model: bool,
    /// Bytes of the decoded page, from the first removed to the last.
    pub range: Range<u64>,
    /// How it ended.
    pub extent: Extent,
    /// A larger removal holds it.
    pub(super) absorbed: bool,
    /// The last event that it took.
    pub(super) last: EventIndex,
}

/// The removals whose events are still held, by number from 1. The rest has been handed out, so that an endless page
/// with endless furniture is told of in constant memory.
#[derive(Debug, Default)]
pub(super) struct Removals {
    list: VecDeque<Removal>,
    handed_out: u32,
}

impl Removals {
    pub(super) fn push(&mut self, removal: Removal) -> u32 {
        self.list.push_back(removal);
        self.handed_out.saturating_add(self.list.len() as u32)
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut Removal> {
        self.list.get_mut(number.checked_sub(self.handed_out + 1)? as usize)
    }

    pub(super) fn get(&self, number: u32) -> Option<&Removal> {
        self.list.get(number.checked_sub(self.handed_out + 1)? as usize)
    }

    /// The oldest removal, if all its events are before `event` and it is not the one that may still grow.
    pub(super) fn pop_before(&mut self, event: EventIndex, growing: u32) -> Option<Removal> {
        if self.list.front()?.last >= event || self.handed_out + 1 == growing {
            return None;
        }
        self.handed_out += 1;
        self.list.pop_front()
    }
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
    /// A rule says that it, or something in it, is content.
    KeepRule,
    /// The element was never closed by its own end tag, and prose follows in it.
    Unclosed,
    /// It holds the page's article, its heading, or most of its prose.
    HoldsArticle,
    /// Hardly anything of the page would be left without it.
    HoldsMost,
    /// `limits.hold_bytes` was reached before its end, and prose was in it.
    HoldFull,
    /// The block model takes it for content.
    GivenBack,
}

impl Cause {
    /// In a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Cause::KeepRule => "a rule keeps what is in it",
            Cause::Unclosed => "never closed, and holds prose",
            Cause::HoldsArticle => "holds the article",
            Cause::HoldsMost => "holds nearly all of the page",
            Cause::HoldFull => "longer than limits.hold_bytes, and holds prose",
            Cause::GivenBack => "content, by the block model",
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
