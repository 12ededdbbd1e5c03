//! Tables as CSV (RFC 4180), safe to open in a spreadsheet program.

use serde_json::Value;

/// Writes rows of objects under a header.
pub(crate) fn write(columns: &[&str], rows: &[Value]) -> String {
    let mut text = columns.join(",");
    text.push_str("\r\n");
    for row in rows {
        let cells = columns.iter().map(|column| match row.get(column) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => cell(text),
            Some(number) => number.to_string(),
        });
        text.push_str(&cells.collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    text
}

/// A text as a cell. What a spreadsheet program would take for a formula begins with an apostrophe instead.
fn cell(text: &str) -> String {
    let formula = text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r', '\n']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_in_a_cell_is_a_formula() {
        for (text, written) in [
            ("售后", "售后"),
            ("=1+1", "'=1+1"),
            (" @SUM(A1)", "' @SUM(A1)"),
            ("+86", "'+86"),
            ("-1", "'-1"),
            ("\t=1", "'\t=1"),
            ("＝1", "'＝1"),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
            (
                "=HYPERLINK(\"http://evil\",\"x\")",
                "\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\"",
            ),
        ] {
            assert_eq!(cell(text), written);
        }
    }

    #[test]
    fn rows_follow_the_header_and_missing_cells_are_empty() {
        let rows = [json!({"b": 2, "a": "x"}), json!({"b": -0.5})];
        assert_eq!(write(&["a", "b"], &rows), "a,b\r\nx,2\r\n,-0.5\r\n");
    }
}
