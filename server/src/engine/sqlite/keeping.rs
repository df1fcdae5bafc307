//! How a room is kept, as it is written inside the writer's transaction and read outside of it.

use super::reader::Reader;
use super::rows::{RoomRow, to_sql};
use crate::engine::{Keeping, RoomId, RoomRecord, Settings};
use app::protocol::UserId;
use sqlx::SqliteConnection;

/// Whether it was done.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    room: RoomId,
    keeping: &Keeping,
) -> sqlx::Result<bool> {
    let query = match keeping {
        Keeping::Settings(Settings { welcome, is_public }) => {
            sqlx::query("UPDATE rooms SET welcome = ?2, is_public = ?3 WHERE id = ?1")
                .bind(room.0)
                .bind(welcome)
                .bind(is_public)
        }
        Keeping::OwnerLink(hash) => sqlx::query("UPDATE rooms SET owner_hash = ?2 WHERE id = ?1")
            .bind(room.0)
            .bind(&hash.0[..]),
        // Who is an owner already stays one, and is told so.
        Keeping::Owner { user, key } => sqlx::query(
            "INSERT INTO owners (room, session)
             SELECT id, ?3 FROM rooms WHERE id = ?1 AND owner_hash = ?2
             ON CONFLICT DO UPDATE SET room = room",
        )
        .bind(room.0)
        .bind(&key.0[..])
        .bind(to_sql(user.0)),
    };
    Ok(query.execute(connection).await?.rows_affected() > 0)
}

pub(super) async fn owns(
    connection: &mut SqliteConnection,
    user: UserId,
    room: RoomId,
) -> sqlx::Result<bool> {
    let query = "SELECT EXISTS (SELECT 1 FROM owners WHERE room = ? AND session = ?)";
    sqlx::query_scalar(query).bind(room.0).bind(to_sql(user.0)).fetch_one(connection).await
}

impl Reader {
    pub async fn public_rooms(&self, limit: usize) -> sqlx::Result<Vec<RoomRecord>> {
        let rows: Vec<RoomRow> =
            sqlx::query_as("SELECT * FROM rooms WHERE is_public = 1 ORDER BY rev DESC LIMIT ?")
                .bind(to_sql(limit as u64))
                .fetch_all(&mut *self.readers.borrow().await?)
                .await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    pub async fn is_owner(&self, user: UserId, room: RoomId) -> sqlx::Result<bool> {
        owns(&mut *self.readers.borrow().await?, user, room).await
    }
}
