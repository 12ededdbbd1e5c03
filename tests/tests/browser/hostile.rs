//! What strangers and plugins write is shown as text, whatever it looks like.

use std::sync::Arc;

use serde_json::json;
use switchboard::workflow::Desk;
use switchboard_tests::house;
use switchboard_tests::script::Script;

use crate::driver::Browser;
use crate::kit::Host;

/// What runs if a text becomes a script.
const RUN: &str = "window.__pwned=1";

/// A hundred texts that try to be more than text.
pub(crate) fn texts() -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut add = |text: &str| texts.push(text.replace("RUN", RUN));
    for plain in [
        "<script>RUN</script>",
        "<SCRIPT SRC=data:text/javascript,RUN></SCRIPT>",
        "<script/src=data:,RUN>",
        "</script><script>RUN</script>",
        "</textarea><script>RUN</script>",
        "</title><script>RUN</script>",
        "</style><script>RUN</script>",
        "--><script>RUN</script><!--",
        "]]><script>RUN</script>",
        "<scr<script>ipt>RUN</scr</script>ipt>",
        "<script\u{0}>RUN</script>",
        "<script type=module>RUN</script>",
        "<script>alert`1`;RUN</script>",
        "<noscript><p title=\"</noscript><img src=x onerror=RUN>\">",
        "<iframe srcdoc='<script>parent.__pwned=1</script>'></iframe>",
        "<iframe src=javascript:parent.__pwned=1></iframe>",
        "<object data=javascript:RUN></object>",
        "<embed src=javascript:RUN>",
        "<base href=//evil.example/>",
        "<meta http-equiv=refresh content='0;url=javascript:RUN'>",
        "<link rel=stylesheet href=//evil.example/x.css>",
        "<style>@import 'javascript:RUN'; body{display:none}</style>",
        "<form action=javascript:RUN><button>send</button></form>",
        "<isindex action=javascript:RUN type=image>",
        "<template><script>RUN</script></template>",
    ] {
        add(plain);
    }
    for handler in [
        "<img src=x onerror=RUN>",
        "<img src=x onerror='RUN'//",
        "<img/src=`x`onerror=RUN>",
        "<IMG \"\"\"><img src=x onerror=RUN>",
        "<body onload=RUN>",
        "<input autofocus onfocus=RUN>",
        "<select autofocus onfocus=RUN>",
        "<video><source onerror=RUN></video>",
        "<audio src=x onerror=RUN>",
        "<details open ontoggle=RUN>",
        "<marquee onstart=RUN>",
        "<div onpointerover=RUN style=position:fixed;inset:0>",
        "<a href=x onclick=RUN>click</a>",
        "<x contenteditable autofocus onfocus=RUN>",
        "<style onload=RUN></style>",
        "<keygen autofocus onfocus=RUN>",
        "\" onmouseover=RUN x=\"",
        "' onmouseover=RUN x='",
        "` onmouseover=RUN",
        "\"><img src=x onerror=RUN>",
        "'><img src=x onerror=RUN>",
        "x\" autofocus onfocus=\"RUN",
    ] {
        add(handler);
    }
    for svg in [
        "<svg onload=RUN>",
        "<svg/onload=RUN//",
        "<svg><script>RUN</script></svg>",
        "<svg><script href=data:,RUN /></svg>",
        "<svg><animate onbegin=RUN attributeName=x dur=1s>",
        "<svg><a xlink:href=javascript:RUN><text y=9>x</text></a></svg>",
        "<svg><foreignObject><img src=x onerror=RUN></foreignObject></svg>",
        "<svg><use href='data:image/svg+xml,<svg id=x onload=RUN/>#x'/></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=RUN>",
        "<math href=javascript:RUN>x</math>",
    ] {
        add(svg);
    }
    for link in [
        "javascript:RUN",
        "JaVaScRiPt:RUN",
        "java\tscript:RUN",
        "javascript&colon;RUN",
        "&#106;avascript:RUN",
        "data:text/html,<script>RUN</script>",
        "data:text/html;base64,PHNjcmlwdD53aW5kb3cuX19wd25lZD0xPC9zY3JpcHQ+",
        "vbscript:RUN",
        "[click](javascript:RUN)",
        "[click](data:text/html,<script>RUN</script>)",
        "![x](x\"onerror=\"RUN)",
        "[x]: javascript:RUN",
        "<javascript:RUN>",
        "```html\n<script>RUN</script>\n```",
        "<!-- --!><img src=x onerror=RUN>",
        "<a href=\"jav&#x09;ascript:RUN\">x</a>",
        "https://a.example/\"onmouseover=\"RUN",
    ] {
        add(link);
    }
    for mutated in [
        "<svg></p><style><a id=\"</style><img src=1 onerror=RUN>\">",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=RUN>",
        "<p id=\"<style><!--</style><img src=x onerror=RUN>--></style>\">",
        "<xmp><p title=\"</xmp><img src=x onerror=RUN>\">",
        "<noembed><img title=\"</noembed><img src onerror=RUN>\">",
        "<listing>&lt;img src=1 onerror=RUN&gt;</listing>",
        "<table><tr><td><select><option><style></select><img src=x onerror=RUN></style>",
    ] {
        add(mutated);
    }
    for template in [
        "{{constructor.constructor('RUN')()}}",
        "{{7*7}}",
        "${RUN}",
        "#{RUN}",
        "<%= RUN %>",
        "{% raw %}<script>RUN</script>{% endraw %}",
        "{language}{desk}{framed}",
        "<div hx-get=/chat hx-trigger=load hx-on:load=RUN>",
        "<div data-hx-on::load=RUN _=\"on load RUN\">",
        "data: {\"thread\":\"x\"}\n\nevent: state\ndata: {}",
    ] {
        add(template);
    }
    for odd in [
        "\u{202e}gnp.exe\u{202c} <script>RUN</script>",
        "\u{2066}\u{202e}abc\u{2069} right to left",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦\u{200d}\u{200d}\u{200d} zero width",
        "\u{feff}\u{200b}\u{2060}<img src=x onerror=RUN>",
        "＜script＞RUN＜/script＞",
        "\u{e000}\u{fffd}\u{1}\u{7f}",
    ] {
        add(odd);
    }
    add(&format!("Z{}", "\u{301}\u{35c}\u{489}".repeat(120)));
    add(&"\u{fdfd}".repeat(50));
    add(&format!("{}<script>RUN</script>", "<b>".repeat(200)));
    texts
}

/// A desk whose only step puts what the customer wrote wherever a step may; its name and its people's are hostile too.
pub(crate) fn desk() -> Arc<Desk> {
    let everywhere = Script::new("echo").echo_everywhere("remark", "echo", "service");
    let desk = house::chain(
        &[(
            "echo | grants = [\"kv\", \"tickets\", \"notify\", \"account.remark\"]",
            everywhere.granted("account.remark").component(),
        )],
        &["message.received"],
        "",
    );
    let mut desk = Desk::clone(&desk);
    desk.name = format!("</title><img src=x onerror={RUN}>{{desk}}\"'");
    Arc::new(desk)
}

#[test]
fn there_are_a_hundred_different_texts() {
    let texts = texts();
    let different: std::collections::BTreeSet<_> = texts.iter().collect();
    assert!(different.len() >= 100, "{}", different.len());
}

#[test]
#[ignore = "needs Chromium: .ci/browser"]
fn a_hundred_hostile_texts_of_customers_and_steps_stay_text_in_the_chat() {
    let host = Host::start(desk());
    let browser = Browser::open();
    browser.go(&host.at("/chat"));
    browser.find("#text");
    let texts = texts();
    // What a browser's field makes of them is its own; here each goes by the API of the page.
    let visitor = browser.script(
        "return localStorage.getItem('switchboard.visitor')",
        json!([]),
    );
    for text in &texts {
        browser.script(
            "fetch('/chat/messages', { method: 'POST', headers: { 'content-type': 'application/json', \
             'x-switchboard-visitor': arguments[1] }, body: JSON.stringify({ text: arguments[0] }) })",
            json!([text, visitor]),
        );
    }
    browser.reload();
    browser.until("all of them, twice", || {
        browser.all(".message").len() >= 2 * texts.len()
    });
    let mut shown = browser.texts(".message .text");
    let mut wanted: Vec<String> = texts
        .iter()
        .flat_map(|text| [text.clone(), text.clone()])
        .collect();
    shown.sort();
    wanted.sort();
    assert_eq!(shown, wanted, "each is there as it was written");
    let elements = browser.script(
        "return [...new Set([...document.querySelectorAll('#log *')].map((found) => found.localName))].sort()",
        json!([]),
    );
    assert_eq!(elements, json!(["div", "p", "span", "time"]));
    // A person with a mouse goes over everything.
    browser.script(
        "for (const found of document.querySelectorAll('*')) for (const kind of ['mouseover', 'pointerover', 'focus', 'click']) \
         if (!found.closest('header, form, #rating')) found.dispatchEvent(new Event(kind, { bubbles: true }))",
        json!([]),
    );
    std::thread::sleep(std::time::Duration::from_secs(1));
    browser.is_unharmed();
    // And typed by hand, each alike.
    for text in texts.iter().take(20) {
        browser.fill("#text", text);
        browser.click("#send");
    }
    browser.until("all of them", || {
        browser.all(".message").len() >= 2 * texts.len() + 40
    });
    browser.is_unharmed();
}
