//! Keeping a room in order: what its owners do, and what everyone sees of it.

use super::{Registry, not_stored, unavailable};
use crate::engine::{Keeping, Settings};
use crate::room::Room;
use crate::security::token::Secret;
use crate::session::Session;
use app::protocol::{Refusal, RoomKey};

/// Rooms on the first page.
const LISTED: usize = 50;

/// A room that anyone may find.
pub struct Listed {
    pub key: RoomKey,
    pub title: String,
    /// How many people are there.
    pub count: usize,
}

impl Registry {
    /// Whether someone may change what is said of a room. Who has never joined any owns none.
    pub async fn is_owner(&self, session: Option<&Session>, room: &Room) -> Result<bool, Refusal> {
        match session {
            Some(session) => self.engine.is_owner(session.user, room.id).await.map_err(unavailable),
            None => Ok(false),
        }
    }

    pub async fn change_settings(&self, room: &Room, settings: Settings) -> Result<(), Refusal> {
        let keeping = Keeping::Settings(settings.clone());
        self.engine.keep(room.id, keeping).await.map_err(not_stored)?;
        room.set_settings(settings);
        Ok(())
    }

    /// The secret of a new owner link. It is kept by its hash alone, and the last one is void.
    pub async fn new_owner_link(&self, room: &Room) -> Result<Secret, Refusal> {
        let secret = Secret::new();
        let keeping = Keeping::OwnerLink(secret.hash());
        self.engine.keep(room.id, keeping).await.map_err(not_stored)?;
        Ok(secret)
    }

    /// Makes an owner of who brings the link's secret; `false` for any other.
    pub async fn own(
        &self,
        session: &Session,
        room: &Room,
        secret: &Secret,
    ) -> Result<bool, Refusal> {
        let keeping = Keeping::Owner { user: session.user, key: secret.hash() };
        let is_owner = self.engine.keep(room.id, keeping).await.map_err(not_stored)?;
        if is_owner {
            session.own(&room.key);
        }
        Ok(is_owner)
    }

    /// The rooms of the first page, the fullest first.
    pub async fn listed(&self) -> Result<Vec<Listed>, Refusal> {
        let rooms = self.engine.public_rooms(LISTED).await.map_err(unavailable)?;
        let mut listed: Vec<Listed> = rooms
            .into_iter()
            .map(|room| {
                let count = self.known_room(&room.key).map_or(0, |room| room.head_count());
                Listed { key: room.key, title: room.title, count }
            })
            .collect();
        listed.sort_by_key(|room| std::cmp::Reverse(room.count));
        Ok(listed)
    }
}
