//! What tests of several rooms are about.

use super::{AccountId, ConversationId, Priority, Ticket, TicketId, TicketKind, TicketStatus};

/// A complaint for after-sales, due half an hour after it was opened.
pub(crate) fn complaint(status: TicketStatus) -> Ticket {
    Ticket {
        id: TicketId::from_random(1),
        key: "k".into(),
        conversation: ConversationId::from_random(1),
        account: AccountId::from_random(2),
        kind: TicketKind::Complaint,
        department: "after-sales".into(),
        title: "t".into(),
        body: String::new(),
        status,
        priority: Priority::Normal,
        opened_at: "2026-11-01T00:00:00Z".parse().unwrap(),
        due: Some("2026-11-01T00:30:00Z".parse().unwrap()),
        escalations: 0,
        notified: Vec::new(),
        feedback: None,
        opened_by: String::new(),
        about: Vec::new(),
    }
}
