#![allow(clippy::unwrap_used)]
use super::*;
use crate::engine::sqlite::Options;
use crate::engine::sqlite::line::{Line, line};
use crate::engine::{Draft, Posted, RoomId};
use app::protocol::{MessageId, RoomKey, UserId};
use tokio::sync::oneshot;

struct Workshop {
    writer: Writer,
    connection: SqliteConnection,
    commits: mpsc::Receiver<Commit>,
    _home: (tempfile::TempDir, std::fs::File, Line),
}

async fn workshop() -> (Workshop, RoomId) {
    let directory = tempfile::tempdir().unwrap();
    let home = home::open(&Options::new(directory.path().join("rooms.db"))).await.unwrap();
    let Home { mut connection, connect, lock, .. } = home;
    let (line, waiting) = line(1);
    let (announce, commits) = mpsc::channel(1);
    let max_pages = watch::channel(None).1;
    let room =
        seats::make_rooms(&mut connection, &[(&RoomKey("방".into()), "방")]).await.unwrap()[0].id;
    let writer = Writer {
        connect,
        busy_timeout: Duration::from_secs(5),
        max_pages,
        line: waiting,
        commits: announce,
        failing: false,
        scrub_at: None,
        began: Instant::now(),
    };
    (Workshop { writer, connection, commits, _home: (directory, lock, line) }, room)
}

fn post(room: RoomId) -> (Write, oneshot::Receiver<Answer>) {
    let (reply, answer) = oneshot::channel();
    let id = MessageId::new(1, [7; 10]);
    let draft = Draft {
        room,
        id,
        user: UserId(1),
        username: "민수".into(),
        text: "안녕".into(),
        spans: Vec::new(),
        reply_to: None,
        files: Vec::new(),
        created_at: 1,
    };
    (Write::Post { draft, asker: Asker::new(reply) }, answer)
}

fn unconfirmed(changes: Vec<RoomBatch>) -> Failure {
    Failure { source: Arc::new(sqlx::Error::WorkerCrashed), unconfirmed: changes }
}

#[tokio::test]
async fn a_commit_that_happened_unconfirmed_is_announced_and_acknowledged() {
    let (mut workshop, room) = workshop().await;
    let (write, answer) = post(room);
    let mut writes = vec![write];
    let changes = workshop.writer.commit(&mut workshop.connection, &mut writes).await.ok().unwrap();

    workshop.writer.recover(unconfirmed(changes), writes).await.unwrap();
    let commit = workshop.commits.try_recv().unwrap();
    assert_eq!((commit.batches[0].from, commit.batches[0].to), (0, 1));
    drop(commit);
    assert!(matches!(answer.await.unwrap(), Ok(Posted::Fresh(message)) if message.seq == 1));
}

#[tokio::test]
async fn a_commit_that_did_not_happen_is_refused_and_not_announced() {
    let (mut workshop, room) = workshop().await;
    let (write, answer) = post(room);
    let mut writes = vec![write];
    sqlx::query("BEGIN IMMEDIATE").execute(&mut workshop.connection).await.unwrap();
    let changes = store_posts(&mut workshop.connection, &mut writes).await.unwrap();
    let changes = changes.into_values().collect();
    workshop.connection.close().await.unwrap();

    workshop.writer.recover(unconfirmed(changes), writes).await.unwrap();
    assert!(workshop.commits.try_recv().is_err());
    assert_eq!(answer.await.unwrap(), Err(PostError::NotStored));
}
