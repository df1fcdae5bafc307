//! What one wrote and the room has not confirmed yet: it stands after the last message.

use super::Timeline;
use crate::protocol::{File, MessageId, Seq, User, UserId};
use crate::store::outbox::{Delivery, Entry};

/// A row that waits for its place in the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    pub id: MessageId,
    pub user_id: UserId,
    pub username: String,
    pub text: String,
    pub reply_to: Option<Seq>,
    pub files: Vec<File>,
    /// Milliseconds since 1970, by the page's clock.
    pub written_at: u64,
    pub delivery: Delivery,
}

impl Pending {
    pub fn has_failed(&self) -> bool {
        matches!(self.delivery, Delivery::Failed(_))
    }
}

impl Timeline {
    /// Shows the outbox's entries, in its order. What the timeline holds as confirmed is left
    /// out: the batch with a message comes before the ack that empties the outbox.
    pub fn show_pending(&mut self, entries: &[Entry], me: &User) {
        let unconfirmed = entries.iter().filter(|entry| !self.holds(entry.id));
        let pending: Vec<Pending> = unconfirmed
            .map(|entry| Pending {
                id: entry.id,
                user_id: me.id,
                username: me.username.clone(),
                text: entry.text.clone(),
                reply_to: entry.reply_to,
                files: entry.files.clone(),
                written_at: entry.written_at,
                delivery: entry.delivery.clone(),
            })
            .collect();
        self.pending = pending;
    }

    /// The rows that wait, in the order they were written.
    pub fn pending(&self) -> &[Pending] {
        &self.pending
    }

    /// A pending message turned up in the room: the row below the last message is done.
    pub(super) fn pending_confirmed(&mut self, id: MessageId) {
        self.pending.retain(|pending| pending.id != id);
    }

    /// Looks from the end, where one's latest messages are.
    fn holds(&self, id: MessageId) -> bool {
        self.messages.iter().rev().any(|message| message.id == id)
    }
}
