//! Figures of a running host, for Prometheus.
//!
//! Each engine has a recorder of its own, so that several in one process don't mix. What a run adds is counted once it
//! is durable, through handles that were looked up beforehand: some additions, no allocation. Labels are bounded by
//! the desk's steps and the contract's names; nothing that a customer or caller chooses becomes one.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};

use super::core::Core;
use super::floor::closing::UNATTENDED;
use crate::model::{Author, Change, EventKind, InvocationResult, PresenceStatus, Run};
use crate::store::StoreStats;

const STEP_SECONDS: &str = "switchboard_step_seconds";
/// Upper ends of the classes of a call's time, in seconds.
const STEP_CLASSES: &[f64] = &[
    0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1,
    0.5, 2.5,
];
/// How often what was observed is put into its classes; until then it takes memory.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
/// Deliveries are counted no further than this.
const MOST_PENDING: usize = 10_000;

/// The figures of one engine.
pub(crate) struct Meters {
    recorder: PrometheusRecorder,
    messages: Counter,
    /// In the order of [`EventKind::ALL`].
    runs: Vec<Counter>,
    replies: [Counter; 3],
    tickets: Counter,
    timers_fired: Counter,
    waiting: Gauge,
    store: StoreMeters,
    outbox: Gauge,
    floor: FloorMeters,
    steps: Mutex<HashMap<String, HashMap<String, StepMeters>>>,
    kept_up: Mutex<Instant>,
}

/// The figures of people at work.
struct FloorMeters {
    queued: Gauge,
    /// In the order of [`PresenceStatus::ALL`].
    agents: Vec<Gauge>,
    escalated: Counter,
    covered: Counter,
    alarms: Counter,
}

struct StoreMeters {
    barriers: Counter,
    batches: Counter,
    operations: Counter,
    bytes: Counter,
    refused: [Counter; 2],
    waiting: Gauge,
    disk: Gauge,
    free: Gauge,
    slowest: Gauge,
    stopped: Gauge,
}

/// The figures of one plugin in one step.
struct StepMeters {
    done: Counter,
    failed: Counter,
    seconds: Histogram,
    failures: HashMap<String, Counter>,
}

impl Meters {
    pub(crate) fn new() -> Self {
        let classes = Matcher::Full(STEP_SECONDS.to_owned());
        let builder = PrometheusBuilder::new();
        // Only an empty list of classes is refused.
        let builder = builder
            .set_buckets_for_metric(classes, STEP_CLASSES)
            .unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        with_local_recorder(&recorder, describe);
        let runs = |kind: &EventKind| counter!("switchboard_runs_total", "event" => kind.as_str());
        let replies = |by: &'static str| counter!("switchboard_replies_total", "by" => by);
        let meters = with_local_recorder(&recorder, || {
            (
                counter!("switchboard_messages_total"),
                EventKind::ALL.iter().map(runs).collect(),
                [replies("step"), replies("agent"), replies("host")],
                counter!("switchboard_tickets_opened_total"),
                counter!("switchboard_timers_fired_total"),
                gauge!("switchboard_requests_waiting"),
                StoreMeters::new(),
                gauge!("switchboard_outbox_pending"),
                FloorMeters::new(),
            )
        });
        let (messages, runs, replies, tickets, timers_fired, waiting, store, outbox, floor) =
            meters;
        Self {
            recorder,
            messages,
            runs,
            replies,
            tickets,
            timers_fired,
            waiting,
            store,
            outbox,
            floor,
            steps: Mutex::new(HashMap::new()),
            kept_up: Mutex::new(Instant::now()),
        }
    }

    /// Counts a run that has just become durable.
    pub(crate) fn note(&self, run: &Run) {
        let kind = run.event.kind();
        if let Some(runs) = EventKind::ALL
            .iter()
            .position(|known| *known == kind)
            .and_then(|nth| self.runs.get(nth))
        {
            runs.increment(1);
        }
        match kind {
            EventKind::MessageReceived => self.messages.increment(1),
            EventKind::TimerFired => self.timers_fired.increment(1),
            _ => {}
        }
        let [by_step, by_agent, by_host] = &self.replies;
        for entry in &run.entries {
            match &entry.change {
                Change::Replied { message } => match message.author {
                    Author::Step(_) => by_step.increment(1),
                    Author::Agent(_) => by_agent.increment(1),
                    Author::Host | Author::Customer => by_host.increment(1),
                },
                Change::TicketOpened { .. } => self.tickets.increment(1),
                Change::Escalated { .. } => self.floor.escalated.increment(1),
                Change::AutoReplyOn { .. } => self.floor.covered.increment(1),
                Change::Found { finding, .. } if finding.rule == UNATTENDED => {
                    self.floor.alarms.increment(1);
                }
                _ => {}
            }
        }
        if !run.invocations.is_empty() {
            self.note_calls(run);
        }
    }

    fn note_calls(&self, run: &Run) {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        for call in &run.invocations {
            if !steps
                .get(&call.step)
                .is_some_and(|plugins| plugins.contains_key(&call.plugin))
            {
                let meters = with_local_recorder(&self.recorder, || {
                    StepMeters::new(&call.step, &call.plugin)
                });
                steps
                    .entry(call.step.clone())
                    .or_default()
                    .insert(call.plugin.clone(), meters);
            }
            let Some(meters) = steps
                .get_mut(&call.step)
                .and_then(|plugins| plugins.get_mut(&call.plugin))
            else {
                continue;
            };
            meters.seconds.record(f64::from(call.usage.time_us) / 1e6);
            let InvocationResult::Failed { code, .. } = &call.result else {
                meters.done.increment(1);
                continue;
            };
            meters.failed.increment(1);
            if !meters.failures.contains_key(code) {
                let failures = with_local_recorder(
                    &self.recorder,
                    || counter!("switchboard_step_failures_total", "step" => call.step.clone(), "code" => code.clone()),
                );
                meters.failures.insert(code.clone(), failures);
            }
            if let Some(failures) = meters.failures.get(code) {
                failures.increment(1);
            }
        }
    }

    /// Keeps memory small although nobody may ever ask.
    pub(crate) fn upkeep(&self) {
        let mut last = self.kept_up.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= UPKEEP_EVERY {
            *last = Instant::now();
            drop(last);
            self.recorder.handle().run_upkeep();
        }
    }

    /// Everything, as Prometheus reads it.
    pub(crate) fn render(&self, core: &Core, waiting: usize) -> String {
        self.waiting.set(figure(waiting));
        self.store.set(&core.store().stats());
        match core.outbox_pending(MOST_PENDING) {
            Ok(pending) => self.outbox.set(figure(pending)),
            Err(error) => tracing::warn!(%error, "the outbox could not be counted"),
        }
        match core.floor_figures() {
            Ok((queued, agents)) => {
                self.floor.queued.set(figure(queued));
                for (gauge, count) in self.floor.agents.iter().zip(agents) {
                    gauge.set(figure(count));
                }
            }
            Err(error) => tracing::warn!(%error, "the queue could not be counted"),
        }
        self.recorder.handle().render()
    }
}

impl FloorMeters {
    fn new() -> Self {
        let agents =
            |status: &PresenceStatus| gauge!("switchboard_agents", "status" => status.as_str());
        Self {
            queued: gauge!("switchboard_queue_waiting"),
            agents: PresenceStatus::ALL.iter().map(agents).collect(),
            escalated: counter!("switchboard_escalations_total"),
            covered: counter!("switchboard_forced_auto_replies_total"),
            alarms: counter!("switchboard_unattended_inboxes_total"),
        }
    }
}

impl StoreMeters {
    fn new() -> Self {
        let refused =
            |why: &'static str| counter!("switchboard_store_refused_total", "reason" => why);
        Self {
            barriers: counter!("switchboard_store_barriers_total"),
            batches: counter!("switchboard_store_batches_total"),
            operations: counter!("switchboard_store_operations_total"),
            bytes: counter!("switchboard_store_written_bytes_total"),
            refused: [refused("full"), refused("busy")],
            waiting: gauge!("switchboard_store_batches_waiting"),
            disk: gauge!("switchboard_store_disk_bytes"),
            free: gauge!("switchboard_store_free_bytes"),
            slowest: gauge!("switchboard_store_slowest_group_seconds"),
            stopped: gauge!("switchboard_store_stopped"),
        }
    }

    fn set(&self, stats: &StoreStats) {
        let [full, busy] = &self.refused;
        self.barriers.absolute(stats.barriers);
        self.batches.absolute(stats.batches);
        self.operations.absolute(stats.operations);
        self.bytes.absolute(stats.bytes);
        full.absolute(stats.refused_full);
        busy.absolute(stats.refused_busy);
        self.waiting.set(stats.waiting as f64);
        self.disk.set(stats.disk_bytes as f64);
        self.free.set(stats.free_bytes as f64);
        self.slowest.set(stats.slowest_group.as_secs_f64());
        self.stopped
            .set(if stats.stopped.is_some() { 1.0 } else { 0.0 });
    }
}

impl StepMeters {
    fn new(step: &str, plugin: &str) -> Self {
        let (step, plugin) = (step.to_owned(), plugin.to_owned());
        let calls = |result: &'static str| {
            counter!(
                "switchboard_step_calls_total",
                "step" => step.clone(), "plugin" => plugin.clone(), "result" => result
            )
        };
        Self {
            done: calls("done"),
            failed: calls("failed"),
            seconds: histogram!(STEP_SECONDS, "step" => step.clone(), "plugin" => plugin.clone()),
            failures: HashMap::new(),
        }
    }
}

fn describe() {
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_counter!(
        "switchboard_messages_total",
        "Customers' messages that are durable"
    );
    describe_counter!(
        "switchboard_runs_total",
        "Runs that are durable, by kind of event"
    );
    describe_counter!(
        "switchboard_replies_total",
        "Texts to customers, by who wrote them"
    );
    describe_counter!("switchboard_tickets_opened_total", "Tickets opened");
    describe_counter!("switchboard_timers_fired_total", "Timers that fired");
    describe_counter!(
        "switchboard_step_calls_total",
        "Plugin calls, by step, plugin and result"
    );
    describe_histogram!(STEP_SECONDS, "Wall time of plugin calls");
    describe_counter!(
        "switchboard_step_failures_total",
        "Plugin calls that failed, by step and cause"
    );
    describe_gauge!(
        "switchboard_requests_waiting",
        "Requests that wait for a worker"
    );
    describe_counter!(
        "switchboard_store_barriers_total",
        "Writes to the disk that were waited for"
    );
    describe_counter!(
        "switchboard_store_batches_total",
        "Commits; divided by the barriers it is the size of a group"
    );
    describe_counter!(
        "switchboard_store_operations_total",
        "Changes of keys in commits"
    );
    describe_counter!(
        "switchboard_store_written_bytes_total",
        "Bytes of keys and values in commits"
    );
    describe_counter!(
        "switchboard_store_refused_total",
        "Commits refused, by reason"
    );
    describe_gauge!(
        "switchboard_store_batches_waiting",
        "Commits that wait for their barrier"
    );
    describe_gauge!(
        "switchboard_store_disk_bytes",
        "Bytes that the store takes on disk"
    );
    describe_gauge!(
        "switchboard_store_free_bytes",
        "Bytes free on the store's file system"
    );
    describe_gauge!(
        "switchboard_store_slowest_group_seconds",
        "The slowest group commit since the start"
    );
    describe_gauge!(
        "switchboard_store_stopped",
        "1 where the store takes nothing more"
    );
    describe_gauge!(
        "switchboard_queue_waiting",
        "Customers who wait for a person"
    );
    describe_gauge!("switchboard_agents", "Agents, by whether they are there");
    describe_counter!(
        "switchboard_escalations_total",
        "Answers owed for so long that the lead or the manager was told"
    );
    describe_counter!(
        "switchboard_forced_auto_replies_total",
        "Messages that the workflow answered for an agent who was not there"
    );
    describe_counter!(
        "switchboard_unattended_inboxes_total",
        "Conversations that neither a person nor a step looked after"
    );
    describe_gauge!(
        "switchboard_outbox_pending",
        "Deliveries that wait to leave the desk (counts up to 10000)"
    );
}

fn figure(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::{
        Account, AccountId, Conversation, ConversationId, Event, EventId, Invocation, Message,
        MessageId, Occurrence, Policy, RunId, Usage,
    };

    fn run() -> Run {
        let id = ConversationId::from_random(1);
        let account = AccountId::from_random(2);
        let at = Timestamp::UNIX_EPOCH;
        let message = Message {
            id: MessageId::of(&id, 1),
            number: 1,
            author: Author::Customer,
            text: "hello".into(),
            language: None,
            sources: Vec::new(),
            at,
        };
        let call = |result| Invocation {
            step: "greeting".into(),
            plugin: "greeting".into(),
            version: "0.1.0".into(),
            sha256: String::new(),
            settings: String::new(),
            result,
            host_calls: Vec::new(),
            kv_writes: Vec::new(),
            log: Vec::new(),
            usage: Usage {
                outside_us: 0,
                time_us: 30,
                ..Usage::default()
            },
        };
        let failed = InvocationResult::Failed {
            code: "deadline".into(),
            reason: "slow".into(),
            policy: Policy::Skip,
        };
        Run {
            id: RunId::of(&id, 1),
            event: Event {
                id: EventId::of(&id, 1),
                at,
                depth: 0,
                what: Occurrence::MessageReceived { message },
            },
            before: Conversation::new(id, account.clone(), "api".into(), "ana".into(), at),
            account: Account::new(account, "api/ana".into(), at),
            desk: String::new(),
            resumed: None,
            invocations: vec![
                call(InvocationResult::Reviewed {
                    texts: Vec::new(),
                    failure: None,
                }),
                call(failed.clone()),
                call(failed),
            ],
            moments: Vec::new(),
            opening: 0,
            closing: 0,
            entries: Vec::new(),
        }
    }

    #[test]
    fn a_run_is_counted_by_event_step_and_cause() {
        let meters = Meters::new();
        meters.note(&run());
        let text = meters.recorder.handle().render();
        for line in [
            "switchboard_messages_total 1",
            "switchboard_runs_total{event=\"message.received\"} 1",
            "switchboard_runs_total{event=\"timer.fired\"} 0",
            "switchboard_step_calls_total{step=\"greeting\",plugin=\"greeting\",result=\"done\"} 1",
            "switchboard_step_calls_total{step=\"greeting\",plugin=\"greeting\",result=\"failed\"} 2",
            "switchboard_step_failures_total{step=\"greeting\",code=\"deadline\"} 2",
            "switchboard_step_seconds_bucket{step=\"greeting\",plugin=\"greeting\",le=\"0.00005\"} 3",
            "switchboard_step_seconds_count{step=\"greeting\",plugin=\"greeting\"} 3",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is not in:\n{text}"
            );
        }
        assert!(
            !Meters::new()
                .recorder
                .handle()
                .render()
                .contains("greeting"),
            "engines don't mix"
        );
    }
}
