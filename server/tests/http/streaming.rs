//! Server-sent events.

use super::common::TestServer;
use super::common::bot::{Bot, texts};

#[tokio::test]
async fn a_stream_begins_with_the_latest_messages_and_goes_on_in_order() {
    let server = TestServer::with(&["--message-rate", "0", "--address-messages", "0"]).await;
    let mut minsu = server.person("민수", "r").await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    bot.say("r", "before").await;
    let mut stream = Bot::new(&server).stream("r", "", None).await;
    let first = stream.next().await.unwrap();
    assert_eq!((first.name.as_str(), texts(&first.data)), ("reset", vec!["before"]));
    assert!(first.data["reset"] == true && first.id.ends_with(".1"));
    for n in 0..20 {
        minsu.say("r", &format!("{n}")).await;
    }
    let (heard, id) = stream.hear(20).await;
    assert_eq!(heard, (0..20).map(|n| n.to_string()).collect::<Vec<_>>());
    assert!(id.ends_with(".21"));
}

#[tokio::test]
async fn a_stream_resumes_after_its_last_event_without_gap_or_repeat() {
    let server = TestServer::with(&["--message-rate", "0", "--address-messages", "0"]).await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let mut stream = bot.stream("r", "after=0", None).await;
    bot.say("r", "heard").await;
    let (heard, id) = stream.hear(1).await;
    assert_eq!(heard, ["heard"]);
    drop(stream);
    // More than one event holds.
    let missed: Vec<_> = (0..7).map(|n| format!("missed {n}")).collect();
    for text in &missed {
        bot.say("r", text).await;
    }
    // A browser asks with the URL that it began with; the last id goes before it.
    let mut stream = bot.stream("r", "after=0&limit=3", Some(&id)).await;
    let (heard, id) = stream.hear(7).await;
    assert_eq!(heard, missed);
    bot.say("r", "live").await;
    assert_eq!(stream.hear(1).await.0, ["live"]);
    // A restart ends streams; the id is good afterwards as well.
    let token = bot.token.clone();
    let server = server.stop().await;
    assert!(stream.next().await.is_none());
    let server = server.start().await;
    let bot = Bot { token, ..Bot::new(&server) };
    let mut stream = bot.stream("r", "", Some(&id)).await;
    assert_eq!(stream.hear(1).await.0, ["live"]);
}

#[tokio::test]
async fn a_stream_with_an_id_of_another_life_starts_anew() {
    let server = TestServer::start().await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    bot.say("r", "a").await;
    let mut stream = bot.stream("r", "", Some("1.1")).await;
    let first = stream.next().await.unwrap();
    assert_eq!((first.name.as_str(), texts(&first.data)), ("reset", vec!["a"]));
    bot.say("r", "b").await;
    assert_eq!(stream.hear(1).await.0, ["b"]);
}

#[tokio::test]
async fn a_shutdown_ends_streams_at_once() {
    let server = TestServer::start().await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let mut stream = bot.stream("r", "after=0", None).await;
    server.followed("r", 1).await;
    let begun = std::time::Instant::now();
    server.stop().await;
    assert!(stream.next().await.is_none());
    assert!(begun.elapsed() < std::time::Duration::from_secs(5));
}
