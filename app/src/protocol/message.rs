//! What was said, and by whom.

use super::file::File;
use super::id::{MessageId, Rev, RoomKey, Seq, UserId};
use super::span::{self, Span};
use serde::{Deserialize, Serialize};

/// Characters of a text in its gist.
const GIST: usize = 200;

/// One message as it is now. Always sent whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub id: MessageId,
    pub seq: Seq,
    /// The room's rev at this message's last change.
    pub rev: Rev,
    pub user_id: UserId,
    /// The name it was sent with; a later change of name leaves it alone.
    pub username: String,
    pub text: String,
    /// Milliseconds since 1970, by the server's clock. For people to read, never for order.
    pub created_at: u64,
    /// When its sender last changed the text, in the same milliseconds; `null` if never.
    pub edited_at: Option<u64>,
    /// Whether only a tombstone is left: the place in the order and who stood there. The text
    /// is empty then, here and everywhere.
    pub deleted: bool,
    /// The place of the message that this one answers; `null` if it answers none.
    pub reply_to: Option<Seq>,
    /// In the order of their first use.
    pub reactions: Vec<Reaction>,
    /// The text formatted; empty if there is nothing to format: then it is shown as it is.
    pub spans: Vec<Span>,
    /// Pictures and other files that were sent with it.
    pub files: Vec<File>,
}

impl Message {
    /// Whether someone else names this user in it, or everyone.
    pub fn names(&self, user: Option<UserId>) -> bool {
        let is_meant = |named: &Option<UserId>| named.is_none() || *named == user;
        !self.spans.is_empty()
            && user.is_some_and(|user| user != self.user_id)
            && span::mentioned(&self.spans).iter().any(is_meant)
    }

    /// Who says what, in one short line without forms: for a notification.
    pub fn gist(&self) -> String {
        let mut words = match &*self.spans {
            [] => self.text.clone(),
            spans => span::plain(spans),
        };
        if words.is_empty()
            && let Some(file) = self.files.first()
        {
            words = ["📎 ", &*file.name].concat();
        }
        let shown: String = words.chars().take(GIST).collect();
        [&*self.username, ": ", &shown].concat()
    }
}

/// One emoji at a message, and who gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reaction {
    pub emoji: String,
    pub count: u32,
    /// The first ten, under the names they had then.
    pub users: Vec<Reactor>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reactor {
    pub id: UserId,
    pub username: String,
}

/// A person as seen in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub room: RoomKey,
}
