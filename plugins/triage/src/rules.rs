//! From what is said to what it is about. One table of rules for every language; the surest rule of a category counts.

use switchboard_sdk::continuation;

use crate::{
    concept::Concept as C,
    findings::{Category, Priority, Scored, Seen, Stage, Urgency},
    reading::Reading,
};

/// A rule that fits without doubt.
const SURE: f32 = 0.95;
/// A rule that fits.
const FIRM: f32 = 0.85;
/// A rule that fits unless the message means something unusual.
const LIKELY: f32 = 0.7;
/// Better than a guess.
const WEAK: f32 = 0.55;
/// Nothing was understood.
const NONE: f32 = 0.2;

/// How far from a verb its object may be, in bytes.
const NEAR: usize = 40;

const DANGERS: &[(C, Urgency)] = &[
    (C::Fire, Urgency::Fire),
    (C::Smoke, Urgency::Fire),
    (C::Blast, Urgency::Fire),
    (C::Injury, Urgency::Injury),
    (C::Swallow, Urgency::Swallowed),
    (C::Gas, Urgency::Gas),
    (C::Shock, Urgency::ElectricShock),
    (C::Trapped, Urgency::Trapped),
];

/// The categories found so far.
#[derive(Debug, Default)]
pub struct Scores(Vec<Scored>);

impl Scores {
    fn add(&mut self, category: Category, confidence: f32) {
        match self.0.iter_mut().find(|scored| scored.category == category) {
            Some(known) => known.confidence = known.confidence.max(confidence),
            None => self.0.push(Scored {
                category,
                confidence,
            }),
        }
    }

    fn add_if(&mut self, holds: bool, category: Category, confidence: f32) {
        if holds {
            self.add(category, confidence);
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The surest first, equally sure ones in the order of [`Category`].
    pub fn into_sorted(mut self) -> Vec<Scored> {
        self.0.sort_by(|left, right| {
            right
                .confidence
                .total_cmp(&left.confidence)
                .then(left.category.cmp(&right.category))
        });
        self.0
    }
}

/// What the message is about. `has_order_number`: one was found among the entities.
pub fn categories(reading: &Reading, seen: &Seen, has_order_number: bool) -> Vec<Scored> {
    let mut scores = Scores::default();
    scores.add_if(is_emergency(reading), Category::Emergency, SURE);
    if let Some(confidence) = human_request(reading) {
        scores.add(Category::HumanRequest, confidence);
    }
    grievances(reading, seen, &mut scores);
    after_sales(reading, &mut scores);
    orders(reading, has_order_number, &mut scores);
    suggestions(reading, &mut scores);
    questions(reading, &mut scores);
    if scores.is_empty() {
        from_context(reading, seen, has_order_number, &mut scores);
    }
    social(reading, seen, &mut scores);
    if scores.is_empty() {
        scores.add(Category::Unknown, NONE);
    }
    scores.into_sorted()
}

/// "别再联系我", "don't call me": whoever wants to be left alone asks for nobody.
fn is_to_stay_away(reading: &Reading, hit: &crate::reading::Hit) -> bool {
    let text = reading.folded.text();
    let said = text.get(hit.start..hit.end).unwrap_or_default();
    let is_contact = [
        "联系我",
        "联络我",
        "打给我",
        "电话",
        "致电我",
        "电联我",
        "回电",
        "回个电",
    ]
    .iter()
    .any(|word| said.contains(word))
        || ["call", "phone", "ring"]
            .iter()
            .any(|word| said.starts_with(word));
    let head = text.get(..hit.start).unwrap_or_default().trim_end();
    let head = ["再给", "再", "给", "来"]
        .iter()
        .find_map(|word| head.strip_suffix(word))
        .unwrap_or(head);
    is_contact
        && [
            "别", "不要", "不用", "勿", "唔好", "唔使", "不必", "无需", "don't", "dont", "do not",
            "never",
        ]
        .iter()
        .any(|word| head.ends_with(word))
}

/// Whether people or property are in danger (R62).
pub fn is_emergency(reading: &Reading) -> bool {
    dangers(reading).next().is_some()
}

fn dangers(reading: &Reading) -> impl Iterator<Item = Urgency> {
    let text = reading.folded.text();
    // "this toy is on fire 🔥 love it"
    let figurative = text.contains('🔥')
        || reading.any(&[C::Praise])
            && !reading.any(&[C::Fault, C::Grievance])
            && !text.contains("help");
    DANGERS
        .iter()
        .filter(move |(concept, _)| {
            reading.any(&[*concept]) && !(figurative && *concept == C::Fire && !text.contains('火'))
        })
        .map(|(_, urgency)| *urgency)
}

/// How surely a person is asked for (R146).
pub fn human_request(reading: &Reading) -> Option<f32> {
    let asks_hours = reading.any(&[C::Contact]);
    if reading
        .hits
        .iter()
        .any(|hit| hit.concept == C::Human && !is_to_stay_away(reading, hit))
    {
        return Some(SURE);
    }
    if reading.unwanted.has(C::Bot) {
        return Some(FIRM);
    }
    if reading.follows(&[C::Talk], &[C::Staff, C::Somebody], NEAR) && !asks_hours {
        return Some(FIRM);
    }
    if reading.follows(&[C::Want], &[C::Staff], NEAR)
        && !asks_hours
        && !reading.any(&[C::Invoice, C::Account])
    {
        return Some(LIKELY);
    }
    let few = reading.unexplained <= 8 && reading.length <= 24;
    let only = |hit: &crate::reading::Hit| {
        matches!(
            hit.concept,
            C::StaffAlone
                | C::Staff
                | C::Somebody
                | C::Greeting
                | C::Thanks
                | C::Help
                | C::Abuse
                | C::Want
                | C::Question
                | C::Presence
        )
    };
    let counted = has_digit(reading);
    if reading.any(&[C::StaffAlone]) && few && !counted && reading.hits.iter().all(only) {
        return Some(FIRM);
    }
    if reading.any(&[C::Presence]) && reading.hits.iter().all(only) {
        return Some(WEAK);
    }
    None
}

/// "2 persons": how many, not whom.
fn has_digit(reading: &Reading) -> bool {
    reading
        .folded
        .text()
        .bytes()
        .any(|byte| byte.is_ascii_digit())
}

fn grievances(reading: &Reading, seen: &Seen, scores: &mut Scores) {
    let complaint = Category::Complaint;
    // "claim a refund", "claim my travel expenses": asking for money, not complaining.
    let claims_money = reading.follows(&[C::Complain], &[C::Refund, C::Service, C::Warranty], 16);
    scores.add_if(
        reading.any(&[C::Complain]) && !claims_money,
        complaint,
        SURE,
    );
    scores.add_if(reading.any(&[C::Legal]), complaint, FIRM);
    scores.add_if(reading.any(&[C::Rudeness, C::Fake]), complaint, FIRM);
    scores.add_if(reading.any(&[C::Grievance]), complaint, FIRM);
    scores.add_if(reading.any(&[C::Overcharge, C::Fraud]), complaint, LIKELY);
    // A toy shop mends no pipes: people have to look at it.
    let outage = if seen.no_premises {
        Category::Consultation
    } else {
        Category::Repair
    };
    scores.add_if(reading.any(&[C::Outage]), outage, FIRM);
}

fn after_sales(reading: &Reading, scores: &mut Scores) {
    let category = Category::AfterSales;
    scores.add_if(
        reading.any(&[C::Refund, C::Return, C::Exchange]),
        category,
        FIRM,
    );
    scores.add_if(reading.any(&[C::Warranty]), category, LIKELY);
    scores.add_if(reading.any(&[C::WrongItem, C::Damaged]), category, LIKELY);
    // "网站打不开": the shop's own page is nothing that the customer bought.
    let page = reading.together(&[C::Fault], &[C::Page]) && !reading.apart(&[C::Fault], &[C::Page]);
    scores.add_if(page, Category::Consultation, FIRM);
    // Whoever complains about something that doesn't work, without asking to have it mended, has one matter, not two.
    let complains = scores
        .0
        .iter()
        .any(|scored| scored.category == Category::Complaint);
    let asks_for_repair = reading.any(&[C::Repair]);
    scores.add_if(
        reading.any(&[C::Fault]) && !page,
        Category::Repair,
        if complains && !asks_for_repair {
            WEAK
        } else {
            FIRM
        },
    );
    let repairs = reading.any(&[C::Repair]) && !reading.any(&[C::Payment, C::Account, C::Address]);
    scores.add_if(repairs, Category::Repair, FIRM);
    scores.add_if(
        reading.any(&[C::Refund, C::Return]) && reading.any(&[C::Policy]),
        Category::Consultation,
        WEAK,
    );
}

fn orders(reading: &Reading, has_order_number: bool, scores: &mut Scores) {
    let category = Category::Order;
    let bought = has_order_number && !reading.any(&[C::Invoice]) || reading.any(&[C::Order]);
    // "where is my refund" asks for the money.
    scores.add_if(
        reading.apart(&[C::Track], &[C::Refund]) || reading.any(&[C::ChangeOrder]),
        category,
        FIRM,
    );
    scores.add_if(
        bought && reading.any(&[C::Cancel, C::Change, C::Status, C::FollowUp, C::Delivery]),
        category,
        FIRM,
    );
    scores.add_if(
        reading.any(&[C::Parcel])
            && reading.any(&[C::Status, C::Delivery, C::FollowUp])
            && !reading.any(&[C::Fee]),
        category,
        LIKELY,
    );
    scores.add_if(
        reading.any(&[C::Place]) && !reading.any(&[C::Invoice]),
        category,
        FIRM,
    );
    scores.add_if(
        reading.unwanted.any(&[C::Order, C::Parcel, C::Place])
            && !reading.unwanted.any(&[C::Return, C::Refund, C::Exchange]),
        category,
        FIRM,
    );
    scores.add_if(
        reading.together(
            &[C::Address],
            &[C::Change, C::Delivery, C::Parcel, C::Order],
        ) || reading.follows(&[C::Change], &[C::Address], NEAR),
        category,
        LIKELY,
    );
    let unbound = !reading.any(&[
        C::Newsletter,
        C::Account,
        C::Fee,
        C::Refund,
        C::Return,
        C::Invoice,
        C::Payment,
    ]);
    scores.add_if(reading.any(&[C::Cancel]) && unbound, category, LIKELY);
    scores.add_if(
        reading.any(&[C::Service]) && reading.any(&[C::Cancel, C::Change, C::Buy]),
        category,
        WEAK,
    );
    let only_order = has_order_number && scores.is_empty() && !reading.any(&[C::Invoice]);
    scores.add_if(
        only_order || scores.is_empty() && reading.any(&[C::Order]),
        category,
        WEAK,
    );
}

fn suggestions(reading: &Reading, scores: &mut Scores) {
    let about_business = reading.any(&[C::Suggest]);
    scores.add_if(about_business, Category::Suggestion, FIRM);
    scores.add_if(reading.any(&[C::Review]), Category::Suggestion, LIKELY);
}

fn questions(reading: &Reading, scores: &mut Scores) {
    let category = Category::Consultation;
    let others = !scores.is_empty();
    let asked = reading.any(&[C::Question]);
    let topics = [
        C::Invoice,
        C::Payment,
        C::Account,
        C::Newsletter,
        C::Fee,
        C::Price,
        C::Stock,
        C::Contact,
        C::Service,
    ];
    let is_topic = reading.any(&topics);
    let soft = reading.any(&[C::Product, C::Delivery, C::Address, C::Policy]);
    if !others {
        scores.add_if(is_topic, category, FIRM);
        scores.add_if(
            soft && !reading.any(&[C::SmallTalk]),
            category,
            if asked { FIRM } else { LIKELY },
        );
        scores.add_if(
            scores.is_empty() && !reading.possible.is_empty(),
            category,
            LIKELY,
        );
        let help = reading.apart(&[C::Help], &[C::Thanks]) && !reading.any(&[C::SmallTalk]);
        scores.add_if(help && scores.is_empty(), category, WEAK);
        return;
    }
    // Besides another matter a topic counts where it is asked about in a clause of its own.
    let own_clause = reading.hits.iter().any(|hit| {
        (topics.contains(&hit.concept) || hit.concept == C::Product)
            && reading
                .hits
                .iter()
                .any(|other| other.clause == hit.clause && other.concept == C::Question)
            && !reading
                .hits
                .iter()
                .any(|other| other.clause == hit.clause && is_matter(other.concept))
    });
    scores.add_if(own_clause, category, LIKELY);
}

const fn is_matter(concept: C) -> bool {
    matches!(
        concept,
        C::Refund
            | C::Return
            | C::Exchange
            | C::Repair
            | C::Fault
            | C::Cancel
            | C::Track
            | C::Complain
            | C::Grievance
            | C::Suggest
            | C::Review
            | C::Human
            | C::Staff
            | C::Damaged
            | C::WrongItem
            | C::Overcharge
            | C::Fraud
            | C::ChangeOrder
            | C::Place
            | C::Order
    )
}

/// A short message that only continues what was spoken of.
fn from_context(reading: &Reading, seen: &Seen, has_order_number: bool, scores: &mut Scores) {
    let continues = reading.any(&[C::FollowUp, C::Status])
        || reading.length == 0 && reading.folded.text().contains('?');
    let answers = has_order_number || reading.any(&[C::Order, C::Parcel]);
    let leans = continuation::continues(reading.folded.text()) && !reading.any(&[C::SmallTalk]);
    if !continues && !answers && !leans {
        return;
    }
    let lasting = seen.categories.iter().copied().find(|category| {
        !matches!(
            category,
            Category::Greeting
                | Category::Thanks
                | Category::Unknown
                | Category::Nuisance
                | Category::SurveyAnswer
                | Category::HumanRequest
        )
    });
    if let Some(category) = lasting {
        let is_guess = reading.length == 0 || !continues && !answers;
        scores.add(category, if is_guess { 0.5 } else { LIKELY });
    } else if seen.open_complaint && continues {
        scores.add(Category::Complaint, WEAK);
    } else if continues && seen.waiting {
        // "How much longer?": until somebody is there.
        scores.add(Category::HumanRequest, WEAK);
    } else if continues && reading.any(&[C::FollowUp]) {
        scores.add(Category::Order, 0.4);
    }
}

/// What is said for courtesy, or to annoy, counts beside a matter only where it stands for itself.
fn social(reading: &Reading, seen: &Seen, scores: &mut Scores) {
    let matter = !scores.is_empty();
    let adverts = reading
        .hits
        .iter()
        .filter(|hit| hit.concept == C::Advert)
        .count();
    let hints = reading
        .hits
        .iter()
        .filter(|hit| hit.concept == C::AdvertHint)
        .count();
    // Who offers something sells; who asks for a good price buys.
    let offers = reading.any(&[C::Offer]);
    let text = reading.folded.text();
    let links = text.contains("http") || text.contains("www.") || text.contains(".com");
    let advertises = adverts > 0
        || hints >= 3
        || hints == 2 && (!matter || links)
        || offers && (hints > 0 || links);
    if advertises && !reading.any(&[C::Complain, C::Refund, C::Fraud]) && !is_emergency(reading) {
        scores
            .0
            .retain(|scored| matches!(scored.category, Category::Complaint));
        scores.add(Category::Nuisance, if adverts > 0 { FIRM } else { LIKELY });
        return;
    }
    if matter {
        scores.add_if(thanks_for_itself(reading), Category::Thanks, WEAK);
        return;
    }
    let small_talk = reading.any(&[C::SmallTalk]);
    scores.add_if(reading.any(&[C::Thanks]), Category::Thanks, FIRM);
    scores.add_if(
        reading.any(&[C::Greeting, C::Bye])
            && !reading.any(&[C::Thanks])
            && !small_talk
            && reading.unexplained <= 16,
        Category::Greeting,
        FIRM,
    );
    if scores.is_empty() {
        // Whoever swears while a complaint is open is still complaining (R79).
        let (category, confidence) = if seen.open_complaint {
            (Category::Complaint, WEAK)
        } else {
            (Category::Nuisance, LIKELY)
        };
        scores.add_if(
            reading.any(&[C::Abuse]) && !reading.any(&[C::Deadline]) && !small_talk,
            category,
            confidence,
        );
    }
}

/// "Thanks, it came. Now how do I …": said for something, not as a full stop.
fn thanks_for_itself(reading: &Reading) -> bool {
    let Some(thanks) = reading.hits.iter().find(|hit| hit.concept == C::Thanks) else {
        return false;
    };
    let last = reading
        .hits
        .iter()
        .rfind(|hit| is_matter(hit.concept) || is_topic(hit.concept))
        .map_or(0, |hit| hit.clause);
    let alone = !reading.hits.iter().any(|hit| {
        hit.clause == thanks.clause && (is_matter(hit.concept) || is_topic(hit.concept))
    });
    thanks.clause < last && alone
}

const fn is_topic(concept: C) -> bool {
    matches!(
        concept,
        C::Invoice
            | C::Payment
            | C::Account
            | C::Newsletter
            | C::Fee
            | C::Price
            | C::Stock
            | C::Contact
            | C::Product
            | C::Delivery
    )
}

/// Why the matter is urgent; by the matter, never by the tone (R26).
pub fn urgency(reading: &Reading) -> Vec<Urgency> {
    let mut reasons: Vec<Urgency> = dangers(reading).collect();
    let deadline = reading.any(&[C::Deadline]) || reading.together(&[C::NearDay], &[C::Occasion]);
    for (holds, reason) in [
        (reading.any(&[C::Outage]), Urgency::Outage),
        (reading.any(&[C::Fraud]), Urgency::Fraud),
        (reading.any(&[C::Overcharge]), Urgency::WrongCharge),
        (reading.any(&[C::Legal]), Urgency::Legal),
        (deadline, Urgency::Deadline),
    ] {
        if holds {
            reasons.push(reason);
        }
    }
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

/// How soon the matter needs somebody.
pub fn priority(categories: &[Scored], reasons: &[Urgency]) -> Priority {
    let is = |category| categories.iter().any(|scored| scored.category == category);
    if is(Category::Emergency) {
        return Priority::Urgent;
    }
    let matter = !categories
        .iter()
        .all(|scored| matches!(scored.category, Category::Nuisance));
    if !reasons.is_empty() && matter {
        return Priority::High;
    }
    let can_wait = categories
        .iter()
        .filter(|scored| scored.category != Category::Thanks)
        .all(|scored| scored.category == Category::Suggestion);
    if can_wait && is(Category::Suggestion) {
        Priority::Low
    } else {
        Priority::Normal
    }
}

/// Before, during or after the sale (R112).
pub fn stage(reading: &Reading, categories: &[Scored]) -> Option<Stage> {
    let is = |category| categories.iter().any(|scored| scored.category == category);
    if is(Category::AfterSales)
        || is(Category::Repair)
        || reading.any(&[C::Damaged, C::WrongItem, C::Fake, C::Review])
    {
        return Some(Stage::AfterSale);
    }
    let placing =
        reading.any(&[C::Place]) && !reading.any(&[C::Track, C::ChangeOrder, C::Cancel, C::Status]);
    if is(Category::Order) && !placing || reading.any(&[C::Overcharge]) {
        return Some(Stage::InSale);
    }
    if placing || reading.any(&[C::Price, C::Stock, C::Product, C::Delivery]) {
        return Some(Stage::PreSale);
    }
    None
}
