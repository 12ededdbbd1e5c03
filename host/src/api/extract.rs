//! What handlers take from a request, each checked; a refusal says where it is wrong and how to mend it.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use tokio_stream::StreamExt as _;

use super::{Api, MAX_BODY_BYTES, Problem};

/// How much of a body that is too large is still read, so that a client that is busy sending sees the refusal.
const DRAINED_BYTES: usize = 1024 * 1024;
/// And for how long.
const DRAINED_FOR: Duration = Duration::from_secs(2);

/// A JSON body: one object of exactly the known fields.
pub(crate) struct Strict<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Api> for Strict<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        if let Err(problem) = check_kind(request.headers(), "application/json", "JSON") {
            return Err(refuse(request, problem).await);
        }
        let body = body(request, MAX_BODY_BYTES, api.config.body_deadline).await?;
        json(&body).map(Self)
    }
}

/// The query of a request: exactly the known fields.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Api> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(query)) => Ok(Self(query)),
            Err(error) => Err(Problem::bad_request(format!(
                "the query: {}",
                words_of(&error)
            ))),
        }
    }
}

/// The named parts of a path.
pub(crate) struct Segments<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Api> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, api).await {
            Ok(Path(segments)) => Ok(Self(segments)),
            Err(error) => Err(Problem::bad_request(format!(
                "the path: {}",
                error.body_text()
            ))),
        }
    }
}

/// Checks the content type and that the content is not packed.
pub(crate) fn check_kind(headers: &HeaderMap, wanted: &str, word: &str) -> Result<(), Problem> {
    let packed = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding.as_bytes() != b"identity");
    if packed {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Content-Encoding: packed content is not taken; send it as it is",
        ));
    }
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    if kind.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    let found = if kind.is_empty() {
        "there is no Content-Type".to_owned()
    } else {
        format!("Content-Type: {kind:?}")
    };
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("{found}; send {word} with `content-type: {wanted}`"),
    ))
}

/// Reads a body of at most `limit` bytes; the size that the client announces is looked at before anything is read.
pub(crate) async fn body(
    request: Request,
    limit: usize,
    deadline: Duration,
) -> Result<Bytes, Problem> {
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let too_large =
        announced.is_some_and(|length| length > u64::try_from(limit).unwrap_or(u64::MAX));
    let reading = async {
        if too_large {
            drain(request.into_body()).await;
            return Err(Problem::too_large(limit));
        }
        collect(request.into_body(), limit).await
    };
    tokio::time::timeout(deadline, reading)
        .await
        .unwrap_or_else(|_| {
            Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                format!(
                    "the body was not complete within {} s",
                    deadline.as_secs_f32()
                ),
            ))
        })
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, Problem> {
    let mut stream = body.into_data_stream();
    let mut collected = Vec::new();
    let mut surplus = 0_usize;
    while let Some(chunk) = stream.next().await {
        let chunk =
            chunk.map_err(|_| Problem::bad_request("the body ended before it was complete"))?;
        if surplus == 0 && collected.len() + chunk.len() <= limit {
            collected.extend_from_slice(&chunk);
            continue;
        }
        surplus += chunk.len();
        if surplus > DRAINED_BYTES {
            break;
        }
    }
    if surplus > 0 {
        Err(Problem::too_large(limit))
    } else {
        Ok(Bytes::from(collected))
    }
}

/// Refuses a request whose body nobody wants. A connection that is closed while the client still sends would lose the
/// refusal, so some of the body is read and forgotten.
pub(crate) async fn refuse(request: Request, problem: Problem) -> Problem {
    drain(request.into_body()).await;
    problem
}

async fn drain(body: Body) {
    let mut stream = body.into_data_stream();
    let draining = async {
        let mut drained = 0;
        while drained <= DRAINED_BYTES
            && let Some(Ok(chunk)) = stream.next().await
        {
            drained += chunk.len();
        }
    };
    let _ = tokio::time::timeout(DRAINED_FOR, draining).await;
}

/// Reads JSON; an error names the field. Unknown and repeated fields and deep nesting are errors.
pub(crate) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let place = if matches!(path.as_str(), "." | "?") {
            "the body".to_owned()
        } else {
            path
        };
        Problem::bad_request(format!("{place}: {}", error.inner()))
    })?;
    reader
        .end()
        .map_err(|error| Problem::bad_request(format!("the body: {error}")))?;
    Ok(value)
}

/// A text out of an address or a form; what isn't escaped as it should be stays as it is.
pub(crate) fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).filter(|_| *first == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = byte {
            bytes.push(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A name of a person or department, as the engine takes names.
pub(crate) fn name(field: &str, name: &str) -> Result<(), Problem> {
    const MOST: usize = 128;
    let wrong = if name.trim().is_empty() {
        "is empty"
    } else if name.len() > MOST {
        "is too long"
    } else if name.chars().any(char::is_control) {
        "holds a control character"
    } else {
        return Ok(());
    };
    Err(Problem::bad_request(format!(
        "{field}: {wrong}; give 1 to {MOST} bytes of text"
    )))
}

/// The key under which a sender may send the same again.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let key = keys.next().map(|key| {
        key.to_str()
            .map(str::to_owned)
            .map_err(|_| Problem::bad_request("Idempotency-Key: use visible ASCII characters"))
    });
    if keys.next().is_some() {
        return Err(Problem::bad_request(
            "Idempotency-Key: is there twice; send one",
        ));
    }
    key.transpose()
}

/// The innermost words of an error.
fn words_of(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Note {
        contact: String,
        text: Option<String>,
    }

    fn refusal(body: &[u8]) -> String {
        json::<Note>(body).unwrap_err().detail().to_owned()
    }

    #[test]
    fn what_is_wrong_with_a_body_is_named_with_its_place() {
        assert!(json::<Note>("{\"contact\":\"安娜\"}".as_bytes()).is_ok());
        for (body, words) in [
            (r#"{"contact":"a","contct":"b"}"#, "contct"),
            (
                r#"{"contact":"a","contact":"b"}"#,
                "duplicate field `contact`",
            ),
            (r#"{"contact":1}"#, "contact: invalid type"),
            (r#"{"contact":1e999999}"#, "contact: "),
            (r#"{"text":"a"}"#, "missing field `contact`"),
            (r#"{"contact":"a"} x"#, "trailing characters"),
            (r#"{"contact":"\ud800"}"#, "contact: "),
            ("\u{feff}{\"contact\":\"a\"}", "expected value"),
            ("", "EOF"),
        ] {
            let refusal = refusal(body.as_bytes());
            assert!(refusal.contains(words), "{body}: {refusal}");
        }
        assert!(refusal(b"{\"contact\":\"\xff\"}").contains("contact"));
    }

    #[test]
    fn deep_nesting_and_many_keys_are_refused_at_once() {
        let deep = format!("{{\"contact\":{}", "[".repeat(10_000));
        assert!(refusal(deep.as_bytes()).contains("contact: invalid type"));
        let many = (0..10_000)
            .map(|nth| format!("\"k{nth}\":1"))
            .collect::<Vec<_>>()
            .join(",");
        assert!(refusal(format!("{{{many}}}").as_bytes()).contains("k0"));
    }

    #[tokio::test]
    async fn a_body_is_refused_by_its_announced_and_by_its_real_size() {
        let deadline = Duration::from_secs(5);
        let fits = Request::new(Body::from(vec![b'x'; 10]));
        assert_eq!(body(fits, 10, deadline).await.unwrap().len(), 10);
        let announced = Request::builder()
            .header("content-length", "11")
            .body(Body::from("x"))
            .unwrap();
        let real = Request::new(Body::from(vec![b'x'; 11]));
        for request in [announced, real] {
            let refusal = body(request, 10, deadline)
                .await
                .unwrap_err()
                .into_response();
            assert_eq!(refusal.status(), StatusCode::PAYLOAD_TOO_LARGE);
        }
    }

    #[test]
    fn the_content_type_must_be_said_and_packed_content_is_not_taken() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            headers
        };
        let check = |pairs: &[_]| check_kind(&headers(pairs), "application/json", "JSON");
        assert!(check(&[("content-type", "application/json; charset=utf-8")]).is_ok());
        assert!(check(&[("content-type", "text/plain")]).is_err());
        assert!(check(&[]).is_err());
        assert!(
            check(&[
                ("content-type", "application/json"),
                ("content-encoding", "gzip")
            ])
            .is_err()
        );
    }
}
