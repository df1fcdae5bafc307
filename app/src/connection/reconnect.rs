//! When to try the link again, and what the reader is told meanwhile.
//!
//! A pure machine. The driver reports what happened, with the time in milliseconds by a clock
//! that never goes back, and does the [`Step`] it is told. It asks [`Reconnect::wake_at`] when
//! to call [`Reconnect::tick`] next, and draws [`Reconnect::bar`].
//!
//! `random` is uniform in 0..1. Without it a thousand pages would come back in the same moment.

pub mod bar;
#[cfg(test)]
mod tests;

pub use bar::Bar;

use crate::protocol::Close;

/// The first wait after a failed try; each further one doubles it, up to the longest. Each is
/// multiplied by 0.5 to 1.5.
const FIRST_WAIT: u64 = 1_000;
const LONGEST_WAIT: u64 = 30_000;

/// After a stable link was closed by the server, the first try comes within this time…
const CLOSED_SPREAD: u64 = 2_000;

/// …and within this one after it was lost: then the server has no crowd to fear.
const LOST_SPREAD: u64 = 300;

/// A link that lasted this long was good: the waits start small again.
const STABLE: u64 = 30_000;

/// The server's beat comes every 25 s; without any frame for this long the link is dead.
const SILENCE: u64 = 45_000;

/// A try that leads nowhere in this time is given up.
const OPENING: u64 = 10_000;

/// A click, a shown tab or a network that is back cause at most one try in this time.
const NUDGE: u64 = 2_000;

/// What the driver is to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Step {
    Nothing,
    /// Open a link. Then report [`Reconnect::opened`] or [`Reconnect::closed`].
    Connect,
    /// Let go of the link without waiting for its end, and report nothing more of it.
    Abandon,
    /// Load the page anew, and remember over the reload that it was done.
    Reload,
}

/// How a link, or the try to open one, ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The server said why.
    Said(Close),
    /// The server closed it without a word.
    Closed,
    /// It broke, or never opened.
    Lost,
}

/// Why the page does not come back by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The page is of another build, and loading it anew did not help.
    Outdated,
    /// The server did not understand the page.
    ProtocolError,
}

#[derive(Clone, Debug)]
pub struct Reconnect {
    link: Link,
    /// Waits since the link was last stable.
    waits: u32,
    /// When the last try began.
    tried_at: Option<u64>,
    trouble: bar::Trouble,
    reloaded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Opening { since: u64 },
    Open { since: u64, heard_at: u64 },
    Waiting { until: u64 },
    Over(Verdict),
}

impl Reconnect {
    /// Begins with a first try at `now`. `reloaded`: the page has just loaded itself anew for
    /// [`Close::Reload`], so doing it once more would not help.
    pub fn new(now: u64, reloaded: bool) -> Self {
        let link = Link::Waiting { until: now };
        Reconnect { link, waits: 0, tried_at: None, trouble: bar::Trouble::since(now), reloaded }
    }

    /// The link is open: the server has greeted us.
    pub fn opened(&mut self, now: u64) {
        if matches!(self.link, Link::Opening { .. }) {
            self.link = Link::Open { since: now, heard_at: now };
            self.trouble.ended(now);
        }
    }

    /// A frame came, of any kind.
    pub fn heard(&mut self, now: u64) {
        if let Link::Open { heard_at, .. } = &mut self.link {
            *heard_at = now;
        }
    }

    /// The link, or the try to open one, has ended.
    pub fn closed(&mut self, ending: Ending, now: u64, random: f64) -> Step {
        let spread = match ending {
            Ending::Said(Close::Reload) if !self.reloaded => {
                self.link = Link::Over(Verdict::Outdated);
                return Step::Reload;
            }
            Ending::Said(Close::Reload) => return self.give_up(Verdict::Outdated),
            Ending::Said(Close::ProtocolError) => return self.give_up(Verdict::ProtocolError),
            Ending::Said(Close::ComeBack { spread_ms }) if spread_ms > 0 => u64::from(spread_ms),
            Ending::Said(Close::ComeBack { .. } | Close::Overloaded) | Ending::Closed => {
                CLOSED_SPREAD
            }
            Ending::Lost => LOST_SPREAD,
        };
        self.wait(spread, now, random);
        Step::Nothing
    }

    /// The browser says the network is back, the tab is shown, or someone clicked: one try now,
    /// though not within two seconds of the last.
    pub fn nudge(&mut self, now: u64, random: f64) -> Step {
        if let Link::Waiting { until } = &mut self.link {
            let earliest = self.tried_at.map_or(now, |tried_at| tried_at + NUDGE);
            if earliest < *until {
                *until = earliest;
                // The wait was cut short, so the next one need not be longer for it.
                self.waits = self.waits.saturating_sub(1);
            }
        }
        self.tick(now, random)
    }

    /// A better way is open to the server: leave the link for another at once.
    pub fn change_over(&mut self, now: u64) -> Step {
        if !self.is_open() {
            return Step::Nothing;
        }
        self.link = Link::Opening { since: now };
        self.tried_at = Some(now);
        Step::Connect
    }

    /// Time has passed. Browsers let timers sleep, so `now` may be far beyond
    /// [`Reconnect::wake_at`].
    pub fn tick(&mut self, now: u64, random: f64) -> Step {
        match self.link {
            Link::Waiting { until } if now >= until => {
                self.link = Link::Opening { since: now };
                self.tried_at = Some(now);
                Step::Connect
            }
            Link::Opening { since } if now >= since + OPENING => self.abandon(now, random),
            Link::Open { heard_at, .. } if now >= heard_at + SILENCE => self.abandon(now, random),
            _ => Step::Nothing,
        }
    }

    /// When something changes by itself: a try, a dead link, or what the bar says. `None` once
    /// it is over.
    pub fn wake_at(&self, now: u64) -> Option<u64> {
        let due = match self.link {
            Link::Opening { since } => since + OPENING,
            Link::Open { heard_at, .. } => heard_at + SILENCE,
            Link::Waiting { until } => until,
            Link::Over(_) => return None,
        };
        Some(self.trouble.changes_at(now, self.try_at()).map_or(due, |change| change.min(due)))
    }

    /// What the status bar says.
    pub fn bar(&self, now: u64) -> Bar {
        match self.link {
            Link::Over(verdict) => Bar::Over(verdict),
            _ => self.trouble.bar(now, self.try_at()),
        }
    }

    pub fn is_open(&self) -> bool {
        matches!(self.link, Link::Open { .. })
    }

    fn try_at(&self) -> Option<u64> {
        match self.link {
            Link::Waiting { until } => Some(until),
            _ => None,
        }
    }

    fn abandon(&mut self, now: u64, random: f64) -> Step {
        self.wait(LOST_SPREAD, now, random);
        Step::Abandon
    }

    fn give_up(&mut self, verdict: Verdict) -> Step {
        self.link = Link::Over(verdict);
        Step::Nothing
    }

    /// The first try after a stable link comes within `spread`. Later ones wait ever longer,
    /// and never less than their part of the spread.
    fn wait(&mut self, spread: u64, now: u64, random: f64) {
        match self.link {
            Link::Over(_) => return,
            Link::Waiting { .. } => return,
            Link::Open { since, .. } if now >= since + STABLE => self.waits = 0,
            Link::Open { .. } | Link::Opening { .. } => {}
        }
        let part = |of: u64, random: f64| (of as f64 * random) as u64;
        let mut wait = part(spread, random);
        if let Some(earlier) = self.waits.checked_sub(1) {
            let longest = (FIRST_WAIT << earlier.min(5)).min(LONGEST_WAIT);
            wait = wait.max(part(longest, 0.5 + random));
        }
        self.waits += 1;
        self.link = Link::Waiting { until: now + wait };
        self.trouble.began(now);
    }
}
