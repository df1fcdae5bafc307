//! One room's messages as the page knows them.
//!
//! [`Timeline`] keeps what is confirmed, [`rows`] turns it into what is drawn, [`pending`] is
//! what waits below the last message, [`quotes`] is what messages answer, [`visits`] are the
//! lines about who came and went.

pub mod pending;
pub mod quotes;
pub mod rows;
pub mod visits;
#[cfg(test)]
mod tests;

pub use pending::Pending;
pub use quotes::Quote;
pub use rows::{Row, RowKey, RowKind};
pub use visits::Visits;

use crate::protocol::limits::PAGE;
use crate::protocol::{Batch, Cursor, Message, MessagePage, PresenceChange, Seq, Snapshot};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Changes kept of messages that are not loaded. The nearest ones are kept, because paging
/// back meets them first.
const EARLIER_CHANGES: usize = 500;

/// The messages of one room from some point on, and how far the page has seen.
#[derive(Clone, Debug)]
pub struct Timeline {
    cursor: Cursor,
    /// In `seq` order. While a resume takes several batches there may be holes: a message
    /// that changed again since comes in a later batch than its neighbours.
    messages: Vec<Arc<Message>>,
    from_beginning: bool,
    /// What changed below the first loaded message. A page that was read before such a change
    /// may arrive after it, and must not bring the old text back.
    earlier: Vec<Arc<Message>>,
    /// Messages that are not loaded, and answered by some that are.
    quoted: Vec<Arc<Message>>,
    pending: Vec<Pending>,
    visits: visits::Log,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// Something before it is missing, and nothing was applied: resume from
    /// [`Timeline::cursor`].
    Gap,
    /// The timeline has seen all of it. `new` are the messages that were not there before, in
    /// the batch's order; none for a batch that was seen already.
    Seen { new: Vec<Arc<Message>> },
}

impl Timeline {
    pub fn from_snapshot(snapshot: &Snapshot) -> Self {
        Timeline {
            cursor: snapshot.cursor,
            messages: snapshot.page.messages.clone(),
            from_beginning: snapshot.page.from_beginning,
            earlier: Vec::new(),
            quoted: Vec::new(),
            pending: Vec::new(),
            visits: visits::Log::default(),
        }
    }

    /// Starts anew from a snapshot. Only the pending rows stay, except those it holds.
    pub fn reset(&mut self, snapshot: &Snapshot) {
        let pending = std::mem::take(&mut self.pending);
        *self = Timeline::from_snapshot(snapshot);
        self.pending = pending;
        self.pending.retain(|pending| !self.messages.iter().any(|m| m.id == pending.id));
    }

    /// Takes in what changed. Applying a batch twice changes nothing.
    pub fn apply(&mut self, batch: &Batch) -> Applied {
        if batch.from > self.cursor.rev {
            return Applied::Gap;
        }
        let mut new = Vec::new();
        if batch.to > self.cursor.rev {
            new.extend(batch.messages.iter().filter(|m| self.take_in(m)).cloned());
            self.cursor.rev = batch.to;
        }
        Applied::Seen { new }
    }

    /// Takes in the message that an ack holds. It may be a repeat whose batch passed long ago.
    pub fn confirm(&mut self, message: &Arc<Message>) {
        self.take_in(message);
    }

    /// Puts an older page on top. `before` is what was asked for; an answer to a question
    /// from before a reset no longer fits, and is left out. Says whether it fitted.
    pub fn prepend(&mut self, before: Seq, page: &MessagePage) -> bool {
        let fits = self.older() == Some(before)
            && page.messages.last().is_none_or(|last| last.seq + 1 == before);
        if !fits {
            return false;
        }
        self.from_beginning = page.from_beginning;
        let mut messages = Vec::with_capacity(page.messages.len() + self.messages.len());
        for message in &page.messages {
            messages.push(match self.take_earlier(message.seq) {
                Some(changed) if changed.rev > message.rev => changed,
                _ => message.clone(),
            });
        }
        messages.append(&mut self.messages);
        self.messages = messages;
        true
    }

    /// What to ask the next older page `before`; `None` at the beginning of the room.
    pub fn older(&self) -> Option<Seq> {
        let first = self.messages.first()?.seq;
        (!self.from_beginning).then_some(first)
    }

    /// Lets go of all pages below `page`, for a room that talked for hours while nobody
    /// scrolled up. They can be asked for again.
    pub fn forget_below(&mut self, page: u64) {
        let page = page.min(self.last_page());
        let first_kept = self.messages.partition_point(|m| page_of(m.seq) < page);
        if first_kept > 0 {
            self.messages.drain(..first_kept);
            self.from_beginning = false;
            self.visits.forget_below(page * PAGE as Seq);
        }
    }

    /// Notes the arrivals and departures that are worth a line, after the last message.
    pub fn announce(&mut self, changes: &[PresenceChange]) {
        let last = self.last_seq();
        self.visits.note(changes, last);
    }

    /// How far the page has seen: where to resume from.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The confirmed messages, in order.
    pub fn messages(&self) -> &[Arc<Message>] {
        &self.messages
    }

    /// A loaded message by its place.
    pub fn message(&self, seq: Seq) -> Option<&Arc<Message>> {
        let at = self.messages.binary_search_by_key(&seq, |m| m.seq).ok()?;
        Some(&self.messages[at])
    }

    /// Whether the room's first message is loaded.
    pub fn is_from_beginning(&self) -> bool {
        self.from_beginning
    }

    /// The place of the last message; 0 in an empty room.
    pub fn last_seq(&self) -> Seq {
        self.messages.last().map_or(0, |last| last.seq)
    }

    /// The pages that are loaded. There is always one, if only for pending rows.
    pub fn pages(&self) -> RangeInclusive<u64> {
        let first = self.messages.first().map_or(0, |first| first.seq);
        page_of(first)..=self.last_page()
    }

    /// Puts a message in its place if it is new there or newer than what stands there. Says
    /// whether it is a new row.
    fn take_in(&mut self, message: &Arc<Message>) -> bool {
        self.pending_confirmed(message.id);
        self.renew_quoted(message);
        if self.older().is_some_and(|first| message.seq < first) {
            self.note_earlier(message);
            return false;
        }
        match self.messages.binary_search_by_key(&message.seq, |m| m.seq) {
            Ok(at) => {
                if message.rev > self.messages[at].rev {
                    self.messages[at] = message.clone();
                }
                false
            }
            Err(at) => {
                self.messages.insert(at, message.clone());
                true
            }
        }
    }

    fn note_earlier(&mut self, message: &Arc<Message>) {
        let newest = match self.take_earlier(message.seq) {
            Some(known) if known.rev > message.rev => known,
            _ => message.clone(),
        };
        self.earlier.push(newest);
        if self.earlier.len() > EARLIER_CHANGES {
            let farthest = self.earlier.iter().map(|message| message.seq).min();
            self.earlier.retain(|message| Some(message.seq) != farthest);
        }
    }

    fn take_earlier(&mut self, seq: Seq) -> Option<Arc<Message>> {
        let at = self.earlier.iter().position(|message| message.seq == seq)?;
        Some(self.earlier.swap_remove(at))
    }

    fn last_page(&self) -> u64 {
        page_of(self.last_seq())
    }
}

/// Pages are fixed blocks of the room's order, so that what is above never moves what is below.
pub fn page_of(seq: Seq) -> u64 {
    seq / PAGE as Seq
}
