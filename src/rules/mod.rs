//! Rules: packs as data, compiled into one set that every page is cleaned with.
//!
//! `pack` is a file as written, `compile` makes rules as used and finds all mistakes, `load` reads folders and the built-in
//! packs. A [`RuleSet`] never changes; a reload builds a new one.

mod adblock;
mod beginnings;
mod compile;
mod filter;
mod fragments;
pub(crate) mod lexicon;
mod load;
pub(crate) mod media;
mod mistake;
mod moderation;
mod pack;
mod phrase;
mod place;
pub(crate) mod selector;
mod when;

pub use adblock::{AdblockReport, Unsupported};
pub use compile::RuleSources;
pub use load::{LoadError, builtin_sources, read_adblock, read_packs};
pub use mistake::{Mistake, Severity};
pub use pack::PackSource;
pub use phrase::{LONGEST_LINE, PhraseError};
pub use selector::{Refusal, RefusedSelector};
pub use when::When;

pub(crate) use phrase::{Numbered, PhraseBook, PhraseMatch, Said, SaidLength};

use crate::moderate::ModerationSet;
use lexicon::Lexicon;
use media::Media;
use selector::SelectorIndex;
use serde::Serialize;
use std::sync::Arc;

/// Place of a rule in its set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIndex(pub(crate) u32);

/// What a text match takes along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TextScope {
    /// The line.
    #[default]
    Block,
    /// The list, table, section or box around it.
    Container,
    /// The teasers after it.
    Following,
    /// Everything after it.
    Rest,
}

/// A rule as used.
#[derive(Clone, Debug, Serialize)]
pub struct Rule {
    /// `pack/id`.
    pub id: String,
    /// Why it exists.
    pub why: String,
    /// File it stands in.
    pub file: String,
    /// Line in that file, from 1.
    pub line: usize,
    /// Where it applies.
    #[serde(skip_serializing_if = "When::is_everywhere")]
    pub when: When,
    /// Its selectors, as written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub select: Vec<String>,
    /// Its phrases, as written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub text: Vec<String>,
    /// What a match of a phrase takes along.
    pub scope: TextScope,
    /// Its phrases may stand beside others in one line.
    pub joins: bool,
    /// Its phrases are enough by themselves.
    pub alone: bool,
    /// The line must be mostly links.
    pub linked: bool,
    /// The line must stand below the headline, with no text between them.
    pub below_title: bool,
    /// Its phrases are not enough by themselves where a list, a table or a paragraph may say them.
    pub careful: bool,
    /// What it takes may hold sentences.
    pub prose: bool,
    /// Its phrases may be headings.
    pub heading: bool,
    /// What it matches is content, and stays.
    pub keep: bool,
    /// Pages in which it must remove something.
    pub hit: Vec<String>,
    /// Pages that must come out whole.
    pub miss: Vec<String>,
    /// It is part of the program, as it stands there.
    #[serde(skip)]
    pub built_in: bool,
}

impl Rule {
    /// Whether the block model may think otherwise: only of what is built in and for any site.
    pub(crate) fn gives_way(&self) -> bool {
        self.built_in && self.when.hosts.is_empty()
    }
}

/// All rules that a page is cleaned with.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    selectors: SelectorIndex,
    phrases: PhraseBook,
    lexicon: Lexicon,
    media: Arc<Media>,
    adblock: Vec<AdblockReport>,
    moderation: ModerationSet,
    digest: String,
    /// Some rule says what is content.
    has_keep: bool,
}

impl RuleSet {
    /// The rules, in the order of their packs.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// A rule by its place.
    pub fn rule(&self, index: RuleIndex) -> &Rule {
        &self.rules[index.0 as usize]
    }

    /// Whether some rule says what is content.
    pub(crate) fn has_keep(&self) -> bool {
        self.has_keep
    }

    /// Names this very set: SHA-256 over all that it was built from, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The rules that flag and redact.
    pub fn moderation(&self) -> &ModerationSet {
        &self.moderation
    }

    /// What was taken from each adblock list.
    pub fn adblock(&self) -> &[AdblockReport] {
        &self.adblock
    }

    /// Count of selectors.
    pub fn selector_count(&self) -> usize {
        self.selectors.len()
    }

    pub(crate) fn selectors(&self) -> &SelectorIndex {
        &self.selectors
    }

    pub(crate) fn phrases(&self) -> &PhraseBook {
        &self.phrases
    }

    pub(crate) fn media(&self) -> Arc<Media> {
        Arc::clone(&self.media)
    }

    pub(crate) fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }
}
