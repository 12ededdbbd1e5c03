//! What pages show from what was counted is what the files of the same report say.

use std::thread;

use super::{House, TOKEN};

const REPORTS: [&str; 7] = [
    "hours",
    "agents",
    "satisfaction",
    "tickets",
    "workload",
    "quality",
    "records",
];

/// The cells of a report's table on the page.
fn on_the_page(page: &str, name: &str) -> Vec<Vec<String>> {
    let section = page.split(&format!("id=\"{name}\"")).nth(1).unwrap();
    let section = section.split("</section>").next().unwrap();
    let Some(table) = section.split("<table class=\"list\">").nth(1) else {
        return Vec::new();
    };
    let body = table.split("<tbody>").nth(1).unwrap();
    let rows = body.split("<tr>").skip(1);
    rows.map(|row| {
        // What people call differently has the name that the files write beside it.
        let cells = row.split("<td").skip(1).map(|cell| {
            let (from, to) = match cell.starts_with(" data-name=\"") {
                true => ("=\"", '"'),
                false => ("<bdi>", '<'),
            };
            let cell = cell.split(from).nth(1).unwrap();
            cell.split(to).next().unwrap().to_owned()
        });
        cells.collect()
    })
    .collect()
}

fn in_the_file(file: &str) -> Vec<Vec<String>> {
    let file = file.trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        row.iter().map(str::to_owned).collect()
    });
    rows.collect()
}

fn is_the_same(house: &House) {
    let browser = house.browser_of("lin-mei");
    let page = browser.get("/console/reports").page();
    assert!(
        !page.contains("id=\"counting\""),
        "there is little to count"
    );
    for name in REPORTS {
        let file = browser.get(&format!("/console/reports/{name}.csv")).page();
        let file: Vec<_> = in_the_file(&file).into_iter().take(20).collect();
        let page = on_the_page(&page, name);
        assert_eq!(page.len(), file.len(), "{name}");
        for (shown, written) in page.iter().zip(&file) {
            for (shown, written) in shown.iter().zip(written) {
                let plain = shown
                    .replace("&#39;", "'")
                    .replace("&#60;", "<")
                    .replace("&#62;", ">")
                    .replace("&#34;", "\"")
                    .replace("&#38;", "&");
                let written = written.trim_start_matches('\'');
                assert_eq!(plain.trim_start_matches('\''), written, "{name}");
            }
        }
    }
}

#[test]
fn the_page_of_reports_has_the_numbers_of_its_files_however_often_it_is_looked_at() {
    let house = House::staffed();
    is_the_same(&house);
    house.message("ana", "运费多少？");
    house.message("bo", "我要投诉！积木少了两块，没人理我");
    is_the_same(&house);
    house.message("ana", "我要转人工");
    let conversation = house.message("ana", "有人吗");
    let agent = house.browser_of("zhang-wei");
    let path = format!("/console/conversations/{conversation}");
    agent.post("/console/presence", &[("status", "online")]);
    agent.post(&format!("{path}/take"), &[]);
    let text = "您好，配件今天就给您补寄，单号稍后发您。";
    agent.post(
        &format!("{path}/replies"),
        &[("text", text), ("seen", "99")],
    );
    is_the_same(&house);
    agent.post(&format!("{path}/resolve"), &[("summary", "补寄配件")]);
    house.message("ana", "4");
    thread::scope(|scope| {
        for nth in 0..4 {
            let house = &house;
            scope.spawn(move || house.message(&format!("c{nth}"), "How long does shipping take?"));
        }
    });
    is_the_same(&house);
}

#[test]
fn a_customer_who_is_erased_is_not_counted_any_longer() {
    let house = House::staffed();
    house.message("ana", "运费多少？");
    let gone = house.message("bo", "请问运费多少？");
    is_the_same(&house);
    let gone = switchboard::model::ConversationId::new(gone);
    let account = house.engine.core().conversation(&gone).unwrap().account;
    let token = format!("Bearer {TOKEN}");
    let browser = house.browser().with("authorization", &token);
    let answer = browser.call("DELETE", &format!("/api/v1/accounts/{account}"), None);
    assert_eq!(answer.status, 200, "{answer:?}");
    is_the_same(&house);
    let page = house.browser_of("lin-mei").get("/console/reports").page();
    assert_eq!(on_the_page(&page, "records").len(), 1);
}
