//! A call that a desk has recorded, as a case: what the step was told, what it was answered, and what it did.

use serde_json::{Map, Value, json};

use super::differ::to_contract;
use super::run::{flat, written};
use crate::model::{
    Author, Context, Event, Finding, HostCall, KvWrite, LogLine, Message, NextStep, Occurrence,
    Outcome, Promise, SurveyStatus, Ticket, Timer,
};
use crate::sandbox::Limits;

/// One plugin call of a recorded run.
#[derive(Clone, Debug)]
pub struct RecordedCall<'a> {
    /// What the case is to be called.
    pub name: String,
    /// The step.
    pub step: String,
    /// What it was told besides the event.
    pub context: Context<'a>,
    /// The event; a reviewer isn't told of it.
    pub event: Event,
    /// The texts that a reviewer looked at.
    pub drafts: Vec<Message>,
    /// The seed of its random source.
    pub seed: [u8; 32],
    /// Its configuration, as JSON.
    pub config: String,
    /// What it was allowed, in the words of a manifest.
    pub grants: Vec<String>,
    /// What it might use.
    pub limits: Limits,
    /// What it asked and was answered.
    pub host_calls: Vec<HostCall>,
    /// What it wrote to its memory.
    pub kv_writes: Vec<KvWrite>,
    /// What it logged.
    pub log: Vec<LogLine>,
    /// What came of it.
    pub result: RecordedResult,
}

/// What came of a recorded call.
#[derive(Clone, Debug)]
pub enum RecordedResult {
    /// A step answered.
    Done(Outcome),
    /// A reviewer answered, text by text.
    Reviewed(Vec<Vec<Finding>>),
    /// It failed.
    Failed {
        /// The stable name of the cause.
        code: String,
        /// In words.
        reason: String,
    },
}

impl RecordedCall<'_> {
    /// One line of a file of cases, which the very component that was called passes.
    pub fn to_case(&self) -> Value {
        let mut case = Map::new();
        let mut put = |name: &str, value: Value| {
            case.insert(name.to_owned(), value);
        };
        put("case", json!(self.name));
        put("at", json!(self.event.at));
        put("seed", json!(hex(&self.seed)));
        put("step", json!(self.step));
        let is_reviewer =
            matches!(self.result, RecordedResult::Reviewed(_)) || !self.drafts.is_empty();
        if is_reviewer {
            put("drafts", self.drafts.iter().map(message).collect());
        } else {
            put("event-id", json!(self.event.id));
            let (kind, value) = occurrence(&self.event.what);
            put("event", json!({ kind: value }));
        }
        let config = serde_json::from_str(&self.config).unwrap_or_else(|_| json!({}));
        put("config", config);
        put("grants", json!(self.grants));
        let limits = limits(&self.limits);
        if limits.as_object().is_some_and(|limits| !limits.is_empty()) {
            put("limits", limits);
        }
        let Context {
            desk,
            account,
            draft,
            ..
        } = &self.context;
        let languages = &desk.languages;
        put(
            "desk",
            json!({"name": desk.name, "time-zone": desk.time_zone, "languages": languages}),
        );
        let fields: Map<String, Value> = account
            .fields
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        put(
            "account",
            without_nulls(json!({
                "id": account.id, "name": account.name, "language": account.language, "fields": fields,
                "conversation-count": account.conversation_count, "open-complaints": account.open_complaints,
            })),
        );
        put("conversation", self.conversation(is_reviewer));
        if !draft.is_empty() {
            put("draft", draft.iter().map(to_contract).collect());
        }
        if !self.host_calls.is_empty() {
            put("answers", json!(self.host_calls));
        }
        self.expected(&mut case);
        Value::Object(case)
    }

    /// The messages that the event carries are told by the event itself, except to a reviewer.
    fn conversation(&self, is_reviewer: bool) -> Value {
        let view = &self.context.conversation;
        let state = &view.state;
        let own = self.event.message().filter(|_| !is_reviewer);
        let own = own.map(|own| own.number);
        let earlier = view.messages.iter();
        let earlier = earlier.filter(|message| Some(message.number) != own);
        let categories = state.categories.iter();
        let categories = categories.map(|it| json!({"name": it.name, "confidence": it.confidence}));
        let survey = state.survey;
        let mut form = without_nulls(json!({
            "id": state.id, "channel": state.channel, "opened-at": state.opened_at, "resolved": state.resolved,
            "handler": state.handler, "categories": categories.collect::<Vec<_>>(), "priority": state.priority,
            "stage": state.stage, "labels": state.labels,
            "tickets": state.tickets.iter().map(ticket).collect::<Vec<_>>(),
            "timers": state.timers.iter().map(timer).collect::<Vec<_>>(),
            "promises": state.promises.iter().map(promise).collect::<Vec<_>>(),
            "survey": (survey != SurveyStatus::NotAsked).then_some(survey),
            "message-count": state.message_count,
            "messages": earlier.map(message).collect::<Vec<_>>(),
        }));
        if let Some(form) = form.as_object_mut() {
            form.retain(|_, value| value.as_array().is_none_or(|items| !items.is_empty()));
            // None is said, too: it isn't the language of the message.
            form.insert("language".to_owned(), json!(state.language));
        }
        form
    }

    fn expected(&self, case: &mut Map<String, Value>) {
        let mut put = |name: &str, value: Value| {
            case.insert(name.to_owned(), value);
        };
        match &self.result {
            RecordedResult::Done(outcome) => {
                put("effects", outcome.effects.iter().map(to_contract).collect());
                let next = match outcome.next {
                    NextStep::GoOn => "go-on",
                    NextStep::Finish => "finish",
                };
                put("next", json!(next));
                put("kv", written(&self.kv_writes).unwrap_or_else(|| json!({})));
            }
            RecordedResult::Reviewed(findings) => put("findings", flat(findings)),
            RecordedResult::Failed { code, reason } => {
                put("failure", json!({"code": code, "reason": reason}));
            }
        }
        let lines: Vec<&str> = self.log.iter().map(|line| line.text.as_str()).collect();
        put("log", json!(lines));
    }
}

fn hex(seed: &[u8]) -> String {
    use std::fmt::Write as _;
    seed.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a text can't fail.
        let _infallible = write!(hex, "{byte:02x}");
        hex
    })
}

fn occurrence(what: &Occurrence) -> (&'static str, Value) {
    match what {
        Occurrence::MessageReceived { message: own } => ("message-received", message(own)),
        Occurrence::AgentReplied { message: own } => ("agent-replied", message(own)),
        Occurrence::TimerFired { timer: fired } => ("timer-fired", timer(fired)),
        Occurrence::ConversationResolved { by, summary } => (
            "conversation-resolved",
            without_nulls(json!({"by": by, "summary": summary})),
        ),
        Occurrence::SurveyAnswered { code, text } => (
            "survey-answered",
            without_nulls(json!({"code": code, "text": text})),
        ),
        Occurrence::TicketUpdated { ticket: moved } => ("ticket-updated", ticket(moved)),
        Occurrence::DeskRecovered { began_at, ended_at } => (
            "desk-recovered",
            json!({"began-at": began_at, "ended-at": ended_at}),
        ),
        Occurrence::Announced { name, value } => {
            ("announced", json!({"name": name, "value": value}))
        }
    }
}

fn message(message: &Message) -> Value {
    let (author, name) = match &message.author {
        Author::Customer => ("customer", None),
        Author::Step(name) => ("step", Some(name)),
        Author::Agent(name) => ("agent", Some(name)),
        Author::Host => ("host", None),
    };
    without_nulls(json!({
        "id": message.id, "author": author, "author-name": name, "text": message.text, "language": message.language,
        "sent-at": message.at,
    }))
}

fn ticket(ticket: &Ticket) -> Value {
    without_nulls(json!({
        "id": ticket.id, "key": ticket.key, "kind": ticket.kind, "department": ticket.department, "title": ticket.title,
        "status": ticket.status, "priority": ticket.priority, "opened-at": ticket.opened_at, "due": ticket.due,
        "escalations": ticket.escalations, "feedback": ticket.feedback,
    }))
}

fn timer(timer: &Timer) -> Value {
    json!({"name": timer.name, "due": timer.due, "payload": timer.payload})
}

fn promise(promise: &Promise) -> Value {
    without_nulls(json!({
        "text": promise.text, "due": promise.due, "owner": promise.owner, "status": promise.status,
    }))
}

/// Those that a desk has changed; times aside, for they are the machine's.
fn limits(limits: &Limits) -> Value {
    let usual = Limits::default();
    let size = |bytes: usize| json!(format!("{bytes}B"));
    let mut changed = Map::new();
    let mut put = |name: &str, is_usual: bool, value: Value| {
        if !is_usual {
            changed.insert(name.to_owned(), value);
        }
    };
    put("memory", limits.memory == usual.memory, size(limits.memory));
    put(
        "output",
        limits.output_bytes == usual.output_bytes,
        size(limits.output_bytes),
    );
    put(
        "host-calls",
        limits.host_calls == usual.host_calls,
        json!(limits.host_calls),
    );
    put(
        "log-lines",
        limits.log_lines == usual.log_lines,
        json!(limits.log_lines),
    );
    put(
        "kv-writes",
        limits.kv_writes == usual.kv_writes,
        json!(limits.kv_writes),
    );
    put(
        "http-calls",
        limits.http_calls == usual.http_calls,
        json!(limits.http_calls),
    );
    put(
        "http-body",
        limits.http_body == usual.http_body,
        size(limits.http_body),
    );
    Value::Object(changed)
}

fn without_nulls(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    value
}
