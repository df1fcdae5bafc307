//! What travels: frames up, frames down.

use super::file::FileId;
use super::id::{Cursor, Epoch, MessageId, Rev, RoomKey, Seq, UserId};
use super::limits::Limits;
use super::message::{Message, User};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ClientFrame {
    /// The first frame of a connection, and only the first.
    Hello(Hello),
    /// Asks for something; `id` is the client's own number and comes back in the answer.
    Command { id: u32, command: Command },
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// The page names the build it was made with; `null` for everyone else. Another build
    /// is closed with [`Close::Reload`].
    pub build: Option<String>,
    /// A bot's bearer token; the page has its cookie instead.
    pub token: Option<String>,
}

/// What a client asks. Each is answered by one [`Ack`] or one [`Refused`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Command {
    /// Sits down in a room under a name; makes the room if it is new. → [`Acked::Joined`]
    Join { room: String, username: String },
    /// Takes a room up again from a cursor, as the member one already is, or as a reader
    /// of an open room. What was missed follows as batches. → [`Acked::Resumed`], or
    /// [`Acked::Reset`] when the cursor belongs to another life of the database.
    Resume { room: RoomKey, cursor: Cursor },
    /// Says something, perhaps in reply to the message at that place, and perhaps with files that
    /// one has brought before; with these the text may be empty. Repeating an id is harmless.
    /// → [`Acked::Posted`]
    Message {
        room: RoomKey,
        id: MessageId,
        text: String,
        reply_to: Option<Seq>,
        #[serde(default)]
        files: Vec<FileId>,
    },
    /// Gives one's own message another text. Repeating it is harmless. → [`Acked::Posted`]
    Edit { room: RoomKey, id: MessageId, text: String },
    /// Deletes one's own message: a tombstone stays. Repeating it is harmless.
    /// → [`Acked::Posted`]
    Delete { room: RoomKey, id: MessageId },
    /// Gives a message an emoji of one's own, or takes it back. Repeating it is harmless.
    /// → [`Acked::Posted`]
    React { room: RoomKey, id: MessageId, emoji: String, on: bool },
    /// Pages back: at most `limit` messages below `before`, oldest first. → [`Acked::Page`]
    Before { room: RoomKey, before: Seq, limit: u32 },
    /// Marks everything up to `seq` as read, for all tabs of the session. → [`Acked::Done`]
    Read { room: RoomKey, seq: Seq },
    /// Tells the others that one is writing; every three seconds is enough. → [`Acked::Done`]
    Typing { room: RoomKey },
    /// Gets up and goes; ends the membership. → [`Acked::Done`]
    Leave { room: RoomKey },
    /// Nobody looks at what this connection shows, or someone does again; at first, someone does.
    /// Whose connections are all like that is *away*, in each of their rooms. → [`Acked::Done`]
    Away { on: bool },
}

impl Command {
    /// Whether it changes what is said in a room. Such commands are carried out in the order
    /// they are sent in, many at a time.
    pub fn is_said(&self) -> bool {
        use Command::{Delete, Edit, Message, React};
        matches!(self, Message { .. } | Edit { .. } | Delete { .. } | React { .. })
    }
}

/// What the server sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ServerFrame {
    /// Answers the client's hello.
    Hello(Greeting),
    Ack(Ack),
    Refused(Refused),
    Batch(Batch),
    /// The whole user list: on joining, on resuming, and after falling behind.
    Users(UserList),
    /// What changed in the user list since.
    Presence(Presence),
    /// Someone is writing, and will be for some five seconds unless they say something. Not told
    /// in rooms of more than a hundred, nor to oneself.
    Typing(Typing),
    /// Proof of life, every 25 s: scripts cannot see WebSocket pings.
    Beat,
    /// Said just before the connection is closed.
    Close(Close),
    /// What its owners say of a room, whole: when that changes, on resuming, and after falling
    /// behind.
    Settings(RoomSettings),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Greeting {
    /// Who the session is, once it has joined any room.
    pub user: Option<UserId>,
    pub epoch: Epoch,
    /// Milliseconds since 1970, by the server's clock.
    pub now: u64,
    /// The rooms this session is a member of.
    pub rooms: Vec<RoomSummary>,
    pub limits: Limits,
}

/// A room as a line in a sidebar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomSummary {
    pub room: RoomKey,
    pub title: String,
    /// The name one has there.
    pub username: String,
    /// Messages since one last read.
    pub unread: u64,
    /// Those of them in which one is named, or everyone is.
    pub mentions: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ack {
    pub id: u32,
    pub result: Acked,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Acked {
    Joined(Joined),
    Resumed,
    /// Start anew from this snapshot and drop every row except pending ones.
    Reset(Snapshot),
    /// The message as it is stored now, also when this was a repeat. Its batch, if it changed,
    /// went before.
    Posted(Arc<Message>),
    Page(MessagePage),
    Done,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    pub user: User,
    /// The bearer token of a session that this join made; `null` for a session that came
    /// with a cookie or a token of its own.
    pub token: Option<String>,
    pub snapshot: Snapshot,
}

/// A room as it is now: the last messages and who is here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    pub room: RoomKey,
    /// The creator's casing of the room's name.
    pub title: String,
    pub cursor: Cursor,
    pub page: MessagePage,
    /// What the room's owner says to newcomers; empty for nothing.
    pub welcome: String,
    pub users: Vec<User>,
    /// Those of them who are away: here, but looking elsewhere.
    pub away: Vec<UserId>,
    /// The last message one has read; 0 for none.
    pub last_read: Seq,
    /// Whether one keeps the room: who does may delete what others say.
    pub is_owner: bool,
}

/// What a room's owners say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomSettings {
    pub room: RoomKey,
    /// What newcomers read first; empty for nothing.
    pub welcome: String,
}

/// Messages in `seq` order without holes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessagePage {
    pub messages: Vec<Arc<Message>>,
    /// Whether the first of them is the room's first.
    pub from_beginning: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    /// The command's number; `null` when the frame could not be read.
    pub id: Option<u32>,
    pub refusal: Refusal,
}

/// The changes of one room between two revs, in rev order. A message that changed more than
/// once is there once, as it is at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    pub room: RoomKey,
    /// The rev one must have for this batch to leave no gap.
    pub from: Rev,
    /// The rev one has after it.
    pub to: Rev,
    pub messages: Vec<Arc<Message>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserList {
    pub room: RoomKey,
    pub users: Vec<User>,
    /// Those of them who are away.
    pub away: Vec<UserId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    pub room: RoomKey,
    pub changes: Vec<PresenceChange>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PresenceChange {
    /// Someone is here (or here under a new name). `announce`: worth a line in the log,
    /// because they were absent for long enough.
    Here { user: User, announce: bool },
    /// Someone is gone.
    Gone { user: User, announce: bool },
    /// Someone who is here looks elsewhere, or is back.
    Away { id: UserId, on: bool },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Typing {
    pub room: RoomKey,
    pub user: User,
}

/// Why not. Expected, typed, and worded by the client in its reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Refusal {
    /// The frame is not of the protocol.
    Malformed,
    /// A frame before `hello`, or a second `hello`.
    OutOfTurn,
    /// The token is unknown or has expired.
    UnknownSession,
    /// No such room.
    UnknownRoom,
    /// One must join first.
    NotJoined,
    /// The room's name is empty, too long, or has characters a name may not have.
    BadRoom,
    NameEmpty,
    /// More than `limit` grapheme clusters.
    NameTooLong {
        limit: u32,
    },
    /// Control, invisible, bidi-override, unassigned, or lone combining characters.
    NameInvisible,
    /// Looks like a name that belongs to the room itself (admin, 관리자, …).
    NameReserved,
    /// Someone here has this name, or one that looks the same.
    NameTaken {
        suggestion: String,
    },
    TextBlank,
    /// Over `limit` characters by `over`.
    TextTooLong {
        limit: u32,
        over: u32,
    },
    /// The id belongs to a message of someone else.
    IdTaken,
    /// There is no such message in the room, or not any more.
    NoSuchMessage,
    /// The message is someone else's.
    NotYours,
    /// A message can be edited for so many hours.
    TooLateToEdit {
        hours: u32,
    },
    /// A reaction is one emoji.
    BadEmoji,
    /// A message has at most `limit` different emoji.
    TooManyReactions {
        limit: u32,
    },
    /// One has brought no such file to this room, or it was sent already, or it was not sent in
    /// an hour, or there is nothing in it.
    NoSuchFile,
    /// A message has at most `limit` files.
    TooManyFiles {
        limit: u32,
    },
    /// A file has at most `limit` bytes.
    FileTooLarge {
        limit: u64,
    },
    /// There is no room for more files here, or none for any.
    NoRoomForFiles,
    /// Too fast: may be sent again after so many milliseconds.
    RateLimited {
        retry_after_ms: u32,
    },
    /// A session sits in at most `limit` rooms.
    TooManyRooms {
        limit: u32,
    },
    /// The disk did not take it. Nothing was stored; send it again.
    NotStored,
    /// The log cannot be read right now; ask again.
    Unavailable,
    /// The server is going down; come back.
    ShuttingDown,
}

impl Refusal {
    /// Whether the same command may succeed later without the person changing anything.
    /// A message refused like this stays pending instead of failing.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Refusal::RateLimited { .. }
                | Refusal::NotStored
                | Refusal::Unavailable
                | Refusal::ShuttingDown
        )
    }
}

/// Why the server closes a connection, and whether to come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Close {
    /// The server restarts: come back within a random part of `spread_ms`.
    ComeBack { spread_ms: u32 },
    /// The page is of another build: reload it once.
    Reload,
    /// What was sent was not of the protocol: coming back alike will not help.
    ProtocolError,
    /// Too slow, too much or silent for too long: come back.
    Overloaded,
}
