//! Rooms, joins, leaves and reading marks, as they are written inside the writer's transaction.

use super::rows::{MembershipRow, RoomRow, to_sql};
use crate::engine::{Error, Membership, Result, RoomId, RoomRecord, TokenHash};
use app::protocol::{RoomKey, Seq, UserId};
use sqlx::SqliteConnection;
use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) async fn make_room(
    connection: &mut SqliteConnection,
    key: &RoomKey,
    title: &str,
) -> sqlx::Result<RoomRecord> {
    sqlx::query(
        "INSERT INTO rooms (key, title, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(key.as_str())
    .bind(title)
    .bind(now())
    .execute(&mut *connection)
    .await?;
    let row: RoomRow = sqlx::query_as("SELECT * FROM rooms WHERE key = ?")
        .bind(key.as_str())
        .fetch_one(connection)
        .await?;
    Ok(row.into())
}

/// The inner result is the joiner's alone: joining a room that does not exist is no reason to
/// fail everyone else's writes.
pub(super) async fn join(
    connection: &mut SqliteConnection,
    token: &TokenHash,
    room: RoomId,
    username: &str,
) -> sqlx::Result<Result<(UserId, Membership)>> {
    let last: Option<i64> = sqlx::query_scalar("SELECT seq FROM rooms WHERE id = ?")
        .bind(room.0)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(last) = last else {
        return Ok(Err(Error::new("joining", "there is no such room")));
    };

    let user: i64 = sqlx::query_scalar(
        "INSERT INTO sessions (token_hash, created_at, last_seen_at) VALUES (?1, ?2, ?2)
         ON CONFLICT (token_hash) DO UPDATE SET last_seen_at = excluded.last_seen_at RETURNING id",
    )
    .bind(&token.0[..])
    .bind(now())
    .fetch_one(&mut *connection)
    .await?;

    sqlx::query(
        "INSERT INTO memberships (session, room, username, last_read, joined_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (session, room) DO UPDATE SET username = excluded.username",
    )
    .bind(user)
    .bind(room.0)
    .bind(username)
    .bind(last)
    .bind(now())
    .execute(&mut *connection)
    .await?;

    let membership: MembershipRow = sqlx::query_as(
        "SELECT rooms.*, username, last_read FROM memberships JOIN rooms ON rooms.id = room
         WHERE session = ? AND room = ?",
    )
    .bind(user)
    .bind(room.0)
    .fetch_one(connection)
    .await?;
    Ok(Ok((UserId(user.cast_unsigned()), membership.into())))
}

/// The row is gone at once, and its id is never used again (AUTOINCREMENT).
pub(super) async fn new_user(connection: &mut SqliteConnection) -> sqlx::Result<UserId> {
    let user: i64 = sqlx::query_scalar(
        "INSERT INTO sessions (token_hash, created_at, last_seen_at) VALUES (randomblob(32), ?1, ?1)
         RETURNING id",
    )
    .bind(now())
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM sessions WHERE id = ?").bind(user).execute(connection).await?;
    Ok(UserId(user.cast_unsigned()))
}

pub(super) async fn leave(
    connection: &mut SqliteConnection,
    user: UserId,
    room: RoomId,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM memberships WHERE session = ? AND room = ?")
        .bind(to_sql(user.0))
        .bind(room.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Everyone's furthest mark in one statement: a busy room moves many marks at every message.
pub(super) async fn mark_read(
    connection: &mut SqliteConnection,
    marks: &HashMap<(UserId, RoomId), Seq>,
) -> sqlx::Result<()> {
    let marks: Vec<_> =
        marks.iter().map(|((user, room), seq)| (to_sql(user.0), room.0, to_sql(*seq))).collect();
    let marks = serde_json::to_string(&marks).expect("numbers are JSON");
    sqlx::query(
        "UPDATE memberships SET last_read = min(mark.value ->> 2, rooms.seq)
         FROM json_each(?) AS mark JOIN rooms ON rooms.id = mark.value ->> 1
         WHERE memberships.session = mark.value ->> 0 AND memberships.room = rooms.id
           AND memberships.last_read < min(mark.value ->> 2, rooms.seq)",
    )
    .bind(marks)
    .execute(connection)
    .await?;
    Ok(())
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
