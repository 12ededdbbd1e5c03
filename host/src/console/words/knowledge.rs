//! Knowledge.

use super::{Word, w};

pub(super) const WORDS: &[Word] = &[
    w("knowledge", "Knowledge", "知识库", "知識庫"),
    w(
        "knowledge-search",
        "Ask as a customer would",
        "像客户一样提问",
        "像客戶一樣提問",
    ),
    w("search", "Search", "搜索", "搜尋"),
    w(
        "hits",
        "What the plugins are given, the surest first",
        "插件得到的结果，最可信的在前",
        "外掛得到的結果，最可信的在前",
    ),
    w(
        "hits-none",
        "No article answers that.",
        "没有文章能回答。",
        "沒有文章能回答。",
    ),
    w("articles", "Articles", "文章", "文章"),
    w("retracted", "retracted", "已撤回", "已撤回"),
    w("not-valid", "not valid now", "当前无效", "目前無效"),
    w(
        "unanswered",
        "What nobody could answer",
        "未能回答的问题",
        "未能回答的問題",
    ),
    w(
        "unanswered-hint",
        "A step searched the articles and nothing from them was said; questions that are alike are one. The newest 1,000 of them.",
        "步骤搜索了知识库但未能据此回答；相似的问题合并显示。取自最近 1,000 个问题。",
        "步驟搜尋了知識庫但未能據此回答；相似的問題合併顯示。取自最近 1,000 個問題。",
    ),
    w(
        "questions",
        "Questions that it answers",
        "能回答的问题",
        "能回答的問題",
    ),
    w("retract", "Retract", "撤回", "撤回"),
    w("tell-again", "Tell it again", "恢复使用", "恢復使用"),
    w(
        "retracted-hint",
        "No step is given this article any more. Those who were told it are listed here: write to them if it was wrong.",
        "步骤不再使用此文章。下列客户曾收到其内容，如有错误请联系他们。",
        "步驟不再使用此文章。下列客戶曾收到其內容，如有錯誤請聯絡他們。",
    ),
    w("told", "Who was told it", "曾告知的客户", "曾告知的客戶"),
    w(
        "told-hint",
        "The newest 1,000 times that it was told, as far back as is counted: a month, or as far as a report was asked for.",
        "最近告知的 1,000 次，统计范围为最近一个月或所查报表的起始日。",
        "最近告知的 1,000 次，統計範圍為最近一個月或所查報表的起始日。",
    ),
    w("told-none", "Nobody yet.", "暂无。", "暫無。"),
];
