//! The file: found, locked against a second server, opened, and brought up to date.

use super::Options;
use super::readers::Readers;
use app::protocol::Epoch;
use sqlx::ConnectOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!();

/// Pages that gather in the write-ahead log before they are copied into the file: 32 MB. A
/// busy room's last pages change in every commit, and are so copied once for hundreds.
const CHECKPOINT_PAGES: &str = "8192";

/// Bytes that the write-ahead log keeps on disk after a burst.
const WAL_BYTES: &str = "67108864";

/// Why the log could not be opened: one sentence for whoever starts the program.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{} is in use by another sarangbang; stop that one, or name another file", .0.display())]
    InUse(PathBuf),
    #[error("{} is locked by another program; close that one and start again", .0.display())]
    Locked(PathBuf),
    #[error("{} cannot be written: the file, its directory or its disk is read-only for this user", .0.display())]
    ReadOnly(PathBuf),
    #[error("{} is not a database; name another file", .0.display())]
    NotADatabase(PathBuf),
    #[error("{} was made by a newer sarangbang; start that version", .0.display())]
    NewerVersion(PathBuf),
    #[error("{} cannot be opened because the disk is full", .0.display())]
    DiskFull(PathBuf),
    #[error("{} cannot be opened: {source}", .path.display())]
    Other { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
}

/// A prepared file and what one needs to use it.
pub(super) struct Home {
    pub epoch: Epoch,
    pub readers: Readers,
    /// The writer's connection, and how to open it again.
    pub connection: SqliteConnection,
    pub connect: SqliteConnectOptions,
    /// Held for as long as the log is open. The lock is the operating system's: it ends with
    /// the process, however that ends. It is not on the database file itself, because closing
    /// any handle to that file would drop the locks SQLite has on it.
    pub lock: File,
}

pub(super) async fn open(options: &Options) -> Result<Home, OpenError> {
    let path = resolve(&options.path).map_err(|error| io_error(&options.path, error))?;
    let lock = lock(&path)?;
    let in_context = |error| sqlx_error(&path, error);

    let connect = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(options.busy_timeout)
        .pragma("secure_delete", "ON")
        // What undoes a failed statement is kept in memory: a file for it would be made anew
        // for every batch.
        .pragma("temp_store", "MEMORY")
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("journal_size_limit", WAL_BYTES)
        .disable_statement_logging();
    let mut connection = connect
        .clone()
        .pragma("max_page_count", page_limit(options.max_pages).to_string())
        .connect()
        .await
        .map_err(in_context)?;
    MIGRATIONS.run(&mut connection).await.map_err(|error| migrate_error(&path, error))?;
    let epoch = epoch(&mut connection).await.map_err(in_context)?;
    let readers = Readers::open(connect.clone()).await.map_err(in_context)?;
    Ok(Home { epoch, readers, connection, connect, lock })
}

/// [`Options::max_pages`] as SQLite wants it.
pub(super) fn page_limit(max_pages: Option<u32>) -> u32 {
    max_pages.unwrap_or(u32::MAX - 1)
}

/// The path with its directory made and its links followed, so that two names of one file
/// have one lock.
pub(super) fn resolve(path: &Path) -> io::Result<PathBuf> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        resolved => resolved,
    }
}

pub(super) fn lock(path: &Path) -> Result<File, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = File::options()
        .create(true)
        .append(true)
        .open(name)
        .map_err(|error| io_error(path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(io_error(path, error)),
    }
}

/// The database's epoch, made now if it is new. Begins to write in any case, so that a file
/// that cannot be written is noticed here and not by the first message.
async fn epoch(connection: &mut SqliteConnection) -> sqlx::Result<Epoch> {
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    sqlx::query("INSERT INTO meta (only_row, epoch) VALUES (1, ?) ON CONFLICT DO NOTHING")
        .bind(fresh_epoch())
        .execute(&mut *connection)
        .await?;
    let epoch = sqlx::query_scalar("SELECT epoch FROM meta").fetch_one(&mut *connection).await?;
    sqlx::raw_sql("COMMIT").execute(connection).await?;
    Ok(epoch)
}

/// The name of a new life.
pub(super) fn fresh_epoch() -> Epoch {
    let mut random = [0; 4];
    getrandom::fill(&mut random).expect("every system we run on has a source of randomness");
    Epoch::from_ne_bytes(random).max(1)
}

fn io_error(path: &Path, error: io::Error) -> OpenError {
    use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let path = path.to_owned();
    match error.kind() {
        PermissionDenied | ReadOnlyFilesystem => OpenError::ReadOnly(path),
        StorageFull | QuotaExceeded => OpenError::DiskFull(path),
        _ => OpenError::Other { path, source: error.into() },
    }
}

fn migrate_error(path: &Path, error: MigrateError) -> OpenError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            sqlx_error(path, error)
        }
        MigrateError::VersionMissing(_) => OpenError::NewerVersion(path.to_owned()),
        error => OpenError::Other { path: path.to_owned(), source: error.into() },
    }
}

/// SQLite's primary result codes, <https://www.sqlite.org/rescode.html>.
pub(super) fn sqlx_error(path: &Path, error: sqlx::Error) -> OpenError {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    let path = path.to_owned();
    match code.map(|code| code & 0xff) {
        Some(5 | 6) => OpenError::Locked(path),
        Some(3 | 8 | 14) => OpenError::ReadOnly(path),
        Some(13) => OpenError::DiskFull(path),
        Some(26) => OpenError::NotADatabase(path),
        _ => OpenError::Other { path, source: error.into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_may_not_be_written_is_called_read_only() {
        for kind in [io::ErrorKind::PermissionDenied, io::ErrorKind::ReadOnlyFilesystem] {
            let error = io_error(Path::new("data/rooms.db"), kind.into());
            assert!(matches!(error, OpenError::ReadOnly(_)), "{error}");
            assert!(error.to_string().starts_with("data/rooms.db cannot be written"));
        }
    }

    #[test]
    fn a_full_disk_is_called_full() {
        let error = io_error(Path::new("rooms.db"), io::ErrorKind::StorageFull.into());
        assert!(matches!(error, OpenError::DiskFull(_)), "{error}");
    }
}
