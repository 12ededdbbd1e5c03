//! What goes out is shown to the desk's reviewers first: texts of steps at the end of their run, texts of people before
//! they are taken.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::failure;
use super::plan::StepPlan;
use super::run::{Input, Plan, Progress, Runner, invocation_of};
use super::settle::{Draft, Moments};
use crate::model::{
    Account, Author, Change, Conversation, Entry, Event, Invocation, InvocationResult, Message,
    Policy, RunId, Severity,
};

/// The rule of the finding that stands for a reviewer's failure.
pub(crate) const REVIEWER_FAILED: &str = "reviewer-failed";

impl Runner<'_> {
    /// Shows every text of a step to the reviewers; what they block is not sent.
    pub(super) fn review(&self, progress: &mut Progress<'_>, plan: &Plan<'_>) {
        let mut recorded: VecDeque<(&Invocation, Arc<StepPlan>)> = match plan {
            Plan::Live => VecDeque::new(),
            Plan::Recorded { run, steps, .. } => run
                .invocations
                .iter()
                .zip(steps.iter().cloned())
                .filter(|(invocation, _)| {
                    matches!(invocation.result, InvocationResult::Reviewed { .. })
                })
                .collect(),
        };
        let live = matches!(plan, Plan::Live);
        if live && self.workflow.reviewers.is_empty() || !live && recorded.is_empty() {
            return;
        }
        let entries = std::mem::take(&mut progress.draft.entries);
        for mut entry in entries {
            let Change::Replied { message } = &mut entry.change else {
                progress.draft.entries.push(entry);
                continue;
            };
            if !matches!(message.author, Author::Step(_)) {
                progress.draft.entries.push(entry);
                continue;
            }
            let mut found = Vec::new();
            if live {
                for plan in &self.workflow.reviewers {
                    found.extend(self.reviewed(progress, plan, message, None));
                }
            } else {
                while let Some((invocation, plan)) = recorded.front().cloned() {
                    let InvocationResult::Reviewed { number, .. } = invocation.result else {
                        break;
                    };
                    if number != message.number {
                        break;
                    }
                    recorded.pop_front();
                    found.extend(self.reviewed(
                        progress,
                        &plan,
                        message,
                        Some((invocation, false)),
                    ));
                }
            }
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
    ) -> Vec<crate::model::Finding> {
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
        };
        let desk = Arc::clone(&self.workflow.desk);
        // What the customer said may be quoted; where it can't be read, nothing is known to be a quotation.
        let history = self.history(&input, &Plan::Live);
        let mut progress = Progress {
            history: history.unwrap_or_else(|_| vec![message.clone()]),
            now: at.to_zoned(desk.time_zone.clone()),
            draft: Draft::new(
                &desk,
                &id,
                at,
                0,
                Moments::Calendar,
                conversation.clone(),
                account.clone(),
            ),
            input: &input,
            asked: Vec::new(),
            invocations: Vec::new(),
            kv: Arc::default(),
            desk_reads: Arc::new(Mutex::new(Vec::new())),
            held: false,
        };
        let reviewers = self.workflow.reviewers.iter();
        reviewers
            .flat_map(|plan| self.reviewed(&mut progress, plan, message, None))
            .collect()
    }

    fn reviewed(
        &self,
        progress: &mut Progress<'_>,
        plan: &StepPlan,
        message: &Message,
        recorded: Option<(&Invocation, bool)>,
    ) -> Vec<crate::model::Finding> {
        let context = self.context(progress, plan);
        let call = self.call(progress, plan, &context, recorded);
        let report = plan.plugin.review(call, message);
        let (mut invocation, result) = invocation_of(plan, report);
        let findings = match result {
            Ok(findings) => findings,
            Err(failure) if plan.policy == Policy::Skip => {
                tracing::warn!(step = %plan.name, code = %failure.code, reason = %failure.reason, "a reviewer failed");
                Vec::new()
            }
            // What nobody could look at isn't sent.
            Err(failure) => vec![crate::model::Finding {
                rule: REVIEWER_FAILED.to_owned(),
                severity: Severity::Blocking,
                start: 0,
                end: u32::try_from(message.text.len()).unwrap_or(u32::MAX),
                explanation: format!("{} could not look at it: {failure}", plan.name),
                suggestion: None,
            }],
        };
        invocation.result = InvocationResult::Reviewed {
            number: message.number,
            findings: findings.clone(),
        };
        progress.invocations.push(invocation);
        findings
    }
}
