//! What triage is told and what it finds.

use core::ops::Range;

use switchboard_sdk::language::Detected;

/// What a customer's message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Danger to people or property (R62).
    Emergency,
    /// A person is asked for (R146).
    HumanRequest,
    /// An answer to the satisfaction question (R80).
    SurveyAnswer,
    /// A complaint (R67).
    Complaint,
    /// A refund, a return, an exchange, the warranty.
    AfterSales,
    /// Something to be mended.
    Repair,
    /// An order to be placed, changed, cancelled or traced.
    Order,
    /// A question about goods, terms, invoices, payment or the account.
    Consultation,
    /// A proposal or an opinion (R68).
    Suggestion,
    /// Thanks.
    Thanks,
    /// A greeting or farewell and nothing else.
    Greeting,
    /// Advertising or mere abuse (R64).
    Nuisance,
    /// Nothing is meant clearly.
    Unknown,
}

impl Category {
    /// The name that the desk uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::HumanRequest => "human-request",
            Self::SurveyAnswer => "survey-answer",
            Self::Complaint => "complaint",
            Self::AfterSales => "after-sales",
            Self::Repair => "repair",
            Self::Order => "order",
            Self::Consultation => "consultation",
            Self::Suggestion => "suggestion",
            Self::Thanks => "thanks",
            Self::Greeting => "greeting",
            Self::Nuisance => "nuisance",
            Self::Unknown => "unknown",
        }
    }

    /// The category of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Emergency,
            Self::HumanRequest,
            Self::SurveyAnswer,
            Self::Complaint,
            Self::AfterSales,
            Self::Repair,
            Self::Order,
            Self::Consultation,
            Self::Suggestion,
            Self::Thanks,
            Self::Greeting,
            Self::Nuisance,
            Self::Unknown,
        ]
        .into_iter()
        .find(|category| category.name() == name)
    }
}

/// A category and how sure it is, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The category.
    pub category: Category,
    /// How sure, from 0 to 1.
    pub confidence: f32,
}

/// How soon the matter needs somebody, by the matter alone, never by the customer's tone (R26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Whenever there is time.
    Low,
    /// In its turn.
    Normal,
    /// Before the others.
    High,
    /// Now.
    Urgent,
}

/// Why the priority is above normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Fire, smoke, explosion.
    Fire,
    /// Somebody is hurt, poisoned or in danger.
    Injury,
    /// Something was swallowed.
    Swallowed,
    /// Gas.
    Gas,
    /// Electric shock.
    ElectricShock,
    /// Somebody is trapped.
    Trapped,
    /// Water, power, heating or a lock has failed.
    Outage,
    /// Account, card or data in the wrong hands.
    Fraud,
    /// Money taken twice or too much.
    WrongCharge,
    /// Lawyers, courts or authorities are named.
    Legal,
    /// After a certain time it is too late.
    Deadline,
}

impl Urgency {
    /// A short name, for labels and reasons.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fire => "fire",
            Self::Injury => "injury",
            Self::Swallowed => "swallowed",
            Self::Gas => "gas",
            Self::ElectricShock => "electric-shock",
            Self::Trapped => "trapped",
            Self::Outage => "outage",
            Self::Fraud => "fraud",
            Self::WrongCharge => "wrong-charge",
            Self::Legal => "legal",
            Self::Deadline => "deadline",
        }
    }
}

/// Where in the customer's dealings with the business the matter belongs (R112).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Nothing is bought yet.
    PreSale,
    /// Bought, not yet received.
    InSale,
    /// Received.
    AfterSale,
}

/// What kind of thing is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    /// The number of an order, parcel or invoice.
    OrderNumber,
    /// A telephone number, digits only, with a leading `+` where it was written.
    Phone,
    /// An e-mail address, lower case.
    Email,
    /// An amount of money as written.
    Amount,
    /// A day or date as written.
    Date,
    /// One of the configured products, as configured.
    Product,
}

/// Something named in the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Its value in a comparable form.
    pub value: String,
    /// Where it stands in the original text, in bytes.
    pub at: Range<usize>,
}

/// What the conversation and the desk already know when a message comes.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The satisfaction question was asked and not yet answered.
    pub survey_open: bool,
    /// The highest code that the satisfaction question offers; 0 means the usual 5.
    pub survey_codes: u8,
    /// A complaint of the account is still open.
    pub open_complaint: bool,
    /// The customer waits for a person.
    pub waiting: bool,
    /// The categories of the conversation so far, the weightiest first.
    pub categories: Vec<Category>,
    /// The language tag of the conversation so far.
    pub language: Option<String>,
    /// The tags of the languages that the desk speaks, best first.
    pub desk_languages: Vec<String>,
    /// How many messages came before this one.
    pub message_count: u32,
    /// Names of the desk's products.
    pub products: Vec<String>,
    /// The business looks after no buildings: leaks and power cuts are nothing that it repairs.
    pub no_premises: bool,
}

/// What triage finds in a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// The language; `None` where neither text nor history says.
    pub language: Option<Detected>,
    /// At least one; the surest first, equally sure ones in the order of [`Category`].
    pub categories: Vec<Scored>,
    /// `None` where the message does not say.
    pub stage: Option<Stage>,
    /// How soon it needs somebody.
    pub priority: Priority,
    /// Why the priority is above normal; without repetition, in the order of [`Urgency`].
    pub urgency: Vec<Urgency>,
    /// A person is asked for, whatever else is said.
    pub wants_human: bool,
    /// There are insults in it (R17, R154); never a reason for priority or category where anything else is said.
    pub abusive: bool,
    /// The code of the satisfaction answer.
    pub survey_code: Option<u8>,
    /// What is named, in the order of the text.
    pub entities: Vec<Entity>,
}

impl Findings {
    /// Whether `category` was found.
    #[must_use]
    pub fn has(&self, category: Category) -> bool {
        self.categories
            .iter()
            .any(|scored| scored.category == category)
    }
}
