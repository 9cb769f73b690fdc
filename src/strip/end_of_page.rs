//! The end of a page: what waited for it is judged.

use super::marks::Latest;
use super::remainder::Stretches;
use super::{StripMode, Stripper};
use crate::metadata::Collector;
use crate::rewrite::{Closing, Window};

impl Stripper {
    /// Ends the page.
    pub fn finish(&mut self, window: &Window, metadata: &Collector) {
        self.end_line(window, metadata);
        self.labels.release();
        self.end_following();
        self.decide_undecided(Some(Latest::EndOfPage));
        let end = self.queue.end();
        for mark in std::mem::take(&mut self.marks) {
            self.ended.push((mark, end, Closing::EndOfPage));
        }
        let mut ended = std::mem::take(&mut self.ended);
        if self.mode == StripMode::Article {
            self.spare_the_remainder(&mut ended);
        }
        self.left_open = self
            .left_open
            .max(ended.iter().filter(|(mark, _, how)| mark.element.is_some() && !matches!(how, Closing::Own | Closing::Implied)).count());
        // With the whole page in view: prose outside of all marks.
        let in_view = self.mode == StripMode::Article;
        let marked = Stretches::new(ended.iter().map(|(mark, end, _)| mark.start..*end));
        let free = self.lines.iter().filter(|line| line.is_prose() && !marked.hold(line.first));
        let mut elsewhere: u64 = free.map(|line| u64::from(line.words)).sum();
        // What may hold sentences is judged last: by then a wrapped article has been released. Outer marks come before inner ones.
        ended.sort_by_key(|(mark, end, _)| (self.expects_prose(mark), mark.start, std::cmp::Reverse(*end)));
        for (mark, end, how) in ended {
            let taken_by = self.queue.get(mark.start).map_or(0, |held| held.removal);
            if taken_by > 0 {
                self.also(taken_by, &mark.rules);
                self.note_final(&mark.rules, mark.start..end);
                continue;
            }
            let proper = matches!(how, Closing::Own | Closing::Implied);
            let known = if in_view { elsewhere } else { mark.prose_before };
            if let Some(released) = self.settle(mark, end, proper, false, known) {
                let words = self.lines_of(released..end).filter(|line| line.is_prose()).map(|line| u64::from(line.words));
                elsewhere += words.sum::<u64>();
            }
        }
        self.finished = true;
        self.decide_by_model(window, metadata);
    }
}
