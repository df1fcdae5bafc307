//! What is done beside the talk: counting, and forgetting what is idle.

use super::{Registry, Rooms, now_millis};
use crate::metrics::Population;
use crate::session;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How often idle rooms and sessions are forgotten.
const SWEEP: Duration = Duration::from_secs(60);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

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

    /// Forgets idle rooms and sessions now and then, and once a day who has not been here for
    /// long; runs until it is dropped.
    pub async fn sweep(&self) {
        let mut ticks = tokio::time::interval(SWEEP);
        let mut ended_at: Option<Instant> = None;
        loop {
            let now = ticks.tick().await;
            // Before anyone who was here for a moment is forgotten.
            let is_noted = self.note_seen().await;
            if is_noted && ended_at.is_none_or(|then| now - then >= DAY) {
                ended_at = Some(now);
                self.end_unseen().await;
            }
            self.evict_idle();
        }
    }

    /// Tells the log who is here, each once a day. `false`: it does not know it yet.
    pub async fn note_seen(&self) -> bool {
        let now = now_millis();
        let seen: Vec<_> = {
            let sessions = self.sessions.lock().expect("no panic under this lock");
            let yesterday = now.saturating_sub(DAY.as_millis() as u64);
            let unnoted = sessions.values().filter(|session| !session.is_noted_since(yesterday));
            unnoted.cloned().collect()
        };
        if seen.is_empty() {
            return true;
        }
        let users = seen.iter().map(|session| session.user).collect();
        let noted = self.engine.note_seen(users, now).await;
        match &noted {
            Ok(()) => seen.iter().for_each(|session| session.has_noted(now)),
            Err(error) => tracing::warn!(%error, "who is here could not be noted"),
        }
        noted.is_ok()
    }

    /// Ends the memberships of those who have not been here for long.
    pub async fn end_unseen(&self) {
        let since = now_millis().saturating_sub((DAY * session::DAYS).as_millis() as u64);
        match self.engine.end_unseen(since).await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(
                ended,
                "memberships of people who were not here for {} days ended",
                session::DAYS
            ),
            Err(error) => tracing::warn!(%error, "memberships could not be ended"),
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
