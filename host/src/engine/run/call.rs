//! A step's call: what the step sees, whom it may ask, and what is kept of it.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use sha2::{Digest, Sha256};

use super::{Input, Plan, Progress, Runner};
use crate::engine::desk_host::DeskHost;
use crate::engine::network::StepOutside;
use crate::engine::plan::StepPlan;
use crate::engine::texts;
use crate::model::{
    AccountView, Context, ConversationView, Invocation, InvocationResult, Message, NextStep,
    Outcome, RunId,
};
use crate::sandbox::{Call, CallFailure, CallReport, Grant, Host, HostSide};
use crate::store::StoreError;

impl Runner<'_> {
    pub(in crate::engine) fn context<'c>(
        &'c self,
        progress: &'c Progress<'_>,
        plan: &StepPlan,
    ) -> Context<'c> {
        let account = &progress.draft.account;
        let fields = account
            .fields
            .iter()
            .filter(|(name, _)| plan.grants.has(&Grant::Account((*name).clone())));
        let wanted = usize::try_from(plan.plugin.manifest().history).unwrap_or(usize::MAX);
        let skip = progress.history.len().saturating_sub(wanted);
        Context {
            desk: Cow::Borrowed(&self.workflow.view),
            account: AccountView {
                id: account.id.clone(),
                name: account
                    .name
                    .clone()
                    .filter(|_| plan.grants.has(&Grant::Account("name".to_owned()))),
                language: account.language.clone(),
                fields: fields
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
                conversation_count: u32::try_from(account.conversations.len()).unwrap_or(u32::MAX),
                open_complaints: account.open_complaints,
            },
            conversation: ConversationView {
                state: Cow::Borrowed(&progress.draft.state),
                messages: Cow::Borrowed(progress.history.get(skip..).unwrap_or_default()),
            },
            draft: Cow::Borrowed(&progress.asked),
        }
    }

    pub(in crate::engine) fn call<'c>(
        &self,
        progress: &'c Progress<'_>,
        plan: &'c StepPlan,
        context: &'c Context<'c>,
        recorded: Option<(&Invocation, bool)>,
    ) -> Call<'c> {
        let may_ask = plan.grants.has_http() || plan.grants.has(&Grant::Model);
        let goes_out = recorded.is_none() && may_ask;
        let outside = || {
            let way = self.way_out.as_ref().filter(|_| goes_out)?;
            Some(StepOutside {
                way: way.clone(),
                workflow: Arc::clone(&self.workflow),
                event: named(progress.input),
                step: plan.name.clone(),
                calls: AtomicU32::new(0),
            })
        };
        let live = || -> Arc<dyn Host> {
            Arc::new(DeskHost {
                workflow: Arc::clone(&self.workflow),
                store: Arc::clone(self.store),
                plugin: plan.plugin.manifest().name.clone(),
                account: progress.input.before.account.clone(),
                conversation: progress.input.before.id.clone(),
                at: progress.input.event.at,
                language: progress.draft.state.language.clone(),
                overlay: Arc::clone(&progress.kv),
                desk_reads: Arc::clone(&progress.desk_reads),
                unsettled: Arc::clone(self.unsettled),
                outside: outside(),
            })
        };
        let host = match recorded {
            None => HostSide::Live(live()),
            Some((invocation, false)) => HostSide::Recorded(invocation.host_calls.clone().into()),
            Some((invocation, true)) => HostSide::Rehearsed {
                recorded: invocation.host_calls.clone().into(),
                live: live(),
            },
        };
        let seed = Sha256::digest(format!("{}/seed/{}", progress.input.id, plan.name));
        Call {
            context,
            event: &progress.input.event,
            now: progress.now.clone(),
            seed: seed.into(),
            config: &plan.config,
            grants: &plan.grants,
            limits: &plan.limits,
            host,
        }
    }

    /// The newest messages up to the event's own, as many as any step of the chain wants.
    pub(in crate::engine) fn history(
        &self,
        input: &Input,
        plan: &Plan<'_>,
    ) -> Result<Vec<Message>, StoreError> {
        let wanted = match plan {
            Plan::Live => self.workflow.history(input.event.kind()),
            Plan::Recorded { steps, .. } => steps
                .iter()
                .map(|plan| plan.plugin.manifest().history)
                .max()
                .unwrap_or(0),
        };
        let own = input.event.message();
        let mut messages = Vec::new();
        // Where the chain is taken up again, more was written since; the event's own is the last all the same.
        let newest = own.map_or(input.before.message_count, |own| own.number);
        if wanted > 0 && newest > 0 && !(own.is_some() && newest == 1) {
            let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
            messages = texts::newest(self.store.as_ref(), &input.before.id, newest, wanted)?;
        }
        if let Some(own) = own
            && wanted > 0
            && !messages.iter().any(|message| message.number == own.number)
        {
            messages.push(own.clone());
        }
        Ok(messages)
    }
}

/// What names the event of a run, the same whenever it is handled: once more after a failure, or again after a crash.
fn named(input: &Input) -> String {
    if let Some(once) = &input.once {
        return once.clone();
    }
    let conversation = &input.before.id;
    let number = input
        .resumed
        .as_ref()
        .map_or(input.number, |resume| resume.run);
    RunId::of(conversation, number).to_string()
}

/// The trace of a call, and what the plugin answered.
pub(in crate::engine) fn invocation_of<T>(
    plan: &StepPlan,
    report: CallReport<T>,
) -> (Invocation, Result<T, CallFailure>) {
    let invocation = Invocation {
        step: plan.name.clone(),
        plugin: plan.plugin.manifest().name.clone(),
        version: plan.plugin.manifest().version.clone(),
        sha256: plan.plugin.sha256().to_owned(),
        settings: plan.settings.clone(),
        result: InvocationResult::Done {
            outcome: Outcome {
                effects: Vec::new(),
                next: NextStep::GoOn,
            },
        },
        host_calls: report.host_calls,
        kv_writes: report.kv_writes,
        log: report.log,
        usage: report.usage,
    };
    (invocation, report.result)
}
