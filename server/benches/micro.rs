//! What the small steps cost that every message takes: `cargo bench -p server --bench micro`,
//! with a part of a name behind `--` to measure fewer.
#![allow(clippy::unwrap_used)]

use app::protocol::{
    Batch, ClientFrame, Codec, Command, Message, MessageId, RoomKey, ServerFrame, UserId,
};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use futures::future::join_all;
use server::engine::sqlite::{self, Options};
use server::engine::{Draft, Engine, RoomId};
use server::names::Username;
use server::session::SharedFrame;
use std::hint::black_box;
use std::sync::Arc;
use tokio::runtime::Runtime;

const TEXT: &str = "오늘 일곱 시에 봐요";

const CODECS: [(&str, Codec); 2] = [("postcard", Codec::Postcard), ("json", Codec::Json)];

fn frames(c: &mut Criterion) {
    let frame = ServerFrame::Batch(batch(50));
    let mut group = c.benchmark_group("a batch of 50");
    group.throughput(Throughput::Elements(50));
    for (name, codec) in CODECS {
        let bytes = codec.encode(&frame);
        group.bench_function(format!("encoded once for all, {name}"), |b| {
            let shared = || SharedFrame::new(frame.clone());
            b.iter_batched(shared, |shared| shared.encoded(codec), BatchSize::SmallInput);
        });
        group.bench_function(format!("read, {name}"), |b| {
            b.iter(|| codec.decode::<ServerFrame>(black_box(&bytes)).unwrap());
        });
    }
    group.finish();

    let (room, id) = (RoomKey("공부-방".into()), MessageId::new(1, [7; 10]));
    let command =
        Command::Message { room, id, text: TEXT.into(), reply_to: None, files: Vec::new() };
    for (name, codec) in CODECS {
        let bytes = codec.encode(&ClientFrame::Command { id: 1, command: command.clone() });
        c.bench_function(&format!("a message read, {name}"), |b| {
            b.iter(|| codec.decode::<ClientFrame>(black_box(&bytes)).unwrap());
        });
    }
}

fn names(c: &mut Criterion) {
    for name in ["민수", "Ana", "Рavel 7"] {
        let name = Username::parse(name).unwrap();
        c.bench_function(&format!("skeleton of {}", name.as_str()), |b| {
            b.iter(|| black_box(&name).skeleton());
        });
    }
}

fn log(c: &mut Criterion) {
    const MESSAGES: u64 = 5000;
    let runtime = Runtime::new().unwrap();
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (engine, room) = runtime.block_on(async {
        let options = Options::new(home.path().join("micro.db"));
        let (sqlite, mut commits) = sqlite::open(options).await.unwrap();
        tokio::spawn(async move { while commits.recv().await.is_some() {} });
        let engine = Arc::new(sqlite);
        let room = engine.make_room(&RoomKey("r".into()), "r").await.unwrap().id;
        (engine, room)
    });
    let mut next = 0..;
    let mut drafts =
        |count| -> Vec<Draft> { next.by_ref().take(count).map(|n| draft(room, n)).collect() };
    let post = async |drafts: Vec<Draft>| {
        join_all(drafts.into_iter().map(|draft| engine.post(draft))).await
    };
    runtime.block_on(post(drafts(MESSAGES as usize)));

    let mut group = c.benchmark_group("changes since a rev");
    for lacking in [1, 50, MESSAGES] {
        group.throughput(Throughput::Elements(lacking));
        group.bench_function(lacking.to_string(), |b| {
            b.iter(|| {
                let read = engine.changes_since(room, MESSAGES - lacking, MESSAGES as usize);
                let changes = runtime.block_on(read).unwrap();
                assert_eq!(changes.len() as u64, lacking);
            });
        });
    }
    group.finish();

    // On the disk: see `--bench engine` for what the disk alone can do.
    let mut group = c.benchmark_group("posts stored together");
    for together in [1, 128, 256] {
        group.throughput(Throughput::Elements(together as u64));
        group.bench_function(together.to_string(), |b| {
            let stored = |drafts| runtime.block_on(post(drafts));
            b.iter_batched(|| drafts(together), stored, BatchSize::PerIteration);
        });
    }
    group.finish();
    runtime.block_on(engine.close());
}

fn batch(count: u64) -> Batch {
    let messages = (1..=count).map(|seq| Arc::new(message(seq))).collect();
    Batch { room: RoomKey("공부-방".into()), from: 0, to: count, messages }
}

fn message(seq: u64) -> Message {
    Message {
        id: MessageId::new(seq, [7; 10]),
        seq,
        rev: seq,
        user_id: UserId(seq % 16),
        username: "민수".into(),
        text: TEXT.into(),
        created_at: 1_795_389_123_456,
        ..Message::default()
    }
}

fn draft(room: RoomId, n: u64) -> Draft {
    let Message { id, user_id: user, username, text, created_at, .. } = message(n);
    Draft {
        room,
        id,
        user,
        username,
        text,
        spans: Vec::new(),
        reply_to: None,
        files: Vec::new(),
        created_at,
    }
}

criterion_group!(benches, frames, names, log);
criterion_main!(benches);
