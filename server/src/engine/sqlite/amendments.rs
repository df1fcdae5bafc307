//! Changes of messages that are there, as they are written inside the writer's transaction,
//! after its posts: whoever changes a message has seen it stored, or sent it before.

use super::posts::{self, Changes, json};
use super::rows::to_sql;
use crate::engine::{Amendment, Answer, Change, PostError, Posted};
use app::protocol::Message;
use sqlx::SqliteConnection;
use std::collections::HashSet;
use std::sync::Arc;

/// Carries out the amendments in their order, adds to `changes` what became of the messages,
/// and returns the answers.
pub(super) async fn store(
    connection: &mut SqliteConnection,
    amendments: &[&Amendment],
    changes: &mut Changes,
) -> sqlx::Result<Vec<Answer>> {
    let ids = amendments.iter().map(|amendment| (amendment.room, amendment.id));
    let mut known = posts::known(connection, ids).await?;
    let rooms = amendments.iter().map(|amendment| amendment.room);
    let mut counters = posts::counters(connection, rooms).await?;
    let mut changed = HashSet::new();
    let mut amend = |amendment: &&Amendment| {
        let key = (amendment.room, amendment.id);
        let message = known.get_mut(&key).ok_or(PostError::NoSuchMessage)?;
        let (_, rev) = counters.get_mut(&amendment.room).ok_or(PostError::NoSuchMessage)?;
        let Some(amended) = amended(message, amendment)? else {
            return Ok(Posted::Repeat(message.clone()));
        };
        let batch = changes
            .entry(amendment.room)
            .or_insert_with(|| posts::empty_batch(amendment.room, *rev));
        *rev += 1;
        *message = Arc::new(Message { rev: *rev, ..amended });
        batch.messages.retain(|earlier| earlier.seq != message.seq);
        batch.messages.push(message.clone());
        batch.to = *rev;
        changed.insert(key);
        Ok(Posted::Fresh(message.clone()))
    };
    let answers = amendments.iter().map(&mut amend).collect();
    let messages: Vec<_> = changed.iter().map(|key| (key.0.0, &*known[key])).collect();
    write(connection, &messages).await?;
    Ok(answers)
}

/// The message as it is to be; nothing if it is so already.
fn amended(message: &Message, amendment: &Amendment) -> Result<Option<Message>, PostError> {
    if message.user_id != amendment.user {
        return Err(PostError::NotYours);
    }
    match &amendment.change {
        Change::Deletion if message.deleted => Ok(None),
        Change::Deletion => {
            let (text, edited_at) = (String::new(), None);
            Ok(Some(Message { text, edited_at, deleted: true, ..message.clone() }))
        }
        Change::Text { .. } if message.deleted => Err(PostError::NoSuchMessage),
        Change::Text { text, .. } if *text == message.text => Ok(None),
        Change::Text { since, .. } if message.created_at < *since => Err(PostError::TooLate),
        Change::Text { text, at, .. } => {
            Ok(Some(Message { text: text.clone(), edited_at: Some(*at), ..message.clone() }))
        }
    }
}

/// Writes the messages as they are now, and moves their rooms' revs along. `seq` stays.
async fn write(
    connection: &mut SqliteConnection,
    messages: &[(i64, &Message)],
) -> sqlx::Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = messages
        .iter()
        .map(|(room, message)| {
            let Message { seq, rev, text, edited_at, deleted, .. } = message;
            let edited_at = edited_at.map(to_sql);
            (*room, to_sql(*seq), to_sql(*rev), text, edited_at, i64::from(*deleted))
        })
        .collect();
    sqlx::query(
        "UPDATE messages SET rev = now.value ->> 2, text = now.value ->> 3,
                edited_at = now.value ->> 4, deleted = now.value ->> 5
         FROM jsonb_each(?1) AS now
         WHERE messages.room = now.value ->> 0 AND messages.seq = now.value ->> 1;

         UPDATE rooms SET rev = ends.rev
         FROM (SELECT value ->> 0 AS room, max(value ->> 2) AS rev FROM jsonb_each(?1) GROUP BY 1)
              AS ends
         WHERE rooms.id = ends.room",
    )
    .bind(json(&rows))
    .execute(connection)
    .await?;
    Ok(())
}
