//! The schemes, one row each, with where it is published.

use super::checksum::{is_date, is_uniform, luhn, mod_11_10, number, value, verhoeff, weighted};

type Check = fn(&[u8]) -> Result<(), &'static str>;

/// An id of digits alone.
pub(super) struct Scheme {
    pub(super) region: &'static str,
    pub(super) digits: u8,
    /// How its documents group it, besides not at all.
    pub(super) groupings: &'static [&'static [u8]],
    pub(super) check: Check,
    /// Scores without a name: in one run, and grouped; 0 for never.
    pub(super) bare: f32,
    pub(super) grouped: f32,
}

/// An id with letters in it.
pub(super) struct Lettered {
    pub(super) region: &'static str,
    /// Letters before the first digit.
    pub(super) before: usize,
    pub(super) length: usize,
    /// A for a letter, 9 for a digit, X for either.
    pub(super) shape: &'static str,
    pub(super) check: Check,
    pub(super) bare: f32,
}

const fn scheme(region: &'static str, digits: u8, groupings: &'static [&'static [u8]], check: Check, bare: f32, grouped: f32) -> Scheme {
    Scheme { region, digits, groupings, check, bare, grouped }
}

pub(super) const SCHEMES: &[Scheme] = &[
    // Saudi Arabia: ten digits, first 1 (citizen) or 2 (resident), Luhn. National Information Center.
    scheme("SA", 10, &[&[1, 3, 3, 3], &[1, 9]], saudi, 0.0, 0.5),
    // United Arab Emirates: 784, year of birth, seven digits, Luhn. Federal Authority for Identity and Citizenship.
    scheme("AE", 15, &[&[3, 4, 7, 1]], emirati, 0.8, 0.9),
    // Egypt: century, date of birth, governorate, serial, check. Civil Status Law 143/1994; the check's weights are not published.
    scheme("EG", 14, &[&[1, 6, 2, 4, 1], &[1, 6, 2, 5], &[7, 7]], egyptian, 0.7, 0.7),
    // Kuwait: century, date of birth, serial, check with weights 2 1 6 3 7 9 10 5 8 4 2. Public Authority for Civil Information.
    scheme("KW", 12, &[&[1, 6, 5], &[4, 4, 4]], kuwaiti, 0.7, 0.7),
    // Qatar: century, year of birth, country of birth (ISO 3166-1 numeric), serial; no check digit. Ministry of Interior.
    scheme("QA", 11, &[&[3, 3, 5]], qatari, 0.0, 0.0),
    // Iran: ten digits, check with weights 10 to 2. National Organization for Civil Registration.
    scheme("IR", 10, &[&[3, 6, 1]], iranian, 0.0, 0.5),
    // Israel: nine digits, Luhn. Population and Immigration Authority.
    scheme("IL", 9, &[&[1, 7, 1]], |digits| if luhn(digits) && !is_uniform(digits) { Ok(()) } else { Err("checksum") }, 0.0, 0.0),
    // Pakistan: locality, serial, sex; no check digit. NADRA.
    scheme("PK", 13, &[&[5, 7, 1]], |digits| if (b'1'..=b'8').contains(&digits[0]) { Ok(()) } else { Err("format") }, 0.0, 0.7),
    // United States: area not 000, 666, 9xx; group not 00; serial not 0000. Social Security Administration, POMS RM 10201.035.
    scheme("US", 9, &[&[3, 2, 4]], american, 0.0, 0.6),
    // France: sex, year, month, department, commune, order, key 97 minus the rest. INSEE; Corsica below.
    scheme("FR", 15, &[&[1, 2, 2, 2, 3, 3, 2], &[13, 2], &[1, 2, 2, 2, 3, 3, 2]], french, 0.7, 0.9),
    // Germany: eleven digits, one of the first ten comes twice or thrice, ISO/IEC 7064 mod 11,10. Abgabenordnung section 139b, BZSt.
    scheme("DE", 11, &[&[2, 3, 3, 3]], german, 0.5, 0.7),
    // Turkey: two check digits over odd and even places. Law 5490, Directorate General of Population.
    scheme("TR", 11, &[], turkish, 0.6, 0.0),
    // India, Aadhaar: first 2 to 9, Verhoeff. Unique Identification Authority.
    scheme("IN", 12, &[&[4, 4, 4]], aadhaar, 0.0, 0.7),
    // Brazil, CPF and CNPJ: two check digits mod 11. Receita Federal, IN RFB 1548/2015 and 2119/2022.
    scheme("BR", 11, &[&[3, 3, 3, 2]], cpf, 0.5, 0.9),
    scheme("BR", 14, &[&[2, 3, 3, 4, 2]], cnpj, 0.5, 0.9),
    // Poland, PESEL: date with the century in the month, weights 1 3 7 9. Act of 24 September 2010.
    scheme("PL", 11, &[], polish, 0.5, 0.0),
    // China: district, date of birth, order, check of ISO/IEC 7064 mod 11-2. GB 11643-1999; with X below.
    scheme("CN", 18, &[], chinese, 0.8, 0.0),
    // Canada, SIN: Luhn. Employment and Social Development Canada.
    scheme("CA", 9, &[&[3, 3, 3]], |digits| if luhn(digits) && !matches!(digits[0], b'0' | b'8') { Ok(()) } else { Err("checksum") }, 0.0, 0.0),
    // Netherlands, BSN: the eleven test. Besluit BSN.
    scheme("NL", 9, &[&[3, 3, 3], &[4, 2, 3]], dutch, 0.0, 0.0),
    // South Africa: date of birth, serial, citizenship, Luhn. Identification Act 68 of 1997.
    scheme(
        "ZA",
        13,
        &[&[6, 4, 3], &[6, 4, 2, 1]],
        |digits| if is_date(digits) && digits[10] <= b'2' && luhn(digits) { Ok(()) } else { Err("checksum") },
        0.5,
        0.6,
    ),
];

const fn lettered(region: &'static str, before: usize, shape: &'static str, check: Check, bare: f32) -> Lettered {
    Lettered { region, before, length: shape.len(), shape, check, bare }
}

pub(super) const LETTERED: &[Lettered] = &[
    // United Kingdom: two letters of a list, six digits, A to D. HMRC National Insurance Manual NIM39110.
    lettered("GB", 2, "AA999999A", british, 0.7),
    // Spain: DNI's letter is its number mod 23; NIE begins with X, Y, Z for 0, 1, 2. Real Decreto 1553/2005, Orden INT/2058/2008.
    lettered("ES", 0, "99999999A", |text| spanish(0, text), 0.7),
    lettered("ES", 1, "A9999999A", foreigner_in_spain, 0.7),
    // Italy: sixteen characters, the last a check over tables for odd and even places. Decreto ministeriale 23/12/1976.
    lettered("IT", 6, "AAAAAAXXAXXAXXXA", italian, 0.9),
    // India, PAN: the fourth letter says who holds it. Income-tax Rules, rule 114.
    lettered("IN", 5, "AAAAA9999A", |text| if b"PCHFATBLJG".contains(&text[3]) { Ok(()) } else { Err("format") }, 0.6),
    // China, with the check character X.
    lettered("CN", 0, "99999999999999999A", chinese, 0.9),
    // France: Corsica's departments 2A and 2B.
    lettered("FR", 0, "999999A99999999", corsican, 0.8),
];

fn rule(holds: bool, failed: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(failed) }
}

fn saudi(digits: &[u8]) -> Result<(), &'static str> {
    rule(matches!(digits[0], b'1' | b'2'), "format")?;
    rule(!is_uniform(&digits[1..]) && luhn(digits), "checksum")
}

fn emirati(digits: &[u8]) -> Result<(), &'static str> {
    rule(digits.starts_with(b"784") && (1900..=2099).contains(&number(&digits[3..7])), "format")?;
    rule(luhn(digits), "checksum")
}

fn egyptian(digits: &[u8]) -> Result<(), &'static str> {
    let governorate = number(&digits[7..9]);
    let governed = matches!(governorate, 1..=4 | 11..=19 | 21..=29 | 31..=35 | 88);
    rule(matches!(digits[0], b'2' | b'3') && is_date(&digits[1..7]) && governed, "format")?;
    // The third century of births has not come far.
    rule(digits[0] == b'2' || number(&digits[1..3]) <= 40, "format")
}

fn kuwaiti(digits: &[u8]) -> Result<(), &'static str> {
    rule(matches!(digits[0], b'1'..=b'3') && is_date(&digits[1..7]), "format")?;
    let check = 11 - weighted(&digits[..11], &[2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11;
    rule(check == value(digits[11]), "checksum")
}

fn qatari(digits: &[u8]) -> Result<(), &'static str> {
    rule(matches!(digits[0], b'2' | b'3') && (4..=894).contains(&number(&digits[3..6])), "format")
}

fn iranian(digits: &[u8]) -> Result<(), &'static str> {
    let remainder = weighted(&digits[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if remainder < 2 { remainder } else { 11 - remainder };
    rule(!is_uniform(digits) && check == value(digits[9]), "checksum")
}

fn american(digits: &[u8]) -> Result<(), &'static str> {
    let (area, group, serial) = (number(&digits[..3]), number(&digits[3..5]), number(&digits[5..]));
    // Two that were printed in advertisements, and one in every handbook.
    let printed = matches!(digits, b"078051120" | b"219099999" | b"123456789");
    rule(area != 0 && area != 666 && area < 900 && group != 0 && serial != 0 && !printed && !is_uniform(digits), "format")
}

fn french(digits: &[u8]) -> Result<(), &'static str> {
    let month = number(&digits[3..5]);
    rule(matches!(digits[0], b'1' | b'2' | b'3' | b'4' | b'7' | b'8') && matches!(month, 1..=12 | 20..=42 | 50..=99), "format")?;
    rule(97 - number(&digits[..13]) % 97 == number(&digits[13..]), "checksum")
}

/// 2A counts as 19 and 2B as 18 in the key.
fn corsican(text: &[u8]) -> Result<(), &'static str> {
    let mut digits = [0; 15];
    digits.copy_from_slice(text);
    let department = match (text[5], text[6]) {
        (b'2', b'A') => *b"19",
        (b'2', b'B') => *b"18",
        _ => return Err("format"),
    };
    digits[5..7].copy_from_slice(&department);
    french(&digits)
}

fn german(digits: &[u8]) -> Result<(), &'static str> {
    let mut counts = [0; 10];
    digits[..10].iter().for_each(|digit| counts[value(*digit) as usize] += 1);
    let repeated = counts.iter().filter(|count| **count > 1).count();
    let most = counts.iter().max().copied().unwrap_or(0);
    rule(digits[0] != b'0' && repeated == 1 && (2..=3).contains(&most), "format")?;
    rule(mod_11_10(digits), "checksum")
}

fn turkish(digits: &[u8]) -> Result<(), &'static str> {
    rule(digits[0] != b'0', "format")?;
    let odd: u32 = digits[..9].iter().step_by(2).map(|digit| value(*digit)).sum();
    let even: u32 = digits[1..8].iter().step_by(2).map(|digit| value(*digit)).sum();
    let tenth = (odd * 7 + 90 - even) % 10;
    let eleventh = digits[..10].iter().map(|digit| value(*digit)).sum::<u32>() % 10;
    rule(tenth == value(digits[9]) && eleventh == value(digits[10]), "checksum")
}

fn aadhaar(digits: &[u8]) -> Result<(), &'static str> {
    rule(digits[0] >= b'2' && !is_uniform(digits), "format")?;
    rule(verhoeff(digits), "checksum")
}

/// The check digit of Receita Federal: 11 minus the weighted sum mod 11, 0 where that is more than nine.
fn brazilian(digits: &[u8], weights: &[u32]) -> bool {
    let remainder = weighted(digits, weights) % 11;
    let check = if remainder < 2 { 0 } else { 11 - remainder };
    digits.get(weights.len()).is_some_and(|digit| value(*digit) == check)
}

fn cpf(digits: &[u8]) -> Result<(), &'static str> {
    let first = brazilian(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    rule(!is_uniform(digits) && first && brazilian(digits, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]), "checksum")
}

fn cnpj(digits: &[u8]) -> Result<(), &'static str> {
    let first = brazilian(digits, &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
    rule(!is_uniform(digits) && first && brazilian(digits, &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]), "checksum")
}

fn polish(digits: &[u8]) -> Result<(), &'static str> {
    let month = number(&digits[2..4]) % 20;
    rule((1..=12).contains(&month) && (1..=31).contains(&number(&digits[4..6])), "format")?;
    let check = (10 - weighted(&digits[..10], &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10;
    rule(check == value(digits[10]), "checksum")
}

fn chinese(text: &[u8]) -> Result<(), &'static str> {
    let year = number(&text[6..10]);
    rule((1900..=2099).contains(&year) && is_date(&text[8..14]) && text[0] != b'0', "format")?;
    let sum = weighted(&text[..17], &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    rule(b"10X98765432"[(sum % 11) as usize] == text[17], "checksum")
}

fn dutch(digits: &[u8]) -> Result<(), &'static str> {
    let sum = weighted(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    rule(!is_uniform(digits) && sum % 11 == value(digits[8]), "checksum")
}

fn british(text: &[u8]) -> Result<(), &'static str> {
    let banned = [&b"BG"[..], b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"];
    let first = !b"DFIQUV".contains(&text[0]) && !b"DFIQUVO".contains(&text[1]);
    rule(first && !banned.contains(&&text[..2]) && (b'A'..=b'D').contains(&text[8]), "format")
}

fn spanish(head: u64, text: &[u8]) -> Result<(), &'static str> {
    let (Some((letter, digits)), letters) = (text.split_last(), b"TRWAGMYFPDXBNJZSQVHLCKE") else { return Err("length") };
    let whole = head * 10_u64.pow(digits.len() as u32) + number(digits);
    rule(letters[(whole % 23) as usize] == *letter, "checksum")
}

fn foreigner_in_spain(text: &[u8]) -> Result<(), &'static str> {
    match text[0] {
        b'X' => spanish(0, &text[1..]),
        b'Y' => spanish(1, &text[1..]),
        b'Z' => spanish(2, &text[1..]),
        _ => Err("format"),
    }
}

fn italian(text: &[u8]) -> Result<(), &'static str> {
    const ODD: [u32; 36] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    rule(b"ABCDEHLMPRST".contains(&text[8]), "format")?;
    // Digits may be replaced by letters where two people would share a code.
    let digit = |byte: u8| byte.is_ascii_digit() || b"LMNPQRSTUV".contains(&byte);
    rule([6, 7, 9, 10, 12, 13, 14].iter().all(|place| digit(text[*place])), "format")?;
    let index = |byte: u8| if byte.is_ascii_digit() { u32::from(byte - b'0') } else { u32::from(byte - b'A') };
    let sum: u32 = text[..15]
        .iter()
        .enumerate()
        .map(|(place, byte)| if place % 2 == 1 { index(*byte) } else { ODD[index(*byte) as usize + if byte.is_ascii_digit() { 0 } else { 10 }] })
        .sum();
    rule(b'A' + (sum % 26) as u8 == text[15], "checksum")
}
