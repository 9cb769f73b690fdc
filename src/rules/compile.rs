//! From packs as written to a rule set as used. All checks that need no page are here, and all mistakes come out together.

use super::adblock;
use super::lexicon::Lexicon;
use super::load::is_builtin;
use super::media::Media;
use super::mistake::{Mistake, Severity};
use super::moderation::{Builder, is_moderation};
use super::pack::{PackRule, PackSource, Placed, Reader, suggest};
use super::place::place_in;
use super::selector::{self, SelectorIndex};
use super::{Rule, RuleIndex, RuleSet};
use crate::fold::Folded;
use crate::moderate::Key;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// All that a rule set is built from.
#[derive(Clone, Debug, Default)]
pub struct RuleSources {
    /// The packs.
    pub packs: Vec<PackSource>,
    /// Word lists of dates and numbers.
    pub lexicons: Vec<PackSource>,
    /// What is known of pictures and embeds.
    pub media: Vec<PackSource>,
    /// EasyList-syntax files of the user.
    pub adblock: Vec<PackSource>,
    /// Ids of rules (`pack/id`) or packs to leave out.
    pub off: Vec<String>,
    /// Packs that are there to be asked for.
    pub optional: Vec<PackSource>,
    /// Which of them are; by name, with or without their folder.
    pub with: Vec<String>,
    /// What pseudonyms are made with.
    pub key: Option<Key>,
}

impl RuleSources {
    /// Builds the set; mistakes that are only warnings come with it.
    pub fn compile(&self) -> Result<(RuleSet, Vec<Mistake>), Vec<Mistake>> {
        let mut building = Building { set: RuleSet::default(), mistakes: Vec::new(), ids: FxHashMap::default(), phrases_seen: FxHashMap::default() };
        for lexicon in &self.lexicons {
            building.lexicon(lexicon);
        }
        for media in &self.media {
            building.media(media);
        }
        let off: HashSet<&str> = self.off.iter().map(String::as_str).collect();
        let mut switched_off = HashSet::new();
        let mut moderation = Builder::default();
        for pack in self.packs.iter().chain(self.wanted(&mut building.mistakes)) {
            if is_moderation(pack) {
                let ids = &mut building.ids;
                let mut taken = |reader: &mut Reader<'_>, id: &Placed| {
                    let full = full_id(reader, id, ids)?;
                    let switch = [full.as_str(), pack.name.as_str()].into_iter().find(|name| off.contains(name)).map(str::to_owned);
                    let is_off = switch.is_some();
                    switched_off.extend(switch);
                    (!is_off).then_some(full)
                };
                moderation.pack(pack, &mut building.mistakes, &mut taken, self.key.as_ref());
                continue;
            }
            let rules = Reader { pack, mistakes: &mut building.mistakes }.read();
            let built_in = is_builtin(pack);
            for rule in rules {
                building.rule(pack, built_in, rule, &off, &mut switched_off);
            }
        }
        for list in &self.adblock {
            let is_off = |id: &str| {
                let switch = [id, list.name.as_str()].into_iter().find(|name| off.contains(name)).map(str::to_owned);
                let is_off = switch.is_some();
                switched_off.extend(switch);
                is_off
            };
            let report = adblock::read(list, &mut building.set.rules, &mut building.set.selectors, is_off);
            building.set.adblock.push(report);
        }
        for name in off.iter().filter(|name| !switched_off.contains(**name)) {
            building.mistakes.push(Mistake {
                severity: Severity::Error,
                file: "--off".into(),
                source: (*name).into(),
                span: 0..name.len(),
                message: format!("there is no rule or pack `{name}` to switch off"),
                hint: Some("`naqi rules list` shows all ids".into()),
            });
        }
        building.set.has_keep = building.set.rules.iter().any(|rule| rule.keep);
        building.set.selectors.finish();
        // What is built now takes the most room.
        (building.ids, building.phrases_seen) = (FxHashMap::default(), FxHashMap::default());
        let rules = &building.set.rules;
        building.set.phrases.finish(&building.set.lexicon, |rule| rules.get(rule.0 as usize).is_some_and(|rule| rule.joins));
        let (set, lists) = moderation.finish(self.key.clone(), &mut building.mistakes);
        building.set.moderation = set;
        building.set.digest = self.digest(&lists);
        if building.mistakes.iter().any(|mistake| mistake.severity == Severity::Error) {
            return Err(building.mistakes);
        }
        Ok((building.set, building.mistakes))
    }

    /// The optional packs that are asked for.
    fn wanted<'a>(&'a self, mistakes: &mut Vec<Mistake>) -> Vec<&'a PackSource> {
        for name in self.with.iter().filter(|name| !self.optional.iter().any(|pack| is_named(pack, name))) {
            let names: Vec<&str> = self.optional.iter().map(|pack| pack.name.trim_start_matches("moderate/")).collect();
            mistakes.push(Mistake {
                severity: Severity::Error,
                file: "--with".into(),
                source: name.as_str().into(),
                span: 0..name.len(),
                message: format!("there is no pack `{name}`"),
                hint: Some(suggest(name, &names)),
            });
        }
        self.optional.iter().filter(|pack| self.with.iter().any(|name| is_named(pack, name))).collect()
    }

    fn digest(&self, lists: &[(String, Arc<str>)]) -> String {
        let mut hasher = Sha256::new();
        let mut add = |part: &str| {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        };
        for source in self.packs.iter().chain(&self.lexicons).chain(&self.media).chain(&self.adblock) {
            add(&source.name);
            add(&source.text);
        }
        let with = self.optional.iter().filter(|pack| self.with.iter().any(|name| is_named(pack, name)));
        for (name, text) in with.map(|pack| (&pack.name, &pack.text)).chain(lists.iter().map(|(name, text)| (name, text))) {
            add(name);
            add(text);
        }
        // The same rules are off in whatever order they are named.
        let off: BTreeSet<&String> = self.off.iter().collect();
        off.into_iter().for_each(|name| add(name));
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Whether an optional pack is meant by a name, with or without its folder.
fn is_named(pack: &PackSource, name: &str) -> bool {
    pack.name == name || pack.name.strip_prefix("moderate/") == Some(name)
}

struct Building {
    set: RuleSet,
    mistakes: Vec<Mistake>,
    ids: FxHashMap<String, String>,
    phrases_seen: FxHashMap<String, String>,
}

impl Building {
    fn lexicon(&mut self, source: &PackSource) {
        match Lexicon::from_toml(&source.text) {
            Ok(mut lexicon) => {
                for (name, forms) in lexicon.take_lists() {
                    self.set.phrases.define(&name, &forms);
                }
                self.set.lexicon.merge(lexicon);
            }
            Err(error) => {
                let mut reader = Reader { pack: source, mistakes: &mut self.mistakes };
                reader.error(error.span().unwrap_or(0..0), error.message(), None);
            }
        }
    }

    fn media(&mut self, source: &PackSource) {
        match Media::from_toml(&source.text) {
            Ok(media) => self.set.media = Arc::new(media),
            Err(error) => {
                let mut reader = Reader { pack: source, mistakes: &mut self.mistakes };
                reader.error(error.span().unwrap_or(0..0), error.message(), None);
            }
        }
    }

    fn rule(&mut self, pack: &PackSource, built_in: bool, written: PackRule, off: &HashSet<&str>, switched_off: &mut HashSet<String>) {
        let span = written.span.clone();
        let mut reader = Reader { pack, mistakes: &mut self.mistakes };
        let Some(id) = &written.id else {
            return reader.error(span, "the rule has no id", Some("add `id = \"…\"`: it names the rule in reports".into()));
        };
        let Some(full) = full_id(&mut reader, id, &mut self.ids) else { return };
        if written.why.is_empty() {
            reader.error(id.span(), format!("rule `{full}` does not say why it exists"), Some("add `why = \"…\"`, one sentence".into()));
        }
        if written.select.is_empty() && written.text.is_empty() {
            reader.error(id.span(), format!("rule `{full}` removes nothing"), Some("add `select` or `text`".into()));
        }
        for (list, key, what) in
            [(&written.hit, "hit", "shows no page that it changes"), (&written.miss, "miss", "shows no near-miss that it spares")]
        {
            if list.is_empty() {
                reader.error(id.span(), format!("rule `{full}` {what}"), Some(format!("add `{key} = ['<p>…</p>']`")));
            }
        }
        let bounds = [written.joins, !written.alone, written.linked, written.below_title, written.careful];
        let is_about_text = written.scope != super::TextScope::Block || bounds.contains(&true);
        if written.text.is_empty() && is_about_text {
            reader.warning(
                id.span(),
                "`scope`, `joins`, `alone`, `linked`, `below_title` and `careful` are about `text`, and the rule has none",
                None,
            );
        }
        if written.keep && !written.text.is_empty() {
            let span = written.text.first().map_or(id.span(), |text| text.span());
            reader.error(span, format!("rule `{full}` keeps, and only elements can be kept"), Some("name them with `select`".into()));
        }
        if written.keep && written.prose {
            reader.warning(id.span(), "`prose` is about what a rule takes, and this one keeps", None);
        }
        let switch = [full.as_str(), pack.name.as_str()].into_iter().find(|name| off.contains(name)).map(str::to_owned);
        let is_off = switch.is_some();
        switched_off.extend(switch);
        let index = RuleIndex(self.set.rules.len() as u32);
        let selectors = std::mem::take(&mut self.set.selectors);
        self.set.selectors = self.selectors(pack, &written, index, is_off, selectors);
        self.phrases(pack, &written, &full, index, is_off);
        if is_off {
            return;
        }
        let unplace = |list: Vec<toml::Spanned<String>>| list.into_iter().map(toml::Spanned::into_inner).collect();
        let line = pack.text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1);
        self.set.rules.push(Rule {
            id: full,
            why: written.why,
            file: pack.file.clone(),
            line,
            when: written.when,
            select: unplace(written.select),
            text: unplace(written.text),
            scope: written.scope,
            joins: written.joins,
            alone: written.alone,
            linked: written.linked,
            below_title: written.below_title,
            careful: written.careful,
            prose: written.prose,
            heading: written.heading,
            keep: written.keep,
            hit: unplace(written.hit),
            miss: unplace(written.miss),
            built_in,
        });
    }

    fn selectors(&mut self, pack: &PackSource, written: &PackRule, index: RuleIndex, is_off: bool, mut into: SelectorIndex) -> SelectorIndex {
        for text in &written.select {
            match selector::parse(text.get_ref()) {
                Ok(list) => {
                    // Ours are meant for pages that have them.
                    if let Some(tag) = selector::leans_on(&list).filter(|_| !is_builtin(pack)) {
                        let message = format!("`{tag}` may be left out of a page, and a selector is matched on the page as written");
                        let hint = "name what stands in it alone (`table tr`), unless only pages that have it are meant";
                        Reader { pack, mistakes: &mut self.mistakes }.warning(text.span(), message, Some(hint.into()));
                    }
                    if !is_off {
                        into.add(&list, index);
                    }
                }
                Err(refused) => {
                    // What is wrong as a whole is shown as a whole.
                    let span = match refused.at {
                        0 => text.span(),
                        at => place_in(&pack.text, text.span(), text.get_ref(), at),
                    };
                    let hint = refused.refusal.hint().map(str::to_owned);
                    Reader { pack, mistakes: &mut self.mistakes }.error(span, refused.refusal.to_string(), hint);
                }
            }
        }
        into
    }

    fn phrases(&mut self, pack: &PackSource, written: &PackRule, full: &str, index: RuleIndex, is_off: bool) {
        for phrase in &written.text {
            let mut reader = Reader { pack, mistakes: &mut self.mistakes };
            let book = &mut self.set.phrases;
            let added = if is_off { book.check(phrase.get_ref()) } else { book.add(phrase.get_ref(), index) };
            if let Err(error) = added {
                reader.error(phrase.span(), error.to_string(), error.hint().map(str::to_owned));
                continue;
            }
            let folded = Folded::of(phrase.get_ref());
            let form: Vec<String> =
                folded.words().iter().zip(folded.texts()).map(|(word, text)| format!("{text}{}", if word.colon { ":" } else { "" })).collect();
            // What alternatives stand for may well be said twice.
            if phrase.get_ref().contains('|') {
                continue;
            }
            // Packs may share phrases, for each can be switched off by itself; and a word may be weak in one rule, a link in another.
            let bounds = (written.scope, written.alone, written.linked, written.below_title, written.careful);
            let key = format!("{} {} {:?} {bounds:?}", pack.name, form.join(" "), written.when);
            if let Some(other) = self.phrases_seen.insert(key, full.to_owned()) {
                reader.warning(phrase.span(), format!("after folding, `{other}` has this phrase already"), Some("remove one of the two".into()));
            }
        }
    }
}

/// The id of a rule with its pack; mistakes in it are noted.
fn full_id(reader: &mut Reader<'_>, id: &Placed, ids: &mut FxHashMap<String, String>) -> Option<String> {
    let full = format!("{}/{}", reader.pack.name, id.get_ref());
    let is_plain = id.get_ref().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c));
    if !is_plain {
        reader.error(id.span(), format!("`{}` is not an id", id.get_ref()), Some("use a-z, 0-9, `-`, `.` and `_`".into()));
    }
    if let Some(file) = ids.insert(full.clone(), reader.pack.file.clone()) {
        reader.error(id.span(), format!("the id `{full}` is taken by another rule in {file}"), None);
    }
    Some(full)
}
