//! What a form sent: names and texts.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;

use super::Console;
use crate::api::Problem;
use crate::api::extract::{body, check_kind, unescaped};

/// The most bytes of a form.
const MAX_FORM_BYTES: usize = 256 * 1024;

/// The fields of a form or of an address, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Refuses what no form sends.
    pub(super) fn check_kind(headers: &HeaderMap) -> Result<(), Problem> {
        check_kind(headers, "application/x-www-form-urlencoded", "the form")
    }

    /// Reads what a browser wrote.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let plain = |text: &str| unescaped(&text.replace('+', " "));
            (plain(name), plain(value))
        });
        Self(pairs.collect())
    }

    /// A field without the space around it; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> String {
        self.whole(name).trim().to_owned()
    }

    /// A field as it is: for passwords.
    pub(crate) fn whole(&self, name: &str) -> String {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// A field that may be left empty.
    pub(crate) fn some(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Every value of a field that may stand several times.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let found = self.0.iter().filter(|(key, _)| key == name);
        found.map(|(_, value)| value.trim().to_owned()).collect()
    }

    /// A field that must be there.
    pub(crate) fn needed(&self, name: &str) -> Result<String, Problem> {
        self.some(name)
            .ok_or_else(|| Problem::bad_request(format!("{name}: there is nothing in it")))
    }
}

impl FromRequest<Console> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Problem> {
        let deadline = console.api.config.body_deadline;
        let bytes: Bytes = body(request, MAX_FORM_BYTES, deadline).await?;
        Ok(Self::read(&bytes))
    }
}

/// The query of an address.
pub(crate) struct Asked(pub(crate) Form);

impl axum::extract::FromRequestParts<Console> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _: &Console,
    ) -> Result<Self, Problem> {
        Ok(Self(Form::read(parts.uri.query().unwrap_or("").as_bytes())))
    }
}

/// A text as part of an address.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_browsers_form_is_read() {
        let form =
            Form::read("text=%E4%BD%A0%E5%A5%BD+you%26me&empty=&x=%zz&again=1&again=2".as_bytes());
        assert_eq!(form.text("text"), "你好 you&me");
        assert_eq!(form.some("empty"), None);
        assert_eq!(form.text("x"), "%zz");
        assert_eq!(form.all("again"), ["1", "2"]);
        assert!(form.needed("nothing").is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_encoded_comes_back(text in ".*") {
            let form = Form::read(format!("a={}", encoded(&text)).as_bytes());
            prop_assert_eq!(form.whole("a"), text);
        }
    }
}
