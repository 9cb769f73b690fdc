//! Entities: the contract that the detectors fill.

mod kind;
mod region;

pub use kind::{EntityKind, UnknownKind};
pub use region::{Region, UnknownRegion};

use std::ops::Range;

/// An entity in a text.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct EntityMatch {
    pub range: Range<usize>,
    pub kind: EntityKind,
    pub detail: &'static str,
    pub score: f32,
}

/// What looked like an entity and was none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct EntityNearMiss {
    pub range: Range<usize>,
    pub kind: EntityKind,
    pub failed: &'static str,
}

/// Finds entities.
#[derive(Debug)]
pub struct EntityFinder {}

#[allow(missing_docs)]
impl EntityFinder {
    pub fn new(_wanted: &[(EntityKind, Vec<Region>)]) -> Self {
        EntityFinder {}
    }

    pub fn find(&self, _text: &str, _matches: &mut Vec<EntityMatch>, _near: Option<&mut Vec<EntityNearMiss>>) {}

    pub fn find_in_link(&self, _href: &str, _matches: &mut Vec<EntityMatch>, _near: Option<&mut Vec<EntityNearMiss>>) {}
}
