//! The promises of `Engine`, written once. An engine's own file calls [`contract!`] with a
//! function that opens an empty log, and so runs each of these facts.

pub use crate::amending::*;
pub use crate::bells::*;
pub use crate::filing::*;
pub use crate::keeping::*;
pub use crate::posting::*;
pub use crate::seating::*;

use app::page::Terms;
use app::protocol::{Message, MessageId, RoomKey, UserId};
use server::engine::{Commit, Draft, Engine, PostError, Posted, RoomBatch, RoomId};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// An empty log, and whatever must outlive it.
pub struct Log {
    pub engine: Arc<dyn Engine>,
    pub commits: mpsc::Receiver<Commit>,
    pub _home: Box<dyn Send>,
}

macro_rules! contract {
    ($open:path) => {
        $crate::contract::contract!($open:
            a_room_is_made_once_and_keeps_its_creators_title
            seq_and_rev_have_no_gaps_under_many_writers
            a_repeated_message_is_stored_once
            a_message_sent_twice_at_once_is_stored_once
            repeats_among_new_messages_leave_no_gap
            an_id_belongs_to_whoever_used_it_first
            an_answer_comes_after_its_commit_was_taken
            a_repeat_is_answered_behind_the_commit_it_repeats
            a_text_comes_back_byte_for_byte
            changes_are_read_page_by_page_until_there_are_none
            history_is_read_backwards_to_the_beginning
            what_was_said_is_found_by_any_part_of_it
            a_search_goes_on_where_it_stopped
            an_empty_room_is_at_its_beginning
            a_membership_lasts_from_join_to_leave
            a_membership_ends_when_its_session_was_long_not_here
            a_session_is_one_user_in_all_its_rooms
            a_user_without_a_row_shares_their_id_with_nobody
            joining_again_renames_and_keeps_the_reading_mark
            reading_moves_forward_and_never_beyond_the_end
            joining_a_room_that_does_not_exist_fails_alone
            a_message_for_a_room_that_does_not_exist_fails_alone
            a_closed_log_stores_nothing
            an_edited_message_keeps_its_place_and_gets_the_next_rev
            what_is_so_already_is_no_change
            a_deletion_leaves_a_tombstone_that_nothing_brings_back
            a_message_is_changed_by_its_sender_alone
            a_message_is_edited_while_it_is_young_and_deleted_at_any_age
            forms_are_kept_with_the_text
            who_is_named_is_counted_until_they_have_read_it
            a_room_knows_its_members
            changes_in_one_commit_are_told_as_they_ended
            the_first_ten_are_named_with_a_reaction_and_all_are_counted
            who_sits_down_first_owns_the_room
            the_last_owner_link_makes_owners
            settings_are_kept_and_public_rooms_are_listed
            a_file_is_shown_by_one_message_and_gone_with_it
            a_file_is_for_whoever_brought_it_and_where_they_did
            files_have_so_much_space_and_wait_for_an_hour
            who_is_not_there_is_woken_once_for_what_they_want_to_hear_of
            news_are_told_once_unless_they_were_read_or_deleted
            a_bell_ends_with_its_membership
            a_session_is_woken_where_it_was_last
            the_push_key_is_made_once
            an_answer_names_the_place_of_a_message_that_is_there
        );
    };
    ($open:path: $($fact:ident)*) => {
        $(#[tokio::test] async fn $fact() { $crate::contract::$fact($open().await).await; })*
    };
}
pub(crate) use contract;

pub async fn a_room_is_made_once_and_keeps_its_creators_title(log: Log) {
    let key = RoomKey("거실".into());
    assert_eq!(log.engine.find_room(&key).await.unwrap(), None);
    let (first, second) =
        tokio::join!(log.engine.make_room(&key, "거실"), log.engine.make_room(&key, "other"));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first, second);
    assert_eq!((first.title.as_str(), first.rev), ("거실", 0));
    assert_eq!(log.engine.find_room(&key).await.unwrap(), Some(first));
}

pub async fn a_text_comes_back_byte_for_byte(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    let long = "길다 ".repeat(4000);
    let texts = [
        "한글 👩‍👩‍👧 \"quoted\" \\back\\slash",
        "a\u{0}b\u{1}\n\t\u{2028}",
        "'; DROP TABLE messages; --",
        "[1]",
        &long,
    ];
    for text in texts {
        let user = UserId(u64::MAX >> 1);
        let draft = Draft { user, username: text.into(), ..draft(room, 1, text) };
        let posted = fresh(log.engine.post(draft).await);
        let stored = log.engine.latest(room, 1).await.unwrap().page.messages;
        assert_eq!(stored, std::slice::from_ref(&posted));
        assert_eq!(
            (posted.text.as_str(), posted.username.as_str(), posted.user_id),
            (text, text, user)
        );
    }
}

pub async fn changes_are_read_page_by_page_until_there_are_none(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    say(&log.engine, room, 7).await;
    let mut rev = 2;
    let mut pages = Vec::new();
    loop {
        let page = log.engine.changes_since(room, rev, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        rev = last.rev;
        pages.push(page.iter().map(|message| message.rev).collect::<Vec<_>>());
    }
    assert_eq!(pages, [vec![3, 4], vec![5, 6], vec![7]]);
    assert_eq!(log.engine.changes_since(room, u64::MAX, 500).await.unwrap(), []);
}

pub async fn history_is_read_backwards_to_the_beginning(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    say(&log.engine, room, 7).await;
    let latest = log.engine.latest(room, 3).await.unwrap();
    assert_eq!((latest.cursor.epoch, latest.cursor.rev), (log.engine.epoch(), 7));
    assert_eq!((seqs(&latest.page.messages), latest.page.from_beginning), (vec![5, 6, 7], false));
    let page = log.engine.before(room, 5, 3).await.unwrap();
    assert_eq!((seqs(&page.messages), page.from_beginning), (vec![2, 3, 4], false));
    let page = log.engine.before(room, 2, 3).await.unwrap();
    assert_eq!((seqs(&page.messages), page.from_beginning), (vec![1], true));
    let page = log.engine.before(room, 1, 3).await.unwrap();
    assert_eq!((seqs(&page.messages), page.from_beginning), (vec![], true));
    let page = log.engine.before(room, u64::MAX, 7).await.unwrap();
    assert_eq!((seqs(&page.messages), page.from_beginning), ((1..=7).collect(), true));
}

pub async fn what_was_said_is_found_by_any_part_of_it(log: Log) {
    let (room, other) = (room(&log.engine, 0).await, room(&log.engine, 1).await);
    let _announced = listen(log.commits);
    for text in ["감귤을 샀어요", "Été in Paris", "100%", "100 percent", "귤과 차\n따뜻해요"]
    {
        fresh(log.engine.post(draft(room, 1, text)).await);
    }
    fresh(log.engine.post(draft(other, 1, "귤")).await);
    let find = async |query: &str| -> Vec<String> {
        let terms = Terms::parse(query).unwrap();
        let found = log.engine.search(room, &terms, u64::MAX, 9).await.unwrap();
        assert_eq!(found.further, None);
        found.messages.iter().map(|message| message.text.clone()).collect()
    };
    assert_eq!(find("귤").await, ["귤과 차\n따뜻해요", "감귤을 샀어요"]);
    assert_eq!(find("따뜻 귤과").await, ["귤과 차\n따뜻해요"]);
    assert_eq!(find("ÉTÉ paris").await, ["Été in Paris"]);
    for (query, text) in [("0%", "100%"), ("été", "Été in Paris")] {
        assert_eq!(find(query).await, [text]);
    }
    for nothing in ["a_b", "\\", "귤 없는", "' OR 1=1 --"] {
        assert!(find(nothing).await.is_empty(), "{nothing}");
    }
}

pub async fn a_search_goes_on_where_it_stopped(log: Log) {
    let room = room(&log.engine, 0).await;
    let _announced = listen(log.commits);
    for n in 0..10 {
        let text = if n % 2 == 0 { "even" } else { "odd" };
        fresh(log.engine.post(draft(room, 1, text)).await);
    }
    let terms = Terms::parse("EVEN").unwrap();
    let mut before = Some(u64::MAX);
    let mut places = Vec::new();
    while let Some(place) = before {
        let found = log.engine.search(room, &terms, place, 2).await.unwrap();
        places.extend(found.messages.iter().map(|message| message.seq));
        before = found.further;
    }
    assert_eq!(places, [9, 7, 5, 3, 1]);
    let empty = log.engine.search(room, &Terms::parse("third").unwrap(), 0, 2).await.unwrap();
    assert_eq!((empty.messages.len(), empty.further), (0, None));
}

pub async fn an_empty_room_is_at_its_beginning(log: Log) {
    let room = room(&log.engine, 0).await;
    let latest = log.engine.latest(room, 50).await.unwrap();
    assert_eq!(
        (latest.cursor.rev, seqs(&latest.page.messages), latest.page.from_beginning),
        (0, vec![], true)
    );
    assert!(log.engine.latest(RoomId(room.0 + 1), 50).await.is_err());
}

pub async fn a_closed_log_stores_nothing(log: Log) {
    let room = room(&log.engine, 0).await;
    let announced = listen(log.commits);
    // What is in line before the end is still committed.
    let (said, ()) = tokio::join!(log.engine.post(draft(room, 1, "안녕")), log.engine.close());
    fresh(said);
    assert_eq!(log.engine.post(draft(room, 1, "late")).await, Err(PostError::NotStored));
    assert!(log.engine.make_room(&RoomKey("late".into()), "late").await.is_err());
    assert!(log.engine.check().await.is_err());
    log.engine.close().await;
    assert_eq!(announced.await.unwrap().len(), 1);
}

/// Takes every commit, as the registry would; ends when the log is closed.
pub fn listen(mut commits: mpsc::Receiver<Commit>) -> JoinHandle<Vec<RoomBatch>> {
    tokio::spawn(async move {
        let mut batches = Vec::new();
        while let Some(commit) = commits.recv().await {
            batches.extend(commit.batches.iter().cloned());
        }
        batches
    })
}

pub async fn room(engine: &Arc<dyn Engine>, n: usize) -> RoomId {
    let name = format!("room-{n}");
    engine.make_room(&RoomKey(name.clone()), &name).await.unwrap().id
}

/// A draft with an id of its own.
pub fn draft(room: RoomId, user: u64, text: &str) -> Draft {
    static MADE: AtomicU64 = AtomicU64::new(1);
    let made = MADE.fetch_add(1, Ordering::Relaxed);
    let mut random = [0; 10];
    random[..8].copy_from_slice(&made.to_le_bytes());
    Draft {
        room,
        id: MessageId::new(1_700_000_000_000 + made, random),
        user: UserId(user),
        username: format!("user {user}"),
        text: text.to_owned(),
        spans: Vec::new(),
        reply_to: None,
        files: Vec::new(),
        created_at: 1_700_000_000_000 + made,
    }
}

/// Everything in the room, by way of small pages.
pub async fn changes(engine: &Arc<dyn Engine>, room: RoomId) -> Vec<Arc<Message>> {
    let mut all: Vec<Arc<Message>> = Vec::new();
    loop {
        let rev = all.last().map_or(0, |last| last.rev);
        let page = engine.changes_since(room, rev, 100).await.unwrap();
        if page.is_empty() {
            let ids: HashMap<_, _> = all.iter().map(|message| (message.id, message.seq)).collect();
            assert_eq!(ids.len(), all.len(), "no message is there twice");
            return all;
        }
        all.extend(page);
    }
}

pub async fn say(engine: &Arc<dyn Engine>, room: RoomId, count: usize) {
    for n in 0..count {
        fresh(engine.post(draft(room, 1, &n.to_string())).await);
    }
}

pub fn fresh(posted: Result<Posted, PostError>) -> Arc<Message> {
    match posted {
        Ok(Posted::Fresh(message)) => message,
        other => panic!("not stored afresh: {other:?}"),
    }
}

pub fn seqs(messages: &[Arc<Message>]) -> Vec<u64> {
    messages.iter().map(|message| message.seq).collect()
}
