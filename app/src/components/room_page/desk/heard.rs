//! What is heard over the link, and what it changes.

use super::super::open_room::{Older, OpenRoom, Trouble};
use super::{Asked, Desk, RELOADED};
use crate::browser;
use crate::connection::{Event, Opened};
use crate::protocol::{
    Ack, Acked, Batch, Command, MessagePage, PresenceChange, Refusal, Refused, RoomKey,
    RoomSettings, RoomSummary, Seq, ServerFrame, Typing,
};
use crate::store::timeline::Applied;
use crate::store::{self, typing};
use std::time::Duration;

/// Pages of a room that are kept while one follows its end: far more than are drawn.
const PAGES_KEPT: u64 = 40;

/// Who has more unread than this begins at the end: nobody reads that much.
const UNREAD_AT_MOST: usize = 1_000;

impl Desk {
    pub(super) fn on_event(self, event: Event) {
        match event {
            Event::Bar(bar) => {
                self.bar.set_if_new(bar);
            }
            Event::Opened(opened) => self.on_opened(opened),
            Event::Heard(frame) => self.on_frame(frame),
            Event::Ended => self.on_ended(),
            Event::Reload => {
                if let Some(session) = browser::session_storage() {
                    let _ = session.set_item(RELOADED, "1");
                }
                let _ = browser::window().location().reload();
            }
        }
    }

    fn on_opened(self, Opened { greeting, way, took }: Opened) {
        // The greeting was written about half of the round trip ago.
        let clock = (greeting.now + took / 2).wrapping_sub(browser::now()) as i64;
        self.check.update(|check| {
            check.clock = clock;
            check.links += 1;
        });
        self.way.set_if_new(way);
        self.is_linked.set(true);
        // Before one is listed anywhere.
        if self.is_away.peek() {
            self.ask(Command::Away { on: true }, Asked::Nothing);
        }
        if let Some(user) = greeting.user {
            self.is_now(user);
        }
        for room in self.open.peek() {
            room.trouble.change(|trouble| trouble.take_if(|it| *it == Trouble::NotLinked));
            room.trouble.tell();
            self.send_files_again(room);
            let seat = greeting.rooms.iter().find(|seat| seat.room == room.key());
            if seat.is_none() {
                // One has left meanwhile, in another tab.
                room.username.set_if_new(None);
            }
            match seat.filter(|_| room.username.peek().is_none()) {
                // A page from before one joined, or from another tab's join.
                Some(seat) => {
                    let asked = Asked::Join(Some(seat.room.clone()));
                    let (room, username) = (seat.room.0.clone(), seat.username.clone());
                    self.ask(Command::Join { room, username }, asked);
                }
                None => self.resume(room),
            }
        }
        // Only now: with a link, what is not loaded can be.
        if let Some(room) = self.current.peek()
            && let Some(place) = browser::take_named_place()
        {
            room.sought.set(Some(place));
        }
        // The other rooms of the sidebar are taken up whole: their last messages are at hand
        // when one switches, and their counts live.
        for summary in &greeting.rooms {
            if self.current.peek().is_some() && self.find(&summary.room).is_none() {
                let asked = Asked::Join(Some(summary.room.clone()));
                let (room, username) = (summary.room.0.clone(), summary.username.clone());
                self.ask(Command::Join { room, username }, asked);
            }
        }
        self.rooms.set(greeting.rooms);
        if let Some((room, username)) = self.wish.change(Option::take) {
            self.ask_to_join(room, username);
        }
    }

    fn resume(self, room: OpenRoom) {
        let cursor = room.timeline.peek_with(|timeline| timeline.cursor());
        self.ask(Command::Resume { room: room.key(), cursor }, Asked::Resume(room.key()));
    }

    fn on_ended(self) {
        self.is_linked.set(false);
        self.asked.set(Vec::new());
        for room in self.open.peek() {
            room.outbox.update(|outbox| outbox.disconnected());
            room.asked_quotes.set(Vec::new());
            room.show_pending(self.me.peek());
            // It is asked for again with the next link.
            if room.older.peek() == Older::Loading {
                room.older.set(Older::Idle);
            }
        }
    }

    fn on_frame(self, frame: ServerFrame) {
        match frame {
            ServerFrame::Batch(batch) => self.on_batch(&batch),
            ServerFrame::Users(list) => {
                if let Some(room) = self.find(&list.room) {
                    self.with_order(|order| {
                        room.users.update(|users| users.set(&list.users, &list.away, order))
                    });
                }
            }
            ServerFrame::Presence(presence) => {
                if let Some(room) = self.find(&presence.room) {
                    self.with_order(|order| {
                        room.users.update(|users| users.apply(&presence.changes, order));
                    });
                    room.timeline.update(|timeline| timeline.announce(&presence.changes));
                    // Who is here goes by leaving alone: this time in another tab.
                    let me = self.me.peek();
                    let is_me = |change: &PresenceChange| matches!(change, PresenceChange::Gone { user, .. } if Some(user.id) == me);
                    if presence.changes.iter().any(is_me) {
                        room.username.set_if_new(None);
                    }
                }
            }
            ServerFrame::Settings(RoomSettings { room, welcome }) => {
                if let Some(room) = self.find(&room) {
                    room.welcome.set_if_new(welcome);
                }
            }
            ServerFrame::Typing(Typing { room, user }) => {
                if let Some(room) = self.find(&room) {
                    room.typing.update(|typing| typing.heard(&user, browser::ticks()));
                    let expire =
                        move || room.typing.update(|typing| typing.expire(browser::ticks()));
                    browser::after(Duration::from_millis(typing::LASTS), expire);
                }
            }
            ServerFrame::Ack(Ack { id, result }) => {
                if let Some(asked) = self.take_asked(id) {
                    self.on_ack(asked, result);
                }
            }
            ServerFrame::Refused(Refused { id, refusal }) => {
                if let Some(asked) = id.and_then(|id| self.take_asked(id)) {
                    self.on_refused(asked, refusal);
                }
            }
            // The driver's own.
            ServerFrame::Hello(_) | ServerFrame::Beat | ServerFrame::Close(_) => {}
        }
    }

    fn on_batch(self, batch: &Batch) {
        let Some(room) = self.find(&batch.room) else { return };
        let applied = room.timeline.change(|timeline| timeline.apply(batch));
        room.timeline.tell_with_next_frame();
        match applied {
            Applied::Gap => self.resume(room),
            Applied::Seen { new } => {
                self.stop_amending_what_is_gone(room, &batch.messages);
                let me = self.me.peek();
                let end = |typing: &mut store::Typing| {
                    new.iter().filter(|message| typing.ended(message.user_id)).count()
                };
                if room.typing.change(end) > 0 {
                    room.typing.tell();
                }
                let others =
                    new.iter().filter(|message| Some(message.user_id) != me).count() as u32;
                let mentions = new.iter().filter(|message| message.names(me)).count() as u32;
                // Another tab may have read it before it came here.
                let read = room.last_read.peek();
                let is_read = new.last().is_none_or(|last| last.seq <= read);
                // A room that talks for hours while nobody scrolls up must not grow for ever.
                if room.scroll.peek_with(|scroll| scroll.is_pinned()) {
                    room.timeline.change(|timeline| {
                        timeline.forget_below(timeline.pages().end().saturating_sub(PAGES_KEPT));
                    });
                }
                if others > 0 {
                    self.tell_of(room, &new);
                    room.arrived.change(|(all, named)| {
                        *all += others;
                        *named += mentions;
                    });
                    if !is_read && !self.is_followed(room) {
                        self.change_summary(&batch.room, |summary| {
                            summary.unread += u64::from(others);
                            summary.mentions += u64::from(mentions);
                        });
                    }
                }
            }
        }
    }

    /// Whether someone is looking at the end of this room.
    pub(super) fn is_followed(self, room: OpenRoom) -> bool {
        let is_shown = self.current.peek().is_some_and(|shown| shown.is(&room));
        let is_pinned = room.scroll.peek_with(|scroll| scroll.is_pinned());
        is_shown && is_pinned && browser::is_looked_at()
    }

    fn on_ack(self, asked: Asked, result: Acked) {
        match (asked, result) {
            (Asked::Join(room), Acked::Joined(joined)) => self.on_joined(room, joined),
            (Asked::Resume(key), Acked::Resumed) => {
                if let Some(room) = self.find(&key) {
                    self.is_back(room);
                }
            }
            (Asked::Resume(key), Acked::Reset(snapshot)) => {
                if let Some(room) = self.find(&key) {
                    self.with_order(|order| room.reset(&snapshot, order));
                    self.is_back(room);
                }
            }
            (Asked::Message(key, id), Acked::Posted(message)) => {
                if let Some(room) = self.find(&key) {
                    room.timeline.update(|timeline| timeline.confirm(&message));
                    self.change_outbox(room, |outbox| outbox.acked(id));
                    self.on_stored(room);
                }
            }
            (Asked::Amend(key), Acked::Posted(message)) => {
                if let Some(room) = self.find(&key) {
                    self.on_amended(room, &message);
                }
            }
            (Asked::React { room, emoji, on }, Acked::Posted(message)) => {
                if let Some(room) = self.find(&room) {
                    self.on_reacted(room, &message, emoji, on);
                }
            }
            (Asked::Before(key, before), Acked::Page(page)) => self.on_page(&key, before, &page),
            (Asked::Quote(key, seq), Acked::Page(page)) => {
                let message = page.messages.first().filter(|message| message.seq == seq);
                if let Some((room, message)) = self.find(&key).zip(message) {
                    room.timeline.update(|timeline| timeline.keep_quoted(message));
                }
            }
            (Asked::Leave(key), Acked::Done) => self.on_left(&key),
            _ => {}
        }
    }

    pub(super) fn is_back(self, room: OpenRoom) {
        // Other tabs may have been closed meanwhile.
        self.restore_outbox(room);
        self.change_outbox(room, |outbox| outbox.joined());
        self.seek_unread(room);
    }

    /// The room is shown from its end, and the first unread message is not in sight.
    pub fn go_to_unread(self, room: OpenRoom) {
        room.seeks_unread.set_if_new(true);
        self.seek_unread(room);
    }

    /// Fetches pages until the first unread message is among them.
    fn seek_unread(self, room: OpenRoom) {
        if !room.seeks_unread.peek() {
            return;
        }
        let divider = room.scroll.peek_with(|scroll| scroll.divider());
        let is_far = room.timeline.peek_with(|timeline| {
            let is_above =
                timeline.older().zip(divider).is_some_and(|(first, read)| read + 1 < first);
            is_above && timeline.messages().len() < UNREAD_AT_MOST
        });
        match is_far {
            true => self.load_older(room),
            false => room.seeks_unread.set(false),
        }
    }

    fn on_page(self, key: &RoomKey, before: Seq, page: &MessagePage) {
        let Some(room) = self.find(key) else { return };
        room.timeline.update(|timeline| {
            timeline.prepend(before, page);
        });
        room.older.set(Older::Idle);
        self.seek_unread(room);
    }

    fn on_refused(self, asked: Asked, refusal: Refusal) {
        match asked {
            Asked::Join(Some(key)) | Asked::Resume(key) => {
                let Some(room) = self.find(&key) else { return };
                // A room that nobody has joined yet is read as the empty page that it is.
                if refusal == Refusal::UnknownRoom {
                    return;
                }
                if matches!(refusal, Refusal::NameTaken { .. }) {
                    // Someone took the name in the meantime: one picks another, and what was
                    // written waits.
                    room.username.set_if_new(None);
                }
                room.refusal.set(Some(refusal));
            }
            Asked::Join(None) => self.refusal.set(Some(refusal)),
            Asked::Message(key, id) => {
                if let Some(room) = self.find(&key) {
                    if refusal == Refusal::NotJoined {
                        room.username.set_if_new(None);
                    }
                    let now = browser::ticks();
                    self.change_outbox(room, |outbox| outbox.refused(id, &refusal, now));
                }
            }
            Asked::Amend(key) | Asked::React { room: key, .. } => {
                if let Some(room) = self.find(&key) {
                    self.on_not_amended(room, refusal);
                }
            }
            Asked::Before(key, _) => {
                if let Some(room) = self.find(&key) {
                    room.older.set(Older::Failed);
                    room.seeks_unread.set(false);
                    room.sought.set(None);
                }
            }
            Asked::Leave(_) | Asked::Quote(..) | Asked::Nothing => {}
        }
    }

    pub(super) fn change_summary(self, key: &RoomKey, change: impl FnOnce(&mut RoomSummary)) {
        self.rooms.update(|rooms| {
            if let Some(summary) = rooms.iter_mut().find(|summary| summary.room == *key) {
                change(summary);
            }
        });
    }
}
