//! The inbox: who waits, what one has, what the team has, what came overnight, what happened last.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;

use super::super::Console;
use super::super::form::{Asked, encoded};
use super::super::frame::{Frame, page};
use super::super::gate::Who;
use super::card::shown_contact;
use crate::api::Problem;
use crate::engine::{AtHand, Core, EngineError, MessagePage, RunMark, SearchMark};
use crate::model::{Author, Conversation, ConversationId, Handler, Message, Priority};

/// Lines of a page.
const LINES: usize = 50;
/// How many runs are looked at for a page of what happened last.
const LOOKED_AT: usize = 1_000;
/// How many conversations on the floor are read to find whose customer has waited longest.
const COMPARED: usize = 300;
/// How many conversations on the floor may have come overnight.
const NIGHT: usize = 1_000;
/// The longest piece of a message, in characters.
const SNIPPET: usize = 140;

/// The filters, in their order.
const TABS: &[&str] = &["mine", "team", "queue", "longest", "overnight", "recent"];

#[derive(Template)]
#[template(path = "console/inbox.html")]
struct Inbox<'a> {
    f: &'a Frame,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    next: Option<String>,
    path: String,
    asked: String,
}

struct Tab {
    id: &'static str,
    count: Option<usize>,
    is_here: bool,
}

/// A conversation in the list.
struct Line {
    id: String,
    contact: String,
    channel: String,
    status: &'static str,
    agent: String,
    team: String,
    is_urgent: bool,
    is_overnight: bool,
    waits_since: Option<Timestamp>,
    last: Timestamp,
    by: &'static str,
    snippet: String,
    language: String,
    tickets: usize,
}

/// The page.
pub(crate) async fn show(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let wanted = asked.text("tab");
    let search = asked.text("q");
    let before = asked.some("before");
    let nonsense = || Problem::bad_request("before: use the link of the page before");
    let (mut cursor, mut searched_to) = (None, None);
    match &before {
        Some(text) if search.is_empty() => {
            cursor = Some(RunMark::parse(text).ok_or_else(nonsense)?);
        }
        Some(text) => searched_to = Some(SearchMark::parse(text).ok_or_else(nonsense)?),
        None => {}
    }
    let shown = frame.clone();
    let query = search.clone();
    let ledger = std::sync::Arc::clone(&console.ledger);
    let read = move |core: &Core| {
        let floor = Floor::of(core, &who)?;
        let tab = TABS.iter().copied().find(|tab| *tab == wanted);
        // At the start of a shift there is what came overnight.
        let tab = tab.unwrap_or_else(|| floor.first());
        let (found, next) = if query.chars().count() >= 2 {
            searched(core, &who, &query, searched_to.as_ref())?
        } else if tab == "overnight" {
            let attention = ledger.read(core, None)?.books.lists.attention();
            (floor.overnight(core, &who, attention)?, None)
        } else {
            let (found, next) = floor.of_tab(core, &who, tab, cursor)?;
            (found, next.map(|mark| mark.to_text()))
        };
        let mut lines = Vec::new();
        for (state, place) in found {
            lines.push(Line::of(core, &state, place.as_ref(), &shown)?);
        }
        let tabs = TABS.iter().map(|id| Tab {
            id,
            count: floor.count(id),
            is_here: *id == tab && query.is_empty(),
        });
        Ok((tabs.collect(), lines, next, tab))
    };
    let (tabs, lines, next, tab) = if search.is_empty() {
        console.api.read(read).await?
    } else {
        console.api.read_alone(read).await?
    };
    Ok(page(&Inbox {
        f: &frame,
        tabs,
        lines,
        next,
        path: format!("/console/inbox?tab={tab}&q={}", encoded(&search)),
        asked: search,
    }))
}

/// A conversation with its place on the floor, where it has one.
type Found = (Conversation, Option<AtHand>);

/// The floor as somebody sees it.
struct Floor {
    places: Vec<AtHand>,
    name: String,
    teams: Vec<String>,
    overnight: usize,
}

impl Floor {
    fn of(core: &Core, who: &Who) -> Result<Self, EngineError> {
        let agents = core.agents()?;
        let teams = agents.into_iter().find(|agent| agent.agent == who.name());
        let places = core.at_hand(Some(who.name()))?;
        Ok(Self {
            overnight: places
                .iter()
                .filter(|place| place.overnight && place.agent.is_none())
                .count(),
            places,
            name: who.name().to_owned(),
            teams: teams.map_or_else(Vec::new, |agent| agent.teams),
        })
    }

    /// The tab that somebody begins with.
    fn first(&self) -> &'static str {
        if self.overnight > 0 {
            "overnight"
        } else if self.has("mine").next().is_some() {
            "mine"
        } else {
            "queue"
        }
    }

    fn has<'f>(&'f self, tab: &str) -> Box<dyn Iterator<Item = &'f AtHand> + 'f> {
        let all = self.places.iter();
        match tab {
            "mine" => Box::new(all.filter(|place| place.agent.as_deref() == Some(&self.name))),
            "team" => Box::new(all.filter(|place| {
                let team = place.team.as_ref();
                team.is_some_and(|team| self.teams.contains(team))
            })),
            "queue" => Box::new(all.filter(|place| place.agent.is_none() || place.is_offered)),
            _ => Box::new(all),
        }
    }

    fn count(&self, tab: &str) -> Option<usize> {
        match tab {
            "mine" | "team" | "queue" => Some(self.has(tab).count()),
            "overnight" => Some(self.overnight),
            _ => None,
        }
    }

    fn of_tab(
        &self,
        core: &Core,
        who: &Who,
        tab: &str,
        cursor: Option<RunMark>,
    ) -> Result<(Vec<Found>, Option<RunMark>), EngineError> {
        match tab {
            "recent" => recent(core, who, cursor),
            "longest" => {
                let mut found = self.read(core, self.places.iter().take(COMPARED))?;
                found.retain(|(state, _)| waits_since(state).is_some());
                found.sort_by_key(|(state, _)| waits_since(state));
                found.truncate(LINES);
                Ok((found, None))
            }
            _ => Ok((self.read(core, self.has(tab).take(LINES))?, None)),
        }
    }

    /// What came since the desk last closed: what waits or is with somebody, and what else wants attention.
    fn overnight(
        &self,
        core: &Core,
        who: &Who,
        mut candidates: HashSet<ConversationId>,
    ) -> Result<Vec<Found>, EngineError> {
        let places = self.places.iter().take(NIGHT);
        candidates.extend(places.map(|place| place.conversation.clone()));
        let states = core.overnight_among(candidates)?.into_iter();
        let acting = who.acting();
        let found = states.filter(|state| acting.sees(state)).take(LINES);
        Ok(found.map(|state| self.placed(state)).collect())
    }

    fn placed(&self, state: Conversation) -> Found {
        let place = self.places.iter();
        let place = place
            .into_iter()
            .find(|place| place.conversation == state.id);
        let place = place.cloned();
        (state, place)
    }

    fn read<'f>(
        &self,
        core: &Core,
        places: impl Iterator<Item = &'f AtHand>,
    ) -> Result<Vec<Found>, EngineError> {
        let mut found = Vec::new();
        for place in places {
            match core.conversation(&place.conversation) {
                Ok(state) => found.push((state, Some(place.clone()))),
                // Erased meanwhile.
                Err(EngineError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}

/// Since when the customer waits for a word of a person.
pub(super) fn waits_since(state: &Conversation) -> Option<Timestamp> {
    if state.resolved {
        return None;
    }
    let care = &state.care;
    let since = care.owed_since.or(care.queued_at);
    since.filter(|_| state.handler != Handler::Bot)
}

/// What happened last, newest first: a conversation stands where its last run does.
fn recent(
    core: &Core,
    who: &Who,
    mut cursor: Option<RunMark>,
) -> Result<(Vec<Found>, Option<RunMark>), EngineError> {
    let acting = who.acting();
    let mut found: Vec<Found> = Vec::new();
    let mut seen: HashSet<ConversationId> = HashSet::new();
    let runs = core.newest_runs(cursor.as_ref(), LOOKED_AT)?;
    let whole = runs.len() == LOOKED_AT;
    for (mark, run) in runs {
        cursor = Some(mark);
        let Some((id, number)) = run.parts() else {
            continue;
        };
        if !seen.insert(id.clone()) {
            continue;
        }
        match core.conversation(&id) {
            // One that stands further up was on an earlier page.
            Ok(state) if state.run_count == number && acting.sees(&state) => {
                found.push((state, None));
            }
            Ok(_) | Err(EngineError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        if found.len() == LINES {
            return Ok((found, cursor));
        }
    }
    Ok((found, cursor.filter(|_| whole)))
}

/// Those in which a text stands, among so many of the newest, and where to go on.
fn searched(
    core: &Core,
    who: &Who,
    text: &str,
    after: Option<&SearchMark>,
) -> Result<(Vec<Found>, Option<String>), EngineError> {
    let acting = who.acting();
    let found = core.find(text, after, LINES)?;
    let hits = found.hits.into_iter();
    let seen = hits.filter(|hit| acting.sees(&hit.conversation));
    let lines = seen.map(|hit| (hit.conversation, None)).collect();
    Ok((lines, found.next.map(|mark| mark.to_text())))
}

impl Line {
    fn of(
        core: &Core,
        state: &Conversation,
        place: Option<&AtHand>,
        frame: &Frame,
    ) -> Result<Self, EngineError> {
        let tag = frame.lang.tag();
        let newest = MessagePage {
            limit: 1,
            ..MessagePage::default()
        };
        let last = core.messages(&state.id, newest)?.pop();
        let desk = core.desk();
        let agent = state.agent.as_deref().unwrap_or_default();
        let agent = desk.directory.person(agent);
        let team = state.team.as_deref().unwrap_or_default();
        let known = desk.directory.team(team);
        Ok(Self {
            id: state.id.to_string(),
            contact: shown_contact(core, state, frame, false)?,
            channel: state.channel.clone(),
            status: if state.resolved {
                "resolved"
            } else {
                state.handler.as_str()
            },
            agent: agent.map_or_else(
                || state.agent.clone().unwrap_or_default(),
                |agent| agent.display_name(Some(tag)).to_owned(),
            ),
            team: known.map_or_else(
                || team.to_owned(),
                |team| team.display_name(Some(tag)).to_owned(),
            ),
            is_urgent: state.priority == Priority::Urgent,
            is_overnight: place.is_some_and(|place| place.overnight),
            waits_since: waits_since(state),
            last: state.last_activity,
            by: last.as_ref().map_or("", by),
            snippet: last.map_or_else(String::new, |last| cut(&last.text)),
            language: state.language.clone().unwrap_or_default(),
            tickets: state.open_tickets().count(),
        })
    }
}

fn by(message: &Message) -> &'static str {
    match message.author {
        Author::Customer => "customer",
        Author::Agent(_) => "agent",
        Author::Step(_) | Author::Host => "desk",
    }
}

fn cut(text: &str) -> String {
    let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(SNIPPET) {
        words.truncate(end);
        words.push('…');
    }
    words
}
