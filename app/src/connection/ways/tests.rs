use super::*;
use proptest::prelude::*;

#[test]
fn a_blocked_websocket_is_given_up_for_long_polling() {
    let mut ways = Ways::new(false);
    assert_eq!(ways.begin(0), Way::WebSocket);
    assert_eq!(ways.wake_at(), Some(PATIENCE));
    assert_eq!(ways.tick(PATIENCE - 1), Due::Nothing);
    assert_eq!(ways.tick(PATIENCE), Due::GiveUp);
    assert_eq!(ways.failed(PATIENCE), Some(Way::LongPoll));
    assert_eq!(ways.opened(PATIENCE + 10), Way::LongPoll);
    ways.ended(true, 60_000);
    assert_eq!(ways.begin(61_000), Way::LongPoll);
}

#[test]
fn a_server_that_is_down_is_tried_both_ways_and_then_waited_for() {
    let mut ways = Ways::new(false);
    ways.begin(0);
    assert_eq!(ways.failed(1), Some(Way::LongPoll));
    assert_eq!(ways.failed(2), None);
    assert_eq!(ways.wake_at(), None);
    assert_eq!(ways.begin(1_000), Way::WebSocket);
}

#[test]
fn the_websocket_is_asked_again_ever_more_rarely() {
    let mut ways = Ways::new(true);
    ways.begin(0);
    ways.opened(0);
    assert_eq!(ways.tick(FIRST_PROBE), Due::Probe);
    assert_eq!(ways.tick(FIRST_PROBE * 9), Due::Nothing, "one is under way");
    assert!(!ways.probed(false, 6_000));
    assert_eq!(ways.wake_at(), Some(6_000 + 2 * FIRST_PROBE));
    assert_eq!(ways.tick(6_000 + 2 * FIRST_PROBE), Due::Probe);
    assert!(ways.probed(true, 20_000));
    assert_eq!(ways.begin(20_000), Way::WebSocket);
}

#[test]
fn a_websocket_that_keeps_breaking_is_left_for_long_polling() {
    let mut ways = Ways::new(false);
    for now in 0..u64::from(SHORT_LIVES) {
        assert_eq!(ways.begin(now), Way::WebSocket);
        ways.opened(now);
        ways.ended(true, now);
    }
    assert_eq!(ways.begin(9), Way::LongPoll);
}

proptest! {
    /// Whatever happens, every try comes to an end after at most two ways, and something is due
    /// while a WebSocket that may be blocked is waited for.
    #[test]
    fn no_try_goes_on_for_ever(events in prop::collection::vec(0..6, 0..60), won: bool) {
        let mut ways = Ways::new(won);
        let mut now = 0;
        let mut failures = 0;
        for event in events {
            now += 1_000;
            match event {
                0 => { ways.begin(now); failures = 0; }
                1 => { ways.opened(now); }
                2 => ways.ended(true, now),
                3 => { ways.probed(now % 2 == 0, now); }
                4 => { let _ = ways.tick(now); }
                _ => {
                    failures += 1;
                    if ways.failed(now).is_some() {
                        prop_assert_eq!(failures % 2, 1);
                    } else {
                        failures = 0;
                    }
                }
            }
            if matches!(ways.link, Link::Trying { way: Way::WebSocket, is_second: false, .. }) {
                prop_assert!(ways.wake_at().is_some());
            }
        }
    }
}
