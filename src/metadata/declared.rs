//! The text that a page declares as data: the `articleBody` of its JSON-LD, a product's description, a recipe's steps, a
//! question with its answers (schema.org); and strings in blocks of `application/json`, from which a script would have made the page.
//!
//! It becomes a fragment of HTML that is read as the page is, so nothing in it is trusted.

use super::json_ld::types;
use crate::rewrite::{Tag, tag_name};
use htmlize::unescape;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt::Write;
use std::ops::Range;

/// Where the text of a page stands in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ContentSource {
    /// In its visible markup.
    #[default]
    Page,
    /// In `noscript`, for readers without scripts.
    Noscript,
    /// In JSON-LD: the visible page has no such text.
    JsonLd,
    /// In a block of `application/json`: the visible page has no such text.
    State,
}

impl ContentSource {
    pub(crate) fn is_page(&self) -> bool {
        *self == ContentSource::Page
    }
}

/// A text that is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeclaredText {
    /// Its headline.
    pub(crate) name: Option<String>,
    /// A piece for each paragraph, list or stretch of markup: HTML.
    pub(crate) pieces: Vec<String>,
    /// Where its data stand on the page.
    pub(crate) block: Range<u64>,
}

/// More bytes than this are not taken from data; blocks are not read any longer than that either.
const MOST_BYTES: usize = 4 << 20;
/// Answers and steps that are read of one list.
const MOST_ITEMS: usize = 1_000;
/// How deep steps are grouped.
const DEPTH: usize = 3;

impl DeclaredText {
    pub(crate) fn bytes(&self) -> usize {
        self.pieces.iter().map(String::len).sum()
    }

    /// The text of a thing of JSON-LD; `None` where it declares none.
    pub(super) fn of(thing: &Value) -> Option<Self> {
        let kinds = types(thing);
        let is = |names: &[&str]| kinds.iter().any(|kind| names.iter().any(|name| kind.ends_with(name)));
        let mut text = DeclaredText::default();
        if is(&["Recipe"]) {
            text.add(&thing["description"]);
            text.add_list("ul", &thing["recipeIngredient"]);
            text.add_steps(&thing["recipeInstructions"], DEPTH);
        } else if thing["articleBody"].is_string() {
            text.add(&thing["articleBody"]);
        } else if is(&["Question", "DiscussionForumPosting"]) {
            text.add(&thing["text"]);
            for answers in [&thing["acceptedAnswer"], &thing["suggestedAnswer"]] {
                items(answers).for_each(|answer| text.add(&answer["text"]));
            }
        } else if is(&["Product", "ProductGroup", "Course", "Event", "Book", "VideoObject", "JobPosting", "SoftwareApplication"]) {
            text.add(&thing["description"]);
        }
        text.name = ["headline", "name", "title"].iter().find_map(|key| thing[*key].as_str()).map(|name| unescape(name.trim()).into_owned());
        (!text.pieces.is_empty()).then_some(text)
    }

    /// The longest text in a block of data: the strings of one place in it (the same keys, in whatever item of a list) under a key
    /// that is one of these. `None` where there is none, or the block is no JSON or longer than it may be.
    pub(crate) fn of_state(block: &str, text_keys: &[String]) -> Option<Self> {
        if block.len() > MOST_BYTES {
            return None;
        }
        let value = serde_json::from_str::<Value>(block.trim()).ok()?;
        let mut places = FxHashMap::default();
        gather(&value, 0, "", text_keys, &mut places, STATE_DEPTH);
        let longest = places.into_iter().max_by_key(|(place, texts)| (texts.iter().map(|text| text.len()).sum::<usize>(), *place))?;
        let mut text = DeclaredText::default();
        let mut last = "";
        for body in longest.1 {
            if body != last {
                text.add_text(body);
            }
            last = body;
        }
        (!text.pieces.is_empty()).then_some(text)
    }

    fn add(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add_text(text),
            Value::Array(list) => list.iter().take(MOST_ITEMS).for_each(|item| self.add(item)),
            _ => {}
        }
    }

    /// Text as paragraphs, markup as it is.
    fn add_text(&mut self, text: &str) {
        if self.bytes() + text.len() > MOST_BYTES {
            return;
        }
        // Some escape their markup once more.
        let unescaped = if holds_tags(text) { text.into() } else { unescape(text) };
        if holds_tags(&unescaped) {
            return self.pieces.push(format!("<div>{unescaped}</div>"));
        }
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        self.pieces.extend(lines.map(|line| format!("<p>{}</p>", escaped(line))));
    }

    fn add_list(&mut self, tag: &str, value: &Value) {
        let mut list = String::new();
        for item in items(value) {
            let text = item.as_str().or_else(|| item["text"].as_str()).or_else(|| item["name"].as_str());
            let Some(text) = text.map(unescape) else { continue };
            let text = if holds_tags(&text) { text.into_owned() } else { escaped(text.trim()) };
            // Writing to a string does not fail.
            let _ = write!(list, "<li>{text}</li>");
        }
        if !list.is_empty() && self.bytes() + list.len() <= MOST_BYTES {
            self.pieces.push(format!("<{tag}>{list}</{tag}>"));
        }
    }

    /// Steps: one text, or a list of texts, of `HowToStep`, or of `HowToSection` with steps of its own.
    fn add_steps(&mut self, value: &Value, depth: usize) {
        if let Value::String(text) = value {
            return self.add_text(text);
        }
        if items(value).all(|step| step["itemListElement"].is_null()) {
            return self.add_list("ol", value);
        }
        for step in items(value).filter(|_| depth > 0) {
            if let Some(name) = step["name"].as_str() {
                self.pieces.push(format!("<h3>{}</h3>", escaped(name.trim())));
            }
            self.add_steps(if step["itemListElement"].is_null() { step } else { &step["itemListElement"] }, depth - 1);
        }
    }
}

/// A value that may be one or a list of them.
fn items(value: &Value) -> impl Iterator<Item = &Value> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    list.iter().take(MOST_ITEMS)
}

/// Text as HTML. Character references in it stay what they are: data that is made of a page has them.
fn escaped(text: &str) -> String {
    text.replace('<', "&lt;")
}

/// Whether a text is markup: it holds a tag of an element that there is.
fn holds_tags(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        rest = &rest[at..];
        let name = rest[1..].trim_start_matches('/');
        let ends = memchr::memchr2(b'<', b'>', name.as_bytes()).is_some_and(|at| name.as_bytes()[at] == b'>');
        let is_tag = ends && name.starts_with(|first: char| first.is_ascii_alphabetic());
        let tag = tag_name(rest);
        if is_tag && Tag::of(tag) != Tag::Unknown {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// Fewer words are no text of a page.
const FEWEST_WORDS: usize = 8;
/// So many braces are a style sheet or a script.
const BRACES: usize = 6;
/// How deep data is followed.
const STATE_DEPTH: usize = 32;

/// Whether a string reads as sentences.
fn is_prose(text: &str) -> bool {
    let is_long = text.split_ascii_whitespace().nth(FEWEST_WORDS - 1).is_some() || (!text.is_ascii() && text.len() >= 24 * FEWEST_WORDS);
    is_long && text.contains(['.', '!', '?', '؟', '…', '。', '！', '？', '۔', '।']) && text.bytes().filter(|byte| *byte == b'{').count() < BRACES
}

/// Gathers strings that read as sentences by their places: a hash of the keys on the way.
fn gather<'a>(value: &'a Value, place: u64, key: &str, text_keys: &[String], places: &mut FxHashMap<u64, Vec<&'a str>>, depth: usize) {
    if depth == 0 {
        return;
    }
    match value {
        Value::String(text) if is_prose(text) && text_keys.iter().any(|known| known == key) => places.entry(place).or_default().push(text),
        Value::Array(list) => list.iter().for_each(|item| gather(item, place, key, text_keys, places, depth - 1)),
        Value::Object(object) => {
            for (name, item) in object {
                let place = (place.rotate_left(5) ^ u64::from(crate::rewrite::name_hash(name.as_bytes()))).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                gather(item, place, name, text_keys, places, depth - 1);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pieces(thing: &Value) -> Vec<String> {
        DeclaredText::of(thing).map(|text| text.pieces).unwrap_or_default()
    }

    #[test]
    fn text_is_paragraphs_and_markup_is_read() {
        let article = |body: &str| pieces(&json!({ "@type": "NewsArticle", "articleBody": body }));
        assert_eq!(article("One < two.\n\nThree &amp; four."), ["<p>One &lt; two.</p>", "<p>Three &amp; four.</p>"]);
        assert_eq!(article("<p>One.</p><script>x</script>"), ["<div><p>One.</p><script>x</script></div>"]);
        assert_eq!(article("&lt;p&gt;One.&lt;/p&gt;"), ["<div><p>One.</p></div>"]);
        assert!(!holds_tags("a <b and <c> <3 <> if x<y then") && holds_tags("a<br>b") && holds_tags("x </div>"));
    }

    #[test]
    fn recipes_questions_and_products_have_texts() {
        let recipe = json!({ "@type": ["Recipe"], "recipeIngredient": ["1 egg", "salt"], "recipeInstructions": [
            { "@type": "HowToSection", "name": "Dough", "itemListElement": [{ "@type": "HowToStep", "text": "Knead." }] }, "Bake."] });
        assert_eq!(pieces(&recipe), ["<ul><li>1 egg</li><li>salt</li></ul>", "<h3>Dough</h3>", "<ol><li>Knead.</li></ol>", "<p>Bake.</p>"]);
        let question = json!({ "@type": "Question", "name": "Why?", "text": "I ask.", "acceptedAnswer": { "@type": "Answer", "text": "So." } });
        assert_eq!(DeclaredText::of(&question).unwrap().name.as_deref(), Some("Why?"));
        assert_eq!(pieces(&question), ["<p>I ask.</p>", "<p>So.</p>"]);
        assert_eq!(pieces(&json!({ "@type": "Product", "description": "Oak." })), ["<p>Oak.</p>"]);
        assert!(pieces(&json!({ "@type": "Organization", "description": "We are many." })).is_empty());
    }

    #[test]
    fn the_longest_place_of_a_state_is_its_text() {
        let keys = ["text", "content", "body"].map(str::to_owned);
        let sentence = "The harbour opened again in spring, and the ships that had waited outside came in one by one.";
        let state = json!({ "menu": [{ "text": "Home" }], "props": { "post": { "title": "A", "content": format!("<p>{sentence}</p><p>{sentence}</p>") },
            "next": [{ "content": sentence }], "css": { "raw": sentence.repeat(40) } } });
        let text = DeclaredText::of_state(&state.to_string(), &keys).unwrap();
        assert_eq!(text.pieces, [format!("<div><p>{sentence}</p><p>{sentence}</p></div>")]);
        let thread = json!({ "posts": [{ "body": sentence }, { "body": format!("Second. {sentence}") }] });
        assert_eq!(DeclaredText::of_state(&thread.to_string(), &keys).unwrap().pieces.len(), 2);
        assert_eq!(DeclaredText::of_state("var x = 1", &keys), None);
        let endless = json!({ "content": sentence.repeat(MOST_BYTES / sentence.len() + 1) });
        assert_eq!(DeclaredText::of_state(&endless.to_string(), &keys), None);
    }
}
