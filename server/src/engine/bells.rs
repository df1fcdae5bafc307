//! Being told of what is said while one is not there: who wants to be, and where their browsers
//! are woken.

use super::{Result, RoomId, RoomRecord};
use app::protocol::{Bell, Message, UserId};
use async_trait::async_trait;
use std::sync::Arc;

/// Browsers of one session that are woken, at most: the last ones.
pub const ENDPOINTS: usize = 5;

/// Where a browser is woken (RFC 8030, section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub url: String,
    /// The origin of the page that asked for it.
    pub contact: String,
}

/// The last that was said in a room which its owner of a bell was woken for.
#[derive(Clone, Debug)]
pub struct News {
    pub room: RoomRecord,
    pub message: Arc<Message>,
    /// What one has not read there, in all or, where one wants to hear of that only, of what
    /// names one.
    pub count: u64,
    pub with_sound: bool,
}

/// The part of the log that knows about bells. A member's bell ends with their membership.
#[async_trait]
pub trait Bells {
    /// The pair of keys by which push services know this log's server, PKCS #8: `fresh`, if there
    /// was none.
    async fn push_key(&self, fresh: Vec<u8>) -> Result<Vec<u8>>;

    /// What a member wants to be told of from now on. Nothing for who is none.
    async fn set_bell(
        &self,
        user: UserId,
        room: RoomId,
        bell: Bell,
        with_sound: bool,
    ) -> Result<()>;

    /// Wakes the session there too. An address that was another session's is so no more.
    async fn subscribe(&self, user: UserId, endpoint: Endpoint) -> Result<()>;

    /// The browser is there no more.
    async fn unsubscribe(&self, url: String) -> Result<()>;

    /// Where to wake those who want to be told of something in the room that they neither read nor
    /// were woken for, and are not among those who are `here`. They count as woken now.
    async fn ring(&self, room: RoomId, here: Vec<UserId>) -> Result<Vec<Endpoint>>;

    /// The rooms for which anyone wants to be woken.
    async fn rooms_with_bells(&self) -> Result<Vec<RoomId>>;

    /// What someone was woken for, has not read, and has not asked for since: the last of each
    /// room, unless it was deleted.
    async fn take_news(&self, user: UserId) -> Result<Vec<News>>;
}
