//! What is done beside the talk: counting, and forgetting what is idle.

use super::{Registry, Rooms};
use crate::metrics::Population;
use std::sync::Arc;
use std::time::Duration;

/// How often idle rooms and sessions are forgotten.
const SWEEP: Duration = Duration::from_secs(60);

impl Registry {
    /// What has been counted, as text; `connections`: how many there are.
    pub fn metrics(&self, connections: usize) -> String {
        let rooms: Vec<_> = {
            let rooms = self.rooms.lock().expect("no panic under this lock");
            rooms.by_id.values().cloned().collect()
        };
        let sessions = self.sessions.lock().expect("no panic under this lock").len();
        let people = rooms.iter().map(|room| room.head_count()).sum();
        self.metrics.text(&Population { connections, rooms: rooms.len(), sessions, people })
    }

    /// Forgets idle rooms and sessions now and then; runs until it is dropped.
    pub async fn sweep(&self) {
        let mut ticks = tokio::time::interval(SWEEP);
        loop {
            ticks.tick().await;
            self.evict_idle();
        }
    }

    fn evict_idle(&self) {
        let mut rooms = self.rooms.lock().expect("no panic under this lock");
        let Rooms { by_key, by_id } = &mut *rooms;
        by_key.values().for_each(|room| room.forget_unasked());
        // Two owners are the two maps: under their lock nobody else can come by the room.
        by_key.retain(|_, room| {
            Arc::strong_count(room) > 2 || !room.is_idle() || by_id.remove(&room.id).is_none()
        });
        drop(rooms);
        let mut sessions = self.sessions.lock().expect("no panic under this lock");
        sessions.retain(|_, session| Arc::strong_count(session) > 1);
        drop(sessions);
        self.throttles.forget_idle();
    }
}
