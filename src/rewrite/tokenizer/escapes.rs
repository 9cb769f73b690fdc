//! Where a text ends in which something may be an escape, as lol_html tells it: the only place that knows the crate's rewriter.

use crate::error::RewriteError;
use crate::rewrite::tag::Tag;
use lol_html::html_content::{Element, EndTag};
use lol_html::{EndTagHandler, HtmlRewriter, MemorySettings, Settings, element};
use std::cell::Cell;
use std::rc::Rc;

/// lol_html, shown elements that hold nothing but text.
pub(super) struct Escapes {
    lol: HtmlRewriter<'static, fn(&[u8])>,
    /// How many bytes it was shown.
    shown: u64,
    /// Where among them the end tag of the last text began.
    ended_at: Rc<Cell<Option<u64>>>,
}

impl Escapes {
    pub(super) fn new(token_bytes: usize) -> Self {
        let ended_at = Rc::new(Cell::new(None));
        let ended = Rc::clone(&ended_at);
        let begins = move |element: &mut Element<'_, '_>| {
            if let Some(handlers) = element.end_tag_handlers() {
                let ended = Rc::clone(&ended);
                let ends: EndTagHandler<'static> = Box::new(move |tag: &mut EndTag<'_>| {
                    ended.set(Some(tag.source_location().bytes().start as u64));
                    Ok(())
                });
                handlers.push(ends);
            }
            Ok(())
        };
        let settings = Settings::new()
            // Strict mode ends with an error on ambiguous markup; the graceful bail-outs, which flush raw bytes, stay off.
            .with_strict(false)
            .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(token_bytes))
            .append_element_content_handler(element!("*", begins));
        Escapes { lol: HtmlRewriter::new(settings, (|_: &[u8]| {}) as fn(&[u8])), shown: 0, ended_at }
    }

    /// The text of such an element comes next.
    pub(super) fn begin(&mut self, tag: Tag) -> Result<(), RewriteError> {
        self.ended_at.set(None);
        ["<", tag.name(), ">"].into_iter().try_for_each(|part| self.show(part.as_bytes()))
    }

    /// More of the text, or what ends it.
    pub(super) fn show(&mut self, bytes: &[u8]) -> Result<(), RewriteError> {
        self.shown += bytes.len() as u64;
        self.lol.write(bytes).map_err(RewriteError::from_tokenizer)
    }

    /// How many of the bytes that were shown belong to the end tag of the text or come after, once it has ended.
    pub(super) fn behind_text(&mut self) -> Option<u64> {
        self.ended_at.take().map(|at| self.shown - at)
    }
}
