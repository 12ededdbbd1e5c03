//! Reports.

use super::{Word, w};

pub(super) const WORDS: &[Word] = &[
    w("reports", "Reports", "报表", "報表"),
    w("from", "From", "从", "從"),
    w("to", "To", "至", "至"),
    w("show", "Show", "显示", "顯示"),
    w("as-table", "As a table", "表格", "表格"),
    w(
        "rows-more",
        "{} more rows are in the files.",
        "文件中还有 {} 行。",
        "檔案中還有 {} 列。",
    ),
    w(
        "record-form",
        "Service record form (XLSX)",
        "在线客服受理记录表（XLSX）",
        "線上客服受理記錄表（XLSX）",
    ),
    w(
        "records-hint",
        "The service record form 《在线客服受理记录表》: a row for each conversation that began in the period.",
        "《在线客服受理记录表》：时段内开始的每个会话一行。",
        "《線上客服受理記錄表》：時段內開始的每個會話一列。",
    ),
    w(
        "report-hours",
        "Messages by hour and channel",
        "各时段各渠道消息量",
        "各時段各管道訊息量",
    ),
    w(
        "report-agents",
        "Response time of people",
        "人工响应时间",
        "人工回應時間",
    ),
    w("report-satisfaction", "Satisfaction", "满意度", "滿意度"),
    w(
        "report-tickets",
        "Complaints and other tickets",
        "投诉与其他工单",
        "投訴與其他工單",
    ),
    w(
        "report-workload",
        "Workload of people and plugins: replies",
        "人工与插件工作量：回复数",
        "人工與外掛工作量：回覆數",
    ),
    w(
        "report-volume",
        "Conversations by day",
        "每日会话",
        "每日會話",
    ),
    w("report-quality", "Quality findings", "质检发现", "質檢發現"),
    w("report-records", "Service records", "受理记录", "受理記錄"),
    w("code-is-1", "very satisfied", "非常满意", "非常滿意"),
    w("code-is-2", "satisfied", "满意", "滿意"),
    w(
        "code-is-3",
        "not happy with the attitude",
        "对服务态度不满意",
        "對服務態度不滿意",
    ),
    w("code-is-4", "not solved", "问题没有解决", "問題沒有解決"),
    w("worker-person", "Person", "人工", "人工"),
    w("worker-plugin", "Plugin", "插件", "外掛"),
    w("worker-host", "Host", "主机", "主機"),
    w("finding-blocking", "Held back", "拦截", "攔截"),
    w("finding-warnings", "Warnings", "警告", "警告"),
    w("finding-remarks", "Remarks", "提示", "提示"),
];
