//! Changes of messages that are there, as they are written inside the writer's transaction,
//! after its posts: whoever changes a message has seen it stored, or sent it before.

use super::posts::{self, Changes, files_json, json, spans_json};
use super::rows::to_sql;
use super::{files, keeping, mentions};
use crate::engine::{Amendment, Answer, Change, PostError, Posted};
use app::protocol::{Message, Reaction, Reactor, Rev, UserId, limits};
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
    let mut answers = Vec::with_capacity(amendments.len());
    for amendment in amendments {
        let key = (amendment.room, amendment.id);
        let found = known.get_mut(&key).zip(counters.get_mut(&amendment.room));
        let Some((message, (_, rev))) = found else {
            answers.push(Err(PostError::NoSuchMessage));
            continue;
        };
        let answer = match amended(connection, message, amendment, *rev + 1).await? {
            Ok(Some(amended)) => {
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
            }
            Ok(None) => Ok(Posted::Repeat(message.clone())),
            Err(error) => Err(error),
        };
        answers.push(answer);
    }
    let messages: Vec<_> = changed.iter().map(|key| (key.0.0, &*known[key])).collect();
    write(connection, &messages).await?;
    Ok(answers)
}

/// What is to become of a message; nothing if it is so already.
type Amended = Result<Option<Message>, PostError>;

async fn amended(
    connection: &mut SqliteConnection,
    message: &Message,
    amendment: &Amendment,
    rev: Rev,
) -> sqlx::Result<Amended> {
    let is_own = message.user_id == amendment.user;
    Ok(match &amendment.change {
        Change::Reaction { .. } if message.deleted => Err(PostError::NoSuchMessage),
        Change::Reaction { emoji, on: true, username } => {
            return give(connection, message, amendment, rev, emoji, username).await;
        }
        Change::Reaction { emoji, on: false, .. } => {
            return take_back(connection, message, amendment, emoji).await;
        }
        Change::Text { .. } if !is_own => Err(PostError::NotYours),
        Change::Deletion
            if !is_own && !keeping::owns(connection, amendment.user, amendment.room).await? =>
        {
            Err(PostError::NotYours)
        }
        Change::Deletion if message.deleted => Ok(None),
        Change::Deletion => {
            sqlx::query("DELETE FROM reactions WHERE room = ? AND seq = ?")
                .bind(amendment.room.0)
                .bind(to_sql(message.seq))
                .execute(&mut *connection)
                .await?;
            mentions::forget(connection, amendment.room.0, message).await?;
            files::forget(connection, amendment.room, message).await?;
            Ok(Some(Message {
                files: Vec::new(),
                text: String::new(),
                spans: Vec::new(),
                edited_at: None,
                reactions: Vec::new(),
                deleted: true,
                ..message.clone()
            }))
        }
        Change::Text { .. } if message.deleted => Err(PostError::NoSuchMessage),
        Change::Text { text, .. } if *text == message.text => Ok(None),
        Change::Text { since, .. } if message.created_at < *since => Err(PostError::TooLate),
        Change::Text { text, spans, at, .. } => {
            mentions::forget(connection, amendment.room.0, message).await?;
            let (text, spans) = (text.clone(), spans.clone());
            Ok(Some(Message { text, spans, edited_at: Some(*at), ..message.clone() }))
        }
    })
}

async fn give(
    connection: &mut SqliteConnection,
    message: &Message,
    amendment: &Amendment,
    rev: Rev,
    emoji: &str,
    username: &str,
) -> sqlx::Result<Amended> {
    let at = message.reactions.iter().position(|reaction| reaction.emoji == emoji);
    if at.is_none() && message.reactions.len() >= limits::REACTIONS {
        return Ok(Err(PostError::TooManyReactions));
    }
    let given = sqlx::query(
        "INSERT INTO reactions (room, seq, emoji, user_id, username, rev)
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(amendment.room.0)
    .bind(to_sql(message.seq))
    .bind(emoji)
    .bind(to_sql(amendment.user.0))
    .bind(username)
    .bind(to_sql(rev))
    .execute(connection)
    .await?;
    if given.rows_affected() == 0 {
        return Ok(Ok(None));
    }
    let mut amended = message.clone();
    let at = at.unwrap_or_else(|| {
        let reaction = Reaction { emoji: emoji.to_owned(), count: 0, users: Vec::new() };
        amended.reactions.push(reaction);
        amended.reactions.len() - 1
    });
    let reaction = &mut amended.reactions[at];
    reaction.count += 1;
    if reaction.users.len() < limits::REACTORS {
        reaction.users.push(Reactor { id: amendment.user, username: username.to_owned() });
    }
    Ok(Ok(Some(amended)))
}

async fn take_back(
    connection: &mut SqliteConnection,
    message: &Message,
    amendment: &Amendment,
    emoji: &str,
) -> sqlx::Result<Amended> {
    let at = message.reactions.iter().position(|reaction| reaction.emoji == emoji);
    let taken = sqlx::query(
        "DELETE FROM reactions WHERE room = ? AND seq = ? AND emoji = ? AND user_id = ?",
    )
    .bind(amendment.room.0)
    .bind(to_sql(message.seq))
    .bind(emoji)
    .bind(to_sql(amendment.user.0))
    .execute(&mut *connection)
    .await?;
    let Some(at) = at.filter(|_| taken.rows_affected() > 0) else { return Ok(Ok(None)) };
    let mut amended = message.clone();
    amended.reactions[at].count -= 1;
    if amended.reactions[at].count == 0 {
        amended.reactions.remove(at);
        return Ok(Ok(Some(amended)));
    }
    // Someone may come after the first ten who is one of them now.
    let users: Vec<(i64, String)> = sqlx::query_as(
        "SELECT user_id, username FROM reactions WHERE room = ? AND seq = ? AND emoji = ?
         ORDER BY rev LIMIT ?",
    )
    .bind(amendment.room.0)
    .bind(to_sql(message.seq))
    .bind(emoji)
    .bind(to_sql(limits::REACTORS as u64))
    .fetch_all(connection)
    .await?;
    let reactor =
        |(id, username): (i64, String)| Reactor { id: UserId(id.cast_unsigned()), username };
    amended.reactions[at].users = users.into_iter().map(reactor).collect();
    Ok(Ok(Some(amended)))
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
            let Message { seq, rev, text, edited_at, deleted, reactions, .. } = message;
            let (seq, rev, edited_at) = (to_sql(*seq), to_sql(*rev), edited_at.map(to_sql));
            let reactions = (!reactions.is_empty()).then(|| json(reactions));
            let (spans, files) = (spans_json(message), files_json(message));
            (*room, seq, rev, text, edited_at, i64::from(*deleted), reactions, spans, files)
        })
        .collect();
    sqlx::query(
        "UPDATE messages SET rev = now.value ->> 2, text = now.value ->> 3,
                edited_at = now.value ->> 4, deleted = now.value ->> 5,
                reactions = now.value ->> 6, spans = now.value ->> 7, files = now.value ->> 8
         FROM jsonb_each(?1) AS now
         WHERE messages.room = now.value ->> 0 AND messages.seq = now.value ->> 1;

         UPDATE rooms SET rev = ends.rev
         FROM (SELECT value ->> 0 AS room, max(value ->> 2) AS rev FROM jsonb_each(?1) GROUP BY 1)
              AS ends
         WHERE rooms.id = ends.room",
    )
    .bind(json(&rows))
    .execute(&mut *connection)
    .await?;
    let named = messages.iter().flat_map(|(room, message)| mentions::of(*room, message)).collect();
    mentions::write(connection, named).await
}
