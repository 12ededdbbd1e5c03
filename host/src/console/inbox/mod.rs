//! Conversations: those that wait, those that somebody has.

use askama::Template;
use axum::response::Response;

use super::frame::{Frame, page};

#[derive(Template)]
#[template(path = "console/inbox.html")]
struct Inbox<'a> {
    f: &'a Frame,
}

/// The page.
pub(super) async fn show(frame: Frame) -> Response {
    page(&Inbox { f: &frame })
}
