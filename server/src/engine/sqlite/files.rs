//! Files: brought first, then shown by a message, and gone with it. All of it is written inside
//! the writer's transaction.

use super::posts::json;
use super::reader::Reader;
use super::rows::to_sql;
use crate::engine::{Content, Draft, NewFile, RoomId};
use app::protocol::{File, FileId, Message, Picture, UserId};
use sqlx::SqliteConnection;
use std::collections::HashMap;

/// A file waits so long for its message, in milliseconds.
const WAITS: u64 = 60 * 60 * 1000;

/// Files that wait for a message: in which room, and who brought them.
pub(super) type Waiting = HashMap<FileId, (RoomId, UserId, File)>;

/// `None`: there is no room for it. Makes room first, by forgetting what has waited too long.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    new: &NewFile,
) -> sqlx::Result<Option<File>> {
    sqlx::query("DELETE FROM files WHERE seq IS NULL AND created_at < ?")
        .bind(to_sql(new.created_at.saturating_sub(WAITS)))
        .execute(&mut *connection)
        .await?;
    let File { id, name, kind, bytes, picture } = &new.file;
    let small = new.small.as_ref();
    let added = sqlx::query(
        "INSERT INTO files (id, room, user_id, name, kind, bytes, width, height, created_at,
                            small_kind, small, content)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
         WHERE (SELECT coalesce(sum(bytes), 0) FROM files) + ?6 <= ?13",
    )
    .bind(&id.0.as_bytes()[..])
    .bind(new.room.0)
    .bind(to_sql(new.user.0))
    .bind(name)
    .bind(kind)
    .bind(to_sql(*bytes))
    .bind(picture.map(|picture| picture.width))
    .bind(picture.map(|picture| picture.height))
    .bind(to_sql(new.created_at))
    .bind(small.map(|(kind, _)| kind))
    .bind(small.map(|(_, content)| content))
    .bind(&new.content)
    .bind(to_sql(new.space))
    .execute(connection)
    .await?;
    Ok((added.rows_affected() > 0).then(|| new.file.clone()))
}

/// The files of these drafts that may be shown.
pub(super) async fn waiting(
    connection: &mut SqliteConnection,
    drafts: &[&Draft],
) -> sqlx::Result<Waiting> {
    let ids: Vec<FileId> = drafts.iter().flat_map(|draft| &draft.files).copied().collect();
    if ids.is_empty() {
        return Ok(Waiting::new());
    }
    type Row = (Vec<u8>, i64, i64, String, String, i64, Option<u32>, Option<u32>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT files.id, room, user_id, name, kind, bytes, width, height
         FROM jsonb_each(?) AS asked
         CROSS JOIN files ON files.id = unhex(asked.value, '-') AND seq IS NULL",
    )
    .bind(json(&ids))
    .fetch_all(connection)
    .await?;
    let file = |(id, room, user, name, kind, bytes, width, height): Row| {
        let id = <[u8; 16]>::try_from(id).expect("the table takes only ids of 16 bytes");
        let id = FileId(uuid::Uuid::from_bytes(id));
        let picture = width.zip(height).map(|(width, height)| Picture { width, height });
        let file = File { id, name, kind, bytes: bytes.cast_unsigned(), picture };
        (id, (RoomId(room), UserId(user.cast_unsigned()), file))
    };
    Ok(rows.into_iter().map(file).collect())
}

/// The draft's files, which are not waiting any more; `None` if one of them is not its own.
pub(super) fn take(waiting: &mut Waiting, draft: &Draft) -> Option<Vec<File>> {
    let is_own = |id: &FileId| {
        let Some((room, user, _)) = waiting.get(id) else { return false };
        (*room, *user) == (draft.room, draft.user)
    };
    if !draft.files.iter().all(is_own) {
        return None;
    }
    // One that is named twice is not there the second time.
    draft.files.iter().map(|id| Some(waiting.remove(id)?.2)).collect()
}

/// Gives the files to the messages that show them.
pub(super) async fn show<'a>(
    connection: &mut SqliteConnection,
    messages: impl Iterator<Item = &'a Message>,
) -> sqlx::Result<()> {
    let shown: Vec<_> = messages
        .flat_map(|message| message.files.iter().map(|file| (file.id, to_sql(message.seq))))
        .collect();
    if shown.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE files SET seq = shown.value ->> 1 FROM jsonb_each(?) AS shown
         WHERE files.id = unhex(shown.value ->> 0, '-')",
    )
    .bind(json(&shown))
    .execute(connection)
    .await?;
    Ok(())
}

/// What the message showed is gone with it.
pub(super) async fn forget(
    connection: &mut SqliteConnection,
    room: RoomId,
    message: &Message,
) -> sqlx::Result<()> {
    if message.files.is_empty() {
        return Ok(());
    }
    sqlx::query("DELETE FROM files WHERE room = ? AND seq = ?")
        .bind(room.0)
        .bind(to_sql(message.seq))
        .execute(connection)
        .await?;
    Ok(())
}

/// What is in a file, or in the small one in its place if it has one.
pub(super) async fn content(
    connection: &mut SqliteConnection,
    id: FileId,
    small: bool,
) -> sqlx::Result<Option<Content>> {
    let query = match small {
        true => {
            "SELECT name, coalesce(small_kind, kind), coalesce(small, content) FROM files WHERE id = ?"
        }
        false => "SELECT name, kind, content FROM files WHERE id = ?",
    };
    let row: Option<(String, String, Vec<u8>)> =
        sqlx::query_as(query).bind(&id.0.as_bytes()[..]).fetch_optional(connection).await?;
    Ok(row.map(|(name, kind, bytes)| Content { name, kind, bytes }))
}

impl Reader {
    pub async fn file(&self, id: FileId, small: bool) -> sqlx::Result<Option<Content>> {
        content(&mut *self.readers.borrow().await?, id, small).await
    }
}
