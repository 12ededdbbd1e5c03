//! Everything that a call needs, made of what a case says and of defaults.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Case;
use super::desk::CaseDesk;
use super::form::{
    AuthorForm, EventForm, HoursForm, MessageForm, PromiseForm, TextOr, TicketForm, TimerForm,
};
use super::run::Seat;
use crate::model::{
    AccountId, AccountView, Author, Category, Context, Conversation, ConversationId,
    ConversationView, DeskView, Event, EventId, Finding, HostCall, Message, MessageId, Occurrence,
    Outcome, Priority, Promise, PromiseId, PromiseStatus, SurveyStatus, Ticket, TicketId,
    TicketStatus, Timer,
};
use crate::sandbox::{Call, CallReport, Grant, Grants, Host, HostSide, Plugin, World};
use crate::workflow::calendar::zone;

/// When a case takes place that doesn't say: a Tuesday noon in Shanghai, in opening hours.
const NOON: &str = "2026-03-10T12:00:00+08:00";
const ZONE: &str = "Asia/Shanghai";
const LANGUAGES: [&str; 3] = ["zh-Hans", "zh-Hant", "en"];

/// What a plugin of either world answers.
pub(super) enum Given {
    Outcome(Outcome),
    Findings(Vec<Vec<Finding>>),
}

fn given<T>(report: CallReport<T>, give: impl FnOnce(T) -> Given) -> CallReport<Given> {
    CallReport {
        result: report.result.map(give),
        host_calls: report.host_calls,
        kv_writes: report.kv_writes,
        log: report.log,
        usage: report.usage,
        computed: report.computed,
    }
}

/// Everything that a call needs, made of what a case says and of defaults.
pub(super) struct Scene {
    context: Context<'static>,
    event: Event,
    now: jiff::Zoned,
    seed: [u8; 32],
    config: String,
    grants: Grants,
    limits: crate::sandbox::Limits,
    desk: Arc<CaseDesk>,
    /// Answers instead of the case's own desk.
    host: Option<Arc<dyn Host>>,
    answers: Arc<[HostCall]>,
    drafts: Vec<Message>,
}

impl Scene {
    pub(super) fn of(case: &Case, plugin: &Plugin) -> Result<Self, String> {
        let form = &case.form;
        let noon: Timestamp = NOON.parse().map_err(|error| format!("{error}"))?;
        let at = form.at.unwrap_or(noon);
        let zone_name = form.desk.time_zone.as_deref().unwrap_or(ZONE);
        let zone = zone(zone_name).ok_or_else(|| format!("there is no time zone {zone_name:?}"))?;
        let languages: Vec<String> = match &form.desk.languages {
            Some(languages) => languages.clone(),
            None => LANGUAGES.map(str::to_owned).to_vec(),
        };
        let grants = grants(case, plugin);
        let history = usize::try_from(plugin.manifest().history).unwrap_or(usize::MAX);
        let hours = match &form.host.hours {
            Some(hours) => hours.calendar(&zone),
            None => HoursForm::usual()?.calendar(&zone),
        };
        Ok(Self {
            desk: Arc::new(CaseDesk {
                knowledge: form.host.knowledge.clone(),
                departments: form.host.departments.clone(),
                responsible: form.host.responsible.clone(),
                calendar: hours,
                kv: form.host.kv.clone(),
                http: form.host.http.clone(),
                model: form.host.model.clone(),
                said: AtomicUsize::new(0),
                language: languages.first().cloned().unwrap_or_default(),
            }),
            context: Context {
                desk: Cow::Owned(DeskView {
                    name: form
                        .desk
                        .name
                        .clone()
                        .unwrap_or_else(|| "Test desk".to_owned()),
                    time_zone: zone_name.to_owned(),
                    languages,
                }),
                account: account(case, &grants),
                conversation: conversation(case, at, history),
                draft: form.draft.iter().map(|effect| effect.0.clone()).collect(),
            },
            event: Event {
                id: EventId::new(form.event_id.as_deref().unwrap_or("evt_1")),
                at,
                depth: 0,
                what: occurrence(case, at),
            },
            now: at.to_zoned(zone),
            seed: form.seed.map_or([0; 32], |seed| seed.0),
            config: json!(form.config.clone().unwrap_or_default()).to_string(),
            limits: form.limits.limits(),
            host: None,
            answers: form.answers.clone().into(),
            drafts: drafts(case, at),
            grants,
        })
    }

    /// Takes from the step's seat what the case doesn't say.
    pub(super) fn sit(&mut self, case: &Case, seat: &Seat<'_>) {
        let form = &case.form;
        if form.config.is_none() {
            seat.config.clone_into(&mut self.config);
        }
        if form.grants.is_none() {
            self.grants = seat.grants.clone();
        }
        self.limits = seat.limits.clone();
        let desk = self.context.desk.to_mut();
        if form.desk.name.is_none() {
            desk.name.clone_from(&seat.desk.name);
        }
        if form.desk.languages.is_none() {
            desk.languages.clone_from(&seat.desk.languages);
        }
        if form.host.is_silent() {
            self.host = Some(Arc::clone(&seat.host));
        }
    }

    pub(super) fn live(&self) -> HostSide {
        let live = match &self.host {
            Some(host) => Arc::clone(host),
            None => Arc::clone(&self.desk) as Arc<dyn Host>,
        };
        if self.answers.is_empty() {
            return HostSide::Live(live);
        }
        HostSide::Rehearsed {
            recorded: Arc::clone(&self.answers),
            live,
        }
    }

    pub(super) fn run(&self, plugin: &Plugin, host: HostSide) -> CallReport<Given> {
        match plugin.world() {
            World::Step => given(plugin.handle(self.call(host)), Given::Outcome),
            World::Reviewer => {
                let drafts: Vec<&Message> = self.drafts.iter().collect();
                given(plugin.review(self.call(host), &drafts), Given::Findings)
            }
        }
    }

    fn call(&self, host: HostSide) -> Call<'_> {
        Call {
            context: &self.context,
            event: &self.event,
            now: self.now.clone(),
            seed: self.seed,
            config: &self.config,
            grants: &self.grants,
            limits: &self.limits,
            host,
        }
    }
}

/// The texts that a reviewer looks at; as a desk has it, a step wrote them unless they say otherwise.
fn drafts(case: &Case, at: Timestamp) -> Vec<Message> {
    let forms = case.form.drafts.iter().flatten();
    (1..)
        .zip(forms)
        .map(|(number, form)| {
            let mut form = form.form();
            form.author.get_or_insert(AuthorForm::Step);
            let author = author(&form);
            message(form, author, number, at)
        })
        .collect()
}

/// What the case gives, else all that the plugin asks for.
fn grants(case: &Case, plugin: &Plugin) -> Grants {
    let asked = &plugin.manifest().grants;
    let given: Vec<Grant> = match &case.form.grants {
        Some(given) => given.iter().map(|form| form.0.clone()).collect(),
        None => asked.iter().filter_map(|name| Grant::parse(name)).collect(),
    };
    let step = case.form.step.as_deref();
    Grants::new(step.unwrap_or(&plugin.manifest().name), given).narrowed(asked)
}

fn account(case: &Case, grants: &Grants) -> AccountView {
    let form = &case.form.account;
    let shown = |name: &str| grants.has(&Grant::Account(name.to_owned()));
    let fields = form.fields.iter().filter(|(name, _)| shown(name));
    AccountView {
        id: AccountId::new(form.id.as_deref().unwrap_or("acc_1")),
        name: form.name.clone().filter(|_| shown("name")),
        language: form.language.clone(),
        fields: fields
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        conversation_count: form.conversation_count.unwrap_or(1),
        open_complaints: form.open_complaints,
    }
}

/// The message that the event carries, where it does.
fn event_message(case: &Case) -> Option<(MessageForm, Author)> {
    let customer = |form: &TextOr<MessageForm>| (form.form(), Author::Customer);
    match (&case.form.message, &case.form.event) {
        (Some(message), _) | (None, Some(EventForm::MessageReceived(message))) => {
            Some(customer(message))
        }
        (None, Some(EventForm::AgentReplied(message))) => {
            let form = message.form();
            let name = form
                .author_name
                .clone()
                .unwrap_or_else(|| "agent".to_owned());
            Some((form, Author::Agent(name)))
        }
        _ => None,
    }
}

fn conversation(case: &Case, at: Timestamp, history: usize) -> ConversationView<'static> {
    let form = &case.form.conversation;
    let id = ConversationId::new(form.id.as_deref().unwrap_or("con_1"));
    let account = AccountId::new(case.form.account.id.as_deref().unwrap_or("acc_1"));
    let carried = event_message(case);
    let mut messages: Vec<Message> = (1..)
        .zip(&form.messages)
        .map(|(number, form)| {
            let form = form.form();
            let author = author(&form);
            message(form, author, number, at)
        })
        .collect();
    let next = u32::try_from(messages.len())
        .unwrap_or(u32::MAX)
        .saturating_add(1);
    let language = carried.as_ref().and_then(|(form, _)| form.language.clone());
    messages.extend(carried.map(|(form, author)| message(form, author, next, at)));
    let count = u32::try_from(messages.len()).unwrap_or(u32::MAX);
    let skip = messages.len().saturating_sub(history);
    let channel = form.channel.clone().unwrap_or_else(|| "web".to_owned());
    let begun = form.opened_at.unwrap_or(at);
    let contact = "customer".to_owned();
    let mut state = Conversation::new(id.clone(), account.clone(), channel, contact, begun);
    state.last_activity = at;
    state.resolved = form.resolved;
    state.handler = form.handler.unwrap_or(state.handler);
    state.language = form.language.clone().unwrap_or(language);
    state.priority = form.priority.unwrap_or(Priority::Normal);
    state.stage = form.stage;
    state.labels.clone_from(&form.labels);
    state.survey = form.survey.unwrap_or(SurveyStatus::NotAsked);
    state.message_count = form.message_count.unwrap_or(count);
    state.categories = form
        .categories
        .iter()
        .map(|category| match category {
            TextOr::Text(name) => Category {
                name: name.clone(),
                confidence: 1.0,
            },
            TextOr::More(form) => Category {
                name: form.name.clone(),
                confidence: form.confidence,
            },
        })
        .collect();
    let tickets = (1..).zip(&form.tickets);
    state.tickets = tickets
        .map(|(number, form)| ticket(form, number, &id, &account, at))
        .collect();
    state.timers = form.timers.iter().map(|form| timer(form, at)).collect();
    state.promises = form.promises.iter().map(promise).collect();
    ConversationView {
        state: Cow::Owned(state),
        messages: messages.into_iter().skip(skip).collect(),
    }
}

fn author(form: &MessageForm) -> Author {
    let name = |usual: &str| form.author_name.clone().unwrap_or_else(|| usual.to_owned());
    match form.author {
        None | Some(AuthorForm::Customer) => Author::Customer,
        Some(AuthorForm::Step) => Author::Step(name("step")),
        Some(AuthorForm::Agent) => Author::Agent(name("agent")),
        Some(AuthorForm::Host) => Author::Host,
    }
}

fn message(form: MessageForm, author: Author, number: u32, at: Timestamp) -> Message {
    let id = form.id.unwrap_or_else(|| format!("msg_{number}"));
    Message {
        id: MessageId::new(id),
        number,
        author,
        text: form.text,
        language: form.language,
        sources: Vec::new(),
        at: form.sent_at.unwrap_or(at),
    }
}

fn ticket(
    form: &TicketForm,
    number: u32,
    conversation: &ConversationId,
    account: &AccountId,
    at: Timestamp,
) -> Ticket {
    Ticket {
        id: TicketId::new(form.id.clone().unwrap_or_else(|| format!("tic_{number}"))),
        key: form.key.clone(),
        conversation: conversation.clone(),
        account: account.clone(),
        kind: form.kind,
        department: form.department.clone(),
        title: form.title.clone(),
        body: String::new(),
        status: form.status.unwrap_or(TicketStatus::Opened),
        priority: form.priority.unwrap_or(Priority::Normal),
        opened_at: form.opened_at.unwrap_or(at),
        due: form.due,
        escalations: form.escalations,
        notified: Vec::new(),
        feedback: form.feedback.clone(),
        opened_by: String::new(),
        about: Vec::new(),
    }
}

fn timer(form: &TimerForm, at: Timestamp) -> Timer {
    Timer {
        name: form.name.clone(),
        step: String::new(),
        due: form.due.unwrap_or(at),
        payload: form.payload.clone(),
    }
}

fn promise(form: &PromiseForm) -> Promise {
    Promise {
        id: PromiseId::new("pro_1"),
        text: form.text.clone(),
        due: form.due,
        owner: form.owner.clone(),
        made_at: None,
        ticket: None,
        status: form.status.unwrap_or(PromiseStatus::Open),
        settled_at: None,
        evidence: None,
    }
}

fn occurrence(case: &Case, at: Timestamp) -> Occurrence {
    let carried = event_message(case);
    let number = u32::try_from(case.form.conversation.messages.len())
        .unwrap_or(u32::MAX)
        .saturating_add(1);
    let conversation = ConversationId::new("con_1");
    let account = AccountId::new("acc_1");
    match (carried, &case.form.event) {
        (Some((form, author)), Some(EventForm::AgentReplied(_))) => Occurrence::AgentReplied {
            message: message(form, author, number, at),
        },
        (Some((form, author)), _) => Occurrence::MessageReceived {
            message: message(form, author, number, at),
        },
        (None, Some(EventForm::TimerFired(form))) => Occurrence::TimerFired {
            timer: timer(form, at),
        },
        (None, Some(EventForm::ConversationResolved(form))) => Occurrence::ConversationResolved {
            by: form.by.clone(),
            summary: form.summary.clone(),
        },
        (None, Some(EventForm::SurveyAnswered(form))) => Occurrence::SurveyAnswered {
            code: form.code,
            text: form.text.clone(),
        },
        (None, Some(EventForm::TicketUpdated(form))) => Occurrence::TicketUpdated {
            ticket: ticket(form, 1, &conversation, &account, at),
        },
        (None, Some(EventForm::DeskRecovered(form))) => Occurrence::DeskRecovered {
            began_at: form.began_at,
            ended_at: form.ended_at,
        },
        (None, Some(EventForm::Announced(form))) => Occurrence::Announced {
            name: form.name.clone(),
            value: form.value.clone(),
        },
        // A reviewer isn't told of an event.
        (None, _) => Occurrence::DeskRecovered {
            began_at: at
                .saturating_sub(SignedDuration::from_secs(1))
                .unwrap_or(at),
            ended_at: at,
        },
    }
}
