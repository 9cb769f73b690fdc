//! Regions, as ISO 3166-1 alpha-2 codes.

use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A country or territory: ISO 3166-1 alpha-2, in upper case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region([u8; 2]);

/// What is not a region.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{code:?} is no region: two capital letters of ISO 3166-1 are asked for, such as SA, EG, GB")]
pub struct UnknownRegion {
    /// As written.
    pub code: String,
}

/// Officially assigned codes of ISO 3166-1, and XK, which numbering plans and IBANs use for Kosovo.
const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

impl Region {
    /// The code.
    pub fn code(&self) -> &str {
        // Made from two ASCII letters below.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether it has this code.
    #[inline]
    pub(super) fn is(&self, code: &str) -> bool {
        self.0 == code.as_bytes()
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(code: &str) -> Result<Self, UnknownRegion> {
        match code.as_bytes() {
            [first, second] if CODES.split(' ').any(|known| known == code) => Ok(Region([*first, *second])),
            _ => Err(UnknownRegion { code: code.to_owned() }),
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_assigned_codes_are_taken() {
        assert_eq!("SA".parse::<Region>().unwrap().code(), "SA");
        for wrong in ["sa", "UK", "SAU", "", "ZZ", "S "] {
            assert!(wrong.parse::<Region>().is_err(), "{wrong}");
        }
        assert_eq!(CODES.split(' ').count(), 250);
    }
}
