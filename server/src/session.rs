//! A session is one browser's or client's stay, across reconnects and tabs. It knows no
//! transport: what it says arrives as commands, what it hears leaves through an [`Outbox`].

mod by_room;
mod encoded;
pub mod outbox;

pub use by_room::ByRoom;
pub use encoded::{Encoded, SharedFrame};
pub use outbox::{Outbox, Queue, Queued, Writer, write_out};

use crate::engine::{RoomId, SessionRecord, TokenHash};
use app::protocol::{Refusal, RoomKey, Seq, UserId};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, NotUntil, Quota};
use std::num::NonZeroU32;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Whoever was not here for so many days is a member no more, and their browser has no cookie any
/// more.
pub const DAYS: u32 = 90;

/// A session that has joined at least one room.
pub struct Session {
    pub user: UserId,
    pub token: TokenHash,
    /// Guards the seats; held for look-ups only.
    seats: Mutex<ByRoom<Seat>>,
    /// Joins and leaves of one session take turns, so that what is remembered here changes in
    /// the order of the log. It guards no data, and is the one thing held over an await.
    turns: tokio::sync::Mutex<()>,
    messages: Bucket,
    /// When the log was told last that the session is here, in milliseconds since 1970.
    noted_at: AtomicU64,
}

/// A membership: from join to leave, whether or not one is here.
#[derive(Clone, Debug)]
pub struct Seat {
    pub room: RoomId,
    pub title: String,
    pub username: String,
    pub last_read: Seq,
    pub is_owner: bool,
}

impl Session {
    pub fn new(token: TokenHash, record: SessionRecord, messages: Bucket) -> Self {
        let seats = record.memberships.into_iter().map(|membership| {
            let seat = Seat {
                room: membership.room.id,
                title: membership.room.title,
                username: membership.username,
                last_read: membership.last_read,
                is_owner: membership.is_owner,
            };
            (membership.room.key, seat)
        });
        Session {
            user: record.user,
            token,
            seats: Mutex::new(seats.collect()),
            turns: Default::default(),
            messages,
            noted_at: AtomicU64::new(0),
        }
    }

    /// Whether the log was told since then that the session is here.
    pub fn is_noted_since(&self, then: u64) -> bool {
        self.noted_at.load(Ordering::Relaxed) >= then
    }

    pub fn has_noted(&self, at: u64) {
        self.noted_at.store(at, Ordering::Relaxed);
    }

    /// Waits until no other join or leave of this session is being written.
    pub async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turns.lock().await
    }

    pub fn seat(&self, room: &RoomKey) -> Option<Seat> {
        self.seats.lock().expect("no panic under this lock").get(room).cloned()
    }

    pub fn seats(&self) -> Vec<(RoomKey, Seat)> {
        let seats = self.seats.lock().expect("no panic under this lock");
        seats.iter().map(|(room, seat)| (room.clone(), seat.clone())).collect()
    }

    pub fn sit_down(&self, room: RoomKey, seat: Seat) {
        self.seats.lock().expect("no panic under this lock").insert(room, seat);
    }

    pub fn get_up(&self, room: &RoomKey) -> Option<Seat> {
        self.seats.lock().expect("no panic under this lock").remove(room)
    }

    /// Remembers how far one has read; never backwards.
    pub fn mark_read(&self, room: &RoomKey, seq: Seq) {
        if let Some(seat) = self.seats.lock().expect("no panic under this lock").get_mut(room) {
            seat.last_read = seat.last_read.max(seq);
        }
    }

    /// One keeps the room from now on.
    pub fn own(&self, room: &RoomKey) {
        if let Some(seat) = self.seats.lock().expect("no panic under this lock").get_mut(room) {
            seat.is_owner = true;
        }
    }

    /// Takes one message's worth from the session's bucket.
    pub fn spend_message(&self) -> Result<(), Refusal> {
        self.messages.spend()
    }
}

/// A token bucket: so many at once, then so many per second.
pub struct Bucket(Option<DefaultDirectRateLimiter>);

impl Bucket {
    /// `per_second` 0 is no limit.
    pub fn new(per_second: u32, burst: u32) -> Self {
        Bucket(NonZeroU32::new(per_second).map(|rate| {
            let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
            DefaultDirectRateLimiter::direct(Quota::per_second(rate).allow_burst(burst))
        }))
    }

    pub fn spend(&self) -> Result<(), Refusal> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check().map_err(|until| retry_after(&until))
    }
}

/// The refusal that says how long to wait.
pub fn retry_after(until: &NotUntil<<DefaultClock as Clock>::Instant>) -> Refusal {
    let wait = until.wait_time_from(DefaultClock::default().now()).as_millis();
    // One more millisecond, so that a client which waits exactly this long is not early.
    Refusal::RateLimited {
        retry_after_ms: u32::try_from(wait).unwrap_or(u32::MAX).saturating_add(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_says_how_long_to_wait() {
        let bucket = Bucket::new(1, 3);
        for _ in 0..3 {
            assert_eq!(bucket.spend(), Ok(()));
        }
        match bucket.spend() {
            Err(Refusal::RateLimited { retry_after_ms }) => {
                assert!((1..=1001).contains(&retry_after_ms))
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_bucket_without_rate_never_runs_dry() {
        let bucket = Bucket::new(0, 0);
        assert!((0..1000).all(|_| bucket.spend().is_ok()));
    }
}
