//! What stands in the composer, kept over a reload: the words, and what belongs to them.

use super::super::open_room::{Amending, OpenRoom};
use super::Desk;
use super::uploads::{State, going_with};
use crate::browser;
use crate::protocol::{File, MessageId};
use crate::store::Outbox;
use crate::store::outbox::Entry;

impl Desk {
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
        let reply_to = room.reply.get();
        let files: Vec<File> = room.uploads.with(|uploads| {
            let done = going_with(uploads, None).filter_map(|upload| match &upload.state {
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
        room.reply.set(reply_to);
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
