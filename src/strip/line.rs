//! A line: what a reader sees between two block edges or breaks.

use super::ending::Ending;
use super::queue::EventIndex;

/// What is known of a line once it has ended.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Its first event.
    pub(super) first: EventIndex,
    /// The event after its last.
    pub(super) end: EventIndex,
    pub(super) words: u32,
    /// Words inside links or buttons.
    pub(super) linked: u32,
    /// Level of the heading that it stands in; 0 outside of headings.
    pub(super) heading: u8,
    /// List items that it stands in, one inside the other; in plain text 1 after a bullet.
    pub(super) items: u32,
    pub(super) ends_sentence: bool,
    /// It ends with a question mark.
    pub(super) asks: bool,
    /// It ends with dots, as a text that was cut short.
    pub(super) breaks_off: bool,
    /// It is a weak label with a number in it.
    pub(super) counts: bool,
    /// The number that it is, where it is one and no cell of a table.
    pub(super) number: Option<u32>,
    /// A rule has taken it.
    pub(super) dropped: bool,
}

/// A line of fewer words is no prose, however it ends: teasers and captions are shorter than the sentences of a text.
const PROSE_WORDS: u32 = 15;
/// A line of this many words is prose even without a full stop.
const LONG_PROSE_WORDS: u32 = 40;

/// A heading of so many words that ends as a sentence does, and asks nothing, is a paragraph: some pages set all of their text so.
const HEADING_WORDS: u32 = 12;

/// Whether what is set as a heading is a paragraph.
pub(super) fn is_no_heading(words: u32, ending: &Ending) -> bool {
    words >= HEADING_WORDS && ending.sentence && !ending.asks && !ending.breaks_off
}

impl Line {
    /// Whether it reads like a paragraph of a text.
    pub(super) fn is_prose(&self) -> bool {
        !self.dropped
            && self.heading == 0
            && self.linked * 3 < self.words
            && (self.words >= LONG_PROSE_WORDS || (self.words >= PROSE_WORDS && self.ends_sentence))
    }

    /// Whether it ends like a sentence that is no question: titles may ask.
    pub(super) fn ends_sentence_but_question(&self) -> bool {
        self.ends_sentence && !self.asks
    }

    /// Whether most of it is links.
    pub(super) fn is_linked(&self) -> bool {
        self.linked * 2 >= self.words && self.linked > 0
    }
}
