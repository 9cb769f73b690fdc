//! Metadata from JSON-LD blocks, by the schema.org vocabulary.

use super::declared::DeclaredText;
use super::{Collector, Field, byline, trust};
use rustc_hash::FxHashMap;
use serde_json::Value;

/// Types that describe the page's own content (schema.org), by the ends of their names.
const CONTENT_TYPES: [&str; 12] =
    ["Article", "Posting", "Report", "Product", "Recipe", "VideoObject", "QAPage", "Event", "Review", "Book", "Course", "WebPage"];

/// How deep `@graph` and lists are followed.
const DEPTH: usize = 4;

/// Names of things that others of the block refer to by their `@id` (JSON-LD 1.1, 3.3 "Node Identifiers").
type Names<'a> = FxHashMap<&'a str, &'a str>;

/// Reads one block; text that is no JSON says nothing.
pub(super) fn read(text: &str, into: &mut Collector) {
    if let Ok(value) = serde_json::from_str::<Value>(text.trim()) {
        let mut known = Names::default();
        learn(&value, &mut known, DEPTH);
        walk(&value, &known, into, DEPTH);
    }
}

fn learn<'a>(value: &'a Value, known: &mut Names<'a>, depth: usize) {
    match value {
        Value::Array(items) if depth > 0 => items.iter().for_each(|item| learn(item, known, depth - 1)),
        Value::Object(object) => {
            if let (Some(id), Some(name)) = (value["@id"].as_str(), value["name"].as_str()) {
                known.entry(id).or_insert(name);
            }
            object.get("@graph").filter(|_| depth > 0).into_iter().for_each(|graph| learn(graph, known, depth - 1));
        }
        _ => {}
    }
}

fn walk(value: &Value, known: &Names<'_>, into: &mut Collector, depth: usize) {
    match value {
        Value::Array(items) if depth > 0 => items.iter().for_each(|item| walk(item, known, into, depth - 1)),
        Value::Object(object) => {
            if let Some(graph) = object.get("@graph").filter(|_| depth > 0) {
                walk(graph, known, into, depth - 1);
            }
            let kinds = types(value);
            let is = |names: &[&str]| kinds.iter().any(|kind| names.iter().any(|name| kind.ends_with(name)));
            kinds.iter().for_each(|kind| into.says.hear_type(kind));
            if is(&CONTENT_TYPES) {
                content(value, known, into);
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

fn content(value: &Value, known: &Names<'_>, into: &mut Collector) {
    // A WebPage wraps the content proper, and its name often carries the site's.
    let rank = if types(value).contains(&"WebPage") { trust::META } else { trust::JSON_LD };
    let fields = [
        (Field::Title, name(&value["headline"]).or_else(|| name(&value["name"]))),
        (Field::Byline, names(&value["author"], known, |name| byline::names(name, byline::Source::Data))),
        (Field::Published, name(&value["datePublished"])),
        (Field::Site, names(&value["publisher"], known, |name| Some(name.to_owned()))),
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

/// The names of one or several things, each as `read` makes of it.
fn names(value: &Value, known: &Names<'_>, read: impl Fn(&str) -> Option<String>) -> Option<String> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let named = |thing: &Value| name(thing).or_else(|| known.get(thing["@id"].as_str()?).map(|name| (*name).to_owned()));
    let list: Vec<String> = list.iter().filter_map(named).filter(|name| !name.contains("://")).filter_map(|name| read(&name)).collect();
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
