//! Frames in the tutorial's words. A frame that many sockets get is put into words once.

use super::Ids;
use crate::registry::now_millis;
use crate::room::Room;
use crate::session::SharedFrame;
use crate::transport::words::Words;
use app::protocol::{
    Cursor, Epoch, Message, MessageId, PresenceChange, Rev, Seq, ServerFrame, UserId,
};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// What one frame says.
pub enum Told {
    Messages(Vec<Said>),
    /// Who came and went, and the list as it is then.
    Users {
        comings: Vec<Coming>,
        list: OnceLock<List>,
    },
    Nothing,
}

/// A message, as events carry it.
pub struct Said {
    message: Arc<Message>,
    epoch: Epoch,
    classic: OnceLock<Box<RawValue>>,
    whole: OnceLock<Box<RawValue>>,
    tombstone: OnceLock<Box<RawValue>>,
}

/// How much a client wants to know of each message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `{username, text, createdAt}`, each message once.
    Classic,
    /// The message as it is now, and the cursor to ask on from.
    Whole,
}

pub struct Coming {
    pub user: UserId,
    pub line: Box<RawValue>,
}

/// The whole of `roomData`.
pub struct List {
    pub json: Box<RawValue>,
    pub count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Classic<'a> {
    username: &'a str,
    text: &'a str,
    created_at: u64,
}

#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    message: &'a Message,
    cursor: String,
}

/// What is left of a deleted message.
#[derive(Serialize)]
struct Tombstone {
    id: MessageId,
    seq: Seq,
    cursor: String,
}

impl Told {
    pub fn of(frame: &SharedFrame, words: &Words, epoch: Epoch) -> Self {
        match frame.frame() {
            ServerFrame::Batch(batch) => {
                let said = batch.messages.iter().map(|message| Said::new(message, epoch));
                Told::Messages(said.collect())
            }
            // These clients know nobody who is here and away.
            ServerFrame::Presence(presence)
                if presence.changes.iter().all(|it| matches!(it, PresenceChange::Away { .. })) =>
            {
                Told::Nothing
            }
            ServerFrame::Presence(presence) => {
                let comings = presence.changes.iter();
                let comings = comings.filter_map(|change| Coming::of(change, frame, words));
                Told::Users { comings: comings.collect(), list: OnceLock::new() }
            }
            ServerFrame::Users(_) => Told::Users { comings: Vec::new(), list: OnceLock::new() },
            _ => Told::Nothing,
        }
    }
}

impl Said {
    pub fn new(message: &Arc<Message>, epoch: Epoch) -> Self {
        Said {
            message: Arc::clone(message),
            epoch,
            classic: OnceLock::new(),
            whole: OnceLock::new(),
            tombstone: OnceLock::new(),
        }
    }

    pub fn seq(&self) -> Seq {
        self.message.seq
    }

    pub fn rev(&self) -> Rev {
        self.message.rev
    }

    pub fn is_deleted(&self) -> bool {
        self.message.deleted
    }

    /// Whether it is as it was sent.
    pub fn is_as_sent(&self) -> bool {
        let Message { deleted, edited_at, reactions, .. } = &*self.message;
        !deleted && edited_at.is_none() && reactions.is_empty()
    }

    /// `{id, seq, cursor}`.
    pub fn tombstone(&self) -> &RawValue {
        let Message { id, seq, .. } = *self.message;
        self.tombstone.get_or_init(|| raw(&Tombstone { id, seq, cursor: self.cursor() }))
    }

    fn cursor(&self) -> String {
        Cursor { epoch: self.epoch, rev: self.message.rev }.to_string()
    }

    pub fn json(&self, form: Form) -> &RawValue {
        match form {
            Form::Classic => self.classic.get_or_init(|| {
                let Message { username, created_at, .. } = &*self.message;
                let text = &with_files(&self.message);
                raw(&Classic { username, text, created_at: *created_at })
            }),
            Form::Whole => self
                .whole
                .get_or_init(|| raw(&Whole { message: &self.message, cursor: self.cursor() })),
        }
    }
}

/// A text that also says which files came with it: the tutorial's clients know nothing else.
fn with_files(message: &Message) -> Cow<'_, str> {
    if message.files.is_empty() {
        return Cow::Borrowed(&message.text);
    }
    let words = (!message.text.is_empty()).then_some(&*message.text);
    let names = message.files.iter().map(|file| &*file.name);
    Cow::Owned(words.into_iter().chain(names).collect::<Vec<_>>().join("\n"))
}

impl Coming {
    /// A line for whoever was not here before or is not any more; none for another name.
    fn of(change: &PresenceChange, frame: &SharedFrame, words: &Words) -> Option<Self> {
        let (user, line) = match change {
            PresenceChange::Here { user, .. } => {
                (frame.arrived().contains(&user.id).then_some(user)?, words.joined)
            }
            PresenceChange::Gone { user, .. } => (user, words.left),
            PresenceChange::Away { .. } => return None,
        };
        Some(Coming { user: user.id, line: admin(words, &line(&user.username)) })
    }
}

/// Something that Admin says.
pub fn admin(words: &Words, text: &str) -> Box<RawValue> {
    raw(&Classic { username: words.admin, text, created_at: now_millis() })
}

/// Who is here now, first those who were first.
pub fn list(room: &Room, ids: &Ids) -> List {
    #[derive(Serialize)]
    struct RoomData<'a> {
        room: &'a str,
        users: Vec<Listed<'a>>,
    }
    #[derive(Serialize)]
    struct Listed<'a> {
        id: String,
        username: &'a str,
        room: &'a str,
    }
    let mut users = room.users();
    users.sort_by_key(|user| user.id);
    let ids = ids.of(users.iter().map(|user| user.id));
    let listed = users.iter().zip(ids);
    let listed =
        listed.map(|(user, id)| Listed { id, username: &user.username, room: &room.title });
    let data = RoomData { room: &room.title, users: listed.collect() };
    List { json: raw(&data), count: users.len() }
}

fn raw<T: Serialize>(value: &T) -> Box<RawValue> {
    to_raw_value(value).expect("names, texts and numbers are JSON")
}
