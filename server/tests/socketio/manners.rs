//! What is refused, who may connect, and how a connection ends.

use super::*;

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
