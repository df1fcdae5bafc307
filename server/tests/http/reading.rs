//! Polling, long polling, and paging back.

use super::common::bot::{Bot, answer, cursor, texts};
use super::common::{TestServer, patiently};
use futures::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_poll_answers_what_changed_and_where_to_go_on() {
    let server = TestServer::start().await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    for text in ["a", "b", "c"] {
        bot.say("r", text).await;
    }
    let all = bot.read("r", "after=0").await;
    assert_eq!(texts(&all), ["a", "b", "c"]);
    assert_eq!((&all["reset"], &all["cursor"]["rev"]), (&json!(false), &json!(3)));
    let first = bot.read("r", "after=0&limit=2").await;
    assert_eq!((texts(&first), &first["cursor"]["rev"]), (vec!["a", "b"], &json!(2)));
    let rest = bot.read("r", &format!("after={}", cursor(&first))).await;
    assert_eq!(texts(&rest), ["c"]);
    let nothing = bot.read("r", &format!("after={}&wait=0", cursor(&rest))).await;
    assert_eq!((texts(&nothing).len(), cursor(&nothing)), (0, cursor(&all)));
}

#[tokio::test]
async fn a_cursor_of_another_life_of_the_log_starts_anew() {
    let server = TestServer::start().await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    for text in ["a", "b"] {
        bot.say("r", text).await;
    }
    let epoch = bot.read("r", "after=0").await["cursor"]["epoch"].as_u64().unwrap();
    for stranger in [format!("{}.1", epoch - 1), format!("{epoch}.3"), "3".into()] {
        // It does not wait for what will never come.
        let answer = bot.read("r", &format!("after={stranger}&wait=60&limit=1")).await;
        assert_eq!(answer["reset"], true);
        assert_eq!((texts(&answer), &answer["cursor"]["rev"]), (vec!["b"], &json!(2)));
    }
}

#[tokio::test]
async fn one_pages_back_to_the_beginning() {
    let server = TestServer::with(&["--message-rate", "0", "--address-messages", "0"]).await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    for n in 1..=60 {
        bot.say("r", &n.to_string()).await;
    }
    let latest = bot.read("r", "").await;
    assert_eq!((texts(&latest).len(), texts(&latest)[0]), (50, "11"));
    assert_eq!((&latest["fromBeginning"], &latest["reset"]), (&json!(false), &json!(false)));
    let older = bot.read("r", "before=11").await;
    assert_eq!((texts(&older).len(), texts(&older)[0]), (10, "1"));
    assert_eq!(older["fromBeginning"], true);
    assert_eq!(texts(&bot.read("r", "before=11&limit=2").await), ["9", "10"]);
    assert!(texts(&bot.read("r", "before=1").await).is_empty());
    assert_eq!(texts(&bot.read("r", "limit=500").await).len(), 60);
}

#[tokio::test]
async fn a_long_poll_is_answered_by_the_next_message() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let begun = Instant::now();
    let (read, _) = tokio::join!(bot.read("r", "after=0&wait=60"), minsu.say("r", "안녕"));
    assert_eq!(texts(&read), ["안녕"]);
    assert!(begun.elapsed() < Duration::from_secs(30));
    let nothing = bot.read("r", "after=1&wait=1").await;
    assert!(texts(&nothing).is_empty() && begun.elapsed() >= Duration::from_secs(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_who_wait_are_all_woken_by_one_message() {
    let server = TestServer::start().await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let readers: Vec<_> = (0..1000)
        .map(|_| {
            let reader = Bot::new(&server);
            tokio::spawn(async move { reader.read("r", "after=0&wait=60").await })
        })
        .collect();
    server.followed("r", 1000).await;
    bot.say("r", "wake up").await;
    for read in patiently(join_all(readers)).await {
        assert_eq!(texts(&read.unwrap()), ["wake up"]);
    }
}

#[tokio::test]
async fn a_shutdown_answers_those_who_wait() {
    let server = TestServer::start().await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let waiting = tokio::spawn(async move { bot.read("r", "after=0&wait=60").await });
    server.followed("r", 1).await;
    let begun = Instant::now();
    server.stop().await;
    let answer = waiting.await.unwrap();
    assert!(texts(&answer).is_empty() && answer["cursor"]["rev"] == 0);
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn who_goes_away_while_waiting_leaves_nothing_behind() {
    let server = TestServer::start().await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let waiting = tokio::spawn(async move { bot.read("r", "after=0&wait=60").await });
    server.followed("r", 1).await;
    waiting.abort();
    server.followed("r", 0).await;
}

#[tokio::test]
async fn reads_are_limited_where_they_look_into_the_log_and_waiting_is_free() {
    let server = TestServer::with(&["--read-rate", "1"]).await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    for _ in 0..50 {
        assert!(texts(&bot.read("r", "after=0").await).is_empty());
    }
    let refused = loop {
        let answer = bot.get("/rooms/r/messages").await;
        if answer.status != StatusCode::OK {
            break answer;
        }
    };
    assert_eq!(refused.problem(), "rate-limited");
}

#[tokio::test]
async fn a_room_is_never_made_by_reading() {
    let server = TestServer::start().await;
    let bot = Bot::new(&server);
    for path in ["/rooms/r/messages", "/rooms/r/messages?after=0&wait=60", "/rooms/r/users"] {
        for _ in 0..2 {
            let answer = bot.get(path).await;
            assert_eq!((answer.status, answer.problem()), (StatusCode::NOT_FOUND, "unknown-room"));
        }
    }
    let joined = Bot::joined(&server, "s", "Ana").await;
    let said = joined.post("/rooms/r/messages", &json!({ "text": "x" })).await;
    assert_eq!(said.problem(), "unknown-room");
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let server = TestServer::start().await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    for (query, parameter) in [
        ("after=x", "after"),
        ("after=1.2.3", "after"),
        ("after=-1", "after"),
        ("after=0&wait=61", "wait"),
        ("after=0&wait=soon", "wait"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("before=x", "before"),
        ("before=1&after=1", "before"),
    ] {
        let answer = bot.get(&format!("/rooms/r/messages?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.problem()), (400, "bad-parameter"), "{query}");
        assert_eq!(answer.body["parameter"], parameter, "{query}");
    }
    let request = bot.request(Method::GET, "/rooms/r/messages").header("last-event-id", "x");
    let answer = answer(request).await;
    assert_eq!(
        (answer.problem(), &answer.body["parameter"]),
        ("bad-parameter", &json!("Last-Event-ID"))
    );
}

#[tokio::test]
async fn one_finds_what_was_said_and_not_what_is_gone() {
    let server = TestServer::start().await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let secret = bot.say("r", "tangerine secret").await;
    for text in ["a tangerine", "tea", "TANGERINES and tea"] {
        bot.say("r", text).await;
    }
    let found = async |query: &str| bot.get(&format!("/rooms/r/search?{query}")).await.body;
    let hits = found("q=tangerine").await;
    assert_eq!(texts(&hits), ["TANGERINES and tea", "a tangerine", "tangerine secret"]);
    assert!(hits.get("further").is_none());
    assert_eq!(texts(&found("q=tea+tangerine").await), ["TANGERINES and tea"]);
    assert_eq!(texts(&found("q=tangerine&before=4").await), ["a tangerine", "tangerine secret"]);
    let path = format!("/rooms/r/messages/{}", secret["id"].as_str().unwrap());
    let deleted = answer(bot.request(Method::DELETE, &path)).await;
    assert_eq!(deleted.status, StatusCode::OK);
    assert!(texts(&found("q=secret").await).is_empty());
    for query in ["", "q=", "q=+", "q=a+b+c+d+e+f+g+h+i", "q=a&before=x"] {
        let refused = bot.get(&format!("/rooms/r/search?{query}")).await;
        assert_eq!((refused.status, refused.problem()), (StatusCode::BAD_REQUEST, "bad-parameter"));
    }
    let nowhere = bot.get("/rooms/nowhere/search?q=a").await;
    assert_eq!((nowhere.status, nowhere.problem()), (StatusCode::NOT_FOUND, "unknown-room"));
}
