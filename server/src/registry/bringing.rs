//! Bringing a file into a room, for a message to show it.

use super::{Registry, not_stored, now_millis, unavailable};
use crate::engine::{Content, NewFile};
use crate::files::{self, Checked};
use crate::session::Session;
use app::protocol::{File, FileId, Refusal, RoomKey};
use std::net::IpAddr;

/// Files that are looked into at a time.
pub const AT_ONCE: usize = 2;

impl Registry {
    /// Keeps what a member brings. It costs as much as a message.
    pub async fn bring(
        &self,
        session: &Session,
        address: IpAddr,
        room: &RoomKey,
        name: &str,
        content: Vec<u8>,
    ) -> Result<File, Refusal> {
        let seat = session.seat(room).ok_or(Refusal::NotJoined)?;
        let (limit, space) = (self.settings.file_bytes, self.settings.file_space);
        if limit == 0 {
            return Err(Refusal::NoRoomForFiles);
        }
        if content.len() as u64 > limit {
            return Err(Refusal::FileTooLarge { limit });
        }
        if content.is_empty() {
            return Err(Refusal::NoSuchFile);
        }
        session.spend_message()?;
        self.throttles.spend_message(address, seat.room)?;
        let Checked { name, kind, content, picture, small } = {
            let _permit = self.looking.acquire().await.map_err(|_| Refusal::Unavailable)?;
            let name = name.to_owned();
            let check = tokio::task::spawn_blocking(move || files::check(&name, content));
            // A decoder that gives up with a panic has found no picture.
            check.await.map_err(|_| Refusal::NoSuchFile)?
        };
        let mut random = [0; 16];
        getrandom::fill(&mut random).expect("the system has a random generator");
        let bytes = content.len() as u64;
        let file = File { id: FileId::new(random), name, kind, bytes, picture };
        let small = small.map(|small| (small.kind, small.content));
        let (room, user, created_at) = (seat.room, session.user, now_millis());
        let new = NewFile { room, user, file, content, small, created_at, space };
        let added = self.engine.add_file(new).await.map_err(not_stored)?;
        added.ok_or(Refusal::NoRoomForFiles)
    }

    /// What is in a file, or in the small one in its place.
    pub async fn file(&self, id: FileId, small: bool) -> Result<Option<Content>, Refusal> {
        self.engine.file(id, small).await.map_err(unavailable)
    }
}
