//! The step's configuration, as JSON.

use super::super::contract::v0_1::switchboard::plugin::config::Host;
use super::super::state::HostState;

impl Host for HostState {
    fn get(&mut self) -> wasmtime::Result<String> {
        self.count()?;
        self.pass(self.config.len())?;
        Ok(self.config.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn the_configuration_is_what_the_desk_says() {
        let mut state = testing::state(testing::nothing());
        assert_eq!(state.get().unwrap(), "{\"confidence\":0.6}");
    }
}
