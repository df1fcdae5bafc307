//! Two people over real sockets.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod joining;
mod manners;

use app::protocol::{
    Acked, ClientFrame, Close, Codec, Command, Cursor, Hello, PresenceChange, Refusal, ServerFrame,
    Span, limits,
};
use common::{Client, TestServer, fresh_id, key, message};

const BOTH: [Codec; 2] = [Codec::Json, Codec::Postcard];

#[tokio::test]
async fn two_people_talk_both_ways_in_both_formats() {
    let server = TestServer::start().await;
    let mut minsu = server.client(BOTH[0]).await;
    let mut ana = server.client(BOTH[1]).await;
    minsu.join("공부", "민수").await.unwrap();
    let joined = ana.join("공부", "Ana").await.unwrap();
    assert_eq!(joined.snapshot.users.len(), 2);

    let said = minsu.say("공부", "안녕").await;
    assert_eq!(ana.hear(1).await, [said]);
    let answered = ana.say("공부", "hello").await;
    let heard = minsu.hear(2).await;
    assert_eq!(heard[1], answered);
    assert_eq!(heard.iter().map(|m| m.seq).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn a_batch_precedes_the_ack_of_its_message() {
    let server = TestServer::with(&["--message-rate", "0", "--address-messages", "0"]).await;
    let mut minsu = server.person("민수", "r").await;
    for n in 0..200 {
        minsu.ask(message("r", fresh_id(), &n.to_string())).await;
    }
    let mut seen = 0;
    let mut acked = 0;
    while acked < 200 {
        match minsu.next().await.unwrap() {
            ServerFrame::Batch(batch) => seen = batch.to,
            ServerFrame::Ack(ack) => match ack.result {
                Acked::Posted(message) => {
                    assert!(message.rev <= seen);
                    assert_eq!(message.text, acked.to_string(), "kept in the order they were sent");
                    acked += 1;
                }
                other => panic!("{other:?}"),
            },
            _ => {}
        }
    }
}

#[tokio::test]
async fn join_and_message_may_be_sent_in_one_go() {
    let server = TestServer::start().await;
    let mut minsu = server.client(Codec::Json).await;
    let join = minsu.ask(Command::Join { room: "r".into(), username: "민수".into() }).await;
    let said = minsu.ask(message("r", fresh_id(), "안녕")).await;
    assert!(matches!(minsu.answer(join).await, Ok(Acked::Joined(_))));
    assert!(matches!(minsu.answer(said).await, Ok(Acked::Posted(_))));
}

#[tokio::test]
async fn a_repeated_message_is_stored_once() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let mut ana = server.person("Ana", "r").await;
    let id = fresh_id();
    let first = minsu.post("r", id, "안녕").await.unwrap();
    assert_eq!(minsu.post("r", id, "안녕").await.unwrap(), first);
    assert_eq!(minsu.post("r", id, "다른 말").await.unwrap(), first);
    assert_eq!(ana.post("r", id, "안녕").await, Err(Refusal::IdTaken));
    let next = ana.say("r", "next").await;
    assert_eq!(next.seq, 2);
}

#[tokio::test]
async fn who_comes_back_gets_what_they_missed_and_nothing_twice() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let mut ana = server.person("Ana", "r").await;
    minsu.say("r", "1").await;
    let cursor = Cursor { epoch: ana.greeting.as_ref().unwrap().epoch, rev: ana.batch().await.to };
    let token = ana.token.clone();
    drop(ana);
    for text in ["2", "3", "4"] {
        minsu.say("r", text).await;
    }
    let mut ana = Client::connect(server.addr, Codec::Postcard, &[]).await.unwrap();
    let greeting = ana.greet(Hello { build: None, token }).await.unwrap();
    assert_eq!(greeting.rooms.len(), 1);
    let resumed = ana.command(Command::Resume { room: key("r"), cursor }).await.unwrap();
    assert_eq!(resumed, Acked::Resumed);
    let missed: Vec<_> = ana.hear(3).await.iter().map(|message| message.text.clone()).collect();
    assert_eq!(missed, ["2", "3", "4"]);
    let users = ana.until(|frame| matches!(frame, ServerFrame::Users(_))).await;
    assert!(matches!(users, Some(ServerFrame::Users(list)) if list.users.len() == 2));
    minsu.say("r", "5").await;
    assert_eq!(ana.hear(1).await[0].text, "5");
}

#[tokio::test]
async fn a_cursor_of_another_life_or_of_the_future_starts_anew() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    minsu.say("r", "안녕").await;
    let epoch = minsu.greeting.as_ref().unwrap().epoch;
    for cursor in [Cursor { epoch: epoch ^ 1, rev: 0 }, Cursor { epoch, rev: 99 }] {
        match minsu.command(Command::Resume { room: key("r"), cursor }).await {
            Ok(Acked::Reset(snapshot)) => {
                assert_eq!(snapshot.cursor, Cursor { epoch, rev: 1 });
                assert_eq!(snapshot.page.messages.len(), 1);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_reader_hears_an_open_room_without_being_listed() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let mut reader = server.client(Codec::Json).await;
    let epoch = reader.greeting.as_ref().unwrap().epoch;
    let cursor = Cursor { epoch, rev: 0 };
    assert_eq!(
        reader.command(Command::Resume { room: key("none"), cursor }).await,
        Err(Refusal::UnknownRoom)
    );
    reader.command(Command::Resume { room: key("r"), cursor }).await.unwrap();
    minsu.say("r", "안녕").await;
    assert_eq!(reader.hear(1).await[0].text, "안녕");
    let refused = reader.command(message("r", fresh_id(), "나도")).await;
    assert_eq!(refused, Err(Refusal::NotJoined));
    let mut ana = server.client(Codec::Json).await;
    let joined = ana.join("r", "Ana").await.unwrap();
    assert_eq!(joined.snapshot.users.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_with_the_reason() {
    let server = TestServer::with(&["--text-limit", "10"]).await;
    let mut minsu = server.person("민수", "r").await;
    for (text, refusal) in [
        (" \n ", Refusal::TextBlank),
        ("\u{200b}", Refusal::TextBlank),
        ("12345678901", Refusal::TextTooLong { limit: 10, over: 1 }),
    ] {
        assert_eq!(minsu.post("r", fresh_id(), text).await, Err(refusal));
    }
    assert_eq!(minsu.post("nowhere", fresh_id(), "안녕").await, Err(Refusal::NotJoined));
    assert_eq!(minsu.say("r", "  안녕 \r\n").await.text, "안녕");
}

#[tokio::test]
async fn who_sends_too_fast_is_told_how_long_to_wait() {
    let server = TestServer::with(&["--message-rate", "1", "--message-burst", "3"]).await;
    let mut minsu = server.person("민수", "r").await;
    for _ in 0..3 {
        minsu.say("r", "안녕").await;
    }
    match minsu.post("r", fresh_id(), "안녕").await {
        Err(Refusal::RateLimited { retry_after_ms }) => assert!(retry_after_ms <= 1001),
        other => panic!("{other:?}"),
    }
    // Coming back does not fill the bucket.
    let token = minsu.token.clone();
    let mut again = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
    again.greet(Hello { build: None, token }).await.unwrap();
    let refused = again.post("r", fresh_id(), "안녕").await;
    assert!(matches!(refused, Err(Refusal::RateLimited { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_slow_reader_falls_behind_and_gets_everything() {
    let server = TestServer::with(&["--message-rate", "0", "--address-messages", "0"]).await;
    let mut minsu = server.person("민수", "r").await;
    let mut slow = server.person("Ana", "r").await;
    // Far more than socket buffers and outbox hold while nobody reads.
    const COUNT: usize = 2000;
    let text = "가".repeat(3990);
    minsu.say_all("r", (0..COUNT).map(|n| format!("{text}{n}"))).await;
    let mut rev = 0;
    while rev < COUNT as u64 {
        let batch = slow.batch().await;
        assert_eq!(batch.from, rev, "no gap and nothing twice");
        rev = batch.to;
        slow.heard.clear();
    }
}

#[tokio::test]
async fn who_asks_and_does_not_read_is_answered_between_whole_frames() {
    let server = TestServer::with(&["--message-rate", "0", "--address-messages", "0"]).await;
    let mut minsu = server.person("민수", "r").await;
    let mut slow = server.person("Ana", "r").await;
    // In a large room others write for who waits.
    let mut others = Vec::new();
    for n in 0..40 {
        others.push(server.person(&format!("guest {n}"), "r").await);
    }
    // One at a time, and together more than the socket's buffers hold.
    const COUNT: usize = 800;
    let text = "가".repeat(3990);
    let mut asked = Vec::new();
    for n in 0..COUNT {
        minsu.say("r", &format!("{text}{n}")).await;
        asked.push(slow.ask(Command::Typing { room: key("r") }).await);
    }
    for id in asked {
        let answer = slow.answer(id).await;
        assert!(matches!(answer, Ok(Acked::Done) | Err(Refusal::RateLimited { .. })), "{answer:?}");
    }
    let seqs: Vec<_> = slow.hear(COUNT).await.iter().map(|message| message.seq).collect();
    assert!(seqs.into_iter().eq(1..=COUNT as u64), "no gap and nothing twice");
}

#[tokio::test]
async fn reading_is_shared_by_a_sessions_tabs() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let mut ana = server.person("Ana", "r").await;
    for text in ["1", "2", "3"] {
        minsu.say("r", text).await;
    }
    ana.command(Command::Read { room: key("r"), seq: 2 }).await.unwrap();
    let mut tab = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
    let greeting = tab.greet(Hello { build: None, token: ana.token.clone() }).await.unwrap();
    assert_eq!(greeting.rooms[0].unread, 1);
}

#[tokio::test]
async fn history_pages_back_to_the_beginning() {
    let server = TestServer::with(&["--message-rate", "0", "--address-messages", "0"]).await;
    let mut minsu = server.person("민수", "r").await;
    for n in 1..=120 {
        minsu.say("r", &n.to_string()).await;
    }
    let mut ana = server.client(Codec::Postcard).await;
    let mut page = ana.join("r", "Ana").await.unwrap().snapshot.page;
    let mut texts = Vec::new();
    loop {
        texts.splice(0..0, page.messages.iter().map(|m| m.text.clone()));
        if page.from_beginning {
            break;
        }
        let before = Command::Before { room: key("r"), before: page.messages[0].seq, limit: 50 };
        page = match ana.command(before).await.unwrap() {
            Acked::Page(page) => page,
            other => panic!("{other:?}"),
        };
    }
    assert_eq!(texts, (1..=120).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn rooms_resumed_in_one_go_come_without_gap_and_nothing_twice() {
    let server = TestServer::with(&["--message-rate", "0", "--address-messages", "0"]).await;
    let mut minsu = server.client(Codec::Json).await;
    let rooms: Vec<String> = (0..10).map(|n| format!("r{n}")).collect();
    for room in &rooms {
        minsu.join(room, "민수").await.unwrap();
        for text in ["1", "2", "3"] {
            minsu.say(room, text).await;
        }
    }
    let epoch = minsu.greeting.as_ref().unwrap().epoch;
    let mut ana = server.client(Codec::Postcard).await;
    // All are asked for before any is answered; some of them twice.
    let mut asked = Vec::new();
    for room in rooms.iter().chain(&rooms[..3]) {
        asked.push(
            ana.ask(Command::Resume { room: key(room), cursor: Cursor { epoch, rev: 0 } }).await,
        );
    }
    for id in asked {
        assert_eq!(ana.answer(id).await, Ok(Acked::Resumed));
    }
    let mut users = 0;
    let mut revs = std::collections::BTreeMap::new();
    while users < rooms.len() {
        match ana.next().await.unwrap() {
            ServerFrame::Users(_) => users += 1,
            ServerFrame::Settings(_) => {}
            ServerFrame::Batch(batch) => {
                // Resuming from 0 again is asking for the same again.
                let rev = revs.entry(batch.room.clone()).or_insert(0);
                assert!(batch.from == *rev || batch.from == 0, "{batch:?}");
                *rev = batch.to;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(revs.values().all(|rev| *rev == 3), "{revs:?}");
}

#[tokio::test]
async fn the_others_are_told_who_is_writing_and_not_too_often() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let mut ana = server.person("Ana", "r").await;
    let mut reader = server.client(Codec::Json).await;
    let epoch = minsu.greeting.as_ref().unwrap().epoch;
    let cursor = Cursor { epoch, rev: 0 };
    assert_eq!(
        reader.command(Command::Typing { room: key("r") }).await,
        Err(Refusal::NotJoined),
        "who only reads writes nothing"
    );
    reader.command(Command::Resume { room: key("r"), cursor }).await.unwrap();
    for _ in 0..3 {
        assert_eq!(minsu.command(Command::Typing { room: key("r") }).await, Ok(Acked::Done));
    }
    minsu.say("r", "안녕").await;
    for other in [&mut ana, &mut reader] {
        let mut told = 0;
        loop {
            match other.next().await.unwrap() {
                ServerFrame::Typing(typing) => {
                    assert_eq!((typing.room, &*typing.user.username), (key("r"), "민수"));
                    told += 1;
                }
                ServerFrame::Batch(_) => break,
                _ => {}
            }
        }
        assert_eq!(told, 1);
    }
    ana.say("r", "그래").await;
    let is_answer = |frame: &ServerFrame| match frame {
        ServerFrame::Typing(typing) => panic!("one's own: {typing:?}"),
        ServerFrame::Batch(batch) => batch.messages[0].text == "그래",
        _ => false,
    };
    assert!(minsu.until(is_answer).await.is_some());
}

#[tokio::test]
async fn who_is_named_is_told_so_here_or_not() {
    let server = TestServer::start().await;
    let mut minsu = server.person("민수", "r").await;
    let mut ana = server.person("Ana", "r").await;
    let token = ana.token.clone();
    let said = minsu.say("r", "**@ana**님, @없는사람").await;
    let Some(Span::Strong(inner)) = said.spans.first() else { panic!("{:?}", said.spans) };
    let [Span::Mention { user: Some(_), name }] = &inner[..] else { panic!("{inner:?}") };
    assert_eq!(name, "ana");
    assert_eq!(said.spans[1..], [Span::Text("님, @없는사람".into())]);
    assert_eq!(ana.hear(1).await, [said]);
    // A member is named who is not connected.
    drop(ana);
    let said = minsu.say("r", "@모두 @Ana").await;
    let user = |span: &Span| match span {
        Span::Mention { user, .. } => Some(*user),
        _ => None,
    };
    let named: Vec<_> = said.spans.iter().filter_map(user).collect();
    assert!(matches!(named[..], [None, Some(_)]), "{named:?}");
    let mut tab = Client::connect(server.addr, Codec::Json, &[]).await.unwrap();
    let greeting = tab.greet(Hello { build: None, token }).await.unwrap();
    assert_eq!((greeting.rooms[0].unread, greeting.rooms[0].mentions), (2, 2));
}
