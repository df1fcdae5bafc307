//! Who is named in which message, as it is written inside the writer's transaction.

use super::posts::json;
use super::rows::to_sql;
use app::protocol::{Message, UserId, span};
use sqlx::SqliteConnection;

/// Everyone's number; sessions count from 1.
const EVERYONE: UserId = UserId(0);

/// A room's row number, a session's id, and a place in the room.
pub(super) type Mention = (i64, i64, i64);

/// Who is named in a message.
pub(super) fn of(room: i64, message: &Message) -> Vec<Mention> {
    let seq = to_sql(message.seq);
    let users = span::mentioned(&message.spans).into_iter();
    users.map(|user| (room, to_sql(user.unwrap_or(EVERYONE).0), seq)).collect()
}

pub(super) async fn write(
    connection: &mut SqliteConnection,
    mentions: Vec<Mention>,
) -> sqlx::Result<()> {
    if mentions.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO mentions (room, user_id, seq)
         SELECT value ->> 0, value ->> 1, value ->> 2 FROM jsonb_each(?) WHERE true
         ON CONFLICT DO NOTHING",
    )
    .bind(json(&mentions))
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets who is named in this message, whose text goes.
pub(super) async fn forget(
    connection: &mut SqliteConnection,
    room: i64,
    message: &Message,
) -> sqlx::Result<()> {
    for (room, user, seq) in of(room, message) {
        sqlx::query("DELETE FROM mentions WHERE room = ? AND user_id = ? AND seq = ?")
            .bind(room)
            .bind(user)
            .bind(seq)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
