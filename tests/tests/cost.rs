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

fn calls_a_second(plugin: &Arc<Plugin>, threads: usize) -> f64 {
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let setting = Setting::default();
                for _ in 0..CALLS {
                    setting.call(plugin).result.unwrap();
                }
            });
        }
    });
    (threads * CALLS) as f64 / began.elapsed().as_secs_f64()
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
        ("pool, scan, 2 MiB resident", pool(2 << 20, true)),
    ];
    for (name, bytes) in &components {
        println!("{name}, {} bytes; calls a second", bytes.len());
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
        let mut figures = vec![(Vec::new(), Vec::new()); plugins.len()];
        for _ in 0..ROUNDS {
            for ((_, plugin), (one, two)) in plugins.iter().zip(&mut figures) {
                one.push(calls_a_second(plugin, 1));
                two.push(calls_a_second(plugin, 2));
            }
        }
        for ((label, _), (one, two)) in plugins.iter().zip(figures) {
            let (one, two) = (median(one), median(two));
            println!(
                "  {label:<30} one thread {one:>8.0} ({:>5.1} µs)   two {two:>8.0}",
                1e6 / one
            );
        }
    }
}
