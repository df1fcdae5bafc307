//! Where the message list stands, and where it goes when something changes.
//!
//! A pure machine: geometry in, a [`Move`] out. The list is either *pinned* to its end and
//! follows it, or it holds on to an *anchor*, a row that keeps its place on the screen whatever
//! is added, removed or resized around it. The browser's own `overflow-anchor` must be off.
//!
//! The component reports [`Scroll::scrolled`] at every scroll event and once after opening, and
//! [`Scroll::changed`] after every change of the document or of a size, before it is painted.
//! It carries out each move at once.

mod geometry;
#[cfg(test)]
mod tests;

pub use geometry::{Anchor, Geometry};

use crate::protocol::Seq;

/// How the list is to scroll now.
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub enum Move {
    Stay,
    /// To the room's end; if that is not drawn, it must be first.
    ToEnd(Motion),
    /// By so many pixels, at once.
    By(f64),
    /// To this `scrollTop`, at once.
    To(f64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    Instant,
    Smooth,
}

/// Where a room is opened. `y` is where a row is now, in pixels below the list's upper edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Opening {
    /// Nothing is unread.
    End,
    /// What is unread is in the first page: the divider goes to a third of the height.
    Divider { y: f64 },
    /// More is unread than that: the divider goes to the upper edge.
    FarDivider { y: f64 },
    /// A permalink's row goes to the middle, and the list is detached.
    Permalink { y: f64, height: f64 },
}

/// Where someone was who left the room and may come back.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    End,
    /// Rows that were visible, the uppermost first.
    At(Vec<Anchor>),
}

/// What the pill above the composer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pill {
    Hidden,
    /// A way to the end.
    Latest,
    /// "↓ 3 new (1 mention)".
    New {
        messages: u32,
        mentions: u32,
    },
}

#[derive(Clone, Debug)]
pub struct Scroll {
    geometry: Geometry,
    pinned: bool,
    /// Opened by a permalink: it does not follow the end until one asks for it.
    detached: bool,
    /// A smooth move to the end is under way; scroll events on the way do not end the pin.
    travelling: bool,
    reduced_motion: bool,
    anchors: Vec<Anchor>,
    /// The `scrollTop` at which the anchors are where they are.
    anchored_at: f64,
    messages: u32,
    mentions: u32,
    divider: Option<Seq>,
}

impl Scroll {
    /// A list that is pinned until it is opened elsewhere. `last_read` and `last` are the
    /// room's as it is opened, `last_read` 0 if all is new: the divider stands between them.
    pub fn new(last_read: Seq, last: Seq, reduced_motion: bool) -> Self {
        Scroll {
            geometry: Geometry::default(),
            pinned: true,
            detached: false,
            travelling: false,
            reduced_motion,
            anchors: Vec::new(),
            anchored_at: 0.0,
            messages: 0,
            mentions: 0,
            divider: Some(last_read).filter(|read| *read < last),
        }
    }

    /// The room is drawn for the first time.
    pub fn open(&mut self, opening: Opening, geometry: Geometry) -> Move {
        self.geometry = geometry;
        self.detached = matches!(opening, Opening::Permalink { .. });
        self.pinned = opening == Opening::End;
        // Where one was before is to be left, and held on to no more.
        self.anchors.clear();
        match opening {
            Opening::End => self.go_to_end(Motion::Instant),
            Opening::Divider { y } => self.go_to(geometry.top + y - geometry.viewport / 3.0),
            Opening::FarDivider { y } => self.go_to(geometry.top + y),
            Opening::Permalink { y, height } => {
                self.go_to(geometry.top + y + (height - geometry.viewport) / 2.0)
            }
        }
    }

    /// Where to return to when one comes back to the room.
    pub fn place(&self) -> Place {
        if self.pinned { Place::End } else { Place::At(self.anchors.clone()) }
    }

    /// Goes back to a place. `y_of` finds a row by its element's id; if none of the rows is
    /// drawn any more, the end is as good as any.
    pub fn restore(
        &mut self,
        place: Place,
        geometry: Geometry,
        y_of: impl Fn(&str) -> Option<f64>,
    ) -> Move {
        if let Place::At(anchors) = place {
            self.pinned = false;
            self.anchors = anchors;
            self.anchored_at = geometry.top;
            if self.anchors.iter().any(|anchor| y_of(&anchor.id).is_some()) {
                return self.changed(geometry, y_of);
            }
        }
        self.open(Opening::End, geometry)
    }

    /// The list has scrolled, by whoever's hand. `anchors` are some visible rows, the uppermost
    /// first: several, because the first may be a line that goes away.
    pub fn scrolled(&mut self, geometry: Geometry, anchors: Vec<Anchor>) -> Move {
        let went_up = geometry.top < self.geometry.top - 0.5;
        self.geometry = geometry;
        self.anchors = anchors;
        self.anchored_at = geometry.top;
        // Only going up lets go of the end. Any other distance from it comes from rows or a
        // keyboard that have just appeared, and their change is about to be reported.
        if self.pinned && !went_up && !geometry.is_near_end() {
            return if self.travelling { Move::Stay } else { self.go_to_end(Motion::Instant) };
        }
        self.travelling = self.travelling && !went_up && geometry.distance() > 1.0;
        self.pinned = false;
        self.judge();
        Move::Stay
    }

    /// Rows came, went or changed their height, or the list changed its own. The pin stays, or
    /// the anchor does. `y_of` finds a row by its element's id.
    pub fn changed(&mut self, geometry: Geometry, y_of: impl Fn(&str) -> Option<f64>) -> Move {
        self.geometry = geometry;
        if self.pinned {
            let motion = if self.travelling { Motion::Smooth } else { Motion::Instant };
            return self.go_to_end(motion);
        }
        // A hand may have scrolled on since the last event; that is not to be undone.
        let by_hand = self.by_hand();
        let moved = self.anchors.iter().find_map(|anchor| Some(y_of(&anchor.id)? - anchor.y));
        let by = moved.map_or(0.0, |moved| moved + by_hand);
        // The anchor's place is not corrected to where it is now, so that what a browser rounds
        // off never adds up.
        let by = if by.abs() >= 0.5 { by } else { 0.0 };
        self.anchored_at = geometry.top + by - by_hand;
        self.geometry.go(geometry.top + by);
        self.judge();
        if by == 0.0 { Move::Stay } else { Move::By(by) }
    }

    /// Messages of others came, some of which mention one. To be said before
    /// [`Scroll::changed`].
    pub fn arrived(&mut self, messages: u32, mentions: u32) {
        if !self.pinned {
            self.messages += messages;
            self.mentions += mentions;
        }
    }

    /// One has sent something oneself: it wants to be seen.
    pub fn sent(&mut self) -> Move {
        self.divider = None;
        self.latest()
    }

    /// One asked for the end.
    pub fn latest(&mut self) -> Move {
        self.detached = false;
        self.pinned = true;
        self.see_all();
        // A long way, or one over rows that are not drawn, shows nothing but a blur.
        let is_short =
            self.geometry.at_end && self.geometry.distance() <= 3.0 * self.geometry.viewport;
        self.travelling = is_short && !self.reduced_motion;
        self.go_to_end(if self.travelling { Motion::Smooth } else { Motion::Instant })
    }

    pub fn set_reduced_motion(&mut self, reduced: bool) {
        self.reduced_motion = reduced;
        self.travelling = self.travelling && !reduced;
    }

    /// Whether the list follows its end.
    pub fn is_pinned(&self) -> bool {
        self.pinned
    }

    pub fn is_detached(&self) -> bool {
        self.detached
    }

    /// The last message that was read when the room was opened, until one leaves or sends.
    pub fn divider(&self) -> Option<Seq> {
        self.divider
    }

    pub fn pill(&self) -> Pill {
        let is_far = !self.geometry.at_end || self.geometry.distance() > self.geometry.viewport;
        match (self.messages, self.mentions) {
            (1.., _) => Pill::New { messages: self.messages, mentions: self.mentions },
            _ if !self.pinned && (self.detached || is_far) => Pill::Latest,
            _ => Pill::Hidden,
        }
    }

    /// How far the list was scrolled since the anchors were measured. The browser itself moves
    /// it only up, and only as far as it must when there is less to show.
    fn by_hand(&self) -> f64 {
        let moved = self.geometry.top - self.anchored_at;
        let was_pushed = moved < 0.0 && self.geometry.distance() < 1.0;
        if was_pushed { 0.0 } else { moved }
    }

    /// Pinned is who is near the end, unless detached. That never lets go of a pin: only
    /// scrolling up does.
    fn judge(&mut self) {
        if self.geometry.is_near_end() && !self.detached {
            self.pinned = true;
            self.see_all();
        }
    }

    fn see_all(&mut self) {
        self.messages = 0;
        self.mentions = 0;
    }

    fn go_to(&mut self, top: f64) -> Move {
        self.geometry.go(top);
        self.judge();
        Move::To(self.geometry.top)
    }

    fn go_to_end(&mut self, motion: Motion) -> Move {
        if self.geometry.at_end && self.geometry.distance() < 0.5 {
            self.travelling = false;
            return Move::Stay;
        }
        if motion == Motion::Instant {
            self.geometry.go(f64::INFINITY);
        }
        Move::ToEnd(motion)
    }
}
