//! Who may do what, and what is written down of it.

use super::{House, PASSWORD, Role};

#[test]
fn an_administrator_lets_somebody_in_who_chooses_a_password_first() {
    let house = House::staffed();
    let admin = house.browser_of("he-min");
    let fields = [
        ("name", "liu-yang"),
        ("role", "agent"),
        ("password", "a first password"),
    ];
    admin
        .post("/console/people", &fields)
        .leads_to("/console/people?done=done-added");
    assert!(
        admin
            .post("/console/people", &fields)
            .refused(409)
            .contains("already")
    );
    let stranger = [
        ("name", "stranger"),
        ("role", "agent"),
        ("password", PASSWORD),
    ];
    admin.post("/console/people", &stranger).refused(400);
    let new = house.browser();
    new.sign_in("liu-yang", "a first password")
        .leads_to("/console");
    new.get("/console/inbox").leads_to("/console/profile");
    let fields = [
        ("old", "a first password"),
        ("new", "one of my own, long"),
        ("again", "one of my own, long"),
    ];
    new.post("/console/profile/password", &fields)
        .leads_to("/console/profile?done=done-password");
    assert_eq!(new.get("/console/inbox").status, 200);
}

#[test]
fn another_role_or_being_shut_out_ends_what_somebody_is_signed_in_with() {
    let house = House::staffed();
    let admin = house.browser_of("he-min");
    let agent = house.browser_of("zhang-wei");
    assert_eq!(agent.get("/console/people").status, 403);
    admin
        .post("/console/people/zhang-wei/role", &[("role", "supervisor")])
        .leads_to("/console/people?done=done-saved");
    assert_eq!(agent.get("/console/people").status, 303);
    let promoted = house.browser_of("zhang-wei");
    assert_eq!(promoted.get("/console/people").status, 200);
    admin.post("/console/people/zhang-wei/access", &[("access", "no")]);
    assert_eq!(promoted.get("/console/people").status, 303);
    house.browser().sign_in("zhang-wei", PASSWORD).refused(401);
    admin.post("/console/people/zhang-wei/access", &[("access", "yes")]);
    house
        .browser()
        .sign_in("zhang-wei", PASSWORD)
        .leads_to("/console");
    // Nobody is left who could undo it.
    admin
        .post("/console/people/he-min/role", &[("role", "agent")])
        .refused(409);
    admin
        .post("/console/people/he-min/access", &[("access", "no")])
        .refused(409);
    assert_eq!(
        house.staff.person("he-min").unwrap().unwrap().role,
        Role::Administrator
    );
}

#[test]
fn whatever_is_changed_or_refused_stands_in_the_log() {
    let house = House::staffed();
    let admin = house
        .browser_of("he-min")
        .with("x-forwarded-for", "203.0.113.7");
    admin.post("/console/people/zhang-wei/role", &[("role", "supervisor")]);
    let agent = house.browser_of("lin-mei");
    agent.post(
        "/console/people/zhang-wei/role",
        &[("role", "administrator")],
    );
    let lines = house.log();
    let told = |nth: usize| {
        let line = &lines[nth];
        (
            line.who.as_str(),
            line.what.as_str(),
            line.on.as_str(),
            line.status,
        )
    };
    assert_eq!(told(1), ("he-min", "people role", "zhang-wei", 303));
    assert_eq!(lines[1].detail, "supervisor");
    assert_eq!(lines[1].from, "203.0.113.7");
    assert_eq!(told(0), ("lin-mei", "people role", "zhang-wei", 403));
    let page = house
        .browser_of("sun-yan")
        .get("/console/audit?who=he-min")
        .page();
    assert!(page.contains("people role") && !page.contains("lin-mei"));
    let sheet = house
        .browser_of("sun-yan")
        .get("/console/audit.csv?what=people");
    assert!(sheet.kind.starts_with("text/csv"));
    assert!(sheet.header("content-disposition").contains("attachment"));
    assert_eq!(sheet.text.lines().count(), 3, "{}", sheet.text);
    assert!(
        sheet
            .text
            .contains(",he-min,people role,zhang-wei,203.0.113.7,303,supervisor")
    );
    // What a program changes, too.
    let program = house
        .browser()
        .with("authorization", &format!("Bearer {}", super::TOKEN))
        .with("x-switchboard-agent", "zhang-wei");
    program.call("DELETE", "/api/v1/accounts/none", Some(String::new()));
    let line = &house.log()[0];
    assert_eq!(
        (line.who.as_str(), line.what.as_str(), line.on.as_str()),
        ("token for zhang-wei", "delete accounts", "none")
    );
    assert!(line.status >= 400);
}

#[test]
fn somebody_says_that_they_are_there_and_the_page_of_people_shows_it() {
    let house = House::staffed();
    let agent = house.browser_of("zhang-wei");
    let fields = [("status", "busy"), ("back", "/console/inbox")];
    agent
        .post("/console/presence", &fields)
        .leads_to("/console/inbox");
    let elsewhere = [("status", "online"), ("back", "https://evil.example")];
    agent
        .post("/console/presence", &elsewhere)
        .leads_to("/console");
    agent
        .post("/console/presence", &[("status", "asleep")])
        .refused(400);
    let page = house.browser_of("lin-mei").get("/console/people").page();
    assert!(page.contains("is-online"));
    assert!(page.contains("Zhang Wei"));
}

#[test]
fn each_language_has_its_pages_and_a_person_may_choose() {
    let house = House::staffed();
    let browser = house
        .browser_of("zhang-wei")
        .with("accept-language", "zh-TW,zh;q=0.9");
    let page = browser.get("/console/inbox").page();
    assert!(page.contains("lang=\"zh-Hant\"") && page.contains("收件匣"));
    browser.post(
        "/console/profile",
        &[("language", "zh-Hans"), ("theme", "dark")],
    );
    let page = browser.get("/console/inbox").page();
    assert!(page.contains("lang=\"zh-Hans\"") && page.contains("data-theme=\"dark\""));
    browser.post("/console/profile", &[("language", ""), ("theme", "system")]);
    assert!(browser.get("/console/inbox").page().contains("zh-Hant"));
}

#[test]
fn the_consoles_files_are_kept_by_browsers_and_change_their_address_with_their_content() {
    let house = House::staffed();
    let page = house.browser().get("/console/sign-in").page();
    let address = page
        .split("href=\"")
        .find(|part| part.contains(".css"))
        .unwrap();
    let address = address.split('"').next().unwrap();
    let seen = house.browser().get(address);
    assert!(seen.header("cache-control").contains("immutable"));
    let tag = seen.header("etag").to_owned();
    let again = house.browser().with("if-none-match", &tag).get(address);
    assert_eq!(again.status, 304);
    assert_eq!(
        house.browser().get("/console/assets/console.0.css").status,
        404
    );
}
