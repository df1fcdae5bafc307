//! `/poll` beneath the contract: lost answers, repeated requests, limits, and who may ask.
#![allow(clippy::unwrap_used)]

mod common;

use app::protocol::{
    ClientFrame, Close, Codec, Command, Greeting, Heard, Hello, Polled, Refusal, ServerFrame,
};
use common::{Client, Poller, TestServer, fresh_id, message, patiently};
use futures::future::{Either, select};
use reqwest::{Client as Http, Response, StatusCode};

fn hello() -> ClientFrame {
    ClientFrame::Hello(Hello::default())
}

fn join(id: u32, username: &str) -> ClientFrame {
    ClientFrame::Command {
        id,
        command: Command::Join { room: "r".into(), username: username.into() },
    }
}

fn say(id: u32, text: &str) -> ClientFrame {
    ClientFrame::Command { id, command: message("r", fresh_id(), text) }
}

fn ack(frame: &ServerFrame) -> Option<u32> {
    if let ServerFrame::Ack(ack) = frame { Some(ack.id) } else { None }
}

/// Opens a link with these frames.
async fn open(server: &TestServer, frames: &[ClientFrame]) -> Poller {
    let mut poller = Poller::new(server.addr, Codec::Json);
    let heard: Heard = poller.decode(poller.post(1, frames).await).await;
    assert_eq!(heard.heard, frames.len() as u64);
    poller.link = Some(heard.link);
    poller
}

/// The frames after that one, once there are so many.
async fn frames(poller: &Poller, ack: u64, count: usize) -> Vec<ServerFrame> {
    loop {
        let polled: Polled = poller.decode(patiently(poller.get(ack)).await).await;
        assert_eq!(polled.first, ack + 1);
        if polled.frames.len() >= count {
            return polled.frames;
        }
        // The same GET again loses nothing, and gets what came meanwhile.
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_hello_and_commands_may_come_in_one_go() {
    let server = TestServer::start().await;
    let poller = open(&server, &[hello(), join(1, "민수"), say(2, "안녕")]).await;
    match &frames(&poller, 0, 4).await[..] {
        [ServerFrame::Hello(Greeting { user: None, .. }), ServerFrame::Ack(joined), rest @ ..] => {
            assert_eq!(joined.id, 1);
            let batch = rest.iter().position(|frame| matches!(frame, ServerFrame::Batch(_)));
            let ack = rest.iter().position(|frame| matches!(frame, ServerFrame::Ack(_)));
            assert!(batch.is_some() && batch < ack, "a batch precedes its ack: {rest:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_was_not_acknowledged_is_answered_again() {
    let server = TestServer::start().await;
    let poller = open(&server, &[hello(), join(1, "민수")]).await;
    let first = frames(&poller, 0, 2).await;
    assert_eq!(frames(&poller, 0, 2).await, first);
    assert_eq!(frames(&poller, 1, 1).await, first[1..]);
    // What was acknowledged is not kept, and what was never sent cannot be acknowledged.
    assert_eq!(poller.get(0).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(poller.get(u64::MAX).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_post_that_is_repeated_is_heard_once() {
    let server = TestServer::start().await;
    let mut listener = server.person("Ana", "r").await;
    let poller = open(&server, &[hello(), join(1, "민수")]).await;
    let sent = [say(2, "하나"), say(3, "둘")];
    let again = || async { poller.decode::<Heard>(poller.post(3, &sent).await).await.heard };
    let (one, other) = tokio::join!(again(), again());
    assert_eq!((one, other, again().await), (4, 4, 4));
    // The tail of a POST that was half heard, and then more.
    let more = [sent[1].clone(), say(4, "셋")];
    assert_eq!(poller.decode::<Heard>(poller.post(4, &more).await).await.heard, 5);
    let texts: Vec<_> = listener.hear(3).await.iter().map(|said| said.text.clone()).collect();
    assert_eq!(texts, ["하나", "둘", "셋"]);
    // The log knows a message that comes twice; here it came once, and was answered once.
    let mut acks = Vec::new();
    while acks.last() != Some(&4) {
        acks = frames(&poller, 0, 1).await.iter().filter_map(ack).collect();
    }
    assert_eq!(acks, [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_post_that_skips_a_frame_is_not_heard() {
    let server = TestServer::start().await;
    let poller = open(&server, &[hello()]).await;
    assert_eq!(poller.post(3, &[join(1, "민수")]).await.status(), StatusCode::CONFLICT);
    assert_eq!(poller.decode::<Heard>(poller.post(2, &[join(1, "민수")]).await).await.heard, 2);
}

/// A GET that is parked for sure: another one has just been ended by it.
async fn parked(poller: &Poller, ack: u64) -> impl Future<Output = Response> {
    let [one, other] = [Box::pin(poller.get(ack)), Box::pin(poller.get(ack))];
    match patiently(select(one, other)).await {
        Either::Left((ended, parked)) | Either::Right((ended, parked)) => {
            assert_eq!(ended.status(), StatusCode::CONFLICT);
            parked
        }
    }
}

#[tokio::test]
async fn a_second_get_takes_the_place_of_the_first() {
    let server = TestServer::start().await;
    let poller = open(&server, &[hello()]).await;
    frames(&poller, 0, 1).await;
    let second = parked(&poller, 1).await;
    assert_eq!(poller.post(2, &[join(1, "민수")]).await.status(), StatusCode::OK);
    let polled: Polled = poller.decode(patiently(second).await).await;
    assert!(matches!(polled.frames[..], [ServerFrame::Ack(_), ..]), "{polled:?}");
}

#[tokio::test]
async fn a_bad_request_is_told_what_is_wrong_with_it() {
    let server = TestServer::start().await;
    let poller = open(&server, &[hello()]).await;
    let link = poller.link.clone().unwrap();
    let http = Http::new();
    let post = |query: String, kind: &str, body: Vec<u8>| {
        http.post(format!("{}{query}", poller.url)).header("content-type", kind).body(body).send()
    };
    let json = "application/json";
    for (query, kind, body, expected) in [
        (String::new(), "text/plain", "[]", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (String::new(), "", "[]", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (String::new(), json, "{}", StatusCode::BAD_REQUEST),
        (String::new(), json, "[\"hi\"]", StatusCode::BAD_REQUEST),
        (String::new(), "application/octet-stream", "\u{1}\u{7f}", StatusCode::BAD_REQUEST),
        (format!("?link={link}"), json, "[]", StatusCode::BAD_REQUEST),
        (format!("?link={link}&first=0"), json, "[]", StatusCode::BAD_REQUEST),
        ("?link=nonsense&first=1".into(), json, "[]", StatusCode::GONE),
        ("?link=AAAAAAAAAAAAAAAAAAAAAA&first=1".into(), json, "[]", StatusCode::GONE),
        (format!("?link={link}&first=2"), "application/json; charset=utf-8", "[]", StatusCode::OK),
    ] {
        let answer = post(query.clone(), kind, body.into()).await.unwrap();
        assert_eq!(answer.status(), expected, "{query} {kind} {body}");
    }
    let huge = post(String::new(), json, vec![b' '; 64 * 1024 + 1]).await.unwrap();
    assert_eq!(huge.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let get = http.get(format!("{}?link=nonsense", poller.url)).send().await.unwrap();
    assert_eq!(get.status(), StatusCode::GONE);
}

#[tokio::test]
async fn the_protocols_own_rules_hold_here_too() {
    let server = TestServer::start().await;
    let poller = open(&server, &[join(1, "민수")]).await;
    match &frames(&poller, 0, 2).await[..] {
        [ServerFrame::Refused(refused), ServerFrame::Close(Close::ProtocolError)] => {
            assert_eq!((refused.id, &refused.refusal), (Some(1), &Refusal::OutOfTurn));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(poller.get(2).await.status(), StatusCode::GONE, "it is over");
    let yesterday = ClientFrame::Hello(Hello { build: Some("yesterday".into()), token: None });
    let poller = open(&server, &[yesterday]).await;
    assert_eq!(frames(&poller, 0, 1).await, [ServerFrame::Close(Close::Reload)]);
}

#[tokio::test]
async fn a_link_belongs_to_the_cookie_it_was_opened_with() {
    let server = TestServer::start().await;
    let (mine, foreign) =
        ("sarangbang=AAAAAAAAAAAAAAAAAAAAAA", "sarangbang=BBBBBBBBBBBBBBBBBBBBBA");
    let mut poller = Poller::new(server.addr, Codec::Postcard);
    let same_site = ("sec-fetch-site", "same-origin".to_owned());
    poller.headers = vec![("cookie", mine.into()), ("origin", server.url("")), same_site];
    let mut minsu = Client::over(poller, Codec::Postcard);
    minsu.greet(Hello::default()).await.unwrap();
    assert_eq!(minsu.join("r", "민수").await.unwrap().token, None, "the cookie is the token");
    minsu.say("r", "안녕").await;

    let common::client::Wire::Poll(mut poller) = minsu.wire else { unreachable!() };
    // Something for a GET to answer.
    poller.send(&say(99, "또")).await;
    let with = |headers: &[(&'static str, &str)]| {
        headers.iter().map(|(name, value)| (*name, value.to_string())).collect::<Vec<_>>()
    };
    let (own, evil) = (server.url(""), "http://evil.example");
    for (headers, get, post) in [
        (vec![("cookie", foreign), ("origin", &own)], 410, 410),
        (vec![], 410, 410),
        (vec![("cookie", mine), ("origin", evil)], 403, 403),
        (vec![("cookie", mine), ("origin", "null")], 403, 403),
        (vec![("cookie", mine), ("sec-fetch-site", "cross-site")], 403, 403),
        // Browsers send no origin with a page's own GETs.
        (vec![("cookie", mine)], 200, 403),
    ] {
        poller.headers = with(&headers);
        assert_eq!(poller.post(9, &[]).await.status(), post, "{headers:?}");
        assert_eq!(patiently(poller.get(poller.ack)).await.status(), get, "{headers:?}");
    }
}

#[tokio::test]
async fn one_cookie_opens_so_many_links_and_no_more() {
    let server = TestServer::start().await;
    let mut poller = Poller::new(server.addr, Codec::Json);
    poller.headers =
        vec![("cookie", "sarangbang=AAAAAAAAAAAAAAAAAAAAAA".into()), ("origin", server.url(""))];
    for _ in 0..32 {
        assert_eq!(poller.post(1, &[hello()]).await.status(), StatusCode::OK);
    }
    let refused = poller.post(1, &[hello()]).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "1");
    // Others are not in the way.
    server.poller(Codec::Json).await.join("r", "Ana").await.unwrap();
}

#[tokio::test]
async fn a_get_outlasts_the_time_other_requests_have() {
    let server = TestServer::start().await;
    let poller = open(&server, &[hello()]).await;
    frames(&poller, 0, 1).await;
    let begin = std::time::Instant::now();
    let answer = poller.get(1).await;
    // Other requests are ended after 15 s. A beat comes after 25.
    assert!(begin.elapsed().as_secs() > 15);
    let polled: Polled = poller.decode(answer).await;
    assert!(polled.frames.iter().all(|frame| *frame == ServerFrame::Beat), "{polled:?}");
}

#[tokio::test]
async fn at_shutdown_a_parked_get_is_told_to_come_back() {
    let server = TestServer::start().await;
    let poller = open(&server, &[hello()]).await;
    frames(&poller, 0, 1).await;
    let (parked, _between) = (parked(&poller, 1).await, open(&server, &[hello()]).await);
    let (_, last) = tokio::join!(server.stop(), patiently(parked));
    let polled: Polled = poller.decode(last).await;
    assert!(
        matches!(polled.frames[..], [ServerFrame::Close(Close::ComeBack { spread_ms: 1000.. })]),
        "{polled:?}"
    );
}
