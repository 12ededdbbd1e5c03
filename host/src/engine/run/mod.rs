//! One event through its chain: a pure function of the event, the context, the plugins and the host's answers.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;

mod call;

pub(super) use call::invocation_of;

use super::admission::Admission;
use super::closing;
use super::desk_host::{DeskReads, KvOverlay};
use super::desk_memory::Unsettled;
use super::duties;
use super::failure::{self, FailedStep, Then};
use super::intake::{Due, Records};
use super::keys::{self, KvOwner};
use super::network::WayOut;
use super::plan::{StepPlan, Workflow};
use super::settle::{Draft, Moments, TicketSource};
use crate::model::{
    Account, Conversation, Effect, Entry, Event, Fact, Invocation, InvocationResult, Message,
    NextStep, Outcome, Policy, Resume, Run, RunId, Ticket, TicketId,
};
use crate::sandbox::{CallFailure, CallReport, FailureCode};
use crate::store::{Store, StoreError};
use crate::workflow::Scope;

/// What a run begins with.
pub(crate) struct Input {
    pub(crate) id: RunId,
    pub(crate) number: u32,
    pub(crate) event: Event,
    /// With the event applied.
    pub(crate) before: Conversation,
    pub(crate) account: Account,
    /// What the event itself changed.
    pub(crate) opening: Vec<Entry>,
    pub(crate) resumed: Option<Resume>,
    /// Tickets that the event changed, whole.
    pub(crate) tickets: Vec<Ticket>,
    /// Whether the event changed the account.
    pub(crate) account_changed: bool,
    /// A name that the sender gave the event; none: it is named after its place.
    pub(crate) once: Option<String>,
}

/// A run and everything that goes into its batch besides.
pub(crate) struct Finished {
    pub(crate) run: Run,
    pub(crate) state: Conversation,
    /// None: as it was in the store.
    pub(crate) account: Option<Account>,
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) kv: KvOverlay,
    pub(crate) due: Vec<(jiff::Timestamp, Due)>,
    /// What reports count of it.
    pub(crate) facts: Vec<Fact>,
    pub(crate) desk_reads: DeskReads,
}

/// Which calls a run makes.
pub(crate) enum Plan<'a> {
    /// Those of the workflow whose conditions hold.
    Live,
    /// Those of a recorded run.
    Recorded {
        run: &'a Run,
        steps: Vec<Arc<StepPlan>>,
    },
}

/// Runs chains.
pub(crate) struct Runner<'a> {
    pub(crate) workflow: Arc<Workflow>,
    pub(crate) store: &'a Arc<dyn Store>,
    pub(crate) admission: &'a Admission,
    pub(crate) unsettled: &'a Arc<Mutex<Unsettled>>,
    /// How a live run reaches servers of others; none: it doesn't.
    pub(crate) way_out: Option<WayOut>,
}

/// A run under way.
pub(super) struct Progress<'a> {
    pub(super) input: &'a Input,
    pub(super) draft: Draft<'a>,
    pub(super) history: Vec<Message>,
    pub(super) asked: Vec<Effect>,
    pub(super) invocations: Vec<Invocation>,
    pub(super) kv: Arc<KvOverlay>,
    pub(super) desk_reads: DeskReads,
    pub(super) held: bool,
    pub(super) now: jiff::Zoned,
}

struct StoredTickets<'a>(&'a dyn Store);

impl TicketSource for StoredTickets<'_> {
    fn ticket(&self, id: &TicketId) -> Option<Ticket> {
        Records(self.0).ticket(id).ok()
    }
}

impl Runner<'_> {
    /// Runs the chain.
    ///
    /// # Errors
    /// Only where the store can't be read; whatever a plugin does is part of the run.
    pub(crate) fn execute(&self, input: Input, plan: &Plan<'_>) -> Result<Finished, StoreError> {
        let moments = match plan {
            Plan::Live => Moments::Calendar,
            Plan::Recorded { run, .. } => Moments::Recorded(run.moments.iter().copied().collect()),
        };
        let history = self.history(&input, plan)?;
        let mut progress = self.begin(&input, moments, history);
        match plan {
            Plan::Live => self.chain(&mut progress),
            Plan::Recorded { run, steps } => self.again(&mut progress, run, steps),
        }
        duties::after_chain(&mut progress.draft, &input);
        self.review(&mut progress, plan);
        let facts = closing::close(&mut progress.draft, progress.input.before.handler);
        let Progress {
            draft,
            invocations,
            kv,
            desk_reads,
            ..
        } = progress;
        let (moments, state, account, entries) = (
            draft.resolved_moments,
            draft.state,
            draft.account,
            draft.entries,
        );
        let (tickets, due) = (draft.tickets.into_values().collect(), draft.due);
        let account = (input.account_changed || account != input.account).then_some(account);
        let run = Run {
            id: input.id.clone(),
            event: input.event,
            before: input.before,
            account: input.account,
            desk: self.workflow.desk.revision.clone(),
            resumed: input.resumed,
            invocations,
            moments,
            opening: u32::try_from(input.opening.len()).unwrap_or(u32::MAX),
            closing: 0,
            entries,
        };
        Ok(Finished {
            run,
            state,
            account,
            tickets,
            kv: Arc::unwrap_or_clone(kv),
            due,
            facts,
            desk_reads,
        })
    }

    /// A run before its first step.
    pub(super) fn begin<'r>(
        &'r self,
        input: &'r Input,
        moments: Moments,
        history: Vec<Message>,
    ) -> Progress<'r> {
        let desk = &self.workflow.desk;
        let mut draft = Draft::new(
            desk,
            &input.id,
            input.event.at,
            input.event.depth,
            moments,
            input.before.clone(),
            input.account.clone(),
        );
        draft.entries.clone_from(&input.opening);
        let tickets = input.tickets.iter();
        draft.tickets = tickets
            .map(|ticket| (ticket.id.clone(), ticket.clone()))
            .collect();
        Progress {
            history,
            now: input.event.at.to_zoned(desk.time_zone.clone()),
            input,
            draft,
            asked: Vec::new(),
            invocations: Vec::new(),
            kv: Arc::default(),
            desk_reads: Arc::new(Mutex::new(Vec::new())),
            held: false,
        }
    }

    /// The steps of the workflow whose conditions hold.
    fn chain(&self, progress: &mut Progress<'_>) {
        let kind = progress.input.event.kind();
        let mut resumed = progress.input.resumed.as_ref();
        let account = &progress.input.before.account;
        for plan in self.workflow.chain(kind) {
            let plan = self.workflow.beside.chosen(plan, account);
            let attempt = match resumed {
                Some(resume) if resume.step != plan.name => continue,
                Some(resume) => resume.attempt,
                None => 0,
            };
            resumed = None;
            if !plan.handles(kind) {
                continue;
            }
            match self.condition(progress, plan) {
                Ok(false) => continue,
                Ok(true) => {}
                Err(reason) => {
                    let failed =
                        CallFailure::new(FailureCode::Host, format!("its condition: {reason}"));
                    if self.failed(progress, plan, failed, attempt) == Then::End {
                        return;
                    }
                    continue;
                }
            }
            if self.step(progress, plan, attempt, None) == Then::End {
                return;
            }
        }
    }

    /// The steps of a recorded run.
    fn again(&self, progress: &mut Progress<'_>, run: &Run, steps: &[Arc<StepPlan>]) {
        let mut attempt = run.resumed.as_ref().map_or(0, |resume| resume.attempt);
        for (recorded, plan) in run.invocations.iter().zip(steps) {
            if matches!(recorded.result, InvocationResult::Reviewed { .. }) {
                continue;
            }
            if self.step(progress, plan, attempt, Some((recorded, false))) == Then::End {
                return;
            }
            attempt = 0;
        }
    }

    /// Takes a recorded answer over without asking the plugin.
    pub(super) fn recall(
        &self,
        progress: &mut Progress<'_>,
        plan: &StepPlan,
        attempt: u32,
        recorded: &Invocation,
    ) {
        let result = match &recorded.result {
            InvocationResult::Done { outcome } => Ok(outcome.clone()),
            InvocationResult::Failed { code, reason, .. } => {
                let code = FailureCode::parse(code).unwrap_or(FailureCode::Host);
                Err(CallFailure::new(code, reason.clone()))
            }
            InvocationResult::Reviewed { .. } => return,
        };
        let report = CallReport {
            result,
            host_calls: Vec::new(),
            kv_writes: recorded.kv_writes.clone(),
            log: Vec::new(),
            usage: recorded.usage,
            computed: std::time::Duration::ZERO,
        };
        // Whatever followed is on record too.
        let _: Then = self.take(progress, plan, report, attempt);
    }

    fn condition(&self, progress: &Progress<'_>, plan: &StepPlan) -> Result<bool, String> {
        let desk = &self.workflow.desk;
        let Some(condition) = desk.step(&plan.name).and_then(|step| step.when.as_ref()) else {
            return Ok(true);
        };
        let scope = Scope {
            desk_name: &desk.name,
            calendar: &desk.calendar,
            event: &progress.input.event,
            conversation: &progress.draft.state,
            account: &progress.draft.account,
        };
        condition.holds(&scope).map_err(|error| error.to_string())
    }

    pub(super) fn step(
        &self,
        progress: &mut Progress<'_>,
        plan: &StepPlan,
        attempt: u32,
        recorded: Option<(&Invocation, bool)>,
    ) -> Then {
        if let Some((invocation, false)) = recorded
            && let Some(failure) = not_repeatable(invocation)
        {
            return self.failed(progress, plan, failure, attempt);
        }
        let at = progress.input.event.at;
        if recorded.is_none()
            && let Some(refused) = self.refusal(plan, at)
        {
            return self.failed(progress, plan, refused, attempt);
        }
        let context = self.context(progress, plan);
        let call = self.call(progress, plan, &context, recorded);
        let report = plan.plugin.handle(call);
        if recorded.is_none() {
            self.note(plan, &report, at);
        }
        self.take(progress, plan, report, attempt)
    }

    /// Why a plugin is not called now.
    pub(super) fn refusal(&self, plan: &StepPlan, at: jiff::Timestamp) -> Option<CallFailure> {
        let reason = self
            .admission
            .refusal(plan.plugin.sha256(), plan.limits.load, at)?;
        Some(CallFailure::new(FailureCode::Busy, reason))
    }

    /// Remembers how a live call went.
    pub(super) fn note<T>(&self, plan: &StepPlan, report: &CallReport<T>, at: jiff::Timestamp) {
        let stopped = report.result.as_ref().is_err_and(stopped);
        let (sha256, load) = (plan.plugin.sha256(), plan.limits.load);
        self.admission
            .note(sha256, stopped, report.computed, load, at);
    }

    /// Takes a step's answer over, or carries its failure policy out.
    fn take(
        &self,
        progress: &mut Progress<'_>,
        plan: &StepPlan,
        report: CallReport<Outcome>,
        attempt: u32,
    ) -> Then {
        let tickets = StoredTickets(self.store.as_ref());
        let (mut invocation, result) = invocation_of(plan, report);
        let settled = result.and_then(|outcome| {
            progress
                .draft
                .settle(&plan.name, &plan.grants, &outcome.effects, &tickets)
                .map(|()| outcome)
                .map_err(|invalid| {
                    CallFailure::new(FailureCode::InvalidOutput, invalid.to_string())
                })
        });
        match settled {
            Ok(outcome) => {
                let owner = KvOwner {
                    plugin: &plan.plugin.manifest().name,
                    account: &progress.input.before.account,
                    conversation: &progress.input.before.id,
                };
                for write in &invocation.kv_writes {
                    Arc::make_mut(&mut progress.kv).insert(
                        keys::kv(&owner, write.scope, &write.key),
                        write.value.clone(),
                    );
                }
                progress.asked.extend(outcome.effects.iter().cloned());
                let next = outcome.next;
                invocation.result = InvocationResult::Done { outcome };
                progress.invocations.push(invocation);
                if next == NextStep::Finish {
                    Then::End
                } else {
                    Then::GoOn
                }
            }
            Err(failure) => {
                invocation.kv_writes.clear();
                invocation.result = failed_result(&failure, plan.policy);
                progress.invocations.push(invocation);
                self.policy(progress, plan, &failure, attempt)
            }
        }
    }

    /// A step that failed without being called.
    fn failed(
        &self,
        progress: &mut Progress<'_>,
        plan: &StepPlan,
        failure: CallFailure,
        attempt: u32,
    ) -> Then {
        let report: CallReport<Outcome> = CallReport::refused(failure.clone());
        let (mut invocation, _) = invocation_of(plan, report);
        invocation.result = failed_result(&failure, plan.policy);
        progress.invocations.push(invocation);
        self.policy(progress, plan, &failure, attempt)
    }

    fn policy(
        &self,
        progress: &mut Progress<'_>,
        plan: &StepPlan,
        failure: &CallFailure,
        attempt: u32,
    ) -> Then {
        tracing::warn!(
            step = %plan.name,
            plugin = %plan.plugin.manifest().name,
            version = %plan.plugin.manifest().version,
            code = %failure.code,
            reason = %failure.reason,
            run = %progress.input.id,
            "a step failed"
        );
        // Trying the same again can't help where the step itself says so.
        let policy = match (plan.policy, failure.code) {
            (Policy::Retry, FailureCode::Permanent) => Policy::HoldMessage,
            (policy, _) => policy,
        };
        let reason = format!("{}: {}", failure.code, failure.reason);
        let origin = progress
            .input
            .resumed
            .as_ref()
            .map_or(progress.input.number, |resume| resume.run);
        let failed = FailedStep {
            step: &plan.name,
            reason: &reason,
            policy,
            origin,
            attempt,
            retry_after: failure
                .retry_after
                .and_then(|pause| SignedDuration::try_from(pause).ok()),
        };
        failure::answer(
            &mut progress.draft,
            &self.workflow.desk,
            &failed,
            &mut progress.held,
        )
    }
}

/// Whether the host stopped the plugin, or it broke: what counts towards leaving it alone.
fn stopped(failure: &CallFailure) -> bool {
    !matches!(
        failure.code,
        FailureCode::Transient | FailureCode::Permanent | FailureCode::Busy | FailureCode::Host
    )
}

/// A recorded failure that depended on the machine: carried over instead of repeated.
pub(crate) fn not_repeatable(invocation: &Invocation) -> Option<CallFailure> {
    let (code, reason) = match &invocation.result {
        InvocationResult::Failed { code, reason, .. } => (code, reason),
        InvocationResult::Reviewed {
            failure: Some(failure),
            ..
        } => (&failure.code, &failure.reason),
        _ => return None,
    };
    let code = FailureCode::parse(code)?;
    let by_machine = [
        FailureCode::Deadline,
        FailureCode::WallClock,
        FailureCode::Busy,
        FailureCode::Host,
    ];
    by_machine
        .contains(&code)
        .then(|| CallFailure::new(code, reason.clone()))
}

fn failed_result(failure: &CallFailure, policy: Policy) -> InvocationResult {
    InvocationResult::Failed {
        code: failure.code.to_string(),
        reason: failure.reason.clone(),
        policy,
    }
}

/// What a run read of desk-wide memory.
pub(crate) fn reads_of(reads: &DeskReads) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    reads.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
