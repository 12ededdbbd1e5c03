//! Customers who write whatever happens to the host, and who remember what they were told.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::Dice;
use super::crowd::Size;

/// How many messages a contact writes before another one takes its place.
const MESSAGES_OF_A_CONTACT: usize = 40;
/// A customer gives up on a host that hasn't answered for so long; the test has failed then.
const PATIENCE: Duration = Duration::from_secs(240);

/// Where the host is now, for customers to find it again.
#[derive(Default)]
pub(crate) struct Whereabouts {
    address: Mutex<Option<SocketAddr>>,
    changed: Condvar,
    closed: AtomicBool,
    /// Acknowledgements so far, of all customers.
    pub(crate) acknowledged: AtomicU64,
    /// Requests that ended without an answer, because the host was killed under them.
    pub(crate) interrupted: AtomicU64,
}

impl Whereabouts {
    /// Tells where the host is; none: it is gone.
    pub(crate) fn set(&self, address: Option<SocketAddr>) {
        *self.address.lock().unwrap() = address;
        self.changed.notify_all();
    }

    /// No customer begins anything new; what each is about to have acknowledged it still tries.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    /// Whether nothing new is to be begun.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Waits until the host is somewhere.
    pub(crate) fn wait(&self) -> SocketAddr {
        let address = self.address.lock().unwrap();
        let absent = |address: &mut Option<SocketAddr>| address.is_none();
        let (address, timeout) = self
            .changed
            .wait_timeout_while(address, PATIENCE, absent)
            .unwrap();
        assert!(!timeout.timed_out(), "the host did not come back");
        address.unwrap()
    }
}

/// A message that was acknowledged: what was sent and what came back, byte for byte.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) text: String,
    pub(crate) key: String,
    pub(crate) answer: Vec<u8>,
}

impl Acknowledged {
    /// The answer as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.answer).unwrap()
    }
}

/// Everything that a contact sent, in order.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    pub(crate) name: String,
    pub(crate) acknowledged: Vec<Acknowledged>,
    /// A message that was sent and not acknowledged yet: it may or may not be there.
    pub(crate) pending: Option<String>,
}

/// What one customer thread did; the test looks at it while the thread waits for the host.
pub(crate) type Diary = Arc<Mutex<Vec<Contact>>>;

/// One thread of customers: several contacts in turn, each with one message under way at a time.
pub(crate) struct Customer {
    number: u64,
    size: Size,
    dice: Dice,
    agent: ureq::Agent,
    whereabouts: Arc<Whereabouts>,
    diary: Diary,
}

impl Customer {
    /// A thread's worth of customers.
    pub(crate) fn new(number: u64, size: Size, seed: u64, whereabouts: Arc<Whereabouts>) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .proxy(None)
            .build();
        let dice = Dice::new(seed ^ (number + 1).wrapping_mul(0x9e37_79b9));
        Self {
            number,
            size,
            dice,
            agent: config.into(),
            whereabouts,
            diary: Diary::default(),
        }
    }

    /// What it did so far.
    pub(crate) fn diary(&self) -> Diary {
        Arc::clone(&self.diary)
    }

    /// Writes until it is told that nothing more is wanted.
    pub(crate) fn write(mut self) {
        let mut current: Vec<usize> = (0..self.size.contacts)
            .map(|slot| self.newcomer(slot))
            .collect();
        while !self.whereabouts.is_closed() {
            let slot = self.dice.below(self.size.contacts as u64) as usize;
            let written = self.diary.lock().unwrap()[current[slot]].acknowledged.len();
            if written >= MESSAGES_OF_A_CONTACT {
                current[slot] = self.newcomer(slot);
            }
            if written > 0 && self.dice.percent(10) {
                self.repeat(current[slot]);
            } else {
                self.say(current[slot]);
            }
            std::thread::sleep(self.size.pause);
        }
    }

    fn newcomer(&mut self, slot: usize) -> usize {
        let mut diary = self.diary.lock().unwrap();
        let name = format!("客户-{}-{slot}-{}", self.number, diary.len());
        diary.push(Contact {
            name,
            acknowledged: Vec::new(),
            pending: None,
        });
        diary.len() - 1
    }

    /// Sends the contact's next message, again and again under the same key until it is acknowledged.
    fn say(&mut self, contact: usize) {
        let (name, number) = {
            let diary = self.diary.lock().unwrap();
            (
                diary[contact].name.clone(),
                diary[contact].acknowledged.len() + 1,
            )
        };
        let mut text = text(&mut self.dice, number);
        while text.len() < self.size.noise {
            // Of private use: no language has them.
            let private = 0xf_0000 + self.dice.below(0x8000) as u32;
            text.extend(char::from_u32(private));
        }
        let key = format!("{}-{contact}-{number}", self.number);
        self.diary.lock().unwrap()[contact].pending = Some(text.clone());
        let answer = self.insist(&name, &text, &key);
        self.whereabouts
            .acknowledged
            .fetch_add(1, Ordering::Relaxed);
        let mut diary = self.diary.lock().unwrap();
        diary[contact].pending = None;
        diary[contact]
            .acknowledged
            .push(Acknowledged { text, key, answer });
    }

    /// Sends something once more that was acknowledged before: the answer must be the same to the byte.
    fn repeat(&mut self, contact: usize) {
        let (name, sent) = {
            let diary = self.diary.lock().unwrap();
            let contact = &diary[contact];
            let Some(which) = contact.acknowledged.len().checked_sub(1) else {
                return;
            };
            let which = self.dice.below(which as u64 + 1) as usize;
            (contact.name.clone(), contact.acknowledged[which].clone())
        };
        let answer = self.insist(&name, &sent.text, &sent.key);
        assert_eq!(
            String::from_utf8_lossy(&answer),
            String::from_utf8_lossy(&sent.answer),
            "{name}: the same key {} got another answer",
            sent.key
        );
    }

    /// Sends until it is acknowledged.
    fn insist(&self, contact: &str, text: &str, key: &str) -> Vec<u8> {
        loop {
            let address = self.whereabouts.wait();
            match send(&self.agent, address, contact, text, Some(key)) {
                Ok((200, answer)) => return answer,
                // Stopping or busy: it says so, and nothing was kept.
                Ok((503 | 429, _)) => std::thread::sleep(Duration::from_millis(20)),
                Ok((status, answer)) => {
                    panic!("{contact}: {status}: {}", String::from_utf8_lossy(&answer))
                }
                Err(_) => {
                    self.whereabouts.interrupted.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(2));
                }
            }
        }
    }
}

/// One message; the status and the body.
///
/// # Errors
/// Where no answer came.
pub(crate) fn send(
    agent: &ureq::Agent,
    address: SocketAddr,
    contact: &str,
    text: &str,
    key: Option<&str>,
) -> Result<(u16, Vec<u8>), ureq::Error> {
    let body = json!({ "contact": contact, "channel": "web", "text": text }).to_string();
    let mut request = agent
        .post(format!("http://{address}/api/v1/messages"))
        .content_type("application/json");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let mut response = request.send(body)?;
    Ok((
        response.status().as_u16(),
        response.body_mut().read_to_vec()?,
    ))
}

/// What tells complaints from the rest: they are the only ones that begin so.
const COMPLAINTS: [&str; 3] = ["我要投诉", "我要投訴", "I want to make a complaint"];

/// Whether a text is one of the complaints below.
pub(crate) fn is_complaint(text: &str) -> bool {
    COMPLAINTS
        .iter()
        .any(|complaint| text.starts_with(complaint))
}

/// What a contact writes as its message of that number.
fn text(dice: &mut Dice, number: usize) -> String {
    if dice.percent(25) {
        return match dice.below(3) {
            0 => format!("我要投诉：收到的玩具是坏的，没有人理我！（第{number}条）"),
            1 => format!("我要投訴：收到的玩具是壞的，沒有人理我！（第{number}條）"),
            _ => format!(
                "I want to make a complaint, no {number}: my order arrived broken and nobody answers me!"
            ),
        };
    }
    match dice.below(8) {
        0 => format!("你们周末几点开门？（第{number}条）"),
        1 => format!("請問運費怎麼算？（第{number}條）"),
        2 => format!("No {number}: how long does shipping take?"),
        3 => format!("谢谢！（第{number}条）"),
        4 => format!("Thank you (no {number})"),
        5 => format!(
            "七天内可以退货吗？“引号”、\\反斜杠、\t制表符和🐳都要原样保留。（第{number}条）"
        ),
        6 => format!("  {number}: a line\n  and another, with trailing blanks  "),
        _ => format!("發票怎麼開？（第{number}條）"),
    }
}
