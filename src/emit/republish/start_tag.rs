//! Start tags, written anew: listed attributes alone, with harmless addresses.

use super::allowlist::{GLOBAL, allowed};
use super::{Republish, shape};
use crate::rewrite::{Attributes, Tag, decode_value};
use std::borrow::Cow;

impl Republish {
    /// Appends the start tag to `starts`; false if the element is nothing without an attribute that is not allowed.
    pub(super) fn start_tag(&mut self, tag: Tag, written: Tag, plain: bool, source: &str) -> bool {
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
            "class" => value.split_ascii_whitespace().find(|class| class.starts_with("language-") && shape::is_name(class)).map(Cow::from),
            "dir" => ["ltr", "rtl", "auto"].iter().find(|dir| value.trim().eq_ignore_ascii_case(dir)).map(|dir| Cow::from(*dir)),
            "allowfullscreen" | "controls" | "open" | "reversed" => Some("".into()),
            _ => shape::allows(tag, name, value).then_some(value.into()),
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
    // Most values hold none of these, which a search tells that looks at many bytes at once.
    let bytes = value.as_bytes();
    let is_clean = memchr::memchr3(b'&', b'"', b'<', bytes).is_none() && memchr::memchr2(b'>', 0, bytes).is_none();
    while !is_clean && let Some(at) = rest.bytes().position(|byte| IS_ESCAPED[usize::from(byte)]) {
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
