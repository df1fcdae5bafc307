//! The one who writes. It takes everything that waits, commits it as one transaction,
//! and only then lets anyone hear of it.
//!
//! When a transaction fails, everyone in it is told so at once and the connection is thrown
//! away: after a full disk SQLite may have rolled back by itself, and a fresh connection is
//! easier to trust than a guess. While no connection can be had, new writes are refused
//! rather than kept waiting, and the writer keeps trying.

#[cfg(test)]
mod tests;

use super::Options;
use super::amendments;
use super::home::{self, Home};
use super::line::Waiting;
use super::posts::{self, Changes};
use super::seats;
use super::write::{Asker, Write};
use crate::engine::{
    Amendment, Answer, Change, Commit, Error, PostError, Posted, Result, RoomBatch,
};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

/// Between two attempts to open the file again.
const RETRY: Duration = Duration::from_millis(100);

/// How long a text that was deleted or changed may live on in the write-ahead log.
const SCRUB: Duration = Duration::from_secs(1);

/// How long emptying the write-ahead log may wait for readers, while the writes wait.
const SCRUB_PATIENCE: Duration = Duration::from_millis(100);

/// Writes until the log is closed or nobody is left to ask.
pub(super) async fn run(
    home: Home,
    options: &Options,
    max_pages: watch::Receiver<Option<u32>>,
    line: Waiting,
    commits: mpsc::Sender<Commit>,
) {
    let Home { mut connection, connect, readers, lock, .. } = home;
    // What was deleted just before a crash is in the log that it left.
    let scrub_at = Some(Instant::now() + SCRUB);
    let busy_timeout = options.busy_timeout;
    let (failing, began) = (false, Instant::now());
    let mut writer =
        Writer { connect, busy_timeout, max_pages, line, commits, failing, scrub_at, began };
    let mut writes = Vec::new();
    while writer.receive(&mut connection, &mut writes, options.batch).await {
        match writer.commit(&mut connection, &mut writes).await {
            Ok(changes) => writer.announce(changes, writes.drain(..)).await,
            Err(failure) => {
                let _ = connection.close().await;
                match writer.recover(failure, std::mem::take(&mut writes)).await {
                    Some(fresh) => connection = fresh,
                    None => return readers.close().await,
                }
            }
        }
    }
    readers.close().await;
    // What is still in the write-ahead log is safe there, but a lone file is easier to copy.
    let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await;
    let _ = connection.close().await;
    drop(lock);
}

struct Writer {
    connect: SqliteConnectOptions,
    busy_timeout: Duration,
    max_pages: watch::Receiver<Option<u32>>,
    line: Waiting,
    commits: mpsc::Sender<Commit>,
    /// Whether the last transaction failed: each outage is logged once, and so is its end.
    failing: bool,
    /// When to empty the write-ahead log of texts that are no more.
    scrub_at: Option<Instant>,
    /// When the last transaction began.
    began: Instant,
}

/// A transaction that failed.
struct Failure {
    source: Arc<sqlx::Error>,
    /// What it would have changed, if it failed as late as in its COMMIT: then it may have
    /// happened all the same.
    unconfirmed: Vec<RoomBatch>,
}

impl From<sqlx::Error> for Failure {
    fn from(source: sqlx::Error) -> Self {
        Failure { source: Arc::new(source), unconfirmed: Vec::new() }
    }
}

impl Writer {
    /// Takes what waits, at most so many; scrubs meanwhile if that is due. `false`: nobody is
    /// left to ask.
    async fn receive(
        &mut self,
        connection: &mut SqliteConnection,
        writes: &mut Vec<Write>,
        limit: usize,
    ) -> bool {
        let received = loop {
            let taken = self.line.writes.recv_many(writes, limit);
            let Some(at) = self.scrub_at else { break taken.await };
            tokio::select! {
                biased;
                () = sleep_until(at) => self.scrub(connection).await,
                received = taken => break received,
            }
        };
        self.line.gather(writes, limit).await;
        received > 0
    }

    /// Copies the write-ahead log into the file and empties it: in its older pages texts live
    /// on that were overwritten since.
    async fn scrub(&mut self, connection: &mut SqliteConnection) {
        let patience =
            |time: Duration| AssertSqlSafe(format!("PRAGMA busy_timeout = {}", time.as_millis()));
        let _ = sqlx::raw_sql(patience(SCRUB_PATIENCE)).execute(&mut *connection).await;
        let checkpoint = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)");
        let is_busy: sqlx::Result<bool> = checkpoint.fetch_one(&mut *connection).await;
        let _ = sqlx::raw_sql(patience(self.busy_timeout)).execute(connection).await;
        // While someone reads it cannot be emptied. On an error it can wait for what mends
        // that: the writes will notice.
        self.scrub_at = is_busy.unwrap_or(true).then(|| Instant::now() + SCRUB);
    }

    /// One transaction with all these writes. Returns what it changed, and leaves each answer
    /// with its asker.
    async fn commit(
        &mut self,
        connection: &mut SqliteConnection,
        writes: &mut [Write],
    ) -> Result<Vec<RoomBatch>, Failure> {
        self.began = Instant::now();
        if self.max_pages.has_changed().unwrap_or(false) {
            let pages = home::page_limit(*self.max_pages.borrow_and_update());
            let pragma = AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
            sqlx::raw_sql(pragma).execute(&mut *connection).await?;
        }
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
        take_seats(connection, writes).await?;
        let mut changes = store_posts(connection, writes).await?;
        if amend(connection, writes, &mut changes).await? {
            self.scrub_at.get_or_insert_with(|| Instant::now() + SCRUB);
        }
        let changes = changes.into_values().collect();
        match sqlx::query("COMMIT").execute(connection).await {
            Ok(_) => Ok(changes),
            Err(error) => Err(Failure { source: Arc::new(error), unconfirmed: changes }),
        }
    }

    /// Hands the commit to the registry, with the answers to its posts inside; everyone else
    /// gets theirs here.
    async fn announce(&mut self, batches: Vec<RoomBatch>, writes: impl Iterator<Item = Write>) {
        if std::mem::take(&mut self.failing) {
            tracing::info!("the log is written again");
        }
        let mut commit = Commit { batches, took: self.began.elapsed(), answers: Vec::new() };
        let mut others = Vec::new();
        for write in writes {
            match write {
                Write::Post { asker: Asker { reply, answer: Some(answer) }, .. }
                | Write::Amend { asker: Asker { reply, answer: Some(answer) }, .. } => {
                    commit.answers.push((reply, answer))
                }
                other => others.push(other),
            }
        }
        if !commit.answers.is_empty() {
            // With the registry gone the commit is dropped, which acknowledges it.
            let _ = self.commits.send(commit).await;
        }
        for write in others {
            match write {
                Write::Post { .. } | Write::Amend { .. } => {}
                Write::MakeRoom { asker, .. } => asker.give(),
                Write::Join { asker, .. } => asker.give(),
                Write::MarkRead { asker, .. } => asker.give(),
                Write::Errand(errand) => errand.give(),
                Write::Close => self.line.writes.close(),
            }
        }
    }

    fn refuse(&mut self, writes: impl IntoIterator<Item = Write>, source: &Arc<sqlx::Error>) {
        let error = || Error::new("writing to the log", source.clone());
        for write in writes {
            match write {
                Write::Post { asker, .. } | Write::Amend { asker, .. } => {
                    asker.refuse(Err(PostError::NotStored))
                }
                Write::MakeRoom { asker, .. } => asker.refuse(Err(error())),
                Write::Join { asker, .. } => asker.refuse(Err(error())),
                Write::MarkRead { asker, .. } => asker.refuse(Err(error())),
                Write::Errand(errand) => errand.refuse(error()),
                Write::Close => self.line.writes.close(),
            }
        }
    }

    /// Settles a failed transaction and opens the file again; refuses what arrives meanwhile.
    /// `None`: the log was closed before the file could be opened.
    async fn recover(&mut self, failure: Failure, writes: Vec<Write>) -> Option<SqliteConnection> {
        let Failure { source, unconfirmed } = failure;
        if !std::mem::replace(&mut self.failing, true) {
            tracing::error!(error = %source, "the log could not be written; trying again");
        }
        let mut unsettled = Vec::new();
        if unconfirmed.is_empty() {
            self.refuse(writes, &source);
        } else {
            unsettled = writes;
        }
        let mut reopening = pin!(reopen(self.connect.clone(), unconfirmed));
        let mut refused = Vec::new();
        let (connection, confirmed) = loop {
            tokio::select! {
                reopened = &mut reopening => break reopened,
                received = self.line.writes.recv_many(&mut refused, usize::MAX) => match received {
                    0 => return None,
                    _ => self.refuse(refused.drain(..), &source),
                }
            }
        };
        self.max_pages.mark_changed();
        match confirmed {
            Some(changes) => self.announce(changes, unsettled.into_iter()).await,
            None => self.refuse(unsettled, &source),
        }
        Some(connection)
    }
}

/// Tries until the file is open and it is known whether the unconfirmed changes are in it;
/// returns them if they are.
async fn reopen(
    connect: SqliteConnectOptions,
    unconfirmed: Vec<RoomBatch>,
) -> (SqliteConnection, Option<Vec<RoomBatch>>) {
    loop {
        if let Ok(mut connection) = connect.connect().await
            && let Ok(stored) = posts::is_stored(&mut connection, &unconfirmed).await
        {
            return (connection, stored.then_some(unconfirmed));
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// Everything but the messages: one kind after another, and rooms, joins and reading marks all
/// of a kind at once. The order makes no difference: whoever wants two of these in a certain
/// order waits for the first.
async fn take_seats(connection: &mut SqliteConnection, writes: &mut [Write]) -> sqlx::Result<()> {
    let (mut rooms, mut room_slots) = (Vec::new(), Vec::new());
    let (mut joiners, mut seat_slots) = (Vec::new(), Vec::new());
    let mut marks = HashMap::new();
    for write in writes {
        match write {
            Write::Post { .. } | Write::Amend { .. } | Write::Close => {}
            Write::MakeRoom { key, title, asker } => {
                rooms.push((&*key, &**title));
                room_slots.push(&mut asker.answer);
            }
            Write::Join { token, room, username, asker } => {
                joiners.push(seats::Joiner { token, room: *room, username });
                seat_slots.push(&mut asker.answer);
            }
            Write::Errand(errand) => errand.run(connection).await?,
            Write::MarkRead { user, room, seq, asker } => {
                let mark = marks.entry((*user, *room)).or_insert(*seq);
                *mark = (*mark).max(*seq);
                asker.answer = Some(Ok(()));
            }
        }
    }
    if !rooms.is_empty() {
        let rooms = seats::make_rooms(connection, &rooms).await?;
        room_slots.into_iter().zip(rooms).for_each(|(slot, room)| *slot = Some(Ok(room)));
    }
    if !joiners.is_empty() {
        let seated = seats::join(connection, &joiners).await?;
        seat_slots.into_iter().zip(seated).for_each(|(slot, seat)| *slot = Some(seat));
    }
    if marks.is_empty() { Ok(()) } else { seats::mark_read(connection, &marks).await }
}

async fn store_posts(
    connection: &mut SqliteConnection,
    writes: &mut [Write],
) -> sqlx::Result<Changes> {
    let (mut drafts, mut slots) = (Vec::new(), Vec::new());
    for write in writes {
        if let Write::Post { draft, asker } = write {
            drafts.push(&*draft);
            slots.push(&mut asker.answer);
        }
    }
    if drafts.is_empty() {
        return Ok(Changes::new());
    }
    let (answers, changes) = posts::store(connection, &drafts).await?;
    for (slot, answer) in slots.into_iter().zip(answers) {
        *slot = Some(answer);
    }
    Ok(changes)
}

/// Whether any text is gone that was there.
async fn amend(
    connection: &mut SqliteConnection,
    writes: &mut [Write],
    changes: &mut Changes,
) -> sqlx::Result<bool> {
    let (mut amendments, mut slots) = (Vec::new(), Vec::new());
    for write in writes {
        if let Write::Amend { amendment, asker } = write {
            amendments.push(&*amendment);
            slots.push(&mut asker.answer);
        }
    }
    if amendments.is_empty() {
        return Ok(false);
    }
    let answers = amendments::store(connection, &amendments, changes).await?;
    let is_gone = |(amendment, answer): (&&Amendment, &Answer)| {
        let is_reaction = matches!(amendment.change, Change::Reaction { .. });
        !is_reaction && matches!(answer, Ok(Posted::Fresh(_)))
    };
    let has_changed = amendments.iter().zip(&answers).any(is_gone);
    for (slot, answer) in slots.into_iter().zip(answers) {
        *slot = Some(answer);
    }
    Ok(has_changed)
}
