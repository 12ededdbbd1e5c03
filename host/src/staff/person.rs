//! The row of somebody who may sign in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::codes::{self, OneTime};
use super::{Role, StaffError, digest, same};
use crate::model::kinds;

/// How many devices somebody is known by; the oldest is forgotten first.
const MOST_DEVICES: usize = 8;

kinds!(
    /// How pages look.
    Theme {
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }
);

/// Somebody who may sign in. Who they are besides stands in the desk's directory, under the same name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// The name in the directory.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// What the password is recognised by.
    pub(super) password: String,
    /// Whether they are shut out.
    #[serde(default)]
    pub disabled: bool,
    /// Whether the password was given to them, so that they choose another first of all.
    #[serde(default)]
    pub must_change: bool,
    /// Sessions of an earlier generation are over.
    #[serde(default)]
    pub(super) generation: u32,
    /// Digests of the devices that they signed in from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    devices: Vec<String>,
    /// One-time codes, where they use them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) one_time: Option<OneTime>,
    /// The language of the pages; none: what the browser asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// How pages look; none: as the system does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
    /// Since when they may sign in.
    pub created_at: Timestamp,
    /// When this row changed last.
    pub changed_at: Timestamp,
    /// When they signed in last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in_at: Option<Timestamp>,
}

impl Person {
    pub(super) fn new(name: String, role: Role, password: String, at: Timestamp) -> Self {
        Self {
            name,
            role,
            password,
            disabled: false,
            must_change: false,
            generation: 0,
            devices: Vec::new(),
            one_time: None,
            language: None,
            theme: None,
            created_at: at,
            changed_at: at,
            signed_in_at: None,
        }
    }

    pub(super) fn is_active_administrator(&self) -> bool {
        self.role == Role::Administrator && !self.disabled
    }

    /// Whatever they are signed in with is over.
    pub fn end_sessions(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }

    /// Whether a one-time code is asked for after the password.
    pub fn wants_code(&self) -> bool {
        self.one_time.is_some()
    }

    /// How many recovery codes are left.
    pub fn recovery_codes(&self) -> usize {
        self.one_time
            .as_ref()
            .map_or(0, |one_time| one_time.recovery.len())
    }

    /// Begins to ask for one-time codes. Gives recovery codes, which are shown once.
    ///
    /// # Errors
    /// [`StaffError::Code`] where `code` isn't what the secret makes now.
    pub fn begin_codes(
        &mut self,
        secret: &[u8],
        code: &str,
        at: Timestamp,
    ) -> Result<Vec<String>, StaffError> {
        let (one_time, recovery) = OneTime::begin(secret, code, at)?;
        self.one_time = Some(one_time);
        Ok(recovery)
    }

    /// Asks for no one-time codes any more.
    pub fn end_codes(&mut self) {
        self.one_time = None;
    }

    pub(super) fn use_code(&mut self, code: &str, at: Timestamp) -> Result<(), StaffError> {
        let Some(one_time) = &mut self.one_time else {
            return Err(StaffError::Code);
        };
        codes::take(one_time, code, at)
    }

    /// Whether they signed in from that device before.
    pub fn knows_device(&self, device: &str) -> bool {
        let digest = digest(device);
        self.devices.iter().any(|known| same(known, &digest))
    }

    /// They signed in from that device.
    pub fn learn_device(&mut self, device: &str) {
        let digest = digest(device);
        self.devices.retain(|known| *known != digest);
        self.devices.push(digest);
        let surplus = self.devices.len().saturating_sub(MOST_DEVICES);
        self.devices.drain(..surplus);
    }
}
