//! Records as rows of a Parquet file.
//!
//! The schema is fixed. Lists (`findings`, `removals`) are JSON texts: what is asked of them differs too much for columns of their own.
//! Row groups are bounded by the bytes that they hold, so that a reader needs no more memory than the writer.

use super::growing::{GrowingFile, part_of};
use super::shards::{ShardMark, ShardPlan};
use anyhow::{Context, Result, bail};
use naqi::emit::record::Record;
use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::metadata::{FileMetaData, ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{SchemaDescriptor, Type};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const ZSTD_LEVEL: i32 = 3;

/// The columns, in their order.
pub const SCHEMA: &str = "message naqi {
    required binary schema (UTF8);
    required binary id (UTF8);
    required binary source (UTF8);
    optional int64 offset;
    optional binary url (UTF8);
    optional binary title (UTF8);
    optional binary byline (UTF8);
    optional binary published (UTF8);
    optional binary site (UTF8);
    optional binary lang (UTF8);
    optional binary dir (UTF8);
    optional binary image (UTF8);
    optional binary html (UTF8);
    optional binary text (UTF8);
    required binary content_source (UTF8);
    required binary verdict (UTF8);
    required binary findings (JSON);
    required binary removals (JSON);
    required int64 bytes_in;
    required int64 bytes_out;
    required int64 bytes_removed;
    optional double confidence;
    required binary rules_digest (UTF8);
    optional binary error (UTF8);
}";

/// A column's values so far.
#[derive(Debug)]
enum Column {
    Text(Vec<Option<ByteArray>>),
    Number(Vec<Option<i64>>),
    Fraction(Vec<Option<f64>>),
}

impl Column {
    fn clear(&mut self) {
        match self {
            Column::Text(values) => values.clear(),
            Column::Number(values) => values.clear(),
            Column::Fraction(values) => values.clear(),
        }
    }
}

/// Rows in shards.
pub struct Rows {
    plan: ShardPlan,
    schema: Arc<Type>,
    shard: u32,
    writer: Option<SerializedFileWriter<Output>>,
    columns: Vec<Column>,
    bytes: usize,
    /// A row group holds about this many bytes before compression.
    group_bytes: usize,
    /// Where the row groups of the shard in hand are listed, for a later run.
    list: Option<PathBuf>,
    /// A row group was ended since this was last asked.
    has_ended: bool,
}

/// The file.
struct Output {
    to: Target,
    /// What is written is there already.
    is_there: bool,
}

enum Target {
    File(GrowingFile),
    Stdout(io::Stdout),
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_there {
            return Ok(bytes.len());
        }
        match &mut self.to {
            Target::File(file) => file.write(bytes),
            Target::Stdout(stdout) => stdout.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            Target::File(file) => file.flush(),
            Target::Stdout(stdout) => stdout.flush(),
        }
    }
}

impl Rows {
    /// From the first shard, or from where an earlier run was: behind the last row group that was noted. `list` is where row groups are
    /// noted, if a later run may go on with them.
    pub fn begin(plan: ShardPlan, group_bytes: u64, list: Option<PathBuf>, mark: Option<ShardMark>) -> Result<Self> {
        let group_bytes = plan.most.map_or(group_bytes, |most| most.min(group_bytes));
        let group_bytes = usize::try_from(group_bytes).unwrap_or(usize::MAX);
        let length = mark.and_then(|mark| mark.length);
        if let (Some(mark), None) = (mark, length) {
            plan.take_back(mark.shard)?;
        }
        let mark = mark.unwrap_or_default();
        let schema = Arc::new(parse_message_type(SCHEMA).context("the schema")?);
        let columns = schema.get_fields().iter().map(|field| match field.get_physical_type() {
            parquet::basic::Type::INT64 => Column::Number(Vec::new()),
            parquet::basic::Type::DOUBLE => Column::Fraction(Vec::new()),
            _ => Column::Text(Vec::new()),
        });
        let columns = columns.collect();
        let mut rows = Rows { plan, schema, shard: mark.shard, writer: None, columns, bytes: 0, group_bytes, list, has_ended: false };
        rows.writer = match length {
            Some(length) => Some(rows.go_on(length).with_context(|| format!("cannot go on with {}", rows.plan.name(rows.shard).display()))?),
            None if rows.plan.most.is_none() => Some(rows.create()?),
            None => None,
        };
        Ok(rows)
    }

    fn create(&self) -> Result<SerializedFileWriter<Output>> {
        let to = match self.plan.path.as_os_str() == "-" {
            true => Target::Stdout(io::stdout()),
            false => Target::File(self.plan.create(self.shard)?),
        };
        self.writer(Output { to, is_there: false })
    }

    fn writer(&self, output: Output) -> Result<SerializedFileWriter<Output>> {
        let level = ZstdLevel::try_new(ZSTD_LEVEL).context("the compression level")?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_created_by(concat!("naqi ", env!("CARGO_PKG_VERSION")).into())
            // Texts are all different: a dictionary of them is built for nothing, and nobody looks a page of them up.
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true);
        SerializedFileWriter::new(output, Arc::clone(&self.schema), Arc::new(properties.build())).context("cannot begin the file")
    }

    /// Opens the shard that an earlier run was at. Its writer must know the row groups that are there, so they are written once more,
    /// to nowhere: they end where they ended.
    fn go_on(&self, length: u64) -> Result<SerializedFileWriter<Output>> {
        let name = self.plan.name(self.shard);
        let to = Target::File(GrowingFile::resume(&name, length, self.plan.overwrite)?);
        let list = self.list.as_deref().context("nothing lists its row groups")?;
        let known = File::open(list).map_err(Into::into).and_then(|list| ParquetMetaDataReader::new().parse_and_finish(&list));
        let known = known.with_context(|| format!("cannot read {}; --fresh starts over", list.display()))?;
        let stored = File::open(part_of(&name))?;
        let mut writer = self.writer(Output { to, is_there: true })?;
        // The list may be a little ahead of the journal.
        let is_noted = |group: &&RowGroupMetaData| group.columns().iter().map(|column| column.byte_range()).all(|(at, bytes)| at + bytes <= length);
        for group in known.row_groups().iter().take_while(is_noted) {
            let mut again = writer.next_row_group()?;
            for column in group.columns() {
                let written = ColumnCloseResult {
                    bytes_written: u64::try_from(column.compressed_size())?,
                    rows_written: u64::try_from(group.num_rows())?,
                    metadata: column.clone(),
                    bloom_filter: None,
                    column_index: None,
                    offset_index: None,
                };
                again.append_column(&stored, written)?;
            }
            again.close()?;
        }
        writer.flush()?;
        if writer.bytes_written() as u64 != length {
            bail!("its row groups end at {}, not at {length} as was noted; --fresh starts over", writer.bytes_written());
        }
        writer.inner_mut().is_there = false;
        Ok(writer)
    }

    /// Adds a row.
    pub fn write(&mut self, record: Record) -> Result<()> {
        let json = |value: serde_json::Result<String>| value.context("cannot write the record");
        let (findings, removals) = (json(serde_json::to_string(&record.findings))?, json(serde_json::to_string(&record.removals))?);
        let verdict = serde_json::to_value(record.verdict).ok().and_then(|verdict| verdict.as_str().map(str::to_owned));
        let number = |number: u64| Some(i64::try_from(number).unwrap_or(i64::MAX));
        let source = serde_json::to_value(record.content_source).ok().and_then(|source| source.as_str().map(str::to_owned));
        let counts = record.counts;
        let texts = [Some(record.schema), Some(record.id), Some(record.source)];
        let declared = [record.url, record.title, record.byline, record.published, record.site, record.lang, record.dir, record.image];
        let texts = texts.into_iter().chain(declared).chain([record.html, record.text, source, verdict, Some(findings), Some(removals)]);
        let mut texts = texts.chain([Some(record.rules_digest), record.error]);
        let mut numbers =
            [record.offset.and_then(number), number(counts.bytes_in), number(counts.bytes_out), number(counts.bytes_removed)].into_iter();
        for column in &mut self.columns {
            match column {
                Column::Text(values) => {
                    let text = texts.next().flatten();
                    self.bytes += text.as_ref().map_or(0, String::len) + 8;
                    values.push(text.map(|text| ByteArray::from(text.into_bytes())));
                }
                Column::Number(values) => values.push(numbers.next().flatten()),
                Column::Fraction(values) => values.push(record.confidence),
            }
        }
        if self.bytes >= self.group_bytes { self.end_group() } else { Ok(()) }
    }

    fn end_group(&mut self) -> Result<()> {
        if self.bytes > 0 {
            if self.writer.is_none() {
                self.writer = Some(self.create()?);
            }
            if let Some(writer) = &mut self.writer {
                let group = writer.next_row_group().context("cannot begin a row group")?;
                write_group(group, &self.schema, &self.columns).with_context(|| format!("cannot write {}", self.plan.name(self.shard).display()))?;
            }
            self.columns.iter_mut().for_each(Column::clear);
            self.bytes = 0;
            self.has_ended = true;
        }
        let written = self.writer.as_ref().map_or(0, SerializedFileWriter::bytes_written) as u64;
        if self.plan.most.is_some_and(|most| written >= most) { self.end_shard() } else { Ok(()) }
    }

    fn end_shard(&mut self) -> Result<()> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        match writer.into_inner().context("cannot end the file")?.to {
            Target::File(file) => file.keep()?,
            Target::Stdout(mut stdout) => stdout.flush().context("cannot write to standard output")?,
        }
        self.shard += 1;
        self.has_ended = true;
        Ok(())
    }

    /// How far the shards are; only between two row groups can a later run go on.
    pub fn mark(&mut self) -> Result<Option<ShardMark>> {
        if !std::mem::take(&mut self.has_ended) || self.bytes > 0 {
            return Ok(None);
        }
        let length = match &mut self.writer {
            None => {
                self.plan.claim(self.shard)?;
                None
            }
            Some(writer) => {
                let Some(list) = &self.list else { return Ok(None) };
                let cannot = || format!("cannot write {}", self.plan.name(self.shard).display());
                writer.flush().with_context(cannot)?;
                let Target::File(file) = &writer.inner().to else { return Ok(None) };
                file.sync()?;
                let length = file.length();
                note_groups(list, writer.flushed_row_groups(), &self.schema).with_context(|| format!("cannot write {}", list.display()))?;
                Some(length)
            }
        };
        Ok(Some(ShardMark { shard: self.shard, length }))
    }

    /// The name that was given, and whether it is split.
    pub fn name(&self) -> (PathBuf, bool) {
        (self.plan.path.clone(), self.plan.most.is_some())
    }

    /// Makes sure that the next shard's name is free.
    pub fn claim(&self) -> Result<()> {
        self.plan.claim(self.shard)
    }

    /// Whether a later run could go on from here.
    pub fn is_between(&self) -> bool {
        self.has_ended
    }

    /// Ends the last shard.
    pub fn finish(mut self) -> Result<()> {
        self.end_group()?;
        self.end_shard()
    }
}

/// Lists row groups as a file of Parquet would at its end.
fn note_groups(list: &Path, groups: &[RowGroupMetaData], schema: &Arc<Type>) -> Result<()> {
    let rows = groups.iter().map(RowGroupMetaData::num_rows).sum();
    let file = FileMetaData::new(1, rows, None, None, Arc::new(SchemaDescriptor::new(Arc::clone(schema))), None);
    let next = list.with_extension("next");
    let mut to = File::create(&next)?;
    ParquetMetaDataWriter::new(&mut to, &ParquetMetaData::new(file, groups.to_vec())).finish()?;
    to.sync_data()?;
    Ok(std::fs::rename(&next, list)?)
}

fn write_group(mut group: SerializedRowGroupWriter<'_, Output>, schema: &Type, columns: &[Column]) -> Result<()> {
    for (column, field) in columns.iter().zip(schema.get_fields()) {
        let Some(mut writer) = group.next_column()? else { break };
        let is_optional = field.is_optional();
        match column {
            Column::Text(values) => {
                let (levels, values) = levels(values, is_optional);
                writer.typed::<ByteArrayType>().write_batch(&values, levels.as_deref(), None)?;
            }
            Column::Number(values) => {
                let (levels, values) = levels(values, is_optional);
                writer.typed::<Int64Type>().write_batch(&values, levels.as_deref(), None)?;
            }
            Column::Fraction(values) => {
                let (levels, values) = levels(values, is_optional);
                writer.typed::<DoubleType>().write_batch(&values, levels.as_deref(), None)?;
            }
        }
        writer.close()?;
    }
    group.close()?;
    Ok(())
}

/// Which rows have a value, and the values: Parquet's definition levels.
fn levels<T: Clone>(values: &[Option<T>], is_optional: bool) -> (Option<Vec<i16>>, Vec<T>) {
    let levels = is_optional.then(|| values.iter().map(|value| i16::from(value.is_some())).collect());
    (levels, values.iter().flatten().cloned().collect())
}
