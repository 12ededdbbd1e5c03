//! The end of every run: what it counts, and the wrap-up record where it settled the conversation.
//!
//! Done once for all entries when reviewers have had their say, so that a text that was held back counts for whom it
//! really came from.

use jiff::Timestamp;

use super::settle::Draft;
use crate::model::{Change, Entry, Fact, Handler, Held, Record, Tally, worker_of};
use crate::workflow::calendar::Calendar;

/// Counts what happened and drafts the record; gives what reports keep of it.
/// `handler` is who answered when the chain began.
pub(crate) fn close(draft: &mut Draft<'_>, handler: Handler) -> Vec<Fact> {
    let Counting {
        tally,
        facts,
        settled,
        ..
    } = count(
        std::mem::take(&mut draft.state.tally),
        &draft.entries,
        handler,
        &draft.desk().calendar,
        draft.at(),
    );
    draft.state.tally = tally;
    if let Some((by, summary)) = settled {
        let record = Record::draft(&draft.state, &by, draft.at(), summary.as_deref());
        let record = Box::new(record);
        draft.push("host", Change::Recorded { record });
    }
    facts
}

/// Counts the entries of a run on top of what its conversation had counted before.
pub(super) fn count<'a>(
    tally: Tally,
    entries: &[Entry],
    handler: Handler,
    calendar: &'a Calendar,
    at: Timestamp,
) -> Counting<'a> {
    let mut counting = Counting {
        calendar,
        at,
        tally,
        facts: Vec::new(),
        handler,
        settled: None,
    };
    for entry in entries {
        counting.count(entry);
    }
    counting
}

/// What a run counts, entry by entry.
pub(super) struct Counting<'a> {
    calendar: &'a Calendar,
    at: Timestamp,
    pub(super) tally: Tally,
    pub(super) facts: Vec<Fact>,
    /// Who answers, entry by entry.
    handler: Handler,
    /// Who settled the conversation, and how.
    settled: Option<(String, Option<String>)>,
}

impl Counting<'_> {
    fn count(&mut self, entry: &Entry) {
        let at = self.at;
        match &entry.change {
            Change::Received { message } => self.tally.received(message),
            Change::Replied { message } => {
                if let Some((name, worker)) = worker_of(&message.author) {
                    self.facts.push(Fact::Replied {
                        name: name.to_owned(),
                        worker,
                    });
                    if let Some(since) = self.tally.replied(message, self.handler) {
                        let business = self.business(since);
                        self.facts.push(Fact::Responded {
                            agent: name.to_owned(),
                            since,
                            business,
                        });
                    }
                }
            }
            Change::CategoriesSet { categories } => self.tally.categorised(categories),
            Change::HandedOver { .. } => {
                self.handler = Handler::Queue;
                self.tally.waiting_since.get_or_insert(at);
                self.release(None);
            }
            Change::Assigned { agent } => {
                self.handler = Handler::Agent;
                self.release(Some(agent));
            }
            Change::Resolved { summary } => {
                self.handler = Handler::Bot;
                self.tally.waiting_since = None;
                self.release(None);
                self.facts.push(Fact::Settled {
                    people: self.tally.people().map(str::to_owned).collect(),
                });
                self.settled = Some((entry.by.clone(), summary.clone()));
            }
            Change::SurveyAnswered { result } => self.facts.push(Fact::Rated {
                agent: self.tally.last_person.clone(),
                code: result.code,
                points: result.points,
            }),
            Change::Found { finding, .. } => self.facts.push(Fact::Found {
                author: entry.by.clone(),
                rule: finding.rule.clone(),
                severity: finding.severity,
            }),
            _ => {}
        }
    }

    /// Whoever has the conversation lets go of it, unless it is the same agent who takes it.
    fn release(&mut self, taker: Option<&str>) {
        if taker.is_some() && self.tally.held.as_ref().map(|held| held.agent.as_str()) == taker {
            return;
        }
        let since = self.at;
        let taken = taker.map(|agent| Held {
            agent: agent.to_owned(),
            since,
        });
        if let Some(Held { agent, since }) = std::mem::replace(&mut self.tally.held, taken) {
            self.facts.push(Fact::Released { agent, since });
        }
    }

    /// Business time since then, in seconds; so long ago that nobody can say counts as the most there is.
    fn business(&self, since: Timestamp) -> u32 {
        self.calendar
            .business_between(since, self.at)
            .map_or(u32::MAX, |time| {
                u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
            })
    }
}
