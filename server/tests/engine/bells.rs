//! What `Engine` promises of bells: part of the contract.

use crate::contract::{Log, draft, fresh, listen, room};
use app::protocol::{Bell, Span, UserId};
use server::engine::{
    Amendment, Change, Draft, ENDPOINTS, Endpoint, Engine, News, RoomId, TokenHash,
};
use std::sync::Arc;

/// Nobody's id but that of who says something here.
const SPEAKER: u64 = 1_000;

/// A member with a browser of their own.
async fn member(engine: &Arc<dyn Engine>, room: RoomId, n: u8) -> UserId {
    let (user, _) = engine.join(&TokenHash([n; 32]), room, &format!("member {n}")).await.unwrap();
    engine.subscribe(user, browser(n)).await.unwrap();
    user
}

fn browser(n: u8) -> Endpoint {
    Endpoint { url: format!("https://push.example/{n}"), contact: "https://chat.example".into() }
}

fn naming(user: Option<UserId>, draft: Draft) -> Draft {
    Draft { spans: vec![Span::Mention { user, name: "someone".into() }], ..draft }
}

async fn woken(engine: &Arc<dyn Engine>, room: RoomId, here: &[UserId]) -> Vec<String> {
    let mut woken: Vec<String> = engine
        .ring(room, here.to_vec())
        .await
        .unwrap()
        .into_iter()
        .map(|endpoint| endpoint.url.rsplit('/').next().unwrap().to_owned())
        .collect();
    woken.sort();
    woken
}

fn told(news: Vec<News>) -> Vec<(String, u64)> {
    news.into_iter().map(|news| (news.message.text.clone(), news.count)).collect()
}

pub async fn who_is_not_there_is_woken_once_for_what_they_want_to_hear_of(log: Log) {
    let (engine, _announced) = (log.engine, listen(log.commits));
    let room = room(&engine, 0).await;
    assert!(!engine.opening(room, 9).await.unwrap().has_bells);
    assert!(engine.rooms_with_bells().await.unwrap().is_empty());
    let (ana, ben, ced) = (
        member(&engine, room, 1).await,
        member(&engine, room, 2).await,
        member(&engine, room, 3).await,
    );
    fresh(engine.post(draft(room, SPEAKER, "before anyone cared")).await);
    engine.set_bell(ana, room, Bell::All, false).await.unwrap();
    engine.set_bell(ben, room, Bell::Mentions, true).await.unwrap();
    assert!(engine.opening(room, 9).await.unwrap().has_bells);
    assert_eq!(engine.rooms_with_bells().await.unwrap(), [room]);
    assert!(woken(&engine, room, &[]).await.is_empty());

    fresh(engine.post(draft(room, SPEAKER, "hello")).await);
    assert_eq!(woken(&engine, room, &[]).await, ["1"]);
    assert!(woken(&engine, room, &[]).await.is_empty(), "once");
    fresh(engine.post(draft(room, ana.0, "my own")).await);
    assert!(woken(&engine, room, &[]).await.is_empty(), "nobody is told what they say");
    fresh(engine.post(naming(Some(ben), draft(room, SPEAKER, "Ben?"))).await);
    assert_eq!(woken(&engine, room, &[ana]).await, ["2"], "who is here reads it");
    assert_eq!(woken(&engine, room, &[]).await, ["1"], "and is woken when they have gone");
    fresh(engine.post(naming(None, draft(room, ben.0, "all of you"))).await);
    assert_eq!(woken(&engine, room, &[]).await, ["1"], "not by calling everyone oneself");
    let last = fresh(engine.post(naming(None, draft(room, SPEAKER, "everyone"))).await);
    engine.mark_read(ana, room, last.seq).await.unwrap();
    assert_eq!(woken(&engine, room, &[]).await, ["2"], "nor for what was read");

    engine.set_bell(ben, room, Bell::Mute, false).await.unwrap();
    fresh(engine.post(naming(Some(ben), draft(room, SPEAKER, "Ben!"))).await);
    engine.set_bell(ced, room, Bell::All, false).await.unwrap();
    assert_eq!(woken(&engine, room, &[]).await, ["1"]);
}

pub async fn news_are_told_once_unless_they_were_read_or_deleted(log: Log) {
    let (engine, _announced) = (log.engine, listen(log.commits));
    let (loud, quiet) = (room(&engine, 0).await, room(&engine, 1).await);
    let ana = member(&engine, loud, 1).await;
    member(&engine, quiet, 1).await;
    engine.set_bell(ana, loud, Bell::All, true).await.unwrap();
    engine.set_bell(ana, quiet, Bell::Mentions, false).await.unwrap();
    for text in ["one", "two"] {
        fresh(engine.post(draft(loud, SPEAKER, text)).await);
        fresh(engine.post(draft(quiet, SPEAKER, text)).await);
    }
    fresh(engine.post(naming(Some(ana), draft(quiet, SPEAKER, "Ana?"))).await);
    assert!(engine.take_news(ana).await.unwrap().is_empty(), "nobody was woken yet");
    woken(&engine, loud, &[]).await;
    woken(&engine, quiet, &[]).await;
    let news = engine.take_news(ana).await.unwrap();
    assert_eq!(news.iter().map(|news| news.with_sound).collect::<Vec<_>>(), [true, false]);
    assert_eq!(told(news), [("two".into(), 2), ("Ana?".into(), 1)]);
    assert!(engine.take_news(ana).await.unwrap().is_empty(), "once");

    let read = fresh(engine.post(draft(loud, SPEAKER, "read")).await);
    woken(&engine, loud, &[]).await;
    engine.mark_read(ana, loud, read.seq).await.unwrap();
    assert!(engine.take_news(ana).await.unwrap().is_empty());

    let gone = fresh(engine.post(draft(loud, SPEAKER, "a secret")).await);
    woken(&engine, loud, &[]).await;
    let deletion =
        Amendment { room: loud, id: gone.id, user: gone.user_id, change: Change::Deletion };
    engine.amend(deletion).await.unwrap();
    assert!(engine.take_news(ana).await.unwrap().is_empty());
}

pub async fn a_bell_ends_with_its_membership(log: Log) {
    let (engine, _announced) = (log.engine, listen(log.commits));
    let room = room(&engine, 0).await;
    let ana = member(&engine, room, 1).await;
    engine.set_bell(ana, room, Bell::All, false).await.unwrap();
    engine.leave(ana, room).await.unwrap();
    member(&engine, room, 1).await;
    fresh(engine.post(draft(room, SPEAKER, "hello")).await);
    assert!(woken(&engine, room, &[]).await.is_empty());
    // A bell for who is no member hangs nowhere, and harms no other write.
    engine.set_bell(UserId(77), room, Bell::All, false).await.unwrap();
    engine.subscribe(UserId(77), browser(77)).await.unwrap();
    assert!(!engine.opening(room, 9).await.unwrap().has_bells);
}

pub async fn a_session_is_woken_where_it_was_last(log: Log) {
    let (engine, _announced) = (log.engine, listen(log.commits));
    let room = room(&engine, 0).await;
    let (ana, ben) = (member(&engine, room, 1).await, member(&engine, room, 2).await);
    engine.set_bell(ana, room, Bell::All, false).await.unwrap();
    engine.unsubscribe(browser(1).url).await.unwrap();
    engine.unsubscribe("https://push.example/never".into()).await.unwrap();
    // The computer was Ben's, and is Ana's now.
    engine.subscribe(ana, browser(2)).await.unwrap();
    fresh(engine.post(draft(room, ben.0, "hello")).await);
    assert_eq!(woken(&engine, room, &[]).await, ["2"]);
    for n in 10..20 {
        engine.subscribe(ana, browser(n)).await.unwrap();
    }
    fresh(engine.post(draft(room, ben.0, "hello again")).await);
    assert_eq!(woken(&engine, room, &[]).await.len(), ENDPOINTS);
}

pub async fn the_push_key_is_made_once(log: Log) {
    assert_eq!(log.engine.push_key(vec![1]).await.unwrap(), [1]);
    assert_eq!(log.engine.push_key(vec![2]).await.unwrap(), [1]);
}
