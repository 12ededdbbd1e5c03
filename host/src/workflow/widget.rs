//! Which pages may show the chat in a frame, and for whom signed identities must be meant.

use super::reader::{Reader, Value};

/// How the chat may be embedded.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct WidgetSettings {
    /// Origins of pages that may show the chat in a frame, beside the host's own: `https://shop.example`, or
    /// `https://*.shop.example` for every name below it.
    pub origins: Vec<String>,
    /// What the `aud` of a signed identity must be; none: the desk's name.
    pub audience: Option<String>,
}

pub(super) const KEYS: &[&str] = &["origins", "audience"];

/// How the host's own origin is written.
const OWN: &str = "self";
const EXAMPLE: &str = "[\"self\", \"https://www.example.com\"]";

impl WidgetSettings {
    pub(super) fn read(reader: &mut Reader<'_>, value: &Value<'_>) -> Self {
        let mut settings = Self::default();
        let Some(section) = reader.section(value, "widget", "[settings.widget]") else {
            return settings;
        };
        reader.known_keys(&section, KEYS);
        if let Some(value) = section.get("origins") {
            for origin in reader.texts(value, "origins", EXAMPLE) {
                match origin.value {
                    OWN => {}
                    text => match origin_of(text) {
                        Ok(origin) => settings.origins.push(origin),
                        Err(why) => reader.problem(&origin.place, format!("origins: {why}")),
                    },
                }
            }
        }
        if let Some(value) = section.get("audience") {
            let audience = reader.text(value, "audience", "\"https://desk.example.com\"");
            settings.audience = audience.map(str::to_owned);
        }
        settings
    }

    /// The sources of the header directive `frame-ancestors`.
    pub fn frame_ancestors(&self) -> String {
        let mut sources = format!("'{OWN}'");
        for origin in &self.origins {
            sources.push(' ');
            sources.push_str(origin);
        }
        sources
    }
}

/// An origin as browsers write it.
fn origin_of(text: &str) -> Result<String, String> {
    let wrong = |why: &str| {
        format!(
            "{text:?} {why}; write \"self\", or scheme and host like \"https://www.example.com\" or \"https://*.example.com\""
        )
    };
    let lower = text.to_ascii_lowercase();
    let (scheme, rest) = lower
        .split_once("://")
        .ok_or_else(|| wrong("has no scheme"))?;
    if !matches!(scheme, "https" | "http") {
        return Err(wrong("is neither https nor http"));
    }
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err(wrong("has no port that is a number"));
    }
    let name = host.strip_prefix("*.").unwrap_or(host);
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    if !is_name {
        return Err(wrong(
            "is no origin: a path, a space or an unknown character",
        ));
    }
    Ok(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_scheme_and_host_and_never_end_the_header() {
        assert_eq!(
            origin_of("https://Shop.example").unwrap(),
            "https://shop.example"
        );
        assert!(origin_of("https://*.shop.example").is_ok());
        assert!(origin_of("http://127.0.0.1:8081").is_ok());
        for wrong in [
            "shop.example",
            "*",
            "https://*",
            "https://",
            "https://shop.example/",
            "https://a b",
            "https://a;script-src *",
            "https://a,https://b",
            "javascript://x",
            "https://a:port",
            "https://a'",
        ] {
            assert!(origin_of(wrong).is_err(), "{wrong}");
        }
    }
}
