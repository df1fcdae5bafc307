//! Which pages of a timeline are in the document.
//!
//! A browser slows down with every row it keeps, so at most [`ROWS`] are there: the window
//! grows where one looks and is trimmed at its far end. The machine in `scroll` sees to it
//! that what one looks at stays in place meanwhile.

use std::ops::RangeInclusive;

/// Rows in the document, of every kind.
pub const ROWS: usize = 300;

/// Rows to begin with at the end of a room: about two screens of short messages.
const OPENING_ROWS: usize = 100;

/// A range of pages, never empty. `loaded` is [`super::Timeline::pages`] throughout, and
/// `rows` counts the rows of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    first: u64,
    last: u64,
    /// Whether the room's end was drawn when this was last looked at.
    at_end: bool,
}

impl Window {
    /// The last rows of a room.
    pub fn at_end(loaded: RangeInclusive<u64>, rows: impl Fn(u64) -> usize) -> Self {
        let (start, last) = loaded.into_inner();
        let mut window = Window { first: last, last, at_end: true };
        while window.first > start && window.count(&rows) < OPENING_ROWS {
            window.first -= 1;
        }
        window
    }

    /// One page with its neighbours, for a permalink or the first unread message.
    pub fn around(page: u64, loaded: RangeInclusive<u64>) -> Self {
        let (start, end) = loaded.into_inner();
        let page = page.clamp(start, end);
        let last = (page + 1).min(end);
        Window { first: page.saturating_sub(1).max(start), last, at_end: last == end }
    }

    /// The pages to draw.
    pub fn pages(&self) -> RangeInclusive<u64> {
        self.first..=self.last
    }

    /// Whether the room's last row is drawn.
    pub fn is_at_end(&self, loaded: &RangeInclusive<u64>) -> bool {
        self.last == *loaded.end()
    }

    /// Takes in the next page above, and trims below. Says whether there was one; if not, an
    /// older page must be fetched.
    pub fn grow_up(&mut self, loaded: RangeInclusive<u64>, rows: impl Fn(u64) -> usize) -> bool {
        if self.first <= *loaded.start() {
            return false;
        }
        self.first -= 1;
        while self.last > self.first + 1 && self.count(&rows) > ROWS {
            self.last -= 1;
        }
        self.at_end = self.is_at_end(&loaded);
        true
    }

    /// Takes in the next page below, and trims above. Says whether there was one.
    pub fn grow_down(&mut self, loaded: RangeInclusive<u64>, rows: impl Fn(u64) -> usize) -> bool {
        if self.last >= *loaded.end() {
            return false;
        }
        self.last += 1;
        self.trim_above(&rows);
        self.at_end = self.is_at_end(&loaded);
        true
    }

    /// Follows the timeline after it changed. Who is pinned sees the new end, and the oldest
    /// rows go; who reads further up keeps what is drawn, and gets the new end as long as
    /// there is room for it.
    pub fn follow(
        &mut self,
        loaded: RangeInclusive<u64>,
        pinned: bool,
        rows: impl Fn(u64) -> usize,
    ) {
        let (start, end) = loaded.into_inner();
        self.last = self.last.clamp(start, end);
        self.first = self.first.clamp(start, self.last);
        if pinned {
            self.last = end;
            self.trim_above(&rows);
        } else if self.at_end {
            while self.last < end && self.count(&rows) + rows(self.last + 1) <= ROWS {
                self.last += 1;
            }
        }
        self.at_end = self.last == end;
    }

    /// Two pages stay in any case: the one that was reached and the one in view.
    fn trim_above(&mut self, rows: &impl Fn(u64) -> usize) {
        while self.last > self.first + 1 && self.count(rows) > ROWS {
            self.first += 1;
        }
    }

    fn count(&self, rows: &impl Fn(u64) -> usize) -> usize {
        self.pages().map(rows).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fifty(_: u64) -> usize {
        50
    }

    #[test]
    fn a_room_opens_with_its_last_rows() {
        assert_eq!(Window::at_end(0..=9, fifty).pages(), 8..=9);
        assert_eq!(Window::at_end(0..=0, fifty).pages(), 0..=0);
        assert_eq!(Window::at_end(0..=9, |_| 10).pages(), 0..=9);
    }

    #[test]
    fn growing_up_trims_below_and_growing_down_trims_above() {
        let mut window = Window::at_end(0..=9, fifty);
        while window.grow_up(0..=9, fifty) {}
        assert_eq!(window.pages(), 0..=5);
        assert!(!window.is_at_end(&(0..=9)));
        while window.grow_down(0..=9, fifty) {}
        assert_eq!(window.pages(), 4..=9);
        assert!(window.is_at_end(&(0..=9)));
    }

    #[test]
    fn who_is_pinned_sees_the_new_end() {
        let mut window = Window::at_end(0..=9, fifty);
        window.follow(0..=20, true, fifty);
        assert_eq!(window.pages(), 15..=20);
    }

    #[test]
    fn who_reads_further_up_keeps_every_row() {
        let mut window = Window::at_end(0..=9, fifty);
        window.follow(0..=20, false, fifty);
        assert_eq!(window.pages(), 8..=13);
        window.follow(0..=30, false, fifty);
        assert_eq!(window.pages(), 8..=13);
    }

    #[test]
    fn a_reset_room_is_still_drawn() {
        let mut window = Window::around(3, 0..=9);
        assert_eq!(window.pages(), 2..=4);
        window.follow(40..=41, false, fifty);
        assert_eq!(window.pages(), 40..=40);
    }

    proptest! {
        #[test]
        fn the_document_stays_small(
            steps in prop::collection::vec((0..3, any::<bool>(), 0_u64..3), 0..60),
            sizes in prop::collection::vec(1_usize..=120, 200),
        ) {
            let rows = |page: u64| sizes[page as usize % sizes.len()];
            let mut end = 3;
            let mut window = Window::at_end(0..=end, rows);
            for (step, pinned, more) in steps {
                end += more;
                match step {
                    0 => { window.grow_up(0..=end, rows); }
                    1 => { window.grow_down(0..=end, rows); }
                    _ => window.follow(0..=end, pinned, rows),
                }
                prop_assert!(window.first <= window.last && window.last <= end);
                prop_assert!(window.count(&rows) <= ROWS);
            }
        }
    }
}
