//! The follow-up visit (R130, R140): when it comes, and when it doesn't.

use switchboard_sdk::{
    Host,
    about::{has_timer, is_about},
    config::permanent,
    deferral, evidence,
    times::Due,
    turn::{brand, recall, remember},
    types::{Handler, Message, Moment, Scope, StepError, SurveyStatus, TicketKind, TicketStatus},
    when::{self, DAY, LocalTime},
};

use crate::{
    Turn, dates,
    preference::{self, Preference},
    survey::RATED,
    texts,
};

/// Fires when the visit is due.
pub(crate) const TIMER: &str = "follow-up-visit.visit";
/// Fires on the date that a hesitating customer named.
pub(crate) const HESITATION: &str = "follow-up-visit.hesitation";
/// When the account was last visited.
const VISITED: &str = "visited";
/// When the account wants to be contacted.
const PREFERS: &str = "prefers";
/// How often a visit that can't be made is tried again, a day later each: then the complaint is the department's.
const TRIES: u32 = 30;

impl<H: Host> Turn<'_, H> {
    /// Sets the visit's timer by the kind of case (R140).
    pub(crate) fn plan_visit(&mut self) -> Result<(), StepError> {
        let days = self.config.days_of(self.kinds());
        if days == 0
            || has_timer(self.context, TIMER)
            || self.preference()? == Some(Preference::Never)
        {
            return Ok(());
        }
        let seconds = days.saturating_mul(DAY);
        self.plan.timer(TIMER, Moment::AfterSeconds(seconds), "");
        Ok(())
    }

    /// What the case was, the gravest first: its tickets, then what was spoken of.
    fn kinds(&self) -> impl Iterator<Item = &'static str> {
        const KINDS: [(&str, Option<TicketKind>); 8] = [
            ("emergency", Some(TicketKind::Emergency)),
            ("complaint", Some(TicketKind::Complaint)),
            ("repair", Some(TicketKind::Repair)),
            ("order", Some(TicketKind::Order)),
            ("suggestion", Some(TicketKind::Suggestion)),
            ("question", Some(TicketKind::Question)),
            ("after-sales", None),
            ("consultation", None),
        ];
        let context = self.context;
        KINDS
            .into_iter()
            .filter(move |(name, kind)| {
                context
                    .conversation
                    .tickets
                    .iter()
                    .any(|ticket| Some(ticket.kind) == *kind)
                    || is_about(context, name)
            })
            .map(|(name, _)| name)
    }

    pub(crate) fn visit(&mut self, payload: &str) -> Result<(), StepError> {
        if !self.context.conversation.resolved || self.is_unwelcome("follow-up visit")? {
            return Ok(());
        }
        if self.has_open_complaint() {
            let tries: u32 = payload.parse().unwrap_or_default();
            if tries < TRIES {
                let next = tries.saturating_add(1).to_string();
                self.plan.timer(TIMER, Moment::AfterSeconds(DAY), next);
            }
            return Ok(());
        }
        if !self.is_welcome_now(TIMER, payload)? {
            return Ok(());
        }
        remember(self.host, Scope::Account, VISITED, &self.host.now())?;
        let name = brand(&self.config.brand, self.context, self.language).to_owned();
        let values = [("desk", name.as_str())];
        self.begin_form(&values)
    }

    /// Whether a visit or wishes would only annoy: the account was visited lately (R134), it asked not to be, or it got its money
    /// back and rated badly.
    pub(crate) fn is_unwelcome(&mut self, what: &str) -> Result<bool, StepError> {
        if self.preference()? == Some(Preference::Never) {
            self.plan
                .note(format!("No {what}: the customer asked for none."));
            return Ok(true);
        }
        let visited = recall(self.host, Scope::Account, VISITED)?;
        if visited.is_some_and(|at| self.is_within(&at, self.config.cap_days)) {
            self.plan
                .note(format!("No {what}: the customer heard from us lately."));
            return Ok(true);
        }
        let rated = recall(self.host, Scope::Conversation, RATED)?;
        let is_bad = matches!(rated.as_deref(), Some("3" | "4"));
        if is_bad && self.kinds().any(|kind| kind == "after-sales") {
            self.plan.note(format!(
                "No {what}: after a refund and a bad rating only the owner of the case writes."
            ));
            return Ok(true);
        }
        Ok(false)
    }

    /// Whether it is a time to write to the customer; if not, `timer` fires again when it is: in business hours, or on
    /// a business day at the hours that the customer prefers (R129), and never in the quiet hours.
    pub(crate) fn is_welcome_now(&mut self, timer: &str, payload: &str) -> Result<bool, StepError> {
        let now_text = self.host.now();
        let Some(now) = LocalTime::parse(&now_text) else {
            return Ok(true);
        };
        let wanted = match self.preference()? {
            Some(Preference::Between(from, until)) => {
                self.preferred(now, from.saturating_mul(3_600), until.saturating_mul(3_600))?
            }
            _ => None,
        };
        let at = match wanted {
            Some(at) => at,
            None => self.open_and_not_quiet(now)?,
        };
        if at.epoch() <= now.epoch() {
            return Ok(true);
        }
        self.plan.timer(timer, Moment::At(at.to_rfc3339()), payload);
        Ok(false)
    }

    /// The first moment from `now` on in business hours outside the quiet ones.
    fn open_and_not_quiet(&self, now: LocalTime) -> Result<LocalTime, StepError> {
        let mut at = now;
        // Hours that are all quiet would be looked for in vain.
        for _ in 0..20 {
            let opens = self.host.next_open(&at.to_rfc3339()).map_err(permanent)?;
            let opens = LocalTime::parse(&opens).unwrap_or(at);
            at = self.after_quiet(opens);
            if at.epoch() == opens.epoch() {
                return Ok(at);
            }
        }
        Ok(at)
    }

    /// The first moment from `now` on that lies in the hours on a business day; none where all of them are quiet.
    fn preferred(
        &self,
        now: LocalTime,
        from: u32,
        until: u32,
    ) -> Result<Option<LocalTime>, StepError> {
        let mut day = now;
        for _ in 0..60 {
            let start = self.after_quiet(LocalTime {
                second: from.max(day.second),
                ..day
            });
            let opens = self
                .host
                .next_open(&day.at(0, 0).to_rfc3339())
                .map_err(permanent)?;
            let is_business_day =
                LocalTime::parse(&opens).is_some_and(|opens| opens.day == day.day);
            if is_business_day && start.day == day.day && start.second < until {
                return Ok(Some(start));
            }
            day = day.plus_days(1).at(0, 0);
        }
        Ok(None)
    }

    /// `at`, or the end of the quiet hours that it lies in.
    fn after_quiet(&self, at: LocalTime) -> LocalTime {
        let (from, until) = self.config.quiet();
        let is_quiet = if from <= until {
            (from..until).contains(&at.second)
        } else {
            at.second >= from || at.second < until
        };
        if !is_quiet {
            return at;
        }
        let day = if at.second >= from && from > until {
            1
        } else {
            0
        };
        LocalTime {
            second: until,
            ..at.plus_days(day)
        }
    }

    fn preference(&self) -> Result<Option<Preference>, StepError> {
        let kept = recall(self.host, Scope::Account, PREFERS)?;
        Ok(kept.and_then(|kept| Preference::from_kept(&kept)))
    }

    /// Keeps when the customer wants to be contacted, where the message says it.
    pub(crate) fn keep_preference(&mut self, message: &Message) -> Result<(), StepError> {
        let Some(wanted) = preference::find(&message.text) else {
            return Ok(());
        };
        remember(self.host, Scope::Account, PREFERS, &wanted.kept())?;
        match wanted {
            Preference::Never => {
                self.plan
                    .note("The customer does not want to be contacted.");
                if has_timer(self.context, TIMER) {
                    self.plan.cancel_timer(TIMER);
                }
            }
            Preference::Between(from, until) => self.plan.note(format!(
                "The customer wants to be contacted from {from}:00 to {until}:00."
            )),
        }
        Ok(())
    }

    pub(crate) fn has_open_complaint(&self) -> bool {
        self.context.account.open_complaints > 0
            || self.context.conversation.tickets.iter().any(|ticket| {
                ticket.kind == TicketKind::Complaint && ticket.status != TicketStatus::Closed
            })
    }

    /// Whoever wants to think it over is given the time, and a date on which they hear from the desk again.
    pub(crate) fn hesitation(&mut self, message: &Message) -> Result<(), StepError> {
        let is_grave = ["emergency", "complaint", "human-request"]
            .iter()
            .any(|category| is_about(self.context, category));
        let Some(deferral) = deferral::find(&message.text).filter(|_| !is_grave) else {
            return Ok(());
        };
        let until = deferral.until.unwrap_or(Due::Days(self.config.think_days));
        let at = dates::visit(self.host, until)?;
        self.plan.timer(
            HESITATION,
            Moment::At(at.clone()),
            evidence::title(&message.text),
        );
        let said = message.text.get(deferral.at).unwrap_or(&message.text);
        self.plan.note(format!(
            "Wants to think it over (“{said}”); is asked again at {at}"
        ));
        if self.context.conversation.handler == Handler::Bot {
            let due = when::say(&self.host.now(), &at, self.language);
            self.say(&texts::TAKE_YOUR_TIME, &[("due", &due)]);
        }
        Ok(())
    }

    pub(crate) fn come_back(&mut self, payload: &str) -> Result<(), StepError> {
        if self.context.conversation.handler == Handler::Agent {
            self.plan
                .note("The customer wanted to think it over until today.");
            return Ok(());
        }
        // Whoever was asked to rate meanwhile is not asked a second thing.
        if self.context.conversation.survey != SurveyStatus::Asked
            && self.is_welcome_now(HESITATION, payload)?
        {
            self.say(&texts::GENTLE, &[]);
        }
        Ok(())
    }
}
