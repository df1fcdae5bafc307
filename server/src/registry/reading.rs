//! Reading without a connection: what a poll, a long poll and a stream have in common.
//!
//! What is at hand costs nothing; each look into the log is spent from the reader's bucket,
//! so that a client which asks in a loop cannot hammer the database.

use super::{Registry, unavailable};
use crate::engine::{Latest, TokenHash};
use crate::room::{Follower, Room};
use crate::session::Session;
use app::page::{Found, Terms};
use app::protocol::{Epoch, Message, MessagePage, Refusal, Rev, RoomKey, Seq, limits};
use std::net::IpAddr;
use std::sync::Arc;

/// Who reads: a session, or an address as long as there is none.
pub struct Reader {
    pub address: IpAddr,
    pub session: Option<Arc<Session>>,
}

/// How far someone says that they have seen a room; without an epoch it is the present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub epoch: Option<Epoch>,
    pub rev: Rev,
}

impl Registry {
    /// The reader that a secret stands for. Making secrets up costs the address.
    pub async fn reader(
        &self,
        address: IpAddr,
        token: Option<TokenHash>,
    ) -> Result<Reader, Refusal> {
        let mut reader = Reader { address, session: None };
        if let Some(token) = token {
            let known =
                self.sessions.lock().expect("no panic under this lock").get(&token).cloned();
            reader.session = match known {
                Some(session) => Some(session),
                None => {
                    self.spend_read(&reader)?;
                    self.session(&token).await?
                }
            };
        }
        Ok(reader)
    }

    pub fn spend_read(&self, reader: &Reader) -> Result<(), Refusal> {
        self.throttles.spend_read(reader)
    }

    pub async fn room(&self, reader: &Reader, key: &RoomKey) -> Result<Arc<Room>, Refusal> {
        if !self.rooms.lock().expect("no panic under this lock").by_key.contains_key(key) {
            self.spend_read(reader)?;
        }
        self.find_room(key).await?.ok_or(Refusal::UnknownRoom)
    }

    /// Listens from that place on; `None` if this log has no such place, and the reader has to
    /// start anew.
    pub async fn follow(
        &self,
        reader: &Reader,
        room: &Arc<Room>,
        place: Place,
    ) -> Result<Option<Follower>, Refusal> {
        if place.epoch.is_some_and(|epoch| epoch != self.epoch()) {
            return Ok(None);
        }
        let follower = room.follow(place.rev);
        // Whoever read the log a moment ago may be ahead of what was delivered here.
        if place.rev > room.rev() {
            let latest = self.latest(reader, room, 0).await?;
            if place.rev > latest.cursor.rev {
                return Ok(None);
            }
        }
        Ok(Some(follower))
    }

    /// What changed after the follower's place, at most `limit` messages; empty if nothing did.
    pub async fn next(
        &self,
        reader: &Reader,
        follower: &mut Follower,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, Refusal> {
        if follower.is_level() {
            return Ok(Vec::new());
        }
        if let Some(messages) = follower.at_hand(limit) {
            return Ok(messages);
        }
        self.spend_read(reader)?;
        let changes = self.engine.changes_since(follower.room.id, follower.rev, limit).await;
        let messages = changes.map_err(unavailable)?;
        follower.advance(&messages);
        Ok(messages)
    }

    /// The last messages of a room.
    pub async fn latest(
        &self,
        reader: &Reader,
        room: &Room,
        limit: usize,
    ) -> Result<Latest, Refusal> {
        self.spend_read(reader)?;
        self.engine.latest(room.id, limit).await.map_err(unavailable)
    }

    /// The messages before one of them.
    pub async fn older(
        &self,
        reader: &Reader,
        room: &Room,
        before: Seq,
        limit: usize,
    ) -> Result<MessagePage, Refusal> {
        self.spend_read(reader)?;
        self.engine.before(room.id, before, limit).await.map_err(unavailable)
    }

    /// The newest messages that say all this, before a place or of the whole room.
    pub async fn search(
        &self,
        reader: &Reader,
        room: &Room,
        terms: &Terms,
        before: Option<Seq>,
    ) -> Result<Found, Refusal> {
        self.spend_read(reader)?;
        let before = before.unwrap_or(Seq::MAX);
        self.engine.search(room.id, terms, before, limits::PAGE).await.map_err(unavailable)
    }
}
