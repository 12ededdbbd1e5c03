//! What a visitor and the desk said in earlier conversations. Only for those for whom the business's server signed: a
//! secret in a browser says that it is the same browser, not that it is the same person.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::extract::Params;
use super::super::guard::Peer;
use super::super::views::MessageView;
use super::super::{Api, Problem};
use super::{CHANNEL, ChatLine, limit_caller, thread_of, visitor};
use crate::engine::{Core, EngineError, MessagePage};

/// How many messages of an earlier conversation are shown, the newest.
const MESSAGES: usize = 200;
/// How many conversations are looked at for one page.
const LOOKED_AT: usize = 100;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// What the page before said. Left out: the conversation before the current one.
    before: Option<usize>,
}

/// An earlier conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryPage {
    /// Which of the visitor's conversations; none: there is nothing earlier.
    thread: Option<String>,
    /// What was said in it, in order; of a long one the end.
    messages: Vec<ChatLine>,
    /// For the page before this one; none: this is the first conversation.
    before: Option<usize>,
}

/// Read what was said before
///
/// One earlier conversation of the visitor, the newest first; `before` goes on. Only with a signed identity.
#[utoipa::path(
    get, path = "/chat/history", tag = "chat",
    params(HistoryQuery, ("X-Switchboard-Identity" = String, Header, description = "who the visitor is, signed")),
    responses((status = 200, body = HistoryPage),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn history(
    State(api): State<Api>,
    Extension(Peer(peer)): Extension<Peer>,
    Params(query): Params<HistoryQuery>,
    headers: HeaderMap,
) -> Result<Json<HistoryPage>, Problem> {
    limit_caller(&api, peer, &headers)?;
    if visitor::identity_of(&headers).is_none() {
        let detail =
            "only who is signed for may read what was said before; send X-Switchboard-Identity";
        return Err(Problem::bad_request(detail));
    }
    let contact = visitor::contact(&api, &headers).await?;
    let read = api.read(move |core| earlier(core, &contact, query.before));
    Ok(Json(read.await?))
}

fn earlier(core: &Core, contact: &str, before: Option<usize>) -> Result<HistoryPage, EngineError> {
    let nothing = HistoryPage {
        thread: None,
        messages: Vec::new(),
        before: None,
    };
    let Some(current) = core.current_conversation(CHANNEL, contact)? else {
        return Ok(nothing);
    };
    let account = core.account(&core.conversation(&current)?.account)?;
    let all = account.conversations.len();
    let places = (0..before.unwrap_or(all).min(all)).rev().take(LOOKED_AT);
    for place in places {
        let Some(id) = account
            .conversations
            .get(place)
            .filter(|id| **id != current)
        else {
            continue;
        };
        let state = match core.conversation(id) {
            // What the account said elsewhere, or under another name, stays there.
            Ok(state) if state.channel == CHANNEL && state.contact == contact => state,
            Ok(_) | Err(EngineError::NotFound { .. }) => continue,
            Err(error) => return Err(error),
        };
        let newest = MessagePage {
            limit: MESSAGES,
            ..MessagePage::default()
        };
        let desk = core.desk();
        let messages = core.messages(id, newest)?;
        let lines = messages.iter().map(|message| {
            ChatLine::of(&desk, MessageView::from(message), state.language.as_deref())
        });
        return Ok(HistoryPage {
            thread: Some(thread_of(id)),
            messages: lines.collect(),
            before: Some(place).filter(|place| *place > 0),
        });
    }
    Ok(nothing)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::simulate::{Simulation, parse};
    use crate::sandbox::{Sandbox, SandboxConfig};
    use crate::store::MemoryStore;
    use crate::workflow::{Desk, DeskFiles};

    #[test]
    fn earlier_conversations_come_one_by_one_and_only_ones_own_of_this_channel() {
        let day = |day: u32, contact: &str, text: &str| {
            format!(
                "{{\"at\":\"2026-03-{day}T10:00:00+08:00\",\"do\":\"message\",\"contact\":\"{contact}\",\"text\":\"{text}\"}}\n\
                 {{\"at\":\"2026-03-{day}T10:05:00+08:00\",\"do\":\"resolve\",\"agent\":\"zhang-wei\",\"contact\":\"{contact}\"}}\n"
            )
        };
        let scenario = [
            day(10, "verified:ana", "first"),
            day(11, "verified:bo", "somebody else"),
            day(15, "verified:ana", "second"),
            day(20, "verified:ana", "third"),
        ];
        let lines = parse(&scenario.concat()).unwrap();
        let desk = Arc::new(Desk::load(&DeskFiles::Embedded).unwrap());
        let sandbox = Arc::new(Sandbox::new(SandboxConfig::in_process()).unwrap());
        let store = Arc::new(MemoryStore::new());
        let mut simulation = Simulation::new(desk, sandbox, store, lines[0].at).unwrap();
        for line in &lines {
            simulation.play(line, |_| ()).unwrap();
        }
        let core = simulation.core();
        let first = |page: &HistoryPage| page.messages.first().map(|line| line.text.clone());
        let page = earlier(core, "verified:ana", None).unwrap();
        assert_eq!(first(&page).as_deref(), Some("second"));
        let page = earlier(core, "verified:ana", page.before).unwrap();
        assert_eq!(first(&page).as_deref(), Some("first"));
        assert!(page.before.is_none());
        assert!(earlier(core, "verified:bo", None).unwrap().thread.is_none());
        assert!(earlier(core, "nobody", None).unwrap().thread.is_none());
    }
}
