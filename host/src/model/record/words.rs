//! The words of a drafted record, in three languages.

use super::{LONGEST_DRAFT, RecordedTicket, Tally, Worker, cut, recorded};
use crate::model::{Conversation, PromiseStatus, TicketKind, TicketStatus};

/// The words of a draft, in one language.
pub(super) struct Words {
    answered: &'static str,
    people: &'static str,
    unanswered: &'static str,
    ticket: &'static str,
    promise: &'static str,
    and: &'static str,
    kinds: fn(TicketKind) -> &'static str,
    statuses: fn(TicketStatus) -> &'static str,
}

const SIMPLIFIED: Words = Words {
    answered: "已由自动应答回复",
    people: "已由{}回复",
    unanswered: "未作回复",
    ticket: "{kind}单已转{department}（{status}）",
    promise: "兑现承诺：{}",
    and: "；",
    kinds: |kind| match kind {
        TicketKind::Complaint => "投诉",
        TicketKind::Suggestion => "建议",
        TicketKind::Repair => "报修",
        TicketKind::Order => "订单",
        TicketKind::Lead => "意向",
        TicketKind::Question => "咨询",
        TicketKind::Emergency => "紧急",
    },
    statuses: |status| match status {
        TicketStatus::Opened => "待受理",
        TicketStatus::Acknowledged => "已受理",
        TicketStatus::InProgress => "处理中",
        TicketStatus::Closed => "已办结",
    },
};

const TRADITIONAL: Words = Words {
    answered: "已由自動應答回覆",
    people: "已由{}回覆",
    unanswered: "未作回覆",
    ticket: "{kind}單已轉{department}（{status}）",
    promise: "兌現承諾：{}",
    and: "；",
    kinds: |kind| match kind {
        TicketKind::Complaint => "投訴",
        TicketKind::Suggestion => "建議",
        TicketKind::Repair => "報修",
        TicketKind::Order => "訂單",
        TicketKind::Lead => "意向",
        TicketKind::Question => "諮詢",
        TicketKind::Emergency => "緊急",
    },
    statuses: |status| match status {
        TicketStatus::Opened => "待受理",
        TicketStatus::Acknowledged => "已受理",
        TicketStatus::InProgress => "處理中",
        TicketStatus::Closed => "已辦結",
    },
};

const ENGLISH: Words = Words {
    answered: "answered automatically",
    people: "answered by {}",
    unanswered: "not answered",
    ticket: "{kind} forwarded to {department} ({status})",
    promise: "keep the promise: {}",
    and: "; ",
    kinds: |kind| kind.as_str(),
    statuses: |status| match status {
        TicketStatus::Opened => "not acknowledged yet",
        TicketStatus::Acknowledged => "acknowledged",
        TicketStatus::InProgress => "in progress",
        TicketStatus::Closed => "closed",
    },
};

impl Words {
    pub(super) fn of(language: Option<&str>) -> &'static Self {
        match language {
            Some(language) if language.starts_with("zh-Hant") => &TRADITIONAL,
            Some(language) if !language.starts_with("zh") => &ENGLISH,
            _ => &SIMPLIFIED,
        }
    }

    fn about(&self, ticket: &RecordedTicket) -> String {
        self.ticket
            .replace("{kind}", (self.kinds)(ticket.kind))
            .replace("{department}", &ticket.department)
            .replace("{status}", (self.statuses)(ticket.status))
    }

    pub(super) fn result(&self, tally: &Tally, tickets: &[RecordedTicket]) -> String {
        let people: Vec<&str> = tally.people().collect();
        let plugins = tally.handled.iter().any(|by| by.worker == Worker::Plugin);
        let answered = if !people.is_empty() {
            self.people.replace("{}", &people.join("、"))
        } else if plugins {
            self.answered.to_owned()
        } else {
            self.unanswered.to_owned()
        };
        let tickets = tickets.iter().map(|ticket| self.about(ticket));
        let parts: Vec<_> = std::iter::once(answered).chain(tickets).collect();
        cut(&parts.join(self.and), LONGEST_DRAFT)
    }

    pub(super) fn next_action(&self, state: &Conversation) -> Option<String> {
        let tickets = state.tickets.iter().map(recorded);
        let open = tickets.filter(|ticket| ticket.status != TicketStatus::Closed);
        let mut parts: Vec<_> = open.map(|ticket| self.about(&ticket)).collect();
        let promises = state.promises.iter();
        parts.extend(
            promises
                .filter(|promise| promise.status == PromiseStatus::Open)
                .map(|promise| self.promise.replace("{}", &cut(&promise.text, 60))),
        );
        (!parts.is_empty()).then(|| cut(&parts.join(self.and), LONGEST_DRAFT))
    }
}
