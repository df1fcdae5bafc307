use super::*;
use proptest::prelude::*;

/// A list in a browser that does what it is told.
struct List {
    /// Each row's number and height.
    rows: Vec<(i64, f64)>,
    top: f64,
    viewport: f64,
    at_end: bool,
    scroll: Scroll,
}

impl List {
    fn new(rows: i64) -> Self {
        let rows = (0..rows).map(|row| (row, 50.0)).collect();
        let mut list =
            List { rows, top: 0.0, viewport: 500.0, at_end: true, scroll: Scroll::new(0, 0, true) };
        let opened = list.scroll.open(Opening::End, list.geometry());
        list.obey(opened);
        list
    }

    fn geometry(&self) -> Geometry {
        let content = self.rows.iter().map(|(_, height)| height).sum::<f64>().max(self.viewport);
        Geometry { top: self.top, viewport: self.viewport, content, at_end: self.at_end }
    }

    fn y_of(&self, id: &str) -> Option<f64> {
        let id: i64 = id.parse().unwrap();
        let at = self.rows.iter().position(|(row, _)| *row == id)?;
        Some(self.rows[..at].iter().map(|(_, height)| height).sum::<f64>() - self.top)
    }

    fn anchors(&self) -> Vec<Anchor> {
        let mut y = -self.top;
        let placed = self.rows.iter().map(|(row, height)| {
            y += height;
            Anchor { id: row.to_string(), y: y - height }
        });
        placed.filter(|row| row.y >= 0.0 && row.y < self.viewport).take(4).collect()
    }

    fn obey(&mut self, step: Move) {
        let mut geometry = self.geometry();
        match step {
            Move::Stay => return,
            Move::ToEnd(_) => geometry.go(f64::INFINITY),
            Move::By(by) => geometry.go(self.top + by),
            Move::To(top) => geometry.go(top),
        }
        self.top = geometry.top;
        self.emit();
    }

    fn emit(&mut self) {
        let (geometry, anchors) = (self.geometry(), self.anchors());
        let step = self.scroll.scrolled(geometry, anchors);
        assert_eq!(step, Move::Stay, "a move leads to rest");
    }

    fn scroll_to(&mut self, top: f64) {
        let mut geometry = self.geometry();
        geometry.go(top);
        self.top = geometry.top;
        self.emit();
    }

    /// Changes the list, and lets the machine answer. Says what it answered.
    fn change(&mut self, change: impl FnOnce(&mut List)) -> Move {
        change(self);
        // The browser never stays beyond the end.
        let mut geometry = self.geometry();
        geometry.go(self.top);
        self.top = geometry.top;
        let mut scroll = self.scroll.clone();
        let step = scroll.changed(geometry, |id| self.y_of(id));
        self.scroll = scroll;
        self.obey(step);
        step
    }

    fn arrive(&mut self, count: i64) -> Move {
        self.scroll.arrived(count as u32, 0);
        self.change(|list| {
            let next = list.rows.last().map_or(0, |(row, _)| row + 1);
            if list.at_end {
                list.rows.extend((next..next + count).map(|row| (row, 50.0)));
            }
        })
    }
}

#[test]
fn who_is_at_the_end_follows_it() {
    let mut list = List::new(100);
    assert_eq!(list.top, 4_500.0);
    assert_eq!(list.arrive(3), Move::ToEnd(Motion::Instant));
    assert_eq!(list.top, 4_650.0);
    assert_eq!(list.scroll.pill(), Pill::Hidden);
}

#[test]
fn a_hundred_pixels_from_the_end_is_the_end() {
    let mut list = List::new(100);
    list.scroll_to(4_400.0);
    assert!(list.scroll.is_pinned());
    list.scroll_to(4_399.0);
    assert!(!list.scroll.is_pinned());
}

#[test]
fn what_arrives_at_the_end_is_seen() {
    let mut list = List::new(100);
    list.scroll.arrived(1, 1);
    assert_eq!(list.scroll.pill(), Pill::Hidden);
}

#[test]
fn the_end_of_what_is_drawn_is_not_the_end_of_the_room() {
    let mut list = List::new(100);
    list.scroll_to(0.0);
    list.at_end = false;
    list.scroll_to(f64::MAX);
    assert!(!list.scroll.is_pinned());
    assert_eq!(list.scroll.pill(), Pill::Latest);
}

#[test]
fn who_reads_further_up_is_told_and_not_moved() {
    let mut list = List::new(100);
    list.scroll_to(1_000.0);
    assert_eq!(list.arrive(2), Move::Stay);
    list.scroll.arrived(1, 1);
    assert_eq!(list.scroll.pill(), Pill::New { messages: 3, mentions: 1 });
    list.scroll_to(f64::MAX);
    assert_eq!(list.scroll.pill(), Pill::Hidden);
}

#[test]
fn a_hand_that_scrolls_meanwhile_is_not_pushed_back() {
    let mut list = List::new(100);
    list.scroll_to(1_000.0);
    // The browser has scrolled on, and its event is still to come.
    list.top = 1_200.0;
    assert_eq!(list.arrive(1), Move::Stay);
    let older = |list: &mut List| drop(list.rows.splice(0..0, [(-1, 70.0)]));
    assert_eq!(list.change(older), Move::By(70.0));
    assert_eq!(list.y_of("24"), Some(0.0));
}

#[test]
fn a_keyboard_does_not_hide_the_end() {
    let mut list = List::new(100);
    let _ = list.change(|list| list.viewport = 200.0);
    assert_eq!(list.top, 4_800.0);
    let _ = list.change(|list| list.viewport = 500.0);
    assert!(list.scroll.is_pinned());
    assert_eq!(list.change(|_| {}), Move::Stay);
}

#[test]
fn a_scroll_event_that_only_a_new_height_caused_keeps_the_pin() {
    let mut list = List::new(100);
    let geometry = Geometry { content: 6_000.0, ..list.geometry() };
    assert_eq!(list.scroll.scrolled(geometry, vec![]), Move::ToEnd(Motion::Instant));
    assert!(list.scroll.is_pinned());
}

#[test]
fn sending_goes_to_the_end_and_removes_the_divider() {
    let mut scroll = Scroll::new(7, 9, true);
    let geometry = Geometry { top: 0.0, viewport: 500.0, content: 5_000.0, at_end: true };
    assert_eq!(scroll.open(Opening::FarDivider { y: 300.0 }, geometry), Move::To(300.0));
    assert_eq!(scroll.divider(), Some(7));
    assert_eq!(scroll.latest(), Move::ToEnd(Motion::Instant));
    assert_eq!(scroll.divider(), Some(7));
    let _ = scroll.sent();
    assert_eq!(scroll.divider(), None);
    assert!(scroll.is_pinned());
}

#[test]
fn there_is_a_divider_only_between_what_was_read_and_what_was_not() {
    assert_eq!(Scroll::new(0, 0, true).divider(), None);
    assert_eq!(Scroll::new(9, 9, true).divider(), None);
    assert_eq!(Scroll::new(8, 9, true).divider(), Some(8));
    assert_eq!(Scroll::new(0, 9, true).divider(), Some(0));
}

#[test]
fn a_room_opens_where_reading_goes_on() {
    let geometry = Geometry { top: 100.0, viewport: 600.0, content: 5_000.0, at_end: true };
    let open = |opening| {
        let mut scroll = Scroll::new(7, 9, true);
        let step = scroll.open(opening, geometry);
        (step, scroll.is_pinned(), scroll.pill())
    };
    assert_eq!(open(Opening::End), (Move::ToEnd(Motion::Instant), true, Pill::Hidden));
    assert_eq!(open(Opening::Divider { y: 2_000.0 }), (Move::To(1_900.0), false, Pill::Latest));
    assert_eq!(open(Opening::FarDivider { y: 2_000.0 }), (Move::To(2_100.0), false, Pill::Latest));
    assert_eq!(open(Opening::Divider { y: 4_700.0 }), (Move::To(4_400.0), true, Pill::Hidden));
}

#[test]
fn a_permalink_stands_in_the_middle_and_does_not_follow_the_end() {
    let mut list = List::new(100);
    let geometry = list.geometry();
    let step = list.scroll.open(Opening::Permalink { y: 0.0, height: 50.0 }, geometry);
    list.obey(step);
    assert_eq!(list.y_of("90"), Some(225.0));
    list.scroll_to(f64::MAX);
    assert!(!list.scroll.is_pinned() && list.scroll.is_detached());
    assert_eq!(list.arrive(1), Move::Stay);
    let step = list.scroll.latest();
    list.obey(step);
    assert!(list.scroll.is_pinned() && !list.scroll.is_detached());
}

#[test]
fn who_is_led_to_a_row_is_not_pulled_back_by_rows_that_came_before_it() {
    let mut list = List::new(100);
    list.scroll_to(2_000.0);
    // The row is led to before the list is told that older ones came with it.
    let older = (-50..0).map(|row| (row, 50.0));
    list.rows = older.chain(list.rows.drain(..)).collect();
    let geometry = list.geometry();
    let y = list.y_of("-50").unwrap();
    let led = list.scroll.open(Opening::Divider { y }, geometry);
    let Move::To(top) = led else { panic!("{led:?}") };
    let mut there = geometry;
    there.go(top);
    list.top = there.top;
    assert_eq!(list.change(|_| {}), Move::Stay);
}

#[test]
fn a_smooth_way_to_the_end_is_not_broken_off_by_itself() {
    let geometry = Geometry { top: 0.0, viewport: 500.0, content: 2_000.0, at_end: true };
    let mut scroll = Scroll::new(0, 0, false);
    let _ = scroll.open(Opening::FarDivider { y: 0.0 }, geometry);
    assert_eq!(scroll.latest(), Move::ToEnd(Motion::Smooth));
    for top in [300.0, 900.0] {
        assert_eq!(scroll.scrolled(Geometry { top, ..geometry }, vec![]), Move::Stay);
        assert!(scroll.is_pinned());
    }
    let mut there = scroll.clone();
    assert_eq!(there.scrolled(Geometry { top: 1_500.0, ..geometry }, vec![]), Move::Stay);
    let later = Geometry { top: 1_500.0, content: 2_050.0, ..geometry };
    assert_eq!(there.changed(later, |_| None), Move::ToEnd(Motion::Instant));
    let taller = Geometry { top: 900.0, content: 2_050.0, ..geometry };
    assert_eq!(scroll.changed(taller, |_| None), Move::ToEnd(Motion::Smooth));
    assert_eq!(scroll.scrolled(Geometry { top: 700.0, ..taller }, vec![]), Move::Stay);
    assert!(!scroll.is_pinned(), "a hand on the wheel goes before");
}

#[test]
fn reduced_motion_is_instant_and_so_is_a_long_way() {
    let geometry = Geometry { top: 0.0, viewport: 500.0, content: 2_000.0, at_end: true };
    let latest = |reduced, geometry| {
        let mut scroll = Scroll::new(0, 0, reduced);
        let _ = scroll.open(Opening::FarDivider { y: 0.0 }, geometry);
        scroll.latest()
    };
    assert_eq!(latest(true, geometry), Move::ToEnd(Motion::Instant));
    let long = Geometry { content: 20_000.0, ..geometry };
    assert_eq!(latest(false, long), Move::ToEnd(Motion::Instant));
    let elsewhere = Geometry { at_end: false, ..geometry };
    assert_eq!(latest(false, elsewhere), Move::ToEnd(Motion::Instant));
}

#[test]
fn coming_back_finds_the_same_row_at_the_same_place() {
    let mut list = List::new(100);
    list.scroll_to(1_020.0);
    let place = list.scroll.place();
    let mut again = List::new(120);
    again.scroll = Scroll::new(0, 0, true);
    let mut scroll = again.scroll.clone();
    let step = scroll.restore(place.clone(), again.geometry(), |id| again.y_of(id));
    again.scroll = scroll;
    again.obey(step);
    assert_eq!(again.y_of("21"), list.y_of("21"));
    let mut elsewhere = Scroll::new(0, 0, true);
    let step = elsewhere.restore(place, again.geometry(), |_| None);
    assert!(elsewhere.is_pinned());
    assert!(matches!(step, Move::ToEnd(_)));
}

#[test]
fn pages_are_asked_for_two_screens_ahead() {
    let geometry = Geometry { top: 1_000.0, viewport: 500.0, content: 2_500.0, at_end: false };
    assert!(!geometry.wants_older() && !geometry.wants_newer());
    assert!(Geometry { top: 999.0, ..geometry }.wants_older());
    assert!(Geometry { top: 1_001.0, ..geometry }.wants_newer());
    assert!(!Geometry { top: 1_001.0, at_end: true, ..geometry }.wants_newer());
}

/// What may happen to a list: a kind, and a number and a size to fill it with.
type Happening = (u8, usize, f64);

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    prop::collection::vec((0..8_u8, 0_usize..30, 20.0..400.0_f64), 0..40)
}

/// Everything but an arrival and a hand on the wheel.
fn disturb(list: &mut List, (kind, number, size): Happening) {
    let first_visible = list.anchors().first().and_then(|anchor| anchor.id.parse::<i64>().ok());
    let bottom = list.top + list.viewport;
    match kind {
        0 => {
            let first = list.rows.first().map_or(0, |(row, _)| *row);
            let older = (1..=number as i64).rev().map(|up| (first - up, size));
            list.rows.splice(0..0, older.collect::<Vec<_>>());
        }
        1 => {
            // Trim above, up to a screen away from what is visible.
            let mut end = 0.0;
            let keep_from = list.top - list.viewport;
            list.rows.retain(|(_, height)| {
                end += height;
                end > keep_from
            });
        }
        2 if !list.scroll.is_pinned() => {
            let mut start = 0.0;
            let keep_to = bottom + 2.0 * list.viewport;
            let before = list.rows.len();
            list.rows.retain(|(_, height)| {
                start += height;
                start - height < keep_to
            });
            list.at_end &= list.rows.len() == before;
        }
        3 => {
            let at = number % list.rows.len();
            list.rows[at].1 = size;
        }
        4 => list.viewport = 200.0 + size,
        // The line one looked at goes away.
        5 if list.rows.len() > 1 => list.rows.retain(|(row, _)| Some(*row) != first_visible),
        _ => {}
    }
}

proptest! {
    #[test]
    fn pinned_stays_pinned(happenings in happenings()) {
        let mut list = List::new(60);
        for happening in happenings {
            if happening.0 == 6 {
                let _ = list.arrive(happening.1 as i64);
            } else {
                let _ = list.change(|list| disturb(list, happening));
            }
            prop_assert!(list.scroll.is_pinned());
            prop_assert!(list.geometry().distance() < 0.5);
        }
    }

    #[test]
    fn an_anchor_keeps_its_place(happenings in happenings(), start in 0.0..2_000.0_f64) {
        let mut list = List::new(60);
        list.scroll_to(start);
        for happening in happenings {
            if happening.0 == 7 {
                list.scroll_to(happening.1 as f64 * happening.2);
            }
            if list.scroll.is_pinned() {
                continue;
            }
            let (top, anchors) = (list.top, list.scroll.anchors.clone());
            if happening.0 == 6 {
                prop_assert_eq!(list.arrive(happening.1 as i64), Move::Stay);
                prop_assert_eq!(list.top, top);
                continue;
            }
            let _ = list.change(|list| disturb(list, happening));
            let kept = anchors.iter().find_map(|anchor| Some((list.y_of(&anchor.id)?, anchor.y)));
            if let Some((is, was)) = kept {
                // Unless the list would have to scroll beyond one of its ends.
                let wanted = list.top + is - was;
                let geometry = list.geometry();
                if wanted >= 0.0 && wanted <= geometry.content - geometry.viewport {
                    prop_assert!((is - was).abs() < 0.6, "{} is at {}", was, is);
                }
            }
        }
    }
}
