//! Every page and every form, with the roles that may use it. What isn't here isn't served.

use axum::Router;
use axum::middleware::from_fn_with_state;

use super::gate::{Gate, gate};
use super::{
    Console, assets, audit, entrance, inbox, knowledge, people, plugins, profile, reports, runs,
    set_up, shifts, tickets, trials, workflow,
};
use crate::staff::Role::{self, Administrator, Agent, Auditor, Member, Supervisor};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody, signed in or not.
    Open,
    /// Whoever has one of these roles.
    Roles(&'static [Role]),
}

impl Access {
    /// Whether somebody of that role may; none: nobody is signed in.
    pub fn lets(self, role: Option<Role>) -> bool {
        match (self, role) {
            (Self::Open, _) => true,
            (Self::Roles(roles), Some(role)) => roles.contains(&role),
            (Self::Roles(_), None) => false,
        }
    }
}

/// A route of the console.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// `get` or `post`.
    pub method: &'static str,
    /// Its path, with names for what varies.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    /// Whether using it is written into the audit log: every `post` but those that change nothing.
    pub is_logged: bool,
}

/// Everybody.
const OPEN: Access = Access::Open;
/// Whoever is signed in.
const ALL: Access = Access::Roles(Role::ALL);
/// Those who talk to customers.
const WORK: Access = Access::Roles(&[Administrator, Supervisor, Agent]);
/// And those who may look.
const LOOK: Access = Access::Roles(&[Administrator, Supervisor, Agent, Auditor]);
/// And the departments.
const TICKETS: Access = Access::Roles(&[Administrator, Supervisor, Agent, Member, Auditor]);
/// Those of them who work on tickets.
const HANDLE: Access = Access::Roles(&[Administrator, Supervisor, Agent, Member]);
/// Those who answer for the desk, and who look after them.
const OVERSEE: Access = Access::Roles(&[Administrator, Supervisor, Auditor]);
/// Those who answer for the desk.
const LEAD: Access = Access::Roles(&[Administrator, Supervisor]);
/// Those who say how it works and who may what.
const ADMIN: Access = Access::Roles(&[Administrator]);
/// Those who read the log.
const AUDIT: Access = Access::Roles(&[Administrator, Auditor]);

/// What is sent without changing anything that is kept: not in the log.
const QUIET: &[&str] = &[
    "/console/alive",
    "/console/runs/{id}/replay",
    "/console/plugins/{name}/rehearse",
    "/console/plugins/{name}/exam",
    "/console/workflow/{step}/preview",
    "/console/people/{name}/shifts/preview",
    "/console/conversations/{id}/typing",
    "/console/conversations/{id}/review",
];

const fn is_quiet(path: &str) -> bool {
    let mut nth = 0;
    while nth < QUIET.len() {
        if same(QUIET, nth, path) {
            return true;
        }
        nth += 1;
    }
    false
}

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated when the program is built"
)]
const fn same(list: &[&str], nth: usize, path: &str) -> bool {
    let (a, b) = (list[nth].as_bytes(), path.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

macro_rules! routes {
    ($($access:ident $method:ident $path:literal => $handler:path;)+) => {
        /// Every route of the console, with who may use it.
        pub const ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            access: $access,
            is_logged: !matches!(stringify!($method).as_bytes(), b"get") && !is_quiet($path),
        }),+];

        pub(super) fn router(console: &Console) -> Router<Console> {
            let mut routes = ROUTES.iter();
            let mut router = Router::new();
            $(
                if let Some(route) = routes.next() {
                    let gate_of = Gate { console: console.clone(), route: *route };
                    let handler = axum::routing::$method($handler);
                    router = router.route($path, handler.route_layer(from_fn_with_state(gate_of, gate)));
                }
            )+
            router
        }
    };
}

routes! {
    OPEN get "/console/assets/{file}" => assets::serve;
    OPEN get "/console/setup" => set_up::show;
    OPEN post "/console/setup" => set_up::set_up;
    OPEN get "/console/sign-in" => entrance::show;
    OPEN post "/console/sign-in" => entrance::sign_in;
    OPEN post "/console/sign-in/code" => entrance::take_code;
    OPEN post "/console/sign-out" => entrance::sign_out;
    ALL get "/console" => entrance::home;
    ALL get "/console/profile" => profile::show;
    ALL post "/console/profile" => profile::change;
    ALL post "/console/profile/password" => profile::password;
    ALL post "/console/profile/codes" => profile::begin_codes;
    ALL post "/console/profile/codes/end" => profile::end_codes;
    ALL post "/console/profile/sign-out-everywhere" => profile::sign_out_everywhere;
    WORK post "/console/presence" => people::be;
    ALL post "/console/alive" => people::alive;
    LOOK get "/console/inbox" => inbox::show;
    LOOK get "/console/inbox/events" => inbox::follow_inbox;
    LOOK get "/console/conversations/{id}" => inbox::show_conversation;
    LOOK get "/console/conversations/{id}/events" => inbox::follow_conversation;
    WORK post "/console/conversations/{id}/replies" => inbox::reply;
    WORK post "/console/conversations/{id}/review" => inbox::review;
    WORK post "/console/conversations/{id}/typing" => inbox::typing;
    WORK post "/console/conversations/{id}/take" => inbox::take;
    WORK post "/console/conversations/{id}/release" => inbox::release;
    WORK post "/console/conversations/{id}/notes" => inbox::note;
    WORK post "/console/conversations/{id}/hand-over" => inbox::hand_over;
    WORK post "/console/conversations/{id}/resolve" => inbox::resolve;
    WORK post "/console/conversations/{id}/record" => inbox::edit_record;
    WORK post "/console/conversations/{id}/reveal" => inbox::reveal;
    TICKETS get "/console/tickets" => tickets::show;
    TICKETS get "/console/tickets/{id}" => tickets::one;
    HANDLE post "/console/tickets/{id}" => tickets::update;
    LOOK get "/console/runs" => runs::show;
    LOOK get "/console/runs/{id}" => runs::one;
    LOOK post "/console/runs/{id}/replay" => runs::replay;
    OVERSEE get "/console/workflow" => workflow::show;
    ADMIN post "/console/workflow/rollback" => workflow::roll_back;
    OVERSEE get "/console/workflow/{step}" => workflow::step;
    ADMIN post "/console/workflow/{step}" => workflow::apply;
    ADMIN post "/console/workflow/{step}/preview" => workflow::preview;
    LOOK get "/console/knowledge" => knowledge::show;
    LOOK get "/console/knowledge/{id}" => knowledge::one;
    LEAD post "/console/knowledge/{id}/retract" => knowledge::retract;
    OVERSEE get "/console/plugins" => plugins::show;
    ADMIN post "/console/plugins/{name}/rehearse" => plugins::rehearse;
    ADMIN post "/console/plugins/{name}/exam" => trials::examine;
    ADMIN post "/console/plugins/{name}/trial" => trials::begin;
    ADMIN post "/console/plugins/{name}/trial/end" => trials::end;
    ADMIN post "/console/plugins/{name}/activate" => plugins::activate;
    ADMIN post "/console/plugins/{name}/rollback" => plugins::roll_back;
    ADMIN post "/console/plugins/{name}/versions/{version}" => plugins::push;
    OVERSEE get "/console/reports" => reports::show;
    OVERSEE get "/console/reports/{file}" => reports::file;
    OVERSEE get "/console/people" => people::show;
    ADMIN post "/console/people" => people::add;
    ADMIN post "/console/people/{name}/role" => people::change_role;
    ADMIN post "/console/people/{name}/access" => people::change_access;
    ADMIN post "/console/people/{name}/password" => people::reset_password;
    OVERSEE get "/console/people/{name}/shifts" => shifts::show;
    ADMIN post "/console/people/{name}/shifts" => shifts::apply;
    ADMIN post "/console/people/{name}/shifts/preview" => shifts::preview;
    ADMIN post "/console/people/{name}/shifts/rollback" => shifts::roll_back;
    AUDIT get "/console/audit" => audit::show;
    AUDIT get "/console/audit.csv" => audit::export;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_route_stands_twice_and_whatever_changes_something_is_logged() {
        for (nth, route) in ROUTES.iter().enumerate() {
            assert!(
                !ROUTES[..nth].iter().any(|earlier| {
                    earlier.path == route.path && earlier.method == route.method
                }),
                "{} {}",
                route.method,
                route.path
            );
            assert!(["get", "post"].contains(&route.method), "{}", route.path);
            assert_eq!(
                route.is_logged,
                route.method == "post" && !QUIET.contains(&route.path),
                "{}",
                route.path
            );
            assert!(route.path.starts_with("/console"));
        }
    }

    #[test]
    fn only_the_way_in_is_open_and_an_auditor_changes_nothing_but_their_own_account() {
        for route in ROUTES {
            if route.access == Access::Open {
                let way_in = ["/console/assets/", "/console/setup", "/console/sign-"];
                assert!(
                    way_in.iter().any(|way| route.path.starts_with(way)),
                    "{}",
                    route.path
                );
            }
            if route.method == "post" && route.access != Access::Open && route.is_logged {
                assert!(
                    !route.access.lets(Some(Auditor)) || route.path.starts_with("/console/profile"),
                    "{}",
                    route.path
                );
            }
            assert!(route.access.lets(Some(Administrator)), "{}", route.path);
        }
    }
}
