//! One way through a text that counts what it is made of and tells it from others.

use crate::strip::word_count::UNPARTED_LETTERS;

/// Counts what a text is made of.
#[derive(Default)]
pub(super) struct Scan {
    pub(super) words: u32,
    pub(super) bytes: u32,
    pub(super) stops: u32,
    pub(super) commas: u32,
    pub(super) digits: u32,
    pub(super) capitals: u32,
    /// Of the bytes that are no white space, eight at a time.
    hash: u64,
    /// Those that are not in it.
    rest: u64,
}

impl Scan {
    /// Tells texts apart, however their words are parted.
    pub(super) fn hash(&self) -> u64 {
        mix(mix(self.hash, self.rest), u64::from(self.bytes))
    }

    /// Adds a byte that is no white space.
    #[inline]
    fn take(&mut self, byte: u8) {
        self.bytes += 1;
        self.rest = self.rest << 8 | u64::from(byte);
        if self.bytes.is_multiple_of(8) {
            self.hash = mix(self.hash, std::mem::take(&mut self.rest));
        }
    }

    pub(super) fn text(&mut self, text: &str, mut word: impl FnMut(u32)) {
        let (mut inside, mut hash, mut ideographs, mut unparted) = (false, 0u32, 0u32, 0u32);
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let class = CLASS[usize::from(byte)];
            if class <= DIGIT {
                // A run of letters and digits at once.
                if !inside {
                    (inside, hash) = (true, 0);
                    self.words += 1;
                }
                let (mut class, mut byte) = (class, byte);
                loop {
                    self.take(byte);
                    hash = (hash.rotate_left(5) ^ u32::from(byte | 0x20)).wrapping_mul(0x9E37_79B1);
                    self.digits += u32::from(class == DIGIT);
                    self.capitals += u32::from(class == CAPITAL);
                    at += 1;
                    let Some(&next) = bytes.get(at) else { break };
                    (byte, class) = (next, CLASS[usize::from(next)]);
                    if class > DIGIT {
                        break;
                    }
                }
                continue;
            }
            at += 1;
            if class == SPACE {
                if inside {
                    word(hash);
                    inside = false;
                }
                continue;
            }
            self.take(byte);
            let low = u32::from(byte | 0x20);
            match class {
                STOP => self.stops += 1,
                COMMA => self.commas += 1,
                INNER => hash = (hash.rotate_left(5) ^ low).wrapping_mul(0x9E37_79B1),
                LEAD => {
                    // Marks of other scripts: Arabic comma, semicolon and question mark, the ideographic stop and commas, the danda.
                    match (byte, bytes.get(at), bytes.get(at + 1)) {
                        (0xD8, Some(0x8C | 0x9B), _) | (0xE3, Some(0x80), Some(0x81)) | (0xEF, Some(0xBC), Some(0x8C)) => self.commas += 1,
                        (0xD8, Some(0x9F), _) | (0xDB, Some(0x94), _) | (0xE3, Some(0x80), Some(0x82)) | (0xE0, Some(0xA5), Some(0xA4)) => {
                            self.stops += 1;
                        }
                        (0xE3..=0xE9, ..) => {
                            ideographs += 1;
                            if std::mem::take(&mut inside) {
                                word(hash);
                            }
                        }
                        // Spaces that break no line, and those of a fixed width.
                        (0xC2, Some(0xA0), _) | (0xE2, Some(0x80), Some(0x80..=0x8A | 0xAF)) => {
                            if std::mem::take(&mut inside) {
                                word(hash);
                            }
                        }
                        // Letters of scripts that part no words: Thai, Lao, Burmese, Khmer.
                        (0xE0, Some(0xB8..=0xBB), _) | (0xE1, Some(0x80..=0x82 | 0x9E | 0x9F), _) => {
                            unparted += 1;
                            if std::mem::take(&mut inside) {
                                word(hash);
                            }
                        }
                        // Punctuation, signs, and the mark that files begin with.
                        (0xC2 | 0xE2, ..) | (0xEF, Some(0xBB), Some(0xBF)) => {}
                        _ => {
                            if !inside {
                                (inside, hash) = (true, 0);
                                self.words += 1;
                            }
                            hash = (hash.rotate_left(5) ^ low).wrapping_mul(0x9E37_79B1);
                        }
                    }
                }
                _ => {}
            }
        }
        if inside {
            word(hash);
        }
        self.words += ideographs.div_ceil(2) + unparted.div_ceil(UNPARTED_LETTERS);
    }
}

#[inline]
fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)
}

const LETTER: u8 = 0;
const CAPITAL: u8 = 1;
const DIGIT: u8 = 2;
const SPACE: u8 = 3;
const OTHER: u8 = 4;
const STOP: u8 = 5;
const COMMA: u8 = 6;
/// A byte inside a character.
const INNER: u8 = 7;
/// The first byte of a character outside of ASCII.
const LEAD: u8 = 8;

static CLASS: [u8; 256] = {
    let mut table = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0C => SPACE,
            b'a'..=b'z' | b'&' => LETTER,
            b'A'..=b'Z' => CAPITAL,
            b'0'..=b'9' => DIGIT,
            b'.' | b'!' | b'?' => STOP,
            b',' | b';' | b':' => COMMA,
            0x80..=0xBF => INNER,
            0xC0.. => LEAD,
            _ => OTHER,
        };
        byte += 1;
    }
    table
};
