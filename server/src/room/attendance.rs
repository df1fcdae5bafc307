//! Who is in a room: names kept and taken, coming, going, and telling the others of it.

use super::{ConnectionId, Room, State};
use crate::engine::TokenHash;
use crate::names::Skeleton;
use crate::presence::Guest;
use crate::session::SharedFrame;
use app::protocol::{PresenceChange, RoomKey, UserId};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Above so many people, comings and goings are told together.
const TELL_AT_ONCE_UP_TO: usize = 50;

/// How long they are gathered then.
const GATHER: Duration = Duration::from_millis(250);

/// Someone without a connection stays listed so long after each request.
pub(super) const VISIT: Duration = Duration::from_secs(60);

/// Someone takes this name in the room already.
#[derive(Debug, PartialEq, Eq)]
pub struct NameTaken;

/// A person who takes their seat.
pub struct Arrival {
    pub guest: Guest,
    /// Known to have been here shortly before, so that nobody needs to be told.
    pub is_return: bool,
    /// Nobody looks at the connection.
    pub is_away: bool,
}

impl Room {
    pub fn is_taken(&self, skeleton: &Skeleton, token: TokenHash) -> bool {
        self.state().presence.is_taken(skeleton, token)
    }

    /// Keeps a name for a session while its join is being written, so that of two who want it
    /// at once only one is stored under it.
    pub fn hold_name(
        self: &Arc<Self>,
        token: TokenHash,
        skeleton: &Skeleton,
    ) -> Result<HeldName, NameTaken> {
        let mut state = self.state();
        if state.presence.is_taken(skeleton, token) {
            return Err(NameTaken);
        }
        state.presence.hold(token, skeleton.clone());
        Ok(HeldName { room: Arc::clone(self), token, skeleton: skeleton.clone() })
    }

    /// Someone asks for the room without a connection. Whose name someone else has in the
    /// meantime is not listed: they pick another when they speak.
    pub fn visit(self: &Arc<Self>, arrival: Arrival) -> Result<(), NameTaken> {
        let Arrival { guest, is_return, .. } = arrival;
        let now = Instant::now();
        let until = now + VISIT;
        let mut state = self.state();
        if state.presence.is_taken(&guest.skeleton, guest.token) {
            return Err(NameTaken);
        }
        let changes = state.presence.visit(guest, is_return, until, now);
        self.tell(&mut state, changes);
        self.expire_at(&mut state, until);
        Ok(())
    }

    /// Someone looks at a connection, or nobody does any more.
    pub fn look(self: &Arc<Self>, connection: ConnectionId, is_away: bool) {
        let mut state = self.state();
        let known = state.subscribers.get_mut(&connection);
        let Some(subscriber) = known.filter(|known| known.is_away != is_away) else { return };
        subscriber.is_away = is_away;
        let member = subscriber.member;
        let change = member.and_then(|user| state.presence.look(user, is_away));
        self.tell(&mut state, change.into_iter().collect());
    }

    /// Ends someone's presence at once, on all their connections.
    pub fn leave(self: &Arc<Self>, user: UserId) {
        let mut state = self.state();
        for subscriber in state.subscribers.values_mut() {
            if subscriber.member == Some(user) {
                subscriber.member = None;
            }
        }
        state.members.leave(user);
        let change = state.presence.leave(user, Instant::now());
        self.tell(&mut state, change.into_iter().collect());
    }

    pub(super) fn expire_at(self: &Arc<Self>, state: &mut State, at: Instant) {
        if state.looks_at.is_some_and(|looks_at| looks_at <= at) {
            return;
        }
        state.looks_at = Some(at);
        self.later(at, move |room| {
            let mut state = room.state();
            // Whoever was to be gone earlier has had another timer set since.
            if state.looks_at == Some(at) {
                state.looks_at = None;
            }
            let changes = state.presence.expire(Instant::now());
            room.tell(&mut state, changes);
            if let Some(next) = state.presence.next_end() {
                room.expire_at(&mut state, next);
            }
        });
    }

    pub(super) fn tell(self: &Arc<Self>, state: &mut State, changes: Vec<PresenceChange>) {
        if changes.is_empty() {
            return;
        }
        state.comings += 1;
        // Who has gone may not have heard of the last that was said while they were there.
        let has_gone = |change: &PresenceChange| matches!(change, PresenceChange::Gone { .. });
        if state.has_bells && changes.iter().any(has_gone) {
            self.rings.ring(self.id);
        }
        let is_gathering = !state.untold.is_empty();
        state.untold.extend(changes);
        if state.presence.count() <= TELL_AT_ONCE_UP_TO {
            state.tell(&self.key);
        } else if !is_gathering {
            self.later(Instant::now() + GATHER, |room| room.state().tell(&room.key));
        }
    }

    /// Does something at a later time, unless the program ends before.
    fn later(self: &Arc<Self>, at: Instant, act: impl FnOnce(&Arc<Room>) + Send + 'static) {
        let room = Arc::clone(self);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                sleep_until(at).await;
                act(&room);
            });
        }
    }
}

impl State {
    fn tell(&mut self, room: &RoomKey) {
        let changes = std::mem::take(&mut self.untold);
        if changes.is_empty() {
            return;
        }
        let mut arrived = Vec::new();
        for change in &changes {
            match change {
                PresenceChange::Here { user, .. } if self.listed.insert(user.id) => {
                    arrived.push(user.id);
                }
                PresenceChange::Here { .. } | PresenceChange::Away { .. } => {}
                PresenceChange::Gone { user, .. } => {
                    self.listed.remove(&user.id);
                }
            }
        }
        let presence = app::protocol::Presence { room: room.clone(), changes };
        let frame = SharedFrame::presence(presence, arrived);
        self.tell_everyone(&frame);
    }
}

/// A name that is kept for someone; free again when dropped.
pub struct HeldName {
    room: Arc<Room>,
    token: TokenHash,
    skeleton: Skeleton,
}

impl Drop for HeldName {
    fn drop(&mut self) {
        self.room.state().presence.release(self.token, &self.skeleton);
    }
}
