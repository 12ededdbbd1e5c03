//! The run's clock. It stands still during a run.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::contract::v0_1::switchboard::plugin::clock::Host;
use super::super::state::HostState;

/// RFC 3339 with the offset that the zone has then.
pub(in super::super) fn rfc3339(at: Timestamp, zone: &TimeZone) -> String {
    at.display_with_offset(zone.to_offset(at)).to_string()
}

impl Host for HostState {
    fn now(&mut self) -> wasmtime::Result<String> {
        self.count()?;
        Ok(rfc3339(self.now.timestamp(), self.now.time_zone()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn the_clock_has_the_offset_of_the_desk_and_stands_still() {
        let mut state = testing::state(testing::nothing());
        assert_eq!(state.now().unwrap(), "2026-03-10T11:59:40+08:00");
        assert_eq!(state.now().unwrap(), "2026-03-10T11:59:40+08:00");
    }
}
