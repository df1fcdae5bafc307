//! A room that the page has open: its state in signals, so that what changes is redrawn and
//! nothing else.

use super::super::live::Live;
use super::desk::uploads::{self, Upload};
use super::zone::Offsets;
use crate::page::RoomView;
use crate::protocol::{
    Message, MessageId, Reaction, Refusal, RoomKey, Seq, Snapshot, User, UserId,
};
use crate::store::scroll::{Place, Scroll};
use crate::store::{Completion, Input, Outbox, Timeline, Typing, Users, Window};
use std::cmp::Ordering;
use std::sync::Arc;

/// A handle; copies are the same room.
#[derive(Clone, Copy)]
pub struct OpenRoom {
    pub key: Live<RoomKey>,
    pub title: Live<String>,
    /// What its owner says to newcomers; empty for nothing.
    pub welcome: Live<String>,
    /// The name one has here; `None` for a reader.
    pub username: Live<Option<String>>,
    pub timeline: Live<Timeline>,
    pub users: Live<Users>,
    pub outbox: Live<Outbox>,
    /// Whether what this tab had left to send was taken up.
    pub has_outbox: Live<bool>,
    /// What stands in the composer.
    pub draft: Live<String>,
    /// Files that go with the next message, or with one that waits for them.
    pub uploads: Live<Vec<Upload>>,
    /// What the composer's keys have led to so far.
    pub input: Live<Input>,
    /// Which pages are in the document.
    pub window: Live<Window>,
    pub scroll: Live<Scroll>,
    /// The last message that was read when the room was opened, as `scroll` has it.
    pub divider: Live<Option<Seq>>,
    /// Where one was when one left the room for another.
    pub place: Live<Option<Place>>,
    /// Whether the list stands where the room is to be opened.
    pub opened: Live<bool>,
    /// In a moment it is noted what stands in sight.
    pub is_reading: Live<bool>,
    pub older: Live<Older>,
    /// The first unread message lies above what is loaded, and is being fetched.
    pub seeks_unread: Live<bool>,
    /// A message that one wants to see, and that may have to be loaded first.
    pub sought: Live<Option<Seq>>,
    /// Why one could not join, until the next try.
    pub refusal: Live<Option<Refusal>>,
    /// What the composer's message will answer, whether it is loaded or not.
    pub reply: Live<Option<Seq>>,
    /// What was asked for to be quoted, while there is this connection.
    pub asked_quotes: Live<Vec<Seq>>,
    /// The reactions of one's own among those whose givers are too many to be named.
    pub unnamed_reactions: Live<Vec<(MessageId, String)>>,
    /// Who is writing.
    pub typing: Live<Typing>,
    /// The name that is being written in the composer.
    pub completion: Live<Option<Completion>>,
    /// The message that is on its way is to be edited once it is stored.
    pub edits_next: Live<bool>,
    /// What is being done with a message.
    pub amending: Live<Amending>,
    /// Why the composer took no more, or a change was not made.
    pub trouble: Live<Option<Trouble>>,
    /// Grows when the reader comes back to the tab.
    pub looks: Live<u32>,
    /// Messages of others that came and are not drawn yet.
    pub arrived: Live<(u32, u32)>,
    /// What one is about to be told of outside of the page.
    pub untold: Live<Option<Arc<Message>>>,
    /// Grows with every message one writes: the list then goes to its end.
    pub sent: Live<u32>,
    /// The last message one has read, as the server knows it.
    pub last_read: Live<Seq>,
    /// One may delete what others say.
    pub is_owner: Live<bool>,
}

/// What the top of the list says about older messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Older {
    Idle,
    Loading,
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// So much waits already that no more is taken.
    Full,
    /// The browser does not let us keep anything.
    Unsafe,
    /// There is no connection, and a change does not wait for one.
    NotLinked,
    Refused(Refusal),
}

/// What is being done with a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Amending {
    #[default]
    Nothing,
    /// It stands in the composer; what stood there before is kept.
    Edit { id: MessageId, draft: String },
    /// It is to be deleted, if one means it.
    Delete(MessageId),
    /// It gets an emoji; any message does.
    React(MessageId),
}

impl OpenRoom {
    pub fn new(view: &RoomView, me: Option<UserId>, offsets: Offsets) -> Self {
        let snapshot = &view.snapshot;
        let timeline = Timeline::from_snapshot(snapshot);
        let rows = |page| timeline.rows(page, None, |at| offsets.untracked(at)).len();
        let window = Window::at_end(timeline.pages(), rows);
        // A reader has read nothing, and nothing is new to them.
        let last_read =
            if view.username.is_some() { snapshot.last_read } else { timeline.last_seq() };
        let scroll = Scroll::new(last_read, timeline.last_seq(), false);
        let is_far = |before| last_read + 1 < before;
        let divider = scroll.divider();
        let seeks_unread = divider.is_some() && timeline.older().is_some_and(is_far);
        let mut users = Users::new(me);
        // Both sides draw first in plain order; the browser then sorts as the reader's
        // language does.
        users.set(&snapshot.users, &snapshot.away, &plain_order);
        OpenRoom {
            key: Live::new(snapshot.room.clone()),
            title: Live::new(snapshot.title.clone()),
            welcome: Live::new(snapshot.welcome.clone()),
            username: Live::new(view.username.clone()),
            window: Live::new(window),
            timeline: Live::new(timeline),
            users: Live::new(users),
            outbox: Live::new(Outbox::default()),
            has_outbox: Live::new(false),
            draft: Live::new(String::new()),
            input: Live::new(Input::default()),
            scroll: Live::new(scroll),
            divider: Live::new(divider),
            place: Live::new(None),
            opened: Live::new(false),
            is_reading: Live::new(false),
            older: Live::new(Older::Idle),
            seeks_unread: Live::new(seeks_unread),
            refusal: Live::new(view.form.refusal.clone()),
            sought: Live::new(None),
            untold: Live::new(None),
            reply: Live::new(None),
            uploads: Live::new(Vec::new()),
            asked_quotes: Live::new(Vec::new()),
            unnamed_reactions: Live::new(Vec::new()),
            typing: Live::new(Typing::default()),
            completion: Live::new(None),
            edits_next: Live::new(false),
            amending: Live::new(Amending::Nothing),
            trouble: Live::new(None),
            looks: Live::new(0),
            arrived: Live::new((0, 0)),
            sent: Live::new(0),
            last_read: Live::new(snapshot.last_read),
            is_owner: Live::new(snapshot.is_owner),
        }
    }

    pub fn is_opened(&self) -> bool {
        self.opened.peek()
    }

    /// The room is about to be shown again: one returns to one's place, and what came in the
    /// meantime stands below a new divider.
    pub fn reopen(&self, reduced_motion: bool) {
        let place = self.scroll.peek_with(|scroll| scroll.place());
        let last = self.timeline.peek_with(|timeline| timeline.last_seq());
        self.place.set(Some(place));
        self.opened.set(false);
        self.arrived.set((0, 0));
        let is_reader = self.username.peek_with(Option::is_none);
        let read = if is_reader { last } else { self.last_read.peek() };
        self.scroll.set(Scroll::new(read, last, reduced_motion));
    }

    pub fn is(&self, other: &OpenRoom) -> bool {
        self.key.peek_with(|key| other.key.peek_with(|other| key == other))
    }

    pub fn key(&self) -> RoomKey {
        self.key.peek()
    }

    /// Oneself as seen here; `None` for a reader.
    pub fn me(&self, id: Option<UserId>) -> Option<User> {
        let username = self.username.peek()?;
        Some(User { id: id?, username, room: self.key() })
    }

    /// Whether one may speak here.
    pub fn has_seat(&self) -> bool {
        self.username.with(Option::is_some)
    }

    /// Whether a file that was picked is not taken.
    pub fn has_refused_file(&self) -> bool {
        self.uploads.with(|uploads| uploads::going_with(uploads, None).any(Upload::is_refused))
    }

    /// Whether one has given this emoji, as far as the page knows.
    pub fn has_given(&self, message: &Message, reaction: &Reaction, me: Option<UserId>) -> bool {
        let is_it =
            |(id, emoji): &(MessageId, String)| *id == message.id && *emoji == reaction.emoji;
        reaction.users.iter().any(|user| Some(user.id) == me)
            || self.unnamed_reactions.with(|reactions| reactions.iter().any(is_it))
    }

    /// Starts anew from a snapshot; only what is pending stays.
    pub fn reset(&self, snapshot: &Snapshot, collate: &dyn Fn(&str, &str) -> Ordering) {
        // What was fetched to be quoted is gone with the rest.
        self.asked_quotes.set(Vec::new());
        self.timeline.update(|timeline| timeline.reset(snapshot));
        self.users.update(|users| users.set(&snapshot.users, &snapshot.away, collate));
        self.welcome.set_if_new(snapshot.welcome.clone());
        self.last_read.set(snapshot.last_read);
        self.is_owner.set_if_new(snapshot.is_owner);
        self.older.set(Older::Idle);
    }

    /// Draws the outbox below the last message.
    pub fn show_pending(&self, id: Option<UserId>) {
        let Some(me) = self.me(id) else { return };
        self.outbox.peek_with(|outbox| {
            self.timeline.update(|timeline| timeline.show_pending(outbox.entries(), &me));
        });
    }
}

pub fn plain_order(a: &str, b: &str) -> Ordering {
    a.cmp(b)
}
