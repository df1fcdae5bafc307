//! Joining, talking and choosing by plain forms.

use super::*;

#[tokio::test]
async fn a_plain_form_joins_talks_and_leaves() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let mut browser = Browser::new(&server);
    browser.get("/").await;
    let joined = browser.submit("/join", "username=Ana&room=R").await;
    assert_eq!(joined.status(), StatusCode::SEE_OTHER);
    assert_eq!(joined.headers()[LOCATION], "/rooms/r");
    assert!(browser.get("/rooms/r").await.text().await.unwrap().contains("<textarea"));
    let said = browser.submit("/rooms/r/messages", "text=%EC%95%88%EB%85%95").await;
    assert_eq!(said.status(), StatusCode::SEE_OTHER);
    assert_eq!(minsu.hear(1).await[0].text, "안녕");
    assert!(browser.get("/rooms/r").await.text().await.unwrap().contains("안녕"));
    let left = browser.submit("/rooms/r/leave", "").await;
    assert_eq!(left.status(), StatusCode::SEE_OTHER);
    assert!(!browser.get("/rooms/r").await.text().await.unwrap().contains("<textarea"));
}

#[tokio::test]
async fn a_refused_form_comes_back_with_the_reason_and_the_typed_text() {
    let server = TestServer::start().await;
    let _minsu = server.person("민수", "r").await;
    let mut browser = Browser::new(&server);
    browser.get("/rooms/r").await;
    let refused = browser.submit("/rooms/r/join", "username=%EB%AF%BC%EC%88%98").await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    let html = refused.text().await.unwrap();
    assert!(html.contains("value=\"민수\"") && html.contains("민수 2"), "{html}");
    assert!(html.contains("aria-invalid=\"true\""));
    let taken = browser.submit("/rooms/r/join", "username=x&suggestion=%EB%AF%BC%EC%88%98+2").await;
    assert_eq!(taken.status(), StatusCode::SEE_OTHER);
    let empty = browser.submit("/join", "username=&room=r").await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_message_that_is_refused_stays_in_the_form_with_the_reason() {
    let server = TestServer::with(&["--text-limit", "5"]).await;
    let (browser, html) = joined(&server).await;
    let refused = browser.submit(&form_action(&html), "text=%3C%2Ftextarea%3E%26amp%3B").await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text().await.unwrap();
    // The first line break belongs to the page's source.
    assert!(page.contains(">\n&lt;/textarea&gt;&amp;amp;</textarea>"), "{page}");
    assert!(page.contains("5자까지 보낼 수 있어요") && page.contains("role=\"log\""), "{page}");
    // Under the same name; and the page does not come to life, which would empty the form.
    assert_eq!(form_action(&page), form_action(&html));
    assert!(!page.contains("boot.js") && !page.contains("id=\"boot\""));
    let blank = browser.submit(&form_action(&html), "text=+").await;
    assert!(blank.text().await.unwrap().contains("빈 메시지는 보낼 수 없어요."));
}

#[tokio::test]
async fn who_lost_their_seat_keeps_what_they_wrote() {
    let server = TestServer::start().await;
    let (browser, html) = joined(&server).await;
    browser.submit("/rooms/r/leave", "").await;
    let refused = browser.submit(&form_action(&html), "text=still+here").await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let page = refused.text().await.unwrap();
    assert!(page.contains(">\nstill here</textarea>") && page.contains("먼저 방에"), "{page}");
    browser.submit("/rooms/r/join", "username=Ana").await;
    let said = browser.submit(&form_action(&page), "text=still+here").await;
    assert_eq!(said.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_says_it_once_and_other_words_are_not_lost() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let (browser, html) = joined(&server).await;
    let action = form_action(&html);
    for text in ["one", "one", "another", "+one%0D%0A"] {
        let said = browser.submit(&action, &format!("text={text}")).await;
        assert_eq!(said.status(), StatusCode::SEE_OTHER);
    }
    minsu.say("r", "end").await;
    let texts: Vec<_> = minsu.hear(3).await.iter().map(|said| said.text.clone()).collect();
    assert_eq!(texts, ["one", "another", "end"]);
    let nonsense = browser.submit("/rooms/r/messages?id=nonsense", "text=x").await;
    assert_eq!(nonsense.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    browser.get("/").await;
    for origin in [None, Some("null"), Some("http://evil.example")] {
        let response = browser.post("/join", "username=Ana&room=r", origin).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin:?}");
        let response = browser.post("/preferences", "theme=dark", origin).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin:?}");
    }
    let mut stranger = Browser::new(&server);
    stranger.cookie = String::new();
    assert_eq!(
        stranger.submit("/join", "username=Ana&room=r").await.status(),
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn preferences_are_kept_in_cookies_and_lead_back() {
    let server = TestServer::start().await;
    let browser = Browser::new(&server);
    let http = &browser.http;
    let post = |body: &'static str, referer: String| {
        http.post(server.url("/preferences"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("referer", referer)
            .body(body)
            .send()
    };
    let response = post("locale=en", server.url("/rooms/r")).await.unwrap();
    assert_eq!(response.headers()[LOCATION], "/rooms/r");
    assert!(response.headers()[SET_COOKIE].to_str().unwrap().starts_with("locale=en;"));
    let response = post("theme=dark", "http://evil.example//evil.example/x".into()).await.unwrap();
    assert_eq!(response.headers()[LOCATION], "/");
}

#[tokio::test]
async fn who_never_finishes_a_form_is_let_go() {
    let server = TestServer::start().await;
    let mut slow = tokio::net::TcpStream::connect(server.addr).await.unwrap();
    let form = format!(
        "POST /join HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nContent-Length: 100\r\n\
         Cookie: sarangbang=AAAAAAAAAAAAAAAAAAAAAA\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\nusername=",
        server.addr
    );
    slow.write_all(form.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    patiently(slow.read_to_end(&mut answer)).await.unwrap();
    assert!(String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 408"));
}

#[tokio::test]
async fn a_huge_form_is_refused() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    browser.get("/").await;
    let form = format!("username=Ana&room={}", "r".repeat(100_000));
    assert_eq!(browser.submit("/join", &form).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_message_is_answered_changed_and_deleted_on_its_page() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    minsu.say("r", "첫 말").await;
    let (mut browser, _) = joined(&server).await;
    browser.submit("/rooms/r/messages", "text=typo").await;
    minsu.hear(2).await;
    assert!(browser.get("/rooms/r").await.text().await.unwrap().contains("/rooms/r/2/choices"));

    // One's own: all of it, and the text as it was written.
    let html = browser.get("/rooms/r/2/choices").await.text().await.unwrap();
    assert!(html.contains("value=\"edit\"") && html.contains("value=\"delete\""), "{html}");
    let edited = browser.submit("/rooms/r/2/choices", "act=edit&text=right").await;
    assert_eq!(edited.status(), StatusCode::SEE_OTHER);
    assert_eq!(edited.headers()[LOCATION], "/rooms/r/2");
    assert_eq!(minsu.hear(1).await[0].text, "right");

    // Another's: not to be changed, whatever is sent.
    let html = browser.get("/rooms/r/1/choices").await.text().await.unwrap();
    assert!(!html.contains("value=\"edit\"") && !html.contains("value=\"delete\""), "{html}");
    let denied = browser.submit("/rooms/r/1/choices", "act=delete").await;
    assert_eq!(denied.status(), StatusCode::FORBIDDEN);
    browser.submit("/rooms/r/1/choices", "act=give&emoji=%F0%9F%8E%89").await;
    assert_eq!(minsu.hear(1).await[0].reactions[0].count, 1);
    let html = browser.get("/rooms/r/1/choices").await.text().await.unwrap();
    assert!(html.contains("aria-pressed=\"true\""), "{html}");
    browser.submit("/rooms/r/1/choices", "act=take&emoji=%F0%9F%8E%89").await;
    assert!(minsu.hear(1).await[0].reactions.is_empty());

    let answered = browser.submit("/rooms/r/1/choices", "act=answer&text=hi").await;
    assert_eq!(answered.headers()[LOCATION], "/rooms/r");
    let answer = &minsu.hear(1).await[0];
    assert_eq!((&*answer.text, answer.reply_to), ("hi", Some(1)));

    browser.submit("/rooms/r/2/choices", "act=delete").await;
    let deleted = &minsu.hear(1).await[0];
    assert!(deleted.deleted && deleted.text.is_empty());
    let html = browser.get("/rooms/r/2/choices").await.text().await.unwrap();
    assert!(!html.contains("<form"), "{html}");
}

#[tokio::test]
async fn what_could_not_be_done_with_a_message_is_said_and_what_was_typed_stays() {
    let server = TestServer::with(&["--text-limit", "5"]).await;
    let (mut browser, _) = joined(&server).await;
    browser.submit("/rooms/r/messages", "text=typo").await;
    let id = fresh_id();
    for act in ["edit", "answer"] {
        let form = format!("act={act}&id={id}&text=too+long");
        let refused = browser.submit("/rooms/r/1/choices", &form).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text().await.unwrap();
        assert!(
            page.contains("role=\"alert\"") && page.contains(">\ntoo long</textarea>"),
            "{page}"
        );
        // Sent again, an answer is the same.
        assert!(page.contains(&id.to_string()), "{page}");
    }
    let refused = browser.submit("/rooms/r/1/choices", "act=give&emoji=x").await;
    assert!(refused.text().await.unwrap().contains("role=\"alert\""));
    let unknown = browser.submit("/rooms/r/1/choices", "act=fly").await;
    assert_eq!(unknown.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let far = ["0", "2", "x", "18446744073709551615"];
    for seq in far {
        let path = format!("/rooms/r/{seq}/choices");
        assert_eq!(browser.get(&path).await.status(), StatusCode::NOT_FOUND, "{seq}");
        assert_eq!(browser.get(&format!("/rooms/r/{seq}")).await.status(), StatusCode::NOT_FOUND);
    }
    let foreign =
        browser.post("/rooms/r/1/choices", "act=delete", Some("https://evil.example")).await;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    // Whoever only reads has nothing to choose.
    let mut stranger = Browser::new(&server);
    assert!(!stranger.get("/rooms/r").await.text().await.unwrap().contains("/choices"));
    assert_eq!(stranger.get("/rooms/r/1/choices").await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_is_only_counted_takes_a_reaction_back_all_the_same() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let id = minsu.say("r", "차?").await.id;
    for n in 0..limits::REACTORS {
        let mut guest = server.person(&format!("guest {n}"), "r").await;
        let (room, emoji) = (key("r"), "🎉".to_owned());
        guest.command(Command::React { room, id, emoji, on: true }).await.unwrap();
    }
    minsu.hear(1 + limits::REACTORS).await;
    let (browser, _) = joined(&server).await;
    for expected in [limits::REACTORS as u32 + 1, limits::REACTORS as u32] {
        browser.submit("/rooms/r/1/choices", "act=turn&emoji=%F0%9F%8E%89").await;
        assert_eq!(minsu.hear(1).await[0].reactions[0].count, expected);
    }
}
