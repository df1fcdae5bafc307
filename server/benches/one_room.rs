//! Durable messages per second from 100 writers with 8 in flight each, all in one room: the
//! real program over real sockets, every message committed with full durability before it is
//! acknowledged and delivered to all 100.
//!
//! `cargo bench -p server --bench one_room`. Writers and server share the machine.

use app::protocol::{Acked, ClientFrame, Codec, Command, Hello, MessageId, RoomKey, ServerFrame};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command as Program, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const WRITERS: usize = 100;
const IN_FLIGHT: u32 = 8;
const TEXT: &str = "a message of 22 bytes.";
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // cargo test runs benches too, to see that they work.
    let is_test = std::env::args().any(|argument| argument == "--test");
    let (warm_up, measured) =
        if is_test { (Duration::ZERO, Duration::from_millis(200)) } else { (WARM_UP, MEASURED) };
    let folder = TempDir::new().expect("a temporary folder");
    println!("the disk alone: {:.0} fdatasync/s", syncs_per_second(&folder));
    let (mut server, addr) = start(&folder);
    let begin = Instant::now() + warm_up;
    let end = begin + measured;
    let writers = (0..WRITERS).map(|n| write(&addr, n, begin, end));
    let counts = futures::future::join_all(writers).await;
    let (acked, delivered) =
        counts.iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    let cpu = cpu_seconds(&server);
    server.kill().expect("it runs");
    let seconds = measured.as_secs_f64();
    println!("{WRITERS} writers × {IN_FLIGHT} in flight, one room, {seconds} s");
    println!("durable messages/s: {:.0}", acked as f64 / seconds);
    println!("delivered bytes/s:  {:.1} MB", delivered as f64 / seconds / 1e6);
    println!("server CPU seconds, warm-up included: {cpu:.1}");
    assert!(acked > 0, "something was acknowledged");
}

/// Joins and writes until the end; counts acks and delivered bytes within the measured time.
async fn write(addr: &str, n: usize, begin: Instant, end: Instant) -> (u64, u64) {
    let (mut sink, mut stream) = join(addr, n).await;
    let mut next = 2;
    for _ in 0..IN_FLIGHT {
        sink.feed(say(next)).await.expect("a live server");
        next += 1;
    }
    sink.flush().await.expect("a live server");
    let (mut acked, mut delivered) = (0, 0);
    while let Some(Ok(message)) = stream.next().await {
        let now = Instant::now();
        if now >= end {
            break;
        }
        let Message::Binary(bytes) = message else { continue };
        if now >= begin {
            delivered += bytes.len() as u64;
        }
        // Only acks are read; decoding 100 copies of every batch would measure the writers.
        const ACK: u8 = 1;
        if bytes[0] != ACK {
            continue;
        }
        match Codec::Postcard.decode(&bytes) {
            Ok(ServerFrame::Ack(ack)) => assert!(matches!(ack.result, Acked::Posted(_))),
            other => panic!("expected an ack, got {other:?}"),
        }
        acked += u64::from(now >= begin);
        sink.send(say(next)).await.expect("a live server");
        next += 1;
    }
    (acked, delivered)
}

async fn join(addr: &str, n: usize) -> (SplitSink<Socket, Message>, SplitStream<Socket>) {
    let mut request = format!("ws://{addr}/ws").into_client_request().expect("a request");
    let protocol = Codec::Postcard.subprotocol().parse().expect("a header");
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    let (socket, _) = connect_async(request).await.expect("a live server");
    let (mut sink, mut stream) = socket.split();
    let join = Command::Join { room: "bench".into(), username: format!("writer {n}") };
    for frame in
        [ClientFrame::Hello(Hello::default()), ClientFrame::Command { id: 1, command: join }]
    {
        sink.send(binary(&frame)).await.expect("a live server");
    }
    while let Some(Ok(message)) = stream.next().await {
        if let Ok(ServerFrame::Ack(_)) = Codec::Postcard.decode(&message.into_data()) {
            return (sink, stream);
        }
    }
    panic!("the server closed before the join was answered");
}

fn say(id: u32) -> Message {
    let mut random = [0; 10];
    getrandom::fill(&mut random).expect("a random generator");
    let message = MessageId::new(server::registry::now_millis(), random);
    let command =
        Command::Message { room: RoomKey("bench".into()), id: message, text: TEXT.into() };
    binary(&ClientFrame::Command { id, command })
}

fn binary(frame: &ClientFrame) -> Message {
    Message::binary(Codec::Postcard.encode(frame))
}

fn start(folder: &TempDir) -> (Child, String) {
    let mut server = Program::new(env!("CARGO_BIN_EXE_sarangbang"))
        .args(["--addr", "127.0.0.1:0", "--log", "error"])
        .args(["--message-rate", "0", "--address-messages", "0", "--address-joins", "0"])
        .arg("--database")
        .arg(format!("sqlite:{}", folder.path().join("bench.db").display()))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let stdout = server.stdout.take().expect("it was piped");
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).expect("the line that says where to go");
    let addr = line.trim().rsplit("http://").next().expect("an address").to_owned();
    (server, addr)
}

fn syncs_per_second(folder: &TempDir) -> f64 {
    let mut file = File::create(folder.path().join("sync")).expect("a file");
    let begin = Instant::now();
    let mut count = 0;
    while begin.elapsed() < Duration::from_millis(500) {
        file.write_all(&[0; 4096]).expect("room on the disk");
        file.sync_data().expect("a disk that syncs");
        count += 1;
    }
    f64::from(count) / begin.elapsed().as_secs_f64()
}

/// User and system time of the process (proc(5), fields 14 and 15, in ticks of 10 ms).
fn cpu_seconds(server: &Child) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", server.id())).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}
