//! Where things are in the store: one function per table, nothing else builds keys.
//!
//! Parts of variable length that aren't last are preceded by their length, so that no two names can be confused, and
//! numbers are big-endian, so that key order is their order.

use jiff::Timestamp;

use crate::model::{AccountId, ConversationId, KvScope, PromiseId, RunId, TicketId, contact_key};

/// A key under construction.
#[derive(Default)]
struct Key(Vec<u8>);

impl Key {
    fn part(mut self, bytes: &[u8]) -> Self {
        let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    fn number(mut self, number: u32) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    fn time(mut self, at: Timestamp) -> Self {
        // Flipping the sign bit makes the order of the bytes that of the signed numbers.
        let ordered = (at.as_millisecond() as u64) ^ (1 << 63);
        self.0.extend_from_slice(&ordered.to_be_bytes());
        self
    }

    fn rest(mut self, bytes: &[u8]) -> Vec<u8> {
        self.0.extend_from_slice(bytes);
        self.0
    }

    fn end(self) -> Vec<u8> {
        self.0
    }
}

/// `Account`: by id.
pub(crate) fn account(id: &AccountId) -> Vec<u8> {
    id.as_str().as_bytes().to_vec()
}

/// `Identity`: a customer's name on a channel; telephone numbers however they are written.
pub(crate) fn identity(channel: &str, contact: &str) -> Vec<u8> {
    Key::default()
        .part(channel.as_bytes())
        .rest(contact_key(channel, contact).as_bytes())
}

/// `Conversation`: by id.
pub(crate) fn conversation(id: &ConversationId) -> Vec<u8> {
    id.as_str().as_bytes().to_vec()
}

/// `Message`: by conversation and the number of the first text of a run.
pub(crate) fn message(conversation: &ConversationId, number: u32) -> Vec<u8> {
    Key::default()
        .part(conversation.as_str().as_bytes())
        .number(number)
        .end()
}

/// `Message` and `Run`: all of one conversation.
pub(crate) fn of_conversation(conversation: &ConversationId) -> Vec<u8> {
    Key::default().part(conversation.as_str().as_bytes()).end()
}

/// `Run`: by conversation and number.
pub(crate) fn run(conversation: &ConversationId, number: u32) -> Vec<u8> {
    message(conversation, number)
}

/// `RunByTime`: the run's time, then its id.
pub(crate) fn run_by_time(at: Timestamp, run: &RunId) -> Vec<u8> {
    Key::default().time(at).rest(run.as_str().as_bytes())
}

/// `RunByTime`, `Timer`, `IdempotencyByTime`: everything before that time.
pub(crate) fn before(at: Timestamp) -> Vec<u8> {
    Key::default().time(at).end()
}

/// `ConversationByTime`: when it began, then which.
pub(crate) fn conversation_by_time(at: Timestamp, id: &ConversationId) -> Vec<u8> {
    Key::default().time(at).rest(id.as_str().as_bytes())
}

/// The conversation that a key of `ConversationByTime` names.
pub(crate) fn conversation_of(by_time: &[u8]) -> Option<ConversationId> {
    let (_, id) = by_time.split_first_chunk::<8>()?;
    Some(ConversationId::new(std::str::from_utf8(id).ok()?))
}

/// `Merge`: what an account was merged into.
pub(crate) fn merged(from: &AccountId) -> Vec<u8> {
    Key::default().part(b"from").rest(from.as_str().as_bytes())
}

/// `Merge`: one of what was merged into an account.
pub(crate) fn merged_into(into: &AccountId, from: &AccountId) -> Vec<u8> {
    let mut key = all_merged_into(into);
    key.extend_from_slice(from.as_str().as_bytes());
    key
}

/// `Merge`: all that was merged into an account.
pub(crate) fn all_merged_into(into: &AccountId) -> Vec<u8> {
    Key::default()
        .part(b"into")
        .part(into.as_str().as_bytes())
        .end()
}

/// A place in a customer's timeline: when, then conversation and number of the run.
pub(crate) fn timeline(at: Timestamp, conversation: &ConversationId, run: u32) -> Vec<u8> {
    Key::default()
        .time(at)
        .part(conversation.as_str().as_bytes())
        .number(run)
        .end()
}

/// `HostNote`: which chore, then for which moment.
pub(crate) fn host_note(name: &str, moment: Timestamp) -> Vec<u8> {
    Key::default().part(name.as_bytes()).time(moment).end()
}

/// `HostNote`: all of one chore.
pub(crate) fn host_notes(name: &str) -> Vec<u8> {
    Key::default().part(name.as_bytes()).end()
}

/// `Ticket`: by id.
pub(crate) fn ticket(id: &TicketId) -> Vec<u8> {
    id.as_str().as_bytes().to_vec()
}

/// `Promise`: by id.
pub(crate) fn promise(id: &PromiseId) -> Vec<u8> {
    id.as_str().as_bytes().to_vec()
}

/// `Timer`: when it is due, then whose and which.
pub(crate) fn timer(due: Timestamp, conversation: &ConversationId, name: &str) -> Vec<u8> {
    Key::default()
        .time(due)
        .part(conversation.as_str().as_bytes())
        .rest(name.as_bytes())
}

/// `Outbox`: in order per conversation.
pub(crate) fn outbox(conversation: &ConversationId, run: u32, nth: u32) -> Vec<u8> {
    Key::default()
        .part(conversation.as_str().as_bytes())
        .number(run)
        .number(nth)
        .end()
}

/// `Idempotency`: whose and which.
pub(crate) fn idempotency(channel: &str, contact: &str, key: &str) -> Vec<u8> {
    Key::default()
        .part(channel.as_bytes())
        .part(contact_key(channel, contact).as_bytes())
        .rest(key.as_bytes())
}

/// `IdempotencyByTime`: when, then the key of `Idempotency`.
pub(crate) fn idempotency_by_time(at: Timestamp, key: &[u8]) -> Vec<u8> {
    Key::default().time(at).rest(key)
}

/// The key of `Idempotency` that a key of `IdempotencyByTime` names.
pub(crate) fn idempotency_of(by_time: &[u8]) -> Option<Vec<u8>> {
    by_time
        .split_first_chunk::<8>()
        .map(|(_, key)| key.to_vec())
}

/// The run that a key of `RunByTime` names.
pub(crate) fn run_of(by_time: &[u8]) -> Option<RunId> {
    let (_, id) = by_time.split_first_chunk::<8>()?;
    Some(RunId::new(std::str::from_utf8(id).ok()?))
}

/// The time that a key of `Timer` begins with.
pub(crate) fn due_of(timer: &[u8]) -> Option<Timestamp> {
    let (time, _) = timer.split_first_chunk::<8>()?;
    Timestamp::from_millisecond((u64::from_be_bytes(*time) ^ (1 << 63)) as i64).ok()
}

/// The owner part of a plugin's key-value space.
pub(crate) struct KvOwner<'a> {
    pub(crate) plugin: &'a str,
    pub(crate) account: &'a AccountId,
    pub(crate) conversation: &'a ConversationId,
}

/// `KeyValue`: plugin, scope, owner, key.
pub(crate) fn kv(owner: &KvOwner<'_>, scope: KvScope, key: &str) -> Vec<u8> {
    let whose = match scope {
        KvScope::Conversation => owner.conversation.as_str(),
        KvScope::Account => owner.account.as_str(),
        KvScope::Desk => "",
    };
    Key::default()
        .part(owner.plugin.as_bytes())
        .part(scope.as_str().as_bytes())
        .part(whose.as_bytes())
        .rest(key.as_bytes())
}

/// `KeyValue`: all of one owner in one plugin's space.
pub(crate) fn kv_of(plugin: &str, scope: KvScope, owner: &str) -> Vec<u8> {
    Key::default()
        .part(plugin.as_bytes())
        .part(scope.as_str().as_bytes())
        .part(owner.as_bytes())
        .end()
}

/// `KeyValue`: comes after everything of that plugin, and before anything of another whose keys come later.
pub(crate) fn kv_after(plugin: &str) -> Vec<u8> {
    // What follows the plugin's name is a length below 2^15.
    Key::default().part(plugin.as_bytes()).rest(&[0xff])
}

/// What a key of `KeyValue` is made of.
pub(crate) fn kv_parts(key: &[u8]) -> Option<super::holdings::Remembered> {
    let (plugin, rest) = first_part(key)?;
    let (scope, rest) = first_part(rest)?;
    let (owner, key) = first_part(rest)?;
    Some(super::holdings::Remembered {
        plugin: plugin.to_owned(),
        scope: KvScope::parse(scope)?,
        owner: owner.to_owned(),
        key: std::str::from_utf8(key).ok()?.to_owned(),
    })
}

fn first_part(key: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = key.split_first_chunk::<2>()?;
    let (part, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    Some((std::str::from_utf8(part).ok()?, rest))
}

/// Whether a key of `KeyValue` belongs to the whole desk, where other accounts write too.
pub(crate) fn is_desk_wide(key: &[u8]) -> bool {
    let Some((length, rest)) = key.split_first_chunk::<2>() else {
        return false;
    };
    let scope = rest
        .get(usize::from(u16::from_be_bytes(*length))..)
        .unwrap_or_default();
    scope.starts_with(&Key::default().part(KvScope::Desk.as_str().as_bytes()).end())
}

/// `Plugin`: what is known of a version.
pub(crate) fn plugin_version(name: &str, version: &str) -> Vec<u8> {
    Key::default()
        .part(b"version")
        .part(name.as_bytes())
        .rest(version.as_bytes())
}

/// `Plugin`: all versions of all plugins.
pub(crate) fn plugin_versions() -> Vec<u8> {
    Key::default().part(b"version").end()
}

/// `Plugin`: which versions were active, newest last.
pub(crate) fn plugin_active(name: &str) -> Vec<u8> {
    Key::default().part(b"active").rest(name.as_bytes())
}

/// `Plugin`: what runs beside the live version.
pub(crate) fn plugin_trial(name: &str) -> Vec<u8> {
    Key::default().part(b"trial").rest(name.as_bytes())
}

/// `Plugin`: all of what runs beside live versions.
pub(crate) fn plugin_trials() -> Vec<u8> {
    Key::default().part(b"trial").rest(b"")
}

/// `Plugin`: a component's bytes.
pub(crate) fn plugin_bytes(sha256: &str) -> Vec<u8> {
    Key::default().part(b"bytes").rest(sha256.as_bytes())
}

/// `Presence`: an agent's.
pub(crate) fn presence(agent: &str) -> Vec<u8> {
    Key::default().part(b"agent").rest(agent.as_bytes())
}

/// `Presence`: all agents'.
pub(crate) fn presences() -> Vec<u8> {
    Key::default().part(b"agent").end()
}

/// `Presence`: when an agent came to the shift that began then.
pub(crate) fn login(due: Timestamp, agent: &str) -> Vec<u8> {
    Key::default()
        .part(b"login")
        .time(due)
        .rest(agent.as_bytes())
}

/// `Presence`: all comings from that time on, or up to it.
pub(crate) fn logins_from(due: Timestamp) -> Vec<u8> {
    Key::default().part(b"login").time(due).end()
}

/// `Queue`: a conversation's place.
pub(crate) fn place(conversation: &ConversationId) -> Vec<u8> {
    Key::default()
        .part(b"place")
        .rest(conversation.as_str().as_bytes())
}

/// `Queue`: all places.
pub(crate) fn places() -> Vec<u8> {
    Key::default().part(b"place").end()
}

/// `Queue`: how fast a team's conversations end.
pub(crate) fn pace(team: &str) -> Vec<u8> {
    Key::default().part(b"pace").rest(team.as_bytes())
}

/// `Queue`: those of all teams.
pub(crate) fn paces() -> Vec<u8> {
    Key::default().part(b"pace").end()
}

/// What a key of `Presence` or `Queue` names after its first part.
pub(crate) fn named_of(key: &[u8]) -> Option<&str> {
    let (_, rest) = first_part(key)?;
    std::str::from_utf8(rest).ok()
}

/// `Meta`: when the host was last known to be alive.
pub(crate) fn alive() -> Vec<u8> {
    b"alive".to_vec()
}

/// `Meta`: an outage, by its beginning.
pub(crate) fn outage(began: Timestamp) -> Vec<u8> {
    Key::default().part(b"outage").time(began).end()
}

/// `Meta`: all outages.
pub(crate) fn outages() -> Vec<u8> {
    Key::default().part(b"outage").end()
}

/// `Config`: a step's settings by their digest.
pub(crate) fn config(sha256: &str) -> Vec<u8> {
    sha256.as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_two_owners_share_a_key_value_space(
            (plugin, other_plugin) in ("[a-z]{1,6}", "[a-z]{1,6}"),
            (key, other_key) in (".{0,12}", ".{0,12}"),
            (conversation, other_conversation) in (0u128..3, 0u128..3),
            (scope, other_scope) in (0usize..3, 0usize..3),
        ) {
            let account = AccountId::from_random(1);
            let (a, b) = (ConversationId::from_random(conversation), ConversationId::from_random(other_conversation));
            let scope = KvScope::ALL[scope];
            let other_scope = KvScope::ALL[other_scope];
            let one = kv(&KvOwner { plugin: &plugin, account: &account, conversation: &a }, scope, &key);
            let other = kv(&KvOwner { plugin: &other_plugin, account: &account, conversation: &b }, other_scope, &other_key);
            let same_owner = plugin == other_plugin && scope == other_scope
                && (scope != KvScope::Conversation || conversation == other_conversation);
            prop_assert_eq!(is_desk_wide(&one), scope == KvScope::Desk);
            prop_assert_eq!(one == other, same_owner && key == other_key);
            let space = kv(&KvOwner { plugin: &plugin, account: &account, conversation: &a }, scope, "");
            prop_assert_eq!(other.starts_with(&space), same_owner);
        }

        #[test]
        fn time_keys_are_in_time_order(a in -1_000_000_000i64..4_000_000_000, b in -1_000_000_000i64..4_000_000_000) {
            let (ta, tb) = (Timestamp::from_second(a).unwrap(), Timestamp::from_second(b).unwrap());
            prop_assert_eq!(before(ta).cmp(&before(tb)), ta.cmp(&tb));
        }
    }
}
