//! Who gives no sign of life is let go; who only answers pings stays.
#![allow(clippy::unwrap_used)]

mod common;

use common::TestServer;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Beyond two beats, 25 s apart, and the silence after them.
const LONG: Duration = Duration::from_secs(90);

const HELLO: &[u8] = br#"{"hello":{"build":null,"token":null}}"#;

/// A frame of RFC 6455, masked with zeros.
fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let head = [0x80 | opcode, 0x80 | u8::try_from(payload.len()).unwrap(), 0, 0, 0, 0];
    [&head[..], payload].concat()
}

/// A socket that has said hello and from now on does nothing by itself.
async fn greeted(server: &TestServer) -> TcpStream {
    let mut socket = TcpStream::connect(server.addr).await.unwrap();
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        server.addr
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    socket.write_all(&frame(1, HELLO)).await.unwrap();
    socket
}

/// Counts the beats until the other side ends it, or `enough` were heard. Answers pings if
/// `is_alive`.
async fn beats(mut socket: TcpStream, is_alive: bool, enough: usize) -> usize {
    let (mut heard, mut bytes) = (Vec::new(), [0; 1024]);
    let count = |heard: &[u8]| heard.windows(6).filter(|part| *part == b"\"beat\"").count();
    loop {
        match socket.read(&mut bytes).await {
            Ok(0) | Err(_) => return count(&heard),
            Ok(n) => heard.extend_from_slice(&bytes[..n]),
        }
        if count(&heard) == enough {
            return enough;
        }
        if is_alive && socket.write_all(&frame(10, b"")).await.is_err() {
            return count(&heard);
        }
    }
}

#[tokio::test]
async fn who_is_silent_after_one_beat_is_let_go_and_who_answers_pings_stays() {
    let server = TestServer::start().await;
    let silent = beats(greeted(&server).await, false, 9);
    let alive = beats(greeted(&server).await, true, 2);
    let (silent, alive) = timeout(LONG, async { tokio::join!(silent, alive) }).await.unwrap();
    assert_eq!((silent, alive), (1, 2));
}
