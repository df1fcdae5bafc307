#![allow(clippy::unwrap_used)]
mod followers;
mod log;

use super::*;
use crate::engine::TokenHash;
use crate::names::Username;
use crate::presence::Guest;
use crate::session::{Outbox, Queue, Queued};
use app::protocol::{Message, MessageId};
use log::Log;
use tokio::sync::Semaphore;

const GRACE: Duration = Duration::from_secs(30);

struct House {
    log: Arc<Log>,
    room: Arc<Room>,
}

impl House {
    async fn new(permits: usize) -> Self {
        let log = Arc::new(Log { messages: Mutex::default(), reads: Semaphore::new(permits) });
        let record =
            RoomRecord { id: RoomId(1), key: RoomKey("r".into()), title: "r".into(), rev: 0 };
        let room = Arc::new(Room::new(
            record,
            Arc::clone(&log) as Arc<dyn Engine>,
            GRACE,
            Rings::default(),
        ));
        room.open().await.unwrap();
        House { log, room }
    }

    /// A commit of so many messages, not yet delivered.
    fn commit(&self, count: u64) -> RoomBatch {
        let mut log = self.log.messages.lock().unwrap();
        let from = log.len() as Rev;
        let messages: Vec<_> = (from + 1..=from + count).map(message).collect();
        log.extend(messages.iter().cloned());
        RoomBatch { room: self.room.id, from, to: from + count, messages }
    }

    /// As the registry does; nobody here lends a writer.
    fn deliver(&self, batch: RoomBatch) {
        self.room.deliver(batch, &mut Vec::new());
    }

    fn listen(&self, connection: u64, rev: Rev) -> (Subscription, Outbox, Queue) {
        let (outbox, queue) = Outbox::new();
        let listening = self.room.subscribe(ConnectionId(connection), &outbox, None, rev, false);
        (listening.ok().unwrap(), outbox, queue)
    }
}

fn message(rev: Rev) -> Arc<Message> {
    Arc::new(Message {
        id: MessageId::new(rev, [0; 10]),
        seq: rev,
        rev,
        user_id: UserId(1),
        username: "민수".into(),
        text: rev.to_string(),
        ..Message::default()
    })
}

fn guest(id: u8, username: &str) -> Arrival {
    let user = User { id: UserId(id.into()), username: username.into(), room: RoomKey("r".into()) };
    let skeleton = Username::parse(username).unwrap().skeleton();
    Arrival {
        guest: Guest { user, token: TokenHash([id; 32]), skeleton },
        is_return: false,
        is_away: false,
    }
}

async fn next(queue: &mut Queue) -> SharedFrame {
    loop {
        if let Queued::Frame(frame) = queue.next(false).await {
            return frame;
        }
    }
}

/// The revs that the queued batches lead over: from, to, to, to…
fn path(queue: &mut Queue) -> Vec<Rev> {
    let mut path = Vec::new();
    while let Some(frame) = queue.try_next() {
        let ServerFrame::Batch(batch) = frame.frame() else { continue };
        if path.is_empty() {
            path.push(batch.from);
        }
        assert_eq!(path.last(), Some(&batch.from), "no gap and nothing twice");
        path.push(batch.to);
    }
    path
}

#[tokio::test]
async fn a_commit_between_the_read_and_becoming_level_is_read_too() {
    let house = House::new(0).await;
    house.deliver(house.commit(2));
    let (_listening, _outbox, mut queue) = house.listen(1, 0);
    let catching_up = tokio::spawn({
        let room = Arc::clone(&house.room);
        async move { room.catch_up(ConnectionId(1)).await }
    });
    tokio::task::yield_now().await;
    house.deliver(house.commit(3));
    house.log.reads.add_permits(9);
    catching_up.await.unwrap().unwrap();
    house.deliver(house.commit(1));
    assert_eq!(path(&mut queue), [0, 2, 5, 6]);
}

#[tokio::test]
async fn a_commit_that_was_read_before_it_was_delivered_comes_once() {
    let house = House::new(9).await;
    house.deliver(house.commit(1));
    let (_listening, _outbox, mut queue) = house.listen(1, 0);
    let early = house.commit(2);
    house.room.catch_up(ConnectionId(1)).await.unwrap();
    house.deliver(early);
    house.deliver(house.commit(1));
    assert_eq!(path(&mut queue), [0, 3, 4]);
}

#[tokio::test]
async fn a_portion_that_ends_within_a_commit_is_no_place_to_become_level() {
    let house = House::new(9).await;
    house.deliver(house.commit(1));
    let (_listening, _outbox, mut queue) = house.listen(1, 0);
    let early = house.commit(limits::CHANGES as u64 + 10);
    house.room.catch_up(ConnectionId(1)).await.unwrap();
    house.deliver(early);
    assert_eq!(path(&mut queue), [0, 500, 511]);
}

#[tokio::test]
async fn taking_up_a_room_from_elsewhere_overrules_what_was_being_read() {
    let house = House::new(0).await;
    house.deliver(house.commit(5));
    let (listening, outbox, mut queue) = house.listen(1, 4);
    let catching_up = tokio::spawn({
        let room = Arc::clone(&house.room);
        async move { room.catch_up(ConnectionId(1)).await }
    });
    tokio::task::yield_now().await;
    let again = house.room.subscribe(ConnectionId(1), &outbox, None, 1, false).ok().unwrap();
    listening.forget();
    house.log.reads.add_permits(9);
    catching_up.await.unwrap().unwrap();
    assert_eq!(path(&mut queue), [1, 5]);
    drop(again);
    assert!(house.room.is_idle());
}

#[tokio::test]
async fn who_falls_behind_gets_all_of_it_and_the_users_once_drained() {
    let house = House::new(99).await;
    let (_listening, _outbox, mut queue) = house.listen(1, 0);
    house.room.catch_up(ConnectionId(1)).await.unwrap();
    for _ in 0..300 {
        house.deliver(house.commit(1));
    }
    assert!(matches!(queue.next(true).await, Queued::Behind));
    let (newcomer, _queue) = Outbox::new();
    let _ana = house
        .room
        .subscribe(ConnectionId(2), &newcomer, Some(guest(2, "Ana")), 300, false)
        .ok()
        .unwrap();
    let queued = path(&mut queue);
    assert_eq!((queued[0], queued[queued.len() - 1], queued.len()), (0, 256, 257));
    house.room.catch_up(ConnectionId(1)).await.unwrap();
    let mut rest: Vec<ServerFrame> =
        std::iter::from_fn(|| queue.try_next()).map(|frame| frame.frame().clone()).collect();
    assert!(matches!(rest.pop(), Some(ServerFrame::Settings(_))));
    assert!(matches!(rest.pop(), Some(ServerFrame::Users(list)) if list.users.len() == 1));
    let mut rev = 256;
    for frame in rest {
        let ServerFrame::Batch(batch) = frame else { panic!("{frame:?}") };
        assert_eq!(batch.from, rev);
        rev = batch.to;
    }
    assert_eq!(rev, 300);
}

#[tokio::test]
async fn in_a_busy_room_one_read_is_enough() {
    let house = House::new(0).await;
    house.deliver(house.commit(2));
    let (_listening, _outbox, mut queue) = house.listen(1, 0);
    let catching_up = tokio::spawn({
        let room = Arc::clone(&house.room);
        async move { room.catch_up(ConnectionId(1)).await }
    });
    tokio::task::yield_now().await;
    for _ in 0..50 {
        house.deliver(house.commit(1));
    }
    house.log.reads.add_permits(1);
    catching_up.await.unwrap().unwrap();
    assert_eq!(path(&mut queue).last(), Some(&52));
}

#[tokio::test]
async fn who_lacks_nothing_reads_nothing() {
    let house = House::new(0).await;
    house.deliver(house.commit(2));
    let (_listening, _outbox, mut queue) = house.listen(1, 2);
    house.deliver(house.commit(1));
    house.room.catch_up(ConnectionId(1)).await.unwrap();
    assert_eq!(path(&mut queue), [2, 3]);
}

#[tokio::test(start_paused = true)]
async fn one_is_listed_for_the_grace_and_then_the_others_hear_of_it() {
    let house = House::new(9).await;
    let (_listening, outbox, mut queue) = house.listen(1, 0);
    house.room.catch_up(ConnectionId(1)).await.unwrap();
    let ana = house
        .room
        .subscribe(ConnectionId(2), &outbox, Some(guest(2, "Ana")), 0, false)
        .ok()
        .unwrap();
    assert!(matches!(next(&mut queue).await.frame(), ServerFrame::Presence(_)));
    let begin = Instant::now();
    drop(ana);
    assert_eq!(house.room.users().len(), 1);
    // Time moves by itself to whatever is waited for next.
    let told = next(&mut queue).await;
    let ServerFrame::Presence(presence) = told.frame() else { panic!("{:?}", told.frame()) };
    assert!(matches!(presence.changes[..], [PresenceChange::Gone { .. }]));
    assert!(begin.elapsed() >= GRACE && house.room.users().is_empty());
}

#[tokio::test(start_paused = true)]
async fn coming_back_within_the_grace_is_never_told() {
    let house = House::new(9).await;
    let (_listening, _outbox, mut queue) = house.listen(1, 0);
    house.room.catch_up(ConnectionId(1)).await.unwrap();
    let (other, _queue) = Outbox::new();
    let sit = |connection| {
        house
            .room
            .subscribe(ConnectionId(connection), &other, Some(guest(2, "Ana")), 0, false)
            .ok()
            .unwrap()
    };
    drop(sit(2));
    tokio::time::sleep(GRACE - Duration::from_secs(1)).await;
    let _back = sit(3);
    tokio::time::sleep(3 * GRACE).await;
    assert!(queue.try_next().is_some(), "that she came");
    assert!(queue.try_next().is_none(), "and no more");
    assert_eq!(house.room.users().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_room_is_idle_once_nobody_listens_and_nobody_is_remembered() {
    let house = House::new(9).await;
    let (outbox, _queue) = Outbox::new();
    let ana = house
        .room
        .subscribe(ConnectionId(2), &outbox, Some(guest(2, "Ana")), 0, false)
        .ok()
        .unwrap();
    assert!(!house.room.is_idle());
    drop(ana);
    tokio::time::sleep(GRACE + Duration::from_secs(1)).await;
    assert!(!house.room.is_idle(), "she may still come back unannounced");
    tokio::time::sleep(Duration::from_secs(6 * 60)).await;
    assert!(house.room.is_idle());
}

#[tokio::test]
async fn hanging_up_is_leaving_at_once_unless_another_connection_stays() {
    let house = House::new(9).await;
    let (_listening, _outbox, mut queue) = house.listen(1, 0);
    house.room.catch_up(ConnectionId(1)).await.unwrap();
    let (other, _queue) = Outbox::new();
    let sit = |connection| {
        let arrival = Some(guest(2, "Ana"));
        house.room.subscribe(ConnectionId(connection), &other, arrival, 0, false).ok().unwrap()
    };
    for _ in 0..2 {
        let (socket, page) = (sit(2), sit(3));
        page.hang_up();
        assert_eq!(house.room.users().len(), 1);
        socket.hang_up();
        assert!(house.room.users().is_empty());
        let (came, went) = (queue.try_next().unwrap(), queue.try_next().unwrap());
        let changes = |frame: &SharedFrame| match frame.frame() {
            ServerFrame::Presence(presence) => presence.changes.clone(),
            other => panic!("{other:?}"),
        };
        // However soon they are back: they said goodbye.
        assert!(matches!(changes(&came)[..], [PresenceChange::Here { announce: true, .. }]));
        assert!(matches!(changes(&went)[..], [PresenceChange::Gone { announce: true, .. }]));
    }
}

#[tokio::test]
async fn an_arrival_is_told_from_another_name() {
    let house = House::new(9).await;
    let (_listening, _outbox, mut queue) = house.listen(1, 0);
    house.room.catch_up(ConnectionId(1)).await.unwrap();
    let (other, _queue) = Outbox::new();
    let sit = |name| {
        let arrival = Arrival { is_return: true, ..guest(2, name) };
        house.room.subscribe(ConnectionId(2), &other, Some(arrival), 0, false).ok().unwrap()
    };
    let first = sit("Ana");
    assert_eq!(queue.try_next().unwrap().arrived(), [UserId(2)], "whether or not announced");
    let second = sit("Anna");
    first.forget();
    assert_eq!(queue.try_next().unwrap().arrived(), []);
    second.hang_up();
    assert_eq!(queue.try_next().unwrap().arrived(), []);
    let _third = sit("Ana");
    assert_eq!(queue.try_next().unwrap().arrived(), [UserId(2)]);
}

#[tokio::test]
async fn the_last_page_in_memory_is_that_of_the_log() {
    let house = House::new(99).await;
    let is_alike = async |when: &str| {
        let kept = house.room.latest().await.unwrap();
        assert_eq!(kept, house.log.latest(house.room.id, limits::PAGE).await.unwrap(), "{when}");
    };
    is_alike("empty").await;
    for commits in 1..=20 {
        house.deliver(house.commit(commits));
        is_alike("after a commit").await;
    }
    let seen_already = house.commit(3);
    house.room.forget_unasked();
    house.room.forget_unasked();
    is_alike("read between a commit and its delivery").await;
    house.deliver(seen_already);
    is_alike("then delivered").await;
    let _lost = house.commit(2);
    house.deliver(house.commit(1));
    is_alike("after a batch that does not follow").await;
}
