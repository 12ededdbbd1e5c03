//! Plugins.

use super::{Word, w};

pub(super) const WORDS: &[Word] = &[
    w("plugins", "Plugins", "插件", "外掛"),
    w("step", "Step", "步骤", "步驟"),
    w("grants", "Asks for", "请求的授权", "請求的授權"),
    w("not-granted", "not granted", "未授权", "未授權"),
    w(
        "calls-day",
        "Calls within a day",
        "24 小时调用",
        "24 小時呼叫",
    ),
    w(
        "time-limit",
        "Time (99 of 100 calls) / limit",
        "用时（P99）/ 上限",
        "用時（P99）/ 上限",
    ),
    w(
        "memory-limit",
        "Memory (most) / limit",
        "内存（峰值）/ 上限",
        "記憶體（峰值）/ 上限",
    ),
    w("version", "Version", "版本", "版本"),
    w("origin", "From", "来源", "來源"),
    w("origin-standard", "Built in", "内置", "內建"),
    w("origin-desk", "Desk directory", "工作台目录", "工作台目錄"),
    w("origin-pushed", "Pushed", "已上传", "已上傳"),
    w("live-in", "Live in", "正在使用", "正在使用"),
    w("size", "Size", "大小", "大小"),
    w("rehearse", "Rehearse", "演练", "演練"),
    w("activate", "Activate", "启用", "啟用"),
    w("roll-back", "Roll back", "回滚", "回復"),
    w("push", "Push a component", "上传组件", "上傳元件"),
    w(
        "push-hint",
        "It is compiled and checked, and goes live only when you activate it. Rehearse it before: it tells what would have been different on the last 30 days.",
        "组件会先编译和检查，启用后才生效。启用前请先演练：可看到过去 30 天会有哪些不同。",
        "元件會先編譯和檢查，啟用後才生效。啟用前請先演練：可看到過去 30 天會有哪些不同。",
    ),
    w(
        "component",
        "Component (.wasm)",
        "组件（.wasm）",
        "元件（.wasm）",
    ),
    w(
        "tried",
        "Rehearsed on the last 30 days:",
        "过去 30 天的演练：",
        "過去 30 天的演練：",
    ),
    w(
        "tried-nothing",
        "No step of the desk may use this version.",
        "没有步骤可以使用此版本。",
        "沒有步驟可以使用此版本。",
    ),
    w(
        "tried-calls",
        "{} recorded calls were tried.",
        "共演练 {} 次调用。",
        "共演練 {} 次呼叫。",
    ),
    w(
        "tried-differing",
        "{} differ.",
        "其中 {} 次不同。",
        "其中 {} 次不同。",
    ),
    w("then", "Then", "当时", "當時"),
    w("now", "Now", "现在", "現在"),
];
