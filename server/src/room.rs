//! One room on this node: who listens, who is here, and how far the talk has come.
//!
//! A subscriber is either level with the room, and gets each batch as it is committed, or
//! *behind*, and then [`Room::catch_up`] reads what it lacks from the log. Someone who joins
//! or resumes and someone who reads too slowly are the same case.

mod follower;
mod members;
mod rings;
mod tail;
mod typing;
#[cfg(test)]
mod tests;

pub use follower::Follower;
pub use rings::Rings;

use crate::engine::{self, Engine, Latest, RoomBatch, RoomId, RoomRecord, Settings, TokenHash};
use crate::names::Skeleton;
use crate::presence::{Guest, Presence};
use crate::session::{Outbox, SharedFrame};
use app::protocol::{
    Batch, Message, MessagePage, PresenceChange, Rev, RoomKey, RoomSettings, ServerFrame, User,
    UserId, UserList, limits,
};
use members::Members;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tail::Tail;
use tokio::sync::{OnceCell, watch};
use tokio::time::{Instant, sleep_until};

/// Above so many people, comings and goings are told together.
const TELL_AT_ONCE_UP_TO: usize = 50;

/// How long they are gathered then.
const GATHER: Duration = Duration::from_millis(250);

/// Someone without a connection stays listed so long after each request.
const VISIT: Duration = Duration::from_secs(60);

/// Batches kept for those who are behind hold so many bytes of text together; whoever lacks
/// more reads the log.
const RECENT_BYTES: usize = 4 * 1024 * 1024;

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

/// A batch that was delivered while someone was behind.
struct Recent {
    from: Rev,
    to: Rev,
    /// Bytes, roughly.
    size: usize,
    frame: SharedFrame,
}

struct Subscriber {
    outbox: Outbox,
    /// The rev that this subscriber has once its outbox is drained.
    rev: Rev,
    is_behind: bool,
    /// Not told of some change in the user list or the settings: gets them whole once it is level.
    lacks_rest: bool,
    /// The person this connection stands for; readers stand for nobody.
    member: Option<UserId>,
}

/// Someone takes this name in the room already.
#[derive(Debug, PartialEq, Eq)]
pub struct NameTaken;

/// A person who takes their seat.
pub struct Arrival {
    pub guest: Guest,
    /// Known to have been here shortly before, so that nobody needs to be told.
    pub is_return: bool,
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
            let latest = self.engine.latest(self.id, 0).await?;
            let members = self.engine.members(self.id, members::REMEMBERED).await?;
            let settings = self.engine.settings(self.id).await?;
            let has_bells = self.engine.has_bells(self.id).await?;
            let mut state = self.state();
            state.has_bells |= has_bells;
            state.settings = settings;
            members.into_iter().for_each(|(user, name)| state.members.seat(user, name));
            state.rev = state.rev.max(latest.cursor.rev);
            if state.rev == 0 {
                // Nothing was said yet: that is all there is to know.
                let page = MessagePage { messages: Vec::new(), from_beginning: true };
                state.tail = Some(Tail::new(&Latest { page, ..latest }));
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

    /// Who can be named: whoever is here, and members who are not.
    pub fn people(&self) -> Vec<(UserId, String)> {
        let state = self.state();
        state.members.with(state.presence.users())
    }

    /// Someone has become a member, or has another name now.
    pub fn seat(&self, user: UserId, username: &str) {
        self.state().members.seat(user, username.to_owned());
    }

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
    pub fn visit(self: &Arc<Self>, Arrival { guest, is_return }: Arrival) -> Result<(), NameTaken> {
        let now = Instant::now();
        let until = now + VISIT;
        let mut state = self.state();
        if state.presence.is_taken(&guest.skeleton, guest.token) {
            return Err(NameTaken);
        }
        let change = state.presence.visit(guest, is_return, until, now);
        self.tell(&mut state, change.into_iter().collect());
        self.expire_at(&mut state, until);
        Ok(())
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

    /// Hands one commit's changes to everyone who is level with the room.
    pub fn deliver(&self, batch: RoomBatch) {
        let (from, to) = (batch.from, batch.to);
        let size = batch.messages.iter().map(|message| weight(message)).sum();
        let batch = Batch { room: self.key.clone(), from, to, messages: batch.messages };
        let mut state = self.state();
        state.rev = state.rev.max(to);
        if state.tail.as_mut().is_some_and(|tail| !tail.take(&batch)) {
            state.tail = None;
        }
        let frame = SharedFrame::new(ServerFrame::Batch(batch));
        for subscriber in state.subscribers.values_mut() {
            // Whoever took a snapshot during the commit has it already.
            if subscriber.is_behind || subscriber.rev >= to {
                continue;
            }
            if subscriber.rev >= from && subscriber.outbox.push(&frame).is_ok() {
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
        let mut changes = Vec::new();
        if let Some(Arrival { guest, is_return }) = arrival {
            if state.presence.is_taken(&guest.skeleton, guest.token) {
                return Err(NameTaken);
            }
            let is_linked =
                state.subscribers.get(&connection).is_some_and(|known| known.member == member);
            changes.extend(if is_linked {
                state.presence.rename(guest)
            } else {
                state.presence.link(guest, is_return, Instant::now())
            });
        }
        let subscriber =
            Subscriber { outbox: outbox.clone(), rev, is_behind: true, lacks_rest, member };
        // Told before the newcomer listens: their own list comes whole.
        self.tell(&mut state, changes);
        state.subscribers.insert(connection, subscriber);
        outbox.mark_behind();
        Ok(Subscription { room: Arc::clone(self), connection, is_live: true })
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

    /// Whether the room may be forgotten: nobody listens, nobody is here or remembered.
    pub fn is_idle(&self) -> bool {
        let state = self.state();
        state.subscribers.is_empty() && state.presence.is_idle(Instant::now())
    }

    fn unsubscribe(self: &Arc<Self>, connection: ConnectionId) {
        let mut state = self.state();
        let Some(Subscriber { member: Some(user), .. }) = state.subscribers.remove(&connection)
        else {
            return;
        };
        if let Some(ends_at) = state.presence.unlink(user, Instant::now()) {
            self.expire_at(&mut state, ends_at);
        }
    }

    /// As [`Room::unsubscribe`], without a grace.
    fn hang_up(self: &Arc<Self>, connection: ConnectionId) {
        let mut state = self.state();
        let Some(Subscriber { member: Some(user), .. }) = state.subscribers.remove(&connection)
        else {
            return;
        };
        let now = Instant::now();
        if state.presence.unlink(user, now).is_some() {
            let change = state.presence.leave(user, now);
            self.tell(&mut state, change.into_iter().collect());
        }
    }

    fn expire_at(self: &Arc<Self>, state: &mut State, at: Instant) {
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

    fn tell(self: &Arc<Self>, state: &mut State, changes: Vec<PresenceChange>) {
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic under this lock")
    }
}

impl State {
    /// Keeps a batch for those who are behind; nothing if nobody is.
    fn keep(&mut self, batch: Recent) {
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
    fn level(&mut self, room: &RoomKey, connection: ConnectionId, is_whole: bool) {
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
            let list = UserList { room: room.clone(), users: self.presence.users() };
            let settings = said_of(&self.settings, room);
            let rest = [SharedFrame::new(ServerFrame::Users(list)), settings];
            if rest.iter().any(|frame| subscriber.outbox.push(frame).is_err()) {
                return;
            }
        }
        subscriber.lacks_rest = false;
        subscriber.is_behind = false;
    }

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
                PresenceChange::Here { .. } => {}
                PresenceChange::Gone { user, .. } => {
                    self.listed.remove(&user.id);
                }
            }
        }
        let presence = app::protocol::Presence { room: room.clone(), changes };
        let frame = SharedFrame::presence(presence, arrived);
        self.tell_everyone(&frame);
    }

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

impl Subscriber {
    fn fall_behind(&mut self) {
        self.is_behind = true;
        self.outbox.mark_behind();
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

/// Listening to a room; ends when dropped.
pub struct Subscription {
    pub room: Arc<Room>,
    connection: ConnectionId,
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
