//! Who wants to be told of what is said while they are not there.

use super::{Registry, not_stored};
use crate::engine::{Endpoint, News, RoomId};
use crate::room::Rings;
use crate::session::Session;
use app::protocol::{Bell, Refusal, RoomKey};

impl Registry {
    /// What a member wants to be told of a room from now on.
    pub async fn set_bell(
        &self,
        session: &Session,
        key: &RoomKey,
        bell: Bell,
        with_sound: bool,
    ) -> Result<(), Refusal> {
        let room = self.find_room(key).await?.ok_or(Refusal::UnknownRoom)?;
        session.seat(key).ok_or(Refusal::NotJoined)?;
        self.engine.set_bell(session.user, room.id, bell, with_sound).await.map_err(not_stored)?;
        if bell != Bell::Mute {
            room.hang_bell();
        }
        Ok(())
    }

    /// Wakes a browser of this session too.
    pub async fn wake_at(&self, session: &Session, endpoint: Endpoint) -> Result<(), Refusal> {
        self.engine.subscribe(session.user, endpoint).await.map_err(not_stored)
    }

    /// What someone was woken for and has not heard yet.
    pub async fn take_news(&self, session: &Session) -> Result<Vec<News>, Refusal> {
        self.engine.take_news(session.user).await.map_err(not_stored)
    }

    /// What the rooms of this node ring.
    pub fn rings(&self) -> Rings {
        self.rings.clone()
    }

    /// Whom to wake for what was said in a room: whoever wants it and is not there.
    pub async fn absent(&self, room: RoomId) -> Result<Vec<Endpoint>, Refusal> {
        let users = self.loaded_room(room).map(|room| room.users()).unwrap_or_default();
        let here = users.into_iter().map(|user| user.id).collect();
        self.engine.ring(room, here).await.map_err(not_stored)
    }
}
