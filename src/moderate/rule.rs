//! A moderation rule as used, and all of them together.

use super::Verdict;
use super::entity::{EntityFinder, EntityKind};
use super::patterns::Patterns;
use super::surface::Surface;
use super::token::Key;
use super::words::WordBook;
use super::workspace::Workspaces;
use crate::rules::When;
use serde::Serialize;

/// What is done with what a rule finds; later ones are graver.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is reported.
    Flag,
    /// The link that it is in, or that leads to it, is taken off; its text stays.
    Unlink,
    /// All letters and digits but a few at the ends are covered.
    Partial {
        /// Kept at the beginning.
        first: usize,
        /// Kept at the end.
        last: usize,
        /// What each other one is covered by.
        mask: String,
    },
    /// A token that is the same for the same value, without a key or with it.
    Hash,
    /// A token that is the same for the same value, and cannot be made without the key.
    Pseudonym,
    /// Every visible character is covered.
    Mask(String),
    /// Another text stands in its place.
    Replace(String),
    /// The block that it is in goes.
    DropBlock,
    /// The page is held back.
    Quarantine,
    /// The page is thrown away.
    Drop,
}

impl Action {
    /// Its name in rule files.
    pub fn name(&self) -> &'static str {
        match self {
            Action::Flag => "flag",
            Action::Unlink => "unlink",
            Action::Partial { .. } => "partial",
            Action::Hash => "hash",
            Action::Pseudonym => "pseudonym",
            Action::Mask(_) => "mask",
            Action::Replace(_) => "replace",
            Action::DropBlock => "drop-block",
            Action::Quarantine => "quarantine",
            Action::Drop => "drop",
        }
    }

    /// Whether other characters are written in place of what was found.
    pub fn redacts(&self) -> bool {
        matches!(self, Action::Partial { .. } | Action::Hash | Action::Pseudonym | Action::Mask(_) | Action::Replace(_))
    }

    /// What it makes of the page as a whole.
    pub fn verdict(&self) -> Verdict {
        match self {
            Action::Flag => Verdict::Flag,
            Action::Quarantine => Verdict::Quarantine,
            Action::Drop => Verdict::Drop,
            _ => Verdict::Pass,
        }
    }
}

/// A set of surfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surfaces(u8);

impl Surfaces {
    /// No surface.
    pub const NONE: Surfaces = Surfaces(0);

    /// All but comments.
    pub const DEFAULT: Surfaces = Surfaces(0b0011_1111);

    /// With one more.
    pub fn with(self, surface: Surface) -> Self {
        Surfaces(self.0 | 1 << surface as u8)
    }

    /// With all of another set.
    pub fn union(self, other: Surfaces) -> Self {
        Surfaces(self.0 | other.0)
    }

    /// Whether it holds one.
    pub fn has(self, surface: Surface) -> bool {
        self.0 >> surface as u8 & 1 != 0
    }
}

/// A moderation rule.
#[derive(Clone, Debug)]
pub struct ModerationRule {
    /// `pack/id`.
    pub id: String,
    /// Why it exists; may be empty.
    pub why: String,
    /// File it stands in.
    pub file: String,
    /// Line in that file, from 1.
    pub line: usize,
    /// `info`, `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// As the author's taxonomy names it.
    pub category: String,
    /// Where it applies.
    pub when: When,
    /// What is done.
    pub action: Action,
    /// Nothing is done, only reported.
    pub dry_run: bool,
    /// Where it looks.
    pub surfaces: Surfaces,
    /// All links, not only those that stand for a number or address.
    pub(crate) all_links: bool,
    /// A finding below this score is none.
    pub min_score: f32,
    /// What it looks for.
    pub(crate) condition: Condition,
    /// Leaves that protect what they cover.
    pub(crate) except: Vec<u32>,
    /// Leaves that change the score of a finding near them.
    pub(crate) context: Vec<Context>,
    /// The match as written, for people.
    pub written: String,
    /// Pages in which it must find something.
    pub hit: Vec<String>,
    /// Pages in which it must not.
    pub miss: Vec<String>,
}

/// Words that raise or veto.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) leaves: Vec<u32>,
    /// Words between it and the finding, at most.
    pub(crate) within: usize,
    /// Added to the score; none for a veto.
    pub(crate) raise: Option<f32>,
}

/// When a rule has found something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// One of these leaves.
    Leaves(Vec<u32>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    /// Vetoes the block.
    None(Vec<Condition>),
    /// All of these with at most so many words between neighbours.
    Near(Vec<Condition>, usize),
    /// The first, where the second is near.
    Beside(Box<Condition>, Box<Condition>, usize),
}

impl Condition {
    /// Whether it can be met by something that was found.
    pub(crate) fn finds(&self) -> bool {
        match self {
            Condition::Leaves(leaves) => !leaves.is_empty(),
            Condition::All(parts) | Condition::Near(parts, _) => parts.iter().any(Condition::finds),
            Condition::Any(parts) => !parts.is_empty() && parts.iter().all(Condition::finds),
            Condition::None(_) => false,
            Condition::Beside(subject, ..) => subject.finds(),
        }
    }
}

/// What a matcher of a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeafKind {
    Words,
    Phrase,
    Regex,
    Entity,
}

impl LeafKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            LeafKind::Words => "words",
            LeafKind::Phrase => "phrase",
            LeafKind::Regex => "regex",
            LeafKind::Entity => "entity",
        }
    }
}

/// One matcher of one rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf {
    pub(crate) rule: u32,
    pub(crate) kind: LeafKind,
    /// A hit makes the rule look at the block.
    pub(crate) finds: bool,
}

/// The finder of one list of regions, and who wants what it finds.
#[derive(Debug)]
pub(crate) struct Finder {
    pub(crate) finder: EntityFinder,
    pub(crate) wanted: Vec<(EntityKind, u32)>,
}

/// Sums of scores from which a page is flagged or held back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Thresholds {
    /// Flagged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<f32>,
    /// Held back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<f32>,
}

/// All moderation rules.
#[derive(Debug, Default)]
pub struct ModerationSet {
    pub(crate) rules: Vec<ModerationRule>,
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) book: WordBook,
    pub(crate) patterns: Patterns,
    pub(crate) finders: Vec<Finder>,
    pub(crate) thresholds: Thresholds,
    pub(crate) key: Option<Key>,
    pub(crate) surfaces: Option<Surfaces>,
    pub(crate) all_links: bool,
    /// Words between a context and what it changes, at most.
    pub(crate) reach: usize,
    pub(crate) workspaces: Workspaces,
}

impl ModerationSet {
    /// The rules.
    pub fn rules(&self) -> &[ModerationRule] {
        &self.rules
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether a page can be held back as a whole, so that none of it may be released before its end.
    pub fn holds_back(&self) -> bool {
        self.holding_rule().is_some() || self.thresholds.quarantine.is_some()
    }

    /// A rule that can hold back a page.
    pub fn holding_rule(&self) -> Option<&ModerationRule> {
        self.rules.iter().find(|rule| !rule.dry_run && rule.action.verdict() >= Verdict::Quarantine)
    }

    /// Count of words, phrases and expressions.
    pub fn matcher_count(&self) -> usize {
        self.book.len() + self.patterns.len()
    }
}
