//! What Markdown marks: emphasis, code, links and pictures.

use super::Flow;
use crate::emit::Addresses;
use crate::rewrite::{Attributes, ElementId};
use crate::rules::media::Media;
use std::sync::Arc;

/// What Markdown needs besides the text.
pub(super) struct Markdown {
    pub(super) addresses: Addresses,
    pub(super) media: Arc<Media>,
    pub(super) has_base: bool,
}

impl Flow {
    pub(super) fn open_mark(&mut self, mark: &str) {
        self.due_space();
        self.line.push_str(mark);
    }

    /// A mark must stand right after a word; one around nothing is taken back.
    pub(super) fn close_mark(&mut self, mark: &str) {
        if self.line.ends_with(mark) {
            let end = self.line.len() - mark.len();
            self.line.truncate(end);
        } else if !self.line.is_empty() {
            self.line.push_str(mark);
        }
    }

    pub(super) fn open_link(&mut self, id: ElementId, source: &str) {
        let Some(markdown) = &self.markdown else { return };
        let Some(href) = Attributes::decoded(source, "href") else { return };
        let Some(address) = markdown.addresses.link(&href).map(std::borrow::Cow::into_owned) else { return };
        self.due_space();
        self.links.push((id, address, self.line.len()));
        self.line.push('[');
    }

    pub(super) fn close_link(&mut self, address: &str, from: usize) {
        let body = self.line.get(from..).unwrap_or_default();
        if !body.starts_with('[') {
            // The line ended inside the link.
            return;
        }
        if body.len() == 1 {
            self.line.truncate(from);
            return;
        }
        let address = address.replace(' ', "%20").replace('(', "%28").replace(')', "%29");
        self.line.push_str("](");
        self.line.push_str(&address);
        self.line.push(')');
    }

    pub(super) fn image(&mut self, source: &str) {
        let Some(markdown) = &self.markdown else { return };
        let names = markdown.media.lazy_sources.iter().map(String::as_str).chain(["src"]);
        let address = names.into_iter().find_map(|name| {
            let value = Attributes::decoded(source, name)?;
            markdown.addresses.load(&value).map(std::borrow::Cow::into_owned)
        });
        let Some(address) = address else { return };
        let alt = Attributes::decoded(source, "alt").unwrap_or_default();
        self.due_space();
        self.line.push_str("![");
        escape_markdown(&alt.split_whitespace().collect::<Vec<_>>().join(" "), &mut self.line);
        self.line.push_str("](");
        self.line.push_str(&address.replace(' ', "%20").replace('(', "%28").replace(')', "%29"));
        self.line.push(')');
    }
}

/// Characters that would be read as markup.
pub(super) fn escape_markdown(text: &str, into: &mut String) {
    for character in text.chars() {
        if matches!(character, '\\' | '*' | '_' | '[' | ']' | '`' | '<' | '>') {
            into.push('\\');
        }
        into.push(character);
    }
}
