//! Entities: values that a validator can tell from a look-alike, such as phone numbers, cards, keys and ids.
//!
//! One scan passes over a block of text. It stops at the few bytes that entities must hold (a digit, `@`, `:`, `<<`) and hands what
//! stands there to the detectors. What a number is called near it ("IBAN", "جوال", "order no") raises or vetoes it. Validators
//! and the search for such words run at candidates only.
//!
//! Each detector is one file; words, formats of secrets, and shapes of plates are data under `rules/entity/`.

mod birth_date;
mod card;
mod coordinates;
mod crypto;
mod email;
mod finder;
mod found;
mod iban;
mod ip;
mod keyword;
mod kind;
mod link;
mod mac;
mod mrz;
mod national_id;
mod number;
mod phone;
mod plate;
mod region;
mod scan;
mod secret;
mod spoken;
mod view;

pub(crate) use email::as_written as mail_as_written;
pub use finder::EntityFinder;
pub use found::{EntityMatch, EntityNearMiss};
pub use kind::{EntityKind, UnknownKind};
pub(crate) use link::{dialled_locally, percent_decoded};
pub(crate) use phone::in_full as phone_in_full;
pub use region::{Region, UnknownRegion};

use scan::Scan;
