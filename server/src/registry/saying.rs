//! Saying something, and changing what was said.

use super::{Connection, Registry, now_millis};
use crate::emoji::is_emoji;
use crate::engine::{Amendment, Change, Draft, PostError, Posted};
use crate::markdown::{self, Name};
use crate::session::{Seat, Session};
use app::protocol::{Acked, FileId, MessageId, Refusal, RoomKey, Seq, Span, limits};
use std::net::IpAddr;
use std::sync::Arc;

const HOUR_MS: u64 = 60 * 60 * 1000;

/// Everyone can be called while no more than so many are here; by owners always.
const ALL: usize = 20;

/// Names that call everyone.
const EVERYONE: [&str; 2] = ["all", "모두"];

/// What a member wants to become of a message.
#[derive(Clone, Copy, Debug)]
pub enum Wish<'a> {
    Edit(&'a str),
    Delete,
    React { emoji: &'a str, on: bool },
}

/// What a member wants to say.
#[derive(Clone, Copy, Debug)]
pub struct Saying<'a> {
    pub id: MessageId,
    pub text: &'a str,
    pub reply_to: Option<Seq>,
    pub files: &'a [FileId],
}

impl<'a> Saying<'a> {
    pub fn text(id: MessageId, text: &'a str) -> Self {
        Saying { id, text, reply_to: None, files: &[] }
    }
}

impl Registry {
    /// Who speaks by this connection in this room.
    pub(super) async fn speaker<'a>(
        &self,
        connection: &'a Connection,
        room: &RoomKey,
    ) -> Result<&'a Arc<Session>, Refusal> {
        let session = connection.session().ok_or(Refusal::NotJoined)?;
        if !connection.is_seated_in(room)
            && let Some(room) = self.find_room(room).await?
        {
            // Speaks without having taken the room up again: the name may be gone.
            self.visit(&room, session)?;
        }
        Ok(session)
    }

    /// Stores a message of a member.
    pub async fn post(
        &self,
        session: &Session,
        address: IpAddr,
        room: &RoomKey,
        Saying { id, text, reply_to, files }: Saying<'_>,
    ) -> Result<Posted, Refusal> {
        let seat = session.seat(room).ok_or(Refusal::NotJoined)?;
        if files.len() > limits::FILES {
            return Err(Refusal::TooManyFiles { limit: limits::FILES as u32 });
        }
        let text = match self.tidy(text) {
            // A picture needs no words.
            Err(Refusal::TextBlank) if !files.is_empty() => String::new(),
            text => text?,
        };
        session.spend_message()?;
        self.throttles.spend_message(address, seat.room)?;
        let spans = self.formatted(&seat, &text);
        let draft = Draft {
            room: seat.room,
            id,
            user: session.user,
            username: seat.username,
            text,
            spans,
            reply_to,
            files: files.to_vec(),
            created_at: now_millis(),
        };
        self.engine.post(draft).await.map_err(|error| self.refusal(error))
    }

    /// Changes a message of a member.
    pub async fn amend(
        &self,
        session: &Session,
        address: IpAddr,
        room: &RoomKey,
        id: MessageId,
        wish: Wish<'_>,
    ) -> Result<Posted, Refusal> {
        let seat = session.seat(room).ok_or(Refusal::NotJoined)?;
        let change = match wish {
            Wish::Edit(text) => {
                let (text, at) = (self.tidy(text)?, now_millis());
                let since = match u64::from(self.settings.edit_hours) {
                    0 => 0,
                    hours => at.saturating_sub(hours * HOUR_MS),
                };
                let spans = self.formatted(&seat, &text);
                Change::Text { text, spans, at, since }
            }
            Wish::Delete => Change::Deletion,
            Wish::React { emoji, on } => {
                if !is_emoji(emoji) {
                    return Err(Refusal::BadEmoji);
                }
                Change::Reaction { emoji: emoji.to_owned(), on, username: seat.username }
            }
        };
        session.spend_message()?;
        self.throttles.spend_message(address, seat.room)?;
        let amendment = Amendment { room: seat.room, id, user: session.user, change };
        self.engine.amend(amendment).await.map_err(|error| self.refusal(error))
    }

    /// The text as it will be stored, or why not.
    fn tidy(&self, text: &str) -> Result<String, Refusal> {
        let text = limits::tidy(text).ok_or(Refusal::TextBlank)?;
        let limit = self.settings.text_limit;
        match limits::excess(&text, limit) {
            0 => Ok(text),
            over => Err(Refusal::TextTooLong { limit, over }),
        }
    }

    /// The text's spans. Who is named must sit in the room.
    fn formatted(&self, seat: &Seat, text: &str) -> Vec<Span> {
        let room = text.contains('@').then(|| self.loaded_room(seat.room)).flatten();
        let people = room.as_ref().map_or_else(Vec::new, |room| room.people());
        let may_call_all = seat.is_owner || room.is_some_and(|room| room.head_count() <= ALL);
        let everyone = EVERYONE.iter().filter(|_| may_call_all);
        let everyone = everyone.map(|name| Name { user: None, name });
        let people = people.iter().map(|(user, name)| Name { user: Some(*user), name });
        markdown::parse(text, &people.chain(everyone).collect::<Vec<_>>())
    }

    fn refusal(&self, error: PostError) -> Refusal {
        match error {
            PostError::IdTaken => Refusal::IdTaken,
            PostError::NoSuchMessage => Refusal::NoSuchMessage,
            PostError::NoSuchFile => Refusal::NoSuchFile,
            PostError::NotYours => Refusal::NotYours,
            PostError::TooLate => Refusal::TooLateToEdit { hours: self.settings.edit_hours },
            PostError::TooManyReactions => {
                Refusal::TooManyReactions { limit: limits::REACTIONS as u32 }
            }
            PostError::NotStored => Refusal::NotStored,
        }
    }
}

pub(super) fn acked(posted: Posted) -> Acked {
    let (Posted::Fresh(message) | Posted::Repeat(message)) = posted;
    Acked::Posted(message)
}
