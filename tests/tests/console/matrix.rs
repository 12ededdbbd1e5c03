//! Every route against every role, signed in or not, with and without the access token.

use std::collections::BTreeSet;

use switchboard::console::{Access, ROUTES};
use switchboard::staff::Role;

use super::{Browser, House, PEOPLE, Seen, TOKEN};

/// A line of the table.
struct Line {
    who: &'static str,
    method: &'static str,
    path: &'static str,
}

fn lines() -> Vec<Line> {
    let table = include_str!("matrix.txt").lines();
    table
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut parts = line.split_whitespace();
            let mut next = || parts.next().unwrap();
            Line {
                who: next(),
                method: next(),
                path: next(),
            }
        })
        .collect()
}

fn letter(role: Role) -> char {
    match role {
        Role::Administrator => 'a',
        Role::Supervisor => 's',
        Role::Agent => 'g',
        Role::Member => 'm',
        Role::Auditor => 'o',
    }
}

fn who_may(access: Access) -> String {
    match access {
        Access::Open => "open".to_owned(),
        Access::Roles(_) => Role::ALL
            .iter()
            .filter(|role| access.lets(Some(**role)))
            .map(|role| letter(*role))
            .collect(),
    }
}

#[test]
fn the_table_and_the_routes_are_the_same() {
    let house = House::staffed();
    let document: serde_json::Value =
        serde_json::from_str(&house.browser().get("/openapi.json").page()).unwrap();
    let mut routes: BTreeSet<(String, String)> = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            routes.insert((method.clone(), path.clone()));
        }
    }
    let mut table: BTreeSet<(String, String)> = BTreeSet::new();
    for line in lines() {
        let key = (line.method.to_owned(), line.path.to_owned());
        assert!(
            table.insert(key),
            "{} {} stands twice",
            line.method,
            line.path
        );
    }
    for route in ROUTES {
        routes.insert((route.method.to_owned(), route.path.to_owned()));
        let line = lines()
            .into_iter()
            .find(|line| line.method == route.method && line.path == route.path);
        let line = line.unwrap_or_else(|| panic!("no line for {} {}", route.method, route.path));
        assert_eq!(
            line.who,
            who_may(route.access),
            "{} {}",
            route.method,
            route.path
        );
    }
    assert_eq!(table, routes);
}

/// An address of the route that names nothing that there is.
fn address(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{file}" => "none.css",
        part if part.starts_with('{') => "none",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn use_it(browser: &Browser<'_>, line: &Line, token: Option<&str>) -> Seen {
    let path = address(line.path);
    match line.method {
        "get" => browser.get(&path),
        "post" if line.path.starts_with("/console") => {
            let fields: Vec<(&str, &str)> =
                token.map(|token| ("csrf", token)).into_iter().collect();
            browser.send(&path, &fields)
        }
        method => browser.call(&method.to_ascii_uppercase(), &path, Some(String::new())),
    }
}

fn is_let_in(seen: &Seen) -> bool {
    seen.status != 401 && seen.status != 403 && !seen.location.starts_with("/console/sign-in?next=")
}

#[test]
fn every_route_lets_in_exactly_the_roles_of_its_line() {
    let house = House::staffed();
    for (name, role) in PEOPLE {
        let mut browser = house.browser_of(name);
        let mut token = browser.token();
        for line in lines() {
            // What may end a session is followed by another.
            if ["/console/sign-", "/console/profile"]
                .iter()
                .any(|end| line.path.starts_with(end))
            {
                browser = house.browser_of(name);
                token = browser.token();
            }
            assert!(!token.is_empty());
            let seen = use_it(&browser, &line, Some(&token));
            let expected = match line.who {
                "token" => false,
                "open" => true,
                roles => roles.contains(letter(role)),
            };
            let is_way_in = line.path == "/console/sign-in" || line.path == "/chat/messages";
            if !is_way_in {
                assert_eq!(
                    is_let_in(&seen),
                    expected,
                    "{role}: {} {}: {seen:?}",
                    line.method,
                    line.path
                );
            }
            // Without the token of its own session nothing is changed.
            if line.method == "post" && line.path.starts_with("/console") {
                if browser.token() != token {
                    browser = house.browser_of(name);
                    token = browser.token();
                }
                let forged = use_it(&browser, &line, Some("forged"));
                assert_eq!(forged.status, 403, "{role}: {} {}", line.method, line.path);
                let none = use_it(&browser, &line, None);
                assert_eq!(none.status, 403, "{role}: {} {}", line.method, line.path);
            }
        }
    }
}

#[test]
fn nobody_and_a_bearer_of_the_token_find_only_what_is_theirs() {
    let house = House::staffed();
    let nobody = house.browser();
    let bearer = house
        .browser()
        .with("authorization", &format!("Bearer {TOKEN}"));
    let wrong = house.browser().with("authorization", "Bearer wrong");
    for line in lines() {
        let is_way_in = ["/console/sign-in", "/chat/messages", "/chat/events"].contains(&line.path);
        for (browser, has_token) in [(&nobody, false), (&wrong, false), (&bearer, true)] {
            let seen = use_it(browser, &line, None);
            let expected = match line.who {
                "token" => has_token,
                "open" => true,
                _ => false,
            };
            if !is_way_in {
                assert_eq!(
                    is_let_in(&seen),
                    expected,
                    "{} {}: {seen:?}",
                    line.method,
                    line.path
                );
            }
        }
    }
}
