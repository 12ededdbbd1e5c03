//! Somebody's shifts: shown, checked, shown as a difference, applied, taken back, and written down.

use super::{House, Seen};

const PAGE: &str = "/console/people/zhang-wei/shifts";
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

fn send(house: &House, path: &str, hours: &[&str]) -> Seen {
    let fields: Vec<_> = DAYS.iter().copied().zip(hours.iter().copied()).collect();
    house.browser_of("he-min").post(path, &fields)
}

fn week(house: &House) -> Vec<String> {
    let desk = house.engine.core().desk();
    desk.directory
        .person("zhang-wei")
        .unwrap()
        .calendar()
        .week()
}

#[test]
fn shifts_are_shown_changed_and_taken_back_and_all_of_it_is_in_the_log() {
    let house = House::staffed();
    let before = week(&house);
    let admin = house.browser_of("he-min");
    assert!(admin.get("/console/people").page().contains(PAGE));
    assert!(admin.get(PAGE).page().contains("id=\"monday\""));
    let page = admin.get(&format!("{PAGE}?preset=overnight")).page();
    assert!(page.contains("value=\"20:00-08:00\"") && page.contains("<bdi class=\"came\">"));
    let nights = [
        "20:00–08:00",
        "20:00-08:00",
        "",
        "08:00-12:00, 16:00-20:00",
        "",
        "",
        "",
    ];
    let page = send(&house, &format!("{PAGE}/preview"), &nights).page();
    assert!(
        page.contains("+ Thursday  08:00-12:00, 16:00-20:00"),
        "{page}"
    );
    assert_eq!(week(&house), before, "a preview changes nothing");
    send(&house, PAGE, &nights).leads_to(&format!("{PAGE}?done=done-saved"));
    assert_eq!(week(&house)[0], "20:00-08:00");
    let page = admin.get(PAGE).page();
    assert!(
        page.contains(">split</span>") || page.contains(">overnight</span>"),
        "{page}"
    );
    let line = &house.log()[0];
    assert_eq!(
        (line.who.as_str(), line.on.as_str(), line.status),
        ("he-min", "zhang-wei", 303)
    );
    assert!(
        line.detail.contains("shifts of zhang-wei"),
        "{}",
        line.detail
    );
    let late = ["14:00-22:00", "", "", "", "", "", ""];
    send(&house, PAGE, &late).leads_to(&format!("{PAGE}?done=done-saved"));
    assert_eq!(week(&house)[0], "14:00-22:00");
    let back = |number: &str| admin.post(&format!("{PAGE}/rollback"), &[("revision", number)]);
    back("1").leads_to(&format!("{PAGE}?done=done-saved"));
    assert_eq!(week(&house)[0], "20:00-08:00");
    back("0").leads_to(&format!("{PAGE}?done=done-saved"));
    assert_eq!(week(&house), before);
    assert!(back("77").status >= 400);
}

#[test]
fn what_is_no_week_is_refused_with_the_day_and_the_reason() {
    let house = House::staffed();
    let before = week(&house);
    for (wrong, says) in [
        (["8-12", "", "", "", "", "", ""], "wrong-monday"),
        (
            ["", "09:00-13:00, 12:00-14:00", "", "", "", "", ""],
            "wrong-tuesday",
        ),
        (["", "", "", "", "", "", "\"]<script>"], "wrong-sunday"),
        ([""; 7], "role=\"alert\""),
    ] {
        for path in [PAGE.to_owned(), format!("{PAGE}/preview")] {
            let seen = send(&house, &path, &wrong);
            assert_eq!(seen.status, 422, "{wrong:?}");
            assert!(seen.text.contains(says), "{wrong:?}: {}", seen.text);
            assert!(!seen.text.contains("<script>"));
        }
    }
    assert_eq!(week(&house), before);
    assert_eq!(
        send(&house, "/console/people/nobody/shifts", &[""; 7]).status,
        404
    );
}

#[test]
fn a_version_is_examined_and_tried_beside_the_live_one() {
    let house = House::staffed();
    house.message("ana", "运费多少？");
    let admin = house.browser_of("he-min");
    let page = admin.get("/console/plugins").page();
    assert!(page.contains("id=\"push-signature\""));
    let path = "/console/plugins/triage";
    let exam = admin.post(&format!("{path}/exam"), &[("version", "0.1.0")]);
    assert!(exam.page().contains("id=\"examined\""));
    // The live version can't be on trial, a share is a share, and there is no trial to end.
    for fields in [
        vec![("version", "0.1.0")],
        vec![("version", "9.9.9")],
        vec![("version", "0.1.0"), ("percent", "200")],
    ] {
        let seen = admin.post(&format!("{path}/trial"), &fields);
        assert!((400..500).contains(&seen.status), "{fields:?}: {seen:?}");
    }
    let seen = admin.post(&format!("{path}/trial/end"), &[]);
    assert!((400..500).contains(&seen.status), "{seen:?}");
}
