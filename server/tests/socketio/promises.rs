//! What the tutorial does not have: nothing is lost, doubled or out of order.

use super::*;

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
