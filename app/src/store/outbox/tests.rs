use super::*;
use crate::protocol::{File, FileId, Picture, RoomKey, UserId};
use proptest::prelude::*;

fn id(number: u64) -> MessageId {
    MessageId::new(number, [0; 10])
}

fn outbox(numbers: impl IntoIterator<Item = u64>) -> Outbox {
    let mut outbox = Outbox::default();
    for number in numbers {
        outbox.push(id(number), number.to_string(), None, Vec::new(), number).unwrap();
    }
    outbox
}

/// Sends whatever is to be sent and says what it was.
fn send(outbox: &mut Outbox, now: u64) -> Option<String> {
    let (id, text) = outbox.next_to_send(now).map(|entry| (entry.id, entry.text.clone()))?;
    outbox.sent(id, now);
    Some(text)
}

fn order(outbox: &Outbox) -> String {
    outbox.entries().iter().map(|entry| entry.text.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn messages_go_out_in_order_one_at_a_time() {
    let mut outbox = outbox([1, 2]);
    assert_eq!(send(&mut outbox, 0).as_deref(), Some("1"));
    assert_eq!(send(&mut outbox, 1), None);
    assert!(outbox.acked(id(1)));
    assert_eq!(send(&mut outbox, 2).as_deref(), Some("2"));
    assert!(outbox.acked(id(2)));
    assert!(!outbox.acked(id(2)));
    assert_eq!(outbox.wake_at(3), None);
}

#[test]
fn without_an_ack_the_same_message_is_sent_again() {
    let mut outbox = outbox([1, 2]);
    send(&mut outbox, 0);
    assert_eq!(outbox.wake_at(1), Some(10_000));
    assert_eq!(send(&mut outbox, 9_999), None);
    assert_eq!(send(&mut outbox, 10_000).as_deref(), Some("1"));
    assert_eq!(send(&mut outbox, 19_999), None);
}

#[test]
fn a_lost_link_makes_the_one_in_flight_unsent() {
    let mut outbox = outbox([1, 2]);
    send(&mut outbox, 0);
    outbox.disconnected();
    assert_eq!(send(&mut outbox, 1).as_deref(), Some("1"));
}

#[test]
fn too_fast_waits_and_goes_out_by_itself() {
    let mut outbox = outbox([1, 2]);
    send(&mut outbox, 0);
    outbox.refused(id(1), &Refusal::RateLimited { retry_after_ms: 400 }, 100);
    assert_eq!(outbox.entries()[0].delivery, Delivery::Limited { until: 500 });
    assert_eq!(outbox.wake_at(100), Some(500));
    assert_eq!(send(&mut outbox, 499), None);
    assert_eq!(send(&mut outbox, 500).as_deref(), Some("1"));
}

#[test]
fn what_could_not_be_stored_is_tried_at_growing_intervals() {
    let mut outbox = outbox([1]);
    let mut now = 0;
    let mut waits = Vec::new();
    for _ in 0..7 {
        assert!(send(&mut outbox, now).is_some());
        outbox.refused(id(1), &Refusal::NotStored, now);
        let due = outbox.wake_at(now).unwrap();
        waits.push(due - now);
        now = due;
    }
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
}

#[test]
fn what_cannot_be_sent_fails_and_does_not_hold_up_the_next() {
    let mut outbox = outbox([1, 2]);
    send(&mut outbox, 0);
    let refusal = Refusal::TextTooLong { limit: 4_000, over: 1 };
    outbox.refused(id(1), &refusal, 1);
    assert_eq!(outbox.entries()[0].delivery, Delivery::Failed(refusal));
    assert_eq!(send(&mut outbox, 1).as_deref(), Some("2"));
    assert_eq!(outbox.retry(id(1), id(9)), Some(id(1)));
    outbox.acked(id(2));
    assert_eq!(send(&mut outbox, 2).as_deref(), Some("1"));
}

#[test]
fn a_retried_message_waits_for_the_one_in_flight() {
    let mut outbox = outbox([1, 2]);
    outbox.refused(id(1), &Refusal::UnknownRoom, 0);
    assert_eq!(send(&mut outbox, 0).as_deref(), Some("2"));
    outbox.retry(id(1), id(9));
    assert_eq!(send(&mut outbox, 9_999), None);
    assert_eq!(send(&mut outbox, 10_000).as_deref(), Some("2"));
}

#[test]
fn a_taken_id_is_changed_before_the_retry() {
    let mut outbox = outbox([1]);
    outbox.refused(id(1), &Refusal::IdTaken, 0);
    assert_eq!(outbox.retry(id(1), id(9)), Some(id(9)));
    assert_eq!(outbox.next_to_send(0).map(|entry| entry.id), Some(id(9)));
}

#[test]
fn who_is_not_in_the_room_any_more_loses_nothing() {
    let mut outbox = outbox([1]);
    send(&mut outbox, 0);
    outbox.refused(id(1), &Refusal::NotJoined, 1);
    assert_eq!(outbox.wake_at(1), None);
    assert_eq!(send(&mut outbox, 100_000), None);
    outbox.joined();
    assert_eq!(send(&mut outbox, 100_001).as_deref(), Some("1"));
}

#[test]
fn what_waits_for_its_files_holds_up_nothing() {
    let mut outbox = outbox([1, 2]);
    outbox.await_files(id(1));
    assert_eq!(send(&mut outbox, 0).as_deref(), Some("2"));
    outbox.acked(id(2));
    assert_eq!(outbox.wake_at(1), None);
    outbox.gathered(id(1), vec![file()]);
    assert_eq!(outbox.entries()[0].files, [file()]);
    assert_eq!(send(&mut outbox, 2).as_deref(), Some("1"));
    // What became of it in the meantime stays.
    outbox.gathered(id(1), Vec::new());
    assert_eq!(outbox.entries()[0].files, [file()]);
}

#[test]
fn after_a_reload_what_waited_for_its_files_is_left_to_its_writer() {
    let mut outbox = outbox([1]);
    outbox.await_files(id(1));
    let mut reloaded = Outbox::decode(&outbox.encode());
    assert_eq!(reloaded.entries()[0].text, "1");
    assert_eq!(reloaded.entries()[0].delivery, Delivery::Failed(Refusal::NoSuchFile));
    assert_eq!(send(&mut reloaded, 0), None);
}

#[test]
fn a_full_outbox_says_so() {
    let mut many = outbox(1..=100);
    assert_eq!(many.push(id(101), "".into(), None, Vec::new(), 0), Err(Full::Messages));
    let mut long = outbox([]);
    for number in 0..16 {
        long.push(id(number), "x".repeat(BYTES / 16), None, Vec::new(), 0).unwrap();
    }
    assert_eq!(long.push(id(16), "x".into(), None, Vec::new(), 0), Err(Full::Bytes));
    long.acked(id(0));
    assert_eq!(long.push(id(16), "x".into(), None, Vec::new(), 0), Ok(()));
}

#[test]
fn a_reload_keeps_everything_and_sends_what_was_in_flight_again() {
    let mut outbox = outbox([1, 2, 3]);
    send(&mut outbox, 0);
    outbox.refused(id(2), &Refusal::TextTooLong { limit: 1, over: 2 }, 0);
    let mut reloaded = Outbox::decode(&outbox.encode());
    outbox.disconnected();
    assert_eq!(reloaded, outbox);
    assert_eq!(send(&mut reloaded, 0).as_deref(), Some("1"));
}

#[test]
fn a_reason_of_another_build_does_not_lose_the_message() {
    let mut outbox = outbox([1]);
    outbox.refused(id(1), &Refusal::NameTaken { suggestion: "?".into() }, 0);
    let mut stored = bytes(&outbox.encode());
    let reason = Refusal::NameTaken { suggestion: "?".into() };
    let reason = crate::protocol::Codec::Postcard.encode(&reason);
    let at = stored.windows(reason.len()).rposition(|window| window == reason).unwrap();
    stored[at] = 99;
    let read = Outbox::decode(&text(&stored));
    assert_eq!(read.entries()[0].text, "1");
    assert_eq!(read.entries()[0].delivery, Delivery::Failed(Refusal::Malformed));
}

#[test]
fn an_adopted_outbox_is_merged_by_time_and_each_order_stays() {
    let mut mine = outbox([1, 4, 6]);
    let mut theirs = outbox([2, 4, 5]);
    theirs.push(id(3), "3".into(), None, Vec::new(), 3).unwrap();
    mine.adopt(theirs);
    assert_eq!(order(&mine), "1 2 4 5 3 6");
}

#[test]
fn adopting_leaves_one_message_in_flight() {
    let (mut mine, mut theirs) = (outbox([2]), outbox([1]));
    send(&mut mine, 0);
    send(&mut theirs, 0);
    mine.adopt(theirs);
    assert_eq!(send(&mut mine, 1), None);
    mine.acked(id(2));
    assert_eq!(send(&mut mine, 2).as_deref(), Some("1"));
}

fn key(user: u64, room: &str, tab: &str) -> StorageKey {
    StorageKey { user: UserId(user), room: RoomKey(room.into()), tab: tab.into() }
}

#[test]
fn a_key_is_read_back_whatever_the_room_is_called() {
    for room in ["거실", "a.b", "1.2.3", ".", "한 방"] {
        let key = key(7, room, "t1");
        assert_eq!(StorageKey::parse(&key.to_string()), Some(key));
    }
    assert_eq!(key(7, "a.b", "t").to_string(), "sarangbang.outbox.7.a.b.t");
    for foreign in ["", "sarangbang.outbox.", "sarangbang.outbox.x.a.b", "sarangbang.outbox.7.a"] {
        assert_eq!(StorageKey::parse(foreign), None, "{foreign}");
    }
}

#[test]
fn only_the_same_persons_outbox_of_the_same_room_is_adopted() {
    let mine = key(1, "a", "t1");
    assert!(mine.may_adopt(&key(1, "a", "t2")));
    assert!(!mine.may_adopt(&key(2, "a", "t2")));
    assert!(!mine.may_adopt(&key(1, "b", "t2")));
    assert!(!mine.may_adopt(&mine));
}

fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(character).unwrap()).collect()
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

proptest! {
    #[test]
    fn a_corrupt_text_is_an_empty_outbox_or_a_readable_one(text in "[\\x00-\\xff]{0,80}|.{0,40}") {
        Outbox::decode(&text);
    }

    #[test]
    fn a_damaged_outbox_does_not_panic(at in any::<prop::sample::Index>(), byte: u8) {
        let mut stored = bytes(&outbox([1, 2, 3]).encode());
        let at = at.index(stored.len());
        stored[at] = byte;
        Outbox::decode(&text(&stored));
        prop_assert!(Outbox::decode(&text(&stored[..at])).is_empty());
    }

    /// A server that acks, refuses, stays silent or goes away: every message arrives, in the
    /// order it was written, and at most one is in flight.
    #[test]
    fn everything_arrives_in_order(
        fates in prop::collection::vec((0..6, 1_u64..20_000), 0..80),
    ) {
        let mut outbox = outbox(1..=8);
        let mut now = 0;
        let mut arrived = Vec::new();
        let mut fates = fates.into_iter();
        while !outbox.is_empty() {
            let in_flight = outbox
                .entries()
                .iter()
                .filter(|entry| matches!(entry.delivery, Delivery::Sending { .. }))
                .count();
            prop_assert!(in_flight <= 1);
            let due = outbox.wake_at(now);
            prop_assert_eq!(outbox.next_to_send(now).is_some(), due.is_some_and(|due| due <= now));
            let Some(entry) = outbox.next_to_send(now) else {
                match due {
                    Some(due) => now = due,
                    None => outbox.joined(),
                }
                continue;
            };
            let sent = entry.id;
            outbox.sent(sent, now);
            let (fate, delay) = fates.next().unwrap_or((0, 1));
            now += delay;
            match fate {
                0 | 1 => {
                    // The first attempt may have been stored without its ack arriving.
                    if !arrived.contains(&sent) {
                        arrived.push(sent);
                    }
                    if fate == 0 { outbox.acked(sent); }
                }
                2 => outbox.refused(sent, &Refusal::RateLimited { retry_after_ms: 300 }, now),
                3 => outbox.refused(sent, &Refusal::NotStored, now),
                4 => outbox.refused(sent, &Refusal::NotJoined, now),
                _ => outbox.disconnected(),
            }
            outbox = if delay % 7 == 0 { Outbox::decode(&outbox.encode()) } else { outbox };
        }
        prop_assert_eq!(arrived, (1..=8).map(id).collect::<Vec<_>>());
    }
}

fn file() -> File {
    let picture = Some(Picture { width: 4, height: 3 });
    let (name, kind) = ("귤.jpg".to_owned(), "image/jpeg".to_owned());
    File { id: FileId::new([7; 16]), name, kind, bytes: 9, picture }
}

#[test]
fn files_are_kept_with_their_message() {
    let mut outbox = Outbox::default();
    outbox.push(id(1), String::new(), Some(3), vec![file()], 1).unwrap();
    assert_eq!(Outbox::decode(&outbox.encode()), outbox);
}
