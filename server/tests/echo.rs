//! `/ws/echo`, as a stock WebSocket client sees it.
#![allow(clippy::unwrap_used)]

mod common;

use common::{TestServer, patiently};
use futures::{SinkExt, StreamExt};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{Error, Message, client::IntoClientRequest};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

async fn connect(
    server: &TestServer,
    headers: &[(&'static str, &str)],
) -> Result<Socket, Box<Error>> {
    let mut request = format!("ws://{}/ws/echo", server.addr).into_client_request()?;
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    Ok(patiently(connect_async(request)).await?.0)
}

async fn next(socket: &mut Socket) -> Message {
    patiently(socket.next()).await.unwrap().unwrap()
}

#[tokio::test]
async fn it_greets_and_answers_in_the_servers_language() {
    for (flags, greeting, answer) in [
        (&[][..], "서버에 연결되었습니다.", "서버로부터 응답: 안녕"),
        (&["--locale", "en"], "Connected to the server.", "The server answers: 안녕"),
    ] {
        let server = TestServer::with(flags).await;
        let mut socket = connect(&server, &[]).await.unwrap();
        assert_eq!(next(&mut socket).await, Message::text(greeting));
        for _ in 0..3 {
            socket.send(Message::text("안녕")).await.unwrap();
            assert_eq!(next(&mut socket).await, Message::text(answer));
        }
        socket.close(None).await.unwrap();
        assert!(matches!(next(&mut socket).await, Message::Close(_)));
    }
}

#[tokio::test]
async fn another_site_gets_no_echo() {
    let server = TestServer::start().await;
    let origin = server.url("");
    assert!(connect(&server, &[("origin", &origin)]).await.is_ok());
    for headers in [
        &[("origin", "http://evil.example")][..],
        &[("origin", "null")],
        &[("cookie", "sarangbang=AAAAAAAAAAAAAAAAAAAAAA")],
    ] {
        assert!(connect(&server, headers).await.is_err(), "{headers:?}");
    }
}

#[tokio::test]
async fn what_is_no_text_or_too_long_ends_it() {
    let server = TestServer::start().await;
    for nonsense in [Message::binary(vec![1]), Message::text("x".repeat(64 * 1024 + 1))] {
        let mut socket = connect(&server, &[]).await.unwrap();
        next(&mut socket).await;
        socket.send(nonsense).await.unwrap();
        let end = patiently(socket.next()).await;
        assert!(matches!(end, Some(Ok(Message::Close(Some(_)))) | Some(Err(_))), "{end:?}");
    }
}

#[tokio::test]
async fn at_shutdown_it_says_goodbye() {
    let server = TestServer::start().await;
    let mut socket = connect(&server, &[]).await.unwrap();
    next(&mut socket).await;
    let stopping = tokio::spawn(server.stop());
    match next(&mut socket).await {
        Message::Close(Some(close)) => assert_eq!(u16::from(close.code), 1012),
        other => panic!("{other:?}"),
    }
    // The library answers the close frame while it is read from.
    assert!(patiently(socket.next()).await.is_none());
    stopping.await.unwrap();
}
