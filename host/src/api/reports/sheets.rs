//! The reports that are kept up as things happen: figures of people, and the service record form.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Answer, Report, ReportQuery, period};
use crate::api::acting::Acting;
use crate::api::extract::Params;
use crate::api::{Api, Problem};
use crate::report::{Kind, Period, Sheet, delivery};

/// How many deliveries are listed.
const MOST_DELIVERIES: usize = 200;
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
    Xlsx,
}

/// Response time and satisfaction of each agent
///
/// The first row is over all agents. Response times are business time, from the first message that nobody had answered
/// (or the hand-over to a person) to the person's answer.
#[utoipa::path(
    get, path = "/api/v1/reports/agents", tag = "reports", params(ReportQuery),
    responses((status = 200, content((Report = "application/json"), (String = "text/csv"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn agents(
    state: State<Api>,
    query: Params<ReportQuery>,
    headers: HeaderMap,
) -> Answer {
    report(state, query, headers, Kind::Agents).await
}

/// Who did how much, people and plugins apart
#[utoipa::path(
    get, path = "/api/v1/reports/workload", tag = "reports", params(ReportQuery),
    responses((status = 200, content((Report = "application/json"), (String = "text/csv"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn workload(
    state: State<Api>,
    query: Params<ReportQuery>,
    headers: HeaderMap,
) -> Answer {
    report(state, query, headers, Kind::Workload).await
}

/// What reviewers found, conversation by conversation
#[utoipa::path(
    get, path = "/api/v1/reports/quality", tag = "reports", params(ReportQuery),
    responses((status = 200, content((Report = "application/json"), (String = "text/csv"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn quality(
    state: State<Api>,
    acting: Acting,
    query: Params<ReportQuery>,
    headers: HeaderMap,
) -> Answer {
    // Conversation by conversation: what is hidden from somebody would show.
    acting.is_nobody()?;
    report(state, query, headers, Kind::Quality).await
}

/// The service record form 《在线客服受理记录表》
///
/// A row for each conversation that began in the period. `format=xlsx` gives a workbook.
#[utoipa::path(
    get, path = "/api/v1/reports/records", tag = "reports", params(ReportQuery),
    responses((status = 200, content((Report = "application/json"), (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn records(
    state: State<Api>,
    acting: Acting,
    query: Params<ReportQuery>,
    headers: HeaderMap,
) -> Answer {
    // Conversation by conversation: what is hidden from somebody would show.
    acting.is_nobody()?;
    report(state, query, headers, Kind::Records).await
}

/// A period whose form was delivered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    /// From then on.
    from: String,
    /// Up to then, not included.
    to: String,
    /// When it was delivered.
    at: String,
    /// Who was told.
    recipients: Vec<String>,
    /// How many requests went to the outbox; who has no webhook finds it here.
    by_webhook: usize,
    /// How many conversations the form had.
    rows: usize,
}

/// Which periods of the service record form were delivered, newest first
#[utoipa::path(
    get, path = "/api/v1/reports/records/deliveries", tag = "reports",
    responses((status = 200, body = Vec<DeliveryView>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn deliveries(
    State(api): State<Api>,
) -> Result<axum::Json<Vec<DeliveryView>>, Problem> {
    let zone = api.engine.core().desk().time_zone.clone();
    let delivered = api.read(|core| delivery::delivered(core, MOST_DELIVERIES));
    let local = |at: Timestamp| at.display_with_offset(zone.to_offset(at)).to_string();
    let delivered = delivered.await?.into_iter().map(|one| DeliveryView {
        from: local(one.from),
        to: local(one.to),
        at: local(one.at),
        recipients: one.recipients,
        by_webhook: one.by_webhook,
        rows: one.rows,
    });
    Ok(axum::Json(delivered.collect()))
}

async fn report(
    State(api): State<Api>,
    Params(query): Params<ReportQuery>,
    headers: HeaderMap,
    kind: Kind,
) -> Answer {
    let format = format_of(query.format.as_deref(), &headers)?;
    let zone = api.engine.core().desk().time_zone.clone();
    let (from, to) = period(&query, &zone, api.engine.core().clock().now())?;
    // Each may read much: one after the other.
    let place = api.reporting().await?;
    let written = api.read(move |core| {
        let _place = place;
        let sheet = kind.of(core, Period { from, to })?;
        Ok(write(sheet, format))
    });
    match written.await? {
        Written::Table(sheet) => {
            let local = |at: Timestamp| at.display_with_offset(zone.to_offset(at)).to_string();
            let report = Report {
                report: sheet.name,
                from: local(from),
                to: local(to),
                rows: sheet.rows.into_iter().map(Value::Object).collect(),
            };
            Ok(axum::Json(report).into_response())
        }
        Written::File(Ok(bytes)) => Ok(file(kind, format, bytes)),
        Written::File(Err(why)) => Err(Problem::bad_request(format!(
            "{why}; ask for a shorter period"
        ))),
    }
}

enum Written {
    Table(Sheet),
    File(Result<Vec<u8>, String>),
}

fn write(sheet: Sheet, format: Format) -> Written {
    let bytes = match format {
        Format::Json => return Written::Table(sheet),
        Format::Csv => sheet.to_csv(),
        Format::Xlsx => sheet.to_xlsx(),
    };
    Written::File(bytes.map_err(|error| error.to_string()))
}

fn file(kind: Kind, format: Format, bytes: Vec<u8>) -> Response {
    let (mime, ending) = match format {
        Format::Xlsx => (XLSX, "xlsx"),
        Format::Csv | Format::Json => ("text/csv; charset=utf-8", "csv"),
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    let name = format!("attachment; filename=\"{}.{ending}\"", kind.name());
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

fn format_of(format: Option<&str>, headers: &HeaderMap) -> Result<Format, Problem> {
    match format {
        Some("xlsx") => return Ok(Format::Xlsx),
        Some("csv" | "json") | None => {}
        Some(other) => {
            return Err(Problem::bad_request(format!(
                "format: there is no {other:?}; use json, csv or xlsx"
            )));
        }
    }
    let accepted = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    if format.is_none() && accepted.is_some_and(|accept| accept.trim() == XLSX) {
        return Ok(Format::Xlsx);
    }
    Ok(match super::wants_csv(format, headers)? {
        true => Format::Csv,
        false => Format::Json,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_what_was_asked_for_else_what_is_accepted() {
        let mut headers = HeaderMap::new();
        assert_eq!(format_of(None, &headers).unwrap(), Format::Json);
        assert_eq!(format_of(Some("xlsx"), &headers).unwrap(), Format::Xlsx);
        assert!(format_of(Some("pdf"), &headers).is_err());
        headers.insert(header::ACCEPT, XLSX.parse().unwrap());
        assert_eq!(format_of(None, &headers).unwrap(), Format::Xlsx);
        assert_eq!(format_of(Some("csv"), &headers).unwrap(), Format::Csv);
    }
}
