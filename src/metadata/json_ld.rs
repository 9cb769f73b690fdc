//! Metadata from JSON-LD blocks, by the schema.org vocabulary.

use super::declared::DeclaredText;
use super::{Collector, Field, trust};
use serde_json::Value;

/// Types that describe the page's own content (schema.org), by the ends of their names.
const CONTENT_TYPES: [&str; 12] =
    ["Article", "Posting", "Report", "Product", "Recipe", "VideoObject", "QAPage", "Event", "Review", "Book", "Course", "WebPage"];

/// How deep `@graph` and lists are followed.
const DEPTH: usize = 4;

/// Reads one block; text that is no JSON says nothing.
pub(super) fn read(text: &str, into: &mut Collector) {
    if let Ok(value) = serde_json::from_str::<Value>(text.trim()) {
        walk(&value, into, DEPTH);
    }
}

fn walk(value: &Value, into: &mut Collector, depth: usize) {
    match value {
        Value::Array(items) if depth > 0 => items.iter().for_each(|item| walk(item, into, depth - 1)),
        Value::Object(object) => {
            if let Some(graph) = object.get("@graph").filter(|_| depth > 0) {
                walk(graph, into, depth - 1);
            }
            let kinds = types(value);
            let is = |names: &[&str]| kinds.iter().any(|kind| names.iter().any(|name| kind.ends_with(name)));
            kinds.iter().for_each(|kind| into.says.hear_type(kind));
            if is(&CONTENT_TYPES) {
                content(value, into);
            }
            if let Some(text) = DeclaredText::of(value) {
                into.declare(text);
            }
            // A page of questions holds them.
            if let Some(main) = object.get("mainEntity").filter(|_| depth > 0) {
                questions(main, into);
            }
        }
        _ => {}
    }
}

/// What a page is about is another thing; only its text is of use here.
fn questions(value: &Value, into: &mut Collector) {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    list.iter().filter_map(DeclaredText::of).for_each(|text| into.declare(text));
}

pub(super) fn types(value: &Value) -> Vec<&str> {
    match &value["@type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn content(value: &Value, into: &mut Collector) {
    // A WebPage wraps the content proper, and its name often carries the site's.
    let rank = if types(value).contains(&"WebPage") { trust::META } else { trust::JSON_LD };
    let fields = [
        (Field::Title, name(&value["headline"]).or_else(|| name(&value["name"]))),
        (Field::Byline, names(&value["author"])),
        (Field::Published, name(&value["datePublished"])),
        (Field::Site, names(&value["publisher"])),
        (Field::Image, image(&value["image"])),
        (Field::Lang, name(&value["inLanguage"])),
    ];
    for (field, text) in fields {
        if let Some(text) = text {
            // The language of the markup is more to be trusted than that of a data block.
            let rank = if field == Field::Lang { trust::DOCUMENT } else { rank };
            into.set(field, rank, &htmlize::unescape(text.as_str()));
        }
    }
}

fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(object) => object.get("name").and_then(name),
        Value::Array(items) => items.iter().find_map(name),
        _ => None,
    }
}

fn names(value: &Value) -> Option<String> {
    let list: Vec<String> = match value {
        Value::Array(items) => items.iter().filter_map(name).collect(),
        other => name(other).into_iter().collect(),
    };
    let list: Vec<String> = list.into_iter().filter(|name| !name.contains("://")).collect();
    (!list.is_empty()).then(|| list.join(", "))
}

fn image(value: &Value) -> Option<String> {
    match value {
        Value::String(url) => Some(url.clone()),
        Value::Object(object) => object.get("url").or_else(|| object.get("contentUrl")).and_then(image),
        Value::Array(items) => items.iter().find_map(image),
        _ => None,
    }
}
