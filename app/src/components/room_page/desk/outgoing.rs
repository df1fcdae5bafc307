//! What one writes: from the composer into the outbox, from there over the link, and kept in
//! the browser's storage until the room has it.

use super::super::open_room::{Amending, OpenRoom, Trouble};
use super::{Asked, Desk};
use crate::browser;
use crate::protocol::{Command, MessageId, limits};
use crate::store::outbox::{Entry, StorageKey};
use crate::store::{Outbox, Typing};
use leptos::prelude::*;
use std::time::Duration;

/// This tab's name, kept over a reload.
const TAB: &str = "sarangbang.tab";

/// Where a browser has no locks, a tab shows that it lives by a time stamp, written so often…
const HEARTBEAT: Duration = Duration::from_secs(10);

/// …and is taken for closed without one for so long, in milliseconds.
const SILENT: u64 = 30_000;

impl Desk {
    /// Puts a message into the outbox and into storage, and sends what can be sent. Says
    /// whether it was taken: only then may the composer be cleared.
    pub fn say(self, room: OpenRoom, text: &str) -> bool {
        let Some(files) = self.files_to_send(room) else { return false };
        let text = match limits::tidy(text) {
            Some(text) => text,
            None if !files.is_empty() => String::new(),
            None => return false,
        };
        if limits::excess(&text, self.limits.text) > 0 {
            return false;
        }
        let reply_to = room.reply.peek().map(|message| message.seq);
        let pushed = room.outbox.update(|outbox| {
            outbox.push(browser::fresh_id(), text, reply_to, files, browser::now())
        });
        if pushed.is_err() {
            room.trouble.set(Some(Trouble::Full));
            return false;
        }
        room.trouble.set(None);
        room.uploads.set(Vec::new());
        room.reply.set_if_new(None);
        room.typing.change(Typing::said);
        self.change_outbox(room, |_| ());
        room.sent.update(|sent| *sent += 1);
        true
    }

    pub fn retry(self, room: OpenRoom, id: MessageId) {
        self.change_outbox(room, |outbox| outbox.retry(id, browser::fresh_id()));
    }

    /// Says nothing more of a message that waits.
    pub fn take_back(self, room: OpenRoom, id: MessageId) -> Option<Entry> {
        self.change_outbox(room, |outbox| outbox.remove(id))
    }

    /// Puts a message that waits into the composer again, before what stands there.
    pub fn write_anew(self, room: OpenRoom, id: MessageId) {
        self.stop_amending(room);
        let Some(entry) = self.take_back(room, id) else { return };
        self.put_back(room, entry.files);
        let answered = entry
            .reply_to
            .and_then(|seq| room.timeline.peek_with(|timeline| timeline.message(seq).cloned()));
        if answered.is_some() {
            room.reply.set(answered);
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
            set_timeout(move || self.pump_again(room), wait);
        }
    }

    fn pump_again(self, room: OpenRoom) {
        let now = browser::ticks();
        if room.outbox.peek_with(|outbox| outbox.next_to_send(now).is_some()) {
            self.pump(room);
            room.show_pending(self.me.peek());
        }
    }

    fn keep_outbox(self, room: OpenRoom) {
        // What was not read yet is not to be written over.
        let Some(key) = self.storage_key(room).filter(|_| room.has_outbox.peek()) else { return };
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
        leptos::task::spawn_local(async move {
            for key in browser::keys(&storage) {
                let Some(other) = StorageKey::parse(&key).filter(|other| mine.may_adopt(other))
                else {
                    continue;
                };
                if !is_closed(&storage, &other.tab).await {
                    continue;
                }
                if let Ok(Some(text)) = storage.get_item(&key) {
                    let left = Outbox::decode(&text);
                    self.change_outbox(room, |outbox| outbox.adopt(left));
                    // Only now: what is in neither place would be lost if the tab died here.
                    let _ = storage.remove_item(&key);
                }
            }
        });
    }

    fn storage_key(self, room: OpenRoom) -> Option<StorageKey> {
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

    pub fn keep_draft(self, room: OpenRoom, text: &str) {
        let before = room.draft.update(|draft| std::mem::replace(draft, text.into()));
        if room.amending.peek_with(|amending| matches!(amending, Amending::Edit { .. })) {
            // What is kept is what stood there before, and stands there again afterwards.
            return;
        }
        let key = draft_key(room);
        for storage in drafts() {
            // What another tab has begun meanwhile is not this one's to forget.
            let is_own =
                || storage.get_item(&key).ok().flatten().is_some_and(|kept| kept == before);
            // A draft that cannot be kept is still in the composer.
            let _ = match text.is_empty() {
                true if is_own() => storage.remove_item(&key),
                true => Ok(()),
                false => storage.set_item(&key, text),
            };
        }
    }

    pub(super) fn restore_draft(self, room: OpenRoom) {
        let key = draft_key(room);
        let kept = drafts().find_map(|storage| storage.get_item(&key).ok().flatten());
        if let Some(kept) = kept {
            room.draft.set(kept);
        }
    }
}

/// Where drafts are kept: this tab's, and the last of any tab.
fn drafts() -> impl Iterator<Item = web_sys::Storage> {
    [browser::session_storage(), browser::local_storage()].into_iter().flatten()
}

fn draft_key(room: OpenRoom) -> String {
    ["sarangbang.draft.", &room.key().0].concat()
}

/// This tab's name, held under a lock. A duplicated tab brings a copy of the name along, finds
/// it taken, and takes another.
pub async fn claim_tab() -> String {
    let session = browser::session_storage();
    let known = session.as_ref().and_then(|session| session.get_item(TAB).ok().flatten());
    if let Some(known) = known {
        match browser::hold_lock(&lock_name(&known)).await {
            Some(true) => return known,
            Some(false) => {}
            None => {
                beat(known.clone());
                return known;
            }
        }
    }
    let fresh = browser::fresh_id().to_string();
    if let Some(session) = session {
        let _ = session.set_item(TAB, &fresh);
    }
    if browser::hold_lock(&lock_name(&fresh)).await.is_none() {
        beat(fresh.clone());
    }
    fresh
}

/// Whether the tab of that name has been closed.
async fn is_closed(storage: &web_sys::Storage, tab: &str) -> bool {
    match browser::hold_lock(&lock_name(tab)).await {
        Some(is_free) => is_free,
        None => {
            let beaten = storage.get_item(&beat_name(tab)).ok().flatten();
            let at = beaten.and_then(|at| at.parse::<u64>().ok()).unwrap_or(0);
            browser::now().saturating_sub(at) > SILENT
        }
    }
}

fn beat(tab: String) {
    let write = move || {
        if let Some(storage) = browser::local_storage() {
            let _ = storage.set_item(&beat_name(&tab), &browser::now().to_string());
        }
    };
    write();
    // Fails only outside of a browser.
    let _ = set_interval_with_handle(write, HEARTBEAT);
}

fn lock_name(tab: &str) -> String {
    ["sarangbang.tab.", tab].concat()
}

fn beat_name(tab: &str) -> String {
    ["sarangbang.beat.", tab].concat()
}
