//! Tables of numbers and names that rules look things up in: instance types, sizes, limits, dates of end of support.
//!
//! A table is a file of tab-separated values below `rules/facts`, with its sources above it; the README there explains
//! the format. Entry points: [`lookup`] and [`table`].

use super::cache::Cache;
use super::records;
use super::value::{self, FactValue};

/// Every table, sorted by name.
static TEXTS: &[TableText] = include!(concat!(env!("OUT_DIR"), "/fact_tables.rs"));
static TABLES: Cache<Table> = Cache::new();

/// The row of a table that has this key; `None` if there is no such table or no such row. Where the key has several
/// columns their values are joined by `/`, as in `postgres/16`.
pub fn lookup(table_name: &str, key: &str) -> Option<Row> {
    table(table_name)?.find(key)
}

/// The table of this name.
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.get(name, || {
        let at = TEXTS.binary_search_by(|table| table.name.cmp(name)).ok()?;
        Table::read(&TEXTS[at])
    })
}

/// The names of all tables, in order.
pub fn table_names() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().map(|table| table.name)
}

/// The text of a table, and what the build script found in it.
#[derive(Debug)]
struct TableText {
    name: &'static str,
    text: &'static str,
    /// Where each line begins below the comments: that of the columns, then the rows, then the end of the text.
    starts: &'static [u32],
    /// The numbers of the rows, sorted by their keys.
    by_key: &'static [u16],
}

impl TableText {
    /// The line of this number; that of the columns is the first.
    fn line(&self, at: usize) -> Option<&'static str> {
        let (start, end) = (*self.starts.get(at)? as usize, *self.starts.get(at + 1)? as usize);
        Some(self.text[start..end].trim_end_matches(['\n', '\r']))
    }
}

/// A table. Its rows are read from the text when they are asked for.
#[derive(Debug)]
pub struct Table {
    /// Its name, by which rules call it.
    pub name: &'static str,
    /// One line on what it holds.
    pub title: &'static str,
    /// Its columns, keys first.
    pub columns: Vec<Column>,
    /// How many columns, counted from the first, make the key.
    pub key_columns: usize,
    /// Where the facts were read.
    pub sources: Vec<&'static str>,
    /// When they were read (`2026-08`), where they age.
    pub read: Option<&'static str>,
    /// What one should know before relying on them.
    pub notes: Vec<&'static str>,
    text: &'static TableText,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its cells hold.
    pub ty: ColumnType,
}

/// What the cells of a column hold; any cell may be empty, which is null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// A text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A day: `2026-12-31`. Its value is a text.
    Date,
    /// Texts, with a comma and a space between them. An empty cell is an empty list.
    Texts,
    /// Numbers, with a comma and a space between them. An empty cell is an empty list.
    Numbers,
}

/// One row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    table: &'static Table,
    values: Vec<FactValue>,
}

impl Table {
    /// All rows, in the order of the file.
    pub fn rows(&'static self) -> impl Iterator<Item = Row> {
        (0..self.len()).filter_map(|at| self.row(at))
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.text.by_key.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.text.by_key.is_empty()
    }

    /// The row of this key.
    pub fn find(&'static self, key: &str) -> Option<Row> {
        self.row(self.position(key)?)
    }

    /// The position of the row of this key, in the order of the file.
    pub fn position(&self, key: &str) -> Option<usize> {
        let row = |at: u16| self.text.line(usize::from(at) + 1).unwrap_or_default();
        let compare = |at: &u16| key_of(row(*at), self.key_columns).cmp(key.bytes());
        let by_key = self.text.by_key;
        by_key.binary_search_by(compare).ok().map(|at| usize::from(by_key[at]))
    }

    /// The row at this position; `None` where there is none.
    pub fn row(&'static self, at: usize) -> Option<Row> {
        let mut cells = self.text.line(at + 1)?.split('\t');
        let mut values = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            values.push(column.ty.value(cells.next()?)?);
        }
        cells.next().is_none().then_some(Row { table: self, values })
    }

    fn read(table: &'static TableText) -> Option<Table> {
        let text = table.text;
        Some(Table {
            name: table.name,
            title: text.lines().next()?.trim_start_matches(['#', ' ']),
            columns: table.line(0)?.split('\t').map(Column::read).collect::<Option<Vec<_>>>()?,
            key_columns: records::header(text, "key columns").map_or(Some(1), |count| count.parse().ok())?,
            sources: records::headers(text, "source").collect(),
            read: records::header(text, "read"),
            notes: records::headers(text, "note").collect(),
            text: table,
        })
    }
}

/// The key of a line, in bytes: its first cells, joined by `/`.
fn key_of(line: &str, columns: usize) -> impl Iterator<Item = u8> {
    // Keys are short: to look at each byte takes less than a search.
    let mut tabs = line.bytes().enumerate().filter(|(_, byte)| *byte == b'\t');
    let length = tabs.nth(columns - 1).map_or(line.len(), |(at, _)| at);
    line.as_bytes()[..length].iter().map(|byte| if *byte == b'\t' { b'/' } else { *byte })
}

impl Row {
    /// The value in this column; `None` if the table has no such column.
    pub fn get(&self, column: &str) -> Option<&FactValue> {
        let at = self.table.columns.iter().position(|found| found.name == column)?;
        self.values.get(at)
    }

    /// The value at this position.
    pub fn at(&self, column: usize) -> Option<&FactValue> {
        self.values.get(column)
    }

    /// Columns and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &FactValue)> {
        self.table.columns.iter().map(|column| column.name).zip(&self.values)
    }

    /// The key, as [`lookup`] takes it.
    pub fn key(&self) -> String {
        let cells: Vec<_> = self.values[..self.table.key_columns].iter().map(FactValue::cell).collect();
        cells.join("/")
    }
}

impl Column {
    fn read(head: &'static str) -> Option<Column> {
        let (name, ty) = head.split_once(':').unwrap_or((head, "text"));
        Some(Column { name, ty: ColumnType::of(ty)? })
    }
}

impl ColumnType {
    fn of(code: &str) -> Option<ColumnType> {
        match code {
            "text" => Some(ColumnType::Text),
            "number" => Some(ColumnType::Number),
            "bool" => Some(ColumnType::Bool),
            "date" => Some(ColumnType::Date),
            "texts" => Some(ColumnType::Texts),
            "numbers" => Some(ColumnType::Numbers),
            _ => None,
        }
    }

    fn value(self, cell: &'static str) -> Option<FactValue> {
        let list = |item: fn(&'static str) -> Option<FactValue>| {
            let items = cell.split(", ").filter(|item| !item.is_empty());
            items.map(item).collect::<Option<Vec<_>>>().map(FactValue::List)
        };
        match self {
            ColumnType::Texts => list(|item| Some(FactValue::Text(item))),
            ColumnType::Numbers => list(value::number),
            _ if cell.is_empty() => Some(FactValue::Null),
            ColumnType::Text => Some(FactValue::Text(cell)),
            ColumnType::Number => value::number(cell),
            ColumnType::Date => is_day(cell).then_some(FactValue::Text(cell)),
            ColumnType::Bool => match cell {
                "true" => Some(FactValue::Bool(true)),
                "false" => Some(FactValue::Bool(false)),
                _ => None,
            },
        }
    }
}

/// Whether the cell has the form of a day, `2026-12-31`.
fn is_day(cell: &str) -> bool {
    let parts: Vec<_> = cell.split('-').collect();
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts[..], [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2))
}
