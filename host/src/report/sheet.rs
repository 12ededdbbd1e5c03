//! A table, and how it is written.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use serde_json::{Map, Value};

/// The most columns wide that a text makes its column, in characters.
const WIDEST: f64 = 48.0;
/// What a spreadsheet program holds in a cell, in characters.
const LONGEST_CELL: usize = 32_767;

/// Why a table can't be written.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// As XLSX.
    #[error("the table can't be written as XLSX: {0}")]
    Xlsx(#[from] XlsxError),
    /// As CSV.
    #[error("the table can't be written as CSV: {0}")]
    Csv(String),
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in JSON, and in CSV where it has no title.
    pub key: &'static str,
    /// What people read above it.
    pub title: Option<&'static str>,
}

impl Column {
    /// A column of figures, named by its key alone.
    pub const fn plain(key: &'static str) -> Self {
        Self { key, title: None }
    }

    /// A column with a title for people.
    pub const fn titled(key: &'static str, title: &'static str) -> Self {
        Self {
            key,
            title: Some(title),
        }
    }

    /// What stands above it.
    pub fn head(&self) -> &'static str {
        self.title.unwrap_or(self.key)
    }
}

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The report's name.
    pub name: &'static str,
    /// What people call it.
    pub title: String,
    /// Its columns, in order.
    pub columns: &'static [Column],
    /// Its rows: objects by the columns' keys; what a row hasn't is empty.
    pub rows: Vec<Map<String, Value>>,
}

impl Sheet {
    /// As CSV (RFC 4180). What a spreadsheet program would take for a formula begins with an apostrophe instead. Tables
    /// with titles begin with a byte order mark, without which some programs don't read Chinese.
    ///
    /// # Errors
    /// Never for what fits in memory.
    pub fn to_csv(&self) -> Result<Vec<u8>, SheetError> {
        let failed = |error: &dyn std::fmt::Display| SheetError::Csv(error.to_string());
        let mut bytes = Vec::new();
        if self.columns.iter().any(|column| column.title.is_some()) {
            bytes.extend_from_slice("\u{feff}".as_bytes());
        }
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(bytes);
        writer
            .write_record(self.columns.iter().map(Column::head))
            .map_err(|error| failed(&error))?;
        for row in &self.rows {
            let cells = self.columns.iter().map(|column| match row.get(column.key) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => harmless(text),
                Some(other) => other.to_string(),
            });
            writer.write_record(cells).map_err(|error| failed(&error))?;
        }
        writer.into_inner().map_err(|error| failed(&error))
    }

    /// As XLSX, the same bytes every time. Texts are texts there, whatever they begin with.
    ///
    /// # Errors
    /// Where there are more rows than a spreadsheet takes (1,048,575).
    pub fn to_xlsx(&self) -> Result<Vec<u8>, SheetError> {
        let mut book = Workbook::new();
        // Without this it would hold the time of writing.
        let epoch = ExcelDateTime::from_ymd(2000, 1, 1)?;
        book.set_properties(
            &DocProperties::new()
                .set_title(&self.title)
                .set_creation_datetime(&epoch),
        );
        let bold = Format::new().set_bold();
        let sheet = book.add_worksheet();
        sheet.set_name(self.name)?;
        sheet.set_header(format!("&C{}", self.title.replace('&', "&&")));
        sheet.set_freeze_panes(1, 0)?;
        for (index, column) in (0u16..).zip(self.columns) {
            sheet.write_string_with_format(0, index, column.head(), &bold)?;
            let widest = self
                .rows
                .iter()
                .take(200)
                .map(|row| match row.get(column.key) {
                    Some(Value::String(text)) => width(text),
                    _ => 0.0,
                });
            let widest = widest.fold(width(column.head()), f64::max);
            sheet.set_column_width(index, widest.min(WIDEST) + 2.0)?;
        }
        for (number, row) in (1u32..).zip(&self.rows) {
            for (index, column) in (0u16..).zip(self.columns) {
                match row.get(column.key) {
                    None | Some(Value::Null) => {}
                    Some(Value::Number(figure)) => {
                        sheet.write_number(number, index, figure.as_f64().unwrap_or(f64::NAN))?;
                    }
                    Some(Value::String(text)) => {
                        sheet.write_string(number, index, crate::model::cut(text, LONGEST_CELL))?;
                    }
                    Some(other) => {
                        sheet.write_string(number, index, other.to_string())?;
                    }
                }
            }
        }
        Ok(book.save_to_buffer()?)
    }

    /// For a terminal: columns beside each other.
    pub fn to_text(&self) -> String {
        let cell = |row: &Map<String, Value>, column: &Column| match row.get(column.key) {
            None | Some(Value::Null) => "-".to_owned(),
            Some(Value::String(text)) => crate::model::cut(&text.replace(['\n', '\r'], " "), 32),
            Some(other) => other.to_string(),
        };
        let widths: Vec<usize> = self
            .columns
            .iter()
            .map(|column| {
                let cells = self.rows.iter().map(|row| cells_wide(&cell(row, column)));
                cells.fold(cells_wide(column.head()), usize::max)
            })
            .collect();
        let line = |cells: Vec<String>| {
            let padded = cells.iter().zip(&widths).map(|(text, wide)| {
                format!("{text}{}", " ".repeat(wide - cells_wide(text).min(*wide)))
            });
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        };
        let mut text = line(self.columns.iter().map(|c| c.head().to_owned()).collect());
        for row in &self.rows {
            text.push_str(&line(self.columns.iter().map(|c| cell(row, c)).collect()));
        }
        text
    }
}

/// A text that no spreadsheet program takes for a formula.
fn harmless(text: &str) -> String {
    const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    if text.trim_start().starts_with(FORMULA) || text.starts_with(['\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// How wide a text is: Chinese characters are twice as wide as Latin ones.
fn cells_wide(text: &str) -> usize {
    let wide = |c: char| c >= '\u{1100}' && !matches!(c, '\u{2000}'..='\u{2e7f}');
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

fn width(text: &str) -> f64 {
    u32::try_from(cells_wide(text)).map_or(WIDEST, f64::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const COLUMNS: &[Column] = &[Column::titled("a", "甲 A"), Column::plain("b")];

    fn sheet(rows: &[Value]) -> Sheet {
        Sheet {
            name: "records",
            title: "《表》 & more".to_owned(),
            columns: COLUMNS,
            rows: rows
                .iter()
                .map(|row| row.as_object().unwrap().clone())
                .collect(),
        }
    }

    #[test]
    fn rows_follow_the_titles_and_missing_cells_are_empty() {
        let csv = sheet(&[json!({"b": 2, "a": "x,\"y\""}), json!({"b": -0.5})])
            .to_csv()
            .unwrap();
        assert_eq!(
            String::from_utf8(csv).unwrap(),
            "\u{feff}甲 A,b\r\n\"x,\"\"y\"\"\",2\r\n,-0.5\r\n"
        );
    }

    #[test]
    fn nothing_in_a_cell_is_a_formula() {
        for text in ["=1+1", " @SUM(A1)", "+86", "-1", "\t=1", "＝1"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        assert_eq!(harmless("售后 = 好"), "售后 = 好");
    }

    #[test]
    fn the_same_table_gives_the_same_bytes() {
        let table = sheet(&[json!({"a": "=1+1", "b": 2}), json!({"a": "坏了\n很旧"})]);
        let first = table.to_xlsx().unwrap();
        assert!(first.starts_with(b"PK"));
        assert_eq!(first, table.to_xlsx().unwrap());
    }

    #[test]
    fn on_a_terminal_columns_stand_beside_each_other() {
        let text = sheet(&[json!({"a": "坏了", "b": 2}), json!({"b": 12})]).to_text();
        assert_eq!(text, "甲 A  b\n坏了  2\n-     12\n");
    }
}
