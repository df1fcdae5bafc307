//! What `Engine` promises of messages that are said: once, in order, without a gap.

use crate::contract::{Log, changes, draft, fresh, listen, room, seqs};
use app::protocol::UserId;
use futures::future::join_all;
use server::engine::{Draft, PostError, Posted, RoomId};

pub async fn seq_and_rev_have_no_gaps_under_many_writers(log: Log) {
    const ROOMS: usize = 4;
    const WRITERS: u64 = 16;
    const EACH: usize = 20;
    let rooms = join_all((0..ROOMS).map(|n| room(&log.engine, n))).await;
    let announced = listen(log.commits);

    let writers = rooms.iter().flat_map(|&room| (1..=WRITERS).map(move |writer| (room, writer)));
    let writers = writers.map(|(room, writer)| {
        let engine = log.engine.clone();
        tokio::spawn(async move {
            for n in 0..EACH {
                let posted = engine.post(draft(room, writer, &n.to_string())).await;
                assert!(matches!(posted, Ok(Posted::Fresh(_))));
            }
        })
    });
    for written in join_all(writers).await {
        written.unwrap();
    }

    for &room in &rooms {
        let stored = changes(&log.engine, room).await;
        let count = WRITERS * EACH as u64;
        assert_eq!(
            stored.iter().map(|m| m.seq).collect::<Vec<_>>(),
            (1..=count).collect::<Vec<_>>()
        );
        assert_eq!(
            stored.iter().map(|m| m.rev).collect::<Vec<_>>(),
            (1..=count).collect::<Vec<_>>()
        );
        for writer in 1..=WRITERS {
            let texts =
                stored.iter().filter(|m| m.user_id == UserId(writer)).map(|m| m.text.clone());
            assert!(
                texts.eq((0..EACH).map(|n| n.to_string())),
                "everyone's messages keep their order"
            );
        }
    }
    log.engine.close().await;
    let announced = announced.await.unwrap();
    for &room in &rooms {
        let mut rev = 0;
        for batch in announced.iter().filter(|batch| batch.room == room) {
            assert_eq!(batch.from, rev);
            for message in &batch.messages {
                rev += 1;
                assert_eq!(message.rev, rev);
            }
            assert_eq!(batch.to, rev);
        }
        assert_eq!(rev, WRITERS * EACH as u64);
    }
}

pub async fn a_repeated_message_is_stored_once(log: Log) {
    let room = room(&log.engine, 0).await;
    let announced = listen(log.commits);
    let draft = draft(room, 1, "안녕");
    let first = fresh(log.engine.post(draft.clone()).await);
    let again = log.engine.post(Draft { text: "something else".into(), ..draft }).await;
    assert_eq!(again, Ok(Posted::Repeat(first.clone())));
    assert_eq!(changes(&log.engine, room).await, [first]);
    log.engine.close().await;
    assert_eq!(announced.await.unwrap().len(), 1);
}

pub async fn a_message_sent_twice_at_once_is_stored_once(log: Log) {
    let room = room(&log.engine, 0).await;
    let announced = listen(log.commits);
    let (mine, other) = (draft(room, 1, "twice"), draft(room, 1, "between"));
    let (first, between, second) =
        tokio::join!(log.engine.post(mine.clone()), log.engine.post(other), log.engine.post(mine));
    let (first, between) = (fresh(first), fresh(between));
    assert_eq!((first.seq, between.seq), (1, 2));
    assert_eq!(second, Ok(Posted::Repeat(first.clone())));
    log.engine.close().await;
    let announced: Vec<_> =
        announced.await.unwrap().into_iter().flat_map(|batch| batch.messages).collect();
    assert_eq!(announced, [first, between]);
}

pub async fn repeats_among_new_messages_leave_no_gap(log: Log) {
    let (here, there) = (room(&log.engine, 0).await, room(&log.engine, 1).await);
    let announced = listen(log.commits);
    let old = draft(here, 1, "old");
    let stored = fresh(log.engine.post(old.clone()).await);
    let foreign = Draft { user: UserId(2), ..old.clone() };
    let drafts = [draft(here, 1, "a"), old, draft(there, 1, "b"), foreign, draft(here, 1, "c")];
    let answers = join_all(drafts.map(|draft| log.engine.post(draft))).await;
    let [a, again, b, taken, c] = <[_; 5]>::try_from(answers).unwrap();
    assert_eq!([fresh(a).seq, fresh(b).seq, fresh(c).seq], [2, 1, 3]);
    assert_eq!((again, taken), (Ok(Posted::Repeat(stored)), Err(PostError::IdTaken)));
    assert_eq!(seqs(&changes(&log.engine, here).await), [1, 2, 3]);
    log.engine.close().await;
    let announced = announced.await.unwrap().into_iter().flat_map(|batch| batch.messages);
    assert_eq!(announced.count(), 4);
}

pub async fn an_id_belongs_to_whoever_used_it_first(log: Log) {
    let (here, there) = (room(&log.engine, 0).await, room(&log.engine, 1).await);
    let _announced = listen(log.commits);
    let mine = draft(here, 1, "mine");
    let theirs = Draft { user: UserId(2), ..mine.clone() };
    let (first, at_once) =
        tokio::join!(log.engine.post(mine.clone()), log.engine.post(theirs.clone()));
    fresh(first);
    assert_eq!(at_once, Err(PostError::IdTaken));
    assert_eq!(log.engine.post(theirs.clone()).await, Err(PostError::IdTaken));
    // Ids are a room's own.
    assert_eq!(fresh(log.engine.post(Draft { room: there, ..theirs }).await).seq, 1);
    assert_eq!(changes(&log.engine, here).await.len(), 1);
}

pub async fn an_answer_comes_after_its_commit_was_taken(mut log: Log) {
    let room = room(&log.engine, 0).await;
    let post = log.engine.post(draft(room, 1, "안녕"));
    tokio::pin!(post);
    let commit = tokio::select! {
        commit = log.commits.recv() => commit.unwrap(),
        _ = &mut post => panic!("acknowledged before it was announced"),
    };
    assert!(futures::poll!(&mut post).is_pending(), "acknowledged before it was delivered");
    let announced = commit.batches[0].messages[0].clone();
    assert_eq!(changes(&log.engine, room).await, std::slice::from_ref(&announced));
    drop(commit);
    assert_eq!(post.await, Ok(Posted::Fresh(announced)));
}

pub async fn a_repeat_is_answered_behind_the_commit_it_repeats(mut log: Log) {
    let room = room(&log.engine, 0).await;
    let draft = draft(room, 1, "안녕");
    let first = log.engine.post(draft.clone());
    tokio::pin!(first);
    assert!(futures::poll!(&mut first).is_pending());
    let commit = log.commits.recv().await.unwrap();
    let repeat = log.engine.post(draft);
    tokio::pin!(repeat);
    assert!(futures::poll!(&mut repeat).is_pending());
    let answers = log.commits.recv().await.unwrap();
    assert!(answers.batches.is_empty());
    assert!(futures::poll!(&mut repeat).is_pending());
    drop(commit);
    drop(answers);
    assert_eq!(repeat.await, Ok(Posted::Repeat(fresh(first.await))));
}

pub async fn a_message_for_a_room_that_does_not_exist_fails_alone(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let (lost, said) = tokio::join!(
        log.engine.post(draft(RoomId(room.0 + 1), 1, "lost")),
        log.engine.post(draft(room, 1, "안녕"))
    );
    assert_eq!(lost, Err(PostError::NotStored));
    fresh(said);
}
