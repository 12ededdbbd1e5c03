//! The one constructor of the one wasmtime engine. Every setting that differs from wasmtime's own is argued here.

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Strategy,
};

use std::num::NonZeroUsize;
use std::time::Duration;

/// How often running calls are looked at.
pub const TICK: Duration = Duration::from_millis(10);

/// Bytes of native stack that a plugin may use. Threads that call plugins need this and 512 KiB more.
const STACK: usize = 512 << 10;

/// How instances get their memories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pool {
    /// Slots prepared once and used again: the setting for a host.
    Pooled(PoolConfig),
    /// Mapped for every call: for the compiling child, for tools, and for measuring the pool against.
    OnDemand,
    /// The same, and what the guest does is counted as fuel: slower, but the same number on every machine. For authors.
    Counted,
}

/// The sizes of the pool. Address space only: memory is taken when a slot is first used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// Calls that run at once; more are told `busy`.
    pub calls: u32,
    /// The most bytes that any step's memory limit may allow.
    pub max_memory: usize,
    /// Bytes of each memory and table that are cleared by writing zeros rather than given back to the system.
    pub keep_resident: usize,
    /// Whether to ask the kernel which pages a call wrote ([`pagemap_scan_is_safe`]).
    pub pagemap_scan: bool,
}

impl Default for PoolConfig {
    fn default() -> Self {
        let pagemap_scan = pagemap_scan_is_safe();
        Self {
            calls: 64,
            max_memory: 256 << 20,
            // Measured with the standard plugins against memory mapped for each call (1.0): a pool that keeps nothing
            // 0.94, one that keeps 128 KiB 0.7, one that scans 0.6. A scan finds the written pages, so keeping more
            // costs nothing where they are few; without it, all that is kept is written over after every call.
            keep_resident: if pagemap_scan { 512 << 10 } else { 128 << 10 },
            pagemap_scan,
        }
    }
}

/// Whether a call's written pages may be found with `PAGEMAP_SCAN`: the kernel must know it, and swap must be off,
/// because a page that was swapped out counts as never written and would show one call's data to the next. Asked once
/// at start; a host that gets swap later has to be started again.
pub fn pagemap_scan_is_safe() -> bool {
    let swap = std::fs::read_to_string("/proc/swaps");
    let no_swap = swap.is_ok_and(|swaps| swaps.lines().count() <= 1);
    no_swap && PoolingAllocationConfig::is_pagemap_scan_available()
}

/// # Errors
/// Where the machine can't have such an engine: too little address space, an unknown processor.
pub(super) fn engine(pool: &Pool) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.strategy(Strategy::Cranelift);

    // What no toolchain of ours needs is off: each proposal is code that nobody would miss and advisories are about.
    config.wasm_component_model(true);
    config.concurrency_support(false);
    config.wasm_memory64(false);
    config.wasm_gc(false);
    config.wasm_function_references(false);
    config.wasm_exceptions(false);
    config.wasm_relaxed_simd(false);
    config.wasm_wide_arithmetic(false);
    config.wasm_custom_page_sizes(false);
    config.wasm_stack_switching(false);
    // SIMD and several memories stay: Python's and Go's toolchains use them. So do tail calls, which QuickJS is compiled
    // with; a loop of them is stopped like any other, because every function looks at the epoch when it is entered.
    config.wasm_tail_call(true);

    // The same input gives the same bits on every machine, NaNs included.
    config.cranelift_nan_canonicalization(true);

    // Epochs, not fuel: a fifth of a guest's time instead of two fifths, and the deadline is time, which is what is
    // scarce. No wasmtime `async`: it costs 3 µs a call and a second stack, and the system preempts threads anyway;
    // calls run on a few threads of their own, so that a looping guest holds one of them for its deadline at most.
    config.epoch_interruption(true);
    config.consume_fuel(*pool == Pool::Counted);
    config.max_wasm_stack(STACK);

    // A trap says where, for the plugin's author; a deep recursion says it twenty times at most.
    config.wasm_backtrace_max_frames(NonZeroUsize::new(20));

    if let Pool::Pooled(pool) = pool {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pooled(pool)));
    }
    Engine::new(&config)
}

fn pooled(pool: &PoolConfig) -> PoolingAllocationConfig {
    /// A component of one module is three core instances; Python's has about twenty.
    const INSTANCES_PER_CALL: u32 = 64;
    const MEMORIES_PER_CALL: u32 = 4;
    const TABLES_PER_CALL: u32 = 16;
    /// Python's table has some ten thousand elements.
    const TABLE_ELEMENTS: usize = 50_000;
    /// Metadata of one instance; large for components with thousands of functions.
    const INSTANCE_BYTES: usize = 4 << 20;

    let calls = pool.calls.max(1);
    let mut config = PoolingAllocationConfig::new();
    config
        .total_component_instances(calls)
        .total_core_instances(calls.saturating_mul(INSTANCES_PER_CALL))
        // Nearly every component has one memory and one or two tables.
        .total_memories(calls.saturating_mul(2))
        .total_tables(calls.saturating_mul(4))
        .max_core_instances_per_component(INSTANCES_PER_CALL)
        .max_memories_per_component(MEMORIES_PER_CALL)
        .max_tables_per_component(TABLES_PER_CALL)
        .max_memories_per_module(MEMORIES_PER_CALL)
        .max_tables_per_module(8)
        .table_elements(TABLE_ELEMENTS)
        .max_component_instance_size(INSTANCE_BYTES)
        .max_core_instance_size(INSTANCE_BYTES)
        .max_memory_size(pool.max_memory)
        .linear_memory_keep_resident(pool.keep_resident)
        .table_keep_resident(pool.keep_resident.min(64 << 10));
    if pool.pagemap_scan {
        config.pagemap_scan(Enabled::Auto);
    }
    config
}
