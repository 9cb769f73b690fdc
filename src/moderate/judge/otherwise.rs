//! What the matchers meet where a view is read otherwise than it stands: against its direction, and without what is above and below the line.

use super::{Hit, Scratch};
use crate::moderate::reach::Reach;
use crate::moderate::rule::ModerationSet;
use crate::moderate::view::View;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Bytes of the longest mark of a note.
const LONGEST_MARK: usize = 4;

impl ModerationSet {
    /// Runs all matchers on what is shown against its own direction, as a reader reads it, and adds what they meet.
    #[cold]
    pub(super) fn scan_overridden(&self, view: &View, scratch: &mut Scratch) {
        for range in &view.overridden {
            let shown: String = view.plain[range.clone()].chars().rev().collect();
            let shown = View::of(&shown);
            let mut inner = Scratch { deadline: scratch.deadline, ..Scratch::default() };
            self.scan(&shown, &mut inner, None);
            for hit in inner.hits {
                let from = shown.page_range(hit.plain.clone());
                let plain = range.end - from.end as usize..range.end - from.start as usize;
                scratch.hits.push(Hit { block: view.block_at(plain.start) as u32, plain, ..hit });
            }
        }
    }

    /// Runs all matchers on the lines in which something stands above or below, without that, and adds what they meet beside it: the mark of
    /// a note is no part of the word or number that it stands on.
    #[cold]
    pub(super) fn scan_raised(&self, view: &View, scratch: &mut Scratch) {
        let mut known: FxHashMap<u32, Vec<Range<usize>>> = FxHashMap::default();
        for hit in &scratch.hits {
            known.entry(hit.leaf).or_default().push(hit.plain.clone());
        }
        let known: FxHashMap<u32, Reach> = known.into_iter().map(|(leaf, ranges)| (leaf, Reach::sorted(ranges))).collect();
        let (mut rest, plain) = (&view.raised[..], &view.plain);
        while let Some(first) = rest.first() {
            let start = plain[..first.start].rfind('\n').map_or(0, |end| end + 1);
            let end = plain[first.start..].find('\n').map_or(plain.len(), |length| first.start + length);
            let (raised, after) = rest.split_at(rest.partition_point(|raised| raised.start < end));
            rest = after;
            // The line without what is raised, and where each part of it begins in both.
            let (mut level, mut parts, mut at) = (String::new(), Vec::new(), start);
            for raised in raised {
                parts.push((level.len(), at));
                level.push_str(&plain[at..raised.start]);
                level.push(' ');
                at = raised.end;
            }
            parts.push((level.len(), at));
            level.push_str(&plain[at..end]);
            let marks = Reach::of(raised.iter().map(|raised| raised.start.saturating_sub(1)..raised.end + 1));
            // And what is raised by itself, if it is more than a mark.
            let texts = raised.iter().filter(|raised| raised.len() > LONGEST_MARK);
            let texts = texts.map(|raised| (plain[raised.clone()].to_owned(), vec![(0, raised.start)]));
            for (text, parts) in std::iter::once((level, parts)).chain(texts) {
                let place = |at: usize| parts[parts.partition_point(|(from, _)| *from <= at).saturating_sub(1)];
                let shown = View::of(&text);
                let mut inner = Scratch { deadline: scratch.deadline, ..Scratch::default() };
                self.scan(&shown, &mut inner, None);
                for hit in inner.hits {
                    let range = shown.page_range(hit.plain.clone());
                    // An expression may reach over the space that stands for what is raised, of which nothing is found.
                    let seen = text[range.start as usize..range.end as usize].trim_start_matches(' ');
                    let from = range.end as usize - seen.len();
                    let Some(last) = (from + seen.trim_end_matches(' ').len()).checked_sub(1).filter(|last| *last >= from) else { continue };
                    let (first_part, last_part) = (place(from), place(last));
                    let plain = first_part.1 + (from - first_part.0)..last_part.1 + (last + 1 - last_part.0);
                    if marks.meets(&plain) && !known.get(&hit.leaf).is_some_and(|known| known.covers(&plain)) {
                        scratch.hits.push(Hit { block: view.block_at(plain.start) as u32, plain, ..hit });
                    }
                }
            }
        }
    }
}
