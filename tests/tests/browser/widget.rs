//! A customer in the widget, on a page of another site.

use serde_json::{Value, json};

use crate::driver::{Browser, Look};
use crate::kit::{Host, Site, demo, sign};

/// Gives the frame of the widget: the page keeps the roots that scripts attach, closed ones too.
pub(crate) const FRAME: &str =
    "return window.__roots?.map((root) => root.querySelector('iframe')).find(Boolean) ?? null";
const KEEPS_ROOTS: &str = "<script>window.__roots = []; const attach = Element.prototype.attachShadow; \
    Element.prototype.attachShadow = function (how) { const root = attach.call(this, how); window.__roots.push(root); return root; };</script>";
const HUMAN: &str = "I want to talk to a human agent please";

/// A site whose pages may show the widget of a host of this desk.
fn embedded(files: &[(&str, &str)]) -> (Host, Site) {
    let site = Site::start();
    let more = format!(
        "[settings.widget]\norigins = [\"self\", {:?}]\n",
        site.origin
    );
    let host = Host::start(demo(files, &more));
    show(&site, &host, "", "");
    (host, site)
}

fn show(site: &Site, host: &Host, headers: &str, attributes: &str) {
    let page = format!(
        "<!doctype html><html lang=en><meta name=viewport content=\"width=device-width\"><title>Shop</title><style>* {{ color: red !important; display: block; position: static !important }} \
         iframe, switchboard-chat {{ display: none !important; width: 1px !important }}</style>{KEEPS_ROOTS}<h1>Shop</h1>\
         <script src=\"{}\" async {attributes}></script>",
        host.at("/widget.js")
    );
    site.show(headers, &page);
}

fn open(browser: &Browser, site: &Site) {
    browser.go(&site.origin);
    browser.until("the button", || {
        browser.script("return !!window.Switchboard", json!([])) == json!(true)
    });
    browser.script("window.Switchboard.open()", json!([]));
    browser.enter_frame(FRAME);
    browser.find("#text");
}

fn say(browser: &Browser, text: &str) {
    browser.keys("#text", text);
    browser.click("#send");
    browser.shows(".message.you .text", text);
}

/// The texts of the desk.
fn heard(browser: &Browser) -> Vec<String> {
    browser.texts(".message:not(.you) .text")
}

#[test]
#[ignore = "needs Chromium: .ci/browser"]
fn a_customer_writes_on_another_sites_page_and_is_greeted_and_answered() {
    let (host, site) = embedded(&[]);
    let browser = Browser::open();
    open(&browser, &site);
    say(&browser, "How long does shipping take?");
    browser.until("greeting and answer", || heard(&browser).len() >= 2);
    browser.shows(".message.you .meta", "Sent");
    let said = heard(&browser).join(" ");
    assert!(said.contains("Blue Whale"), "{said}");
    browser.is_unharmed();
    browser.leave_frame();
    browser.picture("widget-desktop");
    // Neither the page reads the frame, nor do the page's styles reach it or the button.
    let reads = "const frame = window.__roots[0].querySelector('iframe'); \
        try { return frame.contentWindow.document.body.innerText } catch { return frame.contentDocument }";
    assert_eq!(browser.script(reads, json!([])), Value::Null);
    let seen = "const root = window.__roots[0]; const of = (element) => { const box = element.getBoundingClientRect(); \
        return [Math.round(box.width), getComputedStyle(element).display] }; \
        return [of(root.querySelector('button')), of(root.querySelector('iframe')), root.host.shadowRoot]";
    let seen = browser.script(seen, json!([]));
    assert_eq!(seen[0], json!([56, "grid"]));
    assert_eq!(seen[1][0], json!(384));
    assert_eq!(seen[2], Value::Null, "the root is closed");
    drop(host);
}

#[test]
#[ignore = "needs Chromium: .ci/browser"]
fn a_customer_on_a_telephone_asks_for_a_person_and_sees_the_place_in_the_queue() {
    let (host, site) = embedded(&[]);
    // Somebody came before.
    host.call(
        "POST",
        "/api/v1/messages",
        &json!({"contact": "first", "text": HUMAN}),
    );
    let browser = Browser::looking(Look {
        width: 390,
        height: 760,
        language: "zh-CN",
        ..Look::default()
    });
    open(&browser, &site);
    say(&browser, "转人工");
    browser.shows("#state", "您排在第 2 位");
    // Whoever was before is served: the place moves although nothing was said.
    let listed = host.call("GET", "/api/v1/queue", &json!(null));
    let first = listed["waiting"][0]["conversation"].as_str().unwrap();
    let take = format!("/api/v1/conversations/{first}/take");
    host.call("POST", &take, &json!({"agent": "lin-mei"}));
    browser.shows("#state", "下一位就是您");
    // A person takes the customer, writes, and answers.
    let mine = listed["waiting"][1]["conversation"].as_str().unwrap();
    host.call(
        "POST",
        &format!("/api/v1/conversations/{mine}/take"),
        &json!({"agent": "lin-mei"}),
    );
    browser.shows("#state", "林梅 正在为您服务");
    host.call(
        "POST",
        &format!("/api/v1/conversations/{mine}/typing"),
        &json!({"agent": "lin-mei", "typing": true}),
    );
    browser.shows("#typing", "林梅 正在输入");
    browser.picture("widget-telephone");
    host.call(
        "POST",
        &format!("/api/v1/conversations/{mine}/replies"),
        &json!({"agent": "lin-mei", "text": "您好，很高兴为您服务，请问您的订单号是多少？"}),
    );
    browser.shows(".message.person .text", "请问您的订单号");
    browser.until("nobody writes", || {
        browser.script("return document.getElementById('typing').hidden", json!([])) == json!(true)
    });
    browser.is_unharmed();
}

#[test]
#[ignore = "needs Chromium: .ci/browser"]
fn a_customer_who_loses_the_network_or_the_host_loses_no_message_and_is_greeted_once() {
    let (mut host, site) = embedded(&[]);
    let browser = Browser::open();
    open(&browser, &site);
    say(&browser, "Hello");
    browser.until("the greeting", || !heard(&browser).is_empty());
    let greeted = heard(&browser);
    let conversation = host.newest();
    // The cable is out: what is written waits, with a way to try again.
    browser.offline(true);
    browser.keys("#text", "Is the train in stock?");
    browser.click("#send");
    browser.shows(".message.failed .meta", "Not sent");
    browser.picture("widget-offline");
    browser.click(".again");
    browser.shows(".message.failed .meta", "Not sent");
    // Nobody has to do anything once it is in again.
    browser.offline(false);
    browser.shows(".message.you:not(.failed) .text", "Is the train in stock?");
    browser.shows(
        ".message.you:last-of-type .meta, .message.you .meta",
        "Sent",
    );
    // The host goes away and comes back; meanwhile a colleague has answered.
    let before = heard(&browser).len();
    host.hang_up();
    browser.shows("#state", "No connection");
    host.serve();
    host.call(
        "POST",
        &format!("/api/v1/conversations/{conversation}/take"),
        &json!({"agent": "lin-mei"}),
    );
    host.call(
        "POST",
        &format!("/api/v1/conversations/{conversation}/replies"),
        &json!({"agent": "lin-mei", "text": "Yes, the train is in stock. You can order it today."}),
    );
    browser.shows(".message.person .text", "the train is in stock");
    browser.shows("#state", "You are talking to Lin Mei");
    assert!(heard(&browser).len() > before);
    // And the whole of it is there after a reload, each message once.
    let all = browser.texts(".message .text");
    browser.leave_frame();
    open(&browser, &site);
    browser.until("the history", || {
        browser.texts(".message .text").len() >= all.len()
    });
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(browser.texts(".message .text"), all);
    let again = heard(&browser);
    for greeting in &greeted {
        assert_eq!(again.iter().filter(|said| *said == greeting).count(), 1);
    }
    let mine = browser.texts(".message.you .text");
    assert_eq!(mine, ["Hello", "Is the train in stock?"]);
}

#[test]
#[ignore = "needs Chromium: .ci/browser"]
fn a_customer_rates_with_a_button() {
    let (host, site) = embedded(&[]);
    let browser = Browser::looking(Look {
        dark: true,
        ..Look::default()
    });
    open(&browser, &site);
    say(&browser, HUMAN);
    browser.shows("#state", "next");
    let path = |what: &str| format!("/api/v1/conversations/{}/{what}", host.newest());
    let agent = json!({"agent": "lin-mei"});
    host.call("POST", &path("take"), &agent);
    host.call(
        "POST",
        &path("replies"),
        &json!({"agent": "lin-mei", "text": "Hello, the parcel arrives tomorrow before noon."}),
    );
    host.call(
        "POST",
        &path("resolve"),
        &json!({"agent": "lin-mei", "summary": "told when it arrives"}),
    );
    browser.shows("#rating", "How satisfied");
    assert_eq!(browser.all("#rating button").len(), 4);
    browser.picture("widget-rating");
    browser.click("[data-code='2']");
    browser.shows("#rated", "2 Satisfied");
    let state = host.call(
        "GET",
        &format!("/api/v1/conversations/{}", host.newest()),
        &json!(null),
    );
    assert_eq!(state["survey"], "answered", "{state}");
    browser.is_unharmed();
}

#[test]
#[ignore = "needs Chromium: .ci/browser"]
fn out_of_hours_a_customer_is_told_when_the_desk_opens_and_files_are_refused_kindly() {
    let closed = "[weekly]\n[calendars.around-the-clock.weekly]\nmonday-sunday = [\"00:00-24:00\"]\n[special]\n";
    let tomorrow = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap())
        .checked_add(jiff::Span::new().days(2))
        .unwrap()
        .weekday();
    let day = match tomorrow {
        jiff::civil::Weekday::Monday => "monday",
        jiff::civil::Weekday::Tuesday => "tuesday",
        jiff::civil::Weekday::Wednesday => "wednesday",
        jiff::civil::Weekday::Thursday => "thursday",
        jiff::civil::Weekday::Friday => "friday",
        jiff::civil::Weekday::Saturday => "saturday",
        jiff::civil::Weekday::Sunday => "sunday",
    };
    let hours = closed.replace("[special]\n", "").replace(
        "[weekly]\n",
        &format!("[weekly]\n{day} = [\"09:00-18:00\"]\n"),
    );
    let (_host, site) = embedded(&[("hours.toml", &hours)]);
    let browser = Browser::open();
    open(&browser, &site);
    browser.shows("#hours", "Leave a message");
    let drop = "const data = new DataTransfer(); data.items.add(new File(['x'], 'a.png', { type: 'image/png' })); \
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));";
    browser.script(drop, json!([]));
    browser.shows("#trouble", "files");
    browser.picture("widget-closed");
    say(&browser, "Please call me back");
    browser.until("an answer", || !heard(&browser).is_empty());
    browser.is_unharmed();
}

#[test]
#[ignore = "needs Chromium: .ci/browser"]
fn a_site_that_the_desk_does_not_name_shows_no_chat_and_a_strict_one_does() {
    let (host, site) = embedded(&[]);
    let stranger = Site::start();
    show(&stranger, &host, "", "");
    let browser = Browser::open();
    browser.go(&stranger.origin);
    browser.script("window.Switchboard.open()", json!([]));
    browser.until("the refusal", || {
        browser
            .complaints()
            .iter()
            .any(|said| said.contains("frame-ancestors"))
    });
    let strict = format!(
        "content-security-policy: default-src 'none'; script-src 'unsafe-inline' http://{0}; frame-src http://{0}; require-trusted-types-for 'script'; trusted-types 'none'\r\n",
        host.address
    );
    show(
        &site,
        &host,
        &strict,
        "data-language=zh-Hant data-colour=#ffcc00",
    );
    browser.go(&site.origin);
    browser.complaints();
    browser.script("window.Switchboard.open()", json!([]));
    browser.enter_frame(FRAME);
    browser.shows("#welcome", "請留言");
    let brand = "return document.documentElement.style.getPropertyValue('--brand')";
    assert_eq!(browser.script(brand, json!([])), "#ffcc00");
}

#[test]
#[ignore = "needs Chromium: .ci/browser"]
fn who_is_known_reads_what_was_said_before_and_a_guest_does_not() {
    let desk = include_str!("../../../examples/blue-whale-toys/desk.toml");
    let desk = desk.replace("idle-after = \"72h\"", "idle-after = \"60s\"");
    let (host, site) = embedded(&[("desk.toml", &desk)]);
    let signing = host.call("GET", "/api/v1/identity-key", &json!(null));
    let token = sign(
        signing["key"].as_str().unwrap(),
        &json!({"sub": "customer-7", "aud": signing["audience"], "exp": jiff::Timestamp::now().as_second() + 600}),
    );
    show(&site, &host, "", &format!("data-token=\"{token}\""));
    let browser = Browser::open();
    open(&browser, &site);
    say(&browser, "The first time");
    browser.until("an answer", || !heard(&browser).is_empty());
    let path = format!("/api/v1/conversations/{}/resolve", host.newest());
    host.call("POST", &path, &json!({"agent": "lin-mei"}));
    std::thread::sleep(std::time::Duration::from_secs(62));
    browser.leave_frame();
    open(&browser, &site);
    say(&browser, "The second time");
    browser.shows(".message.you .text", "The second time");
    browser.until("an answer", || !heard(&browser).is_empty());
    browser.leave_frame();
    open(&browser, &site);
    browser.shows(".message.you .text", "The second time");
    browser.until("a conversation of its own", || {
        !browser
            .texts(".message.you .text")
            .join(" ")
            .contains("The first time")
    });
    browser.click("#earlier");
    browser.shows(".message.you .text", "The first time");
    browser.until("nothing earlier", || {
        browser.script(
            "return document.getElementById('earlier').hidden",
            json!([]),
        ) == json!(true)
    });
    browser.picture("widget-earlier");
    let guest = Browser::open();
    guest.go(&host.at("/chat"));
    guest.find("#text");
    let hidden = "return document.getElementById('earlier').hidden";
    assert_eq!(guest.script(hidden, json!([])), json!(true));
}

#[test]
#[ignore = "needs Chromium: .ci/browser"]
fn whom_the_business_signed_for_is_known_and_a_forged_signature_makes_a_guest() {
    let (host, site) = embedded(&[]);
    let signing = host.call("GET", "/api/v1/identity-key", &json!(null));
    let token = sign(
        signing["key"].as_str().unwrap(),
        &json!({"sub": "customer-42", "aud": signing["audience"], "exp": jiff::Timestamp::now().as_second() + 600}),
    );
    show(&site, &host, "", &format!("data-token=\"{token}\""));
    let browser = Browser::open();
    open(&browser, &site);
    say(&browser, "Hello, it is me");
    browser.until("an answer", || !heard(&browser).is_empty());
    let list = |contact: &str| {
        let path = format!("/api/v1/conversations?channel=web&contact={contact}");
        let listed = host.call("GET", &path, &json!(null));
        listed["conversations"].as_array().unwrap().len()
    };
    assert_eq!(list("verified:customer-42"), 1);
    // Its claims with another's signature.
    let forged = format!("{}x", &token[..token.len() - 2]);
    show(&site, &host, "", &format!("data-token=\"{forged}\""));
    browser.leave_frame();
    open(&browser, &site);
    browser.shows("#trouble", "as a guest");
    say(&browser, "Who am I?");
    browser.until("an answer", || !heard(&browser).is_empty());
    assert_eq!(list("verified:customer-42"), 1);
    assert!(
        !browser
            .texts(".message .text")
            .join(" ")
            .contains("it is me")
    );
}
