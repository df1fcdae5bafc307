//! The reader's time zone: first as the server drew it, then as the browser knows it.

use super::super::live::Live;
use crate::browser;
use crate::calendar::{Civil, civil};
use crate::i18n::Phrases;
use crate::page::Zone;

/// Offsets from UTC. The first drawing uses the zone of the cookie, so that hydration finds
/// what the server drew; then the browser corrects the texts.
#[derive(Clone, Copy)]
pub struct Offsets {
    drawn: Zone,
    is_browsers: Live<bool>,
}

impl Offsets {
    pub fn new(drawn: Zone) -> Self {
        Offsets { drawn, is_browsers: Live::new(false) }
    }

    /// From now on the browser says. Rows are drawn anew only if its zone is another than the
    /// server assumed.
    pub fn take_browsers(self) {
        let minutes = browser::offset_minutes(browser::now());
        if !self.drawn.is_known || minutes != self.drawn.minutes {
            self.is_browsers.set(true);
        }
        browser::set_cookie("zone", &minutes.to_string());
    }

    /// Tells the rows of one zone from those of the other.
    pub fn is_browsers(self) -> bool {
        self.is_browsers.get()
    }

    /// Minutes ahead of UTC at that time (ms since 1970).
    pub fn at(self, unix_millis: u64) -> i32 {
        self.of(self.is_browsers.get(), unix_millis)
    }

    pub fn untracked(self, unix_millis: u64) -> i32 {
        self.of(self.is_browsers.peek(), unix_millis)
    }

    fn of(self, is_browsers: bool, unix_millis: u64) -> i32 {
        if is_browsers { browser::offset_minutes(unix_millis) } else { self.drawn.minutes }
    }

    /// The time of day as the reader's language writes it; labelled while the zone is unknown.
    pub fn time(self, unix_millis: u64, phrases: &Phrases) -> String {
        let Civil { hour, minute, .. } = civil(unix_millis, self.untracked(unix_millis));
        let time = (phrases.time)(hour.into(), minute.into());
        if self.drawn.is_known || self.is_browsers.peek() { time } else { (phrases.utc)(&time) }
    }
}
