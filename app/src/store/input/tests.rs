use super::*;
use proptest::prelude::*;

fn enter(at: f64) -> Press {
    Press {
        key: Key::Enter,
        code_229: false,
        is_composing: false,
        shift: false,
        command: false,
        repeat: false,
        coarse_pointer: false,
        empty: false,
        at,
    }
}

fn taken(at: f64) -> Press {
    Press { code_229: true, is_composing: true, ..enter(at) }
}

fn end(text: &str, at: f64) -> Event<'_> {
    Event::CompositionEnd { text, at }
}

/// What the events lead to, without the silence in between.
fn told(events: impl IntoIterator<Item = Event<'static>>) -> Vec<Action> {
    let mut input = Input::default();
    events.into_iter().map(|event| input.on(event)).filter(|a| *a != Action::Nothing).collect()
}

#[test]
fn enter_sends_and_shift_breaks_the_line() {
    assert_eq!(told([Event::Press(enter(0.0))]), [Action::Send]);
    let shifted = Press { shift: true, ..enter(0.0) };
    assert_eq!(told([Event::Press(shifted)]), [Action::BreakLine]);
    let commanded = Press { command: true, shift: true, ..enter(0.0) };
    assert_eq!(told([Event::Press(commanded)]), [Action::Send]);
}

#[test]
fn a_finger_breaks_the_line() {
    let touched = Press { coarse_pointer: true, ..enter(0.0) };
    assert_eq!(told([Event::Press(touched)]), [Action::BreakLine]);
    let commanded = Press { command: true, ..touched };
    assert_eq!(told([Event::Press(commanded)]), [Action::Send]);
}

#[test]
fn a_held_key_sends_once() {
    let held = Press { repeat: true, ..enter(600.0) };
    assert_eq!(
        told([Event::Press(enter(0.0)), Event::Press(held)]),
        [Action::Send, Action::Swallow]
    );
}

#[test]
fn one_press_finishes_hangul_and_sends() {
    let events = [Event::CompositionStart, Event::Press(taken(0.0)), end("녕", 2.0), Event::Timer];
    assert_eq!(told(events), [Action::ArmTimer, Action::Send]);
}

#[test]
fn the_same_press_told_twice_sends_once() {
    let plain_first = [
        Event::CompositionStart,
        Event::Press(taken(0.0)),
        end("녕", 2.0),
        Event::Press(enter(3.0)),
        Event::Timer,
    ];
    assert_eq!(told(plain_first), [Action::ArmTimer, Action::Swallow, Action::Send]);
    let timer_first = [
        Event::CompositionStart,
        Event::Press(taken(0.0)),
        end("녕", 2.0),
        Event::Timer,
        Event::Press(enter(99.0)),
    ];
    assert_eq!(told(timer_first), [Action::ArmTimer, Action::Send, Action::Swallow]);
}

#[test]
fn a_later_press_sends_again() {
    let events = [
        Event::CompositionStart,
        Event::Press(taken(0.0)),
        end("녕", 2.0),
        Event::Timer,
        Event::Press(enter(101.0)),
    ];
    assert_eq!(told(events), [Action::ArmTimer, Action::Send, Action::Send]);
}

#[test]
fn safari_ends_the_composition_first() {
    let late_key = Press { code_229: true, ..enter(5.0) };
    let events = [
        Event::CompositionStart,
        end("녕", 2.0),
        Event::Press(late_key),
        Event::Press(enter(6.0)),
        Event::Timer,
    ];
    assert_eq!(told(events), [Action::ArmTimer, Action::Swallow, Action::Send]);
    let kana = [Event::CompositionStart, end("か", 2.0), Event::Press(late_key), Event::Timer];
    assert_eq!(told(kana), []);
}

#[test]
fn for_kana_and_pinyin_the_press_only_commits() {
    for text in ["かな", "漢字", "nihao", ""] {
        let events =
            [Event::CompositionStart, Event::Press(taken(0.0)), end(text, 2.0), Event::Timer];
        assert_eq!(told(events), [], "{text}");
    }
    let then_send = [
        Event::CompositionStart,
        Event::Press(taken(0.0)),
        end("かな", 2.0),
        Event::Press(enter(500.0)),
    ];
    assert_eq!(told(then_send), [Action::Send]);
}

#[test]
fn typing_on_after_enter_takes_the_send_back() {
    let other = Press { key: Key::Other, ..taken(300.0) };
    let events = [
        Event::CompositionStart,
        Event::Press(taken(0.0)),
        Event::Press(other),
        end("녕", 900.0),
        Event::Timer,
    ];
    assert_eq!(told(events), []);
}

#[test]
fn a_syllable_begun_before_the_timer_is_not_torn_apart() {
    let events = [
        Event::CompositionStart,
        Event::Press(taken(0.0)),
        end("녕", 2.0),
        Event::CompositionStart,
        Event::Timer,
        end("하", 300.0),
    ];
    assert_eq!(told(events), [Action::ArmTimer]);
}

#[test]
fn a_press_the_input_method_took_in_vain_does_not_send_later() {
    let events = [Event::Press(taken(0.0)), Event::CompositionStart, end("하", 300.0)];
    assert_eq!(told(events), []);
}

#[test]
fn a_second_press_does_not_leave_the_first_to_the_timer() {
    let events = [
        Event::CompositionStart,
        Event::Press(taken(0.0)),
        end("녕", 2.0),
        Event::Press(enter(200.0)),
        Event::Timer,
    ];
    assert_eq!(told(events), [Action::ArmTimer, Action::Send]);
}

#[test]
fn a_broken_line_in_hangul_is_no_send() {
    let shifted = Press { shift: true, ..taken(0.0) };
    let events = [Event::CompositionStart, Event::Press(shifted), end("녕", 2.0), Event::Timer];
    assert_eq!(told(events), []);
}

#[test]
fn arrow_up_edits_only_from_an_empty_field() {
    let up = Press { key: Key::ArrowUp, ..enter(0.0) };
    assert_eq!(told([Event::Press(up)]), []);
    assert_eq!(told([Event::Press(Press { empty: true, ..up })]), [Action::EditLast]);
    let candidates = Press { empty: true, code_229: true, ..up };
    assert_eq!(told([Event::Press(candidates)]), []);
}

#[test]
fn escape_in_a_composition_belongs_to_the_input_method() {
    let escape = Press { key: Key::Escape, ..enter(0.0) };
    assert_eq!(told([Event::Press(escape)]), [Action::Close]);
    assert_eq!(told([Event::CompositionStart, Event::Press(escape)]), []);
}

fn any_event() -> impl Strategy<Value = (Event<'static>, f64)> {
    let key = prop_oneof![
        4 => Just(Key::Enter), 1 => Just(Key::Escape), 1 => Just(Key::ArrowUp), 2 => Just(Key::Other)
    ];
    let flags = any::<(bool, bool, bool, bool, bool)>();
    let press = (key, flags).prop_map(|(key, (code_229, is_composing, command, shift, repeat))| {
        let key_press = Press { key, code_229, is_composing, ..enter(0.0) };
        Event::Press(Press {
            command,
            shift: shift && !command,
            repeat: repeat && code_229,
            ..key_press
        })
    });
    let text = prop_oneof![Just("한"), Just("か"), Just("")];
    let event = prop_oneof![
        4 => press,
        2 => Just(Event::CompositionStart),
        2 => text.prop_map(|text| Event::CompositionEnd { text, at: 0.0 }),
        2 => Just(Event::Timer),
    ];
    (event, prop_oneof![0.0..20.0_f64, 0.0..500.0_f64])
}

proptest! {
    #[test]
    fn a_press_sends_at_most_once_and_never_while_composing(
        events in prop::collection::vec(any_event(), 0..60)
    ) {
        let mut input = Input::default();
        let (mut now, mut presses, mut sends, mut composing) = (0.0, 0, 0, false);
        let mut pressed_at = f64::NEG_INFINITY;
        for (mut event, delay) in events {
            now += delay;
            let mut taken = composing;
            match &mut event {
                Event::Press(press) => {
                    press.at = now;
                    taken |= press.is_composing || press.code_229;
                    // Only a press in a composition is reported more than once.
                    let is_same = press.repeat || now - pressed_at <= SAME_PRESS;
                    if press.key == Key::Enter && !press.shift && !is_same {
                        presses += 1;
                        if taken {
                            pressed_at = now;
                        }
                    }
                }
                Event::CompositionStart => { composing = true; taken = true; }
                Event::CompositionEnd { at, .. } => { *at = now; composing = false; taken = true; }
                Event::Timer => {}
            }
            if input.on(event) == Action::Send {
                sends += 1;
                prop_assert!(!taken);
            }
            prop_assert!(sends <= presses);
        }
    }
}
