//! Class values that a page has had already: looked up in the index once.

use rustc_hash::{FxBuildHasher, FxHashMap, FxHasher};
use std::hash::Hasher;
use std::ops::Range;

/// What the class values of a page came to: most elements are made like others.
#[derive(Debug)]
pub struct KnownClasses {
    /// By the hash of a raw value: where in `texts` it stands, and where in `places` its selectors are.
    values: FxHashMap<u64, (Range<u32>, Range<u32>)>,
    texts: String,
    places: Vec<u32>,
}

/// So many different values of so many bytes are remembered of a page.
const KNOWN_VALUES: usize = 4096;
const KNOWN_VALUE_BYTES: usize = 512;

/// Room for so many is made at once: growing moves all of them.
const USUAL_VALUES: usize = 224;
const USUAL_BYTES: usize = 8 * 1024;

impl Default for KnownClasses {
    fn default() -> Self {
        KnownClasses {
            values: FxHashMap::with_capacity_and_hasher(USUAL_VALUES, FxBuildHasher),
            texts: String::with_capacity(USUAL_BYTES),
            places: Vec::new(),
        }
    }
}

impl KnownClasses {
    /// Appends the places of a value, which `look` finds where they are not known.
    pub(super) fn find(&mut self, value: &str, found: &mut Vec<u32>, look: impl FnOnce(&mut Vec<u32>)) {
        let mut hasher = FxHasher::default();
        hasher.write(value.as_bytes());
        let hash = hasher.finish();
        let known = self.values.get(&hash);
        if let Some((_, places)) = known.filter(|(text, _)| self.texts[text.start as usize..text.end as usize] == *value) {
            // Of most there are none.
            if !places.is_empty() {
                found.extend_from_slice(&self.places[places.start as usize..places.end as usize]);
            }
            return;
        }
        let (before, is_new) = (found.len(), known.is_none());
        look(found);
        if is_new && self.values.len() < KNOWN_VALUES && value.len() <= KNOWN_VALUE_BYTES {
            let (text, start) = (self.texts.len() as u32, self.places.len() as u32);
            self.texts.push_str(value);
            self.places.extend_from_slice(&found[before..]);
            self.values.insert(hash, (text..self.texts.len() as u32, start..self.places.len() as u32));
        }
    }
}
