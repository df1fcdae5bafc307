//! Origins, tokens, languages, addresses, and what is no request at all.

use super::common::bot::{Bot, answer};
use super::common::{TestServer, patiently};
use reqwest::header::{CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const JOIN: &str = "/rooms/r/join";

async fn cookie(server: &TestServer) -> String {
    let page = reqwest::get(server.url("/")).await.unwrap();
    page.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_cookie_joins_its_own_session_and_is_not_told_its_token() {
    let server = TestServer::start().await;
    let (bot, cookie) = (Bot::new(&server), cookie(&server).await);
    let join = |name: &str| {
        let request = bot.post_json(JOIN, &json!({ "username": name }));
        answer(request.header(COOKIE, &cookie).header(ORIGIN, server.url("")))
    };
    let first = join("Ana").await;
    assert_eq!((first.status, &first.body["token"]), (StatusCode::OK, &Value::Null));
    let second = join("Anne").await;
    assert_eq!(second.body["token"], Value::Null);
    assert_eq!(second.body["user"]["id"], first.body["user"]["id"]);
}

#[tokio::test]
async fn a_cookie_without_an_allowed_origin_does_nothing() {
    let server = TestServer::start().await;
    let (bot, cookie) = (Bot::new(&server), cookie(&server).await);
    for origin in [None, Some("null"), Some("http://evil.example")] {
        for path in [JOIN, "/rooms/r/messages", "/rooms/r/leave"] {
            let body = json!({ "username": "Ana", "text": "x" });
            let mut request = bot.post_json(path, &body).header(COOKIE, &cookie);
            if let Some(origin) = origin {
                request = request.header(ORIGIN, origin);
            }
            let answer = answer(request).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin:?} {path}");
            assert_eq!(answer.problem(), "foreign-origin");
        }
    }
}

#[tokio::test]
async fn an_origin_that_was_named_may_use_tokens_from_its_pages() {
    let server = TestServer::with(&["--origin", "https://chat.example"]).await;
    let bot = Bot::new(&server);
    let preflight = |origin: &'static str| {
        let request = bot.request(Method::OPTIONS, JOIN).header(ORIGIN, origin);
        let request = request.header("access-control-request-method", "POST");
        answer(request.header("access-control-request-headers", "authorization,content-type"))
    };
    let allowed = preflight("https://chat.example").await;
    assert!(allowed.status.is_success());
    assert_eq!(allowed.headers["access-control-allow-origin"], "https://chat.example");
    let headers = allowed.headers["access-control-allow-headers"].to_str().unwrap();
    assert!(headers.contains("authorization") && headers.contains("content-type"));
    assert!(!allowed.headers.contains_key("access-control-allow-credentials"));
    let foreign = preflight("https://evil.example").await;
    assert!(!foreign.headers.contains_key("access-control-allow-origin"));

    let joined = bot.post_json(JOIN, &json!({ "username": "Ana" }));
    let joined = answer(joined.header(ORIGIN, "https://chat.example")).await;
    assert_eq!(joined.headers["access-control-allow-origin"], "https://chat.example");
    assert!(joined.body["token"].is_string());
    let foreign = bot.post_json(JOIN, &json!({ "username": "Ana" }));
    let foreign = answer(foreign.header(ORIGIN, "https://evil.example")).await;
    assert_eq!(foreign.problem(), "foreign-origin");
    assert!(!foreign.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_token_that_no_session_has_is_refused() {
    let server = TestServer::start().await;
    Bot::joined(&server, "r", "Ana").await;
    for token in ["", "x", "AAAAAAAAAAAAAAAAAAAAAA"] {
        let bot = Bot { token: Some(token.into()), ..Bot::new(&server) };
        for answer in [bot.get("/rooms/r/messages").await, bot.join("r", "Ben").await] {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{token:?}");
            assert_eq!(answer.problem(), "unknown-token");
            assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
        }
    }
}

#[tokio::test]
async fn a_body_that_is_not_the_json_we_expect_is_a_problem() {
    let server = TestServer::start().await;
    let bot = Bot::new(&server);
    let send = |content_type: &'static str, body: String| {
        answer(bot.request(Method::POST, JOIN).header(CONTENT_TYPE, content_type).body(body))
    };
    let json = r#"{"username":"Ana"}"#;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        let refused = send(content_type, json.into()).await;
        assert_eq!((refused.status.as_u16(), refused.problem()), (415, "not-json"));
    }
    for body in ["", "{", "[]", r#"["Ana"]"#, r#"{"username":1}"#, r#"{"name":"Ana"}"#, "null"] {
        let refused = send("application/json", body.into()).await;
        assert_eq!((refused.status.as_u16(), refused.problem()), (400, "malformed"), "{body}");
    }
    let huge = send("application/json", format!(r#"{{"username":"{}"}}"#, "x".repeat(70_000)));
    let huge = huge.await;
    assert_eq!((huge.status.as_u16(), huge.problem()), (413, "too-large"));
    let fine = send("application/json; charset=utf-8", json.into()).await;
    assert_eq!(fine.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_endpoint_is_a_problem_too() {
    let server = TestServer::start().await;
    let bot = Bot::new(&server);
    for path in ["/", "/rooms", "/rooms/r", "/rooms/r/nothing", "/rooms/a/b/messages"] {
        let answer = bot.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.problem()), (404, "unknown-path"), "{path}");
    }
    for (method, path) in [
        (Method::PUT, "/rooms/r/messages"),
        (Method::DELETE, "/rooms/r/users"),
        (Method::GET, "/rooms/r/join"),
    ] {
        let answer = answer(bot.request(method, path)).await;
        assert_eq!((answer.status.as_u16(), answer.problem()), (405, "wrong-method"), "{path}");
        assert!(answer.headers.contains_key("allow"));
    }
}

#[tokio::test]
async fn a_problem_speaks_the_clients_language() {
    let server = TestServer::start().await;
    let bot = Bot::new(&server);
    let mut details = Vec::new();
    for (language, expected) in [("en", "en"), ("ko-KR", "ko"), ("fr", "ko")] {
        let request = bot.post_json(JOIN, &json!({ "username": "" }));
        let answer = answer(request.header("accept-language", language)).await;
        assert_eq!(answer.headers["content-language"], expected);
        details.push(answer.body["detail"].as_str().unwrap().to_owned());
    }
    assert_eq!(details, ["Please type a name.", "이름을 적어 주세요.", "이름을 적어 주세요."]);
}

#[tokio::test]
async fn the_api_is_described_to_programs_and_to_people() {
    let server = TestServer::start().await;
    let get = async |path: &str| patiently(reqwest::get(server.url(path))).await.unwrap();
    let described = get("/api/openapi.json").await.text().await.unwrap();
    let described: Value = serde_json::from_str(&described).unwrap();
    assert!(described["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, method) in [
        ("join", "post"),
        ("leave", "post"),
        ("messages", "get"),
        ("messages", "post"),
        ("users", "get"),
    ] {
        let operation = &described["paths"][format!("/api/v1/rooms/{{room}}/{path}")][method];
        assert!(operation["responses"]["429"]["content"]["application/problem+json"].is_object());
    }
    let docs = get("/api/docs").await;
    assert!(docs.headers()[CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
    let docs = docs.text().await.unwrap();
    assert!(!docs.contains("<script") && !docs.contains("style="));
    for part in ["/api/v1/rooms/{room}/join", "Last-Event-ID", "id=\"name-taken\""] {
        assert!(docs.contains(part), "{part}");
    }
    // Where a problem's type leads.
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
    let problem = http.unwrap().get(server.url("/problems/name-taken")).send().await.unwrap();
    assert_eq!(problem.headers()["location"], "/api/docs#name-taken");
}
