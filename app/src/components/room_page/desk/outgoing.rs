//! What one writes: from the composer into the outbox, from there over the link, and kept in
//! the browser's storage until the room has it.

use super::super::open_room::{OpenRoom, Trouble};
use super::uploads::Files;
use super::{Asked, Desk};
use crate::browser;
use crate::protocol::{Command, MessageId, Refusal, limits};
use crate::store::outbox::{Delivery, Entry, StorageKey};
use crate::store::{Outbox, Typing};
use std::time::Duration;

impl Desk {
    /// Puts a message into the outbox and into storage, and sends what can be sent. Says
    /// whether it was taken: only then may the composer be cleared.
    pub fn say(self, room: OpenRoom, text: &str) -> bool {
        let Some(Files { there, are_coming }) = self.files(room, None) else { return false };
        let text = match limits::tidy(text) {
            Some(text) => text,
            None if are_coming || !there.is_empty() => String::new(),
            None => return false,
        };
        if limits::excess(&text, self.limits.text) > 0 {
            return false;
        }
        let reply_to = room.reply.peek();
        let id = browser::fresh_id();
        let pushed =
            room.outbox.update(|outbox| outbox.push(id, text, reply_to, there, browser::now()));
        if pushed.is_err() {
            room.trouble.set(Some(Trouble::Full));
            return false;
        }
        room.trouble.set(None);
        if are_coming {
            room.outbox.update(|outbox| outbox.await_files(id));
            self.hand_over(room, id);
        } else {
            room.uploads.update(|uploads| uploads.retain(|upload| upload.message.is_some()));
        }
        room.reply.set_if_new(None);
        room.typing.change(Typing::said);
        self.change_outbox(room, |_| ());
        room.sent.update(|sent| *sent += 1);
        true
    }

    pub fn retry(self, room: OpenRoom, id: MessageId) {
        let lacks_files = self.send_rest_again(room, id);
        let is_bare = room.outbox.peek_with(|outbox| {
            let entry = outbox.entries().iter().find(|entry| entry.id == id);
            entry.is_some_and(|it| it.delivery == Delivery::Failed(Refusal::NoSuchFile))
        });
        // What was picked is not here any more: its writer says what becomes of the rest.
        if is_bare && !lacks_files {
            return self.write_anew(room, id);
        }
        self.change_outbox(room, |outbox| {
            outbox.retry(id, browser::fresh_id());
            if lacks_files {
                outbox.await_files(id);
            }
        });
    }

    /// Says nothing more of a message that waits.
    pub fn take_back(self, room: OpenRoom, id: MessageId) -> Option<Entry> {
        self.detach_all(room, id);
        self.change_outbox(room, |outbox| outbox.remove(id))
    }

    /// Puts a message that waits into the composer again, before what stands there.
    pub fn write_anew(self, room: OpenRoom, id: MessageId) {
        self.stop_amending(room);
        let has_files = self.take_over(room, id);
        let Some(entry) = self.take_back(room, id) else { return };
        if !has_files {
            self.put_back(room, entry.files);
        }
        if entry.reply_to.is_some() {
            room.reply.set(entry.reply_to);
        }
        let draft = room.draft.peek();
        let text =
            if draft.is_empty() { entry.text } else { [&*entry.text, "\n", &draft].concat() };
        self.keep_draft(room, &text);
    }

    /// Changes the outbox, keeps it, draws it, and sends what is due.
    pub(super) fn change_outbox<T>(
        self,
        room: OpenRoom,
        change: impl FnOnce(&mut Outbox) -> T,
    ) -> T {
        let changed = room.outbox.update(change);
        self.keep_outbox(room);
        self.pump(room);
        room.show_pending(self.me.peek());
        changed
    }

    /// Sends what is due, and comes back when the next is.
    fn pump(self, room: OpenRoom) {
        let is_seated = room.username.peek().is_some();
        if !self.is_linked.peek() || !is_seated {
            return;
        }
        let now = browser::ticks();
        let due = room.outbox.peek_with(|outbox| outbox.next_to_send(now).cloned());
        if let Some(entry) = due {
            let (key, id) = (room.key(), entry.id);
            let (text, reply_to) = (entry.text, entry.reply_to);
            let files = entry.files.iter().map(|file| file.id).collect();
            let command = Command::Message { room: key.clone(), id, text, reply_to, files };
            if self.ask(command, Asked::Message(key, id)) {
                room.outbox.update(|outbox| outbox.sent(id, now));
            }
        }
        let wake_at = room.outbox.peek_with(|outbox| outbox.wake_at(now));
        if let Some(at) = wake_at {
            let wait = Duration::from_millis(at.saturating_sub(now).max(1));
            browser::after(wait, move || self.pump_again(room));
        }
    }

    fn pump_again(self, room: OpenRoom) {
        let now = browser::ticks();
        if room.outbox.peek_with(|outbox| outbox.next_to_send(now).is_some()) {
            self.pump(room);
            room.show_pending(self.me.peek());
        }
    }

    /// Says whether it is kept now.
    pub(super) fn keep_outbox(self, room: OpenRoom) -> bool {
        // What was not read yet is not to be written over.
        let Some(key) = self.storage_key(room).filter(|_| room.has_outbox.peek()) else {
            return false;
        };
        let stored = browser::local_storage().and_then(|storage| {
            let kept = room.outbox.peek_with(|outbox| match outbox.is_empty() {
                true => storage.remove_item(&key.to_string()),
                false => storage.set_item(&key.to_string(), &outbox.encode()),
            });
            kept.ok()
        });
        if stored.is_none() {
            room.trouble.set(Some(Trouble::Unsafe));
        }
        stored.is_some()
    }

    /// Takes up what this tab, or one that was closed, left unsent in the room.
    pub(super) fn restore_outbox(self, room: OpenRoom) {
        let (Some(mine), Some(storage)) = (self.storage_key(room), browser::local_storage()) else {
            return;
        };
        if let Ok(Some(text)) = storage.get_item(&mine.to_string()) {
            let kept = Outbox::decode(&text);
            room.outbox.update(|outbox| outbox.adopt(kept));
        }
        room.has_outbox.set(true);
        self.change_outbox(room, |_| ());
    }

    pub(super) fn storage_key(self, room: OpenRoom) -> Option<StorageKey> {
        let (user, tab) = (self.me.peek()?, self.tab.peek()?);
        Some(StorageKey { user, room: room.key(), tab })
    }

    /// Tells the others that one is writing.
    pub fn typed(self, room: OpenRoom) {
        let is_worth_it = self.is_linked.peek() && !room.draft.peek_with(String::is_empty);
        if is_worth_it && room.typing.change(|typing| typing.wrote(browser::ticks())) {
            self.ask(Command::Typing { room: room.key() }, Asked::Nothing);
        }
    }
}
