//! What `Engine` promises of sessions, of seats in rooms, and how far each has read.

use crate::contract::{Log, draft, fresh, listen, room, say};
use app::protocol::UserId;
use futures::future::join_all;
use server::engine::{RoomId, TokenHash};
use std::time::{SystemTime, UNIX_EPOCH};

pub async fn a_membership_lasts_from_join_to_leave(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let token = TokenHash([7; 32]);
    assert_eq!(log.engine.find_session(&token).await.unwrap(), None);
    say(&log.engine, room, 3).await;

    let (user, joined) = log.engine.join(&token, room, "민수").await.unwrap();
    assert_eq!((joined.username.as_str(), joined.last_read, joined.unread), ("민수", 3, 0));
    say(&log.engine, room, 2).await;
    let session = log.engine.find_session(&token).await.unwrap().unwrap();
    assert_eq!(session.user, user);
    let [seat] = &session.memberships[..] else { panic!("one seat") };
    assert_eq!((seat.room.id, seat.room.rev, seat.last_read, seat.unread), (room, 5, 3, 2));

    log.engine.leave(user, room).await.unwrap();
    log.engine.leave(user, room).await.unwrap();
    assert_eq!(log.engine.find_session(&token).await.unwrap().unwrap().memberships, []);
    let (again, joined) = log.engine.join(&token, room, "민수").await.unwrap();
    assert_eq!((again, joined.last_read, joined.unread), (user, 5, 0));
}

pub async fn a_membership_ends_when_its_session_was_long_not_here(log: Log) {
    const DAY: u64 = 24 * 60 * 60 * 1000;
    let (here, there) = (room(&log.engine, 0).await, room(&log.engine, 1).await);
    let (mine, theirs) = (TokenHash([1; 32]), TokenHash([2; 32]));
    let (me, _) = log.engine.join(&mine, here, "민수").await.unwrap();
    let (they, _) = log.engine.join(&theirs, here, "Ana").await.unwrap();
    log.engine.join(&theirs, there, "Ana").await.unwrap();
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = u64::try_from(since.as_millis()).unwrap();

    log.engine.note_seen(vec![me], now + 100 * DAY).await.unwrap();
    assert_eq!(log.engine.end_unseen(now - DAY).await.unwrap(), 0);
    assert_eq!(log.engine.end_unseen(now + DAY).await.unwrap(), 2);
    assert_eq!(log.engine.end_unseen(now + 99 * DAY).await.unwrap(), 0);

    let seats = async |token| log.engine.find_session(token).await.unwrap().unwrap().memberships;
    assert_eq!((seats(&mine).await.len(), seats(&theirs).await.len()), (1, 0));
    // Who comes back after all is who they were.
    assert_eq!(log.engine.join(&theirs, here, "Ana").await.unwrap().0, they);
}

pub async fn a_session_is_one_user_in_all_its_rooms(log: Log) {
    let (here, there) = (room(&log.engine, 0).await, room(&log.engine, 1).await);
    let (mine, theirs) = (TokenHash([1; 32]), TokenHash([2; 32]));
    let (me, _) = log.engine.join(&mine, here, "민수").await.unwrap();
    let (me_too, _) = log.engine.join(&mine, there, "Minsu").await.unwrap();
    let (they, _) = log.engine.join(&theirs, here, "Ana").await.unwrap();
    assert_eq!(me, me_too);
    assert_ne!(me, they);
    let seats = log.engine.find_session(&mine).await.unwrap().unwrap().memberships;
    let seats: Vec<_> = seats.iter().map(|seat| (seat.room.id, seat.username.as_str())).collect();
    assert_eq!(seats, [(here, "민수"), (there, "Minsu")]);
}

pub async fn a_user_without_a_row_shares_their_id_with_nobody(log: Log) {
    let room = room(&log.engine, 0).await;
    let mut users = Vec::new();
    for n in 0..3 {
        users.push(log.engine.new_user().await.unwrap());
        users.push(log.engine.join(&TokenHash([n; 32]), room, "민수").await.unwrap().0);
    }
    users.sort();
    users.dedup();
    assert_eq!(users.len(), 6);
}

pub async fn joining_again_renames_and_keeps_the_reading_mark(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let token = TokenHash([7; 32]);
    log.engine.join(&token, room, "민수").await.unwrap();
    say(&log.engine, room, 2).await;
    let (_, joined) = log.engine.join(&token, room, "민수 2").await.unwrap();
    assert_eq!((joined.username.as_str(), joined.last_read, joined.unread), ("민수 2", 0, 2));
}

pub async fn reading_moves_forward_and_never_beyond_the_end(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let token = TokenHash([7; 32]);
    let (user, _) = log.engine.join(&token, room, "민수").await.unwrap();
    say(&log.engine, room, 5).await;
    for (marked, last_read) in [(2, 2), (1, 2), (4, 4), (u64::MAX, 5)] {
        log.engine.mark_read(user, room, marked).await.unwrap();
        let seat = log.engine.find_session(&token).await.unwrap().unwrap().memberships.remove(0);
        assert_eq!(
            (seat.last_read, seat.unread),
            (last_read, 5 - last_read),
            "after reading to {marked}"
        );
    }
    say(&log.engine, room, 1).await;
    let seat = log.engine.find_session(&token).await.unwrap().unwrap().memberships.remove(0);
    assert_eq!((seat.last_read, seat.unread), (5, 1));
    // Marks that arrive together, in whatever order: the furthest counts.
    say(&log.engine, room, 2).await;
    let marked = join_all([8, 6, 7].map(|seq| log.engine.mark_read(user, room, seq))).await;
    assert!(marked.iter().all(Result::is_ok));
    let seat = log.engine.find_session(&token).await.unwrap().unwrap().memberships.remove(0);
    assert_eq!(seat.last_read, 8);
    // Who has no seat has nothing to mark.
    log.engine.mark_read(UserId(user.0 + 1), room, 1).await.unwrap();
}

pub async fn joining_a_room_that_does_not_exist_fails_alone(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let token = TokenHash([7; 32]);
    let (lost, said) = tokio::join!(
        log.engine.join(&token, RoomId(room.0 + 1), "민수"),
        log.engine.post(draft(room, 1, "안녕"))
    );
    assert!(lost.is_err());
    fresh(said);
    assert_eq!(log.engine.find_session(&token).await.unwrap(), None);
}
