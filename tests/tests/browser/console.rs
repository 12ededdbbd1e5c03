//! An agent at work in the console, and the customer at the other end.

use serde_json::json;
use switchboard::staff::Role;

use crate::driver::{Browser, Look};
use crate::kit::{Host, demo};

const PASSWORD: &str = "correct horse battery";

fn sign_in(browser: &Browser, host: &Host, name: &str) {
    browser.go(&host.at("/console"));
    browser.fill("#name", name);
    browser.fill("#password", PASSWORD);
    browser.click("button.main");
    browser.find("#main h1");
}

#[test]
#[ignore = "needs Chromium: .ci/browser"]
fn an_agent_takes_a_customer_is_warned_answers_and_resolves_and_a_four_opens_it_again() {
    let host = Host::start(demo(&[], ""));
    host.admit("he-min", Role::Administrator, PASSWORD);
    host.admit("zhang-wei", Role::Agent, PASSWORD);
    host.admit("lin-mei", Role::Supervisor, PASSWORD);
    let customer = Browser::looking(Look {
        language: "zh-CN",
        ..Look::default()
    });
    customer.go(&host.at("/chat"));
    customer.keys("#text", "转人工");
    customer.click("#send");
    customer.shows(".message.you .text", "转人工");
    let agent = Browser::open();
    sign_in(&agent, &host, "zhang-wei");
    agent.shows("#lines", "转接人工");
    agent.picture("console-inbox");
    agent.click(".conversations a");
    agent.shows("#thread", "转人工");
    agent.click("#take");
    agent.shows("#stand", "Zhang Wei");
    // Somebody else who looks is told.
    let other = Browser::open();
    sign_in(&other, &host, "lin-mei");
    other.go(&host.at("/console/inbox?tab=recent"));
    other.click(".conversations a");
    other.shows("#company", "Zhang Wei");
    // What would be held back is said while it is written, and when it is sent.
    agent.keys("#reply-text", "不知道");
    agent.shows("#findings", "不知道");
    agent.click("#send");
    agent.until("the refusal", || {
        agent.script(
            "return !document.getElementById('send').disabled",
            json!([]),
        ) == json!(true)
    });
    agent.shows("#findings", "Will not be sent");
    agent.picture("console-findings");
    // The browser complains of the refusal, and of nothing else.
    let complaints = agent.complaints();
    assert!(
        complaints.len() == 1 && complaints[0].contains("422"),
        "{complaints:?}"
    );
    agent.fill("#reply-text", "您好，运费十元，满一百元包邮。");
    // What was said of the old text goes, and the button moves up.
    agent.until("no findings", || {
        agent.script(
            "return !document.getElementById('findings').textContent.trim()",
            json!([]),
        ) == json!(true)
    });
    agent.click("#send");
    agent.shows("#thread .is-agent .text", "满一百元包邮");
    customer.shows(".message.person .text", "满一百元包邮");
    // What the customer writes shows up by itself.
    customer.keys("#text", "好的，谢谢");
    customer.click("#send");
    agent.shows("#thread", "好的，谢谢");
    agent.click("#resolve");
    agent.shows("#record", "Drafted when Zhang Wei resolved it");
    agent.picture("console-conversation");
    customer.shows("#rating", "");
    customer.until("the question", || {
        customer.script(
            "return !document.getElementById('rating').hidden",
            json!([]),
        ) == json!(true)
    });
    customer.click("#rating button[data-code='4']");
    agent.shows("#thread", "satisfaction: 4");
    agent.shows("#thread", "opened again");
    agent.is_unharmed();
    // The supervisor finds all of it in the report of the day.
    other.go(&host.at("/console/reports"));
    other.shows("#hours .legend", "Website");
    let figure = |section: &str, name: &str| {
        let script = "const row = [...document.querySelectorAll(`#${arguments[0]} table.bars tr`)] \
            .find((row) => row.textContent.includes(arguments[1])); return row ? row.lastElementChild.textContent.trim() : ''";
        other.script(script, json!([section, name]))
    };
    assert_eq!(figure("volume", "Conversations"), json!("1"));
    assert_eq!(figure("volume", "Resolved"), json!("1"));
    assert_eq!(figure("volume", "Opened again"), json!("1"));
    assert_eq!(figure("satisfaction", "4 not solved"), json!("1 · 100 %"));
    let took = figure("agents", "Zhang Wei");
    assert!(took.as_str().unwrap().ends_with(" s"), "{took}");
    other.click("#records summary");
    other.shows("#records tbody", "转人工");
    other.picture("console-report");
    other.is_unharmed();
}

#[test]
#[ignore = "needs Chromium: .ci/browser"]
fn the_console_fits_a_telephone_and_is_used_by_keyboard() {
    let host = Host::start(demo(&[], ""));
    host.admit("he-min", Role::Administrator, PASSWORD);
    let browser = Browser::looking(Look {
        width: 390,
        height: 760,
        dark: true,
        language: "zh-TW",
    });
    sign_in(&browser, &host, "he-min");
    for path in [
        "/console/inbox",
        "/console/people",
        "/console/audit",
        "/console/profile",
    ] {
        browser.go(&host.at(path));
        browser.find("#main h1");
        let wide = "return document.documentElement.scrollWidth > innerWidth";
        assert_eq!(browser.script(wide, json!([])), json!(false), "{path}");
        // The first thing that Tab finds leads past the menu.
        let first = "return document.querySelector('a, button, input, select').className";
        assert_eq!(browser.script(first, json!([])), json!("skip"), "{path}");
        let named = "return [...document.querySelectorAll('input:not([type=hidden]), select, textarea')] \
            .filter((field) => !field.hidden && !field.labels?.length && !field.ariaLabel).length";
        assert_eq!(
            browser.script(named, json!([])),
            json!(0),
            "{path}: each field has a name"
        );
    }
    browser.picture("console-telephone");
    browser.is_unharmed();
}
