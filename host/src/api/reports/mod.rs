//! `GET /api/v1/reports/…`: figures computed from the stored runs of a period, as JSON and as CSV.

mod csv;
mod figures;
mod sheets;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

pub(crate) use sheets::{agents, deliveries, quality, records, workload};
// The document is made from what the macro wrote beside each handler.
pub(crate) use sheets::{
    __path_agents, __path_deliveries, __path_quality, __path_records, __path_workload,
};

use self::figures::Steps;
pub(crate) use self::figures::{Figures, Joined, Satisfaction, Tickets, Volume};
use super::extract::Params;
use super::{Api, Problem};
use crate::engine::{Core, EngineError};
use crate::model::Run;

/// How many runs are looked up at once.
const RUNS_AT_ONCE: usize = 500;

/// Of which period, and how written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// From then on: a day (`2026-11-01`, in the desk's time zone) or a time with its offset. Left out: 30 days.
    from: Option<String>,
    /// Up to then, not included. Left out: now.
    to: Option<String>,
    /// `json` or `csv`; left out: as `Accept` says.
    format: Option<String>,
}

/// A table of figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Report {
    /// Which report.
    report: &'static str,
    /// From then on.
    from: String,
    /// Up to then, not included.
    to: String,
    /// The rows; the same columns in each.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Value>,
}

/// Messages, conversations, replies and hand-offs by day
#[utoipa::path(
    get, path = "/api/v1/reports/volume", tag = "reports", params(ReportQuery),
    responses((status = 200, content((Report = "application/json"), (String = "text/csv"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn volume(
    state: State<Api>,
    query: Params<ReportQuery>,
    headers: HeaderMap,
) -> Answer {
    report::<Volume>(state, query, headers, "volume").await
}

/// Satisfaction answers by code
#[utoipa::path(
    get, path = "/api/v1/reports/satisfaction", tag = "reports", params(ReportQuery),
    responses((status = 200, content((Report = "application/json"), (String = "text/csv"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn satisfaction(
    state: State<Api>,
    query: Params<ReportQuery>,
    headers: HeaderMap,
) -> Answer {
    report::<Satisfaction>(state, query, headers, "satisfaction").await
}

/// Tickets by department and kind, and how long they took
#[utoipa::path(
    get, path = "/api/v1/reports/tickets", tag = "reports", params(ReportQuery),
    responses((status = 200, content((Report = "application/json"), (String = "text/csv"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn tickets(
    state: State<Api>,
    query: Params<ReportQuery>,
    headers: HeaderMap,
) -> Answer {
    report::<Tickets>(state, query, headers, "tickets").await
}

/// Plugin calls by step and version: how often, how long, how many failed
#[utoipa::path(
    get, path = "/api/v1/reports/steps", tag = "reports", params(ReportQuery),
    responses((status = 200, content((Report = "application/json"), (String = "text/csv"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn steps(
    state: State<Api>,
    query: Params<ReportQuery>,
    headers: HeaderMap,
) -> Answer {
    report::<Steps>(state, query, headers, "steps").await
}

pub(crate) type Answer = Result<Response, Problem>;

async fn report<F: Figures>(
    State(api): State<Api>,
    Params(query): Params<ReportQuery>,
    headers: HeaderMap,
    name: &'static str,
) -> Answer {
    let as_csv = wants_csv(query.format.as_deref(), &headers)?;
    let zone = api.engine.core().desk().time_zone.clone();
    let now = api.engine.core().clock().now();
    let (from, to) = period(&query, &zone, now)?;
    // Each reads many runs: one after the other.
    let place = api.reporting().await?;
    let in_zone = zone.clone();
    let rows = api.read(move |core| {
        let _place = place;
        figures_of::<F>(core, from, to, &in_zone)
    });
    let rows = rows.await?;
    if as_csv {
        let mut response = csv::write(F::COLUMNS, &rows).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        );
        if let Ok(name) = HeaderValue::try_from(format!("attachment; filename=\"{name}.csv\"")) {
            headers.insert(header::CONTENT_DISPOSITION, name);
        }
        return Ok(response);
    }
    let local = |at: Timestamp| at.display_with_offset(zone.to_offset(at)).to_string();
    let report = Report {
        report: name,
        from: local(from),
        to: local(to),
        rows,
    };
    Ok(axum::Json(report).into_response())
}

/// The figures of a period, run by run.
pub(crate) fn figures_of<F: Figures>(
    core: &Core,
    from: Timestamp,
    to: Timestamp,
    zone: &TimeZone,
) -> Result<Vec<Value>, EngineError> {
    let mut figures = F::default();
    each_run(core, from, to, |run| figures.add(run, zone))?;
    Ok(figures.rows())
}

/// Every run of a period, oldest first.
pub(crate) fn each_run(
    core: &Core,
    from: Timestamp,
    to: Timestamp,
    mut each: impl FnMut(&Run),
) -> Result<(), EngineError> {
    let mut after = None;
    loop {
        let page = core.runs_between(from, to, after.as_ref(), RUNS_AT_ONCE)?;
        let whole = page.len() == RUNS_AT_ONCE;
        for (mark, id) in page {
            after = Some(mark);
            match core.run(&id) {
                Ok(run) => each(&run),
                // Erased meanwhile.
                Err(EngineError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        if !whole {
            return Ok(());
        }
    }
}

fn wants_csv(format: Option<&str>, headers: &HeaderMap) -> Result<bool, Problem> {
    match format {
        Some("csv") => return Ok(true),
        Some("json") => return Ok(false),
        Some(other) => {
            return Err(Problem::bad_request(format!(
                "format: there is no {other:?}; use json or csv"
            )));
        }
        None => {}
    }
    let Some(accept) = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
    else {
        return Ok(false);
    };
    let kinds = accept
        .split(',')
        .map(|kind| kind.split(';').next().unwrap_or("").trim());
    for kind in kinds {
        match kind {
            "text/csv" => return Ok(true),
            "application/json" | "application/*" | "*/*" | "" => return Ok(false),
            "text/*" => return Ok(true),
            _ => {}
        }
    }
    Err(Problem::new(
        StatusCode::NOT_ACCEPTABLE,
        "reports are application/json or text/csv; ask for one of them",
    ))
}

fn period(
    query: &ReportQuery,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), Problem> {
    let read = |field: &str, text: &Option<String>| {
        text.as_deref()
            .map(|text| moment(field, text, zone))
            .transpose()
    };
    let to = read("to", &query.to)?.unwrap_or(now);
    let from = match read("from", &query.from)? {
        Some(from) => from,
        None => to
            .checked_sub(jiff::SignedDuration::from_hours(30 * 24))
            .unwrap_or(Timestamp::MIN),
    };
    if from > to {
        return Err(Problem::bad_request("from: is after `to`; exchange them"));
    }
    Ok((from, to))
}

fn moment(field: &str, text: &str, zone: &TimeZone) -> Result<Timestamp, Problem> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let day = text
        .parse::<jiff::civil::Date>()
        .ok()
        .filter(|_| text.len() == "2026-11-01".len());
    let at = day
        .and_then(|day| day.to_zoned(zone.clone()).ok())
        .map(|start| start.timestamp());
    at.ok_or_else(|| {
        let hint = "use a day such as 2026-11-01 or a time with its offset such as 2026-11-01T09:00:00+08:00";
        Problem::bad_request(format!("{field}: {text:?} is no time; {hint} (write + as %2B in an address)"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    #[test]
    fn a_day_begins_at_midnight_of_the_desk() {
        let at = moment("from", "2026-11-01", &shanghai()).unwrap();
        assert_eq!(at.to_string(), "2026-10-31T16:00:00Z");
        assert_eq!(
            moment("from", "2026-11-01T00:00:00+08:00", &shanghai()).unwrap(),
            at
        );
        for wrong in [
            "",
            "2026",
            "2026-13-01",
            "2026-11-01T09:00:00",
            "yesterday",
            "2026-11-01[x]",
        ] {
            assert!(moment("from", wrong, &shanghai()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_format_is_what_was_asked_for_else_what_is_accepted() {
        let accept = |kind: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, kind.parse().unwrap());
            wants_csv(None, &headers)
        };
        assert!(accept("text/csv").unwrap());
        assert!(!accept("text/html, */*").unwrap());
        assert!(accept("text/html, text/csv;q=0.9, */*").unwrap());
        assert!(accept("image/png").is_err());
        assert!(!wants_csv(None, &HeaderMap::new()).unwrap());
        assert!(wants_csv(Some("csv"), &HeaderMap::new()).unwrap());
        assert!(wants_csv(Some("xml"), &HeaderMap::new()).is_err());
    }
}
