//! Values of single keys.

use crate::moderate::{Surface, Surfaces};
use crate::rules::pack::{Placed, Reader, Value, suggest};
use toml::de::DeValue;

const SURFACES: &[(&str, Surface)] = &[
    ("text", Surface::Text),
    ("attributes", Surface::Attribute),
    ("links", Surface::Link),
    ("json-ld", Surface::JsonLd),
    ("meta", Surface::Meta),
    ("rcdata", Surface::Rcdata),
    ("comments", Surface::Comment),
    ("attribute", Surface::Attribute),
    ("link", Surface::Link),
    ("title", Surface::Rcdata),
    ("comment", Surface::Comment),
    ("json_ld", Surface::JsonLd),
];

pub(super) fn one_of(value: &Placed, known: &[&str], what: &str, reader: &mut Reader<'_>) -> String {
    if !known.contains(&value.get_ref().as_str()) {
        reader.error(value.span(), format!("there is no {what} `{}`", value.get_ref()), Some(suggest(value.get_ref(), known)));
    }
    value.get_ref().clone()
}

pub(super) fn number(value: &Value<'_>, reader: &mut Reader<'_>) -> Option<f32> {
    let number = match value.get_ref() {
        DeValue::Integer(integer) => integer.as_str().replace('_', "").parse::<f32>().ok(),
        DeValue::Float(float) => float.as_str().replace('_', "").parse::<f32>().ok(),
        _ => None,
    };
    let number = number.filter(|number| number.is_finite() && *number >= 0.0);
    if number.is_none() {
        reader.error(value.span(), "a number of 0 or more is needed here", None);
    }
    number
}

pub(super) fn count(value: &Value<'_>, reader: &mut Reader<'_>) -> Option<usize> {
    let number = match value.get_ref() {
        DeValue::Integer(integer) => integer.as_str().replace('_', "").parse::<usize>().ok(),
        _ => None,
    };
    if number.is_none() {
        reader.error(value.span(), "a whole number is needed here", None);
    }
    number
}

pub(super) fn surfaces(value: &Value<'_>, reader: &mut Reader<'_>) -> (Surfaces, bool) {
    let (mut surfaces, mut all_links) = (Surfaces::NONE, false);
    for name in reader.strings(value) {
        match SURFACES.iter().find(|(known, _)| known == name.get_ref()) {
            Some((_, surface)) => {
                surfaces = surfaces.with(*surface);
                all_links |= *surface == Surface::Link;
            }
            None if name.get_ref() == "all" => surfaces = surfaces.union(Surfaces::DEFAULT).with(Surface::Comment),
            None => {
                let names: Vec<&str> = SURFACES.iter().map(|(name, _)| *name).take(7).chain(["all"]).collect();
                reader.error(name.span(), format!("there is no surface `{}`", name.get_ref()), Some(suggest(name.get_ref(), &names)));
            }
        }
    }
    (surfaces, all_links)
}
