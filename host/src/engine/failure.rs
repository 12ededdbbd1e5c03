//! What the host does when a step fails: the customer is answered, somebody can see it, nothing is lost.

use jiff::SignedDuration;

use super::intake::Due;
use super::settle::Draft;
use crate::model::{Change, Policy, Resume};
use crate::workflow::Desk;

/// The label of a conversation that a person should look at.
pub(crate) const NEEDS_ATTENTION: &str = "needs-attention";

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
    let language = draft.language();
    let text = desk.settings.holding_reply(language.as_deref());
    draft.say_text(text.to_owned());
}
