//! A phrase as it is written in a rule: words, placeholders, alternatives.

use super::{PhraseBook, Said, Step};
use thiserror::Error;

/// Alternatives may stand in alternatives so deep: what is written is read by calls within calls, and a phrase may come from anybody.
const DEEPEST: usize = 8;
/// A phrase may have so many brackets with alternatives: a line is held against every way through them.
const MOST_GROUPS: usize = 16;

#[derive(Debug)]
pub(super) enum Item {
    Step(Step),
    Group(Vec<Vec<Item>>),
}

/// A phrase that cannot be used, and why.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PhraseError {
    /// Nothing is left of it after folding.
    #[error("the phrase holds no word")]
    Empty,
    /// A placeholder that does not exist.
    #[error("unknown placeholder {{{0}}}; there are {{n}}, {{date}}, {{day}}, {{name}}, {{text}}, {{title}}, {{site}} and the lists {1}")]
    UnknownPlaceholder(String, String),
    /// `{text}` before the end.
    #[error("{{text}} stands for the rest of the line and can only be last")]
    TextNotLast,
    /// A phrase that would match any line.
    #[error("the phrase holds only placeholders that match anything")]
    MatchesAnything,
    /// `{name}` and another placeholder at the beginning.
    #[error("a phrase that begins with {{name}} needs a word after it: otherwise every line may begin like it")]
    BeginsOpen,
    /// An opening brace without its end.
    #[error("a brace is not closed")]
    OpenBrace,
    /// An opening bracket of alternatives without its end.
    #[error("a bracket is not closed")]
    OpenBracket,
    /// Brackets within brackets without end.
    #[error("brackets stand in brackets more than {DEEPEST} deep")]
    TooDeep,
    /// More ways to say it than a line can be held against.
    #[error("the phrase has more than {MOST_GROUPS} brackets with alternatives")]
    TooManyGroups,
}

impl PhraseError {
    /// What would be right, where the message does not say it.
    pub fn hint(&self) -> Option<&'static str> {
        matches!(self, PhraseError::TooDeep | PhraseError::TooManyGroups).then_some("write several phrases instead of one")
    }
}

impl PhraseBook {
    pub(super) fn parse(&mut self, phrase: &str) -> Result<Vec<Item>, PhraseError> {
        self.begin();
        if deepest_bracket(phrase) > DEEPEST {
            return Err(PhraseError::TooDeep);
        }
        let items = self.items(phrase, true)?;
        if groups(&items) > MOST_GROUPS {
            return Err(PhraseError::TooManyGroups);
        }
        match items.as_slice() {
            [] => Err(PhraseError::Empty),
            [Item::Step(Step::Name), rest @ ..] if !begins_with_word(rest) => {
                let only_open = items.iter().all(|item| matches!(item, Item::Step(Step::Name | Step::Text)));
                Err(if only_open && items.len() > 1 { PhraseError::MatchesAnything } else { PhraseError::BeginsOpen })
            }
            _ if fewest_words(&items) == 0 => Err(PhraseError::MatchesAnything),
            _ => Ok(items),
        }
    }

    /// Reads `words`, `{placeholder}` and `(one|other|)`; brackets without `|` are punctuation.
    fn items(&mut self, phrase: &str, is_last: bool) -> Result<Vec<Item>, PhraseError> {
        let mut items = Vec::new();
        let (mut at, mut literal) = (0, 0);
        while let Some(found) = phrase[at..].find(['{', '(']) {
            let open = at + found;
            if phrase[open..].starts_with('(') {
                let Some((bars, close)) = alternatives(&phrase[open..])? else {
                    at = open + 1;
                    continue;
                };
                self.words(&phrase[literal..open], &mut items);
                let (mut group, mut from) = (Vec::new(), 1);
                let goes_on = !phrase[open + close + 1..].trim().is_empty();
                for bar in bars {
                    group.push(self.items(&phrase[open + from..open + bar], is_last && !goes_on)?);
                    from = bar + 1;
                }
                items.push(Item::Group(group));
                at = open + close + 1;
            } else {
                self.words(&phrase[literal..open], &mut items);
                let close = phrase[open..].find('}').ok_or(PhraseError::OpenBrace)?;
                let step = self.placeholder(&phrase[open + 1..open + close])?;
                at = open + close + 1;
                if step == Step::Text && (!is_last || phrase[at..].contains(char::is_alphanumeric)) {
                    return Err(PhraseError::TextNotLast);
                }
                items.push(Item::Step(step));
            }
            literal = at;
        }
        self.words(&phrase[literal..], &mut items);
        Ok(items)
    }

    fn placeholder(&self, name: &str) -> Result<Step, PhraseError> {
        Ok(match name {
            "n" => Step::Number,
            "date" => Step::Date,
            "day" => Step::Day,
            "name" => Step::Name,
            "text" => Step::Text,
            "title" => Step::Said(Said::Title),
            "site" => Step::Said(Said::Site),
            other => match self.lists.get(other) {
                Some(root) => Step::OneOf(*root),
                None => {
                    let mut names: Vec<String> = self.lists.keys().map(|name| format!("{{{name}}}")).collect();
                    names.sort_unstable();
                    return Err(PhraseError::UnknownPlaceholder(other.to_owned(), names.join(", ")));
                }
            },
        })
    }
}

/// Of a text that begins with a bracket: where its alternatives end, and the bracket. `None` if it holds no `|`.
fn alternatives(text: &str) -> Result<Option<(Vec<usize>, usize)>, PhraseError> {
    let (mut depth, mut bars) = (0, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b'|' if depth == 1 => bars.push(at),
            b')' => {
                depth -= 1;
                if depth == 0 {
                    let has_bars = !bars.is_empty();
                    bars.push(at);
                    return Ok(has_bars.then_some((bars, at)));
                }
            }
            _ => {}
        }
    }
    if bars.is_empty() { Ok(None) } else { Err(PhraseError::OpenBracket) }
}

/// How many brackets are open at most, whether they hold alternatives or not.
fn deepest_bracket(phrase: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in phrase.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Brackets with alternatives, the inner ones too.
fn groups(items: &[Item]) -> usize {
    let of = |item: &Item| match item {
        Item::Step(_) => 0,
        Item::Group(alternatives) => 1 + alternatives.iter().map(|items| groups(items)).sum::<usize>(),
    };
    items.iter().map(of).sum()
}

/// Whether a word comes first, whichever alternatives are chosen.
fn begins_with_word(items: &[Item]) -> bool {
    for item in items {
        let Item::Group(alternatives) = item else {
            return matches!(item, Item::Step(Step::Word { .. } | Step::OneOf(_)));
        };
        if !alternatives.iter().all(|alternative| alternative.is_empty() || begins_with_word(alternative)) {
            return false;
        }
        // Without an empty one it ends here; else what follows may come first.
        if !alternatives.iter().any(Vec::is_empty) {
            return true;
        }
    }
    false
}

/// Words that a match has at least, open placeholders aside.
fn fewest_words(items: &[Item]) -> usize {
    let of = |item: &Item| match item {
        Item::Step(Step::Name | Step::Text | Step::Joined(_)) => 0,
        Item::Step(_) => 1,
        Item::Group(alternatives) => alternatives.iter().map(|items| fewest_words(items)).min().unwrap_or(0),
    };
    items.iter().map(of).sum()
}
