//! What pages call things that have a name for machines: strangers, channels, languages, promises, reasons.

use jiff::SignedDuration;

use super::frame::Frame;
use super::time::span;
use super::words::Lang;
use crate::workflow::Directory;

/// How the chat names whoever is a stranger, before the digest of their secret.
const STRANGER: &str = "visitor-";
/// How many characters of the digest tell strangers apart for people.
const TELLING: usize = 4;
/// No language: too little was said.
const UNDETERMINED: &str = "und";

impl Frame {
    /// A customer as people call them: of a stranger's digest only the beginning.
    pub(crate) fn customer(&self, contact: &str) -> String {
        let digest = contact.strip_prefix(STRANGER).filter(|digest| {
            digest.len() == 32 && digest.chars().all(|digit| digit.is_ascii_hexdigit())
        });
        digest.map_or_else(
            || contact.to_owned(),
            |digest| {
                let short: String = digest.chars().take(TELLING).collect();
                self.fill("visitor", short.to_uppercase())
            },
        )
    }

    /// A channel.
    pub(crate) fn channel(&self, channel: &str) -> String {
        self.one("channel", channel)
    }

    /// A language; nothing where it isn't known.
    pub(crate) fn tongue(&self, tag: &str) -> String {
        match Lang::of(tag) {
            Some(lang) => lang.name().to_owned(),
            None if tag == UNDETERMINED => String::new(),
            None => tag.to_owned(),
        }
    }

    /// A promise: where it came with a ticket, the kind of that is said in words.
    pub(crate) fn promise(&self, text: &str) -> String {
        let Some((kind, title)) = text.split_once(": ") else {
            return text.to_owned();
        };
        let called = self.one("kind", kind);
        match self.lang {
            _ if called == kind && self.lang != Lang::En => text.to_owned(),
            Lang::En => format!("{called}: {title}"),
            _ => format!("{called}：{title}"),
        }
    }

    /// Why something was done; what people wrote themselves stays as it is.
    pub(crate) fn because(&self, reason: &str) -> String {
        if let Some(name) = reason.strip_prefix("taken up by ") {
            return self.fill("taken-up", name);
        }
        if let Some(name) = reason.strip_prefix("a complaint about ") {
            return self.fill("complaint-about", name);
        }
        if let Some(name) = reason.strip_prefix("released by ") {
            return self.fill("released-by", name);
        }
        self.one("reason", reason)
    }

    /// How long.
    pub(crate) fn span(&self, length: SignedDuration) -> String {
        span(length, self.lang)
    }

    /// A person of the desk by the name that others call them.
    pub(crate) fn person(&self, name: &str, directory: &Directory) -> String {
        directory.person(name).map_or_else(
            || name.to_owned(),
            |person| person.display_name(Some(self.lang.tag())).to_owned(),
        )
    }
}
