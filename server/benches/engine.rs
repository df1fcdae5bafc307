//! How many messages a second the log stores, against what the disk alone can do.
//!
//! `cargo bench -p server --bench engine -- [DIRECTORY]` writes into real files there (or
//! below `target/`), with full durability, in commits of several sizes.
#![allow(clippy::unwrap_used)]

use app::protocol::{MessageId, RoomKey, UserId};
use futures::future::join_all;
use server::engine::sqlite::{self, Options};
use server::engine::{Draft, Engine, RoomId};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const TEXT: &str = "오늘 저녁에 사랑방에서 이야기해요. See you at seven, bring the drawings.";

const MESSAGES: usize = 200_000;

#[tokio::main]
async fn main() {
    // Cargo adds `--bench` of its own.
    let directory = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let directory = directory.as_deref().unwrap_or(env!("CARGO_TARGET_TMPDIR"));
    let home = tempfile::tempdir_in(directory).unwrap();
    println!("rooms  rows a commit     rows/s  commits/s  fdatasync/s of the disk alone");
    for (rooms, batch) in [(1, 1), (1, 16), (1, 128), (1, 1024), (8, 128), (8, 1024)] {
        // Small commits are as slow as the disk; fewer of them tell as much.
        let messages = MESSAGES.min(batch * 2000);
        let file = home.path().join(format!("{rooms}-{batch}.db"));
        let Stored { rows, commits, time } = store(&file, rooms, messages, batch).await;
        let size = rows / commits;
        let (rows, commits) = (per_second(rows, time), per_second(commits, time));
        let syncs = syncs_per_second(home.path(), batch);
        println!("{rooms:>5} {size:>14} {rows:>10.0} {commits:>10.0} {syncs:>30.0}");
    }
}

struct Stored {
    rows: usize,
    commits: usize,
    time: Duration,
}

/// Keeps three commits' worth of drafts in line, so that every commit is full.
async fn store(path: &Path, rooms: usize, messages: usize, batch: usize) -> Stored {
    let (sqlite, mut commits) =
        sqlite::open(Options { batch, ..Options::new(path) }).await.unwrap();
    let engine = Arc::new(sqlite);
    let rooms = join_all((0..rooms).map(|n| room(&*engine, n))).await;
    let counting = tokio::spawn(async move {
        let (mut count, mut rows) = (0, 0);
        while let Some(commit) = commits.recv().await {
            count += 1;
            rows += commit.batches.iter().map(|batch| batch.messages.len()).sum::<usize>();
        }
        (count, rows)
    });

    let started = Instant::now();
    let writers = 3 * batch;
    let writing = (0..writers).map(|writer| {
        let (engine, room) = (engine.clone(), rooms[writer % rooms.len()]);
        tokio::spawn(async move {
            for n in 0..messages / writers {
                engine.post(draft(room, writer as u64, n as u64)).await.unwrap();
            }
        })
    });
    for written in join_all(writing).await {
        written.unwrap();
    }
    let time = started.elapsed();

    engine.close().await;
    let (commits, rows) = counting.await.unwrap();
    Stored { rows, commits, time }
}

async fn room(engine: &dyn Engine, n: usize) -> RoomId {
    engine.make_room(&RoomKey(format!("room-{n}")), "room").await.unwrap().id
}

fn draft(room: RoomId, writer: u64, n: u64) -> Draft {
    let created_at = 1_700_000_000_000 + n;
    let mut random = [0; 10];
    random[2..].copy_from_slice(&writer.to_be_bytes());
    Draft {
        room,
        id: MessageId::new(created_at, random),
        user: UserId(writer),
        username: "민수".to_owned(),
        text: TEXT.to_owned(),
        spans: Vec::new(),
        reply_to: None,
        files: Vec::new(),
        created_at,
    }
}

/// Appends what the texts of one commit weigh, and waits for the disk, each time.
fn syncs_per_second(directory: &Path, batch: usize) -> f64 {
    const SYNCS: usize = 500;
    let mut file = File::create(directory.join("alone")).unwrap();
    let bytes = TEXT.repeat(batch);
    let started = Instant::now();
    for _ in 0..SYNCS {
        file.write_all(bytes.as_bytes()).unwrap();
        file.sync_data().unwrap();
    }
    per_second(SYNCS, started.elapsed())
}

fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}
