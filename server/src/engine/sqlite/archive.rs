//! What is done to the file beside the server: reading a room to its end, copying the whole, and
//! giving it a new life. All but the last go on while people talk.

use super::files;
use super::home::{MIGRATIONS, OpenError, fresh_epoch, lock, resolve, sqlx_error};
use super::rows::{MessageRow, RoomRow, to_sql};
use crate::engine::{Content, RoomRecord};
use app::protocol::{Cursor, Epoch, FileId, Message, RoomKey, Seq};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long to wait for a lock that another program holds on the file.
const BUSY: Duration = Duration::from_secs(5);

/// Why a task could not be done: one sentence.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("{} is not there", .0.display())]
    Missing(PathBuf),
    #[error("{} is there already; name a file that is not", .0.display())]
    Taken(PathBuf),
    #[error("{} was last used by an older sarangbang; start this one on it first", .0.display())]
    OlderVersion(PathBuf),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("{} cannot be read: {source}", .path.display())]
    Read { path: PathBuf, source: sqlx::Error },
}

/// The log as of one moment, for reading only. What is said meanwhile is not in it.
pub struct Archive {
    connection: SqliteConnection,
    path: PathBuf,
    epoch: Epoch,
}

impl Archive {
    pub async fn open(path: &Path) -> Result<Self, ArchiveError> {
        let mut connection = connect(path).await?;
        let in_context = |source| ArchiveError::Read { path: path.to_owned(), source };
        // The first question fixes the moment, until the connection ends.
        sqlx::raw_sql("PRAGMA query_only = ON; BEGIN")
            .execute(&mut connection)
            .await
            .map_err(in_context)?;
        check_version(&mut connection, path).await?;
        let epoch = sqlx::query_scalar("SELECT epoch FROM meta").fetch_one(&mut connection).await;
        let epoch = epoch.map_err(in_context)?;
        Ok(Archive { connection, path: path.to_owned(), epoch })
    }

    /// A room and the cursor up to which it is read here.
    pub async fn find_room(
        &mut self,
        key: &RoomKey,
    ) -> Result<Option<(RoomRecord, Cursor)>, ArchiveError> {
        let row: Result<Option<RoomRow>, _> = sqlx::query_as("SELECT * FROM rooms WHERE key = ?")
            .bind(key.as_str())
            .fetch_optional(&mut self.connection)
            .await;
        let room: Option<RoomRecord> = row.map_err(|error| self.unread(error))?.map(Into::into);
        Ok(room.map(|room| {
            let cursor = Cursor { epoch: self.epoch, rev: room.rev };
            (room, cursor)
        }))
    }

    /// The first `limit` messages after that place, in order; none at the end.
    pub async fn after(
        &mut self,
        room: &RoomRecord,
        seq: Seq,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, ArchiveError> {
        let rows: Result<Vec<MessageRow>, _> = sqlx::query_as(
            "SELECT * FROM messages WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?",
        )
        .bind(room.id.0)
        .bind(to_sql(seq))
        .bind(to_sql(limit as u64))
        .fetch_all(&mut self.connection)
        .await;
        let rows = rows.map_err(|error| self.unread(error))?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// The message at that place.
    pub async fn at(
        &mut self,
        room: &RoomRecord,
        seq: Seq,
    ) -> Result<Option<Arc<Message>>, ArchiveError> {
        Ok(self.after(room, seq.saturating_sub(1), 1).await?.into_iter().find(|m| m.seq == seq))
    }

    /// What is in a file, or in the small one in its place.
    pub async fn small_file(&mut self, id: FileId) -> Result<Option<Content>, ArchiveError> {
        let content = files::content(&mut self.connection, id, true).await;
        content.map_err(|error| self.unread(error))
    }

    fn unread(&self, source: sqlx::Error) -> ArchiveError {
        ArchiveError::Read { path: self.path.clone(), source }
    }
}

/// Copies the log as it is now into a file that is not there yet. Where that file is served,
/// clients that have seen more than it holds notice it: it gets an epoch of its own. Either the
/// whole copy is there under its name and on the disk, or nothing is.
pub async fn backup(from: &Path, to: &Path) -> Result<(), ArchiveError> {
    if to.exists() {
        return Err(ArchiveError::Taken(to.to_owned()));
    }
    let mut name = to.as_os_str().to_owned();
    name.push(".partial");
    let partial = PathBuf::from(name);
    let result = copy(from, &partial).await.and_then(|()| {
        let in_context = |source| OpenError::Other { path: to.to_owned(), source };
        put_in_place(&partial, to).map_err(|error| in_context(error.into()).into())
    });
    if result.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    result
}

async fn copy(from: &Path, to: &Path) -> Result<(), ArchiveError> {
    // What an earlier try left behind.
    let _ = std::fs::remove_file(to);
    let mut connection = connect(from).await?;
    check_version(&mut connection, from).await?;
    let in_context = |error| sqlx_error(to, error);
    sqlx::query("VACUUM INTO ?")
        .bind(to.to_string_lossy())
        .execute(&mut connection)
        .await
        .map_err(in_context)?;
    let copy = SqliteConnectOptions::new().filename(to).disable_statement_logging();
    let mut copy = copy.connect().await.map_err(in_context)?;
    renew(&mut copy).await.map_err(in_context)?;
    copy.close().await.map_err(in_context)?;
    Ok(())
}

/// On the disk under its name, by the directory's entry too.
fn put_in_place(partial: &Path, to: &Path) -> io::Result<()> {
    File::open(partial)?.sync_all()?;
    std::fs::rename(partial, to)?;
    let directory = to.parent().filter(|directory| !directory.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

/// Gives a log that was restored by other means an epoch of its own. No server may use it.
pub async fn new_epoch(path: &Path) -> Result<Epoch, ArchiveError> {
    let mut connection = connect(path).await?;
    let resolved = resolve(path)
        .map_err(|error| OpenError::Other { path: path.to_owned(), source: error.into() })?;
    let _lock = lock(&resolved)?;
    let epoch = renew(&mut connection).await.map_err(|error| sqlx_error(path, error))?;
    connection.close().await.map_err(|error| sqlx_error(path, error))?;
    Ok(epoch)
}

async fn renew(connection: &mut SqliteConnection) -> sqlx::Result<Epoch> {
    // Another than the one it had.
    sqlx::query_scalar("UPDATE meta SET epoch = iif(epoch = ?1, ?2, ?1) RETURNING epoch")
        .bind(fresh_epoch())
        .bind(fresh_epoch())
        .fetch_one(connection)
        .await
}

async fn connect(path: &Path) -> Result<SqliteConnection, ArchiveError> {
    if !path.exists() {
        return Err(ArchiveError::Missing(path.to_owned()));
    }
    let connect = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY);
    let connect = connect.disable_statement_logging();
    Ok(connect.connect().await.map_err(|error| sqlx_error(path, error))?)
}

/// Another version's tables are not ours to read.
async fn check_version(connection: &mut SqliteConnection, path: &Path) -> Result<(), ArchiveError> {
    let ours = MIGRATIONS.iter().map(|migration| migration.version).max();
    let theirs: Result<Option<i64>, _> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(connection).await;
    match theirs {
        Ok(theirs) if theirs == ours => Ok(()),
        Ok(theirs) if theirs > ours => Err(OpenError::NewerVersion(path.to_owned()).into()),
        Ok(_) => Err(ArchiveError::OlderVersion(path.to_owned())),
        Err(error) => match sqlx_error(path, error) {
            // A database, but none of ours.
            OpenError::Other { path, .. } => Err(OpenError::NotADatabase(path).into()),
            error => Err(error.into()),
        },
    }
}
