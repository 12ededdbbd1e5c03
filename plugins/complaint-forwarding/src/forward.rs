//! A message becomes tickets: one for each kind of matter in it (R68), none twice.

use switchboard_sdk::{
    Host,
    about::{drafted_replies, has_timer, is_about, open_ticket},
    config::permanent,
    deferral, evidence, people,
    types::{Effect, Handler, Message, Moment, StepError, TicketDraft, TicketStatus},
    when,
};

use crate::{Turn, config::Kind, escalation, texts};

/// Less sure than this, a fault is part of the complaint.
const SURE_OF_REPAIR: f32 = 0.6;

impl<H: Host> Turn<'_, H> {
    pub(crate) fn forward(&mut self, message: &Message) -> Result<(), StepError> {
        let severity = self.severity();
        let is_emergency = self.concerns(Kind::Emergency, message);
        let mut said = Vec::new();
        for kind in Kind::ALL {
            if self.concerns(kind, message) {
                let text = self.open(kind, severity, message)?;
                // In an emergency nothing but the script is said (R62).
                if (!is_emergency || kind == Kind::Emergency) && !said.contains(&text) {
                    said.push(text);
                }
            }
        }
        // An agent who is talking to the customer says it; news of danger cannot wait for that.
        let is_news = is_about(self.context, Kind::Emergency.name());
        if !said.is_empty() && (is_news || self.context.conversation.handler != Handler::Agent) {
            self.plan.reply(self.language, said.join("\n"));
        }
        self.watch_others();
        Ok(())
    }

    /// Whether the message asks for a ticket of this kind. A question about an order that an article answered needs none.
    fn concerns(&self, kind: Kind, message: &Message) -> bool {
        let said = is_about(self.context, kind.name());
        match kind {
            Kind::Order => {
                said && (open_ticket(self.context, kind.name()).is_some()
                    || !drafted_replies(self.context).any(|reply| !reply.sources.is_empty()))
                    || self.continues(message) == Some(kind)
            }
            // Something that doesn't work, in the middle of a complaint: one matter, and after-sales brings in the
            // workshop. Who asks to have it mended gets a repair besides.
            Kind::Repair if self.is_only_complained_of() => {
                open_ticket(self.context, kind.name()).is_some()
            }
            _ => said || self.continues(message) == Some(kind),
        }
    }

    /// Whether the message complains of a fault, and triage doubts that a repair is asked for.
    fn is_only_complained_of(&self) -> bool {
        let categories = &self.context.conversation.categories;
        let mut doubted = categories.iter().filter(|category| {
            category.name == Kind::Repair.name() && category.confidence < SURE_OF_REPAIR
        });
        doubted.next().is_some() && is_about(self.context, Kind::Complaint.name())
    }

    /// The open ticket, the most urgent first, that a message belongs to which says nothing clear of its own.
    fn continues(&self, message: &Message) -> Option<Kind> {
        let is_vague = is_about(self.context, "unknown")
            // A person is asked for, and out of hours only an emergency has one.
            || is_about(self.context, "human-request")
                && open_ticket(self.context, Kind::Emergency.name()).is_some();
        let is_left = is_vague
            && drafted_replies(self.context).next().is_none()
            && deferral::find(&message.text).is_none()
            && !self
                .context
                .conversation
                .labels
                .iter()
                .any(|label| label == "awaiting-opinion");
        Kind::ALL
            .into_iter()
            .find(|kind| is_left && open_ticket(self.context, kind.name()).is_some())
    }

    /// How grave it is, 1 to 3, as triage labelled it (R71).
    fn severity(&self) -> u32 {
        self.context
            .conversation
            .labels
            .iter()
            .filter_map(|label| label.strip_prefix("severity-")?.parse().ok())
            .max()
            .unwrap_or(1)
    }

    /// What triage noted of the message: order numbers, amounts, dates.
    fn facts(&self) -> Vec<(&str, &str)> {
        let notes = self.context.draft.iter().filter_map(|effect| match effect {
            Effect::Note(note) => note.strip_prefix("Named: "),
            _ => None,
        });
        notes.map(|named| ("Named", named)).collect()
    }

    /// Opens the ticket or adds to it; what the customer is to hear.
    fn open(&mut self, kind: Kind, severity: u32, message: &Message) -> Result<String, StepError> {
        let is_open_already = open_ticket(self.context, kind.name()).is_some();
        let stage = self.context.conversation.stage;
        let (department, instead) = self.config.department(kind, stage);
        let department = people::department(self.host, department, instead)?;
        let notify = people::known(self.host, &self.config.told(kind, severity))?;
        let seconds = self.config.due_seconds(kind);
        let title = evidence::title(&message.text);
        let due = if kind == Kind::Emergency {
            Moment::AfterSeconds(seconds)
        } else {
            Moment::AfterBusinessSeconds(seconds)
        };
        self.plan.push(Effect::OpenTicket(TicketDraft {
            key: kind.name().to_owned(),
            kind: kind.ticket(),
            department,
            title,
            body: evidence::pack(self.context, message, &self.facts()),
            priority: kind.priority(severity),
            due: Some(due),
            notify,
        }));
        let text = match (is_open_already, kind) {
            (true, Kind::Emergency) => &texts::EMERGENCY_AGAIN,
            (true, _) => &texts::ADDED,
            (false, _) => texts::acknowledgement(kind),
        };
        if !is_open_already {
            self.wait_for_acknowledgement(kind.name(), 0);
        }
        let now = self.host.now();
        let due = if is_open_already || kind == Kind::Emergency {
            String::new()
        } else {
            self.host
                .add_business_seconds(&now, seconds)
                .map_err(permanent)?
        };
        let due = when::say(&now, &due, self.language);
        Ok(text.say(&self.config.texts, self.language, &[("due", &due)]))
    }

    /// Other steps' new tickets go up as well where nobody acknowledges them.
    fn watch_others(&mut self) {
        let context = self.context;
        for effect in &context.draft {
            let Effect::OpenTicket(draft) = effect else {
                continue;
            };
            let key = draft.key.as_str();
            let is_seen = open_ticket(context, key)
                .is_none_or(|ticket| ticket.status != TicketStatus::Opened);
            let is_watched = has_timer(context, &escalation::timer_name(key))
                || has_timer(context, &escalation::overdue_name(key));
            if Kind::of(key).is_none() && !is_seen && !is_watched {
                self.wait_for_acknowledgement(key, 0);
            }
        }
    }

    /// The timer after which it counts as not acknowledged for the (`level` + 1)th time.
    pub(crate) fn wait_for_acknowledgement(&mut self, key: &str, level: u32) {
        let seconds = self.config.acknowledge_seconds(key);
        let due = if key == Kind::Emergency.name() {
            Moment::AfterSeconds(seconds)
        } else {
            Moment::AfterBusinessSeconds(seconds)
        };
        self.plan
            .timer(escalation::timer_name(key), due, level.to_string());
    }
}
