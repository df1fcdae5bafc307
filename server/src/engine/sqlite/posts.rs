//! Messages, as they are written inside the writer's transaction: the whole batch by a
//! handful of statements, however many drafts and rooms it holds. Row by row, the calls into
//! SQLite would cost ten times what the disk does.

use super::rows::{MessageRow, to_sql};
use super::{files, mentions};
use crate::engine::{Answer, Draft, PostError, Posted, RoomBatch, RoomId};
use app::protocol::{Message, MessageId, Rev, Seq};
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// How far each room of a batch has come.
pub(super) type Counters = HashMap<RoomId, (Seq, Rev)>;

/// Each message that a batch's ids stand for so far.
pub(super) type Known = HashMap<(RoomId, MessageId), Arc<Message>>;

/// What a transaction has changed so far.
pub(super) type Changes = BTreeMap<RoomId, RoomBatch>;

/// Gives each draft its place and writes it, unless its id is known. Returns the answers, in
/// the drafts' order, and what changed.
///
/// Most ids are new. So they are looked up only after one turned out to be taken, and then
/// the batch is written a second time, without those that are known.
///
/// The counters are read anew in every transaction, so that one that fails leaves nothing
/// behind that is ahead of the file.
pub(super) async fn store(
    connection: &mut SqliteConnection,
    drafts: &[&Draft],
) -> sqlx::Result<(Vec<Answer>, Changes)> {
    let counters = counters(connection, drafts.iter().map(|draft| draft.room)).await?;
    let waiting = files::waiting(connection, drafts).await?;
    // What is sent again shows its files already; of these the ids are looked up at once.
    let with_files = drafts.iter().filter(|draft| !draft.files.is_empty());
    let with_files: Vec<_> = with_files.map(|draft| (draft.room, draft.id)).collect();
    let sent = match with_files.is_empty() {
        true => Known::new(),
        false => known(connection, with_files.into_iter()).await?,
    };
    let (answers, batches) = place(drafts, counters.clone(), sent, waiting.clone());
    match write(connection, &batches).await {
        Ok(()) => Ok((answers, batches)),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            let ids = drafts.iter().map(|draft| (draft.room, draft.id));
            let known = known(connection, ids).await?;
            let (answers, batches) = place(drafts, counters, known, waiting);
            write(connection, &batches).await?;
            Ok((answers, batches))
        }
        Err(error) => Err(error),
    }
}

/// Whether this batch, whose commit was not confirmed, is in the file. A transaction is
/// there as a whole or not at all, so one of its messages tells of all.
pub(super) async fn is_stored(
    connection: &mut SqliteConnection,
    batches: &[RoomBatch],
) -> sqlx::Result<bool> {
    let Some((room, message)) =
        batches.first().and_then(|batch| Some((batch.room, batch.messages.first()?)))
    else {
        return Ok(false);
    };
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM messages
         WHERE room = ? AND seq = ? AND id = ? AND rev = ?)",
    )
    .bind(room.0)
    .bind(to_sql(message.seq))
    .bind(&message.id.0.as_bytes()[..])
    .bind(to_sql(message.rev))
    .fetch_one(connection)
    .await
}

fn place(
    drafts: &[&Draft],
    mut counters: Counters,
    mut known: Known,
    mut waiting: files::Waiting,
) -> (Vec<Answer>, Changes) {
    let mut batches = Changes::new();
    let place = |draft: &&Draft| {
        let Draft { room, id, user, username, text, spans, reply_to, created_at, .. } =
            (*draft).clone();
        if let Some(message) = known.get(&(room, id)) {
            let own = message.user_id == user;
            return if own { Ok(Posted::Repeat(message.clone())) } else { Err(PostError::IdTaken) };
        }
        let Some((seq, rev)) = counters.get_mut(&room) else {
            tracing::error!(room = room.0, "a message for a room that does not exist");
            return Err(PostError::NotStored);
        };
        if reply_to.is_some_and(|place| place == 0 || place > *seq) {
            return Err(PostError::NoSuchMessage);
        }
        let files = files::take(&mut waiting, draft).ok_or(PostError::NoSuchFile)?;
        let batch = batches.entry(room).or_insert_with(|| empty_batch(room, *rev));
        *seq += 1;
        *rev += 1;
        let (seq, rev) = (*seq, *rev);
        let message = Arc::new(Message {
            id,
            seq,
            rev,
            user_id: user,
            username,
            text,
            created_at,
            edited_at: None,
            deleted: false,
            reply_to,
            reactions: Vec::new(),
            spans,
            files,
        });
        batch.to = rev;
        batch.messages.push(message.clone());
        known.insert((room, id), message.clone());
        Ok(Posted::Fresh(message))
    };
    let answers = drafts.iter().map(place).collect();
    (answers, batches)
}

pub(super) fn empty_batch(room: RoomId, rev: Rev) -> RoomBatch {
    RoomBatch { room, from: rev, to: rev, messages: Vec::new() }
}

pub(super) async fn counters(
    connection: &mut SqliteConnection,
    rooms: impl Iterator<Item = RoomId>,
) -> sqlx::Result<Counters> {
    let mut rooms: Vec<i64> = rooms.map(|room| room.0).collect();
    rooms.sort_unstable();
    rooms.dedup();
    let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
        "SELECT id, seq, rev FROM rooms WHERE id IN (SELECT value FROM json_each(?))",
    )
    .bind(json(&rooms))
    .fetch_all(connection)
    .await?;
    let counters = rows.into_iter();
    Ok(counters
        .map(|(room, seq, rev)| (RoomId(room), (seq.cast_unsigned(), rev.cast_unsigned())))
        .collect())
}

/// The messages of these ids that there are.
pub(super) async fn known(
    connection: &mut SqliteConnection,
    ids: impl Iterator<Item = (RoomId, MessageId)>,
) -> sqlx::Result<Known> {
    let ids: Vec<_> = ids.map(|(room, id)| (room.0, id)).collect();
    // CROSS JOIN fixes the order: look up each id, rather than look at each message.
    let rows: Vec<MessageRow> = sqlx::query_as(
        "SELECT messages.* FROM jsonb_each(?) AS asked CROSS JOIN messages
         ON messages.room = asked.value ->> 0 AND messages.id = unhex(asked.value ->> 1, '-')",
    )
    .bind(json(&ids))
    .fetch_all(connection)
    .await?;
    let messages = rows.into_iter().map(|row| (RoomId(row.room), Arc::<Message>::from(row)));
    Ok(messages.map(|(room, message)| ((room, message.id), message)).collect())
}

/// Writes the messages, and moves the rooms' counters to where each batch ends.
async fn write(connection: &mut SqliteConnection, batches: &Changes) -> sqlx::Result<()> {
    if batches.is_empty() {
        return Ok(());
    }
    let messages: Vec<_> = batches
        .values()
        .flat_map(|batch| batch.messages.iter().map(|message| (batch.room.0, message)))
        .collect();
    let named = messages.iter().flat_map(|(room, message)| mentions::of(*room, message)).collect();
    let rows: Vec<_> = messages
        .iter()
        .map(|(room, message)| {
            let Message { id, seq, rev, user_id, username, text, created_at, .. } = &***message;
            let (user, created_at) = (to_sql(user_id.0), to_sql(*created_at));
            let (reply_to, spans) = (message.reply_to.map(to_sql), spans_json(message));
            let files = files_json(message);
            let (seq, rev) = (to_sql(*seq), to_sql(*rev));
            (*room, seq, rev, id, user, username, text, created_at, reply_to, spans, files)
        })
        .collect();
    let ends: Vec<_> = batches
        .values()
        .filter_map(|batch| Some((batch.room.0, batch.messages.last()?)))
        .map(|(room, last)| (room, to_sql(last.seq), to_sql(last.rev)))
        .collect();
    // jsonb_each, because json_each would write every row out as text to be parsed again.
    sqlx::query(
        "INSERT INTO messages (room, seq, rev, id, user_id, username, text, created_at,
                               reply_to, spans, files)
         SELECT value ->> 0, value ->> 1, value ->> 2, unhex(value ->> 3, '-'),
                value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9,
                value ->> 10
         FROM jsonb_each(?);

         UPDATE rooms SET seq = ends.value ->> 1, rev = ends.value ->> 2
         FROM jsonb_each(?) AS ends WHERE rooms.id = ends.value ->> 0",
    )
    .bind(json(&rows))
    .bind(json(&ends))
    .execute(&mut *connection)
    .await?;
    mentions::write(connection, named).await?;
    files::show(connection, messages.iter().map(|(_, message)| &***message)).await
}

/// The files as they are stored.
pub(super) fn files_json(message: &Message) -> Option<String> {
    (!message.files.is_empty()).then(|| json(&message.files))
}

/// The spans as they are stored.
pub(super) fn spans_json(message: &Message) -> Option<String> {
    (!message.spans.is_empty()).then(|| json(&message.spans))
}

pub(super) fn json<T: serde::Serialize>(rows: &T) -> String {
    serde_json::to_string(rows).expect("numbers and strings are JSON")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::engine::sqlite::{Options, home, seats};
    use app::protocol::{RoomKey, UserId};

    #[tokio::test]
    async fn a_batch_stores_each_id_once_however_often_it_holds_it() {
        let directory = tempfile::tempdir().unwrap();
        let options = Options::new(directory.path().join("rooms.db"));
        let mut connection = home::open(&options).await.unwrap().connection;
        let asked = [(&RoomKey("방".into()), "방")];
        let room = seats::make_rooms(&mut connection, &asked).await.unwrap()[0].id;
        let draft = |id: u8, user| Draft {
            room,
            id: MessageId::new(id.into(), [id; 10]),
            user: UserId(user),
            username: "민수".into(),
            text: "안녕".into(),
            spans: Vec::new(),
            reply_to: None,
            files: Vec::new(),
            created_at: 1,
        };
        let (a, b, c, a_of_another) = (draft(1, 1), draft(2, 1), draft(3, 1), draft(1, 2));
        let seq = |answer: &Answer| match answer {
            Ok(Posted::Fresh(message)) => ("fresh", message.seq),
            Ok(Posted::Repeat(message)) => ("repeat", message.seq),
            Err(_) => ("taken", 0),
        };

        let batch = [&a, &a, &a_of_another, &b];
        let (answers, changes) = store(&mut connection, &batch).await.unwrap();
        let answers: Vec<_> = answers.iter().map(seq).collect();
        assert_eq!(answers, [("fresh", 1), ("repeat", 1), ("taken", 0), ("fresh", 2)]);
        assert_eq!((changes[&room].from, changes[&room].to), (0, 2));

        let batch = [&c, &b, &a_of_another, &c];
        let (answers, changes) = store(&mut connection, &batch).await.unwrap();
        let answers: Vec<_> = answers.iter().map(seq).collect();
        assert_eq!(answers, [("fresh", 3), ("repeat", 2), ("taken", 0), ("repeat", 3)]);
        let change = &changes[&room];
        assert_eq!((change.from, change.to, change.messages.len()), (2, 3, 1));
    }
}
