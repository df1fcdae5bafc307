//! Who is not there is woken through their browser's push service, and told what there is.
#![allow(clippy::unwrap_used)]

mod common;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use common::bot::Bot;
use common::{Client, TestServer, message, patiently, while_time_flies};
use reqwest::header::{CONTENT_TYPE, ORIGIN};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::Instant;

struct Pushed {
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// A push service that takes everything, except for browsers that are gone, and for those that it
/// is too busy for the first time.
struct Service {
    url: String,
    pushed: mpsc::UnboundedReceiver<Pushed>,
}

impl Service {
    async fn start() -> Self {
        let (send, pushed) = mpsc::unbounded_channel();
        let known = Arc::new(Mutex::new(HashSet::new()));
        let take = move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let path = uri.path().to_owned();
            let is_first = known.lock().unwrap().insert(path.clone());
            let status = match &*path {
                "/gone" => StatusCode::GONE,
                "/busy" if is_first => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::CREATED,
            };
            send.send(Pushed { path, headers, body }).unwrap();
            std::future::ready((status, [("retry-after", "20")]))
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(take);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Service { url, pushed }
    }

    async fn server(&self) -> TestServer {
        TestServer::with(&["--push-service", &self.url, "--grace", "0", "--message-rate", "0"])
            .await
    }

    async fn next(&mut self) -> Pushed {
        while_time_flies(self.pushed.recv()).await.unwrap()
    }
}

/// A member, and what their page's worker asks for. The cookie of a browser does as the token.
async fn member(server: &TestServer, username: &str) -> (Client, Bot) {
    let client = server.person(username, "r").await;
    let token = client.token.clone();
    // A connection that is kept would be closed while time flies.
    let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
    (client, Bot { http, base: server.url(""), token })
}

async fn ask(bot: &Bot, path: &str, body: Value) -> (StatusCode, Value) {
    let request = bot.http.post(format!("{}{path}", bot.base)).header(ORIGIN, &bot.base);
    let request = match &bot.token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
    let answer = patiently(request.send()).await.unwrap();
    let status = answer.status();
    let body = patiently(answer.bytes()).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

async fn want(bot: &Bot, choice: &str) {
    let wish = json!({ "choice": choice, "sound": false });
    assert_eq!(ask(bot, "/rooms/r/bell", wish).await.0, StatusCode::NO_CONTENT);
}

async fn subscribe(bot: &Bot, service: &Service, path: &str) -> StatusCode {
    let endpoint = format!("{}{path}", service.url);
    ask(bot, "/bell/subscription", json!({ "endpoint": endpoint })).await.0
}

/// A member who wants to hear of all that is said, and has gone; their page's worker.
async fn absent(server: &TestServer, service: &Service, path: &str) -> Bot {
    let (_gone, worker) = member(server, "Ana").await;
    assert_eq!(subscribe(&worker, service, path).await, StatusCode::NO_CONTENT);
    want(&worker, "all").await;
    worker
}

async fn news(bot: &Bot) -> Value {
    let (status, news) = ask(bot, "/bell/news", json!({})).await;
    assert_eq!(status, StatusCode::OK);
    news
}

#[tokio::test]
async fn who_has_gone_is_woken_by_a_push_that_says_nothing() {
    let mut service = Service::start().await;
    let server = service.server().await;
    let mut minsu = server.person("민수", "r").await;
    let (ana, worker) = member(&server, "Ana").await;
    assert_eq!(subscribe(&worker, &service, "/ana").await, StatusCode::NO_CONTENT);
    want(&worker, "mentions").await;
    minsu.say("r", "@Ana while you are here").await;
    minsu.say("r", "and to nobody").await;
    drop(ana);

    let pushed = service.next().await;
    assert_eq!((&*pushed.path, pushed.body.len()), ("/ana", 0));
    let header = |name: &str| pushed.headers[name].to_str().unwrap();
    assert_eq!(
        (header("ttl"), header("urgency"), header("topic")),
        ("86400", "high", "sarangbang")
    );
    let key = reqwest::get(server.url("/bell/key")).await.unwrap().text().await.unwrap();
    assert!(header("authorization").starts_with("vapid t="));
    assert!(header("authorization").ends_with(&format!(", k={key}")));

    let told = |title: &str, body: &str| json!([{ "title": title, "body": body, "path": "/rooms/r", "sound": false }]);
    assert_eq!(news(&worker).await, told("r", "민수: @Ana while you are here"));
    assert_eq!(news(&worker).await, json!([]));
    minsu.say("r", "nothing for her").await;
    minsu.say("r", "**still** there, @Ana?").await;
    assert_eq!(service.next().await.path, "/ana");
    assert_eq!(news(&worker).await, told("(2) r", "민수: still there, @Ana?"));
    assert!(service.pushed.try_recv().is_err());
}

#[tokio::test]
async fn what_was_deleted_is_in_no_push_and_no_news() {
    let mut service = Service::start().await;
    let server = service.server().await;
    let mut minsu = server.person("민수", "r").await;
    let worker = absent(&server, &service, "/ana").await;
    let said = minsu.say("r", "a secret").await;
    let pushed = service.next().await;
    assert!(pushed.body.is_empty());
    let everything = format!("{:?} {:?}", pushed.path, pushed.headers);
    assert!(!everything.contains("secret") && !everything.contains("민수"));
    let room = common::key("r");
    minsu.command(app::protocol::Command::Delete { room, id: said.id }).await.unwrap();
    assert_eq!(news(&worker).await, json!([]));
}

#[tokio::test]
async fn a_browser_that_is_gone_is_forgotten() {
    let mut service = Service::start().await;
    let server = service.server().await;
    let mut minsu = server.person("민수", "r").await;
    let worker = absent(&server, &service, "/gone").await;
    minsu.say("r", "1").await;
    assert_eq!(service.next().await.path, "/gone");
    subscribe(&worker, &service, "/new").await;
    for text in ["2", "3"] {
        minsu.command(message("r", common::fresh_id(), text)).await.unwrap();
        assert_eq!(service.next().await.path, "/new");
    }
}

#[tokio::test]
async fn what_a_service_cannot_take_is_brought_again_once() {
    let mut service = Service::start().await;
    let server = service.server().await;
    let mut minsu = server.person("민수", "r").await;
    absent(&server, &service, "/busy").await;
    minsu.say("r", "1").await;
    assert_eq!(service.next().await.path, "/busy");
    let refused_at = Instant::now();
    minsu.say("r", "2").await;
    assert_eq!(service.next().await.path, "/busy");
    assert!(refused_at.elapsed() >= Duration::from_secs(19), "the service named 20 s");
    assert!(service.pushed.try_recv().is_err());
    minsu.command(message("r", common::fresh_id(), "3")).await.unwrap();
    assert_eq!(service.next().await.path, "/busy");
}

#[tokio::test]
async fn what_rang_for_nobody_before_the_server_stopped_rings_afterwards() {
    let mut service = Service::start().await;
    let server = service.server().await;
    let mut minsu = server.person("민수", "r").await;
    let worker = absent(&server, &service, "/ana").await;
    minsu.say("r", "1").await;
    assert_eq!(service.next().await.path, "/ana");
    // So soon nobody is woken again.
    minsu.say("r", "2").await;
    let server = server.stop().await.start().await;
    assert_eq!(service.next().await.path, "/ana");
    let worker = Bot { base: server.url(""), ..worker };
    assert_eq!(news(&worker).await[0]["body"], "민수: 2");
}

#[tokio::test]
async fn nobody_makes_the_server_knock_at_other_doors() {
    let service = Service::start().await;
    let server = service.server().await;
    let (_ana, worker) = member(&server, "Ana").await;
    for endpoint in ["http://127.0.0.1:1/", "https://fcm.googleapis.com/x", "nonsense", ""] {
        let (status, problem) =
            ask(&worker, "/bell/subscription", json!({ "endpoint": endpoint })).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{endpoint}");
        assert_eq!(problem["parameter"], "endpoint");
    }
    let stranger = Bot { token: None, ..worker.clone() };
    assert_eq!(subscribe(&stranger, &service, "/x").await, StatusCode::FORBIDDEN);
    let wish = json!({ "choice": "all", "sound": true });
    assert_eq!(ask(&stranger, "/rooms/r/bell", wish.clone()).await.0, StatusCode::FORBIDDEN);
    assert_eq!(ask(&worker, "/rooms/elsewhere/bell", wish).await.0, StatusCode::NOT_FOUND);
    let loud = json!({ "choice": "loud", "sound": true });
    assert_eq!(ask(&worker, "/rooms/r/bell", loud).await.0, StatusCode::BAD_REQUEST);
    let foreign = worker.http.post(server.url("/bell/news")).header(ORIGIN, "https://evil.example");
    assert_eq!(foreign.send().await.unwrap().status(), StatusCode::FORBIDDEN);
}
