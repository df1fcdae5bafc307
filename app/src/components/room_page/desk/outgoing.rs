//! What one writes: from the composer into the outbox, from there over the link, and kept in
//! the browser's storage until the room has it.

use super::super::open_room::{Amending, OpenRoom, Trouble};
use super::uploads::{Files, State, of};
use super::{Asked, Desk};
use crate::browser;
use crate::protocol::{Command, File, MessageId, Refusal, limits};
use crate::store::outbox::{Delivery, Entry, StorageKey};
use crate::store::{Outbox, Typing};
use leptos::prelude::*;
use std::time::Duration;
use web_sys::StorageEvent;

/// This tab's name, kept over a reload.
const TAB: &str = "sarangbang.tab";

/// Where a browser has no locks, a tab shows that it lives by a time stamp, written so often…
const HEARTBEAT: Duration = Duration::from_secs(10);

/// …and is taken for closed without one for so long, in milliseconds: out of sight a tab's clock
/// ticks once a minute.
const SILENT: u64 = 150_000;

/// How often it is looked what closed tabs have left. One that is loaded anew is missing for less.
const ADOPTING: Duration = Duration::from_secs(3);

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
        let reply_to = room.reply.peek().map(|message| message.seq);
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

    /// Says whether it is kept now.
    fn keep_outbox(self, room: OpenRoom) -> bool {
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

    /// Takes up what closed tabs left unsent, now and then.
    pub(super) fn adopt_now_and_then(self) {
        let adopt = move || {
            let missing = self.missing.change(std::mem::take);
            self.open.peek().into_iter().for_each(|room| self.adopt(room, &missing));
        };
        // Fails only outside of a browser.
        let _ = set_interval_with_handle(adopt, ADOPTING);
    }

    /// Takes up what other tabs left unsent in the room, if they were missing the last time, too.
    fn adopt(self, room: OpenRoom, missing: &[String]) {
        for (key, tab) in self.left(room) {
            let was_missing = missing.contains(&tab);
            let (lock, is_silent) = (lock_name(&tab), is_silent(&tab));
            let take_up = move || {
                if was_missing {
                    self.take_up(room, &key);
                }
                self.missing.change(|missing| missing.push(tab));
            };
            match browser::has_locks() {
                true => browser::under_lock(&lock, take_up),
                false if is_silent => take_up(),
                false => {}
            }
        }
    }

    fn take_up(self, room: OpenRoom, key: &str) {
        let Some(storage) = browser::local_storage().filter(|_| room.has_outbox.peek()) else {
            return;
        };
        if let Ok(Some(text)) = storage.get_item(key) {
            let left = Outbox::decode(&text);
            self.change_outbox(room, |outbox| outbox.adopt(left));
            // Only now: what is in neither place would be lost if the tab died here.
            if self.keep_outbox(room) {
                let _ = storage.remove_item(key);
            }
        }
    }

    /// What other tabs keep for the room, and which they are.
    fn left(self, room: OpenRoom) -> Vec<(String, String)> {
        let (Some(mine), Some(storage)) = (self.storage_key(room), browser::local_storage()) else {
            return Vec::new();
        };
        let others = browser::keys(&storage).into_iter().filter_map(|key| {
            let other = StorageKey::parse(&key).filter(|other| mine.may_adopt(other))?;
            Some((key, other.tab))
        });
        others.collect()
    }

    /// Another tab has written something down for all.
    pub fn hear_tabs(self, event: &StorageEvent) {
        // The greeting says where one is a member.
        if browser::is_about_rooms(event) {
            self.lose_link();
            return self.nudge();
        }
        let Some((key, value)) = event.key().zip(event.new_value()) else { return };
        self.hear_of_reading(&key, &value);
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
        self.restore_begun(room);
    }

    /// Keeps over a reload what stands in the composer beside a draft: an edit, what is answered,
    /// and files. It is written like a message that waits.
    pub fn keep_begun(self, room: OpenRoom) {
        // What was kept is to be read before.
        if !self.is_alive.get() {
            return;
        }
        let (id, text) = match room.amending.get() {
            Amending::Edit { id, .. } => (id, room.draft.get()),
            _ => (MessageId::default(), String::new()),
        };
        let reply_to = room.reply.with(|reply| reply.as_ref().map(|message| message.seq));
        let files: Vec<File> = room.uploads.with(|uploads| {
            let done = of(uploads, None).filter_map(|upload| match &upload.state {
                State::Done(file) => Some(file.clone()),
                _ => None,
            });
            done.collect()
        });
        let has_any = id != MessageId::default() || reply_to.is_some() || !files.is_empty();
        let mut begun = Outbox::default();
        let is_kept = begun.push(id, text, reply_to, files, 0).is_ok();
        let Some(storage) = browser::session_storage() else { return };
        // What cannot be kept is still in the composer.
        let _ = match has_any && is_kept {
            true => storage.set_item(&begun_key(room), &begun.encode()),
            false => storage.remove_item(&begun_key(room)),
        };
    }

    fn restore_begun(self, room: OpenRoom) {
        let storage = browser::session_storage();
        let kept = storage.and_then(|storage| storage.get_item(&begun_key(room)).ok().flatten());
        let begun = kept.map(|kept| Outbox::decode(&kept));
        let Some(Entry { id, text, reply_to, files, .. }) =
            begun.and_then(|begun| begun.entries().first().cloned())
        else {
            return;
        };
        let answered = |seq| room.timeline.peek_with(|timeline| timeline.message(seq).cloned());
        room.reply.set(reply_to.and_then(answered));
        self.put_back(room, files);
        if id != MessageId::default() {
            room.amending.set(Amending::Edit { id, draft: room.draft.peek() });
            room.draft.set(text);
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

fn begun_key(room: OpenRoom) -> String {
    ["sarangbang.begun.", &room.key().0].concat()
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

/// Whether a tab without a lock has not beaten for long.
fn is_silent(tab: &str) -> bool {
    let beaten = browser::local_storage()
        .and_then(|storage| storage.get_item(&beat_name(tab)).ok().flatten());
    let at = beaten.and_then(|at| at.parse::<u64>().ok()).unwrap_or(0);
    browser::now().saturating_sub(at) > SILENT
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
