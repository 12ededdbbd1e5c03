//! What a fresh call costs, by the way instances get their memory. Not a test of right and wrong: run it with
//! `cargo test --release -p switchboard-tests --test cost -- --ignored --nocapture` on a quiet machine.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a test is its failure report"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use switchboard::sandbox::{Plugin, Pool, PoolConfig, Sandbox, SandboxConfig};
use switchboard_tests::desk::Setting;
use switchboard_tests::guest::Guest;

const ROUNDS: usize = 5;
const CALLS: usize = 1_000;

fn pool(keep_resident: usize, pagemap_scan: bool) -> Pool {
    Pool::Pooled(PoolConfig {
        keep_resident,
        pagemap_scan,
        ..PoolConfig::default()
    })
}

/// Nanoseconds that this thread was on a processor.
fn processor_time() -> f64 {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    times.split(' ').next().unwrap().parse().unwrap()
}

/// Microseconds of processor time a call, and calls a second on the wall.
fn cost(plugin: &Arc<Plugin>, threads: usize) -> (f64, f64) {
    let began = Instant::now();
    let used: f64 = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let setting = Setting::default();
                    let before = processor_time();
                    for _ in 0..CALLS {
                        setting.call(plugin).result.unwrap();
                    }
                    processor_time() - before
                })
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    let calls = (threads * CALLS) as f64;
    (used / calls / 1e3, calls / began.elapsed().as_secs_f64())
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

#[test]
#[ignore = "measures, and takes a while"]
fn fresh_calls() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/dist");
    let mut components = vec![("the smallest step".to_owned(), Guest::default().component())];
    // What growing costs: two changes of the address space, which two threads of one process share.
    let grows = Guest::doing("(drop (memory.grow (i32.const 1)))");
    components.push(("one that grows its memory".to_owned(), grows.component()));
    for name in ["greeting", "triage"] {
        if let Ok(bytes) = std::fs::read(dist.join(format!("{name}.wasm"))) {
            components.push((name.to_owned(), bytes));
        }
    }
    let settings = [
        ("on demand", Pool::OnDemand),
        ("pool", pool(0, false)),
        ("pool, 128 KiB resident", pool(128 << 10, false)),
        ("pool, 512 KiB resident", pool(512 << 10, false)),
        ("pool, scan, 128 KiB resident", pool(128 << 10, true)),
        ("pool, scan, 512 KiB resident", pool(512 << 10, true)),
    ];
    for (name, bytes) in &components {
        println!(
            "{name}, {} bytes: processor time and rate of fresh calls",
            bytes.len()
        );
        let plugins: Vec<_> = settings
            .iter()
            .map(|(label, pool)| {
                let sandbox = Sandbox::new(SandboxConfig {
                    pool: pool.clone(),
                    ..SandboxConfig::in_process()
                })
                .unwrap();
                (label, sandbox.activate(bytes).unwrap())
            })
            .collect();
        let mut figures = vec![[const { Vec::new() }; 4]; plugins.len()];
        for _ in 0..ROUNDS {
            for ((_, plugin), figures) in plugins.iter().zip(&mut figures) {
                for threads in [1, 2] {
                    let (processor, rate) = cost(plugin, threads);
                    figures[threads * 2 - 2].push(processor);
                    figures[threads * 2 - 1].push(rate);
                }
            }
        }
        for ((label, _), figures) in plugins.iter().zip(figures) {
            let [one, one_rate, two, two_rate] = figures.map(median);
            println!(
                "  {label:<30} one thread {one:>6.1} µs {one_rate:>7.0}/s   two {two:>6.1} µs {two_rate:>7.0}/s"
            );
        }
    }
}

#[test]
#[ignore = "measures"]
fn activation() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/dist");
    let directory = tempfile::tempdir().unwrap();
    let config = SandboxConfig {
        cache_dir: Some(directory.path().to_owned()),
        ..SandboxConfig::in_process()
    };
    let began = Instant::now();
    let sandbox = Sandbox::new(config).unwrap();
    println!("the sandbox itself {:?}", began.elapsed());
    for name in ["greeting", "triage"] {
        let bytes = std::fs::read(dist.join(format!("{name}.wasm"))).unwrap();
        for way in ["compiled", "from the cache", "from the cache"] {
            let began = Instant::now();
            sandbox.activate(&bytes).unwrap();
            println!("{name}, {way}: {:?}", began.elapsed());
        }
    }
}
