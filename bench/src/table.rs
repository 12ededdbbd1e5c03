//! How figures are shown: a table for people, a line of JSON for programs.

use serde_json::Value;

/// A table with a heading and columns.
pub(crate) struct Table {
    heading: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty one; the first column is for names.
    pub(crate) fn new(heading: &'static str, columns: &[&'static str]) -> Self {
        Self {
            heading,
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Prints it, and `figures` as a line of JSON under the table's name.
    pub(crate) fn print(&self, name: &str, figures: &Value) {
        let width = |column: usize| {
            let cells = self
                .rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count());
            let title = self
                .columns
                .get(column)
                .map_or(0, |title| title.chars().count());
            cells.max().unwrap_or(0).max(title)
        };
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let cells = cells.enumerate().map(|(column, cell)| match column {
                0 => format!("{cell:<width$}", width = width(column)),
                _ => format!("{cell:>width$}", width = width(column)),
            });
            cells.collect::<Vec<_>>().join("  ")
        };
        println!("\n{}", self.heading);
        println!("{}", line(&mut self.columns.iter().copied()));
        for row in &self.rows {
            println!("{}", line(&mut row.iter().map(String::as_str)));
        }
        println!("{}", serde_json::json!({ name: figures }));
    }
}

/// To two decimals: more would only look exact.
pub(crate) fn round(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}

/// The middle one of some figures; 0 of none.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}
