//! Many customers at once.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use switchboard::engine::{Answer, Engine, EngineError, Request, SeededEntropy, ServiceConfig};
use switchboard::store::{
    Batch, Done, KeyRange, MemoryStore, Row, Store, StoreError, StoreStats, Table,
};
use switchboard_tests::house::{
    House, chain, core, inbound, is_busy, keyed, message, noon, replies,
};
use switchboard_tests::script::{Script, Space};
use tokio::task::JoinSet;

/// Runs a future on threads of its own.
pub(crate) fn wait_for<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

fn engine(house: &House, config: ServiceConfig) -> Arc<Engine> {
    Arc::new(Engine::start(Arc::clone(&house.core), config).unwrap())
}

/// Echoes; takes a while where the message begins with `z`.
fn echo() -> House {
    let echo = Script::new("echo")
        .when('z', |step| {
            step.wat(
                "(local.set $n (i32.const 0))
                 (loop $l (local.set $n (i32.add (local.get $n) (i32.const 1)))
                    (br_if $l (i32.lt_u (local.get $n) (i32.const 80000000))))",
            )
        })
        .count(Space::Conversation, "n")
        .echo();
    let echo = echo.local("(local $n i32)");
    House::new(chain(
        &[("echo", echo.component())],
        &["message.received"],
        "",
    ))
}

#[test]
fn every_conversation_has_its_messages_in_order_each_exactly_once() {
    let house = echo();
    let engine = engine(
        &house,
        ServiceConfig {
            workers: 4,
            ..ServiceConfig::default()
        },
    );
    let answers: Vec<(usize, usize, Answer)> = wait_for(async {
        let mut tasks = JoinSet::new();
        for account in 0..64 {
            let engine = Arc::clone(&engine);
            tasks.spawn(async move {
                // Taken in the order in which they are first polled; answered whenever.
                let mut mine = JoinSet::new();
                for number in 0..20 {
                    let request =
                        message(&format!("contact-{account}"), &format!("message {number}"));
                    let mut sent = Box::pin({
                        let engine = Arc::clone(&engine);
                        async move { engine.submit(request).await }
                    });
                    if let std::task::Poll::Ready(answer) = poll_once(&mut sent).await {
                        mine.spawn(async move { (account, number, answer) });
                    } else {
                        mine.spawn(async move { (account, number, sent.await) });
                    }
                }
                mine.join_all().await
            });
        }
        let answers = tasks.join_all().await.into_iter().flatten();
        answers
            .map(|(account, number, answer)| (account, number, answer.unwrap()))
            .collect()
    });
    assert_eq!(answers.len(), 64 * 20);
    for (account, number, answer) in &answers {
        assert_eq!(answer.run.before.contact, format!("contact-{account}"));
        assert_eq!(answer.run.before.run_count as usize, number + 1);
        assert_eq!(replies(answer), [format!("message {number}")]);
    }
    engine.stop();
    for account in 0..64 {
        let conversation = house.conversation(&format!("contact-{account}"));
        let texts: Vec<String> = house
            .messages(&conversation.id)
            .into_iter()
            .map(|message| message.text)
            .collect();
        let expected: Vec<String> = (0..20)
            .flat_map(|number| [format!("message {number}"), format!("message {number}")])
            .collect();
        assert_eq!(texts, expected, "no gap, no repetition");
    }
}

async fn poll_once<F: Future + Unpin>(future: &mut F) -> std::task::Poll<F::Output> {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context))
    })
    .await
}

/// Holds a worker up that looks for the contact `slow`, until it is opened.
struct Gate {
    store: Arc<MemoryStore>,
    open: Mutex<bool>,
    opened: Condvar,
    reached: AtomicBool,
}

impl Gate {
    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

impl Store for Gate {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let thread = std::thread::current();
        let by_worker = thread
            .name()
            .is_some_and(|name| name.starts_with("worker-"));
        if by_worker && table == Table::Identity && key.ends_with(b"slow") {
            self.reached.store(true, Ordering::Release);
            let mut open = self.open.lock().unwrap();
            while !*open {
                open = self.opened.wait(open).unwrap();
            }
        }
        self.store.get(table, key)
    }

    fn scan(
        &self,
        table: Table,
        range: KeyRange<'_>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        self.store.scan(table, range, limit)
    }

    fn submit(&self, batch: Batch, done: Done) {
        self.store.submit(batch, done);
    }

    fn stats(&self) -> StoreStats {
        self.store.stats()
    }
}

#[test]
fn a_slow_conversation_holds_nobody_else_up_and_queues_are_bounded() {
    let house = echo();
    let gate = Arc::new(Gate {
        store: Arc::clone(&house.store),
        open: Mutex::new(false),
        opened: Condvar::new(),
        reached: AtomicBool::new(false),
    });
    let store = Arc::clone(&gate) as Arc<dyn Store>;
    let core = core(
        &house.desk,
        store,
        &house.clock,
        &Arc::new(SeededEntropy::new(9)),
    );
    let config = ServiceConfig {
        workers: 2,
        max_waiting: 5,
        max_waiting_per_account: 3,
        ..ServiceConfig::default()
    };
    let engine = Arc::new(Engine::start(core, config).unwrap());
    wait_for(async {
        let send = |text: &str| {
            let (engine, request) = (Arc::clone(&engine), message("slow", text));
            tokio::spawn(async move { engine.submit(request).await })
        };
        let mut slow = vec![send("0")];
        while !gate.reached.load(Ordering::Acquire) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        slow.extend((1..4).map(|number| send(&number.to_string())));
        while engine.waiting() < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let refused = engine.submit(message("slow", "one too many")).await;
        assert!(is_busy(&refused), "{refused:?}");
        for number in 0..10 {
            let answer = engine
                .submit(message("quick", &number.to_string()))
                .await
                .unwrap();
            assert_eq!(
                replies(&answer),
                [number.to_string()],
                "the others go on meanwhile"
            );
        }
        assert!(slow.iter().all(|task| !task.is_finished()));
        gate.open();
        for task in slow {
            task.await.unwrap().unwrap();
        }
    });
    assert_eq!(
        house.conversation("slow").run_count,
        4,
        "nothing of what was refused is kept"
    );
    engine.stop();
}

#[test]
fn where_too_much_waits_in_all_more_is_refused_before_anything_is_kept() {
    let house = echo();
    let config = ServiceConfig {
        workers: 1,
        max_waiting: 4,
        ..ServiceConfig::default()
    };
    let engine = engine(&house, config);
    let results = wait_for(async {
        let mut tasks = JoinSet::new();
        for contact in 0..40 {
            let (engine, request) = (
                Arc::clone(&engine),
                message(&format!("contact-{contact}"), "zzz"),
            );
            tasks.spawn(async move { (contact, engine.submit(request).await) });
        }
        tasks.join_all().await
    });
    let (taken, refused): (Vec<_>, Vec<_>) =
        results.into_iter().partition(|(_, result)| result.is_ok());
    assert!(refused.iter().all(|(_, result)| is_busy(result)));
    assert!(
        taken.len() >= 4 && refused.len() >= 4,
        "{} taken, {} refused",
        taken.len(),
        refused.len()
    );
    for (contact, _) in refused {
        assert_eq!(
            house
                .core
                .current_conversation("web", &format!("contact-{contact}"))
                .unwrap(),
            None
        );
    }
    engine.stop();
}

#[test]
fn stopping_ends_what_was_taken_and_refuses_what_comes_later() {
    let house = echo();
    let engine = engine(
        &house,
        ServiceConfig {
            workers: 2,
            ..ServiceConfig::default()
        },
    );
    let results = wait_for(async {
        let mut tasks = JoinSet::new();
        for number in 0..400 {
            let (desk, request) = (
                Arc::clone(&engine),
                message(&format!("contact-{}", number % 20), "hello"),
            );
            tasks.spawn(async move { desk.submit(request).await });
            if number == 200 {
                let engine = Arc::clone(&engine);
                tokio::task::spawn_blocking(move || engine.stop());
            }
        }
        tokio::time::timeout(Duration::from_secs(20), tasks.join_all())
            .await
            .unwrap()
    });
    let taken = results.iter().filter(|result| result.is_ok()).count();
    assert!(
        results
            .iter()
            .all(|result| matches!(result, Ok(_) | Err(EngineError::Stopping)))
    );
    let kept: u32 = (0..20)
        .filter_map(|contact| {
            house
                .core
                .current_conversation("web", &format!("contact-{contact}"))
                .unwrap()
        })
        .map(|id| house.core.conversation(&id).unwrap().run_count)
        .sum();
    assert_eq!(kept as usize, taken);
    let late = wait_for(engine.submit(message("li", "hello")));
    assert!(matches!(late, Err(EngineError::Stopping)));
}

#[test]
fn the_same_key_a_hundred_times_at_once_has_one_effect() {
    let house = echo();
    let engine = engine(
        &house,
        ServiceConfig {
            workers: 4,
            ..ServiceConfig::default()
        },
    );
    let answers = wait_for(async {
        let mut tasks = JoinSet::new();
        for _ in 0..100 {
            let engine = Arc::clone(&engine);
            tasks.spawn(async move { engine.submit(keyed("li", "hello", "k-1")).await.unwrap() });
        }
        tasks.join_all().await
    });
    assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
    assert!(answers.iter().all(|answer| answer.run == answers[0].run));
    engine.stop();
    assert_eq!(house.conversation("li").run_count, 1);
    assert_eq!(house.heard("li"), ["hello"]);
    assert_eq!(house.key("n").unwrap(), 1_u32.to_le_bytes());
}

#[test]
fn a_key_stands_for_one_message_of_one_contact_for_seven_days() {
    let house = echo();
    let first = house.core.process(&keyed("li", "hello", "k-1")).unwrap();
    assert!(matches!(
        house.core.process(&keyed("li", "other", "k-1")),
        Err(EngineError::Conflict(_))
    ));
    assert!(
        !house
            .core
            .process(&keyed("han", "other", "k-1"))
            .unwrap()
            .repeated,
        "another contact's"
    );
    let mut mail = inbound("li", "other", Some("k-1"));
    mail.channel = "email".to_owned();
    assert!(
        !house
            .core
            .process(&Request::Message(mail))
            .unwrap()
            .repeated,
        "another channel's"
    );

    house.wait(SignedDuration::from_hours(7 * 24) - SignedDuration::from_millis(1));
    let again = house.core.process(&keyed("li", "hello", "k-1")).unwrap();
    assert!(again.repeated && again.run == first.run);
    house.wait(SignedDuration::from_millis(1));
    let fresh = house.core.process(&keyed("li", "other", "k-1")).unwrap();
    assert!(!fresh.repeated, "forgotten");
    assert_eq!(
        fresh.run.event.at,
        noon() + SignedDuration::from_hours(7 * 24)
    );
}

#[test]
fn a_key_stays_known_across_a_restart() {
    let mut house = echo();
    let first = house.core.process(&keyed("li", "hello", "k-1")).unwrap();
    house.restart();
    let again = house.core.process(&keyed("li", "hello", "k-1")).unwrap();
    assert!(again.repeated && again.run == first.run);
}

#[test]
fn many_first_messages_of_a_contact_make_one_account_and_one_conversation() {
    let house = echo();
    let engine = engine(
        &house,
        ServiceConfig {
            workers: 4,
            ..ServiceConfig::default()
        },
    );
    let answers = wait_for(async {
        let mut tasks = JoinSet::new();
        for number in 0..200 {
            let (engine, contact) = (Arc::clone(&engine), format!("contact-{}", number % 10));
            tasks.spawn(async move {
                engine
                    .submit(message(&contact, &format!("{number}")))
                    .await
                    .unwrap()
            });
        }
        tasks.join_all().await
    });
    let mut known: HashMap<String, (String, String)> = HashMap::new();
    for answer in answers {
        let before = &answer.run.before;
        let ids = (before.account.to_string(), before.id.to_string());
        assert_eq!(
            known
                .entry(before.contact.clone())
                .or_insert_with(|| ids.clone()),
            &ids
        );
    }
    assert_eq!(known.len(), 10);
    engine.stop();
    for contact in known.keys() {
        let conversation = house.conversation(contact);
        assert_eq!(conversation.run_count, 20);
        let account = house.core.account(&conversation.account).unwrap();
        assert_eq!(
            (account.conversations.len(), account.identities.len()),
            (1, 1)
        );
    }
}

#[test]
fn what_is_due_is_carried_out_by_a_running_engine_once() {
    let steps = [(
        "clocks",
        Script::new("clocks")
            .when('t', |step| step.timer("tea", 60))
            .announce("told")
            .component(),
    )];
    let house = House::new(chain(&steps, &["message.received"], ""));
    let config = ServiceConfig {
        workers: 2,
        tick: Duration::from_millis(5),
        ..ServiceConfig::default()
    };
    let engine = engine(&house, config);
    wait_for(async {
        for contact in 0..20 {
            engine
                .submit(message(&format!("contact-{contact}"), "tea please"))
                .await
                .unwrap();
        }
    });
    house
        .clock
        .advance_to(noon() + SignedDuration::from_secs(61));
    let began = Instant::now();
    while house.next_due().is_some() && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(5));
    }
    engine.stop();
    for contact in 0..20 {
        assert_eq!(
            house.conversation(&format!("contact-{contact}")).run_count,
            3,
            "a message, a timer, an announcement"
        );
    }
}
