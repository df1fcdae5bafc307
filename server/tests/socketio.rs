//! The classic room chat over Socket.IO, by WebSocket and by polling.
#![allow(clippy::unwrap_used)]

mod common;

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
async fn what_cannot_be_done_is_answered_with_the_reason() {
    for way in WAYS {
        let server = TestServer::start().await;
        let mut witness = Socket::connect(server.addr, Way::WebSocket).await;
        witness.join("r", "Ana").await;
        witness.heard.clear();
        let mut socket = Socket::connect(server.addr, way).await;
        let malformed = "요청의 형식이 올바르지 않습니다.";
        assert_eq!(socket.fail("message", &[json!("안녕")]).await, "먼저 방에 들어와 주세요.");
        for arguments in [
            vec![],
            vec![json!(null)],
            vec![json!("민수"), json!("r")],
            vec![json!({ "username": "민수" })],
            vec![json!({ "username": 1, "room": "r" })],
            vec![json!({ "username": "민수", "room": "r", "after": "yesterday" })],
        ] {
            assert_eq!(socket.fail("join", &arguments).await, malformed);
        }
        for (username, room) in [("", "r"), ("admin", "r"), ("민수", ""), ("민수", "a/b")] {
            let join = json!({ "username": username, "room": room });
            let reason = socket.fail("join", &[join]).await;
            assert_ne!(reason, malformed);
        }
        socket.join("r", "민수").await;
        let again = json!({ "username": "민수", "room": "r" });
        assert_eq!(socket.fail("join", &[again]).await, "이미 방에 들어와 있습니다.");
        let second = json!({ "username": "민수", "room": "s" });
        let reason = socket.fail("join", &[second]).await;
        assert_eq!(reason, "연결 하나로는 한 방에만 들어갈 수 있습니다.");
        for arguments in [
            vec![],
            vec![json!(7)],
            vec![json!("x"), json!("y")],
            vec![json!("x"), json!({ "id": 7 })],
        ] {
            assert_eq!(socket.fail("message", &arguments).await, malformed);
        }
        assert_eq!(socket.fail("message", &[json!("  ")]).await, "빈 메시지는 보낼 수 없어요.");
        for long in ["가".repeat(4001), "x".repeat(limits::TEXT_BYTES + 1), "x".repeat(900_000)] {
            let reason = socket.fail("message", &[json!(long)]).await;
            assert!(reason.starts_with("4,000자까지"), "{reason}");
        }
        let unknown = "알 수 없는 이벤트입니다.";
        assert_eq!(socket.fail("leave", &[]).await, unknown);
        // Without a callback the reason is an event.
        socket.heard.clear();
        socket.emit("leave", &[]).await;
        assert_eq!(socket.event("error").await, unknown);
        socket.emit("message", &[json!({})]).await;
        assert_eq!(socket.event("error").await, malformed);

        socket.say("끝").await;
        let heard = timeless(witness.all_so_far().await);
        let lines: Vec<_> = heard
            .iter()
            .filter(|heard| matches!(heard, Heard::Event(name, _) if name == "message"))
            .collect();
        assert_eq!(lines, [&said("Admin", "민수가 방에 참여했습니다."), &said("민수", "끝")]);
    }
}

#[tokio::test]
async fn limits_hold_here_too() {
    let server =
        TestServer::with(&["--message-rate", "1", "--message-burst", "2", "--address-joins", "2"])
            .await;
    let mut minsu = Socket::connect(server.addr, Way::WebSocket).await;
    minsu.join("r", "민수").await;
    minsu.say("1").await;
    minsu.say("2").await;
    assert!(minsu.fail("message", &[json!("3")]).await.starts_with("조금 빨라요."));
    let mut ana = Socket::connect(server.addr, Way::WebSocket).await;
    ana.join("r", "Ana").await;
    let mut ben = Socket::connect(server.addr, Way::WebSocket).await;
    let reason = ben.fail("join", &[json!({ "username": "Ben", "room": "r" })]).await;
    assert!(reason.starts_with("조금 빨라요."), "{reason}");
}

#[tokio::test]
async fn a_message_named_by_its_sender_is_stored_once() {
    let server = TestServer::start().await;
    let mut minsu = Socket::connect(server.addr, Way::WebSocket).await;
    let mut ana = Socket::connect(server.addr, Way::Polling).await;
    minsu.join("r", "민수").await;
    ana.join("r", "Ana").await;
    let named = [json!("안녕"), json!({ "id": fresh_id().to_string() })];
    minsu.succeed("message", &named).await;
    minsu.succeed("message", &named).await;
    minsu.say("다음").await;
    assert_eq!(ana.texts(2).await, ["안녕", "다음"]);
    assert_eq!(minsu.texts(2).await, ["안녕", "다음"]);
    assert!(ana.fail("message", &named).await.contains("겹쳤어요"));
}

#[tokio::test]
async fn what_was_said_is_kept_and_told_to_who_asks() {
    let server = TestServer::with(&UNLIMITED).await;
    let mut minsu = Socket::connect(server.addr, Way::WebSocket).await;
    minsu.join("r", "민수").await;
    for n in 1..=60 {
        minsu.say(&n.to_string()).await;
    }
    let texts =
        |range: std::ops::RangeInclusive<u32>| range.map(|n| n.to_string()).collect::<Vec<_>>();
    let join = |username: &str, more: Value| {
        let mut join = json!({ "username": username, "room": "r" });
        join.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        [join]
    };

    // Who does not ask hears nothing of it.
    let mut plain = Socket::connect(server.addr, Way::WebSocket).await;
    plain.join("r", "a").await;
    assert_eq!(plain.line().await, "Admin: r 방에 오신 걸 환영합니다.");
    assert!(
        !plain
            .heard
            .iter()
            .any(|heard| matches!(heard, Heard::Event(name, _) if name == "message"))
    );

    // All of it comes between the welcome and the callback.
    for (username, more, expected) in [
        ("b", json!({ "history": 3 }), texts(58..=60)),
        ("c", json!({ "history": 1000 }), texts(11..=60)),
        ("d", json!({ "after": 0 }), texts(1..=60)),
        ("e", json!({ "after": "57", "history": 10 }), texts(58..=60)),
        ("f", json!({ "after": "1.1", "history": 2 }), texts(59..=60)),
        ("g", json!({ "after": 99 }), texts(11..=60)),
        ("h", json!({ "after": 60 }), Vec::new()),
        ("i", json!({ "history": 0 }), Vec::new()),
    ] {
        let mut socket = Socket::connect(server.addr, Way::Polling).await;
        socket.succeed("join", &join(username, more)).await;
        assert_eq!(socket.line().await, "Admin: r 방에 오신 걸 환영합니다.");
        let mut heard = Vec::new();
        while let Some(Heard::Event(name, arguments)) = socket.heard.pop_front() {
            match name.as_str() {
                "message" => heard.push(arguments[0]["text"].as_str().unwrap().to_owned()),
                "roomData" => assert!(socket.heard.is_empty(), "the list comes last"),
                other => panic!("{other}"),
            }
        }
        assert_eq!(heard, expected, "{username}");
    }

    // Each says where to go on.
    let mut first = Socket::connect(server.addr, Way::WebSocket).await;
    first.succeed("join", &join("j", json!({ "history": 1 }))).await;
    first.line().await;
    let last = first.event("message").await;
    assert_eq!((&last["seq"], &last["rev"], &last["text"]), (&json!(60), &json!(60), &json!("60")));
    minsu.say("61").await;
    minsu.say("62").await;
    let live = first.event("message").await;
    assert_eq!((&live["seq"], &live["text"]), (&json!(61), &json!("61")));
    first.disconnect().await;
    let mut second = Socket::connect(server.addr, Way::WebSocket).await;
    second.succeed("join", &join("j", json!({ "after": last["cursor"] }))).await;
    minsu.say("63").await;
    assert_eq!(second.texts(3).await, ["61", "62", "63"]);
}

#[tokio::test]
async fn a_session_is_taken_up_by_its_token() {
    let server = TestServer::start().await;
    let wanted = Some(json!({ "token": null }));
    let mut minsu = Socket::open(server.addr, Way::WebSocket, "/", wanted).await.unwrap();
    minsu.join("r", "민수").await;
    let token = minsu.event("session").await["token"].clone();
    let id = json!({ "id": fresh_id().to_string() });
    minsu.succeed("message", &[json!("안녕"), id.clone()]).await;
    drop(minsu);

    // The very same person: the name is theirs, and so is the message.
    let auth = Some(json!({ "token": token }));
    let mut again = Socket::open(server.addr, Way::Polling, "/", auth).await.unwrap();
    again.join("r", "민수").await;
    again.succeed("message", &[json!("안녕"), id]).await;
    assert!(
        !again
            .heard
            .iter()
            .any(|heard| matches!(heard, Heard::Event(name, _) if name == "session"))
    );

    // A token from elsewhere, and back.
    let hello = Hello { build: None, token: token.as_str().map(str::to_owned) };
    let mut bot = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
    let greeting = bot.greet(hello).await.unwrap();
    assert_eq!(greeting.rooms.len(), 1, "its seat outlives the connection");

    for bad in [json!("AAAAAAAAAAAAAAAAAAAAAA"), json!("nonsense"), json!(7)] {
        let auth = Some(json!({ "token": bad }));
        let refused = Socket::open(server.addr, Way::WebSocket, "/", auth).await;
        assert!(refused.is_err(), "{bad}");
    }
}

#[tokio::test]
async fn who_comes_back_with_a_token_has_left_and_come() {
    let server = TestServer::start().await;
    let mut ana = Socket::connect(server.addr, Way::WebSocket).await;
    ana.join("r", "Ana").await;
    ana.line().await;
    let wanted = Some(json!({ "token": "" }));
    let mut minsu = Socket::open(server.addr, Way::WebSocket, "/", wanted).await.unwrap();
    for _ in 0..2 {
        minsu.join("r", "민수").await;
        assert_eq!(ana.line().await, "Admin: 민수가 방에 참여했습니다.");
        let token = minsu.event("session").await["token"].clone();
        minsu.disconnect().await;
        assert_eq!(ana.line().await, "Admin: 민수가 방을 떠났습니다.");
        let auth = Some(json!({ "token": token }));
        minsu = Socket::open(server.addr, Way::WebSocket, "/", auth).await.unwrap();
        minsu.heard.push_back(event("session", json!({ "token": token })));
    }
}

#[tokio::test]
async fn who_has_no_token_leaves_no_row() {
    let server = TestServer::start().await;
    for n in 0..3 {
        let mut socket = Socket::connect(server.addr, Way::WebSocket).await;
        socket.join("r", &format!("u{n}")).await;
        socket.say("안녕").await;
    }
    // Killed, not stopped: what is in the file now is what a crash would leave.
    let path = server.dir.path().join("test.db");
    let mut file =
        sqlx::SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    use sqlx::Connection;
    let rows: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM memberships)",
    )
    .fetch_one(&mut file)
    .await
    .unwrap();
    assert_eq!(rows, 0);
    let authors: i64 = sqlx::query_scalar("SELECT count(DISTINCT user_id) FROM messages")
        .fetch_one(&mut file)
        .await
        .unwrap();
    assert_eq!(authors, 3);
}

#[tokio::test]
async fn a_slow_reader_gets_everything_in_order() {
    /// More than the library's queue and the kernel's buffers hold, and then, in batches of one,
    /// more than an outbox holds.
    const MESSAGES: usize = 6_000;
    const SINGLY: usize = 400;
    let server = TestServer::with(&UNLIMITED).await;
    let mut slow = Socket::connect(server.addr, Way::WebSocket).await;
    let mut slow_poll = Socket::connect(server.addr, Way::Polling).await;
    slow.join("r", "slow").await;
    slow_poll.join("r", "slow poll").await;
    let mut minsu = server.person("민수", "r").await;
    let text = |n: usize| format!("{n} {}", "x".repeat(2000));
    minsu.say_all("r", (0..MESSAGES).map(text)).await;
    for n in MESSAGES..MESSAGES + SINGLY {
        minsu.say("r", &text(n)).await;
    }
    for (socket, other) in [(&mut slow, None), (&mut slow_poll, Some("끝"))] {
        // Said while there is so much to hear yet: the callback waits for it all the same.
        let asked = socket.ask("message", &[json!("끝")]).await;
        let texts = socket.texts(MESSAGES + SINGLY).await;
        assert!(texts.iter().enumerate().all(|(n, heard)| *heard == text(n)), "in order, once");
        for own in other.into_iter().chain(["끝"]) {
            assert_eq!(socket.texts(1).await, [own]);
        }
        assert!(!socket.heard.iter().any(|heard| matches!(heard, Heard::Answer(..))));
        assert_eq!(socket.answer(asked).await, [] as [Value; 0]);
    }
}

#[tokio::test]
async fn a_callback_never_comes_before_ones_own_message() {
    let server = TestServer::with(&UNLIMITED).await;
    let mut minsu = Socket::connect(server.addr, Way::WebSocket).await;
    minsu.join("r", "민수").await;
    minsu.heard.clear();
    for n in 0..500 {
        minsu.ask("message", &[json!(n.to_string())]).await;
    }
    let (mut heard, mut called) = (0, 0);
    while called < 500 {
        match minsu.next().await.unwrap() {
            Heard::Event(_, arguments) => {
                assert_eq!(arguments[0]["text"], heard.to_string());
                heard += 1;
            }
            Heard::Answer(_, arguments) => {
                assert!(arguments.is_empty());
                called += 1;
                assert!(heard >= called, "each message precedes its callback");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn upgrading_in_mid_talk_loses_nothing() {
    let server = TestServer::with(&UNLIMITED).await;
    let mut ana = Socket::connect(server.addr, Way::Polling).await;
    ana.join("r", "Ana").await;
    let mut minsu = server.person("민수", "r").await;
    let text = |n: usize| format!("{n} {}", "x".repeat(2000));
    // More than one answer to a poll would hold by default; and the first has been fetched, so
    // that the library has looked at what comes next.
    minsu.say_all("r", (0..1000).map(text)).await;
    let mut texts = ana.texts(1).await;
    ana.upgrade().await;
    minsu.say_all("r", (1000..1010).map(text)).await;
    texts.extend(ana.texts(1009).await);
    assert!(texts.iter().enumerate().all(|(n, heard)| *heard == text(n)));
    ana.say("위로").await;
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
async fn sigterm_answers_what_was_said_and_closes_so_that_clients_return() {
    for way in WAYS {
        let server = TestServer::with(&UNLIMITED).await;
        let mut minsu = Socket::connect(server.addr, way).await;
        minsu.join("r", "민수").await;
        minsu.say("먼저").await;
        let mut asked = Vec::new();
        for n in 0..300 {
            asked.push(minsu.ask("message", &[json!(n.to_string())]).await);
        }
        let stopping = tokio::spawn(server.stop());
        let mut acknowledged = Vec::new();
        loop {
            match minsu.next().await {
                Some(Heard::Answer(id, arguments)) if arguments.is_empty() => acknowledged.push(id),
                Some(Heard::Disconnected) => panic!("clients do not come back after that"),
                Some(_) => {}
                None => break,
            }
        }
        let server = patiently(stopping).await.unwrap().start().await;
        let mut ana = Socket::connect(server.addr, way).await;
        ana.succeed("join", &[json!({ "username": "Ana", "room": "r", "after": 0 })]).await;
        let heard = ana.heard.drain(..).filter_map(|heard| match heard {
            Heard::Event(_, arguments) => {
                arguments[0]["seq"].is_u64().then(|| arguments[0]["text"].clone())
            }
            _ => None,
        });
        let kept: Vec<Value> = heard.collect();
        let expected = acknowledged.iter().map(|id| asked.iter().position(|a| a == id).unwrap());
        let expected = expected.map(|n| json!(n.to_string()));
        let acknowledged: Vec<_> = std::iter::once(json!("먼저")).chain(expected).collect();
        assert!(kept.starts_with(&acknowledged));
        // A poll that never comes cannot be answered.
        assert!(way == Way::Polling || kept == acknowledged, "nor is anything kept in silence");
    }
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
async fn only_pages_of_allowed_origins_connect() {
    let http = reqwest::Client::new();
    let ask = async |server: &TestServer, method: reqwest::Method, origin: Option<&str>| {
        let url = server.url("/socket.io/?EIO=4&transport=polling");
        let mut request = http.request(method, url);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let response = patiently(request.send()).await.unwrap();
        let allowed = response.headers().get("access-control-allow-origin").cloned();
        (response.status().as_u16(), allowed.map(|value| value.to_str().unwrap().to_owned()))
    };
    let get = reqwest::Method::GET;
    let server = TestServer::start().await;
    let own = server.url("");
    assert_eq!(ask(&server, get.clone(), None).await, (200, None));
    assert_eq!(ask(&server, get.clone(), Some(&own)).await, (200, Some(own.clone())));
    for foreign in ["http://evil.example", "null"] {
        assert_eq!(ask(&server, get.clone(), Some(foreign)).await, (403, None));
    }
    let server = TestServer::with(&["--origin", "https://app.example"]).await;
    let named = "https://app.example";
    assert_eq!(ask(&server, get.clone(), Some(named)).await, (200, Some(named.to_owned())));
    let options = reqwest::Method::OPTIONS;
    assert_eq!(ask(&server, options, Some(named)).await, (204, Some(named.to_owned())));
    assert_eq!(ask(&server, get, Some("http://evil.example")).await, (403, None));
}

#[tokio::test]
async fn what_is_no_packet_ends_the_connection_and_nothing_else() {
    for way in WAYS {
        let server = TestServer::start().await;
        let mut witness = Socket::connect(server.addr, Way::WebSocket).await;
        witness.join("r", "Ana").await;
        witness.line().await;
        for packet in
            ["4", "42", "42[", "42[7]", "42{}", "4zzz", "49", "x", "451-[\"message\"]", "2"]
        {
            let mut socket = Socket::connect(server.addr, way).await;
            socket.join("r", "민수").await;
            assert_eq!(witness.line().await, "Admin: 민수가 방에 참여했습니다.");
            socket.send(packet).await;
            socket.disconnect().await;
            assert_eq!(witness.line().await, "Admin: 민수가 방을 떠났습니다.", "{packet}");
        }
        let huge = "x".repeat(1_100_000);
        let mut socket = Socket::connect(server.addr, way).await;
        socket.join("r", "민수").await;
        assert_eq!(witness.line().await, "Admin: 민수가 방에 참여했습니다.");
        socket.send(&format!("42{}", json!(["message", huge]))).await;
        socket.disconnect().await;
        assert_eq!(witness.line().await, "Admin: 민수가 방을 떠났습니다.");
    }
}

#[tokio::test]
async fn nobody_acts_by_the_id_that_lists_show() {
    let server = TestServer::start().await;
    let mut minsu = Socket::connect(server.addr, Way::Polling).await;
    minsu.join("r", "민수").await;
    let mut thief = Socket::connect(server.addr, Way::WebSocket).await;
    thief.join("r", "thief").await;
    let list = thief.event("roomData").await;
    let shown = list["users"][0]["id"].as_str().unwrap();
    assert_eq!(shown, minsu.id);

    let http = reqwest::Client::new();
    let ticket = minsu.handshake["sid"].as_str().unwrap();
    let forged = format!("{shown}{}", "A".repeat(ticket.len() - shown.len()));
    for sid in [shown, &forged, &format!("{shown}&sid={ticket}"), &format!("{ticket}&sid={shown}")]
    {
        let url = server.url(&format!("/socket.io/?EIO=4&transport=polling&sid={sid}"));
        let post = http.post(&url).body(r#"42["message","훔친 말"]"#).send();
        assert_eq!(patiently(post).await.unwrap().status(), 400, "{sid}");
        assert_eq!(patiently(http.get(&url).send()).await.unwrap().status(), 400, "{sid}");
    }
    minsu.say("내 말").await;
    assert_eq!(thief.texts(1).await, ["내 말"]);
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
