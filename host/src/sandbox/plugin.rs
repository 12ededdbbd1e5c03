//! A component that is ready to be called, and its calls.
//!
//! Everything that doesn't depend on the call was done when it was activated. A call is a new store and a new
//! instance, and both are gone after it, whatever happened: nothing is ever used twice.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{Timestamp, Zoned};
use wasmtime::component::{
    ComponentExportIndex, ComponentNamedList, InstancePre, Lift, Lower, TypedFunc,
};
use wasmtime::{PoolConcurrencyLimitError, Store, Trap, WasmBacktrace};

use super::admit::{Admitted, World};
use super::call::{Call, CallFailure, CallReport, FailureCode};
use super::contract::from_guest::{self, FromGuest};
use super::contract::to_guest::ToGuest;
use super::contract::v0_1::switchboard::plugin::types;
use super::contract::v0_1::{StepPre, reviewer::ReviewerPre};
use super::epoch::hold_to;
use super::grants::Grants;
use super::host::HostSide;
use super::limits::{Limiter, Limits};
use super::state::{HostState, Stop};
use super::{Room, SandboxError};
use crate::model::{
    AccountId, AccountView, Context, Conversation, ConversationId, ConversationView, DeskView,
    Event, EventId, Finding, Manifest, Message, Occurrence, Outcome, Usage,
};

/// `describe` may take longer than a call: it runs once.
const DESCRIBE_TIME: Duration = Duration::from_secs(2);

enum Ready {
    Step(StepPre<HostState>, ComponentExportIndex),
    Reviewer(ReviewerPre<HostState>, ComponentExportIndex),
}

/// Calls an export without comparing its type with the contract's, which takes as long as a small plugin's own work.
///
/// # Safety
/// The generated bindings must have made an instance of the same component before: they compare every export.
#[allow(unsafe_code, reason = "the comparison is made once, at activation")]
unsafe fn call_known<P, R>(
    pre: &InstancePre<HostState>,
    export: &ComponentExportIndex,
    store: &mut Store<HostState>,
    parameters: P,
) -> Result<R, Failed>
where
    P: ComponentNamedList + Lower,
    (R,): ComponentNamedList + Lift,
{
    let instance = pre.instantiate(&mut *store).map_err(Failed::Starting)?;
    crash_point!("sandbox::instantiated");
    let export = instance
        .get_func(&mut *store, export)
        .ok_or_else(|| Failed::Starting(wasmtime::Error::msg("its export is gone")))?;
    // SAFETY: the caller's.
    let export = unsafe { TypedFunc::<P, (R,)>::new_unchecked(export) };
    let (answer,) = export.call(store, parameters).map_err(Failed::Running)?;
    crash_point!("sandbox::answered");
    Ok(answer)
}

/// An activated plugin. Calls may run on many threads at once.
///
/// A call runs on the thread that makes it, which must not be a worker of an asynchronous runtime, and needs a
/// megabyte of stack.
pub struct Plugin {
    room: Arc<Room>,
    ready: Ready,
    wasi: bool,
    manifest: Manifest,
    sha256: String,
    contract: &'static str,
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.manifest.name)
            .field("version", &self.manifest.version)
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}

/// What came of the guest's code, before anybody judged what it returned.
type Raw<T> = Result<T, CallFailure>;

impl Plugin {
    pub(super) fn new(
        room: Arc<Room>,
        pre: InstancePre<HostState>,
        Admitted {
            world,
            wasi,
            contract,
        }: Admitted,
        sha256: String,
    ) -> Result<Self, SandboxError> {
        let mistyped = |error: wasmtime::Error| SandboxError::Refused {
            problems: vec![format!("its exports aren't the contract's: {error:#}")],
        };
        let export = |name: &str| {
            pre.component()
                .get_export_index(None, name)
                .ok_or_else(|| mistyped(wasmtime::Error::msg(format!("it doesn't export {name}"))))
        };
        let ready = match world {
            World::Step => {
                let handle = export("handle")?;
                Ready::Step(StepPre::new(pre).map_err(mistyped)?, handle)
            }
            World::Reviewer => {
                let review = export("review")?;
                Ready::Reviewer(ReviewerPre::new(pre).map_err(mistyped)?, review)
            }
        };
        let mut plugin = Self {
            room,
            ready,
            wasi,
            manifest: Manifest {
                name: String::new(),
                version: String::new(),
                summary: String::new(),
                grants: Vec::new(),
                events: Vec::new(),
                history: 0,
                config_schema: None,
            },
            sha256,
            contract,
        };
        plugin.manifest = plugin.describe().map_err(SandboxError::Describe)?;
        Ok(plugin)
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// SHA-256 of the component, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Which of the contract's worlds it is of.
    pub fn world(&self) -> World {
        match self.ready {
            Ready::Step(..) => World::Step,
            Ready::Reviewer(..) => World::Reviewer,
        }
    }

    /// The version of the contract that it was built for.
    pub fn contract(&self) -> &'static str {
        self.contract
    }

    /// Hands an event to a step. Never panics and never takes longer than the limits say; whatever the plugin did
    /// is in the report.
    pub fn handle(&self, call: Call<'_>) -> CallReport<Outcome> {
        let Ready::Step(step, handle) = &self.ready else {
            return wrong_world("a reviewer can't handle events");
        };
        let to = ToGuest {
            zone: call.now.time_zone(),
        };
        let (context, event) = (to.context(call.context), to.event(call.event));
        self.run(
            &call,
            |store| {
                // SAFETY: `describe` went through the bindings before there was this plugin.
                #[allow(unsafe_code, reason = "see call_known")]
                unsafe {
                    call_known(step.instance_pre(), handle, store, (&context, &event))
                }
            },
            |from, answer: Result<types::Outcome, types::StepError>| match answer {
                Ok(outcome) => from.outcome(outcome),
                Err(error) => Err(from.error(error)),
            },
        )
    }

    /// Shows the texts that are to go out together to a reviewer; it answers with the findings of each.
    pub fn review(&self, call: Call<'_>, drafts: &[&Message]) -> CallReport<Vec<Vec<Finding>>> {
        let Ready::Reviewer(reviewer, review) = &self.ready else {
            return wrong_world("a step can't review texts");
        };
        let to = ToGuest {
            zone: call.now.time_zone(),
        };
        let context = to.context(call.context);
        let messages: Vec<_> = drafts.iter().map(|draft| to.message(draft)).collect();
        self.run(
            &call,
            |store| {
                // SAFETY: `describe` went through the bindings before there was this plugin.
                #[allow(unsafe_code, reason = "see call_known")]
                unsafe {
                    call_known(
                        reviewer.instance_pre(),
                        review,
                        store,
                        (&context, &*messages),
                    )
                }
            },
            |from, answer: Result<Vec<types::Finding>, types::StepError>| match answer {
                Ok(findings) => {
                    let texts: Vec<&str> = drafts.iter().map(|draft| draft.text.as_str()).collect();
                    from.findings(findings, &texts)
                }
                Err(error) => Err(from.error(error)),
            },
        )
    }

    fn describe(&self) -> Result<Manifest, CallFailure> {
        let limits = Limits {
            time: DESCRIBE_TIME,
            wall: DESCRIBE_TIME.saturating_mul(4),
            // What the pool gives at most: the step's own limit isn't known yet.
            memory: self.room.max_memory,
            ..Limits::default()
        };
        let (context, event) = nobody();
        let call = Call {
            context: &context,
            event: &event,
            now: Zoned::new(Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC),
            seed: [0; 32],
            config: "{}",
            grants: &Grants::default(),
            limits: &limits,
            host: HostSide::None,
        };
        let report = self.run(
            &call,
            |store| match &self.ready {
                Ready::Step(step, _) => {
                    let instance = step.instantiate(&mut *store).map_err(Failed::Starting)?;
                    instance.call_describe(&mut *store).map_err(Failed::Running)
                }
                Ready::Reviewer(reviewer, _) => {
                    let instance = reviewer
                        .instantiate(&mut *store)
                        .map_err(Failed::Starting)?;
                    instance.call_describe(&mut *store).map_err(Failed::Running)
                }
            },
            |_, manifest| Ok(from_guest::manifest(manifest)),
        );
        report.result
    }

    /// One call: a store, an instance, the guest's answer, the checks of it, the report.
    fn run<R, T>(
        &self,
        call: &Call<'_>,
        guest: impl FnOnce(&mut Store<HostState>) -> Result<R, Failed>,
        check: impl FnOnce(&FromGuest<'_>, R) -> Raw<T>,
    ) -> CallReport<T> {
        let began = Instant::now();
        let running = self.room.ticker.running();
        let mut store = Store::new(&self.room.engine, HostState::new(call, self.wasi));
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(call.limits.host_data);
        hold_to(&mut store, call.limits.time, call.limits.wall);
        // It is counted, not limited: time is.
        let counts_fuel = self.room.counts_fuel && store.set_fuel(u64::MAX).is_ok();
        let answer = guest(&mut store);
        let left = if counts_fuel {
            store.get_fuel().ok()
        } else {
            None
        };
        let fuel = left.map(|left| u64::MAX - left);
        // The instance goes with the store; its memory is clean before anybody else gets it.
        let mut state = store.into_data();
        drop(running);

        let result = match answer {
            Ok(answer) => check(
                &FromGuest {
                    limits: call.limits,
                    grants: call.grants,
                    now: call.now.timestamp(),
                },
                answer,
            ),
            Err(failed) => Err(failed.explain(&state.limiter)),
        };
        if let Some(wasi) = state.wasi.take() {
            wasi.drain(&mut state.log);
        }
        let kept = result.is_ok();
        CallReport {
            result,
            host_calls: state.host_calls,
            kv_writes: if kept { state.kv.finish() } else { Vec::new() },
            log: state.log.finish(),
            usage: Usage {
                time_us: micros(began.elapsed()),
                outside_us: micros(state.outside.waited),
                fuel,
                memory: state.limiter.used() as u64,
                host_calls: state.asked,
            },
            computed: state.computed,
        }
    }
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}

fn wrong_world<T>(reason: &str) -> CallReport<T> {
    CallReport::refused(CallFailure::new(FailureCode::WrongWorld, reason))
}

/// `describe` is called without a customer.
fn nobody() -> (Context<'static>, Event) {
    let at = Timestamp::UNIX_EPOCH;
    let account = AccountId::new("");
    let state = Conversation::new(
        ConversationId::new(""),
        account.clone(),
        String::new(),
        String::new(),
        at,
    );
    let context = Context {
        desk: Cow::Owned(DeskView {
            name: String::new(),
            time_zone: "UTC".to_owned(),
            languages: Vec::new(),
        }),
        account: AccountView {
            id: account,
            name: None,
            language: None,
            fields: Vec::new(),
            conversation_count: 0,
            open_complaints: 0,
        },
        conversation: ConversationView {
            state: Cow::Owned(state),
            messages: Cow::default(),
        },
        draft: Cow::default(),
    };
    let what = Occurrence::Announced {
        name: String::new(),
        value: "null".to_owned(),
    };
    let event = Event {
        id: EventId::new(""),
        at,
        depth: 0,
        what,
    };
    (context, event)
}

/// Where the guest's code ended without an answer.
enum Failed {
    Starting(wasmtime::Error),
    Running(wasmtime::Error),
}

impl Failed {
    fn explain(&self, limiter: &Limiter) -> CallFailure {
        let (error, starting) = match self {
            Self::Starting(error) => (error, true),
            Self::Running(error) => (error, false),
        };
        if let Some(stop) = error.downcast_ref::<Stop>() {
            return CallFailure::new(stop.code, stop.reason.clone());
        }
        if error.downcast_ref::<PoolConcurrencyLimitError>().is_some() {
            let reason = "all slots for plugin instances are taken";
            return CallFailure::new(FailureCode::Busy, reason);
        }
        if limiter.denied {
            let reason = format!(
                "it wanted more memory or tables than it may have ({} bytes together), then failed: {}",
                limiter.limit(),
                error.root_cause()
            );
            return CallFailure::new(FailureCode::Memory, reason);
        }
        let place = place(error);
        if let Some(trap) = error.downcast_ref::<Trap>() {
            let code = match trap {
                Trap::StackOverflow => FailureCode::StackOverflow,
                Trap::Interrupt => FailureCode::Deadline,
                _ => FailureCode::Trap,
            };
            return CallFailure::new(code, format!("{trap}{place}"));
        }
        let reason = format!("{}{place}", error.root_cause());
        let in_guest = error.downcast_ref::<WasmBacktrace>().is_some();
        // wasmtime keeps this error's type to itself; only its words tell.
        let too_much = reason.contains("fuel allocated for hostcalls");
        let code = match (too_much, in_guest) {
            (true, true) => FailureCode::HostData,
            (true, false) => FailureCode::Output,
            (false, true) => FailureCode::Trap,
            (false, false) if starting => FailureCode::Instantiation,
            // The guest returned, but what it returned can't be read: not UTF-8, out of bounds, no such case.
            (false, false) => FailureCode::InvalidOutput,
        };
        CallFailure::new(code, reason)
    }
}

/// The innermost functions, where the component kept their names.
fn place(error: &wasmtime::Error) -> String {
    const MOST_FRAMES: usize = 3;
    const LONGEST_NAME: usize = 120;
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else {
        return String::new();
    };
    let names: Vec<String> = backtrace
        .frames()
        .iter()
        .filter_map(|frame| frame.func_name())
        .take(MOST_FRAMES)
        .map(|name| super::capabilities::log::visible(name, LONGEST_NAME))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    format!(" in {}", names.join(" ← "))
}
