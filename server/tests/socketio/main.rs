//! The classic room chat over Socket.IO, by WebSocket and by polling.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod manners;
mod promises;

use app::protocol::{Codec, Command, Hello, PresenceChange, Refusal, ServerFrame, limits};
use common::socketio::{Heard, Socket, WAYS, Way};
use common::{Client, TestServer, fresh_id, key, patiently};
use serde_json::{Value, json};

const UNLIMITED: [&str; 6] =
    ["--message-rate", "0", "--address-messages", "0", "--address-joins", "0"];

fn event(name: &str, argument: Value) -> Heard {
    Heard::Event(name.into(), vec![argument])
}

/// What was heard, with times taken out.
fn timeless(heard: Vec<Heard>) -> Vec<Heard> {
    let strip = |heard| match heard {
        Heard::Event(name, mut arguments) => {
            for argument in &mut arguments {
                if let Some(fields) = argument.as_object_mut()
                    && let Some(at) = fields.remove("createdAt")
                {
                    assert!(at.as_u64().unwrap() > 1_700_000_000_000, "milliseconds since 1970");
                }
            }
            Heard::Event(name, arguments)
        }
        other => other,
    };
    heard.into_iter().map(strip).collect()
}

fn said(username: &str, text: &str) -> Heard {
    event("message", json!({ "username": username, "text": text }))
}

fn room_data(users: &[(&str, &str)]) -> Heard {
    let users: Vec<Value> = users
        .iter()
        .map(|(id, username)| json!({ "id": id, "username": username, "room": "공부" }))
        .collect();
    event("roomData", json!({ "room": "공부", "users": users }))
}

/// Everything from now on up to the answer.
async fn up_to_answer(socket: &mut Socket, asked: u64) -> Vec<Heard> {
    let mut heard = Vec::new();
    loop {
        match socket.next().await.unwrap() {
            Heard::Answer(id, arguments) if id == asked => {
                assert_eq!(arguments, [] as [Value; 0]);
                return timeless(heard);
            }
            other => heard.push(other),
        }
    }
}

#[tokio::test]
async fn the_tutorials_talk_goes_event_for_event() {
    for way in WAYS {
        let server = TestServer::start().await;
        let mut minsu = Socket::connect(server.addr, way).await;
        let asked = minsu.ask("join", &[json!({ "username": "민수", "room": "공부" })]).await;
        let alone = room_data(&[(&minsu.id, "민수")]);
        assert_eq!(
            up_to_answer(&mut minsu, asked).await,
            [said("Admin", "공부 방에 오신 걸 환영합니다."), alone.clone()],
        );

        let mut ana = Socket::connect(server.addr, way).await;
        let asked = ana.ask("join", &[json!({ "username": "Ana", "room": "공부" })]).await;
        let both = room_data(&[(&minsu.id, "민수"), (&ana.id, "Ana")]);
        assert_eq!(
            up_to_answer(&mut ana, asked).await,
            [said("Admin", "공부 방에 오신 걸 환영합니다."), both.clone()],
        );
        assert_eq!(
            timeless(minsu.all_so_far().await),
            [said("Admin", "Ana가 방에 참여했습니다."), both],
        );

        let asked = ana.ask("message", &[json!("안녕")]).await;
        assert_eq!(up_to_answer(&mut ana, asked).await, [said("Ana", "안녕")]);
        assert_eq!(timeless(minsu.all_so_far().await), [said("Ana", "안녕")]);

        ana.disconnect().await;
        assert_eq!(minsu.line().await, "Admin: Ana가 방을 떠났습니다.");
        let data = minsu.next().await.unwrap();
        assert_eq!(data, alone);
    }
}

#[tokio::test]
async fn the_configured_language_is_spoken() {
    let server = TestServer::with(&["--locale", "en"]).await;
    let mut minsu = Socket::connect(server.addr, Way::WebSocket).await;
    minsu.join("study", "Minsu").await;
    assert_eq!(minsu.line().await, "Admin: Welcome to study.");
    let mut ana = Socket::connect(server.addr, Way::WebSocket).await;
    ana.join("study", "Ana").await;
    assert_eq!(minsu.line().await, "Admin: Ana has joined the room.");
    drop(ana);
    assert_eq!(minsu.line().await, "Admin: Ana has left the room.");
    assert_eq!(minsu.fail("join", &[json!({})]).await, "The server could not read that.");
}

#[tokio::test]
async fn everyone_else_and_socket_users_are_in_one_room() {
    let server = TestServer::start().await;
    let mut page = server.person("민수", "공부").await;
    let mut ana = Socket::connect(server.addr, Way::WebSocket).await;
    ana.join("공부", "Ana").await;
    let users = ana.event("roomData").await["users"].clone();
    let page_user = page.greeting.as_ref().and_then(|greeting| greeting.user);
    assert_eq!(page_user, None, "a new session");
    assert_eq!(users[0]["username"], "민수");
    assert_eq!(users[1], json!({ "id": ana.id, "username": "Ana", "room": "공부" }));

    let frame = page.until(|frame| matches!(frame, ServerFrame::Presence(_))).await;
    let Some(ServerFrame::Presence(presence)) = frame else { panic!("{frame:?}") };
    assert!(matches!(&presence.changes[..],
        [PresenceChange::Here { user, announce: true }] if user.username == "Ana"));

    page.say("공부", "안녕").await;
    assert_eq!(ana.texts(1).await, ["안녕"]);
    ana.say("hello").await;
    assert_eq!(page.hear(2).await[1].text, "hello");

    let mut ben = server.person("Ben", "공부").await;
    assert_eq!(ana.line().await, "Ana: hello");
    assert_eq!(ana.line().await, "Admin: Ben가 방에 참여했습니다.");
    ben.command(Command::Leave { room: key("공부") }).await.unwrap();
    assert_eq!(ana.line().await, "Admin: Ben가 방을 떠났습니다.");
}

#[tokio::test]
async fn another_name_is_no_arrival() {
    let server = TestServer::start().await;
    let mut ana = Socket::connect(server.addr, Way::WebSocket).await;
    ana.join("공부", "Ana").await;
    let mut page = server.person("민수", "공부").await;
    page.join("공부", "민수 2").await.unwrap();
    page.say("공부", "안녕").await;
    assert_eq!(ana.line().await, "Admin: 공부 방에 오신 걸 환영합니다.");
    assert_eq!(ana.line().await, "Admin: 민수가 방에 참여했습니다.");
    assert_eq!(ana.line().await, "민수 2: 안녕");
    let names =
        async |ana: &mut Socket| ana.event("roomData").await["users"][1]["username"].clone();
    assert_eq!(names(&mut ana).await, Value::Null);
    assert_eq!(names(&mut ana).await, "민수");
    assert_eq!(names(&mut ana).await, "민수 2");
}

#[tokio::test]
async fn a_name_is_taken_by_all_others_but_not_by_a_socket_of_the_same_kind() {
    let server = TestServer::start().await;
    let _page = server.person("민수", "r").await;
    let mut socket = Socket::connect(server.addr, Way::WebSocket).await;
    let reason = socket.fail("join", &[json!({ "username": "민수", "room": "r" })]).await;
    assert!(reason.contains("민수 2"), "{reason}");
    socket.join("r", "Ana").await;
    // Its twin may be a connection that nobody has noticed to be dead.
    let mut twin = Socket::connect(server.addr, Way::Polling).await;
    twin.join("r", "Ana").await;
    let mut other = server.client(Codec::Json).await;
    assert!(matches!(other.join("r", "ana").await, Err(Refusal::NameTaken { .. })));
}

#[tokio::test]
async fn big_rooms_tell_the_list_once_a_second() {
    let server = TestServer::with(&UNLIMITED).await;
    let mut first = Socket::connect(server.addr, Way::WebSocket).await;
    first.join("r", "first").await;
    let mut crowd = Vec::new();
    for n in 0..55 {
        let mut socket = Socket::connect(server.addr, Way::WebSocket).await;
        socket.join("r", &format!("u{n}")).await;
        crowd.push(socket);
    }
    let (told, mut lists) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let count = first.event("roomData").await["users"].as_array().unwrap().len();
            if count > 50 && told.send(std::time::Instant::now()).is_err() {
                break;
            }
        }
    });
    // People come and go all the time, until the list was told often enough.
    let mut at = Vec::new();
    while at.len() < 5 {
        let mut socket = Socket::connect(server.addr, Way::WebSocket).await;
        socket.join("r", "passer-by").await;
        socket.disconnect().await;
        at.extend(std::iter::from_fn(|| lists.try_recv().ok()));
    }
    // The first were told while nobody read yet.
    let pauses: Vec<_> = at[1..].windows(2).map(|pair| pair[1] - pair[0]).collect();
    // A second, but for what it takes to be read.
    assert!(pauses.iter().all(|pause| pause.as_millis() > 500), "{pauses:?}");
}

#[tokio::test]
async fn two_namespaces_share_one_connection() {
    let server = TestServer::start().await;
    let mut echo = Socket::open(server.addr, Way::WebSocket, "/echo", None).await.unwrap();
    assert_eq!(echo.event("message").await, "서버에 연결되었습니다.");
    echo.succeed("message", &[json!("여보세요")]).await;
    assert_eq!(echo.event("message").await, "서버로부터 응답: 여보세요");
    assert_eq!(echo.fail("message", &[json!({})]).await, "요청의 형식이 올바르지 않습니다.");
    assert_eq!(echo.fail("shout", &[json!("x")]).await, "알 수 없는 이벤트입니다.");

    echo.send("40").await;
    echo.until(|heard| *heard == Heard::Connected).await;
    echo.send(r#"420["join",{"username":"민수","room":"r"}]"#).await;
    assert_eq!(echo.line().await, "Admin: r 방에 오신 걸 환영합니다.");
    echo.succeed("message", &[json!("아직?")]).await;
    assert_eq!(echo.event("message").await, "서버로부터 응답: 아직?");
    let unknown = Socket::open(server.addr, Way::WebSocket, "/none", None).await;
    assert_eq!(unknown.err().unwrap(), "Invalid namespace");
}

#[tokio::test]
async fn who_leaves_a_namespace_may_come_back_at_once() {
    for way in WAYS {
        let server = TestServer::start().await;
        let mut witness = Socket::connect(server.addr, Way::WebSocket).await;
        witness.join("r", "Ana").await;
        witness.line().await;
        let mut minsu = Socket::connect(server.addr, way).await;
        for _ in 0..20 {
            minsu.join("r", "민수").await;
            assert_eq!(witness.line().await, "Admin: 민수가 방에 참여했습니다.");
            minsu.send("41").await;
            minsu.send("40").await;
            minsu.until(|heard| *heard == Heard::Connected).await;
            assert_eq!(witness.line().await, "Admin: 민수가 방을 떠났습니다.");
            minsu.heard.clear();
        }
        assert_eq!(witness.event("roomData").await["users"].as_array().unwrap().len(), 1);
    }
}
