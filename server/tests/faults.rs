//! The real program when the world fails it: a disk that is full, files that run out. What
//! people are told, and that it goes on by itself afterwards.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod common;

use app::protocol::{Codec, Hello, Refusal};
use common::{Client, PATIENCE, fresh_id, patiently};
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command as Program};

/// The program, started by a shell that first sets a limit.
async fn start(dir: &TempDir, limit: &str) -> (Child, SocketAddr) {
    let mut child = Program::new("sh")
        .args(["-c", &format!("{limit}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_sarangbang")])
        .args([
            "--addr",
            "127.0.0.1:0",
            "--log",
            "off",
            "--message-rate",
            "0",
            "--address-messages",
            "0",
            "--database",
        ])
        .arg(format!("sqlite:{}", dir.path().join("a.db").display()))
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = patiently(lines.next_line()).await.unwrap().expect("the line that says where to go");
    (child, line.rsplit_once("http://").unwrap().1.parse().unwrap())
}

/// How far the program's files may grow from now on (prlimit(1)): what a full disk is to it.
async fn limit_files(program: &Child, bytes: &str) {
    let pid = program.id().unwrap().to_string();
    let status = Program::new("prlimit")
        .args(["--pid", &pid, &format!("--fsize={bytes}:unlimited")])
        .status();
    assert!(status.await.unwrap().success());
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_acknowledged_and_then_it_goes_on() {
    let dir = TempDir::new().unwrap();
    // Growing beyond the limit is a signal first, which would end the program.
    let (program, addr) = start(&dir, "trap '' XFSZ").await;
    let mut minsu = Client::connect(addr, Codec::Json, &[]).await.unwrap();
    let mut ana = Client::connect(addr, Codec::Postcard, &[]).await.unwrap();
    for (client, name) in [(&mut minsu, "민수"), (&mut ana, "Ana")] {
        client.greet(Hello::default()).await.unwrap();
        client.join("r", name).await.unwrap();
    }
    minsu.say("r", "before").await;

    limit_files(&program, "1").await;
    let lost = fresh_id();
    for _ in 0..3 {
        assert_eq!(minsu.post("r", lost, "into the void").await, Err(Refusal::NotStored));
    }
    let mut newcomer = Client::connect(addr, Codec::Json, &[]).await.unwrap();
    newcomer.greet(Hello::default()).await.unwrap();
    assert_eq!(newcomer.join("r", "Ben").await, Err(Refusal::NotStored));

    limit_files(&program, "unlimited").await;
    // The same message under the same id, until it is taken.
    let begin = Instant::now();
    let stored = loop {
        match minsu.post("r", lost, "into the void").await {
            Ok(message) => break message,
            Err(Refusal::NotStored) => assert!(begin.elapsed() < PATIENCE, "it does not recover"),
            Err(refusal) => panic!("{refusal:?}"),
        }
    };
    assert_eq!(stored.seq, 2, "what failed has left no trace");
    newcomer.join("r", "Ben").await.unwrap();
    let heard: Vec<_> = ana.hear(2).await.iter().map(|message| message.text.clone()).collect();
    assert_eq!(heard, ["before", "into the void"]);
}

#[tokio::test]
async fn when_files_run_out_those_inside_talk_on_and_others_get_in_later() {
    let dir = TempDir::new().unwrap();
    let (_program, addr) = start(&dir, "ulimit -n 48").await;
    let mut minsu = Client::connect(addr, Codec::Json, &[]).await.unwrap();
    minsu.greet(Hello::default()).await.unwrap();
    minsu.join("r", "민수").await.unwrap();
    // The system takes connections that the program cannot accept yet.
    let mut crowd = Vec::new();
    for _ in 0..60 {
        crowd.push(tokio::net::TcpStream::connect(addr).await.unwrap());
    }
    assert!(
        tokio::time::timeout(Duration::from_millis(300), Client::connect(addr, Codec::Json, &[]))
            .await
            .is_err(),
        "the crowd is not large enough"
    );
    for n in 0..20 {
        minsu.say("r", &n.to_string()).await;
    }
    drop(crowd);
    let mut ana = Client::connect(addr, Codec::Json, &[]).await.unwrap();
    ana.greet(Hello::default()).await.unwrap();
    assert_eq!(ana.join("r", "Ana").await.unwrap().snapshot.cursor.rev, 20);
}
