//! What every store must do, and a random walk beside a model.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

/// A store that can be closed and opened again.
trait Fixture {
    fn store(&self) -> &dyn Store;
    fn reopen(&mut self);
}

struct Memory(MemoryStore);

impl Fixture for Memory {
    fn store(&self) -> &dyn Store {
        &self.0
    }

    fn reopen(&mut self) {
        self.0 = self.0.fork();
    }
}

struct Durable {
    dir: tempfile::TempDir,
    store: Option<SledStore>,
}

impl Durable {
    fn new() -> Self {
        let mut durable = Self {
            dir: tempfile::tempdir().unwrap(),
            store: None,
        };
        durable.reopen();
        durable
    }
}

impl Fixture for Durable {
    fn store(&self) -> &dyn Store {
        self.store.as_ref().unwrap()
    }

    fn reopen(&mut self) {
        drop(self.store.take());
        let options = SledOptions {
            low_space_bytes: 0,
            reserve_bytes: 0,
            ..SledOptions::default()
        };
        self.store = Some(SledStore::open_with(self.dir.path(), options).unwrap());
    }
}

fn each(check: impl Fn(&mut dyn Fixture)) {
    check(&mut Memory(MemoryStore::new()));
    check(&mut Durable::new());
}

fn keys(rows: Vec<Row>) -> Vec<String> {
    rows.into_iter()
        .map(|(key, _)| String::from_utf8(key).unwrap())
        .collect()
}

#[test]
fn a_batch_is_visible_over_all_tables_and_the_last_change_of_a_key_wins() {
    each(|fixture| {
        let mut batch = Batch::new();
        batch.put(Table::Conversation, "c", b"1".to_vec());
        batch.put(Table::Message, "c", b"2".to_vec());
        batch.delete(Table::Conversation, "c");
        batch.put(Table::Conversation, "c", "三".into());
        batch.delete(Table::Message, "never there");
        fixture.store().commit(batch).unwrap();
        for _ in 0..2 {
            assert_eq!(
                fixture.store().get(Table::Conversation, b"c"),
                Ok(Some("三".into()))
            );
            assert_eq!(
                fixture.store().get(Table::Message, b"c"),
                Ok(Some(b"2".to_vec()))
            );
            assert_eq!(fixture.store().get(Table::Run, b"c"), Ok(None));
            fixture.reopen();
        }
    });
}

#[test]
fn scans_page_forwards_and_backwards_within_their_prefix() {
    each(|fixture| {
        let mut batch = Batch::new();
        for key in ["a", "b/1", "b/2", "b/3", "b0", "c"] {
            batch.put(Table::Message, key, key.into());
        }
        batch.put(Table::Run, "b/9", vec![]);
        fixture.store().commit(batch).unwrap();
        let scan = |range, limit| keys(fixture.store().scan(Table::Message, range, limit).unwrap());
        assert_eq!(scan(KeyRange::prefix("b/"), 9), ["b/1", "b/2", "b/3"]);
        assert_eq!(scan(KeyRange::prefix("b/").reverse(), 2), ["b/3", "b/2"]);
        assert_eq!(
            scan(KeyRange::prefix("b/").before("b/2").reverse(), 9),
            ["b/1"]
        );
        assert_eq!(scan(KeyRange::prefix("b/").after("b/1"), 1), ["b/2"]);
        assert_eq!(scan(KeyRange::all().from("b0"), 9), ["b0", "c"]);
        assert_eq!(scan(KeyRange::all(), 0), [""; 0]);
    });
}

#[test]
fn refused_batches_leave_nothing_behind() {
    each(|fixture| {
        let mut batch = Batch::new();
        batch.put(Table::Message, "a", b"1".to_vec());
        batch.put(Table::Message, vec![0; MAX_KEY_BYTES + 1], vec![]);
        assert!(matches!(
            fixture.store().commit(batch),
            Err(StoreError::KeyTooLong { .. })
        ));
        let mut batch = Batch::new();
        batch.put(Table::Message, "a", vec![0; MAX_BATCH_BYTES]);
        assert!(matches!(
            fixture.store().commit(batch),
            Err(StoreError::TooLarge { .. })
        ));
        assert_eq!(fixture.store().get(Table::Message, b"a"), Ok(None));
        assert_eq!(fixture.store().commit(Batch::new()), Ok(()));
    });
}

#[test]
fn answers_come_once_and_in_the_order_of_the_batches() {
    each(|fixture| {
        let told = Arc::new(Mutex::new(Vec::new()));
        for number in 0..50_u8 {
            let told = Arc::clone(&told);
            let mut batch = Batch::new();
            batch.put(Table::Counter, "n", vec![number]);
            fixture.store().submit(
                batch,
                Box::new(move |result| {
                    result.unwrap();
                    told.lock().unwrap().push(number);
                }),
            );
        }
        fixture.store().commit(Batch::new()).unwrap();
        assert_eq!(*told.lock().unwrap(), (0..50).collect::<Vec<_>>());
        assert_eq!(
            fixture.store().get(Table::Counter, b"n"),
            Ok(Some(vec![49]))
        );
        assert!(fixture.store().stats().batches >= 50);
    });
}

#[test]
fn readers_never_see_half_a_batch() {
    each(|fixture| {
        let store = fixture.store();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for number in 0..300_u16 {
                    let mut batch = Batch::new();
                    // The long value lives in several rows of its own.
                    let long = number.to_be_bytes().repeat(4000);
                    batch.put(Table::Account, "long", long);
                    batch.put(Table::Account, "short", number.to_be_bytes().to_vec());
                    store.commit(batch).unwrap();
                }
            });
            while !writer.is_finished() {
                let rows = store.scan(Table::Account, KeyRange::all(), 9).unwrap();
                if let [(_, long), (_, short)] = &rows[..] {
                    assert_eq!(long.as_slice(), short.repeat(4000));
                }
            }
        });
    });
}

/// A table, a key, and a value by its length and byte; none deletes.
type Write = (Table, Vec<u8>, Option<(usize, u8)>);

#[derive(Debug, Clone)]
enum Step {
    Commit(Vec<Write>),
    Scan {
        table: Table,
        prefix: Vec<u8>,
        lower: Option<(bool, Vec<u8>)>,
        upper: Option<Vec<u8>>,
        reverse: bool,
        limit: usize,
    },
    Reopen,
}

fn any_table() -> impl Strategy<Value = Table> {
    prop::sample::select(vec![
        Table::Meta,
        Table::Message,
        Table::KeyValue,
        Table::Counter,
    ])
}

fn any_key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::collection::vec(prop::sample::select(vec![0_u8, 1, b'a', 255]), 0..4),
        1 => any::<u8>().prop_map(|byte| vec![byte; MAX_KEY_BYTES]),
    ]
}

fn any_value() -> impl Strategy<Value = (usize, u8)> {
    let lengths = prop_oneof![
        8 => 0_usize..40,
        2 => prop::sample::select(vec![4095_usize, 4096, 4097, 8192, 8193, 20_000, 60 * 1024, 60 * 1024 + 1, 150_000]),
    ];
    (lengths, any::<u8>())
}

fn any_step() -> impl Strategy<Value = Step> {
    let change = (
        any_table(),
        any_key(),
        prop::option::weighted(0.7, any_value()),
    );
    let lower = prop::option::of((any::<bool>(), any_key()));
    prop_oneof![
        6 => prop::collection::vec(change, 0..12).prop_map(Step::Commit),
        6 => (any_table(), any_key(), lower, prop::option::of(any_key()), any::<bool>(), 0_usize..30)
            .prop_map(|(table, prefix, lower, upper, reverse, limit)| {
                let prefix = prefix[..prefix.len().min(1)].to_vec();
                Step::Scan { table, prefix, lower, upper, reverse, limit }
            }),
        1 => Just(Step::Reopen),
    ]
}

type Model = BTreeMap<(Table, Vec<u8>), Vec<u8>>;

fn walk(fixture: &mut dyn Fixture, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut model = Model::new();
    for step in steps {
        match step {
            Step::Commit(changes) => {
                let mut batch = Batch::new();
                for (table, key, value) in changes {
                    if let Some((length, seed)) = value {
                        let value: Vec<u8> = (0..*length)
                            .map(|at| (at as u8).wrapping_mul(*seed))
                            .collect();
                        batch.put(*table, key.clone(), value.clone());
                        model.insert((*table, key.clone()), value);
                    } else {
                        batch.delete(*table, key.clone());
                        model.remove(&(*table, key.clone()));
                    }
                }
                fixture.store().commit(batch).unwrap();
                for (table, key, _) in changes {
                    let expected = model.get(&(*table, key.clone())).cloned();
                    prop_assert_eq!(fixture.store().get(*table, key).unwrap(), expected);
                }
            }
            Step::Scan {
                table,
                prefix,
                lower,
                upper,
                reverse,
                limit,
            } => {
                let mut range = KeyRange::prefix(prefix);
                if let Some((inclusive, lower)) = lower {
                    range = if *inclusive {
                        range.from(lower)
                    } else {
                        range.after(lower)
                    };
                }
                if let Some(upper) = upper {
                    range = range.before(upper);
                }
                let rows = model
                    .iter()
                    .filter(|((of, key), _)| of == table && range.contains(key));
                let mut expected: Vec<Row> = rows
                    .map(|((_, key), value)| (key.clone(), value.clone()))
                    .collect();
                if *reverse {
                    expected.reverse();
                    range = range.reverse();
                }
                expected.truncate(*limit);
                prop_assert_eq!(
                    fixture.store().scan(*table, range, *limit).unwrap(),
                    expected
                );
            }
            Step::Reopen => fixture.reopen(),
        }
    }
    fixture.reopen();
    for table in Table::ALL {
        let rows = fixture
            .store()
            .scan(*table, KeyRange::all(), usize::MAX)
            .unwrap();
        let expected: Vec<Row> = model
            .iter()
            .filter(|((of, _), _)| of == table)
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect();
        prop_assert_eq!(rows, expected);
    }
    Ok(())
}

fn random_walks(cases: u32, steps: usize, fixture: impl Fn() -> Box<dyn Fixture>) {
    let config = Config {
        cases,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&prop::collection::vec(any_step(), 1..steps), |steps| {
            walk(fixture().as_mut(), &steps)
        })
        .unwrap();
}

#[test]
fn the_store_in_memory_does_what_a_map_does() {
    random_walks(200, 40, || Box::new(Memory(MemoryStore::new())));
}

#[test]
fn the_durable_store_does_what_a_map_does_over_any_number_of_restarts() {
    random_walks(24, 60, || Box::new(Durable::new()));
}
