//! E-mail addresses: a dot-string and a domain as in RFC 5321 section 4.1.2, internationalised as in RFC 6531; quoted local parts and
//! address literals are not looked for. Spoken forms: "name at example dot com", "name [at] example.com", "اسم آت …".

use super::Scan;
use super::kind::EntityKind;
use super::view::View;
use crate::data::own_data;
use aho_corasick::packed::Searcher;
use serde::Deserialize;
use std::ops::Range;
use std::sync::LazyLock;

/// Octets of a local part, RFC 5321 section 4.5.3.1.1.
const LOCAL: usize = 64;

/// How addresses are said (`rules/entity/email.toml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spoken {
    /// A point between spaces.
    loose_points: Vec<String>,
    /// The same in brackets, with or without spaces within and around.
    points: Vec<String>,
    /// `@` between spaces.
    loose_signs: Vec<String>,
    /// The same after a Latin name only: words of other scripts that stand in any sentence.
    weak_signs: Vec<String>,
    /// Names of mailboxes.
    roles: Vec<String>,
    /// Providers whose point is left out: "jane at gmail com".
    providers: Vec<String>,
    /// The same in brackets, which may be glued to what they join.
    signs: Vec<String>,
    /// Words that follow "at" in prose and begin no domain.
    prose: Vec<String>,
    /// What a domain ends in that is said; codes of regions do as well.
    endings: Vec<String>,
    /// Ends of names of files and units that have an `@` in them (`icon@2x.png`).
    files: Vec<String>,
    /// What makes a domain that is said the address of a page ("example dot com slash news").
    paths: Vec<String>,
}

static SPOKEN: LazyLock<Spoken> = LazyLock::new(|| own_data!("entity/email.toml"));

fn is_one_of(words: &[String], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Judges an `@`; gives where to go on.
pub(super) fn at_sign(scan: &mut Scan<'_, '_, '_>, at: usize) -> usize {
    let view = scan.view;
    if view.byte_before(at) == b' ' && view.byte(at + 1) == b' ' {
        spoken(scan, at - 1..at + 2);
        spaced_out(scan, at);
        return at + 1;
    }
    if view.byte_before(at) == b' ' || view.byte(at + 1) == b' ' {
        half_spaced(scan, at);
        return at + 1;
    }
    let start = local_start(&view, at);
    if start == at {
        return at + 1;
    }
    let Some((end, spoken)) = domain(&view, at + 1) else {
        if let Some(end) = mistyped(&view, at + 1) {
            scan.hit(start..end, EntityKind::Email, "spoken", 0.7);
            return end;
        }
        if scan.near.is_some() {
            let end = view.run(at + 1, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
            scan.miss(start..end, EntityKind::Email, "format");
        }
        return at + 1;
    };
    let range = start..end;
    let before = view.byte_before(start);
    let path = view.byte(end) == b':' && view.byte(end + 1).is_ascii_alphanumeric() && !view.byte(end + 1).is_ascii_digit();
    let userinfo = before == b':' && !view.bytes()[start.saturating_sub(7)..start].eq_ignore_ascii_case(b"mailto:") && view.is_in_address(start);
    let userinfo = userinfo || (before == b'/' && view.byte_before(start - 1) == b'/');
    if before == b'@' || userinfo || (path && &view.text()[start..at] == "git") || view.byte(end) == b'@' {
        scan.miss(range, EntityKind::Email, "boundary");
        return end;
    }
    let detail = if spoken { "spoken" } else { "address" };
    scan.hit(range, EntityKind::Email, detail, if spoken { 0.85 } else { 0.95 });
    end
}

/// Where a domain ends whose last point is a comma: "info@example,com".
fn mistyped(view: &View<'_>, from: usize) -> Option<usize> {
    let host = label(view, from)?;
    let ending = (view.byte(host.end) == b',').then(|| label(view, host.end + 1)).flatten()?;
    let text = &view.text()[ending.clone()];
    (text.len() > 2 && is_spoken_ending(text) && text.is_ascii()).then_some(ending.end)
}

/// Judges a sign with a space on one side: "info@ example.com", "info @example.com". Handles and prices are written so too.
fn half_spaced(scan: &mut Scan<'_, '_, '_>, at: usize) {
    let view = scan.view;
    let (end_of_local, host) = if view.byte(at + 1) == b' ' { (at, at + 2) } else { (at - 1, at + 1) };
    let start = local_start(&view, end_of_local);
    let Some((end, false)) = domain(&view, host).filter(|_| start < end_of_local) else { return };
    let (local, host) = (&view.text()[start..end_of_local], &view.text()[host..end]);
    let ending = host.rsplit('.').next().unwrap_or_default();
    let has_name = local.contains(['.', '_', '+']) || local.bytes().any(|byte| byte.is_ascii_digit()) || is_one_of(&SPOKEN.roles, local);
    let is_provider = is_one_of(&SPOKEN.providers, host.split('.').next().unwrap_or_default());
    let joined = end_of_local == at;
    if local.is_ascii() && local.bytes().any(|byte| byte.is_ascii_alphabetic()) && is_spoken_ending(ending) && (joined || has_name || is_provider) {
        scan.hit(start..end, EntityKind::Email, "spoken", 0.7);
    }
}

/// Judges an address whose letters all stand apart: "i n f o @ e x a m p l e . c o m".
fn spaced_out(scan: &mut Scan<'_, '_, '_>, at: usize) {
    let bytes = scan.view.bytes();
    let is_part = |place: usize| bytes.get(place).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    let is_alone = |place: usize| is_part(place) && !is_part(place + 1);
    let (mut start, mut end) = (at, at + 1);
    while start >= 2 && bytes[start - 1] == b' ' && is_part(start - 2) && (start < 3 || !is_part(start - 3)) && at - start < 2 * LOCAL {
        start -= 2;
    }
    while bytes.get(end) == Some(&b' ') && is_alone(end + 1) && end - at < 2 * LOCAL {
        end += 2;
    }
    if (at - start) < 4 || end - at < 10 {
        return;
    }
    let address: String = scan.view.text()[start..end].chars().filter(|c| *c != ' ').collect();
    if is_address(&address) {
        scan.hit(start..end, EntityKind::Email, "spoken", 0.8);
    }
}

/// Whether a whole text is an address.
pub(super) fn is_address(text: &str) -> bool {
    let view = View::new(text);
    let Some(at) = text.find('@') else { return false };
    at > 0 && local_start(&view, at) == 0 && domain(&view, at + 1) == Some((text.len(), false))
}

/// Where the local part before a place begins; the place itself if there is none.
fn local_start(view: &View<'_>, at: usize) -> usize {
    let ascii = view.byte_before(at).is_ascii();
    let mut start = at;
    for character in view.text()[..at].chars().rev() {
        let atom = character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '%' | '+' | '-' | '\'' | '~' | '&');
        // A word of another script right before the address is not part of it.
        let other = (!ascii && !character.is_ascii() && character.is_alphanumeric()) || is_latin(character);
        if !(atom || other) || at - start >= LOCAL {
            break;
        }
        start -= character.len_utf8();
    }
    let local = &view.text()[start..at];
    let trimmed = local.trim_start_matches(['.', '\'', '-', '&', '~', '%']);
    let start = at - trimmed.len();
    // A point before the sign or two in a row: not an address (RFC 5321, Dot-string).
    if trimmed.ends_with('.') || !trimmed.contains(|c: char| c.is_alphanumeric()) {
        return at;
    }
    match trimmed.rfind("..") {
        Some(points) => start + points + 2,
        None => start,
    }
}

/// Where the domain from a place on ends, and whether a point in it was spoken; `None` if it is no domain.
fn domain(view: &View<'_>, from: usize) -> Option<(usize, bool)> {
    let (mut end, mut labels, mut spoken) = (from, 0, false);
    let mut best = None;
    loop {
        let label = label(view, end)?;
        let whole = &view.text()[label.clone()];
        // "example.comCall" is an address and the next word.
        let text = &whole[..hump(whole)];
        labels += 1;
        end = label.start + text.len();
        if text.len() < whole.len() {
            if labels >= 2 && is_top_level(text) {
                best = Some((end, spoken));
            }
            break;
        }
        if labels >= 2 && is_top_level(text) {
            best = Some((end, spoken));
        }
        // "example.com.Next" is an address and the next sentence.
        let sentence = best.is_some() && text.bytes().all(|byte| byte.is_ascii_lowercase()) && view.byte(end + 1).is_ascii_uppercase();
        let next = view.byte(end) == b'.' && !sentence && view.char_after(end + 1).is_some_and(char::is_alphanumeric);
        if next {
            end += 1;
            continue;
        }
        let Some(dot) = dot_at(view, end).filter(|_| labels < 5) else { break };
        let after = end + dot;
        let Some(next) = self::label(view, after) else { break };
        let word = &view.text()[next];
        // After a whole domain only a known short ending goes on ("example dot co dot uk"), prose does not.
        if best.is_some() && !is_spoken_ending(word) {
            break;
        }
        spoken = true;
        end = after;
    }
    let (end, spoken) = best?;
    // A point that is said must lead to an ending that is one; in brackets nobody says any other thing.
    let ending = view.text()[from..end].rsplit(['.', ' ', ']', ')', '}', '>']).next().unwrap_or_default();
    let is_bracketed = view.text()[..end - ending.len()].trim_end_matches(' ').ends_with([']', ')', '}', '>']);
    (!spoken || is_bracketed || is_spoken_ending(ending)).then_some((end, spoken))
}

/// Where a capital follows small letters, if all before are small; the length otherwise.
fn hump(label: &str) -> usize {
    let small = label.bytes().take_while(u8::is_ascii_lowercase).count();
    if small >= 2 && label.as_bytes().get(small).is_some_and(u8::is_ascii_uppercase) { small } else { label.len() }
}

/// Letters that ASCII is written together with.
fn is_latin(character: char) -> bool {
    character.is_ascii_alphanumeric() || (('\u{c0}'..'\u{250}').contains(&character) && character.is_alphabetic())
}

fn label(view: &View<'_>, at: usize) -> Option<Range<usize>> {
    let first = view.char_after(at).filter(|first| first.is_alphanumeric())?;
    let mut end = at;
    for character in view.text()[at..].chars().take(63) {
        let mixed = if is_latin(first) { is_latin(character) || character.is_ascii_digit() } else { character.is_alphanumeric() };
        let fits = mixed || character == '-';
        // Marks are letters of many scripts.
        if !fits && (is_latin(first) || !unicode_normalization::char::is_combining_mark(character)) {
            break;
        }
        end += character.len_utf8();
    }
    let label = view.text()[at..end].trim_end_matches('-');
    Some(at..at + label.len())
}

fn is_top_level(label: &str) -> bool {
    let letters = label.chars().all(char::is_alphabetic) && label.chars().nth(1).is_some();
    (letters || label.starts_with("xn--")) && !is_one_of(&SPOKEN.files, label)
}

fn is_spoken_ending(label: &str) -> bool {
    is_one_of(&SPOKEN.endings, label) || (label.len() == 2 && label.to_ascii_uppercase().parse::<super::Region>().is_ok())
}

/// Length of a spoken point at a place.
fn dot_at(view: &View<'_>, at: usize) -> Option<usize> {
    let rest = &view.bytes()[at..];
    let loose = SPOKEN.loose_points.iter().find(|dot| begins(rest, dot)).map(|dot| dot.len());
    loose.or_else(|| {
        let space = usize::from(rest.first() == Some(&b' '));
        let end = bracketed(view, at + space, &SPOKEN.points)?;
        Some(end + usize::from(view.byte(end) == b' ') - at)
    })
}

/// Where a spoken point begins that ends at a place.
fn point_before(view: &View<'_>, at: usize) -> Option<usize> {
    let text = &view.text()[..at];
    let loose = SPOKEN.loose_points.iter().find(|point| point.contains(char::is_alphabetic) && text.ends_with(point.as_str()));
    loose.map(|point| at - point.len()).or_else(|| {
        let closed = text.trim_end_matches(' ').strip_suffix([']', ')', '}', '>'])?;
        let open = closed.trim_end_matches(|character: char| character.is_alphanumeric() || matches!(character, ' ' | '.')).len().checked_sub(1)?;
        bracketed(view, open, &SPOKEN.points)?;
        Some(text[..open].trim_end_matches(' ').len())
    })
}

/// Where a bracket that opens at a place and holds nothing but one of these words closes.
fn bracketed(view: &View<'_>, at: usize, words: &[String]) -> Option<usize> {
    let close = match view.byte(at) {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        b'<' => b'>',
        _ => return None,
    };
    let from = view.short_run(at + 1, 2, |byte| *byte == b' ');
    let rest = &view.bytes()[from..];
    words.iter().filter(|word| begins(rest, word)).find_map(|word| {
        let end = view.short_run(from + word.len(), 2, |byte| *byte == b' ');
        (view.byte(end) == close).then_some(end + 1)
    })
}

fn begins(bytes: &[u8], word: &str) -> bool {
    bytes.len() >= word.len() && bytes[..word.len()].eq_ignore_ascii_case(word.as_bytes())
}

/// Judges a bracket; gives where to go on.
pub(super) fn at_bracket(scan: &mut Scan<'_, '_, '_>, bracket: usize) -> usize {
    let view = scan.view;
    if let Some(end) = bracketed(&view, bracket, &SPOKEN.signs) {
        spoken(scan, bracket..end);
    }
    bracket + 1
}

/// Judges a point between letters, where a domain may stand after a spoken `@`; gives where to go on.
pub(super) fn at_point(scan: &mut Scan<'_, '_, '_>, point: usize) -> usize {
    let view = scan.view;
    if view.byte(point + 1).is_ascii_alphabetic() && view.byte_before(point).is_ascii_alphanumeric() {
        let start = view.token(point - 1).start;
        loosely(scan, start);
    }
    point + 1
}

/// Looks for a loose `@` before a domain that begins here.
fn loosely(scan: &mut Scan<'_, '_, '_>, start: usize) {
    // All of them end in a space.
    if scan.view.byte_before(start) != b' ' {
        return;
    }
    let before = &scan.view.bytes()[..start];
    let ends = |word: &&String| before.len() > word.len() && before[before.len() - word.len()..].eq_ignore_ascii_case(word.as_bytes());
    let host = scan.view.text()[start..].split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let weak = SPOKEN.weak_signs.iter().filter(|_| is_one_of(&SPOKEN.providers, host));
    if let Some(word) = SPOKEN.loose_signs.iter().chain(weak).find(ends) {
        spoken(scan, start - word.len()..start);
    }
}

/// Judges a provider whose point is left out, with its ending: "jane at gmail com".
fn pointless(scan: &mut Scan<'_, '_, '_>, host: Range<usize>) {
    let view = scan.view;
    let before = &view.text()[..host.start];
    let sign = SPOKEN.loose_signs.iter().chain(&SPOKEN.weak_signs).map(String::as_str).chain([" @ ", "@"]).find(|sign| before.ends_with(sign));
    let Some(at) = sign.map(|sign| before.len() - sign.len()) else { return };
    let start = local_start(&view, at);
    if start < at && view.text()[start..at].is_ascii() && !view.byte(host.end).is_ascii_alphanumeric() {
        scan.hit(start..host.end, EntityKind::Email, "spoken", 0.7);
    }
}

/// Spoken points between spaces as one search, in the cases that people write; a mere mark is too frequent for one.
static SPOKEN_POINTS: LazyLock<Option<Searcher>> = LazyLock::new(|| {
    let words = SPOKEN.loose_points.iter().map(|point| point.trim()).filter(|word| word.chars().all(char::is_alphabetic));
    let cases = words.flat_map(|word| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        [word.to_owned(), word.to_uppercase(), first.to_uppercase() + rest]
    });
    let pointless = SPOKEN.providers.iter().flat_map(|name| [name.clone(), name[..1].to_uppercase() + &name[1..]]).map(|name| name + " com");
    let joined = cases.clone().filter(|word| word.is_ascii()).map(|word| format!("-{word}-"));
    Searcher::new(joined.chain(cases.map(|word| format!(" {word} "))).chain(pointless).collect::<std::collections::BTreeSet<_>>())
});

/// Looks for loosely spoken addresses around the spoken points of the whole text.
pub(super) fn spoken_points(scan: &mut Scan<'_, '_, '_>) {
    let view = scan.view;
    let Some(search) = &*SPOKEN_POINTS else { return };
    for point in search.find_iter(view.bytes()) {
        if view.byte(point.start()) == b'-' {
            hyphenated(scan, point.start()..point.end());
            continue;
        }
        if view.byte(point.start()) != b' ' {
            pointless(scan, point.start()..point.end());
            continue;
        }
        let mut start = point.start();
        for character in view.text()[..point.start()].chars().rev().take(63) {
            if !(character.is_alphanumeric() || character == '-') {
                break;
            }
            start -= character.len_utf8();
        }
        if start < point.start() {
            loosely(scan, start);
        }
    }
}

/// Judges an address whose parts are joined by hyphens around a point: "info-at-example-dot-com".
fn hyphenated(scan: &mut Scan<'_, '_, '_>, point: Range<usize>) {
    let view = scan.view;
    let is_in = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let bytes = view.bytes();
    let start = point.start - bytes[..point.start].iter().rev().take(2 * LOCAL).take_while(is_in).count();
    let end = point.end + bytes[point.end..].iter().take(LOCAL).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let signs = SPOKEN.loose_signs.iter().map(|sign| sign.trim_matches([' ', '-', '_', '~'])).filter(|sign| sign.is_ascii());
    let before = &view.text()[start..point.start];
    let at = signs.filter_map(|sign| before.to_ascii_lowercase().rfind(&format!("-{sign}-")).map(|at| (at, at + sign.len() + 2))).max();
    let Some((local, host)) = at.map(|(at, after)| (&before[..at], &before[after..])) else { return };
    let ending = &view.text()[point.end..end];
    if is_spoken_ending(ending) && is_address(&format!("{local}@{host}.{ending}")) && !view.is_in_address(start) {
        scan.hit(start..end, EntityKind::Email, "spoken", 0.7);
    }
}

/// Judges a spoken `@`.
pub(super) fn spoken(scan: &mut Scan<'_, '_, '_>, said: Range<usize>) {
    let view = scan.view;
    let loose = view.byte(said.start) == b' ' && view.byte(said.end - 1) == b' ';
    let bracketed = !loose;
    let at = said.start - usize::from(bracketed && view.byte_before(said.start) == b' ');
    let after = said.end + usize::from(bracketed && view.byte(said.end) == b' ');
    let mut start = local_start(&view, at);
    if start == at {
        return;
    }
    let Some((end, dotted)) = domain(&view, after) else { return };
    // "first dot last at example dot com"; one word each, or it is the sentence before.
    while dotted
        && let Some(before) = point_before(&view, start)
        && let earlier = local_start(&view, before)
        && earlier < before
        && at - earlier < LOCAL
    {
        start = earlier;
    }
    let (local, host) = (&view.text()[start..at], &view.text()[after..end]);
    let sign = !view.text()[said.clone()].trim().chars().all(char::is_alphabetic);
    let first = host.split(['.', ' ', '[', '(']).next().unwrap_or_default();
    if is_one_of(&SPOKEN.prose, first) || SPOKEN.paths.iter().any(|path| begins(&view.bytes()[end..], path)) {
        return;
    }
    // "look at example.com" is prose: without brackets the point must be spoken too, or the name look like one.
    let named = local.contains(['.', '_', '+']) || local.bytes().any(|byte| byte.is_ascii_digit());
    let named = named && !local.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    // "user AT example.com" shouts its sign.
    let shouted = view.text()[said.clone()].trim() == "AT" && !local.bytes().any(|byte| byte.is_ascii_uppercase());
    // "requests.Response at urllib3.raw" names parts of a program.
    let named = named && is_spoken_ending(host.rsplit('.').next().unwrap_or_default());
    if loose && !dotted && !named && !sign && !shouted {
        scan.miss(start..end, EntityKind::Email, "context");
        return;
    }
    let short = bracketed && view.text()[said.clone()].eq_ignore_ascii_case("(a)") && local.len() < 3;
    if short {
        return;
    }
    scan.hit(start..end, EntityKind::Email, "spoken", if bracketed || dotted { 0.85 } else { 0.7 });
}
