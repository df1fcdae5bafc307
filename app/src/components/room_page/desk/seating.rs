//! Taking a seat in a room and getting up, once the server has said so.

use super::super::super::bell;
use super::super::open_room::OpenRoom;
use super::super::path;
use super::Desk;
use crate::browser;
use crate::page::{JoinForm, RoomView};
use crate::protocol::{Bell, Joined, RoomKey, RoomSummary, Snapshot, UserId};
use crate::store::Outbox;

impl Desk {
    pub(super) fn on_joined(self, asked_for: Option<RoomKey>, joined: Joined) {
        let Joined { user, snapshot, .. } = joined;
        self.is_now(user.id);
        browser::set_cookie("name", &user.username);
        self.list_room(&snapshot, &user.username);
        let Some(asked_for) = asked_for else {
            // From the first page: the room's own page comes with its own link.
            let path =
                ["/rooms/", &String::from(js_sys::encode_uri_component(&snapshot.room.0))].concat();
            let _ = browser::window().location().set_href(&path);
            return;
        };
        match self.find(&asked_for) {
            Some(room) => {
                room.username.set_if_new(Some(user.username));
                room.refusal.set(None);
                self.with_order(|order| {
                    room.users.update(|users| users.set_me(user.id, order));
                    room.reset(&snapshot, order);
                });
                self.is_back(room);
                // What is kept of the page is from before (sw.js).
                browser::tell_worker(&[("path", &*path(&asked_for))]);
                // A bell rings for members only: one may have chosen before one came in.
                if bell::kept(&asked_for).choice != Bell::Mute {
                    bell::hang(room);
                }
            }
            None => {
                let (form, username) = (JoinForm::default(), Some(user.username));
                let view = RoomView { snapshot, username, form, is_older: false };
                // Rooms live as long as the page, not as long as whatever asked for them.
                let room = OpenRoom::new(&view, Some(user.id), self.offsets);
                self.open.change(|open| open.push(room));
                self.restore_draft(room);
                self.is_back(room);
            }
        }
    }

    /// Who one is. What someone else has left to send on this computer is kept for them.
    pub(super) fn is_now(self, user: UserId) {
        let before = self.me.update(|me| me.replace(user));
        if before.is_some_and(|before| before != user) {
            for room in self.open.peek() {
                room.has_outbox.set(false);
                room.outbox.set(Outbox::default());
                room.show_pending(Some(user));
            }
        }
    }

    fn list_room(self, snapshot: &Snapshot, username: &str) {
        let is_new = self.rooms.update(|rooms| {
            let is_new = rooms.iter().all(|summary| summary.room != snapshot.room);
            if is_new {
                rooms.push(RoomSummary {
                    room: snapshot.room.clone(),
                    title: snapshot.title.clone(),
                    username: username.into(),
                    unread: 0,
                    mentions: 0,
                });
            }
            is_new
        });
        if is_new {
            browser::tell_tabs();
        }
    }

    pub(super) fn on_left(self, key: &RoomKey) {
        bell::forget(key);
        browser::tell_tabs();
        self.rooms.update(|rooms| rooms.retain(|summary| summary.room != *key));
        let is_shown = self.current.peek().is_some_and(|room| room.key() == *key);
        if is_shown {
            // What is kept of it for when there is no network is to be forgotten (boot.js).
            if let Some(root) = browser::document().document_element() {
                let _ = root.set_attribute("data-left", "");
            }
            let _ = browser::window().location().set_href("/");
        }
    }
}
