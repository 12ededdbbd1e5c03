//! The evidence pack: what a department needs to act without asking the customer again.

use core::fmt::Write as _;

use crate::types::{AuthorKind, Context, Message};

/// Characters of a ticket's title.
const TITLE: usize = 60;
/// Bytes of earlier messages in a pack: enough to understand, short enough to be read.
const EARLIER: usize = 4_000;

/// One line of the customer's words, as a ticket's title.
#[must_use]
pub fn title(text: &str) -> String {
    let mut words = String::new();
    let mut length = 0_usize;
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        for character in word.chars().filter(|character| !character.is_control()) {
            if length == TITLE {
                words.push('…');
                return words;
            }
            length = length.saturating_add(1);
            words.push(character);
        }
    }
    words
}

/// The customer's words with who, where and when, what the message is about, `facts` that a step found in it, and what
/// was said before. Headings are in the language that the desk's people read.
#[must_use]
pub fn pack(context: &Context, message: &Message, facts: &[(&str, &str)]) -> String {
    let conversation = &context.conversation;
    let is_chinese = crate::say::desk_language(context).is_chinese();
    let heading = |chinese: &'static str, english: &'static str| {
        if is_chinese { chinese } else { english }
    };
    let mut pack = String::with_capacity(512);
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            // Writing to a string does not fail.
            let _ = writeln!(pack, "{name}: {value}");
        }
    };
    line(
        heading("客户", "Customer"),
        context
            .account
            .name
            .as_deref()
            .unwrap_or(&context.account.id),
    );
    line(heading("渠道", "Channel"), &conversation.channel);
    line(heading("会话", "Conversation"), &conversation.id);
    line(heading("时间", "Time"), &message.sent_at);
    line(
        heading("语言", "Language"),
        conversation.language.as_deref().unwrap_or_default(),
    );
    let categories: Vec<&str> = conversation
        .categories
        .iter()
        .map(|category| category.name.as_str())
        .collect();
    line(heading("类别", "About"), &categories.join(", "));
    for (name, value) in facts {
        line(name, value);
    }
    line(
        heading("客户原话", "In the customer's words"),
        &message.text,
    );
    let earlier = earlier(context, message, is_chinese);
    if !earlier.is_empty() {
        line(heading("之前的对话", "Said before"), &earlier);
    }
    pack.truncate(pack.trim_end().len());
    pack
}

/// The newest messages before `message` that fit, oldest first.
fn earlier(context: &Context, message: &Message, is_chinese: bool) -> String {
    let mut lines = Vec::new();
    let mut size = 0_usize;
    for said in context.conversation.messages.iter().rev() {
        if said.id == message.id {
            continue;
        }
        let who = match (said.author, is_chinese) {
            (AuthorKind::Customer, true) => "客户",
            (AuthorKind::Customer, false) => "customer",
            (AuthorKind::Agent, true) => "客服",
            (AuthorKind::Agent, false) => "agent",
            (_, true) => "自动回复",
            (_, false) => "automatic",
        };
        let line = format!("\n  [{}] {who}: {}", said.sent_at, said.text);
        size = size.saturating_add(line.len());
        if size > EARLIER {
            break;
        }
        lines.push(line);
    }
    lines.reverse();
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{context, message};

    #[test]
    fn a_title_is_one_short_line() {
        assert_eq!(title("broken\n\n  on   arrival"), "broken on arrival");
        assert_eq!(title(&"坏".repeat(70)).chars().count(), 61);
    }

    #[test]
    fn a_pack_holds_the_customers_words_and_what_was_said_before() {
        let message = message("收到的积木少了两块", Some("zh-Hans"));
        let mut context = context(&message);
        let mut before = message.clone();
        "m0".clone_into(&mut before.id);
        "你好".clone_into(&mut before.text);
        context.conversation.messages.insert(0, before);
        let pack = pack(&context, &message, &[("订单号", "BW1001")]);
        for part in [
            "客户原话: 收到的积木少了两块",
            "客户: 你好",
            "订单号: BW1001",
            "web",
        ] {
            assert!(pack.contains(part), "{part} in {pack}");
        }
    }
}
