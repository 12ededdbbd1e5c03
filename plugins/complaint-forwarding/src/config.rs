//! What a desk can set for each kind of ticket.

use serde::Deserialize;
use switchboard_sdk::{
    say::Texts,
    types::{Priority, Stage, TicketKind},
};

pub(crate) const SCHEMA: &str = r##"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "complaint": {"$ref": "#/$defs/route"},
    "suggestion": {"$ref": "#/$defs/route"},
    "repair": {"$ref": "#/$defs/route"},
    "order": {"$ref": "#/$defs/route"},
    "emergency": {"$ref": "#/$defs/route"},
    "question": {
      "type": "object",
      "description": "Tickets that other steps open: questions that no article answers, requests for a person out of hours.",
      "additionalProperties": false,
      "properties": {
        "acknowledge-minutes": {"type": "integer", "minimum": 1, "maximum": 14400, "description": "Minutes of business time until somebody must have acknowledged. Default: 60."}
      }
    },
    "lead": {"type": "string", "description": "Who is told first when nobody acknowledges. Default: whoever answers for the department."},
    "manager": {"type": "string", "description": "Who is told next, and at once from severity 2 on. Default: manager."},
    "texts": {
      "type": "object",
      "description": "Your own wording, by key and language.",
      "propertyNames": {"enum": ["complaint", "suggestion", "repair", "order", "emergency", "emergency-again", "added", "feedback", "overdue"]},
      "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}}
    }
  },
  "$defs": {
    "route": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "department": {"type": "string"},
        "due-hours": {"type": "number", "exclusiveMinimum": 0, "maximum": 400, "description": "Business hours until the customer has an answer."},
        "acknowledge-minutes": {"type": "integer", "minimum": 1, "maximum": 14400, "description": "Minutes (business time, except in an emergency) until somebody must have acknowledged."},
        "notify": {"type": "array", "items": {"type": "string"}, "description": "Who else is told at once."}
      }
    }
  }
}"##;

/// Where one kind goes.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Route {
    department: Option<String>,
    due_hours: Option<f32>,
    acknowledge_minutes: Option<u32>,
    notify: Option<Vec<String>>,
}

/// How long tickets of other steps may stay unseen.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Watch {
    acknowledge_minutes: Option<u32>,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    complaint: Route,
    suggestion: Route,
    repair: Route,
    order: Route,
    emergency: Route,
    question: Watch,
    pub(crate) lead: Option<String>,
    pub(crate) manager: String,
    pub(crate) texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            complaint: Route::default(),
            suggestion: Route::default(),
            repair: Route::default(),
            order: Route::default(),
            emergency: Route::default(),
            question: Watch::default(),
            lead: None,
            manager: "manager".to_owned(),
            texts: Texts::new(),
        }
    }
}

/// A kind of ticket that this step opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Emergency,
    Complaint,
    Repair,
    Order,
    Suggestion,
}

impl Kind {
    /// The most urgent first: in this order the customer hears of them.
    pub(crate) const ALL: [Self; 5] = [
        Self::Emergency,
        Self::Complaint,
        Self::Repair,
        Self::Order,
        Self::Suggestion,
    ];

    /// The category of the message, and the key of the ticket.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Complaint => "complaint",
            Self::Repair => "repair",
            Self::Order => "order",
            Self::Suggestion => "suggestion",
        }
    }

    pub(crate) const fn ticket(self) -> TicketKind {
        match self {
            Self::Emergency => TicketKind::Emergency,
            Self::Complaint => TicketKind::Complaint,
            Self::Repair => TicketKind::Repair,
            Self::Order => TicketKind::Order,
            Self::Suggestion => TicketKind::Suggestion,
        }
    }

    pub(crate) fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == key)
    }

    /// By what is at stake, never by the customer's mood (R26).
    pub(crate) const fn priority(self, severity: u32) -> Priority {
        match (self, severity) {
            (Self::Emergency, _) => Priority::Urgent,
            (Self::Complaint, 3..) => Priority::Urgent,
            (Self::Complaint, 2) => Priority::High,
            (Self::Suggestion, _) => Priority::Low,
            _ => Priority::Normal,
        }
    }
}

impl Config {
    fn route(&self, kind: Kind) -> &Route {
        match kind {
            Kind::Emergency => &self.emergency,
            Kind::Complaint => &self.complaint,
            Kind::Repair => &self.repair,
            Kind::Order => &self.order,
            Kind::Suggestion => &self.suggestion,
        }
    }

    /// The department, and which to ask where the desk has none of that name.
    pub(crate) fn department(
        &self,
        kind: Kind,
        stage: Option<Stage>,
    ) -> (&str, &'static [&'static str]) {
        let (standard, instead): (_, &[_]) = match kind {
            Kind::Complaint => ("after-sales", &["customer-service"]),
            Kind::Suggestion => ("sales", &["customer-service"]),
            Kind::Repair => ("repair", &["technical", "after-sales"]),
            Kind::Order if stage == Some(Stage::PreSale) => ("sales", &["customer-service"]),
            Kind::Order => ("logistics", &["sales", "customer-service"]),
            Kind::Emergency => ("emergency", &["after-sales", "customer-service"]),
        };
        let department = self.route(kind).department.as_deref();
        (department.unwrap_or(standard), instead)
    }

    /// Seconds of business time until the customer has an answer; an emergency's are of the clock.
    pub(crate) fn due_seconds(&self, kind: Kind) -> u32 {
        let standard = match kind {
            Kind::Emergency => 1.0,
            Kind::Complaint => 8.0,
            Kind::Order => 4.0,
            Kind::Repair => 16.0,
            Kind::Suggestion => 40.0,
        };
        switchboard_sdk::when::hours(self.route(kind).due_hours.unwrap_or(standard))
    }

    /// Seconds until somebody must have acknowledged the ticket of this key, whoever opened it.
    pub(crate) fn acknowledge_seconds(&self, key: &str) -> u32 {
        let kind = Kind::of(key);
        let standard = match kind {
            Some(Kind::Emergency) => 5,
            Some(Kind::Complaint | Kind::Order) | None => 60,
            Some(Kind::Repair) => 120,
            Some(Kind::Suggestion) => 480,
        };
        let minutes = kind.map_or(self.question.acknowledge_minutes, |kind| {
            self.route(kind).acknowledge_minutes
        });
        minutes.unwrap_or(standard).saturating_mul(60)
    }

    /// Who else is told at once.
    pub(crate) fn told(&self, kind: Kind, severity: u32) -> Vec<String> {
        let mut told = match (&self.route(kind).notify, kind) {
            (Some(names), _) => names.clone(),
            (None, Kind::Emergency) => vec!["on-call".to_owned()],
            (None, _) => Vec::new(),
        };
        let is_grave = kind == Kind::Emergency || (kind == Kind::Complaint && severity >= 2);
        if is_grave && !told.contains(&self.manager) {
            told.push(self.manager.clone());
        }
        told
    }
}
