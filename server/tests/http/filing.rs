//! Bringing files, sending and reading them.

use super::common::bot::{Bot, answer};
use super::common::{TestServer, patiently};
use image::{ImageFormat, RgbImage};
use reqwest::header::{CONTENT_TYPE, COOKIE, ETAG, IF_NONE_MATCH, ORIGIN};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::io::Cursor;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut content = Vec::new();
    let drawn =
        RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]));
    drawn.write_to(&mut Cursor::new(&mut content), ImageFormat::Png).unwrap();
    content
}

async fn bring(bot: &Bot, name: &str, content: Vec<u8>) -> super::common::bot::Answer {
    answer(bot.request(Method::POST, &format!("/rooms/r/files?name={name}")).body(content)).await
}

#[tokio::test]
async fn a_picture_goes_all_the_way_and_is_gone_with_its_message() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let brought = bring(&bot, "%EA%B7%A4.png", png(1200, 800)).await;
    assert_eq!(brought.status, StatusCode::CREATED, "{brought:?}");
    assert_eq!(
        (&brought.body["name"], &brought.body["kind"]),
        (&json!("귤.png"), &json!("image/png"))
    );
    assert_eq!(brought.body["picture"], json!({ "width": 1200, "height": 800 }));
    let body = json!({ "text": "", "files": [brought.body["id"]] });
    let said = bot.post("/rooms/r/messages", &body).await;
    assert_eq!(said.status, StatusCode::CREATED, "{said:?}");
    assert_eq!(said.body["files"], json!([brought.body]));
    assert_eq!(minsu.hear(1).await[0].files[0].name, "귤.png");

    let path = format!("/files/{}", brought.body["id"].as_str().unwrap());
    let read = async |path: &str| patiently(bot.http.get(server.url(path)).send()).await.unwrap();
    let whole = read(&path).await;
    let headers = whole.headers().clone();
    assert_eq!(headers[CONTENT_TYPE], "image/png");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["content-disposition"], "inline; filename*=UTF-8''%EA%B7%A4%2Epng");
    assert!(headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    assert_eq!(headers["cache-control"], "private, no-cache");
    let small = read(&format!("{path}/small")).await;
    let (whole, small) = (whole.bytes().await.unwrap(), small.bytes().await.unwrap());
    assert!(small.len() < whole.len());
    let again = bot.http.get(server.url(&path)).header(IF_NONE_MATCH, &headers[ETAG]);
    assert_eq!(patiently(again.send()).await.unwrap().status(), StatusCode::NOT_MODIFIED);

    let message = format!("/rooms/r/messages/{}", said.body["id"].as_str().unwrap());
    let deleted = answer(bot.request(Method::DELETE, &message)).await;
    assert_eq!((deleted.status, deleted.body.get("files")), (StatusCode::OK, None));
    for gone in [path.clone(), format!("{path}/small")] {
        assert_eq!(read(&gone).await.status(), StatusCode::NOT_FOUND);
    }
    let again = bot.http.get(server.url(&path)).header(IF_NONE_MATCH, &headers[ETAG]);
    assert_eq!(patiently(again.send()).await.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nothing_that_could_run_is_shown() {
    let server = TestServer::start().await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    for (name, content, kind) in [
        ("a.html", "<script>alert(1)</script>", "application/octet-stream"),
        (
            "a.svg",
            "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "text/plain; charset=utf-8",
        ),
        ("a.xml", "<?xml version=\"1.0\"?><a/>", "application/octet-stream"),
        ("a.txt", "안녕", "text/plain; charset=utf-8"),
        ("a.pdf", "%PDF-1.7", "application/octet-stream"),
    ] {
        let brought = bring(&bot, name, content.into()).await;
        let url = server.url(&format!("/files/{}", brought.body["id"].as_str().unwrap()));
        let read = patiently(bot.http.get(url).send()).await.unwrap();
        assert_eq!(read.headers()[CONTENT_TYPE], kind, "{name}");
        let disposition = read.headers()["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with("attachment;"), "{name}: {disposition}");
    }
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_with_the_reason() {
    let limits = ["--file-limit", "1", "--file-space", "2", "--message-rate", "0"];
    let server = TestServer::with(&limits).await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let refused = bring(&bot, "a", vec![0xff; 1024 * 1024 + 1]).await;
    assert_eq!(
        (refused.status, refused.problem()),
        (StatusCode::PAYLOAD_TOO_LARGE, "file-too-large")
    );
    for _ in 0..2 {
        assert_eq!(bring(&bot, "a", vec![0xff; 1024 * 1024]).await.status, StatusCode::CREATED);
    }
    let full = bring(&bot, "a", vec![0xff]).await;
    assert_eq!(
        (full.status, full.problem()),
        (StatusCode::INSUFFICIENT_STORAGE, "no-room-for-files")
    );

    assert_eq!(bring(&bot, "a", Vec::new()).await.problem(), "no-such-file");

    let say = async |body: Value| bot.post("/rooms/r/messages", &body).await;
    let unknown =
        say(json!({ "text": "", "files": ["00000000-0000-4000-8000-000000000000"] })).await;
    assert_eq!(
        (unknown.status, unknown.problem()),
        (StatusCode::UNPROCESSABLE_ENTITY, "no-such-file")
    );
    let many = vec!["00000000-0000-4000-8000-000000000000"; 11];
    let many = say(json!({ "text": "", "files": many })).await;
    assert_eq!((many.status, many.problem()), (StatusCode::UNPROCESSABLE_ENTITY, "too-many-files"));
    assert_eq!(say(json!({ "text": " ", "files": [] })).await.problem(), "text-blank");

    let stranger = Bot::new(&server);
    assert_eq!(bring(&stranger, "a", vec![1]).await.problem(), "not-joined");
    let foreign = stranger.http.post(server.url("/api/v1/rooms/r/files"));
    let foreign = foreign
        .header(COOKIE, "sarangbang=AAAAAAAAAAAAAAAAAAAAAA")
        .header(ORIGIN, "https://evil.example");
    assert_eq!(answer(foreign.body("x")).await.problem(), "foreign-origin");

    let off = TestServer::with(&["--file-limit", "0"]).await;
    let bot = Bot::joined(&off, "r", "Ana").await;
    assert_eq!(bring(&bot, "a", vec![1]).await.problem(), "no-room-for-files");
}
