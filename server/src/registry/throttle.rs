//! Limits that many share: by address and by room. What one session may send is in its own
//! bucket.

use super::{Reader, Settings};
use crate::engine::{RoomId, TokenHash};
use crate::session::retry_after;
use app::protocol::Refusal;
use governor::{DefaultKeyedRateLimiter, Quota};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

/// So many seconds' worth of reads may come at once.
const READ_BURST: NonZeroU32 = NonZeroU32::new(5).expect("not zero");

/// People behind one address who have not joined read at so many times one session's rate.
const READERS_PER_ADDRESS: u32 = 10;

pub struct Throttles {
    joins_by_address: Throttle<IpAddr>,
    messages_by_address: Throttle<IpAddr>,
    messages_by_room: Throttle<RoomId>,
    reads_by_session: Throttle<TokenHash>,
    reads_by_address: Throttle<IpAddr>,
}

impl Throttles {
    pub fn new(settings: &Settings) -> Self {
        Throttles {
            joins_by_address: Throttle::new(settings.address_joins, Quota::per_minute),
            messages_by_address: Throttle::new(settings.address_messages, Quota::per_second),
            messages_by_room: Throttle::new(settings.room_messages, Quota::per_second),
            reads_by_session: Throttle::new(settings.read_rate, reads),
            reads_by_address: Throttle::new(
                settings.read_rate.saturating_mul(READERS_PER_ADDRESS),
                reads,
            ),
        }
    }

    pub fn spend_join(&self, address: IpAddr) -> Result<(), Refusal> {
        self.joins_by_address.spend(&address)
    }

    pub fn spend_message(&self, address: IpAddr, room: RoomId) -> Result<(), Refusal> {
        self.messages_by_address.spend(&address)?;
        self.messages_by_room.spend(&room)
    }

    pub fn spend_read(&self, reader: &Reader) -> Result<(), Refusal> {
        match &reader.session {
            Some(session) => self.reads_by_session.spend(&session.token),
            None => self.reads_by_address.spend(&reader.address),
        }
    }

    /// Forgets keys whose bucket is full again.
    pub fn forget_idle(&self) {
        self.joins_by_address.forget_idle();
        self.messages_by_address.forget_idle();
        self.messages_by_room.forget_idle();
        self.reads_by_session.forget_idle();
        self.reads_by_address.forget_idle();
    }
}

fn reads(per_second: NonZeroU32) -> Quota {
    Quota::per_second(per_second).allow_burst(per_second.saturating_mul(READ_BURST))
}

/// One bucket a key; none at all where the limit is 0.
struct Throttle<K: Hash + Eq + Clone>(Option<DefaultKeyedRateLimiter<K>>);

impl<K: Hash + Eq + Clone> Throttle<K> {
    fn new(limit: u32, quota: fn(NonZeroU32) -> Quota) -> Self {
        Throttle(NonZeroU32::new(limit).map(|limit| DefaultKeyedRateLimiter::dashmap(quota(limit))))
    }

    fn spend(&self, key: &K) -> Result<(), Refusal> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check_key(key).map_err(|until| retry_after(&until))
    }

    fn forget_idle(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
        }
    }
}
