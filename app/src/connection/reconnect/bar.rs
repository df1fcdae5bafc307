//! What the status bar says about the link: nothing as long as possible.

use super::Verdict;

/// Shorter trouble is not worth a word.
const UNNOTICED: u64 = 2_000;

/// After this long it is no longer a hiccup, and people want to know about their words.
const OFFLINE: u64 = 30_000;

/// How long "Back online" stays, if anything else was said before.
const RELIEF: u64 = 2_000;

/// The bar in words for the reader's language to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    Hidden,
    /// "Reconnecting… 4 s · Try now"; without seconds while a try is under way.
    Reconnecting {
        seconds: Option<u32>,
    },
    /// "Offline: what you write is kept and will be sent".
    Offline {
        seconds: Option<u32>,
    },
    BackOnline,
    /// A plain sentence why, and no way on but the reader's own.
    Over(Verdict),
}

/// Since when there is no link, or since when there is one again.
#[derive(Clone, Copy, Debug)]
pub(super) enum Trouble {
    Since(u64),
    /// `shown`: the bar had said so.
    Ended {
        at: u64,
        shown: bool,
    },
}

impl Trouble {
    pub fn since(now: u64) -> Self {
        Trouble::Since(now)
    }

    pub fn began(&mut self, now: u64) {
        if let Trouble::Ended { .. } = self {
            *self = Trouble::Since(now);
        }
    }

    pub fn ended(&mut self, now: u64) {
        if let Trouble::Since(began) = *self {
            *self = Trouble::Ended { at: now, shown: now >= began + UNNOTICED };
        }
    }

    /// `try_at` is when the next try comes, if none is under way.
    pub fn bar(&self, now: u64, try_at: Option<u64>) -> Bar {
        let seconds = try_at.map(|at| seconds_until(at, now));
        match *self {
            Trouble::Since(began) if now >= began + OFFLINE => Bar::Offline { seconds },
            Trouble::Since(began) if now >= began + UNNOTICED => Bar::Reconnecting { seconds },
            Trouble::Ended { at, shown: true } if now < at + RELIEF => Bar::BackOnline,
            Trouble::Since(_) | Trouble::Ended { .. } => Bar::Hidden,
        }
    }

    /// When the bar says something else by itself.
    pub fn changes_at(&self, now: u64, try_at: Option<u64>) -> Option<u64> {
        match *self {
            Trouble::Since(began) if now < began + UNNOTICED => Some(began + UNNOTICED),
            Trouble::Since(began) => {
                // The count-down shows whole seconds, so it changes a whole number of them
                // before the try.
                let second = try_at
                    .filter(|at| *at > now)
                    .map(|at| at - 1_000 * u64::from(seconds_until(at, now) - 1));
                let offline = Some(began + OFFLINE).filter(|at| *at > now);
                second.into_iter().chain(offline).min()
            }
            Trouble::Ended { at, shown: true } if now < at + RELIEF => Some(at + RELIEF),
            Trouble::Ended { .. } => None,
        }
    }
}

fn seconds_until(at: u64, now: u64) -> u32 {
    at.saturating_sub(now).div_ceil(1_000) as u32
}
