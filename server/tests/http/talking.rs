//! Joining, talking and leaving.

use super::common::bot::{Answer, Bot, answer, texts};
use super::common::{TestServer, fresh_id, key};
use app::protocol::{PresenceChange, ServerFrame};
use reqwest::Method;
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_first_join_makes_a_session_and_a_room() {
    let server = TestServer::start().await;
    let bot = Bot::new(&server);
    let joined = bot.join("Study%20Room", " Clock ").await;
    assert_eq!(joined.status, StatusCode::OK);
    assert_eq!(joined.headers["cache-control"], "private, no-store");
    let user = &joined.body["user"];
    assert_eq!((&user["username"], &user["room"]), (&json!("Clock"), &json!("study-room")));
    assert!(user["id"].is_string());
    assert_eq!(joined.body["cursor"]["rev"], 0);
    assert!(joined.body["cursor"]["epoch"].is_u64());
    assert_eq!(joined.body["token"].as_str().unwrap().len(), 22);
}

#[tokio::test]
async fn joining_with_a_token_is_the_same_person_and_reveals_nothing() {
    let server = TestServer::start().await;
    let first = Bot::new(&server).join("r", "Ana").await;
    let bot =
        Bot { token: Some(first.body["token"].as_str().unwrap().into()), ..Bot::new(&server) };
    for (room, name) in [("r", "Ana"), ("r", "Anne"), ("s", "Ana")] {
        let joined = bot.join(room, name).await;
        assert_eq!(joined.body["token"], Value::Null);
        assert_eq!(joined.body["user"]["id"], first.body["user"]["id"]);
        assert_eq!(joined.body["user"]["username"], name);
    }
    assert_eq!(bot.usernames("r").await, ["Anne"]);
}

#[tokio::test]
async fn what_is_said_here_is_heard_on_a_socket_and_the_other_way_round() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let is_ana = |frame: &ServerFrame| {
        matches!(frame, ServerFrame::Presence(presence)
        if matches!(&presence.changes[..], [PresenceChange::Here { user, announce: true }] if user.username == "Ana"))
    };
    assert!(minsu.until(is_ana).await.is_some());

    let said = bot.say("r", "  안녕  ").await;
    let heard = minsu.hear(1).await;
    assert_eq!(heard[0].text, "안녕");
    let members: Vec<_> = said.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["createdAt", "id", "rev", "seq", "text", "userId", "username"]);
    assert_eq!(said["id"], heard[0].id.to_string());
    assert_eq!(said["userId"], heard[0].user_id.to_string());

    minsu.say("r", "어서 오세요").await;
    let read = bot.read("r", "after=1").await;
    assert_eq!(texts(&read), ["어서 오세요"]);
}

#[tokio::test]
async fn a_repeat_is_stored_once_and_a_foreign_id_is_refused() {
    let server = TestServer::start().await;
    let (ana, ben) =
        (Bot::joined(&server, "r", "Ana").await, Bot::joined(&server, "r", "Ben").await);
    let body = json!({ "id": fresh_id().to_string(), "text": "once" });
    let first = ana.post("/rooms/r/messages", &body).await;
    assert_eq!(first.status, StatusCode::CREATED);
    let again = json!({ "id": body["id"], "text": "twice" });
    let second = ana.post("/rooms/r/messages", &again).await;
    assert_eq!((second.status, &second.body), (StatusCode::OK, &first.body));
    let taken = ben.post("/rooms/r/messages", &body).await;
    assert_eq!((taken.status, taken.problem()), (StatusCode::CONFLICT, "id-taken"));
    assert_eq!(ana.read("r", "after=0").await["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_refusal_is_a_problem_with_what_helps() {
    let server = TestServer::with(&["--text-limit", "10"]).await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let stranger = Bot::new(&server);
    let long = "n".repeat(33);
    for (name, problem) in [
        ("", "name-empty"),
        (&*long, "name-too-long"),
        ("a\u{202e}b", "name-invisible"),
        ("Admin", "name-reserved"),
    ] {
        let refused = stranger.join("r", name).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.problem(), problem);
    }
    let taken = stranger.join("r", "ANA").await;
    assert_eq!((taken.status, taken.problem()), (StatusCode::CONFLICT, "name-taken"));
    assert_eq!(taken.body["suggestion"], "ANA 2");
    assert_eq!(stranger.join("%E2%80%AE", "Ana").await.problem(), "bad-room");

    let say =
        async |bot: &Bot, text: &str| bot.post("/rooms/r/messages", &json!({ "text": text })).await;
    assert_eq!(say(&bot, " \u{200b}").await.problem(), "text-blank");
    let long = say(&bot, "elf letters").await;
    assert_eq!(long.problem(), "text-too-long");
    assert_eq!((&long.body["limit"], &long.body["over"]), (&json!(10), &json!(1)));
    let outside = say(&stranger, "hello").await;
    assert_eq!((outside.status, outside.problem()), (StatusCode::FORBIDDEN, "not-joined"));
    for room in 1..20 {
        assert_eq!(bot.join(&format!("r{room}"), "Ana").await.status, StatusCode::OK);
    }
    let many = bot.join("one-more", "Ana").await;
    assert_eq!((many.problem(), &many.body["limit"]), ("too-many-rooms", &json!(20)));
}

#[tokio::test]
async fn who_is_too_fast_is_told_how_long_to_wait() {
    let server = TestServer::with(&["--message-burst", "2", "--message-rate", "1"]).await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let refused = loop {
        let answer = bot.post("/rooms/r/messages", &json!({ "text": "x" })).await;
        if answer.status != StatusCode::CREATED {
            break answer;
        }
    };
    assert_eq!((refused.status.as_u16(), refused.problem()), (429, "rate-limited"));
    let ms = refused.body["retryAfterMs"].as_u64().unwrap();
    let seconds: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert_eq!(seconds, ms.div_ceil(1000));
}

#[tokio::test]
async fn who_leaves_is_gone_at_once() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    assert_eq!(bot.usernames("r").await.len(), 2);
    let leave = async || -> Answer { answer(bot.request(Method::POST, "/rooms/r/leave")).await };
    assert_eq!(leave().await.status, StatusCode::NO_CONTENT);
    let is_gone = |frame: &ServerFrame| {
        matches!(frame, ServerFrame::Presence(presence)
        if presence.room == key("r") && matches!(&presence.changes[..], [PresenceChange::Gone { user, .. }] if user.username == "Ana"))
    };
    assert!(minsu.until(is_gone).await.is_some());
    assert_eq!(bot.usernames("r").await, ["민수"]);
    assert_eq!(leave().await.problem(), "not-joined");
    assert_eq!(
        bot.post("/rooms/r/messages", &json!({ "text": "x" })).await.problem(),
        "not-joined"
    );
}

#[tokio::test]
async fn who_lost_their_name_meanwhile_reads_on_but_does_not_speak_under_it() {
    let server = TestServer::start().await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let server = server.stop().await.start().await;
    let bot = Bot { token: bot.token, ..Bot::new(&server) };
    let other = Bot::joined(&server, "r", "Ana").await;
    other.say("r", "It is I.").await;
    assert_eq!(texts(&bot.read("r", "after=0").await), ["It is I."]);
    let refused = bot.post("/rooms/r/messages", &json!({ "text": "No, I." })).await;
    assert_eq!((refused.problem(), &refused.body["suggestion"]), ("name-taken", &json!("Ana 2")));
}

#[tokio::test]
async fn what_does_not_apply_to_a_message_is_not_there() {
    let server = TestServer::start().await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let first = bot.say("r", "one").await;
    let body = json!({ "text": "two", "replyTo": first["seq"] });
    let answer_to = bot.post("/rooms/r/messages", &body).await;
    assert_eq!((answer_to.status, &answer_to.body["replyTo"]), (StatusCode::CREATED, &json!(1)));
    let nowhere = bot.post("/rooms/r/messages", &json!({ "text": "?", "replyTo": 9 })).await;
    assert_eq!((nowhere.status, nowhere.problem()), (StatusCode::NOT_FOUND, "unknown-message"));

    let path = format!("/rooms/r/messages/{}", first["id"].as_str().unwrap());
    let patch = |body: Value| bot.patch_json(&path, &body);
    let edited = answer(patch(json!({ "text": " ONE " }))).await;
    assert_eq!((edited.status, &edited.body["text"]), (StatusCode::OK, &json!("ONE")));
    assert!(edited.body["editedAt"].is_u64() && edited.body.get("deleted").is_none());
    assert_eq!(answer(patch(json!({ "text": "ONE" }))).await.body, edited.body);
    let deleted = answer(bot.request(Method::DELETE, &path)).await;
    assert_eq!(deleted.body["deleted"], true);
    assert!(deleted.body.get("editedAt").is_none() && deleted.body["text"] == "");
    assert_eq!(answer(bot.request(Method::DELETE, &path)).await.body, deleted.body);

    let stranger = Bot::new(&server);
    assert_eq!(answer(stranger.request(Method::DELETE, &path)).await.problem(), "not-joined");
    for id in ["nonsense", "00000000-0000-0000-0000-000000000000"] {
        let unknown = answer(bot.request(Method::DELETE, &format!("/rooms/r/messages/{id}"))).await;
        assert_eq!(unknown.problem(), "unknown-message");
    }
    let wrong = answer(bot.request(Method::PUT, &path)).await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn formatted_text_comes_in_pieces_beside_the_text() {
    let server = TestServer::start().await;
    let bot = Bot::joined(&server, "r", "Ana").await;
    let plain = bot.say("r", "Just words.").await;
    assert!(plain.get("spans").is_none());
    let text = "> **look**\nhttps://example.org";
    let said = bot.say("r", text).await;
    assert_eq!(said["text"], text);
    let link =
        json!({ "url": "https://example.org/", "label": [{ "text": "https://example.org" }] });
    let spans = json!([{ "quote": [{ "strong": [{ "text": "look" }] }] }, { "link": link }]);
    assert_eq!(said["spans"], spans);
}
