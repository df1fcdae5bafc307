//! SQLite keeps the contract, and survives what happens to files.

use crate::contract::{Log, changes, contract, draft, fresh, listen, room};
use app::protocol::RoomKey;
use futures::future::join_all;
use server::engine::sqlite::{self, OpenError, Options, Sqlite};
use server::engine::{Amendment, Change, Draft, Engine, PostError, Posted, RoomBatch, TokenHash};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;

contract!(open_empty);

async fn open_empty() -> Log {
    let home = tempfile::tempdir().unwrap();
    let (sqlite, commits) = sqlite::open(Options::new(home.path().join("rooms.db"))).await.unwrap();
    Log { engine: Arc::new(sqlite), commits, _home: Box::new(home) }
}

#[tokio::test]
async fn one_commit_takes_everything_that_waits() {
    let file = File::new();
    let (engine, announced) = file.open().await;
    let room = room(&engine, 0).await;
    let mut other = file.connect().await;
    execute(&mut other, "BEGIN IMMEDIATE").await;
    let posts = join_all((0..100).map(|_| engine.post(draft(room, 1, "안녕"))));
    tokio::pin!(posts);
    assert!(futures::poll!(&mut posts).is_pending());
    execute(&mut other, "ROLLBACK").await;
    assert!(posts.await.iter().all(Result::is_ok));
    engine.close().await;
    // What the writer took before it found the file locked, and all the others.
    assert!(announced.await.unwrap().len() <= 2);
}

#[tokio::test]
async fn a_deleted_text_is_soon_nowhere_on_the_disk() {
    let file = File::new();
    let (engine, _announced) = file.open().await;
    let room = room(&engine, 0).await;
    let secret = "사라질 비밀 ".repeat(3);
    // One in a page, and one that fills several.
    for text in [secret.clone(), secret.repeat(300)] {
        let said = fresh(engine.post(draft(room, 1, &text)).await);
        assert!(file.holds(&secret));
        let amend = |change| Amendment { room, id: said.id, user: said.user_id, change };
        let text = format!("{secret}고침");
        fresh(engine.amend(amend(Change::Text { text, spans: Vec::new(), at: 1, since: 0 })).await);
        fresh(engine.amend(amend(Change::Deletion)).await);
        file.forgets(&secret).await;
    }
    // While a reader of another program holds the log open, it goes as soon as that ends.
    let said = fresh(engine.post(draft(room, 1, &secret)).await);
    let mut reader = file.connect().await;
    execute(&mut reader, "BEGIN").await;
    execute(&mut reader, "SELECT * FROM messages").await;
    let deletion = Amendment { room, id: said.id, user: said.user_id, change: Change::Deletion };
    fresh(engine.amend(deletion).await);
    fresh(engine.post(draft(room, 1, "the writer goes on")).await);
    assert!(file.holds(&secret));
    execute(&mut reader, "COMMIT").await;
    file.forgets(&secret).await;
}

#[tokio::test]
async fn a_log_that_is_opened_again_has_everything() {
    let file = File::new();
    let (engine, announced) = file.open().await;
    let room = room(&engine, 0).await;
    let token = TokenHash([7; 32]);
    let (user, _) = engine.join(&token, room, "민수").await.unwrap();
    let said = fresh(engine.post(draft(room, user.0, "안녕")).await);
    let (epoch, session) = (engine.epoch(), engine.find_session(&token).await.unwrap());
    engine.close().await;
    announced.await.unwrap();
    assert!(!file.path.with_extension("db-wal").exists(), "a closed log is one file");

    let (engine, _announced) = file.open().await;
    assert_eq!(engine.epoch(), epoch);
    assert_eq!(engine.find_session(&token).await.unwrap(), session);
    assert_eq!(changes(&engine, room).await, [said]);
    assert_eq!(fresh(engine.post(draft(room, user.0, "again")).await).seq, 2);
}

#[tokio::test]
async fn every_new_file_has_an_epoch_of_its_own() {
    let (one, other) = (open_empty().await, open_empty().await);
    assert_ne!(one.engine.epoch(), other.engine.epoch());
    assert_ne!(one.engine.epoch(), 0);
}

/// The files as they are while the log is running are what `kill -9` leaves behind.
#[tokio::test]
async fn what_was_acknowledged_survives_a_crash() {
    let file = File::new();
    let (engine, _announced) = file.open().await;
    let room = room(&engine, 0).await;
    let said = join_all((0..50).map(|_| engine.post(draft(room, 1, "안녕")))).await;
    let said: Vec<_> = said.into_iter().map(fresh).collect();

    let after = File::new();
    for extension in ["db", "db-wal"] {
        fs::copy(file.path.with_extension(extension), after.path.with_extension(extension))
            .unwrap();
    }
    let (engine, _announced) = after.open().await;
    assert_eq!(changes(&engine, room).await, said);
    assert_eq!(fresh(engine.post(draft(room, 1, "on")).await).seq, 51);
}

#[tokio::test]
async fn a_full_disk_stores_nothing_and_recovers_by_itself() {
    let file = File::new();
    let (sqlite, commits) = sqlite::open(Options::new(&file.path)).await.unwrap();
    let sqlite = Arc::new(sqlite);
    let engine: Arc<dyn Engine> = sqlite.clone();
    let announced = listen(commits);
    let (here, there) = (room(&engine, 0).await, room(&engine, 1).await);
    let before = fresh(engine.post(draft(here, 1, "before")).await);

    sqlite.set_max_pages(Some(1));
    let long = "길다".repeat(2500);
    let drafts: Vec<Draft> =
        (0..20).map(|n| draft(if n % 2 == 0 { here } else { there }, 1, &long)).collect();
    for answer in join_all(drafts.iter().map(|draft| engine.post(draft.clone()))).await {
        assert_eq!(answer, Err(PostError::NotStored));
    }
    assert_eq!(changes(&engine, here).await, [before], "reading goes on, and nothing was stored");
    assert!(engine.make_room(&RoomKey("x".repeat(9000)), "too much").await.is_err());

    sqlite.set_max_pages(None);
    for draft in &drafts {
        fresh(until_stored(&engine, draft).await);
    }
    engine.close().await;
    let announced = announced.await.unwrap();
    let (engine, _announced) = file.open().await;
    for room in [here, there] {
        let stored = changes(&engine, room).await;
        let count = if room == here { 11 } else { 10 };
        assert_eq!(
            stored.iter().map(|m| m.seq).collect::<Vec<_>>(),
            (1..=count).collect::<Vec<_>>()
        );
        let heard =
            announced.iter().filter(|batch| batch.room == room).flat_map(|batch| &batch.messages);
        assert!(heard.eq(&stored), "what was announced is what is stored");
    }
}

#[tokio::test]
async fn a_lock_held_by_another_program_delays_and_then_refuses() {
    let file = File::new();
    let options = Options { busy_timeout: Duration::from_millis(5), ..Options::new(&file.path) };
    let (sqlite, commits) = sqlite::open(options).await.unwrap();
    let engine: Arc<dyn Engine> = Arc::new(sqlite);
    let _announced = listen(commits);
    let room = room(&engine, 0).await;
    let mut other = file.connect().await;
    execute(&mut other, "BEGIN IMMEDIATE").await;
    let draft = draft(room, 1, "안녕");
    assert_eq!(engine.post(draft.clone()).await, Err(PostError::NotStored));
    execute(&mut other, "ROLLBACK").await;
    assert_eq!(fresh(until_stored(&engine, &draft).await).seq, 1);
}

#[tokio::test]
async fn a_missing_directory_is_made() {
    let home = tempfile::tempdir().unwrap();
    let (sqlite, _commits) =
        sqlite::open(Options::new(home.path().join("a/b/rooms.db"))).await.unwrap();
    sqlite.check().await.unwrap();
}

#[tokio::test]
async fn two_servers_never_share_a_file() {
    let file = File::new();
    let (engine, _announced) = file.open().await;
    let linked = file.path.with_file_name("linked.db");
    std::os::unix::fs::symlink(&file.path, &linked).unwrap();
    for path in [&file.path, &linked] {
        let error = refused(Options::new(path)).await;
        assert!(matches!(error, OpenError::InUse(_)), "{error}");
    }
    engine.close().await;
    file.open().await;
}

#[tokio::test]
async fn a_file_that_another_program_has_locked_is_not_opened() {
    let file = File::new();
    let mut other = file.connect().await;
    execute(&mut other, "BEGIN EXCLUSIVE").await;
    let error =
        refused(Options { busy_timeout: Duration::from_millis(5), ..Options::new(&file.path) })
            .await;
    assert!(matches!(error, OpenError::Locked(_)), "{error}");
}

/// Permissions do not stop root, under which tests may run. A file whose header asks for a
/// newer writer is read-only to SQLite whoever asks (<https://sqlite.org/fileformat.html>).
#[tokio::test]
async fn a_file_that_cannot_be_written_is_not_opened() {
    const WRITE_VERSION: usize = 18;
    let file = File::new();
    file.open().await.0.close().await;
    let mut bytes = fs::read(&file.path).unwrap();
    bytes[WRITE_VERSION] = 3;
    fs::write(&file.path, bytes).unwrap();
    let error = refused(Options::new(&file.path)).await;
    assert!(matches!(error, OpenError::ReadOnly(_)), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_not_opened() {
    let file = File::new();
    fs::write(&file.path, "dear diary, ".repeat(100)).unwrap();
    let error = refused(Options::new(&file.path)).await;
    assert!(matches!(error, OpenError::NotADatabase(_)), "{error}");
    assert!(fs::read_to_string(&file.path).unwrap().starts_with("dear diary"), "and is left alone");
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_not_opened() {
    let file = File::new();
    file.open().await.0.close().await;
    let mut future = file.connect().await;
    execute(
        &mut future,
        "INSERT INTO _sqlx_migrations VALUES (9999, 'from the future', 0, TRUE, x'00', 0)",
    )
    .await;
    future.close().await.unwrap();
    let error = refused(Options::new(&file.path)).await;
    assert!(matches!(error, OpenError::NewerVersion(_)), "{error}");
    assert!(error.to_string().ends_with("was made by a newer sarangbang; start that version"));
}

#[tokio::test]
async fn a_new_file_on_a_full_disk_is_not_opened() {
    let file = File::new();
    let error = refused(Options { max_pages: Some(2), ..Options::new(&file.path) }).await;
    assert!(matches!(error, OpenError::DiskFull(_)), "{error}");
}

/// A database file in a directory that goes away with the test.
struct File {
    path: PathBuf,
    _home: TempDir,
}

impl File {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        File { path: home.path().join("rooms.db"), _home: home }
    }

    async fn open(&self) -> (Arc<dyn Engine>, JoinHandle<Vec<RoomBatch>>) {
        let (sqlite, commits) = sqlite::open(Options::new(&self.path)).await.unwrap();
        (Arc::new(sqlite), listen(commits))
    }

    /// Whether these words are anywhere in the database or what lies beside it.
    fn holds(&self, words: &str) -> bool {
        let directory = fs::read_dir(self.path.parent().unwrap()).unwrap();
        let files = directory.map(|entry| fs::read(entry.unwrap().path()).unwrap());
        let words = words.as_bytes();
        files.into_iter().any(|bytes| bytes.windows(words.len()).any(|window| window == words))
    }

    /// Waits until they are nowhere.
    async fn forgets(&self, words: &str) {
        let gone = async {
            while self.holds(words) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), gone).await.expect("the words are gone");
    }

    /// As another program would.
    async fn connect(&self) -> SqliteConnection {
        let path: &Path = &self.path;
        SqliteConnectOptions::new().filename(path).create_if_missing(true).connect().await.unwrap()
    }
}

async fn refused(options: Options) -> OpenError {
    let opened: Result<(Sqlite, _), OpenError> = sqlite::open(options).await;
    match opened {
        Ok(_) => panic!("opened"),
        Err(error) => error,
    }
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(connection).await.unwrap();
}

/// Sends the draft again for as long as it is told to.
async fn until_stored(engine: &Arc<dyn Engine>, draft: &Draft) -> Result<Posted, PostError> {
    loop {
        match engine.post(draft.clone()).await {
            Err(PostError::NotStored) => {}
            answer => return answer,
        }
    }
}
