//! What `Engine` promises of messages that change: part of the contract.

use crate::contract::{Log, changes, draft, fresh, listen, room};
use app::protocol::{Message, Span, UserId};
use server::engine::{Amendment, Change, Draft, Engine, PostError, Posted, RoomId, TokenHash};
use std::sync::Arc;

/// A long time after anything here was said.
const NOW: u64 = 1_800_000_000_000;

fn edit(message: &Message, room: RoomId, text: &str) -> Amendment {
    let change = Change::Text { text: text.into(), spans: Vec::new(), at: NOW, since: 0 };
    Amendment { room, id: message.id, user: message.user_id, change }
}

fn delete(message: &Message, room: RoomId) -> Amendment {
    Amendment { change: Change::Deletion, ..edit(message, room, "") }
}

async fn said(engine: &Arc<dyn Engine>, room: RoomId, text: &str) -> Arc<Message> {
    fresh(engine.post(draft(room, 1, text)).await)
}

pub async fn an_edited_message_keeps_its_place_and_gets_the_next_rev(log: Log) {
    let room = room(&log.engine, 0).await;
    let announced = listen(log.commits);
    let (one, two) = (said(&log.engine, room, "1").await, said(&log.engine, room, "2").await);
    let edited = fresh(log.engine.amend(edit(&one, room, "하나")).await);
    let expected =
        Message { text: "하나".into(), rev: 3, edited_at: Some(NOW), ..Message::clone(&one) };
    assert_eq!(*edited, expected);
    let latest = log.engine.latest(room, 9).await.unwrap();
    assert_eq!((latest.cursor.rev, &latest.page.messages), (3, &vec![edited.clone(), two.clone()]));
    assert_eq!(changes(&log.engine, room).await, [two.clone(), edited.clone()]);
    assert_eq!(said(&log.engine, room, "3").await.rev, 4);
    log.engine.close().await;
    let batches = announced.await.unwrap();
    let change = &batches[2];
    assert_eq!((change.from, change.to, &change.messages), (2, 3, &vec![edited]));
}

pub async fn what_is_so_already_is_no_change(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let one = said(&log.engine, room, "1").await;
    assert_eq!(log.engine.amend(edit(&one, room, "1")).await, Ok(Posted::Repeat(one.clone())));
    let gone = fresh(log.engine.amend(delete(&one, room)).await);
    assert_eq!(log.engine.amend(delete(&one, room)).await, Ok(Posted::Repeat(gone.clone())));
    assert_eq!(log.engine.latest(room, 9).await.unwrap().cursor.rev, gone.rev);
}

pub async fn a_deletion_leaves_a_tombstone_that_nothing_brings_back(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let draft = draft(room, 1, "비밀");
    let one = fresh(log.engine.post(draft.clone()).await);
    fresh(log.engine.amend(edit(&one, room, "더 비밀")).await);
    let gone = fresh(log.engine.amend(delete(&one, room)).await);
    let expected = Message { text: String::new(), rev: 3, deleted: true, ..Message::clone(&one) };
    assert_eq!(*gone, expected);
    assert_eq!(log.engine.amend(edit(&one, room, "다시")).await, Err(PostError::NoSuchMessage));
    assert_eq!(log.engine.post(draft).await, Ok(Posted::Repeat(gone.clone())));
    assert_eq!(log.engine.before(room, 9, 9).await.unwrap().messages, [gone]);
}

pub async fn a_message_is_changed_by_its_sender_alone(log: Log) {
    let (here, there) = (room(&log.engine, 0).await, room(&log.engine, 1).await);
    let _announced = listen(log.commits);
    let one = fresh(log.engine.post(draft(here, 7, "1")).await);
    let of_another = Amendment { user: UserId(2), ..edit(&one, here, "2") };
    assert_eq!(log.engine.amend(of_another).await, Err(PostError::NotYours));
    let of_another = Amendment { user: UserId(2), ..delete(&one, here) };
    assert_eq!(log.engine.amend(of_another).await, Err(PostError::NotYours));
    // Who owns the room may delete it all the same, but puts no words into another's mouth.
    let (owner, membership) = log.engine.join(&TokenHash([1; 32]), there, "Ana").await.unwrap();
    assert!(membership.is_owner);
    let two = fresh(log.engine.post(draft(there, 7, "2")).await);
    let of_another = Amendment { user: owner, ..edit(&two, there, "3") };
    assert_eq!(log.engine.amend(of_another).await, Err(PostError::NotYours));
    let of_another = Amendment { user: owner, ..delete(&one, here) };
    assert_eq!(log.engine.amend(of_another).await, Err(PostError::NotYours), "not the owner here");
    let of_another = Amendment { user: owner, ..delete(&two, there) };
    assert!(fresh(log.engine.amend(of_another).await).deleted);
    assert_eq!(log.engine.amend(edit(&one, there, "2")).await, Err(PostError::NoSuchMessage));
    assert_eq!(changes(&log.engine, here).await, [one]);
}

pub async fn a_message_is_edited_while_it_is_young_and_deleted_at_any_age(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let one = said(&log.engine, room, "1").await;
    let edit = |since| {
        let change = Change::Text { text: "2".into(), spans: Vec::new(), at: NOW, since };
        Amendment { change, ..edit(&one, room, "") }
    };
    assert_eq!(log.engine.amend(edit(one.created_at + 1)).await, Err(PostError::TooLate));
    fresh(log.engine.amend(edit(one.created_at)).await);
    fresh(log.engine.amend(delete(&one, room)).await);
}

pub async fn changes_in_one_commit_are_told_as_they_ended(log: Log) {
    let room = room(&log.engine, 0).await;
    let announced = listen(log.commits);
    let one = said(&log.engine, room, "1").await;
    let late = draft(room, 1, "2");
    let of_late = Amendment { id: late.id, ..edit(&one, room, "둘") };
    // Whatever the commits they fall into, they end alike.
    let answers = tokio::join!(
        log.engine.post(late),
        log.engine.amend(edit(&one, room, "하나")),
        log.engine.amend(of_late),
        log.engine.amend(delete(&one, room)),
    );
    let answers = [answers.0, answers.1, answers.2, answers.3].map(fresh);
    assert_eq!(answers.map(|message| message.rev), [2, 3, 4, 5]);
    let stored = changes(&log.engine, room).await;
    let states: Vec<_> = stored.iter().map(|m| (m.seq, m.rev, m.text.as_str())).collect();
    assert_eq!(states, [(2, 4, "둘"), (1, 5, "")]);
    log.engine.close().await;
    let (mut rev, mut heard) = (0, std::collections::BTreeMap::new());
    for batch in announced.await.unwrap() {
        assert_eq!((batch.from, batch.messages.last().unwrap().rev), (rev, batch.to));
        rev = batch.to;
        heard.extend(batch.messages.into_iter().map(|message| (message.seq, message)));
    }
    assert_eq!(heard.into_values().collect::<Vec<_>>(), [stored[1].clone(), stored[0].clone()]);
}

pub async fn an_answer_names_the_place_of_a_message_that_is_there(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let one = said(&log.engine, room, "1").await;
    let answer = |to| Draft { reply_to: Some(to), ..draft(room, 2, "2") };
    for nowhere in [0, 2, u64::MAX] {
        assert_eq!(log.engine.post(answer(nowhere)).await, Err(PostError::NoSuchMessage));
    }
    let two = fresh(log.engine.post(answer(one.seq)).await);
    assert_eq!((two.seq, two.reply_to), (2, Some(1)));
    // Both in one go, whatever commits that makes.
    let (three, four) = tokio::join!(log.engine.post(answer(2)), log.engine.post(answer(3)));
    let (three, four) = (fresh(three), fresh(four));
    assert_eq!((three.reply_to, four.reply_to), (Some(2), Some(3)));
    assert_eq!(changes(&log.engine, room).await, [one, two, three, four]);
}

pub async fn the_first_ten_are_named_with_a_reaction_and_all_are_counted(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let one = said(&log.engine, room, "1").await;
    let react = |user: u64, emoji: &str, on| {
        let (emoji, username) = (emoji.to_owned(), format!("user {user}"));
        let change = Change::Reaction { emoji, on, username };
        log.engine.amend(Amendment { room, id: one.id, user: UserId(user), change })
    };
    for user in 1..=12 {
        fresh(react(user, "👍", true).await);
    }
    let repeat = react(3, "👍", true).await.unwrap();
    assert!(matches!(&repeat, Posted::Repeat(message) if message.reactions[0].count == 12));
    let named = |message: &Message| -> Vec<u64> {
        message.reactions[0].users.iter().map(|user| user.id.0).collect()
    };
    let fewer = fresh(react(3, "👍", false).await);
    assert_eq!(
        (fewer.reactions[0].count, named(&fewer)),
        (11, vec![1, 2, 4, 5, 6, 7, 8, 9, 10, 11])
    );
    let stored = log.engine.latest(room, 1).await.unwrap().page.messages;
    assert_eq!(stored, [fewer]);

    for n in 1..20_u32 {
        let emoji = char::from_u32(0x1f600 + n).unwrap().to_string();
        fresh(react(1, &emoji, true).await);
    }
    assert_eq!(react(1, "🎉", true).await, Err(PostError::TooManyReactions));
    fresh(react(2, "\u{1f601}", true).await);
    fresh(react(1, "\u{1f602}", false).await);
    let room_again = fresh(react(1, "🎉", true).await);
    assert_eq!((room_again.reactions.len(), &*room_again.reactions[19].emoji), (20, "🎉"));

    let gone = fresh(log.engine.amend(delete(&one, room)).await);
    assert!(gone.reactions.is_empty());
    assert_eq!(react(1, "👍", true).await, Err(PostError::NoSuchMessage));
}

/// A draft that names these users; 0 is everyone.
fn naming(room: RoomId, users: &[u64]) -> Draft {
    let user = |user: u64| (user > 0).then_some(UserId(user));
    let mention = |id: &u64| Span::Mention { user: user(*id), name: "x".into() };
    let spans = vec![Span::Quote(users.iter().map(mention).collect()), Span::Code("y".into())];
    Draft { spans, ..draft(room, 1, "> @x\n`y`") }
}

pub async fn forms_are_kept_with_the_text(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let draft = naming(room, &[0, 2]);
    let said = fresh(log.engine.post(draft.clone()).await);
    assert_eq!(said.spans, draft.spans);
    assert_eq!(changes(&log.engine, room).await, std::slice::from_ref(&said));
    let spans = vec![Span::Strong(vec![Span::Text("굵게".into())])];
    let change =
        Change::Text { text: "**굵게**".into(), spans: spans.clone(), at: NOW, since: 0 };
    let edit = Amendment { change, ..edit(&said, room, "") };
    assert_eq!(fresh(log.engine.amend(edit).await).spans, spans);
    assert_eq!(changes(&log.engine, room).await[0].spans, spans);
    assert_eq!(fresh(log.engine.amend(delete(&said, room)).await).spans, []);
    assert_eq!(changes(&log.engine, room).await[0].spans, []);
}

pub async fn who_is_named_is_counted_until_they_have_read_it(log: Log) {
    let here = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let token = TokenHash([7; 32]);
    let (me, _) = log.engine.join(&token, here, "나").await.unwrap();
    let count = async || {
        let session = log.engine.find_session(&token).await.unwrap().unwrap();
        let by_session = session.memberships[0].mentions;
        let (_, by_join) = log.engine.join(&token, here, "나").await.unwrap();
        assert_eq!(by_session, by_join.mentions);
        by_session
    };
    assert_eq!(count().await, 0);
    let mine = fresh(log.engine.post(naming(here, &[me.0])).await);
    fresh(log.engine.post(naming(here, &[0, me.0 + 1])).await);
    fresh(log.engine.post(naming(here, &[me.0 + 1])).await);
    assert_eq!(count().await, 2);
    fresh(log.engine.amend(edit(&mine, here, "아무도 아님")).await);
    assert_eq!(count().await, 1);
    let gone = fresh(log.engine.post(naming(here, &[0, me.0])).await);
    assert_eq!(count().await, 2);
    fresh(log.engine.amend(delete(&gone, here)).await);
    assert_eq!(count().await, 1);
    log.engine.mark_read(me, here, 2).await.unwrap();
    assert_eq!(count().await, 0);
}

pub async fn a_room_knows_its_members(log: Log) {
    let (here, there) = (room(&log.engine, 0).await, room(&log.engine, 1).await);
    let join =
        async |n: u8, room, name| log.engine.join(&TokenHash([n; 32]), room, name).await.unwrap().0;
    let (one, two) = (join(1, here, "민수").await, join(2, here, "Ana").await);
    join(3, there, "다른 방").await;
    assert_eq!(join(1, here, "민수 2").await, one);
    let mut members = log.engine.opening(here, 9).await.unwrap().members;
    members.sort();
    assert_eq!(members, [(one, "민수 2".to_owned()), (two, "Ana".to_owned())]);
    let last = log.engine.opening(here, 1).await.unwrap().members;
    assert_eq!(last, [(two, "Ana".to_owned())], "who joined last");
    log.engine.leave(two, here).await.unwrap();
    assert_eq!(log.engine.opening(here, 9).await.unwrap().members.len(), 1);
}
