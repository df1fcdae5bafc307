//! Telling someone who looks elsewhere that something was said.

use super::super::super::bell;
use super::super::open_room::OpenRoom;
use super::super::path;
use super::Desk;
use crate::browser;
use crate::protocol::{Epoch, Message, Seq};
use leptos::prelude::set_timeout;
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
            if let (Some(storage), Some(last)) = (browser::local_storage(), new.last()) {
                let seen = [&*epoch(room).to_string(), ".", &last.seq.to_string()].concat();
                let _ = storage.set_item(&seen_key(room), &seen);
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
        set_timeout(tell, OTHERS);
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
    // Places of another life of the log say nothing about this one.
    let here = seen.as_deref().and_then(|seen| seen.split_once('.'));
    let here = here.filter(|(life, _)| *life == epoch(room).to_string());
    here.and_then(|(_, seq)| seq.parse().ok()).unwrap_or(0)
}

fn epoch(room: OpenRoom) -> Epoch {
    room.timeline.peek_with(|timeline| timeline.cursor().epoch)
}

fn seen_key(room: OpenRoom) -> String {
    ["sarangbang.seen", &*path(&room.key())].concat()
}
