//! What a page declares of itself: its title and the like are judged one by one, apart from its text.

use super::Moderator;
use super::contact::is_contact;
use super::judge::Found;
use super::redaction::redactions;
use super::reference::References;
use super::rule::Action;
use super::surface::{Surface, Writing};
use super::view::View;
use std::sync::Arc;

impl Moderator {
    /// A text about the page, such as its title, as moderation leaves it; `None` where it may not stay. What is markup in a text of data is
    /// shown as such by some and as tags by others: it is read both ways.
    pub fn redacted(&mut self, text: &str, host: Option<&str>, lang: Option<&str>) -> Option<String> {
        let whole = self.redacted_alone(text, Surface::Meta, host, lang)?;
        if !text.contains('<') {
            return Some(whole);
        }
        let joined = without_tags(text);
        let redacted = self.redacted_alone(&joined, Surface::Meta, host, lang)?;
        Some(if redacted == joined { whole } else { redacted })
    }

    /// Whether a value about the page that is no text, such as a date, may stay as it is.
    pub fn may_stay(&mut self, value: &str, host: Option<&str>, lang: Option<&str>) -> bool {
        self.redacted_alone(value, Surface::Meta, host, lang).is_some_and(|redacted| redacted == value)
    }

    /// The same of an address.
    pub fn may_lead(&mut self, address: &str, host: Option<&str>, lang: Option<&str>) -> bool {
        self.redacted_alone(address, Surface::Link, host, lang).is_some_and(|redacted| redacted == address)
    }

    fn redacted_alone(&mut self, text: &str, surface: Surface, host: Option<&str>, lang: Option<&str>) -> Option<String> {
        let rules = Arc::clone(&self.rules);
        let set = rules.moderation();
        if set.is_empty() {
            return Some(text.to_owned());
        }
        let mut view = View::default();
        view.begin_block(surface, Writing::Literal, 0);
        if surface == Surface::Link
            && let Some(block) = view.blocks.last_mut()
        {
            block.is_mere_link = !is_contact(text);
        }
        view.add(text, 0, References::No, false);
        view.end_block();
        // What says no more than a line is judged to the end, however late it is.
        let deadline = std::mem::take(&mut self.work.scratch.deadline);
        let found = set.settle(&view, &mut self.work.scratch, &mut |rule| set.rules[rule].when.may_allow(host, lang), None);
        self.work.scratch.deadline = deadline;
        let drops = |found: &Found| matches!(set.rules[found.rule as usize], ref rule if rule.action == Action::DropBlock && !rule.dry_run);
        if found.iter().any(drops) {
            return None;
        }
        self.work.edits.clear();
        self.redact(&view, redactions(&found, set, false), set);
        self.work.edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        Some(super::edit::edited(text, 0..text.len() as u64, &self.work.edits).into_owned())
    }
}

/// A text without what reads like tags in it; a bracket that nothing closes is text.
fn without_tags(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let mut quote = None;
        let close = rest.char_indices().find(|(_, c)| match (quote, *c) {
            (None, '>') => true,
            (None, '"' | '\'') => {
                quote = Some(*c);
                false
            }
            (Some(open), c) if open == c => {
                quote = None;
                false
            }
            _ => false,
        });
        // A quotation mark may also be no more than that.
        let close = close.map(|(at, _)| at).or_else(|| rest.find('>'));
        let Some(close) = close else { break };
        rest = &rest[close + 1..];
    }
    out + rest
}
