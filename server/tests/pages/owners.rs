//! What owners can do, and nobody else.

use super::*;

/// Someone with a seat in room r.
async fn member(server: &TestServer, username: &str) -> Browser {
    let mut browser = Browser::new(server);
    browser.get("/rooms/r").await;
    let joined = browser.submit("/rooms/r/join", &format!("username={username}")).await;
    assert_eq!(joined.status(), StatusCode::SEE_OTHER);
    browser
}

#[tokio::test]
async fn owners_keep_a_room_and_nobody_else() {
    let server = TestServer::start().await;
    let (mut ana, mut ben) = (member(&server, "Ana").await, member(&server, "Ben").await);
    let form = "welcome=%EC%96%B4%EC%84%9C+%3Cb%3E&public=yes";
    for denied in [
        ben.submit("/rooms/r/settings", form).await,
        ben.submit("/rooms/r/owner-link", "").await,
        ben.get("/rooms/r/export/html").await,
        ana.post("/rooms/r/settings", form, Some("https://evil.example")).await,
        ana.post("/rooms/r/settings", form, None).await,
        Browser::new(&server).submit("/rooms/r/settings", form).await,
    ] {
        assert_eq!(denied.status(), StatusCode::FORBIDDEN);
    }
    // Nobody finds it but those who are in it.
    let mut front = Browser::new(&server);
    assert!(!front.get("/").await.text().await.unwrap().contains("/rooms/r"));
    assert!(ben.get("/").await.text().await.unwrap().contains("href=\"/rooms/r\""));

    let stranger = Browser::new(&server).get("/rooms/r").await.text().await.unwrap();
    let mut cy = server.person("Cy", "r").await;
    let saved = ana.submit("/rooms/r/settings", form).await;
    assert_eq!(saved.status(), StatusCode::OK);
    // Who is there hears of it at once.
    let heard = cy.until(|frame| matches!(frame, ServerFrame::Settings(_))).await;
    assert!(matches!(heard, Some(ServerFrame::Settings(said)) if said.welcome == "어서 <b>"));
    // The page that is kept for strangers is another from now on.
    let welcomed = Browser::new(&server).get("/rooms/r").await.text().await.unwrap();
    assert!(welcomed.contains("어서 &lt;b&gt;") && !stranger.contains("어서"));
    let front = front.get("/").await.text().await.unwrap();
    assert!(front.contains("href=\"/rooms/r\""), "{front}");
    let seen = ben.get("/rooms/r/settings").await.text().await.unwrap();
    assert!(seen.contains("어서 &lt;b&gt;") && !seen.contains("<form"));

    // A new owner link keeps what was typed meanwhile, and saves none of it.
    let linked = ana.submit("/rooms/r/owner-link", "welcome=%EB%8B%A4%EC%8B%9C").await;
    let linked = linked.text().await.unwrap();
    assert!(linked.contains("/own?key=") && linked.contains("다시</textarea>"), "{linked}");
    assert!(!linked.contains("checked") && !linked.contains("어서"));
    assert!(ben.get("/rooms/r/settings").await.text().await.unwrap().contains("어서"));

    let long = format!("welcome={}", "a".repeat(1001));
    let refused = ana.submit("/rooms/r/settings", &long).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(ana.get("/rooms/r").await.text().await.unwrap().contains("어서 &lt;b&gt;"));
    assert_eq!(ana.get("/rooms/nowhere/settings").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_owner_link_makes_an_owner_of_a_member_once_they_say_so() {
    let server = TestServer::start().await;
    let (ana, mut ben) = (member(&server, "Ana").await, member(&server, "Ben").await);
    let key = async || {
        let page = ana.submit("/rooms/r/owner-link", "").await.text().await.unwrap();
        page.split("/own?key=").nth(1).unwrap().split(['<', '"']).next().unwrap().to_owned()
    };
    let (void, key) = (key().await, key().await);
    // Following the link asks, and changes nothing.
    let asked = ben.get(&format!("/rooms/r/own?key={key}")).await.text().await.unwrap();
    assert!(asked.contains(&key) && asked.contains("action=\"/rooms/r/own\""));
    assert_eq!(ben.get("/rooms/r/export/txt").await.status(), StatusCode::FORBIDDEN);

    let wrong = ben.submit("/rooms/r/own", &format!("key={void}")).await;
    assert_eq!(wrong.status(), StatusCode::NOT_FOUND);
    let body = format!("key={key}");
    let foreign = ben.post("/rooms/r/own", &body, Some("https://evil.example")).await;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    let mut stranger = Browser::new(&server);
    stranger.get("/rooms/r").await;
    assert_eq!(stranger.submit("/rooms/r/own", &body).await.status(), StatusCode::FORBIDDEN);
    let owned = ben.submit("/rooms/r/own", &body).await;
    assert_eq!(owned.headers()[LOCATION], "/rooms/r/settings");
    assert!(ben.get("/rooms/r/settings").await.text().await.unwrap().contains("<form"));
}

#[tokio::test]
async fn an_owner_takes_the_room_away() {
    let server = TestServer::with(&["--message-rate", "0", "--address-messages", "0"]).await;
    let mut ana = member(&server, "Ana").await;
    let mut minsu = server.person("민수", "r").await;
    for n in 1..=1200 {
        minsu.say("r", &format!("no. {n}")).await;
    }
    let exported = ana.get("/rooms/r/export/txt").await;
    let disposition = exported.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(disposition, "attachment; filename*=UTF-8''r.txt");
    let text = exported.text().await.unwrap();
    let said: Vec<&str> = text.lines().map(|line| line.split(": ").nth(1).unwrap()).collect();
    let expected: Vec<String> = (1..=1200).map(|n| format!("no. {n}")).collect();
    assert_eq!(said, expected);
    let json = ana.get("/rooms/r/export/json").await.text().await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["messages"].as_array().unwrap().len(), 1200);
    let html = ana.get("/rooms/r/export/html").await.text().await.unwrap();
    assert_eq!(html.matches("<article").count(), 1200);
    assert!(html.ends_with("</html>\n"));
    assert_eq!(ana.get("/rooms/r/export/exe").await.status(), StatusCode::NOT_FOUND);
}
