//! Bells, as they are written inside the writer's transaction and read outside of it.

use super::Sqlite;
use super::rows::{MessageRow, RoomRow, to_sql};
use super::seats::now;
use crate::engine::{Bells, ENDPOINTS, Endpoint, News, Result, RoomId};
use app::protocol::{Bell, UserId};
use async_trait::async_trait;
use sqlx::{FromRow, Row, SqliteConnection};

#[async_trait]
impl Bells for Sqlite {
    async fn push_key(&self, fresh: Vec<u8>) -> Result<Vec<u8>> {
        let query = "UPDATE meta SET push_key = coalesce(push_key, ?) RETURNING push_key";
        self.run(move |log| Box::pin(sqlx::query_scalar(query).bind(fresh).fetch_one(log))).await
    }

    async fn set_bell(
        &self,
        user: UserId,
        room: RoomId,
        bell: Bell,
        with_sound: bool,
    ) -> Result<()> {
        self.run(move |log| Box::pin(set(log, user, room, bell, with_sound))).await
    }

    async fn subscribe(&self, user: UserId, endpoint: Endpoint) -> Result<()> {
        self.run(move |log| Box::pin(subscribe(log, user, endpoint))).await
    }

    async fn unsubscribe(&self, url: String) -> Result<()> {
        self.run(move |log| {
            Box::pin(async move {
                let query = sqlx::query("DELETE FROM push_subscriptions WHERE endpoint = ?");
                query.bind(url).execute(log).await.map(drop)
            })
        })
        .await
    }

    async fn ring(&self, room: RoomId, here: Vec<UserId>) -> Result<Vec<Endpoint>> {
        self.run(move |log| Box::pin(ring(log, room, here))).await
    }

    async fn rooms_with_bells(&self) -> Result<Vec<RoomId>> {
        let query = sqlx::query_scalar("SELECT DISTINCT room FROM bells");
        let rooms: Vec<i64> = self.run(move |log| Box::pin(query.fetch_all(log))).await?;
        Ok(rooms.into_iter().map(RoomId).collect())
    }

    async fn take_news(&self, user: UserId) -> Result<Vec<News>> {
        self.run(move |log| Box::pin(news(log, user))).await
    }
}

async fn set(
    connection: &mut SqliteConnection,
    user: UserId,
    room: RoomId,
    bell: Bell,
    with_sound: bool,
) -> sqlx::Result<()> {
    let query = match bell {
        Bell::Mute => sqlx::query("DELETE FROM bells WHERE session = ? AND room = ?")
            .bind(to_sql(user.0))
            .bind(room.0),
        Bell::All | Bell::Mentions => sqlx::query(
            "INSERT INTO bells (session, room, mentions_only, sound, told, shown)
             SELECT session, room, ?3, ?4, rooms.seq, rooms.seq
             FROM memberships JOIN rooms ON rooms.id = room WHERE session = ?1 AND room = ?2
             ON CONFLICT DO UPDATE
             SET mentions_only = excluded.mentions_only, sound = excluded.sound",
        )
        .bind(to_sql(user.0))
        .bind(room.0)
        .bind(bell == Bell::Mentions)
        .bind(with_sound),
    };
    query.execute(connection).await.map(drop)
}

async fn subscribe(
    connection: &mut SqliteConnection,
    user: UserId,
    Endpoint { url, contact }: Endpoint,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO push_subscriptions (endpoint, session, contact, created_at)
         SELECT ?1, id, ?3, ?4 FROM sessions WHERE id = ?2
         ON CONFLICT DO UPDATE SET session = excluded.session, contact = excluded.contact,
                                   created_at = excluded.created_at",
    )
    .bind(url)
    .bind(to_sql(user.0))
    .bind(contact)
    .bind(now())
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM push_subscriptions WHERE endpoint IN (
             SELECT endpoint FROM push_subscriptions WHERE session = ?
             ORDER BY created_at DESC, endpoint LIMIT -1 OFFSET ?)",
    )
    .bind(to_sql(user.0))
    .bind(to_sql(ENDPOINTS as u64))
    .execute(connection)
    .await
    .map(drop)
}

async fn ring(
    connection: &mut SqliteConnection,
    room: RoomId,
    here: Vec<UserId>,
) -> sqlx::Result<Vec<Endpoint>> {
    let here: Vec<i64> = here.into_iter().map(|user| to_sql(user.0)).collect();
    let here = serde_json::to_string(&here).expect("numbers are JSON");
    // A tombstone names nobody.
    let woken: Vec<i64> = sqlx::query_scalar(
        "WITH worth AS MATERIALIZED (
             SELECT bells.session AS session, CASE mentions_only
                 WHEN 0 THEN (
                     SELECT seq FROM messages
                     WHERE messages.room = ?1 AND seq > max(last_read, told) AND deleted = 0
                       AND user_id <> bells.session
                     ORDER BY seq DESC LIMIT 1)
                 ELSE (
                     SELECT max(messages.seq) FROM mentions JOIN messages USING (room, seq)
                     WHERE mentions.room = ?1 AND mentions.user_id IN (0, bells.session)
                       AND mentions.seq > max(last_read, told)
                       AND messages.user_id <> bells.session)
                 END AS seq
             FROM bells JOIN memberships USING (session, room)
             WHERE bells.room = ?1 AND bells.session NOT IN (SELECT value FROM json_each(?2)))
         UPDATE bells SET told = worth.seq FROM worth
         WHERE bells.room = ?1 AND bells.session = worth.session AND worth.seq IS NOT NULL
         RETURNING bells.session",
    )
    .bind(room.0)
    .bind(here)
    .fetch_all(&mut *connection)
    .await?;
    if woken.is_empty() {
        return Ok(Vec::new());
    }
    let endpoints: Vec<(String, String)> = sqlx::query_as(
        "SELECT endpoint, contact FROM push_subscriptions
         WHERE session IN (SELECT value FROM json_each(?))",
    )
    .bind(serde_json::to_string(&woken).expect("numbers are JSON"))
    .fetch_all(connection)
    .await?;
    Ok(endpoints.into_iter().map(|(url, contact)| Endpoint { url, contact }).collect())
}

async fn news(connection: &mut SqliteConnection, user: UserId) -> sqlx::Result<Vec<News>> {
    let rooms = sqlx::query(
        "SELECT rooms.*, told, sound, CASE mentions_only
             WHEN 0 THEN rooms.seq - last_read
             ELSE (SELECT count(DISTINCT mentions.seq) FROM mentions
                   WHERE mentions.room = rooms.id AND user_id IN (0, bells.session)
                     AND mentions.seq > last_read)
             END AS count
         FROM bells JOIN memberships USING (session, room) JOIN rooms ON rooms.id = room
         WHERE bells.session = ? AND told > max(shown, last_read)",
    )
    .bind(to_sql(user.0))
    .fetch_all(&mut *connection)
    .await?;
    let mut news = Vec::new();
    for row in rooms {
        let room = RoomRow::from_row(&row)?;
        let message: Option<MessageRow> =
            sqlx::query_as("SELECT * FROM messages WHERE room = ? AND seq = ? AND deleted = 0")
                .bind(row.try_get::<i64, _>("id")?)
                .bind(row.try_get::<i64, _>("told")?)
                .fetch_optional(&mut *connection)
                .await?;
        let Some(message) = message else { continue };
        news.push(News {
            room: room.into(),
            message: message.into(),
            count: row.try_get::<i64, _>("count")?.cast_unsigned(),
            with_sound: row.try_get("sound")?,
        });
    }
    sqlx::query("UPDATE bells SET shown = told WHERE session = ? AND told > shown")
        .bind(to_sql(user.0))
        .execute(connection)
        .await?;
    Ok(news)
}
