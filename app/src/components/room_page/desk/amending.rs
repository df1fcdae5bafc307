//! Changing what one has said: an edit stands in the composer, a deletion is asked about in the
//! message's own row. Neither waits for a connection: what one changes should be looked at when
//! it changes.

use super::super::open_room::{Amending, OpenRoom, Trouble};
use super::{Asked, Desk};
use crate::browser;
use crate::protocol::{Command, Message, MessageId, Refusal, limits};
use crate::store::outbox::{Delivery, Outbox};
use std::sync::Arc;
use std::time::Duration;

/// How long it is said that a change was not made.
const SAID: Duration = Duration::from_secs(8);

impl Desk {
    /// Puts one's own message into the composer.
    pub fn edit(self, room: OpenRoom, message: &Message) {
        self.stop_amending(room);
        let (id, draft) = (message.id, room.draft.peek());
        room.amending.set(Amending::Edit { id, draft });
        room.draft.set(message.text.clone());
    }

    /// Puts the last message that one has said here into the composer; one that is on its way,
    /// as soon as it is stored. Says whether there is one.
    pub fn edit_last(self, room: OpenRoom) -> bool {
        let underway = room.outbox.peek_with(|outbox| outbox.entries().last().cloned());
        if let Some(entry) = underway {
            match entry.delivery {
                Delivery::Failed(_) | Delivery::Gathering => {
                    self.write_anew(room, entry.id);
                }
                // Much later it would come as a surprise.
                _ => room.edits_next.set(self.is_linked.peek()),
            }
            return true;
        }
        let me = self.me.peek();
        let last = room.timeline.peek_with(|timeline| {
            let mut messages = timeline.messages().iter().rev();
            messages.find(|message| Some(message.user_id) == me && !message.deleted).cloned()
        });
        if let Some(message) = &last {
            self.edit(room, message);
        }
        last.is_some()
    }

    /// What was on its way is stored: one may have waited for that.
    pub(super) fn on_stored(self, room: OpenRoom) {
        // There is room again.
        room.trouble.change(|trouble| trouble.take_if(|it| *it == Trouble::Full));
        room.trouble.tell();
        let is_last = room.outbox.peek_with(Outbox::is_at_rest);
        // Who writes is at the end, and has read what stands there.
        if is_last && browser::is_looked_at() {
            self.mark_read(room);
        }
        if is_last
            && room.edits_next.change(std::mem::take)
            && room.draft.peek_with(String::is_empty)
        {
            self.edit_last(room);
        }
    }

    /// Asks in its row whether the message is to be deleted.
    pub fn ask_to_delete(self, room: OpenRoom, id: MessageId) {
        self.stop_amending(room);
        room.amending.set(Amending::Delete(id));
    }

    /// Lets everything be as it is. Says whether anything was being changed.
    pub fn stop_amending(self, room: OpenRoom) -> bool {
        room.trouble.set_if_new(None);
        match room.amending.change(std::mem::take) {
            Amending::Nothing => return false,
            Amending::Edit { draft, .. } => room.draft.set(draft),
            Amending::Delete(_) | Amending::React(_) => {}
        }
        room.amending.tell();
        true
    }

    /// Closes the palette, if it is open.
    pub fn stop_reacting(self, room: OpenRoom) {
        if room.amending.peek_with(|amending| matches!(amending, Amending::React(_))) {
            self.stop_amending(room);
        }
    }

    /// Sends the edit; the text stays in the composer until it is stored.
    pub fn send_edit(self, room: OpenRoom, id: MessageId, text: &str) {
        let Some(text) = limits::tidy(text) else { return };
        if limits::excess(&text, self.limits.text) > 0 {
            return;
        }
        let is_as_before = room.timeline.peek_with(|timeline| {
            timeline.messages().iter().any(|message| message.id == id && message.text == text)
        });
        if is_as_before {
            self.stop_amending(room);
        } else {
            self.amend(room, Command::Edit { room: room.key(), id, text });
        }
    }

    pub fn delete(self, room: OpenRoom, id: MessageId) {
        self.amend(room, Command::Delete { room: room.key(), id });
    }

    /// Gives a message an emoji, or takes one's own back.
    pub fn react(self, room: OpenRoom, message: &Message, emoji: &str) {
        let me = self.me.peek();
        let mut known = message.reactions.iter();
        let is_mine =
            known.any(|reaction| reaction.emoji == emoji && room.has_given(message, reaction, me));
        let (id, emoji, on) = (message.id, emoji.to_owned(), !is_mine);
        let asked = Asked::React { room: room.key(), emoji: emoji.clone(), on };
        let is_asked = self.ask(Command::React { room: room.key(), id, emoji, on }, asked);
        self.stop_amending(room);
        room.trouble.set_if_new((!is_asked).then_some(Trouble::NotLinked));
    }

    pub(super) fn on_reacted(
        self,
        room: OpenRoom,
        message: &Arc<Message>,
        emoji: String,
        on: bool,
    ) {
        room.timeline.update(|timeline| timeline.confirm(message));
        let it = (message.id, emoji);
        room.unnamed_reactions.update(|reactions| {
            reactions.retain(|known| *known != it);
            if on {
                reactions.push(it);
            }
        });
    }

    fn amend(self, room: OpenRoom, command: Command) {
        let is_asked = self.ask(command, Asked::Amend(room.key()));
        room.trouble.set_if_new((!is_asked).then_some(Trouble::NotLinked));
    }

    /// The message is changed. Whoever went on typing meanwhile goes on.
    pub(super) fn on_amended(self, room: OpenRoom, message: &Arc<Message>) {
        room.timeline.update(|timeline| timeline.confirm(message));
        let is_done = room.amending.peek_with(|amending| match amending {
            Amending::Nothing | Amending::React(_) => false,
            Amending::Delete(id) => *id == message.id,
            Amending::Edit { id, .. } => {
                let as_written = room.draft.peek_with(|draft| limits::tidy(draft));
                *id == message.id && as_written.is_none_or(|text| text == message.text)
            }
        });
        if is_done {
            self.stop_amending(room);
        }
    }

    pub(super) fn on_not_amended(self, room: OpenRoom, refusal: Refusal) {
        self.say_trouble(room, Trouble::Refused(refusal));
    }

    /// Says for a while what could not be done.
    fn say_trouble(self, room: OpenRoom, trouble: Trouble) {
        room.trouble.set_if_new(Some(trouble.clone()));
        let forget = move || {
            if room.trouble.peek_with(|known| known.as_ref() == Some(&trouble)) {
                room.trouble.set(None);
            }
        };
        browser::after(SAID, forget);
    }

    /// Someone has deleted what one is about to change. Words that were to take its place are kept
    /// as a draft.
    pub(super) fn stop_amending_what_is_gone(self, room: OpenRoom, messages: &[Arc<Message>]) {
        let is_gone = |id: MessageId| messages.iter().any(|it| it.id == id && it.deleted);
        match room.amending.peek() {
            Amending::Delete(id) | Amending::React(id) if is_gone(id) => {
                self.stop_amending(room);
            }
            Amending::Edit { id, .. } if is_gone(id) => {
                room.amending.set(Amending::Nothing);
                let text = room.draft.peek();
                self.keep_draft(room, &text);
                self.say_trouble(room, Trouble::Refused(Refusal::NoSuchMessage));
            }
            _ => {}
        }
    }
}
