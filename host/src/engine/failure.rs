//! What the host does when a step fails: the customer is answered, somebody can see it, nothing is lost.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::intake::Due;
use super::settle::Draft;
use crate::model::{Author, Change, Policy, Reply, Resume};
use crate::workflow::Desk;

/// The label of a conversation that a person should look at.
pub(crate) const NEEDS_ATTENTION: &str = "needs-attention";

/// How often a plugin may be stopped in a row before it is left alone for a while.
const BREAKER_THRESHOLD: u32 = 5;
/// How long it is left alone.
const BREAKER_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// A step that failed, as the policy sees it.
pub(crate) struct FailedStep<'a> {
    pub(crate) step: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) policy: Policy,
    /// The run whose event the chain handles (the first one, where it was taken up again).
    pub(crate) origin: u32,
    /// How often the step was tried before.
    pub(crate) attempt: u32,
    /// Whether the step said that another try is worth it, and when.
    pub(crate) retry_after: Option<SignedDuration>,
}

/// Whether the chain goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    GoOn,
    End,
}

/// Carries a failure policy out. At most one holding reply a run.
pub(crate) fn answer(
    draft: &mut Draft<'_>,
    desk: &Desk,
    failed: &FailedStep<'_>,
    held: &mut bool,
) -> Then {
    let settings = &desk.settings;
    let pause = settings.retry.pause(failed.attempt);
    let policy = match (failed.policy, pause) {
        (Policy::Retry, None) => Policy::HoldMessage,
        (policy, _) => policy,
    };
    // At the first failure the customer was asked to wait; once is enough.
    *held |= failed.attempt > 0;
    draft.push(
        "host",
        Change::Failed {
            step: failed.step.to_owned(),
            reason: failed.reason.to_owned(),
            policy,
        },
    );
    match policy {
        Policy::Skip => Then::GoOn,
        Policy::Stop => Then::End,
        Policy::HoldMessage => {
            attention(draft, &format!("{} failed: {}", failed.step, failed.reason));
            if !*held {
                hold(draft, desk);
                *held = true;
            }
            Then::GoOn
        }
        Policy::Retry => {
            if !*held {
                hold(draft, desk);
                *held = true;
            }
            let pause = failed.retry_after.or(pause).unwrap_or(SignedDuration::ZERO);
            let resume = Resume {
                run: failed.origin,
                step: failed.step.to_owned(),
                attempt: failed.attempt + 1,
            };
            draft.later(pause, Due::Retry(resume));
            Then::End
        }
    }
}

/// A person should look at the conversation, and is told so: whoever has it, else whoever answers for
/// `needs-attention`, else the lead of its team or of the first department.
pub(crate) fn attention(draft: &mut Draft<'_>, why: &str) {
    let known = |label: &String| label == NEEDS_ATTENTION;
    if draft.state.labels.iter().any(known) {
        return;
    }
    let label = NEEDS_ATTENTION.to_owned();
    draft.push("host", Change::LabelAdded { label });
    if let Some(to) = who_looks(draft) {
        let (contact, channel) = (&draft.state.contact, &draft.state.channel);
        let text = format!("[{NEEDS_ATTENTION}] {contact} ({channel}): {why}");
        draft.notify("host", &to, &text);
    }
}

/// Who looks at a conversation that nobody in particular is to look at.
pub(crate) fn who_looks(draft: &Draft<'_>) -> Option<String> {
    let (directory, state) = (&draft.desk.directory, &draft.state);
    if let Some(agent) = state
        .agent
        .as_deref()
        .filter(|name| directory.person(name).is_some())
    {
        return Some(agent.to_owned());
    }
    if directory.has(NEEDS_ATTENTION) {
        return Some(NEEDS_ATTENTION.to_owned());
    }
    let team = state.team.as_deref().and_then(|name| directory.team(name));
    let department = match team {
        Some(team) => &team.department,
        None => &directory.departments().first()?.name,
    };
    match directory.escalation(department).first() {
        Some(person) => Some(person.name.clone()),
        None => Some(department.clone()),
    }
}

/// Says that it takes longer, apologises and asks to wait (R32).
pub(crate) fn hold(draft: &mut Draft<'_>, desk: &Desk) {
    let language = draft
        .state
        .language
        .clone()
        .or_else(|| draft.account.language.clone());
    let text = desk.settings.holding_reply(language.as_deref()).to_owned();
    draft.reply(
        "host",
        Author::Host,
        Reply {
            text,
            language,
            sources: Vec::new(),
        },
    );
}

/// Plugins that were stopped several times in a row, by component digest. A plugin that is left alone fails at once
/// instead of using the desk's time again and again.
#[derive(Default)]
pub(crate) struct Breakers(Mutex<HashMap<String, Breaker>>);

#[derive(Default)]
struct Breaker {
    in_a_row: u32,
    closed_until: Option<Timestamp>,
}

impl Breakers {
    /// Whether the plugin may be called. After the pause one call tries whether it is well again.
    pub(crate) fn lets_through(&self, sha256: &str, at: Timestamp) -> bool {
        let mut breakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(breaker) = breakers.get_mut(sha256) else {
            return true;
        };
        match breaker.closed_until {
            Some(until) if at < until => false,
            Some(_) => {
                breaker.closed_until = at.checked_add(BREAKER_PAUSE).ok();
                true
            }
            None => true,
        }
    }

    /// Remembers how a call ended; only being stopped counts, not an error that the step itself returned.
    pub(crate) fn note(&self, sha256: &str, stopped: bool, at: Timestamp) {
        let mut breakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !stopped {
            breakers.remove(sha256);
            return;
        }
        let breaker = breakers.entry(sha256.to_owned()).or_default();
        breaker.in_a_row += 1;
        if breaker.in_a_row >= BREAKER_THRESHOLD {
            breaker.closed_until = at.checked_add(BREAKER_PAUSE).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_plugin_stopped_five_times_in_a_row_is_left_alone_for_half_a_minute() {
        let breakers = Breakers::default();
        for _ in 0..5 {
            assert!(breakers.lets_through("a", at(0)));
            breakers.note("a", true, at(0));
        }
        assert!(!breakers.lets_through("a", at(29)));
        assert!(breakers.lets_through("b", at(29)));
        assert!(breakers.lets_through("a", at(30)), "one call tries");
        assert!(
            !breakers.lets_through("a", at(31)),
            "the others wait for it"
        );
        breakers.note("a", false, at(32));
        assert!(breakers.lets_through("a", at(32)));
    }
}
