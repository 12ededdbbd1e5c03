//! Wakes whoever follows a conversation when a run of it has become durable. What happened is read from the store, so
//! nothing is lost or doubled however far a listener is behind.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;

use crate::engine::LiveEvent;
use crate::model::ConversationId;

/// Who follows what.
#[derive(Default)]
pub(crate) struct Hub(Mutex<HashMap<ConversationId, watch::Sender<()>>>);

/// A follower of one conversation.
pub(crate) struct Follower {
    hub: Arc<Hub>,
    conversation: ConversationId,
    woken: watch::Receiver<()>,
}

impl Hub {
    /// Passes the engine's live events on, until the engine is gone.
    pub(crate) async fn listen(self: Arc<Self>, mut live: Receiver<LiveEvent>) {
        loop {
            match live.recv().await {
                Ok(event) => self.wake(&event.conversation),
                Err(RecvError::Lagged(_)) => self.wake_all(),
                Err(RecvError::Closed) => return,
            }
        }
    }

    pub(crate) fn follow(self: &Arc<Self>, conversation: &ConversationId) -> Follower {
        let mut followed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = followed
            .entry(conversation.clone())
            .or_insert_with(|| watch::Sender::new(()));
        Follower {
            hub: Arc::clone(self),
            conversation: conversation.clone(),
            woken: sender.subscribe(),
        }
    }

    /// Something about a conversation may be new.
    pub(crate) fn wake(&self, conversation: &ConversationId) {
        let followed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = followed.get(conversation) {
            sender.send_replace(());
        }
    }

    fn wake_all(&self) {
        for sender in self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
        {
            sender.send_replace(());
        }
    }
}

impl Follower {
    /// Resolves when there may be something new since the last time.
    pub(crate) async fn woken(&mut self) {
        if self.woken.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut followed = self.hub.0.lock().unwrap_or_else(PoisonError::into_inner);
        // This follower's own receiver is still there.
        if followed
            .get(&self.conversation)
            .is_some_and(|sender| sender.receiver_count() <= 1)
        {
            followed.remove(&self.conversation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn followers_are_woken_for_their_own_conversation_and_forgotten_when_they_leave() {
        let hub = Arc::new(Hub::default());
        let (one, other) = (
            ConversationId::from_random(1),
            ConversationId::from_random(2),
        );
        let mut first = hub.follow(&one);
        let second = hub.follow(&one);
        hub.wake(&other);
        assert!(!first.woken.has_changed().unwrap());
        hub.wake(&one);
        first.woken().await;
        drop(second);
        hub.wake_all();
        first.woken().await;
        drop(first);
        assert!(hub.0.lock().unwrap().is_empty());
    }
}
