mod quotes;

use super::*;
use crate::protocol::{MessageId, RoomKey, User, UserId};
use crate::store::outbox::{Delivery, Entry};
use proptest::prelude::*;
use std::collections::BTreeSet;

const EPOCH: u32 = 1;
const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;

fn id(number: u64) -> MessageId {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    MessageId::new(0, random)
}

/// Message `seq` of user 1, a minute after the one before.
fn message(seq: Seq, rev: u64) -> Message {
    Message {
        id: id(seq),
        seq,
        rev,
        user_id: UserId(1),
        username: "민수".into(),
        text: format!("{seq} at {rev}"),
        created_at: seq * MINUTE,
        ..Message::default()
    }
}

fn page(seqs: RangeInclusive<Seq>) -> MessagePage {
    let from_beginning = *seqs.start() == 1;
    MessagePage { messages: seqs.map(|seq| Arc::new(message(seq, seq))).collect(), from_beginning }
}

fn snapshot_of(page: MessagePage) -> Snapshot {
    let rev = page.messages.last().map_or(0, |last| last.rev);
    Snapshot {
        room: RoomKey("거실".into()),
        title: "거실".into(),
        welcome: String::new(),
        cursor: Cursor { epoch: EPOCH, rev },
        page: MessagePage {
            from_beginning: page.messages.is_empty() || page.from_beginning,
            ..page
        },
        users: Vec::new(),
        away: Vec::new(),
        last_read: 0,
        is_owner: false,
    }
}

fn timeline(seqs: RangeInclusive<Seq>) -> Timeline {
    Timeline::from_snapshot(&snapshot_of(page(seqs)))
}

fn empty() -> Timeline {
    Timeline::from_snapshot(&snapshot_of(MessagePage::default()))
}

fn batch(from: u64, to: u64, messages: Vec<Message>) -> Batch {
    let messages = messages.into_iter().map(Arc::new).collect();
    Batch { room: RoomKey("거실".into()), from, to, messages }
}

fn new_in(applied: Applied) -> Vec<Seq> {
    match applied {
        Applied::Seen { new } => new.iter().map(|message| message.seq).collect(),
        Applied::Gap => panic!("a gap"),
    }
}

fn entry(number: u64) -> Entry {
    Entry {
        id: id(number),
        text: "안녕".into(),
        reply_to: None,
        files: Vec::new(),
        written_at: number * MINUTE,
        delivery: Delivery::Waiting,
    }
}

fn me() -> User {
    User { id: UserId(1), username: "민수".into(), room: RoomKey("거실".into()) }
}

fn arrival(number: u64) -> PresenceChange {
    let user = User { id: UserId(number), username: format!("{number}"), ..me() };
    PresenceChange::Here { user, announce: true }
}

/// All rows, each as one word: `day`, `new`, `+3` with header, `3` without, `?3` pending,
/// `~2` with two arrivals.
fn drawn(timeline: &Timeline, divider: Option<Seq>) -> String {
    let minutes = |id: MessageId| u64::from_be_bytes(id.0.as_bytes()[8..].try_into().unwrap());
    let words =
        timeline.pages().flat_map(|page| timeline.rows(page, divider, |_| 0)).map(|row| match row
            .kind
        {
            RowKind::Day(_) => "day".into(),
            RowKind::Divider => "new".into(),
            RowKind::Message { message, head: true, .. } => format!("+{}", message.seq),
            RowKind::Message { message, head: false, .. } => message.seq.to_string(),
            RowKind::Pending { pending, .. } => format!("?{}", minutes(pending.id) & 0xffff),
            RowKind::System(visits) => format!("~{}", visits.arrived.len()),
        });
    words.collect::<Vec<String>>().join(" ")
}

#[test]
fn a_batch_brings_what_is_new() {
    let mut timeline = timeline(1..=2);
    let batch = batch(2, 4, vec![message(3, 3), message(4, 4)]);
    assert_eq!(new_in(timeline.apply(&batch)), [3, 4]);
    assert_eq!(timeline.cursor(), Cursor { epoch: EPOCH, rev: 4 });
    assert_eq!(new_in(timeline.apply(&batch)), [0_u64; 0]);
}

#[test]
fn a_gap_applies_nothing() {
    let mut timeline = timeline(1..=2);
    assert_eq!(timeline.apply(&batch(3, 4, vec![message(4, 4)])), Applied::Gap);
    assert_eq!(timeline.last_seq(), 2);
    assert_eq!(timeline.cursor().rev, 2);
}

#[test]
fn an_overlapping_batch_fills_up() {
    let mut timeline = timeline(1..=3);
    let batch = batch(1, 4, vec![message(2, 2), message(3, 3), message(4, 4)]);
    assert_eq!(new_in(timeline.apply(&batch)), [4]);
}

#[test]
fn a_changed_message_keeps_its_place_and_an_old_state_never_returns() {
    let mut timeline = timeline(1..=3);
    assert_eq!(new_in(timeline.apply(&batch(3, 9, vec![message(2, 9)]))), [0_u64; 0]);
    assert_eq!(timeline.message(2).unwrap().rev, 9);
    timeline.confirm(&Arc::new(message(2, 2)));
    assert_eq!(timeline.message(2).unwrap().rev, 9);
}

#[test]
fn a_message_changed_since_comes_in_a_later_batch_and_still_takes_its_place() {
    let mut timeline = timeline(1..=2);
    assert_eq!(new_in(timeline.apply(&batch(2, 4, vec![message(4, 4)]))), [4]);
    assert_eq!(new_in(timeline.apply(&batch(4, 5, vec![message(3, 5)]))), [3]);
    let order: Vec<Seq> = timeline.messages().iter().map(|m| m.seq).collect();
    assert_eq!(order, [1, 2, 3, 4]);
}

#[test]
fn a_change_above_what_is_loaded_moves_only_the_cursor() {
    let mut timeline = timeline(60..=100);
    assert_eq!(new_in(timeline.apply(&batch(100, 101, vec![message(7, 101)]))), [0_u64; 0]);
    assert_eq!(timeline.cursor().rev, 101);
    assert_eq!(timeline.older(), Some(60));
}

#[test]
fn a_page_read_before_a_change_does_not_bring_the_old_text_back() {
    let mut timeline = timeline(60..=100);
    timeline.apply(&batch(100, 101, vec![message(30, 101)]));
    assert!(timeline.prepend(60, &page(10..=59)));
    assert_eq!(timeline.message(30).unwrap().rev, 101);
}

#[test]
fn paging_back_ends_at_the_beginning() {
    let mut timeline = timeline(60..=100);
    assert!(timeline.prepend(60, &page(10..=59)));
    assert_eq!(timeline.older(), Some(10));
    assert!(timeline.prepend(10, &page(1..=9)));
    assert_eq!(timeline.older(), None);
    assert!(timeline.is_from_beginning());
    assert_eq!(timeline.messages().len(), 100);
}

#[test]
fn a_page_that_no_longer_fits_is_left_out() {
    let mut timeline = timeline(60..=100);
    assert!(timeline.prepend(60, &page(10..=59)));
    assert!(!timeline.prepend(60, &page(10..=59)));
    timeline.reset(&snapshot_of(page(951..=1000)));
    assert!(!timeline.prepend(10, &page(1..=9)));
    assert_eq!(timeline.messages().len(), 50);
    assert!(!timeline.prepend(951, &page(900..=940)), "a hole");
}

#[test]
fn a_reset_keeps_only_what_is_pending() {
    let mut timeline = timeline(60..=100);
    timeline.announce(&[arrival(5)]);
    timeline.show_pending(&[entry(102), entry(300)], &me());
    timeline.reset(&snapshot_of(page(101..=103)));
    assert_eq!(drawn(&timeline, None), "day +101 102 103 ?300");
}

#[test]
fn a_pending_row_becomes_the_message() {
    let mut timeline = timeline(1..=2);
    timeline.show_pending(&[entry(3), entry(4)], &me());
    assert_eq!(drawn(&timeline, None), "day +1 2 ?3 ?4");
    let key = timeline.rows(0, None, |_| 0)[3].key;
    timeline.apply(&batch(2, 3, vec![message(3, 3)]));
    assert_eq!(drawn(&timeline, None), "day +1 2 3 ?4");
    assert_eq!(timeline.rows(0, None, |_| 0)[3].key, key);
    // The ack has not emptied the outbox yet.
    timeline.show_pending(&[entry(3), entry(4)], &me());
    assert_eq!(drawn(&timeline, None), "day +1 2 3 ?4");
}

#[test]
fn an_author_within_five_minutes_has_one_header() {
    let mut timeline = empty();
    let late = Message { created_at: 7 * MINUTE + 1, ..message(3, 3) };
    let other = Message { user_id: UserId(2), created_at: 7 * MINUTE + 2, ..message(5, 5) };
    let renamed = Message { username: "Min".into(), created_at: 7 * MINUTE + 3, ..message(4, 4) };
    let still = Message { user_id: UserId(2), created_at: 7 * MINUTE + 4, ..message(6, 6) };
    let messages = vec![message(1, 1), message(2, 2), late, renamed, other, still];
    timeline.apply(&batch(0, 6, messages));
    assert_eq!(drawn(&timeline, None), "day +1 2 +3 +4 +5 6");
}

#[test]
fn a_day_begins_where_the_reader_is() {
    let mut timeline = empty();
    let evening = Message { created_at: DAY - MINUTE, ..message(1, 1) };
    let night = Message { created_at: DAY + MINUTE, ..message(2, 2) };
    timeline.apply(&batch(0, 2, vec![evening, night]));
    assert_eq!(drawn(&timeline, None), "day +1 day +2");
    assert_eq!(timeline.rows(0, None, |_| 540).len(), 3);
}

#[test]
fn a_header_is_shown_again_below_a_divider_and_a_visit() {
    let mut timeline = timeline(1..=3);
    timeline.announce(&[arrival(5), arrival(6)]);
    timeline.apply(&batch(3, 4, vec![message(4, 4)]));
    assert_eq!(drawn(&timeline, Some(1)), "day +1 new +2 3 ~2 +4");
    assert_eq!(drawn(&timeline, Some(4)), "day +1 2 3 ~2 +4");
}

#[test]
fn a_divider_waits_until_the_first_unread_message_is_loaded() {
    let mut timeline = timeline(60..=62);
    assert_eq!(drawn(&timeline, Some(30)), "day +60 61 62");
    assert_eq!(drawn(&timeline, Some(59)), "day new +60 61 62");
    timeline.prepend(60, &page(59..=59));
    assert_eq!(drawn(&timeline, Some(59)), "day +59 new +60 61 62");
}

#[test]
fn a_visit_to_an_empty_room_is_shown() {
    let mut timeline = empty();
    timeline.announce(&[arrival(5)]);
    assert_eq!(drawn(&timeline, None), "~1");
}

#[test]
fn headers_go_on_over_a_page_border() {
    let timeline = timeline(48..=51);
    assert_eq!(drawn(&timeline, None), "day +48 49 50 51");
    assert_eq!(timeline.rows(1, None, |_| 0).len(), 2);
}

#[test]
fn pending_rows_move_on_to_the_page_that_begins() {
    let mut timeline = timeline(60..=99);
    timeline.show_pending(&[entry(300)], &me());
    assert_eq!(timeline.rows(1, None, |_| 0).len(), 42);
    timeline.apply(&batch(99, 100, vec![message(100, 100)]));
    assert_eq!(timeline.rows(1, None, |_| 0).len(), 41);
}

#[test]
fn what_was_let_go_can_be_asked_for_again() {
    let mut timeline = timeline(1..=120);
    timeline.forget_below(2);
    assert_eq!(timeline.older(), Some(100));
    assert!(timeline.prepend(100, &page(50..=99)));
    assert_eq!(timeline.messages().len(), 71);
}

/// A room's history: at each rev, the seq that changed, a new one or an old one.
fn history() -> impl Strategy<Value = Vec<Seq>> {
    prop::collection::vec((any::<bool>(), any::<prop::sample::Index>()), 1..120).prop_map(|steps| {
        let mut last = 0;
        steps
            .into_iter()
            .map(|(new, old)| {
                if new || last == 0 {
                    last += 1;
                    last
                } else {
                    old.index(last as usize) as Seq + 1
                }
            })
            .collect()
    })
}

/// What `changes_since` answers when the room is at rev `now`: every message that changed in
/// between, once, as it is now.
fn changes(history: &[Seq], from: u64, limit: usize, now: u64) -> Batch {
    let newest = |rev: u64| {
        let seq = history[rev as usize - 1];
        !history[rev as usize..now as usize].contains(&seq)
    };
    let messages: Vec<Message> = (from + 1..=now)
        .filter(|rev| newest(*rev))
        .map(|rev| message(history[rev as usize - 1], rev))
        .take(limit)
        .collect();
    let to = if messages.len() < limit { now } else { messages[limit - 1].rev };
    batch(from, to, messages)
}

proptest! {
    #[test]
    fn every_way_of_hearing_leads_to_the_same_room(
        history in history(),
        hearings in prop::collection::vec((any::<prop::sample::Index>(), 1_usize..20, 0_u64..30, any::<bool>()), 0..40),
    ) {
        let end = history.len() as u64;
        let mut timeline = empty();
        for (at, limit, back, twice) in hearings {
            // From somewhere near, often overlapping, sometimes after a gap.
            let now = at.index(history.len()) as u64 + 1;
            let from = (timeline.cursor().rev + 5).saturating_sub(back).min(now);
            let batch = changes(&history, from, limit, now);
            let before = timeline.cursor().rev;
            let applied = timeline.apply(&batch);
            prop_assert_eq!(applied == Applied::Gap, from > before);
            if twice && applied != Applied::Gap {
                let again = timeline.apply(&batch);
                prop_assert_eq!(again, Applied::Seen { new: vec![] });
            }
        }
        while timeline.cursor().rev < end {
            timeline.apply(&changes(&history, timeline.cursor().rev, 7, end));
        }
        let found: Vec<(Seq, u64)> = timeline.messages().iter().map(|m| (m.seq, m.rev)).collect();
        let last = history.iter().max().copied().unwrap();
        let newest = |seq| history.iter().rposition(|s| *s == seq).unwrap() as u64 + 1;
        let expected: Vec<(Seq, u64)> = (1..=last).map(|seq| (seq, newest(seq))).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn no_row_has_the_key_of_another(
        first in 1_u64..120,
        steps in prop::collection::vec((0..5, 1_u64..200), 0..40),
    ) {
        let mut timeline = timeline(first..=first + 60);
        let mut outbox = Vec::new();
        for (step, number) in steps {
            let rev = timeline.cursor().rev;
            match step {
                0 => {
                    let next = timeline.last_seq() + 1;
                    outbox.retain(|entry: &Entry| entry.id != id(next));
                    timeline.apply(&batch(rev, rev + 1, vec![message(next, rev + 1)]));
                }
                1 => {
                    let seq = number.min(timeline.last_seq());
                    timeline.apply(&batch(rev, rev + 1, vec![message(seq, rev + 1)]));
                }
                2 => {
                    if let Some(before) = timeline.older() {
                        timeline.prepend(before, &page(before.saturating_sub(50).max(1)..=before - 1));
                    }
                }
                3 => timeline.announce(&[arrival(number)]),
                _ => {
                    outbox.push(entry(timeline.last_seq() + 1 + outbox.len() as u64));
                    timeline.show_pending(&outbox, &me());
                }
            }
            let rows = timeline.pages().flat_map(|page| timeline.rows(page, Some(90), |_| 0));
            let keys: Vec<RowKey> = rows.map(|row| row.key).collect();
            let distinct: BTreeSet<RowKey> = keys.iter().copied().collect();
            prop_assert_eq!(keys.len(), distinct.len());
        }
    }
}
