//! Coming in, staying in, going out.

use super::{Browser, CODE, House, PASSWORD, Role, now};

#[test]
fn before_there_is_an_administrator_there_is_only_the_set_up_page() {
    let house = House::empty();
    let code = CODE.with(|code| code.borrow().clone()).unwrap();
    let browser = house.browser();
    for path in [
        "/console",
        "/console/sign-in",
        "/console/people",
        "/console/audit",
    ] {
        browser.get(path).leads_to("/console/setup");
    }
    assert!(browser.get("/console/setup").page().contains("he-min"));
    let set_up = |browser: &Browser<'_>, code: &str| {
        let fields = [
            ("code", code),
            ("name", "he-min"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ];
        browser.send("/console/setup", &fields)
    };
    set_up(&browser, "wrong").refused(401);
    assert!(!house.staff.is_set_up().unwrap());
    // However it is typed.
    let typed = code.to_lowercase().replace('-', " ");
    set_up(&browser, &typed).leads_to("/console");
    browser.get("/console").leads_to("/console/inbox");
    assert!(browser.get("/console/people").page().contains("he-min"));
    // Never again.
    assert!(
        set_up(&house.browser(), &code)
            .refused(409)
            .contains("already")
    );
    house
        .browser()
        .get("/console/setup")
        .leads_to("/console/sign-in");
    assert_eq!(house.log().last().unwrap().what, "setup");
}

#[test]
fn somebody_signs_in_with_name_and_password_and_is_led_where_they_wanted() {
    let house = House::staffed();
    let browser = house.browser();
    browser
        .get("/console/people?x=1")
        .leads_to("/console/sign-in?next=%2Fconsole%2Fpeople%3Fx%3D1");
    let wrong = browser.sign_in("zhang-wei", "another password");
    assert!(wrong.refused(401).contains("wrong"));
    let fields = [
        ("name", "张薇"),
        ("password", PASSWORD),
        ("next", "/console/profile"),
    ];
    // By what the directory calls them, too.
    let seen = browser.send("/console/sign-in", &fields);
    seen.leads_to("/console/profile");
    let cookies: Vec<&str> = seen
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie")
        .map(|(_, value)| value.as_str())
        .collect();
    assert!(cookies.iter().all(|cookie| {
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure")
    }));
    assert!(browser.get("/console/profile").page().contains("Zhang Wei"));
    browser
        .post("/console/sign-out", &[])
        .leads_to("/console/sign-in");
    assert_eq!(browser.get("/console/profile").status, 303);
    // Somebody who may not sign in, and somebody whom nobody knows.
    house.browser().sign_in("liu-yang", PASSWORD).refused(401);
    house.browser().sign_in("nobody", PASSWORD).refused(401);
}

#[test]
fn behind_a_trusted_proxy_that_speaks_https_cookies_are_for_encrypted_ways_only() {
    let house = House::staffed();
    let browser = house.browser().with("x-forwarded-proto", "https");
    let seen = browser.sign_in("zhang-wei", PASSWORD);
    seen.leads_to("/console");
    let session = seen.header("set-cookie");
    assert!(
        session.starts_with("__Host-switchboard") && session.contains("Secure"),
        "{session}"
    );
    assert_eq!(browser.get("/console/profile").status, 200);
}

#[test]
fn a_form_from_elsewhere_changes_nothing() {
    let house = House::staffed();
    for (header, value) in [
        ("origin", "http://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let browser = house.browser_of("he-min").with(header, value);
        let seen = browser.post("/console/people/zhang-wei/access", &[("access", "no")]);
        assert_eq!(seen.status, 403, "{header}: {value}");
        let seen = house
            .browser()
            .with(header, value)
            .sign_in("he-min", PASSWORD);
        assert_eq!(seen.status, 403, "{header}: {value}");
    }
    // The token of another session.
    let mine = house.browser_of("he-min");
    let theirs = house.browser_of("he-min").token();
    let fields = [("csrf", theirs.as_str()), ("access", "no")];
    let seen = mine.send("/console/people/zhang-wei/access", &fields);
    assert!(seen.refused(403).contains("another session"));
    assert!(!house.staff.person("zhang-wei").unwrap().unwrap().disabled);
}

#[test]
fn guesses_wait_longer_and_longer_and_the_owner_goes_on() {
    let house = House::staffed();
    let owner = house.browser();
    owner.sign_in("zhang-wei", PASSWORD).leads_to("/console");
    let guesser = house.browser().with("x-forwarded-for", "203.0.113.9");
    let mut refused = 0;
    for nth in 0..8 {
        let seen = guesser.sign_in("zhang-wei", &format!("guess number {nth}"));
        if seen.status == 429 {
            refused += 1;
            assert!(seen.header("retry-after").parse::<u64>().unwrap() >= 1);
        } else {
            seen.refused(401);
        }
    }
    assert!(refused >= 2, "{refused}");
    // Signed in: goes on; signing in anew from the known browser: at once.
    assert_eq!(owner.get("/console/profile").status, 200);
    owner
        .post("/console/sign-out", &[])
        .leads_to("/console/sign-in");
    owner.sign_in("zhang-wei", PASSWORD).leads_to("/console");
}

#[test]
fn a_new_password_ends_every_other_session() {
    let house = House::staffed();
    let (mine, other) = (house.browser_of("zhang-wei"), house.browser_of("zhang-wei"));
    let change = |old: &str, new: &str, again: &str| {
        mine.post(
            "/console/profile/password",
            &[("old", old), ("new", new), ("again", again)],
        )
    };
    change(
        "not mine at all",
        "a new long password",
        "a new long password",
    )
    .refused(400);
    change(PASSWORD, "a new long password", "a new long passwort").refused(400);
    assert!(
        change(PASSWORD, "short", "short")
            .refused(400)
            .contains("too short")
    );
    assert_eq!(other.get("/console/profile").status, 200);
    change(PASSWORD, "a new long password", "a new long password")
        .leads_to("/console/profile?done=done-password");
    assert_eq!(other.get("/console/profile").status, 303);
    assert_eq!(mine.get("/console/profile").status, 200);
    house.browser().sign_in("zhang-wei", PASSWORD).refused(401);
    let third = house.browser_of("zhang-wei");
    mine.post("/console/profile/sign-out-everywhere", &[])
        .leads_to("/console/sign-in?done=done-out");
    assert_eq!(third.get("/console/profile").status, 303);
    assert_eq!(mine.get("/console/profile").status, 303);
}

#[test]
fn one_time_codes_are_asked_for_after_the_password_and_a_recovery_code_is_good_once() {
    use base64_of::decoded;
    let house = House::staffed();
    let browser = house.browser_of("zhang-wei");
    let page = browser.get("/console/profile").page();
    let field = page.split("name=\"secret\" value=\"").nth(1).unwrap();
    let field = field.split('"').next().unwrap();
    let secret = decoded(field);
    let step = now().as_second() / switchboard::staff::TOTP_STEP;
    let code = switchboard::staff::totp(&secret, step).unwrap();
    let begin = |password: &str, code: &str| {
        let fields = [("secret", field), ("code", code), ("password", password)];
        browser.post("/console/profile/codes", &fields)
    };
    begin("not mine at all", &code).refused(400);
    begin(PASSWORD, "000000x").refused(400);
    let page = begin(PASSWORD, &code).page();
    let recovery = page.split("<li class=\"mono\">").nth(1).unwrap();
    let recovery = recovery.split('<').next().unwrap().to_owned();
    // From now on the password is half of the way.
    let fresh = house.browser();
    fresh.sign_in("zhang-wei", PASSWORD);
    assert_eq!(fresh.get("/console/profile").status, 303);
    let page = fresh.get("/console/sign-in").page();
    assert!(page.contains("one-time-code"));
    let token = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap().to_owned();
    let give = |browser: &Browser<'_>, code: &str| {
        browser.send("/console/sign-in/code", &[("csrf", &token), ("code", code)])
    };
    give(&fresh, &code).refused(401);
    give(&fresh, &recovery).leads_to("/console");
    assert_eq!(fresh.get("/console/profile").status, 200);
    let person = house.staff.person("zhang-wei").unwrap().unwrap();
    assert_eq!(person.recovery_codes(), 7);
    assert_eq!(person.role, Role::Agent);
}

/// Enough of base64 to read a field.
mod base64_of {
    pub(super) fn decoded(text: &str) -> Vec<u8> {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let (mut bits, mut held, mut bytes) = (0, 0_u32, Vec::new());
        for letter in text.bytes() {
            let value = LETTERS.iter().position(|known| *known == letter).unwrap();
            held = held << 6 | u32::try_from(value).unwrap();
            bits += 6;
            if bits >= 8 {
                bits -= 8;
                bytes.push((held >> bits & 0xff).try_into().unwrap());
            }
        }
        bytes
    }
}

#[test]
fn a_session_is_in_its_cookie_and_nowhere_else() {
    let house = House::staffed();
    let browser = house.browser();
    let seen = browser.sign_in("he-min", PASSWORD);
    let (_, session) = browser
        .cookies
        .borrow()
        .iter()
        .find(|(name, _)| name == "switchboard")
        .cloned()
        .unwrap();
    assert!(!seen.text.contains(&session) && !seen.location.contains(&session));
    for path in [
        "/console/inbox",
        "/console/people",
        "/console/audit",
        "/console/profile",
    ] {
        let seen = browser.get(path);
        assert!(!seen.text.contains(&session), "{path}");
        assert_eq!(seen.header("referrer-policy"), "same-origin");
        assert_eq!(seen.header("cache-control"), "no-store");
        assert!(
            seen.header("content-security-policy")
                .contains("script-src 'self'")
        );
    }
}
