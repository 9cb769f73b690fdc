//! The kinds of entities, by the names that rule files use.

use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EntityKind {
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A payment card's number.
    Card,
    /// An international bank account number.
    Iban,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A hardware address.
    Mac,
    /// An address of a cryptocurrency.
    Crypto,
    /// A key, token or password.
    Secret,
    /// A person's number with the state: id cards, tax and social security numbers.
    NationalId,
    /// The machine-readable zone of a travel document.
    Mrz,
    /// A vehicle's licence plate.
    Plate,
    /// A place on earth.
    Coordinates,
    /// A date of birth.
    BirthDate,
}

/// A name that no kind has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no entity {name:?}; there are {}", EntityKind::NAMES.join(", "))]
pub struct UnknownKind {
    /// The name.
    pub name: String,
}

impl EntityKind {
    /// How many there are.
    pub const COUNT: usize = 13;

    /// All of them.
    pub const ALL: [EntityKind; Self::COUNT] = {
        use EntityKind::*;
        [Phone, Email, Card, Iban, Ip, Mac, Crypto, Secret, NationalId, Mrz, Plate, Coordinates, BirthDate]
    };

    /// Their names, in the order of [`EntityKind::ALL`].
    pub const NAMES: [&str; Self::COUNT] =
        ["phone", "email", "card", "iban", "ip", "mac", "crypto", "secret", "national-id", "mrz", "plate", "coordinates", "birth-date"];

    /// Its name in rule files.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub(super) fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl FromStr for EntityKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let place = Self::NAMES.iter().position(|known| *known == name);
        place.map(|place| Self::ALL[place]).ok_or_else(|| UnknownKind { name: name.to_owned() })
    }
}

impl fmt::Display for EntityKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for kind in EntityKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert!("passport".parse::<EntityKind>().unwrap_err().to_string().contains("mrz"));
    }
}
