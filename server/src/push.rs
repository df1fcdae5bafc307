//! Web Push: waking the browsers of those who are not there (RFC 8030).
//!
//! A push says nothing but "look": it has no body. The browser's worker then asks this server
//! what there is to tell, with its own cookie. So no push service ever holds a word that was
//! said, not even encrypted, and what was deleted meanwhile is not told.
//!
//! [`vapid`] is how services know whose pushes these are, [`service`] which services there are,
//! [`courier`] goes there.

mod courier;
mod service;
mod vapid;

pub use service::Services;
pub use vapid::Key;

use crate::engine::{Engine, RoomId};
use crate::registry::Registry;
use crate::room::Rings;
use courier::Courier;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Nobody is woken for a room again so soon, whatever is said meanwhile.
const PAUSE: Duration = Duration::from_secs(10);

/// Nor is it looked again so soon whom to wake, where it was nobody.
const GLANCE: Duration = Duration::from_secs(1);

/// After a start those who were here have so long to come back before anyone is woken for what
/// was said before it.
const RETURN: Duration = Duration::from_secs(60);

/// Wakes people for the rooms of one node.
pub struct Push {
    registry: Arc<Registry>,
    engine: Arc<dyn Engine>,
    rings: Rings,
    courier: Arc<Courier>,
}

impl Push {
    pub fn new(registry: Arc<Registry>, engine: Arc<dyn Engine>, key: Arc<Key>) -> Self {
        let (rings, courier) = (registry.rings(), Courier::new(Arc::clone(&engine), key));
        Push { registry, engine, rings, courier }
    }

    /// Wakes whom the rooms ring for; runs until it is dropped.
    pub async fn run(self) {
        // The last that was said before a crash may have rung for nobody yet.
        let missed = self.engine.rooms_with_bells().await.unwrap_or_default();
        let mut waiting: HashSet<RoomId> = missed.into_iter().collect();
        let is_back = Instant::now() + RETURN;
        let mut quiet_until: HashMap<RoomId, Instant> =
            waiting.iter().map(|room| (*room, is_back)).collect();
        loop {
            let next = waiting.iter().filter_map(|room| quiet_until.get(room)).min().copied();
            tokio::select! {
                rung = self.rings.next() => waiting.extend(rung),
                () = async { sleep_until(next.expect("checked")).await }, if next.is_some() => {}
            }
            let now = Instant::now();
            quiet_until.retain(|_, until| *until > now);
            let ready: Vec<RoomId> =
                waiting.extract_if(|room| !quiet_until.contains_key(room)).collect();
            for room in ready {
                let pause = if self.ring(room).await { PAUSE } else { GLANCE };
                quiet_until.insert(room, now + pause);
            }
        }
    }

    /// Whether anyone is woken.
    async fn ring(&self, room: RoomId) -> bool {
        // What cannot be read or written now is tried again when more is said.
        let endpoints = self.registry.absent(room).await.unwrap_or_default();
        let is_anyone = !endpoints.is_empty();
        for endpoint in endpoints {
            self.courier.send(endpoint).await;
        }
        is_anyone
    }
}
