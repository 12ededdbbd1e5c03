//! What a step asks of the host: which plugin, which grants, which limits.

use std::fmt;
use std::time::Duration;

use semver::{Version, VersionReq};
use serde::Serialize;
use toml::de::DeValue;

use super::quantity;
use super::reader::{Placed, Reader, Section, Value, is_name};
use super::suggest;

/// A plugin by name and the versions of it that will do: `auto-reply@0.1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginRequirement {
    /// The plugin's name.
    pub name: String,
    /// The versions that will do; `0.1` means any 0.1.x.
    pub version: VersionReq,
}

impl PluginRequirement {
    /// Reads `name@version`.
    ///
    /// # Errors
    /// What is wrong and how to mend it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some((name, version)) = text.split_once('@') else {
            return Err(format!(
                "\"{text}\" doesn't say which version; write \"{}@0.1\"",
                text.trim()
            ));
        };
        if !is_name(name) {
            return Err(format!(
                "\"{name}\" is not a plugin's name; write lower-case letters, digits and hyphens, like \"auto-reply@0.1\""
            ));
        }
        let version = VersionReq::parse(version).map_err(|error| {
            format!("\"{version}\" is not a version requirement ({error}); write one like \"{name}@0.1\" or \"{name}@=0.1.3\"")
        })?;
        Ok(Self {
            name: name.to_owned(),
            version,
        })
    }

    /// Whether that version of that plugin will do.
    pub fn accepts(&self, name: &str, version: &Version) -> bool {
        self.name == name && self.version.matches(version)
    }
}

impl fmt::Display for PluginRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

/// What the desk allows a step. It counts only together with what the plugin's manifest asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Grants(Vec<String>);

impl Grants {
    /// The grants there are, besides `account.NAME` for a field of the account.
    pub const KNOWN: &'static [&'static str] = &[
        "kv",
        "knowledge",
        "directory",
        "calendar",
        "tickets",
        "notify",
        "model",
    ];
    const ACCOUNT: &'static str = "account.";

    /// These grants, in order and each once.
    pub fn new(grants: impl IntoIterator<Item = String>) -> Self {
        let mut grants: Vec<String> = grants.into_iter().collect();
        grants.sort();
        grants.dedup();
        Self(grants)
    }

    /// Whether this grant is given.
    pub fn has(&self, grant: &str) -> bool {
        self.0.iter().any(|given| given == grant)
    }

    /// Whether the step may see and set that field of the account.
    pub fn has_account_field(&self, field: &str) -> bool {
        self.0
            .iter()
            .any(|given| given.strip_prefix(Self::ACCOUNT) == Some(field))
    }

    /// All of them, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there is such a grant.
    pub fn is_known(grant: &str) -> bool {
        let field = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        Self::KNOWN.contains(&grant)
            || grant
                .strip_prefix(Self::ACCOUNT)
                .is_some_and(|name| !name.is_empty() && name.chars().all(field))
    }

    pub(super) fn read(reader: &mut Reader<'_>, value: &Value<'_>) -> Self {
        let mut granted: Vec<String> = Vec::new();
        for Placed {
            place,
            value: grant,
        } in reader.texts(value, "grants", "[\"knowledge\", \"kv\"]")
        {
            if !Self::is_known(grant) {
                if grant == "http" || grant.starts_with("http ") {
                    let message = "http is granted by origin: remove it here and add below the step [[step.http]] with origin = \"https://…\" and methods = [\"GET\"]";
                    reader.problem(&place, message);
                    continue;
                }
                let hint = match suggest::nearest(grant, Self::KNOWN.iter().copied()) {
                    Some(meant) => format!("did you mean \"{meant}\"?"),
                    None => format!(
                        "there is {} and account.NAME for a field of the account",
                        Self::KNOWN.join(", ")
                    ),
                };
                reader.problem(&place, format!("there is no grant \"{grant}\"; {hint}"));
            } else if granted.iter().any(|given| given == grant) {
                reader.problem(
                    &place,
                    format!("the grant \"{grant}\" stands here twice; remove one"),
                );
            } else {
                granted.push(grant.to_owned());
            }
        }
        Self::new(granted)
    }
}

/// What a step may use in one call, where the desk narrows the host's own limits. `None`: as the host has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StepLimits {
    /// Time of its own computing.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "milliseconds"
    )]
    pub time: Option<Duration>,
    /// Time on the wall, host calls included.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "milliseconds"
    )]
    pub wall: Option<Duration>,
    /// Processor time of all slow calls of the plugin within ten seconds.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "milliseconds"
    )]
    pub load: Option<Duration>,
    /// Bytes of all memories and tables together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// Bytes that it may return.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<u64>,
    /// Questions to the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_calls: Option<u32>,
    /// Lines that it may log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_lines: Option<u32>,
    /// Writes to its key-value space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kv_writes: Option<u32>,
    /// Time that all its requests to servers of others may take together.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "milliseconds"
    )]
    pub http_time: Option<Duration>,
    /// How many there may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_calls: Option<u32>,
    /// Bytes of what is sent in one of them, and of what comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_body: Option<u64>,
}

fn milliseconds<S: serde::Serializer>(
    time: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let milliseconds = time.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    milliseconds.serialize(serializer)
}

pub(super) const LIMIT_KEYS: &[&str] = &[
    "time",
    "wall",
    "load",
    "memory",
    "output",
    "host-calls",
    "log-lines",
    "kv-writes",
    "http-time",
    "http-calls",
    "http-body",
];

impl StepLimits {
    /// No desk may allow a call more computing than this.
    pub const MAX_TIME: Duration = Duration::from_secs(2);
    /// No desk may let a call last longer than this.
    pub const MAX_WALL: Duration = Duration::from_secs(10);
    /// No desk may allow a plugin more processor time within ten seconds than this: two processors' whole time.
    pub const MAX_LOAD: Duration = Duration::from_secs(20);
    /// No desk may allow a call more memory than this.
    pub const MAX_MEMORY: u64 = 256 << 20;
    /// The least memory that any component starts with.
    pub const MIN_MEMORY: u64 = 64 << 10;
    /// The contract's most bytes of a result.
    pub const MAX_OUTPUT: u64 = 1 << 20;
    /// The contract's most questions to the host.
    pub const MAX_HOST_CALLS: u32 = 1_000;
    /// The contract's most log lines.
    pub const MAX_LOG_LINES: u32 = 64;
    /// The contract's most writes to the key-value space.
    pub const MAX_KV_WRITES: u32 = 128;
    /// No desk may let a call wait for others longer than this: its customer waits as long.
    pub const MAX_HTTP_TIME: Duration = Duration::from_secs(60);
    /// The most requests of one call.
    pub const MAX_HTTP_CALLS: u32 = 32;
    /// Half of what may pass between plugin and host.
    pub const MAX_HTTP_BODY: u64 = 512 << 10;

    pub(super) fn read(reader: &mut Reader<'_>, value: &Value<'_>) -> Self {
        let Some(section) =
            reader.section(value, "limits", "{ time = \"50ms\", memory = \"16MiB\" }")
        else {
            return Self::default();
        };
        let section = Section {
            title: "limits",
            ..section
        };
        reader.known_keys(&section, LIMIT_KEYS);
        let millisecond = Duration::from_millis(1);
        let mut whole = |key: &str, max: u32| {
            section
                .get(key)
                .and_then(|value| reader.whole(value, key, 0..max))
        };
        let (host_calls, log_lines, kv_writes, http_calls) = (
            whole("host-calls", Self::MAX_HOST_CALLS),
            whole("log-lines", Self::MAX_LOG_LINES),
            whole("kv-writes", Self::MAX_KV_WRITES),
            whole("http-calls", Self::MAX_HTTP_CALLS),
        );
        let time = time(
            reader,
            &section,
            "time",
            "\"50ms\"",
            millisecond,
            Self::MAX_TIME,
        );
        let wall = time_of_wall(reader, &section, millisecond, time);
        let load = self::time(
            reader,
            &section,
            "load",
            "\"2s\"",
            millisecond,
            Self::MAX_LOAD,
        );
        Self {
            time,
            wall,
            load,
            memory: size(
                reader,
                &section,
                "memory",
                "\"16MiB\"",
                Self::MIN_MEMORY,
                Self::MAX_MEMORY,
            ),
            output: size(
                reader,
                &section,
                "output",
                "\"64KiB\"",
                1 << 10,
                Self::MAX_OUTPUT,
            ),
            host_calls,
            log_lines,
            kv_writes,
            http_calls,
            http_time: self::time(
                reader,
                &section,
                "http-time",
                "\"5s\"",
                millisecond,
                Self::MAX_HTTP_TIME,
            ),
            http_body: size(
                reader,
                &section,
                "http-body",
                "\"256KiB\"",
                1 << 10,
                Self::MAX_HTTP_BODY,
            ),
        }
    }
}

fn time_of_wall(
    reader: &mut Reader<'_>,
    section: &Section<'_, '_>,
    least: Duration,
    time_limit: Option<Duration>,
) -> Option<Duration> {
    let wall = time(
        reader,
        section,
        "wall",
        "\"2s\"",
        least,
        StepLimits::MAX_WALL,
    )?;
    if let (Some(limit), Some(value)) = (
        time_limit.filter(|limit| *limit > wall),
        section.get("wall"),
    ) {
        reader.problem(&value.span(), format!("wall is shorter than time ({limit:?}); a call never lasts less than it computes, so raise wall or lower time"));
    }
    Some(wall)
}

/// A time between two bounds.
pub(super) fn time(
    reader: &mut Reader<'_>,
    section: &Section<'_, '_>,
    key: &str,
    example: &str,
    least: Duration,
    most: Duration,
) -> Option<Duration> {
    let value = section.get(key)?;
    let text = unit_text(reader, value, key, example)?;
    let time = quantity::time(text)
        .map_err(|message| reader.problem(&value.span(), format!("{key} {message}")))
        .ok()?;
    if time < least || time > most {
        let message = format!(
            "{key} = \"{text}\" is out of bounds; write a time from {} to {}",
            spoken(least),
            spoken(most)
        );
        reader.problem(&value.span(), message);
        return None;
    }
    Some(time)
}

fn size(
    reader: &mut Reader<'_>,
    section: &Section<'_, '_>,
    key: &str,
    example: &str,
    least: u64,
    most: u64,
) -> Option<u64> {
    let value = section.get(key)?;
    let text = unit_text(reader, value, key, example)?;
    let size = quantity::size(text)
        .map_err(|message| reader.problem(&value.span(), format!("{key} {message}")))
        .ok()?;
    if size < least || size > most {
        let message = format!(
            "{key} = \"{text}\" is out of bounds; write a size from {}KiB to {}KiB",
            least >> 10,
            most >> 10
        );
        reader.problem(&value.span(), message);
        return None;
    }
    Some(size)
}

/// A number with a unit; a bare number is the commonest mistake and named as such.
fn unit_text<'v>(
    reader: &mut Reader<'_>,
    value: &'v Value<'_>,
    key: &str,
    example: &str,
) -> Option<&'v str> {
    if let DeValue::Integer(number) = value.get_ref() {
        reader.problem(
            &value.span(),
            format!(
                "{key} = {} has no unit; write it in quotes with its unit, like {example}",
                number.as_str()
            ),
        );
        return None;
    }
    reader.text(value, key, example)
}

fn spoken(time: Duration) -> String {
    let milliseconds = time.as_millis();
    match milliseconds {
        _ if milliseconds >= 86_400_000 && milliseconds.is_multiple_of(86_400_000) => {
            format!("{}d", milliseconds / 86_400_000)
        }
        _ if milliseconds >= 3_600_000 && milliseconds.is_multiple_of(3_600_000) => {
            format!("{}h", milliseconds / 3_600_000)
        }
        _ if milliseconds >= 1_000 && milliseconds.is_multiple_of(1_000) => {
            format!("{}s", milliseconds / 1_000)
        }
        _ => format!("{milliseconds}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_accepts_the_versions_that_it_names() {
        let requirement = PluginRequirement::parse("auto-reply@0.1").unwrap();
        assert!(requirement.accepts("auto-reply", &Version::new(0, 1, 7)));
        assert!(!requirement.accepts("auto-reply", &Version::new(0, 2, 0)));
        assert!(!requirement.accepts("greeting", &Version::new(0, 1, 0)));
        assert!(
            PluginRequirement::parse("auto-reply")
                .unwrap_err()
                .contains("auto-reply@0.1")
        );
        assert!(
            PluginRequirement::parse("Auto@0.1")
                .unwrap_err()
                .contains("lower-case")
        );
        assert!(
            PluginRequirement::parse("auto@latest")
                .unwrap_err()
                .contains("version requirement")
        );
    }

    #[test]
    fn grants_are_known_by_name_and_account_fields_by_prefix() {
        assert!(Grants::is_known("account.phone"));
        assert!(Grants::is_known("account.会员等级"));
        assert!(!Grants::is_known("account."));
        assert!(!Grants::is_known("account.a b"));
        assert!(!Grants::is_known("network"));
        let grants = Grants::new(["kv".to_owned(), "account.phone".to_owned(), "kv".to_owned()]);
        assert_eq!(grants.iter().collect::<Vec<_>>(), ["account.phone", "kv"]);
        assert!(grants.has_account_field("phone") && !grants.has_account_field("name"));
    }
}
