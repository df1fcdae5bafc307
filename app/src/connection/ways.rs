//! Which way to the server: the WebSocket, or, where something between us and it lets none
//! through, the same frames by long polling.
//!
//! A pure machine beside [`super::Reconnect`]: that one says when to try, this one says how. A
//! try begins with the way that is known to work; if it leads nowhere, the other way is tried at
//! once. On long polling the WebSocket is asked now and then, quietly, whether it works again.

#[cfg(test)]
mod tests;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    WebSocket,
    LongPoll,
}

/// A WebSocket that is not open in this time is taken for blocked.
const PATIENCE: u64 = 2_500;

/// A link that broke within this time was no good…
const SHORT_LIFE: u64 = 10_000;

/// …and after so many of those in a row the other way is tried first.
const SHORT_LIVES: u32 = 3;

/// How long to wait before the WebSocket is asked again; doubled each time, up to the longest.
const FIRST_PROBE: u64 = 5_000;
const LONGEST_PROBE: u64 = 10 * 60_000;

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Due {
    Nothing,
    /// Let go of the try that is under way, as if it had failed.
    GiveUp,
    /// Ask whether a WebSocket works, and report [`Ways::probed`].
    Probe,
}

#[derive(Clone, Debug)]
pub struct Ways {
    first: Way,
    link: Link,
    short_lives: u32,
    probe_wait: u64,
}

/// All times are milliseconds by one clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    None,
    /// `is_second`: the other way has led nowhere already.
    Trying {
        way: Way,
        since: u64,
        is_second: bool,
    },
    /// `probe_at`: when the WebSocket is asked again; none is due while one is under way.
    Open {
        way: Way,
        since: u64,
        probe_at: Option<u64>,
    },
}

impl Ways {
    /// `long_poll_won`: not long ago no WebSocket came through, and long polling did.
    pub fn new(long_poll_won: bool) -> Self {
        let first = if long_poll_won { Way::LongPoll } else { Way::WebSocket };
        Ways { first, link: Link::None, short_lives: 0, probe_wait: FIRST_PROBE }
    }

    /// A try begins: with this way.
    pub fn begin(&mut self, now: u64) -> Way {
        self.link = Link::Trying { way: self.first, since: now, is_second: false };
        self.first
    }

    /// The way that was tried led nowhere: try this one now, if any is left.
    pub fn failed(&mut self, now: u64) -> Option<Way> {
        match self.link {
            Link::Trying { way, is_second: false, .. } => {
                let way = way.other();
                self.link = Link::Trying { way, since: now, is_second: true };
                Some(way)
            }
            _ => {
                self.link = Link::None;
                None
            }
        }
    }

    /// The way that was tried is open; it is tried first from now on.
    pub fn opened(&mut self, now: u64) -> Way {
        let way = match self.link {
            Link::Trying { way, .. } | Link::Open { way, .. } => way,
            Link::None => self.first,
        };
        if way != self.first {
            self.probe_wait = FIRST_PROBE;
            self.short_lives = 0;
        }
        self.first = way;
        let probe_at = (way == Way::LongPoll).then_some(now + self.probe_wait);
        self.link = Link::Open { way, since: now, probe_at };
        way
    }

    /// The link has ended. `is_broken`: nobody closed it, neither there nor here.
    pub fn ended(&mut self, is_broken: bool, now: u64) {
        if let Link::Open { way, since, .. } = self.link
            && is_broken
        {
            self.short_lives = if now < since + SHORT_LIFE { self.short_lives + 1 } else { 0 };
            if self.short_lives >= SHORT_LIVES {
                self.first = way.other();
                self.short_lives = 0;
            }
        }
        self.link = Link::None;
    }

    /// Whether a WebSocket came through. `true`: change over to it.
    pub fn probed(&mut self, came_through: bool, now: u64) -> bool {
        let Link::Open { way: Way::LongPoll, probe_at, .. } = &mut self.link else { return false };
        if came_through {
            self.first = Way::WebSocket;
            return true;
        }
        self.probe_wait = (self.probe_wait * 2).min(LONGEST_PROBE);
        *probe_at = Some(now + self.probe_wait);
        false
    }

    /// Time has passed.
    pub fn tick(&mut self, now: u64) -> Due {
        match &mut self.link {
            Link::Trying { way: Way::WebSocket, since, is_second: false }
                if now >= *since + PATIENCE =>
            {
                Due::GiveUp
            }
            Link::Open { probe_at, .. } if probe_at.is_some_and(|at| now >= at) => {
                *probe_at = None;
                Due::Probe
            }
            _ => Due::Nothing,
        }
    }

    /// When something is due by itself.
    pub fn wake_at(&self) -> Option<u64> {
        match self.link {
            Link::Trying { way: Way::WebSocket, since, is_second: false } => Some(since + PATIENCE),
            Link::Open { probe_at, .. } => probe_at,
            _ => None,
        }
    }
}

impl Way {
    fn other(self) -> Self {
        match self {
            Way::WebSocket => Way::LongPoll,
            Way::LongPoll => Way::WebSocket,
        }
    }
}
