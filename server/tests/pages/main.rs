//! What a browser gets before any script runs, and what plain forms do.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod forms;
mod operations;
mod owners;

use app::protocol::{Codec, Command, PresenceChange, ServerFrame, limits};
use common::bot::Bot;
use common::{TestServer, fresh_id, key, patiently};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client as Http, Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A browser without script: keeps its cookie, follows nothing by itself.
struct Browser {
    http: Http,
    cookie: String,
    origin: String,
}

impl Browser {
    fn new(server: &TestServer) -> Self {
        let http = Http::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Browser { http, cookie: String::new(), origin: server.url("") }
    }

    async fn get(&mut self, path: &str) -> Response {
        let request = self.http.get(format!("{}{path}", self.origin)).header(COOKIE, &self.cookie);
        let response = patiently(request.send()).await.unwrap();
        if let Some(cookie) = response.headers().get(SET_COOKIE) {
            self.cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        response
    }

    async fn post(&self, path: &str, form: &str, origin: Option<&str>) -> Response {
        let mut request = self
            .http
            .post(format!("{}{path}", self.origin))
            .header(COOKIE, &self.cookie)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.to_owned());
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        patiently(request.send()).await.unwrap()
    }

    async fn submit(&self, path: &str, form: &str) -> Response {
        self.post(path, form, Some(&self.origin)).await
    }
}

#[tokio::test]
async fn strangers_get_one_page_until_the_room_moves_on() {
    let server = TestServer::start().await;
    let mut host = server.person("민수", "공부").await;
    host.say("공부", "하나").await;
    let path = "/rooms/%EA%B3%B5%EB%B6%80";
    let page = async || Browser::new(&server).get(path).await.text().await.unwrap();
    let first = page().await;
    assert_eq!(first, page().await);

    host.say("공부", "둘").await;
    let after_a_message = page().await;
    assert!(after_a_message.contains("둘") && !first.contains("둘"));

    let _guest = server.person("Ana", "공부").await;
    let after_an_arrival = page().await;
    assert!(after_an_arrival.contains("Ana") && !after_a_message.contains("Ana"));
}

#[tokio::test]
async fn a_page_for_many_is_still_each_ones_own() {
    let server = TestServer::start().await;
    server.person("민수", "공부").await.say("공부", "하나").await;
    let path = "/rooms/%EA%B3%B5%EB%B6%80";
    let (mut one, mut other) = (Browser::new(&server), Browser::new(&server));
    one.get(path).await;
    other.get(path).await;
    assert_ne!(one.cookie, other.cookie);

    let asked = |name: &'static str, value: &'static str| {
        let request = one.http.get(server.url(path)).header(name, value);
        async { patiently(request.send()).await.unwrap() }
    };
    let english = asked("accept-language", "en").await.text().await.unwrap();
    let korean = asked("accept-language", "ko").await.text().await.unwrap();
    assert!(english.contains("lang=\"en\"") && korean.contains("lang=\"ko\""));
    let dark = asked("cookie", "theme=dark").await.text().await.unwrap();
    assert!(dark.contains("data-theme=\"dark\""));
    let packed = asked("accept-encoding", "gzip").await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_ne!(packed.bytes().await.unwrap().len(), english.len());
    let named = asked("cookie", "name=Ana").await.text().await.unwrap();
    assert!(named.contains("Ana") && !english.contains("Ana"));
}

#[tokio::test]
async fn the_first_response_is_a_complete_page() {
    let server = TestServer::start().await;
    server.person("민수", "공부 방").await.say("공부-방", "처음 뵙겠습니다 <b>").await;
    let mut browser = Browser::new(&server);
    let response = browser.get("/rooms/%EA%B3%B5%EB%B6%80-%EB%B0%A9").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    let html = response.text().await.unwrap();
    for part in [
        "<html lang=\"ko\"",
        "공부 방",
        "처음 뵙겠습니다 &lt;b&gt;",
        "민수",
        "name=\"username\"",
        "action=\"/rooms/",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    assert!(!html.contains("뵙겠습니다 <b>"));
}

#[tokio::test]
async fn a_page_speaks_the_visitors_language() {
    let server = TestServer::start().await;
    let http = Http::new();
    for (header, value, lang) in [
        ("accept-language", "en-GB,en;q=0.9", "en"),
        ("accept-language", "fr", "ko"),
        ("accept-language", "en;q=0.1, ko", "ko"),
        ("cookie", "locale=en", "en"),
    ] {
        let page = http
            .get(server.url("/"))
            .header(header, value)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{header}: {value}");
    }
}

#[tokio::test]
async fn a_room_has_one_address() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    for (asked, answered) in
        [("/rooms/Study%20Room", "/rooms/study-room"), ("/rooms/%20a", "/rooms/a")]
    {
        let response = browser.get(asked).await;
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
        assert_eq!(response.headers()[LOCATION], answered);
    }
    assert_eq!(browser.get("/rooms/%E2%80%AE").await.status(), StatusCode::BAD_REQUEST);
    let long = format!("/rooms/{}", "r".repeat(65));
    assert_eq!(browser.get(&long).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(browser.get("/nowhere").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_room_keeps_the_title_that_its_first_visitor_wrote_into_the_address() {
    let server = TestServer::start().await;
    let http = Http::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let moved = http.get(server.url("/rooms/Study%20Room")).send().await.unwrap();
    let cookie = moved.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap();
    for (room, title) in [("study-room", "Study Room"), ("other", "other")] {
        let asked = http.get(server.url(&format!("/rooms/{room}"))).header(COOKIE, cookie);
        let page = asked.send().await.unwrap().text().await.unwrap();
        assert!(page.contains(&format!(">{title}</h1>")), "{page}");
    }
}

#[tokio::test]
async fn nothing_stands_before_the_first_message() {
    let server = TestServer::start().await;
    let mut ana = server.person("Ana", "r").await;
    ana.say("r", "하나").await;
    let mut browser = Browser::new(&server);
    for before in ["0", "1"] {
        let page = browser.get(&format!("/rooms/r?before={before}")).await.text().await.unwrap();
        assert!(page.contains("하나"), "{page}");
    }
}

#[tokio::test]
async fn looking_at_a_room_does_not_make_it() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    assert_eq!(browser.get("/rooms/empty").await.status(), StatusCode::OK);
    let mut reader = server.client(Codec::Json).await;
    let cursor = app::protocol::Cursor { epoch: reader.greeting.as_ref().unwrap().epoch, rev: 0 };
    let resume = app::protocol::Command::Resume { room: common::key("empty"), cursor };
    assert_eq!(reader.command(resume).await, Err(app::protocol::Refusal::UnknownRoom));
}

/// What the page's form would post to: its action, with the message's name.
fn form_action(html: &str) -> String {
    let (_, rest) = html.split_once("action=\"/rooms/r/messages?id=").unwrap();
    format!("/rooms/r/messages?id={}", rest.split_once('"').unwrap().0)
}

async fn joined(server: &TestServer) -> (Browser, String) {
    let mut browser = Browser::new(server);
    browser.get("/").await;
    browser.submit("/join", "username=Ana&room=r").await;
    let html = browser.get("/rooms/r").await.text().await.unwrap();
    (browser, html)
}

#[tokio::test]
async fn the_news_are_what_was_said_since_the_page_and_keep_one_here() {
    let server = TestServer::with(&["--grace", "0"]).await;
    let mut minsu = server.person("민수", "r").await;
    minsu.say("r", "before").await;
    let (mut browser, html) = joined(&server).await;
    let (_, rest) = html.split_once("<noscript><iframe").unwrap();
    let (_, rest) = rest.split_once("src=\"").unwrap();
    let news = rest.split_once('"').unwrap().0.to_owned();
    minsu.say("r", "after").await;
    let response = browser.get(&news).await;
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    assert_eq!(response.headers()["refresh"], "10");
    let frame = response.text().await.unwrap();
    assert!(frame.contains("after") && !frame.contains("before"), "{frame}");
    assert!(frame.contains("2명"), "{frame}");
    // Another page of ours may not be framed, and this one not by others.
    let page = browser.get("/rooms/r").await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("frame-src 'self'"));
    // Another life of the database: everything is new.
    let anew = browser.get("/rooms/r/news?after=1.1").await.text().await.unwrap();
    assert!(anew.contains("after") && anew.contains("before"));
    assert_eq!(browser.get("/rooms/r/news?after=x").await.status(), StatusCode::NOT_FOUND);
    // Pages of older messages stay as they are.
    let older = browser.get("/rooms/r?before=2").await.text().await.unwrap();
    assert!(!older.contains("<iframe"));
}

#[tokio::test]
async fn the_session_cookie_is_for_the_server_alone() {
    let server = TestServer::with(&["--origin", "https://chat.example"]).await;
    let response = Http::new().get(server.url("/")).send().await.unwrap();
    let cookie = response.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure", "Max-Age=7776000"] {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }
}

#[tokio::test]
async fn every_inline_script_is_named_by_the_policy() {
    use base64::Engine as _;
    use sha2::{Digest, Sha256};
    let server = TestServer::start().await;
    for path in ["/", "/rooms/r", "/nowhere"] {
        let response = Http::new().get(server.url(path)).send().await.unwrap();
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(!policy.contains("unsafe-inline") && policy.contains("default-src 'none'"));
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["referrer-policy"], "same-origin");
        let html = response.text().await.unwrap();
        for inline in html.split("<script>").skip(1) {
            let script = inline.split("</script>").next().unwrap();
            let hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(script));
            assert!(
                policy.contains(&format!("'sha256-{hash}'")),
                "{path}: 'sha256-{hash}' for {script}"
            );
        }
        assert!(!html.contains(" style=") && !html.contains(" onclick="));
    }
}

#[tokio::test]
async fn a_permalink_leads_to_the_message_wherever_it_is() {
    let server = TestServer::with(&["--message-rate", "0", "--address-messages", "0"]).await;
    let mut minsu = server.person("민수", "r").await;
    for n in 1..=60 {
        minsu.say("r", &n.to_string()).await;
    }
    let mut browser = Browser::new(&server);
    let to = async |browser: &mut Browser, path: &str| {
        let response = browser.get(path).await;
        let location = response.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
        (response.status(), location.unwrap_or_default())
    };
    let (status, near) = to(&mut browser, "/rooms/r/60").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(near.starts_with("/rooms/r#message-"), "{near}");
    let (_, far) = to(&mut browser, "/rooms/R/2").await;
    assert!(far.starts_with("/rooms/r?before=28#message-"), "{far}");
    // With script the room itself is opened there.
    let bare = std::mem::replace(&mut browser.cookie, "zone=540".into());
    assert_eq!(to(&mut browser, "/rooms/R/2").await.1, "/rooms/r#at-2");
    browser.cookie = bare;
    let (path, id) = far.split_once('#').unwrap();
    let page = browser.get(path).await.text().await.unwrap();
    assert!(page.contains(&format!("id=\"{id}\"")));
    for nowhere in ["/rooms/r/61", "/rooms/r/0", "/rooms/r/x", "/rooms/empty/1"] {
        assert_eq!(to(&mut browser, nowhere).await.0, StatusCode::NOT_FOUND, "{nowhere}");
    }
}

#[tokio::test]
async fn a_room_is_searched_by_a_plain_form() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "공부").await;
    minsu.say("공부", "감귤 <b>두</b> 상자").await;
    let mut browser = Browser::new(&server);
    let path = "/rooms/%EA%B3%B5%EB%B6%80/search";
    let asked = browser.get(&format!("{path}?q=%EA%B7%A4+%3Cb%3E")).await;
    assert_eq!(asked.status(), StatusCode::OK);
    let page = asked.text().await.unwrap();
    assert!(page.contains("감<mark>귤</mark> <mark>&lt;b&gt;</mark>두"), "{page}");
    assert!(page.contains("href=\"/rooms/%EA%B3%B5%EB%B6%80/1\""));
    assert!(page.contains("value=\"귤 &lt;b&gt;\""));
    let nothing = browser.get(&format!("{path}?q=%22%3E%3Cscript%3E")).await.text().await.unwrap();
    assert!(!nothing.contains("\"><script"));
    assert_eq!(browser.get("/rooms/nowhere/search").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_rooms_link_comes_as_a_picture() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    let picture = browser.get("/rooms/%EA%B3%B5%EB%B6%80/qr.svg").await;
    assert_eq!(
        (picture.status(), &picture.headers()[CONTENT_TYPE]),
        (StatusCode::OK, &"image/svg+xml".parse().unwrap())
    );
    assert!(picture.text().await.unwrap().contains("<svg"));
    assert_eq!(browser.get("/rooms/%00/qr.svg").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_is_here_because_their_page_is_kept() {
    let server = TestServer::with(&["--grace", "0"]).await;
    let mut minsu = server.person("민수", "r").await;
    let ana = server.person("Ana", "r").await;
    let mut browser = Browser::new(&server);
    browser.cookie = format!("sarangbang={}", ana.token.clone().unwrap());
    drop(ana);
    let is_gone = |frame: &ServerFrame| match frame {
        ServerFrame::Presence(presence) => {
            matches!(&presence.changes[..], [PresenceChange::Gone { user, .. }] if user.username == "Ana")
        }
        _ => false,
    };
    minsu.until(is_gone).await;
    let url = server.url("/rooms/r");
    let kept = browser.http.get(&url).header(COOKIE, &browser.cookie).header("purpose", "prefetch");
    let kept = patiently(kept.send()).await.unwrap().text().await.unwrap();
    assert!(kept.contains("name=\"text\""), "as a member sees it");
    let stranger = Bot::new(&server);
    assert_eq!(stranger.usernames("r").await, ["민수"]);
    browser.get("/rooms/r").await;
    assert_eq!(stranger.usernames("r").await.len(), 2);
}
