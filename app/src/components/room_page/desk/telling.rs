//! Telling someone who looks elsewhere that something was said.

use super::super::super::bell;
use super::super::open_room::OpenRoom;
use super::super::path;
use super::Desk;
use crate::browser;
use crate::protocol::{Epoch, Message, Seq};
use std::sync::Arc;
use std::time::Duration;
use wasm_bindgen::JsValue;

/// The tab that looks at a room has so long to say so to the others.
const OTHERS: Duration = Duration::from_millis(500);

impl Desk {
    /// Something was said by others. The tab that is looked at leaves word of it, and the rest
    /// tell, if no tab did so.
    pub(super) fn tell_of(self, room: OpenRoom, new: &[Arc<Message>]) {
        if self.is_followed(room) {
            if let Some(last) = new.last() {
                leave_word(&seen_key(room), room, last.seq);
            }
            return;
        }
        let (me, bell) = (self.me.peek(), bell::kept(&room.key()));
        let is_worth = |message: &&Arc<Message>| {
            Some(message.user_id) != me && bell.choice.rings(message.names(me))
        };
        let Some(message) = new.iter().rfind(is_worth).cloned() else { return };
        // However much is said, the last of it is told, and no more often than this.
        if room.untold.change(|untold| untold.replace(message)).is_some() {
            return;
        }
        let tell = move || {
            let Some(message) = room.untold.change(Option::take) else { return };
            if seen(room) < message.seq && !self.is_followed(room) {
                self.tell(room, &message);
            }
        };
        browser::after(OTHERS, tell);
    }

    /// What was read in this tab is read in the others.
    pub(super) fn tell_of_reading(self, room: OpenRoom, seq: Seq) {
        leave_word(&read_key(room), room, seq);
    }

    pub(super) fn hear_of_reading(self, key: &str, word: &str) {
        for room in self.open.peek() {
            let read = if read_key(room) == key { place(room, word) } else { 0 };
            if read > room.last_read.peek() {
                self.has_read(room, read);
            }
        }
    }

    fn tell(self, room: OpenRoom, message: &Message) {
        // Each tab tells of the same message under the same tag, so that it is told once.
        let tag = [&*path(&room.key()), "/", &message.seq.to_string()].concat();
        let go = move || {
            let _ = browser::window().focus();
            if let Ok(history) = browser::window().history() {
                let there = path(&room.key());
                let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&there));
            }
            self.show(room);
        };
        let with_sound = bell::kept(&room.key()).with_sound;
        let told = browser::Told {
            title: &room.title.peek(),
            body: &message.gist(),
            tag: &tag,
            path: &path(&room.key()),
            with_sound,
        };
        browser::notify(told, go);
    }
}

/// How far some tab of this browser was looked at, by the word it left.
fn seen(room: OpenRoom) -> Seq {
    let storage = browser::local_storage();
    let seen = storage.and_then(|storage| storage.get_item(&seen_key(room)).ok().flatten());
    seen.map_or(0, |seen| place(room, &seen))
}

/// Writes a place in a room down for the other tabs.
fn leave_word(key: &str, room: OpenRoom, seq: Seq) {
    if let Some(storage) = browser::local_storage() {
        let word = [&*epoch(room).to_string(), ".", &seq.to_string()].concat();
        let _ = storage.set_item(key, &word);
    }
}

/// The place in a room that was written down; 0 if it is of another life of the log, which says
/// nothing about this one.
fn place(room: OpenRoom, word: &str) -> Seq {
    let here = word.split_once('.').filter(|(life, _)| *life == epoch(room).to_string());
    here.and_then(|(_, seq)| seq.parse().ok()).unwrap_or(0)
}

fn epoch(room: OpenRoom) -> Epoch {
    room.timeline.peek_with(|timeline| timeline.cursor().epoch)
}

fn read_key(room: OpenRoom) -> String {
    ["sarangbang.read", &*path(&room.key())].concat()
}

fn seen_key(room: OpenRoom) -> String {
    ["sarangbang.seen", &*path(&room.key())].concat()
}
