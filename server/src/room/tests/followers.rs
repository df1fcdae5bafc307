//! Those who listen without a connection, and those who only look in.

use super::*;
use futures::FutureExt;

fn revs(messages: Option<Vec<Arc<Message>>>) -> Vec<Rev> {
    messages.unwrap_or_default().iter().map(|message| message.rev).collect()
}

#[tokio::test]
async fn news_wake_a_follower_and_are_at_hand() {
    let house = House::new(0).await;
    let mut follower = house.room.follow(0);
    assert!(follower.moved().now_or_never().is_none());
    house.deliver(house.commit(3));
    assert!(follower.moved().now_or_never().is_some());
    assert_eq!(revs(follower.at_hand(2)), [1, 2]);
    assert_eq!(revs(follower.at_hand(2)), [3]);
    assert!(follower.is_level() && follower.moved().now_or_never().is_none());
}

#[tokio::test]
async fn a_commit_before_the_first_look_is_not_slept_through() {
    let house = House::new(0).await;
    let mut follower = house.room.follow(0);
    house.deliver(house.commit(1));
    assert!(follower.moved().now_or_never().is_some());
    let mut late = house.room.follow(0);
    assert!(late.moved().now_or_never().is_some());
}

#[tokio::test]
async fn who_is_further_behind_than_the_last_batch_has_to_ask_the_log() {
    let house = House::new(0).await;
    let mut follower = house.room.follow(0);
    house.deliver(house.commit(1));
    house.deliver(house.commit(1));
    assert_eq!(follower.at_hand(9), None);
    assert_eq!(follower.rev, 0);
}

#[tokio::test]
async fn a_batch_is_not_kept_where_nobody_follows() {
    let house = House::new(0).await;
    let follower = house.room.follow(0);
    house.deliver(house.commit(1));
    drop(follower);
    house.deliver(house.commit(1));
    assert!(house.room.news.borrow().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_visitor_is_listed_for_a_minute_after_the_last_request_by_one_timer() {
    let house = House::new(9).await;
    let tasks = tokio::runtime::Handle::current().metrics();
    for _ in 0..100 {
        house.room.visit(guest(2, "Ana")).unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(tasks.num_alive_tasks(), 1);
    tokio::time::sleep(attendance::VISIT - Duration::from_secs(1)).await;
    assert_eq!(house.room.users().len(), 1);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(house.room.users().is_empty());
    assert_eq!(tasks.num_alive_tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_grace_that_ends_before_anothers_visit_ends_in_time() {
    let house = House::new(9).await;
    house.room.visit(guest(2, "Ana")).unwrap();
    let (outbox, _queue) = Outbox::new();
    let ben = guest(3, "Ben");
    drop(house.room.subscribe(ConnectionId(1), &outbox, Some(ben), 0, false).ok().unwrap());
    tokio::time::sleep(GRACE + Duration::from_secs(1)).await;
    assert_eq!(house.room.users().len(), 1);
    tokio::time::sleep(attendance::VISIT).await;
    assert!(house.room.users().is_empty());
}
