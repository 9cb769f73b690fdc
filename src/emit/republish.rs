//! `republish`: a balanced fragment, written anew from an allowlist.
//!
//! Nothing of the source's markup is copied: an element is written only if it is on the list, with listed attributes whose
//! values are decoded and written again, and every `<` of a text is a reference. So whatever the page's own bytes try, what
//! comes out holds only elements of the list. Elements left empty are not written; attributes' first duplicates count.

use super::{Addresses, Emitter, PageSource, Part, Placed};
use crate::moderate::edit::Edit;
use crate::rewrite::tag::is;
use crate::rewrite::{Attributes, ElementId, EventKind, Markup, Tag, TextKind, decode_value};
use crate::rules::media::Media;
use crate::strip::Held;
use std::borrow::Cow;
use std::sync::Arc;

/// What becomes of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Treatment {
    /// It is written, as this element.
    Write(Tag),
    /// Its content is written without it.
    Unwrap,
    /// It goes with all it holds.
    Leave,
}

fn treatment(tag: Tag, source: &str) -> Treatment {
    use Treatment::{Leave, Unwrap, Write};
    match tag {
        Tag::A
        | Tag::Abbr
        | Tag::Address
        | Tag::Article
        | Tag::Aside
        | Tag::Audio
        | Tag::B
        | Tag::Bdi
        | Tag::Bdo
        | Tag::Blockquote
        | Tag::Br
        | Tag::Caption
        | Tag::Cite
        | Tag::Code
        | Tag::Col
        | Tag::Colgroup
        | Tag::Dd
        | Tag::Del
        | Tag::Details
        | Tag::Dfn
        | Tag::Div
        | Tag::Dl
        | Tag::Dt
        | Tag::Em
        | Tag::Figcaption
        | Tag::Figure
        | Tag::Footer
        | Tag::H1
        | Tag::H2
        | Tag::H3
        | Tag::H4
        | Tag::H5
        | Tag::H6
        | Tag::Header
        | Tag::Hgroup
        | Tag::Hr
        | Tag::I
        | Tag::Iframe
        | Tag::Img
        | Tag::Ins
        | Tag::Kbd
        | Tag::Li
        | Tag::Main
        | Tag::Mark
        | Tag::Nav
        | Tag::Ol
        | Tag::P
        | Tag::Picture
        | Tag::Pre
        | Tag::Q
        | Tag::Rp
        | Tag::Rt
        | Tag::Ruby
        | Tag::S
        | Tag::Samp
        | Tag::Section
        | Tag::Small
        | Tag::Source
        | Tag::Span
        | Tag::Strong
        | Tag::Sub
        | Tag::Summary
        | Tag::Sup
        | Tag::Table
        | Tag::Tbody
        | Tag::Td
        | Tag::Tfoot
        | Tag::Th
        | Tag::Thead
        | Tag::Time
        | Tag::Tr
        | Tag::Track
        | Tag::U
        | Tag::Ul
        | Tag::Var
        | Tag::Video
        | Tag::Wbr => Write(tag),
        Tag::Strike => Write(Tag::S),
        Tag::Tt => Write(Tag::Code),
        Tag::Dir | Tag::Menu => Write(Tag::Ul),
        Tag::Listing | Tag::Xmp | Tag::Plaintext => Write(Tag::Pre),
        // Blocks that are not listed still part the text around them.
        Tag::Center | Tag::Form | Tag::Fieldset | Tag::Dialog | Tag::Search | Tag::Marquee | Tag::Legend => Write(Tag::Div),
        Tag::Html | Tag::Body => {
            let says = |name: &str| Attributes::get(source, name).is_some();
            if says("lang") || says("dir") { Write(Tag::Div) } else { Unwrap }
        }
        Tag::Script
        | Tag::Style
        | Tag::Noscript
        | Tag::Template
        | Tag::Svg
        | Tag::Title
        | Tag::Textarea
        | Tag::Select
        | Tag::Object
        | Tag::Embed
        | Tag::Applet
        | Tag::Canvas
        | Tag::Button
        | Tag::Datalist
        | Tag::Noembed
        | Tag::Noframes
        | Tag::Frameset
        | Tag::Input
        | Tag::Meter
        | Tag::Progress
        | Tag::Meta
        | Tag::Link
        | Tag::Base
        | Tag::Basefont
        | Tag::Bgsound
        | Tag::Param
        | Tag::Area
        | Tag::Keygen
        | Tag::Frame => Leave,
        Tag::Unknown => match crate::rewrite::tag_name(source) {
            name if name.eq_ignore_ascii_case("amp-img") => Write(Tag::Img),
            name if name.eq_ignore_ascii_case("annotation") || name.eq_ignore_ascii_case("annotation-xml") => Leave,
            _ => Unwrap,
        },
        _ => Unwrap,
    }
}

/// Attributes of an element besides `lang`, `dir` and `title`.
fn allowed(tag: Tag) -> &'static [&'static str] {
    match tag {
        Tag::A => &["href", "hreflang"],
        Tag::Img => &["src", "srcset", "sizes", "alt", "width", "height"],
        Tag::Source => &["src", "srcset", "sizes", "media", "type", "width", "height"],
        Tag::Iframe => &["src", "width", "height", "allowfullscreen"],
        Tag::Video => &["src", "poster", "width", "height", "controls"],
        Tag::Audio => &["src", "controls"],
        Tag::Track => &["src", "kind", "srclang", "label"],
        Tag::Td | Tag::Th => &["colspan", "rowspan", "headers", "scope", "abbr"],
        Tag::Col | Tag::Colgroup => &["span"],
        Tag::Ol => &["start", "reversed", "type"],
        Tag::Li => &["value"],
        Tag::Time | Tag::Del | Tag::Ins => &["datetime", "cite"],
        Tag::Blockquote | Tag::Q => &["cite"],
        Tag::Details => &["open"],
        Tag::Code | Tag::Pre => &["class"],
        _ => &[],
    }
}

/// An element of the output that is open.
struct Written {
    id: ElementId,
    tag: Tag,
    /// Its start tag, in the shared text.
    start: std::ops::Range<usize>,
    /// Written already, or waits for content.
    is_out: bool,
    /// Empty cells that go before its first content.
    cells: usize,
}

/// Writes one page.
pub(super) struct Republish {
    addresses: Addresses,
    media: Arc<Media>,
    has_base: bool,
    open: Vec<Written>,
    starts: String,
    /// Element whose content is left out.
    leaving: Option<ElementId>,
    preformatted: u32,
    after_space: bool,
    wrote: bool,
    markup: Markup,
    in_paragraph: bool,
    placed: Vec<Placed>,
}

impl Republish {
    pub(super) fn new(markup: Markup, addresses: Addresses, media: Arc<Media>) -> Self {
        Republish {
            markup,
            in_paragraph: false,
            placed: Vec::new(),
            addresses,
            media,
            has_base: false,
            open: Vec::new(),
            starts: String::new(),
            leaving: None,
            preformatted: 0,
            after_space: true,
            wrote: false,
        }
    }

    fn opened(&mut self, id: ElementId, tag: Tag, void: bool, plain: bool, source: &str, out: &mut Vec<u8>) {
        if tag == Tag::Base && !self.has_base {
            if let Some(href) = Attributes::decoded(source, "href") {
                self.addresses.set_base(&href);
                self.has_base = true;
            }
            return;
        }
        let written = match treatment(tag, source) {
            Treatment::Unwrap => return,
            Treatment::Leave => {
                if !void {
                    self.leaving = Some(id);
                }
                return;
            }
            Treatment::Write(written) => written,
        };
        let from = self.starts.len();
        if !self.start_tag(tag, written, plain, source) {
            self.starts.truncate(from);
            if tag == Tag::Iframe {
                self.leaving = Some(id);
            }
            return;
        }
        let is_void = void || written == Tag::Img;
        if is_void {
            self.flush(out);
            out.extend_from_slice(&self.starts.as_bytes()[from..]);
            self.starts.truncate(from);
            self.after_space = matches!(written, Tag::Br | Tag::Hr);
            self.wrote = true;
            return;
        }
        self.open.push(Written { id, tag: written, start: from..self.starts.len(), is_out: false, cells: 0 });
        if written == Tag::Pre {
            self.preformatted += 1;
        }
        if matches!(written, Tag::Iframe | Tag::Video | Tag::Audio) {
            self.flush(out);
        }
    }

    /// Appends the start tag to `starts`; false if the element is nothing without an attribute that is not allowed.
    fn start_tag(&mut self, tag: Tag, written: Tag, plain: bool, source: &str) -> bool {
        self.starts.push('<');
        self.starts.push_str(written.name());
        let allowed = allowed(written);
        if plain && allowed.is_empty() {
            self.starts.push('>');
            return true;
        }
        let is_page = matches!(tag, Tag::Html | Tag::Body);
        let (mut has_address, mut seen): (bool, u64) = (false, 0);
        for (attribute, raw) in Attributes::of(source) {
            let position = GLOBAL.iter().chain(allowed).position(|known| attribute.eq_ignore_ascii_case(known));
            let Some(position) = position.filter(|position| !is_page || *position < 2) else { continue };
            // The first of duplicates counts.
            if seen & (1 << position) != 0 {
                continue;
            }
            seen |= 1 << position;
            let known = *GLOBAL.iter().chain(allowed).nth(position).unwrap_or(&"");
            if written == Tag::Img && matches!(known, "src" | "srcset") {
                continue;
            }
            let value = decode_value(raw);
            if let Some(value) = self.attribute(tag, known, &value) {
                has_address |= known == "src";
                write_attribute(&mut self.starts, known, &value);
            }
        }
        if written == Tag::Img {
            has_address = self.image_address(source);
        }
        self.starts.push('>');
        !matches!(written, Tag::Img | Tag::Iframe | Tag::Track) || has_address
    }

    /// The value of an attribute as it may be written.
    fn attribute<'v>(&self, tag: Tag, name: &str, value: &'v str) -> Option<Cow<'v, str>> {
        match name {
            "href" | "cite" => self.addresses.link(value),
            "src" if tag == Tag::Iframe => {
                let address = self.addresses.load(value)?;
                self.media.may_embed(&address).then_some(address)
            }
            "src" | "poster" => self.addresses.load(value),
            "srcset" => self.addresses.source_set(value).map(Cow::from),
            // Classes are the site's, but this one names a language to a reader's highlighter.
            "class" => value.split_ascii_whitespace().find(|class| class.starts_with("language-")).map(Cow::from),
            "dir" => ["ltr", "rtl", "auto"].iter().find(|dir| value.trim().eq_ignore_ascii_case(dir)).map(|dir| Cow::from(*dir)),
            "allowfullscreen" | "controls" | "open" | "reversed" => Some("".into()),
            _ => Some(value.into()),
        }
    }

    /// The address of a picture: its own, or the one that a script would have loaded.
    fn image_address(&mut self, source: &str) -> bool {
        // One way through the attributes: the place of each name in its list is its rank, and the best is kept.
        let (mut best, mut best_set, mut own) = (None::<(usize, &str)>, None::<(usize, String)>, None);
        let rank = |list: &[String], name: &str| list.iter().position(|known| known.eq_ignore_ascii_case(name));
        for (name, raw) in Attributes::of(source).filter(|(_, raw)| !raw.trim_ascii().is_empty()) {
            if let Some(at) = rank(&self.media.lazy_sources, name) {
                let is_harmless = best.is_none_or(|(rank, _)| at < rank) && self.addresses.load(&decode_value(raw)).is_some();
                best = if is_harmless { Some((at, raw)) } else { best };
            } else if name.eq_ignore_ascii_case("src") {
                own = own.or(Some(raw));
            }
            let set_rank = rank(&self.media.lazy_source_sets, name).or_else(|| name.eq_ignore_ascii_case("srcset").then_some(usize::MAX));
            if let Some(at) = set_rank.filter(|at| best_set.as_ref().is_none_or(|(rank, _)| at < rank)) {
                best_set = self.addresses.source_set(&decode_value(raw)).map(|set| (at, set)).or(best_set);
            }
        }
        let address = best.map(|(_, raw)| raw).or(own).map(decode_value);
        let address = address.as_ref().and_then(|value| self.addresses.load(value));
        let has_any = address.is_some() || best_set.is_some();
        if let Some(address) = address {
            write_attribute(&mut self.starts, "src", &address);
        }
        if let Some((_, set)) = best_set {
            write_attribute(&mut self.starts, "srcset", &set);
        }
        has_any
    }

    /// What moderation writes in place of a part of a text.
    fn edit(&mut self, edit: &Edit, kind: TextKind, out: &mut Vec<u8>) {
        if edit.text.trim_start().len() == edit.text.len() && !edit.text.is_empty() {
            self.flush(out);
        }
        let from = out.len();
        self.text(&edit.text, kind, out);
        if out.len() > from {
            self.placed.push((edit.finding, from..out.len()));
        }
    }

    /// Writes the start tags that waited for content.
    #[inline]
    fn flush(&mut self, out: &mut Vec<u8>) {
        // What is out was written from the outside in.
        if self.open.last().is_some_and(|written| !written.is_out) {
            self.write_waiting(out);
        }
    }

    fn write_waiting(&mut self, out: &mut Vec<u8>) {
        let waits = |open: &[Written]| open.iter().rposition(|written| written.is_out).map_or(0, |at| at + 1);
        // What parted two elements in the source need not be written: where a reader would imply an end, it is written.
        let mut at = waits(&self.open);
        while at < self.open.len() {
            if let Some(ended) = implied_end(&self.open[..at], self.open[at].tag) {
                for written in self.open.drain(ended..at).rev() {
                    if written.is_out {
                        end_tag(written.tag, out);
                        self.after_space &= !written.tag.has(is::BLOCK);
                    }
                    self.preformatted -= u32::from(written.tag == Tag::Pre);
                }
                at = ended;
            }
            at += 1;
        }
        let from = waits(&self.open);
        for written in &mut self.open[from..] {
            out.extend_from_slice(&self.starts.as_bytes()[written.start.clone()]);
            written.is_out = true;
            for _ in 0..std::mem::take(&mut written.cells) {
                out.extend_from_slice(b"<td></td>");
            }
        }
        self.wrote = true;
    }

    fn closed(&mut self, id: ElementId, out: &mut Vec<u8>) {
        let Some(at) = self.open.iter().rposition(|written| written.id == id) else { return };
        // Formatting that is crossed by others: those are closed for a moment, and open again with what comes next.
        for written in self.open[at + 1..].iter_mut().rev().filter(|written| written.is_out) {
            end_tag(written.tag, out);
            self.after_space &= !written.tag.has(is::BLOCK);
            written.is_out = false;
        }
        let closed = self.open.remove(at);
        if closed.tag == Tag::Pre {
            self.preformatted -= 1;
        }
        if closed.is_out {
            end_tag(closed.tag, out);
            self.after_space &= !closed.tag.has(is::BLOCK);
        } else if matches!(closed.tag, Tag::Td | Tag::Th) {
            // An empty cell keeps its row in order, but does not make a row by itself.
            match self.open.last_mut() {
                Some(row) if row.is_out => out.extend_from_slice(b"<td></td>"),
                Some(row) if row.tag == Tag::Tr => row.cells += 1,
                _ => {}
            }
        }
        if at == self.open.len() {
            self.starts.truncate(closed.start.start);
        }
    }

    fn text(&mut self, raw: &str, kind: TextKind, out: &mut Vec<u8>) {
        if self.preformatted > 0 {
            self.flush(out);
            escape(raw, kind, out);
            self.after_space = false;
            return;
        }
        let bytes = raw.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let end = end_of_words(bytes, at);
            if end > at {
                self.flush(out);
                out.extend_from_slice(&bytes[at..end]);
                self.after_space = false;
                self.wrote = true;
                at = end;
                continue;
            }
            let space = bytes[at].is_ascii_whitespace();
            if !space {
                let end = bytes[at..].iter().position(|b| is_plain(*b) || b.is_ascii_whitespace()).map_or(bytes.len(), |n| at + n);
                // A reference goes on in plain letters.
                let end = bytes[end..].iter().position(u8::is_ascii_whitespace).map_or(bytes.len(), |n| end + n);
                self.flush(out);
                escape(&raw[at..end], kind, out);
                self.after_space = false;
                self.wrote = true;
                at = end;
                continue;
            }
            let end = bytes[at..].iter().position(|b| !b.is_ascii_whitespace()).map_or(bytes.len(), |n| at + n);
            if !self.after_space && self.wrote {
                out.push(if bytes[at..end].contains(&b'\n') { b'\n' } else { b' ' });
                self.after_space = true;
            }
            at = end;
        }
    }
}

/// The end of the words that begin at `at` and are written as they are, with what parts them: a space or line end each.
#[inline]
fn end_of_words(bytes: &[u8], mut at: usize) -> usize {
    let is_plain_at = |at: usize| bytes.get(at).is_some_and(|byte| is_plain(*byte));
    while is_plain_at(at) {
        at += 1;
        if matches!(bytes.get(at), Some(b' ' | b'\n')) && is_plain_at(at + 1) {
            at += 1;
        }
    }
    at
}

/// Whether a byte of a text is written as it is, wherever it stands.
#[inline]
fn is_plain(byte: u8) -> bool {
    IS_PLAIN[usize::from(byte)]
}

static IS_PLAIN: [bool; 256] = {
    let mut table = [true; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = !matches!(byte as u8, b'<' | b'>' | b'&' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0C');
        byte += 1;
    }
    table
};

/// Attributes that every element may have; the first two also the page as a whole.
const GLOBAL: [&str; 3] = ["lang", "dir", "title"];

impl Emitter for Republish {
    fn event(&mut self, held: &Held, page: &PageSource<'_>, out: &mut Vec<u8>) {
        let range = held.event.range.clone();
        if let Some(leaving) = self.leaving {
            match held.event.kind {
                EventKind::Close { id, .. } if id == leaving => self.leaving = None,
                // Formatting from before may end in there.
                EventKind::Close { id, .. } => self.closed(id, out),
                _ => {}
            }
            return;
        }
        if !held.is_kept() {
            return;
        }
        match held.event.kind {
            EventKind::Open { id, tag, void, plain, .. } => self.opened(id, tag, void, plain, &page.text(range), out),
            EventKind::Close { id, .. } => self.closed(id, out),
            EventKind::Text(TextKind::Raw) => {}
            EventKind::Text(kind) => {
                if self.markup == Markup::Text && !self.in_paragraph && !page.text(range.clone()).trim().is_empty() {
                    out.extend_from_slice(b"<p>");
                    self.in_paragraph = true;
                }
                for part in page.parts(range) {
                    match part {
                        Part::Page(text) => self.text(text, kind, out),
                        Part::Edit(edit) => self.edit(edit, kind, out),
                    }
                }
            }
            EventKind::Break { .. } if self.preformatted > 0 && !range.is_empty() => self.text(&page.text(range), TextKind::Literal, out),
            EventKind::Break { .. } if self.markup == Markup::Html => {
                // A line begins anew only behind one.
                if self.wrote && self.open.last().is_none_or(|written| written.is_out) {
                    out.extend_from_slice(b"<br>");
                }
            }
            EventKind::Break { .. } => self.end_paragraph(out),
            EventKind::Comment | EventKind::Doctype | EventKind::Stray { .. } => {}
        }
    }

    fn placed(&mut self) -> &mut Vec<Placed> {
        &mut self.placed
    }

    fn finish(&mut self, _page: &PageSource<'_>, out: &mut Vec<u8>) {
        self.end_paragraph(out);
        while let Some(written) = self.open.pop() {
            if written.is_out {
                end_tag(written.tag, out);
                self.after_space &= !written.tag.has(is::BLOCK);
            }
        }
        // Pages that go to one place are lines of their own.
        if self.wrote && !self.after_space {
            out.push(b'\n');
        }
    }
}

impl Republish {
    /// A line of plain text is a paragraph.
    fn end_paragraph(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.in_paragraph) {
            end_tag(Tag::P, out);
            out.push(b'\n');
            self.after_space = true;
        }
    }
}

/// Where in the open elements those begin that a start tag ends in the eyes of a reader (13.2.6.4.7, "in body"), as far as what is
/// written can come to that.
fn implied_end(open: &[Written], tag: Tag) -> Option<usize> {
    let last = open.last()?.tag;
    if tag.has(is::HEADING) && last.has(is::HEADING) || matches!(tag, Tag::Rt | Tag::Rp) && matches!(last, Tag::Rt | Tag::Rp) {
        return Some(open.len() - 1);
    }
    let up_to = |ended: fn(Tag) -> bool, bound: fn(Tag) -> bool| {
        let at = open.iter().rposition(|written| ended(written.tag) || bound(written.tag))?;
        ended(open[at].tag).then_some(at)
    };
    let bounds_items: fn(Tag) -> bool = |tag| tag.has(is::SPECIAL) && !matches!(tag, Tag::Address | Tag::Div | Tag::P);
    let item = match tag {
        Tag::Li => up_to(|tag| tag == Tag::Li, bounds_items),
        Tag::Dd | Tag::Dt => up_to(|tag| matches!(tag, Tag::Dd | Tag::Dt), bounds_items),
        Tag::A => up_to(|tag| tag == Tag::A, |tag| tag.has(is::SCOPE)),
        _ => None,
    };
    if item.is_some() || !(tag.has(is::CLOSES_P) || matches!(tag, Tag::Li | Tag::Dd | Tag::Dt)) {
        return item;
    }
    up_to(|tag| tag == Tag::P, |tag| tag.has(is::SCOPE))
}

fn end_tag(tag: Tag, out: &mut Vec<u8>) {
    out.extend_from_slice(b"</");
    out.extend_from_slice(tag.name().as_bytes());
    out.push(b'>');
}

/// The bytes that a value cannot hold as they are.
static IS_ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    (table[b'&' as usize], table[b'"' as usize], table[b'<' as usize], table[b'>' as usize], table[0]) = (true, true, true, true, true);
    table
};

fn write_attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    if value.is_empty() {
        return;
    }
    out.push_str("=\"");
    let mut rest = value;
    while let Some(at) = rest.bytes().position(|byte| IS_ESCAPED[usize::from(byte)]) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'"' => "&quot;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

/// Writes text so that no character of it is markup; whole character references stay as they are.
pub(super) fn escape(raw: &str, kind: TextKind, out: &mut Vec<u8>) {
    let bytes = raw.as_bytes();
    let mut from = 0;
    while let Some(found) = memchr::memchr3(b'<', b'>', b'&', &bytes[from..]) {
        let at = from + found;
        out.extend_from_slice(&bytes[from..at]);
        from = at + 1;
        match bytes[at] {
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            _ if kind == TextKind::Literal => out.extend_from_slice(b"&amp;"),
            _ => {
                let length = reference_length(&bytes[at..]);
                let reference = &raw[at..at + length];
                let decoded = htmlize::unescape(reference);
                if length > 1 && decoded != reference && bytes[at + length - 1] == b';' {
                    out.extend_from_slice(reference.as_bytes());
                } else {
                    // No reference, or one without its semicolon: written as what it means.
                    for character in decoded.chars() {
                        match character {
                            '&' => out.extend_from_slice(b"&amp;"),
                            '<' => out.extend_from_slice(b"&lt;"),
                            '>' => out.extend_from_slice(b"&gt;"),
                            other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
                        }
                    }
                }
                from = at + length;
            }
        }
    }
    out.extend_from_slice(&bytes[from..]);
}

/// Length of what could be a character reference: `&`, `#`, letters and digits, `;`.
fn reference_length(bytes: &[u8]) -> usize {
    let body = bytes[1..].iter().take(REFERENCE_BYTES).take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').count();
    1 + body + usize::from(bytes.get(1 + body) == Some(&b';') && body > 0)
}

/// The longest name in the standard's table has 31 letters.
const REFERENCE_BYTES: usize = 34;

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(raw: &str) -> String {
        let mut out = Vec::new();
        escape(raw, TextKind::Data, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_is_never_markup() {
        assert_eq!(escaped("a < b > c"), "a &lt; b &gt; c");
        assert_eq!(escaped("&amp; &#x627; & &unknown; &am"), "&amp; &#x627; &amp; &amp;unknown; &amp;am");
        assert_eq!(escaped("&lt script&gt"), "&lt; script&gt;");
        assert_eq!(escaped("&copyright &nbsp"), "©right \u{a0}");
    }
}
