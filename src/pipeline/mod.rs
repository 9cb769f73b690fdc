//! The road of one page, top to bottom: bytes → decode → rewrite → strip → moderate → emit → report.
//!
//! Push-based: [`Pipeline::feed`] takes bytes as they come, [`Pipeline::finish`] ends the page and gives the report. Any split of
//! the input gives the same output. Every mode walks this road; modes differ in [`Settings`].

mod output;
mod reporting;
mod settings;
mod source_bytes;

pub use settings::{Origin, Settings};

use crate::decode::{Declared, Decoder, SourceMap, charset_of_content_type};
use crate::emit::record::Counts;
use crate::emit::{Addresses, EmitFormat, Emitter, PageSource, Placed, emitter, whole_title};
use crate::error::PageError;
use crate::limits::{Deadline, Limit};
use crate::metadata::{Collector, ContentSource};
use crate::moderate::{Bounds, Moderator, PageFacts, Verdict};
use crate::report::{PageReport, RemovalRecord};
use crate::rewrite::noscript::Noscripts;
use crate::rewrite::{Event, Markup, OpenElements, Rewriter, Sink, Window};
use crate::rules::RuleSet;
use crate::stage_times::StageTimes;
use crate::strip::model::{Model, PageFeatures, builtin};
use crate::strip::{Extent, Held, Removal, StripMode, Stripper};
use encoding_rs::Encoding;
use output::{Output, place};
use reporting::{RECORDED_REMOVALS, record};
use source_bytes::SourceBytes;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};
use url::Url;

/// The decoded page is worked on in pieces of this many bytes, however the input was split.
const PIECE_BYTES: usize = 16 * 1024;
/// A piece of the source is decoded where so many bytes are free: each of its bytes may become a character of three.
const DECODED_BYTES: usize = 3 * PIECE_BYTES + 1024;
/// Where output comes before the end of the page, this much of it is usually held.
const HELD_BYTES: u64 = 128 * 1024;
/// Output is handed on in chunks of about this many bytes.
const OUTPUT_BYTES: usize = 32 * 1024;
/// The last bytes of the output stay within reach: `preserve` may have to guard a seam there.
const TAIL_BYTES: usize = 256;

/// A block of text or data is held for moderation up to this many times `limits.hold_bytes`: it is judged as a whole or not at all.
const HOLDS_OF_BLOCK: u64 = 8;

/// One page on its way.
pub struct Pipeline<W> {
    settings: Settings,
    rules: Arc<RuleSet>,
    url: Option<Url>,
    host: Option<String>,
    /// The verdict may be to hold the page back, so nothing of it goes out before it is known.
    holds_back: bool,
    decoder: Decoder,
    window: Window,
    /// How far the decoded page has been tokenized.
    tokenized: u64,
    rewriter: Rewriter,
    collector: Collector,
    stripper: Stripper,
    moderator: Moderator,
    noscripts: Noscripts,
    /// Where in the output a finding's replacement stands.
    edited: Vec<Placed>,
    emitters: Vec<(Box<dyn Emitter>, Output<W>)>,
    /// What is written first, when that is asked for: as the page declares it, and as moderation leaves it.
    title: Option<(String, Option<String>)>,
    content_source: ContentSource,
    /// Where the data stand that the text was made of.
    data: Range<u64>,
    raw: SourceBytes,
    bytes_in: u64,
    removals: Vec<RemovalRecord>,
    counts: Counts,
    begun: Instant,
    times: StageTimes,
    failed: bool,
}

/// Decode, rewrite and metadata feed the stripper.
struct IntoStrip<'a> {
    collector: &'a mut Collector,
    stripper: &'a mut Stripper,
    noscripts: Option<&'a mut Noscripts>,
}

impl Sink for IntoStrip<'_> {
    fn event(&mut self, event: Event, elements: &OpenElements, window: &Window) {
        if let Some(noscripts) = &mut self.noscripts {
            noscripts.event(&event);
        }
        self.collector.event(&event, elements, window);
        self.stripper.event(event, elements, window, self.collector);
    }
}

/// Text made of data feeds the stripper alone.
struct ToStrip<'a> {
    collector: &'a Collector,
    stripper: &'a mut Stripper,
}

impl Sink for ToStrip<'_> {
    fn event(&mut self, event: Event, elements: &OpenElements, window: &Window) {
        self.stripper.event(event, elements, window, self.collector);
    }
}

impl<W: Write> Pipeline<W> {
    /// A page that is written to `to` in the settings' format.
    pub fn new(rules: Arc<RuleSet>, settings: &Settings, origin: &Origin, to: W) -> Self {
        Pipeline::with_formats(rules, settings, origin, vec![(settings.emit, to)])
    }

    /// A page that is written in several formats at once.
    pub fn with_formats(rules: Arc<RuleSet>, settings: &Settings, origin: &Origin, formats: Vec<(EmitFormat, W)>) -> Self {
        let host = origin.url.as_ref().and_then(Url::host_str).map(str::to_owned);
        let declared = Declared {
            http: origin.content_type.as_deref().and_then(charset_of_content_type),
            top_level_domain: host.as_deref().and_then(|host| host.rsplit('.').next()).map(str::to_owned),
        };
        let addresses = Addresses::new(origin.url.clone());
        let keep = formats.iter().any(|(format, _)| *format == EmitFormat::Preserve);
        let emitters = formats.into_iter().map(|(format, to)| {
            let output = Output { to, buffer: Vec::new(), written: 0 };
            (emitter(format, origin.markup, addresses.clone(), rules.media()), output)
        });
        let begun = Instant::now();
        let block_bytes = (settings.limits.hold_bytes as u64).saturating_mul(HOLDS_OF_BLOCK);
        let held_bytes = if settings.strip == StripMode::Article { settings.limits.page_bytes } else { block_bytes };
        let bounds = Bounds { deadline: Deadline::after(begun, &settings.limits), block_bytes, held_bytes };
        Pipeline {
            emitters: emitters.collect(),
            decoder: Decoder::new(&declared),
            tokenized: 0,
            window: Window::default(),
            rewriter: Rewriter::new(origin.markup, &settings.limits),
            collector: Collector::default(),
            stripper: Stripper::new(Arc::clone(&rules), settings.strip, origin.markup, host.clone(), &settings.limits, settings.explain)
                .with_model(settings.model)
                .with_article(settings.article),
            moderator: Moderator::new(Arc::clone(&rules), settings.explain, bounds, origin.url.as_ref()),
            noscripts: Noscripts::default(),
            edited: Vec::new(),
            title: None,
            content_source: ContentSource::Page,
            data: 0..0,
            holds_back: rules.moderation().holds_back(),
            raw: SourceBytes { keep, ..SourceBytes::default() },
            settings: settings.clone(),
            url: origin.url.clone(),
            host,
            rules,
            bytes_in: 0,
            removals: Vec::new(),
            counts: Counts::default(),
            begun,
            times: StageTimes::default(),
            failed: false,
        }
    }

    /// Takes the next bytes of the page. After an error nothing of the page may be published, and nothing more can be fed.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), PageError> {
        if self.failed {
            return Err(PageError::Poisoned);
        }
        // What is going to be held is known, and growing costs a copy each time.
        let held = if self.settings.strip == StripMode::Article { self.settings.limits.page_bytes } else { HELD_BYTES };
        let held = (bytes.len() as u64).min(held) as usize;
        self.window.expect(held.saturating_add(DECODED_BYTES));
        self.stripper.expect(held as u64);
        let fed = bytes.chunks(PIECE_BYTES).try_for_each(|chunk| self.feed_chunk(chunk));
        self.failed = fed.is_err();
        fed
    }

    fn feed_chunk(&mut self, chunk: &[u8]) -> Result<(), PageError> {
        self.bytes_in += chunk.len() as u64;
        if self.raw.keep {
            self.raw.bytes.extend_from_slice(chunk);
        }
        let begun = Instant::now();
        self.decoder.push(chunk, self.window.end_mut());
        self.times.decode += begun.elapsed();
        self.check_limits(self.window.end())?;
        while self.window.end() - self.tokenized >= PIECE_BYTES as u64 {
            self.piece()?;
        }
        Ok(())
    }

    /// rewrite → strip → moderate → emit, as far as the next piece allows.
    fn piece(&mut self) -> Result<(), PageError> {
        let piece = self.window.piece(self.tokenized, PIECE_BYTES);
        self.tokenized += piece.len() as u64;
        let noscripts = (self.settings.strip == StripMode::Article).then_some(&mut self.noscripts);
        let mut sink = IntoStrip { collector: &mut self.collector, stripper: &mut self.stripper, noscripts };
        let begun = Instant::now();
        self.rewriter.write(piece, &self.window, &mut sink)?;
        self.times.rewrite += begun.elapsed();
        self.check_limits(self.tokenized)?;
        self.emit(false)
    }

    /// Ends the page: what was held is decided and written.
    pub fn finish(mut self) -> Result<PageReport, PageError> {
        self.end_of_page()?;
        self.emit(true)?;
        Ok(self.report())
    }

    /// rewrite and strip see the end of the page.
    fn end_of_page(&mut self) -> Result<(), PageError> {
        if self.failed {
            return Err(PageError::Poisoned);
        }
        self.decoder.finish(self.window.end_mut());
        self.read_on()?;
        // Some pages, forums above all, keep their readable form for readers without scripts. Nothing has been handed out yet.
        if self.settings.strip == StripMode::Article && self.stripper.stands_in_noscript() && self.window.open_noscript(&self.noscripts.found) {
            self.content_source = ContentSource::Noscript;
            self.stripper = self.stripper.again(&self.settings.limits);
            self.rewriter = Rewriter::new(Markup::Html, &self.settings.limits);
            self.collector = Collector::default();
            self.tokenized = 0;
            self.read_on()?;
        }
        if self.settings.strip == StripMode::Article {
            self.read_declared()?;
        }
        let begun = Instant::now();
        self.stripper.finish(&self.window, &self.collector);
        self.times.strip += begun.elapsed();
        Ok(())
    }

    /// Where a script would have made the text of the page, what the page declares as data is read behind it, as HTML.
    fn read_declared(&mut self) -> Result<(), PageError> {
        let Some(missing) = self.stripper.missing_text(&self.collector, &self.window) else { return Ok(()) };
        let from = self.window.end();
        let map = self.decoder.map();
        self.data = map.source(missing.block.start)..map.source(missing.block.end);
        map.go_on_beyond(from);
        self.stripper.keep_the_rest(&self.window, &self.collector);
        self.window.end_mut().push_str(&missing.html);
        self.content_source = missing.source;
        self.rewriter.go_on(from, &self.settings.limits);
        // What it says of itself is known: only the stripper listens.
        while self.tokenized < self.window.end() {
            let piece = self.window.piece(self.tokenized, PIECE_BYTES);
            self.tokenized += piece.len() as u64;
            self.rewriter.write(piece, &self.window, &mut ToStrip { collector: &self.collector, stripper: &mut self.stripper })?;
            self.check_limits(self.tokenized)?;
        }
        self.rewriter.end(&self.window, &mut ToStrip { collector: &self.collector, stripper: &mut self.stripper })?;
        Ok(())
    }

    /// rewrite and strip see all that is decoded, and that it is all.
    fn read_on(&mut self) -> Result<(), PageError> {
        while self.tokenized < self.window.end() {
            self.piece()?;
        }
        let noscripts = (self.settings.strip == StripMode::Article).then_some(&mut self.noscripts);
        let mut sink = IntoStrip { collector: &mut self.collector, stripper: &mut self.stripper, noscripts };
        self.rewriter.end(&self.window, &mut sink)?;
        Ok(())
    }

    /// Passes on every event whose fate is sealed.
    fn emit(&mut self, last: bool) -> Result<(), PageError> {
        let begun = Instant::now();
        let mut judging = Duration::ZERO;
        if self.settings.with_title {
            self.read_title();
        }
        let encoding = Encoding::for_label(self.decoder.note().name.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        let map: &SourceMap = self.decoder.map();
        let with_title = self.settings.with_title;
        let title = self.title.as_ref().and_then(|(_, title)| title.as_deref());
        let page = PageSource { window: &self.window, map, raw: &self.raw.bytes, raw_start: self.raw.start, encoding, edits: &[], title, with_title };
        let lang = self.collector.metadata().lang.as_deref();
        let facts = PageFacts { window: &self.window, map, host: self.host.as_deref(), lang };
        let (moderator, emitters) = (&mut self.moderator, &mut self.emitters);
        let has_rules = !moderator.is_idle();
        let (removals, counts, rules) = (&mut self.removals, &mut self.counts, &self.rules);
        let (bytes_removed, edited) = (&mut counts.bytes_removed, &mut self.edited);
        let mut write = |held: Held, page: &PageSource<'_>| {
            if !held.is_kept() {
                *bytes_removed += map.source(held.event.range.end) - map.source(held.event.range.start);
            }
            for (at, (emitter, output)) in emitters.iter_mut().enumerate() {
                emitter.event(&held, page, &mut output.buffer);
                if has_rules {
                    place(edited, emitter.placed(), output.written, at == 0);
                }
            }
        };
        let out = |held: Held| {
            if !has_rules {
                return write(held, &page);
            }
            if moderator.overrun().is_some() {
                // The page fails; nothing more of it goes out.
                return;
            }
            moderator.event(held, page.window);
            if moderator.ready() {
                judging += judged(moderator, facts, page, &mut write);
            }
        };
        let (count, guarded) = (&mut counts.removals, &mut counts.guarded);
        let removed = |removal: Removal| {
            let record = record(&removal, rules, page.map);
            *count += u64::from(!matches!(removal.extent, Extent::Refused(_)));
            *guarded += u64::from(record.cause.is_some());
            if removals.len() < RECORDED_REMOVALS {
                removals.push(record);
            }
        };
        self.stripper.release(out, removed);
        if last && !moderator.is_idle() && moderator.overrun().is_none() {
            judging += judged(moderator, facts, page, &mut write);
        }
        if let Some((limit, value, allowed)) = moderator.overrun() {
            return Err(PageError::Limit { limit, value, allowed });
        }
        if last {
            for (at, (emitter, output)) in self.emitters.iter_mut().enumerate() {
                emitter.finish(&page, &mut output.buffer);
                place(&mut self.edited, emitter.placed(), output.written, at == 0);
            }
        }
        let is_held_back = last && (self.moderator.verdict() >= Verdict::Quarantine || self.review().is_some());
        if last {
            // All that a page that is held whole takes comes after its last piece.
            self.check_limits(self.tokenized)?;
        }
        for (_, output) in &mut self.emitters {
            if is_held_back {
                output.buffer.clear();
            } else if last || (output.buffer.len() > OUTPUT_BYTES && !self.holds_back) {
                output.hand_on(if last { 0 } else { TAIL_BYTES })?;
            }
        }
        let needed = self.stripper.held_from().unwrap_or(self.tokenized).min(self.rewriter.handed_out());
        let needed = self.moderator.held_from().map_or(needed, |held| held.min(needed));
        self.window.forget(needed);
        let needed_source = self.decoder.map().source(needed);
        self.decoder.map().forget(needed);
        self.raw.forget(needed_source);
        self.times.moderate += judging;
        self.times.emit += begun.elapsed().saturating_sub(judging);
        Ok(())
    }

    /// The title as far as it is known by now, redacted.
    fn read_title(&mut self) {
        let metadata = self.collector.metadata();
        let Some(title) = whole_title(metadata.title.as_deref(), self.collector.heading()) else { return };
        if self.title.as_ref().is_none_or(|(declared, _)| declared != title) {
            let redacted = self.moderator.redacted(title, self.host.as_deref(), metadata.lang.as_deref());
            self.title = Some((title.to_owned(), redacted));
        }
    }

    /// Why the page is to be looked at before it goes out.
    fn review(&self) -> Option<String> {
        let (confidence, least) = (self.stripper.confidence()?, self.settings.article.min_confidence);
        (confidence < least).then(|| format!("confidence {confidence} is below strip.min_confidence {least}"))
    }

    fn check_limits(&self, bytes: u64) -> Result<(), PageError> {
        let limits = &self.settings.limits;
        let elapsed = self.begun.elapsed().as_millis() as u64;
        let (size, allowed) = match self.settings.strip {
            StripMode::Article => (Limit::PageBytes, limits.page_bytes),
            StripMode::Rules | StripMode::Off => (Limit::StreamBytes, limits.stream_bytes),
        };
        let open = self.rewriter.elements().count() as u64;
        for (limit, value, allowed) in
            [(size, bytes, allowed), (Limit::OpenElements, open, limits.open_elements as u64), (Limit::Deadline, elapsed, limits.deadline_ms)]
        {
            if value > allowed {
                return Err(PageError::Limit { limit, value, allowed });
            }
        }
        Ok(())
    }
}

/// Judges a passage, writes its events, and says how long the judging took.
fn judged(moderator: &mut Moderator, facts: PageFacts<'_>, page: PageSource<'_>, mut write: impl FnMut(Held, &PageSource<'_>)) -> Duration {
    let begun = Instant::now();
    let (events, edits) = moderator.pass(facts);
    let judging = begun.elapsed();
    let page = PageSource { edits, ..page };
    events.for_each(|held| write(held, &page));
    judging
}

/// Cleans a page that is whole in memory. `out` is what was written.
pub fn clean(rules: &Arc<RuleSet>, settings: &Settings, origin: &Origin, page: &[u8], out: &mut Vec<u8>) -> Result<PageReport, PageError> {
    let mut pipeline = Pipeline::new(Arc::clone(rules), settings, origin, out);
    pipeline.feed(page)?;
    pipeline.finish()
}

/// What the block model knows of a page: `naqi features`, which training reads. `model` is a model file that takes the place of the
/// one inside the program; nothing is stripped but by rules.
///
/// # Errors
/// As [`clean`]; a model file of another version is a [`PageError::Model`].
pub fn features(rules: &Arc<RuleSet>, settings: &Settings, origin: &Origin, page: &[u8], model: Option<&[u8]>) -> Result<PageFeatures, PageError> {
    let given = model.map(|file| Model::read(file).ok_or(PageError::Model)).transpose()?;
    let model = given.as_ref().unwrap_or_else(|| builtin());
    let settings = Settings { strip: StripMode::Article, emit: EmitFormat::Text, ..settings.clone() };
    let mut pipeline = Pipeline::new(Arc::clone(rules), &settings, origin, std::io::sink());
    pipeline.stripper.only_features(model);
    pipeline.feed(page)?;
    pipeline.end_of_page()?;
    pipeline.stripper.dump(model).ok_or(PageError::Model)
}
