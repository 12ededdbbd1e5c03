//! The audit log, read and exported.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use jiff::civil::Date;

use super::Console;
use super::form::{Asked, Form, encoded};
use super::frame::{Frame, page};
use crate::api::Problem;
use crate::staff::{AuditFilter, AuditMark, AuditRow};

/// Lines of a page.
const LINES: usize = 100;
/// Lines of one download.
const EXPORTED: usize = 20_000;

#[derive(Template)]
#[template(path = "console/audit.html")]
struct Audit<'a> {
    f: &'a Frame,
    rows: Vec<AuditRow>,
    who: String,
    what: String,
    on: String,
    from: String,
    to: String,
    /// The query without the place to go on from.
    query: String,
    next: Option<String>,
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    frame: Frame,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let filter = filter(&asked, &frame)?;
    let after = asked
        .some("after")
        .map(|text| {
            AuditMark::parse(&text)
                .ok_or_else(|| Problem::bad_request("after: use the link of the page before"))
        })
        .transpose()?;
    let found = console
        .with_staff(move |staff| staff.audit(&filter, after.as_ref(), LINES))
        .await?;
    Ok(page(&Audit {
        f: &frame,
        rows: found.rows,
        who: asked.text("who"),
        what: asked.text("what"),
        on: asked.text("on"),
        from: asked.text("from"),
        to: asked.text("to"),
        query: query(&asked),
        next: found.next.map(|mark| mark.to_text()),
    }))
}

/// The same lines as CSV, newest first.
pub(super) async fn export(
    State(console): State<Console>,
    frame: Frame,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let filter = filter(&asked, &frame)?;
    let found = console
        .with_staff(move |staff| staff.audit(&filter, None, EXPORTED))
        .await?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut line = |cells: [&str; 7]| {
        let cells = cells.map(harmless);
        writer.write_record(&cells).map_err(|_| Problem::broken())
    };
    line(["at", "who", "what", "on", "from", "status", "detail"])?;
    for row in &found.rows {
        let offset = frame.zone.to_offset(row.at);
        let at = row.at.display_with_offset(offset).to_string();
        let status = row.status.to_string();
        line([
            &at,
            &row.who,
            &row.what,
            &row.on,
            &row.from,
            &status,
            &row.detail,
        ])?;
    }
    if found.next.is_some() {
        line([
            "",
            "",
            "there are older lines: narrow the days down",
            "",
            "",
            "",
            "",
        ])?;
    }
    let bytes = writer.into_inner().map_err(|_| Problem::broken())?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"audit.csv\""),
    );
    Ok(response)
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn filter(asked: &Form, frame: &Frame) -> Result<AuditFilter, Problem> {
    let day = |field: &str| -> Result<Option<Date>, Problem> {
        let text = asked.some(field);
        text.map(|text| {
            text.parse().map_err(|_| {
                Problem::bad_request(format!("{field}: {text:?} is no day; write 2026-03-10"))
            })
        })
        .transpose()
    };
    let midnight = |date: Option<Date>| -> Option<Timestamp> {
        let begins = date?.to_zoned(frame.zone.clone()).ok()?;
        Some(begins.timestamp())
    };
    let to = day("to")?.map(|day| day.tomorrow().unwrap_or(day));
    Ok(AuditFilter {
        who: asked.some("who"),
        what: asked.some("what"),
        on: asked.some("on"),
        from: midnight(day("from")?),
        to: midnight(to),
    })
}

fn query(asked: &Form) -> String {
    let fields = ["who", "what", "on", "from", "to"]
        .iter()
        .filter_map(|name| {
            let value = asked.some(name)?;
            Some(format!("{name}={}", encoded(&value)))
        });
    fields.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(harmless("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(harmless("ana"), "ana");
    }
}
