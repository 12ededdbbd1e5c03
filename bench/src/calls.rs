//! One plugin call in a fresh instance, through the sandbox and beside bare wasmtime: the standard plugins, one
//! message that gives each of them something to do, the same answers of the host.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use jiff::{Timestamp, Zoned};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use switchboard::engine::standard_plugins;
use switchboard::model::{
    AccountId, AccountView, Author, Category, Context, Conversation, ConversationId,
    ConversationView, DeskView, Event, EventId, KvScope, Message, MessageId, Occurrence,
};
use switchboard::sandbox::{
    Call, Contact, Grant, Grants, Hit, Host, HostSide, KvUsage, Limits, Outside, Plugin, Sandbox,
    SandboxConfig,
};

use crate::bare::{Allocator, BarePlugin};
use crate::table::{Table, median, round};

/// What the customer writes: a question and a complaint.
pub(crate) const TEXT: &str = "请问你们周末几点开门？我上次买的积木少了两块，打电话也没人理我，我要投诉！订单号 20260310-1187。";
/// When.
pub(crate) const NOW: &str = "2026-03-10T11:59:40+08:00";
/// What the article says that the host finds.
pub(crate) const ANSWER: &str =
    "我们周一至周六 8:30-12:00、13:00-17:30 营业，周日和法定节假日休息。";
/// The departments that the host knows.
pub(crate) const DEPARTMENTS: [&str; 7] = [
    "customer-service",
    "sales",
    "after-sales",
    "repair",
    "logistics",
    "finance",
    "technical",
];
/// Name, department and role of whoever is responsible.
pub(crate) const CONTACT: [&str; 3] = ["陈静", "after-sales", "team-lead"];

/// How often each way of calling has its turn.
const ROUNDS: usize = 60;
/// Calls of a turn.
const CALLS: u32 = 40;

/// Measures and prints.
pub(crate) fn measure() -> anyhow::Result<()> {
    let sandbox = Sandbox::new(SandboxConfig::in_process())?;
    let mut table = Table::new(
        "One plugin call, CPU µs (a fresh instance each, unless reused)",
        &[
            "",
            "Switchboard",
            "bare, on demand",
            "bare, pool",
            "bare, reused",
            "÷ on demand",
            "÷ pool",
        ],
    );
    let mut lines = Vec::new();
    let mut sums = [0.0; 4];
    for (name, bytes) in steps() {
        let figures = plugin(&sandbox, bytes).with_context(|| name.to_owned())?;
        for (sum, figure) in sums.iter_mut().zip(figures) {
            *sum += figure;
        }
        table.row(row(name, figures));
        lines.push(line(name, figures));
    }
    table.row(row("all five", sums));
    lines.push(line("all", sums));
    table.print("calls", &json!(lines));
    Ok(())
}

/// The five steps of the demo desk: a reviewer sees replies and has no part in the message that the floors are made of.
pub(crate) fn steps() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    standard_plugins().filter(|(name, _)| *name != "service-norms")
}

fn row(name: &str, figures: [f64; 4]) -> Vec<String> {
    let [ours, on_demand, pool, _] = figures;
    let mut cells = vec![name.to_owned()];
    cells.extend(figures.map(|figure| format!("{figure:.0}")));
    cells.extend([ours / on_demand, ours / pool].map(|ratio| format!("{ratio:.2}")));
    cells
}

fn line(name: &str, figures: [f64; 4]) -> serde_json::Value {
    let [ours, on_demand, pool, reused] = figures.map(round);
    json!({ "plugin": name, "switchboard_us": ours, "on_demand_us": on_demand, "pool_us": pool, "reused_us": reused })
}

/// Medians in µs: ours, bare on demand, bare from the pool, bare and reused.
fn plugin(sandbox: &Sandbox, bytes: &[u8]) -> anyhow::Result<[f64; 4]> {
    let plugin = sandbox.activate(bytes)?;
    let ours = Setting::default();
    let bare = |allocator: Allocator| {
        let engine = allocator.engine();
        let plugin = engine.and_then(|engine| BarePlugin::new(bytes, &engine));
        plugin.map_err(|error| anyhow::anyhow!("{error:#}"))
    };
    let (on_demand, pool) = (bare(Allocator::OnDemand)?, bare(Allocator::Pool)?);
    let mut reused = pool
        .reused()
        .map_err(|error| anyhow::anyhow!("{error:#}"))?;
    let mut figures: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        let [a, b, c, d] = &mut figures;
        a.push(timed(|| ours.call(&plugin))?);
        b.push(timed(|| {
            on_demand
                .fresh()
                .map_err(|error| anyhow::anyhow!("{error:#}"))
        })?);
        c.push(timed(|| {
            pool.fresh().map_err(|error| anyhow::anyhow!("{error:#}"))
        })?);
        d.push(timed(|| {
            reused().map_err(|error| anyhow::anyhow!("{error:#}"))
        })?);
    }
    Ok(figures.map(median))
}

/// Processor time of one call, in µs, from a turn of them: other programs on the machine don't count.
fn timed(mut call: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let began = thread_time();
    for _ in 0..CALLS {
        call()?;
    }
    let used = thread_time().saturating_sub(began);
    Ok(used.as_secs_f64() * 1e6 / f64::from(CALLS))
}

fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// How the sandbox is asked.
struct Setting {
    context: Context<'static>,
    event: Event,
    now: Zoned,
    grants: Grants,
    limits: Limits,
    host: Arc<dyn Host>,
}

impl Default for Setting {
    fn default() -> Self {
        let all = [
            Grant::Kv,
            Grant::Knowledge,
            Grant::Directory,
            Grant::Calendar,
            Grant::Tickets,
            Grant::Notify,
        ];
        let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap_or(jiff::tz::TimeZone::UTC);
        let what = Occurrence::MessageReceived { message: message() };
        Self {
            context: context(),
            event: Event {
                id: EventId::new("evt_1_1"),
                at: at(),
                depth: 0,
                what,
            },
            now: at().to_zoned(zone),
            grants: Grants::new("bench", all),
            limits: Limits::default(),
            host: Arc::new(Constants),
        }
    }
}

impl Setting {
    fn call(&self, plugin: &Plugin) -> anyhow::Result<()> {
        let report = plugin.handle(Call {
            context: &self.context,
            event: &self.event,
            now: self.now.clone(),
            seed: [7; 32],
            config: "{}",
            grants: &self.grants,
            limits: &self.limits,
            host: HostSide::Live(Arc::clone(&self.host)),
        });
        match report.result {
            Ok(_) => Ok(()),
            Err(failure) => bail!("the plugin failed: {failure}"),
        }
    }
}

fn at() -> Timestamp {
    NOW.parse().unwrap_or(Timestamp::UNIX_EPOCH)
}

fn message() -> Message {
    Message {
        id: MessageId::new("msg_1_1"),
        number: 1,
        author: Author::Customer,
        text: TEXT.to_owned(),
        language: None,
        sources: Vec::new(),
        at: at(),
    }
}

/// What each plugin sees: what triage makes of the message is there already.
fn context() -> Context<'static> {
    let account = AccountId::new("acc_1");
    let mut state = Conversation::new(
        ConversationId::new("con_1"),
        account.clone(),
        "api".to_owned(),
        "li".to_owned(),
        at(),
    );
    state.language = Some("zh-Hans".to_owned());
    state.categories = ["consultation", "complaint"]
        .map(|name| Category {
            name: name.to_owned(),
            confidence: 0.9,
        })
        .to_vec();
    state.message_count = 1;
    Context {
        desk: Cow::Owned(DeskView {
            name: "Blue Whale Toys".to_owned(),
            time_zone: "Asia/Shanghai".to_owned(),
            languages: ["zh-Hans", "zh-Hant", "en"].map(str::to_owned).to_vec(),
        }),
        account: AccountView {
            id: account,
            name: None,
            language: None,
            fields: Vec::new(),
            conversation_count: 1,
            open_complaints: 0,
        },
        conversation: ConversationView {
            state: Cow::Owned(state),
            messages: Cow::Owned(vec![message()]),
        },
        draft: Cow::default(),
    }
}

/// A desk that says the same to everybody.
struct Constants;

impl Host for Constants {
    fn search(&self, _: &str, _: Option<&str>, _: u32) -> Result<Vec<Hit>, String> {
        Ok(vec![Hit {
            article: "opening-hours".to_owned(),
            title: "营业时间".to_owned(),
            text: ANSWER.to_owned(),
            language: "zh-Hans".to_owned(),
            score: 0.9,
            labels: Vec::new(),
        }])
    }
    fn article(&self, _: &str) -> Result<Option<Hit>, String> {
        Ok(None)
    }
    fn departments(&self) -> Vec<String> {
        DEPARTMENTS.map(str::to_owned).to_vec()
    }
    fn responsible(&self, _: &str) -> Option<Contact> {
        let [name, department, role] = CONTACT.map(str::to_owned);
        Some(Contact {
            name,
            department,
            role,
            public_contact: None,
            reachable: true,
            back_at: None,
        })
    }
    fn is_open(&self, _: Timestamp) -> Result<bool, String> {
        Ok(true)
    }
    fn next_open(&self, at: Timestamp) -> Result<Timestamp, String> {
        Ok(at)
    }
    fn end_of_day(&self, at: Timestamp) -> Result<Timestamp, String> {
        Ok(at)
    }
    fn add_business_seconds(&self, at: Timestamp, _: u32) -> Result<Timestamp, String> {
        Ok(at)
    }
    fn kv_get(&self, _: KvScope, _: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(None)
    }
    fn kv_scan(
        &self,
        _: KvScope,
        _: &str,
        _: Option<&str>,
        _: u32,
    ) -> Result<Vec<(String, Vec<u8>)>, String> {
        Ok(Vec::new())
    }
    fn outside(&self) -> &dyn Outside {
        &()
    }
    fn kv_usage(&self, _: KvScope) -> Result<KvUsage, String> {
        Ok(KvUsage::default())
    }
}
