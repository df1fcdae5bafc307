//! Who is writing right now: told to those who are level with the room, and kept nowhere.

use super::Room;
use crate::session::SharedFrame;
use app::protocol::{ServerFrame, Typing, UserId};
use std::time::Duration;
use tokio::time::Instant;

/// Among more people than this nobody is told.
const CROWD: usize = 100;

/// How soon it is told again of the same person. Clients wait for three seconds.
const PAUSE: Duration = Duration::from_secs(2);

impl Room {
    pub fn typing(&self, user: UserId) {
        let now = Instant::now();
        let mut state = self.state();
        state.typists.retain(|_, told| now - *told < PAUSE);
        if state.typists.contains_key(&user) || state.presence.count() > CROWD {
            return;
        }
        let users = state.presence.users().into_iter();
        let Some(typist) = users.into_iter().find(|present| present.id == user) else { return };
        state.typists.insert(user, now);
        let typing = Typing { room: self.key.clone(), user: typist };
        let frame = SharedFrame::new(ServerFrame::Typing(typing));
        for subscriber in state.subscribers.values() {
            if !subscriber.is_behind && subscriber.member != Some(user) {
                // Whose queue is full has more important things to hear.
                let _ = subscriber.outbox.push(&frame);
            }
        }
    }
}
