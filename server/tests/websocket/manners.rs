//! What is no frame or comes at the wrong time, who may connect, and how a connection ends.

use super::*;

#[tokio::test]
async fn what_is_no_frame_is_refused_and_the_connection_closed() {
    let server = TestServer::start().await;
    for codec in BOTH {
        let mut client = server.client(codec).await;
        client.send_raw(b"{\"shout\":1}").await;
        match client.next().await {
            Some(ServerFrame::Refused(refused)) => assert_eq!(refused.refusal, Refusal::Malformed),
            other => panic!("{other:?}"),
        }
        assert_eq!(client.closed().await, Some(Close::ProtocolError));
    }
}

#[tokio::test]
async fn an_oversized_frame_ends_the_connection_and_not_the_server() {
    let server = TestServer::start().await;
    let mut client = server.person("민수", "r").await;
    client.send_raw(&vec![b' '; limits::FRAME_BYTES + 1]).await;
    assert!(matches!(client.closed().await, Some(Close::ProtocolError) | None));
    server.person("Ana", "r").await.say("r", "still here").await;
}

#[tokio::test]
async fn a_command_before_hello_and_a_second_hello_are_out_of_turn() {
    let server = TestServer::start().await;
    let mut client = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
    assert_eq!(client.join("r", "민수").await, Err(Refusal::OutOfTurn));
    assert_eq!(client.closed().await, Some(Close::ProtocolError));

    let mut client = server.person("민수", "r").await;
    client.send(&ClientFrame::Hello(Hello::default())).await;
    match client.next().await {
        Some(ServerFrame::Refused(refused)) => assert_eq!(refused.refusal, Refusal::OutOfTurn),
        other => panic!("{other:?}"),
    }
    client.say("r", "still here").await;
}

#[tokio::test]
async fn an_unknown_token_is_refused() {
    let server = TestServer::start().await;
    for token in ["nonsense", "AAAAAAAAAAAAAAAAAAAAAA"] {
        let mut client = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
        let hello = Hello { build: None, token: Some(token.into()) };
        assert_eq!(client.greet(hello).await, Err(Refusal::UnknownSession));
        assert_eq!(client.closed().await, Some(Close::ProtocolError));
    }
}

#[tokio::test]
async fn a_page_of_another_build_is_told_to_reload() {
    let server = TestServer::start().await;
    let mut client = Client::connect(server.addr, Codec::Postcard, &[]).await.unwrap();
    client.send(&ClientFrame::Hello(Hello { build: Some("yesterday".into()), token: None })).await;
    assert_eq!(client.closed().await, Some(Close::Reload));
}

#[tokio::test]
async fn a_foreign_page_cannot_connect() {
    let server = TestServer::start().await;
    let origin = format!("http://{}", server.addr);
    let cookie = "sarangbang=AAAAAAAAAAAAAAAAAAAAAA";
    assert!(
        Client::connect(server.addr, Codec::Json, &[("origin", &origin), ("cookie", cookie)])
            .await
            .is_ok()
    );
    for headers in [
        &[("origin", "http://evil.example")][..],
        &[("origin", "null"), ("cookie", cookie)],
        &[("cookie", cookie)],
    ] {
        assert!(Client::connect(server.addr, Codec::Json, headers).await.is_err(), "{headers:?}");
    }
}

#[tokio::test]
async fn at_shutdown_everyone_is_told_to_come_back_and_nothing_is_lost() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let mut asked = Vec::new();
    for n in 0..20 {
        asked.push(minsu.ask(message("r", fresh_id(), &n.to_string())).await);
    }
    // All twenty are in the log's hands once the last is answered.
    minsu.answer(*asked.last().unwrap()).await.unwrap();
    let stopping = tokio::spawn(server.stop());
    assert!(matches!(minsu.closed().await, Some(Close::ComeBack { spread_ms: 1000.. })));
    let server = stopping.await.unwrap().start().await;
    let mut ana = server.client(Codec::Json).await;
    let joined = ana.join("r", "Ana").await.unwrap();
    let texts: Vec<_> = joined.snapshot.page.messages.iter().map(|m| m.text.clone()).collect();
    assert_eq!(texts, (0..20).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_goodbye_is_answered() {
    let server = TestServer::start().await;
    let minsu = server.person("민수", "r").await;
    assert!(minsu.says_goodbye().await, "the close frame comes back");
}

#[tokio::test]
async fn who_never_says_hello_is_let_go_and_told_to_come_back() {
    let server = TestServer::start().await;
    let mut client = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
    assert_eq!(client.closed().await, Some(Close::Overloaded));
}

#[tokio::test]
async fn a_client_that_never_reads_does_not_hold_up_the_others_or_the_shutdown() {
    let server = TestServer::with(&["--message-rate", "0", "--address-messages", "0"]).await;
    let mut minsu = server.person("민수", "r").await;
    let _deaf = server.person("Ana", "r").await;
    minsu.say_all("r", std::iter::repeat_n("가".repeat(4000), 1000)).await;
    let mut silent = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
    let stopping = tokio::spawn(server.stop());
    assert!(matches!(minsu.closed().await, Some(Close::ComeBack { .. })));
    assert!(matches!(silent.closed().await, Some(Close::ComeBack { .. })));
    stopping.await.unwrap();
}
