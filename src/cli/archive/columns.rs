//! Parquet files with a page in each row.

use super::lines::document;
use super::{Found, Item, Position, Reading, Records};
use anyhow::{Context, Result, bail};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use std::fs::File;

/// Reads rows. Only the columns that are asked for are decoded.
pub struct Columns {
    rows: RowIter<'static>,
    reading: Reading,
    row: u64,
    count: u64,
    bytes: u64,
    is_done: bool,
}

impl Columns {
    /// Reads the schema.
    pub fn open(file: File, reading: &Reading) -> Result<Self> {
        let bytes = file.metadata().map_or(0, |metadata| metadata.len());
        let reader = SerializedFileReader::new(file).context("cannot read it as Parquet")?;
        let metadata = reader.metadata().file_metadata();
        let count = u64::try_from(metadata.num_rows()).unwrap_or_default();
        let schema = metadata.schema();
        let wanted = [reading.html_column.as_str(), reading.url_column.as_str(), "id"];
        let fields: Vec<_> = schema.get_fields().iter().filter(|field| wanted.contains(&field.name())).cloned().collect();
        if !fields.iter().any(|field| field.name() == reading.html_column) {
            let names: Vec<&str> = schema.get_fields().iter().map(|field| field.name()).collect();
            bail!("it has no column `{}`, but {}; --html-column names another", reading.html_column, names.join(", "));
        }
        let projection = Type::group_type_builder(schema.name()).with_fields(fields).build().context("cannot choose its columns")?;
        let rows = RowIter::from_file_into(Box::new(reader)).project(Some(projection)).context("cannot choose its columns")?;
        Ok(Columns { rows, reading: reading.clone(), row: 0, count, bytes, is_done: false })
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
            None => Item::Lost(format!("a row has nothing in `{}`", self.reading.html_column)),
        }
    }
}

impl Records for Columns {
    fn next(&mut self) -> Option<Found> {
        if self.is_done {
            return None;
        }
        let position = self.position();
        let item = match self.rows.next() {
            None if self.row < self.count => {
                self.is_done = true;
                Item::Lost(format!("its rows end at {} of {}", self.row, self.count))
            }
            None => {
                self.is_done = true;
                return None;
            }
            Some(Ok(row)) => self.item(row),
            Some(Err(error)) => {
                // Columns are decoded side by side: behind damage nobody knows which row one is in.
                self.is_done = true;
                Item::Lost(format!("cannot read on: {error}"))
            }
        };
        self.row += 1;
        Some(Found { item, position, offset: position.within, entry: None })
    }

    fn position(&self) -> Position {
        Position { member: 0, within: self.row }
    }

    fn go_to(&mut self, position: Position) -> Result<()> {
        while self.row < position.within && self.rows.next().is_some() {
            self.row += 1;
        }
        Ok(())
    }

    /// By the rows: how far columns are read says little.
    fn stored_offset(&self) -> u64 {
        (self.bytes as f64 * (self.row as f64 / self.count.max(1) as f64)) as u64
    }
}
