//! A whole desk in a test: an engine over a store, with a clock that the test moves.

use std::sync::{Arc, LazyLock};

use jiff::{SignedDuration, Timestamp};
use switchboard::engine::{
    Answer, Clock, Core, EngineError, Entropy, Inbound, MessagePage, Network, Parts, ReplayReport,
    ReplaySelection, Request, SeededEntropy, VirtualClock,
};
use switchboard::model::{Author, Conversation, ConversationId, Message};
use switchboard::sandbox::{Pool, PoolConfig, Sandbox, SandboxConfig};
use switchboard::store::{KeyRange, MemoryStore, Store, Table};
use switchboard::workflow::{Desk, Files};

/// One sandbox for all tests of a program.
pub static SANDBOX: LazyLock<Arc<Sandbox>> = LazyLock::new(|| {
    let pool = Pool::Pooled(PoolConfig::default());
    Arc::new(
        Sandbox::new(SandboxConfig {
            pool,
            ..SandboxConfig::in_process()
        })
        .unwrap(),
    )
});

/// When every test begins: Tuesday noon in Shanghai.
pub fn noon() -> Timestamp {
    "2026-03-10T12:00:00+08:00".parse().unwrap()
}

const HEAD: &str = r#"
name = "Blue Whale Toys"
time-zone = "Asia/Shanghai"
languages = ["zh-Hans", "zh-Hant", "en"]
"#;

const DIRECTORY: &str = r#"
on-call = ["boss"]
[[department]]
name = "service"
names = { zh-Hans = "客户服务部", en = "Customer service" }
lead = "boss"
notify = ["console"]
[[person]]
name = "boss"
names = { zh-Hans = "老板", en = "The boss" }
department = "service"
role = "manager"
"#;

/// A desk of these plugins (file and component) and this rest of `desk.toml`.
pub fn desk(plugins: &[(&str, Vec<u8>)], workflow: &str) -> Arc<Desk> {
    let mut files = Files::new();
    files.insert(
        "desk.toml".to_owned(),
        format!("{HEAD}{workflow}").into_bytes(),
    );
    files.insert(
        "hours.toml".to_owned(),
        b"[weekly]\nmonday-friday = [\"09:00-18:00\"]\n".to_vec(),
    );
    files.insert("directory.toml".to_owned(), DIRECTORY.as_bytes().to_vec());
    for (name, component) in plugins {
        files.insert(format!("plugins/{name}.wasm"), component.clone());
    }
    match Desk::from_files(&files) {
        Ok(desk) => Arc::new(desk),
        Err(problems) => panic!(
            "{}",
            problems
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        ),
    }
}

/// A desk whose messages run through these plugins, one step each, of the plugin's name and with every grant. A step
/// may have a line of its own: `NAME | on-failure = "skip"`.
pub fn chain(steps: &[(&str, Vec<u8>)], events: &[&str], rest: &str) -> Arc<Desk> {
    let name = |step: &str| step.split(" | ").next().unwrap_or_default().to_owned();
    let names: Vec<String> = steps
        .iter()
        .map(|(step, _)| format!("{:?}", name(step)))
        .collect();
    let mut workflow = String::new();
    for event in events {
        workflow.push_str(&format!(
            "[[on]]\nevent = {event:?}\nsteps = [{}]\n",
            names.join(", ")
        ));
    }
    for (step, _) in steps {
        let line = step.split(" | ").nth(1).unwrap_or_default();
        let name = name(step);
        workflow.push_str(&format!(
            "[[step]]\nname = {name:?}\nplugin = \"{name}@0\"\n"
        ));
        if !line.contains("grants") {
            workflow.push_str("grants = [\"kv\", \"tickets\", \"notify\"]\n");
        }
        workflow.push_str(&format!("{}\n", line.replace(" ; ", "\n")));
    }
    let plugins: Vec<_> = steps
        .iter()
        .map(|(step, component)| (name(step), component.clone()))
        .collect();
    let plugins: Vec<_> = plugins
        .iter()
        .map(|(name, component)| (name.as_str(), component.clone()))
        .collect();
    desk(&plugins, &format!("{workflow}{rest}"))
}

/// An engine without threads, in virtual time.
pub struct House {
    /// What is kept.
    pub store: Arc<MemoryStore>,
    /// What time it is.
    pub clock: Arc<VirtualClock>,
    /// Who does the work.
    pub core: Arc<Core>,
    /// The desk.
    pub desk: Arc<Desk>,
    entropy: Arc<SeededEntropy>,
    sandbox: Arc<Sandbox>,
}

impl House {
    /// At noon, with nothing in it.
    pub fn new(desk: Arc<Desk>) -> Self {
        Self::over(desk, Arc::new(MemoryStore::new()))
    }

    /// Over what is there already.
    pub fn over(desk: Arc<Desk>, store: Arc<MemoryStore>) -> Self {
        Self::with(desk, store, Arc::clone(&SANDBOX))
    }

    /// With a sandbox of its own.
    pub fn with(desk: Arc<Desk>, store: Arc<MemoryStore>, sandbox: Arc<Sandbox>) -> Self {
        let clock = Arc::new(VirtualClock::new(noon()));
        let entropy = Arc::new(SeededEntropy::new(7));
        let kept = Arc::clone(&store) as Arc<dyn Store>;
        let core = core_in(&sandbox, &desk, kept, &clock, &entropy);
        Self {
            store,
            clock,
            core,
            desk,
            entropy,
            sandbox,
        }
    }

    /// Starts again, as after a crash.
    pub fn restart(&mut self) {
        self.store.restart();
        let store = Arc::clone(&self.store) as Arc<dyn Store>;
        self.core = core_in(&self.sandbox, &self.desk, store, &self.clock, &self.entropy);
    }

    /// Somebody writes.
    pub fn say(&self, contact: &str, text: &str) -> Answer {
        self.core.process(&message(contact, text)).unwrap()
    }

    /// Lets time pass; whatever comes due on the way does so at its moment. Gives what came of it.
    pub fn wait(&self, time: SignedDuration) -> Vec<Answer> {
        let end = self.clock.now() + time;
        let mut answers = Vec::new();
        while let Some((due, key)) = self.next_due().filter(|(due, _)| *due <= end) {
            self.clock.advance_to(due);
            match self.core.process(&Request::Due(key)) {
                Ok(answer) => answers.push(answer),
                Err(error) => panic!("{error}"),
            }
            assert!(answers.len() < 1_000, "it goes in circles");
        }
        self.clock.advance_to(end);
        answers
    }

    /// What time it is.
    pub fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What comes due next.
    pub fn next_due(&self) -> Option<(Timestamp, Vec<u8>)> {
        let (key, _) = self
            .store
            .scan(Table::Timer, KeyRange::all(), 1)
            .unwrap()
            .into_iter()
            .next()?;
        let (time, _) = key.split_first_chunk::<8>()?;
        Some((
            Timestamp::from_millisecond((u64::from_be_bytes(*time) ^ (1 << 63)) as i64).unwrap(),
            key,
        ))
    }

    /// A contact's conversation.
    pub fn conversation(&self, contact: &str) -> Conversation {
        let id = self
            .core
            .current_conversation("web", contact)
            .unwrap()
            .unwrap();
        self.core.conversation(&id).unwrap()
    }

    /// A conversation's messages.
    pub fn messages(&self, id: &ConversationId) -> Vec<Message> {
        self.core
            .messages(
                id,
                MessagePage {
                    limit: 10_000,
                    ..MessagePage::default()
                },
            )
            .unwrap()
    }

    /// What the customer was told, oldest first.
    pub fn heard(&self, contact: &str) -> Vec<String> {
        let messages = self.messages(&self.conversation(contact).id);
        messages
            .into_iter()
            .filter(|message| message.author != Author::Customer)
            .map(|message| message.text)
            .collect()
    }

    /// The value of the only key of that name in any plugin's memory.
    pub fn key(&self, name: &str) -> Option<Vec<u8>> {
        key(self.store.as_ref(), name)
    }

    /// Every run once more.
    pub fn replay(&self) -> ReplayReport {
        self.core
            .replay(&ReplaySelection::default(), |_| {})
            .unwrap()
    }
}

/// The value of the only key of that name in any plugin's memory.
pub fn key(store: &dyn Store, name: &str) -> Option<Vec<u8>> {
    let rows = store
        .scan(Table::KeyValue, KeyRange::all(), usize::MAX)
        .unwrap();
    rows.into_iter()
        .find(|(key, _)| key.ends_with(name.as_bytes()))
        .map(|(_, value)| value)
}

/// A core of these parts.
pub fn core(
    desk: &Arc<Desk>,
    store: Arc<dyn Store>,
    clock: &Arc<VirtualClock>,
    entropy: &Arc<SeededEntropy>,
) -> Arc<Core> {
    core_in(&SANDBOX, desk, store, clock, entropy)
}

fn core_in(
    sandbox: &Arc<Sandbox>,
    desk: &Arc<Desk>,
    store: Arc<dyn Store>,
    clock: &Arc<VirtualClock>,
    entropy: &Arc<SeededEntropy>,
) -> Arc<Core> {
    let parts = Parts {
        desk: Arc::clone(desk),
        store,
        sandbox: Arc::clone(sandbox),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        entropy: Arc::clone(entropy) as Arc<dyn Entropy>,
    };
    match Core::new(parts) {
        Ok(core) => Arc::new(core.with_network(Network::new(None))),
        Err(error) => panic!("{error}"),
    }
}

/// A message on the web channel.
pub fn message(contact: &str, text: &str) -> Request {
    Request::Message(inbound(contact, text, None))
}

/// A message with a key.
pub fn keyed(contact: &str, text: &str, key: &str) -> Request {
    Request::Message(inbound(contact, text, Some(key)))
}

/// A message as a channel hands it over.
pub fn inbound(contact: &str, text: &str, key: Option<&str>) -> Inbound {
    Inbound {
        channel: "web".to_owned(),
        contact: contact.to_owned(),
        account: None,
        conversation: None,
        text: text.to_owned(),
        key: key.map(str::to_owned),
        sent_at: None,
    }
}

/// The texts that a run sends.
pub fn replies(answer: &Answer) -> Vec<&str> {
    let entries = answer.run.entries.iter();
    entries
        .filter_map(|entry| match &entry.change {
            switchboard::model::Change::Replied { message } => Some(message.text.as_str()),
            _ => None,
        })
        .collect()
}

/// Whether that is the refusal of a busy desk.
pub fn is_busy(result: &Result<Answer, EngineError>) -> bool {
    matches!(result, Err(EngineError::Busy { .. }))
}
