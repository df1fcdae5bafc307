//! One live link of a session.

use crate::engine::TokenHash;
use crate::room::{ConnectionId, Subscription};
use crate::session::{Bucket, ByRoom, Outbox, Session};
use app::protocol::{Refusal, RoomKey};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// Commands other than messages that one connection may send at once, and per second.
const COMMAND_BURST: u32 = 100;
const COMMAND_RATE: u32 = 20;

pub struct Connection {
    pub id: ConnectionId,
    pub address: IpAddr,
    pub outbox: Outbox,
    /// The hash of the secret that the client brought, whether or not a session has it yet.
    pub(super) token: Option<TokenHash>,
    /// Known from the start, or from the first join on.
    session: OnceLock<Arc<Session>>,
    /// Guards the subscriptions; held for look-ups only.
    subscriptions: Mutex<ByRoom<Subscription>>,
    commands: Bucket,
    /// Nobody looks at what it shows.
    is_away: AtomicBool,
}

impl Connection {
    pub fn new(address: IpAddr, outbox: Outbox, token: Option<TokenHash>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Connection {
            id: ConnectionId(NEXT.fetch_add(1, Ordering::Relaxed)),
            address,
            outbox,
            token,
            session: OnceLock::new(),
            subscriptions: Mutex::default(),
            commands: Bucket::new(COMMAND_RATE, COMMAND_BURST),
            is_away: AtomicBool::new(false),
        }
    }

    /// One whose session ends with it: nobody can come back to it, and no row tells of it.
    pub fn tokenless(address: IpAddr, outbox: Outbox) -> Self {
        Connection::new(address, outbox, Some(TokenHash::NOBODY))
    }

    /// Ends all its subscriptions, and without a grace the presence that depends on them.
    pub fn hang_up(&self) {
        let subscriptions = {
            let mut subscriptions = self.subscriptions.lock().expect("no panic under this lock");
            std::mem::take(&mut *subscriptions)
        };
        subscriptions.into_iter().for_each(|(_, subscription)| subscription.hang_up());
    }

    pub fn session(&self) -> Option<&Arc<Session>> {
        self.session.get()
    }

    pub(super) fn set_session(&self, session: Arc<Session>) {
        // A connection never changes its session: the first one stays.
        let _ = self.session.set(session);
    }

    pub(super) fn spend_command(&self) -> Result<(), Refusal> {
        self.commands.spend()
    }

    pub(super) fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Relaxed)
    }

    /// Someone looks at it, or nobody does any more: in all its rooms, and in those to come.
    pub(super) fn look(&self, is_away: bool) {
        self.is_away.store(is_away, Ordering::Relaxed);
        self.rooms().iter().for_each(|room| room.look(self.id, is_away));
    }

    pub(super) fn subscribe(&self, room: RoomKey, subscription: Subscription) {
        let mut subscriptions = self.subscriptions.lock().expect("no panic under this lock");
        if let Some(known) = subscriptions.insert(room, subscription) {
            // The room has replaced the subscriber already: dropping would remove the new one.
            known.forget();
        }
    }

    pub(super) fn unsubscribe(&self, room: &RoomKey) -> Option<Subscription> {
        self.subscriptions.lock().expect("no panic under this lock").remove(room)
    }

    /// Whether it stands for a person in that room.
    pub(super) fn is_seated_in(&self, room: &RoomKey) -> bool {
        let subscriptions = self.subscriptions.lock().expect("no panic under this lock");
        subscriptions.get(room).is_some_and(|subscription| subscription.is_seated)
    }

    pub(super) fn rooms(&self) -> Vec<Arc<crate::room::Room>> {
        let subscriptions = self.subscriptions.lock().expect("no panic under this lock");
        subscriptions.iter().map(|(_, subscription)| Arc::clone(&subscription.room)).collect()
    }
}
