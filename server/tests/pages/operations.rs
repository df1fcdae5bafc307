//! What operators ask for, and what the server bears.

use super::*;

#[tokio::test]
async fn health_and_readiness_tell_the_truth() {
    let server = TestServer::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(reqwest::get(server.url(path)).await.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn what_is_counted_is_told() {
    let server = TestServer::start().await;
    let mut ana = server.person("Ana", "r").await;
    let _minsu = server.person("민수", "r").await;
    ana.say("r", "하나").await;
    ana.say("r", "둘").await;
    let told = reqwest::get(server.url("/metrics")).await.unwrap();
    let kind = told.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
    assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
    let text = told.text().await.unwrap();
    for line in [
        "sarangbang_changes_total 2",
        "sarangbang_connections 2",
        "sarangbang_rooms 1",
        "sarangbang_sessions 2",
        "sarangbang_people 2",
        "sarangbang_commit_seconds_count 2",
        "# EOF",
    ] {
        assert!(text.lines().any(|told| told == line), "{line} in {text}");
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
