//! Rooms, joins, leaves and reading marks, as they are written inside the writer's transaction.

use super::rows::{RoomRow, SeatRow, to_sql};
use crate::engine::{Error, Membership, Result, RoomId, RoomRecord, TokenHash};
use app::protocol::{RoomKey, Seq, UserId};
use sqlx::SqliteConnection;
use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// The rooms of these keys, in their order; made with these titles where there are none. By
/// one statement, however many they are: a class that joins asks for its room thirty times.
pub(super) async fn make_rooms(
    connection: &mut SqliteConnection,
    asked: &[(&RoomKey, &str)],
) -> sqlx::Result<Vec<RoomRecord>> {
    // The update changes nothing; without one, a room that is there would not be returned.
    let rows: Vec<RoomRow> = sqlx::query_as(
        "INSERT INTO rooms (key, title, created_at)
         SELECT value ->> 0, value ->> 1, ?2 FROM json_each(?1) WHERE true
         ON CONFLICT (key) DO UPDATE SET key = key RETURNING *",
    )
    .bind(serde_json::to_string(asked).expect("strings are JSON"))
    .bind(now())
    .fetch_all(connection)
    .await?;
    let made: HashMap<RoomKey, RoomRecord> =
        rows.into_iter().map(RoomRecord::from).map(|room| (room.key.clone(), room)).collect();
    let room = |(key, _): &(&RoomKey, _)| made.get(*key).cloned().ok_or(sqlx::Error::RowNotFound);
    asked.iter().map(room).collect()
}

/// Someone who wants a seat in a room under a name.
pub(super) struct Joiner<'a> {
    pub token: &'a TokenHash,
    pub room: RoomId,
    pub username: &'a str,
}

/// Seats all who join in one commit, by one call into the database however many they are:
/// after a restart everyone comes at once. The answers are in the joiners' order. An inner
/// error is the joiner's alone: joining a room that does not exist is no reason to fail
/// everyone else's writes.
pub(super) async fn join(
    connection: &mut SqliteConnection,
    joiners: &[Joiner<'_>],
) -> sqlx::Result<Vec<Result<(UserId, Membership)>>> {
    let asked: Vec<_> = joiners
        .iter()
        .map(|Joiner { token, room, username }| (hex(&token.0), room.0, *username))
        .collect();
    // CROSS JOIN fixes the order: look up each joiner, rather than look at everyone.
    // One row answers for all: each row would be handed from thread to thread by itself.
    let seats: String = sqlx::query_scalar(
        "INSERT INTO sessions (token_hash, created_at, last_seen_at)
         SELECT unhex(value ->> 0), ?2, ?2 FROM json_each(?1)
         WHERE EXISTS (SELECT 1 FROM rooms WHERE id = value ->> 1)
         ON CONFLICT (token_hash) DO UPDATE SET last_seen_at = excluded.last_seen_at;

         INSERT INTO owners (room, session)
         SELECT room, session FROM (
             SELECT rooms.id AS room, sessions.id AS session, min(asked.key)
             FROM json_each(?1) AS asked
             CROSS JOIN sessions ON token_hash = unhex(asked.value ->> 0)
             CROSS JOIN rooms ON rooms.id = asked.value ->> 1
             WHERE rooms.seq = 0
               AND NOT EXISTS (SELECT 1 FROM owners WHERE owners.room = rooms.id)
               AND NOT EXISTS (SELECT 1 FROM memberships WHERE memberships.room = rooms.id)
             GROUP BY rooms.id);

         INSERT INTO memberships (session, room, username, last_read, joined_at)
         SELECT sessions.id, rooms.id, value ->> 2, rooms.seq, ?2 FROM json_each(?1)
         CROSS JOIN sessions ON token_hash = unhex(value ->> 0)
         CROSS JOIN rooms ON rooms.id = value ->> 1
         WHERE true
         ON CONFLICT (session, room) DO UPDATE SET username = excluded.username;

         SELECT json_group_array(json_array(
             asked.key, session, rooms.id, rooms.key, title, rev, username, last_read, seq,
             (SELECT count(DISTINCT mentions.seq) FROM mentions WHERE mentions.room = rooms.id
              AND user_id IN (0, session) AND mentions.seq > last_read),
             EXISTS (SELECT 1 FROM owners
                     WHERE owners.room = rooms.id AND owners.session = sessions.id)))
         FROM json_each(?1) AS asked
         CROSS JOIN sessions ON token_hash = unhex(asked.value ->> 0)
         CROSS JOIN rooms ON rooms.id = asked.value ->> 1
         CROSS JOIN memberships ON session = sessions.id AND room = rooms.id",
    )
    .bind(serde_json::to_string(&asked).expect("strings and numbers are JSON"))
    .bind(now())
    .fetch_one(connection)
    .await?;
    let seats: Vec<SeatRow> = serde_json::from_str(&seats).map_err(sqlx::Error::decode)?;
    let mut seated: HashMap<usize, _> = seats.into_iter().map(SeatRow::into_seat).collect();
    let no_room = || Error::new("joining", "there is no such room");
    Ok((0..joiners.len()).map(|place| seated.remove(&place).ok_or_else(no_room)).collect())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
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

pub(super) async fn note_seen(
    connection: &mut SqliteConnection,
    users: Vec<UserId>,
    at: u64,
) -> sqlx::Result<()> {
    let users: Vec<_> = users.iter().map(|user| to_sql(user.0)).collect();
    let users = serde_json::to_string(&users).expect("numbers are JSON");
    sqlx::query(
        "UPDATE sessions SET last_seen_at = ? WHERE id IN (SELECT value FROM json_each(?))",
    )
    .bind(to_sql(at))
    .bind(users)
    .execute(connection)
    .await?;
    Ok(())
}

/// The sessions stay: who comes back after all is who they were.
pub(super) async fn end_unseen(connection: &mut SqliteConnection, since: u64) -> sqlx::Result<u64> {
    let unseen = "DELETE FROM memberships
                  WHERE session IN (SELECT id FROM sessions WHERE last_seen_at < ?)";
    let ended = sqlx::query(unseen).bind(to_sql(since)).execute(connection).await?;
    Ok(ended.rows_affected())
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
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
