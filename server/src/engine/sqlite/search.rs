//! Finding messages by what they say.
//!
//! There is no index: the text stands in one place only, so that what was deleted is gone, and
//! any two syllables are found. A room is read backwards, some hundred thousand messages at a
//! time, which takes less than a blink.

use super::reader::Reader;
use super::rows::{MessageRow, to_sql};
use crate::engine::RoomId;
use app::page::{Found, Terms};
use app::protocol::{Message, Seq};
use sqlx::{QueryBuilder, Sqlite};
use std::sync::Arc;

/// Messages that one question looks at, at most.
const LOOKED_AT: u64 = 100_000;

impl Reader {
    pub async fn search(
        &self,
        room: RoomId,
        terms: &Terms,
        before: Seq,
        limit: usize,
    ) -> sqlx::Result<Found> {
        // One at a time: it is long, and the other connections are for what is short.
        let _turn = self.searching.lock().await;
        let mut connection = self.readers.borrow().await?;
        let last: i64 = sqlx::query_scalar("SELECT seq FROM rooms WHERE id = ?")
            .bind(room.0)
            .fetch_one(&mut *connection)
            .await?;
        let before = before.min(last.cast_unsigned().saturating_add(1));
        // There are no gaps: so many places are so many messages.
        let from = before.saturating_sub(LOOKED_AT);
        let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM messages WHERE room = ");
        query.push_bind(room.0);
        query.push(" AND seq >= ").push_bind(to_sql(from));
        query.push(" AND seq < ").push_bind(to_sql(before));
        for term in terms.iter() {
            let mut either = query.push(" AND (").separated(" OR ");
            for pattern in patterns(term) {
                either.push("text LIKE ").push_bind_unseparated(pattern);
                either.push_unseparated(" ESCAPE '\\'");
            }
            query.push(")");
        }
        query.push(" ORDER BY seq DESC LIMIT ").push_bind(to_sql(limit as u64));
        let rows: Vec<MessageRow> = query.build_query_as().fetch_all(&mut *connection).await?;
        let messages: Vec<Arc<Message>> = rows.into_iter().map(Into::into).collect();
        // Where the page is full, what comes next begins behind it.
        let last = messages.get(limit - 1).map_or(from, |last| last.seq);
        Ok(Found { messages, further: Some(last).filter(|seq| *seq > 1) })
    }
}

/// `LIKE` knows the two cases of ASCII letters only (SQLite, "SQL Language Expressions"). For
/// others it is asked for the term as it was typed and as words are written: in small letters, in
/// capitals, and with one capital before small letters.
fn patterns(term: &str) -> Vec<String> {
    let mut patterns = vec![pattern(term)];
    if !term.is_ascii() {
        let small = term.to_lowercase();
        let mut signs = small.chars();
        let first: String = signs.next().into_iter().flat_map(char::to_uppercase).collect();
        let capitalized = [&*first, signs.as_str()].concat();
        patterns.extend([small, term.to_uppercase(), capitalized].map(|term| pattern(&term)));
        patterns.dedup();
    }
    patterns
}

fn pattern(term: &str) -> String {
    let mut pattern = String::from("%");
    for sign in term.chars() {
        if matches!(sign, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern.push('%');
    pattern
}
