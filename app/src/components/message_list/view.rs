//! The log in the document: measures it for the scroll machine, and moves it.

use super::super::room_page::desk::Desk;
use super::super::room_page::open_room::{Older, OpenRoom};
use super::super::{composer, once_drawn};
use super::READ_AFTER;
use crate::browser;
use crate::protocol::Seq;
use crate::protocol::limits::PAGE;
use crate::store::Window;
use crate::store::scroll::{Anchor, Geometry, Motion, Move, Opening, Place, Scroll};
use crate::store::timeline::{RowKey, page_of};
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Rows remembered as anchors: several, because the first may be a line that goes away.
const ANCHORS: usize = 3;

/// The class of the row one was led to, and how long it stands out.
const SOUGHT: &str = "message--sought";
const SHOWN: Duration = Duration::from_secs(3);

#[derive(Clone, Copy)]
pub struct LogView {
    pub room: OpenRoom,
    pub desk: Desk,
}

impl LogView {
    /// Keeps the drawn pages in step with what is loaded.
    pub fn follow(self) {
        let room = self.room;
        // Only now: what one did with the list before this frame counts.
        let (messages, mentions) = room.arrived.change(std::mem::take);
        if messages > 0 {
            room.scroll.update(|scroll| scroll.arrived(messages, mentions));
        }
        // Who comes back to a place has what is drawn there.
        let returns = room.place.peek_with(|place| matches!(place, Some(Place::At(_))));
        let pinned = !returns && room.scroll.peek_with(|scroll| scroll.is_pinned());
        let mut window = room.window.peek();
        room.timeline.peek_with(|timeline| {
            window.follow(timeline.pages(), pinned, |page| self.rows(page));
        });
        self.set_window(window);
    }

    /// Puts the list where it belongs after something changed.
    pub fn settle(self) {
        let Some(geometry) = self.measure() else { return };
        let place = self.room.place.change(Option::take);
        let go = self.scroll(|scroll| match place {
            Some(place) if !self.room.is_opened() => scroll.restore(place, geometry, y_of()),
            None if !self.room.is_opened() => scroll.open(self.opening(), geometry),
            _ => scroll.changed(geometry, y_of()),
        });
        let is_opening = !self.room.opened.peek();
        self.room.opened.set(true);
        self.go(go);
        self.reach();
        // What is unread begins above what is drawn.
        let is_above = |scroll: &Scroll| scroll.is_pinned() && scroll.divider().is_some();
        if is_opening && self.room.scroll.peek_with(is_above) {
            self.desk.go_to_unread(self.room);
            self.to_unread();
        }
    }

    /// Where the room is opened: at the row that the address names, or at what is unread.
    fn opening(self) -> Opening {
        let is_first = !self.desk.was_led.change(|was_led| std::mem::replace(was_led, true));
        let named = browser::named_row().filter(|_| is_first);
        let row = named.and_then(|id| Some((y_of()(&id)?, browser::element::<HtmlElement>(&id)?)));
        match (row, y_of()("divider")) {
            (Some((y, row)), _) => {
                Opening::Permalink { y, height: row.get_bounding_client_rect().height() }
            }
            (None, Some(y)) => Opening::Divider { y },
            (None, None) => Opening::End,
        }
    }

    /// The list was scrolled, by whoever's hand.
    pub fn scrolled(self) {
        let Some(geometry) = self.measure() else { return };
        let anchors = self.anchors();
        let go = self.scroll(|scroll| scroll.scrolled(geometry, anchors));
        self.go(go);
        self.reach();
        if !self.room.is_reading.change(|reads| std::mem::replace(reads, true)) {
            browser::after(READ_AFTER, move || self.read_on());
        }
    }

    /// Who reads on above the end has read up to the first message in sight. Who leaps has not
    /// read what lies between.
    fn read_on(self) {
        let LogView { room, desk } = self;
        room.is_reading.change(|reads| *reads = false);
        let is_shown = desk.current.peek().is_some_and(|shown| shown.is(&room));
        let place = room.scroll.peek_with(Scroll::place);
        let (Place::At(anchors), true) = (place, is_shown && browser::is_looked_at()) else {
            return;
        };
        let read = room.last_read.peek();
        let next = read + 1..=read + PAGE as u64;
        let first = room.timeline.peek_with(|timeline| {
            let is_in_sight = |id| {
                let id = RowKey::Message(id).to_string();
                anchors.iter().any(|anchor| anchor.id == id)
            };
            let mut messages = timeline.messages().iter().filter(|it| next.contains(&it.seq));
            messages.find(|message| is_in_sight(message.id)).map(|message| message.seq)
        });
        if let Some(seq) = first {
            desk.mark_read_to(room, seq);
        }
    }

    /// Goes up to the first unread message, now that it is loaded, unless the reader has moved
    /// meanwhile.
    pub fn to_unread(self) {
        let room = self.room;
        let (divider, pinned) =
            room.scroll.peek_with(|scroll| (scroll.divider(), scroll.is_pinned()));
        let (Some(read), true) = (divider, pinned) else { return };
        let loaded = room
            .timeline
            .peek_with(|timeline| timeline.message(read + 1).map(|_| timeline.pages()));
        let Some(loaded) = loaded else { return };
        self.leave_end();
        self.set_window(Window::around(page_of(read + 1), loaded));
        once_drawn(move || {
            let (Some(geometry), Some(y)) = (self.measure(), y_of()("divider")) else { return };
            let go = self.scroll(|scroll| scroll.open(Opening::FarDivider { y }, geometry));
            self.go(go);
        });
    }

    /// Away from the end, so that it does not pull while other rows are drawn.
    fn leave_end(self) {
        let Some(geometry) = self.measure() else { return };
        let top = Opening::FarDivider { y: -geometry.top };
        let _ = self.scroll(|scroll| scroll.open(top, geometry));
    }

    /// Goes to a loaded message, and shows which it is.
    pub fn to_message(self, seq: Seq) {
        let room = self.room;
        let known = room.timeline.peek_with(|timeline| {
            let key = RowKey::Message(timeline.message(seq)?.id);
            Some((key.to_string(), timeline.pages()))
        });
        let Some((id, loaded)) = known else { return };
        if browser::document().get_element_by_id(&id).is_none() {
            self.leave_end();
            self.set_window(Window::around(page_of(seq), loaded));
        }
        once_drawn(move || {
            let row = browser::element::<HtmlElement>(&id);
            let (Some(geometry), Some(row), Some(y)) = (self.measure(), row, y_of()(&id)) else {
                return;
            };
            let height = row.get_bounding_client_rect().height();
            // Who sees it at the end stays at the end.
            if y < 0.0 || y + height > geometry.viewport {
                let go = self.scroll(|scroll| scroll.open(Opening::Divider { y }, geometry));
                self.go(go);
            }
            let _ = row.focus();
            let classes = row.class_list();
            let _ = classes.add_1(SOUGHT);
            let fade = move || {
                let _ = classes.remove_1(SOUGHT);
            };
            browser::after(SHOWN, fade);
        });
    }

    pub fn to_latest(self) {
        let go = self.scroll(Scroll::latest);
        self.go(go);
    }

    /// One has written something: it wants to be seen.
    pub fn sent(self) {
        let go = self.scroll(Scroll::sent);
        self.go(go);
    }

    /// The arrow keys go from message to message, and from the last one to the composer.
    pub fn walk(self, event: &KeyboardEvent) {
        let is_down = match &*event.key() {
            "ArrowUp" => false,
            "ArrowDown" => true,
            _ => return,
        };
        if event.shift_key() || event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let is_row = |element: &Element| element.tag_name() == "ARTICLE";
        let focused = browser::document().active_element();
        let row = focused.and_then(|element| element.closest("article").ok().flatten());
        let next = |element: Element| match is_down {
            true => element.next_element_sibling(),
            false => element.previous_element_sibling(),
        };
        let mut to = match row {
            Some(row) => next(row),
            None if is_down => return,
            None => {
                browser::element::<Element>("log-rows").and_then(|rows| rows.last_element_child())
            }
        };
        while let Some(element) = to.take_if(|element| !is_row(element)) {
            to = next(element);
        }
        match to.and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
            Some(row) => {
                let _ = row.focus();
            }
            None if is_down => composer::focus(),
            None => return,
        }
        event.prevent_default();
    }

    /// Draws or loads the page above.
    pub fn older(self) {
        let room = self.room;
        let mut window = room.window.peek();
        let grown = room
            .timeline
            .peek_with(|timeline| window.grow_up(timeline.pages(), |page| self.rows(page)));
        if grown {
            self.set_window(window);
        } else {
            self.desk.load_older(room);
        }
    }

    /// Takes over from the style sheet, which shows the end of the log to those without script
    /// by laying it out backwards. From now on the log is an ordinary one, and it settles
    /// whenever it or what is in it changes its size, before that is painted.
    ///
    /// For as long as the answer is kept.
    pub fn take_over(self) -> Option<Settling> {
        let (log, content) = (log()?, browser::element::<Element>("log-rows")?);
        let from_end = -log.scroll_top();
        let _ = log.class_list().add_1("message-list__log--alive");
        log.set_scroll_top(log.scroll_height() - log.client_height() - from_end);
        let settle = Closure::<dyn Fn()>::new(move || self.settle());
        let observer = web_sys::ResizeObserver::new(settle.as_ref().unchecked_ref()).ok()?;
        observer.observe(&log);
        observer.observe(&content);
        Some(Settling { observer, _settle: settle })
    }

    /// Draws or loads what is about to come into sight, once the list stands where it belongs.
    pub fn reach(self) {
        if !self.room.is_opened() {
            return;
        }
        let Some(geometry) = self.measure() else { return };
        // What failed is asked again by hand.
        if geometry.wants_older() && self.room.older.peek() == Older::Idle {
            self.older();
        }
        if geometry.wants_newer() {
            let mut window = self.room.window.peek();
            self.room.timeline.peek_with(|timeline| {
                window.grow_down(timeline.pages(), |page| self.rows(page));
            });
            self.set_window(window);
        }
    }

    fn rows(self, page: u64) -> usize {
        let offset = |at| self.desk.offsets.untracked(at);
        self.room.timeline.peek_with(|timeline| timeline.rows(page, None, offset).len())
    }

    fn set_window(self, window: Window) {
        self.room.window.set_if_new(window);
    }

    /// Feeds the machine, and tells those who draw its pill and its divider only when these
    /// changed: a scroll event comes with every frame.
    fn scroll(self, feed: impl FnOnce(&mut Scroll) -> Move) -> Move {
        let shown = |scroll: &Scroll| (scroll.pill(), scroll.divider(), scroll.is_pinned());
        let (go, has_changed) = self.room.scroll.change(|scroll| {
            let before = shown(scroll);
            let go = feed(scroll);
            (go, before != shown(scroll))
        });
        if has_changed {
            self.room.scroll.tell();
        }
        go
    }

    fn go(self, go: Move) {
        let Some(log) = log() else { return };
        match go {
            Move::Stay => {}
            Move::By(pixels) => log.set_scroll_top(log.scroll_top() + pixels.round() as i32),
            Move::To(top) => log.set_scroll_top(top.round() as i32),
            Move::ToEnd(motion) => {
                let room = self.room;
                let loaded = room.timeline.peek_with(|timeline| timeline.pages());
                if !room.window.peek_with(|window| window.is_at_end(&loaded)) {
                    self.set_window(Window::at_end(loaded, |page| self.rows(page)));
                }
                let options = web_sys::ScrollToOptions::new();
                options.set_top(log.scroll_height().into());
                options.set_behavior(match motion {
                    Motion::Instant => web_sys::ScrollBehavior::Instant,
                    Motion::Smooth => web_sys::ScrollBehavior::Smooth,
                });
                log.scroll_to_with_scroll_to_options(&options);
            }
        }
    }

    fn measure(self) -> Option<Geometry> {
        let log = log()?;
        let loaded = self.room.timeline.peek_with(|timeline| timeline.pages());
        let at_end = self.room.window.peek_with(|window| window.is_at_end(&loaded));
        Some(Geometry {
            top: log.scroll_top().into(),
            viewport: log.client_height().into(),
            content: log.scroll_height().into(),
            at_end,
        })
    }

    /// Some rows in sight, the uppermost first.
    fn anchors(self) -> Vec<Anchor> {
        let (Some(log), Some(content)) = (log(), browser::element::<Element>("log-rows")) else {
            return Vec::new();
        };
        let upper = log.get_bounding_client_rect().top();
        let mut anchors = Vec::new();
        let Ok(rows) = content.query_selector_all("[id]") else { return anchors };
        for index in 0..rows.length() {
            let Some(row) = rows.item(index).and_then(|row| row.dyn_into::<Element>().ok()) else {
                continue;
            };
            let rect = row.get_bounding_client_rect();
            if rect.bottom() > upper {
                anchors.push(Anchor { id: row.id(), y: rect.top() - upper });
            }
            if anchors.len() == ANCHORS {
                break;
            }
        }
        anchors
    }
}

/// The log in the document: there is one at a time.
fn log() -> Option<Element> {
    browser::element("log")
}

/// Finds where a row is now, below the log's upper edge.
fn y_of() -> impl Fn(&str) -> Option<f64> {
    let upper = log().map_or(0.0, |log| log.get_bounding_client_rect().top());
    move |id| {
        let row = browser::document().get_element_by_id(id)?;
        Some(row.get_bounding_client_rect().top() - upper)
    }
}

/// Keeps the list in its place whenever it changes its size, until it is dropped.
pub struct Settling {
    observer: web_sys::ResizeObserver,
    _settle: Closure<dyn Fn()>,
}

impl Drop for Settling {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
