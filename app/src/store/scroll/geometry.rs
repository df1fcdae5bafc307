//! What the browser measures of the list.

/// At most this far from the end one counts as being there, in pixels.
const NEAR: f64 = 100.0;

/// Pages are fetched this many screens before one gets there.
const AHEAD: f64 = 2.0;

/// The list's sizes, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Geometry {
    /// `scrollTop`.
    pub top: f64,
    /// `clientHeight`.
    pub viewport: f64,
    /// `scrollHeight`.
    pub content: f64,
    /// Whether the last row drawn is the room's last.
    pub at_end: bool,
}

/// A visible row: its element's id, and where it begins below the list's upper edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Anchor {
    pub id: String,
    pub y: f64,
}

impl Geometry {
    /// How far the end of what is drawn is below the lower edge.
    pub fn distance(&self) -> f64 {
        (self.content - self.viewport - self.top).max(0.0)
    }

    /// Whether the next page above should be drawn, or fetched.
    pub fn wants_older(&self) -> bool {
        self.top < AHEAD * self.viewport
    }

    /// Whether the next page below should be drawn.
    pub fn wants_newer(&self) -> bool {
        !self.at_end && self.distance() < AHEAD * self.viewport
    }

    pub(super) fn is_near_end(&self) -> bool {
        self.at_end && self.distance() <= NEAR
    }

    /// Scrolls as a browser does: never beyond either end.
    pub(super) fn go(&mut self, top: f64) {
        self.top = top.min(self.content - self.viewport).max(0.0);
    }
}
