//! Parquet files with a page in each row.

use super::lines::document;
use super::{Found, Item, Place, Position, Reading, Records};
use anyhow::{Context, Result, bail};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::{ReaderIter, TreeBuilder};
use parquet::record::{Field, Row};
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor, Type};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Rows are decoded in batches of this many: pages are large.
const BATCH: usize = 64;

/// Reads rows, one row group after the other: where each begins is known, so one that is damaged costs its own rows, and a run that goes
/// on need not decode those before it. Only the columns that are asked for are decoded.
pub struct Columns {
    file: SerializedFileReader<File>,
    columns: SchemaDescPtr,
    reading: Reading,
    group: usize,
    /// The rest of the row group in hand.
    rows: Option<ReaderIter>,
    /// How many of its rows were taken.
    taken: u64,
    bytes: u64,
}

impl Columns {
    /// Reads the schema.
    pub fn open(file: File, reading: &Reading) -> Result<Self> {
        let bytes = file.metadata().map_or(0, |metadata| metadata.len());
        let file = guarded(|| SerializedFileReader::new(file).context("cannot read it as Parquet"))?;
        let schema = file.metadata().file_metadata().schema();
        let wanted = [reading.html_column.as_str(), reading.url_column.as_str(), "id"];
        let fields: Vec<_> = schema.get_fields().iter().filter(|field| wanted.contains(&field.name())).cloned().collect();
        if !fields.iter().any(|field| field.name() == reading.html_column) {
            let names: Vec<&str> = schema.get_fields().iter().map(|field| field.name()).collect();
            bail!("it has no column `{}`, but {}; --html-column names another", reading.html_column, names.join(", "));
        }
        let projection = Type::group_type_builder(schema.name()).with_fields(fields).build().context("cannot choose its columns")?;
        let columns = Arc::new(SchemaDescriptor::new(Arc::new(projection)));
        Ok(Columns { file, columns, reading: reading.clone(), group: 0, rows: None, taken: 0, bytes })
    }

    fn rows_of(&self, group: usize) -> u64 {
        self.file.metadata().row_groups().get(group).map_or(0, |group| u64::try_from(group.num_rows()).unwrap_or_default())
    }

    fn open_group(&mut self) -> Result<ReaderIter> {
        guarded(|| {
            let group = self.file.get_row_group(self.group)?;
            Ok(TreeBuilder::new().with_batch_size(BATCH).as_iter(Arc::clone(&self.columns), &*group)?)
        })
    }

    /// The next row of the group in hand; none at its end.
    fn row(&mut self) -> Option<Result<Row>> {
        if self.rows.is_none() {
            match self.open_group() {
                Ok(rows) => self.rows = Some(rows),
                Err(error) => return Some(Err(error)),
            }
        }
        let rows = self.rows.as_mut()?;
        guarded(|| Ok(rows.next().transpose()?)).transpose()
    }

    fn next_group(&mut self) {
        (self.group, self.rows, self.taken) = (self.group + 1, None, 0);
    }

    fn item(&self, row: Row) -> Item {
        let (mut html, mut url, mut id) = (None, None, None);
        for (name, field) in row.into_columns() {
            let bytes = match field {
                Field::Str(text) => Some(text.into_bytes()),
                Field::Bytes(bytes) => Some(bytes.data().to_vec()),
                Field::Null => None,
                other => Some(other.to_string().into_bytes()),
            };
            let text = |bytes: Option<Vec<u8>>| bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            if name == self.reading.html_column {
                html = bytes;
            } else if name == self.reading.url_column {
                url = text(bytes);
            } else {
                id = text(bytes);
            }
        }
        match html {
            Some(html) => Item::Document(Box::new(document(html, url, id, self.reading.payload_bytes))),
            None => Item::lost(format!("a row has nothing in `{}`", self.reading.html_column)),
        }
    }
}

/// The reader may come upon what it holds to be impossible.
fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| bail!("its columns are damaged"))
}

impl Records for Columns {
    fn next(&mut self) -> Option<Found> {
        loop {
            let count = self.rows_of(self.group);
            let position = self.position();
            // Rows of all groups before it, and its own.
            let offset = (0..self.group).map(|group| self.rows_of(group)).sum::<u64>() + self.taken;
            let found = |item| Some(Found { item, place: Place::new(position, offset) });
            if self.group >= self.file.num_row_groups() {
                return None;
            }
            if self.taken >= count {
                self.next_group();
                continue;
            }
            let cause = match self.row() {
                Some(Ok(row)) => {
                    self.taken += 1;
                    return found(self.item(row));
                }
                // Columns are decoded side by side: behind damage nobody knows which row of the group one is in.
                Some(Err(error)) => format!("{:#}", error),
                None => "it ends early".to_owned(),
            };
            let (group, lost) = (self.group, count - self.taken);
            self.next_group();
            return found(Item::lost(format!("row group {group}: {cause}; {lost} of its rows are lost")));
        }
    }

    /// A row group, and a row in it.
    fn position(&self) -> Position {
        Position { member: self.group as u64, within: self.taken }
    }

    fn go_to(&mut self, position: Position) -> Result<()> {
        (self.group, self.rows, self.taken) = (usize::try_from(position.member)?, None, 0);
        while self.taken < position.within && self.row().is_some_and(|row| row.is_ok()) {
            self.taken += 1;
        }
        Ok(())
    }

    /// By the rows: how far columns are read says little.
    fn stored_offset(&self) -> u64 {
        let before: u64 = (0..self.group).map(|group| self.rows_of(group)).sum::<u64>() + self.taken;
        let all: u64 = (0..self.file.num_row_groups()).map(|group| self.rows_of(group)).sum();
        (self.bytes as f64 * (before as f64 / all.max(1) as f64)) as u64
    }
}
