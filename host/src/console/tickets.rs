//! Tickets: the board of a department, and each ticket with what can be done about it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use super::Console;
use super::form::{Asked, Form};
use super::frame::{Frame, page, redirect};
use super::gate::{Logged, Who};
use crate::api::Problem;
use crate::api::acting::Acting;
use crate::engine::{Core, EngineError, Request};
use crate::model::{Ticket, TicketId, TicketKind, TicketStatus};
use crate::staff::Role;
use crate::workflow::Desk;

/// How many tickets are looked at for one page.
const LOOKED_AT: usize = 10_000;
/// How many of them are read at once.
const LOOKED_AT_ONCE: usize = 500;
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
            is_overdue: is_overdue(&ticket, now),
            ticket,
        }
    }
}

fn is_overdue(ticket: &Ticket, now: Timestamp) -> bool {
    ticket.status != TicketStatus::Closed && ticket.due.is_some_and(|due| due < now)
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
    };
    let (department, kind) = (filter.department.clone(), filter.kind);
    let overdue = filter.overdue;
    let now = frame.now;
    let (mut found, is_cut) = console
        .api
        .read(move |core| tickets(core, &filter, now))
        .await?;
    found.sort_by_key(|ticket| {
        let closed = ticket.status == TicketStatus::Closed;
        let due = ticket.due.unwrap_or(Timestamp::MAX);
        let late = std::cmp::Reverse(is_overdue(ticket, now));
        let newest = std::cmp::Reverse(ticket.opened_at);
        (
            closed,
            late,
            std::cmp::Reverse(ticket.priority),
            due,
            newest,
        )
    });
    let lang = frame.lang.tag();
    let is_list = asked.text("view") == "list";
    let cards: Vec<Card> = found
        .into_iter()
        .map(|ticket| Card::of(ticket, &desk, lang, now))
        .collect();
    let (rows, lanes) = match is_list {
        true => (cards.into_iter().take(LISTED).collect(), Vec::new()),
        false => (Vec::new(), lanes(cards)),
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

fn lanes(cards: Vec<Card>) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = TicketStatus::ALL
        .iter()
        .map(|status| Lane {
            status: status.as_str(),
            count: 0,
            cards: Vec::new(),
        })
        .collect();
    for card in cards {
        let status = card.ticket.status;
        let Some(lane) = lanes.iter_mut().find(|lane| lane.status == status.as_str()) else {
            continue;
        };
        lane.count += 1;
        if status != TicketStatus::Closed || lane.cards.len() < CLOSED {
            lane.cards.push(card);
        }
    }
    lanes
}

/// What is shown, and whether there may be more.
fn tickets(
    core: &Core,
    filter: &Filter,
    now: Timestamp,
) -> Result<(Vec<Ticket>, bool), EngineError> {
    let long_ago = now
        .checked_sub(SignedDuration::from_hours(30 * 24))
        .unwrap_or(Timestamp::MIN);
    let (mut tickets, mut cursor, mut looked_at) = (Vec::new(), None, 0);
    loop {
        let found = core.tickets(cursor.as_ref(), LOOKED_AT_ONCE)?;
        let whole = found.len() == LOOKED_AT_ONCE;
        for ticket in found {
            looked_at += 1;
            cursor = Some(ticket.id.clone());
            let is_old = ticket.status == TicketStatus::Closed && ticket.opened_at < long_ago;
            let is_wanted = !is_old
                && filter
                    .department
                    .as_ref()
                    .is_none_or(|wanted| *wanted == ticket.department)
                && filter.kind.is_none_or(|kind| kind == ticket.kind)
                && (!filter.overdue || is_overdue(&ticket, now));
            if is_wanted && filter.acting.sees_ticket(core, &ticket)? {
                tickets.push(ticket);
            }
        }
        if !whole || looked_at >= LOOKED_AT {
            return Ok((tickets, whole));
        }
    }
}

#[derive(Template)]
#[template(path = "console/ticket.html")]
struct One<'a> {
    f: &'a Frame,
    card: Card,
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
    use crate::model::testing::complaint;

    fn ticket(number: u128, status: TicketStatus) -> Ticket {
        Ticket {
            id: TicketId::from_random(number),
            ..complaint(status)
        }
    }

    #[test]
    fn the_board_counts_what_it_does_not_show() {
        let closed = (0..30).map(|number| ticket(number, TicketStatus::Closed));
        let open = (30..60).map(|number| ticket(number, TicketStatus::Opened));
        let cards = closed.chain(open).map(|ticket| Card {
            department: String::new(),
            is_overdue: false,
            ticket,
        });
        let lanes = lanes(cards.collect());
        let counts: Vec<_> = lanes
            .iter()
            .map(|lane| (lane.status, lane.count, lane.cards.len()))
            .collect();
        assert_eq!(counts[0], ("opened", 30, 30));
        assert_eq!(counts[3], ("closed", 30, CLOSED));
    }

    #[test]
    fn what_is_closed_is_never_overdue() {
        let later = "2026-11-02T00:00:00Z".parse().unwrap();
        assert!(is_overdue(&ticket(1, TicketStatus::Opened), later));
        assert!(!is_overdue(&ticket(1, TicketStatus::Closed), later));
    }
}
