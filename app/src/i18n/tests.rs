use super::*;

const KO: &Phrases = &ko::KO;
const EN: &Phrases = &en::EN;

#[test]
fn numbers_are_grouped_by_three() {
    for (n, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
        assert_eq!(number(n), text);
    }
}

#[test]
fn sizes_are_told_roughly() {
    for (bytes, text) in [(0, "0 KB"), (1, "1 KB"), (245_000, "240 KB"), (3_200_000, "3.1 MB")] {
        assert_eq!(size(bytes), text);
    }
}

#[test]
fn english_knows_one_from_many() {
    assert_eq!((EN.head_count)(1), "1 person");
    assert_eq!((EN.head_count)(1000), "1,000 people");
    assert_eq!((EN.unread)(1), "1 unread message");
    assert_eq!((EN.over_limit)(2), "2 characters too many");
    assert_eq!(EN.who_is_typing(&["Ana"]), "Ana is typing");
    assert_eq!(EN.who_is_typing(&["Ana", "Ben"]), "Ana and Ben are typing");
    assert_eq!(EN.who_is_typing(&["A", "B", "C", "D"]), "A, B and 2 others are typing");
    assert_eq!(EN.who_is_typing(&[]), "");
}

#[test]
fn comings_and_goings_fold_into_one_line() {
    let five = ["민수", "Ana", "c", "d", "e"];
    assert_eq!(KO.comings_and_goings(&["민수"], &[]), "민수님이 들어왔어요");
    assert_eq!(KO.comings_and_goings(&[], &["민수", "Ana"]), "민수님, Ana님이 나갔어요");
    assert_eq!(
        KO.comings_and_goings(&five, &["f", "g"]),
        "민수님, Ana님 외 3명이 들어왔어요 · 2명이 나갔어요"
    );
    assert_eq!(EN.comings_and_goings(&five, &["f", "g"]), "민수, Ana and 3 others joined · 2 left");
    assert_eq!(EN.comings_and_goings(&["Ana"], &["Ben"]), "Ana joined · Ben left");
    assert_eq!(EN.comings_and_goings(&["Ana", "Ben", "Cho"], &[]), "Ana, Ben and 1 other joined");
    assert_eq!(EN.comings_and_goings(&[], &[]), "");
}

#[test]
fn a_folded_line_can_be_opened() {
    let all = EN.all_comings_and_goings(&["A", "B", "C"], &["D", "E"]);
    assert_eq!(all.as_deref(), Some("A, B and C joined · D and E left"));
    let all = KO.all_comings_and_goings(&[], &["가", "나", "다"]);
    assert_eq!(all.as_deref(), Some("가님, 나님, 다님이 나갔어요"));
    for (joined, left) in
        [(&["A", "B"][..], &["C"][..]), (&[], &["A", "B"]), (&["A"], &[]), (&[], &[])]
    {
        assert_eq!(EN.all_comings_and_goings(joined, left), None);
    }
}

#[test]
fn days_and_times_read_as_people_write_them() {
    assert_eq!((KO.date)(2026, 11, 22, 0), "2026년 11월 22일 일요일");
    assert_eq!((EN.date)(2026, 11, 22, 0), "Sunday, 22 November 2026");
    assert_eq!((KO.time)(15, 7), "오후 3:07");
    assert_eq!((EN.time)(15, 7), "3:07 PM");
    assert_eq!((KO.time)(0, 0), "오전 12:00");
    assert_eq!((EN.time)(12, 59), "12:59 PM");
}

#[test]
fn a_wait_is_told_in_whole_seconds() {
    let soon = Refusal::RateLimited { retry_after_ms: 20 };
    assert_eq!(EN.refusal(&soon), "A little too fast. Please wait 1 second.");
    let later = Refusal::RateLimited { retry_after_ms: 2001 };
    assert_eq!(KO.refusal(&later), "조금 빨라요. 3초만 기다려 주세요.");
}

proptest::proptest! {
    #[test]
    fn no_moment_is_without_a_text(year in -9999i32..9999, field: [u32; 4]) {
        for phrases in Locale::ALL.map(Locale::phrases) {
            let [month, day, hour, minute] = field;
            (phrases.date)(year, month, day, hour);
            (phrases.time)(hour, minute);
        }
    }
}
