//! After the last step: what the rest of the desk makes of a run. The customer gets a place in the queue or a free
//! agent; whoever writes to an absent agent is answered; silence that nobody would notice raises an alarm (R6, R34).

use jiff::Timestamp;

use super::board::{Board, Roster};
use super::care::{self, STALLED, said};
use crate::engine::intake::{Due, digest_bits};
use crate::engine::run::Finished;
use crate::engine::{promises, words};
use crate::model::{
    Author, Change, Entry, EventKind, Finding, Handler, InvocationResult, Occurrence, Priority,
    Severity, Ticket, TicketId, TicketKind, TicketStatus,
};
use crate::workflow::Desk;
use crate::workflow::directory::MANAGER;
use crate::workflow::floor;

/// The rule of the finding that stands for an inbox that nobody looks after.
pub(crate) const UNATTENDED: &str = "unattended-inbox";
/// The key of the ticket of whoever wants to be called back.
const CALL_BACK: &str = "call-back";

/// Closes a run: adds what the floor makes of it, and makes the board agree with it.
pub(crate) fn close(board: &mut Board, desk: &Desk, finished: &mut Finished) {
    let has_floor = desk.settings.floor.enabled;
    let at = finished.run.event.at;
    let before = finished.run.entries.len();
    let mut closing = Closing {
        desk,
        at,
        language: language(finished),
        finished,
    };
    if has_floor {
        closing.give_back();
        closing.choice();
        closing.alarm(board);
        closing.queue(board);
    }
    closing.end_of_wait();
    let state = &mut closing.finished.state;
    if has_floor {
        state.care.next = if state.handler == Handler::Bot {
            None
        } else {
            care::next(desk, state)
        };
    }
    let added = finished.run.entries.len() - before;
    finished.run.closing = u32::try_from(added).unwrap_or(u32::MAX);
}

fn language(finished: &Finished) -> Option<String> {
    let account = finished.account.as_ref().unwrap_or(&finished.run.account);
    finished
        .state
        .language
        .clone()
        .or_else(|| account.language.clone())
}

struct Closing<'a> {
    desk: &'a Desk,
    at: Timestamp,
    language: Option<String>,
    finished: &'a mut Finished,
}

impl Closing<'_> {
    fn push(&mut self, change: Change) {
        self.finished.state.apply(&change, self.at);
        self.finished.run.entries.push(Entry {
            by: "host".to_owned(),
            change,
        });
    }

    fn say(&mut self, text: &floor::FloorText, words: &[(&str, &str)]) {
        let language = self.language.clone();
        let text = self
            .desk
            .settings
            .floor
            .say(text, language.as_deref(), words);
        let change = said(&self.finished.state, text, language.as_deref(), self.at);
        self.push(change);
    }

    fn any(&self, wanted: impl Fn(&Change) -> bool) -> bool {
        self.finished
            .run
            .entries
            .iter()
            .any(|entry| wanted(&entry.change))
    }

    /// The workflow answered for an agent: where it had no answer the host has one, and the agent has the conversation
    /// again unless it was handed on (R6).
    fn give_back(&mut self) {
        let state = &self.finished.state;
        let Some(agent) = state.care.covered.clone() else {
            return;
        };
        if state.resolved || state.handler != Handler::Bot {
            return;
        }
        if !self.any(|change| matches!(change, Change::Replied { .. })) {
            self.say(&floor::AWAY, &[]);
        }
        self.push(Change::AutoReplyOff { agent });
    }

    /// Whoever was offered something instead of the wait may take it (R39).
    fn choice(&mut self) {
        let state = &self.finished.state;
        if state.handler != Handler::Queue || !state.care.offered {
            return;
        }
        let Occurrence::MessageReceived { message } = &self.finished.run.event.what else {
            return;
        };
        match Choice::read(&message.text) {
            Some(Choice::CallBack) => self.call_back(),
            Some(Choice::SelfService) => {
                self.push(Change::SelfServed {
                    choice: "self-service".to_owned(),
                });
                self.say(&floor::SELF_SERVICE, &[]);
            }
            None => {}
        }
    }

    fn call_back(&mut self) {
        let state = &self.finished.state;
        let directory = &self.desk.directory;
        let team = state.team.as_deref().and_then(|team| directory.team(team));
        let department = team
            .and_then(|team| directory.department(&team.department))
            .or_else(|| directory.departments().first());
        let Some(department) = department.map(|department| department.name.clone()) else {
            return;
        };
        let four_hours = std::time::Duration::from_secs(4 * 3_600);
        let Ok(due) = self.desk.calendar.add_business(self.at, four_hours) else {
            return;
        };
        let ticket = Ticket {
            id: TicketId::from_random(digest_bits(&format!(
                "{}/{CALL_BACK}",
                self.finished.run.id
            ))),
            key: CALL_BACK.to_owned(),
            conversation: state.id.clone(),
            account: state.account.clone(),
            kind: TicketKind::Question,
            department: department.clone(),
            title: format!("Call back {} ({})", state.contact, state.channel),
            body: "The customer chose a call-back instead of the wait.".to_owned(),
            status: TicketStatus::Opened,
            priority: Priority::Normal,
            opened_at: self.at,
            due: Some(due),
            escalations: 0,
            notified: Vec::new(),
            feedback: None,
            opened_by: "host".to_owned(),
            about: Vec::new(),
        };
        self.push(Change::SelfServed {
            choice: "call-back".to_owned(),
        });
        self.finished.tickets.push(ticket.clone());
        let text = format!("[{}] {}", ticket.kind, ticket.title);
        let spoken = self.desk.languages.first().map(String::as_str);
        let promised = words::CALLED_BACK.say(self.language.as_deref(), spoken, "", "");
        let promise = promises::of_host(&ticket, due, promised);
        let id = promise.id.clone();
        self.push(Change::TicketOpened { ticket });
        self.finished.due.push((due, Due::Promise { id }));
        self.push(Change::Promised { promise });
        self.push(Change::Notified {
            to: department,
            text,
            urgent: false,
        });
        let due = super::clock_text(self.desk, due, self.language.as_deref());
        self.say(&floor::CALL_BACK, &[("due", &due)]);
    }

    /// A place in the queue, or an agent at once where one is free.
    fn queue(&mut self, board: &mut Board) {
        let overnight = || {
            let since = self.finished.state.care.queued_at.unwrap_or(self.at);
            !self.desk.calendar.is_open(since)
        };
        let is_new = board.sync(
            &self.finished.state,
            overnight(),
            &self.desk.calendar,
            self.at,
        );
        if board.touched.is_empty() {
            return;
        }
        let roster = Roster::of(self.desk);
        board.dispatch(&roster, self.at);
        let id = self.finished.state.id.clone();
        let own = board
            .touched
            .offers
            .iter()
            .position(|(offered, _)| *offered == id);
        if let Some(own) = own {
            let (_, agent) = board.touched.offers.remove(own);
            self.push(Change::Assigned { agent });
            board.sync(&self.finished.state, false, &self.desk.calendar, self.at);
        } else if is_new && let Some(standing) = board.standing(&id, &roster, self.at) {
            let wait = standing.wait.map(|wait| wait.as_secs());
            self.push(Change::Queued {
                team: self.finished.state.team.clone(),
                position: standing.position,
                wait_seconds: wait.and_then(|seconds| u32::try_from(seconds).ok()),
            });
            let limit = self.desk.settings.floor.offer_after;
            if standing.wait.is_some_and(|wait| wait > limit) && !self.finished.state.care.offered {
                self.push(Change::Offered);
                self.say(&floor::OFFER, &[]);
            }
        }
    }

    /// Timers about the wait end with it, and so does the label of the stalled.
    fn end_of_wait(&mut self) {
        let ended = self.any(|change| match change {
            Change::Assigned { .. } | Change::Resolved { .. } | Change::SelfServed { .. } => true,
            Change::Replied { message } => matches!(message.author, Author::Agent(_)),
            _ => false,
        });
        if !ended || self.finished.state.handler == Handler::Queue {
            return;
        }
        let timers: Vec<_> = self.finished.state.hold_timers().cloned().collect();
        for timer in timers {
            self.push(Change::TimerCancelled { timer });
        }
        let is_stalled = self
            .finished
            .state
            .labels
            .iter()
            .any(|label| label == STALLED);
        if is_stalled && self.finished.state.care.owed_since.is_none() {
            self.push(Change::LabelRemoved {
                label: STALLED.to_owned(),
            });
        }
    }

    /// Nobody is there, and no step answers either: somebody must hear of it, once (R6).
    fn alarm(&mut self, board: &Board) {
        let run = &self.finished.run;
        let directory = &self.desk.directory;
        if run.event.kind() != EventKind::MessageReceived
            || directory.teams().is_empty()
            || board.is_staffed()
            || self.finished.state.care.attended
        {
            return;
        }
        let works = |result: &InvocationResult| matches!(result, InvocationResult::Done { .. });
        let has_worked = run.invocations.iter().any(|call| works(&call.result));
        let is_first = run.before.message_count <= 1;
        if has_worked && !is_first {
            return;
        }
        let text = match &run.event.what {
            Occurrence::MessageReceived { message } => message.text.clone(),
            _ => String::new(),
        };
        let already = self
            .finished
            .state
            .labels
            .iter()
            .any(|label| label == UNATTENDED);
        if already {
            return;
        }
        let channel = self.finished.state.channel.clone();
        let explanation = format!(
            "nobody is online and no step answered on {channel}: put an agent there, or a step that answers into message.received"
        );
        self.push(Change::LabelAdded {
            label: UNATTENDED.to_owned(),
        });
        self.push(Change::Found {
            finding: Finding {
                rule: UNATTENDED.to_owned(),
                severity: Severity::Blocking,
                start: 0,
                end: u32::try_from(text.len()).unwrap_or(u32::MAX),
                explanation: explanation.clone(),
                suggestion: None,
            },
            text,
        });
        if directory.has(MANAGER) {
            self.push(Change::Notified {
                to: MANAGER.to_owned(),
                text: explanation,
                urgent: false,
            });
        }
    }
}

/// What a customer chose instead of the wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    CallBack,
    SelfService,
}

impl Choice {
    /// Only where the message says nothing else: "回电" is a choice, "别回电，我等着" isn't.
    fn read(text: &str) -> Option<Self> {
        let word: String = text
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        let word = word.strip_suffix("please").unwrap_or(&word);
        let word = word.trim_start_matches("请").trim_start_matches("請");
        let word = word.trim_end_matches(['吧', '谢', '謝']);
        match word {
            "回电" | "回電" | "回电话" | "回電話" | "callback" | "callmeback" | "callme" => {
                Some(Self::CallBack)
            }
            "自助" | "自助服务" | "自助服務" | "selfservice" => Some(Self::SelfService),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_only_where_nothing_else_is_said() {
        for text in [
            "回电",
            "「回電」",
            "请回电话吧。",
            "Call back, please!",
            "call me back",
        ] {
            assert_eq!(Choice::read(text), Some(Choice::CallBack), "{text}");
        }
        for text in ["自助", "“自助服務”", "Self-service"] {
            assert_eq!(Choice::read(text), Some(Choice::SelfService), "{text}");
        }
        for text in [
            "别回电，我等着",
            "好的",
            "自助洗车多少钱",
            "",
            "don't call me back",
        ] {
            assert_eq!(Choice::read(text), None, "{text}");
        }
    }
}
