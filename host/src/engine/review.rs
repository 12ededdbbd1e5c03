//! What goes out is shown to the desk's reviewers first: texts of steps at the end of their run, texts of people before
//! they are taken.

use std::sync::Arc;

use super::failure;
use super::plan::StepPlan;
use super::run::{Input, Plan, Progress, Runner, invocation_of, not_repeatable};
use super::settle::Moments;
use crate::model::{
    Account, Author, Change, Conversation, Entry, Event, Finding, Invocation, InvocationResult,
    Message, Policy, ReviewFailure, ReviewedText, RunId, Severity,
};
use crate::sandbox::CallReport;

/// The rule of the finding that stands for a reviewer's failure.
pub(crate) const REVIEWER_FAILED: &str = "reviewer-failed";

impl Runner<'_> {
    /// Shows every text of a step to the reviewers; what they block is not sent.
    pub(super) fn review(&self, progress: &mut Progress<'_>, plan: &Plan<'_>) {
        let reviewers: Vec<(Arc<StepPlan>, Option<&Invocation>)> = match plan {
            Plan::Live => {
                let reviewers = self.reviewers(progress);
                reviewers.map(|plan| (Arc::clone(plan), None)).collect()
            }
            Plan::Recorded { run, steps, .. } => {
                let invocations = run.invocations.iter().zip(steps);
                invocations
                    .filter(|(invocation, _)| {
                        matches!(invocation.result, InvocationResult::Reviewed { .. })
                    })
                    .map(|(invocation, plan)| (Arc::clone(plan), Some(invocation)))
                    .collect()
            }
        };
        if reviewers.is_empty() {
            return;
        }
        let entries = std::mem::take(&mut progress.draft.entries);
        let drafts: Vec<&Message> = entries.iter().filter_map(of_step).collect();
        let mut found = self.reviewed(progress, &reviewers, &drafts).into_iter();
        for mut entry in entries {
            let is_reviewed = of_step(&entry).is_some();
            let Change::Replied { message } = &mut entry.change else {
                progress.draft.entries.push(entry);
                continue;
            };
            if !is_reviewed {
                progress.draft.entries.push(entry);
                continue;
            }
            let found = found.next().unwrap_or_default();
            let text = message.text.clone();
            let mut withheld = false;
            if let Some(blocking) = found
                .iter()
                .find(|finding| finding.severity == Severity::Blocking)
            {
                if let Some(better) = &blocking.suggestion {
                    message.text.clone_from(better);
                } else {
                    message.author = Author::Host;
                    message.text = self
                        .workflow
                        .desk
                        .settings
                        .holding_reply(message.language.as_deref())
                        .to_owned();
                    message.sources.clear();
                    withheld = true;
                }
            }
            let by = entry.by.clone();
            progress.draft.entries.push(entry);
            for finding in found {
                let change = Change::Found {
                    finding,
                    text: text.clone(),
                };
                progress.draft.entries.push(Entry {
                    by: by.clone(),
                    change,
                });
            }
            if withheld {
                let why = "a reviewer held a text back";
                failure::attention(&mut progress.draft, why);
            }
        }
    }

    /// What the reviewers say of an agent's text; none of it is recorded yet.
    pub(crate) fn look_at(
        &self,
        conversation: &Conversation,
        account: &Account,
        message: &Message,
        at: jiff::Timestamp,
    ) -> Vec<Finding> {
        if self.workflow.reviewers.is_empty() {
            return Vec::new();
        }
        let number = conversation.run_count + 1;
        let id = RunId::of(&conversation.id, number);
        let what = crate::model::Occurrence::AgentReplied {
            message: message.clone(),
        };
        let input = Input {
            event: Event {
                id: crate::model::EventId::of(&conversation.id, number),
                at,
                depth: 0,
                what,
            },
            id: id.clone(),
            number,
            before: conversation.clone(),
            account: account.clone(),
            opening: Vec::new(),
            resumed: None,
            tickets: Vec::new(),
            account_changed: false,
            once: None,
        };
        // What the customer said may be quoted; where it can't be read, nothing is known to be a quotation.
        let history = self.history(&input, &Plan::Live);
        let history = history.unwrap_or_else(|_| vec![message.clone()]);
        let mut progress = self.begin(&input, Moments::Calendar, history);
        self.findings(&mut progress, &[message])
    }

    /// The reviewers of an account's texts.
    fn reviewers(&self, progress: &Progress<'_>) -> impl Iterator<Item = &Arc<StepPlan>> {
        let account = &progress.input.before.account;
        let reviewers = self.workflow.reviewers.iter();
        reviewers.map(|plan| self.workflow.beside.chosen(plan, account))
    }

    /// What the desk's reviewers say of these texts.
    pub(super) fn findings(
        &self,
        progress: &mut Progress<'_>,
        drafts: &[&Message],
    ) -> Vec<Finding> {
        let reviewers = self.reviewers(progress);
        let reviewers: Vec<_> = reviewers.map(|plan| (Arc::clone(plan), None)).collect();
        let found = self.reviewed(progress, &reviewers, drafts);
        found.into_iter().flatten().collect()
    }

    /// What each of the reviewers says of these texts, draft by draft.
    fn reviewed(
        &self,
        progress: &mut Progress<'_>,
        reviewers: &[(Arc<StepPlan>, Option<&Invocation>)],
        drafts: &[&Message],
    ) -> Vec<Vec<Finding>> {
        let mut found = vec![Vec::new(); drafts.len()];
        if drafts.is_empty() {
            return found;
        }
        for (plan, recorded) in reviewers {
            let recorded = recorded.map(|recorded| (recorded, false));
            let of_plan = self.reviewed_by(progress, plan, recorded, drafts);
            for (all, more) in found.iter_mut().zip(of_plan) {
                all.extend(more);
            }
        }
        found
    }

    /// What one reviewer says. `recorded`: the call to repeat, and whether another version answers it.
    pub(super) fn reviewed_by(
        &self,
        progress: &mut Progress<'_>,
        plan: &StepPlan,
        recorded: Option<(&Invocation, bool)>,
        drafts: &[&Message],
    ) -> Vec<Vec<Finding>> {
        let at = progress.input.event.at;
        let refused = match recorded {
            Some((invocation, false)) => not_repeatable(invocation),
            Some((_, true)) => None,
            None => self.refusal(plan, at),
        };
        let report = if let Some(refused) = refused {
            CallReport::refused(refused)
        } else {
            let context = self.context(progress, plan);
            let call = self.call(progress, plan, &context, recorded);
            let report = plan.plugin.review(call, drafts);
            if recorded.is_none() {
                self.note(plan, &report, at);
            }
            report
        };
        let (mut invocation, result) = invocation_of(plan, report);
        let failure = result.as_ref().err().map(|failure| ReviewFailure {
            code: failure.code.to_string(),
            reason: failure.reason.clone(),
        });
        let found = match result {
            Ok(found) => found,
            Err(failure) if plan.policy == Policy::Skip => {
                tracing::warn!(step = %plan.name, code = %failure.code, reason = %failure.reason, "a reviewer failed");
                vec![Vec::new(); drafts.len()]
            }
            // What nobody could look at isn't sent.
            Err(failure) => {
                let explanation = format!("{} could not look at it: {failure}", plan.name);
                let unseen = |draft: &&Message| Finding {
                    rule: REVIEWER_FAILED.to_owned(),
                    severity: Severity::Blocking,
                    start: 0,
                    end: u32::try_from(draft.text.len()).unwrap_or(u32::MAX),
                    explanation: explanation.clone(),
                    suggestion: None,
                };
                drafts.iter().map(|draft| vec![unseen(draft)]).collect()
            }
        };
        let texts = drafts.iter().zip(&found);
        let texts = texts.map(|(draft, findings)| ReviewedText {
            number: draft.number,
            findings: findings.clone(),
        });
        invocation.result = InvocationResult::Reviewed {
            texts: texts.collect(),
            failure,
        };
        progress.invocations.push(invocation);
        found
    }
}

/// The text of a step among the changes of a run.
pub(super) fn of_step(entry: &Entry) -> Option<&Message> {
    match &entry.change {
        Change::Replied { message } if matches!(message.author, Author::Step(_)) => Some(message),
        _ => None,
    }
}
