//! Names, seats, coming and going.

use super::*;
use crate::common::patiently;
use server::security::token::Secret;
use sqlx::Connection;

#[tokio::test]
async fn the_others_hear_who_comes_and_who_goes() {
    let server = TestServer::with(&["--grace", "0"]).await;
    let mut minsu = server.person("민수", "r").await;
    let mut ana = server.person("Ana", "r").await;
    let mut ben = server.person("Ben", "r").await;
    let next = async |client: &mut Client| {
        let frame = client.until(|frame| matches!(frame, ServerFrame::Presence(_))).await;
        match frame {
            Some(ServerFrame::Presence(presence)) => presence.changes,
            other => panic!("{other:?}"),
        }
    };
    for name in ["Ana", "Ben"] {
        match &next(&mut minsu).await[..] {
            [PresenceChange::Here { user, announce: true }] => assert_eq!(user.username, name),
            other => panic!("{other:?}"),
        }
    }
    ana.command(Command::Leave { room: key("r") }).await.unwrap();
    assert_eq!(ana.command(message("r", fresh_id(), "?")).await, Err(Refusal::NotJoined));
    ben.say("r", "bye").await;
    drop(ben);
    for name in ["Ana", "Ben"] {
        match &next(&mut minsu).await[..] {
            [PresenceChange::Gone { user, announce: true }] => assert_eq!(user.username, name),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_name_is_taken_while_someone_else_has_it() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let mut other = server.client(Codec::Json).await;
    match other.join("r", "민수").await {
        Err(Refusal::NameTaken { suggestion }) => assert_eq!(suggestion, "민수 2"),
        other => panic!("{other:?}"),
    }
    other.join("r", "민수 2").await.unwrap();
    // In another room, and for its owner, the name is free.
    other.join("elsewhere", "민수").await.unwrap();
    minsu.join("r", "민수").await.unwrap();
}

#[tokio::test]
async fn what_nobody_may_be_called_is_refused_with_the_reason() {
    let server = TestServer::start().await;
    let mut client = server.client(Codec::Json).await;
    for (room, username, refusal) in [
        ("r", "  ", Refusal::NameEmpty),
        ("r", &"가".repeat(33), Refusal::NameTooLong { limit: 32 }),
        ("r", "a\u{202e}b", Refusal::NameInvisible),
        ("r", "Аdmin", Refusal::NameReserved),
        ("r", "관리자", Refusal::NameReserved),
        ("", "민수", Refusal::BadRoom),
        (&"r".repeat(65), "민수", Refusal::BadRoom),
        ("a/b", "민수", Refusal::BadRoom),
    ] {
        assert_eq!(client.join(room, username).await, Err(refusal), "{room:?} {username:?}");
    }
}

#[tokio::test]
async fn one_session_sits_in_twenty_rooms_and_no_more() {
    let server = TestServer::start().await;
    let mut minsu = server.client(Codec::Json).await;
    for n in 0..limits::ROOMS_PER_SESSION {
        minsu.join(&format!("r{n}"), "민수").await.unwrap();
    }
    assert_eq!(minsu.join("one-more", "민수").await, Err(Refusal::TooManyRooms { limit: 20 }));
    minsu.command(Command::Leave { room: key("r0") }).await.unwrap();
    minsu.join("one-more", "민수").await.unwrap();
}

#[tokio::test]
async fn a_joins_answer_comes_before_what_happens_after_it() {
    let server = TestServer::with(&[
        "--message-rate",
        "0",
        "--address-messages",
        "0",
        "--address-joins",
        "0",
    ])
    .await;
    let mut minsu = server.person("민수", "r").await;
    let busy = tokio::spawn(async move {
        for n in 0..200 {
            minsu.say("r", &n.to_string()).await;
            minsu.heard.clear();
        }
    });
    for n in 0..40 {
        let mut guest = server.client(Codec::Postcard).await;
        guest.ask(Command::Join { room: "r".into(), username: format!("guest {n}") }).await;
        let first = guest.next().await;
        let Some(ServerFrame::Ack(ack)) = first else { panic!("before its answer: {first:?}") };
        let Acked::Joined(joined) = ack.result else { panic!("not joined") };
        if joined.snapshot.cursor.rev < 200 {
            assert_eq!(guest.batch().await.from, joined.snapshot.cursor.rev);
        }
    }
    busy.await.unwrap();
}

#[tokio::test]
async fn joining_again_under_another_name_renames() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let mut ana = server.person("Ana", "r").await;
    let mut tab = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
    tab.greet(Hello { build: None, token: ana.token.clone() }).await.unwrap();
    tab.join("r", "Ana").await.unwrap();
    ana.join("r", "Anna").await.unwrap();
    loop {
        match minsu.until(|frame| matches!(frame, ServerFrame::Presence(_))).await {
            Some(ServerFrame::Presence(presence)) => match &presence.changes[..] {
                [PresenceChange::Here { user, announce: false }] => {
                    assert_eq!(user.username, "Anna");
                    break;
                }
                [PresenceChange::Here { .. }] => {}
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }
    // In every tab, and the old name is free.
    assert_eq!(tab.say("r", "안녕").await.username, "Anna");
    let joined = server.client(Codec::Json).await.join("r", "Ana").await.unwrap();
    assert_eq!(joined.snapshot.users.len(), 3);
}

#[tokio::test]
async fn leaving_in_one_tab_is_leaving_in_all() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let mut ana = server.person("Ana", "r").await;
    let mut tab = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
    tab.greet(Hello { build: None, token: ana.token.clone() }).await.unwrap();
    tab.join("r", "Ana").await.unwrap();
    ana.command(Command::Leave { room: key("r") }).await.unwrap();
    let gone = minsu
        .until(|frame| {
            matches!(frame, ServerFrame::Presence(presence)
            if matches!(presence.changes[..], [PresenceChange::Gone { .. }]))
        })
        .await;
    assert!(gone.is_some());
    assert_eq!(tab.post("r", fresh_id(), "?").await, Err(Refusal::NotJoined));
    // The other tab still reads along, and may sit down again.
    minsu.say("r", "bye").await;
    assert_eq!(tab.hear(1).await[0].text, "bye");
    tab.join("r", "Ana").await.unwrap();
    drop(ana);
    tab.say("r", "back").await;
    assert_eq!(minsu.join("r", "민수").await.unwrap().snapshot.users.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn joining_races_with_leaving_and_the_log_is_right() {
    let server = TestServer::with(&[
        "--message-rate",
        "0",
        "--address-messages",
        "0",
        "--address-joins",
        "0",
    ])
    .await;
    let mut ana = server.person("Ana", "r").await;
    let mut tab = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
    tab.greet(Hello { build: None, token: ana.token.clone() }).await.unwrap();
    for round in 0..45 {
        ana.join("r", "Ana").await.unwrap();
        let name = format!("Ana {round}");
        let leave = Command::Leave { room: key("r") };
        let join = Command::Join { room: "r".into(), username: name };
        let (left, joined) = tokio::join!(ana.command(leave), tab.command(join));
        left.unwrap();
        joined.unwrap();
        let mut reader = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
        let stored =
            reader.greet(Hello { build: None, token: ana.token.clone() }).await.unwrap().rooms;
        // What is remembered is what is stored, whoever came first.
        match tab.post("r", fresh_id(), "?").await {
            Ok(message) => assert_eq!(message.username, stored[0].username),
            Err(refusal) => assert_eq!((refusal, stored.len()), (Refusal::NotJoined, 0)),
        }
        for client in [&mut ana, &mut tab] {
            client.heard.clear();
        }
    }
}

#[tokio::test]
async fn of_many_who_want_a_name_at_once_one_gets_it() {
    let server = TestServer::with(&["--address-joins", "0"]).await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(server.client(Codec::Json).await);
    }
    let joins = clients.iter_mut().map(|client| client.join("r", "민수"));
    let joined = futures::future::join_all(joins).await;
    assert_eq!(joined.iter().filter(|joined| joined.is_ok()).count(), 1);
    for refused in joined.iter().filter_map(|joined| joined.as_ref().err()) {
        assert!(matches!(refused, Refusal::NameTaken { .. }), "{refused:?}");
    }
    for (client, joined) in clients.iter_mut().zip(&joined) {
        if joined.is_err() {
            assert_eq!(client.post("r", fresh_id(), "?").await, Err(Refusal::NotJoined));
        }
    }
}

#[tokio::test]
async fn who_lost_their_name_meanwhile_does_not_speak_under_it() {
    let server = TestServer::with(&["--grace", "0"]).await;
    let mut minsu = server.person("민수", "r").await;
    let ana = server.person("Ana", "r").await;
    let token = ana.token.clone();
    drop(ana);
    let is_gone = |frame: &ServerFrame| {
        matches!(frame, ServerFrame::Presence(presence)
            if matches!(presence.changes[..], [PresenceChange::Gone { .. }]))
    };
    minsu.until(is_gone).await.unwrap();
    let _other = server.person("Ana", "r").await;
    let mut back = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
    let epoch = back.greet(Hello { build: None, token }).await.unwrap().epoch;
    let resume = Command::Resume { room: key("r"), cursor: Cursor { epoch, rev: 0 } };
    assert!(matches!(back.command(resume).await, Err(Refusal::NameTaken { .. })));
    // Who has to choose another name reads on meanwhile, and is not listed.
    let users = back.until(|frame| matches!(frame, ServerFrame::Users(_))).await;
    assert!(matches!(users, Some(ServerFrame::Users(list)) if list.users.len() == 2));
    minsu.say("r", "where is Ana?").await;
    assert_eq!(back.hear(1).await[0].text, "where is Ana?");
    let said = back.post("r", fresh_id(), "?").await;
    assert!(matches!(said, Err(Refusal::NameTaken { .. })), "{said:?}");
    back.join("r", "Ana 2").await.unwrap();
    assert_eq!(back.say("r", "it is me").await.username, "Ana 2");
}

#[tokio::test]
async fn who_joins_too_often_makes_no_rooms() {
    let server = TestServer::with(&["--address-joins", "1"]).await;
    let mut minsu = server.person("민수", "r").await;
    let refused = minsu.join("another", "민수").await;
    assert!(matches!(refused, Err(Refusal::RateLimited { .. })), "{refused:?}");
    let cursor = Cursor { epoch: minsu.greeting.as_ref().unwrap().epoch, rev: 0 };
    let resumed = minsu.command(Command::Resume { room: key("another"), cursor }).await;
    assert_eq!(resumed, Err(Refusal::UnknownRoom));
    // Coming back to one's own room is no join.
    minsu.join("r", "민수").await.unwrap();
}

#[tokio::test]
async fn who_looks_elsewhere_is_away_until_they_are_back() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let mut ana = server.person("Ana", "r").await;
    let away = |on: bool| {
        move |frame: &ServerFrame| {
            matches!(frame, ServerFrame::Presence(presence)
                if matches!(presence.changes[..], [PresenceChange::Away { on: it, .. }] if it == on))
        }
    };
    // Once is enough, however often it is said.
    for _ in 0..2 {
        assert_eq!(ana.command(Command::Away { on: true }).await, Ok(Acked::Done));
    }
    minsu.until(away(true)).await.unwrap();
    let mut cy = server.client(Codec::Json).await;
    let snapshot = cy.join("r", "Cy").await.unwrap().snapshot;
    let listed = |id| snapshot.users.iter().find(|user| user.id == id).unwrap().username.clone();
    assert_eq!(snapshot.away.iter().map(|id| listed(*id)).collect::<Vec<_>>(), ["Ana"]);
    // In a room that one comes to meanwhile as well.
    let other = ana.join("elsewhere", "Ana").await.unwrap();
    assert_eq!(other.snapshot.away, [other.user.id]);

    ana.command(Command::Away { on: false }).await.unwrap();
    minsu.until(away(false)).await.unwrap();
    let resume = Command::Resume { room: key("r"), cursor: snapshot.cursor };
    let mut reader = server.client(Codec::Json).await;
    reader.command(resume).await.unwrap();
    let users = reader.until(|frame| matches!(frame, ServerFrame::Users(_))).await;
    assert!(matches!(users, Some(ServerFrame::Users(list)) if list.away.is_empty()));
}

#[tokio::test]
async fn who_was_not_here_for_90_days_is_a_member_no_more() {
    let server = TestServer::start().await;
    let mut tokens = Vec::new();
    for name in ["민수", "Ana"] {
        tokens.push(server.person(name, "r").await.token.unwrap());
    }
    let stopped = server.stop().await;
    age(&stopped.dir).await;
    let server = stopped.start().await;
    let rooms = async |token: &str| {
        let token = Secret::parse(token).unwrap().hash();
        server.registry.summaries(&token).await.unwrap().len()
    };
    // By the first look after the start.
    let both_ended = async {
        while rooms(&tokens[0]).await + rooms(&tokens[1]).await > 0 {
            tokio::task::yield_now().await;
        }
    };
    patiently(both_ended).await;

    let mut here = Vec::new();
    for (token, name) in tokens.iter().zip(["민수", "Ana"]) {
        let mut back = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
        back.greet(Hello { build: None, token: Some(token.clone()) }).await.unwrap();
        back.join("r", name).await.unwrap();
        here.push(back);
    }
    // Who is here, however long ago they came, stays.
    age(&server.dir).await;
    assert!(server.registry.note_seen().await);
    server.registry.end_unseen().await;
    assert_eq!((rooms(&tokens[0]).await, rooms(&tokens[1]).await), (1, 1));
}

/// Makes everything that the database knows of anyone's last visit long ago.
async fn age(dir: &tempfile::TempDir) {
    let path = format!("sqlite:{}", dir.path().join("test.db").display());
    let mut log = sqlx::SqliteConnection::connect(&path).await.unwrap();
    sqlx::query("UPDATE sessions SET last_seen_at = 0").execute(&mut log).await.unwrap();
}
