use super::*;
use proptest::prelude::*;

/// A machine whose link opened at 0.
fn open() -> Reconnect {
    let mut link = Reconnect::new(0, false);
    assert_eq!(link.tick(0, 0.5), Step::Connect);
    link.opened(0);
    link
}

/// Lets the link end and says how long until the next try.
fn wait_after(link: &mut Reconnect, ending: Ending, now: u64, random: f64) -> u64 {
    assert_eq!(link.closed(ending, now, random), Step::Nothing);
    link.try_at().unwrap() - now
}

#[test]
fn a_stable_link_that_was_lost_is_tried_at_once() {
    assert_eq!(wait_after(&mut open(), Ending::Lost, 30_000, 0.0), 0);
    assert_eq!(wait_after(&mut open(), Ending::Lost, 30_000, 0.999), 299);
}

#[test]
fn a_crowd_comes_back_within_the_spread() {
    let come_back = |spread_ms| Ending::Said(Close::ComeBack { spread_ms });
    assert_eq!(wait_after(&mut open(), come_back(25_000), 40_000, 0.5), 12_500);
    assert_eq!(wait_after(&mut open(), come_back(0), 40_000, 0.5), 1_000);
    assert_eq!(wait_after(&mut open(), Ending::Said(Close::Overloaded), 40_000, 0.5), 1_000);
    assert_eq!(wait_after(&mut open(), Ending::Closed, 40_000, 0.5), 1_000);
    // Whoever had just come back must not be early either.
    let mut link = open();
    assert_eq!(wait_after(&mut link, Ending::Lost, 5_000, 0.5), 150);
    assert_eq!(link.tick(5_150, 0.5), Step::Connect);
    assert_eq!(wait_after(&mut link, come_back(25_000), 6_000, 0.5), 12_500);
}

#[test]
fn waits_double_up_to_half_a_minute() {
    let mut link = open();
    let mut now = 30_000;
    let mut waits = Vec::new();
    for _ in 0..8 {
        let wait = wait_after(&mut link, Ending::Lost, now, 0.5);
        waits.push(wait);
        now += wait;
        assert_eq!(link.tick(now, 0.5), Step::Connect);
    }
    assert_eq!(waits, [150, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
}

#[test]
fn only_a_stable_link_forgets_the_waits() {
    let mut link = open();
    let mut now = 30_000;
    for stays in [0, 29_999, 30_000] {
        let wait = wait_after(&mut link, Ending::Lost, now, 0.5);
        assert!(link.tick(now + wait, 0.5) == Step::Connect);
        now += wait;
        link.opened(now);
        now += stays;
    }
    assert_eq!(wait_after(&mut link, Ending::Lost, now, 0.5), 150);
    assert_eq!(link.tick(now + 150, 0.5), Step::Connect);
    link.opened(now + 150);
    assert_eq!(wait_after(&mut link, Ending::Lost, now + 200, 0.5), 1_000);
}

#[test]
fn a_silent_link_is_dead() {
    let mut link = open();
    link.heard(10_000);
    assert_eq!(link.tick(54_999, 0.5), Step::Nothing);
    assert_eq!(link.tick(55_000, 0.5), Step::Abandon);
    assert_eq!(link.tick(55_150, 0.5), Step::Connect);
}

#[test]
fn a_shown_tab_notices_a_dead_link_at_once() {
    let mut link = open();
    assert_eq!(link.nudge(3_600_000, 0.0), Step::Abandon);
    assert_eq!(link.tick(3_600_000, 0.0), Step::Connect);
}

#[test]
fn a_try_that_leads_nowhere_is_given_up() {
    let mut link = Reconnect::new(0, false);
    assert_eq!(link.tick(0, 0.5), Step::Connect);
    assert_eq!(link.tick(10_000, 0.5), Step::Abandon);
    assert_eq!(link.tick(10_150, 0.5), Step::Connect);
}

#[test]
fn a_click_tries_now_but_not_twice_in_two_seconds() {
    let mut link = open();
    for _ in 0..6 {
        let now = link.try_at().unwrap_or(30_000);
        let _ = link.tick(now, 0.5);
        let _ = link.closed(Ending::Lost, now, 0.5);
    }
    let failed_at = link.tried_at.unwrap();
    assert_eq!(link.nudge(failed_at + 500, 0.5), Step::Nothing);
    assert_eq!(link.try_at(), Some(failed_at + 2_000));
    assert_eq!(link.nudge(failed_at + 2_000, 0.5), Step::Connect);
    assert_eq!(link.nudge(failed_at + 2_100, 0.5), Step::Nothing);
}

#[test]
fn a_page_of_another_build_is_loaded_anew_once() {
    let mut link = open();
    assert_eq!(link.closed(Ending::Said(Close::Reload), 5, 0.5), Step::Reload);
    let mut link = Reconnect::new(0, true);
    assert_eq!(link.tick(0, 0.5), Step::Connect);
    assert_eq!(link.closed(Ending::Said(Close::Reload), 5, 0.5), Step::Nothing);
    assert_eq!(link.bar(5), Bar::Over(Verdict::Outdated));
    assert_eq!(link.wake_at(5), None);
}

#[test]
fn a_final_close_is_final() {
    let mut link = open();
    assert_eq!(link.closed(Ending::Said(Close::ProtocolError), 5, 0.5), Step::Nothing);
    assert_eq!(link.nudge(60_000, 0.5), Step::Nothing);
    assert_eq!(link.closed(Ending::Lost, 60_000, 0.5), Step::Nothing);
    assert_eq!(link.tick(600_000, 0.5), Step::Nothing);
    assert_eq!(link.bar(600_000), Bar::Over(Verdict::ProtocolError));
}

#[test]
fn short_trouble_is_not_mentioned() {
    let mut link = open();
    let _ = link.closed(Ending::Lost, 40_000, 0.5);
    assert_eq!(link.bar(41_999), Bar::Hidden);
    assert_eq!(link.tick(41_999, 0.5), Step::Connect);
    link.opened(41_999);
    assert_eq!(link.bar(41_999), Bar::Hidden);
}

#[test]
fn longer_trouble_is_told_and_its_end_too() {
    let mut link = open();
    let _ = link.closed(Ending::Said(Close::ComeBack { spread_ms: 60_000 }), 40_000, 0.6);
    assert_eq!(link.bar(42_000), Bar::Reconnecting { seconds: Some(34) });
    assert_eq!(link.wake_at(42_000), Some(43_000));
    assert_eq!(link.bar(69_999), Bar::Reconnecting { seconds: Some(7) });
    assert_eq!(link.bar(70_000), Bar::Offline { seconds: Some(6) });
    assert_eq!(link.tick(76_000, 0.5), Step::Connect);
    assert_eq!(link.bar(76_000), Bar::Offline { seconds: None });
    link.opened(76_500);
    assert_eq!(link.bar(78_499), Bar::BackOnline);
    assert_eq!(link.wake_at(76_500), Some(78_500));
    assert_eq!(link.bar(78_500), Bar::Hidden);
}

proptest! {
    /// Whatever happens: waits keep their bounds, the machine never stalls and never spins, and
    /// tries are apart unless a link had opened in between.
    #[test]
    fn the_link_is_always_tried_again(
        events in prop::collection::vec((0..7, 0_u64..60_000, 0.0..1.0_f64), 1..200),
    ) {
        let mut link = Reconnect::new(0, false);
        let mut now = 0;
        let mut nudged_try: Option<u64> = None;
        for (event, delay, random) in events {
            let was_waiting = link.try_at();
            let was_over = matches!(link.link, Link::Over(_));
            let step = match event {
                0 => { link.opened(now); Step::Nothing }
                1 => { link.heard(now); Step::Nothing }
                2 => link.closed(Ending::Lost, now, random),
                3 => link.closed(Ending::Said(Close::ComeBack { spread_ms: 5_000 }), now, random),
                4 => {
                    let step = link.nudge(now, random);
                    if step == Step::Connect && was_waiting.is_some_and(|until| until > now) {
                        prop_assert!(nudged_try.is_none_or(|last| now >= last + NUDGE));
                        nudged_try = Some(now);
                    }
                    step
                }
                5 => { now += delay; link.tick(now, random) }
                _ => {
                    let due = link.wake_at(now);
                    now = due.unwrap_or(now).max(now);
                    link.tick(now, random)
                }
            };
            prop_assert!(!was_over || step == Step::Nothing);
            if was_waiting.is_none() && let Some(until) = link.try_at() {
                prop_assert!(until - now <= 45_000);
            }
            // What is due at once is done at once: a driver that sleeps until then never spins.
            if step != Step::Abandon && event >= 5 {
                prop_assert!(link.wake_at(now).is_none_or(|due| due > now));
            }
        }
    }

    /// The bar changes only at events and at the times it named.
    #[test]
    fn the_bar_says_when_it_changes(
        spread_ms in 1_u32..100_000,
        random in 0.0..1.0_f64,
        opened_after in prop::option::of(0_u64..9_000),
    ) {
        let mut link = open();
        let _ = link.closed(Ending::Said(Close::ComeBack { spread_ms }), 40_000, random);
        let until = link.try_at().unwrap();
        let mut expected = link.bar(40_000);
        let mut changes_at = link.wake_at(40_000).unwrap();
        let mut opened = false;
        for now in 40_000..until + 9_000 {
            if now >= changes_at || (now >= until && !opened) {
                let _ = link.tick(now, random);
                if opened_after.is_some_and(|after| now >= until + after) && !opened {
                    link.opened(now);
                    opened = true;
                }
                expected = link.bar(now);
                changes_at = link.wake_at(now).unwrap();
            }
            prop_assert_eq!(link.bar(now), expected, "at {}", now);
        }
    }
}
