//! The conformance suite in Rust: does what a message says. See tests/conformance/cases.

wit_bindgen::generate!({ path: "wit", world: "step", generate_all });

use switchboard::plugin::kv::{self, KvError, Scope};
use switchboard::plugin::types::*;
use switchboard::plugin::http::{self, HttpError};
use switchboard::plugin::model::{self, ModelError};
use switchboard::plugin::{calendar, clock, config, directory, knowledge, log, random};

const GRANTS: [&str; 10] = [
    "kv", "knowledge", "directory", "calendar", "tickets", "notify", "account.tier", "account.name", "model",
    "http GET,POST https://orders.example",
];

struct Plugin;

impl Guest for Plugin {
    fn describe() -> Manifest {
        Manifest {
            name: "conformance".to_owned(),
            version: "0.1.0".to_owned(),
            summary: "Does what a message says".to_owned(),
            grants: GRANTS.map(str::to_owned).to_vec(),
            events: Vec::new(),
            history: 10,
            config_schema: None,
        }
    }

    fn handle(context: Context, event: Event) -> Result<Outcome, StepError> {
        let Occurrence::MessageReceived(message) = event.what else {
            return Ok(Outcome { effects: vec![note(told(event.what))], next: NextStep::GoOn });
        };
        let command = message.text.as_str();
        if let Some(text) = command.strip_prefix("echo ") {
            return Ok(Outcome { effects: vec![reply(text, None, &[])], next: NextStep::GoOn });
        }
        let next = if command == "effects 2" { NextStep::Finish } else { NextStep::GoOn };
        Ok(Outcome { effects: obey(command, &context)?, next })
    }
}

fn obey(command: &str, context: &Context) -> Result<Vec<Effect>, StepError> {
    Ok(match command {
        "nothing" => Vec::new(),
        "effects 1" => first_effects(),
        "effects 2" => second_effects(),
        "host" => host(),
        "knowledge" => search()?,
        "directory" => people()?,
        "calendar" => hours()?,
        "calendar wrong" => vec![note(calendar::next_open("tomorrow").map_err(permanent)?)],
        "kv" => memory()?,
        "http" => servers()?,
        "model" => said()?,
        "context" => whole(context),
        "permanent" => return Err(permanent("永远不行".to_owned())),
        "transient" => return Err(transient("later", Some(30))),
        "transient soon" => return Err(transient("soon", None)),
        "loop" => loop {
            std::hint::black_box(());
        },
        "memory" => {
            let mut kept = Vec::new();
            loop {
                kept.push(std::hint::black_box(vec![1_u8; 1 << 20]));
            }
        }
        "trap" => panic!("this is none of the contract's errors"),
        "ask" => loop {
            clock::now();
        },
        "flood" => vec![note("x".repeat(2000))],
        other => return Err(permanent(format!("{other:?} is no command"))),
    })
}

fn note(text: impl Into<String>) -> Effect {
    Effect::Note(text.into())
}

fn reply(text: &str, language: Option<&str>, sources: &[&str]) -> Effect {
    let sources = sources.iter().map(|source| (*source).to_owned()).collect();
    Effect::Reply(Reply { text: text.to_owned(), language: language.map(str::to_owned), sources })
}

fn permanent(message: String) -> StepError {
    StepError::Permanent(PermanentError { message })
}

fn transient(message: &str, retry_after_seconds: Option<u32>) -> StepError {
    StepError::Transient(TransientError { message: message.to_owned(), retry_after_seconds })
}

fn refused(error: KvError) -> StepError {
    let (KvError::NoGrant(reason) | KvError::Quota(reason) | KvError::InvalidKey(reason)) = error;
    permanent(reason)
}

fn first_effects() -> Vec<Effect> {
    let category = |name: &str, confidence| Category { name: name.to_owned(), confidence };
    vec![
        reply("好的 👍", Some("zh-Hans"), &["a", "b"]),
        reply("plain", None, &[]),
        note("note"),
        Effect::SetLanguage("en".to_owned()),
        Effect::SetCategories(vec![category("order", 0.5), category("repair", 1.0)]),
        Effect::SetPriority(Priority::Urgent),
        Effect::SetStage(Stage::InSale),
        Effect::AddLabel("vip".to_owned()),
        Effect::RemoveLabel("new".to_owned()),
        Effect::SetField(Field { name: "tier".to_owned(), value: "gold".to_owned() }),
        Effect::OpenTicket(TicketDraft {
            key: "k".to_owned(),
            kind: TicketKind::Complaint,
            department: "service".to_owned(),
            title: "t".to_owned(),
            body: "b".to_owned(),
            priority: Priority::High,
            due: Some(Moment::AfterBusinessSeconds(3600)),
            notify: vec!["boss".to_owned(), "lead".to_owned()],
        }),
    ]
}

fn second_effects() -> Vec<Effect> {
    let timer = |name: &str, due, payload: &str| {
        Effect::SetTimer(TimerDraft { name: name.to_owned(), due, payload: payload.to_owned() })
    };
    let survey = |code, points, reason: &str| {
        Effect::RecordSurvey(SurveyResult { code, points, reason: reason.to_owned() })
    };
    let hand_over = |team: Option<&str>| {
        Effect::HandOver(Handover { team: team.map(str::to_owned), reason: "asked".to_owned() })
    };
    vec![
        Effect::EscalateTicket(Escalation {
            key: "k".to_owned(),
            notify: vec!["boss".to_owned()],
            reason: "late".to_owned(),
        }),
        Effect::Notify(Notification { to: "boss".to_owned(), text: "look".to_owned() }),
        timer("t", Moment::AfterSeconds(60), "p"),
        timer("u", Moment::At("2026-03-11T09:00:00+08:00".to_owned()), ""),
        Effect::CancelTimer("t".to_owned()),
        Effect::RecordPromise(PromiseDraft {
            text: "we call".to_owned(),
            due: Moment::AfterSeconds(120),
            owner: Some("boss".to_owned()),
        }),
        Effect::AskSurvey,
        survey(1, Some(10), "good"),
        survey(9, None, "?"),
        hand_over(Some("service")),
        hand_over(None),
        Effect::Resolve("done".to_owned()),
        Effect::Reopen("again".to_owned()),
        Effect::Announce(Field { name: "n".to_owned(), value: "{}".to_owned() }),
    ]
}

fn host() -> Vec<Effect> {
    log::write(log::Level::Debug, "调试");
    log::write(log::Level::Info, "資訊");
    log::write(log::Level::Warn, "warn");
    log::write(log::Level::Error, "error");
    let (a, b, c) = (random::next(), random::next(), random::next());
    vec![
        note(format!("config {}", config::get())),
        note(format!("now {}", clock::now())),
        note(format!("random {}", a != b && b != c && a != c)),
    ]
}

fn search() -> Result<Vec<Effect>, StepError> {
    let hits = knowledge::search("退货", Some("zh-Hans"), 5).map_err(permanent)?;
    let tell = |hit: &knowledge::Hit| {
        let (sure, labels) = (hit.score == 0.5, hit.labels.join(","));
        note(format!("{} {} {} {} {sure} {labels}", hit.article, hit.title, hit.text, hit.language))
    };
    let article = knowledge::article("a2").map_err(permanent)?;
    let none = knowledge::article("none").map_err(permanent)?;
    let told = article.map_or("none".to_owned(), |article| article.text);
    let last = note(format!("article {told} {}", none.is_none()));
    Ok(hits.iter().map(tell).chain([last]).collect())
}

fn people() -> Result<Vec<Effect>, StepError> {
    let all = directory::departments().map_err(permanent)?.join(",");
    let who = match directory::responsible("invoice").map_err(permanent)? {
        Some(c) => format!(
            "{} {} {} {} {} {}",
            c.name, c.department, c.role, word(&c.public_contact), c.reachable, word(&c.back_at)
        ),
        None => "nobody".to_owned(),
    };
    let nobody = directory::responsible("?").map_err(permanent)?;
    Ok(vec![note(all), note(who), note(nobody.map_or("nobody".to_owned(), |c| c.name))])
}

fn hours() -> Result<Vec<Effect>, StepError> {
    let (now, saturday) = (clock::now(), "2026-03-14T12:00:00+08:00");
    Ok(vec![
        note(calendar::is_open(&now).map_err(permanent)?.to_string()),
        note(format!("{saturday} {}", calendar::is_open(saturday).map_err(permanent)?)),
        note(calendar::next_open(saturday).map_err(permanent)?),
        note(calendar::end_of_day(&now).map_err(permanent)?),
        note(calendar::add_business_seconds(&now, 7 * 3600).map_err(permanent)?),
    ])
}

fn sent(method: &str, path: &str, body: Option<&str>) -> Result<http::Response, HttpError> {
    http::send(&http::Request {
        method: method.to_owned(),
        url: format!("https://orders.example{path}"),
        headers: vec![Field { name: "content-type".to_owned(), value: "application/json".to_owned() }],
        body: body.map(str::to_owned),
    })
}

fn servers() -> Result<Vec<Effect>, StepError> {
    let answer = match sent("POST", "/42", Some("{\"单\":1}")) {
        Ok(answer) => answer,
        Err(HttpError::NoGrant(line)) => return Err(permanent(line)),
        Err(other) => return Err(permanent(format!("{other:?}"))),
    };
    let headers = answer.headers.iter().map(|header| format!("{}={}", header.name, header.value));
    let headers = headers.collect::<Vec<_>>().join(",");
    let gone = sent("GET", "/gone", None).map_or(0, |answer| answer.status);
    let slow = matches!(sent("GET", "/slow", None), Err(HttpError::Timeout(_)));
    Ok(vec![
        note(format!("{} {} {headers}", answer.status, answer.body)),
        note(gone.to_string()),
        note(if slow { "timeout" } else { "answered" }),
    ])
}

fn said() -> Result<Vec<Effect>, StepError> {
    match model::complete("答", "问", Some(7)) {
        Ok(answer) => {
            let told = format!("{} {} {} {}", answer.text, answer.cut, answer.tokens_in, answer.tokens_out);
            Ok(vec![note(told)])
        }
        Err(ModelError::NoGrant(line)) => Err(permanent(line)),
        Err(other) => Err(permanent(format!("{other:?}"))),
    }
}

fn memory() -> Result<Vec<Effect>, StepError> {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let here = Scope::Conversation;
    let old = kv::get(here, "old").map_err(refused)?.unwrap_or_default();
    let none = kv::get(here, "none").map_err(refused)?;
    kv::set(here, "new", "新".as_bytes()).map_err(refused)?;
    kv::remove(here, "gone").map_err(refused)?;
    let failed = kv::compare_and_set(here, "old", Some(b"young"), b"x").map_err(refused)?;
    let swapped = kv::compare_and_set(here, "old", Some("老".as_bytes()), b"newer").map_err(refused)?;
    let entries = kv::scan(Scope::Account, "p/", Some("p/1"), 1).map_err(refused)?;
    let entries: Vec<String> =
        entries.into_iter().map(|entry| format!("{}={}", entry.key, text(entry.value))).collect();
    kv::set(Scope::Desk, "b", &[0, 255]).map_err(refused)?;
    let bytes = kv::get(Scope::Desk, "b").map_err(refused)?.unwrap_or_default();
    let bytes: Vec<String> = bytes.iter().map(ToString::to_string).collect();
    let invalid = matches!(kv::set(Scope::Desk, "", b"x"), Err(KvError::InvalidKey(_)));
    Ok(vec![
        note(format!("old {}", text(old))),
        note(if none.is_none() { "none" } else { "some" }),
        note(format!("swap {failed} {swapped}")),
        note(format!("scan {}", entries.join(","))),
        note(format!("bytes {}", bytes.join(","))),
        note(if invalid { "invalid" } else { "valid" }),
    ])
}

fn word(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or("-")
}

/// An enum's value, as the contract writes it.
fn name(value: impl std::fmt::Debug) -> String {
    // The bindings print "Priority::High".
    let shown = format!("{value:?}");
    let mut out = String::new();
    for letter in shown.rsplit("::").next().unwrap_or_default().chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

fn about(t: &Ticket) -> String {
    format!(
        "{} {} {} {} {} {}",
        t.key, name(t.kind), name(t.status), t.escalations, word(&t.due), word(&t.feedback)
    )
}

fn told(what: Occurrence) -> String {
    match what {
        Occurrence::MessageReceived(m) => format!("message-received {}", m.text),
        Occurrence::AgentReplied(m) => format!("agent-replied {} {}", word(&m.author_name), m.text),
        Occurrence::TimerFired(t) => format!("timer-fired {} {} {}", t.name, t.payload, t.due),
        Occurrence::ConversationResolved(r) => format!("conversation-resolved {} {}", r.by, word(&r.summary)),
        Occurrence::SurveyAnswered(a) => format!("survey-answered {} {}", a.code, word(&a.text)),
        Occurrence::TicketUpdated(t) => format!("ticket-updated {}", about(&t)),
        Occurrence::DeskRecovered(o) => format!("desk-recovered {} {}", o.began_at, o.ended_at),
        Occurrence::Announced(f) => format!("announced {} {}", f.name, f.value),
    }
}

fn whole(context: &Context) -> Vec<Effect> {
    let (desk, a, c) = (&context.desk, &context.account, &context.conversation);
    let fields: Vec<String> = a.fields.iter().map(|f| format!("{}={}", f.name, f.value)).collect();
    let categories: Vec<String> =
        c.categories.iter().map(|k| format!("{}:{}", k.name, k.confidence == 0.5)).collect();
    let stage = c.stage.map_or("-".to_owned(), |stage| name(stage));
    let tickets: Vec<String> = c.tickets.iter().map(about).collect();
    let timers = c.timers.iter().map(|t| format!("{} {}", t.name, t.payload));
    let promises = c.promises.iter().map(|p| format!("{} {} {}", p.text, word(&p.owner), name(p.status)));
    let rest: Vec<String> = timers.chain(promises).collect();
    let messages: Vec<String> = c
        .messages
        .iter()
        .map(|m| format!("{} {} {}", name(m.author), word(&m.author_name), m.text))
        .collect();
    let first = context.draft.iter().find_map(|effect| match effect {
        Effect::Reply(reply) => Some(reply.text.as_str()),
        _ => None,
    });
    vec![
        note(format!("{} {} {}", desk.name, desk.time_zone, desk.languages.join(","))),
        note(format!(
            "{} {} {} {} {} {}",
            a.id, word(&a.name), word(&a.language), fields.join(","), a.conversation_count, a.open_complaints
        )),
        note(format!(
            "{} {} {} {} {stage} {} {} {} {} {} {}",
            c.id, c.channel, name(c.handler), name(c.priority), c.labels.join(","), categories.join(","),
            name(c.survey), word(&c.language), c.resolved, c.message_count
        )),
        note(tickets.join("; ")),
        note(rest.join("; ")),
        note(messages.join("; ")),
        note(format!("{} {}", context.draft.len(), first.unwrap_or("-"))),
    ]
}

export!(Plugin);
