//! The finder of entities: which kinds are asked for, of which regions.

use super::found::{EntityMatch, EntityNearMiss, settle, settle_near};
use super::kind::EntityKind;
use super::link;
use super::phone::PhoneBook;
use super::plate::PlateBook;
use super::region::Region;
use super::scan::Scan;
use super::view::View;

/// Finds entities; built once for a rule set, shared by all pages.
#[derive(Debug)]
pub struct EntityFinder {
    wanted: u32,
    regions: [Vec<Region>; EntityKind::COUNT],
    pub(super) phones: PhoneBook,
    pub(super) plates: PlateBook,
    /// Bytes at which the scan stops.
    pub(super) stops: [bool; 256],
}

impl EntityFinder {
    /// A finder for these kinds. A kind named twice gets the regions of both; without regions, phone numbers are found in
    /// international form only, national ids of all countries if they are named or unmistakable, and plates not at all.
    pub fn new(wanted: &[(EntityKind, Vec<Region>)]) -> Self {
        let mut kinds = 0;
        let mut regions = [const { Vec::new() }; EntityKind::COUNT];
        for (kind, more) in wanted {
            kinds |= kind.bit();
            regions[*kind as usize].extend_from_slice(more);
        }
        for list in &mut regions {
            // The first region named is the first whose number it may be.
            let mut seen = rustc_hash::FxHashSet::default();
            list.retain(|region| seen.insert(*region));
        }
        let has = |kind: EntityKind| kinds & kind.bit() != 0;
        let mut stops = [false; 256];
        let numbers = EntityKind::ALL.iter().any(|kind| has(*kind) && !matches!(kind, EntityKind::Email | EntityKind::Mrz));
        (b'0'..=b'9').for_each(|digit| stops[digit as usize] = numbers);
        let mut stop = |bytes: &[u8], kind| bytes.iter().for_each(|byte| stops[usize::from(*byte)] |= has(kind));
        stop(b"@([{<.", EntityKind::Email);
        stop(b":", EntityKind::Ip);
        stop(b"<", EntityKind::Mrz);
        stop(b":=_-", EntityKind::Secret);
        EntityFinder {
            wanted: kinds,
            phones: PhoneBook::new(has(EntityKind::Phone), &regions[EntityKind::Phone as usize]),
            plates: PlateBook::new(&regions[EntityKind::Plate as usize]),
            regions,
            stops,
        }
    }

    /// Whether there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.wanted == 0
    }

    /// Finds all entities of one block of visible text and appends them, ordered by where they begin; they may overlap.
    ///
    /// `text` is the plain view: character references decoded, default-ignorable characters removed, NFKC, digits in ASCII. A
    /// line break is `\n`; no match crosses it but machine-readable zones and private keys. Nothing is allocated when nothing is found.
    pub fn find(&self, text: &str, matches: &mut Vec<EntityMatch>, near: Option<&mut Vec<EntityNearMiss>>) {
        self.find_labelled(text, "", matches, near);
    }

    /// The same in a text that has a name, such as a JSON value or a field: `telephone`, `order_id`.
    pub fn find_labelled(&self, text: &str, label: &str, matches: &mut Vec<EntityMatch>, mut near: Option<&mut Vec<EntityNearMiss>>) {
        if self.wanted == 0 {
            return;
        }
        let first = matches.len();
        let first_near = near.as_ref().map_or(0, |near| near.len());
        let mut scan = Scan { finder: self, view: View::labelled(text, label), matches: &mut *matches, near: near.as_deref_mut(), searched: 0 };
        scan.run();
        settle(matches, first);
        if let Some(near) = near {
            settle_near(near, first_near, &matches[first..]);
        }
    }

    /// Finds the entities that a link's target stands for: `tel:`, `sms:`, `mailto:`, `wa.me/…`, `t.me/+…` and the like.
    ///
    /// Ranges are bytes of `href`, and cover the value as written, percent signs included.
    pub fn find_in_link(&self, href: &str, matches: &mut Vec<EntityMatch>, near: Option<&mut Vec<EntityNearMiss>>) {
        link::find(self, href, matches, near);
    }

    pub(super) fn has(&self, kind: EntityKind) -> bool {
        self.wanted & kind.bit() != 0
    }

    pub(super) fn regions(&self, kind: EntityKind) -> &[Region] {
        &self.regions[kind as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appends_and_keeps_what_is_there() {
        let finder = EntityFinder::new(&[(EntityKind::Email, Vec::new())]);
        let (mut matches, mut near) = (Vec::new(), Vec::new());
        finder.find("a@example.com", &mut matches, Some(&mut near));
        finder.find("b@example.com, icon@2x.png", &mut matches, Some(&mut near));
        assert_eq!(matches.len(), 2);
        assert_eq!((near.len(), near[0].failed), (1, "format"));
    }

    #[test]
    fn long_runs_of_anything_cost_little_and_never_panic() {
        let finder = EntityFinder::new(&EntityKind::ALL.map(|kind| (kind, vec!["SA".parse().unwrap(), "US".parse().unwrap()])));
        let parts = [
            "0",
            "1 ",
            "a@",
            "::",
            "<<",
            "A<",
            "1.2.",
            "05 ",
            "-----BEGIN ",
            "eyJ.",
            "a1",
            "(",
            "+1",
            "SA03 ",
            "token=",
            " at ",
            " dot ",
            "أ 1",
            "1-",
            "0x",
            "://",
            "°1",
        ];
        for part in parts {
            let text = part.repeat(100_000 / part.len());
            let begun = std::time::Instant::now();
            finder.find(&text, &mut Vec::new(), Some(&mut Vec::new()));
            // Generous: a quadratic cost would be minutes.
            assert!(begun.elapsed().as_secs() < 10, "{part:?} took {:?}", begun.elapsed());
        }
    }
}
