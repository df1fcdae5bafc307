//! Rows to values and back. SQLite's integers are signed: ours are never so large that it
//! matters, and what a client makes up beyond that is cut off at the end.

use crate::engine::{Membership, RoomId, RoomRecord};
use app::protocol::{Message, MessageId, RoomKey, UserId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sqlx::FromRow;
use std::sync::Arc;

pub(super) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[derive(FromRow)]
pub(super) struct RoomRow {
    id: i64,
    key: String,
    title: String,
    rev: i64,
}

impl From<RoomRow> for RoomRecord {
    fn from(row: RoomRow) -> Self {
        RoomRecord {
            id: RoomId(row.id),
            key: RoomKey(row.key),
            title: row.title,
            rev: row.rev.cast_unsigned(),
        }
    }
}

#[derive(FromRow)]
pub(super) struct MembershipRow {
    #[sqlx(flatten)]
    room: RoomRow,
    seq: i64,
    username: String,
    last_read: i64,
    mentions: i64,
    is_owner: bool,
}

impl From<MembershipRow> for Membership {
    fn from(row: MembershipRow) -> Self {
        Membership {
            room: row.room.into(),
            username: row.username,
            last_read: row.last_read.cast_unsigned(),
            unread: row.seq.saturating_sub(row.last_read).cast_unsigned(),
            mentions: row.mentions.cast_unsigned(),
            is_owner: row.is_owner,
        }
    }
}

/// What one who asked to join has now, as JSON: their place among those who asked, the
/// session, the room's id, key, title and rev, the name in the room, the last message read, the
/// room's last, how often one was named between the two, and whether one owns the room.
#[derive(Deserialize)]
pub(super) struct SeatRow(usize, i64, i64, String, String, i64, String, i64, i64, i64, i64);

impl SeatRow {
    pub fn into_seat(self) -> (usize, (UserId, Membership)) {
        let SeatRow(place, session, id, key, title, rev, username, last_read, seq, mentions, owns) =
            self;
        let room = RoomRow { id, key, title, rev };
        let membership =
            MembershipRow { room, seq, username, last_read, mentions, is_owner: owns != 0 };
        (place, (UserId(session.cast_unsigned()), membership.into()))
    }
}

#[derive(FromRow)]
pub(super) struct MessageRow {
    id: Vec<u8>,
    pub room: i64,
    seq: i64,
    rev: i64,
    user_id: i64,
    username: String,
    text: String,
    created_at: i64,
    edited_at: Option<i64>,
    deleted: bool,
    reply_to: Option<i64>,
    reactions: Option<String>,
    spans: Option<String>,
    files: Option<String>,
}

impl From<MessageRow> for Arc<Message> {
    fn from(row: MessageRow) -> Self {
        let id = <[u8; 16]>::try_from(row.id).expect("the table takes only ids of 16 bytes");
        Arc::new(Message {
            id: MessageId(uuid::Uuid::from_bytes(id)),
            seq: row.seq.cast_unsigned(),
            rev: row.rev.cast_unsigned(),
            user_id: UserId(row.user_id.cast_unsigned()),
            username: row.username,
            text: row.text,
            created_at: row.created_at.cast_unsigned(),
            edited_at: row.edited_at.map(i64::cast_unsigned),
            deleted: row.deleted,
            reply_to: row.reply_to.map(i64::cast_unsigned),
            reactions: from_json(row.reactions),
            spans: from_json(row.spans),
            files: from_json(row.files),
        })
    }
}

/// A list that the writer wrote; NULL is an empty one.
fn from_json<T: DeserializeOwned>(json: Option<String>) -> Vec<T> {
    json.map_or_else(Vec::new, |json| serde_json::from_str(&json).expect("the writer wrote it"))
}
