//! The satisfaction question as a link (R82): for channels where nobody answers with a digit, mail above all.
//!
//! Whoever sends the link asks for it; only the host can make one, because it is signed, and it ends. Opening it shows a
//! form and changes nothing, so a mail scanner that fetches every link never votes. Only the form's button does.

use axum::extract::{Extension, FromRequest, Request as HttpRequest, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, extract::Query};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use utoipa::ToSchema;

use super::chat::limit_caller;
use super::extract::{Segments, Strict, body, check_kind};
use super::guard::Peer;
use super::{Api, Problem};
use crate::engine::{EngineError, Request};
use crate::model::{Change, Conversation, ConversationId, SurveyStatus};

/// How long a link is good for where nothing is said.
const DAYS: i64 = 7;
/// The longest that may be asked for.
const MOST_DAYS: i64 = 60;
/// A form of two fields is small.
const MAX_FORM_BYTES: usize = 8 * 1024;
/// Words beside the digit, at most, in bytes.
const MAX_WORDS: usize = 4_000;
/// The form goes to this host only, and nothing is loaded.
const POLICY: &str =
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// How long the link is to be good for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkWanted {
    /// Days, 1 to 60; 7 if left out.
    days: Option<i64>,
}

/// A link to the satisfaction question of one conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Link {
    /// The path on this host; put the host's own address before it.
    path: String,
    /// Until when it is good.
    #[schema(value_type = String, format = DateTime)]
    expires: Timestamp,
}

/// Make a link to the satisfaction question
///
/// For a mail or a text message. Only while the conversation waits for a rating or has one that may still be corrected.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/survey-link", tag = "conversations", request_body = LinkWanted,
    params(("id" = String, Path, description = "the conversation")),
    responses((status = 200, body = Link),
        (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn link(
    State(api): State<Api>,
    Segments(id): Segments<String>,
    Strict(wanted): Strict<LinkWanted>,
) -> Result<Json<Link>, Problem> {
    let days = wanted.days.unwrap_or(DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Problem::bad_request(format!(
            "days: {days} is not possible; give 1 to {MOST_DAYS}"
        )));
    }
    let id = ConversationId::new(id);
    let link = api
        .read(move |core| {
            let conversation = core.conversation(&id)?;
            if conversation.survey == SurveyStatus::NotAsked {
                return Err(EngineError::Conflict(format!(
                    "conversation {id} does not wait for a rating; settle it first"
                )));
            }
            let expires = core
                .clock()
                .now()
                .checked_add(SignedDuration::from_hours(24 * days))
                .map_err(|error| EngineError::Invalid(error.to_string()))?;
            let expires = Timestamp::from_second(expires.as_second())
                .map_err(|error| EngineError::Invalid(error.to_string()))?;
            let token = Token { id, expires };
            let signed = token
                .signed(&core.survey_secret()?)
                .ok_or_else(|| EngineError::Invalid("the link can't be signed".to_owned()))?;
            Ok(Link {
                path: format!("/survey/{signed}"),
                expires,
            })
        })
        .await?;
    Ok(Json(link))
}

/// The form of a satisfaction link
///
/// Changes nothing, however often it is fetched.
#[utoipa::path(
    get, path = "/survey/{token}", tag = "survey",
    params(("token" = String, Path, description = "of a link")),
    responses((status = 200, body = String, content_type = "text/html"),
        (status = "4XX", body = String, content_type = "text/html"))
)]
pub(crate) async fn show(
    State(api): State<Api>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    Segments(token): Segments<String>,
) -> Result<Response, Problem> {
    limit_caller(&api, peer, &headers)?;
    let found = conversation(&api, token.clone()).await?;
    Ok(match found {
        Some(conversation) if conversation.survey != SurveyStatus::NotAsked => {
            let words = words(&conversation);
            let name = escaped(&api.engine.core().desk().name);
            page(StatusCode::OK, words, &name, &form(words, &token))
        }
        Some(conversation) => said(&api, StatusCode::GONE, words(&conversation), |w| w.over),
        None => said(&api, StatusCode::NOT_FOUND, &ENGLISH, |w| w.over),
    })
}

/// What the form sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vote {
    /// 1 to 4.
    code: u32,
    /// Words besides.
    #[serde(default)]
    text: String,
}

/// Rate by a satisfaction link
#[utoipa::path(
    post, path = "/survey/{token}", tag = "survey",
    request_body(content = Vote, content_type = "application/x-www-form-urlencoded"),
    params(("token" = String, Path, description = "of a link")),
    responses((status = 200, body = String, content_type = "text/html"),
        (status = "4XX", body = String, content_type = "text/html"))
)]
pub(crate) async fn vote(
    State(api): State<Api>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    Segments(token): Segments<String>,
    Form(vote): Form,
) -> Result<Response, Problem> {
    limit_caller(&api, peer, &headers)?;
    let Some(conversation) = conversation(&api, token).await? else {
        return Ok(said(&api, StatusCode::NOT_FOUND, &ENGLISH, |w| w.over));
    };
    let words = words(&conversation);
    if conversation.survey == SurveyStatus::NotAsked {
        return Ok(said(&api, StatusCode::GONE, words, |w| w.over));
    }
    if !(1..=4).contains(&vote.code) {
        return Err(Problem::bad_request("code: give 1, 2, 3 or 4"));
    }
    if vote.text.len() > MAX_WORDS {
        return Err(Problem::bad_request(format!(
            "text: has {} bytes; at most {MAX_WORDS} are taken",
            vote.text.len()
        )));
    }
    let text = Some(vote.text.trim().to_owned()).filter(|text| !text.is_empty());
    let request = Request::Survey {
        conversation: conversation.id,
        code: vote.code,
        text,
    };
    let done = match api.engine.submit(request).await {
        Ok(done) => done,
        Err(EngineError::Conflict(_)) => {
            return Ok(said(&api, StatusCode::GONE, words, |w| w.over));
        }
        Err(error) => return Err(error.into()),
    };
    let counted = done
        .run
        .entries
        .iter()
        .any(|entry| matches!(entry.change, Change::SurveyAnswered { .. }));
    Ok(if counted {
        said(&api, StatusCode::OK, words, |w| w.thanks)
    } else {
        said(&api, StatusCode::CONFLICT, words, |w| w.already)
    })
}

/// A form's body: exactly the known fields.
pub(crate) struct Form(Vote);

impl FromRequest<Api> for Form {
    type Rejection = Problem;

    async fn from_request(request: HttpRequest, api: &Api) -> Result<Self, Problem> {
        const KIND: &str = "application/x-www-form-urlencoded";
        check_kind(request.headers(), KIND, "the form")?;
        let body = body(request, MAX_FORM_BYTES, api.config.body_deadline).await?;
        let text = std::str::from_utf8(&body).unwrap_or_default();
        // A form is written as a query is.
        let uri = Uri::try_from(format!("/?{text}"));
        let vote = uri
            .ok()
            .and_then(|uri| Query::<Vote>::try_from_uri(&uri).ok());
        vote.map(|Query(vote)| Self(vote)).ok_or_else(|| {
            Problem::bad_request("the form: send code=1 to code=4, and text= where there are words")
        })
    }
}

/// What a link says: which conversation, and until when it is good.
struct Token {
    id: ConversationId,
    expires: Timestamp,
}

impl Token {
    fn signed(&self, secret: &[u8]) -> Option<String> {
        let mut said = self.expires.as_second().to_be_bytes().to_vec();
        said.extend_from_slice(self.id.as_str().as_bytes());
        let mac = mac(secret, &said)?.finalize().into_bytes();
        Some(format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(&said),
            URL_SAFE_NO_PAD.encode(mac)
        ))
    }

    /// None where it isn't one of this host's, or is over.
    fn read(token: &str, secret: &[u8], now: Timestamp) -> Option<Self> {
        let (said, signature) = token.split_once('.')?;
        let said = URL_SAFE_NO_PAD.decode(said).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        // Compares in a time that says nothing about where the two differ.
        mac(secret, &said)?.verify_slice(&signature).ok()?;
        let (expires, id) = said.split_at_checked(8)?;
        let expires = i64::from_be_bytes(expires.try_into().ok()?);
        let expires = Timestamp::from_second(expires).ok()?;
        let id = ConversationId::new(std::str::from_utf8(id).ok()?.to_owned());
        (now < expires).then_some(Self { id, expires })
    }
}

fn mac(secret: &[u8], said: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).ok()?;
    mac.update(b"survey\0");
    mac.update(said);
    Some(mac)
}

/// The conversation of the link; none where the link isn't good.
async fn conversation(api: &Api, token: String) -> Result<Option<Conversation>, Problem> {
    api.read(move |core| {
        let Some(token) = Token::read(&token, &core.survey_secret()?, core.clock().now()) else {
            return Ok(None);
        };
        match core.conversation(&token.id) {
            Ok(conversation) => Ok(Some(conversation)),
            // Erased meanwhile.
            Err(EngineError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    })
    .await
}

/// The page's words in one language.
struct Words {
    tag: &'static str,
    question: &'static str,
    codes: [&'static str; 4],
    besides: &'static str,
    send: &'static str,
    thanks: &'static str,
    already: &'static str,
    over: &'static str,
}

const SIMPLIFIED: Words = Words {
    tag: "zh-Hans",
    question: "您对本次服务满意吗？",
    codes: [
        "1 非常满意",
        "2 满意",
        "3 对服务态度不满意",
        "4 问题没有解决",
    ],
    besides: "还有什么想告诉我们（可不填）",
    send: "提交",
    thanks: "感谢您的评价！",
    already: "您已经评价过了，感谢您的反馈。",
    over: "此链接已失效。",
};
const TRADITIONAL: Words = Words {
    tag: "zh-Hant",
    question: "您對本次服務滿意嗎？",
    codes: [
        "1 非常滿意",
        "2 滿意",
        "3 對服務態度不滿意",
        "4 問題沒有解決",
    ],
    besides: "還有什麼想告訴我們（可不填）",
    send: "提交",
    thanks: "感謝您的評價！",
    already: "您已經評價過了，感謝您的回饋。",
    over: "此連結已失效。",
};
const ENGLISH: Words = Words {
    tag: "en",
    question: "How satisfied are you with our service?",
    codes: [
        "1 very satisfied",
        "2 satisfied",
        "3 not happy with how I was treated",
        "4 my problem is not solved",
    ],
    besides: "Anything you would like to add (optional)",
    send: "Send",
    thanks: "Thank you for your rating!",
    already: "You have rated already, thank you.",
    over: "This link is no longer good.",
};

fn words(conversation: &Conversation) -> &'static Words {
    match conversation.language.as_deref() {
        Some("zh-Hant") => &TRADITIONAL,
        Some(tag) if tag.starts_with("zh") => &SIMPLIFIED,
        _ => &ENGLISH,
    }
}

fn form(words: &Words, token: &str) -> String {
    let choices: String = (1..)
        .zip(words.codes)
        .map(|(code, text)| {
            format!("<p><label><input type=\"radio\" name=\"code\" value=\"{code}\" required> {text}</label></p>")
        })
        .collect();
    format!(
        "<form method=\"post\" action=\"/survey/{}\"><h1>{}</h1>{choices}<p><label>{}<br><textarea name=\"text\" rows=\"3\" cols=\"40\" maxlength=\"1000\"></textarea></label></p><p><button type=\"submit\">{}</button></p></form>",
        escaped(token),
        words.question,
        words.besides,
        words.send
    )
}

fn said(
    api: &Api,
    status: StatusCode,
    words: &Words,
    which: impl Fn(&Words) -> &'static str,
) -> Response {
    let name = escaped(&api.engine.core().desk().name);
    page(status, words, &name, &format!("<p>{}</p>", which(words)))
}

/// `name` and `content` are HTML already.
fn page(status: StatusCode, words: &Words, name: &str, content: &str) -> Response {
    let text = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>{name}</title></head><body><main>{content}</main></body></html>",
        words.tag
    );
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    for (header, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // A page that names no origin could not send its own form: without one it looks like another site's.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(header, HeaderValue::from_static(value));
    }
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_only_as_it_was_made_and_until_it_ends() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let token = Token {
            id: ConversationId::new("con_1".to_owned()),
            expires: at(1_000),
        };
        let signed = token.signed(b"secret").unwrap();
        let read = |token: &str, secret: &[u8], now| Token::read(token, secret, at(now));
        let found = read(&signed, b"secret", 999).unwrap();
        assert_eq!((found.id.as_str(), found.expires), ("con_1", at(1_000)));
        assert!(read(&signed, b"secret", 1_000).is_none(), "over");
        assert!(read(&signed, b"other", 999).is_none(), "another host's");
        let later = Token {
            id: token.id,
            expires: at(9_000),
        };
        let (said, _) = later
            .signed(b"secret")
            .unwrap()
            .split_once('.')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        let (_, signature) = signed.split_once('.').unwrap();
        assert!(
            read(&format!("{said}.{signature}"), b"secret", 999).is_none(),
            "prolonged"
        );
        for nonsense in ["", ".", "a.b", "%.%"] {
            assert!(read(nonsense, b"secret", 0).is_none());
        }
    }

    #[test]
    fn nothing_that_is_filled_in_becomes_html() {
        assert!(!form(&ENGLISH, "\"><script>").contains("<script>"));
    }
}
