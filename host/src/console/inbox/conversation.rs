//! One conversation: what happened in it, its customer, and what to do.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;

use super::super::Console;
use super::super::form::Asked;
use super::super::frame::{Frame, with_status};
use super::super::gate::Who;
use super::card::{Card, shown_contact};
use super::list::waits_since;
use super::thread::{Item, called, items};
use crate::api::Problem;
use crate::engine::{Core, EngineError};
use crate::knowledge::{Article, Knowledge};
use crate::model::{ConversationId, Finding};

/// How many runs are shown at once.
const RUNS: u32 = 60;
/// How many articles are suggested.
const SUGGESTED: usize = 4;
/// How many texts that are sent as they are are shown.
const MOST_CANNED: usize = 8;
/// How much of what was typed last is compared with them, in characters.
const TYPED: usize = 16;
/// So much of it must stand in one of them.
const FITS: f64 = 0.6;

/// What a page is asked for besides.
#[derive(Clone, Default)]
pub(super) struct Wish {
    /// Only runs before this number.
    pub(super) before: Option<u32>,
    /// Whether telephone numbers are shown.
    pub(super) is_revealed: bool,
    /// What somebody wrote and didn't send yet.
    pub(super) draft: String,
    /// What was found in it.
    pub(super) findings: Vec<Finding>,
    /// Who answered meanwhile.
    pub(super) meanwhile: Option<String>,
}

#[derive(Template)]
#[template(path = "console/conversation.html")]
struct Shown<'a> {
    f: &'a Frame,
    s: Stand,
    items: Vec<Item>,
    earlier: Option<u32>,
    card: Card,
    record: Option<RecordFields>,
    draft: String,
    findings: Vec<Found>,
    meanwhile: Option<String>,
    suggestions: Vec<Suggestion>,
    agents: Vec<(String, String)>,
    teams: Vec<(String, String)>,
}

/// Where the conversation stands.
struct Stand {
    id: String,
    contact: String,
    channel: String,
    status: &'static str,
    agent: String,
    is_mine: bool,
    is_resolved: bool,
    is_urgent: bool,
    team: String,
    waits_since: Option<Timestamp>,
    categories: Vec<String>,
    labels: Vec<String>,
    runs: u32,
}

/// The record as a form has it.
struct RecordFields {
    topic: String,
    category: String,
    asked: String,
    result: String,
    next_action: String,
    resolved_by: String,
    edited_by: Option<String>,
}

/// What a reviewer says of a text.
pub(super) struct Found {
    pub(super) severity: &'static str,
    /// What it is about.
    pub(super) place: String,
    pub(super) why: String,
    pub(super) better: Option<String>,
}

impl Found {
    pub(super) fn of(finding: &Finding, text: &str) -> Self {
        let at = |byte: u32| usize::try_from(byte).unwrap_or(usize::MAX);
        let place = text.get(at(finding.start)..at(finding.end));
        Self {
            severity: finding.severity.as_str(),
            place: place.unwrap_or_default().chars().take(60).collect(),
            why: finding.explanation.clone(),
            better: finding.suggestion.clone(),
        }
    }
}

/// Something that could be sent.
pub(super) struct Suggestion {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) language: String,
    pub(super) is_canned: bool,
}

/// The page.
pub(crate) async fn show(
    State(console): State<Console>,
    frame: Frame,
    who: Who,
    Path(id): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let wish = Wish {
        before: asked.some("before").and_then(|number| number.parse().ok()),
        ..Wish::default()
    };
    render(&console, frame, who, id, wish, StatusCode::OK).await
}

/// The page with what else is wished.
pub(super) async fn render(
    console: &Console,
    frame: Frame,
    who: Who,
    id: String,
    wish: Wish,
    status: StatusCode,
) -> Result<Response, Problem> {
    let id = ConversationId::new(id);
    let read = move |core: &Core| {
        let shown = read(core, &frame, &who, &id, wish)?;
        Ok(with_status(status, &shown))
    };
    console.api.read(read).await
}

fn read<'a>(
    core: &Core,
    frame: &'a Frame,
    who: &Who,
    id: &ConversationId,
    wish: Wish,
) -> Result<Shown<'a>, EngineError> {
    let acting = who.acting();
    let state = acting.conversation(core, id)?;
    let desk = core.desk();
    let end = wish
        .before
        .map_or(state.run_count, |before| before.saturating_sub(1));
    let begin = end.saturating_sub(RUNS);
    let wanted = usize::try_from(end - begin).unwrap_or(0);
    let mut runs = core.runs_after(id, begin, wanted)?;
    runs.retain(|run| acting.sees_run(run));
    let tag = Some(frame.lang.tag());
    let team = state
        .team
        .as_deref()
        .and_then(|team| desk.directory.team(team));
    let others = desk.directory.people().iter();
    let others =
        others.filter(|person| person.name != who.name() && !state.is_hidden_from(&person.name));
    let customer = runs.iter().rev().find_map(|run| run.event.message());
    let asked = customer
        .map(|message| message.text.clone())
        .unwrap_or_default();
    Ok(Shown {
        items: items(&runs, &desk.directory, frame),
        earlier: (begin > 0).then_some(begin + 1),
        card: Card::of(core, &state, who, frame, wish.is_revealed)?,
        record: state.record.as_ref().map(|record| RecordFields {
            topic: record.topic.clone(),
            category: record.category.clone().unwrap_or_default(),
            asked: record.asked.clone(),
            result: record.result.clone(),
            next_action: record.next_action.clone().unwrap_or_default(),
            resolved_by: called(&record.resolved_by, &desk.directory, frame),
            edited_by: record
                .edited
                .as_ref()
                .map(|edited| called(&edited.by, &desk.directory, frame)),
        }),
        findings: wish
            .findings
            .iter()
            .map(|finding| Found::of(finding, &wish.draft))
            .collect(),
        suggestions: suggestions(core, &wish.draft, &asked, state.language.as_deref()),
        draft: wish.draft,
        meanwhile: wish.meanwhile,
        agents: others
            .map(|person| (person.name.clone(), person.display_name(tag).to_owned()))
            .collect(),
        teams: desk
            .directory
            .teams()
            .iter()
            .map(|team| (team.name.clone(), team.display_name(tag).to_owned()))
            .collect(),
        s: Stand {
            id: state.id.to_string(),
            contact: shown_contact(core, &state, frame, wish.is_revealed)?,
            channel: state.channel.clone(),
            status: if state.resolved {
                "resolved"
            } else {
                state.handler.as_str()
            },
            agent: state
                .agent
                .as_deref()
                .map_or_else(String::new, |agent| called(agent, &desk.directory, frame)),
            is_mine: state.agent.as_deref() == Some(who.name()),
            is_resolved: state.resolved,
            is_urgent: state.priority == crate::model::Priority::Urgent,
            team: team.map_or_else(String::new, |team| team.display_name(tag).to_owned()),
            waits_since: waits_since(&state),
            categories: state
                .categories
                .iter()
                .map(|category| category.name.clone())
                .collect(),
            labels: state.labels.clone(),
            runs: state.run_count,
        },
        f: frame,
    })
}

/// Articles that answer what is being written, or what the customer asked; and texts to be sent as they are.
pub(super) fn suggestions(
    core: &Core,
    draft: &str,
    asked: &str,
    language: Option<&str>,
) -> Vec<Suggestion> {
    let workflow = core.workflow();
    let now = core.clock().now();
    let query = if draft.trim().chars().count() >= 2 {
        draft
    } else {
        asked
    };
    let hits = workflow.knowledge.search(query, language, now, SUGGESTED);
    let mut found: Vec<Suggestion> = hits
        .into_iter()
        .map(|hit| Suggestion {
            title: hit.title,
            text: hit.text,
            language: hit.language,
            is_canned: false,
        })
        .collect();
    found.extend(canned(&workflow.knowledge, draft, language, now));
    found
}

/// Texts to be sent as they are: those in which what was typed last stands, or most of it; all where nothing is typed.
fn canned(
    knowledge: &Knowledge,
    draft: &str,
    language: Option<&str>,
    now: Timestamp,
) -> Vec<Suggestion> {
    let typed = knowledge.fold(draft.trim());
    let skipped = typed.chars().count().saturating_sub(TYPED);
    let typed: Vec<char> = typed.chars().skip(skipped).collect();
    let pairs: Vec<String> = typed.windows(2).map(|pair| pair.iter().collect()).collect();
    let fits = |article: &Article| {
        let parts = [article.title.as_str(), &article.text];
        let questions = article.questions.iter().map(String::as_str);
        let all: Vec<&str> = parts.into_iter().chain(questions).collect();
        let all = knowledge.fold(&all.join("\n"));
        let held = pairs.iter().filter(|pair| all.contains(pair.as_str()));
        held.count() as f64 / pairs.len().max(1) as f64
    };
    let spoken = |article: &&Article| {
        article.is_valid(now) && language.is_none_or(|language| language == article.language)
    };
    let mut found: Vec<(f64, &Article)> = knowledge
        .canned()
        .iter()
        .filter(spoken)
        .map(|article| (fits(article), article))
        .filter(|(fits, _)| pairs.is_empty() || *fits >= FITS)
        .collect();
    found.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let found = found.into_iter().take(MOST_CANNED);
    found
        .map(|(_, article)| Suggestion {
            title: article.title.clone(),
            text: article.text.clone(),
            language: article.language.clone(),
            is_canned: true,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_finds_the_text_that_is_meant_in_either_script() {
        let article = |id: &str, title: &str, text: &str, language: &str| Article {
            id: id.to_owned(),
            title: title.to_owned(),
            text: text.to_owned(),
            language: language.to_owned(),
            labels: vec![crate::knowledge::CANNED.to_owned()],
            ..Article::default()
        };
        let knowledge = Knowledge::build(vec![
            article(
                "hold",
                "请稍候",
                "抱歉让您久等，正在为您查询，请稍候。",
                "zh-Hans",
            ),
            article("photo", "请发照片", "麻烦您说明一下损坏的位置。", "zh-Hans"),
            article(
                "hold-en",
                "Please wait",
                "Sorry to keep you waiting, I am looking it up.",
                "en",
            ),
        ])
        .unwrap();
        let found = |draft: &str, language: Option<&str>| -> Vec<String> {
            let found = canned(&knowledge, draft, language, Timestamp::UNIX_EPOCH);
            found.into_iter().map(|one| one.title).collect()
        };
        assert_eq!(found("", None).len(), 3);
        assert_eq!(found("稍候", Some("zh-Hans")), ["请稍候"]);
        assert_eq!(found("您好，抱歉讓您久等", None), ["请稍候"]);
        assert_eq!(found("损坏的位置", None), ["请发照片"]);
        assert_eq!(found("sorry to keep", Some("en")), ["Please wait"]);
        assert!(found("火星票", None).is_empty());
        // No step is ever given one.
        assert!(
            knowledge
                .search("请稍候", None, Timestamp::UNIX_EPOCH, 5)
                .is_empty()
        );
    }
}
