//! The workflow.

use super::{Word, w};

pub(super) const WORDS: &[Word] = &[
    w("workflow", "Workflow", "流程", "流程"),
    w(
        "workflow-hint",
        "What each kind of event runs through, in order. Calls, usual and slow time (half of the calls, 99 of 100), failures.",
        "每类事件依次经过的步骤。调用次数、常见与较慢用时（P50 / P99）、失败。",
        "每類事件依次經過的步驟。呼叫次數、常見與較慢用時（P50 / P99）、失敗。",
    ),
    w("last-hour", "Hour", "1 小时", "1 小時"),
    w("last-day", "Day", "24 小时", "24 小時"),
    w("amended", "changed here", "已在此修改", "已在此修改"),
    w(
        "reviewers",
        "Reviewers of every text",
        "文本审查",
        "文字審查",
    ),
    w(
        "on-failure-hold-message",
        "on failure: holding reply",
        "失败时：安抚回复",
        "失敗時：安撫回覆",
    ),
    w(
        "on-failure-skip",
        "on failure: left out",
        "失败时：跳过",
        "失敗時：略過",
    ),
    w(
        "on-failure-stop",
        "on failure: the chain ends",
        "失败时：终止",
        "失敗時：終止",
    ),
    w(
        "on-failure-retry",
        "on failure: tried again",
        "失败时：重试",
        "失敗時：重試",
    ),
    w("revisions", "Changes", "变更历史", "變更歷史"),
    w(
        "revisions-hint",
        "Changes made here hold from the next run on and outlive a restart, until desk.toml says something else about the step.",
        "此处的修改从下一次运行起生效，重启后仍有效，直到 desk.toml 中该步骤的设置改变。",
        "此處的修改從下一次執行起生效，重新啟動後仍有效，直到 desk.toml 中該步驟的設定改變。",
    ),
    w(
        "revisions-none",
        "Nothing was changed here.",
        "尚无修改。",
        "尚無修改。",
    ),
    w(
        "roll-back-files",
        "All as the files say",
        "恢复为文件中的设置",
        "恢復為檔案中的設定",
    ),
    w(
        "difference",
        "What would change",
        "将要发生的变更",
        "將要發生的變更",
    ),
    w(
        "difference-sound",
        "The plugin accepts this configuration.",
        "插件接受此配置。",
        "外掛接受此設定。",
    ),
    w(
        "difference-show",
        "Check and show the difference",
        "检查并显示差异",
        "檢查並顯示差異",
    ),
    w("apply", "Apply", "应用", "套用"),
    w("grants-given", "Grants", "授权", "授權"),
    w(
        "grants-more",
        "Further fields of the account",
        "其他账户字段",
        "其他帳戶欄位",
    ),
    w("asked-for", "asked for", "插件请求", "外掛請求"),
    w(
        "config",
        "Configuration (JSON)",
        "配置（JSON）",
        "設定（JSON）",
    ),
    w(
        "schema",
        "What the plugin accepts",
        "插件接受的配置",
        "外掛接受的設定",
    ),
];
