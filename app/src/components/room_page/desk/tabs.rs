//! The tabs of one browser: each has a name and shows that it lives, what a closed one left unsent
//! is taken up by another, and what one writes down the others hear of.

use super::super::open_room::OpenRoom;
use super::super::path;
use super::Desk;
use crate::browser;
use crate::store::Outbox;
use crate::store::outbox::StorageKey;
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
    /// Takes up what closed tabs left unsent, now and then.
    pub(super) fn adopt_now_and_then(self) {
        let adopt = move || {
            let missing = self.missing.change(std::mem::take);
            for room in self.open.peek() {
                self.adopt(room, &missing);
            }
        };
        browser::every(ADOPTING, adopt);
    }

    /// Takes up what other tabs left unsent in the room, if they were missing the last time, too.
    fn adopt(self, room: OpenRoom, missing: &[String]) {
        let (Some(mine), Some(storage)) = (self.storage_key(room), browser::local_storage()) else {
            return;
        };
        for key in browser::keys(&storage) {
            let other = StorageKey::parse(&key).filter(|other| mine.may_adopt(other));
            let Some(StorageKey { tab, .. }) = other else { continue };
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

    /// Another tab has written something down for all.
    pub fn hear_tabs(self, event: &StorageEvent) {
        // The greeting says where one is a member.
        if browser::is_about_rooms(event) {
            self.lose_link();
            return self.nudge();
        }
        let Some((key, value)) = event.key().zip(event.new_value()) else { return };
        self.hear_of_reading(&key, &value);
        for room in self.open.peek().into_iter().filter(|room| owner_key(*room) == key) {
            room.is_owner.set_if_new(true);
        }
    }

    /// An owner becomes one on a page of its own, and comes from there to the room anew. Tabs that
    /// have it open already hear of it.
    pub(super) fn tell_of_owning(self, room: OpenRoom) {
        let owner = self.me.peek().filter(|_| room.is_owner.peek());
        if let Some((owner, storage)) = owner.zip(browser::local_storage()) {
            // Whose tabs do not hear of it sees it with the next page.
            let _ = storage.set_item(&owner_key(room), &owner.to_string());
        }
    }
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
    browser::every(HEARTBEAT, write);
}

fn owner_key(room: OpenRoom) -> String {
    ["sarangbang.owner", &*path(&room.key())].concat()
}

fn lock_name(tab: &str) -> String {
    ["sarangbang.tab.", tab].concat()
}

fn beat_name(tab: &str) -> String {
    ["sarangbang.beat.", tab].concat()
}
