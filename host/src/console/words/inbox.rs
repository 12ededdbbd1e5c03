//! The inbox and its conversations.

use super::{Word, w};

pub(super) const WORDS: &[Word] = &[w("inbox", "Inbox", "收件箱", "收件匣")];
