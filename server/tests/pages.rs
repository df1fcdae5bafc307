//! What a browser gets before any script runs, and what plain forms do.
#![allow(clippy::unwrap_used)]

mod common;

use app::protocol::{Codec, PresenceChange, ServerFrame};
use common::bot::Bot;
use common::{TestServer, patiently};
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
async fn looking_at_a_room_does_not_make_it() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    assert_eq!(browser.get("/rooms/empty").await.status(), StatusCode::OK);
    let mut reader = server.client(Codec::Json).await;
    let cursor = app::protocol::Cursor { epoch: reader.greeting.as_ref().unwrap().epoch, rev: 0 };
    let resume = app::protocol::Command::Resume { room: common::key("empty"), cursor };
    assert_eq!(reader.command(resume).await, Err(app::protocol::Refusal::UnknownRoom));
}

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
async fn health_and_readiness_tell_the_truth() {
    let server = TestServer::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(reqwest::get(server.url(path)).await.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn who_never_finishes_their_headers_is_let_go() {
    let server = TestServer::start().await;
    let mut slow = tokio::net::TcpStream::connect(server.addr).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    let mut answer = Vec::new();
    // The header time-out is ten seconds; without one this would never end.
    patiently(slow.read_to_end(&mut answer)).await.unwrap();
    assert!(!String::from_utf8_lossy(&answer).contains("200 OK"));
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

/// Someone with a seat in room r.
async fn member(server: &TestServer, username: &str) -> Browser {
    let mut browser = Browser::new(server);
    browser.get("/rooms/r").await;
    let joined = browser.submit("/rooms/r/join", &format!("username={username}")).await;
    assert_eq!(joined.status(), StatusCode::SEE_OTHER);
    browser
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
    assert!(!ben.get("/").await.text().await.unwrap().contains("/rooms/r"));

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
    let front = ben.get("/").await.text().await.unwrap();
    assert!(front.contains("href=\"/rooms/r\""), "{front}");
    let seen = ben.get("/rooms/r/settings").await.text().await.unwrap();
    assert!(seen.contains("어서 &lt;b&gt;") && !seen.contains("<form"));

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
