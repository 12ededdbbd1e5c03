//! What words stand for. Rules speak of concepts, never of words, so one rule serves every language.

macro_rules! concepts {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// One thing that a customer may speak of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Concept { $($(#[$doc])* $name,)+ }

        impl Concept {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
        }
    };
}

concepts! {
    /// A phrase that means none of what its words would mean alone ("人工费", "smoke detector").
    Nothing,
    /// A request for a person, complete in itself.
    Human,
    /// A word for the staff, which is a request only together with talking or wanting.
    Staff,
    /// A word for anybody, which is a request only together with talking.
    Somebody,
    /// A word that is a request if it is all there is ("人工", "agent").
    StaffAlone,
    /// Asking whether somebody is there.
    Presence,
    /// To talk, to be put through.
    Talk,
    /// To want, to need, to be given.
    Want,
    /// A robot.
    Bot,
    /// An explicit complaint.
    Complain,
    /// Courts, lawyers, consumer protection.
    Legal,
    /// A grievance about goods or service.
    Grievance,
    /// Rudeness of the staff.
    Rudeness,
    /// Counterfeit goods.
    Fake,
    /// Wrong or missing goods.
    WrongItem,
    /// Goods that arrived damaged.
    Damaged,
    /// Charged twice or too much.
    Overcharge,
    /// Stolen account, misused card, leaked data.
    Fraud,
    /// A proposal for the business.
    Suggest,
    /// An opinion or review to be left.
    Review,
    /// The word order or purchase.
    Order,
    /// To call something off.
    Cancel,
    /// To change something.
    Change,
    /// To change what is ordered, complete in itself.
    ChangeOrder,
    /// To buy.
    Buy,
    /// A purchase, complete in itself.
    Place,
    /// Where the goods are, when they come.
    Track,
    /// Goods on their way.
    Parcel,
    /// State, progress.
    Status,
    /// Delivery terms.
    Delivery,
    /// The customer's address.
    Address,
    /// Money back.
    Refund,
    /// Goods back.
    Return,
    /// Other goods instead.
    Exchange,
    /// Warranty and after-sales service by name.
    Warranty,
    /// Rules and conditions.
    Policy,
    /// To mend.
    Repair,
    /// Something does not work.
    Fault,
    /// The business's own page.
    Page,
    /// A failure that makes a home unusable: water, power, locks.
    Outage,
    /// Invoice, receipt, bill.
    Invoice,
    /// Means of payment, paying.
    Payment,
    /// Account, membership, password, registration.
    Account,
    /// Newsletter.
    Newsletter,
    /// Fees and penalties.
    Fee,
    /// Price, discounts.
    Price,
    /// Availability.
    Stock,
    /// Qualities and use of a product.
    Product,
    /// Opening hours, address, telephone of the business.
    Contact,
    /// Services of other trades (flights, seats, appointments).
    Service,
    /// A form of a question.
    Question,
    /// A general wish for help or information.
    Help,
    /// What makes a statement a mere possibility ("会不会", "what if").
    Maybe,
    /// Fire.
    Fire,
    /// Smoke, burning smell.
    Smoke,
    /// Explosion, swelling battery.
    Blast,
    /// Injury, poisoning, danger to life.
    Injury,
    /// Something swallowed.
    Swallow,
    /// Gas.
    Gas,
    /// Electric shock.
    Shock,
    /// Somebody trapped.
    Trapped,
    /// A stated urgency or a date by which it is too late.
    Deadline,
    /// A day near at hand.
    NearDay,
    /// An occasion that does not wait.
    Occasion,
    /// Asking how it stands.
    FollowUp,
    /// A greeting.
    Greeting,
    /// A farewell.
    Bye,
    /// Thanks.
    Thanks,
    /// Praise.
    Praise,
    /// Insults and curses.
    Abuse,
    /// Advertising, plainly.
    Advert,
    /// Goods or services offered to the business.
    Offer,
    /// What advertising often says.
    AdvertHint,
    /// Talk about the robot itself or about nothing.
    SmallTalk,
}

/// A set of concepts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Concepts(u128);

impl Concepts {
    /// Adds one.
    pub const fn add(&mut self, concept: Concept) {
        self.0 |= 1 << (concept as u8);
    }

    /// Whether it is in.
    #[must_use]
    pub const fn has(self, concept: Concept) -> bool {
        self.0 & (1 << (concept as u8)) != 0
    }

    /// Whether any of them is in.
    #[must_use]
    pub fn any(self, concepts: &[Concept]) -> bool {
        concepts.iter().any(|concept| self.has(*concept))
    }

    /// Whether nothing is in.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}
