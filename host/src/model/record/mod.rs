//! The wrap-up record of a conversation (R86): what was asked, what came of it, what is left to do.
//!
//! The host drafts it whenever a conversation is settled, from what the conversation's own state says, so that none
//! can be closed without one. People may put their own words into it.

mod words;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use words::Words;

use super::conversation::kinds;
use super::{
    Author, Category, Change, Conversation, Handler, Message, SurveyResult, TicketId, TicketKind,
    TicketStatus,
};

/// The longest text of a drafted field, in characters.
const LONGEST_DRAFT: usize = 200;
/// How many of the customer's first messages say what was asked.
const OPENING_MESSAGES: u32 = 3;

kinds!(
    /// Who did the work.
    Worker {
        /// A person of the desk.
        Person = "person",
        /// A step of the workflow, which is a plugin.
        Plugin = "plugin",
        /// The host itself: holding replies.
        Host = "host",
    }
);

/// How much one of them wrote in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handled {
    /// The agent's or step's name, or `host`.
    pub name: String,
    /// What they are.
    pub worker: Worker,
    /// How many texts of theirs went to the customer.
    pub replies: u32,
}

/// What a conversation counts while it goes on; all of it follows from the entries of its runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// What the customer asked: the first messages, cut.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub asked: String,
    /// How many messages the customer wrote.
    #[serde(default)]
    pub messages: u32,
    /// Who wrote how much, in the order of their first text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handled: Vec<Handled>,
    /// The first text that anybody but the host itself answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_reply_at: Option<Timestamp>,
    /// Since when the customer waits for a word: of a plugin, or once a person is asked for, of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Timestamp>,
    /// The weightiest concern that the customer came with; thanks and greetings are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concern: Option<String>,
    /// The agent who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// The person who wrote last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_person: Option<String>,
}

/// Who has a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The agent.
    pub agent: String,
    /// Since when.
    pub since: Timestamp,
}

impl Tally {
    /// A customer's message.
    pub fn received(&mut self, message: &Message) {
        self.messages += 1;
        if self.messages <= OPENING_MESSAGES {
            let text = message.text.trim();
            let joined = if self.asked.is_empty() {
                text.to_owned()
            } else {
                format!("{} / {text}", self.asked)
            };
            self.asked = cut(&joined, LONGEST_DRAFT);
        }
        self.waiting_since.get_or_insert(message.at);
    }

    /// What steps make of what the customer wrote.
    pub fn categorised(&mut self, categories: &[Category]) {
        for category in categories {
            if weight(&category.name) > self.concern.as_deref().map_or(0, weight) {
                self.concern = Some(category.name.clone());
            }
        }
    }

    /// A text to the customer, while `handler` answers. What a person ends a wait with: since when it lasted.
    pub fn replied(&mut self, message: &Message, handler: Handler) -> Option<Timestamp> {
        let (name, worker) = worker_of(&message.author)?;
        match self
            .handled
            .iter_mut()
            .find(|handled| handled.worker == worker && handled.name == name)
        {
            Some(handled) => handled.replies += 1,
            None => self.handled.push(Handled {
                name: name.to_owned(),
                worker,
                replies: 1,
            }),
        }
        if worker != Worker::Host {
            self.first_reply_at.get_or_insert(message.at);
        }
        match worker {
            Worker::Person => {
                self.last_person = Some(name.to_owned());
                self.waiting_since.take()
            }
            // Whoever waits for a person isn't served by what a plugin says meanwhile.
            Worker::Plugin if handler == Handler::Bot => {
                self.waiting_since = None;
                None
            }
            Worker::Plugin | Worker::Host => None,
        }
    }

    /// The people who wrote in it, in the order of their first text.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        let people = self.handled.iter().filter(|by| by.worker == Worker::Person);
        people.map(|handled| handled.name.as_str())
    }
}

/// How much a category says of why the customer came; a desk's own say as much as a consultation.
fn weight(category: &str) -> u8 {
    match category {
        "emergency" => 9,
        "complaint" => 8,
        "repair" => 7,
        "after-sales" => 6,
        "order" => 5,
        "suggestion" => 4,
        "human-request" | "nuisance" => 1,
        "greeting" | "thanks" | "survey-answer" | "unknown" => 0,
        _ => 3,
    }
}

/// Who an author is to whoever counts work; none: the customer.
pub fn worker_of(author: &Author) -> Option<(&str, Worker)> {
    match author {
        Author::Customer => None,
        Author::Step(name) => Some((name, Worker::Plugin)),
        Author::Agent(name) => Some((name, Worker::Person)),
        Author::Host => Some(("host", Worker::Host)),
    }
}

/// A ticket in a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedTicket {
    /// Its id.
    pub id: TicketId,
    /// What kind of work.
    pub kind: TicketKind,
    /// Who is to do it.
    pub department: String,
    /// Where it stood.
    pub status: TicketStatus,
}

/// The wrap-up record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// How often one was drafted for the conversation, this time included.
    pub draft: u32,
    /// What it was about, in one line.
    pub topic: String,
    /// The weightiest concern, else the surest of the categories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What the customer asked.
    pub asked: String,
    /// What came of it.
    pub result: String,
    /// What is left to do; none: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_action: Option<String>,
    /// Who wrote how much.
    pub handlers: Vec<Handled>,
    /// The tickets that came of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<RecordedTicket>,
    /// Since when.
    pub opened_at: Timestamp,
    /// The first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_reply_at: Option<Timestamp>,
    /// When it was settled.
    pub resolved_at: Timestamp,
    /// Who settled it.
    pub resolved_by: String,
    /// What the customer said of it since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfaction: Option<SurveyResult>,
    /// Who put their own words into it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Edited>,
}

/// Who changed a record last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    /// The agent.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What an agent changes in a record; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordEdit {
    /// See [`Record::topic`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// See [`Record::category`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// See [`Record::asked`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// See [`Record::result`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// See [`Record::next_action`]; empty: nothing is left to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_action: Option<String>,
}

impl Record {
    /// Puts an agent's words in.
    pub fn edit(&mut self, edit: &RecordEdit, by: &str, at: Timestamp) {
        let set = |field: &mut String, text: &Option<String>| {
            if let Some(text) = text {
                text.trim().clone_into(field);
            }
        };
        set(&mut self.topic, &edit.topic);
        set(&mut self.asked, &edit.asked);
        set(&mut self.result, &edit.result);
        let or_none = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        if let Some(category) = &edit.category {
            self.category = or_none(category);
        }
        if let Some(action) = &edit.next_action {
            self.next_action = or_none(action);
        }
        self.edited = Some(Edited {
            by: by.to_owned(),
            at,
        });
    }

    /// The record of a conversation that `by` settles at `at`; what people wrote into an earlier one about its topic
    /// and category stays.
    pub fn draft(state: &Conversation, by: &str, at: Timestamp, summary: Option<&str>) -> Self {
        let words = Words::of(state.language.as_deref());
        let earlier = state.record.as_deref();
        let edited = earlier.filter(|record| record.edited.is_some());
        let surest = || state.categories.first().map(|first| first.name.clone());
        let category = state.tally.concern.clone().or_else(surest);
        let tickets: Vec<_> = state.tickets.iter().map(recorded).collect();
        let topic = || match state.tickets.last() {
            Some(ticket) => ticket.title.clone(),
            None => cut(&state.tally.asked.replace('\n', " "), 40),
        };
        let summary = summary.map(str::trim).filter(|text| !text.is_empty());
        Self {
            draft: earlier.map_or(0, |record| record.draft) + 1,
            topic: edited.map_or_else(topic, |record| record.topic.clone()),
            category: edited.map_or(category, |record| record.category.clone()),
            asked: state.tally.asked.clone(),
            result: summary.map_or_else(|| words.result(&state.tally, &tickets), str::to_owned),
            next_action: words.next_action(state),
            handlers: state.tally.handled.clone(),
            tickets,
            opened_at: state.opened_at,
            first_reply_at: state.tally.first_reply_at,
            resolved_at: at,
            resolved_by: by.to_owned(),
            satisfaction: None,
            edited: edited.and_then(|record| record.edited.clone()),
        }
    }
}

fn recorded(ticket: &super::Ticket) -> RecordedTicket {
    RecordedTicket {
        id: ticket.id.clone(),
        kind: ticket.kind,
        department: ticket.department.clone(),
        status: ticket.status,
    }
}

/// The first characters of a text, with an ellipsis where there were more.
pub(crate) fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(longest.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// What a change says of the record, applied to it.
pub(crate) fn note(record: &mut Option<Box<Record>>, change: &Change) {
    match change {
        Change::Recorded { record: new } => *record = Some(new.clone()),
        Change::SurveyAnswered { result } => {
            if let Some(record) = record {
                record.satisfaction = Some(result.clone());
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, ConversationId, MessageId};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn message(author: Author, text: &str, second: i64) -> Message {
        Message {
            id: MessageId::of(&ConversationId::from_random(1), 1),
            number: 1,
            author,
            text: text.to_owned(),
            language: None,
            sources: Vec::new(),
            at: at(second),
        }
    }

    fn conversation() -> Conversation {
        Conversation::new(
            ConversationId::from_random(1),
            AccountId::from_random(2),
            "web".into(),
            "ana".into(),
            at(0),
        )
    }

    #[test]
    fn the_wait_for_a_person_ends_with_a_person() {
        let mut tally = Tally::default();
        let (bot, queue) = (Handler::Bot, Handler::Queue);
        tally.received(&message(Author::Customer, "你好", 0));
        assert_eq!(
            tally.replied(&message(Author::Step("greeting".into()), "您好", 1), bot),
            None
        );
        assert_eq!(tally.waiting_since, None, "a plugin answered");
        tally.received(&message(Author::Customer, "转人工", 10));
        tally.replied(
            &message(Author::Step("auto-reply".into()), "请稍等", 11),
            queue,
        );
        tally.replied(&message(Author::Host, "请稍等", 12), queue);
        tally.received(&message(Author::Customer, "在吗", 20));
        let waited = tally.replied(
            &message(Author::Agent("li".into()), "在的", 70),
            Handler::Agent,
        );
        assert_eq!(waited, Some(at(10)), "since the first unanswered message");
        assert_eq!(tally.first_reply_at, Some(at(1)));
        let replies: Vec<_> = tally
            .handled
            .iter()
            .map(|by| (by.name.as_str(), by.replies))
            .collect();
        assert_eq!(
            replies,
            [("greeting", 1), ("auto-reply", 1), ("host", 1), ("li", 1)]
        );
        assert_eq!(tally.people().collect::<Vec<_>>(), ["li"]);
        assert_eq!(tally.asked, "你好 / 转人工 / 在吗");
    }

    #[test]
    fn a_draft_says_what_was_asked_and_who_answered_in_the_customers_language() {
        let mut state = conversation();
        state.language = Some("zh-Hant".to_owned());
        state.categories = vec![Category {
            name: "consultation".into(),
            confidence: 0.9,
        }];
        state
            .tally
            .received(&message(Author::Customer, "請問幾點開門？", 0));
        let reply = message(Author::Step("auto-reply".into()), "九點", 5);
        state.tally.replied(&reply, Handler::Bot);
        let record = Record::draft(&state, "li", at(60), None);
        assert_eq!(record.topic, "請問幾點開門？");
        assert_eq!(record.category.as_deref(), Some("consultation"));
        assert_eq!(record.result, "已由自動應答回覆");
        assert_eq!(record.next_action, None);
        assert_eq!(record.resolved_at, at(60));

        let record = Record::draft(&state, "li", at(60), Some(" 已告知時間 "));
        assert_eq!(record.result, "已告知時間");
    }

    #[test]
    fn what_people_wrote_about_the_topic_outlives_a_new_draft() {
        let mut state = conversation();
        state.tally.received(&message(Author::Customer, "坏了", 0));
        let mut record = Record::draft(&state, "li", at(60), None);
        let edit = RecordEdit {
            topic: Some("火车头损坏".into()),
            next_action: Some("周三回访".into()),
            ..RecordEdit::default()
        };
        record.edit(&edit, "wang", at(70));
        assert_eq!(record.next_action.as_deref(), Some("周三回访"));
        note(
            &mut state.record,
            &Change::Recorded {
                record: Box::new(record),
            },
        );
        let again = Record::draft(&state, "li", at(90), None);
        assert_eq!((again.draft, again.topic.as_str()), (2, "火车头损坏"));
        assert_eq!(again.next_action, None, "the new draft looks anew");
        assert_eq!(again.edited.unwrap().by, "wang");
    }

    #[test]
    fn the_answer_to_the_survey_joins_the_record() {
        let mut state = conversation();
        let result = SurveyResult {
            code: 1,
            points: Some(10),
            reason: "满意".into(),
        };
        let answered = Change::SurveyAnswered {
            result: result.clone(),
        };
        note(&mut state.record, &answered);
        assert!(state.record.is_none());
        let record = Box::new(Record::draft(&state, "li", at(60), None));
        note(&mut state.record, &Change::Recorded { record });
        note(&mut state.record, &answered);
        assert_eq!(state.record.unwrap().satisfaction, Some(result));
    }

    #[test]
    fn thanks_at_the_end_are_not_why_the_customer_came() {
        let category = |name: &str| {
            vec![Category {
                name: name.into(),
                confidence: 0.9,
            }]
        };
        let mut tally = Tally::default();
        for name in [
            "greeting",
            "consultation",
            "complaint",
            "human-request",
            "thanks",
        ] {
            tally.categorised(&category(name));
        }
        assert_eq!(tally.concern.as_deref(), Some("complaint"));
        let mut tally = Tally::default();
        tally.categorised(&category("thanks"));
        assert_eq!(tally.concern, None);
    }

    #[test]
    fn long_texts_are_cut_at_a_character() {
        assert_eq!(cut("一二三", 3), "一二三");
        assert_eq!(cut("一二三四", 3), "一二…");
    }
}
