//! The last stage: what became of the page, put together from what the others noted.

use super::Pipeline;
use crate::decode::SourceMap;
use crate::emit::record::{Counts, Finding};
use crate::metadata::Metadata;
use crate::moderate::Verdict;
use crate::report::{BlockRecord, KeptRecord, NearMissRecord, PageReport, RemovalRecord};
use crate::rules::RuleSet;
use crate::strip::{Extent, Removal};
use std::io::Write;
use std::ops::Range;
use url::Url;

impl<W: Write> Pipeline<W> {
    pub(super) fn report(mut self) -> PageReport {
        let mut removals = std::mem::take(&mut self.removals);
        removals.sort_by_key(|removal| (removal.start, removal.end));
        let near_misses = self.near_misses();
        let (finding_count, findings) = self.findings();
        let notes = self.notes(finding_count, findings.len());
        let review = self.review();
        let verdict = self.moderator.verdict();
        let encoding = self.decoder.note().clone();
        PageReport {
            url: self.url.as_ref().map(Url::to_string),
            metadata: self.metadata(),
            content_source: self.content_source,
            verdict: if review.is_some() { verdict.max(Verdict::Quarantine) } else { verdict },
            review,
            kept: self.kept(),
            confidence: self.stripper.confidence(),
            findings,
            score: (f64::from(self.moderator.score()) * 100.0).round() / 100.0,
            counts: Counts {
                bytes_in: self.bytes_in,
                bytes_out: self.emitters.iter().map(|(_, output)| output.written).sum(),
                invalid: encoding.invalid,
                findings: finding_count,
                ..self.counts
            },
            encoding,
            removals,
            near_misses,
            blocks: self.blocks(),
            notes,
            rules_digest: self.rules.digest().to_owned(),
            times: self.times,
        }
    }

    /// How many findings there were, and those that are listed, with their places in the output.
    fn findings(&mut self) -> (u64, Vec<Finding>) {
        let (count, mut findings) = self.moderator.take_findings();
        for (number, range) in self.edited.drain(..) {
            if let Some(finding) = findings.get_mut(number as usize) {
                let (from, to) = (range.start as u64, range.end as u64);
                finding.output_start = Some(finding.output_start.map_or(from, |start| start.min(from)));
                finding.output_end = Some(finding.output_end.map_or(to, |end| end.max(to)));
            }
        }
        findings.sort_by_key(|finding| (finding.start, finding.end));
        (count, findings)
    }

    /// Limits that were reached, and what else a reader of the report has to know.
    fn notes(&self, findings: u64, listed: usize) -> Vec<String> {
        let (hold_was_full, siblings_overflowed) = self.stripper.limits_reached();
        let mut notes = Vec::new();
        if !self.data.is_empty() {
            let Range { start, end } = self.data;
            notes.push(format!("the text was made of the data at bytes {start}..{end}; places in it are given as the end of the page"));
        }
        if hold_was_full > 0 {
            notes.push(format!("limits.hold_bytes was reached {hold_was_full} times: what was held was decided early"));
        }
        if siblings_overflowed {
            notes.push("limits.siblings was reached: sibling selectors did not match past it".to_owned());
        }
        if self.counts.removals > RECORDED_REMOVALS as u64 {
            notes.push(format!("only the first {RECORDED_REMOVALS} of {} removals are listed", self.counts.removals));
        }
        if findings > listed as u64 {
            notes.push(format!("only the first {listed} of {findings} findings are listed"));
        }
        notes
    }

    /// What the page declares, as moderation leaves it.
    fn metadata(&mut self) -> Metadata {
        let mut metadata = self.collector.metadata().clone();
        let (host, lang) = (self.host.as_deref(), metadata.lang.clone());
        for text in [&mut metadata.title, &mut metadata.byline, &mut metadata.site] {
            *text = text.take().and_then(|text| self.moderator.redacted(&text, host, lang.as_deref()));
        }
        for value in [&mut metadata.published, &mut metadata.lang, &mut metadata.dir] {
            value.take_if(|value| !self.moderator.may_stay(value, host, lang.as_deref()));
        }
        for address in [&mut metadata.image, &mut metadata.canonical] {
            address.take_if(|address| !self.moderator.may_lead(address, host, lang.as_deref()));
        }
        metadata
    }

    /// Rules of both kinds that came close.
    fn near_misses(&mut self) -> Vec<NearMissRecord> {
        let map = self.decoder.map();
        let near_misses = self.stripper.near_misses().iter().map(|near| NearMissRecord {
            rule: self.rules.rule(near.rule).id.clone(),
            start: map.source(near.range.start),
            end: map.source(near.range.end),
            failed: near.failed.to_owned(),
        });
        let mut near_misses: Vec<NearMissRecord> = near_misses.collect();
        near_misses.extend(self.moderator.take_near());
        near_misses.sort_by_key(|near| (near.start, near.end));
        near_misses
    }

    /// What rules say is content.
    fn kept(&mut self) -> Vec<KeptRecord> {
        let map = self.decoder.map();
        let kept = self.stripper.kept().iter().map(|(rule, range)| KeptRecord {
            rule: self.rules.rule(*rule).id.clone(),
            start: map.source(range.start),
            end: map.source(range.end),
        });
        kept.collect()
    }

    /// What decided about each block.
    fn blocks(&mut self) -> Vec<BlockRecord> {
        let mut blocks = self.stripper.take_explained();
        let map = self.decoder.map();
        for block in &mut blocks {
            (block.start, block.end) = (map.source(block.start), map.source(block.end));
        }
        blocks
    }
}

/// A report lists this many removals; the rest of an endless page is only counted.
pub(super) const RECORDED_REMOVALS: usize = 10_000;

pub(super) fn record(removal: &Removal, rules: &RuleSet, map: &SourceMap) -> RemovalRecord {
    let (extent, cause) = match removal.extent {
        Extent::Whole => ("whole", None),
        Extent::Narrowed(cause) => ("narrowed", Some(cause)),
        Extent::Refused(cause) => ("refused", Some(cause)),
    };
    RemovalRecord {
        rules: {
            // Counted beforehand, so that room is made once.
            let mut ids = Vec::with_capacity(usize::from(removal.by_model) + removal.rules.len());
            ids.extend(removal.by_model.then(|| "model".to_owned()));
            ids.extend(removal.rules.iter().map(|rule| rules.rule(*rule).id.clone()));
            ids
        },
        start: map.source(removal.range.start),
        end: map.source(removal.range.end),
        extent: extent.into(),
        cause: cause.map(|cause| cause.as_str().into()),
    }
}
