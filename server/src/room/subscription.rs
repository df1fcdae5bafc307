//! Listening to a room: being level with it or behind, and catching up.

use super::{Arrival, ConnectionId, NameTaken, Room, State, said_of};
use crate::engine;
use crate::session::{Outbox, SharedFrame};
use app::protocol::{Batch, Rev, RoomKey, ServerFrame, UserId, UserList, limits};
use std::sync::Arc;
use tokio::time::Instant;

/// Batches kept for those who are behind hold so many bytes of text together; whoever lacks
/// more reads the log.
const RECENT_BYTES: usize = 4 * 1024 * 1024;

/// Listening to a room; ends when dropped.
pub struct Subscription {
    pub room: Arc<Room>,
    connection: ConnectionId,
    /// It stands for a person, and not for a reader.
    pub is_seated: bool,
    is_live: bool,
}

impl Subscription {
    /// Ends it, and with it the presence of a person whose last connection this is, at once.
    pub fn hang_up(self) {
        self.room.hang_up(self.connection);
        self.forget();
    }

    /// Ends the guard without ending the subscription, which another guard has taken over.
    pub fn forget(mut self) {
        self.is_live = false;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if self.is_live {
            self.room.unsubscribe(self.connection);
        }
    }
}

impl Room {
    /// Listens from `rev` on. With an arrival, the connection stands for that person, who is
    /// here as long as it lives. What lies after `rev` follows by [`Room::catch_up`] and not
    /// at once: the answer that the subscription belongs to must be said first.
    /// `lacks_rest`: user list and settings follow too, because that answer does not hold them.
    pub fn subscribe(
        self: &Arc<Self>,
        connection: ConnectionId,
        outbox: &Outbox,
        arrival: Option<Arrival>,
        rev: Rev,
        lacks_rest: bool,
    ) -> Result<Subscription, NameTaken> {
        let mut state = self.state();
        let member = arrival.as_ref().map(|arrival| arrival.guest.user.id);
        let is_away = arrival.as_ref().is_some_and(|arrival| arrival.is_away);
        let mut changes = Vec::new();
        if let Some(Arrival { guest, is_return, .. }) = arrival {
            if state.presence.is_taken(&guest.skeleton, guest.token) {
                return Err(NameTaken);
            }
            let is_linked =
                state.subscribers.get(&connection).is_some_and(|known| known.member == member);
            if is_linked {
                changes.extend(state.presence.rename(guest));
            } else {
                changes = state.presence.link(guest, is_return, is_away, Instant::now());
            }
        }
        let outbox_of = outbox.clone();
        let subscriber =
            Subscriber { outbox: outbox_of, rev, is_behind: true, lacks_rest, member, is_away };
        // Told before the newcomer listens: their own list comes whole.
        self.tell(&mut state, changes);
        state.subscribers.insert(connection, subscriber);
        outbox.mark_behind();
        let is_seated = member.is_some();
        Ok(Subscription { room: Arc::clone(self), connection, is_seated, is_live: true })
    }

    /// Sends what a subscriber lacks, in portions, until it is level with the room; then the
    /// user list, if it lacks that. Returns early when the connection ends.
    pub async fn catch_up(&self, connection: ConnectionId) -> engine::Result<()> {
        loop {
            let Some((outbox, rev)) = self.lacking(connection) else { return Ok(()) };
            let messages = self.engine.changes_since(self.id, rev, limits::CHANGES).await?;
            let Some(place) = outbox.reserve().await else { return Ok(()) };
            let mut state = self.state();
            // Whoever took the room up again meanwhile, from elsewhere, needs another answer.
            let as_before =
                |subscriber: &&mut Subscriber| subscriber.is_behind && subscriber.rev == rev;
            let Some(subscriber) = state.subscribers.get_mut(&connection).filter(as_before) else {
                continue;
            };
            // A full portion may end in the middle of a commit: no place to become level.
            let is_whole = messages.len() < limits::CHANGES;
            match messages.last().map(|last| last.rev) {
                Some(to) => {
                    let batch = Batch { room: self.key.clone(), from: rev, to, messages };
                    place.fill(SharedFrame::new(ServerFrame::Batch(batch)));
                    subscriber.rev = to;
                }
                None => drop(place),
            }
            state.level(&self.key, connection, is_whole);
        }
    }

    /// How far a subscriber has come that needs more than what is at hand.
    fn lacking(&self, connection: ConnectionId) -> Option<(Outbox, Rev)> {
        let mut state = self.state();
        state.level(&self.key, connection, false);
        let subscriber =
            state.subscribers.get(&connection).filter(|subscriber| subscriber.is_behind)?;
        Some((subscriber.outbox.clone(), subscriber.rev))
    }

    fn unsubscribe(self: &Arc<Self>, connection: ConnectionId) {
        let mut state = self.state();
        let Some(Subscriber { member: Some(user), is_away, .. }) =
            state.subscribers.remove(&connection)
        else {
            return;
        };
        if let Some(ends_at) = state.presence.unlink(user, is_away, Instant::now()) {
            self.expire_at(&mut state, ends_at);
        }
    }

    /// As [`Room::unsubscribe`], without a grace.
    fn hang_up(self: &Arc<Self>, connection: ConnectionId) {
        let mut state = self.state();
        let Some(Subscriber { member: Some(user), is_away, .. }) =
            state.subscribers.remove(&connection)
        else {
            return;
        };
        let now = Instant::now();
        let ends_at = state.presence.unlink(user, is_away, now);
        if !state.presence.is_linked(user) {
            let change = state.presence.leave(user, now);
            self.tell(&mut state, change.into_iter().collect());
        } else if let Some(ends_at) = ends_at {
            self.expire_at(&mut state, ends_at);
        }
    }
}

/// A batch that was delivered while someone was behind.
pub(super) struct Recent {
    pub(super) from: Rev,
    pub(super) to: Rev,
    /// Bytes, roughly.
    pub(super) size: usize,
    pub(super) frame: SharedFrame,
}

pub(super) struct Subscriber {
    pub(super) outbox: Outbox,
    /// The rev that this subscriber has once its outbox is drained.
    pub(super) rev: Rev,
    pub(super) is_behind: bool,
    /// Not told of some change in the user list or the settings: gets them whole once it is level.
    pub(super) lacks_rest: bool,
    /// The person this connection stands for; readers stand for nobody.
    pub(super) member: Option<UserId>,
    /// Nobody looks at it.
    pub(super) is_away: bool,
}

impl Subscriber {
    pub(super) fn fall_behind(&mut self) {
        self.is_behind = true;
        self.outbox.mark_behind();
    }
}

impl State {
    /// Keeps a batch for those who are behind; nothing if nobody is.
    pub(super) fn keep(&mut self, batch: Recent) {
        if !self.subscribers.values().any(|subscriber| subscriber.is_behind) {
            self.recent.clear();
            return;
        }
        self.recent.push_back(batch);
        let mut size: usize = self.recent.iter().map(|batch| batch.size).sum();
        while size > RECENT_BYTES
            && let Some(oldest) = self.recent.pop_front()
        {
            size -= oldest.size;
        }
    }

    /// Makes a subscriber level if it lacks no more than what is kept. `is_whole`: it has just
    /// got all that the log has, which may be more than was delivered here yet.
    pub(super) fn level(&mut self, room: &RoomKey, connection: ConnectionId, is_whole: bool) {
        let behind =
            self.subscribers.get_mut(&connection).filter(|subscriber| subscriber.is_behind);
        let Some(subscriber) = behind else { return };
        for batch in &self.recent {
            if batch.from == subscriber.rev && subscriber.outbox.push(&batch.frame).is_ok() {
                subscriber.rev = batch.to;
            }
        }
        let is_level = subscriber.rev == self.rev || (is_whole && subscriber.rev > self.rev);
        if !is_level {
            return;
        }
        if subscriber.lacks_rest {
            let (users, away) = (self.presence.users(), self.presence.away());
            let list = UserList { room: room.clone(), users, away };
            let settings = said_of(&self.settings, room);
            let rest = [SharedFrame::new(ServerFrame::Users(list)), settings];
            if rest.iter().any(|frame| subscriber.outbox.push(frame).is_err()) {
                return;
            }
        }
        subscriber.lacks_rest = false;
        subscriber.is_behind = false;
    }
}
