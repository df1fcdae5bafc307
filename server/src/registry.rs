//! The rooms and sessions of this node, and the one door to them: [`Registry::dispatch`].
//!
//! Every transport turns what it receives into a [`Command`] and hands it here; what comes
//! back is an answer or a [`Refusal`]. What others should hear takes the other way round:
//! the engine's commits arrive in [`Registry::deliver`], which hands them to the rooms.

mod bells;
mod bringing;
mod connection;
mod keeping;
mod reading;
mod saying;
mod seating;
mod throttle;
mod upkeep;

pub use connection::Connection;
pub use reading::{Place, Reader};
pub use saying::{Saying, Wish};
pub use seating::{Joining, Seated};

use crate::engine::{self, Commit, Engine, Latest, RoomId, TokenHash};
use crate::metrics::Metrics;
use crate::room::{Rings, Room};
use crate::session::{Bucket, Session, write_out};
use app::protocol::{
    Acked, Command, Epoch, Greeting, Limits, MessagePage, Refusal, RoomKey, RoomSummary, Seq,
    Snapshot, limits,
};
use saying::acked;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use throttle::Throttles;
use tokio::sync::{Semaphore, mpsc};

/// What the registry needs to know of the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    pub message_rate: u32,
    pub message_burst: u32,
    pub address_joins: u32,
    pub address_messages: u32,
    pub room_messages: u32,
    pub read_rate: u32,
    pub grace: Duration,
    pub text_limit: u32,
    pub edit_hours: u32,
    /// Bytes in one file; 0 for no files at all.
    pub file_bytes: u64,
    /// Bytes in all files together.
    pub file_space: u64,
}

pub struct Registry {
    engine: Arc<dyn Engine>,
    settings: Settings,
    rings: Rings,
    started: Instant,
    /// Guards the maps; held for look-ups only.
    rooms: Mutex<Rooms>,
    /// Guards the map; held for look-ups only.
    sessions: Mutex<HashMap<TokenHash, Arc<Session>>>,
    throttles: Throttles,
    /// Looking into a picture takes memory and a while.
    looking: Semaphore,
    metrics: Metrics,
}

#[derive(Default)]
struct Rooms {
    by_key: HashMap<RoomKey, Arc<Room>>,
    by_id: HashMap<RoomId, Arc<Room>>,
}

impl Registry {
    pub fn new(engine: Arc<dyn Engine>, settings: Settings) -> Self {
        Registry {
            rings: Rings::default(),
            started: Instant::now(),
            rooms: Mutex::default(),
            sessions: Mutex::default(),
            throttles: Throttles::new(&settings),
            looking: Semaphore::new(bringing::AT_ONCE),
            metrics: Metrics::default(),
            engine,
            settings,
        }
    }

    pub fn epoch(&self) -> Epoch {
        self.engine.epoch()
    }

    pub fn limits(&self) -> Limits {
        Limits {
            text: self.settings.text_limit,
            edit_hours: self.settings.edit_hours,
            file_bytes: self.settings.file_bytes,
        }
    }

    /// Whether the log can be read right now.
    pub async fn check(&self) -> engine::Result<()> {
        self.engine.check().await
    }

    /// Answers one command of one connection. A message to a room that the connection listens to
    /// is handed to the engine before the first await, so that messages are stored in the order
    /// they were dispatched.
    pub async fn dispatch(
        &self,
        connection: &Connection,
        command: Command,
    ) -> Result<Acked, Refusal> {
        // These have limits of their own.
        if !command.is_said() && !matches!(command, Command::Join { .. }) {
            connection.spend_command()?;
        }
        let address = connection.address;
        match command {
            Command::Message { room, id, text, reply_to, files } => {
                let session = self.speaker(connection, &room).await?;
                let saying = Saying { id, text: &text, reply_to, files: &files };
                Ok(acked(self.post(session, address, &room, saying).await?))
            }
            Command::Edit { room, id, text } => {
                let session = self.speaker(connection, &room).await?;
                Ok(acked(self.amend(session, address, &room, id, Wish::Edit(&text)).await?))
            }
            Command::Delete { room, id } => {
                let session = self.speaker(connection, &room).await?;
                Ok(acked(self.amend(session, address, &room, id, Wish::Delete).await?))
            }
            Command::React { room, id, emoji, on } => {
                let session = self.speaker(connection, &room).await?;
                let wish = Wish::React { emoji: &emoji, on };
                Ok(acked(self.amend(session, address, &room, id, wish).await?))
            }
            Command::Join { room, username } => self.join(connection, &room, &username).await,
            Command::Resume { room, cursor } => self.resume(connection, &room, cursor).await,
            Command::Before { room, before, limit } => {
                let limit = usize::try_from(limit)
                    .map_or(limits::PAGE, |limit| limit.clamp(1, limits::PAGE));
                Ok(Acked::Page(self.before(&room, before, limit).await?))
            }
            Command::Read { room, seq } => {
                let session = connection.session().ok_or(Refusal::NotJoined)?;
                self.mark_read(session, &room, seq).await?;
                Ok(Acked::Done)
            }
            Command::Typing { room } => {
                let session = connection.session().ok_or(Refusal::NotJoined)?;
                session.seat(&room).ok_or(Refusal::NotJoined)?;
                if let Some(room) = self.known_room(&room) {
                    room.typing(session.user);
                }
                Ok(Acked::Done)
            }
            Command::Away { on } => {
                connection.look(on);
                Ok(Acked::Done)
            }
            Command::Leave { room } => {
                let session = connection.session().ok_or(Refusal::NotJoined)?;
                self.leave(session, &room).await?;
                connection.unsubscribe(&room);
                Ok(Acked::Done)
            }
        }
    }

    /// Sends a connection what it lacks, in every room where it fell behind.
    pub async fn catch_up(&self, connection: &Connection) -> engine::Result<()> {
        for room in connection.rooms() {
            room.catch_up(connection.id).await?;
        }
        Ok(())
    }

    pub async fn before(
        &self,
        key: &RoomKey,
        before: Seq,
        limit: usize,
    ) -> Result<MessagePage, Refusal> {
        let room = self.find_room(key).await?.ok_or(Refusal::UnknownRoom)?;
        self.engine.before(room.id, before, limit).await.map_err(unavailable)
    }

    /// A room as it is now, as this session sees it.
    pub async fn snapshot(
        &self,
        room: &Room,
        session: Option<&Session>,
    ) -> Result<Snapshot, Refusal> {
        let latest = room.latest().await.map_err(unavailable)?;
        Ok(self.seen(room, latest, session))
    }

    /// The same, with messages that were read before.
    fn seen(&self, room: &Room, latest: Latest, session: Option<&Session>) -> Snapshot {
        let seat = session.and_then(|session| session.seat(&room.key));
        Snapshot {
            room: room.key.clone(),
            title: room.title.clone(),
            cursor: latest.cursor,
            page: latest.page,
            welcome: room.settings().welcome,
            users: room.users(),
            away: room.away(),
            last_read: seat.as_ref().map_or(0, |seat| seat.last_read),
            is_owner: seat.is_some_and(|seat| seat.is_owner),
        }
    }

    /// What a connection hears first.
    pub async fn greet(&self, connection: &Connection) -> Result<Greeting, Refusal> {
        let record = match connection.token.filter(|token| *token != TokenHash::NOBODY) {
            Some(token) => self.engine.find_session(&token).await.map_err(unavailable)?,
            None => None,
        };
        let rooms = record.as_ref().map(summaries).unwrap_or_default();
        if let Some((token, record)) = connection.token.zip(record) {
            connection.set_session(self.remember_session(token, record));
        }
        Ok(Greeting {
            user: connection.session().map(|session| session.user),
            epoch: self.epoch(),
            now: now_millis(),
            rooms,
            limits: self.limits(),
        })
    }

    /// The rooms of a session, with what it has not read yet.
    pub async fn summaries(&self, token: &TokenHash) -> Result<Vec<RoomSummary>, Refusal> {
        let record = self.engine.find_session(token).await.map_err(unavailable)?;
        Ok(record.as_ref().map(summaries).unwrap_or_default())
    }

    /// Notes how far someone has read; never backwards.
    pub async fn mark_read(
        &self,
        session: &Session,
        room: &RoomKey,
        seq: Seq,
    ) -> Result<(), Refusal> {
        let seat = session.seat(room).ok_or(Refusal::NotJoined)?;
        self.engine.mark_read(session.user, seat.room, seq).await.map_err(not_stored)?;
        session.mark_read(room, seq);
        Ok(())
    }

    /// The session of that secret, if it has ever joined a room.
    pub async fn session(&self, token: &TokenHash) -> Result<Option<Arc<Session>>, Refusal> {
        if let Some(session) = self.sessions.lock().expect("no panic under this lock").get(token) {
            return Ok(Some(Arc::clone(session)));
        }
        let record = self.engine.find_session(token).await.map_err(unavailable)?;
        Ok(record.map(|record| self.remember_session(*token, record)))
    }

    /// A session that nobody can come back to. It is known to its connection alone.
    async fn new_tokenless(&self) -> Result<Arc<Session>, Refusal> {
        let user = self.engine.new_user().await.map_err(not_stored)?;
        let record = engine::SessionRecord { user, memberships: Vec::new() };
        Ok(Arc::new(Session::new(TokenHash::NOBODY, record, self.new_bucket())))
    }

    fn new_bucket(&self) -> Bucket {
        Bucket::new(self.settings.message_rate, self.settings.message_burst)
    }

    fn remember_session(&self, token: TokenHash, record: engine::SessionRecord) -> Arc<Session> {
        let bucket = self.new_bucket();
        let mut sessions = self.sessions.lock().expect("no panic under this lock");
        let session =
            sessions.entry(token).or_insert_with(|| Arc::new(Session::new(token, record, bucket)));
        Arc::clone(session)
    }

    /// The room of that key, if anyone ever joined it.
    pub async fn find_room(&self, key: &RoomKey) -> Result<Option<Arc<Room>>, Refusal> {
        let room = match self.known_room(key) {
            Some(room) => room,
            None => match self.engine.find_room(key).await.map_err(unavailable)? {
                Some(record) => self.remember_room(record),
                None => return Ok(None),
            },
        };
        room.open().await.map_err(unavailable)?;
        Ok(Some(room))
    }

    fn known_room(&self, key: &RoomKey) -> Option<Arc<Room>> {
        self.rooms.lock().expect("no panic under this lock").by_key.get(key).cloned()
    }

    fn loaded_room(&self, room: RoomId) -> Option<Arc<Room>> {
        self.rooms.lock().expect("no panic under this lock").by_id.get(&room).cloned()
    }

    async fn make_room(&self, key: &RoomKey, title: &str) -> Result<Arc<Room>, Refusal> {
        let room = match self.known_room(key) {
            Some(room) => room,
            // Not looked up before: whoever makes a room is about to write anyway.
            None => {
                let record = self.engine.make_room(key, title).await.map_err(not_stored)?;
                self.remember_room(record)
            }
        };
        room.open().await.map_err(unavailable)?;
        Ok(room)
    }

    fn remember_room(&self, record: engine::RoomRecord) -> Arc<Room> {
        let mut rooms = self.rooms.lock().expect("no panic under this lock");
        if let Some(room) = rooms.by_key.get(&record.key) {
            return Arc::clone(room);
        }
        let (engine, rings) = (Arc::clone(&self.engine), self.rings.clone());
        let room = Arc::new(Room::new(record, engine, self.settings.grace, rings));
        rooms.by_key.insert(room.key.clone(), Arc::clone(&room));
        rooms.by_id.insert(room.id, Arc::clone(&room));
        room
    }

    /// Hands commits to their rooms until the engine closes. A commit is acknowledged, by
    /// dropping it, after its batches are queued: so a batch precedes its ack everywhere.
    pub async fn deliver(&self, mut commits: mpsc::Receiver<Commit>) {
        while let Some(mut commit) = commits.recv().await {
            let changes = commit.batches.iter().map(|batch| batch.messages.len()).sum();
            self.metrics.committed(changes, commit.took);
            let mut lenders = Vec::new();
            for batch in std::mem::take(&mut commit.batches) {
                if let Some(room) = self.loaded_room(batch.room) {
                    room.deliver(batch, &mut lenders);
                }
            }
            write_out(lenders);
        }
    }
}

fn summaries(record: &engine::SessionRecord) -> Vec<RoomSummary> {
    let summary = |membership: &engine::Membership| RoomSummary {
        room: membership.room.key.clone(),
        title: membership.room.title.clone(),
        username: membership.username.clone(),
        unread: membership.unread,
        mentions: membership.mentions,
    };
    record.memberships.iter().map(summary).collect()
}

fn unavailable(error: engine::Error) -> Refusal {
    tracing::error!(%error, "the log could not be read");
    Refusal::Unavailable
}

fn not_stored(error: engine::Error) -> Refusal {
    tracing::error!(%error, "a write was not stored");
    Refusal::NotStored
}

/// Milliseconds since 1970, by this machine's clock.
pub fn now_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
