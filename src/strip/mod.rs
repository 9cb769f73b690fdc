//! Strip: decides which events are furniture.
//!
//! Two kinds of rules mark what is to go: selectors when an element opens, phrases when a line of text ends. A mark stays
//! open until its element closes; then the guard judges what it would take. Events wait in a queue until no open question
//! can reach them, and leave it in order, each kept or removed.
//!
//! The modes differ only in how long events wait: `off` until the line ends, `rules` until the open marks are closed or
//! `limits.hold_bytes` is reached, `article` until the page ends.

pub mod article;
mod container;
mod counter;
mod dateline;
mod effect;
mod end_of_page;
mod ending;
mod following;
mod gathering;
mod guard;
mod keeps;
mod label;
pub mod labels;
mod line;
mod line_end;
mod marked;
mod marks;
mod mode;
pub(crate) mod model;
mod open_record;
mod queue;
mod rail;
mod release;
mod remainder;
mod removal;
mod select;
mod shell;
mod stripper;
mod taking;
mod teasers;
mod tiling;
mod titles;
mod word_count;
mod wrapped;

pub use article::{ArticleSettings, Comments, Favor, PageType};
pub use mode::StripMode;
pub use model::{BlockFeatures, BlockRecord, FeatureRecord, FlipRecord, PageFeatures};
pub use queue::Held;
pub use removal::{Cause, Extent, NearMiss, Removal};
pub use stripper::Stripper;
