//! Questions to the log. Each is answered as of one moment, on a connection that cannot write.

use super::readers::Readers;
use super::rows::{MembershipRow, MessageRow, RoomRow, to_sql};
use crate::engine::{Latest, Opening, RoomId, RoomRecord, SessionRecord, Settings, TokenHash};
use app::protocol::{Cursor, Epoch, Message, MessagePage, Rev, RoomKey, Seq, UserId};
use sqlx::{FromRow, Row};
use std::sync::Arc;

pub(super) struct Reader {
    pub(super) readers: Readers,
    /// Held by whoever searches; guards nothing but the turn.
    pub(super) searching: tokio::sync::Mutex<()>,
}

impl Reader {
    pub fn new(readers: Readers) -> Self {
        Reader { readers, searching: tokio::sync::Mutex::default() }
    }

    pub async fn find_room(&self, key: &RoomKey) -> sqlx::Result<Option<RoomRecord>> {
        let row: Option<RoomRow> = sqlx::query_as("SELECT * FROM rooms WHERE key = ?")
            .bind(key.as_str())
            .fetch_optional(&mut *self.readers.borrow().await?)
            .await?;
        Ok(row.map(Into::into))
    }

    pub async fn changes_since(
        &self,
        room: RoomId,
        rev: Rev,
        limit: usize,
    ) -> sqlx::Result<Vec<Arc<Message>>> {
        let rows: Vec<MessageRow> = sqlx::query_as(
            "SELECT * FROM messages WHERE room = ? AND rev > ? ORDER BY rev LIMIT ?",
        )
        .bind(room.0)
        .bind(to_sql(rev))
        .bind(to_sql(limit as u64))
        .fetch_all(&mut *self.readers.borrow().await?)
        .await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The page and the rev that goes with it: one statement, so that no commit falls between
    /// the two.
    pub async fn latest(&self, room: RoomId, limit: usize, epoch: Epoch) -> sqlx::Result<Latest> {
        let rows = sqlx::query(
            "SELECT rooms.rev AS room_rev, last.* FROM rooms LEFT JOIN
             (SELECT * FROM messages WHERE room = ?1 ORDER BY seq DESC LIMIT ?2) AS last ON true
             WHERE rooms.id = ?1",
        )
        .bind(room.0)
        .bind(to_sql(limit as u64))
        .fetch_all(&mut *self.readers.borrow().await?)
        .await?;
        let room_rev: i64 = rows.first().ok_or(sqlx::Error::RowNotFound)?.try_get("room_rev")?;
        let mut messages = Vec::new();
        for row in rows.iter().rev() {
            // A room without messages has one row all the same.
            if row.try_get::<Option<i64>, _>("seq")?.is_some() {
                messages.push(MessageRow::from_row(row)?);
            }
        }
        let cursor = Cursor { epoch, rev: room_rev.cast_unsigned() };
        Ok(Latest { cursor, page: page_of(messages, limit) })
    }

    pub async fn before(
        &self,
        room: RoomId,
        before: Seq,
        limit: usize,
    ) -> sqlx::Result<MessagePage> {
        let rows: Vec<MessageRow> = sqlx::query_as(
            "SELECT * FROM messages WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
        )
        .bind(room.0)
        .bind(to_sql(before))
        .bind(to_sql(limit as u64))
        .fetch_all(&mut *self.readers.borrow().await?)
        .await?;
        Ok(page_of(rows.into_iter().rev(), limit))
    }

    pub async fn find_session(&self, token: &TokenHash) -> sqlx::Result<Option<SessionRecord>> {
        let rows = sqlx::query(
            "SELECT sessions.id AS session, rooms.*, username, last_read,
                    (SELECT count(DISTINCT mentions.seq) FROM mentions WHERE mentions.room = rooms.id
                     AND user_id IN (0, session) AND mentions.seq > last_read) AS mentions,
                    EXISTS (SELECT 1 FROM owners WHERE owners.room = rooms.id
                            AND owners.session = sessions.id) AS is_owner
             FROM sessions
             LEFT JOIN memberships ON session = sessions.id LEFT JOIN rooms ON rooms.id = room
             WHERE token_hash = ? ORDER BY joined_at, room",
        )
        .bind(&token.0[..])
        .fetch_all(&mut *self.readers.borrow().await?)
        .await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let session: i64 = first.try_get("session")?;
        let mut memberships = Vec::new();
        for row in &rows {
            // A session without a seat has one row all the same.
            if row.try_get::<Option<i64>, _>("id")?.is_some() {
                memberships.push(MembershipRow::from_row(row)?.into());
            }
        }
        Ok(Some(SessionRecord { user: UserId(session.cast_unsigned()), memberships }))
    }

    pub async fn opening(&self, room: RoomId, members: usize) -> sqlx::Result<Opening> {
        let (rev, welcome, is_public, has_bells, members): (i64, _, _, _, String) = sqlx::query_as(
            "SELECT rev, welcome, is_public, EXISTS (SELECT 1 FROM bells WHERE room = ?1),
                    (SELECT json_group_array(json_array(session, username)) FROM
                     (SELECT session, username FROM memberships WHERE room = ?1
                      ORDER BY joined_at DESC, session DESC LIMIT ?2))
             FROM rooms WHERE id = ?1",
        )
        .bind(room.0)
        .bind(to_sql(members as u64))
        .fetch_one(&mut *self.readers.borrow().await?)
        .await?;
        let members: Vec<(u64, String)> =
            serde_json::from_str(&members).map_err(sqlx::Error::decode)?;
        Ok(Opening {
            rev: rev.cast_unsigned(),
            settings: Settings { welcome, is_public },
            has_bells,
            members: members.into_iter().map(|(user, name)| (UserId(user), name)).collect(),
        })
    }

    pub async fn check(&self) -> sqlx::Result<()> {
        sqlx::query("SELECT epoch FROM meta").fetch_one(&mut *self.readers.borrow().await?).await?;
        Ok(())
    }
}

/// A page of messages in their order.
fn page_of(rows: impl IntoIterator<Item = MessageRow>, limit: usize) -> MessagePage {
    let messages: Vec<Arc<Message>> = rows.into_iter().map(Into::into).collect();
    // Where nothing is found, there is nothing below; unless nothing was asked for.
    let from_beginning = messages.first().map_or(limit > 0, |first| first.seq == 1);
    MessagePage { messages, from_beginning }
}
