//! Tickets: the board of a department, and each ticket with what can be done about it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;

use super::Console;
use super::form::{Asked, Form};
use super::frame::{Frame, page, redirect};
use super::gate::{Logged, Who};
use super::inbox::shown_contact;
use super::ledger::Glimpse;
use crate::api::Problem;
use crate::api::acting::Acting;
use crate::engine::{Core, EngineError, Request};
use crate::model::{Ticket, TicketId, TicketKind, TicketStatus};
use crate::staff::Role;
use crate::workflow::Desk;

/// How many open ones of each status the board shows.
const OPEN: usize = 100;
/// How many closed ones the board shows.
const CLOSED: usize = 20;
/// How many a list shows.
const LISTED: usize = 200;

/// A ticket on a page.
struct Card {
    ticket: Ticket,
    /// What its department is called.
    department: String,
    is_overdue: bool,
}

impl Card {
    fn of(ticket: Ticket, desk: &Desk, lang: &str, now: Timestamp) -> Self {
        let department = desk.directory.department(&ticket.department);
        Self {
            department: department.map_or_else(
                || ticket.department.clone(),
                |known| known.display_name(Some(lang)).to_owned(),
            ),
            is_overdue: is_overdue(ticket.status, ticket.due, now),
            ticket,
        }
    }
}

fn is_overdue(status: TicketStatus, due: Option<Timestamp>, now: Timestamp) -> bool {
    status != TicketStatus::Closed && due.is_some_and(|due| due < now)
}

/// A column of the board.
struct Lane {
    status: &'static str,
    count: usize,
    cards: Vec<Card>,
}

#[derive(Template)]
#[template(path = "console/tickets.html")]
struct Tickets<'a> {
    f: &'a Frame,
    lanes: Vec<Lane>,
    rows: Vec<Card>,
    is_list: bool,
    is_cut: bool,
    is_whole: bool,
    departments: Vec<(String, String)>,
    department: String,
    kinds: &'static [TicketKind],
    kind: String,
    overdue: bool,
    can_choose: bool,
}

/// Which tickets.
struct Filter {
    department: Option<String>,
    kind: Option<TicketKind>,
    overdue: bool,
    acting: Acting,
    name: String,
}

/// The board, or the list.
pub(super) async fn show(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let desk = console.api.engine.core().desk();
    let own = own_department(&desk, &who);
    let filter = Filter {
        department: own.clone().or_else(|| asked.some("department")),
        kind: asked.some("kind").as_deref().and_then(TicketKind::parse),
        overdue: asked.text("overdue") == "yes",
        acting: who.acting(),
        name: who.name().to_owned(),
    };
    let (department, kind) = (filter.department.clone(), filter.kind);
    let overdue = filter.overdue;
    let now = frame.now;
    let is_list = asked.text("view") == "list";
    let counted = console.counted(None, move |core, reading| {
        let is_whole = reading.is_whole;
        let mut found: Vec<Glimpse> = reading.books.lists.tickets().cloned().collect();
        drop(reading);
        found.retain(|ticket| filter.takes(ticket, now));
        found.sort_by_cached_key(|ticket| turn(ticket, now));
        Ok((shown(core, &filter, found, is_list)?, is_whole))
    });
    let (shown, is_whole) = counted.await?;
    let lang = frame.lang.tag();
    let card = |ticket| Card::of(ticket, &desk, lang, now);
    let is_cut = is_list && shown.iter().map(|found| found.count).sum::<usize>() > LISTED;
    let (rows, lanes) = match is_list {
        true => {
            let tickets = shown.into_iter().flat_map(|found| found.tickets);
            (tickets.map(card).collect(), Vec::new())
        }
        false => {
            let lanes = shown.into_iter().map(|found| Lane {
                status: found.status.as_str(),
                count: found.count,
                cards: found.tickets.into_iter().map(card).collect(),
            });
            (Vec::new(), lanes.collect())
        }
    };
    let departments = desk.directory.departments().iter().map(|department| {
        let called = department.display_name(Some(lang)).to_owned();
        (department.name.clone(), called)
    });
    Ok(page(&Tickets {
        f: &frame,
        lanes,
        rows,
        is_list,
        is_cut,
        is_whole,
        departments: departments.collect(),
        department: department.unwrap_or_default(),
        kinds: TicketKind::ALL,
        kind: kind.map_or("", TicketKind::as_str).to_owned(),
        overdue,
        can_choose: own.is_none(),
    }))
}

/// Those who only work for a department see that department's tickets.
fn own_department(desk: &Desk, who: &Who) -> Option<String> {
    if who.role() != Role::Member {
        return None;
    }
    let person = desk.directory.person(who.name());
    Some(person.map_or_else(String::new, |person| person.department.clone()))
}

impl Filter {
    fn takes(&self, ticket: &Glimpse, now: Timestamp) -> bool {
        let department = self.department.as_ref();
        !ticket.is_old(now)
            && !ticket.about.contains(&self.name)
            && department.is_none_or(|wanted| *wanted == ticket.department)
            && self.kind.is_none_or(|kind| kind == ticket.kind)
            && (!self.overdue || is_overdue(ticket.status, ticket.due, now))
    }
}

/// In which order tickets stand: what is late first, then what is urgent, then what is due sooner.
fn turn(ticket: &Glimpse, now: Timestamp) -> impl Ord + use<> {
    use std::cmp::Reverse;
    (
        ticket.status == TicketStatus::Closed,
        Reverse(is_overdue(ticket.status, ticket.due, now)),
        Reverse(ticket.priority),
        ticket.due.unwrap_or(Timestamp::MAX),
        Reverse(ticket.opened_at),
        ticket.id.clone(),
    )
}

/// The tickets of a status, as many as are shown, and how many there are.
struct Found {
    status: TicketStatus,
    count: usize,
    tickets: Vec<Ticket>,
}

/// Reads those that are shown: by status, or for a list one after the other.
fn shown(
    core: &Core,
    filter: &Filter,
    glimpses: Vec<Glimpse>,
    is_list: bool,
) -> Result<Vec<Found>, EngineError> {
    let mut all: Vec<Found> = TicketStatus::ALL
        .iter()
        .map(|status| Found {
            status: *status,
            count: 0,
            tickets: Vec::new(),
        })
        .collect();
    for glimpse in glimpses {
        // A list has them in their order, whatever their status.
        let lane = all
            .iter_mut()
            .find(|found| is_list || found.status == glimpse.status);
        let Some(lane) = lane else { continue };
        lane.count += 1;
        let most = match (is_list, glimpse.status) {
            (true, _) => LISTED,
            (false, TicketStatus::Closed) => CLOSED,
            (false, _) => OPEN,
        };
        if lane.tickets.len() >= most {
            continue;
        }
        match core.ticket(&glimpse.id) {
            Ok(ticket) if filter.acting.sees_ticket(core, &ticket)? => lane.tickets.push(ticket),
            // Hidden, or erased meanwhile.
            Ok(_) | Err(EngineError::NotFound { .. }) => lane.count -= 1,
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

#[derive(Template)]
#[template(path = "console/ticket.html")]
struct One<'a> {
    f: &'a Frame,
    card: Card,
    customer: String,
    told: Vec<String>,
    next: Vec<&'static str>,
    can_close: bool,
    sees_conversation: bool,
}

/// A ticket that somebody may see; one that they may not is as if it weren't there.
async fn ticket_of(console: &Console, who: &Who, id: &str) -> Result<Ticket, Problem> {
    let desk = console.api.engine.core().desk();
    let own = own_department(&desk, who);
    let (acting, wanted) = (who.acting(), TicketId::new(id));
    let found = console.api.read(move |core| {
        let ticket = core.ticket(&wanted)?;
        let seen = acting.sees_ticket(core, &ticket)?;
        Ok(Some(ticket).filter(|ticket| seen && own.is_none_or(|own| own == ticket.department)))
    });
    found
        .await?
        .ok_or_else(|| Problem::not_found(format!("there is no ticket {id:?}")))
}

/// One ticket.
pub(super) async fn one(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let ticket = ticket_of(&console, &who, &id).await?;
    let desk = console.api.engine.core().desk();
    let lang = frame.lang.tag();
    let (conversation, speaker) = (ticket.conversation.clone(), frame.clone());
    let customer = console.api.read(move |core| {
        let state = core.conversation(&conversation)?;
        let called = shown_contact(core, &state, &speaker, false)?;
        Ok(format!("{called} · {}", speaker.channel(&state.channel)))
    });
    let customer = customer.await?;
    let told = ticket.notified.iter().map(|name| {
        let person = desk.directory.person(name);
        person.map_or_else(
            || name.clone(),
            |person| person.display_name(Some(lang)).to_owned(),
        )
    });
    let told = told.collect();
    let next = [TicketStatus::Acknowledged, TicketStatus::InProgress]
        .into_iter()
        .filter(|status| *status > ticket.status)
        .map(TicketStatus::as_str)
        .collect();
    Ok(page(&One {
        f: &frame,
        customer,
        told,
        next,
        can_close: ticket.status != TicketStatus::Closed,
        sees_conversation: who.role() != Role::Member,
        card: Card::of(ticket, &desk, lang, frame.now),
    }))
}

/// A department moves a ticket on.
pub(super) async fn update(
    State(console): State<Console>,
    who: Who,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let ticket = ticket_of(&console, &who, &id).await?;
    let said = form.needed("status")?;
    let status = TicketStatus::parse(&said)
        .ok_or_else(|| Problem::bad_request(format!("status: there is no {said:?}")))?;
    let request = Request::Ticket {
        ticket: ticket.id.clone(),
        by: who.name().to_owned(),
        status,
        feedback: form.some("feedback"),
    };
    console.api.engine.submit(request).await?;
    let mut response = redirect(&format!("/console/tickets/{}?done=done-saved", ticket.id));
    response.extensions_mut().insert(Logged(status.to_string()));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_is_never_overdue() {
        let due = "2026-11-01T00:30:00Z".parse().ok();
        let later = "2026-11-02T00:00:00Z".parse().unwrap();
        assert!(is_overdue(TicketStatus::Opened, due, later));
        assert!(!is_overdue(TicketStatus::Closed, due, later));
        assert!(!is_overdue(TicketStatus::Opened, None, later));
    }
}
