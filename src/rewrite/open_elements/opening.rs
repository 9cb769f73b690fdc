//! What a start tag does to the stack: it closes what the standard says it closes, and opens its element if it may stand there.

use super::deep::BEYOND;
use super::{Closed, Closing, ElementId, Namespace, OpenElement, OpenElements};
use crate::rewrite::left::is_left_out;
use crate::rewrite::start_tag::StartTag;
use crate::rewrite::tag::is;
use crate::rewrite::{Attributes, Tag, style};

/// What a start tag came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// An element is open now.
    Open(ElementId),
    /// An element without content.
    Void(ElementId),
    /// The tag is ignored where it stands, or stands too deep.
    Ignored,
}

/// What a start tag holds past this many bytes is not looked at either: with the depth it bounds the shared text.
const TAG_BYTES: usize = 256 * 1024;

/// Whether a template's start tag asks for a shadow root.
fn is_shadow_root(source: &str) -> bool {
    Attributes::get(source, "shadowrootmode").is_some_and(|mode| ["open", "closed"].iter().any(|known| mode.eq_ignore_ascii_case(known)))
}

/// Whether what an element holds is no text of the page, or may be none.
fn is_no_text(source: &str, head: &StartTag, tag: Tag) -> bool {
    is_left_out(tag) || tag == Tag::Button || head.may_hide() && hides(source)
}

fn hides(source: &str) -> bool {
    Attributes::get(source, "hidden").is_some() || Attributes::get(source, "style").is_some_and(style::hides)
}

impl OpenElements {
    /// Reads a start tag, `<` to `>`. Elements that it closes are appended to `closed`, innermost first.
    #[cfg(test)]
    pub(crate) fn start_tag(&mut self, source: &str, closed: &mut Vec<Closed>) -> Opened {
        let mut read = StartTag::default();
        match read.read(source) {
            Some(_) => self.open(source, &read, closed),
            None => Opened::Ignored,
        }
    }

    /// Reads a start tag whose attributes are known. Elements that it closes are appended to `closed`, innermost first.
    pub(in crate::rewrite) fn open(&mut self, source: &str, head: &StartTag, closed: &mut Vec<Closed>) -> Opened {
        let tag = head.tag;
        self.drop_void();
        if self.in_foreign() {
            let self_closing = source.ends_with("/>");
            let breaks_out = tag.has(is::BREAKS_OUT)
                || (tag == Tag::Font
                    && Attributes::of(source).any(|(name, _)| ["color", "face", "size"].iter().any(|a| name.eq_ignore_ascii_case(a))));
            if breaks_out {
                while self.in_foreign() {
                    self.pop(Closing::Implied, closed);
                }
            } else {
                let namespace = self.stack.last().map_or(Namespace::Html, |e| e.namespace);
                return self.push(source, head, tag, namespace, self_closing);
            }
        }
        match tag {
            Tag::Svg => return self.push(source, head, tag, Namespace::Svg, source.ends_with("/>")),
            Tag::Math => return self.push(source, head, tag, Namespace::MathMl, source.ends_with("/>")),
            // A declarative shadow root (4.12.3) is shown in its host, unless that stands in a template itself. No page can write this tag's name.
            Tag::Template if !self.has_open(Tag::Template) && is_shadow_root(source) => {
                return self.push(source, head, Tag::ShadowRoot, Namespace::Html, false);
            }
            _ => {}
        }
        if !self.imply_ends(tag, closed) {
            return Opened::Ignored;
        }
        self.push(source, head, tag, Namespace::Html, tag.has(is::VOID))
    }

    /// Closes what the standard says a start tag of this kind closes; false if the tag itself is ignored here.
    fn imply_ends(&mut self, tag: Tag, closed: &mut Vec<Closed>) -> bool {
        // Whatever may not stand in the head ends it.
        if !tag.has(is::HEAD) && self.stack.last().is_some_and(|e| e.tag == Tag::Head) {
            self.pop(Closing::Implied, closed);
        }
        match tag {
            Tag::Html => return self.stack.is_empty(),
            Tag::Head => return !self.seen_body && self.stack.iter().all(|e| e.tag == Tag::Html),
            Tag::Body => {
                let first = !self.seen_body;
                self.seen_body = true;
                return first && self.stack.iter().all(|e| e.tag == Tag::Html);
            }
            Tag::Frameset | Tag::Frame => return true,
            _ => {}
        }
        if !tag.has(is::HEAD) {
            self.seen_body = true;
        }
        if tag.has(is::CLOSES_P) {
            self.close_p(closed);
        }
        // No button holds a part of a page (4.10.6): one that nothing closed would take what follows along.
        if matches!(
            tag,
            Tag::Article | Tag::Main | Tag::Section | Tag::Nav | Tag::Aside | Tag::Header | Tag::Footer | Tag::H1 | Tag::Table | Tag::Form
        ) {
            self.close_formatting(Tag::Button, Closing::Implied, closed);
        }
        match tag {
            _ if tag.has(is::HEADING) && self.stack.last().is_some_and(|e| e.tag.has(is::HEADING)) => {
                self.pop(Closing::Implied, closed);
            }
            Tag::Li => {
                self.close_item(&[Tag::Li], closed);
                self.close_p(closed);
            }
            Tag::Dd | Tag::Dt => {
                self.close_item(&[Tag::Dd, Tag::Dt], closed);
                self.close_p(closed);
            }
            Tag::A | Tag::Nobr => self.close_formatting(tag, Closing::Implied, closed),
            Tag::Button => self.close_in_scope(&[Tag::Button], &[], Closing::Implied, closed),
            Tag::Option | Tag::Optgroup => {
                while self.stack.last().is_some_and(|e| e.tag == Tag::Option || (tag == Tag::Optgroup && e.tag == Tag::Optgroup)) {
                    self.pop(Closing::Implied, closed);
                }
            }
            Tag::Form if self.stack.iter().any(|e| e.tag == Tag::Form) => return self.stack.iter().any(|e| e.tag == Tag::Template),
            Tag::Rb | Tag::Rtc | Tag::Rt | Tag::Rp => {
                while self
                    .stack
                    .last()
                    .is_some_and(|e| matches!(e.tag, Tag::Rb | Tag::Rt | Tag::Rp) || (e.tag == Tag::Rtc && matches!(tag, Tag::Rb | Tag::Rtc)))
                {
                    self.pop(Closing::Implied, closed);
                }
            }
            Tag::Caption | Tag::Colgroup | Tag::Col | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr | Tag::Td | Tag::Th => {
                return self.open_table_part(tag, closed);
            }
            _ => {}
        }
        true
    }

    /// Clears the stack back to where a part of a table may stand; outside any table the tag is ignored.
    fn open_table_part(&mut self, tag: Tag, closed: &mut Vec<Closed>) -> bool {
        let Some(table) = self.stack.iter().rposition(|e| matches!(e.tag, Tag::Table | Tag::Template)) else { return false };
        let keeps: &[Tag] = match tag {
            Tag::Tr => &[Tag::Tbody, Tag::Thead, Tag::Tfoot],
            Tag::Td | Tag::Th => &[Tag::Tr],
            Tag::Col => &[Tag::Colgroup],
            _ => &[],
        };
        let keep = self.stack[table + 1..].iter().rposition(|e| keeps.contains(&e.tag)).map_or(table + 1, |at| table + 2 + at);
        while self.stack.len() > keep {
            self.pop(Closing::Implied, closed);
        }
        true
    }

    fn push(&mut self, source: &str, head: &StartTag, tag: Tag, namespace: Namespace, void: bool) -> Opened {
        let is_deep = !void && (self.stack.len() >= self.depth || self.deep.has_tags());
        if is_deep && !(self.stack.len() < self.depth + BEYOND && is_no_text(source, head, tag)) {
            self.deep.push(tag);
            return Opened::Ignored;
        }
        if is_deep {
            self.deep.track(self.next_id.saturating_add(1));
        }
        // In SVG and MathML only the roots mean what their names mean in HTML.
        let tag = if namespace == Namespace::Html || matches!(tag, Tag::Svg | Tag::Math) { tag } else { Tag::Unknown };
        self.next_id = self.next_id.saturating_add(1);
        let id = self.next_id;
        let text = self.text.len() as u32;
        let (mut known, mut name_length) = (head.known, head.name_length);
        let first_attribute = self.attributes.len() as u32;
        if source.len() <= TAG_BYTES {
            self.text.push_str(source);
            self.attributes.extend_from_slice(&head.attributes);
        } else {
            // Beyond all reason: it is told by its name alone.
            name_length = name_length.min(TAG_BYTES as u32 - 1);
            known = 0;
            self.text.push_str(&source[..=name_length as usize]);
        }
        if tag == Tag::Unknown {
            self.text[text as usize + 1..][..name_length as usize].make_ascii_lowercase();
        }
        let attributes = first_attribute..self.attributes.len() as u32;
        let length = self.text.len() as u32 - text;
        let element = OpenElement { id, tag, namespace, text, length, name_length, attributes, known };
        if void {
            self.void = Some(element);
            return Opened::Void(id);
        }
        self.counts[tag as usize] += 1;
        self.stack.push(element);
        Opened::Open(id)
    }
}
