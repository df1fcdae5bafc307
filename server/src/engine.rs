//! The durable log of all rooms: what was said, in which order, and who belongs where.
//!
//! An engine takes every write through one writer, which commits whatever waits as one
//! transaction (group commit). What was committed comes back as [`Commit`]s on the channel
//! that opening the engine returned: the registry delivers a commit to the rooms and then
//! acknowledges it, so that nobody hears of a message that could still be lost, and on every
//! connection the batch precedes its ack.

use app::page::{Found, Terms};
use app::protocol::{
    Cursor, Epoch, File, FileId, Message, MessageId, MessagePage, Rev, RoomKey, Seq, Span, UserId,
};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

mod bells;
pub mod sqlite;

pub use bells::{Bells, ENDPOINTS, Endpoint, News};

/// A room's row number: short, internal, never seen outside the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub i64);

/// A room as the log knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomRecord {
    pub id: RoomId,
    pub key: RoomKey,
    /// The creator's casing of the name.
    pub title: String,
    pub rev: Rev,
}

/// SHA-256 of a session's secret. The secret itself is never stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// The hash of no secret: what sessions have in common that nobody can come back to.
    pub const NOBODY: TokenHash = TokenHash([0; 32]);
}

/// A session that has joined at least one room at least once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    pub user: UserId,
    pub memberships: Vec<Membership>,
}

/// A session's seat in a room: from join to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub room: RoomRecord,
    pub username: String,
    /// The last message the session has read there; 0 for none.
    pub last_read: Seq,
    /// Messages after `last_read`.
    pub unread: u64,
    /// Those of them in which the session, or everyone, is named.
    pub mentions: u64,
    /// Whether the session keeps the room.
    pub is_owner: bool,
}

/// What its owners say of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// What newcomers read first; empty for nothing.
    pub welcome: String,
    /// Listed on the first page.
    pub is_public: bool,
}

/// What a node must know of a room before it lets anyone in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    pub rev: Rev,
    pub settings: Settings,
    /// Whether anyone wants to be told of what is said there.
    pub has_bells: bool,
    /// Those who joined last, with their names.
    pub members: Vec<(UserId, String)>,
}

/// A change in how a room is kept.
#[derive(Clone)]
pub enum Keeping {
    Settings(Settings),
    /// The hash of a new secret for the owner link. The one before is worth nothing any more.
    OwnerLink(TokenHash),
    /// Someone brings the secret with that hash, to be an owner too.
    Owner {
        user: UserId,
        key: TokenHash,
    },
}

/// A file that wants to be kept until a message shows it.
#[derive(Clone, Debug)]
pub struct NewFile {
    pub room: RoomId,
    pub user: UserId,
    pub file: File,
    pub content: Vec<u8>,
    /// A small picture in place of a large one: its media type and its content.
    pub small: Option<(String, Vec<u8>)>,
    /// Milliseconds since 1970.
    pub created_at: u64,
    /// All files together may have so many bytes.
    pub space: u64,
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub name: String,
    pub kind: String,
    pub bytes: Vec<u8>,
}

/// A message that wants to be stored. Texts and names have been checked; what depends on
/// the log (whether the id is free) is checked by the writer inside the transaction.
#[derive(Clone, Debug)]
pub struct Draft {
    pub room: RoomId,
    pub id: MessageId,
    pub user: UserId,
    pub username: String,
    pub text: String,
    pub spans: Vec<Span>,
    /// The place of the message that this one answers. It must be there already.
    pub reply_to: Option<Seq>,
    /// Files that the same user brought to the same room, and that no message shows yet.
    pub files: Vec<FileId>,
    /// Milliseconds since 1970.
    pub created_at: u64,
}

/// A change of a message that is wanted. Whether the message is there, and whose it is, is
/// checked by the writer inside the transaction.
#[derive(Clone, Debug)]
pub struct Amendment {
    pub room: RoomId,
    pub id: MessageId,
    pub user: UserId,
    pub change: Change,
}

/// What is to become of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another text, given at this time. A message from before `since` is too old for that.
    /// Both in milliseconds since 1970.
    Text { text: String, spans: Vec<Span>, at: u64, since: u64 },
    /// A tombstone in its place.
    Deletion,
    /// An emoji given by the user under this name, or taken back. The message may be anyone's.
    Reaction { emoji: String, on: bool, username: String },
}

/// What became of a draft or an amendment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// Stored just now.
    Fresh(Arc<Message>),
    /// The same session had sent this id before, or the message was so already: it as it is
    /// now.
    Repeat(Arc<Message>),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// The id belongs to another session's message in this room.
    #[error("the id belongs to another message")]
    IdTaken,
    /// The room has no message of this id, or it was deleted; or none at the place that is
    /// answered.
    #[error("there is no such message")]
    NoSuchMessage,
    /// A file is not there, is another user's or another room's, or is shown already.
    #[error("there is no such file")]
    NoSuchFile,
    /// The message is another session's; to delete it one would have to own the room.
    #[error("the message is someone else's")]
    NotYours,
    /// The message has as many different reactions as it may have.
    #[error("the message has too many reactions")]
    TooManyReactions,
    /// The message is older than its text may be changed.
    #[error("the message is too old to be edited")]
    TooLate,
    /// The batch was not committed. Nothing of it was stored; the same draft may be sent again.
    #[error("not stored")]
    NotStored,
}

type Answer = Result<Posted, PostError>;

/// The last messages of a room and the cursor that goes with them, read as of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    pub cursor: Cursor,
    pub page: MessagePage,
}

/// An error of the world (disk, file, other programs), with its context. Logged once, where
/// it is handled; users are told `notStored` or an HTTP 503.
#[derive(Debug, thiserror::Error)]
#[error("{context}: {source}")]
pub struct Error {
    pub context: String,
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl Error {
    pub fn new(
        context: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Error { context: context.into(), source: source.into() }
    }

    /// For `map_err`: what was being done when it happened.
    pub fn during<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        context: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |source| Error::new(context, source)
    }
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The changes of one room in one commit, in rev order, the last of which is `to`. A message
/// that changed more than once is there once, as it is at the end.
#[derive(Clone, Debug)]
pub struct RoomBatch {
    pub room: RoomId,
    pub from: Rev,
    pub to: Rev,
    pub messages: Vec<Arc<Message>>,
}

/// One commit: what changed, and who waits to hear that it did. Dropping it acknowledges.
/// Without batches it only carries answers to repeats, behind the commits they repeat.
#[derive(Debug)]
pub struct Commit {
    pub batches: Vec<RoomBatch>,
    /// How long it took to be on the disk.
    pub took: Duration,
    answers: Vec<(oneshot::Sender<Answer>, Answer)>,
}

impl Drop for Commit {
    fn drop(&mut self) {
        for (reply, answer) in self.answers.drain(..) {
            // Whoever asked may be gone; the message is stored all the same.
            let _ = reply.send(answer);
        }
    }
}

/// The durable log. Implementations promise:
///
/// - a returned write is on disk, and survives `kill -9` and loss of power;
/// - `seq` and `rev` of a room grow by one with each message and each change, in commit order;
/// - a read that starts after a write has returned sees it;
/// - commits arrive on the channel in order, each exactly once, and before their drafts'
///   answers.
///
/// Callers promise to keep taking commits from the channel: it is bounded, and the writer
/// waits when it is full.
#[async_trait]
pub trait Engine: Bells + Send + Sync + 'static {
    fn epoch(&self) -> Epoch;

    async fn find_room(&self, key: &RoomKey) -> Result<Option<RoomRecord>>;

    /// The room of that key, made with this title if there was none.
    async fn make_room(&self, key: &RoomKey, title: &str) -> Result<RoomRecord>;

    /// Stores a message, or recognises one that is stored already.
    async fn post(&self, draft: Draft) -> Result<Posted, PostError>;

    /// Changes a message, or finds that it is so already.
    async fn amend(&self, amendment: Amendment) -> Result<Posted, PostError>;

    /// Messages that changed after `rev`, whole and in rev order, at most `limit`. Empty:
    /// nothing changed.
    async fn changes_since(
        &self,
        room: RoomId,
        rev: Rev,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>>;

    /// The last `limit` messages, oldest first.
    async fn latest(&self, room: RoomId, limit: usize) -> Result<Latest>;

    /// The last `limit` messages whose seq is below `before`, oldest first.
    async fn before(&self, room: RoomId, before: Seq, limit: usize) -> Result<MessagePage>;

    /// Keeps a file for an hour, or for as long as a message shows it. `None`: there is no room for
    /// it.
    async fn add_file(&self, file: NewFile) -> Result<Option<File>>;

    /// What is in a file, or in the small one in its place if it has one.
    async fn file(&self, id: FileId, small: bool) -> Result<Option<Content>>;

    /// The newest `limit` messages before that place in which all the terms are, newest first.
    async fn search(&self, room: RoomId, terms: &Terms, before: Seq, limit: usize)
    -> Result<Found>;

    async fn find_session(&self, token: &TokenHash) -> Result<Option<SessionRecord>>;

    /// What is to be known of a room before anyone is let in, with at most so many members.
    async fn opening(&self, room: RoomId, members: usize) -> Result<Opening>;

    /// At most `limit` public rooms, the busiest first.
    async fn public_rooms(&self, limit: usize) -> Result<Vec<RoomRecord>>;

    async fn is_owner(&self, user: UserId, room: RoomId) -> Result<bool>;

    /// Changes how a room is kept. `false`: the secret is not the owner link's, and nothing was
    /// changed.
    async fn keep(&self, room: RoomId, keeping: Keeping) -> Result<bool>;

    /// Makes the session a member of the room under this name, or renames it there; makes
    /// the session's row if this is its first join. A membership starts with all earlier
    /// messages read. Whoever is the first in a room in which nothing was said owns it.
    async fn join(
        &self,
        token: &TokenHash,
        room: RoomId,
        username: &str,
    ) -> Result<(UserId, Membership)>;

    /// The id of a user who leaves no row behind, for a session that nobody can come back to:
    /// one that nobody has had and nobody else will get.
    async fn new_user(&self) -> Result<UserId>;

    /// Ends the membership; no error if there was none.
    async fn leave(&self, user: UserId, room: RoomId) -> Result<()>;

    /// Notes that these sessions were here at that time, in milliseconds since 1970.
    async fn note_seen(&self, users: Vec<UserId>, at: u64) -> Result<()>;

    /// Ends the memberships of all sessions that were not here since that time, in milliseconds
    /// since 1970, and says how many they were.
    async fn end_unseen(&self, since: u64) -> Result<u64>;

    /// Moves `last_read` forward to `seq`, never back, and never beyond the room's last.
    async fn mark_read(&self, user: UserId, room: RoomId, seq: Seq) -> Result<()>;

    /// Whether the log can be read right now.
    async fn check(&self) -> Result<()>;

    /// Commits what waits and closes the database. Later writes answer `NotStored`.
    async fn close(&self);
}
