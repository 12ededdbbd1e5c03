//! Who answers for what. Grant `directory`.

use serde_json::json;

use super::super::contract::v0_1::switchboard::plugin::directory::{self as wit, Host};
use super::super::grants::Grant;
use super::super::state::HostState;
use super::clock::rfc3339;

impl Host for HostState {
    fn departments(&mut self) -> wasmtime::Result<Result<Vec<String>, String>> {
        self.count()?;
        if let Err(refusal) = self.allow(&Grant::Directory) {
            return Ok(Err(refusal));
        }
        let departments = self.ask("directory.departments", json!({}), |host| {
            host.departments()
        })?;
        Ok(Ok(departments))
    }

    fn responsible(
        &mut self,
        topic: String,
    ) -> wasmtime::Result<Result<Option<wit::Contact>, String>> {
        self.count()?;
        if let Err(refusal) = self.allow(&Grant::Directory) {
            return Ok(Err(refusal));
        }
        let arguments = json!({ "topic": topic });
        let contact = self.ask("directory.responsible", arguments, |host| {
            host.responsible(&topic)
        })?;
        let zone = self.now.time_zone();
        Ok(Ok(contact.map(|contact| wit::Contact {
            name: contact.name,
            department: contact.department,
            role: contact.role,
            public_contact: contact.public_contact,
            reachable: contact.reachable,
            back_at: contact.back_at.map(|at| rfc3339(at, zone)),
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn without_the_grant_nothing_is_told() {
        let mut state = testing::state(testing::nothing());
        assert!(state.departments().unwrap().is_err());
        assert!(state.responsible("invoice".to_owned()).unwrap().is_err());
        assert!(state.host_calls.is_empty());
    }

    #[test]
    fn the_directory_answers_with_the_offset_of_the_desk() {
        let mut state = testing::state(testing::granted(&[Grant::Directory]));
        let departments = state.departments().unwrap().unwrap();
        assert_eq!(departments, ["service", "warehouse"]);
        let contact = state.responsible("发票".to_owned()).unwrap().unwrap();
        assert_eq!(
            contact.unwrap().back_at.as_deref(),
            Some("2026-03-10T13:30:00+08:00")
        );
        assert!(
            state
                .responsible("?".to_owned())
                .unwrap()
                .unwrap()
                .is_none()
        );
        assert_eq!(state.host_calls.len(), 3);
    }
}
