//! One room on this node: who listens, who is here, and how far the talk has come.
//!
//! A subscriber is either level with the room, and gets each batch as it is committed, or
//! *behind*, and then [`Room::catch_up`] reads what it lacks from the log. Someone who joins
//! or resumes and someone who reads too slowly are the same case.

mod attendance;
mod follower;
mod members;
mod rings;
mod subscription;
mod tail;
mod typing;
#[cfg(test)]
mod tests;

pub use attendance::{Arrival, HeldName, NameTaken};
pub use follower::Follower;
pub use rings::Rings;
pub use subscription::Subscription;

use crate::engine::{self, Engine, Latest, RoomBatch, RoomId, RoomRecord, Settings};
use crate::presence::Presence;
use crate::session::{Outbox, SharedFrame};
use app::protocol::{
    Batch, Cursor, Message, MessagePage, PresenceChange, Rev, RoomKey, RoomSettings, ServerFrame,
    User, UserId, limits,
};
use members::Members;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use subscription::{Recent, Subscriber};
use tail::Tail;
use tokio::sync::{OnceCell, watch};
use tokio::time::Instant;

/// In a room where so many listen, one task writes for many connections that wait. In a small one
/// that costs more than waking its few members: measured with rooms of five.
const LARGE: usize = 32;

/// What a message weighs beside its text.
const OVERHEAD: usize = 128;

/// What a message weighs, roughly: its pieces hold the text a second time, and more.
fn weight(message: &Message) -> usize {
    let copies = if message.spans.is_empty() { 1 } else { 3 };
    copies * message.text.len() + OVERHEAD
}

/// Names one connection within this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConnectionId(pub u64);

pub struct Room {
    pub id: RoomId,
    pub key: RoomKey,
    pub title: String,
    engine: Arc<dyn Engine>,
    rings: Rings,
    /// Guards everything that changes. Held while frames are queued, so that each
    /// subscriber sees batches in order; never across an await.
    state: Mutex<State>,
    /// The last batch, for those who wait for news without a connection: sent once, however
    /// many they are. Nothing while they are none.
    news: watch::Sender<Option<SharedFrame>>,
    /// Set once the rev was read. The room is listed before, so that no commit is missed.
    is_open: OnceCell<()>,
}

/// Counts up with whatever a room shows: as long as it is the same, so is what one would see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    rev: Rev,
    presence: u64,
}

struct State {
    /// The rev of the last batch delivered here.
    rev: Rev,
    settings: Settings,
    /// Someone wants to be told of what is said here while they are not.
    has_bells: bool,
    /// How often it has changed who is here, or what is said of the room.
    comings: u64,
    subscribers: HashMap<ConnectionId, Subscriber>,
    presence: Presence,
    members: Members,
    /// The last batches in order, from when someone fell behind. Without them a busy room
    /// would be a moving target: each read takes longer than it takes the room to move on,
    /// and a hundred readers who are behind would only slow each other down.
    recent: VecDeque<Recent>,
    /// The last page, once someone asked for it.
    tail: Option<Tail>,
    /// Changes of presence that wait to be told together.
    untold: Vec<PresenceChange>,
    /// When it is looked next who is gone. One timer a room: a visitor who asks ten times a
    /// second would otherwise leave ten of them a second behind.
    looks_at: Option<Instant>,
    /// When who was told to be writing.
    typists: HashMap<UserId, Instant>,
    /// Who was told to be here. Whoever is here anew is not among them.
    listed: HashSet<UserId>,
}

impl Room {
    pub fn new(record: RoomRecord, engine: Arc<dyn Engine>, grace: Duration, rings: Rings) -> Self {
        Room {
            id: record.id,
            key: record.key,
            title: record.title,
            engine,
            rings,
            state: Mutex::new(State {
                rev: 0,
                settings: Settings::default(),
                has_bells: false,
                comings: 0,
                subscribers: HashMap::new(),
                presence: Presence::new(grace),
                members: Members::default(),
                recent: VecDeque::new(),
                tail: None,
                untold: Vec::new(),
                looks_at: None,
                typists: HashMap::new(),
                listed: HashSet::new(),
            }),
            news: watch::Sender::new(None),
            is_open: OnceCell::new(),
        }
    }

    /// Reads how far the log has come. Must have returned before anyone subscribes, and be
    /// called after the room receives commits: one that lands in between is then seen twice
    /// rather than never.
    pub async fn open(&self) -> engine::Result<()> {
        let open = async || {
            let opening = self.engine.opening(self.id, members::REMEMBERED).await?;
            let mut state = self.state();
            state.has_bells |= opening.has_bells;
            state.settings = opening.settings;
            opening.members.into_iter().for_each(|(user, name)| state.members.seat(user, name));
            state.rev = state.rev.max(opening.rev);
            if state.rev == 0 {
                // Nothing was said yet: that is all there is to know.
                let cursor = Cursor { epoch: self.engine.epoch(), rev: 0 };
                let page = MessagePage { messages: Vec::new(), from_beginning: true };
                state.tail = Some(Tail::new(&Latest { cursor, page }));
            }
            Ok(())
        };
        self.is_open.get_or_try_init(open).await.copied()
    }

    pub fn rev(&self) -> Rev {
        self.state().rev
    }

    pub fn version(&self) -> Version {
        let state = self.state();
        Version { rev: state.rev, presence: state.comings }
    }

    pub fn settings(&self) -> Settings {
        self.state().settings.clone()
    }

    /// An owner has changed them, and they are stored.
    pub fn set_settings(&self, settings: Settings) {
        let mut state = self.state();
        state.settings = settings;
        state.comings += 1;
        let frame = said_of(&state.settings, &self.key);
        state.tell_everyone(&frame);
    }

    /// Someone wants to be told of what is said here from now on.
    pub fn hang_bell(&self) {
        self.state().has_bells = true;
    }

    pub fn users(&self) -> Vec<User> {
        self.state().presence.users()
    }

    /// How many they are.
    pub fn head_count(&self) -> usize {
        self.state().presence.count()
    }

    /// Those of them who look elsewhere.
    pub fn away(&self) -> Vec<UserId> {
        self.state().presence.away()
    }

    /// Who can be named: whoever is here, and members who are not.
    pub fn people(&self) -> Vec<(UserId, String)> {
        let state = self.state();
        state.members.with(state.presence.users())
    }

    /// Someone has become a member, or has another name now.
    pub fn seat(&self, user: UserId, username: &str) {
        self.state().members.seat(user, username.to_owned());
    }

    /// Listens from `rev` on without a connection.
    pub fn follow(self: &Arc<Self>, rev: Rev) -> Follower {
        Follower::new(Arc::clone(self), rev, self.news.subscribe())
    }

    /// The last page of messages and the rev that goes with it.
    pub async fn latest(&self) -> engine::Result<Latest> {
        if let Some(tail) = &mut self.state().tail {
            return Ok(tail.latest());
        }
        let latest = self.engine.latest(self.id, limits::PAGE).await?;
        let mut state = self.state();
        // What was delivered meanwhile is not in it.
        if latest.cursor.rev >= state.rev {
            state.tail = Some(Tail::new(&latest));
        }
        Ok(latest)
    }

    /// Gives back the memory of what nobody asked for since it was last called.
    pub fn forget_unasked(&self) {
        let mut state = self.state();
        if state.tail.as_mut().is_some_and(|tail| !tail.is_asked_for()) {
            state.tail = None;
        }
    }

    /// How many listen without a connection.
    pub fn followers(&self) -> usize {
        self.news.receiver_count()
    }

    /// Hands one commit's changes to everyone who is level with the room. To the `lenders` that
    /// are added they are still to be written.
    pub fn deliver(&self, batch: RoomBatch, lenders: &mut Vec<Outbox>) {
        let (from, to) = (batch.from, batch.to);
        let size = batch.messages.iter().map(|message| weight(message)).sum();
        let batch = Batch { room: self.key.clone(), from, to, messages: batch.messages };
        let mut state = self.state();
        state.rev = state.rev.max(to);
        if state.tail.as_mut().is_some_and(|tail| !tail.take(&batch)) {
            state.tail = None;
        }
        let frame = SharedFrame::new(ServerFrame::Batch(batch));
        let is_large = state.subscribers.len() >= LARGE;
        for subscriber in state.subscribers.values_mut() {
            // Whoever took a snapshot during the commit has it already.
            if subscriber.is_behind || subscriber.rev >= to {
                continue;
            }
            if subscriber.rev >= from
                && subscriber.outbox.push_for(&frame, is_large.then_some(&mut *lenders)).is_ok()
            {
                subscriber.rev = to;
            } else {
                subscriber.fall_behind();
            }
        }
        state.keep(Recent { from, to, size, frame: frame.clone() });
        if state.has_bells {
            self.rings.ring(self.id);
        }
        // Whoever is woken looks at the state first.
        drop(state);
        let is_followed = self.followers() > 0;
        if is_followed || self.news.borrow().is_some() {
            self.news.send_replace(is_followed.then_some(frame));
        }
    }

    /// Whether the room may be forgotten: nobody listens, nobody is here or remembered.
    pub fn is_idle(&self) -> bool {
        let state = self.state();
        state.subscribers.is_empty() && state.presence.is_idle(Instant::now())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic under this lock")
    }
}

impl State {
    /// Tells what is not in the log.
    fn tell_everyone(&mut self, frame: &SharedFrame) {
        for subscriber in self.subscribers.values_mut() {
            // Whoever is behind gets the whole once they are level again.
            if subscriber.is_behind {
                subscriber.lacks_rest = true;
            } else if subscriber.outbox.push(frame).is_err() {
                subscriber.lacks_rest = true;
                subscriber.fall_behind();
            }
        }
    }
}

/// What everyone is told of a room's settings.
fn said_of(settings: &Settings, room: &RoomKey) -> SharedFrame {
    let settings = RoomSettings { room: room.clone(), welcome: settings.welcome.clone() };
    SharedFrame::new(ServerFrame::Settings(settings))
}
