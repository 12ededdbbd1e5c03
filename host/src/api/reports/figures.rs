//! What the reports count.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::model::{Author, Change, InvocationResult, Run, TicketId, TicketStatus};

/// Figures that are added up run by run.
pub(crate) trait Figures: Default {
    /// The columns of its table.
    const COLUMNS: &'static [&'static str];
    /// Adds a run; runs come in the order of time.
    fn add(&mut self, run: &Run, zone: &TimeZone);
    /// The table.
    fn rows(self) -> Vec<Value>;
}

/// Figures of which those of two periods make those of both; the earlier one takes the later one in.
pub(crate) trait Joined: Figures + Clone {
    /// Adds what a later period counted.
    fn join(&mut self, later: &Self);
}

/// What came in and went out, by day of the desk.
#[derive(Clone, Default)]
pub(crate) struct Volume(BTreeMap<jiff::civil::Date, Day>);

#[derive(Clone, Default)]
struct Day {
    conversations: u32,
    messages: u32,
    replies: [u32; 3],
    hand_offs: u32,
    tickets: u32,
    resolved: u32,
    reopened: u32,
    failures: u32,
}

impl Figures for Volume {
    const COLUMNS: &'static [&'static str] = &[
        "date",
        "conversations",
        "messages",
        "step_replies",
        "agent_replies",
        "host_replies",
        "hand_offs",
        "tickets",
        "resolved",
        "reopened",
        "failures",
    ];

    fn add(&mut self, run: &Run, zone: &TimeZone) {
        let day = self
            .0
            .entry(zone.to_datetime(run.event.at).date())
            .or_default();
        let [by_step, by_agent, by_host] = &mut day.replies;
        for entry in &run.entries {
            let count = match &entry.change {
                Change::Received { message } => {
                    if message.number == 1 {
                        day.conversations += 1;
                    }
                    &mut day.messages
                }
                Change::Replied { message } => match message.author {
                    Author::Step(_) => &mut *by_step,
                    Author::Agent(_) => &mut *by_agent,
                    Author::Host | Author::Customer => &mut *by_host,
                },
                Change::HandedOver { .. } => &mut day.hand_offs,
                Change::TicketOpened { .. } => &mut day.tickets,
                Change::Resolved { .. } => &mut day.resolved,
                Change::Reopened { .. } => &mut day.reopened,
                Change::Failed { .. } => &mut day.failures,
                _ => continue,
            };
            *count += 1;
        }
    }

    fn rows(self) -> Vec<Value> {
        let row = |(date, day): (jiff::civil::Date, Day)| {
            let [by_step, by_agent, by_host] = day.replies;
            json!({
                "date": date.to_string(),
                "conversations": day.conversations,
                "messages": day.messages,
                "step_replies": by_step,
                "agent_replies": by_agent,
                "host_replies": by_host,
                "hand_offs": day.hand_offs,
                "tickets": day.tickets,
                "resolved": day.resolved,
                "reopened": day.reopened,
                "failures": day.failures,
            })
        };
        self.0.into_iter().map(row).collect()
    }
}

impl Joined for Volume {
    fn join(&mut self, later: &Self) {
        for (date, more) in &later.0 {
            let day = self.0.entry(*date).or_default();
            day.conversations += more.conversations;
            day.messages += more.messages;
            for (replies, more) in day.replies.iter_mut().zip(&more.replies) {
                *replies += more;
            }
            day.hand_offs += more.hand_offs;
            day.tickets += more.tickets;
            day.resolved += more.resolved;
            day.reopened += more.reopened;
            day.failures += more.failures;
        }
    }
}

/// Satisfaction answers by code (R81). The first row sums up: how often was asked and answered, the mean of the points.
#[derive(Clone, Default)]
pub(crate) struct Satisfaction {
    asked: u32,
    codes: BTreeMap<u32, Answers>,
}

#[derive(Clone, Default)]
struct Answers {
    reason: String,
    count: u32,
    points: Vec<u32>,
}

impl Figures for Satisfaction {
    const COLUMNS: &'static [&'static str] =
        &["code", "reason", "asked", "answers", "share", "mean_points"];

    fn add(&mut self, run: &Run, _: &TimeZone) {
        for entry in &run.entries {
            match &entry.change {
                Change::SurveyAsked => self.asked += 1,
                Change::SurveyAnswered { result } => {
                    let answers = self.codes.entry(result.code).or_default();
                    answers.count += 1;
                    answers.reason.clone_from(&result.reason);
                    answers.points.extend(result.points);
                }
                _ => {}
            }
        }
    }

    fn rows(self) -> Vec<Value> {
        let answered: u32 = self.codes.values().map(|answers| answers.count).sum();
        let points: Vec<u32> = self
            .codes
            .values()
            .flat_map(|answers| answers.points.iter().copied())
            .collect();
        let mut rows = vec![json!({
            "code": "all",
            "asked": self.asked,
            "answers": answered,
            "share": share(answered, self.asked),
            "mean_points": mean(&points),
        })];
        rows.extend(self.codes.into_iter().map(|(code, answers)| {
            json!({
                "code": code.to_string(),
                "reason": answers.reason,
                "answers": answers.count,
                "share": share(answers.count, answered),
                "mean_points": mean(&answers.points),
            })
        }));
        rows
    }
}

impl Joined for Satisfaction {
    fn join(&mut self, later: &Self) {
        self.asked += later.asked;
        for (code, others) in &later.codes {
            let answers = self.codes.entry(*code).or_default();
            answers.count += others.count;
            answers.reason.clone_from(&others.reason);
            answers.points.extend(&others.points);
        }
    }
}

/// Tickets by department and kind: those opened in the period, and what was done to any in it.
#[derive(Clone, Default)]
pub(crate) struct Tickets {
    groups: BTreeMap<GroupName, Group>,
    /// The group of each ticket that was moved, and how long after it was opened that first happened.
    acknowledged: HashMap<TicketId, (GroupName, u32)>,
}

/// A department and a kind.
type GroupName = (String, &'static str);

#[derive(Clone, Default)]
struct Group {
    opened: u32,
    escalated: u32,
    closed: u32,
    closed_late: u32,
    seconds_to_close: Vec<u32>,
}

impl Figures for Tickets {
    const COLUMNS: &'static [&'static str] = &[
        "department",
        "kind",
        "opened",
        "escalated",
        "closed",
        "closed_late",
        "mean_seconds_to_acknowledge",
        "mean_seconds_to_close",
    ];

    fn add(&mut self, run: &Run, _: &TimeZone) {
        let at = run.event.at;
        for entry in &run.entries {
            let (Change::TicketOpened { ticket }
            | Change::TicketMoved { ticket }
            | Change::TicketEscalated { ticket, .. }) = &entry.change
            else {
                continue;
            };
            let name = (ticket.department.clone(), ticket.kind.as_str());
            let group = self.groups.entry(name.clone()).or_default();
            match &entry.change {
                Change::TicketOpened { .. } => group.opened += 1,
                Change::TicketEscalated { .. } => group.escalated += 1,
                _ => {
                    let took = seconds(ticket.opened_at, at);
                    // Whoever closes or works on it has seen it.
                    self.acknowledged
                        .entry(ticket.id.clone())
                        .or_insert((name, took));
                    if ticket.status == TicketStatus::Closed {
                        group.closed += 1;
                        group.closed_late += u32::from(ticket.due.is_some_and(|due| due < at));
                        group.seconds_to_close.push(took);
                    }
                }
            }
        }
    }

    fn rows(self) -> Vec<Value> {
        let mut took: BTreeMap<GroupName, Vec<u32>> = BTreeMap::new();
        for (name, seconds) in self.acknowledged.into_values() {
            took.entry(name).or_default().push(seconds);
        }
        let row = |(name, group): (GroupName, Group)| {
            let to_acknowledge = took.remove(&name).unwrap_or_default();
            let (department, kind) = name;
            json!({
                "department": department,
                "kind": kind,
                "opened": group.opened,
                "escalated": group.escalated,
                "closed": group.closed,
                "closed_late": group.closed_late,
                "mean_seconds_to_acknowledge": mean(&to_acknowledge),
                "mean_seconds_to_close": mean(&group.seconds_to_close),
            })
        };
        self.groups.into_iter().map(row).collect()
    }
}

impl Joined for Tickets {
    fn join(&mut self, later: &Self) {
        for (name, others) in &later.groups {
            let group = self.groups.entry(name.clone()).or_default();
            group.opened += others.opened;
            group.escalated += others.escalated;
            group.closed += others.closed;
            group.closed_late += others.closed_late;
            group.seconds_to_close.extend(&others.seconds_to_close);
        }
        for (ticket, first) in &later.acknowledged {
            let known = self.acknowledged.entry(ticket.clone());
            known.or_insert_with(|| first.clone());
        }
    }
}

/// Plugin calls by step and version.
#[derive(Default)]
pub(crate) struct Steps(BTreeMap<(String, String, String), Calls>);

#[derive(Default)]
struct Calls {
    failed: u32,
    microseconds: Vec<u32>,
    most_memory: u64,
    host_calls: u64,
    codes: BTreeMap<String, u32>,
}

impl Figures for Steps {
    const COLUMNS: &'static [&'static str] = &[
        "step",
        "plugin",
        "version",
        "calls",
        "failed",
        "failures",
        "mean_us",
        "p50_us",
        "p99_us",
        "max_us",
        "max_memory_bytes",
        "host_calls",
    ];

    fn add(&mut self, run: &Run, _: &TimeZone) {
        for call in &run.invocations {
            let key = (call.step.clone(), call.plugin.clone(), call.version.clone());
            let calls = self.0.entry(key).or_default();
            calls.microseconds.push(call.usage.time_us);
            calls.most_memory = calls.most_memory.max(call.usage.memory);
            calls.host_calls += u64::from(call.usage.host_calls);
            if let InvocationResult::Failed { code, .. } = &call.result {
                calls.failed += 1;
                *calls.codes.entry(code.clone()).or_default() += 1;
            }
        }
    }

    fn rows(self) -> Vec<Value> {
        let row = |((step, plugin, version), mut calls): ((String, String, String), Calls)| {
            calls.microseconds.sort_unstable();
            let codes: Vec<_> = calls
                .codes
                .iter()
                .map(|(code, count)| format!("{code} {count}"))
                .collect();
            json!({
                "step": step,
                "plugin": plugin,
                "version": version,
                "calls": calls.microseconds.len(),
                "failed": calls.failed,
                "failures": codes.join("; "),
                "mean_us": mean(&calls.microseconds),
                "p50_us": quantile(&calls.microseconds, 50),
                "p99_us": quantile(&calls.microseconds, 99),
                "max_us": calls.microseconds.last(),
                "max_memory_bytes": calls.most_memory,
                "host_calls": calls.host_calls,
            })
        };
        self.0.into_iter().map(row).collect()
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> u32 {
    u32::try_from(to.duration_since(from).as_secs()).unwrap_or(0)
}

/// To three digits; none of none.
fn mean(values: &[u32]) -> Option<f64> {
    let sum: u64 = values.iter().map(|value| u64::from(*value)).sum();
    (!values.is_empty()).then(|| (sum as f64 / values.len() as f64 * 1e3).round() / 1e3)
}

fn share(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| (f64::from(part) / f64::from(whole) * 1e3).round() / 1e3)
}

/// The smallest of the sorted values that at least so many hundredths don't exceed.
fn quantile(sorted: &[u32], hundredths: usize) -> Option<u32> {
    let rank = (sorted.len() * hundredths).div_ceil(100);
    sorted.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::complaint;
    use crate::model::{
        Account, AccountId, Conversation, ConversationId, Entry, Event, EventId, Message,
        MessageId, Occurrence, RunId, SurveyResult,
    };

    fn run(at: &str, changes: Vec<Change>) -> Run {
        let id = ConversationId::from_random(1);
        let account = AccountId::from_random(2);
        let at: Timestamp = at.parse().unwrap();
        let what = Occurrence::Announced {
            name: "n".into(),
            value: "1".into(),
        };
        Run {
            id: RunId::of(&id, 1),
            event: Event {
                id: EventId::of(&id, 1),
                at,
                depth: 0,
                what,
            },
            before: Conversation::new(id, account.clone(), "api".into(), "ana".into(), at),
            account: Account::new(account, "api/ana".into(), at),
            desk: String::new(),
            resumed: None,
            invocations: Vec::new(),
            moments: Vec::new(),
            opening: 0,
            closing: 0,
            entries: changes
                .into_iter()
                .map(|change| Entry {
                    by: "x".into(),
                    change,
                })
                .collect(),
        }
    }

    fn received(number: u32) -> Change {
        let id = MessageId::of(&ConversationId::from_random(1), number);
        let (author, at) = (Author::Customer, Timestamp::UNIX_EPOCH);
        let message = Message {
            id,
            number,
            author,
            text: "你好".into(),
            language: None,
            sources: Vec::new(),
            at,
        };
        Change::Received { message }
    }

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    #[test]
    fn days_are_those_of_the_desk() {
        let mut volume = Volume::default();
        volume.add(&run("2026-11-01T15:59:59Z", vec![received(1)]), &zone());
        volume.add(
            &run(
                "2026-11-01T16:00:00Z",
                vec![received(2), Change::Reopened { reason: "r".into() }],
            ),
            &zone(),
        );
        let rows = volume.rows();
        assert_eq!(rows[0]["date"], "2026-11-01");
        assert_eq!(
            (&rows[0]["messages"], &rows[0]["conversations"]),
            (&json!(1), &json!(1))
        );
        assert_eq!(rows[1]["date"], "2026-11-02");
        assert_eq!(
            (&rows[1]["conversations"], &rows[1]["reopened"]),
            (&json!(0), &json!(1))
        );
        for column in Volume::COLUMNS {
            assert!(rows[0].get(column).is_some(), "{column}");
        }
    }

    #[test]
    fn satisfaction_sums_up_and_goes_by_code() {
        let answered = |code, points: Option<u32>| Change::SurveyAnswered {
            result: SurveyResult {
                code,
                points,
                reason: format!("reason {code}"),
            },
        };
        let mut satisfaction = Satisfaction::default();
        let changes = vec![
            Change::SurveyAsked,
            Change::SurveyAsked,
            answered(1, Some(10)),
            answered(3, None),
            answered(1, Some(5)),
        ];
        satisfaction.add(&run("2026-11-01T00:00:00Z", changes), &zone());
        let rows = satisfaction.rows();
        assert_eq!(rows[0]["answers"], 3);
        assert_eq!(rows[0]["mean_points"], 7.5);
        assert_eq!(
            (&rows[1]["code"], &rows[1]["share"]),
            (&json!("1"), &json!(0.667))
        );
        assert_eq!(rows[2]["mean_points"], Value::Null);
    }

    #[test]
    fn a_ticket_counts_when_it_is_opened_moved_and_closed() {
        let ticket = complaint;
        let mut tickets = Tickets::default();
        for (at, change) in [
            (
                "2026-11-01T00:00:00Z",
                Change::TicketOpened {
                    ticket: ticket(TicketStatus::Opened),
                },
            ),
            (
                "2026-11-01T00:10:00Z",
                Change::TicketMoved {
                    ticket: ticket(TicketStatus::Acknowledged),
                },
            ),
            (
                "2026-11-01T01:00:00Z",
                Change::TicketMoved {
                    ticket: ticket(TicketStatus::Closed),
                },
            ),
        ] {
            tickets.add(&run(at, vec![change]), &zone());
        }
        let rows = tickets.rows();
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (
                &rows[0]["closed_late"],
                &rows[0]["mean_seconds_to_acknowledge"]
            ),
            (&json!(1), &json!(600.0))
        );
        assert_eq!(rows[0]["mean_seconds_to_close"], 3600.0);
    }

    #[test]
    fn quantiles_are_values_that_occurred() {
        let values: Vec<u32> = (1..=200).collect();
        assert_eq!(
            (quantile(&values, 50), quantile(&values, 99)),
            (Some(100), Some(198))
        );
        assert_eq!((quantile(&[7], 99), quantile(&[], 50)), (Some(7), None));
    }
}
