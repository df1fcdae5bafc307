//! The promise itself: writers write, the real program is killed with no warning again and
//! again, and at the end every acknowledged message is there exactly once, in the same place
//! for everyone.
#![allow(clippy::unwrap_used)]

mod common;

use app::protocol::{Acked, Codec, Command, Cursor, Hello, Message, MessageId, Rev, Seq};
use common::{Client, fresh_id, key, message, patiently};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command as Program};
use tokio::sync::{mpsc, watch};

const KILLS: usize = 24;
const WRITERS: usize = 12;
const IN_FLIGHT: usize = 8;
const ROOM: &str = "폭풍";

/// One run of the program.
struct Run {
    child: Child,
    addr: SocketAddr,
}

impl Run {
    async fn start(dir: &TempDir, addr: &str) -> Self {
        let mut child = Program::new(env!("CARGO_BIN_EXE_sarangbang"))
            .args([
                "--addr",
                addr,
                "--message-rate",
                "0",
                "--address-messages",
                "0",
                "--address-joins",
                "0",
            ])
            .args(["--log", "error", "--database"])
            .arg(format!("sqlite:{}", dir.path().join("storm.db").display()))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line =
            patiently(lines.next_line()).await.unwrap().expect("the line that says where to go");
        let addr = line.rsplit_once("http://").unwrap().1.parse().unwrap();
        Run { child, addr }
    }

    async fn kill(mut self) {
        // SIGKILL: no drain, no flush, no goodbye.
        self.child.kill().await.unwrap();
    }
}

/// Writes without end, over as many lives of the server as it takes. What was not
/// acknowledged is sent again under the same id.
async fn write(
    name: String,
    mut lives: watch::Receiver<Option<SocketAddr>>,
    acked: mpsc::UnboundedSender<Arc<Message>>,
    done: watch::Receiver<bool>,
) {
    let mut token = None;
    let mut unacked: VecDeque<(MessageId, String)> = VecDeque::new();
    let mut written = 0;
    loop {
        let Ok(addr) = lives.wait_for(Option::is_some).await.map(|addr| addr.unwrap()) else {
            return;
        };
        let is_final = *done.borrow();
        // The server may be killed at any moment: each step may fail, and then all begins anew.
        let live = async {
            let mut client = Client::connect(addr, Codec::Postcard, &[]).await.ok()?;
            client.try_greet(Hello { build: None, token: token.clone() }).await?;
            let join = Command::Join { room: ROOM.into(), username: name.clone() };
            let Acked::Joined(joined) = client.try_command(join).await? else { return None };
            token = joined.token.or(token.take());
            let mut asked = VecDeque::new();
            for (id, text) in &unacked {
                asked.push_back(client.ask(message(ROOM, *id, text)).await);
            }
            loop {
                while !is_final && asked.len() < IN_FLIGHT {
                    written += 1;
                    let (id, text) = (fresh_id(), format!("{name} {written}"));
                    asked.push_back(client.ask(message(ROOM, id, &text)).await);
                    unacked.push_back((id, text));
                }
                let Some(next) = asked.pop_front() else { return Some(()) };
                let Acked::Posted(message) = client.try_answer(next).await? else { return None };
                client.heard.clear();
                let (id, _) = unacked.pop_front().unwrap();
                assert_eq!(message.id, id, "answers come in the order of the questions");
                acked.send(message).unwrap();
            }
        };
        if live.await.is_some() {
            return;
        }
        let _ = lives.wait_for(|now| *now != Some(addr)).await;
    }
}

/// Listens over all lives, resuming from its cursor, and keeps what it was told in order.
async fn listen(
    mut lives: watch::Receiver<Option<SocketAddr>>,
    heard: mpsc::UnboundedSender<Arc<Message>>,
) {
    let mut rev: Rev = 0;
    loop {
        let Ok(addr) = lives.wait_for(Option::is_some).await.map(|addr| addr.unwrap()) else {
            return;
        };
        let live = async {
            let mut client = Client::connect(addr, Codec::Json, &[]).await.ok()?;
            let epoch = client.try_greet(Hello::default()).await?.epoch;
            let cursor = Cursor { epoch, rev };
            match client.try_command(Command::Resume { room: key(ROOM), cursor }).await? {
                Acked::Resumed => {}
                other => panic!("a reader who saw only what was stored is never reset: {other:?}"),
            }
            loop {
                let batch = client.try_batch().await?;
                assert_eq!(batch.from, rev, "no gap and nothing twice");
                rev = batch.to;
                for message in batch.messages {
                    heard.send(message).ok()?;
                }
            }
        };
        let _: Option<()> = live.await;
        if lives.wait_for(|now| *now != Some(addr)).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_message_survives_every_kill_exactly_once_and_in_order() {
    let dir = TempDir::new().unwrap();
    let (acked_sender, mut acked_receiver) = mpsc::unbounded_channel();
    let (heard_sender, mut heard_receiver) = mpsc::unbounded_channel();
    let (life, lives) = watch::channel(None);
    let (finish, done) = watch::channel(false);

    let mut run = Run::start(&dir, "127.0.0.1:0").await;
    let addr = run.addr.to_string();
    life.send(Some(run.addr)).unwrap();
    let writers: Vec<_> = (0..WRITERS)
        .map(|n| {
            tokio::spawn(write(
                format!("writer {n}"),
                lives.clone(),
                acked_sender.clone(),
                done.clone(),
            ))
        })
        .collect();
    drop(acked_sender);

    let mut acked: BTreeMap<MessageId, Arc<Message>> = BTreeMap::new();
    let mut take = |message: Arc<Message>| {
        let known = acked.insert(message.id, Arc::clone(&message));
        assert!(
            known.is_none_or(|known| known == message),
            "a repeat is answered with what is stored"
        );
    };
    // The room is there once anything was acknowledged.
    take(patiently(acked_receiver.recv()).await.unwrap());
    let listener = tokio::spawn(listen(lives.clone(), heard_sender));

    for round in 0..KILLS {
        // A moment that no clock chooses: after so many acknowledgements.
        let mut random = [0; 1];
        getrandom::fill(&mut random).unwrap();
        for _ in 0..=random[0] {
            take(patiently(acked_receiver.recv()).await.unwrap());
        }
        life.send(None).unwrap();
        run.kill().await;
        if round + 1 == KILLS {
            finish.send(true).unwrap();
        }
        run = Run::start(&dir, &addr).await;
        life.send(Some(run.addr)).unwrap();
    }
    for writer in writers {
        patiently(writer).await.unwrap();
    }
    while let Some(message) = acked_receiver.recv().await {
        take(message);
    }

    let stored = history(run.addr).await;
    for (place, message) in stored.iter().enumerate() {
        assert_eq!(message.seq, place as Seq + 1, "places without gaps");
    }
    let by_id: BTreeMap<MessageId, &Arc<Message>> =
        stored.iter().map(|message| (message.id, message)).collect();
    assert_eq!(by_id.len(), stored.len(), "nothing twice");
    for (id, message) in &acked {
        assert_eq!(by_id.get(id), Some(&message), "acknowledged, hence stored as acknowledged");
    }
    // Every writer's own messages are in the order they were written, though repeats may have
    // let later ones overtake none.
    for n in 0..WRITERS {
        let name = format!("writer {n}");
        let mine = stored.iter().filter(|message| message.username == name);
        let numbers: Vec<u64> =
            mine.map(|m| m.text.rsplit_once(' ').unwrap().1.parse().unwrap()).collect();
        assert!(numbers.is_sorted(), "{name}: {numbers:?}");
    }
    let mut heard = Vec::new();
    while heard.len() < stored.len() {
        heard.push(patiently(heard_receiver.recv()).await.unwrap());
    }
    assert_eq!(heard, stored, "who listened throughout heard the same, in the same order");
    listener.abort();
    println!("{} acknowledged, {} stored, {KILLS} kills", acked.len(), stored.len());
}

/// The whole room, read back page by page by someone new.
async fn history(addr: SocketAddr) -> Vec<Arc<Message>> {
    let mut reader = Client::connect(addr, Codec::Json, &[]).await.unwrap();
    reader.greet(Hello::default()).await.unwrap();
    let mut history = Vec::new();
    let mut before = u64::MAX;
    loop {
        let page = match reader
            .command_patiently(Command::Before { room: key(ROOM), before, limit: 50 })
            .await
        {
            Acked::Page(page) => page,
            other => panic!("{other:?}"),
        };
        before = page.messages.first().map_or(0, |first| first.seq);
        history.splice(0..0, page.messages);
        if page.from_beginning {
            return history;
        }
    }
}
