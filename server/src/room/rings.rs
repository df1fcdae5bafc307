//! Rooms in which there may be something to tell those who are not there.

use crate::engine::RoomId;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// What rooms ring, and whoever wakes people listens to. A room that rings many times before
/// anyone listens has rung once: what there is to tell is in the log.
#[derive(Clone, Default)]
pub struct Rings(Arc<Rung>);

#[derive(Default)]
struct Rung {
    /// Guards the rooms that nobody has listened to yet.
    rooms: Mutex<HashSet<RoomId>>,
    more: Notify,
}

impl Rings {
    pub fn ring(&self, room: RoomId) {
        if self.0.rooms.lock().expect("no panic under this lock").insert(room) {
            self.0.more.notify_one();
        }
    }

    /// Waits for rooms that rang since it was last called.
    pub async fn next(&self) -> HashSet<RoomId> {
        loop {
            let rung = std::mem::take(&mut *self.0.rooms.lock().expect("no panic under this lock"));
            if !rung.is_empty() {
                return rung;
            }
            self.0.more.notified().await;
        }
    }
}
