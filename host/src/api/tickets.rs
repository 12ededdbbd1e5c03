//! Tickets: looked at, and moved on by departments.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::acting::Acting;
use super::extract::{Params, Segments, Strict, name};
use super::views::{TicketView, is_overdue};
use super::{Api, Problem, page_size};
use crate::engine::{Core, EngineError, Request};
use crate::model::{Ticket, TicketId, TicketKind, TicketStatus};

/// How many tickets are looked at for one page.
const LOOKED_AT: usize = 10_000;
/// How many of them are read at once.
const LOOKED_AT_ONCE: usize = 500;

/// Which tickets.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TicketsQuery {
    /// Only of this department.
    department: Option<String>,
    /// Only `opened`, `acknowledged`, `in-progress` or `closed` ones.
    status: Option<String>,
    /// Only of this kind.
    kind: Option<String>,
    /// Only those that should be closed by now and aren't, or only the others.
    overdue: Option<bool>,
    /// At most so many (1 to 200; 50 if left out).
    limit: Option<usize>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// A page of tickets.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketPage {
    /// In the order of their ids, which is no order of time.
    tickets: Vec<TicketView>,
    /// The `cursor` of the next page; none: this was the last.
    next: Option<String>,
}

/// List tickets
#[utoipa::path(
    get, path = "/api/v1/tickets", tag = "tickets", params(TicketsQuery),
    responses((status = 200, body = TicketPage),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn list(
    State(api): State<Api>,
    acting: Acting,
    Params(query): Params<TicketsQuery>,
) -> Result<Json<TicketPage>, Problem> {
    let limit = page_size(query.limit)?;
    let filter = Filter::of(&query)?;
    let cursor = query.cursor.map(TicketId::new);
    Ok(Json(
        api.read(move |core| page(core, &acting, &filter, limit, cursor))
            .await?,
    ))
}

struct Filter {
    department: Option<String>,
    status: Option<TicketStatus>,
    kind: Option<TicketKind>,
    overdue: Option<bool>,
}

impl Filter {
    fn of(query: &TicketsQuery) -> Result<Self, Problem> {
        let kind = query.kind.as_deref().map(|kind| {
            TicketKind::parse(kind).ok_or_else(|| {
                let known = TicketKind::ALL
                    .iter()
                    .map(|kind| kind.as_str())
                    .collect::<Vec<_>>()
                    .join(", ");
                Problem::bad_request(format!("kind: there is no {kind:?}; use one of {known}"))
            })
        });
        Ok(Self {
            department: query.department.clone(),
            status: query.status.as_deref().map(status).transpose()?,
            kind: kind.transpose()?,
            overdue: query.overdue,
        })
    }

    fn takes(&self, ticket: &Ticket, now: jiff::Timestamp) -> bool {
        self.department
            .as_ref()
            .is_none_or(|department| *department == ticket.department)
            && self.status.is_none_or(|status| status == ticket.status)
            && self.kind.is_none_or(|kind| kind == ticket.kind)
            && self
                .overdue
                .is_none_or(|overdue| overdue == is_overdue(ticket, now))
    }
}

fn status(text: &str) -> Result<TicketStatus, Problem> {
    TicketStatus::parse(text).ok_or_else(|| {
        let known = TicketStatus::ALL
            .iter()
            .map(|status| status.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        Problem::bad_request(format!("status: there is no {text:?}; use one of {known}"))
    })
}

fn page(
    core: &Core,
    acting: &Acting,
    filter: &Filter,
    limit: usize,
    mut cursor: Option<TicketId>,
) -> Result<TicketPage, EngineError> {
    let now = core.clock().now();
    let mut tickets = Vec::new();
    let mut looked_at = 0;
    loop {
        let found = core.tickets(cursor.as_ref(), LOOKED_AT_ONCE)?;
        let whole = found.len() == LOOKED_AT_ONCE;
        for ticket in found {
            looked_at += 1;
            if filter.takes(&ticket, now) && acting.sees_ticket(core, &ticket)? {
                tickets.push(TicketView::from(&ticket));
            }
            cursor = Some(ticket.id);
            if tickets.len() == limit || looked_at >= LOOKED_AT {
                return Ok(TicketPage {
                    tickets,
                    next: cursor.map(|id| id.to_string()),
                });
            }
        }
        if !whole {
            return Ok(TicketPage {
                tickets,
                next: None,
            });
        }
    }
}

/// How a department moves a ticket on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketMove {
    /// `acknowledged`, `in-progress` or `closed`; forwards only.
    status: String,
    /// What was done, for the customer to hear; needed to close.
    feedback: Option<String>,
    /// Who does it.
    by: String,
}

/// Move a ticket on
#[utoipa::path(
    patch, path = "/api/v1/tickets/{id}", tag = "tickets", request_body = TicketMove,
    params(("id" = String, Path, description = "the ticket")),
    responses((status = 200, body = TicketView),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn update(
    State(api): State<Api>,
    acting: Acting,
    Segments(id): Segments<String>,
    Strict(change): Strict<TicketMove>,
) -> Result<Json<TicketView>, Problem> {
    name("by", &change.by)?;
    let id = TicketId::new(id);
    let status = status(&change.status)?;
    let shown = api.read({
        let id = id.clone();
        move |core| {
            let ticket = core.ticket(&id)?;
            acting.sees_ticket(core, &ticket)
        }
    });
    if !shown.await? {
        return Err(Problem::not_found(format!(
            "there is no ticket {:?}",
            id.as_str()
        )));
    }
    let request = Request::Ticket {
        ticket: id.clone(),
        by: change.by,
        status,
        feedback: change.feedback,
    };
    api.engine.submit(request).await?;
    let ticket = api.read(move |core| core.ticket(&id)).await?;
    Ok(Json(TicketView::from(&ticket)))
}
