//! Time zones by name, from the copy of the IANA database inside the binary.

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Looks a zone up by its IANA name. The machine's own database is never read, so the same binary gives the
/// same answer everywhere and a recorded run replays alike on another machine (K09).
pub fn zone(name: &str) -> Option<TimeZone> {
    BUNDLED.get(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_by_their_iana_name_only() {
        assert_eq!(
            zone("Asia/Shanghai").unwrap().iana_name(),
            Some("Asia/Shanghai")
        );
        assert!(zone("Shanghai").is_none());
        assert!(zone("../etc/passwd").is_none());
        assert!(zone("").is_none());
    }
}
