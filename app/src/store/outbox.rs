//! What was written and is not stored yet: one outbox for each user, room and tab.
//!
//! A message is put here, and in localStorage, before the composer is cleared. It goes out in
//! order, one unacknowledged at a time, under the same id however often it is sent, so a double
//! send is harmless. It leaves only when the room has it or its writer deletes it.
//!
//! The page calls [`Outbox::next_to_send`] while it is connected and joined, reports what
//! became of it, and asks [`Outbox::wake_at`] when to look again. All times are milliseconds
//! by one clock of the page's choice; `written_at` is the date and may be by another.

pub mod storage;
#[cfg(test)]
mod tests;

pub use storage::StorageKey;

use crate::protocol::{File, MessageId, Refusal, Seq};

/// Messages one outbox holds.
pub const MESSAGES: usize = 100;

/// Bytes of text one outbox holds.
pub const BYTES: usize = 256 * 1024;

/// Without an ack for this long the message is sent again, under the same id.
const ACK_TIMEOUT: u64 = 10_000;

/// The wait after the server could not store a message; it doubles up to the other.
const FIRST_BACKOFF: u64 = 1_000;
const LONGEST_BACKOFF: u64 = 30_000;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    entries: Vec<Entry>,
    /// Nothing is sent before: the server asked for a pause, or could not store.
    quiet_until: u64,
    /// How often in a row the server could not store.
    setbacks: u32,
    /// The server does not see us in the room: everything waits until one has joined.
    outside: bool,
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: MessageId,
    pub text: String,
    /// The message that this one answers.
    pub reply_to: Option<Seq>,
    /// What goes with it, and is on the server already.
    pub files: Vec<File>,
    /// Milliseconds since 1970.
    pub written_at: u64,
    pub delivery: Delivery,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// For its turn, or for the connection.
    Waiting,
    /// For its files, which are still going up. Others need not wait for it.
    Gathering,
    /// For its ack, since then.
    Sending { since: u64 },
    /// Too fast: goes out by itself then.
    Limited { until: u64 },
    /// Its writer decides: retry, edit or delete.
    Failed(Refusal),
}

/// Why the outbox takes no more. The text stays in the composer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// [`MESSAGES`] are waiting.
    Messages,
    /// The text would exceed [`BYTES`].
    Bytes,
}

impl Outbox {
    /// Everything that waits, in the order it was written.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether all that is left waits for its files or for its writer.
    pub fn is_at_rest(&self) -> bool {
        self.first_waiting().is_none()
    }

    /// Puts a message at the end.
    pub fn push(
        &mut self,
        id: MessageId,
        text: String,
        reply_to: Option<Seq>,
        files: Vec<File>,
        written_at: u64,
    ) -> Result<(), Full> {
        if self.entries.len() >= MESSAGES {
            return Err(Full::Messages);
        }
        if self.bytes() + text.len() > BYTES {
            return Err(Full::Bytes);
        }
        let delivery = Delivery::Waiting;
        self.entries.push(Entry { id, text, reply_to, files, written_at, delivery });
        Ok(())
    }

    /// Some of its files are not there yet: it is not sent before.
    pub fn await_files(&mut self, id: MessageId) {
        self.set(id, Delivery::Gathering);
    }

    /// Its files are there.
    pub fn gathered(&mut self, id: MessageId, files: Vec<File>) {
        let gathering = |entry: &&mut Entry| entry.delivery == Delivery::Gathering;
        let mut entries = self.entries.iter_mut().filter(gathering);
        if let Some(entry) = entries.find(|entry| entry.id == id) {
            entry.files = files;
            entry.delivery = Delivery::Waiting;
        }
    }

    /// What to send now, if anything: the first that has not failed, or the one in flight if
    /// its ack is overdue.
    pub fn next_to_send(&self, now: u64) -> Option<&Entry> {
        let is_due = self.wake_at(now).is_some_and(|due| due <= now);
        self.in_flight().or_else(|| self.first_waiting()).filter(|_| is_due)
    }

    /// When to ask [`Outbox::next_to_send`] next, as far as time decides: `now` or earlier if
    /// something is due, `None` if nothing can be sent until something else happens.
    pub fn wake_at(&self, now: u64) -> Option<u64> {
        match self.in_flight().or_else(|| self.first_waiting())?.delivery {
            Delivery::Sending { since } => Some(since + ACK_TIMEOUT),
            _ if self.outside => None,
            _ => Some(self.quiet_until.max(now)),
        }
    }

    /// It was handed to the connection.
    pub fn sent(&mut self, id: MessageId, now: u64) {
        self.set(id, Delivery::Sending { since: now });
    }

    /// The room has it. Says whether it was here.
    pub fn acked(&mut self, id: MessageId) -> bool {
        self.setbacks = 0;
        self.remove(id).is_some()
    }

    /// The server said no. What may succeed later stays pending and holds up the ones behind
    /// it; what cannot fails, and the next one goes out.
    pub fn refused(&mut self, id: MessageId, refusal: &Refusal, now: u64) {
        let delivery = match refusal {
            Refusal::RateLimited { retry_after_ms } => {
                self.quiet_until = now + u64::from(*retry_after_ms);
                Delivery::Limited { until: self.quiet_until }
            }
            passing if passing.is_passing() => {
                self.quiet_until = now + self.backoff();
                self.setbacks += 1;
                Delivery::Waiting
            }
            // Who finds the name taken picks another; meanwhile what was written waits.
            Refusal::NotJoined | Refusal::UnknownSession => {
                self.outside = true;
                Delivery::Waiting
            }
            permanent => Delivery::Failed(permanent.clone()),
        };
        self.set(id, delivery);
    }

    /// One sits in the room, again or for the first time.
    pub fn joined(&mut self) {
        self.outside = false;
    }

    /// The link is gone: whether the one in flight arrived is unknown, so it goes out again.
    pub fn disconnected(&mut self) {
        self.outside = false;
        for entry in &mut self.entries {
            if matches!(entry.delivery, Delivery::Sending { .. }) {
                entry.delivery = Delivery::Waiting;
            }
        }
    }

    /// Sends a failed message again, from its old place. The id stays, unless it belongs to
    /// a message of someone else: then it is `fresh` from now on. Says which it is.
    pub fn retry(&mut self, id: MessageId, fresh: MessageId) -> Option<MessageId> {
        let entry = self.entries.iter_mut().find(|entry| entry.id == id)?;
        if let Delivery::Failed(refusal) = &entry.delivery {
            if *refusal == Refusal::IdTaken {
                entry.id = fresh;
            }
            entry.delivery = Delivery::Waiting;
        }
        Some(entry.id)
    }

    /// Takes a message out, to delete it or to edit it anew.
    pub fn remove(&mut self, id: MessageId) -> Option<Entry> {
        let at = self.entries.iter().position(|entry| entry.id == id)?;
        Some(self.entries.remove(at))
    }

    /// Takes over what a closed tab left, by the time it was written. Each tab's own order
    /// stays. The limits do not count here: nothing that was accepted once is thrown away.
    pub fn adopt(&mut self, other: Outbox) {
        let mine = std::mem::take(&mut self.entries);
        let is_mine = |id| mine.iter().any(|entry| entry.id == id);
        let mut theirs = other;
        // Whatever the other tab had in flight, its connection is gone.
        theirs.disconnected();
        theirs.entries.retain(|entry| !is_mine(entry.id));
        let theirs = theirs.entries;
        let (mut mine, mut theirs) = (mine.into_iter().peekable(), theirs.into_iter().peekable());
        while let Some(next) = match (mine.peek(), theirs.peek()) {
            (Some(a), Some(b)) if b.written_at < a.written_at => theirs.next(),
            (None, _) => theirs.next(),
            _ => mine.next(),
        } {
            self.entries.push(next);
        }
    }

    fn in_flight(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| matches!(entry.delivery, Delivery::Sending { .. }))
    }

    fn first_waiting(&self) -> Option<&Entry> {
        let has_turn =
            |entry: &&Entry| !matches!(entry.delivery, Delivery::Failed(_) | Delivery::Gathering);
        self.entries.iter().find(has_turn)
    }

    fn set(&mut self, id: MessageId, delivery: Delivery) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) {
            entry.delivery = delivery;
        }
    }

    fn backoff(&self) -> u64 {
        (FIRST_BACKOFF << self.setbacks.min(5)).min(LONGEST_BACKOFF)
    }

    fn bytes(&self) -> usize {
        self.entries.iter().map(|entry| entry.text.len()).sum()
    }
}
